-- Existence queries in CQL beside phm.has, over the stored charts of the database (./run demo makes some).
\ir measure.sql
SET max_parallel_workers_per_gather = 0;
SET search_path = public;
SELECT phm.load_elm($${"library": {"identifier": {"id": "BenchExists"},
  "usings": {"def": [{"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]},
  "valueSets": {"def": [{"name": "Diabetes", "id": "urn:phm:valueset:diabetes"}, {"name": "Hypertension", "id": "urn:phm:valueset:hypertension"},
    {"name": "HbA1c", "id": "urn:phm:valueset:hba1c"}]},
  "statements": {"def": [
   {"name": "Has Diabetes", "context": "Patient", "expression": {"type": "Exists", "operand":
    {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition", "codeProperty": "code", "codeComparator": "in",
     "codes": {"type": "ExpandValueSet", "operand": {"type": "ValueSetRef", "name": "Diabetes", "preserve": true}}}}},
   {"name": "Has HbA1c", "context": "Patient", "expression": {"type": "Exists", "operand":
    {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Observation", "codeProperty": "code", "codeComparator": "in",
     "codes": {"type": "ExpandValueSet", "operand": {"type": "ValueSetRef", "name": "HbA1c", "preserve": true}}}}},
   {"name": "Has Hypertension", "context": "Patient", "expression": {"type": "Exists", "operand":
    {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition", "codeProperty": "code", "codeComparator": "in",
     "codes": {"type": "ExpandValueSet", "operand": {"type": "ValueSetRef", "name": "Hypertension", "preserve": true}}}}}
   ]}}}$$) \g /dev/null
SELECT phm.keep_logic('bench_exists', ARRAY['BenchExists']) \g /dev/null
CREATE TEMP TABLE question (n int, name text, type text, url text);
INSERT INTO question VALUES (1, 'Has Diabetes', 'Condition', 'urn:phm:valueset:diabetes'),
	(2, 'Has Hypertension', 'Condition', 'urn:phm:valueset:hypertension'), (3, 'Has HbA1c', 'Observation', 'urn:phm:valueset:hba1c');
SELECT count(*) AS charts, greatest(1, 20000 / greatest(count(*), 1)) AS times FROM phm.patient_chart \gset
\o /dev/null
SELECT unnest(string_to_array(format($$
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE phm.evaluate_boolean((SELECT phm.kept_logic('bench_exists')), %1$L, chart, '[2026-01-01,2027-01-01)'))
	  FROM phm.patient_chart, generate_series(1, %4$s);
	CALL pg_temp.stop('%1$s: phm.evaluate_boolean', %5$s);
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE phm.has(chart, %2$L, (SELECT phm.value_set(%3$L))))
	  FROM phm.patient_chart, generate_series(1, %4$s);
	CALL pg_temp.stop('%1$s: phm.has', %5$s)
	$$, name, type, url, :times, :charts * :times), ';'))
  FROM question, generate_series(1, :runs) \gexec
\o
SELECT pg_temp.rate(name, rows, 'patients/s', '>= 100000') FROM (SELECT DISTINCT name, rows FROM run) AS r ORDER BY name COLLATE "C";
