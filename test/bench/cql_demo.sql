-- Charts of a synthetic population, and a question in CQL to many stored ones.
\ir measure.sql
SET max_parallel_workers_per_gather = 0;
SELECT phm.demo_population(1000, 42, '2026-06-30') \g /dev/null
SELECT phm.build_charts(ARRAY(SELECT DISTINCT patient_id FROM phm.patient)) \g /dev/null
CREATE UNLOGGED TABLE demo_chart (chart phm.chart);
ALTER TABLE demo_chart ALTER COLUMN chart SET STORAGE EXTERNAL;
INSERT INTO demo_chart SELECT chart FROM phm.patient_chart;
CREATE UNLOGGED TABLE stored_chart (LIKE demo_chart INCLUDING STORAGE);
INSERT INTO stored_chart SELECT chart FROM demo_chart, generate_series(1, :charts / 1000);
ANALYZE stored_chart;
SELECT count(*) AS stored, round(pg_total_relation_size('stored_chart') / 1e6) AS mb FROM stored_chart \gset
SELECT name FROM phm.load_elm($${"library": {"identifier": {"id": "Existence", "version": "1"},
	"usings": {"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}, {"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]},
	"valueSets": {"def": [{"name": "Diabetes", "id": "urn:phm:valueset:diabetes"}]},
	"contexts": {"def": [{"name": "Patient"}]},
	"statements": {"def": [
	{"name": "Patient", "context": "Patient", "expression": {"type": "SingletonFrom", "operand": {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Patient"}}},
	{"name": "Has Diabetes", "context": "Patient", "expression": {"type": "Exists", "operand": {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition",
		"codeProperty": "code", "codeComparator": "in", "codes": {"type": "ValueSetRef", "name": "Diabetes", "preserve": true}}}}]}}}$$) \g /dev/null
CREATE TABLE existence AS SELECT phm.link('{Existence}') AS logic;
SELECT format($$
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE phm.evaluate_boolean(logic, 'Has Diabetes', chart, as_of => '2026-06-30')) FROM stored_chart, existence;
	CALL pg_temp.stop('exists [Condition: "Diabetes"], stored charts', %1$s, %2$s);
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE phm.evaluate_boolean(logic, 'Has Diabetes', chart, as_of => '2026-06-30')) FROM demo_chart, existence, generate_series(1, 100);
	CALL pg_temp.stop('exists [Condition: "Diabetes"], 1,000 charts', 100000)
	$$, :stored, :mb) AS script \gset
\o /dev/null
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
\o
SELECT pg_temp.rate(name, rows, 'patients/s', '>= 100000') FROM (SELECT DISTINCT name, rows FROM run) AS r ORDER BY name DESC;
SELECT pg_temp.line('the same, bytes read', :stored, round(max(mb / cpu))::text, 'MB/s', :'mb' || ' MB') FROM run WHERE mb IS NOT NULL;
DROP TABLE stored_chart;
