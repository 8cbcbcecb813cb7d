/*
 * concept.c: encoding, decoding, comparing and validating phm.concept.
 *
 * Relies on code_system.c for identity.  A coding that was stored with an
 * inline URI keeps the identity that this URI had then (its stored hash and
 * the URI itself), so that equality, hash and order always agree.
 */
#include "types/concept.h"

#include "types/code_system.h"

#define CODING_KNOWN_FLAGS	0x7F

/* Takes a length-prefixed string from trusted bytes. */
static inline const char *
take_string(const uint8 **p, int *length)
{
	const char *s;

	*length = (int) phm_get_varint(p);
	s = (const char *) *p;
	*p += *length;
	return s;
}

/* Starts reading a value's codings; the text is left aside. */
void
concept_read_codings(ConceptReader *r, const void *payload, size_t length)
{
	const uint8 *p = (const uint8 *) payload + 2;

	r->end = (const uint8 *) payload + length;
	r->remaining = (int) phm_get_varint(&p);
	r->next = p;
	r->text = NULL;
	r->text_length = 0;
}

/* Starts reading a value's payload. */
void
concept_read(ConceptReader *r, const void *payload, size_t length)
{
	concept_read_codings(r, payload, length);
	if (((const uint8 *) payload)[1] & CONCEPT_HAS_TEXT)
	{
		ConceptReader ahead = *r;
		CodingView	coding;

		while (concept_next(&ahead, &coding))
			;
		r->text = take_string(&ahead.next, &r->text_length);
	}
}

/* Reads the next coding; false when there is none. */
bool
concept_next(ConceptReader *r, CodingView *c)
{
	const uint8 *p = r->next;
	uint8		flags;

	if (r->remaining <= 0)
		return false;
	memset(c, 0, sizeof(*c));
	flags = *p++;
	if (flags & CODING_HAS_CODE)
	{
		c->hash = phm_get_u64(p);
		p += 8;
	}
	if (flags & CODING_HAS_SYSTEM_ID)
	{
		c->system_id = (int) phm_get_varint(&p);
		c->system = code_system_url(c->system_id, &c->system_length);
	}
	else if (flags & CODING_HAS_SYSTEM_URI)
		c->system = take_string(&p, &c->system_length);
	if (flags & CODING_HAS_CODE)
		c->code = take_string(&p, &c->code_length);
	if (flags & CODING_HAS_DISPLAY)
		c->display = take_string(&p, &c->display_length);
	if (flags & CODING_HAS_VERSION)
		c->version = take_string(&p, &c->version_length);
	c->user_selected = flags & CODING_HAS_SELECTED ? (flags & CODING_SELECTED) != 0 : -1;
	r->next = p;
	r->remaining--;
	return true;
}

/* The next coding that has a code. */
static bool
next_coded(ConceptReader *r, CodingView *c)
{
	while (concept_next(r, c))
	{
		if (c->code != NULL)
			return true;
	}
	return false;
}

/* Room for n more bytes. */
static uint8 *
writer_reserve(ConceptWriter *w, size_t n)
{
	if (w->length + n > w->size)
	{
		w->size = (w->length + n) * 2;
		w->data = repalloc(w->data, w->size);
	}
	return w->data + w->length;
}

/* The codings are gathered behind a gap that takes header, version, flags and count. */
#define WRITER_GAP	(VARHDRSZ + 2 + PHM_VARINT_MAX)

/* Makes an empty writer; its buffer is palloc'd in the current context. */
void
concept_writer_init(ConceptWriter *w)
{
	w->size = 256;
	w->data = palloc(w->size);
	concept_writer_reset(w);
}

/* Forgets what was written. */
void
concept_writer_reset(ConceptWriter *w)
{
	w->length = WRITER_GAP;
	w->ncodings = 0;
}

/* Appends a length-prefixed string. */
static void
put_string(ConceptWriter *w, const char *s, int length)
{
	uint8	   *p = writer_reserve(w, PHM_VARINT_MAX + (size_t) length);
	int			n = phm_put_varint(p, length);

	memcpy(p + n, s, length);
	w->length += n + length;
}

