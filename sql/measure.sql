-- Quality measures: loading, checking, scoring rules by scoring, episodes, strata, results of everybody.
SET client_min_messages = warning;
SET datestyle = iso;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
-- Encounters of these ids; whether there are any; a library of definitions; a Measure; a package of both.
CREATE FUNCTION pg_temp.of(VARIADIC ids text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Query', 'source', '[{"alias": "E", "expression": {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Encounter"}}]'::jsonb,
		'relationship', '[]'::jsonb, 'where', jsonb_build_object('type', 'In', 'operand', jsonb_build_array(
			'{"type": "Property", "path": "id.value", "scope": "E"}'::jsonb,
			jsonb_build_object('type', 'List', 'element', (SELECT jsonb_agg(jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}String', 'value', i)) FROM unnest(ids) AS i))))) $$;
CREATE FUNCTION pg_temp.any(VARIADIC ids text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Exists', 'operand', pg_temp.of(VARIADIC ids)) $$;
CREATE FUNCTION pg_temp.library(name text, version text, defs jsonb, functions jsonb DEFAULT '[]') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Library', 'url', 'http://example.org/Library/' || name, 'name', name, 'version', version, 'content', jsonb_build_array(jsonb_build_object(
		'contentType', 'application/elm+json', 'data', encode(convert_to(jsonb_build_object('library', jsonb_build_object('identifier', jsonb_build_object('id', name, 'version', version),
			'usings', '{"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}, {"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]}'::jsonb,
			'contexts', '{"def": [{"name": "Patient"}]}'::jsonb,
			'statements', jsonb_build_object('def', (SELECT jsonb_agg(jsonb_build_object('name', d.key, 'context', 'Patient', 'accessLevel', 'Public', 'expression', d.value)) FROM jsonb_each(defs) AS d) || functions)))::text, 'UTF8'), 'base64')))) $$;
-- populations: id, code, expression, and what else it says
CREATE FUNCTION pg_temp.group(id text, scoring text, basis text, populations jsonb, stratifiers jsonb DEFAULT '[]') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('id', id, 'extension', jsonb_build_array(
			jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-scoring', 'valueCodeableConcept', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', scoring)))),
			jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-populationBasis', 'valueCode', basis)),
		'population', (SELECT jsonb_agg(jsonb_build_object('id', p ->> 0, 'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', p ->> 1))),
				'criteria', jsonb_build_object('language', 'text/cql-identifier', 'expression', p ->> 2), 'extension', coalesce((SELECT jsonb_agg(jsonb_build_object('url',
					'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/' || x.key, 'valueString', x.value)) FROM jsonb_each_text(p -> 3) AS x), '[]')) ORDER BY n)
			FROM jsonb_array_elements(populations) WITH ORDINALITY AS a(p, n)),
		'stratifier', stratifiers) $$;
CREATE FUNCTION pg_temp.measure(name text, version text, VARIADIC groups jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Measure', 'url', 'http://example.org/Measure/' || name, 'name', name, 'version', version, 'title', 'Try ' || name,
		'library', jsonb_build_array('http://example.org/Library/' || name), 'group', to_jsonb(groups)) $$;
