-- Every case of the expected HHS risk scores (oracle/hhs_v08_2026.tsv.gz, read through
-- :file) against phm: every term by name, raw score and score; then the same from rows.
-- Model and benefit year are those that the first line names as MODEL(YEAR), or else the
-- file's name (hhs_MODEL_YEAR.tsv.gz).
-- One line a model; then the first cases that differ; fails when any does.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TEMP TABLE line (l text);
\set copy '\\copy line FROM PROGRAM ''gzip -dcf "' :file '" | tail -n +3'' WITH (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy
\set head `gzip -dcf :'file' | head -n 1`
SELECT upper(m[1]) AS name, m[2]::int AS year
  FROM coalesce(regexp_match(:'head', '(V\d\d)\((\d{4})\)'), regexp_match(:'file', 'hhs_(v\d+)_(\d{4})[^/]*$')) AS m \gset

CREATE TEMP TABLE expected AS
SELECT f[1] AS id,
	phm.hhs_person(f[2]::int, f[3], f[4], csr => f[5]::int, enrollment_days => f[6]::int) AS person,
	string_to_array(nullif(f[7], ''), ',') AS dx, string_to_array(nullif(f[8], ''), ',') AS ndc,
	string_to_array(nullif(f[9], ''), ',') AS hcpcs, round(f[10]::numeric, 6) AS raw, f[11]::numeric AS score,
	string_to_array(f[12], ',') AS categories
  FROM line, string_to_array(l, E'\t') AS f;

-- The expected score is a rounded binary product: where the exact one lies halfway, either neighbour is right.
CREATE TEMP TABLE outcome AS
SELECT e.*, r AS result,
	ARRAY(SELECT t.term FROM unnest(r.terms) AS t ORDER BY t.term COLLATE "C")
		IS DISTINCT FROM ARRAY(SELECT c FROM unnest(e.categories) AS c ORDER BY c COLLATE "C") AS bad_terms,
	r.raw <> e.raw OR r.raw <> (SELECT sum(t.coefficient) FROM unnest(r.terms) AS t) AS bad_raw,
	abs(r.raw * r.csr_factor - e.score) > 0.0005 OR r.score <> round(r.raw * r.csr_factor, 3) AS bad_score,
	phm.hhs(m.model, s.state) IS DISTINCT FROM r AS bad_aggregate
  FROM expected AS e
 CROSS JOIN (SELECT phm.hhs_model(:'name', :year) AS model) AS m
 CROSS JOIN LATERAL phm.hhs(m.model, e.person, e.dx, e.ndc, e.hcpcs) AS r
 CROSS JOIN LATERAL (
	SELECT phm.hhs_state_agg(m.model, e.person, c.kind, c.code) AS state
	  FROM (SELECT 'dx', NULL UNION ALL SELECT 'dx', unnest(e.dx) UNION ALL SELECT 'ndc', unnest(e.ndc)
			 UNION ALL SELECT 'hcpcs', unnest(e.hcpcs) OFFSET 0) AS c(kind, code)) AS s;

ALTER TABLE outcome ADD bad boolean GENERATED ALWAYS AS (
	coalesce(bad_terms OR bad_raw OR bad_score OR bad_aggregate, true)) STORED;
\pset format unaligned
\pset tuples_only on
SELECT 'phm: oracle hhs: ' || :'name' || ': ' || count(*) || ' cases, ' || count(*) FILTER (WHERE bad) || ' differ' FROM outcome;
SELECT id, bad_terms, bad_raw, bad_score, bad_aggregate, result, categories, raw, score
  FROM outcome WHERE bad ORDER BY id LIMIT 5;
DO $$ BEGIN
	IF (SELECT count(*) FROM outcome) <> (SELECT count(*) FROM line) OR NOT EXISTS (SELECT FROM outcome)
		OR EXISTS (SELECT FROM outcome WHERE bad) THEN
		RAISE EXCEPTION 'scores differ from the expected ones';
	END IF;
END $$;