/* Appends a coding; computes hash and system_id where they are 0. */
void
concept_put(ConceptWriter *w, const CodingView *c)
{
	uint8	   *p = writer_reserve(w, 1 + 8 + PHM_VARINT_MAX);
	size_t		flags_at = w->length;
	uint8		flags = 0;
	int			id = c->system_id;
	uint64		hash = c->hash;

	if (id == 0 && c->system != NULL)
		id = code_system_by_url(c->system, c->system_length);
	w->length++;
	if (c->code != NULL)
	{
		flags |= CODING_HAS_CODE;
		if (hash == 0)
			hash = code_hash(id || c->system == NULL ? code_system_hash_of_id(id) :
							 code_system_hash(c->system, c->system_length),
							 c->code, c->code_length);
		phm_put_u64(p + 1, hash);
		w->length += 8;
	}
	if (id != 0)
	{
		flags |= CODING_HAS_SYSTEM_ID;
		w->length += phm_put_varint(w->data + w->length, id);
	}
	else if (c->system != NULL)
	{
		flags |= CODING_HAS_SYSTEM_URI;
		put_string(w, c->system, c->system_length);
	}
	if (c->code != NULL)
		put_string(w, c->code, c->code_length);
	if (c->display != NULL)
	{
		flags |= CODING_HAS_DISPLAY;
		put_string(w, c->display, c->display_length);
	}
	if (c->version != NULL)
	{
		flags |= CODING_HAS_VERSION;
		put_string(w, c->version, c->version_length);
	}
	if (c->user_selected >= 0)
		flags |= CODING_HAS_SELECTED | (c->user_selected ? CODING_SELECTED : 0);
	w->data[flags_at] = flags;
	w->ncodings++;
}

/* Makes the value: a palloc'd copy; text NULL when absent. */
struct varlena *
concept_finish(ConceptWriter *w, const char *text, int text_length)
{
	uint8		front[2 + PHM_VARINT_MAX];
	uint8		tail[PHM_VARINT_MAX];
	int			front_length,
				tail_length = 0;
	size_t		codings = w->length - WRITER_GAP;
	size_t		size;
	struct varlena *value;
	char	   *p;

	front[0] = CONCEPT_VERSION;
	front[1] = text != NULL ? CONCEPT_HAS_TEXT : 0;
	front_length = 2 + phm_put_varint(front + 2, w->ncodings);
	if (text != NULL)
		tail_length = phm_put_varint(tail, text_length);
	else
		text_length = 0;
	size = VARHDRSZ + front_length + codings + tail_length + text_length;
	value = palloc(size);
	SET_VARSIZE(value, size);
	p = VARDATA(value);
	memcpy(p, front, front_length);
	memcpy(p += front_length, w->data + WRITER_GAP, codings);
	memcpy(p += codings, tail, tail_length);
	if (text_length > 0)
		memcpy(p + tail_length, text, text_length);
	return value;
}

/* URI of the system that a coding's code belongs to; "" when absent. */
const char *
coding_canonical_system(const CodingView *c, int *length)
{
	if (c->system_id != 0)
		return code_system_url(code_system_canonical(c->system_id), length);
	*length = c->system_length;
	return c->system != NULL ? c->system : "";
}

