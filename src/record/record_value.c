/*
 * record_value.c: converting between elements and SQL values.
 *
 * Each conversion says whether it is exact: whether the SQL value alone gives
 * the same element back.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "phm_compat.h"
#include "record/record.h"
#include "types/code_system.h"
#include "types/datetime.h"
#include "types/quantity.h"
#include "types/ucum.h"

static const char ucum_url[] = "http://unitsofmeasure.org";

static Datum
text_datum(const char *s, int length)
{
	return PointerGetDatum(cstring_to_text_with_len(s, length));
}

Datum
record_number(const ElementValue *value)
{
	if (value->kind == ELEMENT_NUMBER)
	{
		char	   *text = pnstrdup((const char *) value->data, value->length);

		return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
								   Int32GetDatum(-1));
	}
	return NumericGetDatum(int64_div_fast_to_numeric(value->number,
													 value->kind == ELEMENT_DECIMAL ? value->scale : 0));
}

/* One Coding; false when it has more than a CodingView holds. */
static bool
read_coding(const ElementValue *object, CodingView *coding, char buffers[4][ELEMENT_TEXT_SIZE])
{
	const uint8 *p = object->data;
	const uint8 *end = object->data + object->length;
	ElementMember member;
	ElementValue value;
	bool		exact = object->kind == ELEMENT_OBJECT;

	memset(coding, 0, sizeof(*coding));
	coding->user_selected = -1;
	while (object->kind == ELEMENT_OBJECT && element_next(&p, end, &member))
	{
		element_primitive(&member.value, &value);
		if (member.value.kind == ELEMENT_EXTENDED || value.kind == ELEMENT_NULL)
			exact = false;
		if (value.kind == ELEMENT_NULL)
			continue;
		switch (member.element)
		{
			case FHIR_E_Coding_system:
				coding->system = element_text(&value, buffers[0], &coding->system_length);
				if (value.kind == ELEMENT_SYSTEM)
					coding->system_id = (int) value.number;
				break;
			case FHIR_E_Coding_code:
				coding->code = element_text(&value, buffers[1], &coding->code_length);
				break;
			case FHIR_E_Coding_display:
				coding->display = element_text(&value, buffers[2], &coding->display_length);
				break;
			case FHIR_E_Coding_version:
				coding->version = element_text(&value, buffers[3], &coding->version_length);
				break;
			case FHIR_E_Coding_userSelected:
				coding->user_selected = value.kind == ELEMENT_TRUE;
				break;
			default:
				exact = false;
				break;
		}
	}
	return exact;
}

/* The codings of a CodeableConcept. */
static bool
read_codings(RecordSplitter *s, const ElementValue *array)
{
	const uint8 *p = array->data;
	ElementValue slot;
	CodingView	coding;
	char		buffers[4][ELEMENT_TEXT_SIZE];
	bool		exact = array->count > 0;

	while (element_next_value(&p, array->data + array->length, &slot))
	{
		if (!read_coding(&slot, &coding, buffers))
			exact = false;
		concept_put(&s->concept, &coding);
	}
	return exact;
}

/* A CodeableConcept or a Coding; other types have no concept. */
static bool
concept_in(RecordSplitter *s, FhirType fhir, const ElementValue *value, Datum *datum, bool *exact)
{
	const uint8 *p = value->data;
	const uint8 *end = value->data + value->length;
	ElementMember member;
	CodingView	coding;
	char		buffers[4][ELEMENT_TEXT_SIZE];
	char		text_buffer[ELEMENT_TEXT_SIZE];
	const char *text = NULL;
	int			text_length = 0;

	if (value->kind != ELEMENT_OBJECT)
		return false;
	concept_writer_reset(&s->concept);
	if (fhir == FHIR_T_Coding)
	{
		*exact = read_coding(value, &coding, buffers);
		concept_put(&s->concept, &coding);
	}
	while (fhir == FHIR_T_CodeableConcept && element_next(&p, end, &member))
	{
		if (member.element == FHIR_E_CodeableConcept_coding && member.value.kind == ELEMENT_ARRAY)
			*exact = read_codings(s, &member.value) && *exact;
		else if (member.element == FHIR_E_CodeableConcept_text &&
				 member.value.kind != ELEMENT_EXTENDED && member.value.kind != ELEMENT_NULL)
			text = element_text(&member.value, text_buffer, &text_length);
		else
			*exact = false;
	}
	*datum = PointerGetDatum(concept_finish(&s->concept, text, text_length));
	return true;
}

/* What a Quantity says, before it is judged. */
typedef struct QuantityParts
{
	ElementValue value;
	const char *unit;
	const char *system;
	const char *code;
	const char *comparator;
	int			unit_length;
	int			system_length;
	int			code_length;
	int			comparator_length;
	bool		has_value;
	bool		plain;			/* nothing but these parts */
} QuantityParts;

