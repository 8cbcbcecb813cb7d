/*
 * ed_visit_load.c: phm.ed_model(): the codes of grouper NYU_ED with the
 * shares of phm.ed_profile as one grouper value.
 */
#include "risk/ed_visit_type.h"

#include "executor/spi.h"

PG_FUNCTION_INFO_V1(phm_ed_model);

/* A share, at most six decimals, as a whole number of millionths. */
#define MILLIONTHS(share) "pg_catalog.round(" share " OPERATOR(pg_catalog.*) 1000000)"

static const char kind[] = "ed model";

/* Compiles the model; SPI is connected. */
static struct varlena *
compile(const KeptKey *key)
{
	PhmError	err = {0};
	GrouperBuild *b = grouper_build();
	EdModel    *model = palloc(sizeof(EdModel));
	Grouper		grouper;
	struct varlena *built;

	kept_query("SELECT status FROM phm.grouper_release WHERE grouper OPERATOR(pg_catalog.=) $1"
			   "   AND status OPERATOR(pg_catalog.=) 'unverified'", key->name);
	if (SPI_processed > 0 && !key->unverified)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of grouper \"%s\" are unverified", key->name),
				 errhint("Check them against their published source, or pass unverified => true.")));
	kept_query("SELECT profile, '', pg_catalog.concat_ws(' ', " MILLIONTHS("noner") ", " MILLIONTHS("epct") ", "
			   MILLIONTHS("edcnpa") ", " MILLIONTHS("edcnnpa") ", " MILLIONTHS("injury") ", " MILLIONTHS("psych") ", "
			   MILLIONTHS("alcohol") ", " MILLIONTHS("drug") ") FROM phm.ed_profile"
			   " WHERE $1 IS NOT NULL ORDER BY profile COLLATE \"C\"", key->name);
	for (uint64 i = 0; i < SPI_processed; i++)
		if (!grouper_build_category(b, kept_text(i, 1), kept_text(i, 2), kept_text(i, 3), &err))
			hcc_raise(&err);
	kept_query("SELECT code_system, category, codes FROM phm.grouper_code"
			   " WHERE grouper OPERATOR(pg_catalog.=) $1"
			   " ORDER BY code_system COLLATE \"C\", category COLLATE \"C\", codes COLLATE \"C\"", key->name);
	for (uint64 i = 0; i < SPI_processed; i++)
		if (!grouper_build_codes(b, kept_text(i, 1), kept_text(i, 2), kept_text(i, 3), &err))
			hcc_raise(&err);
	built = grouper_build_finish(b, &err);
	if (built == NULL || !grouper_view(&grouper, built, VARSIZE(built), &err) || !ed_model(&grouper, model, &err))
		hcc_raise(&err);
	return built;
}

struct varlena *
ed_visit_load(bool unverified)
{
	KeptKey		key = {kind, "NYU_ED", 0, unverified};

	return kept_load(&key, compile);
}

/* phm.ed_model(unverified). */
Datum
phm_ed_model(PG_FUNCTION_ARGS)
{
	KeptKey		key = {kind, "NYU_ED", 0, PG_GETARG_BOOL(0)};

	PG_RETURN_POINTER(kept_value(fcinfo, &key, compile));
}
