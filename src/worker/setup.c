/*
 * setup.c: facts about the installation and the server that SQL cannot see.
 */
#include "phm.h"

#include <sys/stat.h>

#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"

PG_FUNCTION_INFO_V1(phm_library_version);
PG_FUNCTION_INFO_V1(phm_server_file_size);

/* The version that the library was built as. */
Datum
phm_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(PHM_VERSION));
}

/* How long a file of the server is, for those who may read it. */
Datum
phm_server_file_size(PG_FUNCTION_ARGS)
{
	struct stat st;

	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES) ||
		stat(text_to_cstring(PG_GETARG_TEXT_PP(0)), &st) != 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) st.st_size);
}
