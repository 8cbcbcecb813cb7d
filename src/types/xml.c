/*
 * xml.c: the wall around libxml2.
 *
 * A document is read with the library's pull parser into two malloc'd
 * buffers, the library's memory is given back, and only then is anything
 * palloc'd: no error of the server can jump over libxml2 or leave its memory
 * behind.  Interrupts end the reading and are served afterwards.  Its error
 * texts, which may quote the document, are never passed on.
 */
#include "types/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>

#include "types/element.h"

#define OPTIONS (XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES)

#if LIBXML_VERSION >= 21300
#define LIMIT_ERROR XML_ERR_RESOURCE_LIMIT
#else
#define LIMIT_ERROR XML_ERR_INTERNAL_ERROR
#endif

/* What is collected while libxml2 is at work; nothing of it is palloc'd. */
typedef struct Reading
{
	xmlTextReaderPtr reader;
	XmlNode    *nodes;
	Size		count;
	Size		size;
	char	   *strings;
	Size		strings_length;
	Size		strings_size;
	int			depth;
	uint32		open[XML_MAX_DEPTH + 1];	/* elements not yet closed */
	int			error;			/* of libxml2, the first one */
	int			error_line;
	bool		patient;		/* does not end for an interrupt */
	bool		interrupted;
	PhmError   *err;
} Reading;

/* Takes note of the first problem; called by libxml2, so it does nothing else. */
static void
on_error(void *context,
#if LIBXML_VERSION >= 21200
		 const xmlError *error
#else
		 xmlError *error
#endif
)
{
	Reading    *r = context;

	if (r->error == 0 && error->level >= XML_ERR_ERROR)
	{
		r->error = error->code;
		r->error_line = error->line;
	}
}

/* Refuses whatever a document wants to have loaded. */
static xmlParserInputPtr
refuse_entity(const char *url, const char *id, xmlParserCtxtPtr context)
{
	return NULL;
}

/* Line of the node at the reader; the parser itself may be far ahead. */
static int
line_here(Reading *r)
{
	long		line = xmlGetLineNo(xmlTextReaderCurrentNode(r->reader));

	return line > 0 ? (int) line : Max(xmlTextReaderGetParserLineNumber(r->reader), 1);
}

/* Reports a problem with a line. */
static bool
xml_fail(Reading *r, int sqlstate, const char *what)
{
	return phm_fail(r->err, sqlstate, -1, "%s at line %d", what, line_here(r));
}

static bool
out_of_memory(Reading *r)
{
	return phm_fail(r->err, ERRCODE_OUT_OF_MEMORY, -1, "out of memory while reading XML");
}

