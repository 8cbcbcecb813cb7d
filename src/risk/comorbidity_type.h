/*
 * comorbidity_type.h: what the SQL-callable files of the concept share:
 * diagnoses with their conditions, results, and the aggregate's state.
 *
 * phm.comorbidity_state, what an aggregate keeps of one person or stay:
 *
 *    0  vl_len_ | version u8 | age u8, 255: not known | 0 u16
 *    8  hash of the index u64
 *   16  number of records, bytes of the slice: u32
 *   24  slice of the index (a phm.comorbidity_model value whose length word is 0)
 *       records: key of the code u64, condition u16, kind u16, 0 u32;
 *       by condition, key and kind, each once; condition 65535: none
 */
#ifndef COMORBIDITY_TYPE_H
#define COMORBIDITY_TYPE_H

#include "risk/comorbidity.h"
#include "risk/grouper_type.h"

#define COMORBIDITY_STATE_VERSION 1
#define COMORBIDITY_STATE_HEADER 24
#define COMORBIDITY_RECORD 16
#define COMORBIDITY_NONE 65535
#define COMORBIDITY_NO_AGE 255

typedef struct ComorbidityRecord
{
	uint64		key;			/* 0: cannot be a code */
	uint16		condition;		/* COMORBIDITY_NONE: in none */
	uint16		kind;
} ComorbidityRecord;

/* Diagnoses of a person or stay. */
typedef struct ComorbidityRecords
{
	ComorbidityRecord *at;
	int			n;
	int			room;
} ComorbidityRecords;

/* What a call site remembers; lives in fn_mcxt. */
typedef struct ComorbidityCache
{
	KeptArg		model;
	TupleDesc	result;
	TupleDesc	term;
	TupleDesc	score;
	uint64		slice_hash;		/* index of the slice */
	struct varlena *slice;
} ComorbidityCache;

extern struct varlena *comorbidity_load(const char *name, const char *code_system, int fiscal_year, bool unverified);
extern ComorbidityCache *comorbidity_cache(FunctionCallInfo fcinfo);
extern void comorbidity_arg(FunctionCallInfo fcinfo, int n, ComorbidityCache *cache, Comorbidity *c);
extern int	comorbidity_age(FunctionCallInfo fcinfo, int n);
extern void comorbidity_gather(const Comorbidity *c, const text *code, bool principal, char poa,
							   ComorbidityRecords *records);
extern char comorbidity_letter(Datum value);
extern int	comorbidity_compare(const void *a, const void *b);
extern Datum comorbidity_result(FunctionCallInfo fcinfo, ComorbidityCache *cache, const Comorbidity *c, int age,
								const ComorbidityRecords *records);

#endif							/* COMORBIDITY_TYPE_H */
