/*
 * hhs_model.c: HHS-HCC models from bytes and from rows, and the codes given to them.
 *
 * An input that begins with 'B' is the body of a binary model (its hash is
 * made right, or nothing would get past it); any other is rows, one a line:
 * c name kind | m category kind codes | e codes | d category drops |
 * g group member | v age_group name kind args | f age_group name factor |
 * i indicator factor.  Whatever is accepted must be canonical and score
 * anybody with the lines of the input as codes.
 */
#include "risk/hhs.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static HhsWork work;
static HhsResult result;

/* The score of one person with the lines of the input as codes; terms add up. */
static void
score_one(const HhsView *v, const HhsPerson *person, const uint8_t *data, size_t size)
{
	PhmError	err = {0};
	int64		sum = 0;
	int			kind = 0;

	if (!hhs_begin(&work, v, person, &err))
	{
		if (err.sqlstate == 0)
			abort();
		return;
	}
	for (size_t at = 0; at < size; kind++)
	{
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t		len = (end ? end : data + size) - (data + at);

		hhs_add(&work, kind % HHS_CODES, (const char *) data + at, len);
		at += len + 1;
	}
	hhs_add(&work, HHS_DX, "A0.1", 4);
	hhs_add(&work, HHS_NDC, "0000-0000-01", 12);
	hhs_finish(&work, &result);
	hhs_score(&result);
	if (work.unmapped > work.given || result.nterms > HHS_MAX_TERMS)
		abort();
	for (int t = 0; t < result.nterms; t++)
	{
		sum += result.terms[t].factor;
		if (strlen(hhs_term_name(v, &result.terms[t])) > HHS_MAX_NAME ||
			hhs_kind_name(result.terms[t].kind) == NULL)
			abort();
		for (int c = 0; c < v->ncat; c++)
			hhs_because(&work, &result.terms[t], c);
	}
	if (sum != result.sum)
		abort();
}

/* Scores persons of all age groups and metal levels. */
static void
exercise(const void *model, Size size, const uint8_t *data, size_t length)
{
	PhmError	err = {0};
	HhsView		v;

	if (!hhs_check(model, size, &err) || !hhs_view(&v, model, size, &err))
		abort();
	for (int i = 0; i < 24; i++)
		score_one(&v, &(HhsPerson) {i * 5 % 121, 1 + i % 2, i % HHS_METALS, i % HHS_CSR, 1 + i % 12},
				  data, length);
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

/* One row into the builder. */
static bool
add_row(HhsBuild *b, char *line, PhmError *err)
{
	char	   *what = word(&line);
	char	   *first = word(&line);
	char	   *second = *what == 'e' ? line : word(&line);
	char	   *third;

	switch (*what)
	{
		case 'c':
			return hhs_build_category(b, first, second, err);
		case 'm':
			return hhs_build_map(b, first, second, (int) strlen(line) % 7 - 1, (int) strlen(line) % 90 + 7,
								 strlen(line) % 3, line, err);
		case 'e':
			return hhs_build_edit(b, (int) strlen(first) % 20, -1, strlen(second) % 3, first, err);
		case 'd':
			return hhs_build_drop(b, first, second, err);
		case 'g':
			return hhs_build_member(b, "adult", first, second, err);
		case 'v':
			third = word(&line);
			return hhs_build_variable(b, first, second, third, line, err);
		case 'f':
			return hhs_build_factor(b, first, second,
									(int64[HHS_METALS]) {atoi(line), 1, 2, -3, atoi(line) / 2}, err);
		case 'i':
			return hhs_build_csr(b, atoi(first), atoi(second), err);
	}
	return true;
}

/* Rows of text as a model. */
static void
from_rows(const uint8_t *data, size_t size)
{
	char	   *text = pnstrdup((const char *) data, size);
	PhmError	err = {0};
	HhsBuild   *b = hhs_build("fuzz", 2026, size % 2);
	bool		good = true;
	struct varlena *model;

	for (char *line = text; good && line;)
	{
		char	   *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		good = add_row(b, line, &err);
		line = end;
	}
	model = good ? hhs_build_finish(b, &err) : NULL;
	if (model == NULL && err.sqlstate == 0)
		abort();
	if (model)
		exercise(model, VARSIZE(model), data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PhmError	err = {0};

	if (size > 0 && data[0] == 'B')
	{
		Size		total = size - 1 + 4;
		uint8	   *model = palloc0(Max(total, 16));

		memcpy(model + 4, data + 1, size - 1);
		SET_VARSIZE(model, total);
		if (total >= HHS_HEADER)
			phm_put_u64(model + 8, hhs_hash(model, total));
		if (hhs_check(model, total, &err))
			exercise(model, total, data, size);
		else if (err.sqlstate == 0)
			abort();
	}
	else if (size > 0)
		from_rows(data, size);
	shim_reset();
	return 0;
}
