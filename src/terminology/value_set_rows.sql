/*
 * value_set_rows.sql: value sets from rows: CSV text, staged rows, and the
 * sets that ship with phm.
 */
CREATE FUNCTION phm.csv_rows(csv text, delimiter text DEFAULT ',')
RETURNS TABLE (number bigint, fields text[])
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	pattern text := format('("(?:[^"]|"")*"|[^%s\r\n"]*)([%s]|\r\n|\n|\r|$)', delimiter, delimiter);
BEGIN
	IF delimiter NOT IN (',', ';', '|', E'\t') THEN
		RAISE EXCEPTION 'delimiter must be a comma, a semicolon, a bar or a tab' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF (SELECT sum(length(m[1]) + length(m[2])) FROM regexp_matches(csv, pattern, 'g') AS m) <> length(csv) THEN
		RAISE EXCEPTION 'malformed CSV' USING ERRCODE = 'bad_copy_file_format',
			DETAIL = 'A quote is not closed, stands within an unquoted field, or is followed by text.';
	END IF;
	RETURN QUERY
	WITH token AS (
		SELECT t.n, t.m[1] AS field, t.m[2] AS ending
		  FROM regexp_matches(csv, pattern, 'g') WITH ORDINALITY AS t(m, n) WHERE t.m[1] <> '' OR t.m[2] <> ''
	), numbered AS (
		SELECT t.n, t.field, count(*) FILTER (WHERE t.ending <> delimiter)
			   OVER (ORDER BY t.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS r
		  FROM token AS t
	)
	SELECT n.r + 1, array_agg(nullif(btrim(CASE WHEN n.field LIKE '"%' THEN replace(substr(n.field, 2, length(n.field) - 2), '""', '"')
									  ELSE n.field END), '') ORDER BY n.n)
	  FROM numbered AS n GROUP BY n.r HAVING count(nullif(btrim(n.field), '')) > 0 ORDER BY n.r;
END
$$;
COMMENT ON FUNCTION phm.csv_rows(text, text) IS
'The rows of a CSV text (RFC 4180): number of the row, and its fields without quotes and outer blanks, NULL where empty. Empty rows are left out. delimiter: comma, semicolon, bar or tab. Errors: 22P04 misplaced quotes, 22023 another delimiter.';

CREATE FUNCTION phm.load_value_set_rows(rows jsonb, shipped boolean, source text)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE plpgsql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	bad text;
	made record;
BEGIN
	IF NOT shipped THEN		-- with these the store is made and upgraded
		PERFORM phm.check_store_version();
	END IF;
	SELECT format('Row %s has no %s.', r.number, CASE WHEN coalesce(r.value_set, r.name) IS NULL THEN 'value set'
			WHEN r.system IS NULL THEN 'code system' ELSE 'code' END)
	  INTO bad
	  FROM jsonb_to_recordset(rows) AS r(number bigint, value_set text, name text, system text, code text)
	 WHERE coalesce(r.value_set, r.name) IS NULL OR r.system IS NULL OR r.code IS NULL
	 ORDER BY r.number LIMIT 1;
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION 'an incomplete row of value sets' USING ERRCODE = 'invalid_parameter_value', DETAIL = bad;
	END IF;
	WITH row_ AS (
		SELECT CASE WHEN r.value_set IS NULL THEN 'urn:phm:valueset:' || r.name
					WHEN r.value_set ~ '^[0-2](\.[0-9]+)+$' THEN 'urn:oid:' || r.value_set
					ELSE r.value_set END AS url,
			   coalesce(r.version, '') AS version, r.name, r.title, r.system, r.code
		  FROM jsonb_to_recordset(rows) AS r(value_set text, version text, name text, title text, system text, code text)
	), system AS MATERIALIZED (
		SELECT s.system, phm.code_system_uri(s.system) AS uri FROM (SELECT DISTINCT r.system FROM row_ AS r) AS s
	), part AS (
		SELECT r.url, r.version, max(r.name) AS name, max(r.title) AS title,
			   phm.codeset(s.uri, array_agg(r.code) FILTER (WHERE r.code NOT LIKE '%*'),
				   array_agg(left(r.code, -1)) FILTER (WHERE r.code LIKE '%*')) AS codes
		  FROM row_ AS r JOIN system AS s USING (system) GROUP BY r.url, r.version, s.uri
	), made AS (
		SELECT p.url, p.version, max(p.name) AS name, max(p.title) AS title, phm.codeset_agg(p.codes) AS codes
		  FROM part AS p GROUP BY p.url, p.version
	)
	SELECT array_agg(m.url ORDER BY m.url, m.version) AS urls, array_agg(m.version ORDER BY m.url, m.version) AS versions,
		   array_agg(m.name ORDER BY m.url, m.version) AS names, array_agg(coalesce(m.title, m.name) ORDER BY m.url, m.version) AS titles,
		   array_agg(substring(m.url FROM '(?:^urn:oid:|/)([0-2](?:\.[0-9]+)+)$') ORDER BY m.url, m.version) AS oids,
		   array_agg('active'::text) AS statuses, array_agg(m.codes ORDER BY m.url, m.version) AS codes
	  INTO made FROM made AS m;
	IF made.urls IS NOT NULL THEN
		PERFORM phm.put_value_sets(made.urls, made.versions, made.names, made.titles, made.oids, made.statuses, made.codes,
			true, shipped, source);
	END IF;
	RETURN QUERY SELECT m.url, m.version, m.name, phm.cardinality(m.codes)
		FROM unnest(made.urls, made.versions, made.names, made.codes) WITH ORDINALITY AS m(url, version, name, codes, n) ORDER BY m.n;
END
$$;
REVOKE ALL ON FUNCTION phm.load_value_set_rows(jsonb, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set_rows(jsonb, boolean, text) IS
'Internal: writes value sets from rows of number, value_set, version, name, title, system and code. Errors: 22023 an incomplete row, 42704 an unknown system, 55000 no store or one of another version.';

CREATE FUNCTION phm.value_set_rows(csv text, delimiter text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	names constant jsonb := '{"value_set": "value_set", "url": "value_set", "oid": "value_set", "value set oid": "value_set",
		"version": "version", "definition version": "version", "name": "name", "value set name": "name", "title": "title",
		"system": "system", "code system": "system", "code_system": "system", "code": "code"}';
	header text[];
	missing text;
BEGIN
	SELECT array_agg(names ->> lower(f) ORDER BY n) INTO header
	  FROM (SELECT r.fields FROM phm.csv_rows(csv, delimiter) AS r LIMIT 1) AS h, unnest(h.fields) WITH ORDINALITY AS u(f, n);
	missing := CASE WHEN NOT coalesce('code' = ANY (header), false) THEN 'code'
		WHEN NOT coalesce('system' = ANY (header), false) THEN 'system'
		WHEN NOT coalesce(header && ARRAY['value_set', 'name'], false) THEN 'value_set or name' END;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'the header of a list of value sets lacks a column' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('There is no column %s.', missing),
			HINT = 'Columns are value_set (url or OID), version, name, title, system and code; others are ignored.';
	END IF;
	RETURN (SELECT coalesce(jsonb_agg((SELECT coalesce(jsonb_object_agg(header[u.n], u.f), '{}')
										 FROM unnest(r.fields) WITH ORDINALITY AS u(f, n) WHERE header[u.n] IS NOT NULL)
									  || jsonb_build_object('number', r.number) ORDER BY r.number), '[]')
			  FROM (SELECT c.number, c.fields FROM phm.csv_rows(csv, delimiter) AS c OFFSET 1) AS r);
END
$$;
COMMENT ON FUNCTION phm.value_set_rows(text, text) IS
'Internal: the rows of a CSV text with the header that phm.load_value_sets describes. Errors: 22P04 misplaced quotes, 22023 a missing column.';

CREATE FUNCTION phm.load_value_sets(csv text, delimiter text DEFAULT ',', source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes
  FROM phm.load_value_set_rows(phm.value_set_rows(csv, delimiter), false, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_value_sets(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_sets(text, text, text) IS
'Loads value sets from CSV text with a header: columns value_set (url or OID; also url, oid), version, name, title, system (also code_system) and code, in any order; others are ignored. A code that ends with * is a prefix. Sets without url and OID get urn:phm:valueset: and their name. Each version named is replaced and becomes current. Errors: 22P04 misplaced quotes, 22023 a missing column or an incomplete row, 42704 an unknown system, 55000 no store or one of another version.';

CREATE FUNCTION phm.load_staged_value_sets(source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE plpgsql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	rows jsonb;
BEGIN
	PERFORM phm.check_store_version();
	WITH taken AS (DELETE FROM phm.value_set_row RETURNING *)
	SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(t)) || jsonb_build_object('number', t.n))
	  INTO rows
	  FROM (SELECT row_number() OVER () AS n, nullif(btrim(s.value_set), '') AS value_set, nullif(btrim(s.version), '') AS version,
				   nullif(btrim(s.name), '') AS name, nullif(btrim(s.title), '') AS title, nullif(btrim(s.system), '') AS system,
				   nullif(btrim(s.code), '') AS code FROM taken AS s) AS t;
	RETURN QUERY SELECT l.url, l.version, l.name, l.codes
		FROM phm.load_value_set_rows(coalesce(rows, '[]'), false, load_staged_value_sets.source) AS l;
END
$$;
REVOKE ALL ON FUNCTION phm.load_staged_value_sets(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_staged_value_sets(text) IS
'Loads value sets from the rows of phm.value_set_row and takes them out: COPY phm.value_set_row (value_set, name, code, system) FROM ..., then this. Rules and errors as phm.load_value_sets; after an error the rows are still there.';

CREATE FUNCTION phm.shipped_value_sets() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC SELECT
$content$@FILE content/value_sets.tsv@$content$::text;
END;
COMMENT ON FUNCTION phm.shipped_value_sets() IS
'The value sets that ship with phm, tab separated, as phm.load_value_sets reads them.';

CREATE FUNCTION phm.load_shipped_value_sets()
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes
  FROM phm.load_value_set_rows(
	phm.value_set_rows(substr(phm.shipped_value_sets(), strpos(phm.shipped_value_sets(), E'\n') + 1), E'\t'),
	true, 'phm ' || phm.version()) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_shipped_value_sets() FROM PUBLIC;
COMMENT ON FUNCTION phm.load_shipped_value_sets() IS
'Loads the value sets that ship with phm; phm.create_store does so. Versions that are loaded already are replaced.';
