// sources: src/risk/adherence.c src/phm_port.c
/*
 * adherence.c: fills of drugs from bytes, four a fill after a head of four:
 * whatever they are, the counts hang together, and the order of adding does
 * not matter.
 */
#include "risk/adherence.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_FILLS 64

/* The fills of an input, forwards or backwards. */
static bool
run(AdherenceWork *work, AdherenceFill *fills, AdherenceResult *result, const uint8_t *data, size_t size, bool back)
{
	int			n = Min((size - 4) / 4, MAX_FILLS);
	int			length = 1 + data[0] * 16;
	PhmError	err = {0};

	if (!adherence_begin(work, fills, MAX_FILLS, 0, length, &err))
		abort();
	if (data[1] & 1)
		adherence_person(work, data[2] - 64, length - data[3]);
	work->carry_in = data[1] & 2;
	if (data[1] & 4)
		adherence_stay(work, data[2], data[2] + data[3]);
	if (data[1] & 8)
		adherence_stay(work, PG_INT32_MIN, data[3] - 50);
	for (int i = 0; i < n; i++)
	{
		const uint8_t *p = data + 4 + (back ? n - 1 - i : i) * 4;
		char		text[8];
		uint64		drugs[ADHERENCE_FILL_DRUGS];
		int32		supply = (int8_t) p[1];

		snprintf(text, sizeof(text), "%c+%c", 'a' + p[2] % 8, p[2] & 128 ? '+' : 'a' + p[2] / 8 % 8);
		if (!adherence_drugs(text, strlen(text), drugs, &err))
			abort();
		if (supply == -128)
			supply = ADHERENCE_NO_SUPPLY;
		if (!adherence_add(work, drugs, p[0] == 255 ? ADHERENCE_NO_DAY : (p[0] - 40) * (1 + (p[3] & 15)), supply,
						   p[3] >> 6, (p[3] & 0x30) == 0x30, &err))
			abort();
	}
	return adherence_finish(work, result, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static AdherenceFill fills[2][MAX_FILLS];
	static AdherenceWork work[2];
	AdherenceResult r[2];
	int32		day;
	int			days,
				sum = 0,
				ngaps = 0,
				fill_count = 0;

	if (size < 4)
		return 0;
	for (int i = 0; i < 2; i++)
		if (!run(&work[i], fills[i], &r[i], data, size, i == 1))
			abort();
	if (r[0].covered != r[1].covered || r[0].days != r[1].days || r[0].fills != r[1].fills ||
		r[0].supply != r[1].supply || r[0].next_due != r[1].next_due)
		abort();
	for (int i = 0; i < ADHERENCE_WHYS; i++)
		fill_count += r[0].ignored[i];
	if (fill_count + r[0].fills != work[0].nfills || r[0].covered + r[0].gap_days != r[0].days)
		abort();
	if (r[0].treated && r[0].days + r[0].stay_days != r[0].until - r[0].from)
		abort();
	for (day = r[0].from; adherence_gap(&work[0], &r[0], &day, &days); day += days)
	{
		sum += days;
		ngaps++;
	}
	if (sum != r[0].gap_days || ngaps != r[0].ngaps)
		abort();
	shim_reset();
	return 0;
}
