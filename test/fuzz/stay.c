/*
 * stay.c: rows of any kind and day become stays that hold together.
 *
 * Every 12 bytes are a row.  Whatever the rows are, each is in one stay or is
 * told why not, stays are in order and cover their rows, and the readmission
 * measure and the score sheets keep to their ranges over them.
 */
#include "risk/readmission.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 200

static StayRow rows[ROWS];
static Stay stays[ROWS];
static ReadmissionCodes codes[ROWS];
static ReadmissionResult results[ROWS];

#define require(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

/* A day near 2000, or one of the extremes. */
static int32
day_of(const uint8_t *p)
{
	if (p[1] == 255)
		return p[0] % 3 == 0 ? PG_INT32_MAX : p[0] % 3 == 1 ? STAY_MAX_DAY : STAY_MIN_DAY;
	if (p[1] == 254)
		return STAY_NO_DAY;
	return p[0] + (p[1] & 1) * 256;
}

static void
read_row(const uint8_t *p, int i, StayRow *r)
{
	memset(r, 0, sizeof(*r));
	r->row = i;
	r->first = day_of(p);
	r->last = p[3] & 4 ? day_of(p + 2) : r->first == STAY_NO_DAY || r->first > 10000 ? r->first : r->first + p[2] % 16;
	r->kind = p[4] % 8 < 6 ? p[4] % 8 : STAY_INPATIENT;
	r->facility = p[5] % 4;
	r->principal = p[6] % 4;
	r->admission = p[7] % 6;
	r->disposition = p[8] % 60;
	r->frequency = p[9] % 10;
	r->source = p[10];
	r->ed = p[11] & 1;
}

/* Rows and stays agree. */
static void
check_stays(int n, int nstays, bool joined)
{
	int			taken[ROWS] = {0};

	for (int i = 0; i < n; i++)
	{
		const StayRow *r = &rows[i];
		const Stay *s;

		require((r->stay >= 0) == (r->why == STAY_TAKEN) && r->stay < nstays);
		require(stay_why_text(r->why) != NULL);
		if (r->stay < 0)
			continue;
		s = &stays[r->stay];
		taken[r->stay]++;
		require(r->first >= s->first && r->kind == s->kind && (s->last == STAY_OPEN || r->first <= s->last + 1));
	}
	for (int i = 0; i < nstays; i++)
	{
		const Stay *s = &stays[i];

		require(taken[i] == s->nrows && s->nrows > 0);
		require(s->last >= s->first && s->reach >= s->last);
		require(i == 0 || s->first >= stays[i - 1].first);
		require(s->part_of < nstays && (s->part_of < 0 || stays[s->part_of].kind == STAY_INPATIENT));
		require(rows[s->opening].stay == i && rows[s->closing].stay == i);
		require(!joined || !s->transfer_in);
		require(stay_length(s) >= -1 && stay_kind_name(s->kind) != NULL);
		stay_admission_name(s->admission);
	}
}

/* The measure and the sheets over the stays. */
static void
check_scores(const uint8_t *data, size_t size, int nstays)
{
	ReadmissionPerson person = {.died = size % 3 ? STAY_NO_DAY : 100, .born = size % 5 ? STAY_NO_DAY : -20000,
	.enrolled_from = size % 7 ? STAY_NO_DAY : 50, .enrolled_to = size % 4 ? STAY_NO_DAY : 300, .min_age = size % 80};

	for (int i = 0; i < nstays; i++)
	{
		readmission_begin(&codes[i]);
		codes[i].principal = data[i % size] << 4;
		codes[i].procedures = data[(i + 3) % size];
	}
	readmission_finish(stays, codes, nstays, &person, results);
	for (int i = 0; i < nstays; i++)
	{
		const ReadmissionResult *r = &results[i];
		LaceInput	lace;
		HospitalInput hospital;
		ScoreSheet	sheet;

		require(r->readmission < nstays && (r->readmission < 0 || r->readmission > i));
		require(r->days >= 0 && r->days <= READMISSION_DAYS && r->planned <= PLANNED_PA3);
		require(r->exclusions < 1u << EXCLUSIONS);
		require((readmission_cohort_name(r->cohort) == NULL) == (r->cohort == HWR_SETS));
		lace_of_stay(stays, nstays, i, &lace);
		lace.charlson = lace_charlson(data[i % size] * 129u);
		lace_score(&lace, &sheet);
		require(sheet.score >= 0 && sheet.score <= 19 && lace_risk(sheet.score) != NULL);
		hospital_of_stay(stays, nstays, i, &hospital);
		hospital_score(&hospital, &sheet);
		require(sheet.score >= 0 && sheet.score <= 13 && hospital_risk(sheet.score) != NULL);
	}
}

/* Words of rows, and months that are calendar months. */
static void
check_words(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	int32		day = size >= 4 ? (int32) (phm_get_u32(data) % 3652059) + STAY_MIN_DAY : 0;
	int32		before = stay_months_before(day, 1);

	require(stay_kind(text, size, text, size, size % 2) <= STAY_INPATIENT);
	require(stay_frequency(text, size) <= 9);
	require(stay_admission(text, size) <= STAY_TRAUMA);
	require(stay_disposition(text, size) <= 99);
	stay_key(text, size);
	lace_condition(text, size);
	require(day - before >= 28 && day - before <= 31);
	require(day - stay_months_before(day, 12) >= 365 && day - stay_months_before(day, 12) <= 366);
	require(stay_months_before(day, 0) == day);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int			n = Min(size / 12, ROWS);

	if (size == 0)
		return 0;
	check_words(data, size);
	for (int joined = 0; joined < 2; joined++)
	{
		int			nstays;

		for (int i = 0; i < n; i++)
			read_row(data + i * 12, i, &rows[i]);
		qsort(rows, n, sizeof(StayRow), stay_compare);
		nstays = stay_build(rows, n, joined, stays);
		check_stays(n, nstays, joined);
		check_scores(data, size, nstays);
	}
	shim_reset();
	return 0;
}
