/*
 * evaluate.c: runs logic over charts without a server, to count instructions.
 *
 *   evaluate FILE ROUNDS [LIST]
 *
 * FILE has lines of a keyword and values behind tabs, binary values in hexadecimal
 * digits: "logic BYTES", "expression NAME", "period FIRST BEHIND" (days since
 * 2000-01-01), "chart NAME BYTES".  A chart takes the period before it.  Every chart is
 * evaluated twice to warm up, then ROUNDS times within timed_rounds, which callgrind
 * is told to watch.  With LIST, what each expression gave is printed.
 *
 * Instead of logic, libraries and value sets may be given and are linked here:
 * "library BYTES" (ELM as JSON), "codes URL VERSION BYTES", then "link ROOT NATIVE" (1 or
 * 0), after which all expressions of the root are evaluated unless some are named.
 * With PHM_KEEP_LOGIC the logic is also written into that file, as a line.
 */
#include "phm_port.h"

#include <time.h>

#include "cql/exec.h"
#include "cql/logic.h"
#include "cql/problem.h"
#include "types/chart.h"

#define MAX_EXPRESSIONS 256
#define MAX_CHARTS 4096
#define MAX_LIBRARIES 256
#define MAX_CODES 4096

static struct
{
	const void *logic;
	CqlExec    *x;
	int			expressions[MAX_EXPRESSIONS];
	int			nexpressions;
	CqlArguments arguments;
	struct
	{
		const char *name;
		Chart		chart;
		CqlArguments arguments;
	}			charts[MAX_CHARTS];
	int			ncharts;
	CqlLibrary *libraries[MAX_LIBRARIES];
	int			nlibraries;
	struct
	{
		const char *url;
		const char *version;
		const void *codes;
	}			codes[MAX_CODES];
	int			ncodes;
	CqlProblems problems;
	const char *keep;			/* file into which the logic that is linked here is written */
}			bench;

extern void timed_rounds(int chart, int rounds);

static void pg_attribute_printf(1, 2) __attribute__((noreturn))
fail(const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* The value of a hexadecimal digit. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	fail("not a hexadecimal digit");
}

