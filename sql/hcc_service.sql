-- phm.hcc_eligible_service: which claims give diagnoses to risk models.
SET client_min_messages = warning;
\set SHOW_CONTEXT never

-- what is on the lists, by year; a list is a set of codes
SELECT kind, year, count(*), min(code COLLATE "C"), max(code COLLATE "C"), string_agg(DISTINCT status, ', ' ORDER BY status) AS status
  FROM phm.hcc_service_code, generate_series(2023, 2026) AS year
 WHERE year BETWEEN year_from AND coalesce(year_to, year) GROUP BY kind, year ORDER BY kind, year;
SELECT year, phm.cardinality(phm.hcc_service_list(year)) FROM generate_series(2023, 2026) AS year ORDER BY year;
SELECT phm.hcc_service_list(2022);
SELECT phm.hcc_service_list(2027);
SELECT phm.hcc_service_list(2026, specialties => true);
CREATE TEMP TABLE list AS SELECT phm.hcc_service_list(2026) AS l,
	phm.hcc_service_list(2026, specialties => true, unverified => true) AS s;

-- bill types: inpatient whole, outpatient with a procedure, others never; 8 in the third place is a void bill
SELECT bill, phm.explain_hcc_service(l, NULL, bill, NULL) AS without_procedure,
	phm.explain_hcc_service(l, NULL, bill, '{99213}') AS with_procedure
  FROM list, unnest(ARRAY['111', '0111', '11X', '11', '117', '118', '0118', '121', '131', '138', '141', '181', '211', '221', '321', '411', '431',
	'711', '721', '731', '761', '771', '811', '851', '871', '', '1', '01', '01111', '1.1.1', ' 0131 ', 'abc']) WITH ORDINALITY AS b(bill, n) ORDER BY n;

-- procedures: of any line, with or without modifiers, in either case; ambulance, supplies and drugs are not on the list
SELECT procedures, phm.hcc_eligible_service(l, 'professional', NULL, procedures), phm.explain_hcc_service(l, 'professional', NULL, procedures)
  FROM list, (VALUES (1, '{99213}'::text[]), (2, '{99213-25}'), (3, '{"99213 25"}'), (4, '{g0438}'), (5, '{A0427}'), (6, '{E0601,99213}'),
	(7, '{36415}'), (8, '{NULL}'), (9, '{}'), (10, NULL), (11, '{"","99"}'), (12, '{992130000000}')) AS v(n, procedures) ORDER BY n;
SELECT year, phm.hcc_eligible_service(phm.hcc_service_list(year), 'professional', NULL, '{0266T}') AS "0266T",
	phm.hcc_eligible_service(phm.hcc_service_list(year), 'professional', NULL, '{99213}') AS "99213"
  FROM generate_series(2023, 2026) AS year ORDER BY year;

-- kinds of claims
SELECT kind, phm.explain_hcc_service(l, kind, '111', '{99213}') AS with_bill_type, phm.explain_hcc_service(l, kind, NULL, '{99213}') AS without
  FROM list, unnest(ARRAY['professional', 'institutional', 'pharmacy', 'oral', 'dental', 'vision', NULL]) WITH ORDINALITY AS k(kind, n) ORDER BY n;
SELECT phm.hcc_eligible_service(l, 'Professional', NULL, '{99213}') FROM list;
SELECT phm.hcc_eligible_service('{CPT|99213}', 'professional', NULL, '{99213}');
SELECT phm.hcc_eligible_service(NULL, 'professional', NULL, '{99213}') IS NULL AS no_list, phm.explain_hcc_service(NULL, NULL, NULL, NULL) IS NULL AS nothing;

-- specialties, where the list asks for them
SELECT specialty, phm.hcc_eligible_service(l, 'professional', NULL, '{99213}', specialty) AS not_asked,
	phm.explain_hcc_service(s, 'professional', NULL, '{99213}', specialty) AS asked,
	phm.explain_hcc_service(s, 'institutional', '131', '{99213}', specialty) AS bill
  FROM list, unnest(ARRAY['08', '8', 'c6', '47', '0', '', 'C67', NULL]) WITH ORDINALITY AS x(specialty, n) ORDER BY n;

-- rows of one's own take the place of the built-in ones of their kind and years
INSERT INTO phm.hcc_service (kind, year_from, year_to, codes) VALUES ('procedure', 2026, 2027, 'T10:01,02' || E'\n' || 'x0001');
SELECT year, phm.cardinality(phm.hcc_service_list(year)), phm.hcc_eligible_service(phm.hcc_service_list(year), NULL, NULL, '{99213}') AS built_in,
	phm.hcc_eligible_service(phm.hcc_service_list(year), NULL, NULL, '{T1002}') AS own, phm.hcc_eligible_service(phm.hcc_service_list(year), NULL, NULL, '{X0001}') AS other
  FROM generate_series(2025, 2027) AS year ORDER BY year;
SELECT phm.hcc_eligible_service(phm.hcc_service_list(2027), NULL, '111', NULL) AS bill_types_stay;
DELETE FROM phm.hcc_service WHERE NOT built_in;
INSERT INTO phm.hcc_service (kind, year_from, codes) VALUES ('specialty', 2026, '50');
SELECT sp, phm.hcc_eligible_service(phm.hcc_service_list(2026, specialties => true), NULL, NULL, '{99213}', sp) FROM unnest(ARRAY['08', '50']) AS sp ORDER BY sp;
INSERT INTO phm.hcc_service (kind, year_from, year_to, codes) VALUES ('procedure', 2027, 2026, 'A');
INSERT INTO phm.hcc_service (kind, year_from, codes) VALUES ('bill', 2027, '11');
SELECT has_table_privilege('public', 'phm.hcc_service', 'SELECT') AS everybody_reads, has_table_privilege('public', 'phm.hcc_service', 'INSERT') AS everybody_writes;
