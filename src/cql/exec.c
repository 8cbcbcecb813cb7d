/*
 * exec.c: opening logic and evaluating it: nodes, memos, memory, errors.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

struct ArenaBlock
{
	ArenaBlock *older;
	size_t		size;
	size_t		zero[2];		/* keeps what follows aligned to 16 */
	uint8		data[];
};

#define FIRST_BLOCK (64 * 1024)

/* More is asked for than the setting allows. */
static void __attribute__((noreturn))
fail_memory(CqlExec *x, const CqlNode *n)
{
	cql_fail(x, n, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "evaluation needs more memory than phm.rule_memory allows");
}

void
cql_hold(CqlExec *x, const CqlNode *n, size_t size)
{
	if (x->arena->used + x->held + size > x->arguments.memory)
		fail_memory(x, n);
	x->held += size;
}

/* Takes a new block that has room for size bytes. */
static void
add_block(CqlExec *x, Arena *arena, size_t size)
{
	size_t		want = arena->blocks ? Max(arena->blocks->size * 2, size) : Max((size_t) FIRST_BLOCK, size);
	ArenaBlock *block;

	want = Max(Min(want, (size_t) 4 * 1024 * 1024), size);
	if (arena->used + x->held + want > x->arguments.memory && arena->used + x->held + size > x->arguments.memory)
		fail_memory(x, NULL);
	CHECK_FOR_INTERRUPTS();
	block = palloc_extended(sizeof(ArenaBlock) + want, MCXT_ALLOC_HUGE);
	block->older = arena->blocks;
	block->size = want;
	arena->blocks = block;
	arena->used += want;
	arena->next = block->data;
	arena->end = block->data + want;
}

void *
cql_alloc(CqlExec *x, size_t size)
{
	Arena	   *arena = x->arena;
	uint8	   *p;

	size = (size + 15) & ~(size_t) 15;
	if (unlikely((size_t) (arena->end - arena->next) < size))
		add_block(x, arena, size);
	p = arena->next;
	arena->next += size;
	return p;
}

/* Gives everything back but one block. */
static void
reset_arena(Arena *arena)
{
	ArenaBlock *block = arena->blocks;

	if (block == NULL)
		return;
	while (block->older)
	{
		ArenaBlock *older = block->older;

		arena->used -= block->size;
		pfree(block);
		block = older;
	}
	arena->blocks = block;
	arena->next = block->data;
	arena->end = block->data + block->size;
}

void
cql_tell_place(const CqlExec *x, const CqlNode *n, char *buffer, size_t size)
{
	const LogicPlace *place;
	const LogicDefinition *d;
	const char *library;
	const char *name;
	int			library_length;
	int			name_length;
	int			length;

	buffer[0] = '\0';
	if (n == NULL || n < x->nodes || n >= x->nodes + logic_count(x->logic, LOGIC_NODES))
		return;
	place = (const LogicPlace *) logic_section(x->logic, LOGIC_PLACES) + (n - x->nodes);
	if (place->definition >= logic_count(x->logic, LOGIC_DEFINITIONS))
		return;
	d = (const LogicDefinition *) logic_section(x->logic, LOGIC_DEFINITIONS) + place->definition;
	library = logic_string(x->logic, d->library, &library_length);
	name = logic_string(x->logic, d->name, &name_length);
	if (library_length == 0)
	{
		/* an expression without a library */
		if (place->line > 0)
			snprintf(buffer, size, "At line %d, column %d of the expression.", place->line, place->column);
		return;
	}
	length = snprintf(buffer, size, "Library %.*s, definition \"%.*s\"", library_length, library, name_length, name);
	length = Min(length, (int) size - 1);
	if (place->line > 0)
		snprintf(buffer + length, size - length, ", line %d, column %d.", place->line, place->column);
	else
		snprintf(buffer + length, size - length, ".");
}

void
cql_fail(CqlExec *x, const CqlNode *n, int sqlstate, const char *format,...)
{
	va_list		args;

	if (x->err)
	{
		x->err->sqlstate = sqlstate;
		x->err->position = -1;
		va_start(args, format);
		vsnprintf(x->err->message, sizeof(x->err->message), format, args);
		va_end(args);
		cql_tell_place(x, n, x->err->detail, sizeof(x->err->detail));
		x->err->hint[0] = '\0';
	}
	siglongjmp(x->jump, 1);
}

