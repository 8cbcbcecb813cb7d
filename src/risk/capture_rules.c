/*
 * capture_rules.c: rules for suspected conditions from the rows that hold them:
 * bounds as quantities, codes in a table by hash.
 */
#include "risk/capture.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/* Columns of phm.suspect_evidence. */
enum
{
	COLUMN_ID = 1, COLUMN_RULE, COLUMN_PART, COLUMN_ROLE, COLUMN_KIND, COLUMN_SYSTEM, COLUMN_CODES, COLUMN_AT_LEAST, COLUMN_BELOW,
	COLUMN_UNIT, COLUMN_COUNT, COLUMN_APART, COLUMN_WITHIN, COLUMN_LATEST
};

/* A text column, NULL where it is null. */
static const char *
text_column(HeapTupleHeader row, int column)
{
	bool		null;
	Datum		value = GetAttributeByNum(row, (AttrNumber) column, &null);

	return null ? NULL : TextDatumGetCString(value);
}

/* A text column that a row must have. */
static const char *
needed_column(HeapTupleHeader row, int column)
{
	const char *text = text_column(row, column);

	if (text == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("a row of evidence lacks its rule, role, kind, code system or codes"),
				errhint("Give rows of phm.suspect_evidence."));
	return text;
}

static int
int_column(HeapTupleHeader row, int column)
{
	bool		null;
	Datum		value = GetAttributeByNum(row, (AttrNumber) column, &null);

	return null ? 0 : DatumGetInt32(value);
}

/* A bound as a quantity of the row's unit; false: there is none. */
static bool
bound_column(HeapTupleHeader row, int column, const char *unit, QuantityView *bound)
{
	bool		null;
	bool		exact;
	Datum		value = GetAttributeByNum(row, (AttrNumber) column, &null);
	char	   *text;

	if (null)
		return false;
	text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	if (!quantity_parse_number(text, (int) strlen(text), &bound->mantissa, &bound->scale, &exact))
		ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				errmsg("a bound of evidence \"%s\" has too many digits", text_column(row, COLUMN_RULE)));
	bound->ucum = true;
	bound->unit = unit;
	bound->unit_length = unit ? (int) strlen(unit) : 0;
	return true;
}

static CaptureKind
kind_of(const char *kind)
{
	static const char *const names[CAPTURE_KINDS] = {"lab", "drug", "procedure", "problem"};

	for (int i = 0; i < CAPTURE_KINDS; i++)
		if (strcmp(kind, names[i]) == 0)
			return i;
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("a kind of evidence is not understood"),
			errhint("Use lab, drug, procedure or problem."));
}

static void
read_evidence(HeapTupleHeader row, CaptureEvidence *e)
{
	const char *unit = text_column(row, COLUMN_UNIT);
	bool		null;

	memset(e, 0, sizeof(*e));
	e->id = int_column(row, COLUMN_ID);
	e->rule = needed_column(row, COLUMN_RULE);
	e->part = int_column(row, COLUMN_PART);
	e->support = strcmp(needed_column(row, COLUMN_ROLE), "support") == 0;
	e->kind = kind_of(needed_column(row, COLUMN_KIND));
	e->system = needed_column(row, COLUMN_SYSTEM);
	e->codes = needed_column(row, COLUMN_CODES);
	e->has_low = bound_column(row, COLUMN_AT_LEAST, unit, &e->low);
	e->has_high = bound_column(row, COLUMN_BELOW, unit, &e->high);
	e->bounded = e->has_low || e->has_high;
	e->count_min = int_column(row, COLUMN_COUNT);
	e->days_apart = int_column(row, COLUMN_APART);
	e->within_days = int_column(row, COLUMN_WITHIN);
	e->latest = DatumGetBool(GetAttributeByNum(row, COLUMN_LATEST, &null));
}

