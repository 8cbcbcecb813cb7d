/*
 * claim_items.c: claims that did not come as FHIR (warehouse tables, CCLF,
 * 837) as standard FHIR: Claim and ExplanationOfBenefit with items.
 *
 * Lines belong to the claim of their source and id and, where both know them,
 * type and ordinal.  Categories of amounts are those of FHIR's adjudication code system, bill
 * type, DRG and discharge status stand in supportingInfo as CARIN Blue Button
 * has them.  Amounts carry no currency: the columns do not tell one.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"

#include "chart/claim_items.h"
#include "record/record_batch.h"
#include "types/code_system.h"

#define ADJUDICATION "http://terminology.hl7.org/CodeSystem/adjudication"
#define CARIN_ADJUDICATION "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"
#define CARIN_INFORMATION "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType"
#define DRG_SYSTEM "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software"
#define PLACE_SYSTEM "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
#define REVENUE_SYSTEM "https://www.nubc.org/CodeSystem/RevenueCodes"
#define CPT_SYSTEM "http://www.ama-assn.org/go/cpt"
#define HCPCS_SYSTEM "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
#define NPI_SYSTEM "http://hl7.org/fhir/sid/us-npi"

/* The elements of a Claim, and the same ones of an ExplanationOfBenefit. */
typedef struct ClaimElements
{
	FhirElement status;
	FhirElement use;
	FhirElement diagnosis;
	FhirElement diagnosis_sequence;
	FhirElement diagnosis_concept;
	FhirElement procedure;
	FhirElement procedure_sequence;
	FhirElement procedure_concept;
	FhirElement info;
	FhirElement info_sequence;
	FhirElement info_category;
	FhirElement info_code;
	FhirElement team;
	FhirElement team_sequence;
	FhirElement team_provider;
	FhirElement team_qualification;
	FhirElement item;
	FhirElement sequence;
	FhirElement team_ref;
	FhirElement diagnosis_ref;
	FhirElement revenue;
	FhirElement product;
	FhirElement modifier;
	FhirElement date;
	FhirElement period;
	FhirElement place;
	FhirElement quantity;
	FhirElement net;
	FhirElement encounter;
} ClaimElements;

#define ELEMENTS(T) { \
	FHIR_E_##T##_status, FHIR_E_##T##_use, \
	FHIR_E_##T##_diagnosis, FHIR_E_##T##_diagnosis_sequence, FHIR_E_##T##_diagnosis_diagnosisCodeableConcept, \
	FHIR_E_##T##_procedure, FHIR_E_##T##_procedure_sequence, FHIR_E_##T##_procedure_procedureCodeableConcept, \
	FHIR_E_##T##_supportingInfo, FHIR_E_##T##_supportingInfo_sequence, FHIR_E_##T##_supportingInfo_category, \
	FHIR_E_##T##_supportingInfo_code, \
	FHIR_E_##T##_careTeam, FHIR_E_##T##_careTeam_sequence, FHIR_E_##T##_careTeam_provider, \
	FHIR_E_##T##_careTeam_qualification, \
	FHIR_E_##T##_item, FHIR_E_##T##_item_sequence, FHIR_E_##T##_item_careTeamSequence, \
	FHIR_E_##T##_item_diagnosisSequence, FHIR_E_##T##_item_revenue, FHIR_E_##T##_item_productOrService, \
	FHIR_E_##T##_item_modifier, FHIR_E_##T##_item_servicedDate, FHIR_E_##T##_item_servicedPeriod, \
	FHIR_E_##T##_item_locationCodeableConcept, FHIR_E_##T##_item_quantity, FHIR_E_##T##_item_net, \
	FHIR_E_##T##_item_encounter }

static const ClaimElements claim_elements = ELEMENTS(Claim);
static const ClaimElements benefit_elements = ELEMENTS(ExplanationOfBenefit);

/* The columns of claim that become members and are no elements of their own. */
typedef enum ClaimColumn
{
	CLAIM_DIAGNOSIS, CLAIM_PROCEDURE, CLAIM_BILL_TYPE, CLAIM_DRG, CLAIM_DISCHARGE, CLAIM_CHARGE, CLAIM_ALLOWED,
	CLAIM_PAID, CLAIM_ORIGIN, CLAIM_COLUMNS
} ClaimColumn;