static void
read_quantity(const ElementValue *object, QuantityParts *q, char buffers[4][ELEMENT_TEXT_SIZE])
{
	const uint8 *p = object->data;
	ElementMember member;
	ElementValue value;

	memset(q, 0, sizeof(*q));
	q->plain = true;
	while (element_next(&p, object->data + object->length, &member))
	{
		element_primitive(&member.value, &value);
		if (member.value.kind == ELEMENT_EXTENDED || value.kind == ELEMENT_NULL)
			q->plain = false;
		if (value.kind == ELEMENT_NULL)
			continue;
		switch (member.element)
		{
			case FHIR_E_Quantity_value:
				q->value = value;
				q->has_value = true;
				break;
			case FHIR_E_Quantity_unit:
				q->unit = element_text(&value, buffers[0], &q->unit_length);
				break;
			case FHIR_E_Quantity_system:
				q->system = element_text(&value, buffers[1], &q->system_length);
				break;
			case FHIR_E_Quantity_code:
				q->code = element_text(&value, buffers[2], &q->code_length);
				break;
			case FHIR_E_Quantity_comparator:
				q->comparator = element_text(&value, buffers[3], &q->comparator_length);
				break;
			default:
				q->plain = false;
				break;
		}
	}
}

/* The comparator of a FHIR code; false for those phm.quantity has none for. */
static bool
read_comparator(const QuantityParts *q, uint8 *comparator)
{
	static const char *const codes[] = {"", "<", "<=", ">=", ">"};

	for (uint8 i = 0; i < lengthof(codes); i++)
		if (q->comparator_length == (int) strlen(codes[i]) &&
			memcmp(q->comparator ? q->comparator : "", codes[i], q->comparator_length) == 0)
		{
			*comparator = i;
			return true;
		}
	return false;
}

static inline bool
same_text(const char *a, int a_length, const char *b, int b_length)
{
	return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

/* Reads the number; false when it has more digits than a quantity takes. */
static bool
read_quantity_number(const ElementValue *value, QuantityView *view, bool *exact)
{
	if (value->kind == ELEMENT_NUMBER)
		return quantity_parse_number((const char *) value->data, (int) value->length,
									 &view->mantissa, &view->scale, exact);
	view->mantissa = value->number;
	view->scale = value->kind == ELEMENT_DECIMAL ? value->scale : 0;
	return true;
}

/*
 * A Quantity.  Its unit is the UCUM code, where that is one; otherwise the
 * text of the unit, which compares with itself only.
 */
static bool
quantity_in(const ElementValue *object, Datum *datum, bool *exact)
{
	QuantityParts q;
	QuantityView view = {0};
	char		buffers[4][ELEMENT_TEXT_SIZE];
	bool		has_ucum_system;

	if (object->kind != ELEMENT_OBJECT)
		return false;
	read_quantity(object, &q, buffers);
	if (!q.has_value || !read_quantity_number(&q.value, &view, exact) ||
		!read_comparator(&q, &view.comparator))
		return false;
	has_ucum_system = same_text(q.system, q.system_length, ucum_url, sizeof(ucum_url) - 1);
	view.ucum = true;
	if (has_ucum_system && q.code_length > 0 && ucum_valid(q.code, q.code_length))
	{
		view.unit = q.code;
		view.unit_length = q.code_length;
		*exact = *exact && q.plain && q.unit != NULL &&
			same_text(q.unit, q.unit_length, q.code, q.code_length);
	}
	else
	{
		view.unit = q.unit_length > 0 ? q.unit : q.code;
		view.unit_length = q.unit_length > 0 ? q.unit_length : q.code_length;
		view.ucum = view.unit_length == 0;
		*exact = *exact && q.plain && q.system == NULL && q.code == NULL &&
			(q.unit == NULL) == (view.unit_length == 0);
	}
	*datum = PointerGetDatum(quantity_make(&view));
	return true;
}

bool
record_value_in(RecordSplitter *s, RecordType type, FhirType fhir,
				const ElementValue *value, Datum *datum, bool *exact)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;

	*exact = true;
	switch (type)
	{
		case RECORD_TEXT:
			if (value->kind < ELEMENT_STRING || value->kind > ELEMENT_SYSTEM)
				return false;
			text = element_text(value, buffer, &length);
			*datum = text_datum(text, length);
			return true;
		case RECORD_BOOLEAN:
			*datum = BoolGetDatum(value->kind == ELEMENT_TRUE);
			return value->kind == ELEMENT_TRUE || value->kind == ELEMENT_FALSE;
		case RECORD_INTEGER:
			*datum = Int32GetDatum((int32) value->number);
			return value->kind == ELEMENT_INT;
		case RECORD_NUMERIC:
			if (value->kind != ELEMENT_INT && value->kind != ELEMENT_DECIMAL && value->kind != ELEMENT_NUMBER)
				return false;
			*exact = value->kind != ELEMENT_NUMBER;
			*datum = record_number(value);
			return true;
		case RECORD_DATETIME:
			*exact = value->kind == ELEMENT_DATETIME;
			*datum = Int64GetDatum(value->number);
			return value->kind == ELEMENT_DATETIME || value->kind == ELEMENT_LITERAL;
		case RECORD_CONCEPT:
			return concept_in(s, fhir, value, datum, exact);
		case RECORD_QUANTITY:
			return quantity_in(value, datum, exact);
		case RECORD_CONCEPTS:
			break;				/* copied only: record_copy.c */
	}
	return false;
}

