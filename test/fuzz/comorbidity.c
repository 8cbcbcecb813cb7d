/*
 * comorbidity.c: comorbidity indexes from bytes.  The input is the body of a
 * value; its hash, and that of the grouper in it, are made right, or nothing
 * would get past them.  Whatever is accepted scores diagnoses of any kind,
 * and so does its slice, alike.
 */
#include "risk/comorbidity.h"

#include "risk/hcc.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Scores some diagnoses, and the same conditions with the slice. */
static void
exercise(const void *value, Size size, bool slice)
{
	static const char *const codes[] = {"A01", "a0.1", "I21", "I50.9", "", "B02X", "Z99"};
	static const char letters[] = {'Y', 'N', 0, 'w', '1', ' ', 'U'};
	PhmError	err = {0};
	Comorbidity c;
	ComorbidityWork w;
	ComorbidityResult r,
				s;

	if (!comorbidity_view(&c, value, size, &err))
		abort();
	comorbidity_begin(&w, &c, (int) (size % 122) - 1);
	for (int i = 0; i < lengthof(codes); i++)
		comorbidity_add(&w, codes[i], strlen(codes[i]), i == 0, letters[i]);
	comorbidity_finish(&w, &r);
	if (r.count < 0 || r.count > c.n || w.codes != lengthof(codes) || w.ungrouped > w.codes)
		abort();
	for (int i = 0; i < c.nsets; i++)
		if (strlen(comorbidity_set_name(&c, i)) > size || comorbidity_decimals(&c, i) > COMORBIDITY_MAX_DECIMALS)
			abort();
	if (!slice)
	{
		struct varlena *part = comorbidity_slice(&c);
		Comorbidity d;

		if (!comorbidity_check(part, VARSIZE(part), &err) || !comorbidity_view(&d, part, VARSIZE(part), &err))
			abort();
		w.index = &d;
		comorbidity_finish(&w, &s);
		if (memcmp(r.conditions, s.conditions, sizeof(r.conditions)) != 0 ||
			memcmp(r.scores, s.scores, sizeof(r.scores)) != 0 || r.age_points != s.age_points)
			abort();
		exercise(part, VARSIZE(part), true);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PhmError	err = {0};
	Size		total = size + 4;
	uint8	   *value = palloc0(Max(total, COMORBIDITY_HEADER));

	memcpy(value + 4, data, size);
	SET_VARSIZE(value, total);
	if (total >= COMORBIDITY_HEADER)
	{
		uint32		bytes = phm_get_u32(value + 28);

		if (bytes >= GROUPER_HEADER && bytes <= total - COMORBIDITY_HEADER)
		{
			uint8	   *grouper = value + total - bytes;

			phm_put_u64(grouper + 8, hcc_hash(grouper + 16, bytes - 16) ^ phm_get_u32(grouper + 4));
		}
		phm_put_u64(value + 8, hcc_hash(value + 16, total - 16) ^ phm_get_u32(value + 4));
	}
	if (comorbidity_check(value, total, &err))
		exercise(value, total, false);
	else if (err.sqlstate == 0)
		abort();
	shim_reset();
	return 0;
}
