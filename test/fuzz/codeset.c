/*
 * Reads the input as one or two text forms of phm.codeset (split at a line
 * break) and as the binary form.  Whatever is accepted must print and read
 * back as the same bytes, contain what it lists, and obey the set algebra.
 */
#include "phm_port.h"

#include "types/code_system.h"
#include "types/codeset.h"

static void
expect(bool ok)
{
	if (!ok)
		abort();
}

static bool
same(struct varlena *a, struct varlena *b)
{
	return a != NULL && b != NULL && VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static void
check_value(struct varlena *value)
{
	CodesetView view;
	CodesetIterator it;
	CodesetEntry e;
	StringInfoData out;
	PhmError	err = {0};
	uint32		n = 0;

	codeset_view_init(&view, VARDATA(value));
	initStringInfo(&out);
	codeset_print(&view, &out);
	expect(same(codeset_parse(out.data, out.len, &err), value));
	expect(same(codeset_receive(VARDATA(value), VARSIZE(value) - VARHDRSZ, &err), value));
	codeset_iterate(&it, &view);
	for (; codeset_next(&it, &e); n++)
	{
		uint64		hash = code_hash(code_system_hash(e.system, e.system_length), e.code, e.code_length);

		expect(codeset_covers(&view, &e) && codeset_touches(&view, &e));
		expect(codeset_contains_hash(&view, hash, e.system, e.system_length, e.code, e.code_length));
		expect(e.prefix || codeset_may_contain(&view, hash));
	}
	expect(n == view.ncodes + view.nprefixes);
}

static void
check_pair(struct varlena *x, struct varlena *y)
{
	CodesetView a,
				b,
				c;
	PhmError	err = {0};
	struct varlena *both,
			   *common,
			   *rest;

	codeset_view_init(&a, VARDATA(x));
	codeset_view_init(&b, VARDATA(y));
	both = codeset_union(&a, &b, &err);
	common = codeset_intersection(&a, &b, &err);
	expect(both != NULL && common != NULL);
	check_value(both);
	check_value(common);
	expect(same(both, codeset_union(&b, &a, &err)) && same(common, codeset_intersection(&b, &a, &err)));
	codeset_view_init(&c, VARDATA(both));
	expect(codeset_is_subset(&a, &c) && codeset_is_subset(&b, &c));
	codeset_view_init(&c, VARDATA(common));
	expect(codeset_is_subset(&c, &a) && codeset_is_subset(&c, &b));
	expect(codeset_overlaps(&a, &b) == (c.ncodes + c.nprefixes > 0));
	expect(codeset_is_subset(&a, &b) == same(both, y));
	rest = codeset_difference(&a, &b, &err);
	if (rest != NULL)
	{
		CodesetView d;

		check_value(rest);
		codeset_view_init(&d, VARDATA(rest));
		expect(!codeset_overlaps(&d, &b));
		expect(same(codeset_union(&d, &c, &err), x));
	}
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	char	   *copy = palloc(size + 1);
	char	   *second;
	struct varlena *x,
			   *y;
	PhmError	err = {0};

	memcpy(copy, data, size);
	copy[size] = '\0';
	second = strchr(copy, '\n');
	if (second != NULL)
		*second++ = '\0';
	x = codeset_parse(copy, strlen(copy), &err);
	if (x != NULL)
		check_value(x);
	else
		expect(err.sqlstate != 0);
	if (x != NULL && second != NULL && (y = codeset_parse(second, strlen(second), &err)) != NULL)
		check_pair(x, y);
	err.sqlstate = 0;
	if (size > 0 && (x = codeset_receive(data, size, &err)) != NULL)
		check_value(x);
	shim_reset();
	return 0;
}
