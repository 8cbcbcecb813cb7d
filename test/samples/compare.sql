-- Every FHIR resource of the files below :folder, as the file has it and as the
-- record gives it back, compared as JSON (order of members aside, digits kept).
-- Each file is a source of its own, so that versions of one resource in several
-- files do not replace each other.
SET client_min_messages = warning;
CREATE TEMP TABLE file AS
SELECT f AS name, replace(f, :'folder' || '/', '') AS short FROM phm.server_files(:'folder') AS f;

-- What the files hold: resources by themselves, in Bundles, one a line.
CREATE TEMP TABLE original AS
WITH document AS (
	SELECT short, l AS text
	  FROM file, string_to_table(pg_read_file(name), E'\n') AS l
	 WHERE name ~ '\.ndjson$' AND l ~ '\S'
	UNION ALL
	SELECT short, pg_read_file(name) FROM file WHERE name !~ '\.ndjson$'
), parsed AS (
	SELECT short, text::jsonb AS json FROM document
)
SELECT short, json FROM parsed WHERE json->>'resourceType' <> 'Bundle'
UNION ALL
SELECT short, entry->'resource'
  FROM parsed, jsonb_array_elements(json->'entry') AS entry
 WHERE json->>'resourceType' = 'Bundle' AND entry ? 'resource';

CREATE TEMP TABLE kept (short text, json jsonb);
SELECT format('INSERT INTO kept SELECT source, phm.resource(t)::jsonb FROM phm.%I AS t', c.relname) AS copy
  FROM pg_class AS c
 WHERE c.relnamespace = 'phm'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'extra')
   AND c.relname <> 'claim_line'
 ORDER BY c.relname
\gexec

-- A resource without an id gets one; it is compared without.
UPDATE kept SET json = json - 'id' WHERE json->>'id' LIKE 'phm-%';

-- The same resource twice in one file is one row.
CREATE TEMP TABLE distinct_original AS
SELECT DISTINCT short, json->>'resourceType' AS type, md5(json::text) AS hash, json FROM original;
CREATE TEMP TABLE distinct_kept AS
SELECT DISTINCT short, md5(json::text) AS hash FROM kept;

CREATE TEMP TABLE verdict AS
SELECT o.short, o.type, o.json, k.hash IS NOT NULL AS equal
  FROM distinct_original AS o LEFT JOIN distinct_kept AS k USING (short, hash);

\pset format unaligned
\pset tuples_only on
SELECT format('%-26s %8s resources %8s distinct %8s equal %6s different %6s rejected',
	:'set', (SELECT count(*) FROM original), count(*), count(*) FILTER (WHERE equal), count(*) FILTER (WHERE NOT equal),
	(SELECT coalesce(sum(rejected), 0) FROM phm.inbox WHERE file IS NOT NULL AND parent_id IS NULL))
  FROM verdict;
SELECT format('  different: %s %s in %s', type, json->>'id', short) FROM verdict WHERE NOT equal ORDER BY short, type LIMIT 10;
SELECT format('  rejected: %s, %s %s (%s times)', sqlstate, regexp_replace(error, ' at line.*', ''), min(detail), count(*))
  FROM phm.inbox WHERE parent_id IS NOT NULL GROUP BY sqlstate, regexp_replace(error, ' at line.*', '') ORDER BY 1;

-- Counts by type against the expected ones, where the set has any.
CREATE TEMP TABLE expected (set text, type text, n bigint, n_distinct_id bigint);
\if :has_expected
\set copy '\\copy expected FROM ' :'expected' ' WITH (FORMAT csv, DELIMITER E''\\t'', HEADER)'
:copy
\endif
CREATE TEMP TABLE expected_here AS SELECT * FROM expected WHERE set = :'set';
SELECT format('  counts: %s of %s types as expected', count(*) FILTER (WHERE e.n = o.n AND e.n_distinct_id = k.n), count(*))
  FROM expected_here AS e
  LEFT JOIN (SELECT json->>'resourceType' AS type, count(*) AS n FROM original GROUP BY 1) AS o USING (type)
  LEFT JOIN (SELECT json->>'resourceType' AS type, count(DISTINCT coalesce(json->>'id', '')) AS n FROM kept GROUP BY 1) AS k USING (type)
HAVING count(*) > 0;
CREATE TEMP TABLE failure AS
SELECT (SELECT count(*) FROM verdict WHERE NOT equal)
	+ (SELECT count(*) FROM expected_here AS e
	    LEFT JOIN (SELECT json->>'resourceType' AS type, count(DISTINCT coalesce(json->>'id', '')) AS n FROM kept GROUP BY 1) AS k USING (type)
	   WHERE e.n_distinct_id IS DISTINCT FROM k.n) AS n;
SELECT format('total %s %s %s', (SELECT count(*) FROM verdict), (SELECT count(*) FROM verdict WHERE equal), n) FROM failure \g :summary
