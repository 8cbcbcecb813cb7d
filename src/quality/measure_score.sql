/*
 * measure_score.sql: counting who is in which populations, and scoring the counts.
 */
CREATE FUNCTION phm.tally_membership(bigint[], membership integer, error text, observations numeric[], sign integer) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'phm_tally_membership' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.tally_membership(bigint[], integer, text, numeric[], integer) IS
'Transition function of phm.tally_agg(integer, text, numeric[], integer).';

CREATE FUNCTION phm.tally_add(bigint[], bigint[]) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'phm_tally_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.tally_add(bigint[], bigint[]) IS
'The sum of two tallies; NULL counts as nothing. Errors: 2202E an array that is no tally.';

CREATE AGGREGATE phm.tally_agg(membership integer, error text, observations numeric[], sign integer) (
	SFUNC = phm.tally_membership, STYPE = bigint[], COMBINEFUNC = phm.tally_add, PARALLEL = SAFE);
COMMENT ON AGGREGATE phm.tally_agg(integer, text, numeric[], integer) IS
'Counts rows of phm.measure_membership, each sign times, as an array: 1 initial population, 2 that of the numerator, 3 denominator, 4 its exclusion, 5 its exception, 6 numerator, 7 its exclusion, 8 measure population, 9 its exclusion, 10 eligible (in the denominator or measure population and neither excluded nor an exception), 11 met (in the numerator and not excluded), 12 errors, 13 values of the first observation, 14 of the second.';

CREATE AGGREGATE phm.tally_agg(bigint[]) (
	SFUNC = phm.tally_add, STYPE = bigint[], COMBINEFUNC = phm.tally_add, PARALLEL = SAFE);
COMMENT ON AGGREGATE phm.tally_agg(bigint[]) IS 'The sum of tallies.';

CREATE FUNCTION phm.tally_measures() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	sign integer := TG_ARGV[0];
BEGIN
	INSERT INTO phm.measure_tally (group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id, counts, sum_1, sum_2)
	SELECT m.group_key, m.period_key, m.projected, m.stratifier, m.stratum,
		   coalesce(m.contract, ''), coalesce(m.practitioner_source, ''), coalesce(m.practitioner_id, ''),
		   phm.tally_agg(m.membership, m.error, m.observations, sign), sign * sum(m.observations[1]), sign * sum(m.observations[2])
	  FROM moved AS m
	 WHERE m.valid_to IS NULL
	 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.tally_measures() FROM PUBLIC;
COMMENT ON FUNCTION phm.tally_measures() IS
'Trigger: appends to phm.measure_tally what a statement added to, or (argument -1) took from, the current rows of phm.measure_membership.';

CREATE FUNCTION phm.forget_measure_tally() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM phm.measure_tally;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.forget_measure_tally() FROM PUBLIC;
COMMENT ON FUNCTION phm.forget_measure_tally() IS 'Trigger: empties phm.measure_tally with phm.measure_membership.';

CREATE FUNCTION phm.compact_measure_tally() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	fewer bigint;
BEGIN
	-- What is written is the sum of what was deleted, so that of two who do this at once each row is counted once.
	WITH gone AS (
		DELETE FROM phm.measure_tally AS d USING (
			SELECT t.tally_id, count(*) OVER (PARTITION BY t.group_key, t.period_key, t.projected, t.stratifier, t.stratum,
						t.contract, t.practitioner_source, t.practitioner_id) AS n
			  FROM phm.measure_tally AS t) AS r
		 WHERE d.tally_id = r.tally_id AND r.n > 1
		RETURNING d.*
	), kept AS (
		INSERT INTO phm.measure_tally (group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id, counts, sum_1, sum_2)
		SELECT g.group_key, g.period_key, g.projected, g.stratifier, g.stratum, g.contract, g.practitioner_source, g.practitioner_id,
			   phm.tally_agg(g.counts), sum(g.sum_1), sum(g.sum_2)
		  FROM gone AS g
		 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
		HAVING 0 <> ANY (phm.tally_agg(g.counts)) OR coalesce(sum(g.sum_1), 0) <> 0 OR coalesce(sum(g.sum_2), 0) <> 0
		RETURNING 1
	)
	SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept) INTO fewer;
	RETURN fewer;
END
$$;
REVOKE ALL ON FUNCTION phm.compact_measure_tally() FROM PUBLIC;
COMMENT ON FUNCTION phm.compact_measure_tally() IS
'Replaces the rows of phm.measure_tally by their sums and returns how many fewer there are. Writers go on meanwhile. CALL phm.evaluate_measures ends with it, and refreshes do it now and then.';

