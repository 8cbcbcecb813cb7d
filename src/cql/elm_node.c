/*
 * elm_node.c: ELM expressions to trees, driven by one table.
 *
 * Every node that operator_list.h names is known; one that is not in the
 * table below has the operands of its member "operand".  A node, or a member
 * with content, that is not known is a problem: it is never passed over.
 */
#include "cql/elm.h"

/*
 * A line says all about a node.  The members that become operands, in the order
 * of tree.h, are written as
 *
 *   name          an expression that must be there
 *   name?         one that may be absent: NULL before others, left out at the end
 *   name!         one that is null when absent
 *   name%         one that is left out when absent
 *   name*         any number; name+ at least one
 *   name|other    either of two members
 *   name=A/B      nodes of these operators; the first where the node tells no type
 *   name>A        the expression becomes the operand of an A
 */
typedef struct Form
{
	CqlOp		op;
	const char *operands;
	const char *name;			/* members of CqlTree of the same name; "?": may be absent */
	const char *text;
	const char *text2;
	const char *type;
	const char *flag;
	uint8		flag_bit;
	bool		flag_default;
	CqlTree    *(*finish) (ElmReader *r, const ElmItem *item, CqlTree *t);
} Form;

#define REFERENCE .name = "name"
#define VALUE_SET "valueset=ValueSetRef|valuesetExpression"
#define CODE_SYSTEM "codesystem=CodeSystemRef|codesystemExpression"
#define AGGREGATE(op) {CQL_OP_##op, "source", .finish = elm_finish_aggregate}

