/*
 * measure_plan.c: reads the JSON of phm.measure_plan and binds its names to the
 * expressions and functions of a logic.
 */
#include "phm.h"

#include "quality/measure_plan.h"

/* Populations by their codes, in the order of their bits; the second initial population has no code of its own. */
static const struct
{
	const char *code;
	uint32		bit;
}			populations[] = {
	{"initial-population", MEASURE_INITIAL},
	{"denominator", MEASURE_DENOMINATOR},
	{"denominator-exclusion", MEASURE_DENOMINATOR_EXCLUSION},
	{"denominator-exception", MEASURE_DENOMINATOR_EXCEPTION},
	{"numerator", MEASURE_NUMERATOR},
	{"numerator-exclusion", MEASURE_NUMERATOR_EXCLUSION},
	{"measure-population", MEASURE_POPULATION},
	{"measure-population-exclusion", MEASURE_POPULATION_EXCLUSION}
};

/* What is being read. */
typedef struct PlanReader
{
	MeasurePlan *plan;
	const CqlExec *x;
	const char *library;		/* of the measure */
	MeasureGroup *group;
	int			faults_size;
} PlanReader;

static void __attribute__((noreturn))
no_plan(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the plan of measures cannot be read: %s", what),
			 errhint("phm.measure_plan makes plans.")));
}

/* A text member, NULL when it is absent or null. */
static const char *
text_member(JsonbContainer *object, const char *name)
{
	JsonbValue	buffer;
	JsonbValue *v = getKeyJsonValueFromContainer(object, name, (int) strlen(name), &buffer);

	return v != NULL && v->type == jbvString ? pnstrdup(v->val.string.val, v->val.string.len) : NULL;
}

static const char *
needed_text(JsonbContainer *object, const char *name)
{
	const char *text = text_member(object, name);

	if (text == NULL)
		no_plan(psprintf("a member \"%s\" is missing", name));
	return text;
}

/* A member that is a number, 0 when it is absent. */
static int32
integer_member(JsonbContainer *object, const char *name)
{
	JsonbValue	buffer;
	JsonbValue *v = getKeyJsonValueFromContainer(object, name, (int) strlen(name), &buffer);

	return v != NULL && v->type == jbvNumeric ? DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(v->val.numeric))) : 0;
}

/* An array member; NULL when it is absent. */
static JsonbContainer *
array_member(JsonbContainer *object, const char *name)
{
	JsonbValue	buffer;
	JsonbValue *v = getKeyJsonValueFromContainer(object, name, (int) strlen(name), &buffer);

	if (v == NULL || v->type == jbvNull)
		return NULL;
	if (v->type != jbvBinary || !JsonContainerIsArray(v->val.binary.data))
		no_plan(psprintf("the member \"%s\" is no array", name));
	return v->val.binary.data;
}

/* The object at a place of an array. */
static JsonbContainer *
object_at(JsonbContainer *array, uint32 i)
{
	JsonbValue *v = getIthJsonbValueFromContainer(array, i);

	if (v == NULL || v->type != jbvBinary || !JsonContainerIsObject(v->val.binary.data))
		no_plan("an array holds something else than objects");
	return v->val.binary.data;
}

static int
size_of(JsonbContainer *array)
{
	return array == NULL ? 0 : (int) JsonContainerSize(array);
}

/* Notes an expression that is not there. */
static void
fault(PlanReader *r, const char *element, const char *message)
{
	MeasurePlan *plan = r->plan;

	if (plan->nfaults >= r->faults_size)
	{
		r->faults_size = Max(r->faults_size * 2, 8);
		plan->faults = plan->faults == NULL ? palloc(sizeof(MeasureFault) * r->faults_size) :
			repalloc(plan->faults, sizeof(MeasureFault) * r->faults_size);
	}
	plan->faults[plan->nfaults++] = (MeasureFault) {psprintf("group %s, %s", r->group->id, element), message};
}

/* The number of an expression of the measure's library, -1 when there is none. */
static int
find_expression(const PlanReader *r, const char *name)
{
	const char *qualified = psprintf("%s.%s", r->library, name);

	return cql_find_expression(r->x, qualified, (int) strlen(qualified));
}

