/*
 * ed_visit.c: the NYU emergency department algorithm.  A profile of shares
 * belongs to every principal diagnosis it knows; the grouper finds the
 * profile, whose "part" names the shares.  Relies on one profile a code.
 *
 * Source: Billings, Parikh, Mijanovich, Commonwealth Fund 2000; Johnston,
 * Allen, Melanson, Pitts, Health Serv Res 2017;52:1481 (ICD-10-CM).
 */
#include "risk/ed_visit.h"

/* Reads eight shares in millionths, separated by blanks. */
static bool
read_shares(const char *text, int32 *shares)
{
	int64		sum = 0;

	for (int i = 0; i < ED_SHARES; i++)
	{
		int64		value = 0;
		const char *begin = text;

		while (*text >= '0' && *text <= '9' && value <= ED_WHOLE)
			value = value * 10 + *text++ - '0';
		if (text == begin || value > ED_WHOLE || *text != (i < ED_SHARES - 1 ? ' ' : '\0'))
			return false;
		text += i < ED_SHARES - 1;
		shares[i] = value;
		sum += value;
	}
	return sum >= ED_WHOLE - 10 && sum <= ED_WHOLE + 10;	/* the published ones are rounded */
}

bool
ed_model(const Grouper *grouper, EdModel *model, PhmError *err)
{
	model->grouper = grouper;
	model->diagnoses = grouper_system(grouper, "ICD10CM", 7);
	model->nprofiles = grouper->ncategories;
	if (model->nprofiles <= ED_MAX_PROFILES && model->diagnoses >= 0)
	{
		int			i = 0;

		while (i < model->nprofiles && read_shares(grouper_part(grouper, i), model->shares[i]))
			i++;
		if (i == model->nprofiles)
			return true;
	}
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "grouper is not a model of emergency visits");
	return phm_fail_hint(err, "Use phm.ed_model().");
}

void
ed_classify(const EdModel *model, const char *code, Size length, bool admitted, EdVisit *visit)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	ed_classify_code(model, &read, admitted, visit);
}

void
ed_classify_code(const EdModel *model, const GrouperCode *code, bool admitted, EdVisit *visit)
{
	const uint16 *profiles;

	memset(visit, 0, sizeof(*visit));
	visit->admitted = admitted;
	visit->class = ED_UNCLASSIFIED;
	if (admitted)
		return;
	if (grouper_find_code(model->grouper, model->diagnoses, code, &profiles) == 0)
	{
		visit->shares[ED_UNCLASSIFIED] = ED_WHOLE;
		return;
	}
	memcpy(visit->shares, model->shares[grouper_at(profiles, 0)], sizeof(model->shares[0]));
	visit->class = 0;
	for (int i = 1; i < ED_SHARES; i++)
		if (visit->shares[i] > visit->shares[visit->class])
			visit->class = i;
}

/* Not emergent, treatable in primary care, or avoidable by earlier care. */
int32
ed_avoidable(const EdVisit *visit)
{
	return visit->shares[ED_NOT_EMERGENT] + visit->shares[ED_PRIMARY_CARE_TREATABLE] +
		visit->shares[ED_AVOIDABLE];
}

void
ed_begin(EdTally *tally)
{
	memset(tally, 0, sizeof(*tally));
}

void
ed_add(EdTally *tally, const EdModel *model, const char *code, Size length, bool admitted)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	ed_add_code(tally, model, &read, admitted);
}

void
ed_add_code(EdTally *tally, const EdModel *model, const GrouperCode *code, bool admitted)
{
	EdVisit		visit;

	ed_classify_code(model, code, admitted, &visit);
	tally->visits++;
	tally->admitted += admitted;
	tally->unclassified += !admitted && visit.class == ED_UNCLASSIFIED;
	for (int i = 0; i < ED_CLASSES; i++)
		tally->sums[i] += visit.shares[i];
}

void
ed_finish(const EdTally *tally, EdSummary *summary)
{
	summary->classified_of = tally->visits - tally->admitted;
	summary->avoidable = tally->sums[ED_NOT_EMERGENT] + tally->sums[ED_PRIMARY_CARE_TREATABLE] +
		tally->sums[ED_AVOIDABLE];
}

const char *
ed_class_name(int class)
{
	static const char *const names[ED_CLASSES] = {
		"noner", "epct", "edcnpa", "edcnnpa", "injury", "psych", "alcohol", "drug", "unclassified",
	};

	return names[class];
}