static const char *const claim_names[CLAIM_COLUMNS] = {
	"diagnosis", "procedure", "bill_type", "drg", "discharge_status", "total_charge", "total_allowed",
	"total_paid", "origin_status"
};

/* Writes {system, code} of a Coding, inside a CodeableConcept. */
static void
put_code(ElementWriter *w, const char *system, const char *code)
{
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_CodeableConcept_coding);
	element_open(w, ELEMENT_ARRAY, 0);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Coding_system);
	element_put_string(w, system, (int) strlen(system));
	element_put_member(w, FHIR_E_Coding_code);
	element_put_string(w, code, (int) strlen(code));
	element_close(w, ELEMENT_OBJECT);
	element_close(w, ELEMENT_ARRAY);
	element_close(w, ELEMENT_OBJECT);
}

static void
put_text_member(ElementWriter *w, FhirElement element, const char *text)
{
	element_put_member(w, element);
	element_put_string(w, text, (int) strlen(text));
}

static void
put_money(ElementWriter *w, Datum amount)
{
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Money_value);
	record_value_out(w, RECORD_NUMERIC, FHIR_T_decimal, amount);
	element_close(w, ELEMENT_OBJECT);
}

/* The number of a diagnosis in the claim's list, 0 when it is not there. */
static int
diagnosis_number(const ClaimLineReader *line, const Datum *diagnoses, int ndiagnoses)
{
	Datum		wanted;
	struct varlena *x;

	if (!claim_line_column(line, LINE_DIAGNOSIS, &wanted))
		return 0;
	x = PG_DETOAST_DATUM_PACKED(wanted);
	for (int i = 0; i < ndiagnoses; i++)
	{
		struct varlena *y = PG_DETOAST_DATUM_PACKED(diagnoses[i]);

		if (VARSIZE_ANY_EXHDR(x) == VARSIZE_ANY_EXHDR(y) &&
			memcmp(VARDATA_ANY(x), VARDATA_ANY(y), VARSIZE_ANY_EXHDR(x)) == 0)
			return i + 1;
	}
	return 0;
}

/* A claim in the making. */
typedef struct Making
{
	ElementWriter *w;
	const ClaimElements *e;
	bool		benefit;		/* ExplanationOfBenefit */
	const RecordRowReader *claim;
	ClaimLine	   *lines;			/* those that belong to it */
	int			nlines;
	Datum	   *diagnoses;
	int			ndiagnoses;
	int		   *members;		/* for each line its careTeam number, 0: none */
} Making;

/* A column of the claim's row. */
static bool
claim_column(const Making *m, ClaimColumn c, Datum *value)
{
	static int	numbers[CLAIM_COLUMNS];	/* of the table, + 1; 0: not looked up yet */
	int			at;

	if (numbers[0] == 0)
		for (int i = CLAIM_COLUMNS - 1; i >= 0; i--)
			numbers[i] = record_column(m->claim->map->table, claim_names[i]) + 1;
	at = m->claim->attributes[numbers[c] - 1];
	if (at < 0 || m->claim->nulls[at])
		return false;
	*value = m->claim->values[at];
	return true;
}

/* Whether what has been written so far has a member. */
static bool
has_member(const Making *m, FhirElement element)
{
	ElementValue value;

	return element_find(m->w->data, m->w->data + m->w->length, element, &value);
}

/* Writes concepts[] as diagnoses or procedures: {sequence, concept}. */
static void
put_concepts(Making *m, ClaimColumn c, FhirElement list, FhirElement sequence, FhirElement concept,
			 Datum **concepts, int *count)
{
	Datum		array;
	bool	   *nulls;

	*count = 0;
	if (!claim_column(m, c, &array))
		return;
	deconstruct_array(DatumGetArrayTypeP(array), record_concept_type(), -1, false, TYPALIGN_INT,
					  concepts, &nulls, count);
	if (*count == 0 || has_member(m, list))
		return;
	element_put_member(m->w, list);
	element_open(m->w, ELEMENT_ARRAY, 0);
	for (int i = 0; i < *count; i++)
	{
		element_open(m->w, ELEMENT_OBJECT, 0);
		element_put_member(m->w, sequence);
		element_put_int(m->w, i + 1);
		if (!nulls[i])
		{
			element_put_member(m->w, concept);
			record_value_out(m->w, RECORD_CONCEPT, FHIR_T_CodeableConcept, (*concepts)[i]);
		}
		else
			(*concepts)[i] = PointerGetDatum(cstring_to_text(""));
		element_close(m->w, ELEMENT_OBJECT);
	}
	element_close(m->w, ELEMENT_ARRAY);
}

