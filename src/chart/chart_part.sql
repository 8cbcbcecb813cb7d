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
	WITH made AS MATERIALIZED (
		SELECT m.patient_id, m.chart, m.dependencies FROM phm.make_charts(patient_ids) AS m
	), written AS (
		INSERT INTO phm.chart_part AS p (patient_id, base)
		SELECT made.patient_id, made.chart FROM made WHERE made.chart IS NOT NULL
		ON CONFLICT (patient_id) DO UPDATE SET base = EXCLUDED.base, recent = NULL, built_at = now()
		 WHERE phm.chart_send(p.base) IS DISTINCT FROM phm.chart_send(EXCLUDED.base)
	), emptied AS (
		DELETE FROM phm.chart_part AS p USING made WHERE p.patient_id = made.patient_id AND made.chart IS NULL
	), wanted AS (
		SELECT made.patient_id, split_part(k, '|', 1) AS source, split_part(k, '|', 2) AS resource_type,
		       substr(k, length(split_part(k, '|', 1)) + length(split_part(k, '|', 2)) + 3) AS id
		  FROM made, unnest(made.dependencies) AS k
	), released AS (
		DELETE FROM phm.chart_dependency AS d USING made
		 WHERE d.patient_id = made.patient_id
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
