/*
 * xml.h: XML text as a flat list of nodes, safe to read from anybody.
 *
 * xml.c is the one file that knows libxml2.  Entities, document types and
 * whatever lies outside the text are refused; size, depth and number of nodes
 * are limited.  What it returns is one palloc'd piece, free of the library.
 */
#ifndef PHM_XML_H
#define PHM_XML_H

#include "phm_port.h"

#define XML_MAX_SIZE	(64 * 1024 * 1024)	/* bytes of text */
#define XML_MAX_DEPTH	200			/* elements inside each other */
#define XML_MAX_NODES	4000000

typedef enum XmlKind
{
	XML_ELEMENT,				/* name, space; then its attributes, then its content */
	XML_ATTRIBUTE,				/* name, space, text */
	XML_TEXT					/* text; blanks alone are left out */
} XmlKind;

/* Namespaces that readers here know. */
typedef enum XmlSpace
{
	XML_SPACE_NONE,
	XML_SPACE_FHIR,				/* http://hl7.org/fhir */
	XML_SPACE_XHTML,			/* http://www.w3.org/1999/xhtml */
	XML_SPACE_SCHEMA,			/* http://www.w3.org/2001/XMLSchema-instance */
	XML_SPACE_ELM,				/* urn:hl7-org:elm:r1 */
	XML_SPACE_DECLARATION,		/* of a namespace: xmlns, xmlns:x */
	XML_SPACE_OTHER
} XmlSpace;

/* Names and texts are offsets into XmlDocument.strings, not terminated; see xml_name and xml_text. */
typedef struct XmlNode
{
	uint8		kind;			/* XmlKind */
	uint8		space;			/* XmlSpace */
	bool		prefixed;		/* the name had a prefix */
	uint32		line;			/* from 1 */
	uint32		end;			/* index of the first node behind this one and its content */
	uint32		name;
	uint32		name_length;
	uint32		text;			/* of an element: offset of its "<" in the source */
	uint32		text_length;	/* of an element: to its last ">" */
} XmlNode;

typedef struct XmlDocument
{
	XmlNode    *nodes;			/* the first one is the root element */
	uint32		count;
	const char *strings;
	const char *source;			/* the text, not copied */
} XmlDocument;

/* Reads a document of UTF-8; an encoding that it declares is not believed. */
extern bool xml_read(const char *text, size_t length, XmlDocument *document, PhmError *err);

/* Frees what xml_read returned. */
extern void xml_free(XmlDocument *document);

static inline const char *
xml_name(const XmlDocument *document, const XmlNode *node)
{
	return document->strings + node->name;
}

/* The value of an attribute, a text, or an element as it stands in the source. */
static inline const char *
xml_text(const XmlDocument *document, const XmlNode *node)
{
	return (node->kind == XML_ELEMENT ? document->source : document->strings) + node->text;
}

#endif							/* PHM_XML_H */
