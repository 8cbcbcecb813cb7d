/*
 * members.sql: temporary table phm_member, what the extension phm offers and to
 * whom, one row an object (relation columns count as objects).  The API test
 * compares it with members.tsv, the upgrade test between two installations.
 * Types that PostgreSQL makes by itself (arrays, row types) are left out.
 */
CREATE TEMP TABLE phm_member AS
WITH member AS (
	SELECT d.classid, d.objid
	  FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
	 WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'phm'
), object(classid, objid, objsubid, kind, identity, properties, acl) AS (
	SELECT 'pg_proc'::regclass, p.oid, 0,
		   CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' WHEN 'p' THEN 'procedure' ELSE 'function' END,
		   format('%s.%s(%s)', p.pronamespace::regnamespace, p.proname, pg_get_function_arguments(p.oid)),
		   concat_ws(' ',
			   'returns ' || pg_get_function_result(p.oid) || ';',
			   l.lanname,
			   CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
			   'parallel ' || CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
			   CASE WHEN p.proisstrict THEN 'strict' END,
			   CASE WHEN p.proleakproof THEN 'leakproof' END,
			   'cost ' || p.procost,
			   CASE WHEN p.proretset THEN 'rows ' || p.prorows END,
			   CASE WHEN p.prosupport <> 0 THEN 'support ' || p.prosupport::text END,
			   CASE WHEN p.prosecdef THEN 'security definer' END,
			   'set ' || array_to_string(p.proconfig, ', set '),
			   'sfunc ' || a.aggtransfn::text || ' stype ' || format_type(a.aggtranstype, NULL)
				   || ' finalfunc ' || a.aggfinalfn::text || ' combinefunc ' || a.aggcombinefn::text
				   || ' serialfunc ' || a.aggserialfn::text || ' initcond ' || coalesce(quote_literal(a.agginitval), '-')),
		   coalesce(p.proacl, acldefault('f', p.proowner))
	  FROM pg_proc p
	  JOIN pg_language l ON l.oid = p.prolang
	  LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
	UNION ALL
	SELECT 'pg_type'::regclass, t.oid, 0,
		   CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'e' THEN 'enum' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange'
						  WHEN 'c' THEN 'composite type' ELSE 'type' END,
		   format('%s.%s', t.typnamespace::regnamespace, t.typname),
		   concat_ws(' ', 'length ' || t.typlen, 'align ' || t.typalign::text, 'storage ' || t.typstorage::text,
			   'category ' || t.typcategory::text, CASE WHEN t.typispreferred THEN 'preferred' END,
			   CASE WHEN t.typbyval THEN 'by value' END,
			   CASE WHEN t.typlen <> 0 AND t.typtype = 'b' THEN concat_ws(' ', 'in', t.typinput, 'out', t.typoutput,
				   'recv', t.typreceive, 'send', t.typsend, 'modin', t.typmodin, 'analyze', t.typanalyze) END,
			   'over ' || format_type(nullif(t.typbasetype, 0), t.typtypmod), 'default ' || t.typdefault,
			   (SELECT 'labels ' || string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
				  FROM pg_enum WHERE enumtypid = t.oid),
			   (SELECT string_agg(pg_get_constraintdef(c.oid), ' ' ORDER BY c.conname)
				  FROM pg_constraint c WHERE c.contypid = t.oid)),
		   coalesce(t.typacl, acldefault('T', t.typowner))
	  FROM pg_type t
	 WHERE NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
	   AND NOT EXISTS (SELECT FROM pg_class c WHERE c.reltype = t.oid AND c.relkind <> 'c')
	UNION ALL
	SELECT 'pg_class'::regclass, c.oid, 0,
		   CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence'
						  WHEN 'm' THEN 'materialized view' ELSE 'relation ' || c.relkind::text END,
		   c.oid::regclass::text,
		   concat_ws(' ', array_to_string(c.reloptions, ' '),
			   CASE WHEN c.relrowsecurity THEN 'row security' END),
		   coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END::"char", c.relowner))
	  FROM pg_class c WHERE c.relkind <> 'c'
	UNION ALL
	SELECT 'pg_class'::regclass, c.oid, a.attnum, 'column', format('%s.%I', c.oid::regclass, a.attname),
		   concat_ws(' ', '#' || a.attnum, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
			   'default ' || pg_get_expr(d.adbin, d.adrelid), CASE a.attidentity WHEN '' THEN NULL ELSE 'identity' END),
		   a.attacl
	  FROM pg_class c
	  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	 WHERE c.relkind IN ('r', 'p', 'v', 'm')
	UNION ALL
	SELECT 'pg_class'::regclass, c.oid, a.attnum, 'attribute', format('%s.%s.%I', c.relnamespace::regnamespace, c.relname, a.attname),
		   concat_ws(' ', '#' || a.attnum, format_type(a.atttypid, a.atttypmod)), NULL
	  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	 WHERE c.relkind = 'c'
	UNION ALL
	SELECT 'pg_operator'::regclass, o.oid, 0, 'operator', o.oid::regoperator::text,
		   concat_ws(' ', 'returns', format_type(o.oprresult, NULL), 'by', o.oprcode,
			   'commutator ' || nullif(o.oprcom, 0)::regoper::text, 'negator ' || nullif(o.oprnegate, 0)::regoper::text,
			   CASE WHEN o.oprrest <> 0 THEN 'restrict ' || o.oprrest::text END,
			   CASE WHEN o.oprjoin <> 0 THEN 'join ' || o.oprjoin::text END,
			   CASE WHEN o.oprcanmerge THEN 'merges' END, CASE WHEN o.oprcanhash THEN 'hashes' END), NULL
	  FROM pg_operator o
	UNION ALL
	SELECT 'pg_cast'::regclass, c.oid, 0, 'cast',
		   format('%s to %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
		   concat_ws(' ', CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END,
			   CASE c.castmethod WHEN 'f' THEN 'by ' || c.castfunc::regprocedure::text WHEN 'i' THEN 'inout' ELSE 'binary' END), NULL
	  FROM pg_cast c
	UNION ALL
	SELECT 'pg_opclass'::regclass, c.oid, 0, 'operator class',
		   format('%s.%s using %s', c.opcnamespace::regnamespace, c.opcname, m.amname),
		   concat_ws(' ', 'for', format_type(c.opcintype, NULL), CASE WHEN c.opcdefault THEN 'default' END,
			   (SELECT string_agg(format('%s %s', o.amopstrategy, o.amopopr::regoperator), ', '
								  ORDER BY o.amopstrategy, o.amopopr::regoperator::text)
				  FROM pg_amop o WHERE o.amopfamily = c.opcfamily),
			   (SELECT string_agg(format('%s %s', p.amprocnum, p.amproc::regprocedure), ', '
								  ORDER BY p.amprocnum, p.amproc::regprocedure::text)
				  FROM pg_amproc p WHERE p.amprocfamily = c.opcfamily)), NULL
	  FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod
	UNION ALL
	SELECT 'pg_namespace'::regclass, n.oid, 0, 'schema', n.nspname, '', coalesce(n.nspacl, acldefault('n', n.nspowner))
	  FROM pg_namespace n
), listed AS (
	SELECT o.classid, o.objid, o.objsubid, o.kind, o.identity, o.properties, o.acl
	  FROM object o JOIN member USING (classid, objid)
	UNION ALL
	SELECT o.classid, o.objid, o.objsubid, o.kind, o.identity, o.properties, o.acl	-- columns of a composite type
	  FROM object o JOIN pg_class c ON c.oid = o.objid JOIN member m ON m.objid = c.reltype
	 WHERE o.kind = 'attribute' AND m.classid = 'pg_type'::regclass
	UNION ALL
	SELECT m.classid, m.objid, 0, i.type, i.identity, '', NULL						-- any kind not told above
	  FROM member m, pg_identify_object(m.classid, m.objid, 0) i
	 WHERE m.classid NOT IN (SELECT classid FROM object)
)
SELECT DISTINCT classid, objid, objsubid, kind, identity, properties,
	   coalesce((SELECT string_agg(who || ' ' || what, ', ' ORDER BY who)
				   FROM (SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END,
								string_agg(lower(x.privilege_type), '+' ORDER BY x.privilege_type)
						   FROM aclexplode(acl) x WHERE x.grantee <> x.grantor GROUP BY 1) AS g(who, what)), '-') AS access
  FROM listed;
