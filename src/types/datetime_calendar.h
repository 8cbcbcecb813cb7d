/*
 * datetime_calendar.h: the proleptic Gregorian calendar in days and
 * milliseconds since 2000-01-01, for the files of phm.datetime and whoever
 * else counts days.  Years 0 to 10000.
 */
#ifndef PHM_DATETIME_CALENDAR_H
#define PHM_DATETIME_CALENDAR_H

#include "phm_port.h"

#define MS_SECOND	INT64CONST(1000)
#define MS_MINUTE	INT64CONST(60000)
#define MS_HOUR		INT64CONST(3600000)
#define MS_DAY		INT64CONST(86400000)

/* Days from 0000-03-01, where the arithmetic starts, to 2000-01-01. */
#define CALENDAR_EPOCH		730425
/* 0001-01-01 and 10000-01-01 in days since 2000-01-01. */
#define CALENDAR_FIRST_DAY	(-730119)
#define CALENDAR_END_DAY	2921940

/* Division that rounds down. */
static inline int64
calendar_div(int64 a, int64 b)
{
	int64		q = a / b;

	return q - (a % b < 0);
}

/* Length of a month. */
static inline int
calendar_month_days(int year, int month)
{
	static const uint8 days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month];
}

/*
 * Days since 2000-01-01 of a date of the years 0 to 10000.  Years begin in
 * March here, so that the leap day is the last of its year.
 */
static inline int
calendar_days(int year, int month, int day)
{
	uint32		y = (uint32) year - (month <= 2);
	uint32		m = (uint32) month + (month <= 2 ? 9 : -3);

	return (int) (y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5) + day - 1 - CALENDAR_EPOCH;
}

/* The inverse of calendar_days. */
static inline void
calendar_civil(int days, int *year, int *month, int *day)
{
	uint32		n = 4 * (uint32) (days + CALENDAR_EPOCH) + 3;
	uint32		century = n / 146097;
	uint32		rest = (n % 146097) | 3;
	uint32		y = rest / 1461;
	uint32		day_of_year = rest % 1461 / 4;
	uint32		m = (day_of_year * 5 + 2) / 153;

	*day = (int) (day_of_year - (m * 153 + 2) / 5) + 1;
	*month = (int) (m < 10 ? m + 3 : m - 9);
	*year = (int) (century * 100 + y + (m >= 10));
}

/* The first local millisecond of a month counted from year 0. */
static inline int64
calendar_month_start(int64 month)
{
	return calendar_days((int) (month / 12), (int) (month % 12) + 1, 1) * MS_DAY;
}

/* Months since year 0 of a local time. */
static inline int64
calendar_month_of(int64 local)
{
	int			year;
	int			month;
	int			day;

	calendar_civil((int) calendar_div(local, MS_DAY), &year, &month, &day);
	return (int64) year * 12 + month - 1;
}

#endif							/* PHM_DATETIME_CALENDAR_H */
