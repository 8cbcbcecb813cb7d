/*
 * gap_part.c: takes a numerator apart.
 *
 * What should be true and is made with "and" needs all of its parts, with "or"
 * one; of what should be false it is the other way round.  In a list of episodes
 * "intersect" and "except" need all, "union" one.  Below that are criteria.  From a criterion every retrieve that it uses is reached with a
 * sign: whether more resources make it truer or less true ("not", "without",
 * "except", fewer than ... turn the sign).
 */
#include "quality/gap_part.h"

#define TRUER		1
#define LESS_TRUE	2
#define EITHER		(TRUER | LESS_TRUE)

/* A walk through the nodes under a criterion. */
typedef struct GapWalk
{
	const LogicHeader *logic;
	const CqlNode *nodes;
	const uint32 *args;
	const uint8 *common;		/* by node: reached from the denominator; NULL: nothing is */
	uint8	   *seen;			/* by node: signs with which it was reached */
	GapPart    *part;			/* NULL: only what is reached is asked for */
	uint32		size;			/* of its retrieves */
} GapWalk;

static void walk(GapWalk *w, uint32 node, uint8 sign);

static uint8
turned(uint8 sign)
{
	return (uint8) ((sign & TRUER ? LESS_TRUE : 0) | (sign & LESS_TRUE ? TRUER : 0));
}

/* The node behind conversions and what only remembers. */
static const CqlNode *
behind(const GapWalk *w, uint32 node)
{
	const CqlNode *n = &w->nodes[node];

	while (n->nargs >= 1 && (n->op == CQL_OP_Memo || n->op == CQL_OP_Keyed || n->op == CQL_OP_As || n->op == CQL_OP_Convert ||
							 n->op == CQL_OP_ToDecimal || n->op == CQL_OP_ToQuantity || n->op == CQL_OP_ToLong ||
							 n->op == CQL_OP_Negate || n->op == CQL_OP_Native))
		n = &w->nodes[w->args[n->args]];
	return n;
}

/* Whether a node gives a number of things rather than a value of one. */
static bool
is_count(const CqlNode *n)
{
	return n->op == CQL_OP_Count || n->op == CQL_OP_Length;
}

/* Whether a node gives a time between moments, or a part of a moment. */
static bool
is_duration(const CqlNode *n)
{
	return n->op == CQL_OP_DurationBetween || n->op == CQL_OP_DifferenceBetween || n->op == CQL_OP_CalculateAge ||
		n->op == CQL_OP_CalculateAgeAt || n->op == CQL_OP_DateTimeComponentFrom || n->op == CQL_OP_Width || n->op == CQL_OP_Size;
}

/* Units of time, as CQL and UCUM write them. */
static bool
is_unit_of_time(const char *unit, int length)
{
	static const char *const units[] = {"year", "month", "week", "day", "hour", "minute", "second", "millisecond",
	"a", "mo", "wk", "d", "h", "min", "s", "ms"};

	if (length > 4 && unit[length - 1] == 's')
		length--;
	for (size_t i = 0; i < lengthof(units); i++)
		if ((int) strlen(units[i]) == length && memcmp(units[i], unit, length) == 0)
			return true;
	return false;
}

/* Whether a node is a number or quantity of its own, no length of time. */
static bool
is_limit(const GapWalk *w, const CqlNode *n)
{
	const LogicConstant *c;
	const char *unit;
	int			length;

	if (n->op == CQL_OP_Interval && n->nargs > 0)
		return is_limit(w, behind(w, w->args[n->args])) || (n->nargs > 1 && is_limit(w, behind(w, w->args[n->args + 1])));
	if (n->op != CQL_OP_Literal)
		return false;
	c = (const LogicConstant *) logic_section(w->logic, LOGIC_CONSTANTS) + n->extra;
	if (c->kind == CQL_INTEGER || c->kind == CQL_LONG || c->kind == CQL_DECIMAL)
		return true;
	if (c->kind != CQL_QUANTITY)
		return false;
	unit = logic_string(w->logic, c->string, &length);
	return !is_unit_of_time(unit, length);
}

/* Notes what a comparison compares. */
static void
note_comparison(GapWalk *w, const CqlNode *n)
{
	const CqlNode *a = behind(w, w->args[n->args]);
	const CqlNode *b = behind(w, w->args[n->args + 1]);

	if (w->part == NULL || is_limit(w, a) == is_limit(w, b))
		return;
	if (is_limit(w, a))
		a = b;
	if (is_count(a))
		w->part->counts = true;
	else if (!is_duration(a))
		w->part->values = true;
}

/* Whether the last part of a URL begins with a word. */
static bool
last_part_begins(const char *url, int length, const char *word)
{
	int			start = length;
	int			n = (int) strlen(word);

	while (start > 0 && url[start - 1] != '/')
		start--;
	return length - start >= n && memcmp(url + start, word, n) == 0;
}

