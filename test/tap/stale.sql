/*
 * stale.sql: changed value sets, concept maps, registries and settings, and the
 * passing of days, make the patients stale whom they concern, and nobody else.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT phm.create_store() \g /dev/null
CREATE FUNCTION refresh() RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
	run bigint := phm.refresh_begin(100, NULL, false);
BEGIN
	TRUNCATE public.called;
	WHILE phm.refresh_step(run) LOOP
		NULL;
	END LOOP;
	RETURN (SELECT array_agg(DISTINCT p ORDER BY p) FROM public.called, unnest(patients) AS p);
END $$;
-- Observations of a set, counted by its name.
CREATE TABLE called (patients bigint[]);
CREATE TABLE derived (patient_id bigint, n bigint);
CREATE FUNCTION derive(patient_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.called VALUES (patient_ids);
	DELETE FROM public.derived WHERE patient_id = ANY (patient_ids);
	INSERT INTO public.derived SELECT patient_id, phm.count_events(chart, 'Observation', phm.value_set('Lab')) FROM phm.patient_chart
	 WHERE patient_id = ANY (patient_ids);
END $$;
CREATE FUNCTION load(codes text, version text DEFAULT '1', name text DEFAULT 'Lab', url text DEFAULT 'urn:vs') RETURNS void LANGUAGE sql AS $$
	SELECT FROM phm.load_value_set(jsonb_build_object('resourceType', 'ValueSet', 'url', url, 'version', version, 'name', name, 'status', 'active',
		'compose', jsonb_build_object('include', jsonb_build_array(jsonb_build_object('system', 'http://loinc.org',
			'concept', (SELECT jsonb_agg(jsonb_build_object('code', c)) FROM unnest(codes::text[]) AS c))))))
$$;
SELECT phm.register_derivation('lab', 500, 'public.derive') \g /dev/null
SELECT load('{1}') \g /dev/null
INSERT INTO phm.observation (source, id, patient_id, status, code, effective)
SELECT 's', 'o' || p, p, 'final', ('LOINC|' || p)::phm.concept, '2026-01-01' FROM generate_series(1, 4) AS p;
INSERT INTO phm.condition (source, id, patient_id, code, clinical_status, verification_status, category, onset)
VALUES ('s', 'c5', 5, 'SNOMED|44054006', '<http://terminology.hl7.org/CodeSystem/condition-clinical>|active',
	'<http://terminology.hl7.org/CodeSystem/condition-ver-status>|confirmed', '<http://terminology.hl7.org/CodeSystem/condition-category>|problem-list-item', '2020-01-01');
SELECT plan(47);

-- Nothing changes.
SELECT is(refresh(), '{1,2,3,4,5}', 'everybody is derived');
SELECT is(phm.refresh_due(), false, '... after which nothing is due');
SELECT load('{1}') \g /dev/null
SELECT is(phm.refresh_due(), false, 'a set that is loaded again as it was makes nobody stale');
UPDATE phm.value_set SET loaded_at = now(), source = 'elsewhere';
SELECT is(phm.refresh_due(), false, '... nor does another note on it');

-- Value sets.
SELECT load('{1,2}') \g /dev/null
SELECT is(phm.refresh_due(), true, 'a code that joins a set makes a refresh due');
SELECT results_eq('SELECT why, codes::text FROM phm.stale_cause', $$ VALUES ('value set', '{LOINC|2}') $$, '... for those who have that code');
SELECT is((SELECT causes FROM phm.freshness), 1::bigint, '... as phm.freshness shows');
SELECT is(refresh(), '{2}', '... and derives them alone');
SELECT is(n, 1::bigint, '... anew') FROM derived WHERE patient_id = 2;
SELECT is(phm.refresh_due(), false, '... after which nothing is due');
SELECT load('{3}', '2') \g /dev/null
SELECT is(refresh(), '{1,2,3}', 'a new current version concerns who has a code of either');
SELECT results_eq('SELECT patient_id FROM derived WHERE n > 0', $$ VALUES (3::bigint) $$, '... and is what counts');
UPDATE phm.value_set SET current = false WHERE version = '2';
UPDATE phm.value_set SET current = true WHERE version = '1' AND url = 'urn:vs';
SELECT is(refresh(), '{1,2,3}', 'so does the way back');
SELECT load('{4}', name => 'Other', url => 'urn:other') \g /dev/null
SELECT is(refresh(), '{4}', 'a new set concerns who has its codes');
UPDATE phm.value_set SET title = 'Lab', name = NULL WHERE url = 'urn:vs';
SELECT is(refresh(), '{1,2,3}', 'another name concerns who has a code of the set');
UPDATE phm.value_set SET shipped = true WHERE url = 'urn:vs';
SELECT is(refresh(), '{1,2,3}', 'so does its rank');
UPDATE phm.value_set SET name = 'Lab' WHERE url = 'urn:other';
SELECT is(refresh(), '{1,2,3,4}', 'a name that comes to mean another set concerns who has a code of either');
SELECT results_eq('SELECT patient_id FROM derived WHERE n > 0', $$ VALUES (4::bigint) $$, '... and the other counts');
UPDATE phm.value_set SET codes = '{LOINC|4*}' WHERE url = 'urn:other';
UPDATE phm.value_set SET codes = '{LOINC|41}' WHERE url = 'urn:other';
SELECT is(refresh(), '{4}', 'prefixes are taken as prefixes');

-- Who failed for want of a set is tried at once when it comes.
DELETE FROM phm.value_set WHERE url IN ('urn:vs', 'urn:other');
SELECT is(refresh(), NULL, 'a set that goes leaves nobody whom the derivation can do');
SELECT is((SELECT count(*) FROM phm.patient_state WHERE failures > 0), 3::bigint, '... of those who have its codes');
SELECT load('{7}') \g /dev/null
SELECT is(refresh(), '{1,2,3}', '... until a set of the name comes, whatever is in it');
SELECT is((SELECT count(*) FROM phm.patient_state WHERE failures > 0), 0::bigint, '... and then does not');

-- Registries follow.
SELECT results_eq($$ SELECT patient_id, valid_to IS NULL FROM phm.registry_member WHERE registry = 'diabetes' $$,
	$$ VALUES (5::bigint, true) $$, 'there is a member of the registry');
UPDATE phm.value_set SET codes = '{SNOMED|1}' WHERE url = 'urn:phm:valueset:diabetes';
SELECT is(refresh(), '{5}', 'its value set changes');
SELECT is_empty($$ SELECT FROM phm.registry_member WHERE registry = 'diabetes' AND valid_to IS NULL $$, '... and so do its members');
UPDATE phm.registry SET months = 12 WHERE name = 'copd';
SELECT is(refresh(), '{1,2,3,4,5}', 'a changed registry concerns everybody');

-- Settings.
INSERT INTO phm.setting (name, value) VALUES ('as_of', '2026-06-30') ON CONFLICT (name) DO UPDATE SET value = excluded.value;
SELECT is(phm.refresh_due(), true, 'a changed setting makes a refresh due');
SELECT is(refresh(), '{1,2,3,4,5}', '... which derives everybody');
UPDATE phm.setting SET value = '2026-06-30', comment = 'as before' WHERE name = 'as_of';
SELECT is(phm.refresh_due(), false, 'one that is what it was does not');
UPDATE phm.setting SET value = '2026' WHERE name = 'payment_year';
SELECT is(refresh(), '{1,2,3,4,5}', 'the payment year concerns everybody');
SELECT throws_ok($$ UPDATE phm.setting SET value = '2026-02-30' WHERE name = 'as_of' $$, '22008', NULL, 'a day that does not exist is refused');
SELECT throws_ok($$ UPDATE phm.setting SET value = '30.6.2026' WHERE name = 'as_of' $$, '23514', NULL, '... and what is no date');

-- Days.
UPDATE phm.derived_with SET today = today - 1;
SELECT is(phm.refresh_due(), false, 'where as_of is fixed, days pass without effect');
UPDATE phm.setting SET value = NULL WHERE name = 'as_of';
SELECT is(refresh(), '{1,2,3,4,5}', 'taking as_of out concerns everybody');
UPDATE phm.derived_with SET today = today - 1;
SELECT is(phm.refresh_due(), true, 'a new day makes a refresh due');
SELECT is(refresh(), '{1,2,3,4,5}', '... which derives everybody');
SELECT is(phm.refresh_due(), false, '... once');
UPDATE phm.derived_with SET today = today + 1;
SELECT is(phm.refresh_due(), false, 'a day that began elsewhere first is not taken back');

-- Concept maps.
SELECT pairs FROM phm.load_concept_map('{"resourceType": "ConceptMap", "url": "urn:map", "status": "active", "group": [
	{"source": "http://loinc.org", "target": "http://snomed.info/sct", "element": [{"code": "1", "target": [{"code": "11", "equivalence": "equal"}]},
	{"code": "2", "target": [{"code": "12", "equivalence": "equal"}]}]}]}') \g /dev/null
SELECT is(phm.refresh_due(), false, 'a map that is not active concerns nobody');
SELECT results_eq($$ SELECT * FROM phm.activate_concept_map('urn:map') $$, $$ VALUES ('urn:map', 2, 0) $$, 'it is activated');
SELECT is(refresh(), '{1,2}', '... which concerns who has its codes');
UPDATE phm.concept_map_code SET target_display = 'eleven';
SELECT is(phm.refresh_due(), false, 'another display concerns nobody');
UPDATE phm.concept_map_code SET target_code = '13' WHERE source_code = '2';
SELECT is(refresh(), '{2}', 'another target concerns who has the code');
DELETE FROM phm.concept_map;
SELECT is(refresh(), '{1,2}', 'a map that goes concerns who has its codes');

-- Whatever else.
SELECT phm.mark_cause('house rule', '{LOINC|3}') \g /dev/null
SELECT phm.mark_cause('another', '{LOINC|4}') \g /dev/null
SELECT is(refresh(), '{3,4}', 'anybody may leave a cause');
TRUNCATE phm.concept_map_code;
SELECT is(refresh(), '{1,2,3,4,5}', 'what is emptied at once concerns everybody');

SELECT * FROM finish();
ROLLBACK;
