/*
 * chronic_type.h: what the SQL-callable files of the concept share: the codes
 * of claims, findings, and the aggregate's state.
 *
 * phm.chronic_state, what an aggregate keeps of one person:
 *
 *    0  vl_len_ | version u8 | 0 u8 | 0 u16
 *    8  hash of the definition u64
 *   16  as_of i32, number of records, bytes of the slice u32, 0 u32
 *   32  slice of the definition (a phm.chronic_model value whose length word is 0)
 *       records: claim u64, key of the code u64, day i32, category u16, kind, system u8;
 *       ascending by day, kind, claim, category, key, system, each once; category 65535: none
 */
#ifndef CHRONIC_TYPE_H
#define CHRONIC_TYPE_H

#include "risk/chronic.h"
#include "risk/grouper_type.h"

#include "catalog/pg_type.h"

#define CHRONIC_STATE_VERSION 1
#define CHRONIC_STATE_HEADER 32
#define CHRONIC_RECORD 24

/* A code of a claim, in one category. */
typedef struct ChronicRecord
{
	uint64		claim;			/* tells claims of one day and kind apart */
	uint64		key;			/* of the code; 0: cannot be one */
	int32		day;
	uint16		category;		/* CHRONIC_NONE: in none */
	uint8		kind;
	uint8		system;
} ChronicRecord;

typedef struct ChronicRecords
{
	ChronicRecord *at;
	int			n;
	int			room;
} ChronicRecords;

/* What a call site remembers; lives in fn_mcxt. */
typedef struct ChronicCache
{
	KeptArg		model;
	TupleDesc	finding;
	uint64		slice_hash;		/* definition of the slice */
	struct varlena *slice;
	ChronicWork work;			/* too large for the stack of a hot path */
} ChronicCache;

extern struct varlena *chronic_load(const char *name, bool unverified);
extern ChronicCache *chronic_cache(FunctionCallInfo fcinfo);
extern void chronic_arg(FunctionCallInfo fcinfo, int n, ChronicCache *cache, Chronic *c);
extern int	chronic_kind_of(const char *name, Size length);
extern int	chronic_kind_arg(Datum value);
extern int32 chronic_day(Datum value);
extern int	chronic_system(const Chronic *c, Datum value);
extern uint64 chronic_claim_key(Datum value);
extern void chronic_gather(const Chronic *c, const text *code, const ChronicRecord *like, ChronicRecords *records);
extern int	chronic_compare(const void *a, const void *b);
extern Datum chronic_findings(FunctionCallInfo fcinfo, ChronicCache *cache, const Chronic *c, int32 as_of,
							  const ChronicRecords *records);

#endif							/* CHRONIC_TYPE_H */
