-- Every case of the expected comorbidity scores (oracle/comorbidity.tsv, read
-- through :file) against phm: conditions and scores, from arrays and from rows.
-- All diagnoses count, but CMR leaves out the first; poa has one letter a diagnosis.
-- One line an index; then the first cases that differ; fails when any does.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TEMP TABLE line (l text);
\set copy '\\copy line FROM PROGRAM ''tail -n +3 "' :file '"'' WITH (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy

CREATE TEMP TABLE expected AS
SELECT f[1] AS id, nullif(f[2], '')::int AS age, string_to_array(f[3], ',') AS dx,
	string_to_array(rpad(f[4], coalesce(cardinality(string_to_array(f[3], ',')), 0), ' '), NULL) AS poa,
	f[5] AS charlson, f[6]::numeric AS original, f[7]::numeric AS quan2011, f[8]::int AS age_points,
	f[9] AS elixhauser, f[10]::int AS elixhauser_count, f[11]::numeric AS vanwalraven,
	f[12] AS cmr, f[13]::numeric AS readmission, f[14]::numeric AS mortality, f[15]::numeric AS hfrs
  FROM line, string_to_array(l, E'\t') AS f;
CREATE FUNCTION pg_temp.sorted(text[]) RETURNS text LANGUAGE sql AS
$$SELECT coalesce(string_agg(c, ',' ORDER BY c COLLATE "C"), '') FROM unnest($1) AS c$$;

CREATE TEMP TABLE outcome AS
SELECT e.*, c, x, m, h,
	pg_temp.sorted(c.conditions) <> e.charlson OR c.original <> e.original OR c.quan2011 <> e.quan2011
		OR coalesce(c.age_points, 0) <> e.age_points OR c.original_with_age <> e.original + e.age_points AND e.age IS NOT NULL
		OR c.quan2011_with_age <> e.quan2011 + e.age_points AND e.age IS NOT NULL OR c.count <> cardinality(c.conditions) AS bad_charlson,
	pg_temp.sorted(x.conditions) <> e.elixhauser OR x.count <> e.elixhauser_count OR x.vanwalraven <> e.vanwalraven AS bad_elixhauser,
	pg_temp.sorted(m.conditions) <> e.cmr OR m.readmission <> e.readmission OR m.mortality <> e.mortality
		OR cardinality(m.undetermined) > 0 AS bad_cmr,
	h.score::text <> e.hfrs::text AS bad_hfrs,
	rc IS DISTINCT FROM c OR rx IS DISTINCT FROM x OR rm IS DISTINCT FROM m OR rh IS DISTINCT FROM h AS bad_aggregate
  FROM expected AS e
 CROSS JOIN LATERAL phm.charlson(e.dx, e.age) AS c
 CROSS JOIN LATERAL phm.elixhauser(e.dx) AS x
 CROSS JOIN LATERAL phm.ahrq_cmr(e.dx[1], e.dx[2:], e.poa[2:]) AS m
 CROSS JOIN LATERAL phm.hfrs(e.dx) AS h
 CROSS JOIN LATERAL (
	SELECT phm.charlson(phm.comorbidity_index('charlson'), d, e.age), phm.elixhauser(phm.comorbidity_index('elixhauser'), d),
		phm.ahrq_cmr(phm.comorbidity_index('ahrq_cmr'), d, p, n = 1), phm.hfrs(phm.comorbidity_index('hfrs'), d)
	  FROM unnest(e.dx || NULL::text, e.poa || NULL::text) WITH ORDINALITY AS u(d, p, n) OFFSET 0) AS g(rc, rx, rm, rh);

\pset format unaligned
\pset tuples_only on
SELECT 'phm: oracle comorbidity: ' || name || ': ' || count(*) || ' cases, ' || count(*) FILTER (WHERE bad IS NOT FALSE) || ' differ'
  FROM outcome, LATERAL (VALUES ('charlson', bad_charlson), ('elixhauser', bad_elixhauser), ('ahrq_cmr', bad_cmr),
	('hfrs', bad_hfrs), ('aggregates', bad_aggregate)) AS v(name, bad)
 GROUP BY name ORDER BY name;
SELECT id, age, dx, poa, bad_charlson, bad_elixhauser, bad_cmr, bad_hfrs, bad_aggregate, c, x, m, h, charlson, elixhauser, cmr, hfrs
  FROM outcome
 WHERE (bad_charlson OR bad_elixhauser OR bad_cmr OR bad_hfrs OR bad_aggregate) IS NOT FALSE ORDER BY id LIMIT 5;
DO $$ BEGIN
	IF (SELECT count(*) FROM outcome) <> (SELECT count(*) FROM line) OR NOT EXISTS (SELECT FROM outcome) OR EXISTS (SELECT FROM outcome
		WHERE (bad_charlson OR bad_elixhauser OR bad_cmr OR bad_hfrs OR bad_aggregate) IS NOT FALSE) THEN
		RAISE EXCEPTION 'scores differ from the expected ones';
	END IF;
END $$;
