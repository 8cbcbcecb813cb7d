/*
 * hcc_type.h: what the SQL-callable files of the concept share: reading
 * arguments, and the aggregate's state.
 *
 * phm.hcc_state, what an aggregate over diagnosis rows keeps of one person:
 *
 *    0  vl_len_ | version u8, 0 u8, 0 u16
 *    8  hash of the model u64
 *   16  flags of the person u64 | age, entry age u8, 0 (6 bytes)
 *   32  mapped categories u64[4]
 *   64  slice of the model (a phm.hcc_model value whose length word is 0),
 *       absent when no segment of the model takes the person
 */
#ifndef HCC_TYPE_H
#define HCC_TYPE_H

#include "phm.h"

#include "funcapi.h"
#include "utils/array.h"

#include "risk/hcc.h"

#define HCC_STATE_VERSION 1
#define HCC_STATE_HEADER 64

/* What a snapshot sees is the same while this is the same. */
typedef struct HccSnapshot
{
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	CommandId	curcid;
	SubTransactionId subid;
	uint64		completed;
} HccSnapshot;

/* What a call site remembers; lives in fn_mcxt. */
typedef struct HccCache
{
	struct varlena *toast;		/* pointer of the model detoasted below */
	HccSnapshot snapshot;		/* under which the pointer was seen */
	struct varlena *model;
	TupleDesc	person_desc;
	HeapTupleHeader person;		/* the bytes read last */
	bool		known;			/* false: age or sex unknown */
	HccSubject	subject;
	uint64		slice_hash;		/* model of the slices */
	struct varlena *slices[HCC_MAX_SELECTORS];
	TupleDesc	result_desc;
	TupleDesc	term_desc;
	Oid			term_type;
	HccScore	score;			/* too large for the stack of a hot path */
} HccCache;

extern HccCache *hcc_cache(FunctionCallInfo fcinfo);
extern bool hcc_same_snapshot(HccSnapshot *known);
extern void hcc_arg_model(FunctionCallInfo fcinfo, int n, HccCache *cache, HccView *v);
extern bool hcc_arg_person(FunctionCallInfo fcinfo, int n, HccCache *cache);
extern void hcc_map_array(const HccView *v, const HccSubject *subject,
						  ArrayType *diagnoses, uint64 *mapped);
extern Datum hcc_result(FunctionCallInfo fcinfo, HccCache *cache, const HccView *v);
extern Datum hcc_numeric(int64 millionths);
/* The categories on which a term rests, into set (HCC_WORDS words); false: none. */
extern bool hcc_basis(const HccView *v, const HccScore *score, const HccTerm *term, uint64 *set);

extern ArrayType *hcc_numbers(const HccView *v, const uint64 *set);
extern const char *hcc_term_name(const HccView *v, const HccTerm *term, char *buffer, Size size);
extern const char *hcc_kind_name(HccKind kind);
extern void hcc_raise(const PhmError *err) __attribute__((noreturn));
extern void hcc_check_state(const void *state, Size size, PhmError *err);

#define HCC_TERM_NAME 64

#endif							/* HCC_TYPE_H */