/* Orders byte strings; an absent one comes first. */
static int
compare_bytes(const char *a, int a_length, const char *b, int b_length)
{
	int			order;

	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	order = memcmp(a, b, Min(a_length, b_length));
	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/* Orders codings by canonical system and code. */
static int
coding_compare(const CodingView *a, const CodingView *b)
{
	if (a->system_id == 0 || code_system_canonical(a->system_id) != code_system_canonical(b->system_id))
	{
		int			a_length,
					b_length;
		const char *a_system = coding_canonical_system(a, &a_length);
		const char *b_system = coding_canonical_system(b, &b_length);
		int			order = compare_bytes(a_system, a_length, b_system, b_length);

		if (order != 0)
			return order;
	}
	return compare_bytes(a->code, a->code_length, b->code, b->code_length);
}

/* Whether two codings that have codes name the same code. */
bool
coding_same_code(const CodingView *a, const CodingView *b)
{
	return a->hash == b->hash && coding_compare(a, b) == 0;
}

/* Orders two concepts that have no codes. */
static int
compare_uncoded(ConceptReader *a, ConceptReader *b)
{
	int			order = compare_bytes(a->text, a->text_length, b->text, b->text_length);

	while (order == 0)
	{
		CodingView	x,
					y;
		bool		more_a = concept_next(a, &x);
		bool		more_b = concept_next(b, &y);

		if (!more_a || !more_b)
			return (int) more_a - (int) more_b;
		order = compare_bytes(x.display, x.display_length, y.display, y.display_length);
	}
	return order;
}

/* SQL order; see the header. */
int
concept_compare(const void *a, size_t a_length, const void *b, size_t b_length)
{
	ConceptReader ra,
				rb;
	bool		coded = false;

	concept_read_codings(&ra, a, a_length);
	concept_read_codings(&rb, b, b_length);
	for (;;)
	{
		CodingView	x,
					y;
		bool		more_a = next_coded(&ra, &x);
		bool		more_b = next_coded(&rb, &y);
		int			order;

		if (!more_a || !more_b)
		{
			if (more_a || more_b || coded)
				return (int) more_a - (int) more_b;
			break;
		}
		order = coding_compare(&x, &y);
		if (order != 0)
			return order;
		coded = true;
	}
	concept_read(&ra, a, a_length);
	concept_read(&rb, b, b_length);
	return compare_uncoded(&ra, &rb);
}

/* Hash that agrees with concept_compare. */
uint64
concept_hash(const void *payload, size_t length, uint64 seed)
{
	ConceptReader r;
	CodingView	c;
	uint64		hash = seed;
	bool		coded = false;
	char		word[8];

	concept_read_codings(&r, payload, length);
	while (next_coded(&r, &c))
	{
		phm_put_u64(word, c.hash);
		hash = code_hash(hash, word, 8);
		coded = true;
	}
	if (coded)
		return hash;
	concept_read(&r, payload, length);
	hash = code_hash(hash ^ (r.text != NULL), r.text ? r.text : "", r.text_length);
	while (concept_next(&r, &c))
		hash = code_hash(hash ^ (c.display != NULL), c.display ? c.display : "", c.display_length);
	return hash;
}

/* Whether some code of one is also in the other. */
bool
concept_share_code(const void *a, size_t a_length, const void *b, size_t b_length)
{
	ConceptReader ra,
				rb;
	CodingView	x,
				y;

	concept_read_codings(&ra, a, a_length);
	while (next_coded(&ra, &x))
	{
		CHECK_FOR_INTERRUPTS();
		concept_read_codings(&rb, b, b_length);
		while (next_coded(&rb, &y))
		{
			if (coding_same_code(&x, &y))
				return true;
		}
	}
	return false;
}

/* Takes a length-prefixed string from bytes that nobody vouches for. */
static bool
check_string(const uint8 **p, const uint8 *end, const char **s, int *length)
{
	uint64		n;

	if (!phm_check_varint(p, end, &n) || n > (uint64) (end - *p) || memchr(*p, '\0', n) != NULL)
		return false;
	*s = (const char *) *p;
	*length = (int) n;
	*p += n;
	return true;
}

/* Takes a coding from bytes that nobody vouches for; *error NULL: cut or malformed. */
static bool
check_coding(const uint8 **p, const uint8 *end, bool *rewrite, const char **error)
{
	CodingView	c = {0};
	uint8		flags;
	uint64		id = 0;

	if (*p >= end)
		return false;
	flags = *(*p)++;
	if ((flags & ~CODING_KNOWN_FLAGS) ||
		(flags & CODING_HAS_SYSTEM_ID && flags & CODING_HAS_SYSTEM_URI) ||
		(flags & CODING_SELECTED && !(flags & CODING_HAS_SELECTED)))
		return false;
	if (flags & CODING_HAS_CODE)
	{
		if (end - *p < 8)
			return false;
		c.hash = phm_get_u64(*p);
		*p += 8;
	}
	if (flags & CODING_HAS_SYSTEM_ID)
	{
		if (!phm_check_varint(p, end, &id) || id == 0)
			return false;
		*error = "unknown code system id";
		if (id > code_system_count())
			return false;
		*error = NULL;
	}
	if ((flags & CODING_HAS_SYSTEM_URI && !check_string(p, end, &c.system, &c.system_length)) ||
		(flags & CODING_HAS_CODE && !check_string(p, end, &c.code, &c.code_length)) ||
		(flags & CODING_HAS_DISPLAY && !check_string(p, end, &c.display, &c.display_length)) ||
		(flags & CODING_HAS_VERSION && !check_string(p, end, &c.version, &c.version_length)))
		return false;
	/* A sender whose table did not know the URI may differ in hash; nobody else. */
	if (c.system != NULL && code_system_by_url(c.system, c.system_length) != 0)
		*rewrite = true;
	else if (c.code != NULL &&
			 c.hash != code_hash(c.system ? code_system_hash(c.system, c.system_length) :
								 code_system_hash_of_id((int) id), c.code, c.code_length))
	{
		*error = "wrong code hash";
		return false;
	}
	return true;
}

/* Checks bytes from outside; see the header. */
bool
concept_validate(const void *payload, size_t length, bool *rewrite, PhmError *err)
{
	const uint8 *p = payload;
	const uint8 *end = p + length;
	const char *error = NULL;
	const char *text;
	int			text_length;
	uint64		n;

	*rewrite = false;
	if (length < 3 || p[0] != CONCEPT_VERSION || (p[1] & ~CONCEPT_HAS_TEXT))
	{
		error = "unknown version or flags";
		goto malformed;
	}
	p += 2;
	if (!phm_check_varint(&p, end, &n))
		goto malformed;
	while (n-- > 0)
	{
		if (!check_coding(&p, end, rewrite, &error))
			goto malformed;
	}
	if ((((const uint8 *) payload)[1] & CONCEPT_HAS_TEXT) && !check_string(&p, end, &text, &text_length))
		goto malformed;
	if (p == end)
		return true;
	error = "bytes after the end";

malformed:
	return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, p - (const uint8 *) payload,
					"malformed binary concept: %s", error ? error : "cut or inconsistent");
}
