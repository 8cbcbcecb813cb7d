-- Every case of the expected risk scores (oracle/hcc.tsv.gz, read through :file)
-- against phm: segment, cell, categories, interactions, terms, raw score and
-- unrounded payment, which is raw over normalization less coding intensity.
-- One line a model; then the first cases that differ; fails when any does.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TEMP TABLE line (l text);
\set copy '\\copy line FROM PROGRAM ''gzip -dc "' :file '" | tail -n +3'' WITH (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy

CREATE TEMP TABLE expected AS
SELECT f[1] AS id, f[2] AS model,
	phm.hcc_person(f[3]::int, f[4], orec => f[5]::int, crec => f[6]::int, dual_status => f[7],
		new_enrollee => f[8]::boolean, snp => f[9]::boolean, low_income => f[10]::boolean,
		lti => f[11]::boolean, graft_months => nullif(f[12], '')::int, esrd => f[13]::boolean) AS person,
	string_to_array(f[14], ',') AS dx, f[15] AS segment, f[16] AS cell,
	string_to_array(f[17], ',')::int[] AS hccs, string_to_array(f[18], ',') AS interactions,
	string_to_array(f[19], ',') AS terms, f[20]::numeric AS raw, f[21]::numeric AS norm,
	f[22]::numeric AS ci, f[23]::numeric AS unrounded
  FROM line, string_to_array(l, E'\t') AS f;

CREATE TEMP TABLE model AS
SELECT name, CASE name
		WHEN 'V24' THEN phm.hcc_model('V24', 2025)
		WHEN 'V28' THEN phm.hcc_model('V28', 2026)
		WHEN 'RX_V08_X' THEN phm.hcc_model('RX_V08_MAPD', 2026)
		WHEN 'ESRD_V24' THEN phm.hcc_model('ESRD_V24', 2026, unverified => true) END AS model
  FROM (SELECT DISTINCT model FROM expected) AS m(name);

CREATE TEMP TABLE outcome AS
SELECT e.*, r AS result,
	r.segment IS DISTINCT FROM e.segment AS bad_segment,
	coalesce(r.cell, '') <> e.cell AND e.cell <> '' AS bad_cell,
	r.hccs <> e.hccs AS bad_hccs,
	ARRAY(SELECT i FROM unnest(r.interactions) AS i ORDER BY i COLLATE "C")
		<> ARRAY(SELECT i FROM unnest(e.interactions) AS i ORDER BY i COLLATE "C") AS bad_interactions,
	ARRAY(SELECT t.term || '=' || trim_scale(t.coefficient) FROM unnest(r.terms) AS t ORDER BY t.term COLLATE "C")
		<> ARRAY(SELECT split_part(t, '=', 1) || '=' || trim_scale(split_part(t, '=', 2)::numeric)
		           FROM unnest(e.terms) AS t ORDER BY split_part(t, '=', 1) COLLATE "C") AS bad_terms,
	round(r.raw, 6) <> e.raw AS bad_raw,
	r.normalization <> e.norm AS bad_norm,
	abs(r.raw / r.normalization * (1 - e.ci) - e.unrounded) > 0.000001 AS bad_unrounded,
	e.model IN ('V24', 'V28') AND (r.coding_intensity <> e.ci
		OR r.payment <> round(round(e.raw / e.norm, 3) * (1 - e.ci), 3)) AS bad_payment,
	a IS DISTINCT FROM r AS bad_aggregate
  FROM expected AS e
  JOIN model AS m ON m.name = e.model
 CROSS JOIN LATERAL phm.hcc(m.model, e.person, e.dx) AS r
 CROSS JOIN LATERAL (SELECT phm.hcc(m.model, e.person, d) FROM unnest(e.dx || NULL::text) AS d OFFSET 0) AS g(a);

ALTER TABLE outcome ADD bad boolean GENERATED ALWAYS AS (coalesce(bad_segment OR bad_cell OR bad_hccs
	OR bad_interactions OR bad_terms OR bad_raw OR bad_norm OR bad_unrounded OR bad_payment
	OR bad_aggregate, true)) STORED;
\pset format unaligned
\pset tuples_only on
SELECT 'phm: oracle hcc: ' || model || ': ' || count(*) || ' cases, ' || count(*) FILTER (WHERE bad) || ' differ'
  FROM outcome GROUP BY model ORDER BY model;
SELECT model, id, bad_segment, bad_cell, bad_hccs, bad_interactions, bad_terms, bad_raw, bad_norm,
	bad_unrounded, bad_payment, bad_aggregate, result, segment, cell, hccs, terms, raw, unrounded
  FROM outcome WHERE bad ORDER BY model, id LIMIT 5;
DO $$ BEGIN
	IF (SELECT count(*) FROM outcome) <> (SELECT count(*) FROM line) OR NOT EXISTS (SELECT FROM outcome)
		OR EXISTS (SELECT FROM outcome WHERE bad) THEN
		RAISE EXCEPTION 'scores differ from the expected ones';
	END IF;
END $$;
