-- The table of code systems and the identity of codes.
\set SHOW_CONTEXT never
SELECT url, alias, canonical_url, name FROM phm.code_systems()
 WHERE canonical_url IN ('http://loinc.org', 'http://hl7.org/fhir/sid/icd-10-cm') ORDER BY id;

-- Ids run from 1 without gaps; URIs and aliases occur once; a canonical URI is its own.
SELECT min(id), max(id) = count(*) AS no_gaps, count(DISTINCT url) = count(*) AS urls_differ FROM phm.code_systems();
SELECT lower(alias) FROM phm.code_systems() WHERE url = canonical_url AND alias IS NOT NULL GROUP BY 1 HAVING count(*) > 1;
SELECT s.url FROM phm.code_systems() s
 WHERE NOT EXISTS (SELECT FROM phm.code_systems() c WHERE c.url = s.canonical_url AND c.canonical_url = c.url);
-- Ids that must never change.
SELECT id, alias FROM phm.code_systems()
 WHERE url = canonical_url AND alias IN ('SNOMED', 'LOINC', 'RXNORM', 'ICD10CM', 'ICD10PCS', 'NDC', 'CPT', 'CDCREC', 'v3-ActCode', 'SDOHCC')
 ORDER BY id;
-- Every alias and every URI is found again.
SELECT count(*) FROM phm.code_systems() WHERE alias IS NOT NULL
   AND (phm.code_system_url(upper(alias)), phm.code_system_alias(url)) IS DISTINCT FROM (canonical_url, alias);
SELECT count(*) FROM phm.code_systems() WHERE alias IS NULL AND phm.code_system_alias(url) IS NOT NULL;

SELECT phm.code_system_url('icd10cm'), phm.code_system_url('ICD10C'), phm.code_system_url(''),
       phm.code_system_alias('urn:oid:2.16.840.1.113883.6.96'), phm.code_system_alias('http://snomed.info/SCT'), phm.code_system_alias('');

-- The hash is frozen: these values were computed by a second implementation from the description in code_system.c.
SELECT system, code, lpad(to_hex(phm.code_hash(system, code)), 16, '0') AS hash
  FROM (VALUES (1, 'LOINC', '4548-4'), (2, 'SNOMED', '44054006'), (3, 'ICD10CM', 'E11.9'), (4, NULL, ''), (5, NULL, 'a'),
               (6, 'RXNORM', '860975'), (7, 'http://example.org/x', '0123456789abcdef0123456789abcdef!')) AS v(n, system, code)
 ORDER BY n;
-- All URIs of a system give one hash.
SELECT canonical_url FROM phm.code_systems() GROUP BY 1
HAVING count(DISTINCT phm.code_hash(url, '1')) > 1 OR bool_or(phm.code_hash(url, '1') <> phm.code_hash(canonical_url, '1'));
-- Systems and codes do not run into each other, and length counts.
SELECT count(DISTINCT phm.code_hash(s, c))
  FROM (VALUES ('x:a', 'b'), ('x:', 'ab'), ('x:ab', ''), (NULL, 'x:ab'), ('x:a', E'b\x01'), ('x:a', 'B')) AS v(s, c);
-- No collisions among a million similar codes; half of the bits change with one bit of the code.
SELECT count(DISTINCT phm.code_hash('ICD10CM', 'E' || i)) FROM generate_series(1, 1000000) AS i;
SELECT min(n) BETWEEN 12 AND 24 AS least, round(avg(n)) AS average, max(n) BETWEEN 40 AND 52 AS most
  FROM (SELECT length(replace((phm.code_hash('LOINC', i::text) # phm.code_hash('LOINC', substr(i::text, 1, length(i::text) - 1) || chr(ascii(right(i::text, 1)) # 1)))::bit(64)::text, '0', '')) AS n
          FROM generate_series(1000, 60000) AS i) AS t;

SELECT phm.code_hash('LONIC', '1');
\echo :LAST_ERROR_SQLSTATE
SELECT phm.code_hash('LOINC', NULL) IS NULL AS null_code;
