/*
 * logic_format.h: the bytes of phm.logic.
 *
 *   | LogicHeader | sections |
 *
 * Each section begins at a multiple of 8 and is an array of the structs below.
 * Nodes refer to nodes before them only, so that evaluation ends; functions
 * are the exception, their depth is bounded when they run.
 */
#ifndef PHM_LOGIC_FORMAT_H
#define PHM_LOGIC_FORMAT_H

#include "cql/exec.h"

typedef enum LogicSection
{
	LOGIC_NODES,				/* CqlNode */
	LOGIC_PLACES,				/* LogicPlace, one per node */
	LOGIC_ARGS,					/* uint32: operands of nodes */
	LOGIC_STRINGS,				/* uint32: end of each in TEXT */
	LOGIC_TEXT,					/* bytes */
	LOGIC_CONSTANTS,			/* LogicConstant */
	LOGIC_CODES,				/* LogicCode */
	LOGIC_TYPES,				/* LogicType */
	LOGIC_PARTS,				/* uint32: types in types, names in shapes */
	LOGIC_SHAPES,				/* LogicShape */
	LOGIC_PROPERTIES,			/* uint32: string */
	LOGIC_FUNCTIONS,			/* LogicFunction */
	LOGIC_OVERLOADS,			/* uint32: functions */
	LOGIC_DEFINITIONS,			/* LogicDefinition */
	LOGIC_RESULTS,				/* uint32: definitions */
	LOGIC_PARAMETERS,			/* LogicParameter */
	LOGIC_QUERIES,				/* LogicQuery */
	LOGIC_RETRIEVES,			/* LogicRetrieve */
	LOGIC_PROFILES,				/* uint32: string */
	LOGIC_VALUE_SETS,			/* LogicValueSet */
	LOGIC_CODESETS,				/* bytes: payloads of phm.codeset */
	LOGIC_INDEX,				/* LogicIndexSlot: merged index of all value sets */
	LOGIC_CLASSES,				/* uint64: LogicHeader.class_words per class of codes that are in the same sets */
	LOGIC_TRACES,				/* LogicTrace: clauses of traced logic, none otherwise */
	LOGIC_NSECTIONS
} LogicSection;

typedef struct LogicHeader
{
	int32		vl_len_;		/* varlena header: use SET_VARSIZE */
	uint8		version;
	uint8		flags;			/* 0 */
	uint16		nsections;
	uint64		hash;			/* of everything behind the header */
	uint32		nmemos;
	uint32		class_words;	/* words of a class: a bit per value set */
	uint32		nslots;			/* of the frame of definitions */
	uint32		ncells;			/* of Keyed nodes */
	struct
	{
		uint32		offset;		/* from the start of the value */
		uint32		count;		/* elements */
	}			section[LOGIC_NSECTIONS + (LOGIC_NSECTIONS & 1)];
} LogicHeader;

/* Where a node stands in the source. */
typedef struct LogicPlace
{
	uint32		definition;
	uint16		line;			/* 0: not told; at most 65535 */
	uint16		column;
} LogicPlace;

#define LOGIC_NONE PG_UINT32_MAX

/* A value of its own: what Literal has in extra. */
typedef struct LogicConstant
{
	uint8		kind;			/* CqlKind: up to CODE, CONCEPT, VALUE_SET, CODE_SYSTEM or NULL */
	uint8		flag;
	uint16		type;
	uint32		n;				/* DECIMAL, QUANTITY: bits 64 to 95 of the mantissa; CONCEPT: number of codes */
	int64		i;				/* number; bits 0 to 63 of the mantissa; CODE, CONCEPT: first code; VALUE_SET: index */
	uint32		string;			/* STRING: text; QUANTITY: unit; CONCEPT: display; CODE_SYSTEM: URI */
	int32		high;			/* DECIMAL, QUANTITY: bits 96 to 127 of the mantissa; otherwise 0 */
} LogicConstant;

/* The mantissa of a constant's number. */
static inline int128
logic_mantissa(const LogicConstant *c)
{
	return (int128) ((uint128) (int128) c->high << 96 | (uint128) c->n << 64 | (uint64) c->i);
}

