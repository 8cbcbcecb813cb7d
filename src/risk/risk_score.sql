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
		SELECT y.wanted, m.used, phm.hcc_model('V28', m.used) AS model
		  FROM year AS y CROSS JOIN LATERAL (SELECT phm.hcc_model_year('V28', y.wanted) AS used OFFSET 0) AS m
	), code AS (
		SELECT d.patient_id, k.code, phm.label_agg(d.sensitivity) AS label
		  FROM year AS y
		 CROSS JOIN LATERAL phm.diagnoses($1, make_date(y.wanted - 1, 1, 1), make_date(y.wanted - 1, 12, 31)) AS d
		 CROSS JOIN LATERAL phm.codings(d.concept) AS k
		 WHERE phm.code_system_alias(k.system) = 'ICD10CM' AND k.code IS NOT NULL
		 GROUP BY d.patient_id, k.code
	), codes AS (
		SELECT c.patient_id, array_agg(c.code ORDER BY c.code COLLATE "C") AS codes,
			   jsonb_object_agg(c.code, c.label) FILTER (WHERE c.label <> 0) AS labels
		  FROM code AS c GROUP BY c.patient_id
	), person AS MATERIALIZED (
		SELECT p.patient_id, m.wanted, m.used, c.codes, c.labels,
			   phm.hcc_person(p.birth_date, m.wanted, p.sex,
				   orec => CASE WHEN phm.hcc_age(p.birth_date, m.wanted) < 65 THEN 1 ELSE 0 END) AS attributes
		  FROM phm.person AS p CROSS JOIN model AS m
		  LEFT JOIN codes AS c ON c.patient_id = p.patient_id
		 WHERE p.patient_id = ANY ($1) AND p.birth_date IS NOT NULL AND p.sex IN ('male', 'female')
		   AND phm.hcc_age(p.birth_date, m.wanted) BETWEEN 0 AND 150
		   AND NOT (p.deceased AND coalesce(p.deceased_on <= $2, true))
	), scored AS (
		SELECT p.*, m.model, phm.hcc(m.model, p.attributes, p.codes) AS r FROM person AS p CROSS JOIN model AS m OFFSET 0
	)
	SELECT s.patient_id, 'V28' AS model, s.wanted AS payment_year, s.used AS model_year, (s.r).raw AS score,
		   (s.r).payment AS payment_score, (s.r).segment, (s.r).hccs, x.contributions, x.label AS sensitivity
	  FROM scored AS s
	 CROSS JOIN LATERAL (
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('term', t.term, 'kind', t.kind, 'coefficient', t.coefficient,
					'diagnoses', t.because)) ORDER BY t.n) AS contributions,
			   coalesce(bit_or((SELECT bit_or((s.labels ->> b)::integer) FROM unnest(t.because) AS b)), 0) AS label
		  FROM phm.explain_hcc(s.model, s.attributes, s.codes) WITH ORDINALITY AS t(term, kind, coefficient, hccs, because, n)
		 WHERE t.kind NOT IN ('score', 'suppressed')) AS x
	 WHERE (s.r).raw IS NOT NULL$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_risk_score(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_risk_score(bigint[]) IS
'Derivation: brings phm.risk_score of these patients up to date and returns how many rows changed. CMS-HCC V28 from the ICD-10-CM diagnoses (phm.diagnoses) of the calendar year before the payment year (setting payment_year, else the year of phm.as_of()), by age on 1 February and sex. What the record does not know is taken so: lives in the community, not dual eligible, continuing enrollee, entitled by age from 65 on and by disability before. Persons whose birth date or sex is unknown, and those who have died, have no score.';
