/*
 * chart_part.sql: bringing charts up to date with the record.
 */
CREATE FUNCTION phm.make_charts(
	patient_ids bigint[], OUT patient_id bigint, OUT chart phm.chart, OUT dependencies text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_make_charts' LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 1000;
REVOKE ALL ON FUNCTION phm.make_charts(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.make_charts(bigint[]) IS
'The charts of these persons as the record has them now (NULL: the record has nothing of the person), and the shared resources in them as source|type|id.';

CREATE FUNCTION phm.build_charts(patient_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Naming the persons at every table leads to the few rows by index, however many charts there are.
	WITH made AS MATERIALIZED (
		SELECT m.patient_id, m.chart, m.dependencies FROM phm.make_charts(patient_ids) AS m
	), compared AS MATERIALIZED (
		SELECT made.patient_id, made.chart, p.base IS NULL AS fresh, pg_column_size(p.base) AS base_size,
		       p.recent AS old_change, phm.chart_difference(p.base, made.chart) AS change
		  FROM made LEFT JOIN phm.chart_part AS p ON p.patient_id = made.patient_id AND p.patient_id = ANY (patient_ids)
		 WHERE made.chart IS NOT NULL
	), judged AS (
		SELECT c.*, c.fresh OR pg_column_size(c.change) > greatest(4096, c.base_size / 5) AS whole FROM compared AS c
	), written AS (
		INSERT INTO phm.chart_part (patient_id, base)
		SELECT j.patient_id, j.chart FROM judged AS j WHERE j.whole
		ON CONFLICT (patient_id) DO UPDATE SET base = EXCLUDED.base, recent = NULL, built_at = now()
	), added AS (
		UPDATE phm.chart_part AS p SET recent = j.change, built_at = now()
		  FROM judged AS j
		 WHERE p.patient_id = ANY (patient_ids) AND p.patient_id = j.patient_id AND j.whole IS NOT TRUE
		   AND phm.chart_change_send(j.change) IS DISTINCT FROM phm.chart_change_send(j.old_change)
	), emptied AS (
		DELETE FROM phm.chart_part AS p USING made
		 WHERE p.patient_id = ANY (patient_ids) AND p.patient_id = made.patient_id AND made.chart IS NULL
	), wanted AS (
		SELECT made.patient_id, split_part(k, '|', 1) AS source, split_part(k, '|', 2) AS resource_type,
		       substr(k, length(split_part(k, '|', 1)) + length(split_part(k, '|', 2)) + 3) AS id
		  FROM made, unnest(made.dependencies) AS k
	), released AS (
		DELETE FROM phm.chart_dependency AS d USING made
		 WHERE d.patient_id = ANY (patient_ids) AND d.patient_id = made.patient_id
		   AND NOT EXISTS (SELECT FROM wanted AS w
		                    WHERE (w.patient_id, w.source, w.resource_type, w.id) =
		                          (d.patient_id, d.source, d.resource_type, d.id))
	)
	INSERT INTO phm.chart_dependency (source, resource_type, id, patient_id)
	SELECT w.source, w.resource_type, w.id, w.patient_id FROM wanted AS w
	ON CONFLICT DO NOTHING;
END
$$;
REVOKE ALL ON FUNCTION phm.build_charts(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.build_charts(bigint[]) IS
'Brings the charts of these persons up to date with the record; a chart that is up to date is left alone. The refresh calls it first of all derivations.';

CREATE FUNCTION phm.patients_with(codes phm.codeset) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF phm.cardinality(codes) > 0 THEN
		RETURN QUERY SELECT c.patient_id FROM phm.patient_chart AS c WHERE phm.mentions(c.chart, codes);
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.patients_with(phm.codeset) FROM PUBLIC;
COMMENT ON FUNCTION phm.patients_with(phm.codeset) IS
'The patients in whose charts a code of the set stands, wherever.';

CREATE FUNCTION phm.one_chart(patient_id bigint) RETURNS phm.chart
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	c phm.chart;
BEGIN
	SELECT p.chart INTO c FROM phm.patient_chart AS p WHERE p.patient_id = one_chart.patient_id;
	IF c IS NULL THEN
		RAISE EXCEPTION 'the patient has no chart' USING ERRCODE = 'no_data_found',
			HINT = 'CALL phm.refresh() builds the charts of patients that are new.';
	END IF;
	RETURN c;
END
$$;
COMMENT ON FUNCTION phm.one_chart(bigint) IS 'The stored chart of a patient. Errors: P0002 there is none.';
