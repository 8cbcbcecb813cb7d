/*
 * logic_type.c: type phm.logic in SQL: text and binary form, and what it holds.
 */
#include "phm.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/tuplestore.h"

#include "cql/logic_datum.h"
#include "cql/logic_format.h"
#include "types/codeset.h"

PG_FUNCTION_INFO_V1(phm_logic_in);
PG_FUNCTION_INFO_V1(phm_logic_out);
PG_FUNCTION_INFO_V1(phm_logic_recv);
PG_FUNCTION_INFO_V1(phm_logic_send);
PG_FUNCTION_INFO_V1(phm_explain_logic);
PG_FUNCTION_INFO_V1(phm_logic_expressions);
PG_FUNCTION_INFO_V1(phm_logic_parameters);
PG_FUNCTION_INFO_V1(phm_logic_hash);

const void *
logic_detoast(Datum datum)
{
	const struct varlena *value = PG_DETOAST_DATUM(datum);

	if (VARSIZE(value) < sizeof(LogicHeader) || ((const LogicHeader *) value)->version != LOGIC_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unsupported version of a stored phm.logic"),
				 errhint("Link it again.")));
	return value;
}

/* The value of a hexadecimal digit, -1 when it is none. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits as bytes behind a varlena header. */
static bool
read_hex(const char *text, char *value, PhmError *err)
{
	for (const char *p = text; *p; p += 2)
	{
		int			high = hex_digit(p[0]);
		int			low = high < 0 ? -1 : hex_digit(p[1]);

		CHECK_FOR_INTERRUPTS();
		if (low < 0)
		{
			phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, p - text, "phm.logic is written in pairs of hexadecimal digits");
			return phm_fail_detail(err, "Something else stands at character %lld.", (long long) (p - text + 1));
		}
		*value++ = (char) (high << 4 | low);
	}
	return true;
}

/* Raises an error for text that is not of the server's encoding. */
static void
verify_text(const LogicHeader *logic)
{
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);

	for (uint32 i = 0; i < logic_count(logic, LOGIC_STRINGS); i++)
	{
		int			length;
		const char *s = logic_string(logic, i, &length);

		CHECK_FOR_INTERRUPTS();
		(void) pg_verifymbstr(s, length, false);
	}
	for (uint32 i = 0; i < logic_count(logic, LOGIC_VALUE_SETS); i++)
	{
		CodesetView view;
		CodesetIterator it;
		CodesetEntry e;

		if (sets[i].codes == LOGIC_NONE)
			continue;
		codeset_view_init(&view, (const uint8 *) logic_section(logic, LOGIC_CODESETS) + sets[i].codes);
		codeset_iterate(&it, &view);
		while (codeset_next(&it, &e))
		{
			CHECK_FOR_INTERRUPTS();
			(void) pg_verifymbstr(e.system, e.system_length, false);
			(void) pg_verifymbstr(e.code, e.code_length, false);
		}
	}
}

Datum
phm_logic_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		size = VARHDRSZ + strlen(text) / 2;
	char	   *value = palloc(size);
	PhmError	err = {0};

	SET_VARSIZE(value, size);
	if (!read_hex(text, value + VARHDRSZ, &err) || !logic_validate(value, size, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	verify_text((const LogicHeader *) value);
	PG_RETURN_POINTER(value);
}

Datum
phm_logic_out(PG_FUNCTION_ARGS)
{
	static const char digits[] = "0123456789abcdef";
	const struct varlena *value = PG_GETARG_LOGIC_P(0);
	const uint8 *p = (const uint8 *) VARDATA(value);
	size_t		n = VARSIZE(value) - VARHDRSZ;
	char	   *text;

	if (n > (MaxAllocSize - 1) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("logic is too large for its text form")));
	text = palloc(n * 2 + 1);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 0xF];
	}
	text[2 * n] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
phm_logic_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;
	char	   *value = palloc(length + VARHDRSZ);
	PhmError	err = {0};

	memcpy(value + VARHDRSZ, pq_getmsgbytes(buf, length), length);
	SET_VARSIZE(value, length + VARHDRSZ);
	if (!logic_validate(value, length + VARHDRSZ, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	verify_text((const LogicHeader *) value);
	PG_RETURN_POINTER(value);
}

Datum
phm_logic_send(PG_FUNCTION_ARGS)
{
	const struct varlena *value = PG_GETARG_LOGIC_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(value), VARSIZE(value) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
phm_explain_logic(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	logic_explain(PG_GETARG_LOGIC_P(0), &out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* Adds a row of texts to the result of a set-returning function. */
static void
put_row(FunctionCallInfo fcinfo, int n, const char *const *texts)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[3] = {0};
	bool		nulls[3] = {false};

	for (int i = 0; i < n; i++)
	{
		nulls[i] = texts[i] == NULL;
		values[i] = texts[i] ? CStringGetTextDatum(texts[i]) : (Datum) 0;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
phm_logic_expressions(PG_FUNCTION_ARGS)
{
	const void *logic = PG_GETARG_LOGIC_P(0);
	uint32		n = logic_expression_count(logic);

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < n; i++)
	{
		const char *texts[2];

		logic_expression(logic, i, &texts[0], &texts[1]);
		put_row(fcinfo, 2, texts);
	}
	return (Datum) 0;
}

Datum
phm_logic_parameters(PG_FUNCTION_ARGS)
{
	const void *logic = PG_GETARG_LOGIC_P(0);
	uint32		n = logic_parameter_count(logic);

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < n; i++)
	{
		const char *texts[3];

		logic_parameter(logic, i, &texts[0], &texts[1], &texts[2]);
		put_row(fcinfo, 3, texts);
	}
	return (Datum) 0;
}

Datum
phm_logic_hash(PG_FUNCTION_ARGS)
{
	const LogicHeader *logic = PG_GETARG_LOGIC_P(0);

	PG_RETURN_INT64((int64) logic->hash);
}
