/*
 * record_join.c: putting a row and its rest together again.
 *
 * The rest decides: where it has a value, that one is printed.  A column is
 * printed where the rest has nothing, and for a choice (onset[x]) only when
 * the rest has no form of it.
 */
#include "postgres.h"

#include "record/record.h"

typedef struct Join
{
	ElementWriter *w;
	const RecordMap *map;
	const Datum *values;
	const bool *nulls;
} Join;

#define MANY_MEMBERS 32

/* The members of a rest, decoded once: every mapped element is looked for among them. */
typedef struct Rest
{
	const uint8 *start;
	const uint8 *end;
	int			n;				/* MANY_MEMBERS: there may be more */
	FhirElement elements[MANY_MEMBERS];
	ElementValue values[MANY_MEMBERS];
} Rest;

static void join_members(Join *j, const RecordNode *node, const uint8 *rest, const uint8 *rest_end);

static void
read_rest(Rest *r, const uint8 *start, const uint8 *end)
{
	const uint8 *p = start;
	ElementMember member;

	r->start = start;
	r->end = end;
	r->n = 0;
	while (r->n < MANY_MEMBERS && p < end && element_next(&p, end, &member))
	{
		r->elements[r->n] = member.element;
		r->values[r->n++] = member.value;
	}
}

/* Like element_find. */
static bool
find_in_rest(const Rest *r, FhirElement element, ElementValue *value)
{
	for (int i = 0; i < r->n; i++)
		if (r->elements[i] == element)
		{
			*value = r->values[i];
			return true;
		}
	return r->n == MANY_MEMBERS && element_find(r->start, r->end, element, value);
}

/* Whether a node's columns would print anything. */
static bool
has_value(const Join *j, const RecordNode *node)
{
	if (node->kind == RECORD_NODE_OBJECT)
	{
		for (int i = 0; i < node->nchildren; i++)
			if (has_value(j, &node->children[i]))
				return true;
		return false;
	}
	if (node->column < 0 || j->nulls[node->column])
		return false;
	return true;
}

/* Whether an element is a form of a choice. */
static inline bool
is_form_of(FhirElement element, const char *choice)
{
	const char *own = element ? fhir_elements[element].choice : NULL;

	return own != NULL && (own == choice || strcmp(own, choice) == 0);
}

/* Whether the rest has some form of the choice to which an element belongs. */
static bool
rest_has_choice(FhirElement element, const Rest *rest)
{
	const char *choice = fhir_elements[element].choice;
	const uint8 *p = rest->start;
	ElementMember member;

	for (int i = 0; i < rest->n; i++)
		if (is_form_of(rest->elements[i], choice))
			return true;
	if (rest->n == MANY_MEMBERS)
		while (element_next(&p, rest->end, &member))
			if (is_form_of(member.element, choice))
				return true;
	return false;
}

/* Writes Type/id. */
static void
join_reference(Join *j, const RecordNode *node)
{
	struct varlena *id = (struct varlena *) DatumGetPointer(j->values[node->column]);
	int			id_length = VARSIZE_ANY_EXHDR(id);
	char		small[128];
	char	   *text = node->target_length + 1 + id_length > (int) sizeof(small) ?
		palloc(node->target_length + 1 + id_length) : small;

	memcpy(text, node->target, node->target_length);
	text[node->target_length] = '/';
	memcpy(text + node->target_length + 1, VARDATA_ANY(id), id_length);
	element_put_string(j->w, text, node->target_length + 1 + id_length);
	if (text != small)
		pfree(text);
}

/* Writes the value that a node's columns hold. */
static void
join_value(Join *j, const RecordNode *node, const uint8 *rest, const uint8 *rest_end)
{
	switch (node->kind)
	{
		case RECORD_NODE_OBJECT:
			element_open(j->w, ELEMENT_OBJECT, 0);
			join_members(j, node, rest, rest_end);
			element_close(j->w, ELEMENT_OBJECT);
			break;
		case RECORD_NODE_REFERENCE:
			join_reference(j, node);
			break;
		case RECORD_NODE_PERIOD:
			element_open(j->w, ELEMENT_OBJECT, 0);
			element_put_member(j->w, FHIR_E_Period_start);
			element_put_datetime(j->w, DatumGetInt64(j->values[node->column]));
			element_put_member(j->w, FHIR_E_Period_end);
			element_put_datetime(j->w, DatumGetInt64(j->values[node->end_column]));
			element_close(j->w, ELEMENT_OBJECT);
			break;
		default:
			record_value_out(j->w, j->map->table->columns[node->column].type,
							 fhir_elements[node->element].type, j->values[node->column]);
			break;
	}
}

