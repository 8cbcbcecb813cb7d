/*
 * phm_port.c: describing errors in the pure parts.  Relies on nothing; a
 * PhmError keeps the first problem that was reported.
 */
#include "phm_port.h"

#include <stdarg.h>
#include <stdio.h>

/* Records the first problem; returns false so that callers can return it. */
bool
phm_fail(PhmError *err, int sqlstate, int64 position, const char *format,...)
{
	va_list		args;

	if (err == NULL || err->sqlstate != 0)
		return false;
	err->sqlstate = sqlstate;
	err->position = position;
	err->detail[0] = err->hint[0] = '\0';
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	return false;
}

/* Says where it happened, unless that has been said. */
bool
phm_fail_detail(PhmError *err, const char *format,...)
{
	va_list		args;

	if (err == NULL || err->detail[0] != '\0')
		return false;
	va_start(args, format);
	vsnprintf(err->detail, sizeof(err->detail), format, args);
	va_end(args);
	return false;
}

/* Says what to do, unless that has been said. */
bool
phm_fail_hint(PhmError *err, const char *format,...)
{
	va_list		args;

	if (err == NULL || err->hint[0] != '\0')
		return false;
	va_start(args, format);
	vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	return false;
}
