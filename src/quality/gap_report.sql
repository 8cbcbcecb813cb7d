/*
 * gap_report.sql: the gaps of a patient as the FHIR document that the operation
 * $care-gaps of HL7 Da Vinci DEQM gives.
 */
CREATE FUNCTION phm.gap_urn(VARIADIC parts text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT 'urn:uuid:' || (overlay(overlay(md5(array_to_string(parts, E'\x01')) PLACING '3' FROM 13) PLACING '8' FROM 17))::uuid::text;
END;
COMMENT ON FUNCTION phm.gap_urn(text[]) IS 'Internal: a URN that stays the same for the same parts, as name-based UUIDs do.';

CREATE FUNCTION phm.gap_coding(system text, code text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('system', system, 'code', code)));
END;
COMMENT ON FUNCTION phm.gap_coding(text, text) IS 'Internal: a CodeableConcept with one code.';

CREATE FUNCTION phm.gap_entry(resource jsonb, urn text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object('fullUrl', urn, 'resource', resource || jsonb_build_object('id', replace(urn, 'urn:uuid:', '')));
END;
COMMENT ON FUNCTION phm.gap_entry(jsonb, text) IS 'Internal: an entry of a Bundle.';

CREATE FUNCTION phm.gap_guidance(gap jsonb, urn text, patient text, made text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT phm.gap_entry(jsonb_strip_nulls(jsonb_build_object(
		'resourceType', 'GuidanceResponse',
		'meta', jsonb_build_object('profile', jsonb_build_array('http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/gaps-guidanceresponse-detailedcaregap')),
		'moduleUri', coalesce(gap ->> 'url', gap ->> 'measure'), 'status', 'data-required', 'subject', jsonb_build_object('reference', patient), 'occurrenceDateTime', made,
		'reasonCode', (SELECT jsonb_agg(phm.gap_coding('http://hl7.org/fhir/us/davinci-deqm/CodeSystem/care-gap-reason', c) ORDER BY n)
						 FROM unnest(string_to_array(nullif(gap ->> 'reason_codes', ''), ',')) WITH ORDINALITY AS u(c, n)),
		'note', jsonb_build_array(jsonb_build_object('text', gap ->> 'reason')),
		'dataRequirement', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', r ->> 'type',
								'profile', CASE WHEN r ? 'profile' THEN jsonb_build_array(r ->> 'profile') END,
								'codeFilter', CASE WHEN r ? 'value_set' THEN jsonb_build_array(jsonb_build_object('path', 'code', 'valueSet', r ->> 'value_set'))
									WHEN r ? 'code' THEN jsonb_build_array(jsonb_build_object('path', 'code', 'code',
										jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('system', r ->> 'system', 'code', r ->> 'code', 'display', r ->> 'display'))))) END))
							ORDER BY r::text COLLATE "C")
							  FROM (SELECT DISTINCT a.r FROM jsonb_array_elements(gap -> 'needs') AS n(need), jsonb_array_elements(n.need) AS a(r)) AS q))), urn);
END;
COMMENT ON FUNCTION phm.gap_guidance(jsonb, text, text, text) IS 'Internal: GuidanceResponse (DEQM, detailed care gap) of a gap: its reasons, and the data that would close it.';

