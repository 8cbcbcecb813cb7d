/*
 * measure_result.sql: evaluating measures, for one patient and for all.
 */
CREATE FUNCTION phm.run_measures(
	logic phm.logic, plan jsonb, chart phm.chart, period daterange, zone text DEFAULT 'UTC', as_of timestamptz DEFAULT NULL,
	profiles text DEFAULT 'auto', visible integer DEFAULT 0, everybody boolean DEFAULT false)
RETURNS TABLE (measure text, version text, group_id text, episode text, stratifier text, stratum text,
	membership integer, observations numeric[], error text)
AS 'MODULE_PATHNAME', 'phm_run_measures' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000 ROWS 10;
COMMENT ON FUNCTION phm.run_measures(phm.logic, jsonb, phm.chart, daterange, text, timestamptz, text, integer, boolean) IS
'Internal: evaluates the measures of a plan (phm.measure_plan) with the logic of their libraries over one chart; reads no table. membership: bits of the populations, see phm.in_population. everybody: also rows for who is in no initial population. Other arguments as phm.evaluate. What fails in a group is a row with error.';

CREATE FUNCTION phm.measure_plan_faults(logic phm.logic, plan jsonb) RETURNS TABLE (element text, message text)
AS 'MODULE_PATHNAME', 'phm_measure_plan_faults' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 1;
COMMENT ON FUNCTION phm.measure_plan_faults(phm.logic, jsonb) IS
'Internal: the expressions that a plan of measures names and the logic does not have. Errors: 22023 no plan.';

CREATE FUNCTION phm.measure_rows(
	patient_ids bigint[], period daterange, zone text, measures text[], profiles text, projected boolean)
RETURNS TABLE (patient_id bigint, is_projected boolean, group_key integer, episode text,
	stratifier text, stratum text, membership integer, observations numeric[], error text, sensitivity integer)
AS 'MODULE_PATHNAME', 'phm_measure_rows' LANGUAGE c STABLE PARALLEL SAFE COST 1000000 ROWS 10000
SET search_path = pg_catalog, pg_temp;
REVOKE ALL ON FUNCTION phm.measure_rows(bigint[], daterange, text, text[], text, boolean) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_rows(bigint[], daterange, text, text[], text, boolean) IS
'Internal: evaluates the measures of phm.measure_set (or some of them, each as name|version) over the charts of patients, each chart read once. Measures count what is labelled as sensitive, too; sensitivity: the labels of the chart where that changes a result of the patient.';