/* Bill type, DRG and discharge status as supportingInfo. */
static void
put_information(Making *m)
{
	static const struct
	{
		ClaimColumn column;
		const char *category;
		const char *system;
	}			kinds[] = {
		{CLAIM_BILL_TYPE, "typeofbill", "https://www.nubc.org/CodeSystem/TypeOfBill"},
		{CLAIM_DRG, "drg", DRG_SYSTEM},
		{CLAIM_DISCHARGE, "discharge-status", "https://www.nubc.org/CodeSystem/PatDischargeStatus"}
	};
	Datum		value;
	int			n = 0;

	if (has_member(m, m->e->info))
		return;
	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		if (!claim_column(m, kinds[i].column, &value))
			continue;
		if (n++ == 0)
		{
			element_put_member(m->w, m->e->info);
			element_open(m->w, ELEMENT_ARRAY, 0);
		}
		element_open(m->w, ELEMENT_OBJECT, 0);
		element_put_member(m->w, m->e->info_sequence);
		element_put_int(m->w, n);
		element_put_member(m->w, m->e->info_category);
		put_code(m->w, CARIN_INFORMATION, kinds[i].category);
		element_put_member(m->w, m->e->info_code);
		put_code(m->w, kinds[i].system, TextDatumGetCString(value));
		element_close(m->w, ELEMENT_OBJECT);
	}
	if (n > 0)
		element_close(m->w, ELEMENT_ARRAY);
}

/* Totals and payment of an ExplanationOfBenefit; of a Claim the amount billed. */
static void
put_totals(Making *m)
{
	static const ClaimColumn columns[] = {CLAIM_CHARGE, CLAIM_ALLOWED, CLAIM_PAID};
	static const char *const categories[] = {"submitted", "eligible", "benefit"};
	Datum		value;
	bool		open = false;

	if (!m->benefit)
	{
		if (!has_member(m, FHIR_E_Claim_total) && claim_column(m, CLAIM_CHARGE, &value))
		{
			element_put_member(m->w, FHIR_E_Claim_total);
			put_money(m->w, value);
		}
		return;
	}
	for (int i = 0; i < (int) lengthof(columns) && (open || !has_member(m, FHIR_E_ExplanationOfBenefit_total)); i++)
	{
		if (!claim_column(m, columns[i], &value))
			continue;
		if (!open)
		{
			element_put_member(m->w, FHIR_E_ExplanationOfBenefit_total);
			element_open(m->w, ELEMENT_ARRAY, 0);
			open = true;
		}
		element_open(m->w, ELEMENT_OBJECT, 0);
		element_put_member(m->w, FHIR_E_ExplanationOfBenefit_total_category);
		put_code(m->w, ADJUDICATION, categories[i]);
		element_put_member(m->w, FHIR_E_ExplanationOfBenefit_total_amount);
		put_money(m->w, value);
		element_close(m->w, ELEMENT_OBJECT);
	}
	if (open)
		element_close(m->w, ELEMENT_ARRAY);
}

/* Whether two lines were rendered by the same; "" and "" is nobody. */
static bool
is_rendered_by(const char *npi, const char *id, const char *other_npi, const char *other_id)
{
	return strcmp(npi, other_npi) == 0 && strcmp(id, other_id) == 0;
}

/* One member of the care team. */
static void
put_team_member(Making *m, int number, const char *npi, const char *id, const char *specialty)
{
	ElementWriter *w = m->w;

	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, m->e->team_sequence);
	element_put_int(w, number);
	element_put_member(w, m->e->team_provider);
	element_open(w, ELEMENT_OBJECT, 0);
	if (id[0])
		put_text_member(w, FHIR_E_Reference_reference, psprintf("Practitioner/%s", id));
	if (npi[0])
	{
		element_put_member(w, FHIR_E_Reference_identifier);
		element_open(w, ELEMENT_OBJECT, 0);
		put_text_member(w, FHIR_E_Identifier_system, NPI_SYSTEM);
		put_text_member(w, FHIR_E_Identifier_value, npi);
		element_close(w, ELEMENT_OBJECT);
	}
	element_close(w, ELEMENT_OBJECT);
	if (specialty[0])
	{
		element_put_member(w, m->e->team_qualification);
		put_code(w, strlen(specialty) == 10 ? "http://nucc.org/provider-taxonomy" :
				 "https://www.cms.gov/Medicare/Provider-Enrollment-and-Certification/MedicareProviderSupEnroll", specialty);
	}
	element_close(w, ELEMENT_OBJECT);
}

