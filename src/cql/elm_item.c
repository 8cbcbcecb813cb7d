/*
 * elm_item.c: items of an ELM document: their memory, finding members.
 *
 * Finding a member marks it; what nobody asked for is found again by the
 * check for members that are not supported (elm_node.c).
 */
#include "cql/elm.h"

#define CHUNK_SIZE (256 * 1024)

struct ElmChunk
{
	ElmChunk   *next;
	char		body[];
};

void *
elm_alloc(ElmArena *arena, size_t size)
{
	void	   *p;

	size = (size + 7) & ~(size_t) 7;
	if (size > arena->room)
	{
		size_t		body = Max(size, CHUNK_SIZE);
		ElmChunk   *chunk = palloc(sizeof(ElmChunk) + body);

		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->free = chunk->body;
		arena->room = body;
	}
	p = arena->free;
	arena->free += size;
	arena->room -= size;
	return p;
}

const char *
elm_keep(ElmArena *arena, const char *s, size_t length)
{
	char	   *copy = elm_alloc(arena, length + 1);

	if (length > 0)
		memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

ElmItem *
elm_item(ElmArena *arena, ElmKind kind)
{
	ElmItem    *item = elm_alloc(arena, sizeof(ElmItem));

	memset(item, 0, sizeof(*item));
	item->kind = (uint8) kind;
	arena->items++;
	return item;
}

void
elm_free(ElmArena *arena)
{
	while (arena->chunks != NULL)
	{
		ElmChunk   *chunk = arena->chunks;

		arena->chunks = chunk->next;
		pfree(chunk);
	}
	memset(arena, 0, sizeof(*arena));
}

/* Whether a member has that name. */
static inline bool
has_name(const ElmItem *item, const char *name, size_t length)
{
	return item->name_length == length && memcmp(item->name, name, length) == 0;
}

/* The next member of that name from here on, or NULL. */
static ElmItem *
member_from(ElmItem *item, const char *name, size_t length)
{
	for (; item != NULL; item = item->next)
		if (has_name(item, name, length))
		{
			item->used = true;
			if (item->kind != ELM_NULL)
				return item;
		}
	return NULL;
}

ElmItem *
elm_member(const ElmItem *item, const char *name)
{
	return item->kind == ELM_OBJECT ? member_from(item->first, name, strlen(name)) : NULL;
}

ElmItem *
elm_next(const ElmItem *item, const char *name, ElmWalk *walk)
{
	size_t		length = strlen(name);

	for (;;)
	{
		if (walk->slot != NULL)
			walk->slot = walk->slot->next;
		if (walk->slot == NULL)
		{
			ElmItem    *from = walk->member ? walk->member->next : item->kind == ELM_OBJECT ? item->first : NULL;

			walk->member = member_from(from, name, length);
			if (walk->member == NULL)
				return NULL;
			if (walk->member->kind != ELM_LIST)
				return walk->member;
			walk->slot = walk->member->first;
		}
		if (walk->slot != NULL)
			return walk->slot;
	}
}

int
elm_count(const ElmItem *item, const char *name)
{
	ElmWalk		walk = {0};
	int			n = 0;

	while (elm_next(item, name, &walk) != NULL)
		n++;
	return n;
}

/* Truth values have their words as texts; NULL of a member that is an object or list. */
const ElmItem *
elm_value(ElmReader *r, const ElmItem *item, const char *name)
{
	ElmItem    *value = elm_member(item, name);

	if (value == NULL)
		return NULL;
	if (value->kind == ELM_TRUE || value->kind == ELM_FALSE)
	{
		bool		is_true = value->kind == ELM_TRUE;

		value->kind = ELM_TEXT;
		value->text = is_true ? "true" : "false";
		value->length = is_true ? 4 : 5;
	}
	if (value->kind == ELM_TEXT || value->kind == ELM_NUMBER)
		return value;
	elm_problem(r, "ELM member \"%s\" is not a text", name);
	return NULL;
}

bool
elm_is(const ElmItem *value, const char *text)
{
	size_t		length = strlen(text);

	return value != NULL && value->length == length && memcmp(value->text, text, length) == 0;
}

char *
elm_copy(const ElmItem *value)
{
	return pnstrdup(value->text, value->length);
}

const char *
elm_text(ElmReader *r, const ElmItem *item, const char *name)
{
	const ElmItem *value = elm_value(r, item, name);

	return value ? elm_copy(value) : NULL;
}

bool
elm_flag(ElmReader *r, const ElmItem *item, const char *name, bool otherwise)
{
	const ElmItem *value = elm_value(r, item, name);

	if (value == NULL)
		return otherwise;
	if (elm_is(value, "true") || elm_is(value, "1"))
		return true;
	if (!elm_is(value, "false") && !elm_is(value, "0"))
		elm_problem(r, "ELM member \"%s\" is neither true nor false", name);
	return false;
}

bool
elm_type_name(const ElmItem *item, const char **name, int *length)
{
	ElmItem    *value = elm_member(item, "type");
	const char *colon;

	while (value != NULL && value->kind != ELM_TEXT)
		value = member_from(value->next, "type", 4);
	if (value == NULL)
		return false;
	*name = value->text;
	*length = (int) value->length;
	colon = memchr(*name, ':', *length);
	if (colon != NULL)
	{
		*length -= (int) (colon + 1 - *name);
		*name = colon + 1;
	}
	return true;
}

int
elm_clip(const char *text, size_t length, size_t most)
{
	if (length <= most)
		return (int) length;
	length = most;
	while (length > 0 && ((uint8) text[length] & 0xC0) == 0x80)
		length--;
	return (int) length;
}

/* The number that text begins with; *p moves behind it. */
static int
read_number(const char **p, const char *end)
{
	int			n = 0;

	while (*p < end && **p >= '0' && **p <= '9')
		n = n < 100000000 ? n * 10 + (*(*p)++ - '0') : ((*p)++, n);
	return n;
}

/* A locator is line:column or line:column-line:column. */
ElmPlace
elm_enter(ElmReader *r, const ElmItem *item)
{
	ElmPlace	before = {r->line, r->column};
	ElmItem    *locator = elm_member(item, "locator");
	const char *p;
	const char *end;
	int			line;

	if (locator == NULL || locator->kind != ELM_TEXT)
		return before;
	p = locator->text;
	end = p + locator->length;
	line = read_number(&p, end);
	if (line > 0 && p < end && *p == ':')
	{
		p++;
		r->line = line;
		r->column = read_number(&p, end);
	}
	return before;
}
