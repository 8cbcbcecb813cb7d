/*
 * care_gap.sql: gaps in care of patients in registries.
 */
CREATE FUNCTION phm.derive_care_gap(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.care_gap', '{patient_id,measure,period_start,status}', $query$
	WITH period AS (
		SELECT date_trunc('year', $2)::date AS first, (date_trunc('year', $2) + interval '1 year - 1 day')::date AS last,
			   phm.quantity(9, '%') AS goal
	), latest AS MATERIALIZED (
		SELECT DISTINCT ON (h.patient_id) h.*, phm.value(h.percent) AS value,
			   concat_ws(' ', phm.comparator(h.percent), phm.value(h.percent), '%', 'on', to_char(h.day, 'YYYY-MM-DD')) AS text
		  FROM period AS p CROSS JOIN LATERAL phm.hba1c_results($1, p.first, $2) AS h
		 ORDER BY h.patient_id, h.at DESC, phm.value(h.percent), h.source COLLATE "C", h.id COLLATE "C"
	), judged AS (
		SELECT m.patient_id, p.first, p.last, m.reason AS registry_reason, m.sensitivity | coalesce(l.sensitivity, 0) AS label,
			   l.day, l.source, l.id, l.value, l.text,
			   CASE WHEN d.deceased AND coalesce(d.deceased_on <= $2, true) THEN 'deceased'
					WHEN l.patient_id IS NULL THEN 'missing'
					WHEN l.percent OPERATOR(phm.>) p.goal THEN 'above'
					WHEN l.percent OPERATOR(phm.<=) p.goal THEN 'met'
					ELSE 'uncertain' END AS finding
		  FROM phm.registry_member AS m CROSS JOIN period AS p
		  LEFT JOIN latest AS l ON l.patient_id = m.patient_id
		  LEFT JOIN phm.person AS d ON d.patient_id = m.patient_id AND d.patient_id = ANY ($1)
		 WHERE m.patient_id = ANY ($1) AND m.registry = 'diabetes' AND m.valid_to IS NULL
	)
	SELECT j.patient_id, 'diabetes-hba1c' AS measure, 'HbA1c measured and at most 9 %' AS gap,
		   CASE j.finding WHEN 'deceased' THEN 'not-applicable' WHEN 'met' THEN 'closed-gap' ELSE 'open-gap' END AS status,
		   CASE j.finding WHEN 'deceased' THEN 'the patient has died'
				WHEN 'missing' THEN format('no HbA1c result in %s', to_char(j.first, 'YYYY'))
				WHEN 'above' THEN format('HbA1c %s is above 9 %%', j.text)
				WHEN 'met' THEN format('HbA1c %s is not above 9 %%', j.text)
				ELSE format('HbA1c %s leaves open whether it is above 9 %%', j.text) END AS reason,
		   CASE WHEN j.finding IN ('deceased', 'met') THEN 0
				WHEN j.finding = 'above' THEN least(1, round(0.7 + 0.1 * (j.value - 9), 2)) ELSE 0.6 END AS importance,
		   jsonb_strip_nulls(jsonb_build_object('registry', j.registry_reason, 'observation',
			   CASE WHEN j.id IS NOT NULL THEN jsonb_build_object('source', j.source, 'id', j.id, 'day', j.day, 'percent', j.value) END)) AS evidence,
		   j.last AS due, j.first AS period_start, j.last AS period_end, j.label AS sensitivity
	  FROM judged AS j$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_care_gap(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_care_gap(bigint[]) IS
'Derivation: brings phm.care_gap of these patients up to date and returns how many rows changed. Measure diabetes-hba1c for current members of the registry diabetes, in the calendar year of phm.as_of(): the latest HbA1c result up to that date (of results of one instant the lowest) must not be above 9 %; without result, and where a comparator leaves it open, the gap is open. Importance of an open gap: 0.6 without a usable result, else 0.7 and 0.1 for each per cent above 9, at most 1. The year and the 9 % follow CMS122.';
