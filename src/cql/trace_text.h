/*
 * trace_text.h: what the files that write definitions as CQL share
 * (trace_text.c: terms, functions and the whole; trace_shown.c: what is left out;
 * trace_infix.c: operators that are words or signs; trace_query.c: queries).
 */
#ifndef PHM_CQL_TRACE_TEXT_H
#define PHM_CQL_TRACE_TEXT_H

#include "cql/compile.h"

/* How tightly an expression holds together: as the grammar of CQL 1.5 orders its alternatives. */
typedef enum TextLevel
{
	LEVEL_QUERY,
	LEVEL_SET,
	LEVEL_IMPLIES,
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_MEMBER,
	LEVEL_EQUAL,
	LEVEL_TIMING,
	LEVEL_COMPARE,
	LEVEL_BETWEEN,
	LEVEL_NOT,
	LEVEL_IS,
	LEVEL_ADD,
	LEVEL_MULTIPLY,
	LEVEL_POWER,
	LEVEL_PREFIX,
	LEVEL_TERM
} TextLevel;

typedef struct TextWriter
{
	StringInfoData out;
	Compile    *c;
	uint32		parent;			/* clause that is being written */
	int			indent;
	int			mute;			/* within what has no clauses */
	uint32		looks;			/* trees that were looked at for conversions */
	bool		qicore;			/* the library is written for QI-Core, not for FHIR */
} TextWriter;

extern void trace_put_text(TextWriter *w, const char *s);

/* Begins a line. */
extern void trace_put_line(TextWriter *w);

/* The name of an alias, operand or function: in quotes only where it must be. */
extern void trace_put_name(TextWriter *w, const char *name);

/* A tree as an operand of what needs at least a level, in brackets where it is below; a clause where it tells something. */
extern void trace_put(TextWriter *w, CqlTree *t, TextLevel level, TraceRole role);

/* Begins a clause of a tree; op: what it is for a reader.  Returns the clause around it, for its end. */
extern uint32 trace_begin_clause(TextWriter *w, CqlTree *t, CqlOp op, TraceRole role);
extern void trace_end_clause(TextWriter *w, uint32 around);

/* trace_shown.c: what of a tree is written: without what only converts. */
extern CqlTree *trace_shown(TextWriter *w, CqlTree *t);

/* trace_infix.c: how tightly a tree holds together. */
extern TextLevel trace_level(const CqlTree *t);

/* What a word between, before or behind its operands is enough for; false for others. */
extern bool trace_put_worded(TextWriter *w, CqlTree *t, TraceRole role);

/* The word of a precision; "" without one. */
extern const char *trace_unit(const CqlTree *t);

/* trace_query.c */
extern void trace_put_query(TextWriter *w, CqlTree *t);

#endif							/* PHM_CQL_TRACE_TEXT_H */
