/*
 * measurement.sql: results of measurements as numbers that can be compared.
 */
CREATE FUNCTION phm.hba1c(result phm.quantity) RETURNS phm.quantity
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN phm.value(q.percent) BETWEEN 2 AND 30 THEN q.percent END
  FROM (SELECT CASE
		WHEN phm.unit(result) LIKE 'mmol/mol%'
			THEN phm.quantity(round(0.09148 * phm.value(result) + 2.152, 1), '%', phm.comparator(result))
		WHEN phm.unit(result) IS NULL OR phm.unit(result) LIKE '\%%'
			THEN phm.quantity(phm.value(result), '%', phm.comparator(result))
		ELSE phm.convert(result, '%') END AS percent) AS q;
END;
COMMENT ON FUNCTION phm.hba1c(phm.quantity) IS
'An HbA1c result in per cent (NGSP), with its comparator. mmol/mol are those of the IFCC and are converted by the master equation NGSP = 0.09148 IFCC + 2.152, which no conversion of units does; a result without unit is taken as per cent. NULL for other units and outside 2 to 30 %. Source: NGSP, IFCC standardization of HbA1c.';

CREATE FUNCTION phm.blood_pressure(result phm.quantity) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN q.mmhg BETWEEN 10 AND 400 THEN q.mmhg END
  FROM (SELECT CASE WHEN phm.comparator(result) IS NOT NULL THEN NULL
		WHEN phm.unit(result) IS NULL OR lower(phm.unit(result)) IN ('mmhg', 'mm hg', 'mm[hg]') THEN phm.value(result)
		ELSE round(phm.value(result, 'mm[Hg]'), 1) END AS mmhg) AS q;
END;
COMMENT ON FUNCTION phm.blood_pressure(phm.quantity) IS
'A blood pressure in mm[Hg], converted ones to one decimal; without unit it is taken as such. NULL with a comparator, for other units and outside 10 to 400.';

CREATE FUNCTION phm.hba1c_results(patient_ids bigint[], from_day date, to_day date)
RETURNS TABLE (patient_id bigint, day date, at timestamptz, percent phm.quantity, source text, id text, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	codes phm.codeset := phm.value_set('urn:phm:valueset:hba1c');
BEGIN
	RETURN QUERY
	SELECT o.patient_id, phm.local_date(o.effective), phm.earliest(coalesce(o.effective_end, o.effective)), phm.hba1c(o.value),
		   o.source, o.id, o.sensitivity
	  FROM phm.observation AS o
	 WHERE o.patient_id = ANY (patient_ids) AND o.deleted_at IS NULL AND o.status IN ('final', 'amended', 'corrected')
	   AND o.code OPERATOR(phm.<@) codes AND phm.local_date(o.effective) BETWEEN from_day AND to_day
	   AND phm.hba1c(o.value) IS NOT NULL;
END
$$;
COMMENT ON FUNCTION phm.hba1c_results(bigint[], date, date) IS
'HbA1c results (value set urn:phm:valueset:hba1c) of some patients in a span of days, both included: final, amended or corrected ones with a value in a unit that phm.hba1c knows.';

CREATE FUNCTION phm.blood_pressure_results(patient_ids bigint[], from_day date, to_day date)
RETURNS TABLE (patient_id bigint, day date, systolic numeric, diastolic numeric, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	upper phm.codeset := phm.value_set('urn:phm:valueset:systolic-bp');
	lower phm.codeset := phm.value_set('urn:phm:valueset:diastolic-bp');
	panel phm.codeset := phm.value_set('urn:phm:valueset:blood-pressure');
	wanted phm.codeset := upper OPERATOR(phm.|) lower OPERATOR(phm.|) panel;
BEGIN
	RETURN QUERY
	WITH reading AS MATERIALIZED (
		SELECT o.patient_id, phm.local_date(o.effective) AS day, o.sensitivity, o.code, o.value, o.extra
		  FROM phm.observation AS o
		 WHERE o.patient_id = ANY (patient_ids) AND o.deleted_at IS NULL AND o.status IN ('final', 'amended', 'corrected')
		   AND o.code OPERATOR(phm.<@) wanted
		   AND phm.local_date(o.effective) BETWEEN from_day AND to_day
	), pressure AS (
		SELECT r.patient_id, r.day, r.sensitivity, r.code OPERATOR(phm.<@) upper AS is_upper, phm.blood_pressure(r.value) AS mmhg
		  FROM reading AS r WHERE NOT r.code OPERATOR(phm.<@) panel
		UNION ALL
		SELECT r.patient_id, r.day, r.sensitivity, b.is_upper, b.mmhg
		  FROM reading AS r
		 CROSS JOIN LATERAL jsonb_array_elements(phm.to_jsonb(r.extra) -> 'component') AS c
		 CROSS JOIN LATERAL (
			SELECT k ->> 'code' IN (SELECT code FROM phm.codes(upper)) AS is_upper,
				   k ->> 'code' IN (SELECT code FROM phm.codes(lower)) AS is_lower,
				   CASE WHEN c #>> '{valueQuantity,comparator}' IS NULL
						 AND coalesce(c #>> '{valueQuantity,code}', c #>> '{valueQuantity,unit}', 'mmHg') IN ('mm[Hg]', 'mmHg', 'mm Hg')
						 AND (c #>> '{valueQuantity,value}')::numeric BETWEEN 10 AND 400
						THEN (c #>> '{valueQuantity,value}')::numeric END AS mmhg
			  FROM jsonb_array_elements(c #> '{code,coding}') AS k
			 WHERE phm.code_system_alias(k ->> 'system') = 'LOINC') AS b
		 WHERE r.code OPERATOR(phm.<@) panel AND (b.is_upper OR b.is_lower)
	)
	SELECT p.patient_id, p.day, min(p.mmhg) FILTER (WHERE p.is_upper), min(p.mmhg) FILTER (WHERE NOT p.is_upper), bit_or(p.sensitivity)
	  FROM pressure AS p WHERE p.mmhg IS NOT NULL GROUP BY p.patient_id, p.day
	HAVING count(*) FILTER (WHERE p.is_upper) > 0 AND count(*) FILTER (WHERE NOT p.is_upper) > 0;
END
$$;
COMMENT ON FUNCTION phm.blood_pressure_results(bigint[], date, date) IS
'Blood pressures of some patients in a span of days, both included, one row a day on which both were measured: the lowest systolic and the lowest diastolic of the day in mm[Hg]. Read from observations of their own and from components of panels, final, amended or corrected.';
