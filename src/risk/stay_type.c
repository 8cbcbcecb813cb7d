/*
 * stay_type.c: phm.stay_row and phm.stay between SQL and stay.c, and the
 * functions that make stays.  Relies on the order of the attributes that
 * stay.sql gives the types; what a function makes lives for the call.
 */
#include "risk/stay_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_stays);
PG_FUNCTION_INFO_V1(phm_stay_array);
PG_FUNCTION_INFO_V1(phm_stay_row_add);
PG_FUNCTION_INFO_V1(phm_explain_stays);

/* Rows of a call, in the order of their days, and the stays made of them. */
typedef struct StayWork
{
	StayTuple  *tuples;			/* by position in the array */
	StayRow    *rows;
	int			n;
	Stay	   *stays;
	int			nstays;
} StayWork;

/* The row type of an array's elements, kept by the call site. */
static TupleDesc
element_desc(FunctionCallInfo fcinfo, TupleDesc *kept, ArrayType *array, int fields)
{
	TupleDesc	desc;
	MemoryContext old;

	if (*kept && (*kept)->tdtypeid == ARR_ELEMTYPE(array))
		return *kept;
	desc = lookup_rowtype_tupdesc(ARR_ELEMTYPE(array), -1);
	if (desc->natts != fields)
		elog(ERROR, "row type has %d attributes, not %d", desc->natts, fields);
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	*kept = CreateTupleDescCopy(desc);
	MemoryContextSwitchTo(old);
	ReleaseTupleDesc(desc);
	return *kept;
}

StayTuple *
stay_tuples(FunctionCallInfo fcinfo, TupleDesc *kept, ArrayType *array, int fields, int *n)
{
	TupleDesc	desc = element_desc(fcinfo, kept, array, fields);
	Datum	   *elements;
	bool	   *nulls;
	StayTuple  *tuples;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elements, &nulls, n);
	tuples = palloc_extended(Max(*n, 1) * sizeof(StayTuple), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *n; i++)
	{
		HeapTupleHeader header;
		HeapTupleData tuple = {0};

		if (nulls[i])
		{
			memset(tuples[i].null, true, sizeof(tuples[i].null));
			continue;
		}
		header = DatumGetHeapTupleHeader(elements[i]);
		tuple.t_len = HeapTupleHeaderGetDatumLength(header);
		tuple.t_data = header;
		heap_deform_tuple(&tuple, desc, tuples[i].value, tuples[i].null);
	}
	return tuples;
}

const char *
stay_text(const StayTuple *t, int field, Size *length)
{
	text	   *value;

	*length = 0;
	if (t->null[field])
		return "";
	value = DatumGetTextPP(t->value[field]);
	*length = VARSIZE_ANY_EXHDR(value);
	return VARDATA_ANY(value);
}

Datum *
stay_texts(const StayTuple *t, int field, bool **nulls, int *n)
{
	Datum	   *elements;

	*n = 0;
	if (t->null[field])
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(t->value[field]), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, nulls, n);
	return elements;
}

/* The first diagnosis of a row as a number, 0 where there is none. */
static uint64
principal_key(const StayTuple *t, int field)
{
	bool	   *nulls;
	int			n;
	Datum	   *dx = stay_texts(t, field, &nulls, &n);

	if (n == 0 || nulls[0])
		return 0;
	return stay_key(VARDATA_ANY(DatumGetTextPP(dx[0])), VARSIZE_ANY_EXHDR(DatumGetTextPP(dx[0])));
}

/* A text field through one of the readers of stay.h. */
#define READ_FIELD(reader, t, field) \
	(text_ = stay_text((t), (field), &length_), reader(text_, length_))

/* A day, STAY_NO_DAY where it is NULL. */
static int32
day_of(const StayTuple *t, int field)
{
	return t->null[field] ? STAY_NO_DAY : DatumGetDateADT(t->value[field]);
}

/* A row as stay.c knows it. */
static void
read_row(const StayTuple *t, int position, StayRow *r)
{
	const char *text_;
	Size		length_;
	Size		bill_length;
	const char *bill = stay_text(t, ROW_BILL, &bill_length);

	memset(r, 0, sizeof(*r));
	r->row = position;
	r->first = day_of(t, ROW_FIRST);
	r->last = day_of(t, ROW_LAST);
	r->ed = !t->null[ROW_ED] && DatumGetBool(t->value[ROW_ED]);
	text_ = stay_text(t, ROW_CLASS, &length_);
	r->kind = stay_kind(text_, length_, bill, bill_length, r->ed);
	r->frequency = stay_frequency(bill, bill_length);
	r->facility = READ_FIELD(stay_key, t, ROW_FACILITY);
	r->admission = READ_FIELD(stay_admission, t, ROW_ADMISSION);
	r->disposition = READ_FIELD(stay_disposition, t, ROW_DISPOSITION);
	r->principal = principal_key(t, ROW_DIAGNOSES);
	text_ = stay_text(t, ROW_SOURCE, &length_);
	r->source = length_ > 0 ? text_[0] : '\0';
}