CREATE FUNCTION phm.compact_measure_tally_since(before bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Whoever passes a round number does it, so that it is done once for so many rows.
	IF (SELECT max(t.tally_id) FROM phm.measure_tally AS t) / 50000 > coalesce(before, 0) / 50000 THEN
		PERFORM phm.compact_measure_tally();
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.compact_measure_tally_since(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.compact_measure_tally_since(bigint) IS
'Internal: phm.compact_measure_tally, once for each 50,000 rows written since the row of a number.';

CREATE FUNCTION phm.last_event_day(chart phm.chart, upto date) RETURNS date
AS 'MODULE_PATHNAME', 'phm_last_event_day' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.last_event_day(phm.chart, date) IS
'The last day (UTC), not later than upto, on which an event of a chart begins; what was voided does not count. NULL when there is none.';

CREATE FUNCTION phm.data_through() RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN coalesce(phm.setting('data_through')::date, (SELECT max(e.last_event) FROM phm.measure_evaluation AS e));
END
$$;
COMMENT ON FUNCTION phm.data_through() IS
'The last day for which data have come in: the setting data_through where the site tells it, or the last day up to phm.as_of on which an event of any patient evaluated begins.';

CREATE FUNCTION phm.observed_value(
	method text, n bigint, sum numeric, median double precision DEFAULT NULL, lowest numeric DEFAULT NULL, highest numeric DEFAULT NULL)
RETURNS double precision
AS 'MODULE_PATHNAME', 'phm_observed_value' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.observed_value(text, bigint, numeric, double precision, numeric, numeric) IS
'Internal: what observations come to by an aggregate method (HL7 measure-aggregate-method); n: how many there are. NULL without any, but for count.';

CREATE FUNCTION phm.measure_score(
	scoring text, composite_scoring text, initial_population bigint, eligible bigint, met bigint, points numeric, scored bigint,
	is_observed boolean, below double precision, is_observed_above boolean, above double precision)
RETURNS double precision
AS 'MODULE_PATHNAME', 'phm_measure_score' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.measure_score(text, text, bigint, bigint, bigint, numeric, bigint, boolean, double precision, boolean, double precision) IS
'Internal: the score of counts. points, scored: sum and number of the scores that patients have in a composite; below, above: what the observations of the denominator (or measure population) and of the numerator come to, where the group has such.';

CREATE FUNCTION phm.wilson_bound(met bigint, eligible bigint, upper boolean) RETURNS double precision
AS 'MODULE_PATHNAME', 'phm_wilson_bound' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.wilson_bound(bigint, bigint, boolean) IS
'The lower or upper end of the 95 % interval of a proportion by Wilson''s score method without continuity correction; NULL where there are none. Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).';

CREATE FUNCTION phm.next_threshold(thresholds numeric[], score double precision, lower_is_better boolean) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN lower_is_better THEN (SELECT max(t) FROM unnest(thresholds) AS t WHERE t < score::numeric)
		ELSE (SELECT min(t) FROM unnest(thresholds) AS t WHERE t > score::numeric) END;
END;
COMMENT ON FUNCTION phm.next_threshold(numeric[], double precision, boolean) IS
'Internal: the nearest threshold on the better side of a score; NULL when there is none.';

CREATE FUNCTION phm.measure_tally_at(day date)
RETURNS TABLE (group_key integer, period_key integer, projected boolean, stratifier text, stratum text, contract text,
	practitioner_source text, practitioner_id text, counts bigint[], sum_1 numeric, sum_2 numeric)
LANGUAGE plpgsql STABLE ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT m.group_key, m.period_key, m.projected, m.stratifier, m.stratum,
		   coalesce(m.contract, ''), coalesce(m.practitioner_source, ''), coalesce(m.practitioner_id, ''),
		   phm.tally_agg(m.membership, m.error, m.observations, 1), sum(m.observations[1]), sum(m.observations[2])
	  FROM phm.measure_membership AS m
	 WHERE m.valid_from <= day AND (m.valid_to IS NULL OR m.valid_to > day)
	 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
END
$$;
REVOKE ALL ON FUNCTION phm.measure_tally_at(date) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_tally_at(date) IS
'Internal: what phm.measure_tally added up to on a day, counted from the history.';

CREATE FUNCTION phm.recount_measure_tally() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	written bigint;
BEGIN
	LOCK TABLE phm.measure_membership IN SHARE MODE;
	DELETE FROM phm.measure_tally;
	INSERT INTO phm.measure_tally (group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id, counts, sum_1, sum_2)
	SELECT t.* FROM phm.measure_tally_at('infinity') AS t;
	GET DIAGNOSTICS written = ROW_COUNT;
	RETURN written;
END
$$;
REVOKE ALL ON FUNCTION phm.recount_measure_tally() FROM PUBLIC;
COMMENT ON FUNCTION phm.recount_measure_tally() IS
'Counts phm.measure_tally anew and returns its number of rows: after changes of phm.measure_membership that no trigger sees, such as of single partitions, or with triggers disabled. Writers of results wait meanwhile.';

CREATE FUNCTION phm.measure_score(day date)
RETURNS TABLE (
	measure text, version text, period_start date, period_end date, group_id text, scoring text, improvement_notation text, stratifier text,
	stratum text, level text, unit_source text, unit_id text, unit_name text, initial_population bigint, numerator_initial_population bigint,
	denominator bigint, denominator_exclusion bigint, denominator_exception bigint, numerator bigint, numerator_exclusion bigint,
	measure_population bigint, measure_population_exclusion bigint, eligible bigint, met bigint, errors bigint, score double precision,
	score_low double precision, score_high double precision, small_cell boolean, projected_score double precision, next_threshold numeric,
	next_label text, needed bigint, measured_through date, data_through date, run_out_days integer)
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- The view says how counts become scores; here it counts another day.
	RETURN QUERY EXECUTE replace(replace(replace(pg_get_viewdef('phm.measure_score'::regclass),
			'phm.measure_tally t', 'phm.measure_tally_at($1) t'),
			'm.valid_to IS NULL', 'm.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1)'),
			'phm.as_of()', '$1')
		USING day;
END
$$;
COMMENT ON FUNCTION phm.measure_score(date) IS
'phm.measure_score as of a past day, with the same columns: what had been derived up to that day, counted from the history. Organisations and sites are those of roles that held that day. Slower than the view: it reads all results.';
