/*
 * concept_type.c: the SQL face of phm.concept: input, output, comparison,
 * casts and accessors.  Owns nothing; all knowledge of the format is in
 * concept.c.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/jsonb.h"

#include "types/code_system.h"
#include "types/code_text.h"
#include "types/concept.h"

#define GETARG_CONCEPT(n)	PG_GETARG_VARLENA_PP(n)

/* A string of the value as text. */
static inline Datum
text_datum(const char *s, int length)
{
	return PointerGetDatum(cstring_to_text_with_len(s, length));
}

PG_FUNCTION_INFO_V1(phm_concept_in);

/* Text form or FHIR JSON to concept. */
Datum
phm_concept_in(PG_FUNCTION_ARGS)
{
	char	   *input = PG_GETARG_CSTRING(0);
	PhmError	err = {0};
	struct varlena *value = concept_parse(input, strlen(input), &err);

	if (value == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(phm_concept_out);

/* Concept to its text form. */
Datum
phm_concept_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = GETARG_CONCEPT(0);
	StringInfoData out;

	initStringInfo(&out);
	concept_print(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &out);
	PG_RETURN_CSTRING(out.data);
}

/* Raises an error when a string is not in the database's encoding. */
static void
check_encoding(const char *s, int length)
{
	if (s != NULL)
		(void) pg_verifymbstr(s, length, false);
}

/* Writes a value again as this version writes it: URIs that have an id now get it. */
static struct varlena *
rewrite(const char *payload, int length)
{
	ConceptWriter w;
	ConceptReader r;
	CodingView	c;

	concept_writer_init(&w);
	concept_read(&r, payload, length);
	while (concept_next(&r, &c))
	{
		c.hash = 0;
		concept_put(&w, &c);
	}
	return concept_finish(&w, r.text, r.text_length);
}

PG_FUNCTION_INFO_V1(phm_concept_recv);

/* Binary input: the stored form without its header; everything is checked. */
Datum
phm_concept_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;
	const char *payload = pq_getmsgbytes(buf, length);
	struct varlena *value;
	PhmError	err = {0};
	ConceptReader r;
	CodingView	c;
	bool		other;

	if (!concept_validate(payload, length, &other, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	concept_read(&r, payload, length);
	check_encoding(r.text, r.text_length);
	while (concept_next(&r, &c))
	{
		check_encoding(c.system, c.system_length);
		check_encoding(c.code, c.code_length);
		check_encoding(c.display, c.display_length);
		check_encoding(c.version, c.version_length);
	}
	if (other)
		PG_RETURN_POINTER(rewrite(payload, length));
	value = palloc(VARHDRSZ + length);
	SET_VARSIZE(value, VARHDRSZ + length);
	memcpy(VARDATA(value), payload, length);
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(phm_concept_send);

/* Binary output: the stored form without its header. */
Datum
phm_concept_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = GETARG_CONCEPT(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Compares the first two arguments and frees copies: b-tree support must not leak. */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	struct varlena *a = GETARG_CONCEPT(0);
	struct varlena *b = GETARG_CONCEPT(1);
	int			order = concept_compare(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
										VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b));

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

#define COMPARISON(name, test) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { PG_RETURN_BOOL(compare_arguments(fcinfo) test); }

COMPARISON(phm_concept_eq, == 0)
COMPARISON(phm_concept_ne, != 0)
COMPARISON(phm_concept_lt, < 0)
COMPARISON(phm_concept_le, <= 0)
COMPARISON(phm_concept_gt, > 0)
COMPARISON(phm_concept_ge, >= 0)

PG_FUNCTION_INFO_V1(phm_concept_cmp);

/* Three-way comparison for b-tree. */
Datum
phm_concept_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

PG_FUNCTION_INFO_V1(phm_concept_hash);

/* Hash that agrees with equality. */
Datum
phm_concept_hash(PG_FUNCTION_ARGS)
{
	struct varlena *a = GETARG_CONCEPT(0);
	uint64		hash = concept_hash(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), 0);

	PG_FREE_IF_COPY(a, 0);
	PG_RETURN_INT32((int32) hash);
}

PG_FUNCTION_INFO_V1(phm_concept_hash_extended);

/* The same in 64 bits with a seed; with seed 0 its low half is the 32-bit hash. */
Datum
phm_concept_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *a = GETARG_CONCEPT(0);
	uint64		hash = concept_hash(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), (uint64) PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(a, 0);
	PG_RETURN_INT64((int64) hash);
}

PG_FUNCTION_INFO_V1(phm_concept_equivalent);

/* Whether two concepts share a code: CQL equivalence. */
Datum
phm_concept_equivalent(PG_FUNCTION_ARGS)
{
	struct varlena *a = GETARG_CONCEPT(0);
	struct varlena *b = GETARG_CONCEPT(1);

	PG_RETURN_BOOL(concept_share_code(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
									  VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b)));
}

PG_FUNCTION_INFO_V1(phm_concept_from_jsonb);

