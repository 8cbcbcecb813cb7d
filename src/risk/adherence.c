/*
 * adherence.c: the pure part of adherence.h: sorting fills, telling which of
 * them count, laying their supply over the days of a period, and counting.
 *
 * Days of the period are bits, day from being bit 0.  All days are below
 * ADHERENCE_MAX_DAY and the supply of a fill is bounded, so that sums fit 32 bits.
 */
#include "risk/adherence.h"

#define HAS_DAY(set, i) ((set)[(i) / 64] >> ((i) % 64) & 1)
#define ADD_DAY(set, i) ((set)[(i) / 64] |= UINT64CONST(1) << ((i) % 64))

/* What is told of an ignored fill. */
const char *
adherence_why(AdherenceWhy why)
{
	static const char *const names[] = {
		NULL, "no date", "no supply", "supply too long", "negative supply", "reversed", "duplicate",
		"before birth", "after death", "before the period", "after the period"
	};

	return names[why];
}

/* Starts a person, a class of drugs and a period: from, up to but without until. */
bool
adherence_begin(AdherenceWork *work, AdherenceFill *fills, int room, int32 from, int32 until, PhmError *err)
{
	if (from >= until || from < -ADHERENCE_MAX_DAY || until > ADHERENCE_MAX_DAY ||
		until - from > ADHERENCE_MAX_DAYS)
	{
		phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
				 "a period of adherence must have from 1 to %d days", ADHERENCE_MAX_DAYS);
		return false;
	}
	memset(work, 0, sizeof(*work));
	work->from = from;
	work->until = until;
	work->birth = work->death = ADHERENCE_NO_DAY;
	work->fills = fills;
	work->room = room;
	return true;
}

/* Birth and death, ADHERENCE_NO_DAY where unknown; the period ends with death. */
void
adherence_person(AdherenceWork *work, int32 birth, int32 death)
{
	work->birth = birth;
	work->death = death;
}

/* A stay in a facility that gives the drugs itself: from, up to but without until. */
void
adherence_stay(AdherenceWork *work, int32 from, int32 until)
{
	for (int32 day = Max(from, work->from); day < Min(until, work->until); day++)
		ADD_DAY(work->stays, day - work->from);
}

/* A name as a number that is not 0: FNV-1a over small letters. */
static uint64
drug_number(const char *name, Size len)
{
	uint64		h = UINT64CONST(0xcbf29ce484222325);

	for (Size i = 0; i < len; i++)
	{
		unsigned char c = name[i];

		h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32 : c)) * UINT64CONST(0x100000001b3);
	}
	return h | 1;
}

/* Puts a drug into its place among those of a fill; false when it has too many. */
static bool
put_drug(uint64 *drugs, uint64 drug)
{
	int			n = 0;
	int			at;

	while (n < ADHERENCE_FILL_DRUGS && drugs[n])
		n++;
	for (at = n; at > 0 && drugs[at - 1] >= drug; at--)
		if (drugs[at - 1] == drug)
			return true;
	if (n == ADHERENCE_FILL_DRUGS)
		return false;
	memmove(drugs + at + 1, drugs + at, (n - at) * sizeof(*drugs));
	drugs[at] = drug;
	return true;
}

/*
 * The ingredients of a fill, written with + between them; blanks around and
 * letter case do not matter, and no name is an ingredient like others.
 */
bool
adherence_drugs(const char *text, Size len, uint64 *drugs, PhmError *err)
{
	Size		begin = 0;

	memset(drugs, 0, ADHERENCE_FILL_DRUGS * sizeof(*drugs));
	while (begin <= len)
	{
		Size		end = begin;
		Size		next;

		while (end < len && text[end] != '+')
			end++;
		next = end + 1;
		while (begin < end && text[begin] == ' ')
			begin++;
		while (end > begin && text[end - 1] == ' ')
			end--;
		if ((end > begin || drugs[0] == 0) && !put_drug(drugs, drug_number(text + begin, end - begin)))
			return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
							"a fill has more than %d ingredients", ADHERENCE_FILL_DRUGS);
		begin = next;
	}
	return true;
}

