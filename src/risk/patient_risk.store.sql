-- The score that counts, of each person and model, with its place in the population.
CREATE VIEW phm.patient_risk AS
WITH session AS (
	SELECT phm.visible_labels() AS labels, phm.as_of() AS as_of OFFSET 0
), candidate AS (
	SELECT o.patient_id, o.model, 'override'::text AS source, o.score, o.from_day AS as_of, o.override_id AS latest, NULL::integer AS payment_year, 0 AS sensitivity
	  FROM session AS s CROSS JOIN phm.risk_override AS o
	 WHERE o.reversed_at IS NULL AND o.from_day <= s.as_of AND o.until >= s.as_of
	UNION ALL
	SELECT r.patient_id, r.model, 'phm', r.score, r.valid_from, r.payment_year, r.payment_year, r.sensitivity
	  FROM phm.risk_score AS r WHERE r.valid_to IS NULL
	UNION ALL
	SELECT e.patient_id, e.model, e.source, e.score, e.as_of, e.as_of - DATE '2000-01-01', NULL, e.sensitivity
	  FROM session AS s CROSS JOIN phm.external_risk_score AS e
	 WHERE e.as_of <= s.as_of AND coalesce(e.until >= s.as_of, true)
), chosen AS (
	SELECT DISTINCT ON (c.patient_id, c.model) c.*
	  FROM session AS s CROSS JOIN candidate AS c
	  LEFT JOIN phm.risk_precedence AS own ON own.model = c.model AND own.source = c.source
	  LEFT JOIN phm.risk_precedence AS every ON every.model = '*' AND every.source = c.source
	 WHERE phm.is_visible(c.sensitivity, s.labels)
	 ORDER BY c.patient_id, c.model, c.source <> 'override', coalesce(own.place, every.place), c.source <> 'phm', c.latest DESC, c.source COLLATE "C"
)
SELECT c.patient_id, c.model, c.source, c.payment_year, c.score, c.as_of, d.percentile, t.tier,
	b.score_6 AS score_6_months_ago, b.score_12 AS score_12_months_ago,
	c.score - b.score_6 AS change_6_months, c.score - b.score_12 AS change_12_months,
	CASE WHEN d.spread_6_months IS NULL AND d.spread_12_months IS NULL THEN NULL
		ELSE coalesce(c.score - b.score_6 > 1.96 * d.spread_6_months, false) OR coalesce(c.score - b.score_12 > 1.96 * d.spread_12_months, false) END AS rising,
	round(c.score * d.cost_per_point, 2) AS expected_cost
  FROM session AS s CROSS JOIN chosen AS c
  LEFT JOIN LATERAL (
	SELECT width_bucket(c.score, x.cutoffs) AS percentile, x.spread_6_months, x.spread_12_months, x.cost_per_point
	  FROM phm.risk_distribution AS x WHERE x.model = c.model AND x.taken_on <= s.as_of
	 ORDER BY x.taken_on DESC LIMIT 1) AS d ON true
  LEFT JOIN LATERAL (
	SELECT r.tier
	  FROM phm.risk_tier AS r
	 WHERE r.model = c.model AND r.at_least <= CASE r.basis WHEN 'score' THEN c.score ELSE d.percentile END
	   AND r.contract = coalesce((
			SELECT max(a.contract) FROM phm.attribution AS a
			 WHERE a.patient_id = c.patient_id AND a.valid_to IS NULL
			   AND EXISTS (SELECT FROM phm.risk_tier AS k WHERE k.model = c.model AND k.contract = a.contract)), '')
	 ORDER BY r.basis = 'score' DESC, r.at_least DESC LIMIT 1) AS t ON true
  LEFT JOIN LATERAL (
	SELECT max(h.score) FILTER (WHERE h.valid_from <= (s.as_of - interval '6 months')::date
				AND coalesce(h.valid_to > (s.as_of - interval '6 months')::date, true)) AS score_6,
		max(h.score) FILTER (WHERE h.valid_from <= (s.as_of - interval '12 months')::date
				AND coalesce(h.valid_to > (s.as_of - interval '12 months')::date, true)) AS score_12
	  FROM phm.risk_score AS h
	 WHERE h.patient_id = c.patient_id AND h.model = c.model AND phm.is_visible(h.sensitivity, s.labels)) AS b ON true;
REVOKE ALL ON phm.patient_risk FROM PUBLIC;
COMMENT ON VIEW phm.patient_risk IS 'The risk score that counts, of each person and model, one row each: a clinician''s override, else the computed or external score that phm.risk_precedence prefers; with percentile, tier, change and expected cost. Scores with a sensitivity label that phm.visible_labels does not have are left out.';
COMMENT ON COLUMN phm.patient_risk.patient_id IS 'The person.';
COMMENT ON COLUMN phm.patient_risk.model IS 'The model.';
COMMENT ON COLUMN phm.patient_risk.source IS 'Whose score it is: override, phm, or a source of phm.external_risk_score.';
COMMENT ON COLUMN phm.patient_risk.payment_year IS 'Payment year of a computed score.';
COMMENT ON COLUMN phm.patient_risk.score IS 'The (raw) score.';
COMMENT ON COLUMN phm.patient_risk.as_of IS 'Since when it holds.';
COMMENT ON COLUMN phm.patient_risk.percentile IS 'Percent of persons with a score of the model below it, 0 to 99, when phm.rank_risk was called last.';
COMMENT ON COLUMN phm.patient_risk.tier IS 'Tier of phm.risk_tier.';
COMMENT ON COLUMN phm.patient_risk.score_6_months_ago IS 'Score that phm computed and that held six months before phm.as_of().';
COMMENT ON COLUMN phm.patient_risk.score_12_months_ago IS 'The same twelve months before.';
COMMENT ON COLUMN phm.patient_risk.change_6_months IS 'Score now less that of six months ago.';
COMMENT ON COLUMN phm.patient_risk.change_12_months IS 'Score now less that of twelve months ago.';
COMMENT ON COLUMN phm.patient_risk.rising IS 'Whether a rise over 6 or 12 months is greater than 1.96 standard deviations of everybody''s changes; NULL where that is not known.';
COMMENT ON COLUMN phm.patient_risk.expected_cost IS 'Score times phm.risk_distribution.cost_per_point: allowed amount a year that persons of this score cost on average.';
