/*
 * difference.sql: results with validity are changed by difference.
 */
CREATE FUNCTION phm.apply_difference(result regclass, history text[], query text, patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	today date := phm.as_of();
	columns text[];
	rest text[];
	same text;
	changes bigint;
BEGIN
	SELECT array_agg(quote_ident(attname) ORDER BY attnum),
		   array_agg(quote_ident(attname) ORDER BY attnum) FILTER (WHERE attname <> ALL (history))
	  INTO columns, rest
	  FROM pg_attribute
	 WHERE attrelid = result AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('valid_from', 'valid_to');
	same := format('t.patient_id = f.patient_id AND ROW(t.%s) IS NOT DISTINCT FROM ROW(f.%s)',
		array_to_string(history, ', t.'), array_to_string(history, ', f.'));

	-- A date before the last one takes the results back to it first.
	EXECUTE format('DELETE FROM %s WHERE patient_id = ANY ($1) AND valid_from > $2', result) USING patient_ids, today;
	EXECUTE format('UPDATE %s SET valid_to = NULL WHERE patient_id = ANY ($1) AND valid_to > $2', result) USING patient_ids, today;

	EXECUTE format($sql$
		WITH fresh AS MATERIALIZED (SELECT %2$s FROM (%3$s) AS q),
		updated AS (
			UPDATE %1$s AS t SET (%4$s) = ROW(f.%5$s) FROM fresh AS f
			 WHERE t.valid_to IS NULL AND %6$s AND ROW(t.%7$s) IS DISTINCT FROM ROW(f.%5$s) RETURNING 1),
		dropped AS (
			DELETE FROM %1$s AS t
			 WHERE t.patient_id = ANY ($1) AND t.valid_to IS NULL AND t.valid_from = $2
			   AND NOT EXISTS (SELECT FROM fresh AS f WHERE %6$s) RETURNING 1),
		closed AS (
			UPDATE %1$s AS t SET valid_to = $2
			 WHERE t.patient_id = ANY ($1) AND t.valid_to IS NULL AND t.valid_from < $2
			   AND NOT EXISTS (SELECT FROM fresh AS f WHERE %6$s) RETURNING 1),
		added AS (		-- counting makes rows of the same day go before others take their place
			INSERT INTO %1$s (%2$s, valid_from)
			SELECT f.%8$s, $2 FROM fresh AS f, (SELECT count(*) FROM dropped) AS d
			 WHERE NOT EXISTS (SELECT FROM %1$s AS t WHERE t.valid_to IS NULL AND %6$s) RETURNING 1)
		SELECT (SELECT count(*) FROM updated) + (SELECT count(*) FROM dropped)
			 + (SELECT count(*) FROM closed) + (SELECT count(*) FROM added)$sql$,
		result, array_to_string(columns, ', '), query, array_to_string(rest, ', '), array_to_string(rest, ', f.'), same,
		array_to_string(rest, ', t.'), array_to_string(columns, ', f.'))
		INTO changes USING patient_ids, today;
	RETURN changes;
END
$$;
REVOKE ALL ON FUNCTION phm.apply_difference(regclass, text[], text, bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.apply_difference(regclass, text[], text, bigint[]) IS
'Brings the rows of some patients in a result table to what a query says, and returns how many rows that changed; rows that are right already are not touched. result: a table with patient_id, valid_from and valid_to (dates; current rows have no valid_to). history: the columns, patient_id among them, whose change ends a row at phm.as_of() and begins another; changes of the other columns are written in place. query: its columns are those of the table but the validity; $1 is patient_ids, $2 phm.as_of(). Where as_of is earlier than the last time, later history is undone first.';
