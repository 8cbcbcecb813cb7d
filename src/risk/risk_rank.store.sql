-- How the scores of a model are spread over the population: what percentiles and tiers are read from.
CREATE TABLE phm.risk_distribution (
	model text NOT NULL,
	taken_on date NOT NULL,
	patients integer NOT NULL,
	cutoffs numeric[] NOT NULL,
	mean numeric NOT NULL,
	spread_6_months numeric,
	spread_12_months numeric,
	cost_per_point numeric,
	made_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (model, taken_on)
);
REVOKE ALL ON phm.risk_distribution FROM PUBLIC;
COMMENT ON TABLE phm.risk_distribution IS 'The scores of each model over everybody on a day, as phm.rank_risk took them; percentiles are read from the last row that is not later than phm.as_of().';
COMMENT ON COLUMN phm.risk_distribution.model IS 'Model, as in phm.risk_score.';
COMMENT ON COLUMN phm.risk_distribution.taken_on IS 'Evaluation date of the scores.';
COMMENT ON COLUMN phm.risk_distribution.patients IS 'How many persons have a score.';
COMMENT ON COLUMN phm.risk_distribution.cutoffs IS 'The scores below which 1, 2 … 99 percent of the persons lie.';
COMMENT ON COLUMN phm.risk_distribution.mean IS 'Average score.';
COMMENT ON COLUMN phm.risk_distribution.spread_6_months IS 'Standard deviation of the change of scores over six months; NULL where fewer than 30 persons have both.';
COMMENT ON COLUMN phm.risk_distribution.spread_12_months IS 'The same over twelve months.';
COMMENT ON COLUMN phm.risk_distribution.cost_per_point IS 'Amount allowed on claims of the twelve months before, per point of score and year: what expected cost is scaled with. NULL without claims.';
COMMENT ON COLUMN phm.risk_distribution.made_at IS 'When it was taken.';

CREATE TABLE phm.risk_tier (
	model text NOT NULL,
	contract text NOT NULL DEFAULT '',
	tier text NOT NULL CHECK (tier <> ''),
	basis text NOT NULL CHECK (basis IN ('percentile', 'score')),
	at_least numeric NOT NULL,
	PRIMARY KEY (model, contract, tier),
	UNIQUE (model, contract, basis, at_least)
);
REVOKE ALL ON phm.risk_tier FROM PUBLIC;
COMMENT ON TABLE phm.risk_tier IS 'Tiers of risk: a person is in the tier with the greatest at_least that is reached. A contract with rows of its own for a model has only those.';
COMMENT ON COLUMN phm.risk_tier.model IS 'Model, as in phm.patient_risk.';
COMMENT ON COLUMN phm.risk_tier.contract IS 'Contract to which the person is attributed (phm.attribution); empty: everybody else.';
COMMENT ON COLUMN phm.risk_tier.tier IS 'Name of the tier.';
COMMENT ON COLUMN phm.risk_tier.basis IS 'What at_least is compared with: percentile (0 to 100) or score. One model and contract should have one basis; where both are reached, score counts.';
COMMENT ON COLUMN phm.risk_tier.at_least IS 'The least percentile or score of the tier.';
INSERT INTO phm.risk_tier (model, tier, basis, at_least) VALUES
	('V28', 'low', 'percentile', 0), ('V28', 'moderate', 'percentile', 60), ('V28', 'high', 'percentile', 85), ('V28', 'very high', 'percentile', 95);