static const Form forms[] = {
	{CQL_OP_Literal, "", .text = "value?", .type = "valueType", .finish = elm_finish_number},
	{CQL_OP_Null, "", .type = "valueType?", .finish = elm_finish_null},
	{CQL_OP_Quantity, "", .text = "value", .name = "unit?", .finish = elm_finish_number},
	{CQL_OP_Ratio, "numerator=Quantity denominator=Quantity"},
	{CQL_OP_Interval, "low! high! lowClosedExpression? highClosedExpression?", .finish = elm_finish_interval},
	{CQL_OP_List, "element*", .finish = elm_finish_list},
	{CQL_OP_Tuple, "element=TupleElement*"},
	{CQL_OP_Instance, "element=TupleElement*", .type = "classType"},
	{CQL_OP_TupleElement, "value", .name = "name"},
	{CQL_OP_Code, "system=CodeSystemRef%", .text = "code", .text2 = "display?"},
	{CQL_OP_Concept, "code=Code*", .text2 = "display?"},
	{CQL_OP_Property, "source%", .name = "path", .text = "scope?", .finish = elm_finish_property},
	{CQL_OP_Retrieve, "codes? dateRange? id?", .type = "dataType", .name = "templateId?", .text = "codeProperty?",
	.text2 = "dateProperty?", .finish = elm_finish_retrieve},
	{CQL_OP_CodeRef, "", REFERENCE},
	{CQL_OP_ConceptRef, "", REFERENCE},
	{CQL_OP_ValueSetRef, "", REFERENCE},
	{CQL_OP_CodeSystemRef, "", REFERENCE},
	{CQL_OP_ParameterRef, "", REFERENCE},
	{CQL_OP_ExpressionRef, "", REFERENCE},
	{CQL_OP_FunctionRef, "operand*", REFERENCE},
	{CQL_OP_IdentifierRef, "", REFERENCE},
	{CQL_OP_AliasRef, "", REFERENCE},
	{CQL_OP_QueryLetRef, "", REFERENCE},
	{CQL_OP_OperandRef, "", REFERENCE},
	{CQL_OP_Query, "source=AliasedQuerySource+ let=LetClause* relationship=With/Without* where>WhereClause% "
	"aggregate=AggregateClause% return=ReturnClause% sort=SortClause%"},
	{CQL_OP_AliasedQuerySource, "expression", .name = "alias"},
	{CQL_OP_LetClause, "expression", .name = "identifier"},
	{CQL_OP_With, "expression suchThat", .name = "alias"},
	{CQL_OP_Without, "expression suchThat", .name = "alias"},
	{CQL_OP_ReturnClause, "expression", .flag = "distinct", .flag_bit = CQL_DISTINCT, .flag_default = true},
	{CQL_OP_AggregateClause, "expression starting?", .name = "identifier", .flag = "distinct", .flag_bit = CQL_DISTINCT},
	{CQL_OP_SortClause, "by=ByDirection/ByColumn/ByExpression+"},
	{CQL_OP_ByDirection, "", .finish = elm_finish_sort},
	{CQL_OP_ByColumn, "", .name = "path", .finish = elm_finish_sort},
	{CQL_OP_ByExpression, "expression", .finish = elm_finish_sort},
	{CQL_OP_Sort, "source by=ByDirection/ByColumn/ByExpression+"},
	{CQL_OP_Filter, "source condition", .name = "scope?"},
	{CQL_OP_ForEach, "source element", .name = "scope?"},
	{CQL_OP_Repeat, "source element", .name = "scope?"},
	{CQL_OP_Aggregate, "source iteration initialValue?", .name = "scope?"},
	{CQL_OP_Current, "", .name = "scope?"},
	{CQL_OP_Iteration, "", .name = "scope?"},
	{CQL_OP_Total, "", .name = "scope?"},
	{CQL_OP_If, "condition then else!"},
	{CQL_OP_Case, "comparand? caseItem=CaseItem+ else>CaseElse%"},
	{CQL_OP_CaseItem, "when then"},
	{CQL_OP_As, "operand", .type = "asType", .flag = "strict", .flag_bit = CQL_STRICT_CAST},
	{CQL_OP_Is, "operand", .type = "isType"},
	{CQL_OP_Convert, "operand", .type = "toType"},
	{CQL_OP_CanConvert, "operand", .type = "toType"},
	{CQL_OP_MinValue, "", .type = "valueType"},
	{CQL_OP_MaxValue, "", .type = "valueType"},
	{CQL_OP_InValueSet, "code " VALUE_SET},
	{CQL_OP_AnyInValueSet, "codes " VALUE_SET},
	{CQL_OP_InCodeSystem, "code " CODE_SYSTEM},
	{CQL_OP_AnyInCodeSystem, "codes " CODE_SYSTEM},
	{CQL_OP_Message, "source condition? code? severity? message?"},
	{CQL_OP_Combine, "source separator?"},
	{CQL_OP_Split, "stringToSplit separator!"},
	{CQL_OP_SplitOnMatches, "stringToSplit separatorPattern"},
	{CQL_OP_PositionOf, "pattern string"},
	{CQL_OP_LastPositionOf, "pattern string"},
	{CQL_OP_Substring, "stringToSub startIndex length?"},
	{CQL_OP_IndexOf, "source element"},
	{CQL_OP_Slice, "source startIndex! endIndex!"},
	{CQL_OP_Round, "operand precision?"},
	{CQL_OP_Date, "year month? day?"},
	{CQL_OP_DateTime, "year month? day? hour? minute? second? millisecond? timezoneOffset?"},
	{CQL_OP_Time, "hour minute? second? millisecond?"},
	{CQL_OP_Children, "source"},
	{CQL_OP_Descendents, "source"},
	{CQL_OP_First, "source"},
	{CQL_OP_Last, "source"},
	{CQL_OP_Concatenate, "operand*", .finish = elm_finish_nary},
	{CQL_OP_Union, "operand*", .finish = elm_finish_nary},
	{CQL_OP_Intersect, "operand*", .finish = elm_finish_nary},
	{CQL_OP_Except, "operand*", .finish = elm_finish_nary},
	AGGREGATE(AllTrue), AGGREGATE(AnyTrue), AGGREGATE(Avg), AGGREGATE(Count), AGGREGATE(GeometricMean),
	AGGREGATE(Product), AGGREGATE(Max), AGGREGATE(Median), AGGREGATE(Min), AGGREGATE(Mode),
	AGGREGATE(PopulationStdDev), AGGREGATE(PopulationVariance), AGGREGATE(StdDev), AGGREGATE(Sum),
	AGGREGATE(Variance),
};

/* What the list of operators says of each: what is not a node of ELM has no name, but a label for messages. */
static const struct
{
	const char *name;
	const char *label;
	uint8		least;
	uint8		most;
}			operators[CQL_NOPS] = {
#define OPERATOR(symbol, name, way, least, most, function) [CQL_OP_##symbol] = {name, #symbol, least, most},
#include "cql/operator_list.h"
#undef OPERATOR
};

