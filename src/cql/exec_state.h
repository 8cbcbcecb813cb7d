/*
 * exec_state.h: the inside of CqlExec, for the files that read the chart and
 * the logic.
 */
#ifndef PHM_CQL_EXEC_STATE_H
#define PHM_CQL_EXEC_STATE_H

#include <setjmp.h>

#include "cql/logic.h"
#include "cql/logic_format.h"
#include "types/codeset.h"

typedef struct ArenaBlock ArenaBlock;

/* Memory that is given back all at once. */
typedef struct Arena
{
	uint8	   *next;
	uint8	   *end;
	ArenaBlock *blocks;			/* the newest first */
	size_t		used;			/* bytes in blocks */
} Arena;

/* What a Memo remembers. */
typedef struct MemoCell
{
	CqlValue	value;
	uint64		epoch;			/* of the chart or the arguments for which it holds */
} MemoCell;

/* What a Keyed node remembers: values by what stood in its slots; the newest of a kind replaces the one before. */
#define KEYED_WAYS 8

typedef struct KeyedEntry
{
	uint64		epoch;
	uint64		zero;			/* one entry is one line of the processor's cache */
	CqlValue	key[2];
	CqlValue	value;
} KeyedEntry;

typedef struct KeyedCell
{
	KeyedEntry	entries[KEYED_WAYS];
} KeyedCell;

/*
 * What a Keyed node of one slot remembers of whole entries of one type, one value each: made when
 * there are more of them than ways.
 */
typedef struct KeyedTable
{
	uint64		epoch;
	CqlValue   *values;			/* CQL_PENDING: not computed yet */
	uint32		first;			/* entry */
	uint32		count;
	uint16		type;
	uint8		segment;
	uint8		zero;
	uint32		misses;			/* values that were replaced by others since the last chart */
} KeyedTable;

/* Elements of each type that a property name means. */
typedef struct PropertyTable
{
	const char *name;
	int			length;
	uint16	   *by_type;		/* index + 1 into choices; NULL: not used yet */
} PropertyTable;

/* Elements that a property of a type may be: one, or the types of a choice. */
typedef struct PropertyChoices
{
	uint16		count;
	FhirElement elements[58];
} PropertyChoices;

/* What is known of a segment of the chart; made when it is first asked for. */
typedef struct SegmentCache
{
	uint32	   *classes;		/* by code: class of the index; NULL: not looked up */
	uint32		asked;			/* codes that were asked for before that */
	uint64	   *present;		/* value sets of which some code is there, class_words words */
	uint64	   *profiles;		/* by entry: its profiles, profile_words each; first bit: looked up */
	uint32	   *named;			/* by string: the profile that it names + 2, 1: none of the logic's, 0: not looked up */
	const uint8 **originals;	/* by entry: a RESOURCE value in the kinds of phm.resource */
} SegmentCache;

/*
 * Whether a code is in a value set that has prefixes.  Each has some places at
 * which it may stand; when all are taken the newest replaces one.
 */
#define CODE_PLACES		4
#define CODE_ANSWER_BITS 12
#define CODE_ANSWERS	(CODE_PLACES << CODE_ANSWER_BITS)

typedef struct CodeAnswer
{
	uint64		hash;			/* of the code */
	uint32		set;			/* its number + 1, 0: free */
	bool		is_in;
} CodeAnswer;

/* Elements of a list by the hash of a part of them: join.c. */
typedef struct JoinIndex
{
	uint64		epoch;			/* of the chart for which it holds */
	const CqlValue *values;		/* the list */
	uint32		n;
	uint32		mask;
	uint32	   *heads;			/* by hash: element + 1, 0: none */
	uint32	   *next;			/* by element: the next of the same hash + 1, 0: none */
	bool		useless;
} JoinIndex;

#define JOIN_NEVER PG_UINT32_MAX

/* Elements that an index found: row + 1 of the first, those behind it in next. */
typedef struct JoinRows
{
	uint32		row;			/* 0: none */
	const uint32 *next;
} JoinRows;

/* Where an element stands when a condition is tested, and the lets that may read it. */
typedef struct JoinPlace
{
	uint32		slot;
	uint32		lets;
	uint32		nlets;
} JoinPlace;

typedef struct JoinedShape JoinedShape;

/* What traced logic records: trace_run.c. */
typedef struct TraceState
{
	uint64		epoch;			/* of the chart for which it is on */
	struct CqlTraceRecord *records; /* by clause, in the chart's arena; NULL: not yet */
	uint64		clock;			/* results so far */
	uint32		tries;			/* skipped operands that were looked at */
} TraceState;

