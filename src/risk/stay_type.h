/*
 * stay_type.h: rows and stays between SQL and stay.c, for the concepts that
 * take or give phm.stay_row and phm.stay.
 */
#ifndef STAY_TYPE_H
#define STAY_TYPE_H

#include "phm.h"

#include "access/tupdesc.h"
#include "utils/array.h"

#include "risk/stay.h"

/* The attributes of phm.stay_row, in order. */
enum
{
	ROW_FIRST, ROW_LAST, ROW_CLASS, ROW_BILL, ROW_FACILITY, ROW_ADMISSION, ROW_SOURCE,
	ROW_DISPOSITION, ROW_DRG, ROW_ED, ROW_DIAGNOSES, ROW_PROCEDURES, ROW_FIELDS
};

/* The attributes of phm.stay, in order. */
enum
{
	STAY_STAY, STAY_KIND, STAY_ADMITTED, STAY_DISCHARGED, STAY_LENGTH, STAY_TYPE, STAY_ED_DAY,
	STAY_FACILITY, STAY_LAST_FACILITY, STAY_SOURCE, STAY_DISPOSITION, STAY_DRG, STAY_IN, STAY_OUT,
	STAY_PART_OF, STAY_ROWS, STAY_DIAGNOSES, STAY_PROCEDURES, STAY_FIELDS
};

/* One composite value, taken apart. */
typedef struct StayTuple
{
	Datum		value[STAY_FIELDS];
	bool		null[STAY_FIELDS];
} StayTuple;

/*
 * Takes an array of composite values apart; n of them, NULL elements have only
 * NULL fields.  kept is where the call site keeps the row type.
 */
extern StayTuple *stay_tuples(FunctionCallInfo fcinfo, TupleDesc *kept, ArrayType *array,
							  int fields, int *n);

/* Stays of phm.stay values as stay_build makes them; part_of is an index, facilities are numbers. */
extern Stay *stay_read(const StayTuple *tuples, int n);

/* A text field as bytes in place; length 0 where it is NULL. */
extern const char *stay_text(const StayTuple *t, int field, Size *length);

/* The texts of a text[] field; *n 0 where it is NULL. NULL elements are NULL pointers. */
extern Datum *stay_texts(const StayTuple *t, int field, bool **nulls, int *n);

/* stay_counts.c: states of aggregates that count: bigint[] of n counts */
extern int64 *stay_counts(FunctionCallInfo fcinfo, int n, ArrayType **state);

#endif							/* STAY_TYPE_H */