void
cql_fail_type(CqlExec *x, const CqlNode *n, CqlValue v)
{
	cql_fail(x, n, ERRCODE_DATATYPE_MISMATCH, "%s does not take a value of type %s",
			 n && cql_operators[n->op].name ? cql_operators[n->op].name : "this operator",
			 v.kind == CQL_ELEMENT && v.type ? fhir_types[v.type].name : cql_kind_name((CqlKind) v.kind));
}

void
cql_want(CqlExec *x, CqlExtent extent)
{
	x->wanted = extent;
	cql_fail(x, NULL, ERRCODE_INTERNAL_ERROR, "an evaluation needs more of the chart than is there");
}

int
cql_offset(const CqlExec *x)
{
	return x->arguments.offset;
}

PhmDateTime
cql_now(const CqlExec *x)
{
	return x->arguments.now;
}

/* Evaluates a strict operator of more than two operands. */
static pg_noinline CqlValue
eval_strict(CqlExec *x, const CqlNode *n, const CqlOperator *op)
{
	CqlValue	a[CQL_MAX_STRICT];

	for (uint32 i = 0; i < n->nargs; i++)
	{
		a[i] = cql_eval(x, x->args[n->args + i]);
		if (a[i].kind == CQL_NULL && op->way == CQL_NULLS)
			return (CqlValue) {.kind = CQL_NULL,.type = n->kind};
	}
	return ((CqlStrict) op->function) (x, n, a);
}

/* Evaluates an operator by its table. */
static pg_noinline CqlValue
eval_operator(CqlExec *x, const CqlNode *n)
{
	const CqlOperator *op = &cql_operators[n->op];
	CqlValue	a[2];

	if (op->way == CQL_LAZY)
		return ((CqlLazy) op->function) (x, n);
	if (n->nargs > 2)
		return eval_strict(x, n, op);
	for (uint32 i = 0; i < n->nargs; i++)
	{
		a[i] = cql_eval(x, x->args[n->args + i]);
		if (a[i].kind == CQL_NULL && op->way == CQL_NULLS)
			return (CqlValue) {.kind = CQL_NULL,.type = n->kind};
	}
	return ((CqlStrict) op->function) (x, n, a);
}

/* Evaluates a node: the most frequent ones without a look at the table. */
static inline CqlValue
eval_node(CqlExec *x, const CqlNode *n)
{
	const MemoCell *memo;

	switch (n->op)
	{
		case CQL_OP_Literal:
			return x->constants[n->extra];
		case CQL_OP_AliasRef:
			return x->frame[n->extra];
		case CQL_OP_Memo:
			memo = &x->memos[n->extra];
			if (memo->epoch == (n->flag == 2 ? x->chart_epoch : x->argument_epoch))
				return memo->value;
			return cql_memo_op(x, n);
		case CQL_OP_Keyed:
			return cql_keyed_op(x, n);
		default:
			return eval_operator(x, n);
	}
}

CqlValue
cql_eval(CqlExec *x, uint32 node)
{
	return eval_node(x, &x->nodes[node]);
}

CqlValue
cql_eval_arg(CqlExec *x, const CqlNode *n, uint32 i)
{
	return eval_node(x, &x->nodes[x->args[n->args + i]]);
}

/* What only has a meaning inside another operator. */

CqlValue
cql_clause_op(CqlExec *x, const CqlNode *n)
{
	cql_fail(x, n, ERRCODE_DATA_CORRUPTED, "a clause stands where an expression belongs");
}

void
cql_need_slots(CqlExec *x, const CqlNode *n, uint32 nslots)
{
	if ((size_t) (x->stack_end - x->top) < nslots || x->depth > CQL_MAX_DEPTH)
		cql_fail(x, n, ERRCODE_STATEMENT_TOO_COMPLEX, "functions call each other too deeply");
	check_stack_depth();
}

