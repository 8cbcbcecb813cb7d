-- phm.chronic: chronic conditions by claims and by problem list.
SET client_min_messages = warning;
SELECT definition, grouper, status FROM phm.chronic_release;
SELECT lookback_years, lookback_status, count(*) FROM phm.chronic_condition GROUP BY 1, 2 ORDER BY 1, 2;
SELECT claims, kinds, code_systems, also, status, count(*) FROM phm.chronic_rule GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3;
SELECT count(*) AS conditions, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM phm.chronic_rule AS r WHERE (r.definition, r.condition) = (c.definition, c.condition))) AS without_rule,
	count(*) FILTER (WHERE NOT EXISTS (SELECT FROM phm.grouper_code AS k WHERE (k.grouper, k.category) = ('CCW', c.condition))) AS without_codes
  FROM phm.chronic_condition AS c;

CREATE FUNCTION found(codes text[], days date[], kinds text[], as_of date DEFAULT NULL, systems text[] DEFAULT NULL, claims text[] DEFAULT NULL,
	unverified boolean DEFAULT false, OUT c text, OUT met_on date, OUT rule int, OUT first_on date, OUT last_on date, OUT n int, OUT codes_ text[], OUT days_ date[])
RETURNS SETOF record LANGUAGE sql STABLE AS
$$SELECT condition, met_on, rule, first_on, last_on, claims, codes, days FROM unnest(phm.chronic(phm.chronic_definition('CCW', unverified), $1, $2, $3, $4, $5, $6))$$;

-- diabetes: one inpatient, SNF or home health claim, or two outpatient or carrier claims at least a day apart
SELECT kinds, days, f.* FROM (VALUES ('{inpatient}'::text[], '{2025-03-01}'::date[]), ('{snf}', '{2025-03-01}'), ('{HHA}', '{2025-03-01}'),
	('{carrier}', '{2025-03-01}'), ('{carrier,carrier}', '{2025-03-01,2025-03-01}'), ('{carrier,outpatient}', '{2025-03-01,2025-03-01}'),
	('{carrier,outpatient}', '{2025-03-02,2025-03-01}'), ('{ed,carrier,carrier}', '{2025-03-09,2025-03-05,2025-03-07}'), ('{carrier,inpatient}', '{2025-03-01,2025-06-01}'),
	('{other,other}', '{2025-03-01,2025-06-01}'), ('{drug}', '{2025-03-01}')) AS v(kinds, days)
  LEFT JOIN LATERAL found(array_fill('e11.9'::text, ARRAY[cardinality(kinds)]), days, kinds) AS f ON true;
-- the years looked back on: two for diabetes, one for hypertension; the day itself counts, the day so many years before does not
SELECT as_of, c, met_on, n FROM unnest('{2025-01-14,2025-01-15,2026-01-14,2026-01-15,2027-01-14,2027-01-15}'::date[]) AS as_of
  LEFT JOIN LATERAL found('{E119,I10,E119,I10}', '{2025-01-15,2025-01-15,2025-01-10,2025-01-10}', '{carrier,carrier,carrier,carrier}', as_of) ON true ORDER BY as_of, c;
SELECT as_of, c, met_on FROM unnest('{2025-02-27,2025-02-28}'::date[]) AS as_of
  LEFT JOIN LATERAL found('{I10}', '{2024-02-28}', '{inpatient}', as_of) ON true;
SELECT as_of, c, met_on FROM unnest('{2028-02-28,2028-02-29,2028-03-01}'::date[]) AS as_of
  LEFT JOIN LATERAL found('{I10}', '{2027-03-01}', '{inpatient}', as_of) ON true;
-- heart attack: inpatient only; cataract: outpatient only; sickle cell: three claims
SELECT * FROM found('{I214,I214,H2510,H2510,D571,D571,D571}', '{2025-01-01,2025-02-01,2025-01-01,2025-02-01,2025-01-01,2025-02-01,2025-03-01}',
	'{carrier,inpatient,inpatient,carrier,carrier,carrier,inpatient}');
