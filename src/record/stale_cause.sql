/*
 * stale_cause.sql: what makes patients stale that is not about one of them: a
 * value set, a concept map, a setting, the passing of time.
 *
 * Who changes such a thing leaves a cause, and the next refresh turns it into
 * marks of the patients concerned: not the writer, who cannot see the charts
 * that are being built meanwhile, and who may change many sets in a row.
 */
CREATE FUNCTION phm.mark_cause(why text, codes phm.codeset DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO phm.stale_cause (why, codes) VALUES (mark_cause.why, mark_cause.codes);
END
$$;
REVOKE ALL ON FUNCTION phm.mark_cause(text, phm.codeset) FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_cause(text, phm.codeset) IS
'Has the next refresh mark the patients in whose charts one of these codes stands, and those that failed; without codes, everybody. For changes of what a derivation of your own depends on.';

CREATE FUNCTION phm.mark_everybody() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM phm.mark_cause(TG_TABLE_NAME);
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_everybody() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_everybody() IS
'Trigger, for each statement: has the next refresh mark everybody. For tables on which derivations depend.';

CREATE FUNCTION phm.codes_that_differ(a phm.codeset, b phm.codeset) RETURNS phm.codeset
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (a OPERATOR(phm.-) b) OPERATOR(phm.|) (b OPERATOR(phm.-) a);
EXCEPTION WHEN feature_not_supported THEN
	RETURN a OPERATOR(phm.|) b;		-- a part of a prefix cannot be taken out
END
$$;
COMMENT ON FUNCTION phm.codes_that_differ(phm.codeset, phm.codeset) IS
'Internal: the codes that one of two sets has and the other has not; where prefixes stand in the way, more than those.';

CREATE FUNCTION phm.mark_value_set_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other phm.codeset;		-- of sets that stay what they are but for some codes
	codes phm.codeset;
	urls text[];
	keys text[];
BEGIN
	IF TG_OP = 'UPDATE' THEN
		SELECT phm.codeset_agg(phm.codes_that_differ(o.codes, n.codes)) INTO other
		  FROM old_rows AS o JOIN new_rows AS n USING (url, version)
		 WHERE (o.name, o.title, o.oid, o.current, o.shipped) IS NOT DISTINCT FROM (n.name, n.title, n.oid, n.current, n.shipped)
		   AND o.codes OPERATOR(phm.<>) n.codes;
		SELECT phm.codeset_agg(c.codes), array_agg(c.url), array_agg(c.name) || array_agg(c.title) || array_agg(c.oid)
		  INTO codes, urls, keys
		  FROM old_rows AS o FULL JOIN new_rows AS n USING (url, version)
		 CROSS JOIN LATERAL (VALUES (url, o.codes, o.name, o.title, o.oid), (url, n.codes, n.name, n.title, n.oid))
		   AS c(url, codes, name, title, oid)
		 WHERE (o.name, o.title, o.oid, o.current, o.shipped) IS DISTINCT FROM (n.name, n.title, n.oid, n.current, n.shipped);
	ELSIF TG_OP = 'INSERT' THEN
		SELECT phm.codeset_agg(c.codes), array_agg(c.url), array_agg(c.name) || array_agg(c.title) || array_agg(c.oid)
		  INTO codes, urls, keys FROM new_rows AS c;
	ELSE
		SELECT phm.codeset_agg(c.codes), array_agg(c.url), array_agg(c.name) || array_agg(c.title) || array_agg(c.oid)
		  INTO codes, urls, keys FROM old_rows AS c;
	END IF;
	IF urls IS NOT NULL THEN
		-- A name may now mean another set: the codes of all that could be meant.
		PERFORM phm.mark_cause('value set', phm.codeset_agg(v.codes))
		   FROM (SELECT codes UNION ALL SELECT other UNION ALL
				 SELECT s.codes FROM phm.value_set AS s
				  WHERE s.url = ANY (urls) OR s.name = ANY (keys) OR s.title = ANY (keys) OR s.oid = ANY (keys)) AS v(codes);
	ELSIF other IS NOT NULL THEN
		PERFORM phm.mark_cause('value set', other);
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_value_set_change() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_value_set_change() IS
'Trigger: has the next refresh mark the patients who have a code of which a changed value set, or one of its names, may now say something else.';

CREATE FUNCTION phm.mark_map_change(systems text[], codes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF cardinality(systems) > 0 THEN
		UPDATE phm.concept_map_state SET version = gen_random_uuid();
		PERFORM phm.mark_cause('concept map',
			CASE WHEN NOT EXISTS (SELECT FROM unnest(systems) AS u(system) WHERE u.system !~ ':') THEN
				(SELECT phm.codeset_agg(s.codes)
				   FROM (SELECT phm.codeset(u.system, array_agg(u.code)) AS codes
						   FROM unnest(systems, mark_map_change.codes) AS u(system, code) GROUP BY u.system) AS s)
			END);
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_map_change(text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_map_change(text[], text[]) IS
'Internal: after a change of active concept maps, has sessions read them again and the next refresh mark the patients who have one of these source codes.';

CREATE FUNCTION phm.mark_map_pairs() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A map that is gone may have been active.
	IF TG_OP = 'INSERT' THEN
		PERFORM phm.mark_map_change(array_agg(c.source_system), array_agg(c.source_code)) FROM new_rows AS c
		  WHERE NOT EXISTS (SELECT FROM phm.concept_map AS m WHERE m.url = c.url AND NOT m.active);
	ELSIF TG_OP = 'DELETE' THEN
		PERFORM phm.mark_map_change(array_agg(c.source_system), array_agg(c.source_code)) FROM old_rows AS c
		  WHERE NOT EXISTS (SELECT FROM phm.concept_map AS m WHERE m.url = c.url AND NOT m.active);
	ELSE
		PERFORM phm.mark_map_change(array_agg(c.source_system), array_agg(c.source_code))
		   FROM (SELECT d.url, d.source_system, d.source_code
				   FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) AS d
				  GROUP BY d.url, d.source_system, d.source_code, d.target_system, d.target_code, d.equivalence, d.attributes
				 HAVING count(*) = 1) AS c
		  WHERE NOT EXISTS (SELECT FROM phm.concept_map AS m WHERE m.url = c.url AND NOT m.active);
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_map_pairs() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_map_pairs() IS
'Trigger: takes up changed pairs of active concept maps.';

CREATE FUNCTION phm.mark_map_activity() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM phm.mark_map_change(array_agg(c.source_system), array_agg(c.source_code))
	   FROM old_rows AS o JOIN new_rows AS n USING (url) JOIN phm.concept_map_code AS c USING (url)
	  WHERE o.active <> n.active;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_map_activity() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_map_activity() IS
'Trigger: takes up concept maps that are activated, or no longer active.';

CREATE FUNCTION phm.mark_all_maps() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE phm.concept_map_state SET version = gen_random_uuid();
	PERFORM phm.mark_cause('concept map');
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_all_maps() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_all_maps() IS 'Trigger: takes up that the pairs of all concept maps are gone (TRUNCATE).';

CREATE FUNCTION phm.settings_now() RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_object_agg(s.name, s.value), '{}') FROM phm.setting AS s WHERE s.value IS NOT NULL);
END
$$;
REVOKE ALL ON FUNCTION phm.settings_now() FROM PUBLIC;
COMMENT ON FUNCTION phm.settings_now() IS 'Internal: the settings that have a value.';