/* Evaluates its operand once for a chart, or for all charts. */

CqlValue
cql_memo_op(CqlExec *x, const CqlNode *n)
{
	MemoCell   *memo = &x->memos[n->extra];
	uint64		epoch = n->flag == 2 ? x->chart_epoch : x->argument_epoch;
	CqlValue   *frame = x->frame;
	CqlValue   *top = x->top;
	Arena	   *arena = x->arena;
	CqlValue	v;

	if (memo->epoch == epoch)
		return memo->value;
	CHECK_FOR_INTERRUPTS();
	cql_need_slots(x, n, n->extra2);
	x->depth++;
	if (n->extra2 > 0)
	{
		memset(top, 0, sizeof(CqlValue) * n->extra2);	/* what stood there may be gone */
		x->frame = top;
		x->top = top + n->extra2;
	}
	x->arena = n->flag == 2 ? &x->chart_arena : &x->argument_arena;
	v = cql_eval(x, x->args[n->args]);
	x->arena = arena;
	x->frame = frame;
	x->top = top;
	x->depth--;
	memo->value = v;
	memo->epoch = epoch;
	return v;
}

/* Whether two values are bit for bit the same. */
static inline bool
same_bits(const CqlValue *a, const CqlValue *b)
{
	return memcmp(a, b, sizeof(CqlValue)) == 0;
}

#define MANY_MISSES 3			/* after which a table is made */

/* A table for the entries of the type and segment of one, when they are more than a few. */
static pg_noinline void
make_table(CqlExec *x, KeyedTable *t, const CqlValue *entry)
{
	uint32		first;
	uint32		count = chart_range(x->chart, entry->flag, (FhirType) entry->type, &first);

	t->misses = 0;
	if (count <= KEYED_WAYS || entry->n < first || entry->n >= first + count)
		return;
	t->values = cql_alloc_values(x, count);
	memset(t->values, 0, sizeof(CqlValue) * count);
	for (uint32 i = 0; i < count; i++)
		t->values[i].kind = CQL_PENDING;
	t->first = first;
	t->count = count;
	t->type = entry->type;
	t->segment = entry->flag;
	t->epoch = x->chart_epoch;
}

/* The place in a table for what a slot holds; NULL: there is none. */
static inline CqlValue *
table_place(const CqlExec *x, const KeyedTable *t, const CqlValue *v)
{
	if (t->epoch != x->chart_epoch || v->kind != CQL_ELEMENT || v->element != NULL || v->type != t->type ||
		v->flag != t->segment || v->n - t->first >= t->count)
		return NULL;
	return &t->values[v->n - t->first];
}

/* Evaluates its operand once for what stands in the slots that it reads. */

CqlValue
cql_keyed_op(CqlExec *x, const CqlNode *n)
{
	const CqlValue *first = &x->frame[n->extra2 & 0xFFFF];
	uint32		other = n->extra2 >> 16;
	CqlValue	key[2] = {*first, other == 0xFFFF ? *first : x->frame[other]};
	KeyedTable *table = &x->tables[n->extra];
	KeyedEntry *e;
	CqlValue   *place;
	CqlValue	v;
	uint64		h;

	if (unlikely(x->arena != &x->chart_arena))	/* what lives longer than the chart must not hold what does not */
	{
		check_stack_depth();
		return cql_eval_arg(x, n, 0);
	}
	place = other == 0xFFFF ? table_place(x, table, &key[0]) : NULL;
	if (place)
	{
		if (place->kind != CQL_PENDING)
			return *place;
		check_stack_depth();
		v = cql_eval_arg(x, n, 0);
		return *place = v;
	}
	h = (key[0].i ^ ((uint64) key[0].n << 7) ^ ((uint64) key[1].i << 1) ^ ((uint64) key[1].n << 9)) *
		UINT64CONST(0x9E3779B97F4A7C15);
	e = &x->cells[n->extra].entries[h >> 61];
	if (e->epoch == x->chart_epoch && same_bits(&e->key[0], &key[0]) && same_bits(&e->key[1], &key[1]))
		return e->value;
	check_stack_depth();
	v = cql_eval_arg(x, n, 0);
	if (e->epoch == x->chart_epoch && other == 0xFFFF && key[0].kind == CQL_ELEMENT && key[0].element == NULL &&
		++table->misses >= MANY_MISSES && table->epoch != x->chart_epoch)
		make_table(x, table, &key[0]);
	e->key[0] = key[0];
	e->key[1] = key[1];
	e->value = v;
	e->epoch = x->chart_epoch;
	return v;
}

