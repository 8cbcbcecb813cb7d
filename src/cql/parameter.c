/*
 * parameter.c: parameters of logic from JSON.
 *
 * The declared type of a parameter tells what a text is (a date, a time or a
 * text) and what a number is; without one a text is a String and a number an
 * Integer or a Decimal.
 */
#include "cql/parameter.h"

#include "cql/exec.h"
#include "types/code_system.h"
#include "types/bytes.h"
#include "types/json.h"

typedef struct Reader
{
	JsonReader	json;
	CqlExec    *x;
	CqlKind		kind;			/* innermost declared type, CQL_NULL: not told */
} Reader;

static bool read_value(Reader *r, CqlValue *v);

/* The innermost type of a declaration: DateTime of Interval<System.DateTime>. */
static CqlKind
innermost_kind(const char *type)
{
	const char *end;
	const char *start;
	CqlKind		kind;

	if (type == NULL)
		return CQL_NULL;
	end = strchr(type, '>');
	if (end == NULL)
		end = type + strlen(type);
	for (start = end; start > type && strchr("<.}: ", start[-1]) == NULL; start--)
		;
	kind = cql_kind_by_name(start, (int) (end - start));
	return kind == CQL_NKINDS ? CQL_NULL : kind;
}

/* Copies a text that the reader may overwrite. */
static const char *
keep(const char *s, int length)
{
	char	   *copy = palloc(length + 1);

	bytes_copy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

/* A time of day: hh, hh:mm, hh:mm:ss, hh:mm:ss.fff. */
static bool
parse_time(const char *s, int length, CqlValue *v)
{
	static const char form[] = "dd:dd:dd.ddd";
	int			part[4] = {0};
	int			nparts = 0;

	if (length != 2 && length != 5 && length != 8 && length != 12)
		return false;
	for (int i = 0; i < length; i++)
	{
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
		if (form[i] != 'd')
			nparts++;
		else
			part[nparts] = part[nparts] * 10 + s[i] - '0';
	}
	if (part[0] > 23 || part[1] > 59 || part[2] > 59)
		return false;
	*v = cql_time(((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + part[3],
				  nparts == 3 ? DATETIME_MILLISECOND : (DateTimePrecision) (DATETIME_HOUR + nparts));
	return true;
}

/* A text as a value of the declared type. */
static bool
text_value(Reader *r, const char *s, int length, CqlValue *v)
{
	PhmError	ignored = {0};
	PhmDateTime moment;
	bool		exact;

	switch (r->kind)
	{
		case CQL_DATE:
		case CQL_DATETIME:
			if (!datetime_parse(s, length, &moment, &exact, &ignored) ||
				(r->kind == CQL_DATE && datetime_precision(moment) > DATETIME_DAY))
				return json_fail(&r->json, ERRCODE_INVALID_DATETIME_FORMAT, "this is no date of the parameter's type");
			*v = r->kind == CQL_DATE ? cql_date(moment) : cql_normal_datetime(r->x, moment);
			return true;
		case CQL_TIME:
			if (s[0] == 'T')
				s++, length--;
			return parse_time(s, length, v) ||
				json_fail(&r->json, ERRCODE_INVALID_DATETIME_FORMAT, "this is no time of day");
		default:
			*v = cql_string(keep(s, length), length);
			return true;
	}
}

/* A Decimal that outlives the evaluation of a chart; null when it does not fit. */
static CqlValue
keep_decimal(Decimal d)
{
	int128	   *wide;

	if (!cql_fit_decimal(&d))
		return cql_null();
	if (cql_is_narrow(d.mantissa))
		return cql_decimal(d.mantissa, d.scale);
	wide = palloc(sizeof(int128));
	*wide = d.mantissa;
	return (CqlValue) {.kind = CQL_DECIMAL,.flag = (uint8) (d.scale | CQL_WIDE),.mantissa = wide};
}

/* A number as a value of the declared type. */
static bool
number_value(Reader *r, const char *s, int length, CqlValue *v)
{
	Decimal		d;
	bool		exact;

	if (!decimal_parse(s, length, &d, &exact, NULL))
		return json_fail(&r->json, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "this number is too large");
	if (d.scale == 0 && r->kind == CQL_LONG && d.mantissa >= PG_INT64_MIN && d.mantissa <= PG_INT64_MAX)
		*v = cql_long((int64) d.mantissa);
	else if (d.scale == 0 && r->kind != CQL_DECIMAL && d.mantissa >= -(int128) PG_INT32_MAX - 1 && d.mantissa <= PG_INT32_MAX)
		*v = cql_integer((int32) d.mantissa);
	else
		*v = keep_decimal(d);
	return !cql_is_null(*v) || json_fail(&r->json, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "this number is too large");
}

static bool
read_list(Reader *r, CqlValue *v)
{
	CqlValue   *values = palloc(sizeof(CqlValue) * 4);
	uint32		n = 0;
	uint32		size = 4;
	bool		first = true;
	bool		more;

	r->json.p++;
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (!json_next(&r->json, ']', &first, &more))
			return false;
		if (!more)
			break;
		if (n == size)
			values = repalloc(values, sizeof(CqlValue) * (size *= 2));
		if (!read_value(r, &values[n++]))
			return false;
	}
	*v = cql_list(values, n);
	return true;
}

/* The members that the objects of parameters have. */
typedef enum Member
{
	MEMBER_LOW, MEMBER_HIGH, MEMBER_LOW_CLOSED, MEMBER_HIGH_CLOSED,
	MEMBER_VALUE, MEMBER_UNIT,
	MEMBER_CODE, MEMBER_SYSTEM, MEMBER_VERSION, MEMBER_DISPLAY, MEMBER_CODES,
	MEMBER_COUNT
} Member;

static const char *const member_names[MEMBER_COUNT] = {
	"low", "high", "lowClosed", "highClosed", "value", "unit", "code", "system", "version", "display", "codes"
};

/* The text of a member, NULL when it is absent. */
static const char *
member_text(const CqlValue *v, int *length)
{
	*length = v->kind == CQL_STRING ? (int) v->n : 0;
	return v->kind == CQL_STRING ? v->s : NULL;
}

static CqlCode *
make_code(const CqlValue *m)
{
	CqlCode    *c = palloc0(sizeof(CqlCode));

	c->code = member_text(&m[MEMBER_CODE], &c->code_length);
	c->system = member_text(&m[MEMBER_SYSTEM], &c->system_length);
	c->version = member_text(&m[MEMBER_VERSION], &c->version_length);
	c->display = member_text(&m[MEMBER_DISPLAY], &c->display_length);
	if (c->code)
		c->hash = code_hash(code_system_hash(c->system ? c->system : "", c->system_length), c->code, c->code_length);
	return c;
}

static CqlValue
make_concept(const CqlValue *m)
{
	CqlConcept *c = palloc0(sizeof(CqlConcept));
	CqlCode    *codes = palloc(sizeof(CqlCode) * Max(m[MEMBER_CODES].n, 1));

	for (uint32 i = 0; i < m[MEMBER_CODES].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (m[MEMBER_CODES].values[i].kind == CQL_CODE)
			codes[c->ncodes++] = *m[MEMBER_CODES].values[i].code;
	}
	c->codes = codes;
	c->display = member_text(&m[MEMBER_DISPLAY], &c->display_length);
	return (CqlValue) {.kind = CQL_CONCEPT, .concept = c};
}

static CqlValue
make_quantity(const CqlValue *m)
{
	CqlQuantity *q = palloc0(sizeof(CqlQuantity));

	(void) cql_to_number(m[MEMBER_VALUE], &q->value);
	q->unit = m[MEMBER_UNIT].kind == CQL_STRING ? m[MEMBER_UNIT].s : "";
	q->unit_length = m[MEMBER_UNIT].kind == CQL_STRING ? (int) m[MEMBER_UNIT].n : 0;
	if (q->unit_length == 1 && q->unit[0] == '1')
		q->unit_length = 0;
	return (CqlValue) {.kind = CQL_QUANTITY, .quantity = q};
}

static CqlValue
make_interval(const CqlValue *m, CqlKind point)
{
	CqlInterval *i = palloc0(sizeof(CqlInterval));

	i->low = m[MEMBER_LOW];
	i->high = m[MEMBER_HIGH];
	i->low_closed = !cql_is_false(m[MEMBER_LOW_CLOSED]);
	i->high_closed = !cql_is_false(m[MEMBER_HIGH_CLOSED]);
	i->point = cql_is_null(i->low) ? (cql_is_null(i->high) ? point : i->high.kind) : i->low.kind;
	return (CqlValue) {.kind = CQL_INTERVAL, .interval = i};
}

/* Reads one member; those of codes and quantities are texts and numbers whatever is declared. */
static bool
read_member(Reader *r, CqlValue *m, uint32 *seen)
{
	CqlKind		declared = r->kind;
	const char *name;
	int			length;
	int			i;
	bool		done;

	if (!json_name(&r->json, &name, &length))
		return false;
	for (i = 0; i < MEMBER_COUNT; i++)
		if ((int) strlen(member_names[i]) == length && memcmp(member_names[i], name, length) == 0)
			break;
	if (i == MEMBER_COUNT)
		return json_fail(&r->json, ERRCODE_INVALID_PARAMETER_VALUE, "a parameter has no such member");
	*seen |= 1u << i;
	if (i > MEMBER_HIGH)
		r->kind = CQL_STRING;
	json_peek(&r->json);
	done = read_value(r, &m[i]);
	r->kind = declared;
	return done;
}

/* An interval, a quantity, a code or a concept: the members tell which. */
static bool
read_object(Reader *r, CqlValue *v)
{
	CqlValue	m[MEMBER_COUNT] = {{0}};
	uint32		seen = 0;
	bool		first = true;
	bool		more;

	r->json.p++;
	for (;;)
	{
		if (!json_next(&r->json, '}', &first, &more))
			return false;
		if (!more)
			break;
		if (!read_member(r, m, &seen))
			return false;
	}
	if (seen & (1u << MEMBER_LOW | 1u << MEMBER_HIGH))
		*v = make_interval(m, r->kind);
	else if (seen & 1u << MEMBER_CODES)
		*v = make_concept(m);
	else if (seen & 1u << MEMBER_CODE)
		*v = (CqlValue) {.kind = CQL_CODE, .code = make_code(m)};
	else if (seen & 1u << MEMBER_VALUE && (m[MEMBER_VALUE].kind == CQL_INTEGER || m[MEMBER_VALUE].kind == CQL_DECIMAL))
		*v = make_quantity(m);
	else
		return json_fail(&r->json, ERRCODE_INVALID_PARAMETER_VALUE,
						 "an object that is neither an interval, a quantity, a code nor a concept");
	return true;
}

static bool
read_value(Reader *r, CqlValue *v)
{
	const char *text;
	int			length;

	check_stack_depth();
	*v = cql_null();
	switch (json_peek(&r->json))
	{
		case '"':
			return json_string(&r->json, &text, &length) && text_value(r, text, length, v);
		case '[':
			return read_list(r, v);
		case '{':
			return read_object(r, v);
		case 't':
		case 'f':
		case 'n':
			switch (json_word(&r->json))
			{
				case 't':
					*v = cql_boolean(true);
					return true;
				case 'f':
					*v = cql_boolean(false);
					return true;
				case 'n':
					return true;
				default:
					return false;
			}
		default:
			return json_number(&r->json, &text, &length) && number_value(r, text, length, v);
	}
}

/* The declared type of a parameter; false when logic has none of the name. */
static bool
find_parameter(const void *logic, const char *name, const char **type)
{
	uint32		n = logic_parameter_count(logic);

	for (uint32 i = 0; i < n; i++)
	{
		const char *library;
		const char *own;
		size_t		prefix;

		logic_parameter(logic, i, &library, &own, type);
		prefix = library ? strlen(library) : 0;
		if (strcmp(own, name) == 0 ||
			(prefix > 0 && strncmp(name, library, prefix) == 0 && name[prefix] == '.' && strcmp(name + prefix + 1, own) == 0))
			return true;
	}
	return false;
}

/* Reads one parameter of the object. */
static bool
read_parameter(Reader *r, const void *logic)
{
	const char *name;
	const char *type = NULL;
	int			length;
	CqlValue	v;

	if (!json_name(&r->json, &name, &length))
		return false;
	name = keep(name, length);
	if (!find_parameter(logic, name, &type))
		return json_fail(&r->json, ERRCODE_UNDEFINED_PARAMETER, "the logic has no such parameter");
	r->kind = innermost_kind(type);
	if (!read_value(r, &v))
		return false;
	(void) cql_set_parameter(r->x, name, v);
	return true;
}

bool
cql_set_parameters(CqlExec *x, const void *logic, const char *json, size_t length, PhmError *err)
{
	Reader		r = {.x = x};
	bool		first = true;
	bool		more;

	json_init(&r.json, json, length, err);
	if (json_peek(&r.json) != '{')
		return json_fail(&r.json, ERRCODE_INVALID_PARAMETER_VALUE, "parameters are a JSON object");
	r.json.p++;
	for (;;)
	{
		if (!json_next(&r.json, '}', &first, &more))
			return false;
		if (!more)
			return json_end(&r.json);
		if (!read_parameter(&r, logic))
			return false;
	}
}
