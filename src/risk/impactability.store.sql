-- How much of a patient's risk somebody can do something about.
CREATE TABLE phm.impact_weight (
	factor text PRIMARY KEY CHECK (factor IN ('avoidable ED visits', 'preventable admissions', 'readmissions', 'chronic conditions',
		'rising risk', 'open HCC gaps')),
	points numeric NOT NULL CHECK (points >= 0),
	at_most numeric NOT NULL CHECK (at_most >= 0),
	comment text
);
REVOKE ALL ON phm.impact_weight FROM PUBLIC;
COMMENT ON TABLE phm.impact_weight IS 'What phm.patient_impact counts: a judgement, not a published scale; change it to what your programmes can do. The greatest points sum to 100 as shipped.';
COMMENT ON COLUMN phm.impact_weight.factor IS 'What is counted.';
COMMENT ON COLUMN phm.impact_weight.points IS 'Points for each.';
COMMENT ON COLUMN phm.impact_weight.at_most IS 'The most that the factor gives.';
COMMENT ON COLUMN phm.impact_weight.comment IS 'What it means.';
INSERT INTO phm.impact_weight VALUES
	('avoidable ED visits', 10, 25, 'Shares of emergency visits of 12 months that earlier or other care could have avoided (NYU algorithm).'),
	('preventable admissions', 15, 30, 'Admissions of 12 months that a Prevention Quality Indicator counts.'),
	('readmissions', 10, 20, 'Unplanned readmissions within 30 days, in 12 months.'),
	('chronic conditions', 2, 10, 'Chronic conditions.'),
	('rising risk', 10, 10, 'A rise of the V28 score beyond what is usual.'),
	('open HCC gaps', 1, 5, 'Condition categories to be assessed and coded.');

CREATE VIEW phm.patient_impact AS
WITH session AS (
	SELECT phm.visible_labels() AS labels OFFSET 0
), factor AS (
	SELECT p.patient_id, f.factor, f.amount
	  FROM session AS s CROSS JOIN phm.risk_profile AS p
	 CROSS JOIN LATERAL (VALUES
		('avoidable ED visits', p.ed_avoidable), ('preventable admissions', p.preventable_admissions::numeric),
		('readmissions', p.readmissions::numeric), ('chronic conditions', cardinality(p.chronic_conditions)::numeric),
		('rising risk', (SELECT count(*) FROM phm.patient_risk AS r WHERE r.patient_id = p.patient_id AND r.model = 'V28' AND r.rising)::numeric),
		('open HCC gaps', (SELECT count(*) FROM phm.hcc_gap AS g WHERE g.patient_id = p.patient_id AND g.valid_to IS NULL AND g.status = 'open'
			AND phm.is_visible(g.sensitivity, s.labels))::numeric)) AS f(factor, amount)
	 WHERE p.valid_to IS NULL AND phm.is_visible(p.sensitivity, s.labels) AND f.amount > 0
)
SELECT f.patient_id, round(least(sum(least(f.amount * w.points, w.at_most)), 100), 1) AS impactability,
	string_agg(round(f.amount, 1) || ' ' || f.factor || ' (' || round(least(f.amount * w.points, w.at_most), 1) || ')', '; '
		ORDER BY least(f.amount * w.points, w.at_most) DESC, f.factor) AS reasons
  FROM factor AS f JOIN phm.impact_weight AS w ON w.factor = f.factor
 GROUP BY f.patient_id;
REVOKE ALL ON phm.patient_impact FROM PUBLIC;
COMMENT ON VIEW phm.patient_impact IS 'Impactability: how much of a patient''s risk somebody can do something about, 0 to 100, from the factors of phm.impact_weight. Patients with nothing to count have no row. As far as phm.visible_labels allows.';
COMMENT ON COLUMN phm.patient_impact.patient_id IS 'The person.';
COMMENT ON COLUMN phm.patient_impact.impactability IS 'Sum of the points, one decimal.';
COMMENT ON COLUMN phm.patient_impact.reasons IS 'Every factor with its amount and its points, the greatest first.';

CREATE VIEW phm.risk_ranking AS
SELECT r.patient_id, r.model, r.score, rank() OVER (PARTITION BY r.model ORDER BY r.score DESC) AS rank, r.percentile, r.tier,
	i.impactability, i.reasons
  FROM phm.patient_risk AS r LEFT JOIN phm.patient_impact AS i ON i.patient_id = r.patient_id;
REVOKE ALL ON phm.risk_ranking FROM PUBLIC;
COMMENT ON VIEW phm.risk_ranking IS 'Everybody by risk, the highest first, with what can be done about it: a list to read whole, as the rank of one is found by looking at all.';
COMMENT ON COLUMN phm.risk_ranking.patient_id IS 'The person.';
COMMENT ON COLUMN phm.risk_ranking.model IS 'The model.';
COMMENT ON COLUMN phm.risk_ranking.score IS 'The score that counts.';
COMMENT ON COLUMN phm.risk_ranking.rank IS 'Place among all who have a score of the model; equal scores share one.';
COMMENT ON COLUMN phm.risk_ranking.percentile IS 'As in phm.patient_risk.';
COMMENT ON COLUMN phm.risk_ranking.tier IS 'As in phm.patient_risk.';
COMMENT ON COLUMN phm.risk_ranking.impactability IS 'As in phm.patient_impact.';
COMMENT ON COLUMN phm.risk_ranking.reasons IS 'Why it can be changed.';
