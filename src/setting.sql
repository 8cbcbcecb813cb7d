/*
 * setting.sql: settings of the store.
 */
CREATE FUNCTION phm.setting(name text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT s.value FROM phm.setting AS s WHERE s.name = setting.name);
END
$$;
COMMENT ON FUNCTION phm.setting(text) IS 'The value of a row of phm.setting; NULL where it has none.';

CREATE FUNCTION phm.as_of() RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(phm.setting('as_of')::date, current_date);
END
$$;
COMMENT ON FUNCTION phm.as_of() IS 'The date for which results are derived: the setting as_of, or today.';