/* Writes one Coding. */
static void
coding_out(ElementWriter *w, const CodingView *c)
{
	element_open(w, ELEMENT_OBJECT, 0);
	if (c->system_id != 0)
	{
		element_put_member(w, FHIR_E_Coding_system);
		element_put_index(w, ELEMENT_SYSTEM, c->system_id);
	}
	else if (c->system != NULL)
	{
		element_put_member(w, FHIR_E_Coding_system);
		element_put_string(w, c->system, c->system_length);
	}
	if (c->version != NULL)
	{
		element_put_member(w, FHIR_E_Coding_version);
		element_put_string(w, c->version, c->version_length);
	}
	if (c->code != NULL)
	{
		element_put_member(w, FHIR_E_Coding_code);
		element_put_string(w, c->code, c->code_length);
	}
	if (c->display != NULL)
	{
		element_put_member(w, FHIR_E_Coding_display);
		element_put_string(w, c->display, c->display_length);
	}
	if (c->user_selected >= 0)
	{
		element_put_member(w, FHIR_E_Coding_userSelected);
		element_put_simple(w, c->user_selected ? ELEMENT_TRUE : ELEMENT_FALSE);
	}
	element_close(w, ELEMENT_OBJECT);
}

static void
concept_out(ElementWriter *w, FhirType fhir, Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	ConceptReader r;
	CodingView	coding;
	uint32		codings = 0;

	concept_read(&r, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	if (fhir == FHIR_T_Coding)
	{
		if (!concept_next(&r, &coding))
			memset(&coding, 0, sizeof(coding)), coding.user_selected = -1;
		coding_out(w, &coding);
		return;
	}
	element_open(w, ELEMENT_OBJECT, 0);
	if (r.remaining > 0)
	{
		element_put_member(w, FHIR_E_CodeableConcept_coding);
		element_open(w, ELEMENT_ARRAY, 0);
		for (; concept_next(&r, &coding); codings++)
			coding_out(w, &coding);
		element_close_array(w, codings);
	}
	if (r.text != NULL)
	{
		element_put_member(w, FHIR_E_CodeableConcept_text);
		element_put_string(w, r.text, r.text_length);
	}
	element_close(w, ELEMENT_OBJECT);
}

static void
quantity_out(ElementWriter *w, Datum datum)
{
	static const char *const codes[] = {"", "<", "<=", ">=", ">"};
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	QuantityView view;
	char		number[QUANTITY_NUMBER_SIZE];

	quantity_read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &view);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Quantity_value);
	element_put_number(w, number, quantity_print_number(view.mantissa, view.scale, number));
	if (view.comparator != QUANTITY_EXACT)
	{
		element_put_member(w, FHIR_E_Quantity_comparator);
		element_put_string(w, codes[view.comparator], strlen(codes[view.comparator]));
	}
	if (view.unit_length > 0)
	{
		element_put_member(w, FHIR_E_Quantity_unit);
		element_put_string(w, view.unit, view.unit_length);
		if (view.ucum)
		{
			element_put_member(w, FHIR_E_Quantity_system);
			element_put_string(w, ucum_url, sizeof(ucum_url) - 1);
			element_put_member(w, FHIR_E_Quantity_code);
			element_put_string(w, view.unit, view.unit_length);
		}
	}
	element_close(w, ELEMENT_OBJECT);
}

void
record_value_out(ElementWriter *w, RecordType type, FhirType fhir, Datum datum)
{
	struct varlena *text;

	switch (type)
	{
		case RECORD_TEXT:
			text = PG_DETOAST_DATUM_PACKED(datum);
			element_put_string(w, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
			break;
		case RECORD_BOOLEAN:
			element_put_simple(w, DatumGetBool(datum) ? ELEMENT_TRUE : ELEMENT_FALSE);
			break;
		case RECORD_INTEGER:
			element_put_int(w, DatumGetInt32(datum));
			break;
		case RECORD_NUMERIC:
			{
				char	   *number = DatumGetCString(DirectFunctionCall1(numeric_out, datum));

				element_put_number(w, number, strlen(number));
				break;
			}
		case RECORD_DATETIME:
			element_put_datetime(w, DatumGetInt64(datum));
			break;
		case RECORD_CONCEPT:
			concept_out(w, fhir, datum);
			break;
		case RECORD_QUANTITY:
			quantity_out(w, datum);
			break;
		case RECORD_CONCEPTS:
			break;				/* copied only: the elements are in extra */
	}
}
