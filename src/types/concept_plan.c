/*
 * concept_plan.c: statistics of phm.concept columns.
 *
 * ANALYZE collects what it does for any ordered type (common values,
 * histogram) and the most common codes: their code_hash as bigint, in the
 * slot of most common elements (pg_stats.most_common_elems), in ascending
 * order, with their share of the rows that are not NULL, then the least and
 * the greatest share.  codeset_plan.c uses them.
 */
#include "phm.h"

#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"

#include "types/concept.h"

#define CODES_PER_TARGET	10	/* common codes kept per point of the statistics target */
#define CODES_PER_ROW		64	/* more codes of one concept are not looked at */

/* What std_typanalyze left in the places that are taken over here. */
typedef struct ConceptAnalyze
{
	AnalyzeAttrComputeStatsFunc std_compute;
	void	   *std_extra;
	int			max_codes;
} ConceptAnalyze;

/* A code of the sample and how many rows have it. */
typedef struct CodeCount
{
	int64		code;
	int			count;
} CodeCount;

/* A growing array of the codes of all sampled rows. */
typedef struct CodeSample
{
	int64	   *codes;
	int			ncodes;
	int			size;
	int			nrows;			/* not NULL */
} CodeSample;

static int
compare_codes(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* Most frequent first; equal ones by code, so that the result is repeatable. */
static int
compare_counts(const void *a, const void *b)
{
	const CodeCount *x = a;
	const CodeCount *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return compare_codes(&x->code, &y->code);
}

static int
compare_by_code(const void *a, const void *b)
{
	return compare_codes(&((const CodeCount *) a)->code, &((const CodeCount *) b)->code);
}

/* Adds the codes of a concept, each once, up to CODES_PER_ROW. */
static void
sample_concept(CodeSample *sample, struct varlena *value)
{
	int			begin = sample->ncodes;
	ConceptReader r;
	CodingView	c;

	concept_read_codings(&r, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	while (sample->ncodes - begin < CODES_PER_ROW && concept_next(&r, &c))
	{
		int			i = begin;

		if (c.code == NULL)
			continue;
		while (i < sample->ncodes && sample->codes[i] != (int64) c.hash)
			i++;
		if (i < sample->ncodes)
			continue;
		if (sample->ncodes == sample->size)
		{
			sample->size *= 2;
			sample->codes = repalloc_huge(sample->codes, sample->size * sizeof(int64));
		}
		sample->codes[sample->ncodes++] = (int64) c.hash;
	}
}

/* Gathers the codes of the sampled rows. */
static void
sample_rows(CodeSample *sample, VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc, int samplerows)
{
	sample->size = Max(samplerows, 16);
	sample->codes = palloc(sample->size * sizeof(int64));
	sample->ncodes = sample->nrows = 0;
	for (int i = 0; i < samplerows; i++)
	{
		bool		isnull;
		Datum		datum = fetchfunc(stats, i, &isnull);
		struct varlena *value;

		phm_vacuum_delay_point();
		if (isnull)
			continue;
		value = PG_DETOAST_DATUM_PACKED(datum);
		sample_concept(sample, value);
		if (value != (struct varlena *) DatumGetPointer(datum))
			pfree(value);
		sample->nrows++;
	}
}

/* Counts the sampled codes: the max most frequent ones of those seen twice, by code. */
static CodeCount *
count_codes(CodeSample *sample, int max, int *ncounts)
{
	CodeCount  *counts = palloc(Max(sample->ncodes, 1) * sizeof(CodeCount));
	int			n = 0;

	qsort(sample->codes, sample->ncodes, sizeof(int64), compare_codes);
	for (int i = 0, run; i < sample->ncodes; i += run)
	{
		for (run = 1; i + run < sample->ncodes && sample->codes[i + run] == sample->codes[i]; run++)
			;
		if (run > 1)
			counts[n++] = (CodeCount) {sample->codes[i], run};
	}
	if (n > max)
	{
		qsort(counts, n, sizeof(CodeCount), compare_counts);
		n = max;
		qsort(counts, n, sizeof(CodeCount), compare_by_code);
	}
	*ncounts = n;
	return counts;
}

/* Stores the counts in the first free slot. */
static void
store_counts(VacAttrStats *stats, const CodeCount *counts, int n, int nrows)
{
	MemoryContext old = MemoryContextSwitchTo(stats->anl_context);
	Datum	   *values = palloc(n * sizeof(Datum));
	float4	   *numbers = palloc((n + 2) * sizeof(float4));
	int			slot = 0;
	float4		least = 1;
	float4		most = 0;

	for (int i = 0; i < n; i++)
	{
		values[i] = Int64GetDatum(counts[i].code);
		numbers[i] = (float4) ((double) counts[i].count / nrows);
		least = Min(least, numbers[i]);
		most = Max(most, numbers[i]);
	}
	numbers[n] = least;
	numbers[n + 1] = most;
	while (slot < STATISTIC_NUM_SLOTS && stats->stakind[slot] != 0)
		slot++;
	if (slot < STATISTIC_NUM_SLOTS)
	{
		stats->stakind[slot] = STATISTIC_KIND_MCELEM;
		stats->staop[slot] = InvalidOid;
		stats->stacoll[slot] = InvalidOid;
		stats->stanumbers[slot] = numbers;
		stats->numnumbers[slot] = n + 2;
		stats->stavalues[slot] = values;
		stats->numvalues[slot] = n;
		stats->statypid[slot] = INT8OID;
		stats->statyplen[slot] = sizeof(int64);
		stats->statypbyval[slot] = FLOAT8PASSBYVAL;
		stats->statypalign[slot] = TYPALIGN_DOUBLE;
	}
	MemoryContextSwitchTo(old);
}

/* The compute_stats function: the standard one's statistics and the common codes. */
static void
compute_concept_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc, int samplerows, double totalrows)
{
	ConceptAnalyze *own = stats->extra_data;
	CodeSample	sample;
	CodeCount  *counts;
	int			n;

	stats->extra_data = own->std_extra;
	own->std_compute(stats, fetchfunc, samplerows, totalrows);
	stats->extra_data = own;
	if (!stats->stats_valid)
		return;
	sample_rows(&sample, stats, fetchfunc, samplerows);
	counts = count_codes(&sample, own->max_codes, &n);
	if (n > 0)
		store_counts(stats, counts, n, sample.nrows);
}

PG_FUNCTION_INFO_V1(phm_concept_typanalyze);

/* ANALYZE function of the type. */
Datum
phm_concept_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);
	ConceptAnalyze *own;

	if (!std_typanalyze(stats))
		PG_RETURN_BOOL(false);
	own = palloc(sizeof(ConceptAnalyze));
	own->std_compute = stats->compute_stats;
	own->std_extra = stats->extra_data;
	own->max_codes = stats->minrows / 300 * CODES_PER_TARGET;	/* std_typanalyze asks for 300 rows per point */
	stats->compute_stats = compute_concept_stats;
	stats->extra_data = own;
	PG_RETURN_BOOL(true);
}