/* Says in our words what libxml2 found. */
static bool
tell_error(Reading *r)
{
	static const struct
	{
		int			code;
		const char *what;
	}			known[] = {
		{XML_ERR_DOCUMENT_EMPTY, "there is no element"},
		{XML_ERR_DOCUMENT_END, "an element that is not closed, or text behind the last one"},
		{XML_ERR_TAG_NAME_MISMATCH, "an end tag does not match its start tag"},
		{XML_ERR_TAG_NOT_FINISHED, "an element is not closed"},
		{XML_ERR_GT_REQUIRED, "a tag is not closed"},
		{XML_ERR_LT_REQUIRED, "there is no element"},
		{XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute without quotes"},
		{XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute is not closed"},
		{XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute without value"},
		{XML_ERR_ATTRIBUTE_REDEFINED, "an attribute stands twice"},
		{XML_ERR_LT_IN_ATTRIBUTE, "the character < in an attribute"},
		{XML_ERR_UNDECLARED_ENTITY, "an entity that XML does not define"},
		{XML_WAR_UNDECLARED_ENTITY, "an entity that XML does not define"},
		{XML_ERR_INVALID_CHAR, "a character that XML does not allow"},
		{XML_ERR_INVALID_CHARREF, "a character that XML does not allow"},
		{XML_NS_ERR_UNDEFINED_NAMESPACE, "a prefix that is not declared"},
	};
	const char *what = "not well-formed";

	if (r->error == XML_ERR_NO_MEMORY)
		return out_of_memory(r);
	if (r->error == LIMIT_ERROR)
		return phm_fail(r->err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
						"too deeply nested XML, or a text of more than 10 megabytes in it");
	for (int i = 0; i < (int) lengthof(known); i++)
		if (known[i].code == r->error)
			what = known[i].what;
	return phm_fail(r->err, ERRCODE_INVALID_XML_DOCUMENT, -1, "malformed XML: %s at line %d", what,
					Max(r->error_line, 1));
}

/* Makes room in a malloc'd buffer for more items. */
static bool
need(Reading *r, void **buffer, Size *size, Size wanted, Size item)
{
	Size		larger = *size ? *size : 256;
	void	   *moved;

	if (wanted <= *size)
		return true;
	while (larger < wanted)
		larger *= 2;
	moved = realloc(*buffer, larger * item);
	if (moved == NULL)
		return out_of_memory(r);
	*buffer = moved;
	*size = larger;
	return true;
}

/* Adds a node; NULL when that is too many. */
static XmlNode *
add_node(Reading *r, XmlKind kind)
{
	XmlNode    *node;

	if (r->count >= XML_MAX_NODES)
	{
		xml_fail(r, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too many elements in XML");
		return NULL;
	}
	if (!need(r, (void **) &r->nodes, &r->size, r->count + 1, sizeof(XmlNode)))
		return NULL;
	node = &r->nodes[r->count++];
	memset(node, 0, sizeof(*node));
	node->kind = kind;
	node->line = kind == XML_ATTRIBUTE ? node[-1].line : line_here(r);
	node->end = (uint32) r->count;
	return node;
}

/* Keeps a text of libxml2's. */
static bool
keep(Reading *r, const xmlChar *s, uint32 *at, uint32 *length)
{
	Size		n = s ? strlen((const char *) s) : 0;

	if (!need(r, (void **) &r->strings, &r->strings_size, r->strings_length + n + 1, 1))
		return false;
	memcpy(r->strings + r->strings_length, s ? (const char *) s : "", n);
	*at = (uint32) r->strings_length;
	*length = (uint32) n;
	r->strings_length += n;
	return true;
}

static XmlSpace
known_space(const xmlChar *uri)
{
	static const char *const known[] = {
		[XML_SPACE_FHIR] = "http://hl7.org/fhir",
		[XML_SPACE_XHTML] = "http://www.w3.org/1999/xhtml",
		[XML_SPACE_SCHEMA] = "http://www.w3.org/2001/XMLSchema-instance",
		[XML_SPACE_ELM] = "urn:hl7-org:elm:r1",
		[XML_SPACE_DECLARATION] = "http://www.w3.org/2000/xmlns/",
	};

	if (uri == NULL || *uri == '\0')
		return XML_SPACE_NONE;
	for (int i = XML_SPACE_FHIR; i <= XML_SPACE_DECLARATION; i++)
		if (strcmp((const char *) uri, known[i]) == 0)
			return (XmlSpace) i;
	return XML_SPACE_OTHER;
}

/* Keeps name and namespace of the element or attribute at the reader. */
static bool
keep_name(Reading *r, XmlNode *node)
{
	node->space = (uint8) known_space(xmlTextReaderConstNamespaceUri(r->reader));
	node->prefixed = xmlTextReaderConstPrefix(r->reader) != NULL;
	return keep(r, xmlTextReaderConstLocalName(r->reader), &node->name, &node->name_length);
}

/* The attributes of the element at the reader. */
static bool
read_attributes(Reading *r)
{
	XmlNode    *node;
	int			more;

	while ((more = xmlTextReaderMoveToNextAttribute(r->reader)) == 1)
	{
		if ((node = add_node(r, XML_ATTRIBUTE)) == NULL || !keep_name(r, node) ||
			!keep(r, xmlTextReaderConstValue(r->reader), &node->text, &node->text_length))
			return false;
	}
	xmlTextReaderMoveToElement(r->reader);
	return more == 0 || out_of_memory(r);
}

/* The element at the reader. */
static bool
read_element(Reading *r)
{
	bool		empty = xmlTextReaderIsEmptyElement(r->reader) == 1;
	uint32		at = (uint32) r->count;
	XmlNode    *node = add_node(r, XML_ELEMENT);

	if (node == NULL || !keep_name(r, node))
		return false;
	if (r->depth >= XML_MAX_DEPTH)
		return xml_fail(r, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too deeply nested XML");
	if (!read_attributes(r))
		return false;
	r->nodes[at].end = (uint32) r->count;
	if (!empty)
		r->open[r->depth++] = at;
	return true;
}

/* A text at the reader that is not blank. */
static bool
read_text(Reading *r)
{
	const xmlChar *value = xmlTextReaderConstValue(r->reader);
	XmlNode    *node;

	if (value == NULL || value[strspn((const char *) value, " \t\r\n")] == '\0')
		return true;
	node = add_node(r, XML_TEXT);
	return node != NULL && keep(r, value, &node->text, &node->text_length);
}

/* What the reader stands at. */
static bool
read_node(Reading *r)
{
	switch (xmlTextReaderNodeType(r->reader))
	{
		case XML_READER_TYPE_ELEMENT:
			return read_element(r);
		case XML_READER_TYPE_END_ELEMENT:
			r->nodes[r->open[--r->depth]].end = (uint32) r->count;
			return true;
		case XML_READER_TYPE_TEXT:
		case XML_READER_TYPE_CDATA:
			return read_text(r);
		case XML_READER_TYPE_DOCUMENT_TYPE:
			return xml_fail(r, ERRCODE_INVALID_XML_DOCUMENT, "document type declaration in XML");
		case XML_READER_TYPE_ENTITY_REFERENCE:
		case XML_READER_TYPE_ENTITY:
		case XML_READER_TYPE_NOTATION:
			return xml_fail(r, ERRCODE_INVALID_XML_DOCUMENT, "entity in XML");
		default:
			return true;		/* blanks, comments, processing instructions */
	}
}

/* Reads all nodes; nothing in here may jump out. */
static bool
read_nodes(Reading *r, const char *text, size_t length)
{
	xmlExternalEntityLoader loader = xmlGetExternalEntityLoader();
	bool		good = false;

	xmlSetExternalEntityLoader(refuse_entity);
	xmlResetLastError();
	r->reader = xmlReaderForMemory(text, (int) length, NULL, "UTF-8", OPTIONS);
	if (r->reader == NULL)
		out_of_memory(r);
	else
	{
		int			more;

		xmlTextReaderSetStructuredErrorHandler(r->reader, (xmlStructuredErrorFunc) on_error, r);
		while ((more = xmlTextReaderRead(r->reader)) == 1 && r->error == 0 &&
			   !(r->interrupted = InterruptPending && !r->patient) && read_node(r))
			;
		if (r->error != 0 || more < 0)
			tell_error(r);
		else
			good = more == 0 && r->count > 0;
		xmlFreeTextReader(r->reader);
		r->reader = NULL;
	}
	xmlSetExternalEntityLoader(loader);
	return good;
}

/*
 * Refuses a document type declaration before libxml2 sees it: nothing but
 * blanks, comments and processing instructions may stand before the root.
 */
static bool
check_prolog(const char *p, const char *end, PhmError *err)
{
	int			line = 1;

	if (end - p >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	for (; p < end; p++)
	{
		const char *close = NULL;

		if (*p == '\n')
			line++;
		if (*p != '<' || p + 1 == end)
			continue;
		if (p[1] == '?')
			close = "?>";
		else if (end - p >= 4 && memcmp(p, "<!--", 4) == 0)
		{
			close = "-->";
			p += 3;
		}
		else if (p[1] == '!')
			return phm_fail(err, ERRCODE_INVALID_XML_DOCUMENT, -1,
							"document type declaration in XML at line %d", line);
		else
			break;
		for (; p < end && !((size_t) (end - p) >= strlen(close) && memcmp(p, close, strlen(close)) == 0); p++)
			if (*p == '\n')
				line++;
	}
	return true;
}

/* Moves what was read into memory of the server; that may fail, but not jump. */
static bool
hand_over(Reading *r, XmlDocument *document)
{
	Size		nodes = r->count * sizeof(XmlNode);
	char	   *block = palloc_extended(nodes + r->strings_length + 1, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);

	if (block == NULL)
		return out_of_memory(r);
	memcpy(block, r->nodes, nodes);
	if (r->strings_length > 0)
		memcpy(block + nodes, r->strings, r->strings_length);
	document->nodes = (XmlNode *) block;
	document->count = (uint32) r->count;
	document->strings = block + nodes;
	return true;
}

/* One attempt; frees everything that libxml2 and we have allocated. */
static bool
read_once(Reading *r, const char *text, size_t length, XmlDocument *document)
{
	bool		good = read_nodes(r, text, length) && hand_over(r, document);

	free(r->nodes);
	free(r->strings);
	return good;
}

/* Passes over the markup at p ("<"): what follows; *step is 1, -1 or 0 for start, end or neither, 2 for both. */
static const char *
pass_markup(const char *p, const char *end, int *step)
{
	char		quote = '\0';
	const char *close = NULL;

	*step = 0;
	if (end - p < 4)
		return end;				/* only </a> and <a/> are as short, and end the document */
	if (p[1] == '?')
		close = "?>";
	else if (memcmp(p, "<!--", 4) == 0)
		close = "-->", p += 4;
	else if (p[1] == '!')
		close = "]]>";
	if (close != NULL)
	{
		while ((size_t) (end - p) > strlen(close) && memcmp(p, close, strlen(close)) != 0)
			p++;
		return (size_t) (end - p) > strlen(close) ? p + strlen(close) : end;
	}
	*step = p[1] == '/' ? -1 : 1;
	for (p++; p < end && (quote || *p != '>'); p++)
	{
		if (quote ? *p == quote : (*p == '"' || *p == '\''))
			quote = quote ? '\0' : *p;
	}
	if (*step == 1 && p[-1] == '/')
		*step = 2;
	return p < end ? p + 1 : end;
}

/*
 * Notes where each element stands in the source.  The document is known to
 * be well-formed, so that this can be simple; bounds are kept all the same.
 */
static void
locate_elements(XmlDocument *document, const char *text, const char *end)
{
	const char *p = text;
	uint32		open[XML_MAX_DEPTH + 1];
	int			depth = 0;
	uint32		next = 0;

	while ((p = memchr(p, '<', end - p)) != NULL)
	{
		int			step;
		const char *behind = pass_markup(p, end, &step);

		if (step > 0)
		{
			while (next < document->count && document->nodes[next].kind != XML_ELEMENT)
				next++;
			if (next == document->count || depth > XML_MAX_DEPTH)
				return;
			document->nodes[next].text = (uint32) (p - text);
			document->nodes[next].text_length = (uint32) (behind - p);
			if (step == 1)
				open[depth++] = next;
			next++;
		}
		else if (step < 0 && depth > 0)
		{
			XmlNode    *node = &document->nodes[open[--depth]];

			node->text_length = (uint32) (behind - text) - node->text;
		}
		p = behind;
	}
}

bool
xml_read(const char *text, size_t length, XmlDocument *document, PhmError *err)
{
	Reading		r = {.err = err};
	bool		good;

	memset(document, 0, sizeof(*document));
	if (length > XML_MAX_SIZE)
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1, "XML of more than %d megabytes",
						XML_MAX_SIZE / (1024 * 1024));
	if (length == 0)
		return phm_fail(err, ERRCODE_INVALID_XML_DOCUMENT, -1, "malformed XML: there is no element at line 1");
	if (!element_valid_text(text, length))
		return phm_fail(err, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, -1, "invalid UTF-8 in XML");
	if (!check_prolog(text, text + length, err))
		return false;
	good = read_once(&r, text, length, document);
	if (r.interrupted)
	{
		CHECK_FOR_INTERRUPTS();
		r = (Reading) {.err = err, .patient = true};
		good = read_once(&r, text, length, document);
	}
	if (!good)
		return phm_fail(err, ERRCODE_INVALID_XML_DOCUMENT, -1, "malformed XML");
	document->source = text;
	locate_elements(document, text, text + length);
	return true;
}

void
xml_free(XmlDocument *document)
{
	if (document->nodes)
		pfree(document->nodes);
	document->nodes = NULL;
}
