/*
 * load.c: messages and server files into the record: the SQL functions.
 *
 * Files are read in chunks of whole lines, so that memory stays flat however
 * large they are; the caller commits between chunks.  What cannot be read
 * becomes a row of phm.inbox.
 */
#include "phm.h"

#include <glob.h>
#include <sys/stat.h>

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "funcapi.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "phm_plan.h"
#include "ingest/fhir_reader.h"

PG_FUNCTION_INFO_V1(phm_read_fhir);
PG_FUNCTION_INFO_V1(phm_read_fhir_file);
PG_FUNCTION_INFO_V1(phm_server_files);

#define FLUSH_BYTES (8 * 1024 * 1024)	/* rows held before they are written */
#define MAX_TEXT ((int64) MaxAllocSize - 1)	/* one resource, Bundle or line */
#define KEPT_TEXT (64 * 1024 * 1024)	/* of a piece that cannot be read, so much is kept */

/* Where rejected pieces go. */
typedef struct Rejects
{
	const char *source;
	const char *file;			/* NULL: a message */
	int64		person;
	int64		inbox_id;
	int64		line;			/* of the text that is being read */
	int64		position;
	int64		count;
} Rejects;

/* Adds a row to the inbox for a piece that could not be read. */
static void
reject(void *arg, const PhmError *err, const char *text, size_t length)
{
	static const char sql[] =
		"INSERT INTO phm.inbox (source, person, payload, payload_bytes, file, line, position, parent_id, "
		"status, sqlstate, error, detail, processed_at) "
		"VALUES ($1, nullif($2, 0), $3, $4, $5, $6, $7, $8, 'error', $9, $10, nullif($11, ''), clock_timestamp())";
	Rejects    *r = arg;
	Oid			types[11] = {TEXTOID, INT8OID, TEXTOID, BYTEAOID, TEXTOID, INT8OID, INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID};
	size_t		kept = Min(length, KEPT_TEXT);
	bool		is_text = element_valid_text(text, kept);
	Datum		payload = PointerGetDatum(cstring_to_text_with_len(text, (int) kept));
	Datum		values[11] = {
		CStringGetTextDatum(r->source), Int64GetDatum(r->person), payload, payload,
		r->file ? CStringGetTextDatum(r->file) : (Datum) 0, Int64GetDatum(r->line),
		Int64GetDatum(r->position), Int64GetDatum(r->inbox_id),
		CStringGetTextDatum(unpack_sql_state(err->sqlstate)), CStringGetTextDatum(err->message),
		CStringGetTextDatum(err->detail)
	};
	char		nulls[12] = "           ";

	nulls[2] = is_text ? ' ' : 'n';
	nulls[3] = is_text ? 'n' : ' ';
	if (r->file == NULL)
		nulls[4] = nulls[5] = nulls[6] = 'n';
	SPI_connect();
	phm_spi_check(SPI_execute_with_args(sql, 11, types, values, nulls, false, 0), "write to phm.inbox");
	SPI_finish();
	r->count++;
	pfree(DatumGetPointer(payload));
}

/* A row for the caller. */
static Datum
make_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/* A reader whose bad pieces go to the inbox. */
static FhirReader *
begin_reader(Rejects *rejects)
{
	FhirReader *reader = fhir_reader_begin(rejects->source, rejects->person, rejects->inbox_id);

	reader->reject = reject;
	reader->reject_arg = rejects;
	return reader;
}

Datum
phm_read_fhir(PG_FUNCTION_ARGS)
{
	text	   *payload = PG_ARGISNULL(0) ? cstring_to_text("") : PG_GETARG_TEXT_PP(0);
	Rejects		rejects = {0};
	FhirReader *reader;
	PhmError	err = {0};
	Datum		values[6];
	bool		nulls[6] = {false};

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("source must not be null")));
	rejects.source = text_to_cstring(PG_GETARG_TEXT_PP(1));
	rejects.person = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);
	rejects.inbox_id = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3);
	reader = begin_reader(&rejects);
	fhir_read(reader, VARDATA_ANY(payload), VARSIZE_ANY_EXHDR(payload), 1, &err);
	values[0] = Int64GetDatum(reader->resources);
	values[1] = Int64GetDatum(rejects.count);
	values[2] = Int64GetDatum(reader->deleted);
	fhir_reader_end(reader);
	nulls[3] = nulls[4] = err.sqlstate == 0;
	nulls[5] = err.detail[0] == '\0';
	if (err.sqlstate != 0)
	{
		values[3] = CStringGetTextDatum(unpack_sql_state(err.sqlstate));
		values[4] = CStringGetTextDatum(err.message);
		values[5] = CStringGetTextDatum(err.detail);
	}
	return make_row(fcinfo, values, nulls);
}

/* Reading server files is for those who may. */
static void
require_file_rights(void)
{
	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to read files of the server"),
				 errhint("Grant pg_read_server_files, or send the content with COPY phm.inbox or phm.ingest.")));
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t		n = strlen(name);
	size_t		m = strlen(suffix);

	return n >= m && pg_strcasecmp(name + n - m, suffix) == 0;
}

/* A file that is read chunk by chunk. */
typedef struct Chunk
{
	FILE	   *file;
	char	   *data;
	int64		size;			/* of the buffer */
	int64		length;			/* bytes in it */
	bool		at_end;			/* nothing follows in the file */
} Chunk;

/* Reads until the buffer holds so many bytes or the file ends. */
static void
fill(Chunk *c, const char *name, int64 wanted)
{
	if (wanted > c->size)
	{
		c->size = wanted;
		c->data = c->data ? repalloc_huge(c->data, c->size) : palloc_extended(c->size, MCXT_ALLOC_HUGE);
	}
	while (c->length < wanted && !c->at_end)
	{
		size_t		got = fread(c->data + c->length, 1, wanted - c->length, c->file);

		if (ferror(c->file))
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read file \"%s\": %m", name)));
		c->length += got;
		c->at_end = got == 0;
		CHECK_FOR_INTERRUPTS();
	}
}

