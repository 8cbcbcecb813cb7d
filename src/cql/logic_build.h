/*
 * logic_build.h: putting a logic together, piece by piece.
 *
 * Nodes, strings, constants and types that are the same are one.
 */
#ifndef PHM_LOGIC_BUILD_H
#define PHM_LOGIC_BUILD_H

#include "cql/logic_format.h"

typedef struct LogicBuilder LogicBuilder;

/* What a node's value depends on. */
typedef enum LogicReach
{
	REACH_CONSTANT,
	REACH_ARGUMENTS,			/* parameters and the evaluation time */
	REACH_CHART,
	REACH_NREACHES
} LogicReach;

extern LogicBuilder *logic_builder(void);	/* palloc'd in the current context */

/* The place that new nodes get. */
extern void logic_set_place(LogicBuilder *b, uint32 definition, int line, int column);

/* Adds a node, or finds the one that is the same; args are nodes. */
extern uint32 logic_add_node(LogicBuilder *b, const CqlNode *node, const uint32 *args);
extern const CqlNode *logic_get_node(const LogicBuilder *b, uint32 node);
extern const uint32 *logic_get_args(const LogicBuilder *b, uint32 node);

/* What an operator depends on beside its operands, the function that it calls and the default of its parameter. */
extern LogicReach logic_own_reach(const CqlNode *node);

/* What it depends on, and whether it reads slots of its frame. */
extern LogicReach logic_reach(const LogicBuilder *b, uint32 node);
extern bool logic_reads_slots(const LogicBuilder *b, uint32 node);

/* A node that evaluates another once; with nslots > 0 in a frame of its own. */
extern uint32 logic_add_memo(LogicBuilder *b, uint32 node, uint32 nslots);

extern uint32 logic_add_string(LogicBuilder *b, const char *s, int length);
extern uint32 logic_add_text(LogicBuilder *b, const char *s);	/* terminated; NULL: LOGIC_NONE */
extern uint32 logic_add_constant(LogicBuilder *b, const LogicConstant *constant);
extern uint32 logic_add_code(LogicBuilder *b, const LogicCode *code);
extern uint32 logic_add_type(LogicBuilder *b, const LogicType *type, const uint32 *parts);
extern uint32 logic_add_shape(LogicBuilder *b, const uint32 *names, uint32 count);	/* sorted by text */
extern uint32 logic_add_parts(LogicBuilder *b, const uint32 *parts, uint32 count);
extern uint32 logic_add_property(LogicBuilder *b, const char *name);
extern uint32 logic_add_profile(LogicBuilder *b, const char *url);

/* Sections whose elements stand alone: returns the number of the new one. */
extern uint32 logic_append(LogicBuilder *b, LogicSection section, const void *element);
extern uint32 logic_append_all(LogicBuilder *b, LogicSection section, const void *elements, uint32 count);
extern void *logic_element(LogicBuilder *b, LogicSection section, uint32 i);
extern uint32 logic_builder_count(const LogicBuilder *b, LogicSection section);
extern uint32 logic_find_or_append(LogicBuilder *b, LogicSection section, const void *element);

/* Takes the nodes out, with their operands and places, so that they can be put back in another form: logic_share.c. */
extern LogicBuilder *logic_take_nodes(LogicBuilder *b);

/* Puts Keyed nodes where values are worth remembering, and leaves out what nothing reaches. */
extern void logic_share(LogicBuilder *b);

/* What the plan of queries needs: logic_share.c knows it, logic_plan.c uses it. */
typedef struct LogicPlan
{
	const LogicBuilder *nodes;	/* before */
	LogicBuilder *b;			/* after, and everything that is no node */
	const uint64 *reads;		/* by node before: slots that it reads, LOGIC_FAR: others */
	const bool *messages;		/* by node before: Message is written in it */
	const uint32 *map;			/* nodes after by nodes before */
	uint32		njoins;
} LogicPlan;

#define LOGIC_FAR (UINT64CONST(1) << 63)

/* A Query, With or Without with its conditions in the order in which they are tested. */
extern uint32 logic_plan_query(LogicPlan *plan, uint32 node);
extern uint32 logic_plan_relation(LogicPlan *plan, uint32 node);

/* Flags the definitions that do not read bodies of the chart: logic_look.c. */
extern void logic_mark_looks(LogicBuilder *b);

/* An Exists of a list; of a union: whether either part has elements, which need not be compared then. */
extern uint32 logic_add_exists(LogicBuilder *b, const CqlNode *exists, uint32 list);

extern void logic_set_cells(LogicBuilder *b, uint32 ncells);
extern void logic_set_slots(LogicBuilder *b, uint32 nslots);
extern void logic_set_class_words(LogicBuilder *b, uint32 words);

/* The text of a string that was added. */
extern const char *logic_builder_string(const LogicBuilder *b, uint32 string, int *length);

extern struct varlena *logic_finish(LogicBuilder *b);

/* The hash in the header: of everything behind it. */
extern uint64 logic_content_hash(const uint8 *p, size_t length);

/* Makes the merged index of all value sets; false when it would be too large: link_index.c. */
extern bool link_index(LogicBuilder *b);

/* Size of an element of a section. */
extern uint32 logic_element_size(LogicSection section);

#endif							/* PHM_LOGIC_BUILD_H */
