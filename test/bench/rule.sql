-- An existence query in CQL over stored charts; measures are timed by ./run ecqm.
\ir measure.sql
SET max_parallel_workers_per_gather = 0;
SELECT phm.load_elm('{"library": {"identifier": {"id": "BenchRule"},
  "usings": {"def": [{"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]},
  "valueSets": {"def": [{"name": "Diabetes", "id": "urn:phm:valueset:diabetes"}]},
  "statements": {"def": [{"name": "Has Diabetes", "context": "Patient", "expression": {"type": "Exists", "operand":
    {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition", "codeProperty": "code", "codeComparator": "in",
     "codes": {"type": "ExpandValueSet", "operand": {"type": "ValueSetRef", "name": "Diabetes", "preserve": true}}}}}]}}}') \g /dev/null
SELECT phm.keep_logic('bench', ARRAY['BenchRule']) \g /dev/null
SELECT count(*) * 1000 AS asked FROM phm.patient_chart \gset
SELECT format($$
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE phm.evaluate_boolean((SELECT phm.kept_logic('bench')), 'Has Diabetes', chart, '[2026-01-01,2027-01-01)', profiles => 'ignore'))
	  FROM phm.patient_chart, generate_series(1, 1000);
	CALL pg_temp.stop('existence query in CQL over stored charts', %1$s)
	$$, :asked) AS script \gset
\o /dev/null
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
\o
SELECT pg_temp.rate(name, rows, 'patients/s', '>= 100000') FROM (SELECT DISTINCT name, rows FROM run) AS r;
