-- Charts from synthetic claims in the Tuva layout: views, batches of 500 patients, what it took.
\set QUIET on
SET client_min_messages = warning;
CREATE INDEX ON eligibility (person_id);
CREATE INDEX ON medical_claim (person_id);
CREATE INDEX ON pharmacy_claim (person_id);
ANALYZE eligibility, medical_claim, pharmacy_claim;
SELECT phm.create_store() IS NOT NULL AS store \gset
SELECT phm.create_tuva_views('public', 'plan') IS NOT NULL AS views \gset
SELECT phm.mark_changed_sources() AS marks \gset
ANALYZE phm.patient_link;
CREATE PROCEDURE build_all() LANGUAGE plpgsql AS $$
DECLARE
	ids bigint[];
BEGIN
	FOR ids IN
		SELECT array_agg(patient_id) FROM (SELECT patient_id, ntile(4) OVER (ORDER BY patient_id) AS batch FROM phm.patient_link) AS l
		 GROUP BY batch ORDER BY batch
	LOOP
		PERFORM phm.build_charts(ids);
	END LOOP;
END
$$;
SELECT clock_timestamp() AS began \gset
CALL build_all();
SELECT round(extract(epoch FROM clock_timestamp() - :'began'::timestamptz)::numeric, 2) AS seconds \gset