CREATE FUNCTION phm.gap_measure_report(patient_id bigint, measure text, version text, period_start date, period_end date, patient text, made text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	plan jsonb := phm.report_plan(measure, version);
	groups jsonb;
	cells jsonb;
BEGIN
	SELECT jsonb_agg(g ORDER BY n) INTO groups FROM jsonb_array_elements(plan -> 'groups') WITH ORDINALITY AS a(g, n)
	 WHERE (g ->> 'key')::integer IN (SELECT k.group_key FROM phm.gap_groups() AS k);
	SELECT jsonb_agg(jsonb_build_object('group', c.group_id, 'stratifier', '', 'stratum', '', 'counts', phm.report_counts(c.counts))) INTO cells
	  FROM (SELECT g.group_id, phm.tally_agg(r.membership, r.error, r.observations, 1) AS counts
			  FROM phm.measure_group AS g
			  JOIN phm.measure_membership AS r ON r.group_key = g.group_key AND r.patient_id = gap_measure_report.patient_id AND r.valid_to IS NULL
				   AND r.stratifier = '' AND NOT r.projected
			  JOIN phm.measurement_period AS p ON p.period_key = r.period_key
				   AND (p.period_start, p.period_end) = (gap_measure_report.period_start, gap_measure_report.period_end)
			 WHERE (g.measure, g.version) = (gap_measure_report.measure, gap_measure_report.version) GROUP BY g.group_id) AS c;
	-- Strata are nothing to a gap.
	RETURN phm.gap_entry(phm.write_report(
			plan || jsonb_build_object('groups', (SELECT jsonb_agg(g || '{"stratifiers": []}' ORDER BY n) FROM jsonb_array_elements(groups) WITH ORDINALITY AS a(g, n))),
			'individual', period_start, period_end, made, '{"display": "phm"}', patient, NULL, NULL, NULL, coalesce(cells, '[]')),
		phm.gap_urn('MeasureReport', patient, measure, version, period_start::text, period_end::text));
END
$$;
REVOKE ALL ON FUNCTION phm.gap_measure_report(bigint, text, text, date, date, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.gap_measure_report(bigint, text, text, date, date, text, text) IS
'Internal: the individual MeasureReport to which the gaps of a measure refer: how often the patient is in each population.';

CREATE FUNCTION phm.gap_issue(gap jsonb, urn text, guidance text, report text, patient text, made text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT phm.gap_entry(jsonb_strip_nulls(jsonb_build_object(
		'resourceType', 'DetectedIssue',
		'meta', jsonb_build_object('profile', jsonb_build_array('http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/gaps-detectedissue-deqm')),
		'modifierExtension', jsonb_build_array(jsonb_build_object('url', 'http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-gapStatus',
			'valueCodeableConcept', phm.gap_coding('http://hl7.org/fhir/us/davinci-deqm/CodeSystem/gaps-status', gap ->> 'status'))),
		'status', 'final', 'code', phm.gap_coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'CAREGAP'),
		'patient', jsonb_build_object('reference', patient), 'identifiedDateTime', made, 'detail', gap ->> 'reason',
		'evidence', (
			SELECT jsonb_build_array(jsonb_build_object('detail', jsonb_agg(jsonb_build_object('reference', d) ORDER BY n)))
			  FROM unnest(ARRAY[report, guidance] || (
				SELECT array_agg(DISTINCT e ->> 'reference') FROM jsonb_array_elements(CASE jsonb_typeof(gap -> 'evidence') WHEN 'array' THEN gap -> 'evidence' END) AS c,
					jsonb_array_elements(c -> 'evidence') AS e)) WITH ORDINALITY AS u(d, n) WHERE d IS NOT NULL HAVING count(*) > 0))), urn);
END;
COMMENT ON FUNCTION phm.gap_issue(jsonb, text, text, text, text, text) IS 'Internal: DetectedIssue (DEQM, gaps in care) of a gap.';

CREATE FUNCTION phm.care_gaps(patient_id bigint, period daterange, measures text[] DEFAULT NULL, statuses text[] DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	labels integer := phm.visible_labels();
	made text := to_char(phm.as_of(), 'YYYY-MM-DD') || 'T00:00:00Z';
	patient text;
	own jsonb;
	gaps jsonb;
	entries jsonb;
	sections jsonb;
BEGIN
	SELECT 'Patient/' || p.id, phm.to_jsonb(phm.resource(p)) INTO patient, own FROM phm.patient AS p
	 WHERE p.patient_id = care_gaps.patient_id AND p.deleted_at IS NULL AND p.ordinal = 0 AND phm.is_visible(p.sensitivity, labels)
	 ORDER BY p.source COLLATE "C", p.id COLLATE "C" LIMIT 1;
	patient := CASE WHEN own IS NULL THEN 'Patient/' || care_gaps.patient_id ELSE phm.gap_urn(patient) END;
	SELECT jsonb_agg(to_jsonb(g) || jsonb_build_object('url', m.url, 'title', coalesce(m.title, g.gap),
			'urn', phm.gap_urn('DetectedIssue', patient, g.measure, g.group_id, g.episode, g.period_start::text, g.period_end::text),
			'guidance', CASE WHEN g.status IN ('open-gap', 'prospective-gap')
				THEN phm.gap_urn('GuidanceResponse', patient, g.measure, g.group_id, g.episode, g.period_start::text, g.period_end::text) END,
			'report', CASE WHEN m.measure IS NOT NULL THEN phm.gap_urn('MeasureReport', patient, g.measure, g.version, g.period_start::text, g.period_end::text) END)
		ORDER BY g.measure COLLATE "C", g.group_id COLLATE "C", g.episode COLLATE "C", g.period_start)
	  INTO gaps
	  FROM phm.care_gap AS g LEFT JOIN phm.measure AS m ON g.origin = 'measure' AND (m.measure, m.version) = (g.measure, g.version)
	 WHERE g.patient_id = care_gaps.patient_id AND g.valid_to IS NULL AND daterange(g.period_start, g.period_end, '[]') <@ period
	   AND (care_gaps.measures IS NULL OR g.measure = ANY (care_gaps.measures)) AND (statuses IS NULL OR g.status = ANY (statuses))
	   AND phm.is_visible(g.sensitivity, labels);
	SELECT jsonb_agg(s.section ORDER BY s.place) INTO sections
	  FROM (SELECT jsonb_strip_nulls(jsonb_build_object('title', min(g ->> 'title'),
					'focus', CASE WHEN g ->> 'report' IS NOT NULL THEN jsonb_build_object('reference', g ->> 'report') END,
					'entry', jsonb_agg(jsonb_build_object('reference', g ->> 'urn') ORDER BY n))) AS section, min(n) AS place
			  FROM jsonb_array_elements(gaps) WITH ORDINALITY AS a(g, n) GROUP BY g ->> 'measure', g ->> 'report') AS s;
	SELECT jsonb_agg(e.entry ORDER BY e.kind, e.n) INTO entries
	  FROM (
		SELECT 1 AS kind, min(n) AS n, phm.gap_measure_report(care_gaps.patient_id, g ->> 'measure', g ->> 'version', (g ->> 'period_start')::date,
				(g ->> 'period_end')::date, patient, made) AS entry
		  FROM jsonb_array_elements(gaps) WITH ORDINALITY AS a(g, n) WHERE g ->> 'report' IS NOT NULL
		 GROUP BY g ->> 'measure', g ->> 'version', g ->> 'period_start', g ->> 'period_end'
		UNION ALL
		SELECT 2, n, phm.gap_issue(g, g ->> 'urn', g ->> 'guidance', g ->> 'report', patient, made) FROM jsonb_array_elements(gaps) WITH ORDINALITY AS a(g, n)
		UNION ALL
		SELECT 3, n, phm.gap_guidance(g, g ->> 'guidance', patient, made) FROM jsonb_array_elements(gaps) WITH ORDINALITY AS a(g, n)
		 WHERE g ->> 'guidance' IS NOT NULL
		UNION ALL
		SELECT 4, 1, jsonb_build_object('fullUrl', patient, 'resource', own) WHERE own IS NOT NULL) AS e;
	RETURN jsonb_build_object('resourceType', 'Bundle',
		'meta', jsonb_build_object('profile', jsonb_build_array('http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/gaps-bundle-deqm')),
		'identifier', jsonb_build_object('system', 'urn:ietf:rfc:3986', 'value', phm.gap_urn('Bundle', patient, period::text, made)),
		'type', 'document', 'timestamp', made,
		'entry', jsonb_build_array(phm.gap_entry(jsonb_strip_nulls(jsonb_build_object(
			'resourceType', 'Composition',
			'meta', jsonb_build_object('profile', jsonb_build_array('http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/gaps-composition-deqm')),
			'status', 'final', 'type', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('system', 'http://loinc.org', 'code', '96315-7', 'display', 'Gaps in care report'))),
			'subject', jsonb_build_object('reference', patient), 'date', made, 'author', jsonb_build_array(jsonb_build_object('display', 'phm')),
			'title', 'Care gaps', 'section', sections)), phm.gap_urn('Composition', patient, period::text, made))) || coalesce(entries, '[]'));
END
$$;
REVOKE ALL ON FUNCTION phm.care_gaps(bigint, daterange, text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.care_gaps(bigint, daterange, text[], text[]) IS
'The current gaps of a patient whose period lies within a period, as the FHIR document that the operation $care-gaps gives (HL7 Da Vinci DEQM, gaps in care): a Composition with a section for each measure, a DetectedIssue for each gap with its status, the MeasureReport it refers to, and for open and prospective gaps a GuidanceResponse with the reasons and the data that would close them; the Patient, too. measures, statuses: only these. As far as phm.visible_labels allows.';
