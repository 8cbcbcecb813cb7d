/*
 * hcc_service.sql: the filter of risk-eligible services: which claims give
 * diagnoses to the models of the CMS-HCC family.
 */
CREATE TABLE phm.hcc_service (
	kind text NOT NULL CHECK (kind IN ('procedure', 'inpatient', 'outpatient', 'specialty')),
	year_from integer NOT NULL,
	year_to integer CHECK (year_to >= year_from),
	codes text NOT NULL,
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true
);
-- @data phm.hcc_service(kind, year_from::integer, year_to::integer, codes, status) hcc_service_cpt.tsv
-- @data phm.hcc_service(kind, year_from::integer, year_to::integer, codes, status) hcc_service_hcpcs.tsv
-- @data phm.hcc_service(kind, year_from::integer, year_to::integer, codes, status) hcc_service_claim.tsv
ALTER TABLE phm.hcc_service ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_service ALTER COLUMN status SET DEFAULT 'own';
REVOKE ALL ON phm.hcc_service FROM PUBLIC;
GRANT SELECT ON phm.hcc_service TO PUBLIC;
SELECT pg_extension_config_dump('phm.hcc_service', 'WHERE NOT built_in');
COMMENT ON TABLE phm.hcc_service IS
'What makes a claim count for risk adjustment, by calendar year of service: CPT and HCPCS codes, bill types, specialties. Rows of your own (built_in false) take the place of the built-in rows of their kind in the years they cover. CPT numbers are the property of the American Medical Association. Source: CMS lists of risk adjustment eligible CPT/HCPCS codes, CMS encounter data filtering logic.';
COMMENT ON COLUMN phm.hcc_service.kind IS 'procedure (CPT and HCPCS codes), inpatient, outpatient (the first two digits of bill types), specialty (CMS specialty codes of practitioners).';
COMMENT ON COLUMN phm.hcc_service.year_from IS 'First calendar year of service.';
COMMENT ON COLUMN phm.hcc_service.year_to IS 'Last calendar year of service, null: still so.';
COMMENT ON COLUMN phm.hcc_service.codes IS 'Codes separated by blanks; PREFIX:ENDING,ENDING stands for several codes of one beginning.';
COMMENT ON COLUMN phm.hcc_service.status IS 'How far the rows were checked: cross-checked, single source, unverified (refused unless asked for), own (loaded by the user).';
COMMENT ON COLUMN phm.hcc_service.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE VIEW phm.hcc_service_code AS
SELECT s.kind, split_part(item, ':', 1) || coalesce(ending, '') AS code, s.year_from, s.year_to, s.status, s.built_in
  FROM phm.hcc_service AS s
 CROSS JOIN LATERAL regexp_split_to_table(s.codes, '\s+') AS item
  LEFT JOIN LATERAL string_to_table(nullif(split_part(item, ':', 2), ''), ',') AS ending ON true
 WHERE item <> '';
REVOKE ALL ON phm.hcc_service_code FROM PUBLIC;
GRANT SELECT ON phm.hcc_service_code TO PUBLIC;
COMMENT ON VIEW phm.hcc_service_code IS 'The rows of phm.hcc_service, one code a row.';
COMMENT ON COLUMN phm.hcc_service_code.kind IS 'As in phm.hcc_service.';
COMMENT ON COLUMN phm.hcc_service_code.code IS 'Code, bill type or specialty.';
COMMENT ON COLUMN phm.hcc_service_code.year_from IS 'First calendar year of service.';
COMMENT ON COLUMN phm.hcc_service_code.year_to IS 'Last calendar year of service, null: still so.';
COMMENT ON COLUMN phm.hcc_service_code.status IS 'How far the row was checked.';
COMMENT ON COLUMN phm.hcc_service_code.built_in IS 'True for rows that come with phm.';

CREATE FUNCTION phm.hcc_service_list(service_year integer, specialties boolean DEFAULT false,
	unverified boolean DEFAULT false) RETURNS phm.codeset
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	list phm.codeset := phm.codeset('urn:phm:hcc-service:rule',
		CASE WHEN specialties THEN ARRAY['list', 'specialty'] ELSE ARRAY['list'] END);
	part record;
