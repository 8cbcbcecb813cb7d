/*
 * record_line.c: claim lines out of Claim.item and ExplanationOfBenefit.item.
 *
 * The items stay in the claim's extra; the lines are their typed projection
 * for analysts and for the chart.
 */
#include "phm.h"

#include "utils/numeric.h"

#include "record/record_line.h"

/* Column numbers of claim_line, looked up once. */
typedef struct LineColumns
{
	const RecordTable *table;
	int			line;
	int			service_from;
	int			service_to;
	int			product_or_service;
	int			modifier;
	int			revenue;
	int			place_of_service;
	int			quantity;
	int			charge;
	int			allowed;
	int			paid;
	int			member_paid;
	int			encounter_id;
	int			diagnosis;
} LineColumns;

/* Which amount an adjudication category means; the code is the last part of its URL. */
typedef enum Amount
{
	AMOUNT_CHARGE,
	AMOUNT_ALLOWED,
	AMOUNT_PAID,
	AMOUNT_MEMBER,
	AMOUNTS
} Amount;

/*
 * Categories of FHIR's example code system, CARIN Blue Button and CMS Blue
 * Button (whose codes are the names of CCW variables).
 */
static const struct
{
	const char *code;
	Amount		amount;
}			categories[] = {
	{"submitted", AMOUNT_CHARGE},
	{"line_sbmtd_chrg_amt", AMOUNT_CHARGE},
	{"rev_cntr_tot_chrg_amt", AMOUNT_CHARGE},
	{"eligible", AMOUNT_ALLOWED},
	{"allowedamount", AMOUNT_ALLOWED},
	{"line_alowd_chrg_amt", AMOUNT_ALLOWED},
	{"benefit", AMOUNT_PAID},
	{"paidbypayer", AMOUNT_PAID},
	{"line_nch_pmt_amt", AMOUNT_PAID},
	{"rev_cntr_pmt_amt_amt", AMOUNT_PAID},
	{"deductible", AMOUNT_MEMBER},
	{"copay", AMOUNT_MEMBER},
	{"coinsurance", AMOUNT_MEMBER},
	{"line_bene_ptb_ddctbl_amt", AMOUNT_MEMBER},
	{"line_coinsrnc_amt", AMOUNT_MEMBER},
	{"rev_cntr_cash_ddctbl_amt", AMOUNT_MEMBER},
	{"rev_cntr_coinsrnc_wge_adjstd_c", AMOUNT_MEMBER}
};

static const LineColumns *
line_columns(void)
{
	static LineColumns c;

	if (c.table == NULL)
	{
		const RecordTable *t = record_table_by_name("claim_line");

		c.line = record_column(t, "line");
		c.service_from = record_column(t, "service_from");
		c.service_to = record_column(t, "service_to");
		c.product_or_service = record_column(t, "product_or_service");
		c.modifier = record_column(t, "modifier");
		c.revenue = record_column(t, "revenue");
		c.place_of_service = record_column(t, "place_of_service");
		c.quantity = record_column(t, "quantity");
		c.charge = record_column(t, "charge");
		c.allowed = record_column(t, "allowed");
		c.paid = record_column(t, "paid");
		c.member_paid = record_column(t, "member_paid");
		c.encounter_id = record_column(t, "encounter_id");
		c.diagnosis = record_column(t, "diagnosis");
		c.table = t;
	}
	return &c;
}

/* A line in the making. */
typedef struct Line
{
	const LineColumns *columns;
	RecordSplitter *splitter;
	Datum		values[32];
	bool		nulls[32];
	Datum		amounts[AMOUNTS];
	bool		has_amount[AMOUNTS];
} Line;

static void
set_value(Line *line, int column, Datum datum)
{
	line->values[column] = datum;
	line->nulls[column] = false;
}

/* Finds a member by name in an object. */
static bool
find_member(const ElementValue *object, const char *name, ElementValue *value)
{
	const uint8 *p = object->data;
	ElementMember member;

	if (object->kind != ELEMENT_OBJECT)
		return false;
	while (element_next(&p, object->data + object->length, &member))
		if (strcmp(name, member.element ? member.name : "") == 0)
		{
			*value = member.value;
			return true;
		}
	return false;
}

/* The first value of a list, or the value itself. */
static bool
first_of(ElementValue *value)
{
	const uint8 *p = value->data;

	if (value->kind != ELEMENT_ARRAY)
		return true;
	return element_next_value(&p, value->data + value->length, value);
}

/* The first code of a CodeableConcept. */
static bool
code_of(const ElementValue *concept, char *buffer, const char **code, int *length)
{
	ElementValue value;

	if (!find_member(concept, "coding", &value) || !first_of(&value) || !find_member(&value, "code", &value))
		return false;
	element_primitive(&value, &value);
	if (value.kind < ELEMENT_STRING || value.kind > ELEMENT_SYSTEM)
		return false;
	*code = element_text(&value, buffer, length);
	return true;
}