#define MANY 255				/* CQL_MANY of a uint8 */

/* Nodes by other names: of older translators, or parts of a node. */
static const struct
{
	const char *name;
	CqlOp		op;
}			synonyms[] = {
	{"TimezoneFrom", CQL_OP_TimezoneOffsetFrom},
	{"Descendants", CQL_OP_Descendents},
	{"TupleElement", CQL_OP_TupleElement},
	{"InstanceElement", CQL_OP_TupleElement},
};

/* Clauses and items: they stand where their form says, nowhere else. */
static bool
is_clause(CqlOp op)
{
	return op >= CQL_OP_AliasedQuerySource && op <= CQL_OP_TupleElement;
}

/* Mixes the bytes of a name. */
static uint32
hash_name(const char *name, int length)
{
	uint32		h = 0x811C9DC5;

	for (int i = 0; i < length; i++)
		h = (h ^ (uint8) name[i]) * 0x01000193;
	return h ^ h >> 13;
}

/* Name number i: of the operators, then the synonyms. */
static const char *
known_name(uint32 i)
{
	return i < CQL_NOPS ? operators[i].name : synonyms[i - CQL_NOPS].name;
}

/* The slot of a name in the table of names, or the free one where it belongs. */
static uint32
name_slot(const ElmReader *r, const char *name, int length)
{
	uint32		slot = hash_name(name, length) % ELM_OP_SLOTS;

	for (; r->ops[slot] != 0; slot = (slot + 1) % ELM_OP_SLOTS)
	{
		const char *known = known_name(r->ops[slot] - 1);

		if (strlen(known) == (size_t) length && memcmp(known, name, length) == 0)
			break;
	}
	return slot;
}

CqlOp
elm_op(const ElmReader *r, const char *name, int length)
{
	uint16		i = r->ops[name_slot(r, name, length)];

	return i == 0 ? CQL_NOPS : i <= CQL_NOPS ? (CqlOp) (i - 1) : synonyms[i - 1 - CQL_NOPS].op;
}

void
elm_reader_init(ElmReader *r, CqlProblems *problems, PhmError *err)
{
	memset(r, 0, sizeof(*r));
	r->problems = problems;
	r->err = err;
	for (uint32 i = 0; i < CQL_NOPS + lengthof(synonyms); i++)
	{
		const char *name = known_name(i);

		if (name != NULL)
			r->ops[name_slot(r, name, (int) strlen(name))] = (uint16) (i + 1);
	}
	for (int i = 0; i < (int) lengthof(forms); i++)
		r->forms[forms[i].op] = (uint8) (i + 1);
}

void
elm_reader_end(ElmReader *r)
{
	elm_free(&r->arena);
	if (r->types)
		pfree(r->types);
}

/* What stands for an expression that cannot be read. */
static CqlTree *
null_tree(const ElmReader *r)
{
	CqlTree    *t = cql_tree(CQL_OP_Null, 0);

	t->line = r->line;
	t->column = r->column;
	return t;
}

/* ---- operands ---- */

/* Operands that are being collected. */
typedef struct Operands
{
	CqlTree   **list;
	int			n;
	int			size;
	CqlTree    *few[8];
} Operands;

static void
add_operand(Operands *o, CqlTree *t)
{
	if (o->n == o->size)
	{
		CqlTree   **larger = palloc((Size) o->size * 4 * sizeof(CqlTree *));

		memcpy(larger, o->list, o->n * sizeof(CqlTree *));
		if (o->list != o->few)
			pfree(o->list);
		o->list = larger;
		o->size *= 4;
	}
	o->list[o->n++] = t;
}

/* One word of Form.operands, taken apart. */
typedef struct Part
{
	char		name[24];
	char		other[24];		/* empty: there is no other */
	CqlOp		ops[3];			/* of the nodes it takes; NOPS: any expression */
	int			nops;
	CqlOp		wrap;			/* NOPS: none */
	char		mark;			/* ?, !, %, *, + or NUL */
} Part;

