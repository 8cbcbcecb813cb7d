/*
 * ed_visit.h: the NYU emergency department algorithm: how much of a visit,
 * by its principal diagnosis, is not emergent, could have been treated in
 * primary care, or could have been avoided.
 *
 *   ed_begin(&tally);
 *   ed_add(&tally, &model, code, length, admitted);     for every visit
 *   ed_finish(&tally, &summary);
 *
 * A code that has been read once (grouper_read_code) serves all models through
 * the _code forms.  Shares are in millionths.  Nothing allocates.
 */
#ifndef ED_VISIT_H
#define ED_VISIT_H

#include "risk/grouper.h"

/* Classes in the published order; the first four share the emergent scale. */
typedef enum EdClass
{
	ED_NOT_EMERGENT, ED_PRIMARY_CARE_TREATABLE, ED_AVOIDABLE, ED_NOT_AVOIDABLE, ED_INJURY,
	ED_PSYCH, ED_ALCOHOL, ED_DRUG, ED_SHARES, ED_UNCLASSIFIED = ED_SHARES, ED_CLASSES
} EdClass;

#define ED_WHOLE 1000000
#define ED_MAX_PROFILES 512

/* What the categories of a grouper mean: the shares of each. */
typedef struct EdModel
{
	const Grouper *grouper;
	int			diagnoses;		/* code system */
	int			nprofiles;
	int32		shares[ED_MAX_PROFILES][ED_SHARES];
} EdModel;

typedef struct EdVisit
{
	bool		admitted;		/* ended in admission: not classified */
	int			class;			/* EdClass of the largest share, the first of equal ones */
	int32		shares[ED_CLASSES];
} EdVisit;

/* Counts, and sums of shares; kept as an array of int64 by the aggregate. */
typedef struct EdTally
{
	int64		visits;
	int64		admitted;
	int64		unclassified;	/* visits whose diagnosis is in no profile */
	int64		sums[ED_CLASSES];
} EdTally;

typedef struct EdSummary
{
	int64		classified_of;	/* visits that did not end in admission */
	int64		avoidable;		/* sum of shares */
} EdSummary;

extern bool ed_model(const Grouper *grouper, EdModel *model, PhmError *err);
extern void ed_classify(const EdModel *model, const char *code, Size length, bool admitted, EdVisit *visit);
extern void ed_classify_code(const EdModel *model, const GrouperCode *code, bool admitted, EdVisit *visit);
extern int32 ed_avoidable(const EdVisit *visit);

extern void ed_begin(EdTally *tally);
extern void ed_add(EdTally *tally, const EdModel *model, const char *code, Size length, bool admitted);
extern void ed_add_code(EdTally *tally, const EdModel *model, const GrouperCode *code, bool admitted);
extern void ed_finish(const EdTally *tally, EdSummary *summary);

extern const char *ed_class_name(int class);

#endif							/* ED_VISIT_H */