static void
set_code(Line *line, int column, const ElementValue *concept)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *code;
	int			length;

	if (code_of(concept, buffer, &code, &length))
		set_value(line, column, PointerGetDatum(cstring_to_text_with_len(code, length)));
}

static void
set_number(Line *line, int column, const ElementValue *object)
{
	ElementValue value;

	if (!find_member(object, "value", &value))
		return;
	element_primitive(&value, &value);
	if (value.kind == ELEMENT_INT || value.kind == ELEMENT_DECIMAL || value.kind == ELEMENT_NUMBER)
		set_value(line, column, record_number(&value));
}

static void
set_date(Line *line, int column, const ElementValue *value)
{
	ElementValue primitive;

	element_primitive(value, &primitive);
	if (primitive.kind == ELEMENT_DATETIME || primitive.kind == ELEMENT_LITERAL)
		set_value(line, column, Int64GetDatum(primitive.number));
}

/* All modifiers, separated by blanks. */
static void
set_modifiers(Line *line, const ElementValue *array)
{
	const uint8 *p = array->data;
	ElementValue slot;
	StringInfoData out;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *code;
	int			length;

	initStringInfo(&out);
	while (array->kind == ELEMENT_ARRAY && element_next_value(&p, array->data + array->length, &slot))
		if (code_of(&slot, buffer, &code, &length))
		{
			if (out.len > 0)
				appendStringInfoChar(&out, ' ');
			appendBinaryStringInfo(&out, code, length);
		}
	if (out.len > 0)
		set_value(line, line->columns->modifier, PointerGetDatum(cstring_to_text_with_len(out.data, out.len)));
}

/* Adds an amount; several of one kind (deductible, coinsurance) add up. */
static void
add_amount(Line *line, Amount amount, const ElementValue *money)
{
	ElementValue value;
	Datum		number;

	if (!find_member(money, "value", &value))
		return;
	element_primitive(&value, &value);
	if (value.kind != ELEMENT_INT && value.kind != ELEMENT_DECIMAL && value.kind != ELEMENT_NUMBER)
		return;
	number = record_number(&value);
	if (line->has_amount[amount])
		number = NumericGetDatum(numeric_add_opt_error(DatumGetNumeric(line->amounts[amount]),
													   DatumGetNumeric(number), NULL));
	line->amounts[amount] = number;
	line->has_amount[amount] = true;
}

/* Reads the adjudications of an item. */
static void
read_adjudications(Line *line, const ElementValue *array)
{
	const uint8 *p = array->data;
	ElementValue slot;
	ElementValue value;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *code;
	int			length;

	while (array->kind == ELEMENT_ARRAY && element_next_value(&p, array->data + array->length, &slot))
	{
		const char *begin;

		if (!find_member(&slot, "category", &value) || !code_of(&value, buffer, &code, &length))
			continue;
		for (begin = code + length; begin > code && begin[-1] != '/'; begin--)
			;
		length -= (int) (begin - code);
		for (int i = 0; i < (int) lengthof(categories); i++)
			if (length == (int) strlen(categories[i].code) &&
				pg_strncasecmp(begin, categories[i].code, length) == 0 &&
				find_member(&slot, "amount", &value))
				add_amount(line, categories[i].amount, &value);
	}
}

/* The id in a reference, as record_split takes it. */
static void
set_reference(Line *line, int column, const ElementValue *array)
{
	ElementValue value = *array;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	const char *begin;
	int			length;

	if (!first_of(&value) || !find_member(&value, "reference", &value))
		return;
	element_primitive(&value, &value);
	if (value.kind < ELEMENT_STRING || value.kind > ELEMENT_SYSTEM)
		return;
	text = element_text(&value, buffer, &length);
	if (line->splitter->resolve && line->splitter->resolve(line->splitter->resolve_arg, text, length, &text, &length))
	{
		set_value(line, column, PointerGetDatum(cstring_to_text_with_len(text, length)));
		return;
	}
	for (begin = text + length; begin > text && begin[-1] != '/' && begin[-1] != ':'; begin--)
		;
	if (begin > text && text[0] != '#')
		set_value(line, column, PointerGetDatum(cstring_to_text_with_len(begin, text + length - begin)));
}