/* A code of the logic. */
static CqlCode
open_code(const LogicHeader *logic, const LogicCode *c)
{
	CqlCode		code = {0};

	if (c->code != LOGIC_NONE)
		code.code = logic_string(logic, c->code, &code.code_length);
	if (c->system != LOGIC_NONE)
		code.system = logic_string(logic, c->system, &code.system_length);
	if (c->version != LOGIC_NONE)
		code.version = logic_string(logic, c->version, &code.version_length);
	if (c->display != LOGIC_NONE)
		code.display = logic_string(logic, c->display, &code.display_length);
	return code;
}

/* A constant with more than one part. */
static CqlValue
open_structure(CqlExec *x, const LogicConstant *c)
{
	const LogicCode *codes = logic_section(x->logic, LOGIC_CODES);
	CqlCode	   *list;
	CqlCode		code;
	const char *text = NULL;
	int			length = 0;

	if (c->kind == CQL_QUANTITY)
	{
		text = logic_string(x->logic, c->string, &length);
		return cql_make_quantity(x, (Decimal) {logic_mantissa(c), c->flag}, text, length);
	}
	if (c->kind == CQL_CODE)
	{
		code = open_code(x->logic, &codes[c->i]);
		return cql_make_code(x, &code);
	}
	list = cql_alloc(x, sizeof(CqlCode) * (c->n + 1));
	for (uint32 i = 0; i < c->n; i++)
	{
		code = open_code(x->logic, &codes[c->i + i]);
		list[i] = *cql_make_code(x, &code).code;
	}
	if (c->string != LOGIC_NONE)
		text = logic_string(x->logic, c->string, &length);
	return cql_make_concept(x, list, c->n, text, length);
}

/* All codes as values. */
static const CqlValue *
open_codes(CqlExec *x)
{
	const LogicCode *codes = logic_section(x->logic, LOGIC_CODES);
	uint32		n = logic_count(x->logic, LOGIC_CODES);
	CqlValue   *values = cql_alloc_values(x, n + 1);

	for (uint32 i = 0; i < n; i++)
	{
		CqlCode		code = open_code(x->logic, &codes[i]);

		values[i] = cql_make_code(x, &code);
	}
	return values;
}

/* A constant as a value. */
static CqlValue
open_constant(CqlExec *x, const LogicConstant *c)
{
	const char *text;
	int			length;

	switch (c->kind)
	{
		case CQL_STRING:
			text = logic_string(x->logic, c->string, &length);
			return cql_string(text, length);
		case CQL_DECIMAL:
			return cql_make_scaled(x, logic_mantissa(c), c->flag);
		case CQL_QUANTITY:
		case CQL_CODE:
		case CQL_CONCEPT:
			return open_structure(x, c);
		default:
			return (CqlValue) {.kind = c->kind,.flag = c->flag,.type = c->type,.n = c->n,.i = c->i};
	}
}

/* Indexes that conditions of queries may use. */
static void
open_joins(CqlExec *x)
{
	uint32		n = 0;

	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_NODES); i++)
		n += x->nodes[i].op == CQL_OP_Condition && x->nodes[i].extra2 > 0;
	x->joins = palloc0(sizeof(JoinIndex) * (n + 1));
}

