/*
 * fhirpath.c (fuzz): whatever is read as FHIRPath gives an error with a message
 * or a tree in which every call has an input and as many arguments as its
 * function takes, literals have a type and nesting is bounded.
 */
#include "phm_port.h"
#include "cql/fhirpath.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

/* A step adds one level, an operator one more: what the parser allows inside each other, multiplied. */
#define MAX_DEPTH (FHIRPATH_MAX_DEPTH * FHIRPATH_MAX_DEPTH * 4)

/* Checks a tree and what is below it. */
static void
check_tree(const CqlTree *t, int depth)
{
	CHECK(t != NULL && depth < MAX_DEPTH);
	CHECK(t->line > 0 && t->column > 0);
	switch (t->op)
	{
		case CQL_OP_PathCall:
			CHECK(t->flags < PATH_NFUNCTIONS);
			CHECK(t->nargs - 1 >= fhirpath_least(t->flags) && t->nargs - 1 <= fhirpath_most(t->flags));
			CHECK(t->flags != PATH_Member || t->name != NULL);
			CHECK((t->flags != PATH_IsType && t->flags != PATH_OfType) || t->type != NULL);
			break;
		case CQL_OP_Literal:
			CHECK(t->type != NULL && t->text != NULL);
			break;
		case CQL_OP_Quantity:
			CHECK(t->name != NULL && t->text != NULL);
			break;
		case CQL_OP_Date:
			CHECK(t->nargs >= 1 && t->nargs <= 3);
			break;
		case CQL_OP_DateTime:
			CHECK(t->nargs >= 1 && t->nargs <= 8);
			break;
		case CQL_OP_Time:
			CHECK(t->nargs >= 1 && t->nargs <= 4);
			break;
		default:
			CHECK(t->nargs == 0);
			break;
	}
	for (int i = 0; i < t->nargs; i++)
		check_tree(t->args[i], depth + 1);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	PhmError	err = {0};
	CqlTree    *t;

	if (size > 4096)
		return 0;
	t = fhirpath_read((const char *) data, size, &err);
	if (t)
		check_tree(t, 0);
	else
		CHECK(err.sqlstate != 0 && err.message[0] != '\0');
	shim_reset();
	return 0;
}
