/*
 * phm.h: what every SQL-callable file of phm includes.
 */
#ifndef PHM_H
#define PHM_H

#include "postgres.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "phm_compat.h"
#include "phm_port.h"

/* Raises what a pure part reported; soft where fcinfo allows it. */
#define PHM_REPORT(fcinfo, err) \
	PHM_SOFT_ERROR(fcinfo, \
				   (errcode((err)->sqlstate), \
					errmsg("%s", (err)->message), \
					(err)->detail[0] ? errdetail("%s", (err)->detail) : 0, \
					(err)->hint[0] ? errhint("%s", (err)->hint) : 0))

#endif							/* PHM_H */