/* Whether a retrieve asks for something in particular: by codes, or by the profile of a vital sign. */
static bool
is_particular(const LogicHeader *logic, const LogicRetrieve *r)
{
	const uint32 *profiles = logic_section(logic, LOGIC_PROFILES);
	const char *url;
	int			length;

	if (r->filter != RETRIEVE_ALL)
		return true;
	if (r->type != FHIR_T_Observation || r->profile == LOGIC_NONE)
		return false;
	url = logic_string(logic, profiles[r->profile], &length);
	return !last_part_begins(url, length, "us-core-observation") && !last_part_begins(url, length, "qicore-");
}

/*
 * How much a retrieve says of what is missing: things that happen, first what
 * the denominator does not ask for anyway, then what is asked for in
 * particular; what was not done, and who or where the patient is, says nothing.
 */
static uint8
weight_of(const GapWalk *w, uint32 node, const LogicRetrieve *r)
{
	const ChartShape *shape = chart_shape(r->type);

	if (r->negative || r->type == FHIR_T_Patient || shape == NULL || shape->moments[0] == 0)
		return 0;
	return (uint8) (1 + (w->common == NULL || w->common[node] == 0 ? 2 : 0) + (is_particular(w->logic, r) ? 1 : 0));
}

/* Adds a retrieve to those of the criterion, or a sign to the one there is. */
static void
note_retrieve(GapWalk *w, uint32 node, uint8 sign)
{
	GapPart    *part = w->part;
	GapRetrieve *r = NULL;

	if (part == NULL)
		return;
	for (uint32 i = 0; i < part->nretrieves; i++)
		if (part->retrieves[i].node == node)
			r = &part->retrieves[i];
	if (r == NULL)
	{
		if (part->nretrieves >= w->size)
		{
			w->size = Max(w->size * 2, 8);
			part->retrieves = part->retrieves == NULL ? palloc(sizeof(GapRetrieve) * w->size) :
				repalloc(part->retrieves, sizeof(GapRetrieve) * w->size);
		}
		r = &part->retrieves[part->nretrieves++];
		*r = (GapRetrieve) {.node = node};
		r->retrieve = (const LogicRetrieve *) logic_section(w->logic, LOGIC_RETRIEVES) + w->nodes[node].extra;
		r->weight = weight_of(w, node, r->retrieve);
	}
	r->helps |= (sign & TRUER) != 0;
	r->harms |= (sign & LESS_TRUE) != 0;
}

/* Walks the bodies of the function, or of the overloads, that a node calls. */
static void
walk_function(GapWalk *w, const CqlNode *n, uint8 sign)
{
	const LogicFunction *functions = logic_section(w->logic, LOGIC_FUNCTIONS);
	const uint32 *overloads = logic_section(w->logic, LOGIC_OVERLOADS);

	if (n->extra2 <= 1)
	{
		walk(w, functions[n->extra].body, sign);
		return;
	}
	for (uint32 i = 0; i < n->extra2; i++)
		walk(w, functions[overloads[n->extra + i]].body, sign);
}

/* The sign with which an operand of a node is reached. */
static uint8
sign_of(const GapWalk *w, const CqlNode *n, uint32 i, uint8 sign)
{
	switch (n->op)
	{
		case CQL_OP_Not:
		case CQL_OP_IsFalse:
		case CQL_OP_IsNull:
		case CQL_OP_Without:
			return turned(sign);
		case CQL_OP_Implies:
			return i == 0 ? turned(sign) : sign;
		case CQL_OP_Except:
			return i == 1 ? turned(sign) : sign;
		case CQL_OP_If:
		case CQL_OP_CaseItem:
			return i == 0 ? EITHER : sign;
		case CQL_OP_Xor:
			return EITHER;
		case CQL_OP_Less:
		case CQL_OP_LessOrEqual:
			return i == 0 && is_count(behind(w, w->args[n->args])) ? turned(sign) : sign;
		case CQL_OP_Greater:
		case CQL_OP_GreaterOrEqual:
			return i == 1 && is_count(behind(w, w->args[n->args + 1])) ? turned(sign) : sign;
		case CQL_OP_Equal:
		case CQL_OP_NotEqual:
			return is_count(behind(w, w->args[n->args + i])) ? EITHER : sign;
		default:
			return sign;
	}
}

