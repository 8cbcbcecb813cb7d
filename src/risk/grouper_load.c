/*
 * grouper_load.c: phm.grouper(name, unverified): reads the phm.grouper_*
 * tables through SPI and compiles them.  Every name in the queries is
 * qualified.
 */
#include "risk/grouper_type.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_grouper);

static const char kind[] = "grouper";

/* Says which groupers there are. */
static void
unknown_grouper(const char *name)
{
	kept_query("SELECT pg_catalog.string_agg(grouper, ', ' ORDER BY grouper COLLATE \"C\")"
			   "  FROM phm.grouper_release WHERE $1 IS NOT NULL", name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no grouper \"%s\"", name),
			 errdetail("Available: %s.", kept_text(0, 1)),
			 errhint("A grouper of your own is added as rows: see phm.grouper_release.")));
}

/* Raises what the builder reported. */
static inline void
require(bool good, const PhmError *err)
{
	if (!good)
		hcc_raise(err);
}

/* Gives a builder the rows of a grouper, of one code system unless that is ""; SPI is connected. */
void
grouper_read_rows(GrouperBuild *b, const char *grouper, const char *code_system)
{
	PhmError	err = {0};

	kept_query("SELECT category, label, part FROM phm.grouper_category"
			   " WHERE grouper OPERATOR(pg_catalog.=) $1 ORDER BY seq, category COLLATE \"C\"", grouper);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(grouper_build_category(b, kept_text(i, 1), kept_text(i, 2), kept_text(i, 3), &err), &err);
	kept_query("SELECT code_system, category, codes FROM phm.grouper_code"
			   " WHERE grouper OPERATOR(pg_catalog.=) $1"
			   " ORDER BY code_system COLLATE \"C\", category COLLATE \"C\", codes COLLATE \"C\"", grouper);
	for (uint64 i = 0; i < SPI_processed; i++)
		if (code_system[0] == '\0' || strcmp(code_system, kept_text(i, 1)) == 0)
			require(grouper_build_codes(b, kept_text(i, 1), kept_text(i, 2), kept_text(i, 3), &err), &err);
}

/* Compiles a grouper from its rows; SPI is connected. */
struct varlena *
grouper_compile(const KeptKey *key)
{
	PhmError	err = {0};
	GrouperBuild *b = grouper_build();
	struct varlena *built;

	kept_query("SELECT status OPERATOR(pg_catalog.=) 'unverified' FROM phm.grouper_release"
			   " WHERE grouper OPERATOR(pg_catalog.=) $1", key->name);
	if (SPI_processed == 0)
		unknown_grouper(key->name);
	if (kept_text(0, 1)[0] == 't' && !key->unverified)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of grouper \"%s\" are unverified", key->name),
				 errhint("Check them against their published source, or pass unverified => true.")));
	grouper_read_rows(b, key->name, "");
	built = grouper_build_finish(b, &err);
	if (built == NULL)
		hcc_raise(&err);
	return built;
}

/* A grouper of a name for other files, a copy in the caller's memory. */
struct varlena *
grouper_load(const char *name, bool unverified)
{
	KeptKey		key = {kind, name, 0, unverified};

	return kept_load(&key, grouper_compile);
}

/* The grouper of a name. */
Datum
phm_grouper(PG_FUNCTION_ARGS)
{
	KeptKey		key = {kind, text_to_cstring(PG_GETARG_TEXT_PP(0)), 0, PG_GETARG_BOOL(1)};

	PG_RETURN_POINTER(kept_value(fcinfo, &key, grouper_compile));
}
