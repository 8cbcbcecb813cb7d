SET search_path = public, phm;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT create_store() IS NOT NULL AS created;
-- Somebody's claims: a header and lines, one of them denied, one reversed, one of another claim.
CREATE TABLE my_claim (patient_id bigint, id text, type concept, billable_start datetime, billable_end datetime,
	total_charge numeric, total_allowed numeric, total_paid numeric, diagnosis concept[], procedure concept[], bill_type text, drg text,
	discharge_status text, origin_status text);
CREATE TABLE my_line (patient_id bigint, id text, line integer, status text, service_from datetime, service_to datetime,
	product_or_service concept, modifier text, revenue text, place_of_service text, quantity numeric,
	charge numeric, allowed numeric, paid numeric, member_paid numeric, rendering_npi text, specialty text, encounter_id text, diagnosis concept);
INSERT INTO my_claim VALUES
 (1, 'c1', 'claim-type|institutional', '2026-01-03', '2026-01-05', 300, 200.50, 160.40, '{ICD10CM|I50.9,ICD10CM|E11.9}', '{ICD10PCS|0SRC0J9}', '0111', '291', '01', NULL),
 (1, 'c2', 'claim-type|professional', '2026-02-01', '2026-02-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'reversed');
INSERT INTO my_line VALUES
 (1, 'c1', 2, NULL, '2026-01-03', '2026-01-05', 'HCPCS|G0463', '25 GP', '0510', NULL, 1.5, 100, 80.25, 64.2, 16.05, '1234567893', '207Q00000X', 'e1', 'ICD10CM|E11.9'),
 (1, 'c1', 1, 'active', '2026-01-03', '2026-01-03', NULL, NULL, '0120', NULL, 2, 200, 120.25, 96.2, NULL, '1234567893', NULL, NULL, NULL),
 (1, 'c1', 3, 'denied', '2026-01-04', NULL, 'CPT|99213', NULL, NULL, '11', 1, 50, 0, 0, 0, '1111111112', '08', NULL, NULL),
 (1, 'c1', 4, 'reversed', '2026-01-04', NULL, 'CPT|99214', NULL, NULL, '11', 1, 50, 0, 0, 0, NULL, NULL, NULL, NULL),
 (1, 'c9', 1, NULL, '2026-01-04', NULL, 'CPT|99215', NULL, NULL, '11', 1, 50, 0, 0, 0, NULL, NULL, NULL, NULL);
SELECT register_chart_source('my_claim', 'ExplanationOfBenefit', 'plan', kind => 'claims');
SELECT register_chart_source('my_line', 'claim_line', 'plan', kind => 'claims');
SELECT build_charts('{1}');
SELECT e.id, e.status, m.key, m.value FROM patient_chart, events(chart, everything => true) AS e, jsonb_each(e.resource::jsonb) AS m
 WHERE m.key NOT IN ('item', 'id') ORDER BY e.id, m.key COLLATE "C";
SELECT i - 'adjudication' AS item, jsonb_path_query_array(i, '$.adjudication[*].category.coding.code') AS categories,
       jsonb_path_query_array(i, '$.adjudication[*].amount.value') AS amounts
  FROM patient_chart, events(chart) AS e, jsonb_path_query(e.resource::jsonb, '$.item[*]') AS i;
-- The same as a Claim: what is billed, and nothing of the settlement.
UPDATE chart_source SET resource_type = 'Claim' WHERE relation = 'public.my_claim';
SELECT build_charts('{1}');
SELECT e.resource::jsonb -> 'total' AS total, jsonb_path_query_array(e.resource::jsonb, '$.item[*].net.value') AS net,
       e.resource::jsonb #> '{item,0,adjudication}' AS adjudication
  FROM patient_chart, events(chart) AS e;
-- What a chart writes, it reads again.
SELECT chart::text::chart::text = chart::text AS stable FROM patient_chart;
-- A settlement that came as FHIR keeps its own items, all of them, whatever lines are there.
SELECT status FROM ingest('{"resourceType":"ExplanationOfBenefit","id":"f","status":"active","patient":{"reference":"Patient/p"},"billablePeriod":{"start":"2026-03-01"},
 "careTeam":[{"sequence":1,"provider":{"display":"Dr. Doe"},"responsible":true}],
 "supportingInfo":[{"sequence":1,"category":{"coding":[{"code":"clmrecvddate"}]},"timingDate":"2026-03-09"},{"sequence":2,"category":{"coding":[{"code":"typeofbill"}]},"code":{"coding":[{"code":"0131"}]}}],
 "item":[{"sequence":7,"productOrService":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"99213"}]},"servicedDate":"2026-03-01","noteNumber":[1],
  "detail":[{"sequence":1,"productOrService":{"text":"part"}}],
  "adjudication":[{"category":{"coding":[{"code":"submitted"}]},"amount":{"value":10.00,"currency":"USD"}},{"category":{"coding":[{"code":"deductible"}]},"amount":{"value":2}},
   {"category":{"coding":[{"code":"https://bluebutton.cms.gov/resources/variables/line_nch_pmt_amt"}]},"amount":{"value":8}}]}]}', 'fhir');
UPDATE claim_line SET charge = 999;
SELECT build_charts(array_agg(patient_id)) FROM patient_link;
SELECT e.resource FROM patient_chart JOIN patient_link USING (patient_id), events(chart) AS e WHERE e.source = 'fhir';
SELECT drop_store(format('drop all patient data in %s', current_database()));
DROP TABLE my_claim, my_line;