static int
find_function(const PlanReader *r, const char *name)
{
	const char *qualified = psprintf("%s.%s", r->library, name);

	return cql_find_function(r->x, qualified, (int) strlen(qualified), 1);
}

/* The bit of a code, 0 when it is none of a population. */
static uint32
population_bit(const char *code)
{
	for (int i = 0; i < lengthof(populations); i++)
		if (strcmp(populations[i].code, code) == 0)
			return populations[i].bit;
	return 0;
}

static int
bit_number(uint32 bit)
{
	return __builtin_ctz(bit);
}

/* The code of the population of an id in a group, NULL when there is none. */
static const char *
code_of(JsonbContainer *list, const char *id)
{
	for (int i = 0; id != NULL && i < size_of(list); i++)
	{
		JsonbContainer *p = object_at(list, i);

		if (strcmp(needed_text(p, "id"), id) == 0)
			return needed_text(p, "code");
	}
	return NULL;
}

/* Which population a reference of the numerator names: whether it is this initial population. */
static bool
is_for_numerator(JsonbContainer *list, const char *id)
{
	for (int i = 0; i < size_of(list); i++)
	{
		JsonbContainer *p = object_at(list, i);
		const char *reference = text_member(p, "reference");

		if (strcmp(needed_text(p, "code"), "numerator") == 0)
			return reference != NULL && strcmp(reference, id) == 0;
	}
	return false;
}

/* How many populations of a code a group has. */
static int
count_code(JsonbContainer *list, const char *code)
{
	int			n = 0;

	for (int i = 0; i < size_of(list); i++)
		n += strcmp(needed_text(object_at(list, i), "code"), code) == 0;
	return n;
}

/* Reads a population with criteria. */
static void
read_population(PlanReader *r, JsonbContainer *list, JsonbContainer *p, const char *code)
{
	MeasureGroup *g = r->group;
	const char *expression = needed_text(p, "expression");
	uint32		bit = population_bit(code);

	if (bit == 0)
		no_plan("a code of a population is not known");
	/* A ratio may have an initial population for each part; the numerator says which is its. */
	if (bit == MEASURE_INITIAL && count_code(list, code) > 1 &&
		(is_for_numerator(list, needed_text(p, "id")) || (g->defined & MEASURE_INITIAL)))
		bit = MEASURE_NUMERATOR_INITIAL;
	if (g->defined & bit)
		no_plan("a group has a population twice");
	g->defined |= bit;
	g->expressions[bit_number(bit)] = find_expression(r, expression);
	if (g->expressions[bit_number(bit)] < 0)
		fault(r, psprintf("population %s", needed_text(p, "id")), psprintf("the library has no definition \"%s\"", expression));
}

/*
 * Reads an observation.  Where its reference leads nowhere it is one of the
 * measure population; of a ratio the first is the denominator's, the second the
 * numerator's.
 */
static void
read_observation(PlanReader *r, JsonbContainer *list, JsonbContainer *p)
{
	MeasureGroup *g = r->group;
	MeasureObservation *o = &g->observations[g->nobservations];
	const char *expression = needed_text(p, "expression");
	const char *code = code_of(list, text_member(p, "reference"));

	o->id = needed_text(p, "id");
	o->population = code ? population_bit(code) : 0;
	if (o->population == 0)
		o->population = g->scoring != MEASURE_RATIO && g->scoring != MEASURE_PROPORTION ? MEASURE_POPULATION :
			g->nobservations == 0 ? MEASURE_DENOMINATOR : MEASURE_NUMERATOR;
	o->function = find_function(r, expression);
	o->expression = find_expression(r, expression);
	if (o->function < 0 && o->expression < 0)
		fault(r, psprintf("observation %s", o->id), psprintf("the library has no function \"%s\" of one operand", expression));
	g->nobservations++;
}

static void
read_populations(PlanReader *r, JsonbContainer *list)
{
	MeasureGroup *g = r->group;

	g->observations = palloc0(sizeof(MeasureObservation) * Max(size_of(list), 1));
	for (int i = 0; i < size_of(list); i++)
	{
		JsonbContainer *p = object_at(list, i);
		const char *code = needed_text(p, "code");

		if (strcmp(code, "measure-observation") == 0)
			read_observation(r, list, p);
		else
			read_population(r, list, p, code);
	}
}