CREATE FUNCTION pg_temp.bundle(VARIADIC resources jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry', (SELECT jsonb_agg(jsonb_build_object('resource', r)) FROM unnest(resources) AS r)) $$;
CREATE FUNCTION pg_temp.patient(VARIADIC encounters text[]) RETURNS phm.chart LANGUAGE sql AS $$
	SELECT (pg_temp.bundle(VARIADIC '{"resourceType": "Patient", "id": "p"}'::jsonb || (SELECT array_agg(jsonb_build_object('resourceType', 'Encounter', 'id', e, 'status', 'finished',
		'class', '{"code": "AMB"}'::jsonb, 'subject', '{"reference": "Patient/p"}'::jsonb)) FROM unnest(encounters) AS e))::text)::phm.chart $$;
CREATE FUNCTION pg_temp.show(name text, chart phm.chart) RETURNS TABLE (group_id text, episode text, stratum text, "in" text, observations numeric[], error text) LANGUAGE sql AS $$
	SELECT group_id, episode, CASE WHEN stratifier <> '' THEN stratifier || ': ' || stratum ELSE '' END, concat_ws(' ', CASE WHEN initial_population THEN 'ip' END, CASE WHEN numerator_initial_population THEN 'nip' END,
		CASE WHEN denominator THEN 'den' END, CASE WHEN denominator_exclusion THEN 'denex' END, CASE WHEN denominator_exception THEN 'denexcep' END, CASE WHEN numerator THEN 'num' END,
		CASE WHEN numerator_exclusion THEN 'numex' END, CASE WHEN measure_population THEN 'mp' END, CASE WHEN measure_population_exclusion THEN 'mpx' END), observations, error
	  FROM phm.evaluate_measure(name, chart, '[2026-01-01,2027-01-01)') AS r ORDER BY group_id, episode COLLATE "C", r.stratifier, r.stratum $$;

-- a proportion of patients: who is excluded is in no numerator, exceptions are for those who miss it
SELECT phm.load_measure(pg_temp.bundle(pg_temp.measure('Share', '1.0', pg_temp.group('g', 'proportion', 'boolean',
		'[["ip", "initial-population", "IP"], ["den", "denominator", "Den"], ["dx", "denominator-exclusion", "DX"], ["de", "denominator-exception", "DE"], ["num", "numerator", "Num"], ["nx", "numerator-exclusion", "NX"]]')),
	pg_temp.library('Share', '1', jsonb_build_object('IP', pg_temp.any('i'), 'Den', pg_temp.any('d'), 'DX', pg_temp.any('x'), 'DE', pg_temp.any('e'), 'Num', pg_temp.any('n'), 'NX', pg_temp.any('y')))));
SELECT c AS encounters, s.* FROM (VALUES ('{z}'::text[]), ('{i}'), ('{d,n}'), ('{i,d}'), ('{i,d,x,n}'), ('{i,d,n}'), ('{i,d,n,e}'), ('{i,d,e}'), ('{i,d,n,y}'), ('{i,d,y}')) AS v(c), pg_temp.show('Share', pg_temp.patient(VARIADIC c)) AS s;
-- the same of episodes, with strata: by list, by value of a function, by components
SELECT phm.load_measure(pg_temp.bundle(pg_temp.measure('Stays', '1.0', pg_temp.group('g', 'proportion', 'Encounter',
		'[["ip", "initial-population", "IP"], ["den", "denominator", "IP"], ["dx", "denominator-exclusion", "DX"], ["num", "numerator", "Num"]]',
		'[{"id": "s1", "criteria": {"expression": "First"}}, {"id": "s2", "criteria": {"expression": "Letter"}}, {"id": "s3", "component": [{"code": {"text": "kind"}, "criteria": {"expression": "Word"}}, {"criteria": {"expression": "First"}}]}]')),
	pg_temp.library('Stays', '1', jsonb_build_object('IP', pg_temp.of('a', 'b', 'c'), 'DX', pg_temp.of('c', 'q'), 'Num', pg_temp.of('b', 'c', 'q'), 'First', pg_temp.of('a', 'b'),
			'Word', '{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String", "value": "one"}'::jsonb),
		'[{"name": "Letter", "context": "Patient", "type": "FunctionDef", "operand": [{"name": "e", "operandTypeSpecifier": {"type": "NamedTypeSpecifier", "name": "{http://hl7.org/fhir}Encounter"}}],
			"expression": {"type": "Property", "path": "id.value", "source": {"type": "OperandRef", "name": "e"}}}]')));
SELECT * FROM pg_temp.show('Stays', pg_temp.patient('a', 'b', 'c', 'q'));
SELECT * FROM pg_temp.show('Stays', pg_temp.patient('q'));
-- two resources of one id are two episodes
SELECT episode, "in" FROM pg_temp.show('Stays', pg_temp.patient('a', 'a')) WHERE stratum = '';
-- a ratio with two initial populations: numerator and denominator stand beside each other
SELECT phm.load_measure(pg_temp.bundle(pg_temp.measure('Ratio', '1.0', pg_temp.group('g', 'ratio', 'Encounter',
		'[["ip1", "initial-population", "IP1"], ["ip2", "initial-population", "IP2"], ["den", "denominator", "Den", {"cqfm-criteriaReference": "ip1"}], ["dx", "denominator-exclusion", "DX"],
		  ["num", "numerator", "Num", {"cqfm-criteriaReference": "ip2"}], ["nx", "numerator-exclusion", "NX"],
		  ["o1", "measure-observation", "One", {"cqfm-criteriaReference": "den", "cqfm-aggregateMethod": "Sum"}], ["o2", "measure-observation", "One", {"cqfm-criteriaReference": "num", "cqfm-aggregateMethod": "Count"}]]')),
	pg_temp.library('Ratio', '1', jsonb_build_object('IP1', pg_temp.of('a', 'b', 'c'), 'IP2', pg_temp.of('c', 'd', 'e'), 'Den', pg_temp.of('a', 'b', 'd'), 'DX', pg_temp.of('b'), 'Num', pg_temp.of('a', 'c', 'd', 'e'), 'NX', pg_temp.of('e')),
		'[{"name": "One", "context": "Patient", "type": "FunctionDef", "operand": [{"name": "e", "operandTypeSpecifier": {"type": "NamedTypeSpecifier", "name": "{http://hl7.org/fhir}Encounter"}}],
			"expression": {"type": "Length", "operand": {"type": "Property", "path": "id.value", "source": {"type": "OperandRef", "name": "e"}}}}]')));
SELECT * FROM pg_temp.show('Ratio', pg_temp.patient('a', 'b', 'c', 'd', 'e'));
-- a continuous variable; one that fails on some is an error of its group alone; a cohort
SELECT phm.load_measure(pg_temp.bundle(pg_temp.measure('Length', '2', pg_temp.group('g1', 'continuous-variable', 'Encounter',
		'[["ip", "initial-population", "IP"], ["mp", "measure-population", "MP"], ["mx", "measure-population-exclusion", "MX"], ["o", "measure-observation", "Size", {"cqfm-criteriaReference": "mp", "cqfm-aggregateMethod": "Average"}]]'),
		pg_temp.group('g2', 'cohort', 'boolean', '[["ip", "initial-population", "Single"]]'), pg_temp.group('g3', 'cohort', 'boolean', '[["ip", "initial-population", "Any"]]'), pg_temp.group('g4', 'cohort', 'boolean', '[["ip", "initial-population", "IP"]]')),
	pg_temp.library('Length', '1', jsonb_build_object('IP', pg_temp.of('a', 'bb', 'ccc', 'dddd'), 'MP', pg_temp.of('a', 'bb', 'ccc', 'x'), 'MX', pg_temp.of('bb'), 'Any', pg_temp.any('a'),
			'Single', jsonb_build_object('type', 'Exists', 'operand', jsonb_build_object('type', 'ToList', 'operand', jsonb_build_object('type', 'SingletonFrom', 'operand', pg_temp.of('a', 'bb'))))),
		'[{"name": "Size", "context": "Patient", "type": "FunctionDef", "operand": [{"name": "e", "operandTypeSpecifier": {"type": "NamedTypeSpecifier", "name": "{http://hl7.org/fhir}Encounter"}}],
			"expression": {"type": "Length", "operand": {"type": "Property", "path": "id.value", "source": {"type": "OperandRef", "name": "e"}}}}]')));
SELECT group_id, episode, "in", observations FROM pg_temp.show('Length', pg_temp.patient('a', 'ccc', 'dddd', 'x'));
SELECT group_id, episode, "in", observations, error FROM pg_temp.show('Length', pg_temp.patient('a', 'bb'));

-- names, versions
SELECT measure, version, current FROM phm.measure ORDER BY 1;
SELECT phm.find_measure('Stay');
SELECT phm.find_measure('http://example.org/Measure/Ratio|1.0');
SELECT phm.find_measure('S');
SELECT phm.find_measure('Share|9');
SELECT phm.load_measure(pg_temp.bundle(pg_temp.measure('Share', '2.0', pg_temp.group('g', 'cohort', 'boolean', '[["ip", "initial-population", "IP"]]'))));
SELECT measure, version, current FROM phm.measure WHERE measure = 'Share' ORDER BY 2;
SELECT "in" FROM pg_temp.show('Share', pg_temp.patient('i', 'd')) UNION ALL SELECT "in" FROM pg_temp.show('Share|1.0', pg_temp.patient('i', 'd'));
SELECT phm.unload_measure('Share|2.0');
SELECT measure, version, current FROM phm.measure WHERE measure = 'Share';

-- which scores are better: as the package says, or as it is corrected; loading again leaves that
SELECT phm.correct_improvement('Ratio', 'decrease', 'g');
SELECT phm.load_measure(phm.measure.resource) FROM phm.measure WHERE measure = 'Ratio';
SELECT improvement_notation, improvement_corrected FROM phm.measure_group WHERE measure = 'Ratio';
SELECT phm.correct_improvement('Ratio', 'better');
-- what is wrong with a package is told at once, and nothing is loaded
\pset format unaligned
SELECT * FROM phm.check_measure(pg_temp.bundle(pg_temp.measure('Bad', '1', pg_temp.group('g', 'proportion', 'boolean',
	'[["ip", "initial-population", "IP"], ["ip", "numerator", "Nothing"], ["o", "measure-observation", "None", {"cqfm-aggregateMethod": "sometimes"}]]'),
	pg_temp.group('g', 'guess', 'boolean', '[["a", "denominator", "IP"], ["b", "everybody", "IP"]]'), pg_temp.group('h', 'ratio', 'boolean', '[["ip", "initial-population", "IP"]]'))));
SELECT * FROM phm.check_measure(pg_temp.measure('Share', '3', pg_temp.group('g', 'proportion', 'boolean', '[["ip", "initial-population", "ip"], ["den", "denominator", "Denominator"], ["num", "numerator", "Num"]]',
	'[{"id": "s", "criteria": {"expression": "Stratum"}}]')));
SELECT * FROM phm.check_measure(pg_temp.measure('Absent', '1', pg_temp.group('g', 'cohort', 'boolean', '[["ip", "initial-population", "IP"]]')));
SELECT * FROM phm.check_measure('{"resourceType": "Measure", "name": "Circle", "scoring": {"coding": [{"code": "composite"}]}, "relatedArtifact": [{"type": "composed-of", "resource": "http://example.org/Measure/Circle"}, {"type": "composed-of", "resource": "http://example.org/Measure/Unknown|1"}]}');
SELECT * FROM phm.check_measure('{"resourceType": "Measure"}');
SELECT * FROM phm.check_measure('{"resourceType": "Patient"}');
SELECT * FROM phm.check_measure(pg_temp.bundle(pg_temp.library('Share', '1', '{"IP": {"type": "Null"}}'), pg_temp.library('Share', '1', '{"IP": {"type": "Null"}, "Other": {"type": "Null"}}'), pg_temp.measure('Share', '4', pg_temp.group('g', 'cohort', 'boolean', '[["ip", "initial-population", "IP"]]'))));
SELECT phm.load_measure(pg_temp.measure('Absent', '1', pg_temp.group('g', 'cohort', 'boolean', '[["ip", "initial-population", "IP"]]')));
SELECT phm.run_measures(phm.measure_logic('Share'), '{}', pg_temp.patient('a'), '[2026-01-01,2027-01-01)');
SELECT phm.run_measures(phm.measure_logic('Share'), '[{"measure": "x", "version": "1", "library": "Share", "groups": [{"id": "g", "scoring": "cohort", "populations": [{"id": "p", "code": "initial-population", "expression": "Away"}]}]}]', pg_temp.patient('a'), '[2026-01-01,2027-01-01)');
\pset format aligned
SELECT count(*) AS loaded FROM phm.measure WHERE measure IN ('Bad', 'Absent', 'Circle');

-- everybody: by difference, with validity, the same as one by one; an error on one patient stops nothing
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
SELECT i.error FROM (VALUES (1, '{i,d,n,a,bb}'::text[]), (2, '{i,d}'), (3, '{a}'), (4, '{z}')) AS v(n, encounters),
	phm.ingest(pg_temp.bundle(VARIADIC jsonb_build_object('resourceType', 'Patient', 'id', 'p' || n) || (SELECT array_agg(jsonb_build_object('resourceType', 'Encounter', 'id', e, 'status', 'finished', 'class', '{"code": "AMB"}'::jsonb,
		'subject', jsonb_build_object('reference', 'Patient/p' || n), 'period', '{"start": "2026-03-01"}'::jsonb)) FROM unnest(encounters) AS e))::text, 'try-' || n, person => n) AS i \g /dev/null
CALL phm.refresh();
CALL phm.evaluate_measures('[2026-01-01,2027-01-01)', ARRAY['Share', 'Length']);
SELECT patient_id, measure, group_id, episode, projected, initial_population AS ip, denominator AS den, numerator AS num, measure_population AS mp, observation AS o, error, valid_from, valid_to
  FROM phm.measure_result ORDER BY 1, 2, 3, 4, 5;
SELECT count(*) AS different FROM phm.patient_chart AS c CROSS JOIN (VALUES ('Share'), ('Length')) AS m(name) CROSS JOIN (VALUES (false, date '2026-06-30'), (true, date '2026-12-31')) AS o(projected, upto)
 CROSS JOIN LATERAL phm.evaluate_measure(m.name, c.patient_id, daterange('2026-01-01', o.upto, '[]')) AS e
  FULL JOIN phm.measure_result AS r ON (r.patient_id, r.measure, r.group_id, r.episode, r.projected) = (c.patient_id, m.name, e.group_id, e.episode, o.projected)
 WHERE (e.initial_population OR e.error IS NOT NULL OR r.patient_id IS NOT NULL)
   AND ROW(e.denominator, e.numerator, e.measure_population, e.observations[1], e.error) IS DISTINCT FROM ROW(r.denominator, r.numerator, r.measure_population, r.observation, r.error);
-- the record changes: so do the results of that patient, with the next refresh
UPDATE phm.setting SET value = '2026-07-15' WHERE name = 'as_of';
SELECT i.error FROM phm.ingest('{"resourceType": "Encounter", "id": "n", "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": "Patient/p2"}, "period": {"start": "2026-07-10"}}', 'try-2', person => 2) AS i;
CALL phm.refresh();
SELECT patient_id, projected, numerator AS num, valid_from, valid_to FROM phm.measure_result WHERE patient_id = 2 AND measure = 'Share' ORDER BY 2, 4;
SELECT count(*) FROM phm.measure_evaluation WHERE as_of = '2026-07-15' AND logic_hash <> 0;
-- a version that is unloaded takes its results along; without a last day there is no period
SELECT phm.unload_measure('Length');
SELECT DISTINCT measure FROM phm.measure_result ORDER BY 1;
CALL phm.evaluate_measures('[2026-01-01,)');
CALL phm.evaluate_measures('[2026-01-01,2026-01-01)');
CALL phm.evaluate_measures('[2026-01-01,2027-01-01)', ARRAY['Nobody']);
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