-- a code that rules its claim out, told apart by day and kind or by what claims are called
SELECT category, array_agg(code ORDER BY code) FROM (SELECT category, code, row_number() OVER (PARTITION BY category ORDER BY code COLLATE "C") AS n
	FROM phm.grouper_codes(phm.grouper('CCW')) WHERE category LIKE '%.exclude' OR category = 'benign_prostatic_hyperplasia') AS c WHERE n <= 2 GROUP BY 1 ORDER BY 1;
SELECT * FROM found('{N400,D291,N400}', '{2025-01-01,2025-01-01,2025-02-01}', '{inpatient,inpatient,carrier}');
SELECT * FROM found('{N400,D291,N400}', '{2025-01-01,2025-01-01,2025-02-01}', '{inpatient,inpatient,carrier}', claims => '{A,B,C}');
-- HIV: the screening code R75 counts only beside another code
SELECT codes, f.met_on, f.rule, f.codes_ FROM (VALUES ('{R75,R75,R75}'::text[]), ('{R75,R75,B20}'), ('{R75,B20,R75}')) AS v(codes)
  LEFT JOIN LATERAL found(codes, '{2025-01-01,2025-02-01,2025-03-01}', '{carrier,carrier,carrier}') AS f ON true;
-- other code systems: HCPCS, MS-DRG; drug claims of opioid use disorder only when unverified rules are asked for
SELECT * FROM found('{99406,969,H0020}', '{2025-01-01,2025-01-01,2025-01-02}', '{carrier,inpatient,other}', systems => '{HCPCS,MSDRG,HCPCS}');
SELECT unverified, f.c, f.met_on, f.rule FROM unnest('{f,t}'::boolean[]) AS unverified
  LEFT JOIN LATERAL found('{00054-0177-13}', '{2025-01-01}', '{drug}', systems => '{NDC}', unverified => unverified) AS f ON true ORDER BY unverified;
SELECT * FROM found('{1}', '{2025-01-01}', '{carrier}', systems => '{LOINC}');
-- null, unknown, none
SELECT * FROM found('{NULL,nonsense,25000,""}', '{2025-01-01,2025-01-01,2025-01-01,2025-01-01}', '{carrier,carrier,carrier,carrier}');
SELECT phm.chronic(phm.chronic_definition(), NULL, NULL, NULL), phm.chronic(NULL, '{}'::text[], '{}', '{}') IS NULL AS null_definition;
SELECT * FROM found('{E119}', '{2025-01-01,2025-01-02}', '{carrier}');
SELECT * FROM found('{E119}', '{2025-01-01}', '{carrier,ed}');
SELECT * FROM found('{E119}', '{2025-01-01}', '{carrier}', claims => '{}');
SELECT * FROM found('{E119}', '{2025-01-01}', '{office}');
SELECT * FROM found('{E119}', '{infinity}', '{carrier}');
SELECT * FROM found('{E119}', '{NULL}', '{carrier}');
SELECT * FROM found('{E119}', '{2025-01-01}', '{NULL}');
SELECT phm.chronic_definition('none');

-- a problem list: one code suffices, on any day
SELECT condition, met, met_on, rule, claims, codes, days, lookback_status
  FROM unnest(phm.chronic_problems(phm.chronic_definition(), '{E11.9,E1165,I10,R75,Z0000,NULL}', '{2001-05-01,1999-01-01,NULL,2020-01-01,2020-01-01,2020-01-01}'));
SELECT condition, met, met_on, days FROM unnest(phm.chronic_problems(phm.chronic_definition(), '{E11.9,J449}'));

