/*
 * elm_json.c: ELM JSON as a document of items.
 *
 * Reads in one pass without recursion; annotations (the CQL text again),
 * most of a translator's output where it is asked for them, are passed over.
 * Relies on the JSON reader.
 */
#include "cql/elm.h"
#include "types/json.h"

/* An object or list that is being read. */
typedef struct Open
{
	ElmItem    *item;
	ElmItem    *last;			/* its last item so far */
	bool		first;			/* nothing was read of it */
} Open;

typedef struct Document
{
	JsonReader	json;
	ElmArena   *arena;
	Open	   *open;
	int			nopen;
	int			open_size;
} Document;

/* Opens an object or list. */
static bool
push(Document *d, ElmItem *item)
{
	if (d->nopen >= ELM_MAX_NESTING)
		return json_fail(&d->json, ERRCODE_STATEMENT_TOO_COMPLEX, "too deeply nested ELM");
	if (d->nopen == d->open_size)
	{
		d->open_size *= 2;
		d->open = repalloc(d->open, d->open_size * sizeof(Open));
	}
	d->open[d->nopen++] = (Open) {.item = item,.first = true};
	return true;
}

/* A text as it stands in the source, or a copy where it had escapes. */
static const char *
stays(Document *d, const char *text, int length)
{
	if (text >= d->json.begin && text <= d->json.end)
		return text;
	return elm_keep(d->arena, text, length);
}

/* Reads the value at the reader; an object or list is opened only. */
static bool
read_value(Document *d, ElmItem *item)
{
	char		c = json_peek(&d->json);
	const char *text;
	int			length;

	if (c == '{' || c == '[')
	{
		d->json.p++;
		item->kind = c == '{' ? ELM_OBJECT : ELM_LIST;
		return push(d, item);
	}
	if (c == '"' || c == '-' || (c >= '0' && c <= '9'))
	{
		item->kind = c == '"' ? ELM_TEXT : ELM_NUMBER;
		if (!(c == '"' ? json_string : json_number) (&d->json, &text, &length))
			return false;
		item->text = stays(d, text, length);
		item->length = (uint32) length;
		return true;
	}
	c = json_word(&d->json);
	item->kind = c == 't' ? ELM_TRUE : c == 'f' ? ELM_FALSE : ELM_NULL;
	return c != '\0';
}

/* Passes over a value of any depth: only brackets and strings count. */
static bool
pass_over(Document *d)
{
	JsonReader *r = &d->json;
	const char *text;
	int			length;
	int			depth = 0;

	do
	{
		char		c = json_peek(r);

		if (c == '"')
		{
			if (!json_string(r, &text, &length))
				return false;
		}
		else if (c == '-' || (c >= '0' && c <= '9'))
		{
			if (!json_number(r, &text, &length))
				return false;
		}
		else if (c == '{' || c == '[' || c == '}' || c == ']')
		{
			r->p++;
			depth += c == '{' || c == '[' ? 1 : -1;
			if (depth < 0)
				return json_malformed(r, "unexpected character in JSON");
		}
		else if (depth > 0 && (c == ',' || c == ':'))
			r->p++;
		else if (json_word(r) == '\0')
			return false;
	} while (depth > 0);
	return true;
}

/* Whether a member is passed over: annotations below the library itself. */
static bool
is_passed(const Document *d, const char *name, int length)
{
	return (length == 10 && memcmp(name, "annotation", 10) == 0 && d->nopen > 2) ||
		(length == 7 && memcmp(name, "localId", 7) == 0);
}

/* Reads the next item of the innermost object or list, or closes it. */
static bool
step(Document *d)
{
	Open	   *o = &d->open[d->nopen - 1];
	bool		is_object = o->item->kind == ELM_OBJECT;
	ElmItem    *item;
	const char *name = NULL;
	int			length = 0;
	bool		more;

	if (!json_next(&d->json, is_object ? '}' : ']', &o->first, &more))
		return false;
	if (!more)
	{
		d->nopen--;
		return true;
	}
	if (is_object && !json_name(&d->json, &name, &length))
		return false;
	if (is_object && is_passed(d, name, length))
		return pass_over(d);
	if (d->arena->items >= ELM_MAX_ITEMS)
		return json_fail(&d->json, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too many values in ELM");
	item = elm_item(d->arena, ELM_NULL);
	if (is_object)
	{
		item->name = stays(d, name, length);
		item->name_length = (uint32) length;
	}
	*(o->last ? &o->last->next : &o->item->first) = item;
	o->last = item;
	return read_value(d, item);
}

ElmItem *
elm_json_document(ElmArena *arena, const char *text, size_t length, PhmError *err)
{
	Document	d = {.arena = arena,.open_size = 64};
	ElmItem    *root = elm_item(arena, ELM_NULL);
	bool		good;

	if (length > ELM_MAX_SIZE)
	{
		phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1, "ELM of more than %d megabytes", ELM_MAX_SIZE / (1024 * 1024));
		return NULL;
	}
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
	{
		text += 3;
		length -= 3;
	}
	json_init(&d.json, text, length, err);
	d.open = palloc(d.open_size * sizeof(Open));
	good = read_value(&d, root);
	while (good && d.nopen > 0)
	{
		CHECK_FOR_INTERRUPTS();
		good = step(&d);
	}
	good = good && json_end(&d.json);
	pfree(d.open);
	if (d.json.scratch)
		pfree(d.json.scratch);
	return good ? root : NULL;
}

CqlLibrary *
elm_read_json(const char *text, size_t length, CqlProblems *problems, PhmError *err)
{
	ElmReader	r;
	ElmItem    *root;
	CqlLibrary *library = NULL;

	elm_reader_init(&r, problems, err);
	root = elm_json_document(&r.arena, text, length, err);
	if (root != NULL)
		library = elm_library(&r, root);
	elm_reader_end(&r);
	return library;
}

CqlTree *
elm_read_expression(const char *text, size_t length, CqlProblems *problems, PhmError *err)
{
	ElmReader	r;
	ElmItem    *root;
	CqlTree    *tree = NULL;

	elm_reader_init(&r, problems, err);
	root = elm_json_document(&r.arena, text, length, err);
	if (root != NULL && root->kind != ELM_OBJECT)
		phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, 0, "an ELM expression is a JSON object");
	else if (root != NULL)
		tree = elm_expression(&r, root, CQL_NOPS);
	elm_reader_end(&r);
	return tree;
}
