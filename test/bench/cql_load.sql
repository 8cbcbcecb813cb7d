-- All measure packages loaded and each linked: from jsonb and from text, first and again as they are.
\ir measure.sql
SET client_min_messages = warning;
CREATE TEMP TABLE package AS
SELECT p.measure, p.bundle AS as_text, b.bundle AS as_jsonb, coalesce(s.sets, false) AS has_sets, m.library
  FROM pack_measure AS p
 CROSS JOIN LATERAL (SELECT p.bundle::jsonb AS bundle) AS b
 CROSS JOIN LATERAL (SELECT bool_or(e #>> '{resource,resourceType}' = 'ValueSet') AS sets FROM jsonb_array_elements(b.bundle -> 'entry') AS e) AS s
 CROSS JOIN LATERAL (SELECT e #>> '{resource,library,0}' AS library FROM jsonb_array_elements(b.bundle -> 'entry') AS e
		  WHERE e #>> '{resource,resourceType}' = 'Measure' LIMIT 1) AS m;
SELECT count(*) AS packages, round(sum(octet_length(as_text)) / 1e6, 1) AS mb FROM package \gset
SELECT string_agg(format($$
	TRUNCATE phm.library, phm.value_set;
	CALL pg_temp.start();
	SELECT count(*) FROM package, phm.load_fhir_library(%1$s);
	CALL pg_temp.stop('libraries of packages, %2$s', %3$s, %4$s);
	CALL pg_temp.start();
	SELECT count(*) FROM package, phm.load_value_set(%1$s) WHERE has_sets;
	CALL pg_temp.stop('value sets of packages, %2$s', %3$s, %4$s);
	CALL pg_temp.start();
	SELECT count(*) FROM package, phm.load_fhir_library(%1$s);
	SELECT count(*) FROM package, phm.load_value_set(%1$s) WHERE has_sets;
	CALL pg_temp.stop('packages again as they are, %2$s', %3$s, %4$s);
	SELECT count(*) FROM pack_extra, phm.read_library(elm) AS r, phm.load_elm(elm)
	 WHERE NOT EXISTS (SELECT FROM phm.library AS l WHERE (l.name, l.version) = (r.name, r.version));
	CALL pg_temp.start();
	SELECT count(phm.link(ARRAY[CASE WHEN (phm.find_library(library)).name IS NOT NULL THEN library
		ELSE regexp_replace(split_part(library, '|', 1), '.*/', '') END], 'empty')) FROM package;
	CALL pg_temp.stop('packages linked, each', %3$s, %4$s)
	$$, 'as_' || form, form, :packages, :mb), ';') AS script FROM unnest(ARRAY['jsonb', 'text']) AS form \gset
\o /dev/null
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
\o
SELECT pg_temp.line(name, max(rows), round(min(cpu), 2)::text, 's', format('%s MB/s; %s to %s, elapsed %s',
	round(max(mb / cpu)), round(min(cpu), 2), round(max(cpu), 2), round(min(elapsed), 2))) FROM run GROUP BY name ORDER BY name;
SELECT pg_temp.line('packages loaded and linked, from ' || form, :packages, round(sum(cpu), 2)::text, 's', format('< 10; %s MB/s', round(:mb / sum(cpu))))
  FROM (SELECT f.form, r.name, min(r.cpu) AS cpu FROM unnest(ARRAY['jsonb', 'text']) AS f(form), run AS r
		 WHERE r.name IN ('libraries of packages, ' || f.form, 'value sets of packages, ' || f.form, 'packages linked, each') GROUP BY f.form, r.name) AS s
 GROUP BY form ORDER BY form;
