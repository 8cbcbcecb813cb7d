/*
 * hcc_build.c: collecting the rows of a model.  Categories are kept by their
 * published numbers and names as text; conditions and codes are parsed here,
 * and a row that cannot be read is refused at once.
 */
#include "risk/hcc_build.h"

/* Makes room for one more item of a list. */
void *
hcc_grown(void *at, int n, int *room, Size size)
{
	if (n < *room)
		return at;
	*room = *room ? *room * 2 : 64;
	return at ? repalloc(at, size * *room) : palloc(size * *room);
}

/* Refuses a row; always false. */
bool
hcc_refuse(PhmError *err, const char *table, const char *row, const char *why)
{
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "risk-adjustment model cannot be compiled");
	return phm_fail_detail(err, "In phm.%s, \"%s\": %s.", table, row, why);
}

/* Starts a model. */
HccBuild *
hcc_build(const char *name, int payment_year, const char *prefix, bool mce)
{
	HccBuild   *b = palloc0(sizeof(HccBuild));

	b->parts.name = pstrdup(name);
	b->parts.prefix = pstrdup(prefix);
	b->parts.payment_year = payment_year;
	b->parts.flags = mce ? HCC_MCE : 0;
	memset(b->index_of, -1, sizeof(b->index_of));
	return b;
}

/* Notes that a category exists. */
static bool
note_cc(HccBuild *b, int cc, const char *table, PhmError *err)
{
	if (cc < 0 || cc > HCC_MAX_NUMBER)
		return hcc_refuse(err, table, "cc", "category numbers are from 0 to 9999");
	b->index_of[cc] = 0;
	return true;
}

/* One code of a mapping row. */
static bool
add_code(HccBuild *b, const char *prefix, Size n, const char *ending, Size m, PhmError *err)
{
	char		code[32];
	uint64		key = 0;
	HccDxItem	   *item;

	if (n + m <= sizeof(code))
	{
		memcpy(code, prefix, n);
		memcpy(code + n, ending, m);
		key = hcc_code_key(code, n + m);
	}
	if (key == 0)
		return hcc_refuse(err, "hcc_mapping", "codes",
					  "a code has 1 to 9 letters and digits");
	if (b->items.n >= HCC_MAX_DX)
		return hcc_refuse(err, "hcc_mapping", "codes", "too many codes");
	item = APPEND(b->items);
	item->key = key;
	item->row = b->maps.n - 1;
	return true;
}

/*
 * Diagnoses of one category: codes separated by blanks, several of one
 * beginning as PREFIX:ENDING,ENDING.  Ages are whole years, -1 where open;
 * sex 0 is both.
 */
bool
hcc_build_map(HccBuild *b, int cc, int age_min, int age_max, int sex,
			  int mce_min, int mce_max, const char *codes, PhmError *err)
{
	HccMapRow	   *row;
	const char *p = codes;

	if (!note_cc(b, cc, "hcc_mapping", err))
		return false;
	if (sex < 0 || sex > 2)
		return hcc_refuse(err, "hcc_mapping", "sex", "it is 1, 2 or null");
	if (b->parts.flags & HCC_MCE)
	{
		age_min = Max(age_min, mce_min);
		age_max = age_max < 0 ? mce_max : mce_max < 0 ? age_max : Min(age_max, mce_max);
	}
	row = APPEND(b->maps);
	row->cc = cc;
	row->rule.age_min = Max(0, Min(age_min, HCC_NO_AGE));
	row->rule.age_max = age_max < 0 ? HCC_NO_AGE : Min(age_max, HCC_NO_AGE);
	row->rule.sexes = sex ? sex : 3;
	while (*p)
	{
		Size		n = strcspn(p, " :");
		const char *prefix = p;

		p += n;
		if (*p == ':')
			do
			{
				Size		m = strcspn(++p, " ,");

				if (!add_code(b, prefix, n, p, m, err))
					return false;
				p += m;
			} while (*p == ',');
		else if (n > 0 && !add_code(b, prefix, n, "", 0, err))
			return false;
		if (*p == ' ')
			p++;
	}
	return true;
}

