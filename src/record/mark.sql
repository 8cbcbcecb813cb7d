/*
 * mark.sql: trigger functions and the function by which anybody marks patients.
 */
CREATE FUNCTION phm.mark(patient_ids bigint[], why text DEFAULT 'asked') RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	marked bigint;
BEGIN
	INSERT INTO phm.stale (patient_id, why)
	SELECT DISTINCT p, mark.why FROM unnest(patient_ids) AS p WHERE p IS NOT NULL;
	GET DIAGNOSTICS marked = ROW_COUNT;
	RETURN marked;
END
$$;
REVOKE ALL ON FUNCTION phm.mark(bigint[], text) FROM PUBLIC;
COMMENT ON FUNCTION phm.mark(bigint[], text) IS
'Marks patients as stale, so that the next refresh rebuilds their chart and everything derived from it; returns how many. For changes that no trigger sees: partition-level DML, logical apply, views in phm.chart_source.';

CREATE FUNCTION phm.mark_new_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('phm.mark_changes', true) IS DISTINCT FROM 'off' THEN
		INSERT INTO phm.stale (patient_id, why) SELECT DISTINCT patient_id, TG_TABLE_NAME FROM new_rows;
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_new_rows() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_new_rows() IS 'Trigger: marks the patients of inserted rows.';

CREATE FUNCTION phm.mark_old_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('phm.mark_changes', true) IS DISTINCT FROM 'off' THEN
		INSERT INTO phm.stale (patient_id, why) SELECT DISTINCT patient_id, TG_TABLE_NAME FROM old_rows;
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_old_rows() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_old_rows() IS 'Trigger: marks the patients of deleted rows.';

CREATE FUNCTION phm.mark_both_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('phm.mark_changes', true) IS DISTINCT FROM 'off' THEN
		INSERT INTO phm.stale (patient_id, why)
		SELECT patient_id, TG_TABLE_NAME FROM old_rows UNION SELECT patient_id, TG_TABLE_NAME FROM new_rows;
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_both_rows() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_both_rows() IS 'Trigger: marks the patients of updated rows, before and after.';

CREATE FUNCTION phm.mark_shared_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CASE TG_OP
		WHEN 'INSERT' THEN
			INSERT INTO phm.stale_resource (source, id, resource_type)
			SELECT DISTINCT source, id, TG_ARGV[0] FROM new_rows;
		WHEN 'DELETE' THEN
			INSERT INTO phm.stale_resource (source, id, resource_type)
			SELECT DISTINCT source, id, TG_ARGV[0] FROM old_rows;
		ELSE
			INSERT INTO phm.stale_resource (source, id, resource_type)
			SELECT source, id, TG_ARGV[0] FROM old_rows UNION SELECT source, id, TG_ARGV[0] FROM new_rows;
	END CASE;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_shared_rows() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_shared_rows() IS
'Trigger: marks resources that belong to no patient (phm.stale_resource), whoever writes them. Argument: their FHIR type.';
