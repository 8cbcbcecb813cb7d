/*
 * comorbidity.sql: comorbidity indexes.  Reference tables hold weights, rules
 * and points of age; phm.comorbidity_index(name) compiles one with its
 * grouper into a value, and pure functions and aggregates score persons and
 * stays with it.
 */

CREATE TABLE phm.comorbidity_release (
	index text PRIMARY KEY CHECK (length(index) BETWEEN 1 AND 63),
	title text NOT NULL,
	grouper text NOT NULL,
	secondary_only boolean NOT NULL DEFAULT false,
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	note text,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.comorbidity_weight (
	index text NOT NULL,
	weights text NOT NULL CHECK (length(weights) BETWEEN 1 AND 63),
	condition text NOT NULL,
	weight numeric NOT NULL CHECK (weight BETWEEN -1000 AND 1000 AND scale(weight) <= 3),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (index, weights, condition)
);
CREATE TABLE phm.comorbidity_rule (
	index text NOT NULL,
	seq integer NOT NULL,
	effect text NOT NULL CHECK (effect IN ('poa', 'drop', 'set', 'hide')),
	condition text NOT NULL,
	when_present text[],
	unless_arisen text[],
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (index, seq)
);
CREATE TABLE phm.comorbidity_age (
	index text NOT NULL,
	age_from integer NOT NULL CHECK (age_from BETWEEN 0 AND 120),
	points integer NOT NULL CHECK (points BETWEEN 0 AND 1000),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (index, age_from)
);

-- @data phm.comorbidity_release(index, title, grouper, secondary_only::boolean, status, note) comorbidity_release.tsv
-- @data phm.comorbidity_weight(index, weights, condition, weight::numeric) comorbidity_weight.tsv
-- @data phm.comorbidity_rule(index, seq::integer, effect, condition, when_present::text[], unless_arisen::text[]) comorbidity_rule.tsv
-- @data phm.comorbidity_age(index, age_from::integer, points::integer) comorbidity_age.tsv

ALTER TABLE phm.comorbidity_release ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.comorbidity_weight ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.comorbidity_rule ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.comorbidity_age ALTER COLUMN built_in SET DEFAULT false;
REVOKE ALL ON phm.comorbidity_release, phm.comorbidity_weight, phm.comorbidity_rule, phm.comorbidity_age FROM PUBLIC;
GRANT SELECT ON phm.comorbidity_release, phm.comorbidity_weight, phm.comorbidity_rule, phm.comorbidity_age TO PUBLIC;
SELECT pg_extension_config_dump('phm.comorbidity_release', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.comorbidity_weight', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.comorbidity_rule', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.comorbidity_age', 'WHERE NOT built_in');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.comorbidity_release
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.comorbidity_release ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.comorbidity_weight
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.comorbidity_weight ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.comorbidity_rule
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.comorbidity_rule ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.comorbidity_age
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.comorbidity_age ENABLE ALWAYS TRIGGER note_change;

COMMENT ON TABLE phm.comorbidity_release IS
'Comorbidity indexes. An index of your own is a row here whose grouper names its conditions (categories) and codes, with rows in the other phm.comorbidity_* tables.';
COMMENT ON COLUMN phm.comorbidity_release.index IS 'Name, as phm.comorbidity_index takes it.';
COMMENT ON COLUMN phm.comorbidity_release.title IS 'Published title.';
COMMENT ON COLUMN phm.comorbidity_release.grouper IS 'Grouper whose categories are the conditions, at most 256.';
COMMENT ON COLUMN phm.comorbidity_release.secondary_only IS 'Does the principal diagnosis of a stay not count?';
COMMENT ON COLUMN phm.comorbidity_release.status IS 'How far the rows were checked: cross-checked between carriers, single source, unverified (refused unless asked for), own (loaded by the user).';
COMMENT ON COLUMN phm.comorbidity_release.note IS 'Weights carried, and use.';
COMMENT ON COLUMN phm.comorbidity_release.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.comorbidity_weight IS 'Weights of conditions; a condition without a row weighs 0. An index has at most eight sets of weights.';
COMMENT ON COLUMN phm.comorbidity_weight.index IS 'As in phm.comorbidity_release.';
COMMENT ON COLUMN phm.comorbidity_weight.weights IS 'Name of the set of weights, and of the score it gives.';
COMMENT ON COLUMN phm.comorbidity_weight.condition IS 'Category of the grouper.';
COMMENT ON COLUMN phm.comorbidity_weight.weight IS 'Weight, at most three decimals.';
COMMENT ON COLUMN phm.comorbidity_weight.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.comorbidity_rule IS 'Rules of an index, applied in order.';
COMMENT ON COLUMN phm.comorbidity_rule.index IS 'As in phm.comorbidity_release.';
COMMENT ON COLUMN phm.comorbidity_rule.seq IS 'Order of the rules drop and set.';
COMMENT ON COLUMN phm.comorbidity_rule.effect IS 'poa: a diagnosis of the condition counts only when reported as present on admission (Y, W) or exempt from reporting; drop: the condition goes when one of when_present is there; set: it comes when one of when_present is there, unless one of unless_arisen was reported as not present on admission (N, U); hide: only rules see it.';
COMMENT ON COLUMN phm.comorbidity_rule.condition IS 'Category of the grouper that the rule concerns.';
COMMENT ON COLUMN phm.comorbidity_rule.when_present IS 'Categories of which one must be there (drop, set).';
COMMENT ON COLUMN phm.comorbidity_rule.unless_arisen IS 'Categories of which none may have arisen in the stay (set).';
COMMENT ON COLUMN phm.comorbidity_rule.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.comorbidity_age IS 'Points of age that are added to the scores of an index.';
COMMENT ON COLUMN phm.comorbidity_age.index IS 'As in phm.comorbidity_release.';
COMMENT ON COLUMN phm.comorbidity_age.age_from IS 'First age in years of the band; it ends where the next begins.';
COMMENT ON COLUMN phm.comorbidity_age.points IS 'Points of the band.';
COMMENT ON COLUMN phm.comorbidity_age.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE TYPE phm.comorbidity_model;
CREATE FUNCTION phm.comorbidity_model_in(cstring) RETURNS phm.comorbidity_model
AS 'MODULE_PATHNAME', 'phm_comorbidity_model_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.comorbidity_model_out(phm.comorbidity_model) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_kept_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.comorbidity_model_recv(internal) RETURNS phm.comorbidity_model
AS 'MODULE_PATHNAME', 'phm_comorbidity_model_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.comorbidity_model_send(phm.comorbidity_model) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_kept_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE TYPE phm.comorbidity_model (
	INPUT = phm.comorbidity_model_in, OUTPUT = phm.comorbidity_model_out,
	RECEIVE = phm.comorbidity_model_recv, SEND = phm.comorbidity_model_send,
	ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE phm.comorbidity_model IS
'A comorbidity index: codes, conditions, rules, weights and points of age in one value, made by phm.comorbidity_index(name). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.comorbidity_model_in(cstring) IS 'Text input of phm.comorbidity_model: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.comorbidity_model_out(phm.comorbidity_model) IS 'Text output of phm.comorbidity_model; reads back exactly.';
COMMENT ON FUNCTION phm.comorbidity_model_recv(internal) IS 'Binary input of phm.comorbidity_model; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.comorbidity_model_send(phm.comorbidity_model) IS 'Binary output of phm.comorbidity_model, the same on every machine.';
CREATE TYPE phm.comorbidity_state;
CREATE FUNCTION phm.comorbidity_state_in(cstring) RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_state_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.comorbidity_state_out(phm.comorbidity_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_kept_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION phm.comorbidity_state_recv(internal) RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_state_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.comorbidity_state_send(phm.comorbidity_state) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_kept_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE TYPE phm.comorbidity_state (
	INPUT = phm.comorbidity_state_in, OUTPUT = phm.comorbidity_state_out,
	RECEIVE = phm.comorbidity_state_recv, SEND = phm.comorbidity_state_send,
	ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE phm.comorbidity_state IS
'A comorbidity score in the making: the diagnoses of one person or stay with their conditions, and the part of the index that scores them. Made by phm.comorbidity_state_agg, merged by phm.comorbidity_merge, scored by phm.comorbidity(state). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.comorbidity_state_in(cstring) IS 'Text input of phm.comorbidity_state: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.comorbidity_state_out(phm.comorbidity_state) IS 'Text output of phm.comorbidity_state; reads back exactly.';
COMMENT ON FUNCTION phm.comorbidity_state_recv(internal) IS 'Binary input of phm.comorbidity_state; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.comorbidity_state_send(phm.comorbidity_state) IS 'Binary output of phm.comorbidity_state, the same on every machine.';

CREATE TYPE phm.comorbidity_term AS (condition text, label text, weights numeric[], codes text[]);
COMMENT ON TYPE phm.comorbidity_term IS 'A condition that counts.';
COMMENT ON COLUMN phm.comorbidity_term.condition IS 'Short name of the condition.';
COMMENT ON COLUMN phm.comorbidity_term.label IS 'Published name; null where there is none.';
COMMENT ON COLUMN phm.comorbidity_term.weights IS 'Its weight in each score, in the order of the scores.';
COMMENT ON COLUMN phm.comorbidity_term.codes IS 'The diagnoses behind it, each once, without dots; empty for one that a rule set.';
CREATE TYPE phm.comorbidity_score AS (weights text, score numeric, with_age numeric);
COMMENT ON TYPE phm.comorbidity_score IS 'One score of a comorbidity index.';
COMMENT ON COLUMN phm.comorbidity_score.weights IS 'Set of weights.';
COMMENT ON COLUMN phm.comorbidity_score.score IS 'Sum of the weights of the conditions.';
COMMENT ON COLUMN phm.comorbidity_score.with_age IS 'Score and points of age; null where no age is given.';
CREATE TYPE phm.comorbidity_result AS (conditions text[], count integer, scores phm.comorbidity_score[],
	age_points integer, terms phm.comorbidity_term[], undetermined text[], ungrouped text[]);
COMMENT ON TYPE phm.comorbidity_result IS 'The scores of a comorbidity index and everything they are made of.';
COMMENT ON COLUMN phm.comorbidity_result.conditions IS 'Conditions that count, in the order of the index.';
COMMENT ON COLUMN phm.comorbidity_result.count IS 'How many.';
COMMENT ON COLUMN phm.comorbidity_result.scores IS 'One score a set of weights.';
COMMENT ON COLUMN phm.comorbidity_result.age_points IS 'Points of age; null where no age is given.';
COMMENT ON COLUMN phm.comorbidity_result.terms IS 'The conditions with their weights and diagnoses.';
COMMENT ON COLUMN phm.comorbidity_result.undetermined IS 'Conditions that might count: whether they were present on admission is not given.';
COMMENT ON COLUMN phm.comorbidity_result.ungrouped IS 'Diagnoses in no condition of the index, each once, as read; ? for what cannot be a code.';
CREATE TYPE phm.charlson_result AS (conditions text[], count integer, original numeric, quan2011 numeric,
	age_points integer, original_with_age numeric, quan2011_with_age numeric, terms phm.comorbidity_term[], ungrouped text[]);
COMMENT ON TYPE phm.charlson_result IS 'Charlson comorbidity index.';
COMMENT ON COLUMN phm.charlson_result.conditions IS 'Conditions that count, in the order of the index.';
COMMENT ON COLUMN phm.charlson_result.count IS 'How many.';
COMMENT ON COLUMN phm.charlson_result.original IS 'Sum of the weights of 1987.';
COMMENT ON COLUMN phm.charlson_result.quan2011 IS 'Sum of the weights of Quan et al. 2011.';
COMMENT ON COLUMN phm.charlson_result.age_points IS 'Points of age; null where no age is given.';
COMMENT ON COLUMN phm.charlson_result.original_with_age IS 'original and age_points; null where no age is given.';
COMMENT ON COLUMN phm.charlson_result.quan2011_with_age IS 'quan2011 and age_points; null where no age is given.';
COMMENT ON COLUMN phm.charlson_result.terms IS 'The conditions with their weights (original, quan2011) and diagnoses.';
COMMENT ON COLUMN phm.charlson_result.ungrouped IS 'Diagnoses in no condition, each once, as read; ? for what cannot be a code.';
CREATE TYPE phm.elixhauser_result AS (conditions text[], count integer, vanwalraven numeric, swiss numeric,
	terms phm.comorbidity_term[], ungrouped text[]);
COMMENT ON TYPE phm.elixhauser_result IS 'Elixhauser comorbidities.';
COMMENT ON COLUMN phm.elixhauser_result.conditions IS 'Conditions that count, in the order of the index.';
COMMENT ON COLUMN phm.elixhauser_result.count IS 'How many.';
COMMENT ON COLUMN phm.elixhauser_result.vanwalraven IS 'Sum of the weights of van Walraven et al. 2009.';
COMMENT ON COLUMN phm.elixhauser_result.swiss IS 'Sum of the weights of Sharma et al. 2021.';
COMMENT ON COLUMN phm.elixhauser_result.terms IS 'The conditions with their weights (swiss, vanwalraven) and diagnoses.';
COMMENT ON COLUMN phm.elixhauser_result.ungrouped IS 'Diagnoses in no condition, each once, as read; ? for what cannot be a code.';
CREATE TYPE phm.ahrq_cmr_result AS (conditions text[], count integer, readmission numeric, mortality numeric,
	terms phm.comorbidity_term[], undetermined text[], ungrouped text[]);
COMMENT ON TYPE phm.ahrq_cmr_result IS 'AHRQ Elixhauser Comorbidity Software Refined.';
COMMENT ON COLUMN phm.ahrq_cmr_result.conditions IS 'Comorbidity measures that are set, in the order of the index.';
COMMENT ON COLUMN phm.ahrq_cmr_result.count IS 'How many.';
COMMENT ON COLUMN phm.ahrq_cmr_result.readmission IS 'Index of readmission within 30 days.';
COMMENT ON COLUMN phm.ahrq_cmr_result.mortality IS 'Index of mortality in hospital.';
COMMENT ON COLUMN phm.ahrq_cmr_result.terms IS 'The measures with their weights (mortality, readmission) and diagnoses.';
COMMENT ON COLUMN phm.ahrq_cmr_result.undetermined IS 'Measures that might be set: whether they were present on admission is not given. AHRQ''s program sets these to missing.';
COMMENT ON COLUMN phm.ahrq_cmr_result.ungrouped IS 'Diagnoses in no measure, each once, as read; ? for what cannot be a code.';
CREATE TYPE phm.hfrs_result AS (conditions text[], count integer, score numeric, terms phm.comorbidity_term[], ungrouped text[]);
COMMENT ON TYPE phm.hfrs_result IS 'Hospital Frailty Risk Score.';
COMMENT ON COLUMN phm.hfrs_result.conditions IS 'Groups (three characters of ICD-10) that count.';
COMMENT ON COLUMN phm.hfrs_result.count IS 'How many.';
COMMENT ON COLUMN phm.hfrs_result.score IS 'Sum of their points; phm.hfrs_risk names the level.';
COMMENT ON COLUMN phm.hfrs_result.terms IS 'The groups with their points and diagnoses.';
COMMENT ON COLUMN phm.hfrs_result.ungrouped IS 'Diagnoses in no group, each once, as read; ? for what cannot be a code.';

CREATE FUNCTION phm.comorbidity_index(name text, code_system text DEFAULT 'ICD10CM', fiscal_year integer DEFAULT 0,
	unverified boolean DEFAULT false) RETURNS phm.comorbidity_model
AS 'MODULE_PATHNAME', 'phm_comorbidity_index' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.comorbidity_index(text, text, integer, boolean) IS
'The comorbidity index of a name (phm.comorbidity_release lists them: charlson, elixhauser, ahrq_cmr, hfrs), compiled from the phm.comorbidity_* and phm.grouper_* tables once per query. code_system: ICD10CM, or ICD9CM for charlson and elixhauser. fiscal_year: whose list of diagnoses exempt from present-on-admission reporting holds (ahrq_cmr); 0 or a year outside the list: the latest. unverified: accept an index marked unverified. Errors: 22023 for an unknown or unverified index, a code system without codes, and rows that cannot be compiled.';
CREATE FUNCTION phm.comorbidity(index phm.comorbidity_model, diagnoses text[], age integer DEFAULT NULL,
	poa text[] DEFAULT NULL, principal text DEFAULT NULL) RETURNS phm.comorbidity_result
AS 'MODULE_PATHNAME', 'phm_comorbidity' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.comorbidity(phm.comorbidity_model, text[], integer, text[], text) IS
'Scores a person or a stay with any comorbidity index. diagnoses: codes with or without dots, in either case, in any order; repeated, null and ungrouped codes do no harm, a null array is no diagnoses. age: in years, 0 to 120; null: not known. poa: present-on-admission letters of the diagnoses, as many (Y, W present; N, U not; 1, E, blank or null: not reported); null: not known. principal: the principal diagnosis, one more, which counts unless the index is of secondary diagnoses. Null for a null index. Errors: 22023 for values out of range and a poa of another length.';

CREATE FUNCTION phm.charlson(index phm.comorbidity_model, diagnoses text[], age integer DEFAULT NULL) RETURNS phm.charlson_result
AS 'MODULE_PATHNAME', 'phm_comorbidity' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.charlson(phm.comorbidity_model, text[], integer) IS
'The Charlson comorbidity index of a person, with phm.comorbidity_index(''charlson''); arguments, nulls and errors as in phm.comorbidity. Source: Charlson et al. 1987, 1994; Quan et al. 2005, 2011.';
CREATE FUNCTION phm.charlson(diagnoses text[], age integer DEFAULT NULL) RETURNS phm.charlson_result
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.charlson(phm.comorbidity_index('charlson'), diagnoses, age);
END;
COMMENT ON FUNCTION phm.charlson(text[], integer) IS
'The same with the index read from its tables.';
CREATE FUNCTION phm.elixhauser(index phm.comorbidity_model, diagnoses text[]) RETURNS phm.elixhauser_result
AS 'MODULE_PATHNAME', 'phm_comorbidity' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.elixhauser(phm.comorbidity_model, text[]) IS
'The Elixhauser comorbidities of a person, with phm.comorbidity_index(''elixhauser''); arguments, nulls and errors as in phm.comorbidity. Source: Elixhauser et al. 1998; Quan et al. 2005; van Walraven et al. 2009; Sharma et al. 2021.';
CREATE FUNCTION phm.elixhauser(diagnoses text[]) RETURNS phm.elixhauser_result
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.elixhauser(phm.comorbidity_index('elixhauser'), diagnoses);
END;
COMMENT ON FUNCTION phm.elixhauser(text[]) IS
'The same with the index read from its tables.';
CREATE FUNCTION phm.ahrq_cmr(index phm.comorbidity_model, principal text, secondary text[], poa text[]) RETURNS phm.ahrq_cmr_result
AS 'MODULE_PATHNAME', 'phm_ahrq_cmr' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.ahrq_cmr(phm.comorbidity_model, text, text[], text[]) IS
'The comorbidity measures and indexes of a hospital stay, with phm.comorbidity_index(''ahrq_cmr''). principal: principal diagnosis, which does not count and may be null. secondary: the other diagnoses. poa: their present-on-admission letters, as many (Y, W present; N, U not; 1, E, blank or null: not reported, counted as not present unless the diagnosis is exempt); null: not known, and measures that need it are listed as undetermined. Errors: 22023 for a poa of another length. Source: AHRQ Elixhauser Comorbidity Software Refined v2026.1.';
CREATE FUNCTION phm.ahrq_cmr(principal text, secondary text[], poa text[] DEFAULT NULL) RETURNS phm.ahrq_cmr_result
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.ahrq_cmr(phm.comorbidity_index('ahrq_cmr'), principal, secondary, poa);
END;
COMMENT ON FUNCTION phm.ahrq_cmr(text, text[], text[]) IS
'The same with the index of the latest fiscal year read from its tables.';
CREATE FUNCTION phm.hfrs(index phm.comorbidity_model, diagnoses text[]) RETURNS phm.hfrs_result
AS 'MODULE_PATHNAME', 'phm_comorbidity' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hfrs(phm.comorbidity_model, text[]) IS
'The Hospital Frailty Risk Score of a person, with phm.comorbidity_index(''hfrs''), from the diagnoses of two years; arguments, nulls and errors as in phm.comorbidity. Published for ages 75 and over. Source: Gilbert et al. 2018 (Lancet 391:1775).';
CREATE FUNCTION phm.hfrs(diagnoses text[]) RETURNS phm.hfrs_result
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.hfrs(phm.comorbidity_index('hfrs'), diagnoses);
END;
COMMENT ON FUNCTION phm.hfrs(text[]) IS
'The same with the index read from its tables.';
CREATE FUNCTION phm.hfrs_risk(score numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN score < 5 THEN 'low' WHEN score <= 15 THEN 'intermediate' ELSE 'high' END;
END;
COMMENT ON FUNCTION phm.hfrs_risk(numeric) IS
'The level of a Hospital Frailty Risk Score: low below 5, intermediate from 5 to 15, high above. Source: Gilbert et al. 2018.';

CREATE FUNCTION phm.comorbidity_add(state phm.comorbidity_state, index phm.comorbidity_model, dx text, age integer,
	poa text, principal boolean) RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.comorbidity_add(phm.comorbidity_state, phm.comorbidity_model, text, integer, text, boolean) IS
'Adds a diagnosis to a state, which may be null; a null diagnosis only makes the person known, a null index adds nothing. poa: present-on-admission letter; null: not known. principal: is it the principal diagnosis? Errors: 22023 when the state belongs to another index or age, and for an age out of range.';
CREATE FUNCTION phm.comorbidity_add(state phm.comorbidity_state, index phm.comorbidity_model, dx text, age integer) RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.comorbidity_add(phm.comorbidity_state, phm.comorbidity_model, text, integer) IS
'The same without present-on-admission letter.';
CREATE FUNCTION phm.comorbidity_add(state phm.comorbidity_state, index phm.comorbidity_model, dx text) RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.comorbidity_add(phm.comorbidity_state, phm.comorbidity_model, text) IS
'The same without age.';
CREATE FUNCTION phm.comorbidity_add(state phm.comorbidity_state, index phm.comorbidity_model, dx text, poa text, principal boolean)
RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_add_stay' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.comorbidity_add(phm.comorbidity_state, phm.comorbidity_model, text, text, boolean) IS
'The same for the diagnoses of a stay, where a null poa is not reported.';
CREATE FUNCTION phm.comorbidity_merge(a phm.comorbidity_state, b phm.comorbidity_state) RETURNS phm.comorbidity_state
AS 'MODULE_PATHNAME', 'phm_comorbidity_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.comorbidity_merge(phm.comorbidity_state, phm.comorbidity_state) IS
'Joins two states of one person and index; either may be null. Errors: 22023 when they belong to different indexes or ages.';
CREATE FUNCTION phm.comorbidity(state phm.comorbidity_state) RETURNS phm.comorbidity_result
AS 'MODULE_PATHNAME', 'phm_comorbidity_state' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.comorbidity(phm.comorbidity_state) IS
'The scores of a state made by phm.comorbidity_state_agg or phm.comorbidity_merge.';
CREATE FUNCTION phm.charlson_of(state phm.comorbidity_state) RETURNS phm.charlson_result
AS 'MODULE_PATHNAME', 'phm_comorbidity_state' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.charlson_of(phm.comorbidity_state) IS
'The Charlson comorbidity index of a state.';
CREATE FUNCTION phm.elixhauser_of(state phm.comorbidity_state) RETURNS phm.elixhauser_result
AS 'MODULE_PATHNAME', 'phm_comorbidity_state' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.elixhauser_of(phm.comorbidity_state) IS
'The Elixhauser comorbidities of a state.';
CREATE FUNCTION phm.ahrq_cmr_of(state phm.comorbidity_state) RETURNS phm.ahrq_cmr_result
AS 'MODULE_PATHNAME', 'phm_comorbidity_state' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.ahrq_cmr_of(phm.comorbidity_state) IS
'The refined Elixhauser measures of a state.';
CREATE FUNCTION phm.hfrs_of(state phm.comorbidity_state) RETURNS phm.hfrs_result
AS 'MODULE_PATHNAME', 'phm_comorbidity_state' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hfrs_of(phm.comorbidity_state) IS
'The Hospital Frailty Risk Score of a state.';

CREATE AGGREGATE phm.comorbidity_state_agg(index phm.comorbidity_model, dx text, age integer, poa text, principal boolean) (
	SFUNC = phm.comorbidity_add, STYPE = phm.comorbidity_state, SSPACE = 4096,
	COMBINEFUNC = phm.comorbidity_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.comorbidity_state_agg(phm.comorbidity_model, text, integer, text, boolean) IS
'Gathers the diagnoses of a person or stay from rows, one row a diagnosis, and keeps the state, to be stored, merged with later rows and scored.';
CREATE AGGREGATE phm.comorbidity_merge(state phm.comorbidity_state) (
	SFUNC = phm.comorbidity_merge, STYPE = phm.comorbidity_state, SSPACE = 4096,
	COMBINEFUNC = phm.comorbidity_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.comorbidity_merge(phm.comorbidity_state) IS
'Merges states of one person and index. Errors: 22023 when they differ in index or age.';
CREATE AGGREGATE phm.charlson(index phm.comorbidity_model, dx text, age integer) (
	SFUNC = phm.comorbidity_add, STYPE = phm.comorbidity_state, SSPACE = 4096,
	COMBINEFUNC = phm.comorbidity_merge, FINALFUNC = phm.charlson_of, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.charlson(phm.comorbidity_model, text, integer) IS
'The Charlson comorbidity index of persons from diagnosis rows, grouped by person; age is that of the group. A person without diagnoses is scored from one row with a null diagnosis. Errors: 22023 when the rows of a group differ in age or index.';
CREATE AGGREGATE phm.elixhauser(index phm.comorbidity_model, dx text) (
	SFUNC = phm.comorbidity_add, STYPE = phm.comorbidity_state, SSPACE = 4096,
	COMBINEFUNC = phm.comorbidity_merge, FINALFUNC = phm.elixhauser_of, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.elixhauser(phm.comorbidity_model, text) IS
'The Elixhauser comorbidities of persons from diagnosis rows, grouped by person.';
CREATE AGGREGATE phm.ahrq_cmr(index phm.comorbidity_model, dx text, poa text, principal boolean) (
	SFUNC = phm.comorbidity_add, STYPE = phm.comorbidity_state, SSPACE = 4096,
	COMBINEFUNC = phm.comorbidity_merge, FINALFUNC = phm.ahrq_cmr_of, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.ahrq_cmr(phm.comorbidity_model, text, text, boolean) IS
'The refined Elixhauser measures of stays from diagnosis rows, grouped by stay. poa: present-on-admission letter of the diagnosis; null: not reported. principal: is it the principal diagnosis, which does not count?';
CREATE AGGREGATE phm.hfrs(index phm.comorbidity_model, dx text) (
	SFUNC = phm.comorbidity_add, STYPE = phm.comorbidity_state, SSPACE = 4096,
	COMBINEFUNC = phm.comorbidity_merge, FINALFUNC = phm.hfrs_of, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.hfrs(phm.comorbidity_model, text) IS
'The Hospital Frailty Risk Score of persons from diagnosis rows, grouped by person.';

CREATE FUNCTION phm.explain_comorbidity(index phm.comorbidity_model, diagnoses text[], age integer DEFAULT NULL,
	poa text[] DEFAULT NULL, principal text DEFAULT NULL,
	OUT condition text, OUT label text, OUT weights text, OUT weight numeric, OUT codes text[])
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
SELECT x.condition, x.label, x.weights, x.weight, x.codes
  FROM (SELECT phm.comorbidity(index, diagnoses, age, poa, principal) AS r OFFSET 0) AS s
 CROSS JOIN LATERAL (
	SELECT 1 AS part, n, k, (t).condition, (t).label, ((s.r).scores)[k].weights, (t).weights[k] AS weight, (t).codes
	  FROM unnest((s.r).terms) WITH ORDINALITY AS u(condition, label, weights, codes, n)
	 CROSS JOIN LATERAL (SELECT ROW(u.condition, u.label, u.weights, u.codes)::phm.comorbidity_term AS t) AS v
	 CROSS JOIN LATERAL generate_subscripts((s.r).scores, 1) AS k
	UNION ALL
	SELECT 2, 0, k, 'age', 'points of age', ((s.r).scores)[k].weights, (s.r).age_points, NULL
	  FROM generate_subscripts((s.r).scores, 1) AS k WHERE (s.r).age_points IS NOT NULL
	UNION ALL
	SELECT 3, 0, k, 'score', 'sum', ((s.r).scores)[k].weights,
		coalesce(((s.r).scores)[k].with_age, ((s.r).scores)[k].score), NULL
	  FROM generate_subscripts((s.r).scores, 1) AS k
	UNION ALL
	SELECT 4, 0, 0, NULL, 'in no condition', NULL, NULL, (s.r).ungrouped WHERE cardinality((s.r).ungrouped) > 0) AS x
 ORDER BY x.k, x.part, x.n;
END;
COMMENT ON FUNCTION phm.explain_comorbidity(phm.comorbidity_model, text[], integer, text[], text) IS
'A score term by term, so that it can be recomputed by hand: for each set of weights every condition with its weight and diagnoses, the points of age and the sum; first the diagnoses in no condition. Arguments and errors as in phm.comorbidity.';
