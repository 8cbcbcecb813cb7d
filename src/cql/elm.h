/*
 * elm.h: what the readers of ELM share: a document (JSON and XML become the
 * same one) and the reader that makes trees of it.
 *
 * An item is an object, a list or a value.  XML attributes are members that
 * are texts, XML elements members that are objects; a member that stands
 * several times is a list of as many.  So "all items of a member" is the same
 * for one object, a list of objects and repeated elements.
 *
 * Items live in an arena that is freed after reading; trees and their
 * strings stay.
 */
#ifndef PHM_ELM_H
#define PHM_ELM_H

#include "cql/tree.h"

#define ELM_MAX_SIZE	(64 * 1024 * 1024)	/* bytes of text */
#define ELM_MAX_ITEMS	4000000
#define ELM_MAX_NESTING 50000	/* brackets inside each other: deeper trees are refused with their place */
#define ELM_MAX_TYPE_DEPTH 50
#define ELM_MAX_STEPS	50		/* of a path */
#define ELM_MAX_NAME	1000	/* bytes of a name */

typedef enum ElmKind
{
	ELM_OBJECT,
	ELM_LIST,
	ELM_TEXT,
	ELM_NUMBER,
	ELM_TRUE,
	ELM_FALSE,
	ELM_NULL
} ElmKind;

typedef struct ElmItem ElmItem;
struct ElmItem
{
	ElmItem    *next;			/* of the same object or list */
	union
	{
		ElmItem    *first;		/* OBJECT, LIST */
		const char *text;		/* TEXT, NUMBER; not terminated */
	};
	const char *name;			/* of a member; not terminated */
	uint32		length;			/* of text */
	uint32		name_length;
	uint8		kind;			/* ElmKind */
	bool		used;			/* somebody has asked for it */
};

/* Memory that is given back in one piece. */
typedef struct ElmChunk ElmChunk;

typedef struct ElmArena
{
	ElmChunk   *chunks;
	char	   *free;
	size_t		room;
	uint32		items;			/* made so far */
} ElmArena;

extern void *elm_alloc(ElmArena *arena, size_t size);	/* aligned to 8 */
extern const char *elm_keep(ElmArena *arena, const char *s, size_t length);
extern ElmItem *elm_item(ElmArena *arena, ElmKind kind);
extern void elm_free(ElmArena *arena);

/* JSON text as an item; NULL with an error. */
extern ElmItem *elm_json_document(ElmArena *arena, const char *text, size_t length, PhmError *err);

#define ELM_OP_SLOTS 1024

typedef struct ElmReader
{
	ElmArena	arena;
	PhmError   *err;
	CqlProblems *problems;
	const char *library;		/* for problems */
	const char *definition;
	int			line;			/* of the innermost item that tells it */
	int			column;
	int			depth;			/* of expressions */
	uint16		ops[ELM_OP_SLOTS];	/* hash table of names of operators: number + 1 */
	uint8		forms[CQL_NOPS];	/* of operators, number + 1; 0: the usual one */
	CqlType   **types;			/* hash table: one of each, so that equal types are the same */
	uint32		ntypes;
	uint32		types_size;
} ElmReader;

extern void elm_reader_init(ElmReader *r, CqlProblems *problems, PhmError *err);
extern void elm_reader_end(ElmReader *r);

/* A problem at the place where the reader stands. */
extern void elm_problem(ElmReader *r, const char *format,...) pg_attribute_printf(2, 3);

/* ---- members: elm_item.c ---- */

/* The member of that name, or NULL; null counts as absent. */
extern ElmItem *elm_member(const ElmItem *item, const char *name);

/* The text of a member that is a text, number or truth value; NULL when absent. */
extern const ElmItem *elm_value(ElmReader *r, const ElmItem *item, const char *name);
extern const char *elm_text(ElmReader *r, const ElmItem *item, const char *name);	/* terminated, for trees */
extern bool elm_flag(ElmReader *r, const ElmItem *item, const char *name, bool otherwise);
extern bool elm_is(const ElmItem *value, const char *text);
extern char *elm_copy(const ElmItem *value);

/* Walks the items of a member; from all zero. */
typedef struct ElmWalk
{
	ElmItem    *member;
	ElmItem    *slot;
} ElmWalk;

extern ElmItem *elm_next(const ElmItem *item, const char *name, ElmWalk *walk);
extern int	elm_count(const ElmItem *item, const char *name);

/* The type of a node without its prefix: false when it tells none. */
extern bool elm_type_name(const ElmItem *item, const char **name, int *length);

/* At most so many bytes of a text, without cutting a character; of a name in a message. */
extern int	elm_clip(const char *text, size_t length, size_t most);

static inline int
elm_shown(const char *name, size_t length)
{
	return elm_clip(name, length, 60);
}

/* Lets the reader stand at an item, and back. */
typedef struct ElmPlace
{
	int			line;
	int			column;
} ElmPlace;

extern ElmPlace elm_enter(ElmReader *r, const ElmItem *item);

static inline void
elm_leave(ElmReader *r, ElmPlace place)
{
	r->line = place.line;
	r->column = place.column;
}

/* ---- elm_type.c ---- */

extern CqlType *elm_named(ElmReader *r, const ElmItem *value);
extern CqlType *elm_specifier(ElmReader *r, ElmItem *item);

/* The type that the members NAME (a name) or NAMESpecifier tell, NULL when neither does. */
extern CqlType *elm_member_type(ElmReader *r, const ElmItem *item, const char *name);
extern CqlType *elm_result(ElmReader *r, const ElmItem *item);
extern void elm_signature(ElmReader *r, const ElmItem *item, CqlTree *t);

/* ---- elm_node.c ---- */

/* Reads an expression; implied: its operator where it tells no type, CQL_NOPS: it must. */
extern CqlTree *elm_expression(ElmReader *r, ElmItem *item, CqlOp implied);

/* The operator of that name, CQL_NOPS when there is none. */
extern CqlOp elm_op(const ElmReader *r, const char *name, int length);

/* ---- elm_special.c: nodes that the table of members does not say all about ---- */

extern CqlTree *elm_finish_property(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_retrieve(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_interval(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_list(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_null(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_number(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_sort(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_aggregate(ElmReader *r, const ElmItem *item, CqlTree *t);
extern CqlTree *elm_finish_nary(ElmReader *r, const ElmItem *item, CqlTree *t);

/* ---- elm_fhir.c ---- */

/* Decodes base64 or base64url, blanks allowed; false when it is malformed.  The result is palloc'd. */
extern bool elm_decode_base64(const uint8 *p, uint32 length, char **text, size_t *size);

/* Whether a media type is that, perhaps with parameters. */
extern bool elm_is_media_type(const char *type, int length, const char *wanted);

/* The ELM of a FHIR Library as text, JSON before XML, palloc'd; false with an error when it has none. */
extern bool elm_fhir_text(const uint8 *members, const uint8 *end, char **text, size_t *size, bool *is_xml, PhmError *err);

/* ---- elm.c ---- */

extern CqlLibrary *elm_library(ElmReader *r, ElmItem *root);

#endif							/* PHM_ELM_H */