CREATE FUNCTION phm.settings_moved() RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Forward only: sessions in different time zones would mark everybody in turn.
	RETURN EXISTS (SELECT FROM phm.derived_with AS d
					WHERE d.settings <> phm.settings_now()
					   OR (NOT d.settings ? 'as_of' AND d.today < current_date));
END
$$;
REVOKE ALL ON FUNCTION phm.settings_moved() FROM PUBLIC;
COMMENT ON FUNCTION phm.settings_moved() IS
'Internal: whether a setting changed, or a day began where results are derived for today, since everybody was last marked for that.';

CREATE FUNCTION phm.refresh_causes() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	reasons text;
	everybody boolean;
	affected phm.codeset;
	marked bigint;
BEGIN
	IF phm.settings_moved() THEN
		INSERT INTO phm.stale_cause (why)
		SELECT CASE WHEN d.settings <> phm.settings_now() THEN 'setting' ELSE 'new day' END FROM phm.derived_with AS d;
		UPDATE phm.derived_with SET settings = phm.settings_now(), today = greatest(today, current_date);
	END IF;
	WITH gone AS (DELETE FROM phm.stale_cause RETURNING why, codes)
	SELECT string_agg(DISTINCT g.why, ', ' ORDER BY g.why), bool_or(g.codes IS NULL), phm.codeset_agg(g.codes)
	  INTO reasons, everybody, affected FROM gone AS g;
	INSERT INTO phm.stale (patient_id, why)
	SELECT p.patient_id, reasons FROM phm.patient_state AS p
	 WHERE everybody OR (reasons IS NOT NULL AND (p.failures > 0 OR p.patient_id IN (SELECT w FROM phm.patients_with(affected) AS w)))
	 ORDER BY p.patient_id;
	GET DIAGNOSTICS marked = ROW_COUNT;
	RETURN marked;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_causes() FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_causes() IS
'Internal: marks the patients whom the causes of phm.stale_cause, changed settings or a new day concern, and returns how many. For a transaction in which no batch of patients is running beside.';
