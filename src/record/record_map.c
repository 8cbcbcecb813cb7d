/*
 * record_map.c: the mapping between elements and columns as trees.
 *
 * Owns one tree for each FHIR type that has a table, made from record.map on
 * first use and kept for the life of the process.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "record/record.h"

#include "record/record_map.inc"

#define MAX_CHILDREN 64			/* mapped members of one object */

static RecordMap **maps;		/* by FHIR type; filled on demand, never emptied */

const RecordTable *
record_table_list(int *count)
{
	*count = lengthof(record_tables);
	return record_tables;
}

const RecordTable *
record_other_table(void)
{
	static const RecordTable other = {"other_resource", {0, 0}, NULL, true, NULL, 0};

	return &other;
}

const RecordTable *
record_table_by_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(record_tables); i++)
		if (strcmp(record_tables[i].name, name) == 0)
			return &record_tables[i];
	return NULL;
}

/* The child for an element, made when it is not there yet. */
static RecordNode *
child_for(RecordNode *parent, FhirElement element, RecordNodeKind kind, bool first_of_list)
{
	RecordNode *child;

	for (int i = 0; i < parent->nchildren; i++)
		if (parent->children[i].element == element)
			return &parent->children[i];
	if (parent->children == NULL)
		parent->children = palloc0(sizeof(RecordNode) * MAX_CHILDREN);
	if (parent->nchildren == MAX_CHILDREN)
		elog(ERROR, "too many mapped members in one object");
	child = &parent->children[parent->nchildren++];
	child->element = element;
	child->kind = kind;
	child->first_of_list = first_of_list;
	child->column = child->end_column = -1;
	return child;
}

/* Adds base + "DateTime", "Instant" and "Period", as far as the type has them. */
static void
add_moment(RecordNode *parent, FhirType type, const char *base, int length, int column, bool is_end)
{
	static const char *const suffixes[] = {"DateTime", "Instant", "Period"};
	static const RecordNodeKind kinds[] = {RECORD_NODE_MOMENT, RECORD_NODE_INSTANT, RECORD_NODE_PERIOD};

	for (int i = is_end ? 2 : 0; i < 3; i++)
	{
		char		name[80];
		int			n = snprintf(name, sizeof(name), "%.*s%s", length, base, suffixes[i]);
		FhirElement element = fhir_element_by_name(type, name, n);

		if (element == 0)
			continue;
		if (is_end)
			child_for(parent, element, kinds[i], false)->end_column = column;
		else
			child_for(parent, element, kinds[i], false)->column = column;
	}
}

/*
 * Adds one path of record.map below a node.  Types that lack the element keep
 * the column empty: claim serves two of them.
 */
static void
add_path(RecordNode *node, FhirType type, const char *path, int column, const char *target)
{
	for (;;)
	{
		int			length = strcspn(path, ".[=");
		const char *rest = path + length;
		bool		list = strncmp(rest, "[0]", 3) == 0;
		FhirElement element;
		bool		leaf;

		if (strncmp(rest, "[x]", 3) == 0)
		{
			add_moment(node, type, path, length, column, rest[3] != '\0');
			return;
		}
		if (list)
			rest += 3;
		leaf = *rest != '.';
		element = fhir_element_by_name(type, path, length);
		if (element == 0)
			return;
		if (fhir_elements[element].list != list)
			elog(ERROR, "record.map: wrong use of [0] in path \"%s\"", path);
		node = child_for(node, element, leaf && target == NULL ? RECORD_NODE_VALUE : RECORD_NODE_OBJECT, list);
		type = fhir_elements[element].type;
		if (leaf)
			break;
		path = rest + 1;
	}
	if (target != NULL)
	{
		node = child_for(node, FHIR_E_Reference_reference, RECORD_NODE_REFERENCE, false);
		node->target = target;
		node->target_length = strlen(target);
	}
	node->column = column;
}

/* Adds "~path", "~element{selector}". */
static void
add_copy(RecordMap *map, const char *path, int column)
{
	RecordCopy *copy = &map->copies[map->ncopies++];
	const char *brace = strchr(path, '{');

	copy->column = column;
	copy->path = path;
	copy->path_length = brace ? brace - path : (int) strlen(path);
	copy->selector = brace ? brace + 1 : NULL;
	copy->selector_length = brace ? (int) strlen(brace) - 2 : 0;
}

static RecordMap *
build_map(FhirType type, const RecordTable *table)
{
	RecordMap  *map = palloc0(sizeof(RecordMap));

	map->type = type;
	map->table = table;
	map->root.kind = RECORD_NODE_OBJECT;
	map->copies = palloc0(sizeof(RecordCopy) * table->ncolumns);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const char *path = table->columns[i].path;
		const char *target = strstr(path, "=>");

		if (path[0] == '-')
			continue;			/* not from a FHIR element */
		if (path[0] == '~')
			add_copy(map, path + 1, i);
		else
			add_path(&map->root, type, path, i, target ? target + 2 : NULL);
	}
	return map;
}

const RecordMap *
record_map(FhirType type)
{
	if (maps == NULL)
		maps = MemoryContextAllocZero(TopMemoryContext, sizeof(RecordMap *) * (fhir_type_count + 1));
	if (maps[type] == NULL)
	{
		for (int i = 0; i < (int) lengthof(record_tables); i++)
		{
			const RecordTable *table = &record_tables[i];

			if (table->types[0] == type || table->types[1] == type)
			{
				MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

				maps[type] = build_map(type, table);
				MemoryContextSwitchTo(old);
				break;
			}
		}
	}
	return maps[type];
}
