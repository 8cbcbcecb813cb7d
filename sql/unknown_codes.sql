-- Codes that no value set has, but nearly.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
SELECT codes FROM phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:test:near", "expansion": {"timestamp": "2026-01-01", "contains": [
	{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.50"}, {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "S72.001A"}, {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "O24"},
	{"system": "http://loinc.org", "code": "77353-1"}, {"system": "http://snomed.info/sct", "code": "73211009000"}, {"system": "http://hl7.org/fhir/sid/ndc", "code": "00093101"},
	{"system": "http://www.ama-assn.org/go/cpt", "code": "99X13"}, {"system": "http://www.ama-assn.org/go/cpt", "code": "1F"}]}}'::text);
INSERT INTO phm.value_set (url, codes) VALUES ('urn:test:prefix', '{ICD10CM|Q90*}');
CREATE TEMP TABLE seen (patient_id bigint, system text, code text);
INSERT INTO seen VALUES (1, 'ICD10CM', 'M54.50'), (1, 'ICD10CM', 'M5450'), (2, 'ICD10CM', 'M5450'), (3, 'ICD10CM', 'm54.50'), (4, 'ICD10CM', 'M54.50 '), (5, 'ICD10CM', 'M545.0'),
	(1, 'ICD10CM', 'M54.509'), (1, 'ICD10CM', 'M54'), (2, 'ICD10CM', 'S72.001'), (2, 'ICD10CM', 'O24.410'), (2, 'ICD10CM', 'Z00.00'), (3, 'ICD10CM', 'Q90.1'),
	(1, 'LOINC', '77353-2'), (2, 'LOINC', '77353'), (3, 'LOINC', '77353-1'), (3, 'LOINC', '77354-9'),
	(1, 'http://hl7.org/fhir/sid/ndc', '93101'), (1, 'SNOMED', '99X13'), (2, NULL, '99X13'), (3, 'SNOMED', '1F'), (4, 'http://example.org/x', '73211009000');
INSERT INTO phm.patient (source, id, patient_id) SELECT DISTINCT 's', 'p' || patient_id, patient_id FROM seen;
INSERT INTO phm.condition (source, id, patient_id, code) SELECT 's', 'c' || row_number() OVER (), patient_id, phm.concept(system, code) FROM seen;
SET client_min_messages = warning;
CALL phm.refresh();
RESET client_min_messages;
SELECT code_system, '"' || code || '"' AS code, near_code, why, patients FROM phm.unknown_codes();
SELECT code FROM phm.unknown_codes(2);
-- another system has the code rightly
INSERT INTO phm.code (system, code) VALUES ('http://snomed.info/sct', '99X13');
SELECT code_system, code FROM phm.unknown_codes() WHERE code = '99X13';
-- a changed chart has its codes in two places: counted once
INSERT INTO phm.condition (source, id, patient_id, code) VALUES ('s', 'more', 1, phm.concept('ICD10CM', 'M5450'));
SET client_min_messages = warning;
CALL phm.refresh();
RESET client_min_messages;
SELECT code, patients FROM phm.unknown_codes(2);
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
