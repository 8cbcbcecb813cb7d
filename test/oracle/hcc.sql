-- Every case of the expected risk scores (hcc.tsv.gz or another file of its columns, read through :file)
-- against phm: segment, cell, categories, interactions, terms, raw score and unrounded payment, which is
-- raw over normalization less coding intensity.  Columns are found by their names.  The model of a case is
-- that of the column model (a name or a calibration of phm.hcc_release) and of its payment year: the column
-- payment_year where there is one, else the year whose normalization is that of the case, else 2026 or the
-- last one.  One line a model; then the first cases that differ; fails when any does or a model is unknown.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TEMP TABLE line (n integer GENERATED ALWAYS AS IDENTITY, l text);
\set copy '\\copy line (l) FROM PROGRAM ''gzip -dcf "' :file '" | tail -n +2'' WITH (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')'
:copy

CREATE TEMP TABLE given AS
SELECT f->>'id' AS id, f->>'model' AS model, nullif(coalesce(f->>'payment_year', f->>'year'), '')::int AS payment_year,
	coalesce(nullif(coalesce(f->>'mce_edits', f->>'mce'), '')::boolean, false) AS mce,
	phm.hcc_person((f->>'age')::int, f->>'sex', orec => (f->>'orec')::int, crec => nullif(f->>'crec', '')::int,
		dual_status => f->>'dual', new_enrollee => (f->>'new_enrollee')::boolean, snp => (f->>'snp')::boolean,
		low_income => (f->>'low_income')::boolean, lti => (f->>'lti')::boolean,
		graft_months => nullif(f->>'graft_months', '')::int, esrd => nullif(f->>'concurrent_esrd', '')::boolean) AS person,
	string_to_array(f->>'dx', ',') AS dx, f->>'segment' AS segment, coalesce(f->>'cell', '') AS cell,
	string_to_array(f->>'hccs', ',')::int[] AS hccs, string_to_array(f->>'interactions', ',') AS interactions,
	string_to_array(f->>'terms', ',') AS terms, (f->>'raw')::numeric AS raw, nullif(f->>'norm', '')::numeric AS norm,
	nullif(f->>'coding_intensity', '')::numeric AS ci, nullif(f->>'payment_unrounded', '')::numeric AS unrounded
  FROM (SELECT jsonb_object(h.names, string_to_array(l, E'\t')) AS f
		  FROM line, (SELECT string_to_array(l, E'\t') AS names FROM line WHERE n = 1) AS h WHERE n > 1) AS row;

-- The release of each combination, and the model itself.
CREATE TEMP TABLE chosen AS
SELECT w.*, r.model AS name, r.payment_year AS year,
	phm.hcc_model(r.model, r.payment_year, mce_edits => w.mce, unverified => true) AS compiled
  FROM (SELECT DISTINCT model, norm, payment_year, mce FROM given) AS w
  LEFT JOIN LATERAL (
	SELECT r.model, r.payment_year FROM phm.hcc_release AS r JOIN phm.hcc_adjustment AS a USING (model, payment_year)
	 WHERE w.model IN (r.model, r.coefficient_set) AND coalesce(w.payment_year = r.payment_year, true)
	 ORDER BY (a.normalization = w.norm) DESC NULLS LAST, r.payment_year = 2026 DESC, r.payment_year DESC, r.model LIMIT 1
	) AS r ON true;

CREATE TEMP TABLE outcome AS
SELECT e.*, c.name IS NULL AS unknown, r AS result,
	r.segment IS DISTINCT FROM e.segment AS bad_segment,
	coalesce(r.cell, '') <> e.cell AND e.cell <> '' AS bad_cell,
	r.hccs <> e.hccs AS bad_hccs,
	ARRAY(SELECT i FROM unnest(r.interactions) AS i ORDER BY i COLLATE "C")
		<> ARRAY(SELECT i FROM unnest(e.interactions) AS i ORDER BY i COLLATE "C") AS bad_interactions,
	ARRAY(SELECT t.term || '=' || trim_scale(t.coefficient) FROM unnest(r.terms) AS t ORDER BY t.term COLLATE "C")
		<> ARRAY(SELECT split_part(t, '=', 1) || '=' || trim_scale(split_part(t, '=', 2)::numeric)
		           FROM unnest(e.terms) AS t ORDER BY split_part(t, '=', 1) COLLATE "C") AS bad_terms,
	round(r.raw, 6) <> e.raw AS bad_raw,
	coalesce(r.normalization <> e.norm, false) AS bad_norm,
	-- printed with six decimals; a little more than half of the last one is for binary fractions
	coalesce(abs((SELECT sum(coefficient) FROM unnest(r.terms)) / r.divisor / e.norm * (1 - e.ci) - e.unrounded) > 0.00000050001, false)
		AS bad_unrounded,
	coalesce(CASE WHEN r.coding_intensity = e.ci THEN r.payment <> round(round(e.raw / e.norm, 3) * (1 - e.ci), 3)
			ELSE e.model IN ('V24', 'V28') END, false) AS bad_payment,
	a IS DISTINCT FROM r AS bad_aggregate
  FROM given AS e
  JOIN chosen AS c ON c.model = e.model AND c.mce = e.mce
   AND c.norm IS NOT DISTINCT FROM e.norm AND c.payment_year IS NOT DISTINCT FROM e.payment_year
 CROSS JOIN LATERAL phm.hcc(c.compiled, e.person, e.dx) AS r
 CROSS JOIN LATERAL (SELECT phm.hcc(c.compiled, e.person, d) FROM unnest(e.dx || NULL::text) AS d OFFSET 0) AS g(a);

ALTER TABLE outcome ADD bad boolean GENERATED ALWAYS AS (coalesce(unknown OR bad_segment OR bad_cell OR bad_hccs
	OR bad_interactions OR bad_terms OR bad_raw OR bad_norm OR bad_unrounded OR bad_payment
	OR bad_aggregate, true)) STORED;
\pset format unaligned
\pset tuples_only on
SELECT 'phm: oracle hcc: ' || model || ': ' || count(*) || ' cases, ' || count(*) FILTER (WHERE bad) || ' differ'
	|| CASE WHEN bool_or(unknown) THEN ' (phm has no such model)' ELSE '' END
  FROM outcome GROUP BY model ORDER BY model;
SELECT model, id, bad_segment, bad_cell, bad_hccs, bad_interactions, bad_terms, bad_raw, bad_norm,
	bad_unrounded, bad_payment, bad_aggregate, result, segment, cell, hccs, terms, raw, unrounded
  FROM outcome WHERE bad AND NOT unknown ORDER BY model, id LIMIT 5;
DO $$ BEGIN
	IF (SELECT count(*) FROM outcome) <> (SELECT count(*) - 1 FROM line) OR NOT EXISTS (SELECT FROM outcome)
		OR EXISTS (SELECT FROM outcome WHERE bad) THEN
		RAISE EXCEPTION 'scores differ from the expected ones';
	END IF;
END $$;