/* The order of rows: by rule, role, part and number. */
static int
by_part(const void *a, const void *b)
{
	const CaptureEvidence *x = a;
	const CaptureEvidence *y = b;
	int			c = strcmp(x->rule, y->rule);

	if (c != 0)
		return c;
	if (x->support != y->support)
		return x->support - y->support;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* The hash of bytes (FNV-1a), from that of those before them on. */
static uint32
hash_more(uint32 hash, const char *bytes, int length)
{
	for (int i = 0; i < length; i++)
		hash = (hash ^ (uint8) bytes[i]) * 16777619u;
	return hash;
}

/* The bucket of a code, from the hash of system and code. */
static int *
bucket_of(const CaptureRules *r, uint32 hash, bool prefix)
{
	hash += prefix;
	return &r->buckets[(hash ^ hash >> 15) & r->mask];
}

/*
 * A code as it is compared, in plain (CAPTURE_CODE_SIZE bytes): of ICD-10-CM in upper case,
 * without dots and blanks around.  Its length, -1: too long.
 */
int
capture_plain(const char *system, const char *code, int length, char *plain)
{
	bool		icd = strcmp(system, "ICD10CM") == 0;
	int			n = 0;

	while (icd && length > 0 && code[length - 1] == ' ')
		length--;
	while (icd && length > 0 && *code == ' ')
		code++, length--;
	if (length >= CAPTURE_CODE_SIZE)
		return -1;
	for (int i = 0; i < length; i++)
		if (!icd)
			plain[n++] = code[i];
		else if (code[i] != '.')
			plain[n++] = code[i] >= 'a' && code[i] <= 'z' ? code[i] - 'a' + 'A' : code[i];
	return n;
}

/* Adds a code that a row asks for; a * at the end means any continuation. */
static void
add_code(CaptureRules *r, int evidence, const char *system, const char *code, int length, const char *told)
{
	char		plain[CAPTURE_CODE_SIZE];
	int			written = length;
	CaptureCode *c;

	while (told == NULL && length > 0 && code[length - 1] == '*')
		length--;
	if ((written = written - length, length = capture_plain(system, code, length, plain)) < 0)
		return;
	if (r->ncodes == r->code_room)
		r->codes = repalloc_huge(r->codes, sizeof(CaptureCode) * (r->code_room *= 2));
	c = &r->codes[r->ncodes++];
	c->system = system;
	c->code = pnstrdup(plain, length);
	c->length = length;
	c->prefix = written > 0;
	c->evidence = evidence;
	c->told = told;
	if (c->prefix)
		r->longest_prefix = Max(r->longest_prefix, length);
}

/* The codes of a row, between blanks. */
static void
add_codes(CaptureRules *r, int evidence)
{
	const CaptureEvidence *e = &r->evidence[evidence];
	const char *p = e->codes;

	while (*p)
	{
		const char *end = p + strcspn(p, " ");

		if (end > p)
			add_code(r, evidence, e->system, p, (int) (end - p), NULL);
		p = end + (*end == ' ');
	}
}

/* The codes of drugs, each with the row that asks for its ingredient. */
static void
add_drugs(CaptureRules *r, ArrayType *drug_rows, ArrayType *drug_codes, ArrayType *ingredients)
{
	Datum	   *numbers;
	Datum	   *codes;
	Datum	   *told;
	int			n[3];

	deconstruct_array(drug_rows, INT4OID, sizeof(int32), true, TYPALIGN_INT, &numbers, NULL, &n[0]);
	deconstruct_array(drug_codes, TEXTOID, -1, false, TYPALIGN_INT, &codes, NULL, &n[1]);
	deconstruct_array(ingredients, TEXTOID, -1, false, TYPALIGN_INT, &told, NULL, &n[2]);
	if (n[0] != n[1] || n[0] != n[2])
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the arrays of drugs have different lengths"));
	for (int i = 0; i < n[0]; i++)
	{
		char	   *named = TextDatumGetCString(codes[i]);
		char	   *bar = strrchr(named, '|');

		if (bar == NULL)
			continue;
		*bar = '\0';
		for (int e = 0; e < r->nevidence; e++)
			if (r->evidence[e].id == DatumGetInt32(numbers[i]))
				add_code(r, e, named, bar + 1, (int) strlen(bar + 1), TextDatumGetCString(told[i]));
	}
}

/* Fills the buckets. */
static void
hash_codes(CaptureRules *r)
{
	uint32		size = 64;

	while (size < (uint32) r->ncodes * 2)
		size *= 2;
	r->mask = size - 1;
	r->buckets = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * (Size) size);
	memset(r->buckets, -1, sizeof(int) * (Size) size);
	for (int i = 0; i < r->ncodes; i++)
	{
		CaptureCode *c = &r->codes[i];
		uint32		hash = hash_more(2166136261u, c->system, (int) strlen(c->system) + 1);
		int		   *bucket = bucket_of(r, hash_more(hash, c->code, c->length), c->prefix);

		c->next = *bucket;
		*bucket = i;
	}
}

