/*
 * record_split.c: taking a resource apart into column values and a rest.
 *
 * Walks the members once, beside the tree of its map.  A value goes to its
 * column when it prints back identically from there; otherwise it goes to its
 * column and stays in the rest as well.  The rest is again a run of members of
 * the same FHIR type, with NULL in the array slots that went to columns.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "record/record.h"

static bool split_members(RecordSplitter *s, const RecordMap *map, const RecordNode *node,
						  const uint8 *p, const uint8 *end);

void
record_splitter_init(RecordSplitter *s)
{
	memset(s, 0, sizeof(*s));
	element_writer_init(&s->rest, 4096);
	concept_writer_init(&s->concept);
}

/* Fills a column unless an earlier element has done so. */
static void
set_column(RecordSplitter *s, int column, Datum datum)
{
	if (column < 0 || !s->nulls[column])
		return;
	s->values[column] = datum;
	s->nulls[column] = false;
}

/* Converts a value into a column; true when the column alone gives it back. */
static bool
split_value(RecordSplitter *s, const RecordMap *map, int column, FhirType type, const ElementValue *value)
{
	ElementValue primitive;
	Datum		datum;
	bool		exact = true;

	element_primitive(value, &primitive);
	if (primitive.kind == ELEMENT_NULL || primitive.kind == ELEMENT_ARRAY ||
		!record_value_in(s, map->table->columns[column].type, type, &primitive, &datum, &exact))
		return false;
	set_column(s, column, datum);
	return exact && value->kind != ELEMENT_EXTENDED;
}

/*
 * The id that a reference names: behind the last slash of a path or URL, the
 * id of a fullUrl within its Bundle; nothing for "#contained" and searches.
 */
static bool
reference_id(RecordSplitter *s, const char *text, int length, const char **id, int *id_length)
{
	const char *history;
	int			n = length;

	if (length == 0 || text[0] == '#' || memchr(text, '?', length) || memchr(text, '|', length))
		return false;
	if (s->resolve && s->resolve(s->resolve_arg, text, length, id, id_length))
		return true;
	if (length > 9 && memcmp(text, "urn:uuid:", 9) == 0)
	{
		*id = text + 9;
		*id_length = length - 9;
		return true;
	}
	for (int i = 0; i + 10 < length; i++)
	{
		history = text + i;
		if (*history == '/' && memcmp(history, "/_history/", 10) == 0)
		{
			n = i;
			break;
		}
	}
	*id = text + n;
	while (*id > text && (*id)[-1] != '/')
		(*id)--;
	*id_length = (int) (text + n - *id);
	return *id > text && *id_length > 0;
}

/* Whether the reference is target/id and nothing else. */
static bool
is_plain_reference(const RecordNode *node, const char *text, int length, int id_length)
{
	return length == node->target_length + 1 + id_length &&
		memcmp(text, node->target, node->target_length) == 0 && text[node->target_length] == '/';
}

static bool
split_reference(RecordSplitter *s, const RecordNode *node, const ElementValue *value)
{
	ElementValue primitive;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	const char *id;
	int			length;
	int			id_length;
	struct varlena *datum;

	element_primitive(value, &primitive);
	if (primitive.kind == ELEMENT_NULL)
		return false;
	text = element_text(&primitive, buffer, &length);
	if (!reference_id(s, text, length, &id, &id_length))
		return false;
	datum = palloc(VARHDRSZ + id_length);
	SET_VARSIZE(datum, VARHDRSZ + id_length);
	memcpy(VARDATA(datum), id, id_length);
	set_column(s, node->column, PointerGetDatum(datum));
	return value->kind != ELEMENT_EXTENDED && is_plain_reference(node, text, length, id_length);
}

/* A Period of a choice: consumed when it has a start and an end and nothing else. */
static bool
split_period(RecordSplitter *s, const RecordMap *map, const RecordNode *node, const ElementValue *value)
{
	const uint8 *p = value->data;
	const uint8 *end = value->data + value->length;
	ElementMember member;
	bool		exact = value->kind == ELEMENT_OBJECT;
	int			found = 0;

	while (exact && element_next(&p, end, &member))
	{
		int			column = member.element == FHIR_E_Period_start ? node->column :
			member.element == FHIR_E_Period_end ? node->end_column : -1;

		if (column < 0)
			exact = false;
		else
		{
			if (!split_value(s, map, column, fhir_elements[member.element].type, &member.value))
				exact = false;
			found++;
		}
	}
	return exact && found == 2;
}

/* The first value of an array goes its way; the array stays when others remain. */
static bool split_one(RecordSplitter *s, const RecordMap *map, const RecordNode *node, const ElementValue *value);

