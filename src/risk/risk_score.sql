/*
 * risk_score.sql: risk scores of patients from the record.
 */
CREATE FUNCTION phm.hcc_model_year(model text, wanted integer) RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT r.payment_year FROM phm.hcc_release AS r
			 WHERE r.model = hcc_model_year.model AND r.status <> 'unverified'
			 ORDER BY r.payment_year > wanted, abs(r.payment_year - wanted) LIMIT 1);
END
$$;
COMMENT ON FUNCTION phm.hcc_model_year(text, integer) IS
'The payment year whose factors of a model apply to a wanted year: the same, else the last before it, else the first after it. NULL for an unknown model.';

CREATE FUNCTION phm.diagnoses(patient_ids bigint[], from_day date, to_day date)
RETURNS TABLE (patient_id bigint, concept phm.concept, day date, kind text, source text, id text,
	resolved boolean, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.* FROM (
		SELECT c.patient_id, c.code,
			   phm.local_date(coalesce(e.period_start, c.recorded_date, c.onset)) AS day,
			   'Condition'::text, c.source, c.id,
			   coalesce(phm.code(c.clinical_status) IN ('resolved', 'inactive'), false), c.sensitivity
		  FROM phm.condition AS c
		  LEFT JOIN phm.encounter AS e ON e.patient_id = c.patient_id AND e.source = c.source AND e.id = c.encounter_id
		   AND e.ordinal = 0 AND e.deleted_at IS NULL
		 WHERE c.patient_id = ANY (patient_ids) AND c.deleted_at IS NULL AND c.code IS NOT NULL
		   AND coalesce(phm.code(c.verification_status), 'confirmed') = 'confirmed'
		   AND coalesce(e.status, 'unknown') NOT IN ('planned', 'cancelled', 'entered-in-error')
		UNION ALL
		SELECT c.patient_id, x.code, phm.local_date(coalesce(c.billable_end, c.billable_start, c.created)),
			   c.resource_type, c.source, c.id, false, c.sensitivity
		  FROM phm.claim AS c CROSS JOIN LATERAL unnest(c.diagnosis) AS x(code)
		 WHERE c.patient_id = ANY (patient_ids) AND c.deleted_at IS NULL AND coalesce(c.status, 'active') = 'active'
		   AND coalesce(c.use, 'claim') = 'claim' AND coalesce(c.origin_status, '') <> 'reversed' AND x.code IS NOT NULL
		) AS d
	 WHERE d.day BETWEEN from_day AND to_day;
END
$$;
COMMENT ON FUNCTION phm.diagnoses(bigint[], date, date) IS
'Diagnoses of some patients that were made in a span of days, both included: conditions that are confirmed (or say nothing of it), dated by their encounter, else when they were recorded, else by onset; and diagnoses of claims that are active and not reversed, dated by the end of service. resolved: the condition is said to be resolved or inactive. Deleted rows and those of planned, cancelled or erroneous encounters are left out.';

CREATE FUNCTION phm.risk_models() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT string_to_array(replace(coalesce(phm.setting('risk_models'), 'V28'), ' ', ''), ',');
END;
COMMENT ON FUNCTION phm.risk_models() IS
'The models of phm.hcc_release whose scores phm.risk_score keeps: the setting risk_models, names with commas between; by default V28.';

CREATE FUNCTION phm.derive_risk_score(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.risk_score',
		'{patient_id,model,payment_year,model_year,score,payment_score,segment,hccs}', $query$
	WITH year AS (
		SELECT coalesce(phm.setting('payment_year')::integer, extract(year FROM $2)::integer) AS wanted
	), model AS MATERIALIZED (
		SELECT y.wanted, m.used, n.name, phm.hcc_model(n.name, m.used) AS model
		  FROM year AS y CROSS JOIN unnest(phm.risk_models()) AS n(name)
		 CROSS JOIN LATERAL (SELECT phm.hcc_model_year(n.name, y.wanted) AS used OFFSET 0) AS m
	), person AS MATERIALIZED (
		SELECT p.patient_id, c.chart,
			   phm.hcc_person(p.birth_date, y.wanted, p.sex,
				   orec => coalesce(e.orec, CASE WHEN phm.hcc_age(p.birth_date, y.wanted) < 65 THEN 1 ELSE 0 END), crec => e.crec,
				   dual_status => e.dual_status, new_enrollee => coalesce(e.new_enrollee, false), snp => coalesce(e.snp, false),
				   low_income => coalesce(e.low_income, false), lti => coalesce(e.lti, false),
				   graft_months => e.graft_months, esrd => e.esrd) AS attributes
		  FROM year AS y CROSS JOIN phm.person AS p
		  JOIN phm.patient_chart AS c ON c.patient_id = p.patient_id AND c.patient_id = ANY ($1)
		  LEFT JOIN LATERAL (
			SELECT r.* FROM phm.risk_enrollment AS r
			 WHERE r.patient_id = p.patient_id AND r.from_day <= $2 AND coalesce(r.until >= $2, true)
			 ORDER BY r.from_day DESC LIMIT 1) AS e ON true
		 WHERE p.patient_id = ANY ($1) AND p.birth_date IS NOT NULL AND p.sex IN ('male', 'female')
		   AND phm.hcc_age(p.birth_date, y.wanted) BETWEEN 0 AND 150
		   AND NOT (p.deceased AND coalesce(p.deceased_on <= $2, true))
	)
	SELECT p.patient_id, m.name AS model, m.wanted AS payment_year, m.used AS model_year, t.score, t.payment_score,
		   t.segment, t.hccs, t.contributions, t.sensitivity
	  FROM person AS p CROSS JOIN model AS m
	 CROSS JOIN LATERAL phm.hcc_terms(m.model, p.attributes, p.chart,
			daterange(make_date(m.wanted - 1, 1, 1), make_date(m.wanted, 1, 1)), -1) AS t
	 WHERE t.score IS NOT NULL$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_risk_score(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_risk_score(bigint[]) IS
'Derivation: brings phm.risk_score of these patients up to date and returns how many rows changed. The models of phm.risk_models(), from the ICD-10-CM diagnoses of charts (phm.chart_diagnoses) in the calendar year before the payment year (setting payment_year, else the year of phm.as_of()), by age on 1 February and sex. What phm.risk_enrollment does not tell is taken so: lives in the community, not dual eligible, continuing enrollee, entitled by age from 65 on and by disability before. Persons whose birth date or sex is unknown, and those who have died, have no score.';
