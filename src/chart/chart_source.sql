/*
 * chart_source.sql: charts from anybody's tables and views.
 */
CREATE FUNCTION phm.check_chart_source(relation regclass, resource_type text) RETURNS text[]
AS 'MODULE_PATHNAME', 'phm_check_chart_source' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.check_chart_source(regclass, text) IS
'Checks that charts can be built from a table or view: columns named like those of the record table of that FHIR type (or claim_line) must have their types. Returns the columns that will not be read. Errors: 42704 not a type that belongs to patients, 42804 a column of another type, 42703 a column is missing.';

CREATE FUNCTION phm.register_chart_source(
	relation regclass, resource_type text, source text DEFAULT NULL, person_column name DEFAULT 'patient_id',
	watermark_column name DEFAULT NULL, kind text DEFAULT 'clinical', enabled boolean DEFAULT true)
RETURNS text[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ignored text[] := phm.check_chart_source(relation, resource_type);
	named text;
	key_type text;
BEGIN
	IF resource_type IS NULL OR relation IS NULL THEN
		RAISE EXCEPTION 'a chart source needs a relation and a resource type' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF kind IS NULL OR kind NOT IN ('clinical', 'claims') THEN
		RAISE EXCEPTION 'the kind of a chart source is clinical or claims' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT format('%I.%I', n.nspname, c.relname) INTO named
	  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
	SELECT format_type(a.atttypid, NULL) INTO key_type
	  FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = person_column AND NOT a.attisdropped;
	IF key_type IS NULL THEN
		RAISE EXCEPTION 'relation % has no column "%"', named, person_column USING ERRCODE = 'undefined_column',
			HINT = 'Name the column that tells the person with person_column.';
	END IF;
	IF key_type NOT IN ('bigint', 'integer', 'smallint', 'text', 'character varying') THEN
		RAISE EXCEPTION 'column "%" of % must be bigint (patient_id) or text (the patient of the source), not %',
			person_column, named, key_type USING ERRCODE = 'datatype_mismatch';
	END IF;
	IF key_type IN ('text', 'character varying') AND source IS NULL THEN
		RAISE EXCEPTION 'column "%" of % is text: the source to whose patients it belongs must be given', person_column, named
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF watermark_column IS NOT NULL AND NOT EXISTS (
		SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = watermark_column AND NOT a.attisdropped) THEN
		RAISE EXCEPTION 'relation % has no column "%"', named, watermark_column USING ERRCODE = 'undefined_column';
	END IF;
	INSERT INTO phm.chart_source AS s (relation, resource_type, source, person_column, watermark_column, kind, enabled)
	VALUES (named, register_chart_source.resource_type, coalesce(register_chart_source.source, named),
	        register_chart_source.person_column, register_chart_source.watermark_column,
	        register_chart_source.kind, coalesce(register_chart_source.enabled, true))
	ON CONFLICT ON CONSTRAINT chart_source_pkey DO UPDATE
	   SET resource_type = EXCLUDED.resource_type, source = EXCLUDED.source, person_column = EXCLUDED.person_column,
	       watermark_column = EXCLUDED.watermark_column, kind = EXCLUDED.kind, enabled = EXCLUDED.enabled,
	       registered_at = now();
	DELETE FROM phm.chart_source_state AS s WHERE s.relation = named;
	RETURN array_remove(ignored, register_chart_source.person_column::text);
END
$$;
REVOKE ALL ON FUNCTION phm.register_chart_source(regclass, text, text, name, name, text, boolean) FROM PUBLIC;
COMMENT ON FUNCTION phm.register_chart_source(regclass, text, text, name, name, text, boolean) IS
'Builds charts from a table or view as well: its columns are named and typed like those of the record table of that FHIR type (or claim_line). person_column: a number is patient_id, a text the patient of the source (phm.patient_link). watermark_column: grows with every change. Returns the columns that will not be read. Registering again replaces. Errors: as phm.check_chart_source; 42703 no such column, 42804 person column of another type, 22004 no source for a text key, 22023 unknown kind.';

CREATE FUNCTION phm.mark_source_persons(relation text, condition text, value text) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s phm.chart_source;
	marked bigint;
	is_text boolean;
BEGIN
	SELECT * INTO STRICT s FROM phm.chart_source AS c WHERE c.relation = mark_source_persons.relation;
	SELECT a.atttypid IN ('text'::regtype, 'varchar'::regtype) INTO is_text
	  FROM pg_attribute AS a WHERE a.attrelid = s.relation::regclass AND a.attname = s.person_column AND NOT a.attisdropped;
	IF is_text THEN
		EXECUTE format('INSERT INTO phm.patient_link (source, source_patient_id)
			SELECT DISTINCT %L, t.%I::text FROM %s AS t WHERE t.%I IS NOT NULL AND %s ON CONFLICT DO NOTHING',
			s.source, s.person_column, s.relation, s.person_column, condition) USING value;
		EXECUTE format('INSERT INTO phm.stale (patient_id, why)
			SELECT DISTINCT l.patient_id, %L FROM %s AS t
			  JOIN phm.patient_link AS l ON l.source = %L AND l.source_patient_id = t.%I WHERE %s',
			s.relation, s.relation, s.source, s.person_column, condition) USING value;
	ELSE
		EXECUTE format('INSERT INTO phm.stale (patient_id, why)
			SELECT DISTINCT t.%I::bigint, %L FROM %s AS t WHERE t.%I IS NOT NULL AND %s',
			s.person_column, s.relation, s.relation, s.person_column, condition) USING value;
	END IF;
	GET DIAGNOSTICS marked = ROW_COUNT;
	RETURN marked;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_source_persons(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_source_persons(text, text, text) IS
'Internal: marks the persons of those rows of a chart source that satisfy an SQL condition about t and $1, and links persons that are new. Returns how many were marked.';

CREATE FUNCTION phm.mark_changed_sources() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s record;
	top text;
	top_ties bigint;
	same_ties bigint;
	mark_type text;
	marked bigint := 0;
BEGIN
	FOR s IN
		SELECT c.relation, c.watermark_column AS column_name, st.relation IS NOT NULL AS seen, st.watermark, st.ties
		  FROM phm.chart_source AS c LEFT JOIN phm.chart_source_state AS st ON st.relation = c.relation
		 WHERE c.enabled ORDER BY c.relation FOR UPDATE OF c
	LOOP
		CONTINUE WHEN s.seen AND s.column_name IS NULL;
		top := NULL;
		top_ties := 0;
		IF s.column_name IS NOT NULL THEN
			SELECT format_type(a.atttypid, a.atttypmod) INTO mark_type
			  FROM pg_attribute AS a
			 WHERE a.attrelid = s.relation::regclass AND a.attname = s.column_name AND NOT a.attisdropped;
			EXECUTE format('SELECT max(t.%I)::text FROM %s AS t', s.column_name, s.relation) INTO top;
			EXECUTE format('SELECT count(*) FROM %s AS t WHERE t.%I = $1::%s', s.relation, s.column_name, mark_type)
			   INTO top_ties USING top;
		END IF;
		IF s.watermark IS NULL THEN
			IF NOT s.seen OR top IS NOT NULL THEN
				marked := marked + phm.mark_source_persons(s.relation, 'true', NULL);
			END IF;
		ELSIF (top, top_ties) IS DISTINCT FROM (s.watermark, s.ties) THEN
			EXECUTE format('SELECT count(*) FROM %s AS t WHERE t.%I = $1::%s', s.relation, s.column_name, mark_type)
			   INTO same_ties USING s.watermark;
			marked := marked + phm.mark_source_persons(s.relation,
				format('t.%I %s $1::%s', s.column_name, CASE WHEN same_ties = s.ties THEN '>' ELSE '>=' END, mark_type),
				s.watermark);
		END IF;
		INSERT INTO phm.chart_source_state AS st (relation, watermark, ties) VALUES (s.relation, top, top_ties)
		ON CONFLICT ON CONSTRAINT chart_source_state_pkey DO UPDATE
		   SET watermark = EXCLUDED.watermark, ties = EXCLUDED.ties, looked_at = now();
	END LOOP;
	RETURN marked;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_changed_sources() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_changed_sources() IS
'Marks the persons whose rows in chart sources changed since the last call, by the watermark columns, and links persons that are new; a source is marked whole the first time. Returns how many marks were made. Rows that were deleted, or committed late with a watermark below one already seen, are not noticed: tell phm.mark.';

CREATE FUNCTION phm.unregister_chart_source(relation text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	named text;
BEGIN
	SELECT c.relation INTO named FROM phm.chart_source AS c
	 WHERE c.relation = unregister_chart_source.relation
	    OR to_regclass(c.relation) = to_regclass(unregister_chart_source.relation);
	IF named IS NULL THEN
		RETURN false;
	END IF;
	IF to_regclass(named) IS NOT NULL THEN
		PERFORM phm.mark_source_persons(named, 'true', NULL);
	END IF;
	DELETE FROM phm.chart_source AS c WHERE c.relation = named;
	RETURN true;
END
$$;
REVOKE ALL ON FUNCTION phm.unregister_chart_source(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.unregister_chart_source(text) IS
'Builds charts no longer from a relation (schema.name; it may have been dropped), and marks the persons it had; false when it was not registered.';