/* Copies a word up to a character that has a meaning; returns what follows. */
static const char *
take_word(const char *p, char *word, size_t size)
{
	size_t		n = strcspn(p, " ?!%*+|=/>");

	Assert(n < size);
	memcpy(word, p, Min(n, size - 1));
	word[Min(n, size - 1)] = '\0';
	return p + n;
}

/* Takes the next word of Form.operands apart; false at the end. */
static bool
next_part(const ElmReader *r, const char **spec, Part *part)
{
	const char *p = *spec + strspn(*spec, " ");
	char		word[40];

	if (*p == '\0')
		return false;
	part->other[0] = '\0';
	part->nops = 0;
	part->wrap = CQL_NOPS;
	part->mark = '\0';
	p = take_word(p, part->name, sizeof(part->name));
	while (*p == '=' || *p == '/')
	{
		p = take_word(p + 1, word, sizeof(word));
		Assert(part->nops < (int) lengthof(part->ops));
		part->ops[part->nops++] = elm_op(r, word, (int) strlen(word));
	}
	if (*p == '>')
	{
		p = take_word(p + 1, word, sizeof(word));
		part->wrap = strcmp(word, "CaseElse") == 0 ? CQL_OP_CaseElse : CQL_OP_WhereClause;
	}
	if (*p == '|')
		p = take_word(p + 1, part->other, sizeof(part->other));
	if (*p != '\0' && *p != ' ')
		part->mark = *p++;
	*spec = p;
	return true;
}

/* The operator of a node that tells no type. */
static CqlOp
implied_op(const Part *part, const ElmItem *item)
{
	if (part->nops == 0)
		return CQL_NOPS;
	if (part->ops[0] == CQL_OP_ByDirection && elm_member(item, "expression") != NULL)
		return CQL_OP_ByExpression;
	if (part->ops[0] == CQL_OP_ByDirection && elm_member(item, "path") != NULL)
		return CQL_OP_ByColumn;
	return part->ops[0];
}

/* Whether an operator may stand in a place. */
static bool
may_stand(const Part *part, CqlOp op)
{
	if (part->nops == 0 || !is_clause(part->ops[0]))
		return !is_clause(op);
	for (int i = 0; i < part->nops; i++)
		if (part->ops[i] == op)
			return true;
	return false;
}

/* Reads one operand. */
static CqlTree *
read_operand(ElmReader *r, const Part *part, ElmItem *item, CqlOp parent)
{
	int			problems = r->problems->count;
	CqlTree    *t;

	if (item->kind == ELM_OBJECT)
		t = elm_expression(r, item, implied_op(part, item));
	else
	{
		elm_problem(r, "ELM member \"%s\" of %s is no object", part->name, operators[parent].label);
		t = null_tree(r);
	}
	if (!may_stand(part, t->op))
	{
		if (r->problems->count == problems)
			elm_problem(r, "ELM node %s cannot be \"%s\" of %s", operators[t->op].label, part->name,
						operators[parent].label);
		/* Clauses stay away, so that only expressions are where expressions are expected. */
		return part->nops == 0 || !is_clause(part->ops[0]) ? null_tree(r) : NULL;
	}
	if (part->wrap != CQL_NOPS)
	{
		CqlTree    *clause = cql_tree(part->wrap, 1);

		clause->line = t->line;
		clause->column = t->column;
		clause->args[0] = t;
		return clause;
	}
	return t;
}

/* Reads the items of one member; returns how many there were. */
static int
read_member(ElmReader *r, const Part *part, const char *name, const ElmItem *item, CqlOp op, Operands *o)
{
	ElmWalk		walk = {0};
	ElmItem    *at;
	int			n = 0;

	while ((at = elm_next(item, name, &walk)) != NULL)
	{
		CqlTree    *t;

		CHECK_FOR_INTERRUPTS();
		if (n++ > 0 && part->mark != '*' && part->mark != '+')
		{
			elm_problem(r, "ELM member \"%s\" of %s stands more than once", name, operators[op].label);
			break;
		}
		t = read_operand(r, part, at, op);
		if (t != NULL)
			add_operand(o, t);
	}
	return n;
}

