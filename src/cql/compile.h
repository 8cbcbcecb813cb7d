/*
 * compile.h: what the files that turn trees into nodes share (link.c,
 * compile.c, compile_query.c, compile_clinical.c).
 */
#ifndef PHM_CQL_COMPILE_H
#define PHM_CQL_COMPILE_H

#include "cql/logic.h"
#include "cql/logic_build.h"

typedef struct Scope Scope;
struct Scope
{
	Scope	   *outer;
	const char *name;			/* NULL: the element that a sort item looks at */
	CqlOp		op;				/* AliasRef, QueryLetRef, OperandRef, Current ... */
	uint32		slot;
	uint32		let;			/* QueryLetRef: node of its expression */
};

typedef struct LinkLibrary LinkLibrary;

/* What is being compiled. */
typedef struct Compile
{
	struct Linker *linker;
	LogicBuilder *b;
	LinkLibrary *library;		/* in which names are looked up; NULL: an expression of its own */
	uint32		definition;
	Scope	   *scope;			/* innermost name */
	uint32		next_slot;
	uint32		max_slot;
	int			depth;
	bool		trace;			/* clauses record their results */
	uint32		row;			/* clause of the query or relationship in whose row this is + 1, 0: none */
} Compile;

/* Compiles an expression; NULL is a null. */
extern uint32 compile_expression(Compile *c, const CqlTree *tree);

/* Compiles a node of already compiled operands. */
extern uint32 compile_node(Compile *c, CqlOp op, uint8 flag, uint32 extra, uint32 nargs, const uint32 *args);
/* A property of a compiled source; that of the value of another property is read in one step. */
extern uint32 compile_step(Compile *c, const char *name, uint32 source);
extern uint32 compile_null(Compile *c, CqlKind kind);
extern uint32 compile_type(Compile *c, const CqlType *type);

/* Reports a problem at a tree's place. */
extern void compile_problem(Compile *c, const CqlTree *tree, const char *format,...) pg_attribute_printf(3, 4);

/* Whether nothing in it reads a name of the scope. */
extern bool compile_is_closed(const Compile *c, const CqlTree *tree);

/* compile_query.c */
extern uint32 compile_query(Compile *c, const CqlTree *tree);
extern uint32 compile_sort(Compile *c, const CqlTree *tree);
extern uint32 compile_loop(Compile *c, const CqlTree *tree);

/* compile_clinical.c */
extern uint32 compile_retrieve(Compile *c, const CqlTree *tree);
extern uint32 compile_code(Compile *c, const CqlTree *tree);
extern uint32 compile_vocabulary(Compile *c, const CqlTree *tree);	/* Instance of ValueSet or CodeSystem */
extern uint32 compile_reference(Compile *c, const CqlTree *tree);	/* CodeRef, ConceptRef, ValueSetRef, CodeSystemRef */

/* compile_fhirpath.c */
extern uint32 compile_path(Compile *c, const CqlTree *tree);

/* link.c: what names mean; reports a problem of the definition under way. */
extern void link_report(Compile *c, int line, int column, const char *message);
extern uint32 link_expression(Compile *c, const CqlTree *tree);
extern uint32 link_parameter(Compile *c, const CqlTree *tree);
extern uint32 link_function(Compile *c, const CqlTree *tree, const uint32 *args);
extern const CqlDef *link_definition(Compile *c, const CqlTree *tree, CqlDefKind kind, LinkLibrary **library);
extern uint32 link_value_set(Compile *c, const CqlTree *tree, const CqlDef *def);

/* The function that a call means, the first of several, and the name of its library; NULL: none. */
extern const CqlDef *link_called(Compile *c, const CqlTree *tree, const char **library);

/* Whether the library under way is written for a model. */
extern bool link_uses(const Compile *c, const char *model);

/* trace.c: clauses of traced logic; trace_text.c writes a definition as CQL and finds its clauses. */
extern void trace_definition(Compile *c, const CqlDef *def);
extern uint32 trace_write(Compile *c, const CqlDef *def);	/* the text, a string */
extern uint32 trace_clause(Compile *c, const CqlTree *tree, uint32 node);
extern uint32 trace_logic(Compile *c, uint32 node);
extern uint32 trace_relation(Compile *c, const CqlTree *tree, uint32 slot, const uint32 *args);
extern void trace_row(Compile *c, const CqlTree *tree, uint32 slot, uint32 nsources);
extern uint32 trace_all(Compile *c, const uint32 *conditions, uint32 n);
extern void trace_finish(LogicBuilder *b);

/* A name on the scope, or NULL. */
extern const Scope *compile_find_name(const Compile *c, const char *name);

/* native.c: number of the native code that stands for a function + 1, 0: none. */
extern uint32 native_find(const CqlDef *def);

#endif							/* PHM_CQL_COMPILE_H */
