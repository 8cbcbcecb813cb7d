/*
 * gap_reason.sql: why gaps are open, in codes and in words.
 */
CREATE FUNCTION phm.gap_reasons(
	patient_ids bigint[], group_keys integer[], episodes text[], decreases boolean[], opens boolean[],
	period daterange, period_end date, zone text, profiles text)
RETURNS TABLE (ordinal integer, reasons text[], day date, lapsed date, detail jsonb, needs jsonb, sensitivity integer, error text)
AS 'MODULE_PATHNAME', 'phm_gap_reasons' LANGUAGE c STABLE PARALLEL SAFE COST 1000000 ROWS 1000
SET search_path = pg_catalog, pg_temp;
REVOKE ALL ON FUNCTION phm.gap_reasons(bigint[], integer[], text[], boolean[], boolean[], daterange, date, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.gap_reasons(bigint[], integer[], text[], boolean[], boolean[], daterange, date, text, text) IS
'Internal: looks for the reasons of gaps, an element of each array for a gap, ordered by patient; each chart is read once. opens: false looks for what closed it only. period: as far as it is known; period_end: its last day. ordinal: which gap. reasons: codes of HL7 Da Vinci DEQM care-gap-reason. day: of the resource that decided. lapsed: first day on which that counted no longer. detail: the criteria that are not as they should be, with what they retrieve and what there is; needs: for each thing that is missing the retrieves of which one will do.';

CREATE FUNCTION phm.gap_retrieve_name(retrieve jsonb) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(
		(SELECT coalesce(v.title, v.name) FROM phm.value_set AS v WHERE v.url = retrieve ->> 'value_set' AND v.current),
		retrieve ->> 'display', retrieve ->> 'code', regexp_replace(retrieve ->> 'value_set', '^.*[/:]', ''),
		replace(regexp_replace(retrieve ->> 'profile', '^.*/(us-core-|qicore-)?', ''), '-', ' '), retrieve ->> 'type');
END
$$;
COMMENT ON FUNCTION phm.gap_retrieve_name(jsonb) IS
'Internal: what people call the thing that a retrieve asks for: title of its value set, meaning of its code, its profile, or its type of resource.';

CREATE FUNCTION phm.gap_reason_text(detail jsonb) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT nullif(concat_ws('; ', string_agg(t.text, '; ' ORDER BY t.n) FILTER (WHERE t.code <> 'NotFound'),
				'none found: ' || string_agg(t.text, ', ' ORDER BY t.n) FILTER (WHERE t.code = 'NotFound')), '')
		  FROM (
		SELECT min(c.n) AS n, coalesce(c.reasons ->> 0, '') AS code, CASE
				WHEN c.reasons ? 'NotFound' THEN c.what
				WHEN c.reasons ? 'Present' THEN format('present: %s%s', c.what, ' on ' || c.day)
				WHEN c.reasons ?& ARRAY['DateOutOfRange', 'ValueOutOfRange'] THEN format('%s%s: date and value are out of range', c.what, ' on ' || c.day)
				WHEN c.reasons ? 'DateOutOfRange' THEN format('%s%s is out of range%s', c.what, ' on ' || c.day, ' since ' || c.lapsed)
				WHEN c.reasons ? 'ValueOutOfRange' THEN format('%s%s: the value is out of range', c.what, ' on ' || c.day)
				WHEN c.reasons ? 'CountOutOfRange' THEN format('too few: %s%s', c.what, ', last on ' || c.day)
				WHEN c.reasons ? 'InvalidAttribute' THEN format('%s%s does not count', c.what, ' on ' || c.day)
				ELSE c.what || coalesce(' on ' || c.day, '') END AS text
		  FROM (SELECT e.n, e.d -> 'reasons' AS reasons,
					   e.d ->> 'date' AS day, e.d ->> 'lapsed' AS lapsed,
					   coalesce((SELECT string_agg(x.name, ' or ' ORDER BY x.first)
								   FROM (SELECT phm.gap_retrieve_name(r.r) AS name, min(r.n) AS first
										   FROM jsonb_array_elements(e.d -> 'retrieves') WITH ORDINALITY AS r(r, n)
										  GROUP BY 1 ORDER BY 2 LIMIT 4) AS x), e.d ->> 'definition', 'data') AS what
				  FROM jsonb_array_elements(detail) WITH ORDINALITY AS e(d, n)) AS c
		 GROUP BY 2, 3) AS t);
END
$$;
COMMENT ON FUNCTION phm.gap_reason_text(jsonb) IS
'Internal: the criteria of a gap (detail of phm.gap_reasons) in words: what was found first, then what was not.';

CREATE FUNCTION phm.gap_state(membership integer, decrease boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN coalesce(membership, 0) & 1 = 0 THEN NULL
				WHEN membership & 4 = 0 OR membership & (8 | 16 | 64) <> 0 THEN 'not-applicable'
				WHEN (membership & 32 <> 0) = decrease THEN 'open-gap' ELSE 'closed-gap' END;
END;
COMMENT ON FUNCTION phm.gap_state(integer, boolean) IS
'Internal: what a membership (phm.measure_membership) means for the gap: open-gap, closed-gap; not-applicable outside of the denominator, in its exclusions and exceptions and in those of the numerator; NULL outside of the initial population. decrease: who is in the numerator has the gap.';

CREATE FUNCTION phm.gap_status(membership integer, projected integer, ended boolean, decrease boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN ended THEN phm.gap_state(membership, decrease)
		WHEN phm.gap_state(membership, decrease) IS NULL AND phm.gap_state(projected, decrease) IS NULL THEN NULL
		WHEN coalesce(phm.gap_state(projected, decrease), 'not-applicable') = 'not-applicable' THEN 'not-applicable'
		WHEN phm.gap_state(membership, decrease) = 'open-gap' THEN 'open-gap'
		WHEN phm.gap_state(projected, decrease) = 'open-gap' THEN 'prospective-gap'
		ELSE 'closed-gap' END;
END;
COMMENT ON FUNCTION phm.gap_status(integer, integer, boolean, boolean) IS
'Internal: the status of a gap by what holds now and, where the period has not ended, what the same data say at its end: not-applicable when the patient will not count then; open-gap when it is open now; prospective-gap when it is not open now and will be; closed-gap else.';

CREATE FUNCTION phm.gap_importance(status text, reasons text[], outcome boolean, overdue integer, weight numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN status NOT IN ('open-gap', 'prospective-gap') THEN 0 ELSE round(least(1, coalesce(weight, 1) * (
			CASE WHEN reasons && ARRAY['Present', 'ValueOutOfRange'] THEN 0.7 WHEN reasons && ARRAY['NotFound', 'CountOutOfRange'] THEN 0.6 ELSE 0.5 END
			+ CASE WHEN outcome THEN 0.1 ELSE 0 END + least(0.2, greatest(coalesce(overdue, 0), 0) / 365.25 * 0.1)))
			* CASE WHEN status = 'prospective-gap' THEN 0.5 ELSE 1 END, 2) END;
END;
COMMENT ON FUNCTION phm.gap_importance(text, text[], boolean, integer, numeric) IS
'How much a gap matters, 0 to 1: 0.7 when something is there that should not be or a value is out of range, 0.6 when nothing or too little is found, else 0.5; 0.1 more for outcome measures, 0.1 more for each year overdue, at most 0.2; times the weight of the measure (phm.gap_weight). Half of that for a prospective gap; 0 unless open or prospective.';