CaptureRules *
capture_rules(ArrayType *rows, ArrayType *drug_rows, ArrayType *drug_codes, ArrayType *ingredients)
{
	CaptureRules *r = palloc0(sizeof(CaptureRules));
	Datum	   *values;
	bool	   *nulls;
	int16		length;
	bool		by_value;
	char		align;

	get_typlenbyvalalign(ARR_ELEMTYPE(rows), &length, &by_value, &align);
	deconstruct_array(rows, ARR_ELEMTYPE(rows), length, by_value, align, &values, &nulls, &r->nevidence);
	r->evidence = palloc(sizeof(CaptureEvidence) * Max(r->nevidence, 1));
	for (int i = 0; i < r->nevidence; i++)
	{
		if (nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a row of evidence must not be null"));
		read_evidence(DatumGetHeapTupleHeader(values[i]), &r->evidence[i]);
	}
	qsort(r->evidence, r->nevidence, sizeof(CaptureEvidence), by_part);
	r->code_room = 256;
	r->codes = palloc(sizeof(CaptureCode) * r->code_room);
	for (int i = 0; i < r->nevidence; i++)
	{
		const CaptureEvidence *e = &r->evidence[i];

		r->within[e->kind] = Max(r->within[e->kind], e->within_days);
		if (e->kind != CAPTURE_DRUG)
			add_codes(r, i);
	}
	add_drugs(r, drug_rows, drug_codes, ingredients);
	hash_codes(r);
	return r;
}

void
capture_search(CaptureSearch *search, const CaptureRules *rules, const char *system, const char *code, int length)
{
	search->rules = rules;
	search->system = system;
	search->code = code;
	search->length = length;
	search->done = 0;
	search->hash = hash_more(2166136261u, system, (int) strlen(system) + 1);
	search->next = *bucket_of(rules, search->hash, true);
}

const CaptureCode *
capture_next_code(CaptureSearch *search)
{
	const CaptureRules *r = search->rules;

	for (;;)
	{
		bool		prefix = search->done <= search->length;

		while (search->next >= 0)
		{
			const CaptureCode *c = &r->codes[search->next];

			search->next = c->next;
			if (c->prefix == prefix && c->length == Min(search->done, search->length) &&
				memcmp(c->code, search->code, c->length) == 0 && strcmp(c->system, search->system) == 0)
				return c;
		}
		if (!prefix)
			return NULL;
		if (search->done < Min(search->length, r->longest_prefix))
		{
			search->hash = hash_more(search->hash, search->code + search->done++, 1);
			search->next = *bucket_of(r, search->hash, true);
			continue;
		}
		search->hash = hash_more(search->hash, search->code + search->done, search->length - search->done);
		search->done = search->length + 1;
		search->next = *bucket_of(r, search->hash, false);
	}
}
