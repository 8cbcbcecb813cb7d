SET search_path = public, phm;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT create_store() IS NOT NULL AS created;
-- Codes of claims: dots, systems, settings.
SELECT claim_diagnosis('E119'), claim_diagnosis('I10'), claim_diagnosis('E11.9'), claim_diagnosis('25000', 'icd-9-cm'), claim_diagnosis('E8120', 'icd-9-cm'),
       claim_diagnosis('V103', 'icd-9-cm'), claim_diagnosis('') IS NULL AS none;
SELECT claim_procedure('99213'), claim_procedure('0001U'), claim_procedure('J1234'), claim_procedure('0SRC0J9', 'icd-10-pcs'), claim_procedure('X') , claim_procedure(NULL) IS NULL AS none;
SELECT b AS bill, e AS emergency, p AS place, claim_setting(b, e, p)
  FROM (VALUES ('0111', true, NULL), ('111', false, NULL), ('211', false, NULL), ('0181', false, NULL), ('131', true, NULL), ('131', NULL, NULL), ('0141', NULL, NULL),
    ('329', NULL, NULL), ('721', NULL, NULL), (NULL, NULL, '23'), (NULL, NULL, '11'), (NULL, NULL, '21'), (NULL, NULL, '10'), (NULL, NULL, '81'), (NULL, NULL, NULL)) AS t(b, e, p);
-- A few columns of the layout, some as text: what is missing is NULL.
CREATE SCHEMA plan;
CREATE TABLE plan.eligibility (person_id text, member_id text, gender text, birth_date date, death_date text, payer text, payer_type text, plan text,
	enrollment_start_date date, enrollment_end_date date);
CREATE TABLE plan.medical_claim (person_id text, claim_id text, claim_line_number int, claim_type text, claim_start_date date, claim_end_date date, claim_line_start_date text,
	admission_date date, discharge_date date, discharge_disposition_code text, place_of_service_code text, bill_type_code text, drg_code text, revenue_center_code text,
	service_unit_quantity int, hcpcs_code text, hcpcs_modifier_1 text, hcpcs_modifier_2 text, rendering_npi text, billing_npi text, facility_npi text,
	paid_date date, paid_amount float8, allowed_amount float8, charge_amount float8, diagnosis_code_1 text, diagnosis_code_2 text, procedure_code_1 text);
INSERT INTO plan.eligibility VALUES
 ('A', 'm1', 'female', '1950-02-03', '', 'Medicare', 'medicare', 'FFS', '2025-01-01', '2025-12-31'),
 ('A', 'm1', 'female', '1950-02-03', '2026-05-06', 'Medicare', 'medicare', 'FFS', '2026-01-01', '2026-12-31');
INSERT INTO plan.medical_claim VALUES
 ('A', 'stay', 1, 'institutional', '2026-01-03', '2026-01-07', NULL, '2026-01-03', '2026-01-07', '01', '', '0111', '291', '0120', 4, '', '', '', '1111111111', '2222222222', '3333333333', '2026-02-01', 800, 1000, 2000, 'I5022', 'E119', '0SRC0J9'),
 ('A', 'stay', 2, 'institutional', '2026-01-03', '2026-01-07', NULL, '2026-01-03', '2026-01-07', '01', '', '0111', '291', '0450', 1, '', '', '', '1111111111', '2222222222', '3333333333', '2026-02-01', 80, 100, 200, 'I5022', 'E119', '0SRC0J9'),
 ('A', 'round', 1, 'professional', '2026-01-04', '2026-01-04', '2026-01-04', NULL, NULL, '', '21', '', '', '', 1, '99232', '', '', '1111111111', '1111111111', '', '2026-02-01', 70, 90, 150, 'I5022', '', ''),
 ('A', 'visit', 1, 'professional', '2026-03-04', '2026-03-04', '2026-03-04', NULL, NULL, '', '11', '', '', '', 1, '99213', '25', 'GT', '1111111111', '1111111111', '', '2026-04-01', 70, 90, 150, 'Z0000', '', ''),
 ('A', 'visit', 2, 'professional', '2026-03-04', '2026-03-04', '2026-03-04', NULL, NULL, '', '11', '', '', '', 1, '36415', '', '', '1111111111', '1111111111', '', '2026-04-01', 0, 0, 12, 'Z0000', '', ''),
 ('A', 'back', 1, 'professional', '2026-03-05', '2026-03-05', '2026-03-05', NULL, NULL, '', '11', '', '', '', 1, '99214', '', '', '1111111111', '1111111111', '', '2026-04-01', -70, -90, -150, 'C61', '', ''),
 ('A', 'undone', 1, 'professional', '2026-03-06', '2026-03-06', '2026-03-06', NULL, NULL, '', '11', '', '', '', 1, '99215', '', '', '1111111111', '1111111111', '', '2026-04-01', 70, 90, 150, 'C61', '', ''),
 ('A', 'undone', 2, 'professional', '2026-03-06', '2026-03-06', '2026-03-06', NULL, NULL, '', '11', '', '', '', 1, '99215', '', '', '1111111111', '1111111111', '', '2026-04-01', -70, -90, -150, 'C61', '', '');
CREATE TABLE plan.pharmacy_claim (person_id text, claim_id text, claim_line_number int, dispensing_date date, ndc_code text, quantity int, days_supply int, paid_amount numeric, allowed_amount numeric);
INSERT INTO plan.pharmacy_claim VALUES ('A', 'fill', 1, '2026-02-02', '00093104801', 90, 90, 8, 10), ('A', 'unfill', 1, '2026-02-03', '00093104801', 90, 90, -8, -10);
SELECT unnest(create_tuva_views('plan', 'payer')) AS made;
SELECT mark_changed_sources() > 0 AS marked;
SELECT build_charts(array_agg(patient_id)) FROM patient_link;
SELECT e.resource_type, e.id, e.at, e.code, e.status FROM patient_chart, events(chart, everything => true) AS e ORDER BY e.resource_type, e.at, e.id;
SELECT e.id, e.resource::jsonb #>> '{class,code}' AS class, e.resource::jsonb -> 'period' AS period FROM patient_chart, events(chart, 'Encounter') AS e;
SELECT e.id, jsonb_path_query_array(e.resource::jsonb, '$.item[*].adjudication[*].amount.value') AS amounts,
       jsonb_path_query_array(e.resource::jsonb, '$.item[*].modifier[*].coding.code') AS modifiers, e.resource::jsonb #> '{provider,reference}' AS provider
  FROM patient_chart, events(chart, 'ExplanationOfBenefit') AS e;
SELECT e.resource FROM patient_chart, events(chart, 'MedicationDispense') AS e;
SELECT birth_date(chart), e.resource::jsonb - 'id' AS patient FROM patient_chart, events(chart, 'Patient') AS e;
SELECT create_tuva_views('plan', 'payer');
SELECT create_tuva_views('nowhere', 'payer');
SELECT create_tuva_views('plan', NULL);
ALTER TABLE plan.eligibility RENAME person_id TO person;
SELECT create_tuva_views('plan', 'payer', 'other');
SELECT drop_store(format('drop all patient data in %s', current_database()));
DROP SCHEMA phm_tuva, plan CASCADE;