/* FHIR JSON to concept. */
Datum
phm_concept_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	StringInfoData text;
	PhmError	err = {0};
	struct varlena *value = NULL;

	initStringInfo(&text);
	JsonbToCString(&text, &json->root, VARSIZE(json));
	if (JB_ROOT_IS_OBJECT(json))
		value = concept_parse(text.data, text.len, &err);
	else
		phm_fail(&err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "a concept is made from a JSON object");
	if (value == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(phm_concept_fhir_json);

/* Concept to FHIR JSON as type json. */
Datum
phm_concept_fhir_json(PG_FUNCTION_ARGS)
{
	struct varlena *value = GETARG_CONCEPT(0);
	StringInfoData out;

	initStringInfo(&out);
	concept_print_json(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &out);
	PG_RETURN_DATUM(text_datum(out.data, out.len));
}

PG_FUNCTION_INFO_V1(phm_concept_fhir_jsonb);

/* Concept to FHIR JSON as type jsonb. */
Datum
phm_concept_fhir_jsonb(PG_FUNCTION_ARGS)
{
	struct varlena *value = GETARG_CONCEPT(0);
	StringInfoData out;

	initStringInfo(&out);
	concept_print_json(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &out);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}

/* A system argument (alias or URI) as the canonical URI's parts; false after a soft error. */
static bool
system_argument(FunctionCallInfo fcinfo, int n, CodingView *c)
{
	text	   *argument = PG_GETARG_TEXT_PP(n);
	PhmError	err = {0};

	if (code_system_argument(VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument),
							 &c->system, &c->system_length, &c->system_id, &err))
		return true;
	PHM_REPORT(fcinfo, &err);
	return false;
}

PG_FUNCTION_INFO_V1(phm_concept_make);

/* phm.concept(system, code, display): a concept of one coding. */
Datum
phm_concept_make(PG_FUNCTION_ARGS)
{
	CodingView	c = {.user_selected = -1};
	ConceptWriter w;

	if (!PG_ARGISNULL(0) && !system_argument(fcinfo, 0, &c))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1))
	{
		text	   *code = PG_GETARG_TEXT_PP(1);

		c.code = VARDATA_ANY(code);
		c.code_length = VARSIZE_ANY_EXHDR(code);
	}
	if (!PG_ARGISNULL(2))
	{
		text	   *display = PG_GETARG_TEXT_PP(2);

		c.display = VARDATA_ANY(display);
		c.display_length = VARSIZE_ANY_EXHDR(display);
	}
	concept_writer_init(&w);
	concept_put(&w, &c);
	PG_RETURN_POINTER(concept_finish(&w, NULL, 0));
}

/* Whether two codings name the same system, whatever URI they write it with. */
static bool
same_system(const CodingView *a, const CodingView *b)
{
	int			a_length,
				b_length;
	const char *a_system = coding_canonical_system(a, &a_length);
	const char *b_system = coding_canonical_system(b, &b_length);

	return a_length == b_length && memcmp(a_system, b_system, a_length) == 0;
}

PG_FUNCTION_INFO_V1(phm_concept_code);

/* phm.code(concept, system): the first code, of a system if one is given. */
Datum
phm_concept_code(PG_FUNCTION_ARGS)
{
	struct varlena *value;
	CodingView	wanted = {0};
	CodingView	c;
	ConceptReader r;

	if (PG_ARGISNULL(0) || (!PG_ARGISNULL(1) && !system_argument(fcinfo, 1, &wanted)))
		PG_RETURN_NULL();
	value = GETARG_CONCEPT(0);
	concept_read(&r, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	while (concept_next(&r, &c))
	{
		if (c.code != NULL && (wanted.system == NULL || same_system(&c, &wanted)))
			PG_RETURN_DATUM(text_datum(c.code, c.code_length));
	}
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(phm_concept_display);

/* phm.display(concept): its text, else the display chosen by the user, else the first. */
Datum
phm_concept_display(PG_FUNCTION_ARGS)
{
	struct varlena *value = GETARG_CONCEPT(0);
	CodingView	c;
	CodingView	best = {0};
	ConceptReader r;

	concept_read(&r, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	if (r.text != NULL)
		PG_RETURN_DATUM(text_datum(r.text, r.text_length));
	while (concept_next(&r, &c))
	{
		if (c.display != NULL && (best.display == NULL || (c.user_selected == 1 && best.user_selected != 1)))
			best = c;
	}
	if (best.display == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(text_datum(best.display, best.display_length));
}

/* One coding as a row of phm.codings. */
static void
coding_row(const CodingView *c, Datum *values, bool *nulls)
{
	nulls[0] = c->system == NULL;
	nulls[1] = c->code == NULL;
	nulls[2] = c->display == NULL;
	nulls[3] = c->version == NULL;
	nulls[4] = c->user_selected < 0;
	values[0] = nulls[0] ? 0 : text_datum(c->system, c->system_length);
	values[1] = nulls[1] ? 0 : text_datum(c->code, c->code_length);
	values[2] = nulls[2] ? 0 : text_datum(c->display, c->display_length);
	values[3] = nulls[3] ? 0 : text_datum(c->version, c->version_length);
	values[4] = BoolGetDatum(c->user_selected == 1);
}

PG_FUNCTION_INFO_V1(phm_concept_codings);

/* phm.codings(concept): one row a coding. */
Datum
phm_concept_codings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	struct varlena *value = GETARG_CONCEPT(0);
	CodingView	c;
	ConceptReader r;

	InitMaterializedSRF(fcinfo, 0);
	concept_read(&r, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	while (concept_next(&r, &c))
	{
		Datum		values[5];
		bool		nulls[5];

		coding_row(&c, values, nulls);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