/* Adds a fill; drugs as adherence_drugs makes them, origin 0 where it does not matter who tells. */
bool
adherence_add(AdherenceWork *work, const uint64 *drugs, int32 day, int32 supply, int origin, bool reversed,
			  PhmError *err)
{
	AdherenceFill *fill;

	if (work->nfills >= work->room)
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
						"a person has more than %d fills of one class of drugs", work->room);
	fill = &work->fills[work->nfills];
	memset(fill, 0, sizeof(*fill));
	fill->day = day;
	fill->supply = supply;
	fill->number = work->nfills++;
	fill->origin = origin;
	fill->reversed = reversed;
	memcpy(fill->drugs, drugs, sizeof(fill->drugs));
	return true;
}

#define COMPARE(a, b) \
	do { \
		if ((a) != (b)) \
			return (a) < (b) ? -1 : 1; \
	} while (0)

/* Fills of one day, drug and amount lie together, by origin and in the order of adding. */
static int
compare_fills(const void *pa, const void *pb)
{
	const AdherenceFill *a = pa;
	const AdherenceFill *b = pb;
	int64		sa = a->supply < 0 ? -(int64) a->supply : a->supply;
	int64		sb = b->supply < 0 ? -(int64) b->supply : b->supply;

	COMPARE(a->day, b->day);
	for (int i = 0; i < ADHERENCE_FILL_DRUGS; i++)
		COMPARE(a->drugs[i], b->drugs[i]);
	COMPARE(sa, sb);
	COMPARE(a->origin, b->origin);
	COMPARE(a->number, b->number);
	return 0;
}

/* Fills that may be one: the same day, drugs and, but for the sign, supply. */
static bool
alike(const AdherenceFill *a, const AdherenceFill *b)
{
	return a->day == b->day && memcmp(a->drugs, b->drugs, sizeof(a->drugs)) == 0 &&
		(a->supply == b->supply || (int64) a->supply == -(int64) b->supply);
}

/* Why a fill does not count, as far as it tells by itself. */
static AdherenceWhy
judge(const AdherenceWork *work, const AdherenceFill *fill)
{
	if (fill->reversed)
		return ADHERENCE_REVERSED;
	if (fill->supply == ADHERENCE_NO_SUPPLY || fill->supply == 0)
		return ADHERENCE_WITHOUT_SUPPLY;
	if (fill->supply < 0)
		return ADHERENCE_NEGATIVE;
	if (fill->supply > ADHERENCE_MAX_SUPPLY)
		return ADHERENCE_TOO_LONG;
	if (fill->day == ADHERENCE_NO_DAY)
		return ADHERENCE_NO_DATE;
	if (work->birth != ADHERENCE_NO_DAY && fill->day < work->birth)
		return ADHERENCE_BEFORE_BIRTH;
	if (work->death != ADHERENCE_NO_DAY && fill->day > work->death)
		return ADHERENCE_AFTER_DEATH;
	if (fill->day >= work->until)
		return ADHERENCE_AFTER_PERIOD;
	/* Nothing of an earlier supply can be left after so long. */
	if (fill->day < work->from && (!work->carry_in || fill->day < work->from - ADHERENCE_MAX_DAYS))
		return ADHERENCE_BEFORE_PERIOD;
	return ADHERENCE_COUNTED;
}

/* Each fill of negative supply takes back one of the same day, drug and amount; marks both. */
static void
mark_reversed(AdherenceFill *run, int n)
{
	int			next = 0;

	for (int i = 0; i < n; i++)
	{
		if (run[i].why != ADHERENCE_NEGATIVE)
			continue;
		while (next < n && run[next].why != ADHERENCE_COUNTED)
			next++;
		if (next == n)
			return;
		run[i].why = run[next].why = ADHERENCE_REVERSED;
	}
}

