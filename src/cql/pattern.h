/*
 * pattern.h: regular expressions that cannot run away: the time of a match grows
 * with the length of the text times that of the pattern, whatever either is.
 *
 * The dialect is what Java and PCRE have in common: classes, \d \w \s \b, \p{L}
 * and its like, groups (also named and without number), * + ? {n,m} greedy and
 * lazy, alternation, the flags i, m and s.  "." takes line ends, too, as CQL asks
 * for single-line mode.  \d, \w, \s and \b are of ASCII.  Back references,
 * look-around, atomic groups and possessive quantifiers, which no automaton can
 * do in bounded time, are refused.
 */
#ifndef PHM_CQL_PATTERN_H
#define PHM_CQL_PATTERN_H

#include "phm_port.h"

#define PATTERN_MAX_LENGTH	10000	/* bytes of a pattern */
#define PATTERN_MAX_SIZE	10000	/* instructions */
#define PATTERN_MAX_REPEAT	1000
#define PATTERN_MAX_DEPTH	100		/* groups in each other */
#define PATTERN_MAX_GROUPS	50
#define PATTERN_BUFFER		16384	/* memory that most patterns find enough */

typedef enum PatternOp
{
	PATTERN_CHAR,				/* x: character; icase: its small form */
	PATTERN_ANY,
	PATTERN_ANY_IN_LINE,
	PATTERN_CLASS,				/* x: class */
	PATTERN_SPLIT,				/* x: first choice, y: second, relative */
	PATTERN_JUMP,				/* x: relative */
	PATTERN_SAVE,				/* x: slot */
	PATTERN_TEXT_BEGIN,
	PATTERN_TEXT_END,
	PATTERN_TEXT_END_LINE,		/* at the end or before a line end there */
	PATTERN_LINE_BEGIN,
	PATTERN_LINE_END,
	PATTERN_WORD,				/* \b */
	PATTERN_NOT_WORD,			/* \B */
	PATTERN_MATCH
} PatternOp;

typedef struct PatternStep
{
	uint8		op;
	bool		icase;
	int32		x;
	int32		y;
} PatternStep;

/* One part of a class: a range, or characters of some CharacterClasses. */
typedef struct PatternRange
{
	uint32		low;
	uint32		high;
	uint32		classes;		/* bits of CharacterClass; 0: a range */
	bool		negated;
} PatternRange;

typedef struct PatternClass
{
	uint64		ascii[2];		/* bits of the first 128 characters, all said and done */
	int			first;			/* in ranges */
	int			n;
	bool		negated;
	bool		icase;
} PatternClass;

typedef struct PatternName
{
	const char *name;			/* in the text of the pattern */
	int			length;
	int			group;
} PatternName;

/* Where memory comes from: a buffer first, then an allocator that does not fail. */
typedef struct PatternMemory
{
	char	   *next;
	char	   *end;
	void	   *(*more) (void *arg, size_t size);
	void	   *arg;
} PatternMemory;

typedef struct Pattern
{
	PatternStep *steps;
	int			nsteps;
	PatternClass *classes;
	int			nclasses;
	PatternRange *ranges;
	int			nranges;
	PatternName *names;
	int			nnames;
	int			ngroups;		/* without the whole match */
} Pattern;

/* Running a pattern over one text. */
typedef struct PatternRun PatternRun;

/* Memory of that many bytes, aligned to 16. */
extern void *pattern_alloc(PatternMemory *m, size_t size);

/* Reads a pattern; false with 2201B or 54000 and the position. */
extern bool pattern_compile(Pattern *p, const char *s, int length, PatternMemory *m, PhmError *err);

/* Prepares for a text; slots: whether groups are wanted. */
extern PatternRun *pattern_start(const Pattern *p, const char *text, int length, bool slots, PatternMemory *m);

/* Whether the whole text matches. */
extern bool pattern_matches(PatternRun *run);

/*
 * Finds the first match at or behind a byte.  slots gets begin and end of the
 * whole match and of each group, -1 for groups that took no part.
 */
extern bool pattern_find(PatternRun *run, int from, int32 *slots);

/* Whether a class takes a character, from its parts; ascii has the answer for the first 128. */
extern bool pattern_class_takes(const Pattern *p, const PatternClass *class, uint32 c);

/* The group of a name; -1 when there is none. */
extern int	pattern_group(const Pattern *p, const char *name, int length);

#endif							/* PHM_CQL_PATTERN_H */
