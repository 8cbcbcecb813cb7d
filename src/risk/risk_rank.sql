/*
 * risk_rank.sql: takes the distribution of risk scores over the population.
 */
CREATE FUNCTION phm.risk_change_spread(model text, day date, months integer) RETURNS numeric
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	earlier date := (day - make_interval(months => months))::date;
BEGIN
	RETURN (
		SELECT CASE WHEN count(*) >= 30 THEN round(stddev_samp(n.score - o.score), 6) END
		  FROM phm.risk_score AS n
		  JOIN phm.risk_score AS o ON o.patient_id = n.patient_id AND o.model = n.model
		   AND o.valid_from <= earlier AND coalesce(o.valid_to > earlier, true)
		 WHERE n.model = risk_change_spread.model AND n.valid_from <= day AND coalesce(n.valid_to > day, true));
END
$$;
REVOKE ALL ON FUNCTION phm.risk_change_spread(text, date, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.risk_change_spread(text, date, integer) IS
'Standard deviation of the change of the scores of a model over so many months before a day; NULL where fewer than 30 persons have both scores.';

CREATE FUNCTION phm.allowed_amounts(from_day date, to_day date) RETURNS numeric
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT sum(coalesce(l.allowed, c.total_allowed))
		  FROM phm.claim AS c
		  LEFT JOIN LATERAL (
			SELECT sum(x.allowed) AS allowed FROM phm.claim_line AS x
			 WHERE x.patient_id = c.patient_id AND x.source = c.source AND x.id = c.id AND x.resource_type = c.resource_type
			   AND x.ordinal = c.ordinal AND x.deleted_at IS NULL AND coalesce(x.status, 'active') = 'active') AS l ON true
		 WHERE c.deleted_at IS NULL AND coalesce(c.status, 'active') = 'active' AND coalesce(c.use, 'claim') = 'claim'
		   AND coalesce(c.origin_status, '') NOT IN ('reversed', 'denied')
		   AND phm.local_date(coalesce(c.billable_end, c.billable_start, c.created)) BETWEEN from_day AND to_day);
END
$$;
REVOKE ALL ON FUNCTION phm.allowed_amounts(date, date) FROM PUBLIC;
COMMENT ON FUNCTION phm.allowed_amounts(date, date) IS
'What was allowed on the claims of everybody whose service ended in a span of days, both included: the lines'' amounts, else the claim''s. Denied, reversed and cancelled claims and lines are left out.';

CREATE PROCEDURE phm.rank_risk()
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	day date := phm.as_of();
	cost numeric := phm.allowed_amounts((day - interval '12 months')::date + 1, day);
BEGIN
	DELETE FROM phm.risk_distribution WHERE taken_on = day;
	INSERT INTO phm.risk_distribution (model, taken_on, patients, cutoffs, mean, spread_6_months, spread_12_months, cost_per_point)
	SELECT s.model, day, count(*)::integer,
		   percentile_disc(ARRAY(SELECT i / 100.0::double precision FROM generate_series(1, 99) AS i)) WITHIN GROUP (ORDER BY s.score),
		   round(avg(s.score), 6), phm.risk_change_spread(s.model, day, 6), phm.risk_change_spread(s.model, day, 12),
		   CASE WHEN sum(s.score) > 0 THEN round(cost / sum(s.score), 2) END
	  FROM phm.risk_score AS s WHERE s.valid_to IS NULL
	 GROUP BY s.model;
END
$$;
REVOKE ALL ON PROCEDURE phm.rank_risk() FROM PUBLIC;
COMMENT ON PROCEDURE phm.rank_risk() IS
'Takes the distribution of current risk scores for the day phm.as_of(): percentiles, spread of changes, cost per point (phm.risk_distribution). To be called after a refresh of everybody, by night say; a second call on one day replaces the first.';