/* Prepares what operators look up by number. */
static void
open_tables(CqlExec *x)
{
	const LogicHeader *logic = x->logic;
	const uint32 *names = logic_section(logic, LOGIC_PROPERTIES);
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);
	const uint8 *codesets = logic_section(logic, LOGIC_CODESETS);
	uint32		n = logic_count(logic, LOGIC_PROPERTIES);

	x->properties = palloc0(sizeof(PropertyTable) * (n + 1));
	x->value_property = LOGIC_NONE;
	for (uint32 i = 0; i < n; i++)
	{
		x->properties[i].name = logic_string(logic, names[i], &x->properties[i].length);
		if (x->properties[i].length == 5 && memcmp(x->properties[i].name, "value", 5) == 0)
			x->value_property = i;
	}
	n = logic_count(logic, LOGIC_VALUE_SETS);
	x->value_sets = palloc0(sizeof(CodesetView) * (n + 1));
	for (uint32 i = 0; i < n; i++)
	{
		if (sets[i].codes != LOGIC_NONE)
			codeset_view_init(&x->value_sets[i], codesets + sets[i].codes);
		if (sets[i].prefixes && x->code_answers == NULL)
			x->code_answers = palloc0(sizeof(CodeAnswer) * CODE_ANSWERS);
	}
	x->profile_words = (logic_count(logic, LOGIC_PROFILES) + 1 + 63) / 64;
}

CqlExec *
cql_open(const void *datum)
{
	const LogicHeader *logic = datum;
	CqlExec    *x = palloc0(sizeof(CqlExec));
	const LogicConstant *constants = logic_section(logic, LOGIC_CONSTANTS);
	CqlValue   *values;
	uint32		n = logic_count(logic, LOGIC_CONSTANTS);
	Arena	   *own = palloc0(sizeof(Arena));

	x->logic = logic;
	x->nodes = logic_section(logic, LOGIC_NODES);
	x->args = logic_section(logic, LOGIC_ARGS);
	x->memos = palloc0(sizeof(MemoCell) * (logic->nmemos + 1));
	x->cells = (KeyedCell *) TYPEALIGN(64, palloc0(sizeof(KeyedCell) * (logic->ncells + 1) + 64));
	x->tables = palloc0(sizeof(KeyedTable) * (logic->ncells + 1));
	x->stack = palloc_extended(sizeof(CqlValue) * CQL_STACK_VALUES, MCXT_ALLOC_HUGE);
	x->stack_end = x->stack + CQL_STACK_VALUES;
	x->frame = x->top = x->stack;
	x->chart_epoch = x->argument_epoch = 1;
	x->extent = CQL_WHOLE;
	x->arguments.memory = (size_t) 1 << 40;
	x->arena = own;				/* constants live as long as this */
	values = palloc0(sizeof(CqlValue) * (n + 1));
	for (uint32 i = 0; i < n; i++)
		values[i] = open_constant(x, &constants[i]);
	x->constants = values;
	x->retrieve_codes = open_codes(x);
	x->arena = &x->chart_arena;
	n = logic_count(logic, LOGIC_PARAMETERS);
	x->parameters = palloc0(sizeof(CqlValue) * (n + 1));
	for (uint32 i = 0; i < n; i++)
		x->parameters[i].kind = CQL_PENDING;
	x->warnings = palloc0(sizeof(char *) * CQL_MAX_WARNINGS);
	element_writer_init(&x->writer, 1024);
	open_tables(x);
	open_joins(x);
	return x;
}

/* Sets the parameter of the period in all libraries. */
static void
set_period(CqlExec *x, const CqlArguments *a)
{
	CqlInterval *period = palloc0(sizeof(CqlInterval));

	period->low = cql_normal_datetime(x, a->period_low);
	period->high = cql_normal_datetime(x, a->period_high);
	period->low_closed = period->high_closed = true;
	period->point = CQL_DATETIME;
	(void) cql_set_parameter(x, "Measurement Period", (CqlValue) {.kind = CQL_INTERVAL,.interval = period});
}

void
cql_set_arguments(CqlExec *x, const CqlArguments *arguments)
{
	x->arguments = *arguments;
	if (x->arguments.memory == 0)
		x->arguments.memory = (size_t) 256 * 1024 * 1024;
	x->argument_epoch++;
	x->chart_epoch++;
	reset_arena(&x->argument_arena);
	reset_arena(&x->chart_arena);
	memset(x->segments, 0, sizeof(x->segments));	/* they are in the arena */
	x->nwarnings = 0;
	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_PARAMETERS); i++)
		x->parameters[i].kind = CQL_PENDING;
	if (arguments->has_period)
		set_period(x, arguments);
}

