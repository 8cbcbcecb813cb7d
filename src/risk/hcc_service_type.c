/*
 * hcc_service_type.c: the SQL functions of the filter of risk-eligible services.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "risk/hcc_service.h"

PG_FUNCTION_INFO_V1(phm_hcc_eligible_service);
PG_FUNCTION_INFO_V1(phm_explain_hcc_service);

/* The kind of the claim, from the second argument and whether there is a third. */
static HccClaimKind
kind_of_claim(FunctionCallInfo fcinfo)
{
	text	   *word = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);
	HccClaimKind kind;

	if (!hcc_claim_kind(word ? VARDATA_ANY(word) : NULL, word ? VARSIZE_ANY_EXHDR(word) : 0,
						!PG_ARGISNULL(2), &kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind of claim is not understood"),
				 errhint("Use professional, institutional, pharmacy, oral, dental, vision or null.")));
	return kind;
}

/* Takes the procedures of an array in. */
static void
add_procedures(HccServiceWork *work, ArrayType *procedures)
{
	Datum	   *value;
	bool	   *null;
	int			n;

	deconstruct_array(procedures, TEXTOID, -1, false, TYPALIGN_INT, &value, &null, &n);
	for (int i = 0; i < n; i++)
	{
		text	   *code;

		if (null[i])
			continue;
		code = DatumGetTextPP(value[i]);
		hcc_service_add(work, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	}
}

/* Judges arguments (list, kind, bill type, procedures, specialty); false when the list is null. */
static bool
judge_arguments(FunctionCallInfo fcinfo, HccServiceReason *reason)
{
	HccServiceWork work;
	CodesetView list;
	struct varlena *set;
	text	   *bill_type = PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2);
	text	   *specialty = PG_ARGISNULL(4) ? NULL : PG_GETARG_TEXT_PP(4);

	if (PG_ARGISNULL(0))
		return false;
	set = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	codeset_view_init(&list, VARDATA_ANY(set));
	if (!hcc_service_is_list(&list))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the set of codes is not a list of risk-eligible services"),
				 errhint("A list is made by phm.hcc_service_list(service_year).")));
	hcc_service_begin(&work, &list, kind_of_claim(fcinfo),
					  bill_type ? VARDATA_ANY(bill_type) : NULL, bill_type ? VARSIZE_ANY_EXHDR(bill_type) : 0,
					  specialty ? VARDATA_ANY(specialty) : NULL, specialty ? VARSIZE_ANY_EXHDR(specialty) : 0);
	if (!PG_ARGISNULL(3))
		add_procedures(&work, PG_GETARG_ARRAYTYPE_P(3));
	*reason = hcc_service_finish(&work);
	return true;
}

/* Do the diagnoses of a claim count? */
Datum
phm_hcc_eligible_service(PG_FUNCTION_ARGS)
{
	HccServiceReason reason;

	if (!judge_arguments(fcinfo, &reason))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(reason <= HCC_SERVICE_ELIGIBLE);
}

/* Why they do, or do not. */
Datum
phm_explain_hcc_service(PG_FUNCTION_ARGS)
{
	HccServiceReason reason;

	if (!judge_arguments(fcinfo, &reason))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(hcc_service_reason(reason)));
}