CREATE FUNCTION phm.in_population(membership integer, population text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT membership & CASE population WHEN 'initial-population' THEN 1 WHEN 'numerator-initial-population' THEN 2
		WHEN 'denominator' THEN 4 WHEN 'denominator-exclusion' THEN 8 WHEN 'denominator-exception' THEN 16
		WHEN 'numerator' THEN 32 WHEN 'numerator-exclusion' THEN 64 WHEN 'measure-population' THEN 128
		WHEN 'measure-population-exclusion' THEN 256 END <> 0;
END;
COMMENT ON FUNCTION phm.in_population(integer, text) IS
'Whether a membership, as phm.run_measures gives it, has a population: a code of HL7 measure-population, or numerator-initial-population (the initial population of the numerator, where a ratio has two). NULL for other codes.';

CREATE FUNCTION phm.evaluate_measure(
	name text, chart phm.chart, period daterange, zone text DEFAULT 'UTC', as_of timestamptz DEFAULT NULL,
	profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS TABLE (measure text, version text, group_id text, episode text, stratifier text, stratum text,
	initial_population boolean, numerator_initial_population boolean, denominator boolean, denominator_exclusion boolean,
	denominator_exception boolean, numerator boolean, numerator_exclusion boolean, measure_population boolean,
	measure_population_exclusion boolean, observations numeric[], error text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(name);
BEGIN
	RETURN QUERY
	SELECT r.measure, r.version, r.group_id, r.episode, r.stratifier, r.stratum, r.membership & 1 <> 0, r.membership & 2 <> 0,
		   r.membership & 4 <> 0, r.membership & 8 <> 0, r.membership & 16 <> 0, r.membership & 32 <> 0, r.membership & 64 <> 0,
		   r.membership & 128 <> 0, r.membership & 256 <> 0, r.observations, r.error
	  FROM phm.run_measures(phm.measure_logic(f.measure || '|' || f.version), phm.measure_plan(ARRAY[f.measure || '|' || f.version]),
			chart, period, zone, as_of, profiles, visible, true) AS r;
END
$$;
COMMENT ON FUNCTION phm.evaluate_measure(text, phm.chart, daterange, text, timestamptz, text, integer) IS
'One measure (named as for phm.find_measure) over one chart: a row for each group, or for each episode in it where the measure counts episodes, and one more for each of its strata. Populations are after the rules that hold between them: who is excluded from the denominator is not in the numerator of a proportion. observations: values of the group''s measure observations, in their order. error: what kept a group from being evaluated. period: the measurement period. Other arguments as phm.evaluate. Errors: 42704 the measure is not loaded, 22023 the period has no first or last day.';

CREATE FUNCTION phm.evaluate_measure(name text, patient_id bigint, period daterange, zone text DEFAULT 'UTC')
RETURNS TABLE (measure text, version text, group_id text, episode text, stratifier text, stratum text,
	initial_population boolean, numerator_initial_population boolean, denominator boolean, denominator_exclusion boolean,
	denominator_exception boolean, numerator boolean, numerator_exclusion boolean, measure_population boolean,
	measure_population_exclusion boolean, observations numeric[], error text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT e.* FROM phm.evaluate_measure(name, phm.one_chart(patient_id), period, zone) AS e;
END
$$;
COMMENT ON FUNCTION phm.evaluate_measure(text, bigint, daterange, text) IS
'One measure for one patient, as phm.evaluate_measure(text, phm.chart, ...), over the stored chart. Errors: those, and P0002 the patient has no chart.';

CREATE FUNCTION phm.forget_measure_sets() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM phm.rule_set AS r USING phm.measure_set AS s WHERE s.name = r.name;
	DELETE FROM phm.measure_set;
	IF EXISTS (SELECT FROM phm.measurement_period AS p WHERE p.active) THEN
		PERFORM phm.mark_cause('measure');
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.forget_measure_sets() FROM PUBLIC;
COMMENT ON FUNCTION phm.forget_measure_sets() IS 'Internal: the current measures are linked anew before they run next; where results are kept up to date, the next refresh evaluates everybody.';

CREATE FUNCTION phm.measure_logic_changed() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM phm.measure_set AS s WHERE s.name = NEW.name) AND EXISTS (SELECT FROM phm.measurement_period AS p WHERE p.active) THEN
		PERFORM phm.mark_cause('measure');
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.measure_logic_changed() FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_logic_changed() IS 'Trigger: when the logic of measures becomes another, the next refresh evaluates everybody.';

CREATE FUNCTION phm.link_measure_sets() RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	m record;
	s record;
	n integer := 0;
BEGIN
	IF EXISTS (SELECT FROM phm.measure_set) THEN
		RETURN 0;
	END IF;
	LOCK TABLE phm.measure_set IN SHARE ROW EXCLUSIVE MODE;
	IF EXISTS (SELECT FROM phm.measure_set) THEN
		RETURN 0;
	END IF;
	-- Measures go together as long as they mean the same version of every value set.
	FOR m IN SELECT k.measure, k.version, k.library, k.missing_value_sets, k.value_set_versions
			   FROM phm.measure_parts(NULL) AS p JOIN phm.measure AS k USING (measure, version)
			  WHERE k.library IS NOT NULL ORDER BY k.current DESC, k.measure COLLATE "C", k.version COLLATE "C" LOOP
		SELECT t.name INTO s FROM phm.measure_set AS t
		 WHERE t.missing_value_sets = m.missing_value_sets
		   AND NOT EXISTS (SELECT FROM jsonb_each_text(m.value_set_versions) AS v
							WHERE t.value_set_versions ? v.key AND t.value_set_versions ->> v.key <> v.value)
		   AND NOT EXISTS (SELECT FROM unnest(t.libraries) AS l
							WHERE split_part(l, '|', 1) = split_part(m.library, '|', 1) AND l <> m.library)
		 ORDER BY t.name COLLATE "C" LIMIT 1;
		IF s.name IS NULL THEN
			n := n + 1;
			INSERT INTO phm.measure_set (name, measures, libraries, missing_value_sets, value_set_versions)
			VALUES (format('measures %s', n), ARRAY[m.measure || '|' || m.version], ARRAY[m.library], m.missing_value_sets, m.value_set_versions);
		ELSE
			UPDATE phm.measure_set AS t SET measures = t.measures || (m.measure || '|' || m.version), libraries = t.libraries || m.library,
				value_set_versions = t.value_set_versions || m.value_set_versions WHERE t.name = s.name;
		END IF;
	END LOOP;
	FOR s IN SELECT t.name, t.libraries, t.missing_value_sets, t.value_set_versions, t.measures FROM phm.measure_set AS t ORDER BY t.name LOOP
		PERFORM phm.keep_logic(s.name, s.libraries, s.missing_value_sets, s.value_set_versions);
		UPDATE phm.measure_set AS t SET plan = phm.measure_plan(s.measures), made_at = clock_timestamp() WHERE t.name = s.name;
	END LOOP;
	RETURN n;
END
$$;
REVOKE ALL ON FUNCTION phm.link_measure_sets() FROM PUBLIC;
COMMENT ON FUNCTION phm.link_measure_sets() IS
'Internal: links the current measures, and other versions of which current composites are made, into as few logics as their versions of value sets allow, unless that is done; says how many it made.';

CREATE FUNCTION phm.measure_periods(day date)
RETURNS TABLE (period_key integer, period_start date, period_end date, upto date, is_projected boolean, zone text, measures text[], profiles text)
LANGUAGE plpgsql STABLE ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT p.period_key, p.period_start, p.period_end, CASE WHEN o.projected THEN p.period_end ELSE least(p.period_end, day) END,
		   o.projected, p.zone, p.measures, p.profiles
	  FROM phm.measurement_period AS p
	  JOIN (VALUES (false), (true)) AS o(projected) ON NOT o.projected OR day < p.period_end
	 WHERE p.active AND p.period_start <= day;
END
$$;
REVOKE ALL ON FUNCTION phm.measure_periods(date) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_periods(date) IS
'Internal: the evaluations that are due on a day: of each active period one up to that day, and where it has not ended one at its end.';

CREATE FUNCTION phm.derive_measure_result(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tallied bigint;
	changed bigint;
BEGIN
	IF NOT (EXISTS (SELECT FROM phm.measurement_period AS p WHERE p.active)
			OR EXISTS (SELECT FROM phm.measure_membership AS r WHERE r.patient_id = ANY (patient_ids) AND r.valid_to IS NULL)) THEN
		RETURN 0;
	END IF;
	PERFORM phm.link_measure_sets();
	INSERT INTO phm.measure_evaluation AS e (patient_id, evaluated_at, as_of, chart_built_at, logic_hash, last_event)
	SELECT c.patient_id, clock_timestamp(), phm.as_of(), c.built_at,
		   (SELECT coalesce(bit_xor(r.hash), 0) FROM phm.measure_set AS s JOIN phm.rule_set AS r USING (name)),
		   phm.last_event_day(c.chart, phm.as_of())
	  FROM phm.patient_chart AS c WHERE c.patient_id = ANY (patient_ids)
	ON CONFLICT ON CONSTRAINT measure_evaluation_pkey DO UPDATE
	   SET evaluated_at = excluded.evaluated_at, as_of = excluded.as_of, chart_built_at = excluded.chart_built_at, logic_hash = excluded.logic_hash,
		   last_event = excluded.last_event;
	SELECT max(t.tally_id) INTO tallied FROM phm.measure_tally AS t;
	changed := phm.apply_difference('phm.measure_membership',
		'{patient_id,period_key,projected,group_key,episode,stratifier,stratum,membership,observations,error,contract,practitioner_source,practitioner_id}', $query$
	WITH result AS MATERIALIZED (
		SELECT p.period_key, r.*
		  FROM phm.measure_periods($2) AS p
		 CROSS JOIN LATERAL phm.measure_rows($1, daterange(p.period_start, p.upto, '[]'), p.zone, phm.with_components(p.measures),
				p.profiles, p.is_projected) AS r
	), composite AS MATERIALIZED (
		SELECT k.* FROM (SELECT p.period_key, phm.composite_groups(p.measures) AS groups FROM phm.measure_periods($2) AS p WHERE NOT p.is_projected) AS k
		 WHERE k.groups <> '{}'
	), whole AS (
		SELECT r.patient_id, r.period_key, r.is_projected, r.group_key, r.episode, r.stratifier, r.stratum, r.membership, r.observations,
			   r.error, r.sensitivity
		  FROM result AS r
		UNION ALL
		SELECT r.patient_id, r.period_key, r.is_projected, c.group_key, '', '', '', c.membership, c.observations, c.error, c.sensitivity
		  FROM (SELECT r.patient_id, r.period_key, r.is_projected, array_agg(r.group_key) AS groups, array_agg(r.membership) AS memberships,
					   array_agg(coalesce(r.error, '')) AS errors, array_agg(r.sensitivity) AS labels
				  FROM result AS r WHERE r.stratifier = '' AND EXISTS (SELECT FROM composite)
				 GROUP BY r.patient_id, r.period_key, r.is_projected) AS r
		  JOIN composite AS k ON k.period_key = r.period_key
		 CROSS JOIN LATERAL phm.composite_rows(r.groups, r.memberships, r.errors, r.labels, k.groups) AS c
	)
	SELECT w.patient_id, w.period_key, w.is_projected AS projected, w.group_key, w.episode, w.stratifier, w.stratum,
		   w.membership, w.observations, w.error, a.contract, a.practitioner_source, a.practitioner_id, w.sensitivity
	  FROM whole AS w
	  JOIN phm.measure_group AS g ON g.group_key = w.group_key
	  JOIN phm.measure AS m ON (m.measure, m.version) = (g.measure, g.version) AND m.current	-- others are there for composites
	  LEFT JOIN phm.attribution AS a ON a.patient_id = w.patient_id AND a.patient_id = ANY ($1) AND a.contract = 'default' AND a.valid_to IS NULL$query$, patient_ids);
	PERFORM phm.compact_measure_tally_since(tallied);
	RETURN changed;
END
$$;
REVOKE ALL ON FUNCTION phm.derive_measure_result(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_measure_result(bigint[]) IS
'Derivation: brings phm.measure_result of these patients up to date for the active rows of phm.measurement_period and returns how many rows changed. Reads each chart once for all measures.';

CREATE PROCEDURE phm.evaluate_measures(period daterange, measures text[] DEFAULT NULL, zone text DEFAULT 'UTC', profiles text DEFAULT 'auto', batch_size integer DEFAULT NULL)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
	first date := lower(period);
	last date := upper(period) - 1;
	names text[];
	batch bigint[];
	after bigint := 0;
BEGIN
	IF period IS NULL OR isempty(period) OR first IS NULL OR last IS NULL THEN
		RAISE EXCEPTION 'the measurement period needs a first and a last day' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM phm.check_store_version();
	SELECT array_agg(DISTINCT (phm.find_measure(m)).measure) INTO names FROM unnest(measures) AS m;
	INSERT INTO phm.measurement_period AS p (period_start, period_end, zone, measures, profiles)
	VALUES (first, last, zone, names, profiles)
	ON CONFLICT ON CONSTRAINT measurement_period_pkey DO UPDATE
	   SET zone = excluded.zone, profiles = excluded.profiles, active = true, measures =
		CASE WHEN p.measures IS NULL OR excluded.measures IS NULL THEN NULL
			 ELSE ARRAY(SELECT DISTINCT u FROM unnest(p.measures || excluded.measures) AS u ORDER BY u) END;
	COMMIT;
	PERFORM phm.link_measure_sets();
	COMMIT;
	LOOP
		batch := phm.measure_batch(after, coalesce(batch_size, 1000));
		EXIT WHEN batch IS NULL;
		PERFORM phm.derive_measure_result(batch);
		IF EXISTS (SELECT FROM phm.derivation AS d WHERE d.name = 'care_gap' AND d.enabled) THEN
			PERFORM phm.derive_care_gap(batch);
		END IF;
		after := batch[cardinality(batch)];
		COMMIT;
	END LOOP;
	UPDATE phm.measurement_period AS p SET evaluated_at = clock_timestamp() WHERE (p.period_start, p.period_end) = (first, last);
	COMMIT;
	PERFORM phm.compact_measure_tally();
	COMMIT;
END
$$;
REVOKE ALL ON PROCEDURE phm.evaluate_measures(daterange, text[], text, text, integer) FROM PUBLIC;
COMMENT ON PROCEDURE phm.evaluate_measures(daterange, text[], text, text, integer) IS
'Evaluates the current measures (or those named) for everybody over a measurement period, in batches that are committed, and writes what changed into phm.measure_membership (shown by phm.measure_result) and phm.care_gap; the period stays in phm.measurement_period, so that refreshes keep its results up to date. Where the period has not ended on phm.as_of(), results up to that day are written, and projected ones of its end. zone, profiles: as phm.evaluate. batch_size: patients in one transaction, 1000 by default. Errors: 22023 the period has no first or last day, 42704 a measure is not loaded; an error on one patient is a row that says so.';

CREATE FUNCTION phm.measure_batch(after bigint, size integer) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT array_agg(l.patient_id ORDER BY l.patient_id) FROM (
		SELECT s.patient_id FROM phm.patient_state AS s
		 WHERE s.patient_id > after ORDER BY s.patient_id LIMIT size FOR UPDATE) AS l);
END
$$;
REVOKE ALL ON FUNCTION phm.measure_batch(bigint, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_batch(bigint, integer) IS
'Internal: locks the next patients, as whoever derives something of them has to, and returns them; NULL behind the last.';