/* Reads stratifiers: components of one follow each other. */
static void
read_stratifiers(PlanReader *r, JsonbContainer *list)
{
	MeasureGroup *g = r->group;

	g->stratifiers = palloc0(sizeof(MeasureStratifier) * Max(size_of(list), 1));
	for (int i = 0; i < size_of(list); i++)
	{
		JsonbContainer *s = object_at(list, i);
		const char *id = needed_text(s, "id");
		const char *expression = needed_text(s, "expression");
		MeasureStratifier *to;
		MeasureComponent *c;

		if (g->nstratifiers == 0 || strcmp(g->stratifiers[g->nstratifiers - 1].id, id) != 0)
		{
			to = &g->stratifiers[g->nstratifiers++];
			to->id = id;
			to->components = palloc0(sizeof(MeasureComponent) * (size_of(list) - i));
		}
		to = &g->stratifiers[g->nstratifiers - 1];
		c = &to->components[to->ncomponents++];
		c->code = text_member(s, "code");
		c->expression = find_expression(r, expression);
		c->function = c->expression < 0 ? find_function(r, expression) : -1;
		if (c->expression < 0 && c->function < 0)
			fault(r, psprintf("stratifier %s", id), psprintf("the library has no definition \"%s\"", expression));
	}
}

static MeasureScoring
scoring_of(const char *code)
{
	if (strcmp(code, "proportion") == 0)
		return MEASURE_PROPORTION;
	if (strcmp(code, "ratio") == 0)
		return MEASURE_RATIO;
	if (strcmp(code, "continuous-variable") == 0)
		return MEASURE_CONTINUOUS_VARIABLE;
	if (strcmp(code, "cohort") != 0)
		no_plan("a scoring is not known");
	return MEASURE_COHORT;
}

static void
read_group(PlanReader *r, JsonbContainer *json)
{
	MeasureGroup *g = r->group;
	const char *basis = text_member(json, "basis");

	g->id = needed_text(json, "id");
	g->scoring = scoring_of(needed_text(json, "scoring"));
	g->basis = basis == NULL || *basis == '\0' ? BASIS_ANY : pg_strcasecmp(basis, "boolean") == 0 ? BASIS_PATIENT : BASIS_EPISODE;
	for (int i = 0; i < MEASURE_NPOPULATIONS; i++)
		g->expressions[i] = -1;
	read_populations(r, array_member(json, "populations"));
	read_stratifiers(r, array_member(json, "stratifiers"));
	if (!(g->defined & MEASURE_INITIAL))
		no_plan("a group has no initial population");
}

/* How many groups the measures have in all. */
static int
count_groups(JsonbContainer *measures)
{
	int			n = 0;

	for (int i = 0; i < size_of(measures); i++)
		n += size_of(array_member(object_at(measures, i), "groups"));
	return n;
}

MeasurePlan *
measure_plan_open(Jsonb *json, const CqlExec *x)
{
	MeasurePlan *plan = palloc0(sizeof(MeasurePlan));
	PlanReader	r = {.plan = plan,.x = x};
	JsonbContainer *measures = &json->root;

	if (!JsonContainerIsArray(measures) || JsonContainerIsScalar(measures))
		no_plan("it is no array");
	plan->groups = palloc0(sizeof(MeasureGroup) * Max(count_groups(measures), 1));
	for (int i = 0; i < size_of(measures); i++)
	{
		JsonbContainer *measure = object_at(measures, i);
		JsonbContainer *groups = array_member(measure, "groups");
		const char *name = needed_text(measure, "measure");
		const char *version = needed_text(measure, "version");

		r.library = needed_text(measure, "library");
		for (int k = 0; k < size_of(groups); k++)
		{
			r.group = &plan->groups[plan->ngroups++];
			r.group->measure = name;
			r.group->version = version;
			r.group->key = integer_member(object_at(groups, k), "key");
			read_group(&r, object_at(groups, k));
		}
	}
	return plan;
}