/* A category that suppresses another. */
bool
hcc_build_drop(HccBuild *b, int cc, int drops, PhmError *err)
{
	HccDropRow    *row;

	if (!note_cc(b, cc, "hcc_hierarchy", err) || !note_cc(b, drops, "hcc_hierarchy", err))
		return false;
	if (cc == drops)
		return hcc_refuse(err, "hcc_hierarchy", "drops", "a category cannot drop itself");
	row = APPEND(b->drops);
	row->cc = cc;
	row->drops = drops;
	return true;
}

/* A category that counts only beside one of others; never, when there are none. */
bool
hcc_build_require(HccBuild *b, int cc, const int32 *any_of, int n, PhmError *err)
{
	HccRequireRow *row;

	if (!note_cc(b, cc, "hcc_requirement", err))
		return false;
	for (int i = 0; i < n; i++)
		if (!note_cc(b, any_of[i], "hcc_requirement", err))
			return false;
	row = APPEND(b->requires);
	row->cc = cc;
	row->n = n;
	row->any_of = palloc(sizeof(int32) * (n + 1));
	if (n > 0)
		memcpy(row->any_of, any_of, sizeof(int32) * n);
	return true;
}

/* A variable; it is resolved when a factor or another variable names it. */
bool
hcc_build_variable(HccBuild *b, const char *name, const char *op, const char *args, PhmError *err)
{
	HccVariableRow *row;

	if (b->variables.n >= HCC_MAX_VARS)
		return hcc_refuse(err, "hcc_variable", name, "too many variables");
	for (int i = 0; i < b->variables.n; i++)
		if (strcmp(b->variables.at[i].name, name) == 0)
			return hcc_refuse(err, "hcc_variable", name, "it is defined twice");
	row = APPEND(b->variables);
	row->name = pstrdup(name);
	row->len = strlen(name);
	row->op = pstrdup(op);
	row->args = pstrdup(args);
	return true;
}

/* Normalization and coding intensity of a series, in millionths; normalization 0: not known. */
bool
hcc_build_adjust(HccBuild *b, const char *series, int64 normalization,
				 int64 coding_intensity, PhmError *err)
{
	HccAdjust  *row;

	if (normalization != 0 && (normalization < HCC_MIN_RATE || normalization > HCC_MAX_RATE))
		return hcc_refuse(err, "hcc_adjustment", series, "normalization is from 0.001 to 100");
	if (coding_intensity < 0 || coding_intensity >= HCC_SCALE)
		return hcc_refuse(err, "hcc_adjustment", series, "coding_intensity is from 0 to below 1");
	if (b->adjusts.n >= HCC_MAX_SELECTORS)
		return hcc_refuse(err, "hcc_adjustment", series, "too many series");
	row = APPEND(b->adjusts);
	row->series = pstrdup(series);
	row->normalization = normalization;
	row->coding_intensity = coding_intensity;
	return true;
}

/* An age range "a-b", "a-", "-b" or "a". */
bool
hcc_parse_range(const char *p, Size len, int *min, int *max)
{
	int			n[2] = {0, 0};
	int			digits[2] = {0, 0};
	int			part = 0;

	for (Size i = 0; i < len; i++)
	{
		if (p[i] == '-' && part == 0)
			part = 1;
		else if (p[i] >= '0' && p[i] <= '9' && digits[part] < 4)
		{
			n[part] = n[part] * 10 + p[i] - '0';
			digits[part]++;
		}
		else
			return false;
	}
	*min = n[0];
	*max = part == 0 ? n[0] : digits[1] ? n[1] : -1;
	return digits[0] + digits[1] > 0;
}

/* One word of a condition: a flag, "!flag", "age=a-b" or "entry_age=a-b". */
bool
hcc_add_condition(HccWhen *w, const char *word, Size len)
{
	bool		not = len > 0 && word[0] == '!';
	bool		entry = len > 10 && memcmp(word, "entry_age=", 10) == 0;
	int			flag,
				min,
				max;

	if (entry || (len > 4 && memcmp(word, "age=", 4) == 0))
	{
		Size		skip = entry ? 10 : 4;
		uint8	   *low = entry ? &w->entry_min : &w->age_min;
		uint8	   *high = entry ? &w->entry_max : &w->age_max;

		if (!hcc_parse_range(word + skip, len - skip, &min, &max) || min > HCC_NO_AGE)
			return false;
		*low = Max(*low, min);
		*high = max < 0 ? *high : Min(*high, Min(max, HCC_NO_AGE));
		return true;
	}
	flag = hcc_flag_of(word + not, len - not);
	if (flag < 0)
		return false;
	*(not ? &w->forbid : &w->need) |= HCC_FLAG(flag);
	return true;
}