bool
cql_set_parameter(CqlExec *x, const char *name, CqlValue value)
{
	const LogicParameter *parameters = logic_section(x->logic, LOGIC_PARAMETERS);
	int			wanted = (int) strlen(name);
	bool		found = false;

	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_PARAMETERS); i++)
	{
		int			length;
		int			library_length;
		const char *text = logic_string(x->logic, parameters[i].name, &length);
		const char *library = logic_string(x->logic, parameters[i].library, &library_length);

		if ((wanted == length && memcmp(name, text, length) == 0) ||
			(wanted == library_length + 1 + length && name[library_length] == '.' &&
			 memcmp(name, library, library_length) == 0 && memcmp(name + library_length + 1, text, length) == 0))
		{
			x->parameters[i] = value;
			found = true;
		}
	}
	x->argument_epoch++;
	x->chart_epoch++;
	return found;
}

void
cql_set_chart(CqlExec *x, const Chart *chart)
{
	cql_set_chart_part(x, chart, CQL_WHOLE);
}

CqlExtent
cql_wanted(const CqlExec *x)
{
	return x->wanted;
}

void
cql_set_chart_part(CqlExec *x, const Chart *chart, CqlExtent extent)
{
	for (int i = 0; i < CHART_MAX_SEGMENTS; i++)
		if (x->own_chart.cold[i])
			pfree(x->own_chart.cold[i]);
	memset(&x->own_chart, 0, sizeof(x->own_chart));
	x->chart = NULL;
	if (chart)
	{
		x->own_chart = *chart;
		memset(x->own_chart.cold, 0, sizeof(x->own_chart.cold));
		x->chart = &x->own_chart;
	}
	x->extent = extent;
	x->chart_epoch++;
	reset_arena(&x->chart_arena);
	memset(x->segments, 0, sizeof(x->segments));
	x->one_source = x->has_profiles = -1;
	x->nwarnings = 0;
}

void
cql_begin(CqlExec *x, PhmError *err)
{
	x->err = err;
	x->frame = x->top = x->stack;
	x->arena = &x->chart_arena;
	x->depth = 0;
	x->early = 0;
	x->wanted = CQL_HEAD;
}

/*
 * Whether an evaluation that failed is repeated, with the conditions of queries in the
 * order in which they are written: what failed was tested early and might not have been
 * reached.  What was remembered is forgotten, and its warnings with it.
 */
static bool
begin_in_order(CqlExec *x, PhmError *err, uint32 nwarnings)
{
	if (x->in_order || !x->early || x->wanted != CQL_HEAD || (err && err->sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED))
	{
		x->in_order = false;
		return false;
	}
	x->in_order = true;
	x->chart_epoch++;
	x->nwarnings = nwarnings;
	cql_begin(x, err);
	return true;
}

bool
cql_evaluate(CqlExec *x, int expression, CqlValue *result, PhmError *err)
{
	const uint32 *results = logic_section(x->logic, LOGIC_RESULTS);
	const LogicDefinition *d = (const LogicDefinition *) logic_section(x->logic, LOGIC_DEFINITIONS) + results[expression];
	volatile uint32 nwarnings = x->nwarnings;

	cql_begin(x, err);
	if (sigsetjmp(x->jump, 0) != 0 && !begin_in_order(x, err, nwarnings))
		return false;
	*result = cql_eval(x, d->node);
	x->in_order = false;
	return true;
}

bool
cql_evaluate_function(CqlExec *x, int function, const CqlValue *operands, CqlValue *result, PhmError *err)
{
	volatile uint32 nwarnings = x->nwarnings;

	cql_begin(x, err);
	if (sigsetjmp(x->jump, 0) != 0 && !begin_in_order(x, err, nwarnings))
		return false;
	*result = cql_call(x, NULL, (uint32) function, operands);
	x->in_order = false;
	return true;
}

uint32
cql_warning_count(const CqlExec *x)
{
	return x->nwarnings;
}

const char *
cql_warning(const CqlExec *x, uint32 i)
{
	return x->warnings[i];
}
