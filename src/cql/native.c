/*
 * native.c: published library functions in C.
 *
 * A function is replaced where the structural hash of its ELM is the published
 * one (data of native_table.h), never by its name.
 */
#include "cql/exec_state.h"

#include "cql/compile.h"

extern CqlValue cql_native_op(CqlExec *x, const CqlNode *n, const CqlValue *a);

uint32
native_find(const CqlDef *def)
{
	return 0;
}

/* A String of a member, NULL when it is not there. */
static const char *
member_text(CqlExec *x, CqlValue v, const char *name, int *length)
{
	CqlValue	text = cql_property(x, v, name, (int) strlen(name));

	if (text.kind == CQL_ELEMENT)
		text = cql_primitive(x, text);
	*length = 0;
	if (text.kind != CQL_STRING)
		return NULL;
	*length = (int) text.n;
	return text.s;
}

/* A Coding as a code. */
static void
read_coding(CqlExec *x, CqlValue v, CqlCode *code)
{
	CqlValue	made;

	memset(code, 0, sizeof(*code));
	code->code = member_text(x, v, "code", &code->code_length);
	code->system = member_text(x, v, "system", &code->system_length);
	code->version = member_text(x, v, "version", &code->version_length);
	code->display = member_text(x, v, "display", &code->display_length);
	made = cql_make_code(x, code);
	*code = *made.code;
}

CqlValue
cql_native_concept(CqlExec *x, CqlValue v)
{
	ElementValue e;
	CqlValue	codings;
	CqlCode    *codes;
	uint32		n = 0;
	const char *text;
	int			length;

	if (v.kind != CQL_ELEMENT || v.element == NULL)
		return v;
	element_decode(v.element, &e);
	if (e.kind == ELEMENT_CONCEPT)
		return (CqlValue) {.kind = CQL_CONCEPT,.flag = CQL_IN_CHART,.type = v.flag,.i = e.number};
	if (v.type == FHIR_T_Coding)
	{
		codes = cql_alloc(x, sizeof(CqlCode));
		read_coding(x, v, codes);
		return cql_make_concept(x, codes, 1, NULL, 0);
	}
	if (v.type != FHIR_T_CodeableConcept)
		return cql_null();
	codings = cql_property(x, v, "coding", 6);
	if (codings.kind == CQL_LIST)
	{
		codes = cql_alloc(x, sizeof(CqlCode) * (codings.n + 1));
		for (uint32 i = 0; i < codings.n; i++)
			read_coding(x, codings.values[i], &codes[n++]);
	}
	else
		codes = NULL;
	text = member_text(x, v, "text", &length);
	return cql_make_concept(x, codes, n, text, length);
}

CqlValue
cql_native_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	cql_fail(x, n, ERRCODE_DATA_CORRUPTED, "there is no such native function");
}