/* Strings, LOGIC_NONE: absent. */
typedef struct LogicCode
{
	uint32		code;
	uint32		system;
	uint32		version;
	uint32		display;
} LogicCode;

typedef struct LogicType
{
	uint8		form;			/* CqlTypeForm */
	uint8		kind;			/* CqlKind; CQL_NULL: any */
	uint16		fhir;			/* FhirType */
	uint32		first;			/* of its parts */
	uint32		nparts;
} LogicType;

/* The names of a tuple, sorted; PARTS hold strings. */
typedef struct LogicShape
{
	uint32		first;
	uint32		count;
} LogicShape;

typedef struct LogicFunction
{
	uint32		name;
	uint32		library;
	uint32		body;			/* node */
	uint32		noperands;
	uint32		nslots;			/* of its frame, operands first */
	uint32		types;			/* PARTS: type of each operand */
} LogicFunction;

typedef struct LogicDefinition
{
	uint32		library;		/* strings */
	uint32		name;
	uint32		node;			/* LOGIC_NONE: a function, there for its places */
	uint32		flags;			/* DEFINITION_... */
} LogicDefinition;

#define DEFINITION_LOOKS		0x01	/* is likely to need no bodies of the chart: the rest is read when it does */

typedef struct LogicParameter
{
	uint32		library;
	uint32		name;
	uint32		node;			/* default, LOGIC_NONE: none */
	uint32		type;			/* LOGIC_NONE: not told */
} LogicParameter;

/*
 * Operands of a Query: sources, lets (LetClause: extra is the number of the source at
 * which it is computed anew), relationships, conditions, then those that flags tell, then
 * sort items.  A Condition has in extra how many sources must have their values before it
 * is tested; flag: CONDITION_...; with three operands, the others are the sides of an equation by which elements of the
 * last of these sources can be found, and extra2 is the number of the index.
 */
typedef struct LogicQuery
{
	uint16		nsources;
	uint16		nlets;
	uint16		nrelations;
	uint16		nsorts;
	uint32		slot;			/* of the first source; lets and then the accumulator follow */
	uint32		flags;
} LogicQuery;

#define QUERY_WHERE				0x01
#define QUERY_RETURN			0x02
#define QUERY_AGGREGATE			0x04	/* expression and starting */
#define QUERY_DISTINCT			0x08	/* of return or aggregate */
#define QUERY_CONDITIONS_SHIFT	16		/* number of Conditions, which stand instead of the where */

#define CONDITION_POSITION		0x3F	/* of flag: its place in the source */
#define CONDITION_EARLY			0x40	/* it is tested before what is written before it */

/*
 * Dated: a condition, and the range with which it compares a property (extra2) of what is in
 * a slot (extra); flag: on which sides of the range an entry of that time cannot fit.
 */
#define DATED_FROM				0x01
#define DATED_TO				0x02

/* Conditions of a query. */
static inline uint32
query_conditions(const LogicQuery *q)
{
	return q->flags >> QUERY_CONDITIONS_SHIFT;
}

/* Operands that conditions, return and aggregate take. */
static inline uint32
query_clauses(const LogicQuery *q)
{
	return query_conditions(q) + ((q->flags & QUERY_WHERE) != 0) + ((q->flags & QUERY_RETURN) != 0) +
		2 * ((q->flags & QUERY_AGGREGATE) != 0);
}

typedef enum LogicFilter
{
	RETRIEVE_ALL,
	RETRIEVE_VALUE_SET,			/* in a value set: filter_value */
	RETRIEVE_CODES,				/* equivalent to one of CODES: filter_value, filter_count */
	RETRIEVE_NOT_DONE,			/* negation: the value set is named as what was not done */
	RETRIEVE_ANY				/* what operand 0 of the node gives */
} LogicFilter;

typedef struct LogicRetrieve
{
	uint16		type;			/* FhirType */
	uint8		filter;			/* LogicFilter */
	uint8		main;			/* the code property is the main code of the type */
	uint8		negative;		/* the profile is one of what was not done */
	uint8		comparator;		/* CQL_CODE_... */
	uint16		zero;
	uint32		profile;		/* LOGIC_NONE: none */
	uint32		property;		/* code property; LOGIC_NONE: none */
	uint32		date_property;	/* LOGIC_NONE: none; range: last operand of the node */
	uint32		filter_value;
	uint32		filter_count;
} LogicRetrieve;

