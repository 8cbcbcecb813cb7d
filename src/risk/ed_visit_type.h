/*
 * ed_visit_type.h: the model of emergency visits for other files.
 */
#ifndef ED_VISIT_TYPE_H
#define ED_VISIT_TYPE_H

#include "risk/ed_visit.h"
#include "risk/grouper_type.h"

/* The value of phm.ed_model(unverified), a copy in the caller's memory. */
extern struct varlena *ed_visit_load(bool unverified);

#endif							/* ED_VISIT_TYPE_H */