/*
 * A fill of which several origins tell is one: of alike fills those of the
 * origin that tells of most of them count.  Fills without origin all do.
 */
static void
mark_duplicates(AdherenceFill *run, int n)
{
	int			most = 0;
	int			best = -1;

	for (int i = 0, count; i < n; i += count)
	{
		int			good = 0;

		for (count = 0; i + count < n && run[i + count].origin == run[i].origin; count++)
			good += run[i + count].why == ADHERENCE_COUNTED;
		if (run[i].origin != 0 && good > most)
		{
			most = good;
			best = run[i].origin;
		}
	}
	for (int i = 0; i < n && best >= 0; i++)
		if (run[i].why == ADHERENCE_COUNTED && run[i].origin != 0 && run[i].origin != best)
			run[i].why = ADHERENCE_DUPLICATE;
}

/* From when on a fill can be used: its day, or the day after earlier supply of one of its drugs. */
static int32
first_free(AdherenceWork *work, const AdherenceFill *fill, int *places, PhmError *err)
{
	int32		day = fill->day;

	for (int i = 0; i < ADHERENCE_FILL_DRUGS && (i == 0 || fill->drugs[i]); i++)
	{
		int			at = 0;

		while (at < work->ndrugs && work->drugs[at].drug != fill->drugs[i])
			at++;
		if (at == ADHERENCE_MAX_DRUGS)
		{
			phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
					 "a person has had more than %d drugs of one class", ADHERENCE_MAX_DRUGS);
			return ADHERENCE_NO_DAY;
		}
		if (at == work->ndrugs)
			work->drugs[work->ndrugs++] = (AdherenceDrug) {fill->drugs[i], fill->day};
		day = Max(day, work->drugs[at].free);
		places[i] = at;
	}
	return day;
}

/* Is a day one of the period that is spent in a facility? */
static bool
in_stay(const AdherenceWork *work, int32 day)
{
	return day >= work->from && day < work->until && HAS_DAY(work->stays, day - work->from);
}

/* Lays the supply of a fill over the days from a day on, leaving out those in a facility. */
static void
cover(AdherenceWork *work, AdherenceFill *fill, int32 day)
{
	int			left = fill->supply;

	while (in_stay(work, day))
		day++;
	fill->first = day;
	/* What is used before the period, or after it, need not be gone through. */
	if (day < work->from)
	{
		int32		before = Min(left, work->from - day);

		day += before;
		left -= before;
	}
	fill->last = day - 1;
	for (; left > 0 && day < work->until; day++)
	{
		if (HAS_DAY(work->stays, day - work->from))
			continue;
		ADD_DAY(work->covered, day - work->from);
		fill->last = day;
		left--;
	}
	if (left > 0)
		fill->last = Max(day, fill->first) + left - 1;
}

/* Lays out the supply of all fills that count, in the order of their days. */
static bool
cover_all(AdherenceWork *work, PhmError *err)
{
	for (int i = 0; i < work->nfills; i++)
	{
		AdherenceFill *fill = &work->fills[i];
		int			places[ADHERENCE_FILL_DRUGS];
		int32		day;

		fill->first = fill->last = ADHERENCE_NO_DAY;
		if (fill->why != ADHERENCE_COUNTED)
			continue;
		day = first_free(work, fill, places, err);
		if (day == ADHERENCE_NO_DAY)
			return false;
		cover(work, fill, day);
		for (int d = 0; d < ADHERENCE_FILL_DRUGS && (d == 0 || fill->drugs[d]); d++)
			work->drugs[places[d]].free = fill->last + 1;
		/* An earlier fill of which nothing is left has nothing to do with the period. */
		if (fill->last < work->from)
			fill->why = ADHERENCE_BEFORE_PERIOD;
	}
	return true;
}