/* Hexadecimal digits as a varlena. */
static void *
read_value(const char *text)
{
	size_t		length = strlen(text) / 2;
	char	   *value = palloc(length + VARHDRSZ);

	for (size_t i = 0; i < length; i++)
		value[VARHDRSZ + i] = (char) (digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
	SET_VARSIZE(value, length + VARHDRSZ);
	return value;
}

/* Notes a library of ELM. */
static void
read_library(const char *bytes)
{
	const char *value = read_value(bytes);
	PhmError	err = {0};
	CqlLibrary *library = elm_read_json(value + VARHDRSZ, VARSIZE(value) - VARHDRSZ, &bench.problems, &err);

	if (library == NULL || bench.nlibraries == MAX_LIBRARIES)
		fail("cannot read a library: %s", err.message);
	bench.libraries[bench.nlibraries++] = library;
}

/* Notes a value set. */
static void
read_codes(const char *url, const char *version, const char *bytes)
{
	if (bench.ncodes == MAX_CODES)
		fail("too many value sets");
	bench.codes[bench.ncodes].url = pstrdup(url);
	bench.codes[bench.ncodes].version = pstrdup(version);
	bench.codes[bench.ncodes++].codes = read_value(bytes);
}

/* Finds a value set for the linker. */
static bool
find_codes(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	for (int i = 0; i < bench.ncodes; i++)
		if (strcmp(bench.codes[i].url, url) == 0 && strcmp(bench.codes[i].version, version ? version : "") == 0)
		{
			*codes = (const char *) bench.codes[i].codes + VARHDRSZ;
			*length = VARSIZE(bench.codes[i].codes) - VARHDRSZ;
			return true;
		}
	return false;
}

/* Takes a library among those to link, and what it includes. */
static void
take_library(const char *name, const char *version, CqlLibrary **taken, int *ntaken)
{
	for (int i = 0; i < bench.nlibraries; i++)
	{
		CqlLibrary *library = bench.libraries[i];

		if (library == NULL || strcmp(library->name, name) != 0 ||
			(version && strcmp(library->version ? library->version : "", version) != 0))
			continue;
		bench.libraries[i] = NULL;
		taken[(*ntaken)++] = library;
		for (int j = 0; j < library->nincludes; j++)
			take_library(library->includes[j].path, library->includes[j].version, taken, ntaken);
	}
}

/* Writes a value as its line, so that callgrind need not see it made. */
static void
write_value(const void *value, const char *path)
{
	FILE	   *out = fopen(path, "w");

	if (out == NULL)
		fail("cannot open %s", path);
	fprintf(out, "logic\t");
	for (size_t i = VARHDRSZ; i < VARSIZE(value); i++)
		fprintf(out, "%02x", ((const uint8 *) value)[i]);
	fprintf(out, "\n");
	fclose(out);
}

/* Links what was read; the results are those of the root. */
static void
link_root(const char *root, bool native)
{
	CqlLinkOptions options = {.roots = &root,.nroots = 1,.native_helpers = native,
	.value_sets = {.find = find_codes,.missing_is_empty = true}};
	CqlLibrary *taken[MAX_LIBRARIES];
	int			ntaken = 0;
	PhmError	err = {0};
	void	   *logic;

	take_library(root, NULL, taken, &ntaken);
	logic = cql_link(taken, ntaken, &options, &bench.problems);
	if (logic == NULL)
		fail("cannot link: %s", problems_text(&bench.problems));
	if (!logic_validate(logic, VARSIZE(logic), &err))
		fail("%s %s", err.message, err.detail);
	if (bench.keep)
		write_value(logic, bench.keep);
	bench.logic = logic;
	bench.x = cql_open(logic);
	bench.nexpressions = 0;
}

/* A moment of UTC. */
static PhmDateTime
moment(int64 ms)
{
	PhmDateTime v;
	PhmError	err = {0};

	if (!datetime_from_local_ms(ms, DATETIME_MILLISECOND, DATETIME_ZONE_Z, &v, &err))
		fail("%s", err.message);
	return v;
}

#define MS_DAY INT64CONST(86400000)

/* Evaluation at the end of a period, as phm.evaluate without as_of. */
static void
read_period(const char *first, const char *behind)
{
	CqlArguments *a = &bench.arguments;

	a->has_period = true;
	a->period_low = moment(atoll(first) * MS_DAY);
	a->period_high = moment(atoll(behind) * MS_DAY - 1);
	a->now = a->period_high;
	a->profiles = CQL_PROFILES_TRUST;
	a->memory = (size_t) 256 * 1024 * 1024;
}

/* Notes an expression of the logic read before it. */
static void
read_expression(const char *name)
{
	int			i = bench.x ? cql_find_expression(bench.x, name, (int) strlen(name)) : -1;

	if (i < 0 || bench.nexpressions == MAX_EXPRESSIONS)
		fail("no expression %s", name);
	bench.expressions[bench.nexpressions++] = i;
}

/* Notes a chart under the period read before it. */
static void
read_chart(const char *name, const char *bytes)
{
	if (bench.ncharts == MAX_CHARTS)
		fail("too many charts");
	bench.charts[bench.ncharts].name = pstrdup(name);
	bench.charts[bench.ncharts].arguments = bench.arguments;
	chart_open(&bench.charts[bench.ncharts].chart, read_value(bytes));
	bench.ncharts++;
}

/* Takes one line in. */
static void
read_line(char *line)
{
	char	   *word[4];

	for (int i = 0; i < 4; i++)
		word[i] = strsep(&line, "\t\n");
	if (word[0] && word[1] && strcmp(word[0], "logic") == 0)
		bench.x = cql_open(bench.logic = read_value(word[1]));
	else if (word[0] && word[1] && strcmp(word[0], "expression") == 0)
		read_expression(word[1]);
	else if (word[0] && word[2] && strcmp(word[0], "period") == 0)
		read_period(word[1], word[2]);
	else if (word[0] && word[2] && strcmp(word[0], "chart") == 0)
		read_chart(word[1], word[2]);
	else if (word[0] && word[1] && strcmp(word[0], "library") == 0)
		read_library(word[1]);
	else if (word[0] && word[3] && strcmp(word[0], "codes") == 0)
		read_codes(word[1], word[2], word[3]);
	else if (word[0] && word[2] && strcmp(word[0], "link") == 0)
		link_root(word[1], word[2][0] == '1');
	else
		fail("cannot read the line %s", word[0] ? word[0] : "");
}

/* Takes a file in, line by line. */
static void
read_file(const char *path)
{
	FILE	   *in = fopen(path, "r");
	char	   *line = NULL;
	size_t		size = 0;

	if (in == NULL)
		fail("cannot open %s", path);
	while (getline(&line, &size, in) >= 0)
		read_line(line);
	free(line);
	fclose(in);
}

/* Evaluates a chart some times. */
static pg_noinline void
evaluate_rounds(int chart, int rounds)
{
	CqlValue	v;
	PhmError	err = {0};

	for (int round = 0; round < rounds; round++)
	{
		cql_set_chart(bench.x, &bench.charts[chart].chart);
		for (int i = 0; i < bench.nexpressions; i++)
			(void) cql_evaluate(bench.x, bench.expressions[i], &v, &err);
	}
}

/* What callgrind watches. */
pg_noinline void
timed_rounds(int chart, int rounds)
{
	evaluate_rounds(chart, rounds);
}

/* Prints what the expressions of a chart give. */
static void
list_results(int chart)
{
	cql_set_chart(bench.x, &bench.charts[chart].chart);
	for (int i = 0; i < bench.nexpressions; i++)
	{
		StringInfoData out;
		CqlValue	v;
		PhmError	err = {0};

		initStringInfo(&out);
		if (cql_evaluate(bench.x, bench.expressions[i], &v, &err) && cql_print_json(bench.x, v, &out, &err))
			printf("%s\t%d\t%s\n", bench.charts[chart].name, i, out.data);
		else
			printf("%s\t%d\t%s %s\n", bench.charts[chart].name, i, err.message, err.detail);
	}
	for (uint32 i = 0; i < cql_warning_count(bench.x); i++)
		printf("%s\twarning\t%s\n", bench.charts[chart].name, cql_warning(bench.x, i));
}

/* CPU time of the process. */
static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

int
main(int argc, char **argv)
{
	int			rounds;

	if (argc < 3)
		fail("usage: evaluate FILE ROUNDS [LIST]");
	rounds = atoi(argv[2]);
	bench.keep = getenv("PHM_KEEP_LOGIC");
	read_file(argv[1]);
	if (bench.nexpressions == 0 && bench.x)
		for (uint32 i = 0; i < logic_expression_count(bench.logic); i++)
			bench.expressions[bench.nexpressions++] = (int) i;
	for (int i = 0; i < bench.ncharts; i++)
	{
		double		start;

		cql_set_arguments(bench.x, &bench.charts[i].arguments);
		for (int warm = 0; warm < 2; warm++)
			evaluate_rounds(i, 1);
		start = seconds();
		timed_rounds(i, rounds);
		printf("%s\t%.2f us\n", bench.charts[i].name, rounds ? (seconds() - start) * 1e6 / rounds : 0);
		if (argc > 3)
			list_results(i);
	}
	return 0;
}