static bool
split_array(RecordSplitter *s, const RecordMap *map, const RecordNode *node, const ElementValue *value)
{
	const uint8 *p = value->data;
	const uint8 *end = value->data + value->length;
	ElementValue slot;
	uint32		before;

	if (!element_next_value(&p, end, &slot))
		return false;			/* an empty array */
	element_open(&s->rest, ELEMENT_ARRAY, 0);
	before = s->rest.length;
	if (!split_one(s, map, node, &slot))
	{
		if (s->rest.length == before)
			element_put_copy(&s->rest, slot.start, slot.end);
	}
	else if (p == end)
		return true;			/* the caller takes back what was opened */
	else
		element_put_simple(&s->rest, ELEMENT_NULL);
	element_put_copy(&s->rest, p, end);
	element_close(&s->rest, ELEMENT_ARRAY);
	return false;
}

/*
 * One value beside its node.  True: nothing of it needs to stay.  False: what
 * stays has been written to the rest, or, when nothing has been written, the
 * whole value stays.
 */
static bool
split_one(RecordSplitter *s, const RecordMap *map, const RecordNode *node, const ElementValue *value)
{
	uint32		before = s->rest.length;
	bool		consumed;

	switch (node->kind)
	{
		case RECORD_NODE_VALUE:
		case RECORD_NODE_MOMENT:
			return split_value(s, map, node->column, fhir_elements[node->element].type, value);
		case RECORD_NODE_INSTANT:
			split_value(s, map, node->column, fhir_elements[node->element].type, value);
			return false;
		case RECORD_NODE_REFERENCE:
			return split_reference(s, node, value);
		case RECORD_NODE_PERIOD:
			return split_period(s, map, node, value);
		case RECORD_NODE_OBJECT:
			if (value->kind != ELEMENT_OBJECT || value->length == 0)
				return false;
			element_open(&s->rest, ELEMENT_OBJECT, 0);
			consumed = split_members(s, map, node, value->data, value->data + value->length);
			if (consumed)
			{
				s->rest.depth--;
				s->rest.length = before;
			}
			else
				element_close(&s->rest, ELEMENT_OBJECT);
			return consumed;
	}
	return false;
}

/* The child of a node for an element, or NULL. */
static inline const RecordNode *
find_child(const RecordNode *node, FhirElement element)
{
	if (element != 0)
		for (int i = 0; i < node->nchildren; i++)
			if (node->children[i].element == element)
				return &node->children[i];
	return NULL;
}

/* All members of an object beside the children of its node; true when nothing stays. */
static bool
split_members(RecordSplitter *s, const RecordMap *map, const RecordNode *node,
			  const uint8 *p, const uint8 *end)
{
	ElementMember member;
	const uint8 *start = p;
	bool		consumed = true;

	while (element_next(&p, end, &member))
	{
		const RecordNode *child = find_child(node, member.element);
		uint32		before = s->rest.length;
		int			depth = s->rest.depth;
		uint32		after;

		if (child == NULL)
			element_put_copy(&s->rest, start, p);
		else
		{
			element_put_member(&s->rest, member.element);
			after = s->rest.length;
			if (child->first_of_list && member.value.kind == ELEMENT_ARRAY ?
				split_array(s, map, child, &member.value) : split_one(s, map, child, &member.value))
			{
				s->rest.length = before;
				s->rest.depth = depth;
			}
			else if (s->rest.length == after)
				element_put_copy(&s->rest, member.value.start, member.value.end);
		}
		consumed = consumed && s->rest.length == before;
		start = p;
	}
	return consumed;
}

/* Members that are columns of every table and not part of the rest. */
static const uint8 *
skip_id(const uint8 *p, const uint8 *end)
{
	ElementMember member;
	const uint8 *next = p;

	if (element_next(&next, end, &member) && member.element == FHIR_E_Resource_id &&
		member.value.kind != ELEMENT_EXTENDED)
		return next;
	return p;
}

void
record_split(RecordSplitter *s, const RecordMap *map, const uint8 *members,
			 const uint8 *end, Datum *values, bool *nulls)
{
	s->values = values;
	s->nulls = nulls;
	memset(nulls, true, sizeof(bool) * map->table->ncolumns);
	element_writer_reset(&s->rest);
	split_members(s, map, &map->root, skip_id(members, end), end);
	for (int i = 0; i < map->ncopies; i++)
		record_copy(s, map, &map->copies[i], members, end, &values[map->copies[i].column],
					&nulls[map->copies[i].column]);
}
