-- Patients that changed: everything derived from them again, one by one and in a batch; included by chart.sql.
SELECT string_agg(format('phm.%I', relname), ', ') AS tables FROM pg_class AS c
 WHERE relnamespace = 'phm'::regnamespace AND relkind IN ('r', 'p')
   AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'fingerprint') \gset
TRUNCATE :tables, phm.stale, phm.patient_link, phm.patient_state, phm.chart_part, phm.chart_dependency;
SELECT phm.demo_population(1000, seed => 7, as_of => '2026-06-30') \g /dev/null
INSERT INTO phm.setting (name, value) VALUES ('as_of', '2026-06-30') ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;
CALL phm.refresh();
ANALYZE;
CREATE PROCEDURE pg_temp.derive_each(patients bigint[]) LANGUAGE plpgsql AS $$
DECLARE
	patient bigint;
BEGIN
	FOREACH patient IN ARRAY patients LOOP
		PERFORM phm.derive(ARRAY[patient]);
		COMMIT;
	END LOOP;
END
$$;
SELECT array_agg(patient_id) FILTER (WHERE n <= 500) AS many, array_agg(patient_id) FILTER (WHERE n > 500 AND n <= 600) AS few
  FROM (SELECT patient_id, row_number() OVER (ORDER BY patient_id) AS n FROM phm.patient) AS p \gset
SELECT format($$
	CALL pg_temp.start();
	CALL pg_temp.derive_each(%1$L);
	CALL pg_temp.stop('one patient: derivations', cardinality(%1$L::bigint[]));
	CALL pg_temp.start();
	%3$s
	CALL pg_temp.stop('one patient: mark and refresh', cardinality(%1$L::bigint[]));
	SELECT phm.mark(%2$L);
	CALL pg_temp.start();
	CALL phm.refresh();
	CALL pg_temp.stop('500 patients: refresh', cardinality(%2$L::bigint[]))
	$$, :'few', :'many', (SELECT string_agg(format('SELECT phm.mark(''{%s}''); CALL phm.refresh();', p), ' ') FROM unnest(:'few'::bigint[]) AS p)) AS script \gset
\o /dev/null
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
\o
SELECT pg_temp.line(name, rows, round(min(cpu) / rows * 1000, 2)::text, 'ms CPU',
                    format('<= 5; elapsed %s', round(min(elapsed) / rows * 1000, 2)))
  FROM run WHERE name LIKE 'one patient%' GROUP BY name, rows ORDER BY name;
SELECT pg_temp.rate(name, rows, 'patients/s', '>= 200') FROM (SELECT DISTINCT name, rows FROM run WHERE name LIKE '500 patients%') AS r;
