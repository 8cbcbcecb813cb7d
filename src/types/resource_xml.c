/*
 * resource_xml.c: FHIR XML into the same binary form that FHIR JSON gives.
 *
 * Driven by the element dictionary: it says which elements are lists, which
 * are primitives (their value is an attribute) and where resources stand
 * inside each other.  Names that the dictionary lacks are refused, for
 * without it nobody can tell what they would be in JSON.  Owns nothing; the
 * document is xml.c's.
 */
#include "types/resource.h"

#include "types/datetime.h"
#include "types/xml.h"

typedef struct XmlParser
{
	ResourceParser *place;		/* writer and path */
	XmlDocument document;
	PhmError   *err;
} XmlParser;

static bool read_object(XmlParser *x, FhirType type, const XmlNode *object);
static bool read_resource(XmlParser *x, const XmlNode *node, bool nested, FhirType *type);

/* Reports a problem with a node. */
static bool
node_fail(XmlParser *x, const XmlNode *node, int sqlstate, const char *what)
{
	return phm_fail(x->err, sqlstate, -1, "%s at line %u", what, node->line);
}

static bool
wrong_type(XmlParser *x, const XmlNode *node, const char *expected)
{
	return phm_fail(x->err, ERRCODE_DATATYPE_MISMATCH, -1, "wrong element type: expected %s at line %u",
					expected, node->line);
}

