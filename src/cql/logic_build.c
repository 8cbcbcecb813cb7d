/*
 * logic_build.c: putting a logic together.
 *
 * Every section is a growing array; one hash table over all of them finds
 * what is there already, so that equal expressions of different measures are
 * one node and are computed once.
 */
#include "cql/logic_build.h"

#include "types/bytes.h"

typedef struct Section
{
	uint8	   *data;
	uint32		count;
	uint32		size;
	uint32	   *buckets;		/* of elements that are looked for, element + 1 */
	uint32		nbuckets;
	uint32		nhashed;		/* elements that are in buckets */
} Section;

/* What is known of a node beside its bytes. */
typedef struct NodeFacts
{
	uint32		hash;
	uint8		reach;
	bool		slots;
	uint32		memo;			/* node that evaluates it once + 1, 0: none */
} NodeFacts;

struct LogicBuilder
{
	Section		sections[LOGIC_NSECTIONS];
	NodeFacts  *facts;
	uint32		nfacts;
	uint32	   *buckets;		/* of nodes, node + 1 */
	uint32		nbuckets;
	uint32	   *strings;		/* buckets of strings, string + 1 */
	uint32		nstring_buckets;
	LogicPlace	place;
	uint32		nmemos;
	uint32		nslots;
	uint32		class_words;
	uint32		ncells;
	bool		rebuilt;		/* what nodes depend on is known and not asked again */
};

uint32
logic_element_size(LogicSection section)
{
	switch (section)
	{
		case LOGIC_NODES:
			return sizeof(CqlNode);
		case LOGIC_PLACES:
			return sizeof(LogicPlace);
		case LOGIC_TEXT:
		case LOGIC_CODESETS:
			return 1;
		case LOGIC_CONSTANTS:
			return sizeof(LogicConstant);
		case LOGIC_CODES:
			return sizeof(LogicCode);
		case LOGIC_TYPES:
			return sizeof(LogicType);
		case LOGIC_SHAPES:
			return sizeof(LogicShape);
		case LOGIC_FUNCTIONS:
			return sizeof(LogicFunction);
		case LOGIC_DEFINITIONS:
			return sizeof(LogicDefinition);
		case LOGIC_PARAMETERS:
			return sizeof(LogicParameter);
		case LOGIC_QUERIES:
			return sizeof(LogicQuery);
		case LOGIC_RETRIEVES:
			return sizeof(LogicRetrieve);
		case LOGIC_VALUE_SETS:
			return sizeof(LogicValueSet);
		case LOGIC_INDEX:
			return sizeof(LogicIndexSlot);
		case LOGIC_CLASSES:
			return sizeof(uint64);
		case LOGIC_TRACES:
			return sizeof(LogicTrace);
		default:
			return sizeof(uint32);
	}
}

LogicBuilder *
logic_builder(void)
{
	LogicBuilder *b = palloc0(sizeof(LogicBuilder));

	b->nbuckets = b->nstring_buckets = 4096;
	b->buckets = palloc0(sizeof(uint32) * b->nbuckets);
	b->strings = palloc0(sizeof(uint32) * b->nstring_buckets);
	b->place.definition = LOGIC_NONE;
	return b;
}

void
logic_set_place(LogicBuilder *b, uint32 definition, int line, int column)
{
	b->place.definition = definition;
	b->place.line = (uint16) Min(line, PG_UINT16_MAX);
	b->place.column = (uint16) Min(column, PG_UINT16_MAX);
}

uint32
logic_append_all(LogicBuilder *b, LogicSection section, const void *elements, uint32 count)
{
	Section    *s = &b->sections[section];
	uint32		width = logic_element_size(section);
	uint32		first = s->count;

	if (s->size - s->count < count)
	{
		uint64		size = Max((uint64) s->count + count, (uint64) s->size * 2);

		size = Max(size, 64);
		s->data = s->data ? repalloc(s->data, size * width) : palloc(size * width);
		s->size = (uint32) size;
	}
	if (count > 0)
		memcpy(s->data + (size_t) first * width, elements, (size_t) count * width);
	s->count += count;
	return first;
}

