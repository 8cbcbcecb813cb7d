-- What the charts have, beside what the tables have: counts, amounts, each patient.  Fails where they differ.
\set QUIET on
SET client_min_messages = warning;
CREATE TEMP TABLE event AS
SELECT l.source_patient_id AS person_id, e.resource_type, e.id, e.resource::jsonb AS r
  FROM phm.patient_chart AS c JOIN phm.patient_link AS l USING (patient_id), phm.resources(c.chart) AS e;
ANALYZE event;
CREATE TEMP TABLE item AS
SELECT e.person_id, e.id, i.r, jsonb_object_agg(a.r #>> '{category,coding,0,code}', a.r #> '{amount,value}') AS amounts
  FROM event AS e, jsonb_array_elements(e.r -> 'item') AS i(r), jsonb_array_elements(i.r -> 'adjudication') AS a(r)
 WHERE e.resource_type = 'ExplanationOfBenefit' GROUP BY e.person_id, e.id, i.r;
CREATE TEMP VIEW line AS
SELECT person_id, claim_id, claim_line_number, charge_amount, allowed_amount, paid_amount,
       coalesce(NULLIF(hcpcs_code, ''), '') AS code, service_unit_quantity AS quantity, claim_line_start_date AS service_date FROM medical_claim
UNION ALL
SELECT person_id, claim_id, claim_line_number, NULL, allowed_amount, paid_amount, ndc_code, quantity, dispensing_date FROM pharmacy_claim;
CREATE TEMP VIEW header AS
SELECT person_id, claim_id, min(claim_start_date) AS first_day, max(NULLIF(bill_type_code, '')) AS bill, max(NULLIF(place_of_service_code, '')) AS place,
       bool_or(hcpcs_code ~ '^(99[2-4]|9200|9201|907|908|G0402|G0438|G0439|G0463|T1015)') AS visit, bool_or(revenue_center_code ~ '^045') AS emergency
  FROM medical_claim GROUP BY person_id, claim_id;

-- One row a figure: of the tables, of the charts.
CREATE TEMP TABLE figure AS
SELECT 'patients' AS what, (SELECT count(DISTINCT person_id) FROM eligibility)::numeric AS tables, (SELECT count(*) FROM event WHERE resource_type = 'Patient')::numeric AS charts
UNION ALL SELECT 'coverages', (SELECT count(*) FROM eligibility), (SELECT count(*) FROM event WHERE resource_type = 'Coverage')
UNION ALL SELECT 'claims', (SELECT count(DISTINCT claim_id) FROM line), (SELECT count(*) FROM event WHERE resource_type = 'ExplanationOfBenefit')
UNION ALL SELECT 'claim lines', (SELECT count(*) FROM line), (SELECT count(*) FROM item)
UNION ALL SELECT 'billed', (SELECT sum(charge_amount) FROM line), (SELECT sum((amounts ->> 'submitted')::numeric) FROM item)
UNION ALL SELECT 'allowed', (SELECT sum(allowed_amount) FROM line), (SELECT sum((amounts ->> 'eligible')::numeric) FROM item)
UNION ALL SELECT 'paid', (SELECT sum(paid_amount) FROM line), (SELECT sum((amounts ->> 'benefit')::numeric) FROM item)
UNION ALL SELECT 'units', (SELECT sum(quantity) FROM line), (SELECT sum((r #>> '{quantity,value}')::numeric) FROM item)
UNION ALL SELECT 'fills', (SELECT count(*) FROM pharmacy_claim), (SELECT count(*) FROM event WHERE resource_type = 'MedicationDispense')
UNION ALL SELECT 'days of supply', (SELECT sum(days_supply) FROM pharmacy_claim), (SELECT sum((r #>> '{daysSupply,value}')::numeric) FROM event WHERE resource_type = 'MedicationDispense')
UNION ALL SELECT 'conditions', (SELECT count(*) FROM (SELECT DISTINCT claim_id, n FROM medical_claim, unnest(ARRAY[diagnosis_code_1, diagnosis_code_2, diagnosis_code_3,
	diagnosis_code_4, diagnosis_code_5, diagnosis_code_6, diagnosis_code_7, diagnosis_code_8, diagnosis_code_9, diagnosis_code_10]) WITH ORDINALITY AS d(code, n) WHERE code <> '') AS t),
	(SELECT count(*) FROM event WHERE resource_type = 'Condition')
UNION ALL SELECT 'procedures', (SELECT count(*) FROM medical_claim WHERE hcpcs_code <> '') + (SELECT count(*) FROM (SELECT DISTINCT claim_id, n FROM medical_claim,
	unnest(ARRAY[procedure_code_1, procedure_code_2, procedure_code_3]) WITH ORDINALITY AS d(code, n) WHERE code <> '') AS t),
	(SELECT count(*) FROM event WHERE resource_type = 'Procedure')
UNION ALL SELECT 'inpatient stays', (SELECT count(*) FROM header WHERE bill LIKE '11%'), (SELECT count(*) FROM event WHERE resource_type = 'Encounter' AND r #>> '{class,code}' = 'IMP')
UNION ALL SELECT 'skilled nursing stays', (SELECT count(*) FROM header WHERE bill LIKE '21%'), (SELECT count(*) FROM event WHERE resource_type = 'Encounter' AND r #>> '{class,code}' = 'NONAC')
UNION ALL SELECT 'emergency visits', (SELECT count(*) FROM header WHERE (bill LIKE '13%' AND emergency) OR (bill IS NULL AND place = '23' AND visit)),
	(SELECT count(*) FROM event WHERE resource_type = 'Encounter' AND r #>> '{class,code}' = 'EMER')
UNION ALL SELECT 'ambulatory visits', (SELECT count(*) FROM header WHERE (bill ~ '^(13|72)' AND NOT coalesce(emergency, false)) OR (bill IS NULL AND place IN ('11', '22') AND visit)),
	(SELECT count(*) FROM event WHERE resource_type = 'Encounter' AND r #>> '{class,code}' = 'AMB');

\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '
SELECT format('%s: %s in the tables, %s in the charts', what, tables, charts) FROM figure WHERE tables IS DISTINCT FROM charts;

-- Each line of each patient: code, day and amounts.
CREATE TEMP TABLE differing AS
SELECT person_id, count(*) FROM (
	(SELECT person_id, claim_id, claim_line_number, code, service_date, allowed_amount, paid_amount FROM line
	 EXCEPT
	 SELECT person_id, id, (r ->> 'sequence')::integer, coalesce(r #>> '{productOrService,coding,0,code}', ''),
	        coalesce(r ->> 'servicedDate', r #>> '{servicedPeriod,start}')::date,
	        (amounts ->> 'eligible')::numeric, (amounts ->> 'benefit')::numeric FROM item)) AS d GROUP BY person_id;
SELECT format('%s patients have lines that are not in their charts', count(*)) FROM differing HAVING count(*) > 0;
-- The diagnoses of three claims as they stand in the chart, with their dots.
CREATE TEMP TABLE diagnosis AS
SELECT e.id, string_agg(replace(d ->> 'code', '.', ''), ',' ORDER BY n) AS charts
  FROM event AS e, jsonb_path_query(e.r, '$.diagnosis[*].diagnosisCodeableConcept.coding[0]') WITH ORDINALITY AS x(d, n)
 WHERE e.resource_type = 'ExplanationOfBenefit' GROUP BY e.id;
CREATE TEMP TABLE undiagnosed AS
SELECT DISTINCT m.claim_id FROM medical_claim AS m LEFT JOIN diagnosis AS d ON d.id = m.claim_id
 WHERE d.charts IS DISTINCT FROM concat_ws(',', NULLIF(diagnosis_code_1, ''), NULLIF(diagnosis_code_2, ''), NULLIF(diagnosis_code_3, ''),
	NULLIF(diagnosis_code_4, ''), NULLIF(diagnosis_code_5, ''), NULLIF(diagnosis_code_6, ''), NULLIF(diagnosis_code_7, ''),
	NULLIF(diagnosis_code_8, ''), NULLIF(diagnosis_code_9, ''), NULLIF(diagnosis_code_10, ''));
SELECT format('%s claims have other diagnoses in their charts', count(*)) FROM undiagnosed HAVING count(*) > 0;
SELECT format('warehouse: %s events, of them %s claim lines: %s events/s; hot part %s, whole chart %s bytes per event',
              n, lines, round(n / :seconds), round(hot / n), round(bytes / n))
  FROM (SELECT sum(s.entries) + (SELECT count(*) FROM item) AS n, (SELECT count(*) FROM item) AS lines,
               sum(s.hot_bytes) AS hot, sum(s.bytes) AS bytes FROM phm.patient_chart, phm.chart_sizes(chart) AS s) AS t;
DO $$
BEGIN
	IF EXISTS (SELECT FROM figure WHERE tables IS DISTINCT FROM charts OR tables = 0) OR EXISTS (SELECT FROM differing) OR EXISTS (SELECT FROM undiagnosed) THEN
		RAISE EXCEPTION 'charts and tables differ';
	END IF;
END
$$;
