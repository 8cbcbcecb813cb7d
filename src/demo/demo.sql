/*
 * demo.sql: a synthetic population to try phm with.
 */
CREATE FUNCTION phm.demo_population(
	patients integer,
	seed integer DEFAULT 42,
	as_of date DEFAULT '2026-06-30',
	years integer DEFAULT 3)
RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_demo_population' LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 1000000;
REVOKE ALL ON FUNCTION phm.demo_population(integer, integer, date, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.demo_population(integer, integer, date, integer) IS
'Writes a synthetic population into the record as source demo and returns the number of rows: invented persons with the conditions, care, claims and deaths of the years up to as_of. The same arguments give the same rows, which replace themselves; more patients add to fewer. Other seed, as_of or years: another population beside it. Progress: pg_stat_progress_copy. Errors: 22023 patients not from 1 to 10,000,000, years not from 1 to 20, as_of not from 2000 to 2099; 42P01 there is no store.';