uint32
logic_append(LogicBuilder *b, LogicSection section, const void *element)
{
	return logic_append_all(b, section, element, 1);
}

void *
logic_element(LogicBuilder *b, LogicSection section, uint32 i)
{
	uint8	   *data = b->sections[section].data;

	return data ? data + (size_t) i * logic_element_size(section) : NULL;
}

uint32
logic_builder_count(const LogicBuilder *b, LogicSection section)
{
	return b->sections[section].count;
}

/* FNV-1a over bytes, continued. */
static uint32
hash_bytes(uint32 h, const void *data, size_t length)
{
	const uint8 *p = data;

	for (size_t i = 0; i < length; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

/* The bucket of an element of a section, or the free one where it belongs. */
static uint32 *
element_bucket(Section *s, const void *element, uint32 width)
{
	uint32		at = hash_bytes(2166136261u, element, width) & (s->nbuckets - 1);

	while (s->buckets[at] && memcmp(s->data + (size_t) (s->buckets[at] - 1) * width, element, width) != 0)
		at = (at + 1) & (s->nbuckets - 1);
	return &s->buckets[at];
}

/* Puts the elements of a section into buckets that came since the last time; of equal ones the first. */
static void
fill_buckets(Section *s, uint32 width)
{
	if ((uint64) s->count * 2 >= s->nbuckets)
	{
		s->nbuckets = Max(s->nbuckets, 64);
		while ((uint64) s->count * 2 >= s->nbuckets)
			s->nbuckets *= 2;
		s->buckets = palloc0(sizeof(uint32) * s->nbuckets);
		s->nhashed = 0;
	}
	for (; s->nhashed < s->count; s->nhashed++)
	{
		uint32	   *bucket = element_bucket(s, s->data + (size_t) s->nhashed * width, width);

		CHECK_FOR_INTERRUPTS();
		if (*bucket == 0)
			*bucket = s->nhashed + 1;
	}
}

uint32
logic_find_or_append(LogicBuilder *b, LogicSection section, const void *element)
{
	Section    *s = &b->sections[section];
	uint32		width = logic_element_size(section);
	uint32	   *bucket;

	fill_buckets(s, width);
	bucket = element_bucket(s, element, width);
	return *bucket ? *bucket - 1 : logic_append(b, section, element);
}

/* Finds a string, or the bucket where it belongs. */
static uint32 *
string_bucket(LogicBuilder *b, const char *s, int length)
{
	uint32		at = hash_bytes(2166136261u, s, length) & (b->nstring_buckets - 1);

	while (b->strings[at])
	{
		int			known_length;
		const char *known = logic_builder_string(b, b->strings[at] - 1, &known_length);

		if (known_length == length && memcmp(known, s, length) == 0)
			break;
		at = (at + 1) & (b->nstring_buckets - 1);
	}
	return &b->strings[at];
}

/* Doubles the buckets of strings. */
static void
grow_strings(LogicBuilder *b)
{
	pfree(b->strings);
	b->nstring_buckets *= 2;
	b->strings = palloc0(sizeof(uint32) * b->nstring_buckets);
	for (uint32 i = 0; i < b->sections[LOGIC_STRINGS].count; i++)
	{
		int			length;
		const char *s = logic_builder_string(b, i, &length);

		*string_bucket(b, s, length) = i + 1;
	}
}

uint32
logic_add_string(LogicBuilder *b, const char *s, int length)
{
	uint32	   *bucket = string_bucket(b, s, length);
	uint32		end;
	uint32		string;

	if (*bucket)
		return *bucket - 1;
	(void) logic_append_all(b, LOGIC_TEXT, s, (uint32) length);
	end = b->sections[LOGIC_TEXT].count;
	string = logic_append(b, LOGIC_STRINGS, &end);
	*bucket = string + 1;
	if (string * 2 > b->nstring_buckets)
		grow_strings(b);
	return string;
}

uint32
logic_add_text(LogicBuilder *b, const char *s)
{
	return s ? logic_add_string(b, s, (int) strlen(s)) : LOGIC_NONE;
}

const char *
logic_builder_string(const LogicBuilder *b, uint32 string, int *length)
{
	const uint32 *ends = (const uint32 *) b->sections[LOGIC_STRINGS].data;
	uint32		start = string ? ends[string - 1] : 0;

	*length = (int) (ends[string] - start);
	return (const char *) b->sections[LOGIC_TEXT].data + start;
}

uint32
logic_add_constant(LogicBuilder *b, const LogicConstant *constant)
{
	return logic_find_or_append(b, LOGIC_CONSTANTS, constant);
}

uint32
logic_add_code(LogicBuilder *b, const LogicCode *code)
{
	return logic_append(b, LOGIC_CODES, code);
}

uint32
logic_add_parts(LogicBuilder *b, const uint32 *parts, uint32 count)
{
	const uint32 *known = (const uint32 *) b->sections[LOGIC_PARTS].data;
	uint32		n = b->sections[LOGIC_PARTS].count;

	for (uint32 i = 0; count > 0 && i + count <= n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (memcmp(known + i, parts, sizeof(uint32) * count) == 0)
			return i;
	}
	return logic_append_all(b, LOGIC_PARTS, parts, count);
}

uint32
logic_add_type(LogicBuilder *b, const LogicType *type, const uint32 *parts)
{
	LogicType	t = *type;

	t.first = logic_add_parts(b, parts, type->nparts);
	return logic_find_or_append(b, LOGIC_TYPES, &t);
}

uint32
logic_add_shape(LogicBuilder *b, const uint32 *names, uint32 count)
{
	LogicShape	shape = {logic_add_parts(b, names, count), count};

	return logic_find_or_append(b, LOGIC_SHAPES, &shape);
}

uint32
logic_add_property(LogicBuilder *b, const char *name)
{
	uint32		string = logic_add_text(b, name);

	return logic_find_or_append(b, LOGIC_PROPERTIES, &string);
}

uint32
logic_add_profile(LogicBuilder *b, const char *url)
{
	uint32		string = logic_add_text(b, url);

	return logic_find_or_append(b, LOGIC_PROFILES, &string);
}

LogicReach
logic_own_reach(const CqlNode *node)
{
	switch (node->op)
	{
		case CQL_OP_Retrieve:
		case CQL_OP_PathCall:	/* FHIRPath's context, and what references resolve to */
			return REACH_CHART;
		case CQL_OP_Now:
		case CQL_OP_Today:
		case CQL_OP_TimeOfDay:
		case CQL_OP_CalculateAge:
		case CQL_OP_ParameterRef:
		case CQL_OP_DateTime:	/* the offset of the evaluation */
		case CQL_OP_ToDateTime:
		case CQL_OP_Convert:
			return REACH_ARGUMENTS;
		case CQL_OP_Message:
			return REACH_CHART;
		case CQL_OP_FunctionRef:
			return node->extra2 == 1 ? REACH_CONSTANT : REACH_CHART;
		default:
			return REACH_CONSTANT;
	}
}

/* Operators that read the frame. */
static bool
reads_frame(const CqlNode *node)
{
	return node->op == CQL_OP_AliasRef || node->op == CQL_OP_OperandRef || node->op == CQL_OP_QueryLetRef ||
		node->op == CQL_OP_Current || node->op == CQL_OP_Iteration || node->op == CQL_OP_Total;
}

/* Whether a node with operands is the one that stands at i. */
static bool
same_node(const LogicBuilder *b, uint32 i, const CqlNode *node, const uint32 *args)
{
	const CqlNode *known = logic_get_node(b, i);

	return known->op == node->op && known->flag == node->flag && known->kind == node->kind &&
		known->nargs == node->nargs && known->extra == node->extra && known->extra2 == node->extra2 &&
		(node->nargs == 0 || memcmp(logic_get_args(b, i), args, sizeof(uint32) * node->nargs) == 0);
}

/* Doubles the buckets of nodes. */
static void
grow_nodes(LogicBuilder *b)
{
	pfree(b->buckets);
	b->nbuckets *= 2;
	b->buckets = palloc0(sizeof(uint32) * b->nbuckets);
	for (uint32 i = 0; i < b->nfacts; i++)
	{
		uint32		at = b->facts[i].hash & (b->nbuckets - 1);

		while (b->buckets[at])
			at = (at + 1) & (b->nbuckets - 1);
		b->buckets[at] = i + 1;
	}
}

/* What the body of a function depends on; while it is compiled, on anything. */
static LogicReach
reach_of_function(LogicBuilder *b, uint32 function)
{
	const LogicFunction *f = logic_element(b, LOGIC_FUNCTIONS, function);

	return f->body == LOGIC_NONE ? REACH_CHART : (LogicReach) b->facts[f->body].reach;
}

/* What a parameter depends on as long as nobody sets it. */
static LogicReach
reach_of_parameter(LogicBuilder *b, uint32 parameter)
{
	const LogicParameter *p = logic_element(b, LOGIC_PARAMETERS, parameter);

	return p->node == LOGIC_NONE ? REACH_ARGUMENTS : (LogicReach) b->facts[p->node].reach;
}

/* Notes what a new node depends on. */
static void
note_facts(LogicBuilder *b, const CqlNode *node, const uint32 *args, uint32 hash)
{
	NodeFacts  *facts;

	if ((b->nfacts & (b->nfacts - 1)) == 0)
		b->facts = b->facts ? repalloc(b->facts, sizeof(NodeFacts) * b->nfacts * 2) : palloc(sizeof(NodeFacts));
	facts = &b->facts[b->nfacts++];
	facts->hash = hash;
	facts->memo = 0;
	facts->reach = logic_own_reach(node);
	facts->slots = reads_frame(node);
	for (uint32 i = 0; i < node->nargs; i++)
	{
		facts->reach = Max(facts->reach, b->facts[args[i]].reach);
		facts->slots |= b->facts[args[i]].slots;
	}
	if (node->op == CQL_OP_Memo)
		facts->slots = false;
	if (node->op == CQL_OP_ParameterRef && !b->rebuilt)
		facts->reach = Max(facts->reach, reach_of_parameter(b, node->extra));
	if (node->op == CQL_OP_FunctionRef && node->extra2 == 1 && !b->rebuilt)
		facts->reach = Max(facts->reach, reach_of_function(b, node->extra));
}

uint32
logic_add_node(LogicBuilder *b, const CqlNode *node, const uint32 *args)
{
	CqlNode		n = *node;
	uint32		head[6] = {node->op, node->flag, node->kind, node->nargs, node->extra, node->extra2};
	uint32		hash = hash_bytes(hash_bytes(2166136261u, head, sizeof(head)), args, sizeof(uint32) * node->nargs);
	uint32		at = hash & (b->nbuckets - 1);
	uint32		number;

	while (b->buckets[at])
	{
		if (b->facts[b->buckets[at] - 1].hash == hash && same_node(b, b->buckets[at] - 1, node, args))
			return b->buckets[at] - 1;
		at = (at + 1) & (b->nbuckets - 1);
	}
	n.args = logic_append_all(b, LOGIC_ARGS, args, node->nargs);
	number = logic_append(b, LOGIC_NODES, &n);
	(void) logic_append(b, LOGIC_PLACES, &b->place);
	note_facts(b, node, args, hash);
	b->buckets[at] = number + 1;
	if (number * 2 > b->nbuckets)
		grow_nodes(b);
	return number;
}

const CqlNode *
logic_get_node(const LogicBuilder *b, uint32 node)
{
	return (const CqlNode *) b->sections[LOGIC_NODES].data + node;
}

const uint32 *
logic_get_args(const LogicBuilder *b, uint32 node)
{
	return (const uint32 *) b->sections[LOGIC_ARGS].data + logic_get_node(b, node)->args;
}

LogicReach
logic_reach(const LogicBuilder *b, uint32 node)
{
	return (LogicReach) b->facts[node].reach;
}

bool
logic_reads_slots(const LogicBuilder *b, uint32 node)
{
	return b->facts[node].slots;
}

uint32
logic_add_memo(LogicBuilder *b, uint32 node, uint32 nslots)
{
	CqlNode		memo = {.op = CQL_OP_Memo,.flag = b->facts[node].reach,.nargs = 1,.extra2 = nslots};
	uint32		number = b->facts[node].memo;

	if (logic_get_node(b, node)->op == CQL_OP_Memo || logic_get_node(b, node)->op == CQL_OP_Literal)
		return node;
	if (number == 0)
	{
		memo.extra = b->nmemos++;
		number = logic_add_node(b, &memo, &node) + 1;
		b->facts[node].memo = number;
	}
	return number - 1;
}

LogicBuilder *
logic_take_nodes(LogicBuilder *b)
{
	static const LogicSection taken[] = {LOGIC_NODES, LOGIC_PLACES, LOGIC_ARGS};
	LogicBuilder *old = logic_builder();

	for (size_t i = 0; i < lengthof(taken); i++)
	{
		old->sections[taken[i]] = b->sections[taken[i]];
		memset(&b->sections[taken[i]], 0, sizeof(Section));
	}
	memset(b->buckets, 0, sizeof(uint32) * b->nbuckets);
	b->nfacts = 0;
	b->facts = NULL;
	b->rebuilt = true;
	return old;
}

void
logic_set_cells(LogicBuilder *b, uint32 ncells)
{
	b->ncells = ncells;
}

void
logic_set_slots(LogicBuilder *b, uint32 nslots)
{
	b->nslots = Max(b->nslots, nslots);
}

void
logic_set_class_words(LogicBuilder *b, uint32 words)
{
	b->class_words = words;
}

/* A hash of everything behind the header. */
uint64
logic_content_hash(const uint8 *p, size_t length)
{
	uint64		h = UINT64CONST(0x9E3779B97F4A7C15) ^ length;

	for (; length >= 8; p += 8, length -= 8)
	{
		if (BYTES_LOOK(length / 8))
			CHECK_FOR_INTERRUPTS();
		h = (h ^ phm_get_u64(p)) * UINT64CONST(0xD6E8FEB86659FD93);
		h ^= h >> 32;
	}
	for (; length > 0; p++, length--)
		h = (h ^ *p) * UINT64CONST(0x100000001B3);
	return h;
}

struct varlena *
logic_finish(LogicBuilder *b)
{
	size_t		size = sizeof(LogicHeader);
	LogicHeader *logic;

	for (int i = 0; i < LOGIC_NSECTIONS; i++)
		size += ((size_t) b->sections[i].count * logic_element_size(i) + 7) & ~(size_t) 7;
	if (size > MaxAllocSize)
		return NULL;
	logic = palloc0(size);
	SET_VARSIZE(logic, size);
	logic->version = 1;
	logic->nsections = LOGIC_NSECTIONS;
	logic->nmemos = b->nmemos;
	logic->nslots = b->nslots;
	logic->class_words = b->class_words;
	logic->ncells = b->ncells;
	size = sizeof(LogicHeader);
	for (int i = 0; i < LOGIC_NSECTIONS; i++)
	{
		size_t		length = (size_t) b->sections[i].count * logic_element_size(i);

		logic->section[i].offset = (uint32) size;
		logic->section[i].count = b->sections[i].count;
		if (length > 0)
			memcpy((uint8 *) logic + size, b->sections[i].data, length);
		size += (length + 7) & ~(size_t) 7;
	}
	logic->hash = logic_content_hash((const uint8 *) logic + sizeof(LogicHeader), size - sizeof(LogicHeader));
	return (struct varlena *) logic;
}
