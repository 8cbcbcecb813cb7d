/*
 * stay.c: hospital stays and emergency visits out of encounter or claim rows.
 *
 * A stay has many rows: interim bills, a corrected bill beside the first one,
 * an encounter beside its claim.  Rows of one facility that overlap are one
 * stay; so are those that follow each other without a discharge between.
 * Two acute facilities on the same or the next day are a transfer, whatever
 * the discharge status says: that is how the readmission measures of CMS find
 * transfers.  Relies on rows in the order of stay_compare.
 */
#include "risk/stay.h"

typedef struct StayWord
{
	const char *word;
	uint8		value;
} StayWord;

/* Classes: HL7 v3 ActCode, and what warehouses call encounters; no blanks, small letters. */
static const StayWord class_words[] = {
	{"imp", STAY_INPATIENT}, {"acute", STAY_INPATIENT}, {"inpatient", STAY_INPATIENT},
	{"acuteinpatient", STAY_INPATIENT}, {"inpatienthospital", STAY_INPATIENT},
	{"inp", STAY_INPATIENT}, {"ip", STAY_INPATIENT}, {"hospitalization", STAY_INPATIENT},
	{"emer", STAY_ED}, {"emergency", STAY_ED}, {"ed", STAY_ED}, {"er", STAY_ED},
	{"emergencydepartment", STAY_ED}, {"emergencyroom", STAY_ED},
	{"obsenc", STAY_OBSERVATION}, {"observation", STAY_OBSERVATION}, {"obs", STAY_OBSERVATION},
	{"nonac", STAY_NONACUTE}, {"snf", STAY_NONACUTE}, {"skillednursing", STAY_NONACUTE},
	{"inpatientskillednursing", STAY_NONACUTE}, {"inpatientrehabilitation", STAY_NONACUTE},
	{"inpatientpsychiatric", STAY_NONACUTE}, {"inpatientpsych", STAY_NONACUTE},
	{"inpatientsubstanceuse", STAY_NONACUTE}, {"inpatienthospice", STAY_NONACUTE},
	{"inpatientlongterm", STAY_NONACUTE}, {"inpatientlongtermacutecare", STAY_NONACUTE},
	{"rehabilitation", STAY_NONACUTE}, {"psychiatric", STAY_NONACUTE}, {"hospice", STAY_NONACUTE},
	{"amb", STAY_OTHER}, {"ambulatory", STAY_OTHER}, {"outpatient", STAY_OTHER}, {"op", STAY_OTHER},
	{"ss", STAY_OTHER}, {"shortstay", STAY_OTHER}, {"hh", STAY_OTHER}, {"home", STAY_OTHER},
	{"homehealth", STAY_OTHER}, {"vr", STAY_OTHER}, {"virtual", STAY_OTHER}, {"telehealth", STAY_OTHER},
	{"fld", STAY_OTHER}, {"field", STAY_OTHER}, {"prenc", STAY_OTHER}, {"preadmission", STAY_OTHER},
	{"officevisit", STAY_OTHER}, {"urgentcare", STAY_OTHER}, {"other", STAY_OTHER},
};

static const StayWord admission_words[] = {
	{"1", STAY_EMERGENCY}, {"emergency", STAY_EMERGENCY}, {"2", STAY_URGENT}, {"urgent", STAY_URGENT},
	{"3", STAY_ELECTIVE}, {"elective", STAY_ELECTIVE}, {"4", STAY_NEWBORN}, {"newborn", STAY_NEWBORN},
	{"5", STAY_TRAUMA}, {"trauma", STAY_TRAUMA},
};

#define STAY_WORD 32

/* Letters and digits of a word, small; false when it is too long or empty. */
static bool
plain_word(const char *word, Size length, char *plain)
{
	int			n = 0;

	for (Size i = 0; i < length; i++)
	{
		unsigned char c = word[i];

		if (c >= 'A' && c <= 'Z')
			c += 32;
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
			continue;
		if (n == STAY_WORD - 1)
			return false;
		plain[n++] = c;
	}
	plain[n] = '\0';
	return n > 0;
}

/* The value of a word in a list, 0 when it is not there. */
static int
find_word(const StayWord *list, int n, const char *word, Size length)
{
	char		plain[STAY_WORD];

	if (plain_word(word, length, plain))
		for (int i = 0; i < n; i++)
			if (strcmp(list[i].word, plain) == 0)
				return list[i].value;
	return 0;
}

