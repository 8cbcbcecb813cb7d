/*
 * resource_place.c: where in a resource a parser stands, for its errors and
 * for the limit of depth.  Owns the path of ResourceParser.
 */
#include "types/resource.h"

void
resource_parser_init(ResourceParser *p)
{
	memset(p, 0, sizeof(*p));
	element_writer_init(&p->writer, 4096);
	p->json.scratch_size = 1024;
	p->json.scratch = palloc(p->json.scratch_size);	/* here, so that it lives as long as the parser */
}

void
resource_start(ResourceParser *p)
{
	p->depth = 0;
	p->type = 0;
	element_writer_reset(&p->writer);
}

bool
resource_enter(ResourceParser *p, FhirElement element, int slot)
{
	ResourceStep *step = &p->path[p->depth];

	if (p->depth >= ELEMENT_MAX_DEPTH)
		return false;
	step->element = element;
	step->resource = 0;
	step->slot = slot;
	p->depth++;
	return true;
}

/* Names an element as FHIR does: Observation.component[1].valueQuantity. */
static void
print_place(const ResourceParser *p, char *out, size_t size)
{
	size_t		n = 0;

	out[0] = '\0';
	for (int i = 0; i < p->depth && n < size - 1; i++)
	{
		const ResourceStep *step = &p->path[i];

		if (step->slot >= 0)
			n += snprintf(out + n, size - n, "[%d]", step->slot);
		else if (step->element != 0)
			n += snprintf(out + n, size - n, ".%s", fhir_elements[step->element].name);
		else if (step->slot == RESOURCE_STEP_MEMBER)
			n += snprintf(out + n, size - n, ".(unknown element)");
		else if (step->resource != 0)
			n += snprintf(out + n, size - n, "%s%s", n ? "/" : "", fhir_types[step->resource].name);
	}
}

void
resource_tell_place(const ResourceParser *p, PhmError *err)
{
	char		place[200];

	print_place(p, place, sizeof(place));
	if (place[0])
		phm_fail_detail(err, "The problem is in the element %s.", place);
}

bool
resource_keeps_text(const ResourceParser *p, const char *text, int length)
{
	FhirElement element = 0;
	FhirType	resource = 0;

	for (int i = p->depth - 1; i >= 0 && element == 0; i--)
		element = p->path[i].element;
	for (int i = p->depth - 1; i >= 0 && resource == 0; i--)
		resource = p->path[i].resource;
	return primitive_keeps_text(element, resource, text, length);
}
