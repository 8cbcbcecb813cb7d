/*
 * grouper.c: groupers from bytes and from rows.
 *
 * An input that begins with 'B' is the body of a binary grouper (its hash is
 * made right, or nothing would get past it); any other is rows, one a line:
 * c name | k system category codes.  Whatever is accepted must be canonical
 * and answer every code; what is built finds its own codes.
 */
#include "risk/grouper.h"

#include "risk/hcc.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Asks for some codes and for all that the grouper holds. */
static void
exercise(const void *value, Size size)
{
	static const char *const codes[] = {"A01", "a0.1", "E119", "Z", "", "B02X", "123456789012345678", "*", "A-0 1"};
	const uint16 *categories;
	PhmError	err = {0};
	Grouper		g;

	if (!grouper_view(&g, value, size, &err))
		abort();
	for (int s = -1; s < g.nsystems; s++)
		for (int i = 0; i < lengthof(codes); i++)
		{
			int			n = grouper_find(&g, s, codes[i], strlen(codes[i]), &categories);

			for (int k = 0; k < n; k++)
				if (grouper_at(categories, k) >= g.ncategories ||
					(k > 0 && grouper_at(categories, k) <= grouper_at(categories, k - 1)))
					abort();
		}
	for (int s = 0; s < g.nsystems; s++)
	{
		grouper_system(&g, g.systems[s].name, strlen(g.systems[s].name));
		for (uint32 i = 0; i < g.systems[s].nentries && i < 1000; i++)
		{
			char		code[GROUPER_CODE_SIZE];
			int			n = grouper_key_text(phm_get_u64(g.systems[s].keys + 8 * (Size) i), code);

			if (n < 1 || n > GROUPER_MAX_CODE || grouper_find(&g, s, code, code[n - 1] == '*' ? n - 1 : n, &categories) < 1)
				abort();
		}
	}
	for (uint32 i = 0; i < g.ncategories; i++)
		if (grouper_category(&g, grouper_category_name(&g, i), strlen(grouper_category_name(&g, i))) > (int) i ||
			strlen(grouper_label(&g, i)) + strlen(grouper_part(&g, i)) > size)
			abort();
}

/* The next word of a line. */
static char *
word(char **p)
{
	char	   *w = *p;

	*p += strcspn(*p, " ");
	if (**p)
		*(*p)++ = '\0';
	return w;
}

/* Rows of text as a grouper. */
static void
from_rows(const uint8_t *data, size_t size)
{
	char	   *text = pnstrdup((const char *) data, size);
	GrouperBuild *b = grouper_build();
	PhmError	err = {0};
	bool		good = true;
	struct varlena *value;

	for (char *line = text; good && line;)
	{
		char	   *end = strchr(line, '\n');
		char	   *kind;

		if (end)
			*end++ = '\0';
		kind = word(&line);
		if (*kind == 'c')
			good = grouper_build_category(b, line, "label", "", &err);
		else if (*kind == 'k')
		{
			char	   *system = word(&line);
			char	   *category = word(&line);

			/* Many classes in a row take long without being wrong. */
			good = strlen(line) < 200 && grouper_build_codes(b, system, category, strspn(line, "[") > 3 ? "A*" : line, &err);
			if (strlen(line) >= 200)
				return;
		}
		line = end;
	}
	value = good ? grouper_build_finish(b, &err) : NULL;
	if (value == NULL)
	{
		if (err.sqlstate == 0)
			abort();
		return;
	}
	if (!grouper_check(value, VARSIZE(value), &err))
		abort();
	exercise(value, VARSIZE(value));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PhmError	err = {0};

	if (size > 0 && data[0] == 'B')
	{
		Size		total = size - 1 + 4;
		uint8	   *value = palloc0(Max(total, 16));

		memcpy(value + 4, data + 1, size - 1);
		SET_VARSIZE(value, total);
		if (total >= GROUPER_HEADER)
			phm_put_u64(value + 8, hcc_hash(value + 16, total - 16) ^ phm_get_u32(value + 4));
		if (grouper_check(value, total, &err))
			exercise(value, total);
		else if (err.sqlstate == 0)
			abort();
	}
	else if (size > 0)
		from_rows(data, size);
	shim_reset();
	return 0;
}
