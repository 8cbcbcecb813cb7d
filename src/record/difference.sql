/*
 * difference.sql: results with validity are changed by difference.
 */
CREATE FUNCTION phm.apply_difference(result regclass, history text[], query text, patient_ids bigint[]) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_apply_difference' LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp;
REVOKE ALL ON FUNCTION phm.apply_difference(regclass, text[], text, bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.apply_difference(regclass, text[], text, bigint[]) IS
'Brings the rows of some patients in a result table to what a query says, and returns how many rows that changed; rows that are right already are not touched. result: a table with patient_id, valid_from and valid_to (dates; current rows have no valid_to). history: the columns, patient_id among them, whose change ends a row at phm.as_of() and begins another; changes of the other columns are written in place. query: its columns are those of the table but the validity; $1 is patient_ids, $2 phm.as_of(). Where as_of is earlier than the last time, later history is undone first.';
