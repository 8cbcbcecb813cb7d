/*
 * readmission_type.h: the model of readmissions for other files.
 */
#ifndef READMISSION_TYPE_H
#define READMISSION_TYPE_H

#include "risk/grouper_type.h"
#include "risk/readmission.h"

/* The value of phm.readmission_model(unverified), a copy in the caller's memory. */
extern struct varlena *readmission_load(bool unverified);

#endif							/* READMISSION_TYPE_H */
