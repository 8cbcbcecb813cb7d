/*
 * quantity_summary_text.c: the text form of phm.quantity_summary, which is
 * also what travels in binary.
 */
#include "types/quantity_summary_entry.h"

#include <stdio.h>

/* Appends the text form: {'%': count, sum, four bounds}, absent numbers as -. */
void
quantity_summary_print(const void *payload, size_t length, StringInfo out)
{
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	SummaryEntry e;
	QuantityView view;
	char		count[32];

	for (int n = summary_entries(payload), i = 0; i < n; i++)
	{
		char		quote;

		p = summary_read_entry(p, &e);
		quote = e.ucum ? '\'' : '"';
		appendStringInfoString(out, i > 0 ? " {" : "{");
		appendStringInfoChar(out, quote);
		for (int j = 0; j < e.unit_length; j++)
		{
			if (e.unit[j] == quote)
				appendStringInfoChar(out, quote);
			appendStringInfoChar(out, e.unit[j]);
		}
		appendStringInfoChar(out, quote);
		snprintf(count, sizeof(count), ": %lld", (long long) e.count);
		appendStringInfoString(out, count);
		for (int j = 0; j < SUMMARY_NUMBERS; j++)
		{
			summary_view(&e, j, &view);
			view.unit_length = 0;
			appendStringInfoString(out, ", ");
			if (e.number[j].comparator == SUMMARY_ABSENT)
				appendStringInfoChar(out, '-');
			else
				quantity_print(&view, out);
		}
		appendStringInfoChar(out, '}');
	}
}

/* Reports what is wrong with the text form. */
static bool
fail_text(PhmError *err, int at)
{
	return phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, at,
					"invalid phm.quantity_summary: syntax error at position %d", at + 1);
}

/* Reads {unit: from s[*at] on; the unit is palloc'd. */
static bool
parse_summary_unit(const char *s, int length, int *at, SummaryEntry *e, PhmError *err)
{
	char	   *unit;
	char		quote;
	int			i = *at;

	if (length - i < 2 || s[i] != '{' || (s[i + 1] != '\'' && s[i + 1] != '"'))
		return fail_text(err, i);
	quote = s[i + 1];
	unit = palloc(QUANTITY_MAX_UNIT);
	e->ucum = quote == '\'';
	e->unit = unit;
	e->unit_length = 0;
	for (i += 2; i < length && (s[i] != quote || (i + 1 < length && s[i + 1] == quote)); i++)
	{
		if (e->unit_length == QUANTITY_MAX_UNIT)
			return fail_text(err, i);
		unit[e->unit_length++] = s[i];
		i += s[i] == quote;
	}
	if (length - i < 2 || s[i + 1] != ':')
		return fail_text(err, i);
	*at = i + 2;
	return true;
}

/* Reads the count and the numbers of an entry up to its closing brace. */
static bool
parse_summary_numbers(const char *s, int length, int *at, SummaryEntry *e, PhmError *err)
{
	for (int field = -1; field < SUMMARY_NUMBERS; field++)
	{
		char		close = field == SUMMARY_NUMBERS - 1 ? '}' : ',';
		int			begin = *at,
					end = begin;
		QuantityView view;

		while (end < length && s[end] != close && s[end] != '{')
			end++;
		if (end == length || s[end] != close)
			return fail_text(err, end);
		*at = end + 1;
		while (begin < end && s[begin] == ' ')
			begin++;
		if (field >= 0 && end - begin == 1 && s[begin] == '-')
		{
			e->number[field] = (SummaryNumber) {{0, 0}, SUMMARY_ABSENT};
			continue;
		}
		if (!quantity_parse(s + begin, end - begin, &view, err))
			return false;
		if (view.unit_length > 0 || (field < 0 && (view.scale != 0 || view.comparator != QUANTITY_EXACT ||
												   view.mantissa < 1 || view.mantissa > SUMMARY_MAX_COUNT)))
			return fail_text(err, begin);
		if (field < 0)
			e->count = (int64) view.mantissa;
		else
			e->number[field] = (SummaryNumber) {quantity_number(&view), view.comparator};
	}
	return true;
}

/* Reads the text form; NULL on errors. */
struct varlena *
quantity_summary_parse(const char *s, int length, PhmError *err)
{
	struct varlena *state = NULL;
	int			at = 0;

	for (int entries = 0; state == NULL || at < length; entries++)
	{
		SummaryEntry e = {0};
		struct varlena *one;
		uint8	   *p;

		while (at < length && s[at] == ' ')
			at++;
		if (state != NULL && at == length)
			break;
		if (!parse_summary_unit(s, length, &at, &e, err) ||
			!parse_summary_numbers(s, length, &at, &e, err))
			return NULL;
		if (entries == QUANTITY_SUMMARY_MAX_UNITS)
		{
			fail_text(err, at);
			return NULL;
		}
		one = summary_new(SUMMARY_UNIT_AT + e.unit_length, 1, &p);
		summary_put_entry(p, &e);
		if (!quantity_summary_check(VARDATA(one), VARSIZE(one) - VARHDRSZ, err))
			return NULL;
		if (state != NULL)
			one = quantity_summary_merge(VARDATA(state), VARSIZE(state) - VARHDRSZ,
										 VARDATA(one), VARSIZE(one) - VARHDRSZ, err);
		if (one == NULL)
			return NULL;
		state = one;
	}
	return state;
}
