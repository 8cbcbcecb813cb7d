/*
 * chronic.c: definitions of chronic conditions from bytes.  The input is
 * eight bytes that steer claims, then the body of a value; its hash, and that
 * of the grouper in it, are made right, or nothing would get past them.
 * Whatever is accepted judges claims of any kind and day, and so does its
 * slice, alike.
 */
#include "risk/chronic.h"

#include "risk/hcc.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Judges some claims; what a definition and its slice find must be the same. */
static void
exercise(const void *value, Size size, const uint8_t *steer)
{
	static const char *const codes[] = {"A01", "a0.1", "E119", "B20", "", "R75", "N400", "D291"};
	static ChronicWork w,
				v;
	PhmError	err = {0};
	struct varlena *part;
	Chronic		c,
				d;

	if (!chronic_view(&c, value, size, &err))
		abort();
	part = chronic_slice(&c);
	if (!chronic_check(part, VARSIZE(part), &err) || !chronic_view(&d, part, VARSIZE(part), &err))
		abort();
	chronic_begin(&w, &c, steer[0] * 1000);
	chronic_begin(&v, &d, steer[0] * 1000);
	for (int i = 0; i < 24; i++)
	{
		int			system = c.grouper.nsystems > 0 ? i % c.grouper.nsystems : -1;
		const char *code = codes[(i * 3 + steer[i % 8]) % lengthof(codes)];
		const uint16 *categories;
		int			n = grouper_find(&c.grouper, system, code, strlen(code), &categories);

		if (i % 3 == 0)
		{
			int32		day = steer[0] * 1000 - steer[i % 8] * (i + 1);

			chronic_claim(&w, day, steer[i % 8] % CHRONIC_KINDS);
			chronic_claim(&v, day, steer[i % 8] % CHRONIC_KINDS);
		}
		chronic_add(&w, code, strlen(code), system);
		for (int k = 0; k < n; k++)
			chronic_note(&v, grouper_at(categories, k), system);
	}
	chronic_finish(&w);
	chronic_finish(&v);
	for (int i = 0; i < c.n; i++)
	{
		ChronicFound a = chronic_find(&w, i);
		ChronicFound b = chronic_find(&v, i);

		if (a.met != b.met || a.rule != b.rule || a.claims != b.claims || a.first != b.first || a.last != b.last ||
			(a.met != CHRONIC_NO_DAY && (a.met > w.as_of || a.claims < 1)))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PhmError	err = {0};
	Size		total = size - 8 + 4;
	uint8	   *value;

	if (size < 8)
		return 0;
	value = palloc0(Max(total, CHRONIC_HEADER));
	memcpy(value + 4, data + 8, size - 8);
	SET_VARSIZE(value, total);
	if (total >= CHRONIC_HEADER)
	{
		uint32		bytes = phm_get_u32(value + 20);

		if (bytes >= GROUPER_HEADER && bytes <= total - CHRONIC_HEADER)
		{
			uint8	   *grouper = value + total - bytes;

			phm_put_u64(grouper + 8, hcc_hash(grouper + 16, bytes - 16) ^ phm_get_u32(grouper + 4));
		}
		phm_put_u64(value + 8, hcc_hash(value + 16, total - 16) ^ phm_get_u32(value + 4));
	}
	if (chronic_check(value, total, &err))
		exercise(value, total, data);
	else if (err.sqlstate == 0)
		abort();
	shim_reset();
	return 0;
}