/* A condition without any demand. */
HccWhen
hcc_always(void)
{
	return (HccWhen) {.age_max = HCC_NO_AGE, .entry_max = HCC_NO_AGE};
}

/* The next word of a list separated by blanks; false at the end. */
bool
hcc_next_word(const char **p, const char **word, Size *len)
{
	*p += strspn(*p, " ");
	*word = *p;
	*len = strcspn(*p, " ");
	*p += *len;
	return *len > 0;
}

/* A whole condition. */
bool
hcc_parse_condition(const char *text, HccWhen *w)
{
	const char *word;
	Size		len;

	*w = hcc_always();
	while (hcc_next_word(&text, &word, &len))
		if (!hcc_add_condition(w, word, len))
			return false;
	return true;
}

/* The place of a segment, which is added when it is new. */
static int
segment_place(HccBuild *b, const char *name, bool add)
{
	for (int i = 0; i < b->segments.n; i++)
		if (strcmp(b->segments.at[i].name, name) == 0)
			return i;
	if (!add)
		return -1;
	APPEND(b->segments)->name = pstrdup(name);
	return b->segments.n - 1;
}

/* A segment and whom it takes; rows come in order of precedence. */
bool
hcc_build_segment(HccBuild *b, const char *name, const char *condition,
				  int64 divisor, const char *series, PhmError *err)
{
	HccSelector *row;
	int			adjust = -1;

	for (int i = 0; i < b->adjusts.n; i++)
		if (strcmp(b->adjusts.at[i].series, series) == 0)
			adjust = i;
	if (adjust < 0)
		return hcc_refuse(err, "hcc_segment", name,
					  "phm.hcc_adjustment has no row of this model, payment year and series");
	if (divisor < HCC_MIN_RATE || divisor > HCC_MAX_RATE)
		return hcc_refuse(err, "hcc_segment", name, "divisor is from 0.001 to 100");
	if (b->selectors.n >= HCC_MAX_SELECTORS)
		return hcc_refuse(err, "hcc_segment", name, "too many rows");
	row = APPEND(b->selectors);
	if (!hcc_parse_condition(condition, &row->when))
		return hcc_refuse(err, "hcc_segment", name, "the condition has an unknown word");
	row->segment = segment_place(b, name, true);
	if (b->segments.n > HCC_MAX_SEGMENTS)
		return hcc_refuse(err, "hcc_segment", name, "too many segments");
	row->adjust = adjust;
	row->divisor = divisor;
	return true;
}

/* The category that a name such as HCC18 means, -1 when it is another name. */
int
hcc_cc_of(const HccBuild *b, const char *name, Size len)
{
	Size		n = strlen(b->parts.prefix);
	int			number = 0;

	if (len <= n || len > n + 4 || memcmp(name, b->parts.prefix, n) != 0)
		return -1;
	for (; n < len; n++)
	{
		if (name[n] < '0' || name[n] > '9')
			return -1;
		number = number * 10 + name[n] - '0';
	}
	return number;
}

/* A relative factor, in millionths; its segment must be known. */
bool
hcc_build_factor(HccBuild *b, const char *segment, const char *variable,
				 int64 factor, PhmError *err)
{
	int			place = segment_place(b, segment, false);
	int			cc = hcc_cc_of(b, variable, strlen(variable));
	HccFactorRow  *row;

	if (place < 0)
		return hcc_refuse(err, "hcc_coefficient", segment, "no row of phm.hcc_segment has this segment");
	if (factor > HCC_MAX_FACTOR || factor < -HCC_MAX_FACTOR)
		return hcc_refuse(err, "hcc_coefficient", variable, "a coefficient is from -1000 to 1000");
	if (cc >= 0 && !note_cc(b, cc, "hcc_coefficient", err))
		return false;
	row = APPEND(b->factors);
	row->segment = place;
	row->cc = cc;
	row->variable = pstrdup(variable);
	row->factor = factor;
	return true;
}