/* The specialty of who rendered a line: what the first of their lines that tells one says. */
static const char *
find_specialty(Making *m, const char *npi, const char *id)
{
	for (int i = 0; i < m->nlines; i++)
	{
		ClaimLineReader *r = m->lines[i].reader;
		const char *specialty;

		heap_deform_tuple(m->lines[i].tuple, r->desc, r->values, r->nulls);
		specialty = claim_line_text(r, LINE_SPECIALTY);
		if (specialty[0] && is_rendered_by(npi, id, claim_line_text(r, LINE_NPI), claim_line_text(r, LINE_RENDERING)))
			return specialty;
	}
	return "";
}

/* Numbers those who rendered the lines and writes them as the care team. */
static void
put_team(Making *m)
{
	const char **npis = palloc(sizeof(char *) * m->nlines);
	const char **ids = palloc(sizeof(char *) * m->nlines);
	int			n = 0;

	m->members = palloc0(sizeof(int) * m->nlines);
	if (has_member(m, m->e->team))
		return;
	for (int i = 0; i < m->nlines; i++)
	{
		ClaimLineReader *r = m->lines[i].reader;

		heap_deform_tuple(m->lines[i].tuple, r->desc, r->values, r->nulls);
		npis[i] = claim_line_text(r, LINE_NPI);
		ids[i] = claim_line_text(r, LINE_RENDERING);
		if (npis[i][0] == '\0' && ids[i][0] == '\0')
			continue;
		for (int j = 0; j < i && m->members[i] == 0; j++)
			if (is_rendered_by(npis[i], ids[i], npis[j], ids[j]))
				m->members[i] = m->members[j];
		if (m->members[i])
			continue;
		if (n++ == 0)
		{
			element_put_member(m->w, m->e->team);
			element_open(m->w, ELEMENT_ARRAY, 0);
		}
		m->members[i] = n;
		put_team_member(m, n, npis[i], ids[i], find_specialty(m, npis[i], ids[i]));
	}
	if (n > 0)
		element_close(m->w, ELEMENT_ARRAY);
}

/* Modifiers, separated by blanks, as a list. */
static void
put_modifiers(Making *m, char *modifiers)
{
	char	   *rest;

	element_put_member(m->w, m->e->modifier);
	element_open(m->w, ELEMENT_ARRAY, 0);
	for (char *code = strtok_r(modifiers, " ", &rest); code; code = strtok_r(NULL, " ", &rest))
		put_code(m->w, code[0] >= '0' && code[0] <= '9' && code[1] >= '0' && code[1] <= '9' ? CPT_SYSTEM : HCPCS_SYSTEM, code);
	element_close(m->w, ELEMENT_ARRAY);
}

/* When a line was rendered: a day, or a period of several. */
static void
put_serviced(Making *m, const ClaimLineReader *r)
{
	Datum		from;
	Datum		to;
	bool		has_from = claim_line_column(r, LINE_FROM, &from);
	bool		has_to = claim_line_column(r, LINE_TO, &to);

	if (has_from && (!has_to || DatumGetInt64(from) == DatumGetInt64(to)))
	{
		element_put_member(m->w, m->e->date);
		element_put_datetime(m->w, DatumGetInt64(from));
		return;
	}
	if (!has_from && !has_to)
		return;
	element_put_member(m->w, m->e->period);
	element_open(m->w, ELEMENT_OBJECT, 0);
	if (has_from)
	{
		element_put_member(m->w, FHIR_E_Period_start);
		element_put_datetime(m->w, DatumGetInt64(from));
	}
	if (has_to)
	{
		element_put_member(m->w, FHIR_E_Period_end);
		element_put_datetime(m->w, DatumGetInt64(to));
	}
	element_close(m->w, ELEMENT_OBJECT);
}

