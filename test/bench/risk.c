/*
 * risk.c: scores persons with a risk model without a server, to count instructions.
 *
 *   risk FILE ROUNDS
 *
 * FILE has lines of a keyword and values behind tabs: "model BYTES" in hexadecimal
 * digits, "person AGE SEX OREC DUAL NEW_ENROLLEE LTI CODES" with blanks between codes.
 * All persons are scored once to warm up, then ROUNDS times within timed_rounds, which
 * callgrind is told to watch.  Prints the number of persons and the sum of the scores.
 */
#include "risk/hcc.h"

#define MAX_PERSONS 10000
#define MAX_CODES 64

typedef struct Member
{
	HccSubject	subject;
	int			ncodes;
	const char *codes[MAX_CODES];
	int			lengths[MAX_CODES];
} Member;

static HccView model;
static Member members[MAX_PERSONS];
static int	nmembers;

extern int64 timed_rounds(int rounds);

/* Scores everybody so many times. */
int64
timed_rounds(int rounds)
{
	static HccScore score;
	int64		sum = 0;

	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < nmembers; i++)
		{
			const Member *m = &members[i];
			HccWork		work;

			hcc_begin(&work, &model, &m->subject);
			for (int k = 0; k < m->ncodes; k++)
				hcc_add(&work, m->codes[k], m->lengths[k]);
			hcc_finish(&work, false, &score);
			sum += hcc_payment(&score);
		}
	return sum;
}

/* The model of a line of hexadecimal digits. */
static void
read_model(const char *digits)
{
	Size		size = VARHDRSZ + strlen(digits) / 2;
	uint8	   *bytes = aligned_alloc(8, (size + 7) / 8 * 8);
	PhmError	err = {0};

	SET_VARSIZE(bytes, size);
	for (Size i = VARHDRSZ; i < size; i++, digits += 2)
		bytes[i] = strtol((char[]) {digits[0], digits[1], 0}, NULL, 16);
	if (!hcc_view(&model, bytes, size, &err))
		exit(1);
}

/* A person of a line. */
static void
read_person(char *line)
{
	Member	   *m = &members[nmembers++];
	int			v[6];
	HccPerson	person;
	PhmError	err = {0};

	for (int i = 0; i < 6; i++)
		v[i] = atoi(strsep(&line, "\t"));
	person = (HccPerson) {.age = v[0], .sex = v[1], .orec = v[2], .dual = v[3], .new_enrollee = v[4], .lti = v[5]};
	if (!hcc_subject(&person, &m->subject, &err))
		exit(1);
	while (line != NULL && m->ncodes < MAX_CODES)
	{
		m->codes[m->ncodes] = strsep(&line, " ");
		m->lengths[m->ncodes] = strlen(m->codes[m->ncodes]);
		m->ncodes++;
	}
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 3 ? fopen(argv[1], "r") : NULL;
	char	   *line = NULL;
	size_t		room = 0;

	if (file == NULL)
		return 2;
	while (getline(&line, &room, file) > 0)
	{
		char	   *rest = line;
		const char *word = strsep(&rest, "\t\n");

		rest[strcspn(rest, "\n")] = '\0';
		if (strcmp(word, "model") == 0)
			read_model(rest);
		else if (strcmp(word, "person") == 0 && nmembers < MAX_PERSONS)
			read_person(strdup(rest));
	}
	timed_rounds(1);
	printf("%d %lld\n", nmembers, (long long) timed_rounds(atoi(argv[2])));
	return 0;
}
