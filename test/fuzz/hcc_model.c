/*
 * hcc_model.c: models of risk adjustment from bytes and from rows.
 *
 * An input that begins with 'B' is the body of a binary model (its hash is
 * made right, or nothing would get past it); any other is rows, one a line:
 * m cc codes | d cc drops | q cc any | v name op args | s name condition |
 * c segment variable factor.  Whatever is accepted must be canonical, score
 * anybody, and so must every slice of it.
 */
#include "risk/hcc.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static HccScore score;

/* Scores a few persons with every trait and some codes. */
static void
exercise(const void *model, Size size, bool slice)
{
	static const char *const codes[] = {"A01", "a0.1", "E119", "Z", "", "B02X"};
	PhmError	err = {0};
	HccView		v;

	if (!hcc_view(&v, model, size, &err))
		abort();
	for (int i = 0; i < 64; i++)
	{
		HccPerson	person = {.age = i * 5 % 151, .sex = 1 + i % 2, .orec = i % 4, .dual = i % 3,
			.new_enrollee = i & 1, .snp = i & 2, .low_income = i & 4, .lti = i & 8,
		.esrd = i & 16, .graft_months = i % 12};
		HccSubject	subject;
		HccWork		work;
		const uint64 *mapped = work.mapped;
		int			selector;

		if (!hcc_subject(&person, &subject, &err))
			abort();
		hcc_begin(&work, &v, &subject);
		for (int k = 0; k < lengthof(codes); k++)
			if (hcc_add(&work, codes[k], strlen(codes[k])) == HCC_MAPPED && !hcc_has_icd10_form(codes[k], strlen(codes[k])))
				work.codes[HCC_EDITED]++;
		hcc_finish(&work, true, &score);
		if (score.segment < 0)
			continue;
		hcc_segment_name(&v, score.segment);
		hcc_raw(&score);
		hcc_payment(&score);
		for (int t = 0; t < score.nterms; t++)
			if (score.terms[t].kind != HCC_KIND_CC)
				hcc_variable_name(&v, score.terms[t].index);
			else
				hcc_number(&v, score.terms[t].index);
		selector = hcc_select(&v, &subject);
		if (!slice && i % 16 == 0)
		{
			struct varlena *part = hcc_slice(&v, selector);
			int64		sum = score.sum;
			HccView		w;

			if (!hcc_check(part, VARSIZE(part), &err) || !hcc_view(&w, part, VARSIZE(part), &err))
				abort();
			hcc_score(&w, &subject, mapped, true, &score);
			if (score.sum != sum)
				abort();
			exercise(part, VARSIZE(part), true);
		}
	}
}

/* The next word of a line, or the rest of it. */
static char *
word(char **p, bool rest)
{
	char	   *w = *p;

	if (rest)
		return w;
	*p += strcspn(*p, " ");
	if (**p)
		*(*p)++ = '\0';
	return w;
}

/* One row into the builder. */
static bool
add_row(HccBuild *b, char *line, PhmError *err)
{
	char	   *kind = word(&line, false);
	char	   *first = word(&line, false);
	char	   *second;

	switch (*kind)
	{
		case 'm':
			return hcc_build_map(b, atoi(first), strlen(line) % 7 - 1, strlen(line) % 90 + 7,
								 strlen(line) % 3, -1, 15, word(&line, true), err);
		case 'd':
			return hcc_build_drop(b, atoi(first), atoi(line), err);
		case 'q':
			return hcc_build_require(b, atoi(first), (int32[]) {atoi(line)}, *line != '\0', err);
		case 'v':
			second = word(&line, false);
			return hcc_build_variable(b, first, second, line, err);
		case 's':
			return hcc_build_segment(b, first, line, 905000, "all", err);
		case 'c':
			second = word(&line, false);
			return hcc_build_factor(b, first, second, atoi(line), err);
	}
	return true;
}

/* Rows of text as a model. */
static void
from_rows(const uint8_t *data, size_t size)
{
	char	   *text = pnstrdup((const char *) data, size);
	PhmError	err = {0};
	HccBuild   *b = hcc_build("fuzz", 2026, "HCC", size % 2);
	bool		good = hcc_build_adjust(b, "all", 1067000, 59000, &err);
	struct varlena *model;

	for (char *line = text; good && line;)
	{
		char	   *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		good = add_row(b, line, &err);
		line = end;
	}
	if (!good && err.sqlstate == 0)
		abort();
	if (!good)
		return;
	model = hcc_build_finish(b, &err);
	if (model == NULL)
	{
		if (err.sqlstate == 0)
			abort();
		return;
	}
	if (!hcc_check(model, VARSIZE(model), &err))
		abort();
	exercise(model, VARSIZE(model), false);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PhmError	err = {0};

	if (size > 0 && data[0] == 'B')
	{
		Size		total = size - 1 + 4;
		uint8	   *model = palloc0(Max(total, 16));

		memcpy(model + 4, data + 1, size - 1);
		SET_VARSIZE(model, total);
		if (total >= HCC_HEADER)
			phm_put_u64(model + 8, hcc_hash(model + 16, total - 16) ^ phm_get_u32(model + 4));
		if (hcc_check(model, total, &err))
			exercise(model, total, false);
		else if (err.sqlstate == 0)
			abort();
	}
	else if (size > 0)
		from_rows(data, size);
	shim_reset();
	return 0;
}
