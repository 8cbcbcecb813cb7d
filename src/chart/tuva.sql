/*
 * tuva.sql: views by which charts are built from tables in the layout of the
 * Tuva input layer (medical_claim, pharmacy_claim, eligibility).
 *
 * The views are made for the columns that the tables have: what is missing is
 * NULL.  All of them give their rows by person_id, so that the condition on
 * the person reaches an index of the tables on person_id.
 */
CREATE FUNCTION phm.tuva_column(relation regclass, name text, type text DEFAULT 'text') RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
	WHEN a.attname IS NULL THEN pg_catalog.format('NULL::%s', type)
	WHEN type = 'text' THEN pg_catalog.format('NULLIF(t.%I::text, '''')', a.attname)
	WHEN pg_catalog.format_type(a.atttypid, NULL) IN ('text', 'character varying')
	THEN pg_catalog.format('NULLIF(t.%I, '''')::%s', a.attname, type)
	ELSE pg_catalog.format('t.%I::%s', a.attname, type)
END
  FROM (SELECT) AS one
  LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = relation AND a.attname = name AND NOT a.attisdropped;
END;
COMMENT ON FUNCTION phm.tuva_column(regclass, text, text) IS
'Internal: SQL for a column of table t as a type, empty texts as NULL; NULL where the table does not have it.';

CREATE FUNCTION phm.claim_diagnosis(code text, code_type text DEFAULT NULL) RETURNS phm.concept
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
BEGIN ATOMIC
SELECT CASE WHEN code <> '' THEN phm.concept(
	CASE WHEN code_type LIKE 'icd-9%' THEN 'ICD9CM' ELSE 'ICD10CM' END,
	CASE WHEN pg_catalog.length(code) <= 3 OR pg_catalog.strpos(code, '.') > 0 THEN pg_catalog.upper(code)
		WHEN code_type LIKE 'icd-9%' AND pg_catalog.upper(pg_catalog.left(code, 1)) = 'E'
		THEN pg_catalog.rtrim(pg_catalog.upper(pg_catalog.left(code, 4) || '.' || pg_catalog.substr(code, 5)), '.')
		ELSE pg_catalog.upper(pg_catalog.left(code, 3) || '.' || pg_catalog.substr(code, 4)) END)
END;
END;
COMMENT ON FUNCTION phm.claim_diagnosis(text, text) IS
'The diagnosis of a claim as a concept: ICD-10-CM, or ICD-9-CM where code_type is icd-9-cm; the dot that claims leave out is put in. NULL for a NULL or empty code.';

CREATE FUNCTION phm.claim_procedure(code text, code_type text DEFAULT NULL) RETURNS phm.concept
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
BEGIN ATOMIC
SELECT CASE WHEN code <> '' THEN phm.concept(
	CASE WHEN code_type = 'icd-9-pcs' THEN 'ICD9PCS'
		WHEN code_type = 'icd-10-pcs' THEN 'ICD10PCS'
		WHEN code ~ '^[0-9]{4}[0-9FTMU]$' THEN 'CPT'
		WHEN code ~ '^[A-Z][0-9]{4}$' THEN 'HCPCS'
		ELSE 'HCPCS-all' END, code)
END;
END;
COMMENT ON FUNCTION phm.claim_procedure(text, text) IS
'The procedure or service of a claim as a concept: ICD-10-PCS or ICD-9 procedures by code_type (icd-10-pcs, icd-9-pcs); otherwise CPT for five digits or four and F, T, M, U, HCPCS Level II for a letter and four digits, HCPCS for what is neither.';