/* Reads the rows of an array and makes stays of them. */
static void
make_stays(FunctionCallInfo fcinfo, ArrayType *array, bool join_transfers, StayWork *w)
{
	w->tuples = stay_tuples(fcinfo, (TupleDesc *) &fcinfo->flinfo->fn_extra, array, ROW_FIELDS, &w->n);
	w->rows = palloc(Max(w->n, 1) * sizeof(StayRow));
	w->stays = palloc(Max(w->n, 1) * sizeof(Stay));
	for (int i = 0; i < w->n; i++)
		read_row(&w->tuples[i], i, &w->rows[i]);
	qsort(w->rows, w->n, sizeof(StayRow), stay_compare);
	w->nstays = stay_build(w->rows, w->n, join_transfers, w->stays);
}

/* A set of codes that have been put into an array. */
typedef struct CodesSeen
{
	uint64	   *keys;			/* 0: free */
	int			size;			/* a power of two */
	Datum	   *codes;
	int			n;
} CodesSeen;

/* Adds the codes of a row to those of its stay, each once. */
static void
add_codes(CodesSeen *seen, const StayTuple *t, int field)
{
	bool	   *nulls;
	int			n;
	Datum	   *codes = stay_texts(t, field, &nulls, &n);

	for (int i = 0; i < n; i++)
	{
		text	   *code = nulls[i] ? NULL : DatumGetTextPP(codes[i]);
		uint64		key = code ? stay_key(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)) : 0;
		int			slot = key & (seen->size - 1);

		if (key == 0)
			continue;
		while (seen->keys[slot] != 0 && seen->keys[slot] != key)
			slot = (slot + 1) & (seen->size - 1);
		if (seen->keys[slot] == key)
			continue;
		seen->keys[slot] = key;
		seen->codes[seen->n++] = codes[i];
	}
}

/* Elements of an array field, 0 where it is NULL. */
static int
count_codes(const StayTuple *t, int field)
{
	ArrayType  *array = t->null[field] ? NULL : DatumGetArrayTypeP(t->value[field]);

	return array ? ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) : 0;
}

/*
 * The codes of all rows of a stay, each once, the row of the discharge first:
 * so the principal diagnosis is the first one.
 */