struct CqlExec
{
	const CqlNode *nodes;
	const uint32 *args;
	const LogicHeader *logic;
	const CqlValue *constants;
	const CqlValue *retrieve_codes; /* CODES as values */
	MemoCell   *memos;
	KeyedCell  *cells;
	KeyedTable *tables;			/* one for each cell */
	JoinIndex  *joins;			/* by number, from 1 */
	bool		in_order;		/* conditions of queries are tested as they are written */
	int			early;			/* not 0: within one that is tested earlier */
	uint64		chart_epoch;
	uint64		argument_epoch;
	CqlValue   *frame;			/* slots of what runs */
	CqlValue   *top;			/* first free slot */
	CqlValue   *stack;
	CqlValue   *stack_end;
	Arena	   *arena;			/* from which operators take */
	Arena		chart_arena;
	Arena		argument_arena;
	int			depth;			/* calls and memos inside each other */
	Chart	   *chart;			/* own_chart, or NULL */
	Chart		own_chart;
	CqlExtent	extent;			/* what of the chart is there */
	CqlExtent	wanted;			/* what the evaluation that ended needed, CQL_HEAD: no more */
	CqlArguments arguments;
	CqlValue   *parameters;		/* set ones; CQL_PENDING: default */
	SegmentCache segments[CHART_MAX_SEGMENTS];
	int			one_source;		/* 1: all entries come from one source, 0: several, -1: not looked up */
	int			has_profiles;	/* the same for: some entry names profiles */
	uint32		profile_words;
	PropertyTable *properties;
	PropertyChoices *choices;
	uint32		nchoices;
	uint32		choices_size;
	CqlValue	context;		/* what FHIRPath looks at; null: the chart */
	JoinedShape *joined;		/* shapes made by Times */
	uint32		njoined;
	uint32		value_property; /* PROPERTIES of the name "value", LOGIC_NONE: none */
	CodesetView *value_sets;
	CodeAnswer *code_answers;	/* NULL: no value set has prefixes */
	ElementWriter writer;
	char	  **warnings;
	uint32		nwarnings;
	TraceState	trace;
	size_t		held;			/* bytes beside the arenas that evaluations took for as long as the logic is open */
	sigjmp_buf	jump;
	PhmError   *err;
};

#define CQL_MAX_WARNINGS 100
#define CQL_STACK_VALUES 65536
#define CQL_MAX_DEPTH 1500

/* Begins an evaluation from the outside; sigsetjmp(x->jump, 0) comes next, in the function that is left by errors. */
extern void cql_begin(CqlExec *x, PhmError *err);

/* Tells the library and definition of a node. */
extern void cql_tell_place(const CqlExec *x, const CqlNode *n, char *buffer, size_t size);

/* Ends the evaluation: more of the chart is needed than is there. */
extern void cql_want(CqlExec *x, CqlExtent extent) __attribute__((noreturn));

/* To be called before a part of the chart is read. */
static inline void
cql_need(CqlExec *x, CqlExtent extent)
{
	if (unlikely(x->extent < extent))
		cql_want(x, extent);
}

/* Counts memory that an evaluation takes for as long as the logic is open against phm.rule_memory. */
extern void cql_hold(CqlExec *x, const CqlNode *n, size_t size);

/* The hot members of an entry; what evaluates reads bodies by this, which makes sure that they are there. */
static inline void
cql_body(CqlExec *x, ChartPosition at, const uint8 **members, const uint8 **end)
{
	cql_need(x, CQL_WHOLE);
	chart_body(x->chart, at, members, end);
}

/* Makes room for n slots above what runs. */
extern void cql_need_slots(CqlExec *x, const CqlNode *n, uint32 nslots);

/* list_times.c: shapes that only exist while logic runs. */
#define CQL_JOINED 0x80000000u	/* bit of their numbers */
extern const char *cql_joined_name(const CqlExec *x, uint32 shape, uint32 i, int *length);
extern uint32 cql_joined_size(const CqlExec *x, uint32 shape);

/* model.c */
extern const PropertyChoices *cql_choices(CqlExec *x, uint32 property, FhirType type);
extern bool cql_members(CqlExec *x, CqlValue v, const uint8 **p, const uint8 **end);
extern CqlValue cql_read_property(CqlExec *x, CqlValue v, uint32 property);
extern CqlValue cql_primitive(CqlExec *x, CqlValue v);
extern CqlValue cql_from_element(CqlExec *x, const ElementValue *e, FhirType type, uint8 segment, uint32 entry);
extern CqlValue cql_entry_id(CqlExec *x, int segment, uint32 entry);
extern CqlValue cql_link_text(CqlExec *x, uint8 segment, const ElementValue *link);
extern CqlValue cql_loosen(CqlExec *x, CqlValue v);
extern CqlValue cql_original(CqlExec *x, int segment, uint32 entry);

/* clinical.c */
extern void cql_read_chart_code(CqlExec *x, int segment, uint32 code, CqlCode *c);	/* its system and code */
extern bool cql_segment_in_set(CqlExec *x, int segment, uint32 set);	/* whether some code of a segment is in a value set */
extern bool cql_code_in_set(CqlExec *x, int segment, uint32 code, uint32 set);
extern bool cql_hash_in_set(CqlExec *x, uint64 hash, const char *system, int system_length,
							const char *code, int code_length, uint32 set);
extern bool cql_chart_concept_in_set(CqlExec *x, int segment, uint32 concept, uint32 set);
extern bool cql_concept_in_set(CqlExec *x, CqlValue concept, uint32 set);

/* The Concept that an element is whose codes are in the chart's tables. */
static inline CqlValue
cql_in_chart(CqlValue v, const ElementValue *e)
{
	return (CqlValue) {.kind = CQL_CONCEPT,.flag = CQL_IN_CHART,.type = v.flag,.n = v.type == FHIR_T_Coding,.i = e->number};
}

/* native.c: CodeableConcept or Coding as a Concept; null when it is neither. */
extern CqlValue cql_native_concept(CqlExec *x, CqlValue v);

/* message.c: notes a warning: where it comes from and its code, which is the rule author's text. */
extern void cql_warn(CqlExec *x, const CqlNode *n, CqlValue code);

/* call.c */
extern CqlValue cql_call(CqlExec *x, const CqlNode *n, uint32 function, const CqlValue *operands);

/*
 * join.c: the elements of a list for which a Condition may be true; false: they must all
 * be looked at.
 */
extern bool cql_join(CqlExec *x, const CqlNode *condition, const JoinPlace *place, CqlValue list, JoinRows *rows);

/* type.c */
extern bool cql_is(CqlExec *x, CqlValue v, uint32 type);

#endif							/* PHM_CQL_EXEC_STATE_H */