/* Which of the forms of a choice the columns mean. */
static bool
is_chosen(const Join *j, const RecordNode *node)
{
	bool		has_end = node->end_column >= 0 && !j->nulls[node->end_column];

	if (node->kind == RECORD_NODE_PERIOD)
		return has_end;
	return node->kind == RECORD_NODE_MOMENT && !has_end;
}

/*
 * The moments of a choice share columns: the dateTime's node does not know
 * the end column, so it is looked up at the Period's.
 */
static bool
period_takes_over(const Join *j, const RecordNode *parent, const RecordNode *node)
{
	for (int i = 0; i < parent->nchildren; i++)
		if (parent->children[i].kind == RECORD_NODE_PERIOD && parent->children[i].column == node->column)
			return is_chosen(j, &parent->children[i]);
	return false;
}

/* Whether a child without anything in the rest is printed from its columns. */
static bool
is_printed(const Join *j, const RecordNode *parent, const RecordNode *child, const Rest *rest)
{
	if (!has_value(j, child))
		return false;
	if (fhir_elements[child->element].choice != NULL && rest_has_choice(child->element, rest))
		return false;
	if (child->kind == RECORD_NODE_INSTANT)
		return false;
	if (child->kind == RECORD_NODE_PERIOD)
		return is_chosen(j, child);
	if (child->kind == RECORD_NODE_MOMENT)
		return !period_takes_over(j, parent, child);
	return true;
}

/* A list whose first value is in columns: an array of that and what the rest has behind it. */
static void
join_array(Join *j, const RecordNode *child, const ElementValue *rest)
{
	const uint8 *p = rest ? rest->data : NULL;
	const uint8 *end = rest ? rest->data + rest->length : NULL;
	ElementValue slot;

	element_open(j->w, ELEMENT_ARRAY, 0);
	if (p == NULL || !element_next_value(&p, end, &slot) || slot.kind == ELEMENT_NULL)
		join_value(j, child, NULL, NULL);
	else if (slot.kind == ELEMENT_OBJECT && child->kind == RECORD_NODE_OBJECT)
		join_value(j, child, slot.data, slot.data + slot.length);
	else
		element_put_copy(j->w, slot.start, slot.end);
	if (p != NULL)
		element_put_copy(j->w, p, end);
	element_close_array(j->w, rest && rest->count > 0 ? rest->count : 1);
}

/* A mapped member: from the rest, from the columns, or from both. */
static void
join_member(Join *j, const RecordNode *parent, const RecordNode *child, const Rest *rest)
{
	ElementValue value;

	if (!find_in_rest(rest, child->element, &value))
	{
		if (!is_printed(j, parent, child, rest))
			return;
		element_put_member(j->w, child->element);
		if (child->first_of_list)
			join_array(j, child, NULL);
		else
			join_value(j, child, NULL, NULL);
		return;
	}
	element_put_member(j->w, child->element);
	if (child->first_of_list && value.kind == ELEMENT_ARRAY && value.count > 0 && has_value(j, child))
		join_array(j, child, &value);
	else if (child->kind == RECORD_NODE_OBJECT && value.kind == ELEMENT_OBJECT)
		join_value(j, child, value.data, value.data + value.length);
	else
		element_put_copy(j->w, value.start, value.end);
}

/* Whether the tree has a child for an element. */
static bool
is_mapped(const RecordNode *node, FhirElement element)
{
	if (element != 0)
		for (int i = 0; i < node->nchildren; i++)
			if (node->children[i].element == element)
				return true;
	return false;
}

/* All members of an object: mapped ones first, then those that only the rest has. */
static void
join_members(Join *j, const RecordNode *node, const uint8 *rest, const uint8 *rest_end)
{
	const uint8 *p = rest;
	const uint8 *start = rest;
	ElementMember member;
	Rest		read;

	read_rest(&read, rest, rest_end);
	for (int i = 0; i < node->nchildren; i++)
		join_member(j, node, &node->children[i], &read);
	while (p < rest_end && element_next(&p, rest_end, &member))
	{
		if (!is_mapped(node, member.element))
			element_put_copy(j->w, start, p);
		start = p;
	}
}

void
record_join(ElementWriter *w, const RecordMap *map, const char *id, int id_length,
			const Datum *values, const bool *nulls, const uint8 *rest, const uint8 *rest_end)
{
	Join		j = {w, map, values, nulls};
	ElementValue ignored;

	if (id != NULL && !element_find(rest, rest_end, FHIR_E_Resource_id, &ignored))
	{
		element_put_member(w, FHIR_E_Resource_id);
		element_put_string(w, id, id_length);
	}
	join_members(&j, &map->root, rest, rest_end);
}
