/*
 * tree_hash.c: the structural hash of a function: the same for what different
 * translators, options and machines make of one text of CQL.
 *
 * It covers operators by name, operands, names, types, literals and flags;
 * not places, annotations, result types or signatures, which are options of a
 * translator.  Operands of the function count by their position.
 */
#include "cql/logic.h"

#define SEED		UINT64CONST(0xCBF29CE484222325)
#define PRIME		UINT64CONST(0x00000100000001B3)

static const char *const op_names[CQL_NOPS] = {
#define OPERATOR(symbol, name, way, least, most, function) [CQL_OP_##symbol] = #symbol,
#include "cql/operator_list.h"
#undef OPERATOR
};

static uint64
mix_number(uint64 h, uint32 v)
{
	for (int i = 0; i < 4; i++)
		h = (h ^ (v >> (8 * i) & 0xFF)) * PRIME;
	return h;
}

/* A text with its end; NULL differs from "". */
static uint64
mix_text(uint64 h, const char *s)
{
	if (s == NULL)
		return mix_number(h, 0xFFFFFFFF);
	for (; *s != '\0'; s++)
		h = (h ^ (uint8) *s) * PRIME;
	return mix_number(h, 0);
}

/* Spreads every bit over all. */
static uint64
finish(uint64 h)
{
	h ^= h >> 33;
	h *= UINT64CONST(0xFF51AFD7ED558CCD);
	h ^= h >> 33;
	h *= UINT64CONST(0xC4CEB9FE1A85EC53);
	return h ^ h >> 33;
}

/* The order of a choice's types does not count. */
static uint64
hash_type(const CqlType *type)
{
	uint64		h = SEED;
	uint64		sum = 0;

	if (type == NULL)
		return 1;
	check_stack_depth();
	h = mix_number(h, type->form);
	if (type->form == CQL_TYPE_NAMED)
		h = mix_text(mix_number(h, type->kind == CQL_ELEMENT), type->name);
	for (int i = 0; i < type->nparts; i++)
	{
		uint64		part = hash_type(type->parts[i]);

		if (type->form == CQL_TYPE_TUPLE)
			part = mix_text(part, type->names[i]);
		sum = type->form == CQL_TYPE_LIST || type->form == CQL_TYPE_INTERVAL ? part : sum + finish(part);
	}
	return finish(h ^ sum);
}

static uint64
mix_hash(uint64 h, uint64 other)
{
	return mix_number(mix_number(h, (uint32) other), (uint32) (other >> 32));
}

/* The position of an operand in its function. */
static uint32
operand_number(const CqlDef *function, const char *name)
{
	for (int i = 0; i < function->noperands; i++)
		if (strcmp(function->operands[i].name, name) == 0)
			return (uint32) i;
	return PG_UINT32_MAX;
}

/* Hashes a tree; an absent operand counts. */
static uint64
hash_tree(const CqlDef *function, const CqlTree *t)
{
	uint64		h;
	/* Where a list or null has no type of its own, the reader takes that of the result. */
	bool		typed = t != NULL && t->op != CQL_OP_List && t->op != CQL_OP_Null;

	if (t == NULL)
		return 0;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	h = mix_text(SEED, op_names[t->op]);
	h = mix_number(h, t->precision | (uint32) t->flags << 8);
	if (t->op == CQL_OP_OperandRef && t->name != NULL)
		h = mix_number(h, operand_number(function, t->name));
	else
		h = mix_text(h, t->name);
	h = mix_text(h, t->library);
	h = mix_text(h, t->text);
	h = mix_text(h, t->text2);
	h = mix_hash(h, typed ? hash_type(t->type) : 0);
	h = mix_number(h, (uint32) t->nargs);
	for (int i = 0; i < t->nargs; i++)
		h = mix_hash(h, hash_tree(function, t->args[i]));
	return finish(h);
}

uint64
cql_structural_hash(const CqlDef *function)
{
	uint64		h = mix_number(SEED, (uint32) function->noperands);

	for (int i = 0; i < function->noperands; i++)
		h = mix_hash(h, hash_type(function->operands[i].type));
	return finish(mix_hash(h, hash_tree(function, function->body)));
}