static bool
enter(XmlParser *x, const XmlNode *node, FhirElement element, int slot)
{
	return resource_enter(x->place, element, slot) ||
		node_fail(x, node, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too deeply nested XML");
}

static bool
leave(XmlParser *x, bool good)
{
	if (good)
		x->place->depth--;
	return good;
}

/* First and last of the nodes inside an element. */
static const XmlNode *
inside(const XmlNode *element)
{
	return element + 1;
}

static const XmlNode *
behind(const XmlParser *x, const XmlNode *node)
{
	return x->document.nodes + node->end;
}

/* Whether a node has that name. */
static bool
is_named(const XmlParser *x, const XmlNode *node, const char *name, int length)
{
	return node->name_length == (uint32) length && memcmp(xml_name(&x->document, node), name, length) == 0;
}

/* The attribute of an element, or NULL. */
static const XmlNode *
attribute(const XmlParser *x, const XmlNode *element, const char *name)
{
	const XmlNode *end = behind(x, element);

	for (const XmlNode *node = inside(element); node < end && node->kind == XML_ATTRIBUTE; node++)
		if (node->space == XML_SPACE_NONE && is_named(x, node, name, strlen(name)))
			return node;
	return NULL;
}

/* Refuses attributes that FHIR does not give the element. */
static bool
check_attributes(XmlParser *x, const XmlNode *element, bool id, bool value, bool url)
{
	const XmlNode *end = behind(x, element);

	for (const XmlNode *node = inside(element); node < end && node->kind == XML_ATTRIBUTE; node++)
	{
		if (node->space == XML_SPACE_DECLARATION || node->space == XML_SPACE_SCHEMA)
			continue;
		if (node->space != XML_SPACE_NONE ||
			!((id && is_named(x, node, "id", 2)) || (value && is_named(x, node, "value", 5)) ||
			  (url && is_named(x, node, "url", 3))))
			return node_fail(x, node, ERRCODE_UNDEFINED_OBJECT, "unknown attribute");
	}
	return true;
}

/* A date, dateTime or instant; as in JSON. */
static bool
put_date(XmlParser *x, const XmlNode *value, const char *text, int length)
{
	ElementWriter *w = &x->place->writer;
	PhmDateTime date;
	bool		exact;
	PhmError	problem = {0};

	if (datetime_parse(text, length, &date, &exact, &problem))
	{
		if (exact)
			element_put_datetime(w, date);
		else
			element_put_literal(w, date, text, length);
		return true;
	}
	if (!resource_keeps_text(x->place, text, length))
		return node_fail(x, value, problem.sqlstate, "invalid date");
	element_put_string(w, text, length);
	return true;
}

/* The value attribute by the FHIR type of its element. */
static bool
put_value(XmlParser *x, FhirPrimitive primitive, const XmlNode *value)
{
	ElementWriter *w = &x->place->writer;
	const char *text = xml_text(&x->document, value);
	int			length = (int) value->text_length;

	switch (primitive)
	{
		case FHIR_BOOLEAN:
			if (length == 4 && memcmp(text, "true", 4) == 0)
				element_put_simple(w, ELEMENT_TRUE);
			else if (length == 5 && memcmp(text, "false", 5) == 0)
				element_put_simple(w, ELEMENT_FALSE);
			else
				return wrong_type(x, value, "true or false");
			return true;
		case FHIR_INTEGER:
			if (!primitive_is_integer(text, length))
				return wrong_type(x, value, "a 32-bit integer");
			element_put_number(w, text, length);
			return true;
		case FHIR_DECIMAL:
			if (!primitive_is_number(text, length))
				return wrong_type(x, value, "a number");
			element_put_number(w, text, length);
			return true;
		case FHIR_DATE:
		case FHIR_INSTANT:
			return put_date(x, value, text, length);
		case FHIR_TIME:
			if (!primitive_is_time(text, length))
				return node_fail(x, value, ERRCODE_INVALID_DATETIME_FORMAT, "invalid time");
			/* FALLTHROUGH */
		default:
			element_put_string(w, text, length);
			return true;
	}
}

/* Whether an element has a declaration of a namespace, so that it can stand alone. */
static bool
declares_space(const XmlNode *element, const XmlNode *end)
{
	for (const XmlNode *node = inside(element); node < end && node->kind == XML_ATTRIBUTE; node++)
		if (node->space == XML_SPACE_DECLARATION && !node->prefixed)
			return true;
	return false;
}

/* The narrative, as it stands in the source; line ends become those of XML. */
static bool
put_narrative(XmlParser *x, const XmlNode *div)
{
	const char *begin = xml_text(&x->document, div);
	const char *end = begin + div->text_length;
	char	   *text;
	int			length = 0;

	if (div->prefixed || !declares_space(div, behind(x, div)))
		return node_fail(x, div, ERRCODE_FEATURE_NOT_SUPPORTED,
						 "narrative without a namespace declaration of its own");
	text = palloc(end - begin + 1);
	for (const char *p = begin; p < end; p++)
	{
		if (*p == '\r')
		{
			text[length++] = '\n';
			if (p + 1 < end && p[1] == '\n')
				p++;
		}
		else
			text[length++] = *p;
	}
	element_put_string(&x->place->writer, text, length);
	pfree(text);
	return true;
}

/* Whether a primitive has an id or an extension, or text, which is refused later. */
static bool
has_companion(const XmlParser *x, const XmlNode *node)
{
	const XmlNode *end = behind(x, node);

	if (node->space != XML_SPACE_FHIR)
		return false;
	for (const XmlNode *child = inside(node); child < end; child++)
		if (child->kind != XML_ATTRIBUTE ||
			(child->space == XML_SPACE_NONE && is_named(x, child, "id", 2)))
			return true;
	return false;
}

/* A primitive without its companion; missing is what stands where it has no value. */
static bool
read_primitive(XmlParser *x, FhirType type, const XmlNode *node, ElementKind missing)
{
	const XmlNode *value = attribute(x, node, "value");

	if (type == FHIR_T_xhtml)
		return put_narrative(x, node);
	if (value != NULL)
		return put_value(x, (FhirPrimitive) fhir_types[type].primitive, value);
	if (!has_companion(x, node))
		return wrong_type(x, node, "an element with a value or extensions");
	element_put_simple(&x->place->writer, missing);
	return true;
}

/* The id and extensions of a primitive as the object that JSON has in "_name"; NULL when there is none. */
static bool
read_companion(XmlParser *x, const XmlNode *node)
{
	if (!has_companion(x, node))
	{
		element_put_simple(&x->place->writer, ELEMENT_NULL);
		return true;
	}
	element_open(&x->place->writer, ELEMENT_OBJECT, 0);
	if (!read_object(x, FHIR_T_Element, node))
		return false;
	element_close(&x->place->writer, ELEMENT_OBJECT);
	return true;
}

/* An element that holds one resource: contained, Bundle.entry.resource. */
static bool
read_wrapped(XmlParser *x, const XmlNode *node)
{
	const XmlNode *resource = NULL;
	const XmlNode *end = behind(x, node);
	FhirType	type;

	if (!check_attributes(x, node, false, false, false))
		return false;
	for (const XmlNode *child = inside(node); child < end; child = behind(x, child))
	{
		if (child->kind == XML_ATTRIBUTE)
			continue;
		if (child->kind == XML_TEXT || resource != NULL)
			return wrong_type(x, child, "one resource");
		resource = child;
	}
	if (resource == NULL)
		return wrong_type(x, node, "one resource");
	return read_resource(x, resource, true, &type);
}

/* One value of a FHIR type that is not a primitive. */
static bool
read_complex(XmlParser *x, FhirType type, const XmlNode *node)
{
	if (fhir_types[type].kind == FHIR_RESOURCE || fhir_types[type].kind == FHIR_ABSTRACT)
		return read_wrapped(x, node);
	element_open(&x->place->writer, ELEMENT_OBJECT, 0);
	if (!read_object(x, type, node))
		return false;
	element_close(&x->place->writer, ELEMENT_OBJECT);
	return true;
}

/* The next element of that name from node on, or end. */
static const XmlNode *
next_same(const XmlParser *x, const XmlNode *node, const XmlNode *end, const char *name, int length)
{
	while (node < end && !(node->kind == XML_ELEMENT && is_named(x, node, name, length)))
		node = behind(x, node);
	return node;
}

/* An element that is not a list. */
static bool
read_single(XmlParser *x, FhirType type, const XmlNode *node)
{
	if (fhir_types[type].primitive == FHIR_NOT_PRIMITIVE)
		return read_complex(x, type, node);
	if (type != FHIR_T_xhtml && !check_attributes(x, node, true, true, false))
		return false;
	if (!has_companion(x, node))
		return read_primitive(x, type, node, ELEMENT_OMITTED);
	element_put_extended(&x->place->writer);
	return read_primitive(x, type, node, ELEMENT_OMITTED) && read_companion(x, node);
}

/* What a list of primitives needs to know of all its elements: any companion, any value. */
static void
survey(const XmlParser *x, const XmlNode *node, const XmlNode *end, bool *companions, bool *values)
{
	const XmlNode *first = node;

	*companions = *values = false;
	while (node < end)
	{
		*companions = *companions || has_companion(x, node);
		*values = *values || attribute(x, node, "value") != NULL;
		node = next_same(x, behind(x, node), end, xml_name(&x->document, first), first->name_length);
	}
}

/* One slot of a list of primitives, as JSON with arrays of equal length would have it. */
static bool
read_slot(XmlParser *x, FhirType type, const XmlNode *node, bool extended, ElementKind missing)
{
	if (!check_attributes(x, node, true, true, false))
		return false;
	if (extended)
		element_put_extended(&x->place->writer);
	return read_primitive(x, type, node, missing) && (!extended || read_companion(x, node));
}

/* All elements of one name in an object. */
static bool
read_list(XmlParser *x, FhirType type, const XmlNode *node, const XmlNode *end)
{
	const XmlNode *first = node;
	bool		primitive = fhir_types[type].primitive != FHIR_NOT_PRIMITIVE;
	bool		companions = false;
	bool		values = true;
	const XmlNode *last = node;

	if (primitive)
		survey(x, node, end, &companions, &values);
	for (const XmlNode *at = node; companions && at < end;
		 at = next_same(x, behind(x, at), end, xml_name(&x->document, first), first->name_length))
		if (has_companion(x, at))
			last = at;
	element_open(&x->place->writer, ELEMENT_ARRAY, 0);
	for (int slot = 0; node < end; slot++)
	{
		bool		extended = companions && (has_companion(x, node) || node > last);

		CHECK_FOR_INTERRUPTS();
		if (!enter(x, node, 0, slot))
			return false;
		if (!(primitive ? read_slot(x, type, node, extended, values ? ELEMENT_NULL : ELEMENT_OMITTED) :
			  read_complex(x, type, node)))
			return false;
		x->place->depth--;
		node = next_same(x, behind(x, node), end, xml_name(&x->document, first), first->name_length);
	}
	element_close(&x->place->writer, ELEMENT_ARRAY);
	return true;
}

/* The element of a child by its name and namespace; 0 when FHIR does not know it. */
static FhirElement
element_of(const XmlParser *x, FhirType type, const XmlNode *child)
{
	FhirElement element = fhir_element_by_name(type, xml_name(&x->document, child), (int) child->name_length);

	if (element == 0 || element == FHIR_E_Element_id || element == FHIR_E_Extension_url ||	/* attributes */
		child->space != (fhir_elements[element].type == FHIR_T_xhtml ? XML_SPACE_XHTML : XML_SPACE_FHIR))
		return 0;
	return element;
}

/* Writes an attribute as the string element that it is in JSON. */
static void
put_attribute(XmlParser *x, FhirElement element, const XmlNode *node)
{
	element_put_member(&x->place->writer, element);
	element_put_string(&x->place->writer, xml_text(&x->document, node), (int) node->text_length);
}

/* One child of an object with those of the same name behind it. */
static bool
read_member(XmlParser *x, FhirElement element, const XmlNode *child, const XmlNode *end)
{
	const FhirElementDef *def = &fhir_elements[element];

	element_put_member(&x->place->writer, element);
	if (!enter(x, child, element, RESOURCE_STEP_MEMBER))
		return false;
	if (def->list)
		return leave(x, read_list(x, def->type, child, end));
	if (next_same(x, behind(x, child), end, def->name, def->name_length) < end)
		return wrong_type(x, child, "a single element");
	return leave(x, read_single(x, def->type, child));
}

/* The elements inside an object; url is that of an extension and stands behind inner extensions. */
static bool
read_children(XmlParser *x, FhirType type, const XmlNode *object, const XmlNode *url)
{
	const XmlNode *end = behind(x, object);
	FhirElement seen[256];
	int			nseen = 0;

	for (const XmlNode *child = inside(object); child < end; child = behind(x, child))
	{
		FhirElement element;
		int			i = 0;

		if (child->kind == XML_ATTRIBUTE)
			continue;
		if (child->kind == XML_TEXT)
			return wrong_type(x, child, "elements, not text");
		if ((element = element_of(x, type, child)) == 0)
			return node_fail(x, child, ERRCODE_UNDEFINED_OBJECT, "unknown element");
		while (i < nseen && seen[i] != element)
			i++;
		if (i < nseen)
			continue;
		if (url != NULL && element != FHIR_E_Element_extension)
		{
			put_attribute(x, FHIR_E_Extension_url, url);
			url = NULL;
		}
		seen[nseen++] = element;
		if (!read_member(x, element, child, end))
			return false;
	}
	if (url != NULL)
		put_attribute(x, FHIR_E_Extension_url, url);
	return true;
}

/* The members of an object, or of the companion of a primitive. */
static bool
read_object(XmlParser *x, FhirType type, const XmlNode *object)
{
	bool		resource = fhir_types[type].kind == FHIR_RESOURCE;
	bool		extension = type == FHIR_T_Extension;
	const XmlNode *id = attribute(x, object, "id");

	check_stack_depth();
	if (!check_attributes(x, object, !resource, type == FHIR_T_Element, extension))
		return false;
	if (id != NULL)
		put_attribute(x, FHIR_E_Element_id, id);
	return read_children(x, type, object, extension ? attribute(x, object, "url") : NULL);
}

/* A resource: members only, or wrapped when nested in another. */
static bool
read_resource(XmlParser *x, const XmlNode *node, bool nested, FhirType *type)
{
	ElementWriter *w = &x->place->writer;

	*type = node->space == XML_SPACE_FHIR ?
		fhir_type_by_name(xml_name(&x->document, node), (int) node->name_length) : 0;
	if (*type == 0 || fhir_types[*type].kind != FHIR_RESOURCE)
		return node_fail(x, node, ERRCODE_UNDEFINED_OBJECT, node->space == XML_SPACE_FHIR ?
						 "unknown resource type" : "an element outside the namespace http://hl7.org/fhir");
	if (!enter(x, node, 0, RESOURCE_STEP_RESOURCE))
		return false;
	x->place->path[x->place->depth - 1].resource = *type;
	if (nested)
		element_open(w, ELEMENT_RESOURCE, *type);
	if (!read_object(x, *type, node))
		return false;
	if (nested)
		element_close(w, ELEMENT_RESOURCE);
	return leave(x, true);
}

bool
resource_parse_xml(ResourceParser *p, const char *text, size_t length, PhmError *err)
{
	XmlParser	x = {.place = p, .err = err};
	bool		good;

	resource_start(p);
	if (!xml_read(text, length, &x.document, err))
		return false;
	good = read_resource(&x, x.document.nodes, false, &p->type);
	if (!good)
		resource_tell_place(p, err);
	xml_free(&x.document);
	return good;
}
