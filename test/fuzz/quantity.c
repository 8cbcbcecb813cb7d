/*
 * quantity.c: quantities as text, one a line, or, when the input begins with
 * a byte below 2, one stored value (0: quantity, 1: summary).  Text and stored
 * forms are canonical, the order is total, comparisons and sums agree.
 */
#include "phm_port.h"
#include "types/quantity_summary.h"

#define MAX_LINES 8

/* The text form of a view, read back, is the same value. */
static void
check_text(const QuantityView *view)
{
	StringInfoData out;
	QuantityView back;
	PhmError	err = {0};
	struct varlena *a = quantity_make(view),
			   *b;

	initStringInfo(&out);
	quantity_print(view, &out);
	assert(quantity_parse(out.data, out.len, &back, &err));
	b = quantity_make(&back);
	assert(VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0);
	assert(quantity_check(VARDATA(a), VARSIZE(a) - VARHDRSZ, &err));
	assert(quantity_sort(view, &back) == 0);
}

/* A stored value that passes the check is what quantity_make would make. */
static void
check_stored(const uint8 *data, size_t size)
{
	QuantityView view;
	PhmError	err = {0};
	struct varlena *again;

	if (!quantity_check(data, size, &err))
		return;
	quantity_read(data, size, &view);
	again = quantity_make(&view);
	assert(VARSIZE(again) - VARHDRSZ == size && memcmp(VARDATA(again), data, size) == 0);
	check_text(&view);
}

/* A summary that passes the check reads back from its text. */
static void
check_summary(const void *data, size_t size)
{
	PhmError	err = {0};
	StringInfoData out;
	struct varlena *again;
	QuantityView result;
	bool		known;

	if (!quantity_summary_check(data, size, &err))
		return;
	initStringInfo(&out);
	quantity_summary_print(data, size, &out);
	again = quantity_summary_parse(out.data, out.len, &err);
	assert(again != NULL && VARSIZE(again) - VARHDRSZ == size && memcmp(VARDATA(again), data, size) == 0);
	quantity_summary_extreme(data, size, false, &result, &known);
	quantity_summary_extreme(data, size, true, &result, &known);
	quantity_summary_sum(data, size, &result, &known, &err);
	memset(&err, 0, sizeof(err));
	if (quantity_summary_average(data, size, &result, &known, &err) && known)
		quantity_make(&result);
}

/* Comparisons agree with each other, and arithmetic gives readable values. */
static void
check_pair(const QuantityView *a, const QuantityView *b)
{
	QuantityAnswer less = quantity_test(QUANTITY_TEST_LESS, a, b),
				greater = quantity_test(QUANTITY_TEST_GREATER, b, a),
				equal = quantity_test(QUANTITY_TEST_EQUAL, a, b),
				at_most = quantity_test(QUANTITY_TEST_LESS_OR_EQUAL, a, b);
	UcumOrder	order = quantity_compare(a, b);
	QuantityView result;
	PhmError	err = {0};
	bool		known;

	assert(less == greater);
	assert(!(less == QUANTITY_TRUE && (equal != QUANTITY_FALSE || at_most != QUANTITY_TRUE)));
	assert((order == UCUM_LESS) == (less == QUANTITY_TRUE));
	assert((order == UCUM_EQUAL) == (equal == QUANTITY_TRUE));
	assert(quantity_sort(a, b) == -quantity_sort(b, a));
	if (quantity_add(a, b, &result, &known, &err) && known)
		check_text(&result);
	if (quantity_subtract(a, b, &result, &known, &err) && known)
		check_text(&result);
	if (quantity_multiply(a, b, &result, &known, &err) && known)
		check_text(&result);
	if (quantity_divide(a, b, &result, &known, &err) && known)
		check_text(&result);
	if (quantity_round(a, b->scale - 10, &result, &err))
		check_text(&result);
	if (b->ucum && quantity_convert(a, b->unit, b->unit_length, &result, &known, &err) && known)
		check_text(&result);
}

/* The state does not depend on the order of the values. */
static void
check_aggregate(const QuantityView *view, int n)
{
	PhmError	err = {0};
	struct varlena *forward = quantity_summary_make(&view[0]),
			   *backward = quantity_summary_make(&view[n - 1]);

	for (int i = 1; i < n && forward && backward; i++)
	{
		forward = quantity_summary_add(forward, &view[i], true, &err);
		backward = quantity_summary_add(backward, &view[n - 1 - i], false, &err);
	}
	if (forward == NULL || backward == NULL)
		return;
	assert(VARSIZE(forward) == VARSIZE(backward) && memcmp(forward, backward, VARSIZE(forward)) == 0);
	assert(quantity_summary_check(VARDATA(forward), VARSIZE(forward) - VARHDRSZ, &err));
	check_summary(VARDATA(forward), VARSIZE(forward) - VARHDRSZ);
}

int			LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *s = (const char *) data,
			   *end = s + size;
	QuantityView view[MAX_LINES];
	int			n = 0;

	if (size > 0 && data[0] == 0)
		check_stored(data + 1, size - 1);
	else if (size > 0 && data[0] == 1)
		check_summary(data + 1, size - 1);
	else if (memchr(s, '\0', size) == NULL)
		while (s < end && n < MAX_LINES)
		{
			const char *stop = memchr(s, '\n', end - s);
			PhmError	err = {0};

			if (stop == NULL)
				stop = end;
			if (quantity_parse(s, stop - s, &view[n], &err))
				n++;
			else
				assert(err.sqlstate != 0);
			s = stop + 1;
		}
	for (int i = 0; i < n; i++)
	{
		check_text(&view[i]);
		for (int j = 0; j <= i; j++)
			check_pair(&view[i], &view[j]);
		for (int j = 0; i > 1 && j < i; j++)
			if (quantity_sort(&view[j], &view[i]) <= 0 && quantity_sort(&view[i], &view[i - 1]) <= 0)
				assert(quantity_sort(&view[j], &view[i - 1]) <= 0);
	}
	if (n > 0)
		check_aggregate(view, n);
	if (size > 0 && data[0] == '{')
		quantity_summary_parse((const char *) data, size, &(PhmError) {0});
	shim_reset();
	return 0;
}