/* Counts fills, and finds the first day of treatment. */
static void
count_fills(const AdherenceWork *work, AdherenceResult *result)
{
	int32		day = ADHERENCE_NO_DAY;

	for (int i = 0; i < work->nfills; i++)
	{
		const AdherenceFill *fill = &work->fills[i];
		int32		begin;

		if (fill->why != ADHERENCE_COUNTED)
		{
			result->ignored[fill->why]++;
			continue;
		}
		begin = fill->day >= work->from ? fill->day : Max(fill->first, work->from);
		if (!result->treated || begin < result->from)
			result->from = begin;
		result->treated = true;
		result->fills++;
		result->fill_days += fill->day >= work->from && fill->day != day;
		day = fill->day;
		result->supply += fill->supply - Max(work->from - fill->first, 0);
		result->next_due = Max(result->next_due, fill->last + 1);
	}
	result->treated = result->treated && result->from < result->until;
	if (work->death != ADHERENCE_NO_DAY && work->death < result->next_due)
		result->next_due = ADHERENCE_NO_DAY;
}

/* Counts the days of the treatment period. */
static void
count_days(const AdherenceWork *work, AdherenceResult *result)
{
	int			gap = 0;

	for (int32 day = result->from; day < result->until; day++)
	{
		int			bit = day - work->from;

		if (HAS_DAY(work->stays, bit))
		{
			result->stay_days++;
			gap = 0;
			continue;
		}
		result->days++;
		if (HAS_DAY(work->covered, bit))
		{
			result->covered++;
			result->last_covered = day;
			gap = 0;
			continue;
		}
		result->gap_days++;
		result->ngaps += gap == 0;
		gap++;
		result->longest_gap = Max(result->longest_gap, gap);
	}
}

/*
 * What the fills come to; false with an error when there are too many drugs.
 * A period in which nothing was filled has no treatment, and all counts are 0.
 */
bool
adherence_finish(AdherenceWork *work, AdherenceResult *result, PhmError *err)
{
	memset(result, 0, sizeof(*result));
	result->last_covered = result->next_due = ADHERENCE_NO_DAY;
	memset(work->covered, 0, sizeof(work->covered));
	work->ndrugs = 0;
	if (work->nfills > 1)
		qsort(work->fills, work->nfills, sizeof(AdherenceFill), compare_fills);
	for (int i = 0; i < work->nfills; i++)
		work->fills[i].why = judge(work, &work->fills[i]);
	for (int i = 0, n; i < work->nfills; i += n)
	{
		for (n = 1; i + n < work->nfills && alike(&work->fills[i], &work->fills[i + n]);)
			n++;
		if (n == 1)
			continue;
		mark_reversed(work->fills + i, n);
		mark_duplicates(work->fills + i, n);
	}
	if (!cover_all(work, err))
		return false;
	result->until = work->until;
	if (work->death != ADHERENCE_NO_DAY && work->death < work->until)
		result->until = Max(work->death + 1, work->from);
	count_fills(work, result);
	if (result->treated)
		count_days(work, result);
	return true;
}

/*
 * The next run of days without supply from *day on, which begins as the first
 * day of treatment; false when there is none.  *day becomes the day it begins.
 */
bool
adherence_gap(const AdherenceWork *work, const AdherenceResult *result, int32 *day, int *days)
{
	int32		end;

#define UNCOVERED(d) (!HAS_DAY(work->covered, (d) - work->from) && !HAS_DAY(work->stays, (d) - work->from))
	if (!result->treated)
		return false;
	while (*day < result->until && !UNCOVERED(*day))
		(*day)++;
	for (end = *day; end < result->until && UNCOVERED(end);)
		end++;
	*days = end - *day;
	return *days > 0;
}

/* A share in ten-thousandths, rounded half up; 0 of nothing. */
int64
adherence_ratio(int64 part, int64 whole)
{
	return whole > 0 ? (part * 20000 / whole + 1) / 2 : 0;
}
