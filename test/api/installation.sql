/*
 * installation.sql: everything that one installation of phm consists of, as
 * lines of text in a fixed order: members with their labels and rights,
 * definitions, comments, constraints, configuration tables, and the content
 * of member tables.  Two installations are alike when their lines are.
 */
\i test/api/members.sql
SELECT line FROM (
	SELECT concat_ws(' | ', 'member', kind, identity, properties, access) FROM phm_member
	UNION ALL
	SELECT DISTINCT 'object | ' || pg_describe_object(classid, objid, objsubid) FROM phm_member
	UNION ALL
	SELECT concat_ws(' | ', 'comment', kind, identity,
		   CASE WHEN objsubid = 0 THEN obj_description(objid, classid::regclass::name) ELSE col_description(objid, objsubid) END)
	  FROM phm_member
	UNION ALL
	SELECT 'definition | ' || CASE WHEN p.prokind = 'a' THEN identity ELSE pg_get_functiondef(p.oid) END
	  FROM phm_member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
	UNION ALL
	SELECT concat_ws(' | ', 'view', identity, pg_get_viewdef(objid)) FROM phm_member WHERE kind IN ('view', 'materialized view')
	UNION ALL
	SELECT concat_ws(' | ', 'constraint', identity, conname, pg_get_constraintdef(c.oid))
	  FROM phm_member JOIN pg_constraint c ON conrelid = objid WHERE kind = 'table'
	UNION ALL
	SELECT concat_ws(' | ', 'index', pg_get_indexdef(indexrelid))
	  FROM phm_member JOIN pg_index i ON indrelid = objid WHERE kind = 'table'
	UNION ALL
	SELECT concat_ws(' | ', 'trigger', pg_get_triggerdef(t.oid))
	  FROM phm_member JOIN pg_trigger t ON tgrelid = objid WHERE kind = 'table' AND NOT tgisinternal
	UNION ALL
	SELECT concat_ws(' | ', 'configuration', c.oid::regclass, c.condition)
	  FROM pg_extension e, unnest(extconfig, extcondition) AS c(oid, condition) WHERE extname = 'phm'
	UNION ALL
	SELECT concat_ws(' | ', 'rows', identity, query_to_xml(format(
			   'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM ONLY %s AS t', identity),
			   false, true, '')::text)
	  FROM phm_member WHERE kind = 'table'
) AS s(line) ORDER BY line COLLATE "C";
