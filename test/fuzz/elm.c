/*
 * elm.c (fuzz): whatever is read as ELM gives a library or an error, and trees
 * that keep the promises of tree.h: bounded depth, clauses where clauses belong,
 * operands as many as the operator takes where there was no problem.  Reading
 * twice gives the same hash and text.  As the base64 of a FHIR Library nothing
 * is too malformed to be refused.
 */
#include "phm_port.h"
#include "cql/elm.h"
#include "cql/logic.h"
#include "types/element.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

static const struct
{
	int			least;
	int			most;
}			counts[CQL_NOPS] = {
#define OPERATOR(symbol, name, way, least, most, function) [CQL_OP_##symbol] = {least, most},
#include "cql/operator_list.h"
#undef OPERATOR
};

/* Whether an operator is a clause of another. */
static bool
is_clause(CqlOp op)
{
	return op >= CQL_OP_AliasedQuerySource && op <= CQL_OP_TupleElement;
}

/* Whether a clause may be an operand of an operator. */
static bool
belongs(CqlOp clause, CqlOp op)
{
	switch (clause)
	{
		case CQL_OP_CaseItem:
		case CQL_OP_CaseElse:
			return op == CQL_OP_Case;
		case CQL_OP_TupleElement:
			return op == CQL_OP_Tuple || op == CQL_OP_Instance;
		case CQL_OP_ByExpression:
		case CQL_OP_ByColumn:
		case CQL_OP_ByDirection:
			return op == CQL_OP_SortClause || op == CQL_OP_Sort;
		default:
			return op == CQL_OP_Query;
	}
}

static void
check_type(const CqlType *type, int depth)
{
	if (type == NULL)
		return;
	CHECK(depth < 100 && (type->form != CQL_TYPE_NAMED || type->name != NULL));
	for (int i = 0; i < type->nparts; i++)
	{
		CHECK(type->parts[i] != NULL && (type->names == NULL || type->names[i] != NULL));
		check_type(type->parts[i], depth + 1);
	}
}

static void
check_tree(const CqlTree *t, int depth, bool good)
{
	CHECK(t->op < CQL_NOPS && depth <= CQL_MAX_TREE_DEPTH + 100 && t->precision <= DATETIME_UNIT_FINEST);
	check_type(t->type, 0);
	check_type(t->result, 0);
	if (good && !is_clause(t->op))
		CHECK(t->nargs >= counts[t->op].least && (t->nargs <= counts[t->op].most || counts[t->op].most == CQL_MANY));
	for (int i = 0; i < t->nargs; i++)
	{
		if (t->args[i] == NULL)
		{
			CHECK(i < t->nargs - 1 && t->op != CQL_OP_Query);
			continue;
		}
		if (is_clause(t->args[i]->op))
			CHECK(belongs(t->args[i]->op, t->op));
		else
			CHECK(t->op != CQL_OP_Query && t->op != CQL_OP_Tuple && t->op != CQL_OP_Instance);
		check_tree(t->args[i], depth + 1, good);
	}
}

/* Appends what is in a library to a text. */
static void
print_library(const CqlLibrary *library, StringInfo out)
{
	appendStringInfoString(out, library->name);
	for (int i = 0; i < library->ndefs; i++)
	{
		const CqlDef *def = &library->defs[i];

		CHECK(def->name != NULL);
		appendStringInfo(out, " %s %llx ", def->name, (unsigned long long) cql_structural_hash(def));
		if (def->body != NULL && out->len < 1000000)
			cql_print_tree(def->body, out);
	}
}

static CqlLibrary *
read_library(const char *text, size_t size, CqlProblems *problems, PhmError *err)
{
	return size > 0 && text[0] == '<' ? elm_read_xml(text, size, problems, err) :
		elm_read_json(text, size, problems, err);
}

/* Reads a Library whose attachment has that text as its data, padded or not. */
static void
read_attachment(const char *text, size_t size)
{
	static const char type[] = "application/elm+json";
	CqlProblems problems = {0};
	PhmError	err = {0};
	ElementWriter w;

	element_writer_init(&w, (uint32) size + 100);
	element_put_member(&w, FHIR_E_Library_content);
	element_open(&w, ELEMENT_ARRAY, 0);
	element_open(&w, ELEMENT_OBJECT, 0);
	element_put_member(&w, FHIR_E_Attachment_contentType);
	element_put_string(&w, type, (int) strlen(type));
	element_put_member(&w, FHIR_E_Attachment_data);
	element_put_plain(&w, text, (int) size);
	element_close(&w, ELEMENT_OBJECT);
	element_close(&w, ELEMENT_ARRAY);
	CHECK(elm_read_fhir_library(w.data, w.data + w.length, &problems, &err) != NULL || err.sqlstate != 0);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	CqlProblems problems = {0};
	CqlProblems again = {0};
	PhmError	err = {0};
	CqlLibrary *library = read_library((const char *) data, size, &problems, &err);
	CqlTree    *tree;

	CHECK(library != NULL || (err.sqlstate != 0 && err.message[0] != '\0'));
	for (int i = 0; i < problems.count && i < CQL_MAX_PROBLEMS; i++)
		CHECK(problems.list[i].message[0] != '\0');
	if (library != NULL)
	{
		StringInfoData first;
		StringInfoData second;

		for (int i = 0; i < library->ndefs; i++)
			if (library->defs[i].body != NULL)
				check_tree(library->defs[i].body, 1, problems.count == 0);
		initStringInfo(&first);
		initStringInfo(&second);
		print_library(library, &first);
		print_library(read_library((const char *) data, size, &again, &err), &second);
		CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
		CHECK(again.count == problems.count);
	}
	memset(&problems, 0, sizeof(problems));
	memset(&err, 0, sizeof(err));
	tree = elm_read_expression((const char *) data, size, &problems, &err);
	CHECK(tree != NULL || err.sqlstate != 0);
	if (tree != NULL)
		check_tree(tree, 1, problems.count == 0);
	read_attachment((const char *) data, size);
	shim_reset();
	return 0;
}