static Datum
stay_codes(const StayWork *w, const Stay *s, const int *members, int field)
{
	CodesSeen	seen = {.size = 16};
	int			total = 0;

	for (int i = 0; i < s->nrows; i++)
		total += count_codes(&w->tuples[w->rows[members[i]].row], field);
	while (seen.size < total * 2)
		seen.size *= 2;
	seen.keys = palloc0(seen.size * sizeof(uint64));
	seen.codes = palloc(Max(total, 1) * sizeof(Datum));
	add_codes(&seen, &w->tuples[w->rows[s->closing].row], field);
	for (int i = 0; i < s->nrows; i++)
		if (members[i] != s->closing)
			add_codes(&seen, &w->tuples[w->rows[members[i]].row], field);
	return PointerGetDatum(construct_array(seen.codes, seen.n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The positions of a stay's rows in the given array, from 1, in order of their days. */
static Datum
stay_positions(const StayWork *w, const Stay *s, const int *members)
{
	Datum	   *positions = palloc(s->nrows * sizeof(Datum));

	for (int i = 0; i < s->nrows; i++)
		positions[i] = Int32GetDatum(w->rows[members[i]].row + 1);
	return PointerGetDatum(construct_array(positions, s->nrows, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

static void
put(StayTuple *t, int field, Datum value)
{
	t->value[field] = value;
	t->null[field] = false;
}

/* Takes the text of the first row that has one, looking at the row of the discharge or admission first. */
static void
put_text(StayTuple *t, int field, const StayWork *w, const Stay *s, const int *members,
		 int preferred, int of_row)
{
	const StayTuple *row = &w->tuples[w->rows[preferred].row];

	for (int i = 0; row->null[of_row] && i < s->nrows; i++)
		row = &w->tuples[w->rows[members[i]].row];
	if (!row->null[of_row])
		put(t, field, row->value[of_row]);
}

/* Fields that stay.c decided. */
static void
put_decided(StayTuple *t, const Stay *s, int index)
{
	put(t, STAY_STAY, Int32GetDatum(index + 1));
	put(t, STAY_KIND, CStringGetTextDatum(stay_kind_name(s->kind)));
	put(t, STAY_ADMITTED, DateADTGetDatum(s->first));
	if (s->last != STAY_OPEN)
		put(t, STAY_DISCHARGED, DateADTGetDatum(s->last));
	if (stay_length(s) >= 0)
		put(t, STAY_LENGTH, Int32GetDatum(stay_length(s)));
	if (stay_admission_name(s->admission))
		put(t, STAY_TYPE, CStringGetTextDatum(stay_admission_name(s->admission)));
	if (s->ed != STAY_NO_DAY)
		put(t, STAY_ED_DAY, DateADTGetDatum(s->ed));
	if (s->source != '\0')
		put(t, STAY_SOURCE, PointerGetDatum(cstring_to_text_with_len(&s->source, 1)));
	if (s->disposition != 0)
		put(t, STAY_DISPOSITION, CStringGetTextDatum(psprintf("%02d", s->disposition)));
	put(t, STAY_IN, BoolGetDatum(s->transfer_in));
	put(t, STAY_OUT, BoolGetDatum(s->transfer_out));
	if (s->part_of >= 0)
		put(t, STAY_PART_OF, Int32GetDatum(s->part_of + 1));
}

/* A stay as a value of phm.stay. */
static void
stay_tuple(const StayWork *w, int index, const int *members, StayTuple *t)
{
	const Stay *s = &w->stays[index];

	memset(t->null, true, sizeof(t->null));
	put_decided(t, s, index);
	put_text(t, STAY_FACILITY, w, s, members, s->opening, ROW_FACILITY);
	put_text(t, STAY_LAST_FACILITY, w, s, members, s->closing, ROW_FACILITY);
	put_text(t, STAY_DRG, w, s, members, s->closing, ROW_DRG);
	put(t, STAY_ROWS, stay_positions(w, s, members));
	put(t, STAY_DIAGNOSES, stay_codes(w, s, members, ROW_DIAGNOSES));
	put(t, STAY_PROCEDURES, stay_codes(w, s, members, ROW_PROCEDURES));
}

/* The rows of all stays, one stay after the other; first[i] is where those of stay i begin. */
static int *
stay_members(const StayWork *w, int **first)
{
	int		   *members = palloc(Max(w->n, 1) * sizeof(int));
	int		   *next = palloc((w->nstays + 1) * sizeof(int));
	int			total = 0;

	*first = palloc((w->nstays + 1) * sizeof(int));
	for (int i = 0; i < w->nstays; i++)
	{
		(*first)[i] = next[i] = total;
		total += w->stays[i].nrows;
	}
	for (int i = 0; i < w->n; i++)
		if (w->rows[i].stay >= 0)
			members[next[w->rows[i].stay]++] = i;
	return members;
}

/* phm.stays(rows, join_transfers): one row a stay. */
Datum
phm_stays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	StayWork	w;
	int		   *first;
	int		   *members;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	make_stays(fcinfo, PG_GETARG_ARRAYTYPE_P(0), !PG_ARGISNULL(1) && PG_GETARG_BOOL(1), &w);
	members = stay_members(&w, &first);
	for (int i = 0; i < w.nstays; i++)
	{
		StayTuple	t;

		stay_tuple(&w, i, members + first[i], &t);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, t.value, t.null);
	}
	return (Datum) 0;
}

/*
 * phm.stay_row_add(rows, row): transition function of phm.stay_agg.  The state
 * stays a flat array: array_append would make an expanded object with a memory
 * context of its own for every patient, and hashing many patients is slow then.
 */
Datum
phm_stay_row_add(PG_FUNCTION_ARGS)
{
	Oid			element = get_fn_expr_argtype(fcinfo->flinfo, 1);
	Datum		row = PG_GETARG_DATUM(1);
	bool		null = PG_ARGISNULL(1);
	ArrayType  *rows;
	int			dims[1] = {1};
	int			lower[1] = {1};
	int			position;

	if (PG_ARGISNULL(0))
		PG_RETURN_ARRAYTYPE_P(construct_md_array(&row, &null, 1, dims, lower, element, -1, false, TYPALIGN_DOUBLE));
	rows = PG_GETARG_ARRAYTYPE_P(0);
	position = ArrayGetNItems(ARR_NDIM(rows), ARR_DIMS(rows)) + 1;
	PG_RETURN_DATUM(array_set_element(PointerGetDatum(rows), 1, &position, row, null, -1, -1, false, TYPALIGN_DOUBLE));
}

/* The same as an array, what the aggregate gives. */
Datum
phm_stay_array(PG_FUNCTION_ARGS)
{
	Oid			element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	StayWork	w;
	TupleDesc	desc;
	Datum	   *stays;
	int		   *first;
	int		   *members;

	if (PG_ARGISNULL(0))
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(element));
	make_stays(fcinfo, PG_GETARG_ARRAYTYPE_P(0), false, &w);
	members = stay_members(&w, &first);
	desc = lookup_rowtype_tupdesc(element, -1);
	stays = palloc(Max(w.nstays, 1) * sizeof(Datum));
	for (int i = 0; i < w.nstays; i++)
	{
		StayTuple	t;

		stay_tuple(&w, i, members + first[i], &t);
		stays[i] = HeapTupleGetDatum(heap_form_tuple(desc, t.value, t.null));
	}
	ReleaseTupleDesc(desc);
	PG_RETURN_ARRAYTYPE_P(construct_array(stays, w.nstays, element, -1, false, TYPALIGN_DOUBLE));
}

/* phm.explain_stays(rows): what became of every row. */
Datum
phm_explain_stays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	StayWork	w;
	int		   *place;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	make_stays(fcinfo, PG_GETARG_ARRAYTYPE_P(0), !PG_ARGISNULL(1) && PG_GETARG_BOOL(1), &w);
	place = palloc(Max(w.n, 1) * sizeof(int));
	for (int i = 0; i < w.n; i++)
		place[w.rows[i].row] = i;
	for (int i = 0; i < w.n; i++)
	{
		const StayRow *r = &w.rows[place[i]];
		Datum		values[4] = {Int32GetDatum(i + 1), CStringGetTextDatum(stay_kind_name(r->kind)),
			Int32GetDatum(r->stay + 1), (Datum) 0};
		bool		nulls[4] = {false, false, r->stay < 0, r->why == STAY_TAKEN};

		if (r->why != STAY_TAKEN)
			values[3] = CStringGetTextDatum(stay_why_text(r->why));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The number of an inpatient stay's place among n, -1 where there is none. */
static int32
part_of(const StayTuple *t, int n)
{
	int32		stay = t->null[STAY_PART_OF] ? 0 : DatumGetInt32(t->value[STAY_PART_OF]);

	return stay >= 1 && stay <= n ? stay - 1 : -1;
}

/* The kind of a phm.stay; what is not told is an inpatient stay, what has no first day none. */
static int
read_kind(const StayTuple *t, int32 first)
{
	Size		length;
	const char *kind = stay_text(t, STAY_KIND, &length);

	if (first < STAY_MIN_DAY || first > STAY_MAX_DAY)
		return STAY_UNKNOWN;
	return length == 0 ? STAY_INPATIENT : stay_kind(kind, length, "", 0, false);
}

/* The last day of a phm.stay; one before the first cannot be. */
static int32
read_last(const StayTuple *t, int32 first)
{
	int32		last = t->null[STAY_DISCHARGED] ? STAY_OPEN : DatumGetDateADT(t->value[STAY_DISCHARGED]);

	if (last < first)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a stay must not end before it begins")));
	return last > STAY_MAX_DAY ? STAY_OPEN : last;
}

Stay *
stay_read(const StayTuple *tuples, int n)
{
	Stay	   *stays = palloc0(Max(n, 1) * sizeof(Stay));
	int32		latest = STAY_MIN_DAY;
	const char *text_;
	Size		length_;

	for (int i = 0; i < n; i++)
	{
		const StayTuple *t = &tuples[i];
		Stay	   *s = &stays[i];

		s->first = day_of(t, STAY_ADMITTED);
		s->kind = read_kind(t, s->first);
		s->last = read_last(t, s->first);
		if (s->kind != STAY_UNKNOWN && s->first < latest)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("stays must be in order of their admission"),
					 errdetail("Stay %d begins before the one before it.", i + 1),
					 errhint("phm.stays and phm.stay_agg give them so.")));
		latest = s->kind != STAY_UNKNOWN ? s->first : latest;
		s->ed = day_of(t, STAY_ED_DAY);
		s->part_of = part_of(t, n);
		s->facility = READ_FIELD(stay_key, t, STAY_FACILITY);
		s->last_facility = READ_FIELD(stay_key, t, STAY_LAST_FACILITY);
		if (s->last_facility == 0)
			s->last_facility = s->facility;
		s->admission = READ_FIELD(stay_admission, t, STAY_TYPE);
		s->disposition = READ_FIELD(stay_disposition, t, STAY_DISPOSITION);
		s->principal = principal_key(t, STAY_DIAGNOSES);
		text_ = stay_text(t, STAY_SOURCE, &length_);
		s->source = length_ > 0 ? text_[0] : '\0';
		s->transfer_in = !t->null[STAY_IN] && DatumGetBool(t->value[STAY_IN]);
		s->transfer_out = !t->null[STAY_OUT] && DatumGetBool(t->value[STAY_OUT]);
	}
	return stays;
}
