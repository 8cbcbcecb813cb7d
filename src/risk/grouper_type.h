/*
 * grouper_type.h: what SQL-callable files share that read groupers.
 */
#ifndef GROUPER_TYPE_H
#define GROUPER_TYPE_H

#include "risk/grouper.h"
#include "risk/grouper_kept.h"

extern struct varlena *grouper_load(const char *name, bool unverified);
extern struct varlena *grouper_compile(const KeptKey *key);
extern void grouper_read_rows(GrouperBuild *b, const char *grouper, const char *code_system);
extern void grouper_arg(FunctionCallInfo fcinfo, int n, KeptArg *kept, Grouper *g);
extern int	grouper_need_system(const Grouper *g, const char *name, Size length);
extern int	grouper_arg_system(FunctionCallInfo fcinfo, int n, const Grouper *g);

#endif							/* GROUPER_TYPE_H */