/* Reads one member of an item. */
static void
read_item_member(Line *line, const ElementMember *member)
{
	const LineColumns *c = line->columns;
	ElementValue value = member->value;
	ElementValue part;
	Datum		datum;
	bool		exact;

	if (member->element == 0)
		return;
	if (strcmp(member->name, "servicedDate") == 0)
	{
		set_date(line, c->service_from, &value);
		set_date(line, c->service_to, &value);
	}
	else if (strcmp(member->name, "servicedPeriod") == 0)
	{
		if (find_member(&value, "start", &part))
			set_date(line, c->service_from, &part);
		if (find_member(&value, "end", &part))
			set_date(line, c->service_to, &part);
	}
	else if (strcmp(member->name, "productOrService") == 0)
	{
		if (record_value_in(line->splitter, RECORD_CONCEPT, FHIR_T_CodeableConcept, &value, &datum, &exact))
			set_value(line, c->product_or_service, datum);
	}
	else if (strcmp(member->name, "modifier") == 0)
		set_modifiers(line, &value);
	else if (strcmp(member->name, "revenue") == 0)
		set_code(line, c->revenue, &value);
	else if (strcmp(member->name, "locationCodeableConcept") == 0)
		set_code(line, c->place_of_service, &value);
	else if (strcmp(member->name, "quantity") == 0)
		set_number(line, c->quantity, &value);
	else if (strcmp(member->name, "adjudication") == 0)
		read_adjudications(line, &value);
	else if (strcmp(member->name, "encounter") == 0)
		set_reference(line, c->encounter_id, &value);
	else if (strcmp(member->name, "net") == 0 && !line->has_amount[AMOUNT_CHARGE])
		add_amount(line, AMOUNT_CHARGE, &value);
}

/* The diagnosis with the sequence to which an item points first. */
static void
set_diagnosis(Line *line, const ElementValue *item, const ElementValue *diagnoses)
{
	const uint8 *p = diagnoses->data;
	ElementValue wanted;
	ElementValue slot;
	ElementValue value;
	Datum		datum;
	bool		exact;

	if (diagnoses->kind != ELEMENT_ARRAY || !find_member(item, "diagnosisSequence", &wanted) || !first_of(&wanted))
		return;
	while (element_next_value(&p, diagnoses->data + diagnoses->length, &slot))
		if (find_member(&slot, "sequence", &value) && value.kind == ELEMENT_INT &&
			wanted.kind == ELEMENT_INT && value.number == wanted.number &&
			find_member(&slot, "diagnosisCodeableConcept", &value) &&
			record_value_in(line->splitter, RECORD_CONCEPT, FHIR_T_CodeableConcept, &value, &datum, &exact))
		{
			set_value(line, line->columns->diagnosis, datum);
			return;
		}
}

/* Whether the items have sequences that tell them apart: strictly increasing. */
static bool
has_sequences(const ElementValue *items)
{
	const uint8 *p = items->data;
	ElementValue item;
	ElementValue value;
	int64		last = PG_INT64_MIN;

	while (element_next_value(&p, items->data + items->length, &item))
	{
		if (!find_member(&item, "sequence", &value) || value.kind != ELEMENT_INT || value.number <= last)
			return false;
		last = value.number;
	}
	return true;
}

/* Reads one item into a line; its number is its sequence, or its place. */
static void
read_item(Line *line, const ElementValue *item, const ElementValue *diagnoses, int place, bool by_sequence)
{
	const LineColumns *c = line->columns;
	const int	amount_columns[AMOUNTS] = {c->charge, c->allowed, c->paid, c->member_paid};
	const uint8 *p = item->data;
	ElementMember member;
	ElementValue value;

	memset(line->nulls, true, sizeof(line->nulls));
	memset(line->has_amount, 0, sizeof(line->has_amount));
	set_value(line, c->line, Int32GetDatum(place));
	if (by_sequence && find_member(item, "sequence", &value))
		set_value(line, c->line, Int32GetDatum((int32) value.number));
	while (element_next(&p, item->data + item->length, &member))
		read_item_member(line, &member);
	set_diagnosis(line, item, diagnoses);
	for (int i = 0; i < AMOUNTS; i++)
		if (line->has_amount[i])
			set_value(line, amount_columns[i], line->amounts[i]);
}

/* Finds "item" and "diagnosis" among the members of a claim. */
static bool
find_parts(const uint8 *p, const uint8 *end, ElementValue *items, ElementValue *diagnoses)
{
	ElementMember member;
	bool		found = false;

	memset(diagnoses, 0, sizeof(*diagnoses));
	while (element_next(&p, end, &member))
		if (member.element != 0 && strcmp(member.name, "item") == 0)
		{
			*items = member.value;
			found = items->kind == ELEMENT_ARRAY;
		}
		else if (member.element != 0 && strcmp(member.name, "diagnosis") == 0)
			*diagnoses = member.value;
	return found;
}

void
record_add_lines(RecordBatch *b, RecordSplitter *s, const RecordRow *claim,
				 const uint8 *members, const uint8 *end)
{
	Line		line = {line_columns(), s};
	RecordRow	row = *claim;
	ElementValue items;
	ElementValue diagnoses;
	ElementValue item;
	bool		by_sequence;
	const uint8 *p;

	if (!find_parts(members, end, &items, &diagnoses))
		return;
	row.extra = NULL;
	row.values = line.values;
	row.nulls = line.nulls;
	by_sequence = has_sequences(&items);
	p = items.data;
	for (int place = 1; element_next_value(&p, items.data + items.length, &item); place++)
	{
		if (item.kind != ELEMENT_OBJECT)
			continue;
		read_item(&line, &item, &diagnoses, place, by_sequence);
		record_batch_add(b, line.columns->table, &row);
	}
}
