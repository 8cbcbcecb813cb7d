/*
 * readmission_load.c: the model of readmissions: the code lists of the
 * hospital-wide readmission measure, which name CCS categories and single
 * codes, with every CCS category replaced by its codes.  So one look at a
 * code tells all that the rules ask of it.
 */
#include "risk/readmission_type.h"

#include "executor/spi.h"

PG_FUNCTION_INFO_V1(phm_readmission_model);

static const char kind[] = "readmission model";

/* Raises where a grouper that the model rests on is unverified. */
static void
refuse_unverified(const KeptKey *key)
{
	kept_query("SELECT grouper FROM phm.grouper_release"
			   " WHERE grouper OPERATOR(pg_catalog.=) ANY (ARRAY['CCS', 'CCS_PROCEDURE', $1])"
			   "   AND status OPERATOR(pg_catalog.=) 'unverified' ORDER BY grouper COLLATE \"C\"", key->name);
	if (SPI_processed > 0 && !key->unverified)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of grouper \"%s\" are unverified", kept_text(0, 1)),
				 errhint("Check them against their published source, or pass unverified => true.")));
}

/* Adds the rows of the last query, code system, category and codes, to a grouper. */
static void
add_codes(GrouperBuild *b)
{
	PhmError	err = {0};

	for (uint64 i = 0; i < SPI_processed; i++)
		if (!grouper_build_codes(b, kept_text(i, 1), kept_text(i, 2), kept_text(i, 3), &err))
			hcc_raise(&err);
}

/* Compiles the model; SPI is connected. */
static struct varlena *
compile(const KeptKey *key)
{
	PhmError	err = {0};
	GrouperBuild *b = grouper_build();
	struct varlena *built;

	refuse_unverified(key);
	kept_query("SELECT category, label, part FROM phm.grouper_category"
			   " WHERE grouper OPERATOR(pg_catalog.=) $1 ORDER BY seq, category COLLATE \"C\"", key->name);
	for (uint64 i = 0; i < SPI_processed; i++)
		if (!grouper_build_category(b, kept_text(i, 1), kept_text(i, 2), kept_text(i, 3), &err))
			hcc_raise(&err);
	kept_query("SELECT code_system, category, codes FROM phm.grouper_code"
			   " WHERE grouper OPERATOR(pg_catalog.=) $1"
			   "   AND code_system OPERATOR(pg_catalog.=) ANY (ARRAY['ICD10CM', 'ICD10PCS'])"
			   " ORDER BY code_system COLLATE \"C\", category COLLATE \"C\", codes COLLATE \"C\"", key->name);
	add_codes(b);
	kept_query("SELECT c.code_system, h.category, c.codes"
			   "  FROM phm.grouper_codes(phm.grouper($1, true)) AS h JOIN phm.grouper_code AS c"
			   "    ON c.grouper OPERATOR(pg_catalog.=) h.code_system AND c.category OPERATOR(pg_catalog.=) h.code"
			   " WHERE h.code_system OPERATOR(pg_catalog.=) ANY (ARRAY['CCS', 'CCS_PROCEDURE'])"
			   " ORDER BY c.code_system COLLATE \"C\", h.category COLLATE \"C\", c.codes COLLATE \"C\"", key->name);
	add_codes(b);
	built = grouper_build_finish(b, &err);
	if (built == NULL)
		hcc_raise(&err);
	return built;
}

struct varlena *
readmission_load(bool unverified)
{
	KeptKey		key = {kind, "HWR", 0, unverified};

	return kept_load(&key, compile);
}

/* phm.readmission_model(unverified). */
Datum
phm_readmission_model(PG_FUNCTION_ARGS)
{
	KeptKey		key = {kind, "HWR", 0, PG_GETARG_BOOL(0)};

	PG_RETURN_POINTER(kept_value(fcinfo, &key, compile));
}
