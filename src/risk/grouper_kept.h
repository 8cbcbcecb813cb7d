/*
 * grouper_kept.h: values compiled from rows, kept so that a query compiles
 * one once and a session does so again only when the rows have changed; and
 * large values as arguments, fetched once.
 */
#ifndef GROUPER_KEPT_H
#define GROUPER_KEPT_H

#include "risk/hcc_type.h"

/* Which value of a kind is meant. */
typedef struct KeptKey
{
	const char *kind;			/* a constant: compared by address */
	const char *name;
	int			number;			/* a year or version, 0: none */
	bool		unverified;
} KeptKey;

/* Compiles a value from rows through SPI, in SPI's memory; raises what is wrong. */
typedef struct varlena *(*KeptCompile) (const KeptKey *key);

/* A large argument of a call site, made by kept_arg; lives in fn_extra or in a part of it. */
typedef struct KeptArg
{
	struct varlena *toast;		/* pointer of the value detoasted below */
	HccSnapshot snapshot;		/* under which the pointer was seen */
	struct varlena *value;
} KeptArg;

/* Refuses bytes that are not a value of a type. */
typedef bool (*KeptCheck) (const void *value, Size size, PhmError *err);

extern Datum kept_in(FunctionCallInfo fcinfo, const char *type, const char *hint, KeptCheck check);
extern Datum kept_recv(FunctionCallInfo fcinfo, KeptCheck check);
extern struct varlena *kept_value(FunctionCallInfo fcinfo, const KeptKey *key, KeptCompile compile);
extern struct varlena *kept_load(const KeptKey *key, KeptCompile compile);
extern const uint8 *kept_arg(FunctionCallInfo fcinfo, int n, KeptArg *kept, Size *size);
extern void kept_query(const char *sql, const char *name);
extern const char *kept_text(int row, int column);
extern bool kept_has(int row, int column);

#endif							/* GROUPER_KEPT_H */
