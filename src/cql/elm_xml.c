/*
 * elm_xml.c: ELM XML as a document of items.
 *
 * Attributes become members that are texts, elements members that are
 * objects.  Names of types (t:Integer) get the namespace that their prefix
 * stands for; xsi:type is the type of a node.  Relies on the XML reader.
 */
#include "cql/elm.h"
#include "types/xml.h"

/* A prefix that is declared here or further out. */
typedef struct Prefix
{
	const struct Prefix *outer;
	const XmlNode *node;		/* the declaration */
} Prefix;

typedef struct Source
{
	XmlDocument xml;
	ElmArena   *arena;
} Source;

/* Whether the name of a node is that. */
static bool
is_named(const Source *s, const XmlNode *node, const char *name)
{
	return node->name_length == strlen(name) && memcmp(xml_name(&s->xml, node), name, node->name_length) == 0;
}

/* Attributes that hold the name of a type. */
static bool
names_type(const Source *s, const XmlNode *attribute, bool in_specifier)
{
	static const char *const members[] = {
		"resultTypeName", "valueType", "dataType", "asType", "isType", "toType", "classType", "operandType",
		"parameterType", "elementType", "pointType",
	};

	if (in_specifier && is_named(s, attribute, "name"))
		return true;
	for (int i = 0; i < (int) lengthof(members); i++)
		if (is_named(s, attribute, members[i]))
			return true;
	return false;
}

/* Sets an item's text: a name with a declared prefix becomes {namespace}name. */
static void
set_type_name(Source *s, ElmItem *item, const Prefix *prefixes)
{
	const char *colon = item->text[0] == '{' ? NULL : memchr(item->text, ':', item->length);
	size_t		n = colon ? colon - item->text : 0;
	char	   *full;

	for (; colon != NULL && prefixes != NULL; prefixes = prefixes->outer)
	{
		const XmlNode *p = prefixes->node;
		size_t		rest = item->length - n - 1;

		if (p->name_length != n || memcmp(xml_name(&s->xml, p), item->text, n) != 0)
			continue;
		full = elm_alloc(s->arena, p->text_length + 2 + rest);
		full[0] = '{';
		memcpy(full + 1, xml_text(&s->xml, p), p->text_length);
		full[p->text_length + 1] = '}';
		memcpy(full + p->text_length + 2, colon + 1, rest);
		item->text = full;
		item->length = (uint32) (p->text_length + 2 + rest);
		return;
	}
}

/* An item with the name of a node. */
static ElmItem *
named_item(Source *s, const XmlNode *node, ElmKind kind)
{
	ElmItem    *item = elm_item(s->arena, kind);

	item->name = xml_name(&s->xml, node);
	item->name_length = node->name_length;
	return item;
}

/* Whether an element tells that it is a NamedTypeSpecifier. */
static bool
is_specifier(const Source *s, const XmlNode *attribute, const XmlNode *end)
{
	static const char name[] = "NamedTypeSpecifier";
	size_t		n = strlen(name);

	for (; attribute < end && attribute->kind == XML_ATTRIBUTE; attribute++)
		if (attribute->space == XML_SPACE_SCHEMA && is_named(s, attribute, "type"))
			return attribute->text_length >= n &&
				memcmp(xml_text(&s->xml, attribute) + attribute->text_length - n, name, n) == 0;
	return false;
}

/* Whether an element is left out: annotations inside the library, and what is not ELM. */
static bool
is_passed(const Source *s, const XmlNode *node, int depth)
{
	return node->space != XML_SPACE_ELM || (depth > 1 && is_named(s, node, "annotation"));
}

/* Reads an element with its attributes and content; depth is limited by the XML reader. */
static ElmItem *
read_element(Source *s, uint32 at, const Prefix *outer, int depth)
{
	const XmlNode *node = &s->xml.nodes[at];
	const XmlNode *end = &s->xml.nodes[node->end];
	ElmItem    *object = named_item(s, node, ELM_OBJECT);
	ElmItem   **last = &object->first;
	bool		in_specifier = is_specifier(s, node + 1, end);
	const Prefix *prefixes = outer;

	CHECK_FOR_INTERRUPTS();
	for (const XmlNode *a = node + 1; a < end && a->kind == XML_ATTRIBUTE; a++)
	{
		if (a->space == XML_SPACE_DECLARATION && a->prefixed)
		{
			Prefix	   *declared = elm_alloc(s->arena, sizeof(Prefix));

			*declared = (Prefix) {.outer = prefixes,.node = a};
			prefixes = declared;
		}
	}
	for (const XmlNode *n = node + 1; n < end; n = &s->xml.nodes[n->end])
	{
		ElmItem    *item = NULL;

		if (n->kind == XML_ELEMENT && !is_passed(s, n, depth))
			item = read_element(s, (uint32) (n - s->xml.nodes), prefixes, depth + 1);
		else if (n->kind == XML_ATTRIBUTE && (n->space == XML_SPACE_NONE ||
											  (n->space == XML_SPACE_SCHEMA && is_named(s, n, "type"))))
		{
			item = named_item(s, n, ELM_TEXT);
			item->text = xml_text(&s->xml, n);
			item->length = n->text_length;
			if (names_type(s, n, in_specifier))
				set_type_name(s, item, prefixes);
		}
		if (item != NULL)
		{
			*last = item;
			last = &item->next;
		}
	}
	return object;
}

/* The items point into the document, which the caller frees after them. */
static ElmItem *
read_document(Source *s, const char *text, size_t length, PhmError *err)
{
	if (!xml_read(text, length, &s->xml, err))
		return NULL;
	if (s->xml.nodes[0].space != XML_SPACE_ELM || !is_named(s, &s->xml.nodes[0], "library"))
	{
		phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1, "not an ELM library");
		phm_fail_detail(err, "The root of ELM is an element library in the namespace urn:hl7-org:elm:r1.");
		return NULL;
	}
	return read_element(s, 0, NULL, 1);
}

CqlLibrary *
elm_read_xml(const char *text, size_t length, CqlProblems *problems, PhmError *err)
{
	ElmReader	r;
	Source		s = {.arena = &r.arena};
	ElmItem    *root;
	CqlLibrary *library = NULL;

	elm_reader_init(&r, problems, err);
	root = read_document(&s, text, length, err);
	if (root != NULL)
		library = elm_library(&r, root);
	elm_reader_end(&r);
	xml_free(&s.xml);
	return library;
}