/* One adjudication of a line. */
static void
put_adjudication(Making *m, const char *system, const char *category, Datum amount)
{
	element_open(m->w, ELEMENT_OBJECT, 0);
	element_put_member(m->w, FHIR_E_ExplanationOfBenefit_item_adjudication_category);
	put_code(m->w, system, category);
	element_put_member(m->w, FHIR_E_ExplanationOfBenefit_item_adjudication_amount);
	put_money(m->w, amount);
	element_close(m->w, ELEMENT_OBJECT);
}

/* The amounts of a line: all of them of an ExplanationOfBenefit, of a Claim what is billed. */
static void
put_amounts(Making *m, const ClaimLineReader *r, bool denied)
{
	static const struct
	{
		ClaimLineColumn	column;
		const char *system;
		const char *category;
	}			kinds[] = {
		{LINE_CHARGE, ADJUDICATION, "submitted"},
		{LINE_ALLOWED, ADJUDICATION, "eligible"},
		{LINE_PAID, ADJUDICATION, "benefit"},
		{LINE_MEMBER_PAID, CARIN_ADJUDICATION, "memberliability"}
	};
	Datum		value;
	bool		open = false;

	if (!m->benefit)
	{
		if (claim_line_column(r, LINE_CHARGE, &value))
		{
			element_put_member(m->w, m->e->net);
			put_money(m->w, value);
		}
		return;
	}
	for (int i = 0; i < (denied ? 1 : (int) lengthof(kinds)); i++)
	{
		if (!claim_line_column(r, kinds[i].column, &value))
			continue;
		if (!open)
		{
			element_put_member(m->w, FHIR_E_ExplanationOfBenefit_item_adjudication);
			element_open(m->w, ELEMENT_ARRAY, 0);
			open = true;
		}
		put_adjudication(m, kinds[i].system, kinds[i].category, value);
	}
	if (open)
		element_close(m->w, ELEMENT_ARRAY);
}

/* What was rendered, where and how often. */
static void
put_service(Making *m, const ClaimLineReader *r)
{
	ElementWriter *w = m->w;
	Datum		value;

	if (claim_line_column(r, LINE_REVENUE, &value))
	{
		element_put_member(w, m->e->revenue);
		put_code(w, REVENUE_SYSTEM, TextDatumGetCString(value));
	}
	if (claim_line_column(r, LINE_PRODUCT, &value))
	{
		element_put_member(w, m->e->product);
		record_value_out(w, RECORD_CONCEPT, FHIR_T_CodeableConcept, value);
	}
	if (claim_line_column(r, LINE_MODIFIER, &value))
		put_modifiers(m, TextDatumGetCString(value));
	put_serviced(m, r);
	if (claim_line_column(r, LINE_PLACE, &value))
	{
		element_put_member(w, m->e->place);
		put_code(w, PLACE_SYSTEM, TextDatumGetCString(value));
	}
	if (claim_line_column(r, LINE_QUANTITY, &value))
	{
		element_put_member(w, m->e->quantity);
		element_open(w, ELEMENT_OBJECT, 0);
		element_put_member(w, FHIR_E_Quantity_value);
		record_value_out(w, RECORD_NUMERIC, FHIR_T_decimal, value);
		element_close(w, ELEMENT_OBJECT);
	}
}

/* A list of one number: a line points to one diagnosis, one member of the team. */
static void
put_number_list(ElementWriter *w, FhirElement element, int number)
{
	element_put_member(w, element);
	element_open(w, ELEMENT_ARRAY, 0);
	element_put_int(w, number);
	element_close(w, ELEMENT_ARRAY);
}

/* One line as an item. */
static void
put_item(Making *m, int i)
{
	ClaimLineReader *r = m->lines[i].reader;
	ElementWriter *w = m->w;
	Datum		value;
	int			number;

	heap_deform_tuple(m->lines[i].tuple, r->desc, r->values, r->nulls);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, m->e->sequence);
	element_put_int(w, m->lines[i].line);
	if (m->members[i])
		put_number_list(w, m->e->team_ref, m->members[i]);
	number = diagnosis_number(r, m->diagnoses, m->ndiagnoses);
	if (number > 0)
		put_number_list(w, m->e->diagnosis_ref, number);
	put_service(m, r);
	if (claim_line_column(r, LINE_ENCOUNTER, &value))
	{
		element_put_member(w, m->e->encounter);
		element_open(w, ELEMENT_ARRAY, 0);
		element_open(w, ELEMENT_OBJECT, 0);
		put_text_member(w, FHIR_E_Reference_reference, psprintf("Encounter/%s", TextDatumGetCString(value)));
		element_close(w, ELEMENT_OBJECT);
		element_close(w, ELEMENT_ARRAY);
	}
	put_amounts(m, r, strcmp(claim_line_text(r, LINE_STATUS), "denied") == 0);
	element_close(w, ELEMENT_OBJECT);
}

