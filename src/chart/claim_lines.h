/*
 * claim_lines.h: the claim lines of a patient while the chart is built: they
 * wait for their claims.
 */
#ifndef PHM_CLAIM_LINES_H
#define PHM_CLAIM_LINES_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"

/* The columns of claim_line that become members. */
typedef enum ClaimLineColumn
{
	LINE_LINE, LINE_STATUS, LINE_FROM, LINE_TO, LINE_PRODUCT, LINE_MODIFIER, LINE_REVENUE, LINE_PLACE,
	LINE_QUANTITY, LINE_CHARGE, LINE_ALLOWED, LINE_PAID, LINE_MEMBER_PAID, LINE_NPI, LINE_RENDERING,
	LINE_SPECIALTY, LINE_ENCOUNTER, LINE_DIAGNOSIS, LINE_SOURCE, LINE_ID, LINE_TYPE, LINE_ORDINAL, LINE_COLUMNS
} ClaimLineColumn;

/* How to read the lines of one relation; the values are those of the tuple deformed last. */
typedef struct ClaimLineReader
{
	TupleDesc	desc;
	int			at[LINE_COLUMNS];	/* attributes, -1: none */
	const char *source;			/* of rows without one; NULL: none */
	Datum	   *values;
	bool	   *nulls;
} ClaimLineReader;

typedef struct ClaimLine
{
	ClaimLineReader *reader;
	HeapTuple	tuple;
	const char *source;
	const char *id;
	const char *type;			/* "": not told */
	int			ordinal;		/* -1: not told */
	int			line;
} ClaimLine;

typedef struct ClaimLines ClaimLines;

/* Lives in the current context. */
extern ClaimLines *claim_lines(void);

/* Forgets the lines of the last patient. */
extern void claim_lines_reset(ClaimLines *lines);

/* Looks at a row type once; source is that of rows that do not tell theirs, or NULL. Errors: 42804. */
extern ClaimLineReader *claim_line_reader(TupleDesc desc, const char *source);

/* Keeps a line of the patient until its claim comes. */
extern void claim_lines_note(ClaimLines *lines, ClaimLineReader *reader, HeapTuple tuple);

/* The first line of a claim, and how many follow that have its source and id. */
extern ClaimLine *claim_lines_find(ClaimLines *lines, const char *source, const char *id, int *count);

/* A column of the row that the reader holds; NULL columns and missing ones are alike. */
extern bool claim_line_column(const ClaimLineReader *r, ClaimLineColumn c, Datum *value);

/* The same of a text column, "" where it is NULL. */
extern const char *claim_line_text(const ClaimLineReader *r, ClaimLineColumn c);

#endif							/* PHM_CLAIM_LINES_H */