-- aggregates: as arrays, in pieces, merged, in parallel
CREATE TABLE claim AS
SELECT p, (ARRAY['E119', 'I10', 'I509', 'N400', 'D291', 'F329', 'R75', 'B20', 'zz', 'I639', 'J449'])[1 + (p * 5 + n * 3) % 11] AS code,
	date '2024-01-01' + (p * 37 + n * 61) % 700 AS day, (ARRAY['inpatient', 'carrier', 'outpatient', 'ed', 'snf'])[1 + (p + n * 2) % 5] AS kind,
	CASE WHEN n % 4 = 0 THEN NULL ELSE 'c' || n % 3 END AS claim
  FROM generate_series(1, 150) AS p, generate_series(1, 12) AS n WHERE (p * n) % 4 <> 3;
CREATE TABLE whole AS SELECT p, phm.chronic(phm.chronic_definition(), code, day, kind, '2025-12-31', 'ICD10CM', claim) AS f FROM claim GROUP BY p;
SELECT p, (x).condition, (x).met_on, (x).rule, (x).codes FROM whole, unnest(f) AS x WHERE p = 7;
SELECT count(*) AS persons, count(*) FILTER (WHERE w.f IS DISTINCT FROM a.f) AS different FROM whole AS w FULL JOIN (
	SELECT p, phm.chronic(phm.chronic_definition(), codes, days, kinds, '2025-12-31', NULL, claims) AS f
	  FROM (SELECT p, array_agg(code ORDER BY code DESC) AS codes, array_agg(day ORDER BY code DESC) AS days, array_agg(kind ORDER BY code DESC) AS kinds,
			array_agg(claim ORDER BY code DESC) AS claims FROM claim GROUP BY p) AS g) AS a USING (p);
SELECT count(*) FILTER (WHERE w.f IS DISTINCT FROM phm.chronic_of(m.s)) AS different FROM whole AS w JOIN (
	SELECT p, phm.chronic_merge(s::text::phm.chronic_state) AS s FROM (SELECT p, kind, phm.chronic_state_agg(phm.chronic_definition(), code, day, kind, '2025-12-31', 'ICD10CM', claim) AS s
		FROM claim GROUP BY p, kind) AS part GROUP BY p) AS m USING (p);
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE chronic_parallel AS SELECT p, phm.chronic(phm.chronic_definition(), code, day, kind, '2025-12-31', 'ICD10CM', claim) AS f FROM claim GROUP BY p;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT count(*) AS persons, count(*) FILTER (WHERE w.f IS DISTINCT FROM r.f) AS different FROM whole AS w JOIN chronic_parallel AS r USING (p);
SELECT phm.chronic(phm.chronic_definition(), 'E119', date '2025-01-01', 'carrier', as_of) FROM unnest('{2025-01-01,2025-01-02}'::date[]) AS as_of;
SELECT phm.chronic(phm.chronic_definition(), NULL::text, NULL, NULL, NULL::date);
SELECT (x).condition, (x).met_on FROM (SELECT phm.chronic(phm.chronic_definition(), 'E119', day, 'carrier', NULL::date) AS f FROM unnest('{2025-01-01,2025-01-02}'::date[]) AS day) AS a, unnest(f) AS x;

-- values travel; damaged ones are refused
SELECT phm.chronic_model_send(v::text::phm.chronic_model) = phm.chronic_model_send(v) FROM phm.chronic_definition() AS v;
DO $$
DECLARE
	good text := phm.chronic_definition();
	bad text;
	n integer := (length(good) - 2) / 2;
BEGIN
	FOR i IN 0 .. n - 1 LOOP
		CONTINUE WHEN i > 3000 AND i % 977 <> 0;
		bad := overlay(good PLACING CASE substr(good, 3 + 2 * i, 2) WHEN '00' THEN '01' ELSE '00' END FROM 3 + 2 * i FOR 2);
		BEGIN
			PERFORM bad::phm.chronic_model;
			RAISE WARNING 'byte % may be changed', i;
		EXCEPTION WHEN invalid_text_representation THEN
		END;
	END LOOP;
END $$;
SELECT '\x02'::phm.chronic_state;
SELECT 'x'::phm.chronic_model;
DROP FUNCTION found;
DROP TABLE claim, whole, chronic_parallel;