/* Reads one line, or a whole file, and rejects it where it cannot be read. */
static void
read_text(FhirReader *reader, Rejects *rejects, const char *text, int64 length, int64 line)
{
	PhmError	err = {0};

	rejects->line = line;
	if (!fhir_read(reader, text, length, line, &err))
		reject(rejects, &err, text, length);
	if (record_batch_size(reader->batch) > FLUSH_BYTES)
		record_batch_flush(reader->batch);
}

static bool
is_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end;
}

/* What a call has done. */
typedef struct Progress
{
	int64		position;
	int64		line;
	bool		finished;
} Progress;

/* Reads whole lines from the buffer; a line that is too long is an error by itself. */
static void
read_lines(Chunk *c, FhirReader *reader, Rejects *rejects, const char *name, Progress *progress)
{
	char	   *p = c->data;

	for (;;)
	{
		char	   *end = memchr(p, '\n', c->data + c->length - p);
		int64		offset = p - c->data;

		if (end == NULL && !c->at_end)
		{
			if (p > c->data)
				break;			/* the rest comes with the next chunk */
			if (c->length >= MAX_TEXT)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("line " INT64_FORMAT " of file \"%s\" is longer than 1 GB", progress->line, name)));
			fill(c, name, Min(c->length * 2, MAX_TEXT));
			p = c->data;
			continue;
		}
		if (end == NULL)
			end = c->data + c->length;
		rejects->position = progress->position + offset;
		if (!is_blank(p, end))
			read_text(reader, rejects, p, end - p, progress->line);
		progress->line++;
		p = end < c->data + c->length ? end + 1 : end;
		if (p >= c->data + c->length)
			break;
		CHECK_FOR_INTERRUPTS();
	}
	progress->position += p - c->data;
	progress->finished = c->at_end && p >= c->data + c->length;
}

/* Reads a file as one JSON value. */
static void
read_whole(Chunk *c, FhirReader *reader, Rejects *rejects, const char *name, Progress *progress)
{
	while (!c->at_end)
	{
		if (c->length >= MAX_TEXT)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("file \"%s\" holds more than 1 GB in one JSON value", name),
					 errhint("Write it as NDJSON, one resource a line, in a file named .ndjson.")));
		fill(c, name, Min(Max(c->length * 2, 65536), MAX_TEXT));
	}
	read_text(reader, rejects, c->data, c->length, 1);
	progress->position = c->length;
	progress->finished = true;
}

Datum
phm_read_fhir_file(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Progress	progress = {PG_GETARG_INT64(1), PG_GETARG_INT64(2), false};
	Rejects		rejects = {0};
	Chunk		chunk = {0};
	FhirReader *reader;
	Datum		values[6];
	bool		nulls[6] = {false};

	require_file_rights();
	rejects.source = text_to_cstring(PG_GETARG_TEXT_PP(3));
	rejects.file = name;
	rejects.person = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT64(4);
	rejects.inbox_id = PG_GETARG_INT64(5);
	chunk.file = AllocateFile(name, PG_BINARY_R);
	if (chunk.file == NULL || fseeko(chunk.file, progress.position, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\": %m", name)));
	reader = begin_reader(&rejects);
	fill(&chunk, name, Max(PG_GETARG_INT64(6), 65536));
	if (has_suffix(name, ".ndjson") || has_suffix(name, ".jsonl"))
		read_lines(&chunk, reader, &rejects, name, &progress);
	else
		read_whole(&chunk, reader, &rejects, name, &progress);
	FreeFile(chunk.file);
	values[0] = Int64GetDatum(progress.position);
	values[1] = Int64GetDatum(progress.line);
	values[2] = BoolGetDatum(progress.finished);
	values[3] = Int64GetDatum(reader->resources);
	values[4] = Int64GetDatum(rejects.count);
	values[5] = Int64GetDatum(reader->deleted);
	fhir_reader_end(reader);
	pfree(chunk.data);
	return make_row(fcinfo, values, nulls);
}

/* Adds the FHIR files below a folder. */
static void
add_folder(ReturnSetInfo *rsinfo, const char *path)
{
	DIR		   *dir = AllocateDir(path);
	struct dirent *entry;

	check_stack_depth();
	while ((entry = ReadDir(dir, path)) != NULL)
	{
		char	   *name = psprintf("%s/%s", path, entry->d_name);
		struct stat st;
		Datum		value;
		bool		isnull = false;

		if (entry->d_name[0] == '.' || stat(name, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			add_folder(rsinfo, name);
		else if (has_suffix(name, ".json") || has_suffix(name, ".ndjson") || has_suffix(name, ".jsonl"))
		{
			value = CStringGetTextDatum(name);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
		}
	}
	FreeDir(dir);
}

Datum
phm_server_files(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *path = text_to_cstring(PG_GETARG_TEXT_PP(0));
	glob_t		found;
	int			n;
	char	  **names;

	require_file_rights();
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (glob(path, 0, NULL, &found) != 0)
		return (Datum) 0;
	n = (int) found.gl_pathc;
	names = palloc(sizeof(char *) * n);
	for (int i = 0; i < n; i++)
		names[i] = pstrdup(found.gl_pathv[i]);
	globfree(&found);
	for (int i = 0; i < n; i++)
	{
		struct stat st;
		Datum		value = CStringGetTextDatum(names[i]);
		bool		isnull = false;

		if (stat(names[i], &st) == 0 && S_ISDIR(st.st_mode))
			add_folder(rsinfo, names[i]);
		else
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}