BEGIN
	FOR part IN
		SELECT c.kind, array_agg(upper(c.code)) AS codes, bool_or(c.status = 'unverified') AS doubtful
		  FROM phm.hcc_service_code AS c
		 WHERE service_year BETWEEN c.year_from AND coalesce(c.year_to, service_year)
		   AND (specialties OR c.kind <> 'specialty')
		   AND (NOT c.built_in OR NOT EXISTS (
				SELECT FROM phm.hcc_service AS own
				 WHERE own.kind = c.kind AND NOT own.built_in
				   AND service_year BETWEEN own.year_from AND coalesce(own.year_to, service_year)))
		 GROUP BY c.kind ORDER BY c.kind
	LOOP
		IF part.doubtful AND NOT unverified THEN
			RAISE EXCEPTION 'the list of services of % has unverified rows', service_year
				USING ERRCODE = '22023', DETAIL = format('They are of kind "%s" in phm.hcc_service.', part.kind),
					HINT = 'Check them against the list of CMS, or pass unverified => true.';
		END IF;
		list := phm.codeset_union(list, phm.codeset('urn:phm:hcc-service:' || part.kind, part.codes));
		IF part.kind = 'procedure' THEN
			list := phm.codeset_union(list, phm.codeset('urn:phm:hcc-service:rule', ARRAY['year-' || service_year]));
		END IF;
	END LOOP;
	IF NOT phm.contains(list, 'urn:phm:hcc-service:rule', 'year-' || service_year) THEN
		RAISE EXCEPTION 'there is no list of procedures for services of %', service_year
			USING ERRCODE = '22023', DETAIL = format('Known: %s to %s.',
				(SELECT min(s.year_from) FROM phm.hcc_service AS s WHERE s.kind = 'procedure'),
				(SELECT max(s.year_to) FROM phm.hcc_service AS s WHERE s.kind = 'procedure')),
			HINT = 'Load the list of CMS as a row of phm.hcc_service.';
	END IF;
	RETURN list;
END
$$;
COMMENT ON FUNCTION phm.hcc_service_list(integer, boolean, boolean) IS
'What makes a claim count in a calendar year of service, compiled from phm.hcc_service for phm.hcc_eligible_service; takes some milliseconds, so call it once a query, as (SELECT phm.hcc_service_list(2026)). specialties: professional claims count only from practitioners of the listed specialties, as in RAPS submissions; unverified: accept rows marked unverified. Errors: 22023 for a year without procedures, and for unverified rows.';

CREATE FUNCTION phm.hcc_eligible_service(list phm.codeset, claim_kind text, bill_type text, procedures text[],
	specialty text DEFAULT NULL) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_hcc_eligible_service' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.hcc_eligible_service(phm.codeset, text, text, text[], text) IS
'Whether the diagnoses of a claim count for risk adjustment. list: of the year of service, from phm.hcc_service_list. claim_kind: professional or institutional; pharmacy, oral, dental and vision never count; null: institutional when there is a bill type. bill_type: 111, 0111, 11X; a bill whose last digit is 8 is void. procedures: all CPT and HCPCS codes of the claim, with or without modifiers; one on the list suffices; they do not matter for inpatient bills. specialty: CMS specialty code, where the list asks for it. Null when the list is null. Errors: 22023 for another set of codes and an unknown kind. Source: CMS encounter data filtering logic.';
CREATE FUNCTION phm.explain_hcc_service(list phm.codeset, claim_kind text, bill_type text, procedures text[],
	specialty text DEFAULT NULL) RETURNS text
AS 'MODULE_PATHNAME', 'phm_explain_hcc_service' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.explain_hcc_service(phm.codeset, text, text, text[], text) IS
'Why the diagnoses of a claim count for risk adjustment, or why not; arguments, nulls and errors as for phm.hcc_eligible_service.';