/* The three characters of a bill type without its leading zero; false when it is none. */
static bool
bill_type(const char *bill, Size length, char *type)
{
	char		plain[STAY_WORD];
	int			n;

	if (!plain_word(bill, length, plain))
		return false;
	n = strlen(plain);
	if (n == 4 && plain[0] == '0')
		memmove(plain, plain + 1, n--);
	if (n != 3 || plain[0] < '1' || plain[0] > '9' || plain[1] < '1' || plain[1] > '9')
		return false;
	memcpy(type, plain, 4);
	return true;
}

/* Facility and care of a bill type: 11 is an acute hospital's inpatient bill. */
static StayKind
bill_kind(const char *bill, Size length)
{
	char		type[4];

	if (!bill_type(bill, length, type))
		return STAY_UNKNOWN;
	if (type[0] == '1' && type[1] == '1')
		return STAY_INPATIENT;
	if (type[0] == '2' || (type[0] == '1' && type[1] == '8') || (type[0] == '4' && type[1] == '1') ||
		(type[0] == '6') || (type[0] == '8' && (type[1] == '2' || type[1] == '6')))
		return STAY_NONACUTE;
	return STAY_OTHER;
}

/*
 * What a row tells of.  A class that is understood decides; else the bill
 * type; an outpatient row with emergency services is an emergency visit.
 */
StayKind
stay_kind(const char *class_word, Size class_length, const char *bill, Size bill_length, bool ed)
{
	StayKind	kind = find_word(class_words, lengthof(class_words), class_word, class_length);

	if (kind == STAY_UNKNOWN)
		kind = bill_kind(bill, bill_length);
	if (ed && (kind == STAY_OTHER || kind == STAY_UNKNOWN))
		kind = STAY_ED;
	return kind;
}

/* Interim bills are told by the third character: 2 first, 3 continuing, 4 last. */
int
stay_frequency(const char *bill, Size length)
{
	char		type[4];

	return bill_type(bill, length, type) && type[2] >= '0' && type[2] <= '9' ? type[2] - '0' : 0;
}

StayAdmission
stay_admission(const char *word, Size length)
{
	return find_word(admission_words, lengthof(admission_words), word, length);
}

/* Two digits; one digit stands for 0 and the digit. */
int
stay_disposition(const char *word, Size length)
{
	char		plain[STAY_WORD];
	int			value = 0;

	if (!plain_word(word, length, plain) || strlen(plain) > 2)
		return 0;
	for (const char *p = plain; *p; p++)
	{
		if (*p < '0' || *p > '9')
			return 0;
		value = value * 10 + *p - '0';
	}
	return value;
}

/* FNV-1a over letters and digits; never 0 for a word that has some. */
uint64
stay_key(const char *word, Size length)
{
	uint64		h = UINT64CONST(0xCBF29CE484222325);
	bool		any = false;

	for (Size i = 0; i < length; i++)
	{
		unsigned char c = word[i];

		if (c == ' ' || c == '.' || c == '-')
			continue;
		if (c >= 'a' && c <= 'z')
			c -= 32;
		h = (h ^ c) * UINT64CONST(0x100000001B3);
		any = true;
	}
	return !any ? 0 : h ? h : 1;
}

#define COMPARE(x, y) \
	do { \
		if ((x) != (y)) \
			return (x) < (y) ? -1 : 1; \
	} while (0)

/* By first day, kind, last day; the rest only makes the order one of values. */
int
stay_compare(const void *a, const void *b)
{
	const StayRow *x = a;
	const StayRow *y = b;

	COMPARE(x->first, y->first);
	COMPARE(x->kind, y->kind);
	COMPARE(x->last, y->last);
	COMPARE(x->facility, y->facility);
	COMPARE(x->frequency, y->frequency);
	COMPARE(x->disposition, y->disposition);
	COMPARE(x->principal, y->principal);
	COMPARE(x->row, y->row);
	return 0;
}

/* Why a row is in no stay, STAY_TAKEN when it is in one. */
static StayWhy
row_why(const StayRow *r)
{
	if (r->kind == STAY_UNKNOWN)
		return STAY_NOT_UNDERSTOOD;
	if (r->kind == STAY_OTHER)
		return STAY_OUTPATIENT;
	if (r->kind == STAY_NONACUTE)
		return STAY_NOT_ACUTE;
	if (r->frequency == 8)
		return STAY_VOID;
	if (r->first < STAY_MIN_DAY || r->first > STAY_MAX_DAY)
		return STAY_NO_START;
	if (r->last != STAY_NO_DAY && r->last < r->first)
		return STAY_ENDS_BEFORE_START;
	return STAY_TAKEN;
}

/* The last day of a row: an inpatient row without one is not over, a visit is over on its day. */
static int32
row_last(const StayRow *r)
{
	if (r->last != STAY_NO_DAY && r->last <= STAY_MAX_DAY)
		return r->last;
	return r->kind == STAY_INPATIENT ? STAY_OPEN : r->first;
}