/* Leaves the lines that are the claim's and count: of its type and ordinal, not reversed. */
static void
choose_lines(Making *m, ClaimLine *found, int nfound)
{
	const RecordRowReader *c = m->claim;
	int			at = record_attribute(c->desc, "ordinal");
	int			ordinal = at >= 0 && !c->nulls[at] && TupleDescAttr(c->desc, at)->atttypid == INT4OID ?
		DatumGetInt32(c->values[at]) : -1;

	m->lines = palloc(sizeof(ClaimLine) * Max(nfound, 1));
	for (int i = 0; i < nfound; i++)
	{
		ClaimLine	   *l = &found[i];

		if ((l->type[0] && strcmp(l->type, m->benefit ? "ExplanationOfBenefit" : "Claim") != 0) ||
			(l->ordinal >= 0 && ordinal >= 0 && l->ordinal != ordinal))
			continue;
		heap_deform_tuple(l->tuple, l->reader->desc, l->reader->values, l->reader->nulls);
		if (strcmp(claim_line_text(l->reader, LINE_STATUS), "reversed") != 0)
			m->lines[m->nlines++] = *l;
	}
}

/* A reversed claim never happened, whatever status it came with. */
static void
cancel_reversed(Making *m)
{
	ElementWriter rest;
	ElementMember member;
	const uint8 *p = m->w->data;
	Datum		value;

	if (!claim_column(m, CLAIM_ORIGIN, &value) || strcmp(TextDatumGetCString(value), "reversed") != 0)
		return;
	element_writer_init(&rest, m->w->length + 32);
	put_text_member(&rest, m->e->status, "cancelled");
	while (p < m->w->data + m->w->length)
	{
		const uint8 *start = p;

		(void) element_next(&p, m->w->data + m->w->length, &member);
		if (member.element != m->e->status)
			element_put_copy(&rest, start, p);
	}
	element_writer_reset(m->w);
	element_put_copy(m->w, rest.data, rest.data + rest.length);
	pfree(rest.data);
}

/* Status and use where the row has none. */
static void
put_status(Making *m)
{
	if (!has_member(m, m->e->status))
		put_text_member(m->w, m->e->status, "active");
	if (!has_member(m, m->e->use))
		put_text_member(m->w, m->e->use, "claim");
}

void
claim_complete(ClaimLines *lines, const RecordRowReader *claim, FhirType type, const char *source, ElementWriter *w)
{
	Making		m = {w, type == FHIR_T_Claim ? &claim_elements : &benefit_elements, type != FHIR_T_Claim, claim};
	Datum	   *ignored;
	ClaimLine	   *found;
	int			n;
	char	   *id;

	cancel_reversed(&m);
	if (has_member(&m, m.e->item))
		return;
	if (claim->extra < 0 || claim->nulls[claim->extra])
	{
		put_status(&m);
		put_information(&m);
		put_totals(&m);
	}
	put_concepts(&m, CLAIM_DIAGNOSIS, m.e->diagnosis, m.e->diagnosis_sequence, m.e->diagnosis_concept,
				 &m.diagnoses, &m.ndiagnoses);
	put_concepts(&m, CLAIM_PROCEDURE, m.e->procedure, m.e->procedure_sequence, m.e->procedure_concept, &ignored, &n);
	if (claim->id < 0 || claim->nulls[claim->id])
		return;
	id = TextDatumGetCString(claim->values[claim->id]);
	found = claim_lines_find(lines, source, id, &n);
	choose_lines(&m, found, n);
	if (m.nlines == 0)
		return;
	put_team(&m);
	element_put_member(w, m.e->item);
	element_open(w, ELEMENT_ARRAY, 0);
	for (int i = 0; i < m.nlines; i++)
		put_item(&m, i);
	element_close(w, ELEMENT_ARRAY);
}