/* Reads the operands of a node. */
static void
read_operands(ElmReader *r, const ElmItem *item, const char *spec, CqlOp op, Operands *o)
{
	Part		part;

	while (next_part(r, &spec, &part))
	{
		int			n = read_member(r, &part, part.name, item, op, o);

		/* Newer translators write both, the same in either. */
		if (part.other[0] != '\0' && elm_member(item, part.other) != NULL && n == 0)
		{
			part.nops = 0;
			n = read_member(r, &part, part.other, item, op, o);
		}
		if (n > 0 || part.mark == '*' || part.mark == '%')
			continue;
		if (part.mark == '\0' || part.mark == '+')
			elm_problem(r, "ELM member \"%s\" of %s is missing", part.name, operators[op].label);
		if (part.mark != '+')
			add_operand(o, part.mark == '?' ? NULL : null_tree(r));
	}
	while (o->n > 0 && o->list[o->n - 1] == NULL)
		o->n--;
}

/* ---- nodes ---- */

/* A member that becomes a text of the tree; a name that ends in "?" may be absent. */
static const char *
text_member(ElmReader *r, const ElmItem *item, const char *name, CqlOp op)
{
	char		plain[40];
	size_t		n = name ? strcspn(name, "?") : 0;
	const char *text;

	if (name == NULL)
		return NULL;
	snprintf(plain, sizeof(plain), "%.*s", (int) n, name);
	text = elm_text(r, item, plain);
	if (text == NULL && name[n] != '?')
	{
		elm_problem(r, "ELM member \"%s\" of %s is missing", plain, operators[op].label);
		text = "";
	}
	return text;
}

/* The type that a member tells. */
static CqlType *
type_member(ElmReader *r, const ElmItem *item, const char *name, CqlOp op)
{
	char		plain[40];
	size_t		n = name ? strcspn(name, "?") : 0;
	int			problems = r->problems->count;
	CqlType    *type;

	if (name == NULL)
		return NULL;
	snprintf(plain, sizeof(plain), "%.*s", (int) n, name);
	type = elm_member_type(r, item, plain);
	if (type != NULL || name[n] == '?')
		return type;
	if (r->problems->count == problems)
		elm_problem(r, "ELM member \"%s\" of %s is missing", plain, operators[op].label);
	return cql_system_type(CQL_NULL);
}

/* The unit of a member "precision" that is a word (Round has an expression). */
static uint8
read_precision(ElmReader *r, const ElmItem *item)
{
	static const char *const units[] = {
		[DATETIME_UNIT_YEAR] = "Year",
		[DATETIME_UNIT_MONTH] = "Month",
		[DATETIME_UNIT_DAY] = "Day",
		[DATETIME_UNIT_HOUR] = "Hour",
		[DATETIME_UNIT_MINUTE] = "Minute",
		[DATETIME_UNIT_SECOND] = "Second",
		[DATETIME_UNIT_MILLISECOND] = "Millisecond",
		[DATETIME_UNIT_WEEK] = "Week",
	};
	const ElmItem *value = elm_member(item, "precision");

	if (value == NULL || value->kind != ELM_TEXT)
		return DATETIME_UNIT_FINEST;
	for (int i = 0; i < (int) lengthof(units); i++)
		if (elm_is(value, units[i]))
			return (uint8) i;
	elm_problem(r, "precision \"%.*s\" in ELM is not supported", elm_shown(value->text, value->length), value->text);
	return DATETIME_UNIT_FINEST;
}

/* Attributes that would change what a node means; others that are not known say nothing about it. */
static bool
changes_meaning(const ElmItem *member)
{
	static const char *const names[] = {
		"orderBy", "nullOrdering", "codeSearch", "dateSearch", "idSearch", "contextSearch", "contextProperty",
		"dateLowProperty", "dateHighProperty",
	};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strlen(names[i]) == member->name_length && memcmp(names[i], member->name, member->name_length) == 0)
			return true;
	return false;
}

/* Reports members with content that nothing has asked for. */
static void
refuse_unused(ElmReader *r, const ElmItem *item, CqlOp op)
{
	for (const ElmItem *m = item->first; m != NULL; m = m->next)
	{
		bool		has_content = m->kind == ELM_OBJECT || (m->kind == ELM_LIST && m->first != NULL);

		if (m->used || !(has_content || (m->kind == ELM_TEXT && m->length > 0 && changes_meaning(m))))
			continue;
		elm_problem(r, "ELM member \"%.*s\" of %s is not supported", elm_shown(m->name, m->name_length), m->name,
					operators[op].label);
	}
}