CREATE FUNCTION phm.claim_setting(bill_type text, emergency boolean, place_of_service text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
BEGIN ATOMIC
SELECT CASE
	WHEN bill_type <> '' THEN CASE
		WHEN bill_type ~ '^0?11' THEN 'IMP'
		WHEN bill_type ~ '^0?(18|2[18]|41|6[56])' THEN 'NONAC'
		WHEN bill_type ~ '^0?(3[2-4]|8[12])' THEN 'HH'
		WHEN bill_type ~ '^0?(12|14|22|24)' THEN NULL
		WHEN emergency THEN 'EMER'
		ELSE 'AMB' END
	WHEN place_of_service = '23' THEN 'EMER'
	WHEN place_of_service = '12' THEN 'HH'
	WHEN place_of_service IN ('02', '10') THEN 'VR'
	WHEN place_of_service IN ('21', '31', '32', '34', '41', '42', '51', '52', '55', '56', '61', '81') THEN NULL
	WHEN place_of_service <> '' THEN 'AMB'
END;
END;
COMMENT ON FUNCTION phm.claim_setting(text, boolean, text) IS
'The class (v3 ActCode) of the encounter to which a claim testifies: of an institutional claim by type of bill (11x IMP; swing bed, skilled nursing and residential NONAC; home health and hospice HH) and, where the claim has an emergency revenue centre (045x, 0981: emergency), EMER, else AMB; of a professional claim by CMS place of service. NULL: no encounter of its own (ancillary bills, laboratories, ambulances, professionals in a facility whose stay is another claim).';

CREATE FUNCTION phm.tuva_view(target_schema text, name text, resource_type text, source text, kind text, query text) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE VIEW %I.%I AS %s', target_schema, name, query);
	EXECUTE format('REVOKE ALL ON %I.%I FROM PUBLIC', target_schema, name);
	PERFORM phm.register_chart_source(format('%I.%I', target_schema, name)::regclass, resource_type, source,
		'person_id', NULL, kind);
	RETURN format('%I.%I', target_schema, name);
END
$$;
REVOKE ALL ON FUNCTION phm.tuva_view(text, text, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.tuva_view(text, text, text, text, text, text) IS
'Internal: makes a view and registers it as a chart source.';

CREATE FUNCTION phm.tuva_lines(relation regclass, pharmacy boolean) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	modifiers text;
BEGIN
	IF pharmacy THEN
		RETURN format($q$SELECT t.person_id::text AS person_id, t.claim_id::text AS id, %s AS line,
			%s::phm.datetime AS service_from, phm.concept('NDC', %s) AS product_or_service,
			%s AS quantity, %s AS days_supply, %s AS allowed, %s AS paid, %s AS charge, %s AS member_paid, %s AS rendering_npi
			FROM %s AS t$q$,
			phm.tuva_column(relation, 'claim_line_number', 'integer'), phm.tuva_column(relation, 'dispensing_date', 'date'),
			phm.tuva_column(relation, 'ndc_code'), phm.tuva_column(relation, 'quantity', 'numeric'),
			phm.tuva_column(relation, 'days_supply', 'integer'), phm.tuva_column(relation, 'allowed_amount', 'numeric'),
			phm.tuva_column(relation, 'paid_amount', 'numeric'), phm.tuva_column(relation, 'charge_amount', 'numeric'),
			CASE WHEN phm.tuva_column(relation, 'coinsurance_amount', 'numeric') LIKE 'NULL::%'
				AND phm.tuva_column(relation, 'copayment_amount', 'numeric') LIKE 'NULL::%'
				AND phm.tuva_column(relation, 'deductible_amount', 'numeric') LIKE 'NULL::%' THEN 'NULL::numeric'
			ELSE format('coalesce(%s, 0) + coalesce(%s, 0) + coalesce(%s, 0)', phm.tuva_column(relation, 'coinsurance_amount', 'numeric'),
				phm.tuva_column(relation, 'copayment_amount', 'numeric'), phm.tuva_column(relation, 'deductible_amount', 'numeric')) END,
			phm.tuva_column(relation, 'dispensing_provider_npi'), relation);
	END IF;
	SELECT string_agg(phm.tuva_column(relation, 'hcpcs_modifier_' || i), ', ' ORDER BY i) INTO modifiers FROM generate_series(1, 5) AS i;
	RETURN format($q$SELECT t.person_id::text AS person_id, t.claim_id::text AS id, %s AS line,
		coalesce(%s, %s)::phm.datetime AS service_from, coalesce(%s, %s, %s)::phm.datetime AS service_to,
		phm.claim_procedure(%s) AS product_or_service, NULLIF(concat_ws(' ', %s), '') AS modifier, %s AS revenue,
		%s AS place_of_service, %s AS quantity, %s AS charge, %s AS allowed, %s AS paid, %s AS member_paid,
		%s AS rendering_npi FROM %s AS t$q$,
		phm.tuva_column(relation, 'claim_line_number', 'integer'),
		phm.tuva_column(relation, 'claim_line_start_date', 'date'), phm.tuva_column(relation, 'claim_start_date', 'date'),
		phm.tuva_column(relation, 'claim_line_end_date', 'date'), phm.tuva_column(relation, 'claim_line_start_date', 'date'),
		phm.tuva_column(relation, 'claim_end_date', 'date'),
		phm.tuva_column(relation, 'hcpcs_code'), modifiers, phm.tuva_column(relation, 'revenue_center_code'),
		phm.tuva_column(relation, 'place_of_service_code'), phm.tuva_column(relation, 'service_unit_quantity', 'numeric'),
		phm.tuva_column(relation, 'charge_amount', 'numeric'), phm.tuva_column(relation, 'allowed_amount', 'numeric'),
		phm.tuva_column(relation, 'paid_amount', 'numeric'),
		CASE WHEN phm.tuva_column(relation, 'total_cost_amount', 'numeric') LIKE 'NULL::%' THEN 'NULL::numeric'
			ELSE format('%s - %s', phm.tuva_column(relation, 'total_cost_amount', 'numeric'), phm.tuva_column(relation, 'paid_amount', 'numeric')) END,
		coalesce(NULLIF(phm.tuva_column(relation, 'rendering_npi'), 'NULL::text'), phm.tuva_column(relation, 'rendering_id')), relation);
END
$$;
COMMENT ON FUNCTION phm.tuva_lines(regclass, boolean) IS
'Internal: the query that gives the claim lines of a Tuva medical_claim or pharmacy_claim.';

CREATE FUNCTION phm.tuva_reversed() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT '(coalesce(bool_or(x.paid < 0 OR x.charge < 0) OVER claim, false) AND coalesce(sum(x.paid) OVER claim, 0) <= 0'
	' AND coalesce(sum(x.charge) OVER claim, 0) <= 0)';
END;
COMMENT ON FUNCTION phm.tuva_reversed() IS
'Internal: whether the claim of a line x is reversed, over WINDOW claim: negative amounts, and nothing left in sum.';

CREATE FUNCTION phm.tuva_claims(relation regclass) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	diagnoses text;
	procedures text;
	visits text := '^(99[2-4][0-9]{2}|9200[24]|9201[24]|9079[12]|9083[0-9]|9084[0-9]|9085[0-3]|G0402|G0438|G0439|G0463|T1015)$';
BEGIN
	SELECT string_agg(format('phm.claim_diagnosis(max(%s), max(%s))', phm.tuva_column(relation, 'diagnosis_code_' || i),
	                         phm.tuva_column(relation, 'diagnosis_code_type')), ', ' ORDER BY i)
	  INTO diagnoses FROM generate_series(1, 25) AS i
	 WHERE phm.tuva_column(relation, 'diagnosis_code_' || i) <> 'NULL::text';
	SELECT string_agg(format('phm.claim_procedure(max(%s), coalesce(max(%s), ''icd-10-pcs''))',
	                         phm.tuva_column(relation, 'procedure_code_' || i),
	                         phm.tuva_column(relation, 'procedure_code_type')), ', ' ORDER BY i)
	  INTO procedures FROM generate_series(1, 25) AS i
	 WHERE phm.tuva_column(relation, 'procedure_code_' || i) <> 'NULL::text';
	RETURN format($q$SELECT t.person_id::text AS person_id, t.claim_id::text AS id,
		phm.concept('claim-type', max(%s)) AS type, 'complete'::text AS outcome,
		min(%s)::phm.datetime AS billable_start, max(%s)::phm.datetime AS billable_end,
		min(%s)::phm.datetime AS created, max(%s) AS provider_id, max(%s) AS billing_npi,
		max(%s) AS bill_type, max(%s) AS drg, max(%s) AS discharge_status,
		sum(%s) AS total_charge, sum(%s) AS total_allowed, sum(%s) AS total_paid,
		array_remove(ARRAY[%s]::phm.concept[], NULL) AS diagnosis, array_remove(ARRAY[%s]::phm.concept[], NULL) AS procedure,
		CASE WHEN bool_or(%s < 0 OR %s < 0) AND coalesce(sum(%s), 0) <= 0 AND coalesce(sum(%s), 0) <= 0 THEN 'reversed' ELSE 'paid' END AS origin_status,
		bool_or(%s ~ '^(045[0-9]|0981)$') AS emergency, max(%s) AS place_of_service,
		string_agg(DISTINCT phm.claim_procedure(%s)::text, ';') FILTER (WHERE %s ~ %L) AS visits, min(%s) AS admitted, max(%s) AS discharged, max(%s) AS facility_npi, max(%s) AS rendering_npi
		FROM %s AS t GROUP BY t.person_id::text, t.claim_id::text$q$,
		phm.tuva_column(relation, 'claim_type'),
		phm.tuva_column(relation, 'claim_start_date', 'date'), phm.tuva_column(relation, 'claim_end_date', 'date'),
		phm.tuva_column(relation, 'paid_date', 'date'),
		coalesce(NULLIF(phm.tuva_column(relation, 'billing_npi'), 'NULL::text'), phm.tuva_column(relation, 'billing_id')),
		coalesce(NULLIF(phm.tuva_column(relation, 'billing_npi'), 'NULL::text'), phm.tuva_column(relation, 'billing_id')),
		phm.tuva_column(relation, 'bill_type_code'),
		coalesce(NULLIF(phm.tuva_column(relation, 'drg_code'), 'NULL::text'), phm.tuva_column(relation, 'ms_drg_code')),
		phm.tuva_column(relation, 'discharge_disposition_code'),
		phm.tuva_column(relation, 'charge_amount', 'numeric'), phm.tuva_column(relation, 'allowed_amount', 'numeric'),
		phm.tuva_column(relation, 'paid_amount', 'numeric'), diagnoses, procedures,
		phm.tuva_column(relation, 'charge_amount', 'numeric'), phm.tuva_column(relation, 'paid_amount', 'numeric'),
		phm.tuva_column(relation, 'charge_amount', 'numeric'), phm.tuva_column(relation, 'paid_amount', 'numeric'),
		phm.tuva_column(relation, 'revenue_center_code'), phm.tuva_column(relation, 'place_of_service_code'),
		phm.tuva_column(relation, 'hcpcs_code'), phm.tuva_column(relation, 'hcpcs_code'), visits, phm.tuva_column(relation, 'admission_date', 'date'),
		phm.tuva_column(relation, 'discharge_date', 'date'),
		coalesce(NULLIF(phm.tuva_column(relation, 'facility_npi'), 'NULL::text'), phm.tuva_column(relation, 'facility_id')),
		coalesce(NULLIF(phm.tuva_column(relation, 'rendering_npi'), 'NULL::text'), phm.tuva_column(relation, 'rendering_id')),
		relation);
END
$$;
COMMENT ON FUNCTION phm.tuva_claims(regclass) IS
'Internal: the query that gives one row per claim of a Tuva medical_claim, header fields from any of its lines, with what encounters are derived from.';

CREATE FUNCTION phm.tuva_members(eligibility regclass, target_schema text, source text) RETURNS text[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[
	phm.tuva_view(target_schema, 'patient', 'Patient', source, 'claims', format(
		$q$SELECT DISTINCT ON (t.person_id::text) t.person_id::text AS person_id, t.person_id::text AS id,
		CASE lower(%s) WHEN 'male' THEN 'male' WHEN 'm' THEN 'male' WHEN 'female' THEN 'female' WHEN 'f' THEN 'female' ELSE 'unknown' END AS gender,
		%s::phm.datetime AS birth_date, %s::phm.datetime AS deceased_at,
		CASE WHEN %s IS NULL AND %s = '1' THEN true END AS deceased,
		%s AS race, %s AS family, %s AS given, %s AS city, %s AS state, %s AS postal_code
		FROM %s AS t ORDER BY t.person_id::text, %s DESC NULLS LAST$q$,
		phm.tuva_column(eligibility, 'gender'), phm.tuva_column(eligibility, 'birth_date', 'date'),
		phm.tuva_column(eligibility, 'death_date', 'date'), phm.tuva_column(eligibility, 'death_date', 'date'),
		phm.tuva_column(eligibility, 'death_flag'), phm.tuva_column(eligibility, 'race'),
		phm.tuva_column(eligibility, 'last_name'), phm.tuva_column(eligibility, 'first_name'),
		phm.tuva_column(eligibility, 'city'), phm.tuva_column(eligibility, 'state'), phm.tuva_column(eligibility, 'zip_code'),
		eligibility, phm.tuva_column(eligibility, 'enrollment_start_date', 'date'))),
	phm.tuva_view(target_schema, 'coverage', 'Coverage', source, 'claims', format(
		$q$SELECT t.person_id::text AS person_id, concat_ws('|', t.person_id, %s, %s, %s, %s) AS id, 'active'::text AS status,
		CASE WHEN %s IS NOT NULL THEN phm.concept('SOPT', CASE lower(%s) WHEN 'medicare' THEN '1' WHEN 'medicaid' THEN '2'
			WHEN 'commercial' THEN '5' WHEN 'self-pay' THEN '81' ELSE '9' END, %s) END AS type,
		%s AS subscriber_member_id, %s::phm.datetime AS period_start, %s::phm.datetime AS period_end,
		%s AS payor_id, %s AS network FROM %s AS t$q$,
		phm.tuva_column(eligibility, 'member_id'), phm.tuva_column(eligibility, 'payer'), phm.tuva_column(eligibility, 'plan'),
		format('to_char(%s, ''YYYY-MM-DD'')', phm.tuva_column(eligibility, 'enrollment_start_date', 'date')),
		phm.tuva_column(eligibility, 'payer_type'), phm.tuva_column(eligibility, 'payer_type'), phm.tuva_column(eligibility, 'payer_type'),
		coalesce(NULLIF(phm.tuva_column(eligibility, 'subscriber_id'), 'NULL::text'), phm.tuva_column(eligibility, 'member_id')),
		phm.tuva_column(eligibility, 'enrollment_start_date', 'date'), phm.tuva_column(eligibility, 'enrollment_end_date', 'date'),
		phm.tuva_column(eligibility, 'payer'), phm.tuva_column(eligibility, 'plan'), eligibility))];
END
$$;
REVOKE ALL ON FUNCTION phm.tuva_members(regclass, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.tuva_members(regclass, text, text) IS 'Internal: the views over a Tuva eligibility.';

CREATE FUNCTION phm.tuva_medical(medical_claim regclass, target_schema text, source text) RETURNS text[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	claims text := phm.tuva_claims(medical_claim);
BEGIN
	RETURN ARRAY[
	phm.tuva_view(target_schema, 'claim_line', 'claim_line', source, 'claims', phm.tuva_lines(medical_claim, false)),
	phm.tuva_view(target_schema, 'claim', 'ExplanationOfBenefit', source, 'claims', format(
		$q$SELECT c.person_id, c.id, c.type, c.outcome, c.billable_start, c.billable_end, c.created, c.provider_id, c.billing_npi,
		c.bill_type, c.drg, c.discharge_status, c.total_charge, c.total_allowed, c.total_paid, c.diagnosis, c.procedure, c.origin_status
		FROM (%s) AS c$q$, claims)),
	phm.tuva_view(target_schema, 'condition', 'Condition', source, 'claims', format(
		$q$SELECT c.person_id, c.id || '|dx' || d.n AS id, phm.concept('condition-category', 'encounter-diagnosis') AS category,
		d.code, c.billable_start AS onset, CASE WHEN (c.bill_type IS NOT NULL OR c.visits IS NOT NULL)
			AND phm.claim_setting(c.bill_type, c.emergency, c.place_of_service) IS NOT NULL THEN c.id END AS encounter_id
		FROM (%s) AS c, unnest(c.diagnosis) WITH ORDINALITY AS d(code, n) WHERE c.origin_status = 'paid'$q$, claims)),
	phm.tuva_view(target_schema, 'procedure', 'Procedure', source, 'claims', format(
		$q$SELECT c.person_id, c.id || '|px' || d.n AS id, 'completed'::text AS status, d.code,
		c.billable_start AS performed, c.billable_end AS performed_end, CASE WHEN (c.bill_type IS NOT NULL OR c.visits IS NOT NULL)
			AND phm.claim_setting(c.bill_type, c.emergency, c.place_of_service) IS NOT NULL THEN c.id END AS encounter_id
		FROM (%s) AS c, unnest(c.procedure) WITH ORDINALITY AS d(code, n) WHERE c.origin_status = 'paid'$q$, claims)),
	phm.tuva_view(target_schema, 'service', 'Procedure', source, 'claims', format(
		$q$SELECT l.person_id, l.id || '|line' || l.line AS id, 'completed'::text AS status, l.product_or_service AS code,
		l.service_from AS performed, CASE WHEN l.service_to OPERATOR(phm.<>) l.service_from THEN l.service_to END AS performed_end, l.rendering_npi AS performer_id
		FROM (SELECT x.*, %s AS reversed FROM (%s) AS x WINDOW claim AS (PARTITION BY x.person_id, x.id)) AS l WHERE NOT l.reversed AND l.product_or_service IS NOT NULL AND NOT coalesce(l.charge < 0 OR l.paid < 0, false)$q$,
		phm.tuva_reversed(), phm.tuva_lines(medical_claim, false))),
	phm.tuva_view(target_schema, 'encounter', 'Encounter', source, 'claims', format(
		$q$SELECT e.person_id, e.id, 'finished'::text AS status, phm.concept('v3-ActCode', e.class) AS class,
		NULLIF(concat_ws(';', CASE e.class WHEN 'IMP' THEN 'SNOMED|32485007' WHEN 'EMER' THEN 'SNOMED|4525004' END, e.visits), '')::phm.concept AS type,
		coalesce(e.admitted::phm.datetime, e.billable_start) AS period_start,
		coalesce(e.discharged::phm.datetime, e.billable_end) AS period_end,
		e.rendering_npi AS participant_id, e.facility_npi AS service_provider_id,
		CASE WHEN e.class IN ('IMP', 'NONAC') THEN phm.concept('NUBC-discharge', e.discharge_status) END AS discharge_disposition
		FROM (SELECT c.*, phm.claim_setting(c.bill_type, c.emergency, c.place_of_service) AS class FROM (%s) AS c) AS e
		WHERE e.origin_status = 'paid' AND e.class IS NOT NULL
		  AND (e.bill_type IS NOT NULL OR e.visits IS NOT NULL)$q$, claims))];
END
$$;
REVOKE ALL ON FUNCTION phm.tuva_medical(regclass, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.tuva_medical(regclass, text, text) IS 'Internal: the views over a Tuva medical_claim.';

CREATE FUNCTION phm.tuva_pharmacy(pharmacy_claim regclass, target_schema text, source text) RETURNS text[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[
	phm.tuva_view(target_schema, 'pharmacy_claim_line', 'claim_line', source, 'claims', phm.tuva_lines(pharmacy_claim, true)),
	phm.tuva_view(target_schema, 'pharmacy_claim', 'ExplanationOfBenefit', source, 'claims', format(
		$q$SELECT l.person_id, l.id, phm.concept('claim-type', 'pharmacy') AS type, 'complete'::text AS outcome,
		min(l.service_from::date)::phm.datetime AS billable_start, max(l.service_from::date)::phm.datetime AS billable_end, max(l.rendering_npi) AS provider_id,
		sum(l.charge) AS total_charge, sum(l.allowed) AS total_allowed, sum(l.paid) AS total_paid,
		CASE WHEN bool_or(l.paid < 0 OR l.charge < 0) AND coalesce(sum(l.paid), 0) <= 0 AND coalesce(sum(l.charge), 0) <= 0 THEN 'reversed' ELSE 'paid' END AS origin_status
		FROM (%s) AS l GROUP BY l.person_id, l.id$q$, phm.tuva_lines(pharmacy_claim, true))),
	phm.tuva_view(target_schema, 'medication_dispense', 'MedicationDispense', source, 'claims', format(
		$q$SELECT l.person_id, l.id || '|' || l.line AS id, 'completed'::text AS status, l.product_or_service AS medication,
		phm.quantity(l.quantity) AS quantity, phm.quantity(l.days_supply::numeric, 'd') AS days_supply,
		l.service_from AS when_handed_over, l.rendering_npi AS performer_id
		FROM (SELECT x.*, %s AS reversed FROM (%s) AS x WINDOW claim AS (PARTITION BY x.person_id, x.id)) AS l
		WHERE NOT l.reversed AND NOT coalesce(l.paid < 0 OR l.charge < 0 OR l.quantity < 0, false)$q$,
		phm.tuva_reversed(), phm.tuva_lines(pharmacy_claim, true)))];
END
$$;
REVOKE ALL ON FUNCTION phm.tuva_pharmacy(regclass, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.tuva_pharmacy(regclass, text, text) IS 'Internal: the views over a Tuva pharmacy_claim.';

CREATE FUNCTION phm.create_tuva_views(schema_name text, source text, target_schema text DEFAULT 'phm_tuva') RETURNS text[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	eligibility regclass := to_regclass(format('%I.eligibility', schema_name));
	medical_claim regclass := to_regclass(format('%I.medical_claim', schema_name));
	pharmacy_claim regclass := to_regclass(format('%I.pharmacy_claim', schema_name));
	made text[] := '{}';
	missing text;
BEGIN
	IF source IS NULL THEN
		RAISE EXCEPTION 'the source to whose patients person_id belongs must be given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF eligibility IS NULL AND medical_claim IS NULL AND pharmacy_claim IS NULL THEN
		RAISE EXCEPTION 'schema "%" has none of the tables eligibility, medical_claim and pharmacy_claim', schema_name
			USING ERRCODE = 'undefined_table';
	END IF;
	SELECT format('%s.%s', r.relation, k.name) INTO missing
	  FROM unnest(ARRAY[eligibility, medical_claim, pharmacy_claim]) WITH ORDINALITY AS r(relation, n),
	       unnest(ARRAY['person_id', 'claim_id']) AS k(name)
	 WHERE r.relation IS NOT NULL AND (k.name = 'person_id' OR r.n > 1)
	   AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = r.relation AND a.attname = k.name AND NOT a.attisdropped)
	 ORDER BY r.n, k.name DESC LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'column % is missing', missing USING ERRCODE = 'undefined_column';
	END IF;
	EXECUTE format('CREATE SCHEMA %I', target_schema);
	IF eligibility IS NOT NULL THEN
		made := made || phm.tuva_members(eligibility, target_schema, source);
	END IF;
	IF medical_claim IS NOT NULL THEN
		made := made || phm.tuva_medical(medical_claim, target_schema, source);
	END IF;
	IF pharmacy_claim IS NOT NULL THEN
		made := made || phm.tuva_pharmacy(pharmacy_claim, target_schema, source);
	END IF;
	RETURN made;
END
$$;
REVOKE ALL ON FUNCTION phm.create_tuva_views(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.create_tuva_views(text, text, text) IS
'Views over tables in the layout of the Tuva input layer (eligibility, medical_claim, pharmacy_claim; those that are there), registered as chart sources of kind claims: patient, coverage, claim and claim_line, condition, procedure, service, encounter, pharmacy_claim, pharmacy_claim_line, medication_dispense. source: whose patients person_id names. target_schema is made and must not exist. Returns the views. Errors: 42P01 no such tables, 42703 person_id or claim_id is missing, 42P06 target_schema exists, 22004 no source.';
