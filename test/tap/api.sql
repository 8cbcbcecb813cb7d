/*
 * api.sql: the review of everything the extension offers.  What changes an
 * object, its cost, its labels or who may use it changes test/api/members.tsv
 * (./run api --update), and is read in that diff.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
\i test/api/members.sql
CREATE TEMP TABLE expected (kind text, identity text, properties text, access text);
\copy expected FROM 'test/api/members.tsv' WITH (FORMAT csv, DELIMITER E'\t', QUOTE E'\b', NULL '\N')

SELECT plan(11);

SELECT isnt_empty($$ SELECT FROM phm_member WHERE (kind, identity) = ('schema', 'phm') $$, 'the schema is a member');

SELECT is_empty(
	$$ SELECT kind, identity, properties, access FROM phm_member EXCEPT ALL TABLE expected ORDER BY 2, 1 $$,
	'nothing is offered that test/api/members.tsv does not list (./run api --update)');

SELECT is_empty(
	$$ TABLE expected EXCEPT ALL SELECT kind, identity, properties, access FROM phm_member ORDER BY 2, 1 $$,
	'everything that test/api/members.tsv lists is offered (./run api --update)');

SELECT is_empty(
	$$ SELECT kind, identity FROM phm_member
		WHERE kind NOT IN ('cast', 'operator class', 'operator family')
		  AND CASE WHEN objsubid = 0 THEN obj_description(objid, classid::regclass::name)
				   ELSE col_description(objid, objsubid) END IS NULL
		ORDER BY 1, 2 $$,
	'every function, type, operator, relation and column has a comment');

SELECT is_empty(
	$$ SELECT identity FROM phm_member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		WHERE p.provolatile = 'v' AND access LIKE '%PUBLIC%' ORDER BY 1 $$,
	'functions that write (volatile ones) are not executable by PUBLIC');

SELECT is_empty(
	$$ SELECT identity FROM phm_member
		WHERE kind IN ('table', 'view', 'sequence') AND access ~ 'PUBLIC [^,]*(delete|insert|truncate|update)' ORDER BY 1 $$,
	'PUBLIC may write to no relation');

SELECT is_empty(
	$$ SELECT identity FROM phm_member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		WHERE p.prosecdef AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false) ORDER BY 1 $$,
	'security definer functions fix their search_path');

SELECT is_empty(
	$$ SELECT identity FROM phm_member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		JOIN pg_language l ON l.oid = p.prolang
		WHERE l.lanname = 'sql' AND p.prosqlbody IS NULL ORDER BY 1 $$,
	'functions in SQL bind their names when they are made (BEGIN ATOMIC)');

SELECT is_empty(
	$$ SELECT identity FROM phm_member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
		JOIN pg_language l ON l.oid = p.prolang
		WHERE l.lanname = 'plpgsql' AND p.prokind = 'f'
		  AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false) ORDER BY 1 $$,
	'functions in PL/pgSQL fix their search_path');

SELECT is_empty(
	$$ SELECT identity FROM phm_member JOIN pg_type t ON classid = 'pg_type'::regclass AND t.oid = objid
		WHERE t.typtype = 'b' AND (t.typreceive = 0 OR t.typsend = 0) ORDER BY 1 $$,
	'every base type can be sent and received in binary');

SELECT is_empty(
	$$ SELECT c.identity FROM phm_member t JOIN phm_member c ON t.objid = c.objid AND c.kind = 'column' AND t.kind = 'table'
		WHERE c.properties ~ '^#[0-9]+ (oid|regproc|regprocedure|regoper|regoperator)( |$)' ORDER BY 1 $$,
	'no table stores object numbers');

SELECT * FROM finish();
ROLLBACK;