typedef struct LogicValueSet
{
	uint32		url;			/* strings */
	uint32		version;		/* LOGIC_NONE: none */
	uint32		codes;			/* offset in CODESETS, LOGIC_NONE: a value set that is missing */
	uint32		length;
	uint32		prefixes;		/* it has codes by prefix: ask the codeset itself */
	uint32		zero;
} LogicValueSet;

/* Open addressing by hash of a code; class 0: free. */
typedef struct LogicIndexSlot
{
	uint64		hash;
	uint32		class;
	uint32		zero;
} LogicIndexSlot;

/* How a clause stands in what is around it. */
typedef enum TraceRole
{
	TRACE_BODY,					/* it is all that a definition says */
	TRACE_OPERAND,
	TRACE_CONDITION,			/* of where and such that: one of those that must all be true */
	TRACE_RELATION,				/* with or without */
	TRACE_SOURCE,
	TRACE_LET,
	TRACE_RESULT,				/* of a query */
	TRACE_NROLES
} TraceRole;

/* What of an element a condition looks at. */
#define TRACE_TOUCHES_DATE		0x01
#define TRACE_TOUCHES_VALUE		0x02
#define TRACE_TOUCHES_CODE		0x04
#define TRACE_TOUCHES_STATUS	0x08
#define TRACE_TOUCHES_OTHER		0x10
#define TRACE_TOUCHES_ALL		0x1F

/*
 * A clause of traced logic: a part of the text of its definition, and the node
 * whose results it has.  Clauses stand in the order of their text, each behind
 * the one around it.
 */
typedef struct LogicTrace
{
	uint32		definition;
	uint32		parent;			/* the clause around it, LOGIC_NONE: it is the body */
	uint32		text;			/* body: string, the definition as CQL; others LOGIC_NONE */
	uint32		start;			/* of the clause in that text, in bytes */
	uint32		end;
	uint32		node;			/* LOGIC_NONE: never evaluated as such */
	uint32		row;			/* query or relationship of whose elements it speaks, LOGIC_NONE: none */
	uint32		slot;			/* query or relationship: of its first element */
	uint16		op;				/* CqlOp of the expression */
	uint8		role;			/* TraceRole */
	uint8		touches;		/* TRACE_TOUCHES_... */
	uint16		nsources;		/* query or relationship: of its elements */
	uint16		zero;
} LogicTrace;

/* What a Trace node is (flag). */
typedef enum TraceNode
{
	TRACE_POINT,				/* records the result of its operand as that of clause extra */
	TRACE_LOGIC,				/* And, Or, Implies: looks at the operand that was skipped, too */
	TRACE_WITH,					/* whether a relationship holds: source, such that; extra: slot */
	TRACE_WITHOUT,
	TRACE_ALL,					/* whether all conditions of a row are true */
	TRACE_NNODES
} TraceNode;

static inline const void *
logic_section(const LogicHeader *logic, LogicSection section)
{
	return (const uint8 *) logic + logic->section[section].offset;
}

static inline uint32
logic_count(const LogicHeader *logic, LogicSection section)
{
	return logic->section[section].count;
}

/* A string of the logic. */
static inline const char *
logic_string(const LogicHeader *logic, uint32 string, int *length)
{
	const uint32 *ends = logic_section(logic, LOGIC_STRINGS);
	uint32		start = string ? ends[string - 1] : 0;

	*length = (int) (ends[string] - start);
	return (const char *) logic_section(logic, LOGIC_TEXT) + start;
}

/* The name of a native function, NULL: there is none of this number: native.c. */
extern const char *native_name(uint32 native);

/* Whether a native function gives a Code, of which code and system may be all that is asked for (flag of its node). */
extern bool native_gives_code(uint32 native);

/* Whether it makes an interval of a Period. */
extern bool native_takes_period(uint32 native);

#define NATIVE_CODE_ALONE 1

/* The name of a type as CQL writes it: logic_read.c. */
extern void logic_print_type(const LogicHeader *logic, uint32 type, StringInfo out);

#endif							/* PHM_LOGIC_FORMAT_H */
