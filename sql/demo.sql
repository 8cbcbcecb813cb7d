-- demo: a synthetic population whose rows hold together and repeat.
SET search_path = phm, public;
BEGIN;
SELECT phm.create_store() IS NOT NULL AS created;
SELECT phm.demo_population(0);
ROLLBACK;
BEGIN;
SELECT phm.create_store() IS NOT NULL AS created;
SAVEPOINT wrong;
SELECT phm.demo_population(1, years => 0);
ROLLBACK TO wrong;
SELECT phm.demo_population(1, as_of => 'infinity');
ROLLBACK TO wrong;

SELECT phm.demo_population(80) >= 80 * 150 AS rows_enough;
SELECT count(*) AS patients, count(DISTINCT patient_id) AS persons FROM phm.patient WHERE source = 'demo';
SELECT count(*) AS linked FROM phm.patient_link AS l JOIN phm.patient AS p
    ON l.source = p.source AND l.source_patient_id = p.id AND l.patient_id = p.patient_id;

-- every reference leads somewhere, within the person
CREATE TEMP VIEW reference AS
	SELECT 'condition' AS what, patient_id, encounter_id FROM phm.condition WHERE encounter_id IS NOT NULL
	UNION ALL SELECT 'observation', patient_id, encounter_id FROM phm.observation WHERE encounter_id IS NOT NULL
	UNION ALL SELECT 'procedure', patient_id, encounter_id FROM phm.procedure WHERE encounter_id IS NOT NULL
	UNION ALL SELECT 'immunization', patient_id, encounter_id FROM phm.immunization
	UNION ALL SELECT 'medication_request', patient_id, encounter_id FROM phm.medication_request
	UNION ALL SELECT 'medication_administration', patient_id, encounter_id FROM phm.medication_administration
	UNION ALL SELECT 'service_request', patient_id, encounter_id FROM phm.service_request
	UNION ALL SELECT 'claim_line', patient_id, encounter_id FROM phm.claim_line WHERE encounter_id IS NOT NULL;
SELECT what, count(*) FROM reference AS r
 WHERE NOT EXISTS (SELECT FROM phm.encounter AS e WHERE e.id = r.encounter_id AND e.patient_id = r.patient_id)
 GROUP BY what ORDER BY what;
SELECT count(*) AS strangers FROM phm.encounter AS e
 WHERE NOT EXISTS (SELECT FROM phm.practitioner AS p WHERE p.id = e.participant_id)
    OR NOT EXISTS (SELECT FROM phm.organization AS o WHERE o.id = e.service_provider_id)
    OR NOT EXISTS (SELECT FROM phm.location AS l WHERE l.id = e.location_id);
SELECT count(*) AS unknown_payers FROM phm.coverage AS c
 WHERE NOT EXISTS (SELECT FROM phm.organization AS o WHERE o.id = c.payor_id);
SELECT count(*) AS not_covered FROM phm.claim AS c
 WHERE NOT EXISTS (SELECT FROM phm.coverage AS v WHERE v.patient_id = c.patient_id AND v.payor_id = c.insurer_id
	AND v.period_start <= c.billable_start AND (v.period_end IS NULL OR v.period_end >= c.billable_start));

-- claims are the sums of their lines; what is denied is not paid
SELECT count(*) AS unbalanced FROM phm.claim AS c
  JOIN LATERAL (SELECT sum(l.charge) AS charge, sum(l.allowed) AS allowed, sum(l.paid) AS paid, sum(l.member_paid) AS member_paid
	FROM phm.claim_line AS l WHERE l.source = c.source AND l.id = c.id) AS l ON true
 WHERE (c.total_charge, c.total_allowed, c.total_paid) IS DISTINCT FROM (l.charge, l.allowed, l.paid)
    OR l.paid + l.member_paid <> l.allowed;
SELECT count(*) AS paid_though_denied FROM phm.claim WHERE origin_status = 'denied' AND total_paid <> 0;
SELECT count(*) AS incomplete_stays FROM phm.claim WHERE bill_type = '0111' AND (drg IS NULL OR discharge_status IS NULL OR diagnosis IS NULL);
SELECT DISTINCT phm.resource(c)::text::jsonb #>> '{type,coding,0,code}' AS claim_type FROM phm.claim AS c ORDER BY 1;
SELECT origin_status, count(*) > 0 AS some FROM phm.claim GROUP BY 1 ORDER BY 1;

-- statuses say what happened
SELECT 'observation' AS what, status FROM phm.observation GROUP BY status
UNION ALL SELECT 'encounter', status FROM phm.encounter GROUP BY status
UNION ALL SELECT 'condition', clinical_status::text FROM phm.condition GROUP BY clinical_status::text
ORDER BY 1, 2;
SELECT count(*) AS reasons_missing FROM phm.medication_request WHERE do_not_perform AND reason IS NULL;
SELECT count(*) AS after_death FROM phm.patient AS p JOIN phm.encounter AS e USING (patient_id)
 WHERE e.period_end > p.deceased_at;

-- resources are whole
SELECT jsonb_path_query_array(phm.resource(o)::text::jsonb, '$.component[*].valueQuantity.unit') AS units
  FROM phm.observation AS o WHERE extra IS NOT NULL AND code::text LIKE '%85354-9%' ORDER BY o.id LIMIT 1;

-- the same again: nothing changes; more patients: the first stay as they are
CREATE TEMP TABLE before AS SELECT id, patient_id, fingerprint, changed_at, ctid::text AS version FROM phm.encounter;
SELECT phm.demo_population(80) >= 80 * 150 AS rows_again;
SELECT count(*) AS changed FROM before AS b FULL JOIN (SELECT *, ctid::text AS version FROM phm.encounter) AS e USING (id)
 WHERE (b.patient_id, b.fingerprint, b.version) IS DISTINCT FROM (e.patient_id, e.fingerprint, e.version);
SELECT phm.demo_population(90) > 0 AS more;
SELECT count(*) AS changed FROM before AS b LEFT JOIN phm.encounter AS e USING (id)
 WHERE (b.patient_id, b.fingerprint) IS DISTINCT FROM (e.patient_id, e.fingerprint);
SELECT count(*) AS patients FROM phm.patient;
SELECT phm.demo_population(10, 43) > 0 AS others;
SELECT count(*) AS patients FROM phm.patient;
SELECT count(*) AS marked FROM (SELECT DISTINCT patient_id FROM phm.stale) AS s;
ROLLBACK;
