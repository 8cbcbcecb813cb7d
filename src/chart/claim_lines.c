/*
 * claim_lines.c: keeping the claim lines of a patient until their claims come.
 *
 * Lines are kept as tuples, sorted when the first claim asks, and found by
 * source and id.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "chart/claim_lines.h"
#include "record/record_row.h"

static const char *const line_names[LINE_COLUMNS] = {
	"line", "status", "service_from", "service_to", "product_or_service", "modifier", "revenue", "place_of_service",
	"quantity", "charge", "allowed", "paid", "member_paid", "rendering_npi", "rendering_id",
	"specialty", "encounter_id", "diagnosis", "source", "id", "resource_type", "ordinal"
};

struct ClaimLines
{
	MemoryContext context;		/* of the patient's tuples */
	ClaimLine  *lines;
	int			count;
	int			size;
	bool		sorted;
};

/* Claim lines are sorted in place; more would not be one patient's. */
#define MAX_LINES (64 * 1024 * 1024 / (int) sizeof(ClaimLine))

ClaimLines *
claim_lines(void)
{
	ClaimLines *lines = palloc0(sizeof(ClaimLines));

	lines->context = AllocSetContextCreate(CurrentMemoryContext, "phm claim lines", ALLOCSET_DEFAULT_SIZES);
	lines->size = 64;
	lines->lines = palloc(sizeof(ClaimLine) * lines->size);
	return lines;
}

void
claim_lines_reset(ClaimLines *lines)
{
	MemoryContextReset(lines->context);
	lines->count = 0;
	lines->sorted = false;
}

ClaimLineReader *
claim_line_reader(TupleDesc desc, const char *source)
{
	ClaimLineReader *reader = palloc0(sizeof(ClaimLineReader));

	/* the types of all columns are checked by the common reader and by the table's */
	(void) record_row_reader(desc, 0);
	(void) record_table_attributes(desc, record_table_by_name("claim_line"));
	reader->desc = desc;
	reader->source = source;
	for (int i = 0; i < LINE_COLUMNS; i++)
		reader->at[i] = record_attribute(desc, line_names[i]);
	if (reader->at[LINE_ORDINAL] >= 0 && TupleDescAttr(desc, reader->at[LINE_ORDINAL])->atttypid != INT4OID)
		reader->at[LINE_ORDINAL] = -1;
	reader->values = palloc(sizeof(Datum) * desc->natts);
	reader->nulls = palloc(sizeof(bool) * desc->natts);
	return reader;
}

bool
claim_line_column(const ClaimLineReader *r, ClaimLineColumn c, Datum *value)
{
	int			at = r->at[c];

	if (at < 0 || r->nulls[at])
		return false;
	*value = r->values[at];
	return true;
}

const char *
claim_line_text(const ClaimLineReader *r, ClaimLineColumn c)
{
	Datum		value;

	return claim_line_column(r, c, &value) ? TextDatumGetCString(value) : "";
}

void
claim_lines_note(ClaimLines *lines, ClaimLineReader *reader, HeapTuple tuple)
{
	MemoryContext old = MemoryContextSwitchTo(lines->context);
	Datum		value;
	ClaimLine	   *line;

	if (lines->count == lines->size)
	{
		if (lines->size >= MAX_LINES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a patient has more than %d claim lines", MAX_LINES)));
		lines->size = Min(lines->size * 2, MAX_LINES);
		lines->lines = repalloc(lines->lines, sizeof(ClaimLine) * lines->size);
	}
	line = &lines->lines[lines->count++];
	line->reader = reader;
	line->tuple = heap_copytuple(tuple);
	heap_deform_tuple(line->tuple, reader->desc, reader->values, reader->nulls);
	line->source = claim_line_text(reader, LINE_SOURCE);
	if (line->source[0] == '\0' && reader->source)
		line->source = reader->source;
	line->id = claim_line_text(reader, LINE_ID);
	line->type = claim_line_text(reader, LINE_TYPE);
	line->ordinal = claim_line_column(reader, LINE_ORDINAL, &value) ? DatumGetInt32(value) : -1;
	line->line = claim_line_column(reader, LINE_LINE, &value) ? DatumGetInt32(value) : 0;
	lines->sorted = false;
	MemoryContextSwitchTo(old);
}

/* Order: claim, then number; lines of equal numbers by their bytes, so that it is always the same. */
static int
compare_lines(const void *a, const void *b)
{
	const ClaimLine *x = a;
	const ClaimLine *y = b;
	int			order = strcmp(x->source, y->source);

	if (order == 0)
		order = strcmp(x->id, y->id);
	if (order == 0)
		order = strcmp(x->type, y->type);
	if (order == 0 && x->ordinal != y->ordinal)
		order = x->ordinal < y->ordinal ? -1 : 1;
	if (order == 0 && x->line != y->line)
		order = x->line < y->line ? -1 : 1;
	if (order == 0 && x->tuple->t_len != y->tuple->t_len)
		order = x->tuple->t_len < y->tuple->t_len ? -1 : 1;
	if (order == 0)
		order = memcmp((char *) x->tuple->t_data + x->tuple->t_data->t_hoff,
					   (char *) y->tuple->t_data + y->tuple->t_data->t_hoff,
					   x->tuple->t_len - x->tuple->t_data->t_hoff);
	return order;
}

ClaimLine *
claim_lines_find(ClaimLines *lines, const char *source, const char *id, int *count)
{
	int			low = 0;
	int			high = lines->count;
	int			end;

	if (!lines->sorted)
		qsort(lines->lines, lines->count, sizeof(ClaimLine), compare_lines);
	lines->sorted = true;
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = strcmp(lines->lines[middle].source, source);

		if (order == 0)
			order = strcmp(lines->lines[middle].id, id);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < lines->count && strcmp(lines->lines[end].source, source) == 0 &&
		 strcmp(lines->lines[end].id, id) == 0; end++)
		;
	*count = end - low;
	return lines->lines + low;
}
