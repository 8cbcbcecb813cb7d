-- phm.suspect_rule and its tables: that the rules which come with phm are whole.
SET client_min_messages = warning;

SELECT count(*) >= 20 AS twenty_rules, count(*) FILTER (WHERE status <> 'unverified') AS verified FROM phm.suspect_rule;
-- every rule has a target in each model, and evidence for each of its parts from 1 on
SELECT r.rule FROM phm.suspect_rule AS r
 WHERE (SELECT count(*) FROM phm.suspect_target AS t WHERE t.rule = r.rule AND t.model IN ('V24', 'V28')) <> 2
	OR (SELECT count(DISTINCT part) <> max(part) OR min(part) <> 1 FROM phm.suspect_evidence AS e WHERE e.rule = r.rule AND role = 'support')
 ORDER BY 1;
SELECT rule FROM phm.suspect_evidence WHERE rule NOT IN (SELECT rule FROM phm.suspect_rule)
UNION SELECT rule FROM phm.suspect_target WHERE rule NOT IN (SELECT rule FROM phm.suspect_rule);
-- the diagnosis of a target maps to its category, in every year of the model that is compiled
SELECT t.model, r.payment_year, t.rule, t.hcc, t.dx
  FROM phm.suspect_target AS t
  JOIN phm.hcc_release AS r ON r.model = t.model AND r.status <> 'unverified'
 WHERE NOT t.hcc = ANY ((phm.hcc(phm.hcc_model(t.model, r.payment_year), phm.hcc_person(70, CASE WHEN t.rule LIKE 'prostate%' THEN 'M' ELSE 'F' END), ARRAY[t.dx])).hccs_before)
 ORDER BY 1, 2, 3;
-- categories exist; classes of drugs too; units are UCUM
SELECT t.* FROM phm.suspect_target AS t LEFT JOIN phm.hcc_label AS l ON l.rule_set = t.model AND l.cc = t.hcc WHERE l.cc IS NULL;
SELECT x.* FROM phm.recapture_exception AS x LEFT JOIN phm.hcc_label AS l ON l.rule_set = x.model AND l.cc = x.hcc WHERE l.cc IS NULL;
SELECT e.rule, c FROM phm.suspect_evidence AS e, string_to_table(codes, ' ') AS c
 WHERE code_system = 'CLASS' AND c NOT IN (SELECT class FROM phm.drug_class);
SELECT unit, phm.ucum_valid(unit) FROM phm.suspect_evidence WHERE unit IS NOT NULL GROUP BY unit ORDER BY unit COLLATE "C";
SELECT DISTINCT code_system FROM phm.suspect_evidence WHERE code_system <> 'CLASS' AND code_system NOT IN (SELECT alias FROM phm.code_systems() WHERE alias IS NOT NULL);

-- rules of one's own
INSERT INTO phm.suspect_rule (rule, ord, label) VALUES ('mine', 1000, 'My rule');
INSERT INTO phm.suspect_evidence (rule, kind, code_system, codes) VALUES ('mine', 'problem', 'ICD10CM', 'I10');
SELECT evidence_id > 10000 AS apart, built_in FROM phm.suspect_evidence WHERE rule = 'mine';
INSERT INTO phm.suspect_evidence (rule, kind, code_system, codes, below) VALUES ('mine', 'problem', 'ICD10CM', 'I10', 5);
INSERT INTO phm.suspect_evidence (rule, kind, code_system, codes) VALUES ('mine', 'symptom', 'ICD10CM', 'I10');
INSERT INTO phm.suspect_evidence (rule, kind, code_system, codes) VALUES ('mine', 'problem', 'ICD10CM', ' ');

-- rows that are not from the table: refused, whatever they lack
SELECT s.* FROM phm.suspects_of('{"resourceType":"Bundle","type":"collection","entry":[]}', '2026-01-01', ARRAY[NULL::phm.suspect_evidence], '{}', '{}', '{}') AS s;
SELECT s.* FROM phm.suspects_of('{"resourceType":"Bundle","type":"collection","entry":[]}', '2026-01-01', ARRAY[jsonb_populate_record(NULL::phm.suspect_evidence, '{"rule":"r"}')], '{}', '{}', '{}') AS s;
SELECT s.* FROM phm.suspects_of('{"resourceType":"Bundle","type":"collection","entry":[]}', '2026-01-01',
	ARRAY(SELECT jsonb_populate_record(e, '{"kind":"guess"}') FROM phm.suspect_evidence AS e LIMIT 1), '{}', '{}', '{}') AS s;
SELECT s.* FROM phm.suspects_of('{"resourceType":"Bundle","type":"collection","entry":[]}', '2026-01-01', ARRAY(SELECT e FROM phm.suspect_evidence AS e), '{}', '{}', '{}',
	ARRAY(SELECT jsonb_populate_record(NULL::phm.suspect_fact, jsonb_build_object('evidence_id', e.evidence_id, 'day', '2025-12-31')) FROM phm.suspect_evidence AS e LIMIT 1)) AS s;
