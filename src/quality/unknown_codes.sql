/*
 * unknown_codes.sql: codes of patients that no value set has, but that look as
 * if one should: what keeps patients out of measures without anybody noticing.
 */
CREATE FUNCTION phm.chart_codes(chart phm.chart, OUT system text, OUT code text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_chart_codes' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 100;
COMMENT ON FUNCTION phm.chart_codes(phm.chart) IS
'The codes in the hot part of a chart, whatever they stand for and whatever their label: canonical URI of the system (NULL: none) and code. A code may come twice when the chart has changed since it was written.';

CREATE FUNCTION phm.plain_code(code text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT ltrim(upper(regexp_replace(code, '[\s.]', '', 'g')), '0');
END;
COMMENT ON FUNCTION phm.plain_code(text) IS
'Internal: a code without blanks, dots and leading zeros, in upper case: what codes have in common that are written differently.';

CREATE FUNCTION phm.code_difference(code text, near text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT nullif(concat_ws(', ',
		CASE WHEN regexp_replace(code, '\s', '', 'g') <> code THEN 'blanks' END,
		CASE WHEN length(replace(code, '.', '')) - length(code) <> length(replace(near, '.', '')) - length(near)
			OR position('.' IN btrim(code)) <> position('.' IN near) AND ltrim(code, '0') = code THEN 'dot' END,
		CASE WHEN upper(replace(near, '.', '')) <> replace(near, '.', '') OR upper(code) <> code THEN 'upper and lower case' END,
		CASE WHEN length(substring(btrim(code) FROM '^0*')) <> length(substring(near FROM '^0*')) THEN 'leading zeros' END), '');
END;
COMMENT ON FUNCTION phm.code_difference(text, text) IS
'Internal: how a code is written differently from another with the same phm.plain_code: blanks, dot, upper and lower case, leading zeros.';

CREATE FUNCTION phm.unknown_codes(minimum_patients integer DEFAULT 1)
RETURNS TABLE (code_system text, code text, near_value_set text, near_code_system text, near_code text, why text, patients bigint)
LANGUAGE plpgsql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH present AS MATERIALIZED (
		SELECT k.system, k.code, count(*) AS patients
		  FROM phm.patient_chart AS p CROSS JOIN LATERAL (SELECT DISTINCT c.system, c.code FROM phm.chart_codes(p.chart) AS c) AS k
		 GROUP BY k.system, k.code HAVING count(*) >= minimum_patients
	), listed AS MATERIALIZED (
		SELECT min(v.url COLLATE "C") AS url, k.system, coalesce(k.system, '') AS in_system, k.code, k.prefix, phm.plain_code(k.code) AS plain
		  FROM phm.value_set AS v CROSS JOIN LATERAL phm.codes(v.codes) AS k GROUP BY k.system, k.code, k.prefix
	), begun AS (
		-- A value set of prefixes has what begins with one.
		SELECT DISTINCT p.system, p.code
		  FROM present AS p CROSS JOIN LATERAL generate_series(1, length(p.code)) AS n
		  JOIN listed AS l ON l.prefix AND l.in_system = coalesce(p.system, '') AND l.code = left(p.code, n)
	), unknown AS MATERIALIZED (
		SELECT p.system, coalesce(p.system, '') AS in_system, p.code, p.patients, phm.plain_code(p.code) AS plain
		  FROM present AS p
		  LEFT JOIN listed AS l ON NOT l.prefix AND l.in_system = coalesce(p.system, '') AND l.code = p.code
		  LEFT JOIN begun AS b ON coalesce(b.system, '') = coalesce(p.system, '') AND b.code = p.code
		 WHERE l.code IS NULL AND b.code IS NULL
	), child AS (
		SELECT DISTINCT ON (l.in_system, left(l.plain, n)) l.url, l.system, l.in_system, l.code, left(l.plain, n) AS parent
		  FROM listed AS l CROSS JOIN LATERAL generate_series(3, length(l.plain) - 1) AS n
		 WHERE l.system LIKE '%/icd-10%' AND NOT l.prefix
		 ORDER BY l.in_system, left(l.plain, n), l.code COLLATE "C"
	), near AS (
		SELECT u.system, u.code, u.patients, l.url, l.system AS near_system, l.code AS near_code, 1 AS rank,
			   'written differently: ' || coalesce(phm.code_difference(u.code, l.code), 'spelling') AS why
		  FROM unknown AS u JOIN listed AS l ON l.plain = u.plain AND l.in_system = u.in_system AND NOT l.prefix
		 WHERE u.plain <> '' AND u.system IS NOT NULL
		UNION ALL
		SELECT u.system, u.code, u.patients, l.url, l.system, l.code, 2, 'check digit: ' || CASE WHEN u.code ~ '-' THEN 'another one' ELSE 'missing' END
		  FROM unknown AS u JOIN listed AS l ON l.in_system = u.in_system AND NOT l.prefix AND split_part(l.code, '-', 1) = split_part(btrim(u.code), '-', 1)
		 WHERE u.system = 'http://loinc.org' AND u.code ~ '^\s*[0-9]{1,7}(-[0-9]?)?\s*$'
		UNION ALL
		SELECT u.system, u.code, u.patients, l.url, l.system, l.code, 3, CASE WHEN u.system IS NULL THEN 'without code system' ELSE 'in another code system' END
		  FROM unknown AS u JOIN listed AS l ON l.code = btrim(u.code) AND l.in_system <> u.in_system AND NOT l.prefix AND length(l.code) >= 4
		 WHERE NOT EXISTS (SELECT FROM phm.code AS c WHERE c.system = u.system AND c.code = u.code)
		UNION ALL
		SELECT u.system, u.code, u.patients, l.url, l.system, l.code, 14 - n, 'more specific than a code of the value set'
		  FROM unknown AS u CROSS JOIN LATERAL generate_series(3, least(length(u.plain) - 1, 9)) AS n
		  JOIN listed AS l ON l.in_system = u.in_system AND NOT l.prefix AND l.plain = left(u.plain, n)
		 WHERE u.system LIKE '%/icd-10%'
		UNION ALL
		SELECT u.system, u.code, u.patients, l.url, l.system, l.code, 20, 'less specific than codes of the value set'
		  FROM unknown AS u JOIN child AS l ON l.in_system = u.in_system AND l.parent = u.plain
	)
	SELECT f.system, f.code, f.url, f.near_system, f.near_code, f.why, f.patients
	  FROM (SELECT DISTINCT ON (n.system, n.code) n.* FROM near AS n
			 ORDER BY n.system, n.code, n.rank, n.near_code COLLATE "C", n.near_system COLLATE "C") AS f
	 ORDER BY f.patients DESC, f.system COLLATE "C" NULLS FIRST, f.code COLLATE "C";
END
$$;
REVOKE ALL ON FUNCTION phm.unknown_codes(integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.unknown_codes(integer) IS
'Codes in patients'' charts that no loaded value set has, but that nearly are one that a value set has, most frequent first: written with blanks, other case, without or with another dot, other leading zeros; a LOINC code with another check digit or none; the code of another code system, or without one (not where phm.code says that its own system has it); an ICD-10 code whose parent, or whose children, are in a value set. One row a code, the likeliest near miss: near_code of near_code_system, in near_value_set (the first by url that has it). patients: in how many charts the code is, all labels included. minimum_patients: leaves out rarer ones. Reads all charts.';
