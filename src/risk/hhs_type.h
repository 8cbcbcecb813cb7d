/*
 * hhs_type.h: what the SQL-callable files of the concept share: reading
 * arguments, and the aggregate's state.
 *
 * phm.hhs_state, what an aggregate over code rows keeps of one person; its
 * bits are those of the model whose hash it names:
 *
 *    0  vl_len_ | version u8, 0 u8, 0 u16
 *    8  hash of the model u64
 *   16  age, sex, metal, csr, months u8, 0 (3 bytes)
 *   24  codes given, of these unmapped: u32
 *   32  mapped categories u64[4]
 */
#ifndef HHS_TYPE_H
#define HHS_TYPE_H

#include "risk/hcc_type.h"
#include "risk/hhs.h"

#define HHS_STATE_VERSION 1
#define HHS_STATE_SIZE 64

/* What a call site remembers; lives in fn_mcxt. */
typedef struct HhsCache
{
	struct varlena *toast;		/* pointer of the model detoasted below */
	HccSnapshot snapshot;		/* under which the pointer was seen */
	struct varlena *model;
	TupleDesc	person_desc;
	TupleDesc	result_desc;
	TupleDesc	term_desc;
	Oid			term_type;
	HhsView		view;
	HhsWork		work;
	HhsResult	result;			/* too large for the stack of a hot path */
} HhsCache;

extern HhsCache *hhs_cache(FunctionCallInfo fcinfo);
extern void hhs_arg_model(FunctionCallInfo fcinfo, int n, HhsCache *cache);
extern bool hhs_arg_person(FunctionCallInfo fcinfo, int n, HhsCache *cache);
extern void hhs_add_array(HhsWork *work, HhsCode kind, ArrayType *codes);
extern bool hhs_arg_codes(FunctionCallInfo fcinfo, HhsCache *cache);
extern Datum hhs_result(FunctionCallInfo fcinfo, HhsCache *cache);
extern Datum hhs_hex_in(FunctionCallInfo fcinfo, const char *type,
						void (*check) (const void *value, Size size, PhmError *err));
extern Datum hhs_hex_out(FunctionCallInfo fcinfo);
extern Datum hhs_bytes_recv(FunctionCallInfo fcinfo,
							void (*check) (const void *value, Size size, PhmError *err));
extern Datum hhs_bytes_send(FunctionCallInfo fcinfo);

#endif							/* HHS_TYPE_H */
