/*
 * gap_registry.sql: gaps of patients in registries, which need no measure.
 */
CREATE FUNCTION phm.registry_gaps(patient_ids bigint[], day date)
RETURNS TABLE (patient_id bigint, measure text, gap text, status text, reason text, reason_code text, importance numeric, evidence jsonb,
	due date, period_start date, period_end date, sensitivity integer)
LANGUAGE plpgsql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM FROM phm.registry_member AS m WHERE m.patient_id = ANY (patient_ids) AND m.registry = 'diabetes' AND m.valid_to IS NULL LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH period AS (
		SELECT date_trunc('year', registry_gaps.day)::date AS first, (date_trunc('year', registry_gaps.day) + interval '1 year - 1 day')::date AS last,
			   phm.quantity(9, '%') AS goal
	), latest AS MATERIALIZED (
		SELECT DISTINCT ON (h.patient_id) h.*, phm.value(h.percent) AS value,
			   concat_ws(' ', phm.comparator(h.percent), phm.value(h.percent), '%', 'on', to_char(h.day, 'YYYY-MM-DD')) AS text
		  FROM period AS p CROSS JOIN LATERAL phm.hba1c_results(patient_ids, p.first, registry_gaps.day) AS h
		 ORDER BY h.patient_id, h.at DESC, phm.value(h.percent), h.source COLLATE "C", h.id COLLATE "C"
	), judged AS (
		SELECT m.patient_id, p.first, p.last, m.reason AS registry_reason, m.sensitivity | coalesce(l.sensitivity, 0) AS label,
			   l.day, l.source, l.id, l.value, l.text,
			   CASE WHEN d.deceased AND coalesce(d.deceased_on <= registry_gaps.day, true) THEN 'deceased'
					WHEN l.patient_id IS NULL THEN 'missing'
					WHEN l.percent OPERATOR(phm.>) p.goal THEN 'above'
					WHEN l.percent OPERATOR(phm.<=) p.goal THEN 'met'
					ELSE 'uncertain' END AS finding
		  FROM phm.registry_member AS m CROSS JOIN period AS p
		  LEFT JOIN latest AS l ON l.patient_id = m.patient_id
		  LEFT JOIN phm.person AS d ON d.patient_id = m.patient_id AND d.patient_id = ANY (patient_ids)
		 WHERE m.patient_id = ANY (patient_ids) AND m.registry = 'diabetes' AND m.valid_to IS NULL
	)
	SELECT j.patient_id, 'diabetes-hba1c' AS measure, 'HbA1c measured and at most 9 %' AS gap,
		   CASE j.finding WHEN 'deceased' THEN 'not-applicable' WHEN 'met' THEN 'closed-gap' ELSE 'open-gap' END AS status,
		   CASE j.finding WHEN 'deceased' THEN 'the patient has died'
				WHEN 'missing' THEN format('no HbA1c result in %s', to_char(j.first, 'YYYY'))
				WHEN 'above' THEN format('HbA1c %s is above 9 %%', j.text)
				WHEN 'met' THEN format('HbA1c %s is not above 9 %%', j.text)
				ELSE format('HbA1c %s leaves open whether it is above 9 %%', j.text) END AS reason,
		   CASE j.finding WHEN 'missing' THEN 'NotFound' WHEN 'above' THEN 'ValueOutOfRange' WHEN 'uncertain' THEN 'InvalidAttribute' END AS reason_code,
		   CASE WHEN j.finding IN ('deceased', 'met') THEN 0
				WHEN j.finding = 'above' THEN least(1, round(0.7 + 0.1 * (j.value - 9), 2)) ELSE 0.6 END AS importance,
		   jsonb_strip_nulls(jsonb_build_object('registry', j.registry_reason, 'observation',
			   CASE WHEN j.id IS NOT NULL THEN jsonb_build_object('source', j.source, 'id', j.id, 'day', j.day, 'percent', j.value) END)) AS evidence,
		   j.last AS due, j.first AS period_start, j.last AS period_end, j.label AS sensitivity
	  FROM judged AS j;
END
$$;
REVOKE ALL ON FUNCTION phm.registry_gaps(bigint[], date) FROM PUBLIC;
COMMENT ON FUNCTION phm.registry_gaps(bigint[], date) IS
'Gaps of patients in registries on a day. Measure diabetes-hba1c for current members of the registry diabetes, in the calendar year of the day: the latest HbA1c result up to that day (of results of one instant the lowest) must not be above 9 %; without result, and where a comparator leaves it open, the gap is open. Importance of an open gap: 0.6 without a usable result, else 0.7 and 0.1 for each per cent above 9, at most 1. The year and the 9 % follow CMS122.';
