/*
 * chronic.sql: chronic conditions by claims, as the Chronic Conditions Data
 * Warehouse defines them.  Reference tables hold look-back years and claim
 * rules; phm.chronic_definition(name) compiles them with their grouper into a
 * value, and pure functions and aggregates find the conditions of persons.
 */

CREATE TABLE phm.chronic_release (
	definition text PRIMARY KEY CHECK (length(definition) BETWEEN 1 AND 63),
	title text NOT NULL,
	grouper text NOT NULL,
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	note text,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.chronic_condition (
	definition text NOT NULL,
	condition text NOT NULL,
	lookback_years integer NOT NULL CHECK (lookback_years BETWEEN 1 AND 10),
	lookback_status text NOT NULL DEFAULT 'own'
		CHECK (lookback_status IN ('cross-checked', 'single source', 'unverified', 'own')),
	exclude text,
	note text,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (definition, condition)
);
CREATE TABLE phm.chronic_rule (
	definition text NOT NULL,
	condition text NOT NULL,
	seq integer NOT NULL,
	claims integer NOT NULL CHECK (claims BETWEEN 1 AND 4),
	kinds text[] NOT NULL,
	code_systems text[],
	also text,
	status text NOT NULL DEFAULT 'own'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (definition, condition, seq)
);

-- @data phm.chronic_release(definition, title, grouper, status, note) chronic_release.tsv
-- @data phm.chronic_condition(definition, condition, lookback_years::integer, lookback_status, exclude, note) chronic_condition.tsv
-- @data phm.chronic_rule(definition, condition, seq::integer, claims::integer, kinds::text[], code_systems::text[], also, status) chronic_rule.tsv

ALTER TABLE phm.chronic_release ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.chronic_condition ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.chronic_rule ALTER COLUMN built_in SET DEFAULT false;
REVOKE ALL ON phm.chronic_release, phm.chronic_condition, phm.chronic_rule FROM PUBLIC;
GRANT SELECT ON phm.chronic_release, phm.chronic_condition, phm.chronic_rule TO PUBLIC;
SELECT pg_extension_config_dump('phm.chronic_release', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.chronic_condition', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.chronic_rule', 'WHERE NOT built_in');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.chronic_release
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.chronic_release ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.chronic_condition
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.chronic_condition ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.chronic_rule
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.chronic_rule ENABLE ALWAYS TRIGGER note_change;

COMMENT ON TABLE phm.chronic_release IS
'Definitions of chronic conditions by claims. A definition of your own is a row here whose grouper names conditions (categories) and codes, with rows in the other phm.chronic_* tables.';
COMMENT ON COLUMN phm.chronic_release.definition IS 'Name, as phm.chronic_definition takes it.';
COMMENT ON COLUMN phm.chronic_release.title IS 'Published title.';
COMMENT ON COLUMN phm.chronic_release.grouper IS 'Grouper whose categories are the conditions.';
COMMENT ON COLUMN phm.chronic_release.status IS 'How far the rows were checked: cross-checked between carriers, single source, unverified (refused unless asked for), own (loaded by the user).';
COMMENT ON COLUMN phm.chronic_release.note IS 'What is carried, and doubts.';
COMMENT ON COLUMN phm.chronic_release.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.chronic_condition IS 'Conditions of a definition.';
COMMENT ON COLUMN phm.chronic_condition.definition IS 'As in phm.chronic_release.';
COMMENT ON COLUMN phm.chronic_condition.condition IS 'Category of the grouper.';
COMMENT ON COLUMN phm.chronic_condition.lookback_years IS 'Years up to the day asked about in which claims count.';
COMMENT ON COLUMN phm.chronic_condition.lookback_status IS 'How far the years were checked; unverified: from general knowledge of the algorithms, check them before relying on them. Shown with every finding.';
COMMENT ON COLUMN phm.chronic_condition.exclude IS 'Category whose codes keep a claim from counting; null: none.';
COMMENT ON COLUMN phm.chronic_condition.note IS 'What the rules do not say.';
COMMENT ON COLUMN phm.chronic_condition.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.chronic_rule IS 'Rules of conditions; a condition is met when one of its rules is.';
COMMENT ON COLUMN phm.chronic_rule.definition IS 'As in phm.chronic_release.';
COMMENT ON COLUMN phm.chronic_rule.condition IS 'As in phm.chronic_condition.';
COMMENT ON COLUMN phm.chronic_rule.seq IS 'Number of the rule within the condition.';
COMMENT ON COLUMN phm.chronic_rule.claims IS 'How many claims, on different days.';
COMMENT ON COLUMN phm.chronic_rule.kinds IS 'Kinds of claims that count: inpatient, snf (skilled nursing), hha (home health), outpatient (hospital), carrier (professional), ed (emergency department), drug, other.';
COMMENT ON COLUMN phm.chronic_rule.code_systems IS 'Code systems whose codes count; null: all of the grouper.';
COMMENT ON COLUMN phm.chronic_rule.also IS 'Category whose codes count too, but not alone; null: none.';
COMMENT ON COLUMN phm.chronic_rule.status IS 'How far the rule was checked; an unverified one is left out unless asked for.';
COMMENT ON COLUMN phm.chronic_rule.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE TYPE phm.chronic_model;
CREATE FUNCTION phm.chronic_model_in(cstring) RETURNS phm.chronic_model
AS 'MODULE_PATHNAME', 'phm_chronic_model_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.chronic_model_out(phm.chronic_model) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_kept_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.chronic_model_recv(internal) RETURNS phm.chronic_model
AS 'MODULE_PATHNAME', 'phm_chronic_model_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.chronic_model_send(phm.chronic_model) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_kept_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE TYPE phm.chronic_model (
	INPUT = phm.chronic_model_in, OUTPUT = phm.chronic_model_out,
	RECEIVE = phm.chronic_model_recv, SEND = phm.chronic_model_send,
	ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE phm.chronic_model IS
'A definition of chronic conditions: codes, look-back years and claim rules in one value, made by phm.chronic_definition(name). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.chronic_model_in(cstring) IS 'Text input of phm.chronic_model: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.chronic_model_out(phm.chronic_model) IS 'Text output of phm.chronic_model; reads back exactly.';
COMMENT ON FUNCTION phm.chronic_model_recv(internal) IS 'Binary input of phm.chronic_model; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.chronic_model_send(phm.chronic_model) IS 'Binary output of phm.chronic_model, the same on every machine.';
CREATE TYPE phm.chronic_state;
CREATE FUNCTION phm.chronic_state_in(cstring) RETURNS phm.chronic_state
AS 'MODULE_PATHNAME', 'phm_chronic_state_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.chronic_state_out(phm.chronic_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_kept_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION phm.chronic_state_recv(internal) RETURNS phm.chronic_state
AS 'MODULE_PATHNAME', 'phm_chronic_state_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.chronic_state_send(phm.chronic_state) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_kept_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE TYPE phm.chronic_state (
	INPUT = phm.chronic_state_in, OUTPUT = phm.chronic_state_out,
	RECEIVE = phm.chronic_state_recv, SEND = phm.chronic_state_send,
	ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE phm.chronic_state IS
'Chronic conditions in the making: the codes of the claims of one person, and the part of the definition that judges them. Made by phm.chronic_state_agg, merged by phm.chronic_merge, judged by phm.chronic_of. Text form: hexadecimal.';
COMMENT ON FUNCTION phm.chronic_state_in(cstring) IS 'Text input of phm.chronic_state: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.chronic_state_out(phm.chronic_state) IS 'Text output of phm.chronic_state; reads back exactly.';
COMMENT ON FUNCTION phm.chronic_state_recv(internal) IS 'Binary input of phm.chronic_state; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.chronic_state_send(phm.chronic_state) IS 'Binary output of phm.chronic_state, the same on every machine.';

CREATE TYPE phm.chronic_finding AS (condition text, label text, met boolean, met_on date, rule integer, first_on date,
	last_on date, claims integer, codes text[], days date[], lookback_status text);
COMMENT ON TYPE phm.chronic_finding IS 'What claims or a problem list say about a chronic condition.';
COMMENT ON COLUMN phm.chronic_finding.condition IS 'Short name of the condition.';
COMMENT ON COLUMN phm.chronic_finding.label IS 'Published name.';
COMMENT ON COLUMN phm.chronic_finding.met IS 'Is one of its rules met? On a problem list one code suffices.';
COMMENT ON COLUMN phm.chronic_finding.met_on IS 'First day on which a rule was met; of a problem list the first day given; null: none.';
COMMENT ON COLUMN phm.chronic_finding.rule IS 'Number of that rule, as in phm.chronic_rule in the order of seq; null: none, or a problem list.';
COMMENT ON COLUMN phm.chronic_finding.first_on IS 'Day of the first claim that counts.';
COMMENT ON COLUMN phm.chronic_finding.last_on IS 'Day of the last claim that counts.';
COMMENT ON COLUMN phm.chronic_finding.claims IS 'How many claims (problems) count.';
COMMENT ON COLUMN phm.chronic_finding.codes IS 'The codes behind it, each once, in the order of their first claims.';
COMMENT ON COLUMN phm.chronic_finding.days IS 'The days of their claims.';
COMMENT ON COLUMN phm.chronic_finding.lookback_status IS 'How far the look-back years were checked, as in phm.chronic_condition; null for a problem list.';

CREATE FUNCTION phm.chronic_definition(name text DEFAULT 'CCW', unverified boolean DEFAULT false) RETURNS phm.chronic_model
AS 'MODULE_PATHNAME', 'phm_chronic_definition' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.chronic_definition(text, boolean) IS
'The definition of chronic conditions of a name (phm.chronic_release lists them), compiled from the phm.chronic_* and phm.grouper_* tables once per query. unverified: with rules marked unverified too. Errors: 22023 for an unknown or unverified definition and for rows that cannot be compiled.';
CREATE FUNCTION phm.chronic(definition phm.chronic_model, codes text[], days date[], kinds text[], as_of date DEFAULT NULL,
	code_systems text[] DEFAULT NULL, claims text[] DEFAULT NULL) RETURNS phm.chronic_finding[]
AS 'MODULE_PATHNAME', 'phm_chronic' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.chronic(phm.chronic_model, text[], date[], text[], date, text[], text[]) IS
'The chronic conditions of a person by claims: one element a condition that has a claim that counts, whether or not a rule is met. codes: one element a code of a claim, with or without dots, in either case; days: day of the claim; kinds: its kind (inpatient, snf, hha, outpatient, carrier, ed, drug, other); code_systems: of the codes, null: ICD10CM; claims: what tells claims of one day and kind apart, null: nothing. as_of: last day of the look-back years; null: the day of the last claim with a code of a condition. Codes in no category, of code systems without codes in the definition, and claims after as_of or before the look-back years do not count; phm.ungrouped names the former. Null arrays are no claims, a null code does no harm. Null for a null definition. Errors: 22023 for arrays of different lengths, unknown kinds, days that are null or not finite. Source: CMS Chronic Conditions Data Warehouse algorithms.';
CREATE FUNCTION phm.chronic_problems(definition phm.chronic_model, codes text[], days date[] DEFAULT NULL,
	code_system text DEFAULT 'ICD10CM') RETURNS phm.chronic_finding[]
AS 'MODULE_PATHNAME', 'phm_chronic_problems' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.chronic_problems(phm.chronic_model, text[], date[], text) IS
'The chronic conditions of a problem list, by the codes of the definition alone: one code of a condition suffices, on any day, but not one that only counts beside others. days: of the problems, null: not known. Null for a null definition. Errors: 22023 for arrays of different lengths and days that are not finite.';

CREATE FUNCTION phm.chronic_add(state phm.chronic_state, definition phm.chronic_model, code text, day date, kind text,
	as_of date, code_system text, claim text) RETURNS phm.chronic_state
AS 'MODULE_PATHNAME', 'phm_chronic_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.chronic_add(phm.chronic_state, phm.chronic_model, text, date, text, date, text, text) IS
'Adds a code of a claim to a state, which may be null; a null code or definition adds nothing. Errors: 22023 as in phm.chronic, and when the state belongs to another definition or as_of.';
CREATE FUNCTION phm.chronic_add(state phm.chronic_state, definition phm.chronic_model, code text, day date, kind text, as_of date)
RETURNS phm.chronic_state
AS 'MODULE_PATHNAME', 'phm_chronic_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.chronic_add(phm.chronic_state, phm.chronic_model, text, date, text, date) IS
'The same for a code of ICD10CM.';
CREATE FUNCTION phm.chronic_merge(a phm.chronic_state, b phm.chronic_state) RETURNS phm.chronic_state
AS 'MODULE_PATHNAME', 'phm_chronic_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.chronic_merge(phm.chronic_state, phm.chronic_state) IS
'Joins two states of one person, definition and as_of; either may be null. Errors: 22023 when they differ.';
CREATE FUNCTION phm.chronic_of(state phm.chronic_state) RETURNS phm.chronic_finding[]
AS 'MODULE_PATHNAME', 'phm_chronic_of' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.chronic_of(phm.chronic_state) IS
'The chronic conditions of a state made by phm.chronic_state_agg or phm.chronic_merge.';
CREATE AGGREGATE phm.chronic(definition phm.chronic_model, code text, day date, kind text, as_of date, code_system text, claim text) (
	SFUNC = phm.chronic_add, STYPE = phm.chronic_state, SSPACE = 16384,
	COMBINEFUNC = phm.chronic_merge, FINALFUNC = phm.chronic_of, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.chronic(phm.chronic_model, text, date, text, date, text, text) IS
'The chronic conditions of persons from rows, one row a code of a claim, grouped by person; as phm.chronic over arrays. Errors: 22023 as there, and when the rows of a group differ in definition or as_of.';
CREATE AGGREGATE phm.chronic(definition phm.chronic_model, code text, day date, kind text, as_of date) (
	SFUNC = phm.chronic_add, STYPE = phm.chronic_state, SSPACE = 16384,
	COMBINEFUNC = phm.chronic_merge, FINALFUNC = phm.chronic_of, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.chronic(phm.chronic_model, text, date, text, date) IS
'The same for codes of ICD10CM.';
CREATE AGGREGATE phm.chronic_state_agg(definition phm.chronic_model, code text, day date, kind text, as_of date, code_system text, claim text) (
	SFUNC = phm.chronic_add, STYPE = phm.chronic_state, SSPACE = 16384,
	COMBINEFUNC = phm.chronic_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.chronic_state_agg(phm.chronic_model, text, date, text, date, text, text) IS
'As the aggregate phm.chronic, but keeps the state, to be stored, merged with later rows and judged by phm.chronic_of.';
CREATE AGGREGATE phm.chronic_merge(state phm.chronic_state) (
	SFUNC = phm.chronic_merge, STYPE = phm.chronic_state, SSPACE = 16384,
	COMBINEFUNC = phm.chronic_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.chronic_merge(phm.chronic_state) IS
'Merges states of one person. Errors: 22023 when they differ in definition or as_of.';