/* Can both be the same facility? */
static bool
same_facility(uint64 a, uint64 b)
{
	return a == 0 || b == 0 || a == b;
}

/* Do two bills say that the patient stayed between them? */
static bool
continues(const Stay *s, const StayRow *r)
{
	return s->interim || s->disposition == STAY_STILL_PATIENT ||
		r->frequency == 3 || r->frequency == 4;
}

/*
 * Is a row of the same facility a part of the stay?  A second admission on
 * the day of discharge is one only where the diagnosis is another one (CMS:
 * same day, same hospital, same condition is a single stay).
 */
static bool
belongs(const Stay *s, const StayRow *r)
{
	if (!same_facility(s->last_facility, r->facility))
		return false;
	if (r->first < s->last)
		return true;
	if (r->kind != STAY_INPATIENT)
		return r->first == s->last;
	if (r->first == s->last)
		return continues(s, r) || s->first == row_last(r) ||
			s->principal == 0 || r->principal == 0 || s->principal == r->principal;
	return r->first == s->last + 1 && continues(s, r);
}

/* Two inpatient facilities that meet on a day or on two days that follow each other. */
static bool
is_transfer(const Stay *s, const StayRow *r)
{
	return r->kind == STAY_INPATIENT && !same_facility(s->last_facility, r->facility) &&
		(s->last == STAY_OPEN || r->first <= s->last + 1) && s->disposition != STAY_DIED;
}

/* What a row knows of the end of its stay. */
static void
close_with(Stay *s, const StayRow *r, int index)
{
	s->last = row_last(r);
	s->closing = index;
	s->disposition = r->disposition;
	s->interim = r->frequency == 2 || r->frequency == 3;
	if (r->facility)
		s->last_facility = r->facility;
	if (r->principal)
		s->principal = r->principal;
}

/* Does a row or stay of such a status and bill end with a discharge? */
static bool
discharges(int disposition, bool interim)
{
	return disposition != STAY_STILL_PATIENT && !interim;
}

/* Does the row know the discharge better than the stay does? */
static bool
closes_better(const Stay *s, const StayRow *r)
{
	int32		last = row_last(r);
	bool		row_ends = discharges(r->disposition, r->frequency == 2 || r->frequency == 3);
	bool		stay_ends = discharges(s->disposition, s->interim);

	/* A discharge ends a stay that an encounter left open; an interim bill does not. */
	if (s->last == STAY_OPEN || last == STAY_OPEN)
		return last != STAY_OPEN ? row_ends : s->last != STAY_OPEN && !stay_ends;
	if (last != s->last)
		return last > s->last;
	return row_ends && (!stay_ends || (r->disposition != 0 && s->disposition == 0));
}

/* Adds a row to a stay. */
static void
take(Stay *s, StayRow *rows, int index, int stay)
{
	StayRow    *r = &rows[index];

	r->stay = stay;
	s->nrows++;
	if (closes_better(s, r))
		close_with(s, r, index);
	if (s->facility == 0)
		s->facility = r->facility;
	if (s->last_facility == 0)
		s->last_facility = r->facility;
	if (s->principal == 0)
		s->principal = r->principal;
	if (s->admission == STAY_ADMISSION_UNKNOWN)
		s->admission = r->admission;
	if (s->source == '\0')
		s->source = r->source;
	if (r->ed && s->ed == STAY_NO_DAY && s->kind == STAY_INPATIENT)
		s->ed = s->first;
}

/* A new stay of a row. */
static void
open_stay(Stay *s, StayRow *rows, int index, int stay)
{
	const StayRow *r = &rows[index];

	memset(s, 0, sizeof(*s));
	s->first = r->first;
	s->kind = r->kind;
	s->opening = index;
	s->part_of = -1;
	s->ed = STAY_NO_DAY;
	close_with(s, r, index);
	take(s, rows, index, stay);
}

/* The latest day that this and all stays before reach; bounds the search backwards. */
static int32
reach(const Stay *stays, int i)
{
	return i > 0 ? Max(stays[i].last, stays[i - 1].reach) : stays[i].last;
}

/* Stays that end so late that a row may touch them, from the last on: is i one? */
static bool
in_reach(const Stay *stays, int i, const StayRow *r)
{
	return i >= 0 && (stays[i].reach == STAY_OPEN || stays[i].reach + 1 >= r->first);
}

/* A stay has grown: so has the reach of those after it. */
static void
grow(Stay *stays, int n, int from)
{
	for (int i = from; i < n; i++)
		stays[i].reach = reach(stays, i);
}