/* Walks a node and what is under it, each once for a sign. */
static void
walk(GapWalk *w, uint32 node, uint8 sign)
{
	const CqlNode *n = &w->nodes[node];
	uint8		fresh = sign & ~w->seen[node];

	if (fresh == 0)
		return;
	check_stack_depth();
	w->seen[node] |= fresh;
	if (n->op == CQL_OP_Retrieve)
		note_retrieve(w, node, fresh);
	if (n->op == CQL_OP_Less || n->op == CQL_OP_LessOrEqual || n->op == CQL_OP_Greater || n->op == CQL_OP_GreaterOrEqual ||
		n->op == CQL_OP_Equal || n->op == CQL_OP_Equivalent || n->op == CQL_OP_In || n->op == CQL_OP_IncludedIn)
		note_comparison(w, n);
	if (n->op == CQL_OP_FunctionRef)
		walk_function(w, n, fresh);
	for (uint32 i = 0; i < n->nargs; i++)
		walk(w, w->args[n->args + i], sign_of(w, n, i, fresh));
}

/* Takes nodes apart. */
typedef struct GapTaker
{
	GapWalk		walk;
	bool		lenient;
} GapTaker;

static GapPart *take(GapTaker *t, uint32 node, uint32 nslots, bool target);

/* Adds an operand to a part, or the parts of that where it is of the same form. */
static void
add_part(GapPart *to, GapPart *part)
{
	uint32		n = part->form == to->form ? part->nparts : 1;
	GapPart   **more = part->form == to->form ? part->parts : &part;

	to->parts = to->parts == NULL ? palloc(sizeof(GapPart *) * n) : repalloc(to->parts, sizeof(GapPart *) * (to->nparts + n));
	memcpy(to->parts + to->nparts, more, sizeof(GapPart *) * n);
	to->nparts += n;
}

/* A criterion with its retrieves. */
static GapPart *
take_criterion(GapTaker *t, uint32 node, uint32 nslots, bool target)
{
	GapPart    *part = palloc0(sizeof(GapPart));
	GapWalk		w = t->walk;

	part->form = GAP_CRITERION;
	part->target = target;
	part->lenient = t->lenient;
	part->node = node;
	part->nslots = nslots;
	w.part = part;
	w.seen = palloc0(logic_count(w.logic, LOGIC_NODES));
	walk(&w, node, target ? TRUER : LESS_TRUE);
	pfree(w.seen);
	return part;
}

/* Whether a node is made of operands that are parts of what it says. */
static bool
has_parts(const CqlNode *n)
{
	return n->op == CQL_OP_And || n->op == CQL_OP_Or || n->op == CQL_OP_Union || n->op == CQL_OP_UnionAll ||
		n->op == CQL_OP_Intersect || n->op == CQL_OP_Except;
}

/* A list of episodes behind conversions of its type, where that is made of parts or a definition; else the node itself. */
static uint32
behind_types(const GapTaker *t, uint32 node)
{
	const CqlNode *nodes = t->walk.nodes;
	uint32		inner = node;

	while (nodes[inner].op == CQL_OP_As && nodes[inner].nargs >= 1)
		inner = t->walk.args[nodes[inner].args];
	return has_parts(&nodes[inner]) || nodes[inner].op == CQL_OP_Memo ? inner : node;
}

/* Takes a node apart. */
static GapPart *
take(GapTaker *t, uint32 node, uint32 nslots, bool target)
{
	const CqlNode *n = &t->walk.nodes[node = behind_types(t, node)];
	const uint32 *args = t->walk.args + n->args;
	bool		all = n->op == CQL_OP_And || n->op == CQL_OP_Intersect || n->op == CQL_OP_Except;
	GapPart    *part;

	check_stack_depth();
	if (n->op == CQL_OP_Memo)
		return take(t, args[0], n->extra2 > 0 ? n->extra2 : nslots, target);
	if (n->op == CQL_OP_Not)
		return take(t, args[0], nslots, !target);
	if (!has_parts(n))
		return take_criterion(t, node, nslots, target);
	part = palloc0(sizeof(GapPart));
	part->form = all == target ? GAP_ALL : GAP_ANY;
	part->target = target;
	part->node = node;
	part->nslots = nslots;
	for (uint32 i = 0; i < n->nargs; i++)
		add_part(part, take(t, args[i], nslots, n->op == CQL_OP_Except && i > 0 ? !target : target));
	return part;
}

GapPart *
gap_part(const LogicHeader *logic, uint32 node, bool target, const uint32 *denominator, uint32 ndenominator)
{
	GapTaker	t = {.lenient = !target};
	GapWalk		reached;

	t.walk.logic = logic;
	t.walk.nodes = logic_section(logic, LOGIC_NODES);
	t.walk.args = logic_section(logic, LOGIC_ARGS);
	reached = t.walk;
	reached.seen = palloc0(logic_count(logic, LOGIC_NODES));
	for (uint32 i = 0; i < ndenominator; i++)
		walk(&reached, denominator[i], EITHER);
	t.walk.common = reached.seen;
	return take(&t, node, 0, target);
}
