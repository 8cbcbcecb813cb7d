/*
 * pattern_reader.h: what the two files that read regular expressions share.
 */
#ifndef PHM_CQL_PATTERN_READER_H
#define PHM_CQL_PATTERN_READER_H

#include "cql/pattern.h"

#define PATTERN_ICASE	1
#define PATTERN_LINES	2			/* m */
#define PATTERN_DOTALL	4			/* s */

typedef struct PatternReader
{
	Pattern    *p;
	PatternMemory *m;
	const char *text;
	const char *s;
	const char *end;
	PhmError   *err;
	int			steps_size;
	int			ranges_size;
	int			classes_size;
	int			names_size;
	int			flags;
	int			depth;
} PatternReader;

/* Refuse the pattern at the place that is being read: as wrong, as too large. */
extern bool pattern_refuse(PatternReader *r, const char *what);
extern bool pattern_too_large(PatternReader *r);

/* An array with room for one more; appends a step. */
extern void *pattern_room(PatternReader *r, void *array, int n, int *size, size_t item);
extern bool pattern_emit(PatternReader *r, PatternOp op, int32 x, int32 y);

/* ---- pattern_class.c ---- */

/* Reads [...]; the bracket has been read. */
extern bool pattern_read_class(PatternReader *r);

/* Reads what follows a backslash: a class (*none when it is none), or a character. */
extern bool pattern_read_escaped_class(PatternReader *r, bool *none);
extern bool pattern_read_escaped_character(PatternReader *r, uint32 *c);

/* Ends a class whose parts begin at first, and appends its step. */
extern bool pattern_finish_class(PatternReader *r, int first, bool negated);

#endif							/* PHM_CQL_PATTERN_READER_H */