/*
 * How much deeper the tree of a node is than the node: what elm_special.c and
 * clauses add counts, so that the limit is one of trees.
 */
static int
extra_depth(ElmReader *r, const ElmItem *item, CqlOp op)
{
	const ElmItem *path;
	int			n = 0;

	switch (op)
	{
		case CQL_OP_Query:
		case CQL_OP_Case:
			return 1;
		case CQL_OP_Union:
		case CQL_OP_Intersect:
		case CQL_OP_Except:
		case CQL_OP_Concatenate:
			for (int count = elm_count(item, "operand"); count > 2; count = (count + 1) / 2)
				n++;
			return n;
		default:
			path = r->forms[op] && forms[r->forms[op] - 1].finish == elm_finish_aggregate ? elm_member(item, "path") : NULL;
			return path && path->kind == ELM_TEXT ? ELM_MAX_STEPS + 3 : 0;
		case CQL_OP_Property:
			path = elm_member(item, "path");
			if (path != NULL && path->kind == ELM_TEXT)
				for (uint32 i = 0; i < path->length && n < ELM_MAX_STEPS; i++)
					n += path->text[i] == '.' || path->text[i] == '[';
			return n;
	}
}

/* Makes the tree of a node of a known operator. */
static CqlTree *
read_node(ElmReader *r, ElmItem *item, CqlOp op)
{
	static const Form operand = {.operands = "operand*"};
	const Form *form = r->forms[op] ? &forms[r->forms[op] - 1] : &operand;
	Operands	o = {.list = o.few,.size = lengthof(o.few)};
	int			extra = extra_depth(r, item, op);
	CqlTree    *t;

	r->depth += extra;
	read_operands(r, item, form->operands, op, &o);
	r->depth -= extra;
	if (form == &operand && (o.n < operators[op].least || (o.n > operators[op].most && operators[op].most != MANY)))
		elm_problem(r, "ELM node %s has a wrong number of operands (%d)", operators[op].label, o.n);
	t = cql_tree(op, o.n);
	if (o.n > 0)
		memcpy(t->args, o.list, o.n * sizeof(CqlTree *));
	if (o.list != o.few)
		pfree(o.list);
	t->line = r->line;
	t->column = r->column;
	t->name = text_member(r, item, form->name, op);
	t->text = text_member(r, item, form->text, op);
	t->text2 = text_member(r, item, form->text2, op);
	t->type = type_member(r, item, form->type, op);
	t->precision = read_precision(r, item);
	t->result = elm_result(r, item);
	t->library = elm_text(r, item, "libraryName");
	elm_signature(r, item, t);
	if (form->flag && elm_flag(r, item, form->flag, form->flag_default))
		t->flags |= form->flag_bit;
	if (form->finish)
		t = form->finish(r, item, t);
	refuse_unused(r, item, op);
	return t;
}

/* Reads a node whose place the reader has entered. */
static CqlTree *
read_here(ElmReader *r, ElmItem *item, CqlOp implied)
{
	const char *name;
	int			length;
	CqlOp		op = implied;

	if (item->kind != ELM_OBJECT)
	{
		elm_problem(r, "an ELM expression is no object");
		return null_tree(r);
	}
	if (elm_type_name(item, &name, &length))
	{
		op = elm_op(r, name, length);
		if (op == CQL_NOPS)
			elm_problem(r, "ELM node \"%.*s\" is not supported", elm_shown(name, length), name);
	}
	else if (op == CQL_NOPS)
		elm_problem(r, "an ELM node without type");
	return op == CQL_NOPS ? null_tree(r) : read_node(r, item, op);
}

CqlTree *
elm_expression(ElmReader *r, ElmItem *item, CqlOp implied)
{
	ElmPlace	place = elm_enter(r, item);
	CqlTree    *t;

	check_stack_depth();
	if (++r->depth > CQL_MAX_TREE_DEPTH)
	{
		elm_problem(r, "ELM expressions nested more than %d deep", CQL_MAX_TREE_DEPTH);
		t = null_tree(r);
	}
	else
		t = read_here(r, item, implied);
	r->depth--;
	elm_leave(r, place);
	return t;
}