/* Marks a transfer; somebody who was only lent comes back. */
static void
mark_transfer(Stay *from, Stay *to)
{
	to->transfer_in = true;
	if (to->last < from->last && from->last != STAY_OPEN)
		to->transfer_out = true;
	else
		from->transfer_out = true;
}

/* Puts a row into the stay it belongs to, or into a new one; returns the number of stays. */
static int
place(StayRow *rows, int index, bool join_transfers, Stay *stays, int n)
{
	const StayRow *r = &rows[index];
	int			from = -1;

	for (int i = n - 1; in_reach(stays, i, r); i--)
	{
		if (stays[i].kind != r->kind)
			continue;
		if (belongs(&stays[i], r) || (join_transfers && is_transfer(&stays[i], r)))
		{
			take(&stays[i], rows, index, i);
			grow(stays, n, i);
			return n;
		}
		if (from < 0 && is_transfer(&stays[i], r))
			from = i;
	}
	open_stay(&stays[n], rows, index, n);
	if (from >= 0)
		mark_transfer(&stays[from], &stays[n]);
	grow(stays, n + 1, n);
	return n + 1;
}

/* An emergency or observation visit led to the stay that began before the day after it ended. */
static void
join_visit(Stay *stays, int n, int visit)
{
	Stay	   *v = &stays[visit];

	for (int i = visit + 1; i < n && stays[i].first <= v->last + 1; i++)
	{
		Stay	   *s = &stays[i];

		if (s->kind != STAY_INPATIENT)
			continue;
		v->part_of = i;
		if (v->kind == STAY_ED && (s->ed == STAY_NO_DAY || s->ed > v->first))
			s->ed = v->first;
		return;
	}
	for (int i = visit - 1; i >= 0 && stays[i].reach > v->first; i--)
		if (stays[i].kind == STAY_INPATIENT && stays[i].last > v->first)
		{
			v->part_of = i;		/* inside of it */
			return;
		}
}

int
stay_build(StayRow *rows, int n, bool join_transfers, Stay *stays)
{
	int			nstays = 0;

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rows[i].stay = -1;
		rows[i].why = row_why(&rows[i]);
		if (rows[i].why == STAY_TAKEN)
			nstays = place(rows, i, join_transfers, stays, nstays);
	}
	for (int i = 0; i < nstays; i++)
		if (stays[i].kind != STAY_INPATIENT)
			join_visit(stays, nstays, i);
	return nstays;
}

bool
stay_is_acute(const Stay *s)
{
	if (s->admission == STAY_ADMISSION_UNKNOWN)
		return s->ed != STAY_NO_DAY;
	return s->admission == STAY_EMERGENCY || s->admission == STAY_URGENT || s->admission == STAY_TRAUMA;
}

int
stay_length(const Stay *s)
{
	return stay_is_over(s) ? s->last - s->first : -1;
}

bool
stay_is_over(const Stay *s)
{
	return s->last != STAY_OPEN && s->disposition != STAY_STILL_PATIENT && !s->interim;
}

/* The first day of a month, which is counted from January 2000. */
static int64
month_start(int64 month)
{
	int64		total = month + (2000 + 400) * 12;	/* positive for every year from -399 on */
	int64		year = total / 12 - (total % 12 < 2);	/* years begin in March: leap days are last */
	int64		in_year = (total % 12 + 10) % 12;

	return year / 400 * 146097 + year % 400 * 365 + year % 400 / 4 - year % 400 / 100 +
		(in_year * 153 + 2) / 5 - 146097 - 730425;
}

int32
stay_months_before(int32 day, int months)
{
	int64		month = (int64) (day / 30.436875);
	int64		length;
	int64		in_month;

	while (month_start(month + 1) <= day)
		month++;
	while (month_start(month) > day)
		month--;
	in_month = day - month_start(month);
	length = month_start(month - months + 1) - month_start(month - months);
	return month_start(month - months) + Min(in_month, length - 1);
}

const char *
stay_kind_name(int kind)
{
	static const char *const names[] = {"unknown", "other", "nonacute", "ed", "observation", "inpatient"};

	return names[kind];
}

/* NULL where it is not known. */
const char *
stay_admission_name(int admission)
{
	static const char *const names[] = {NULL, "emergency", "urgent", "elective", "newborn", "trauma"};

	return names[admission];
}

const char *
stay_why_text(int why)
{
	static const char *const texts[] = {
		"taken", "no first day", "ends before it begins", "void bill", "not an acute facility",
		"outpatient", "class and bill type not understood",
	};

	return texts[why];
}
