/*
 * hcc.sql: risk scores of the CMS-HCC family.  Reference tables hold the
 * published models as rows; phm.hcc_model compiles those of one model and
 * payment year into a value, and pure functions score persons with it.
 */

CREATE TABLE phm.hcc_release (
	model text NOT NULL,
	payment_year integer NOT NULL,
	dx_set text NOT NULL,
	rule_set text NOT NULL,
	coefficient_set text NOT NULL,
	prefix text NOT NULL DEFAULT 'HCC' CHECK (length(prefix) BETWEEN 1 AND 16),
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	note text,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (model, payment_year)
);
CREATE TABLE phm.hcc_adjustment (
	model text NOT NULL,
	payment_year integer NOT NULL,
	series text NOT NULL DEFAULT 'all',
	normalization numeric CHECK (normalization BETWEEN 0.001 AND 100 AND scale(normalization) <= 6),
	coding_intensity numeric NOT NULL DEFAULT 0
		CHECK (coding_intensity >= 0 AND coding_intensity < 1 AND scale(coding_intensity) <= 6),
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	source text,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (model, payment_year, series)
);
CREATE TABLE phm.hcc_blend (
	payment_year integer NOT NULL,
	program text NOT NULL,
	model text NOT NULL,
	weight numeric NOT NULL CHECK (weight > 0 AND weight <= 1),
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (payment_year, program, model)
);
CREATE TABLE phm.hcc_mapping (
	dx_set text NOT NULL,
	cc integer NOT NULL CHECK (cc BETWEEN 0 AND 9999),
	age_min integer,
	age_max integer,
	sex integer CHECK (sex IN (1, 2)),
	mce_age_min integer,
	mce_age_max integer,
	year_from integer,
	year_to integer,
	codes text NOT NULL,
	built_in boolean NOT NULL DEFAULT true
);
CREATE INDEX ON phm.hcc_mapping (dx_set, cc);
CREATE TABLE phm.hcc_hierarchy (
	rule_set text NOT NULL,
	cc integer NOT NULL CHECK (cc BETWEEN 0 AND 9999),
	drops integer[] NOT NULL,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (rule_set, cc)
);
CREATE TABLE phm.hcc_requirement (
	rule_set text NOT NULL,
	cc integer NOT NULL CHECK (cc BETWEEN 0 AND 9999),
	any_of integer[] NOT NULL,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (rule_set, cc)
);
CREATE TABLE phm.hcc_variable (
	rule_set text NOT NULL,
	variable text NOT NULL CHECK (length(variable) BETWEEN 1 AND 63),
	op text NOT NULL CHECK (op IN ('cell', 'person', 'any', 'all', 'count')),
	args text NOT NULL,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (rule_set, variable)
);
CREATE TABLE phm.hcc_segment (
	rule_set text NOT NULL,
	seq integer NOT NULL,
	segment text NOT NULL CHECK (length(segment) BETWEEN 1 AND 63),
	condition text,
	divisor numeric CHECK (divisor BETWEEN 0.001 AND 100 AND scale(divisor) <= 6),
	series text NOT NULL DEFAULT 'all',
	label text,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (rule_set, seq)
);
CREATE TABLE phm.hcc_coefficient (
	coefficient_set text NOT NULL,
	segment text NOT NULL,
	variable text NOT NULL,
	coefficient numeric NOT NULL
		CHECK (coefficient BETWEEN -1000 AND 1000 AND scale(coefficient) <= 6),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (coefficient_set, segment, variable)
);
CREATE TABLE phm.hcc_label (
	rule_set text NOT NULL,
	cc integer NOT NULL,
	label text NOT NULL,
	chronic boolean,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (rule_set, cc)
);

-- @data phm.hcc_release(model, payment_year::integer, dx_set, rule_set, coefficient_set, prefix, status, note) hcc_release.tsv
-- @data phm.hcc_adjustment(model, payment_year::integer, series, normalization::numeric, coding_intensity::numeric, status, source) hcc_adjustment.tsv
-- @data phm.hcc_blend(payment_year::integer, program, model, weight::numeric, status) hcc_blend.tsv
-- @data phm.hcc_mapping(dx_set, cc::integer, age_min::integer, age_max::integer, sex::integer, mce_age_min::integer, mce_age_max::integer, year_from::integer, year_to::integer, codes) hcc_mapping.tsv
-- @data phm.hcc_hierarchy(rule_set, cc::integer, drops::integer[]) hcc_hierarchy.tsv
-- @data phm.hcc_requirement(rule_set, cc::integer, any_of::integer[]) hcc_requirement.tsv
-- @data phm.hcc_variable(rule_set, variable, op, args) hcc_variable.tsv
-- @data phm.hcc_segment(rule_set, seq::integer, segment, condition, divisor::numeric, series, label) hcc_segment.tsv
-- @data phm.hcc_coefficient(coefficient_set, segment, variable, coefficient::numeric) hcc_coefficient.tsv
-- @data phm.hcc_label(rule_set, cc::integer, label, chronic::boolean) hcc_label.tsv

ALTER TABLE phm.hcc_release ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_adjustment ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_blend ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_mapping ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_hierarchy ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_requirement ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_variable ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_segment ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_coefficient ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hcc_label ALTER COLUMN built_in SET DEFAULT false;

REVOKE ALL ON phm.hcc_release, phm.hcc_adjustment, phm.hcc_blend, phm.hcc_mapping,
	phm.hcc_hierarchy, phm.hcc_requirement, phm.hcc_variable, phm.hcc_segment,
	phm.hcc_coefficient, phm.hcc_label FROM PUBLIC;
GRANT SELECT ON phm.hcc_release, phm.hcc_adjustment, phm.hcc_blend, phm.hcc_mapping,
	phm.hcc_hierarchy, phm.hcc_requirement, phm.hcc_variable, phm.hcc_segment,
	phm.hcc_coefficient, phm.hcc_label TO PUBLIC;
SELECT pg_extension_config_dump('phm.hcc_release', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_adjustment', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_blend', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_mapping', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_hierarchy', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_requirement', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_variable', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_segment', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_coefficient', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hcc_label', 'WHERE NOT built_in');

-- Sessions keep what they have compiled as long as the stamp is the same; the trigger changes it with the rows.
CREATE TABLE phm.hcc_change (stamp uuid NOT NULL);
INSERT INTO phm.hcc_change VALUES ('00000000-0000-0000-0000-000000000000');
REVOKE ALL ON phm.hcc_change FROM PUBLIC;
GRANT SELECT ON phm.hcc_change TO PUBLIC;
COMMENT ON TABLE phm.hcc_change IS 'Internal: one row, which every change of a phm.hcc_* table changes, so that sessions know when models must be compiled anew.';
COMMENT ON COLUMN phm.hcc_change.stamp IS 'Another value after every change, never one that was there before.';
CREATE FUNCTION phm.note_hcc_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE phm.hcc_change SET stamp = gen_random_uuid();
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.note_hcc_change() FROM PUBLIC;
COMMENT ON FUNCTION phm.note_hcc_change() IS 'Trigger: notes in phm.hcc_change that rows of risk models have changed.';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_release
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_release ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_adjustment
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_adjustment ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_mapping
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_mapping ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_hierarchy
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_hierarchy ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_requirement
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_requirement ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_variable
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_variable ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_segment
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_segment ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_coefficient
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_coefficient ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hcc_label
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hcc_label ENABLE ALWAYS TRIGGER note_change;

COMMENT ON TABLE phm.hcc_release IS
'Risk-adjustment models by payment year, and which tables each of them uses. Source: CMS Rate Announcements. A model of your own is a row here whose sets name your rows, or built-in ones, in the other phm.hcc_* tables.';
COMMENT ON COLUMN phm.hcc_release.model IS 'Name of the model, as phm.hcc_model takes it: V24, V28, ESRD_V24, RX_V08_MAPD …';
COMMENT ON COLUMN phm.hcc_release.payment_year IS 'Payment year; diagnoses are those of the year before.';
COMMENT ON COLUMN phm.hcc_release.dx_set IS 'Rows of phm.hcc_mapping that the model uses.';
COMMENT ON COLUMN phm.hcc_release.rule_set IS 'Rows of phm.hcc_hierarchy, phm.hcc_requirement, phm.hcc_variable, phm.hcc_segment and phm.hcc_label that the model uses.';
COMMENT ON COLUMN phm.hcc_release.coefficient_set IS 'Rows of phm.hcc_coefficient that the model uses.';
COMMENT ON COLUMN phm.hcc_release.prefix IS 'What precedes the number of a category in variable names: HCC, RXHCC.';
COMMENT ON COLUMN phm.hcc_release.status IS 'How far the payment factors were checked: cross-checked between carriers, single source, unverified (refused unless asked for), own (loaded by the user).';
COMMENT ON COLUMN phm.hcc_release.note IS 'What the model pays for, and doubts.';
COMMENT ON COLUMN phm.hcc_release.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_adjustment IS
'Normalization factor and coding-intensity adjustment of a model and payment year: payment = round(round(raw / normalization, 3) * (1 - coding_intensity), 3). Source: CMS Rate Announcements.';
COMMENT ON COLUMN phm.hcc_adjustment.model IS 'Model, as in phm.hcc_release.';
COMMENT ON COLUMN phm.hcc_adjustment.payment_year IS 'Payment year.';
COMMENT ON COLUMN phm.hcc_adjustment.series IS 'Name by which segments choose their factors (dialysis, functioning_graft); all where a model has one.';
COMMENT ON COLUMN phm.hcc_adjustment.normalization IS 'Normalization factor, at most six decimals; null: not known, the model gives raw scores only.';
COMMENT ON COLUMN phm.hcc_adjustment.coding_intensity IS 'Medicare Advantage coding-pattern adjustment as a share, such as 0.059.';
COMMENT ON COLUMN phm.hcc_adjustment.status IS 'How far the factors were checked; a model with unverified factors is refused unless asked for.';
COMMENT ON COLUMN phm.hcc_adjustment.source IS 'Published source.';
COMMENT ON COLUMN phm.hcc_adjustment.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_blend IS
'Shares of two models in one payment score. Source: CMS Rate Announcements.';
COMMENT ON COLUMN phm.hcc_blend.payment_year IS 'Payment year.';
COMMENT ON COLUMN phm.hcc_blend.program IS 'ma (Medicare Advantage), pace (PACE, Part C), pace_rx (PACE, Part D).';
COMMENT ON COLUMN phm.hcc_blend.model IS 'Model, as in phm.hcc_release.';
COMMENT ON COLUMN phm.hcc_blend.weight IS 'Share of the payment score of the model.';
COMMENT ON COLUMN phm.hcc_blend.status IS 'How far the share was checked.';
COMMENT ON COLUMN phm.hcc_blend.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_mapping IS
'Diagnoses of a condition category, with the ages and the sex for which they count; a diagnosis may stand in several rows. phm.hcc_dx shows one diagnosis a row. Source: CMS ICD-10-CM mappings and model software.';
COMMENT ON COLUMN phm.hcc_mapping.dx_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_mapping.cc IS 'Number of the condition category.';
COMMENT ON COLUMN phm.hcc_mapping.age_min IS 'Least age in years, null: any.';
COMMENT ON COLUMN phm.hcc_mapping.age_max IS 'Greatest age in years, null: any.';
COMMENT ON COLUMN phm.hcc_mapping.sex IS '1 male, 2 female, null: both.';
COMMENT ON COLUMN phm.hcc_mapping.mce_age_min IS 'Least age where Medicare Code Editor edits are on.';
COMMENT ON COLUMN phm.hcc_mapping.mce_age_max IS 'Greatest age where Medicare Code Editor edits are on.';
COMMENT ON COLUMN phm.hcc_mapping.year_from IS 'First payment year, null: since before 2024.';
COMMENT ON COLUMN phm.hcc_mapping.year_to IS 'Last payment year, null: still valid.';
COMMENT ON COLUMN phm.hcc_mapping.codes IS 'ICD-10-CM codes separated by blanks; PREFIX:ENDING,ENDING stands for several codes of one beginning.';
COMMENT ON COLUMN phm.hcc_mapping.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_hierarchy IS
'Categories that a more severe category suppresses; all are decided at once from the categories before hierarchies. Source: CMS model software.';
COMMENT ON COLUMN phm.hcc_hierarchy.rule_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_hierarchy.cc IS 'Number of the more severe category.';
COMMENT ON COLUMN phm.hcc_hierarchy.drops IS 'Numbers of the categories it suppresses.';
COMMENT ON COLUMN phm.hcc_hierarchy.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_requirement IS
'Categories that count, before hierarchies, only when one of others is present too (the heart failure patch of V28), or never (empty list). Source: CMS model software.';
COMMENT ON COLUMN phm.hcc_requirement.rule_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_requirement.cc IS 'Number of the category.';
COMMENT ON COLUMN phm.hcc_requirement.any_of IS 'Numbers of the categories of which one must be present.';
COMMENT ON COLUMN phm.hcc_requirement.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_variable IS
'Variables of a model other than its categories. A variable counts only in segments where phm.hcc_coefficient has it. Source: CMS model software.';
COMMENT ON COLUMN phm.hcc_variable.rule_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_variable.variable IS 'Published name.';
COMMENT ON COLUMN phm.hcc_variable.op IS 'cell (demographic cell), person (other demographic variable), any (one of the categories), all (every category, variable and condition), count (so many payment categories after hierarchies).';
COMMENT ON COLUMN phm.hcc_variable.args IS 'cell, person: conditions, all of which must hold, such as "female age=65-69 !medicaid"; any, all: categories (HCC18), variables and, in all, conditions; count: 5, 10+ or 2-4. Conditions: male female aged disabled originally_disabled originally_esrd orec_1 medicaid full_dual partial_dual lti new_enrollee snp low_income esrd entry_aged dialysis transplant functioning_graft graft_1 graft_2 graft_3 graft_4_9 graft_10 graft_aged, age=A-B, entry_age=A-B; ! negates.';
COMMENT ON COLUMN phm.hcc_variable.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_segment IS
'Segments of a model: the first row whose condition holds takes the person. Source: CMS model software.';
COMMENT ON COLUMN phm.hcc_segment.rule_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_segment.seq IS 'Order of precedence.';
COMMENT ON COLUMN phm.hcc_segment.segment IS 'Published name.';
COMMENT ON COLUMN phm.hcc_segment.condition IS 'Whom the segment takes, in the words of phm.hcc_variable.args; null: everybody.';
COMMENT ON COLUMN phm.hcc_segment.divisor IS 'Divides the sum of the coefficients into the raw score; null: 1.';
COMMENT ON COLUMN phm.hcc_segment.series IS 'Row of phm.hcc_adjustment that applies.';
COMMENT ON COLUMN phm.hcc_segment.label IS 'Meaning of the segment.';
COMMENT ON COLUMN phm.hcc_segment.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_coefficient IS
'Relative factors by segment. Source: CMS Rate Announcements and model software.';
COMMENT ON COLUMN phm.hcc_coefficient.coefficient_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_coefficient.segment IS 'Segment, as in phm.hcc_segment.';
COMMENT ON COLUMN phm.hcc_coefficient.variable IS 'Category (HCC18) or variable of phm.hcc_variable.';
COMMENT ON COLUMN phm.hcc_coefficient.coefficient IS 'Relative factor, at most six decimals.';
COMMENT ON COLUMN phm.hcc_coefficient.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hcc_label IS
'Names of the condition categories. Source: CMS label macros; chronic: CMS chronic-condition flags, single source.';
COMMENT ON COLUMN phm.hcc_label.rule_set IS 'Set that phm.hcc_release names.';
COMMENT ON COLUMN phm.hcc_label.cc IS 'Number of the condition category.';
COMMENT ON COLUMN phm.hcc_label.label IS 'Published name.';
COMMENT ON COLUMN phm.hcc_label.chronic IS 'Is the condition chronic, so that it is expected again next year; null: not said. Single source.';
COMMENT ON COLUMN phm.hcc_label.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE VIEW phm.hcc_dx AS
SELECT m.dx_set, split_part(item, ':', 1) || coalesce(ending, '') AS dx, m.cc, m.age_min, m.age_max, m.sex,
	m.mce_age_min, m.mce_age_max, m.year_from, m.year_to, m.built_in
  FROM phm.hcc_mapping AS m
 CROSS JOIN LATERAL string_to_table(m.codes, ' ') AS item
  LEFT JOIN LATERAL string_to_table(nullif(split_part(item, ':', 2), ''), ',') AS ending ON true
 WHERE item <> '';
REVOKE ALL ON phm.hcc_dx FROM PUBLIC;
GRANT SELECT ON phm.hcc_dx TO PUBLIC;
COMMENT ON VIEW phm.hcc_dx IS 'The rows of phm.hcc_mapping, one diagnosis a row.';
COMMENT ON COLUMN phm.hcc_dx.dx_set IS 'As in phm.hcc_mapping.';
COMMENT ON COLUMN phm.hcc_dx.dx IS 'ICD-10-CM code without dot.';
COMMENT ON COLUMN phm.hcc_dx.cc IS 'Number of the condition category.';
COMMENT ON COLUMN phm.hcc_dx.age_min IS 'Least age in years, null: any.';
COMMENT ON COLUMN phm.hcc_dx.age_max IS 'Greatest age in years, null: any.';
COMMENT ON COLUMN phm.hcc_dx.sex IS '1 male, 2 female, null: both.';
COMMENT ON COLUMN phm.hcc_dx.mce_age_min IS 'Least age where Medicare Code Editor edits are on.';
COMMENT ON COLUMN phm.hcc_dx.mce_age_max IS 'Greatest age where Medicare Code Editor edits are on.';
COMMENT ON COLUMN phm.hcc_dx.year_from IS 'First payment year, null: since before 2024.';
COMMENT ON COLUMN phm.hcc_dx.year_to IS 'Last payment year, null: still valid.';
COMMENT ON COLUMN phm.hcc_dx.built_in IS 'True for rows that come with phm.';

CREATE TYPE phm.hcc_model;
CREATE FUNCTION phm.hcc_model_in(cstring) RETURNS phm.hcc_model
AS 'MODULE_PATHNAME', 'phm_hcc_model_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.hcc_model_out(phm.hcc_model) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_hcc_model_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.hcc_model_recv(internal) RETURNS phm.hcc_model
AS 'MODULE_PATHNAME', 'phm_hcc_model_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.hcc_model_send(phm.hcc_model) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_hcc_model_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE TYPE phm.hcc_model (
	INPUT = phm.hcc_model_in, OUTPUT = phm.hcc_model_out,
	RECEIVE = phm.hcc_model_recv, SEND = phm.hcc_model_send,
	ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE phm.hcc_model IS
'A risk-adjustment model of the CMS-HCC family for one payment year: diagnosis mapping, edits, hierarchies, segments, coefficients, normalization and coding intensity in one value, made by phm.hcc_model(name, payment_year). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.hcc_model_in(cstring) IS 'Text input of phm.hcc_model: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.hcc_model_out(phm.hcc_model) IS 'Text output of phm.hcc_model; reads back exactly.';
COMMENT ON FUNCTION phm.hcc_model_recv(internal) IS 'Binary input of phm.hcc_model; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.hcc_model_send(phm.hcc_model) IS 'Binary output of phm.hcc_model, the same on every machine.';

CREATE TYPE phm.hcc_person AS (
	age integer,
	sex text,
	orec integer,
	crec integer,
	dual_status text,
	new_enrollee boolean,
	snp boolean,
	low_income boolean,
	lti boolean,
	graft_months integer,
	esrd boolean
);
COMMENT ON TYPE phm.hcc_person IS
'What a risk-adjustment model asks about a person. A null age or an unknown sex gives a null score; every other null counts as no. Errors, when used: 22023 for values outside the fields'' ranges.';
COMMENT ON COLUMN phm.hcc_person.age IS 'Age in whole years on 1 February of the payment year, 0 to 150; phm.hcc_age computes it.';
COMMENT ON COLUMN phm.hcc_person.sex IS 'M, male or 1; F, female or 2; null, 0, U or unknown: not known.';
COMMENT ON COLUMN phm.hcc_person.orec IS 'Original reason for entitlement: 0 age, 1 disability, 2 ESRD, 3 disability and ESRD. Only 1 means originally disabled.';
COMMENT ON COLUMN phm.hcc_person.crec IS 'Current reason for entitlement, coded alike; decides esrd where that is null.';
COMMENT ON COLUMN phm.hcc_person.dual_status IS 'Medicare dual status code: 02, 04, 08 full benefits; 01, 03, 05, 06 partial; 00, 09, 10, 99, NA none.';
COMMENT ON COLUMN phm.hcc_person.new_enrollee IS 'Less than twelve months of Part B in the data year.';
COMMENT ON COLUMN phm.hcc_person.snp IS 'Enrolled in a chronic-condition special needs plan (C-SNP).';
COMMENT ON COLUMN phm.hcc_person.low_income IS 'Low-income subsidy (RxHCC).';
COMMENT ON COLUMN phm.hcc_person.lti IS 'Long-term institutional.';
COMMENT ON COLUMN phm.hcc_person.graft_months IS 'Months since a kidney transplant, 1 for the month of it (ESRD); null or 0: none.';
COMMENT ON COLUMN phm.hcc_person.esrd IS 'Has end-stage renal disease now (RxHCC); null: as crec says (2 or 3).';

CREATE TYPE phm.hcc_term AS (term text, kind text, coefficient numeric);
COMMENT ON TYPE phm.hcc_term IS 'One term of a risk score.';
COMMENT ON COLUMN phm.hcc_term.term IS 'Published name of the variable or category.';
COMMENT ON COLUMN phm.hcc_term.kind IS 'cell, person, hcc, interaction or count.';
COMMENT ON COLUMN phm.hcc_term.coefficient IS 'Relative factor of the segment.';

CREATE TYPE phm.hcc_result AS (
	raw numeric,
	payment numeric,
	segment text,
	cell text,
	hccs_before integer[],
	hccs integer[],
	interactions text[],
	terms phm.hcc_term[],
	divisor numeric,
	normalization numeric,
	normalized numeric,
	coding_intensity numeric
);
COMMENT ON TYPE phm.hcc_result IS
'A risk score and everything it is made of: the sum of the terms'' coefficients over divisor is raw, raw over normalization rounded to three decimals is normalized, that times (1 - coding_intensity) rounded to three decimals is payment; rounding is half away from zero.';
COMMENT ON COLUMN phm.hcc_result.raw IS 'Raw risk score, exact (six decimals where a divisor applies).';
COMMENT ON COLUMN phm.hcc_result.payment IS 'Payment risk score, three decimals; before frailty and blends. Null where no normalization factor is known.';
COMMENT ON COLUMN phm.hcc_result.segment IS 'Segment of the model that took the person.';
COMMENT ON COLUMN phm.hcc_result.cell IS 'Demographic cell, null where the segment has none.';
COMMENT ON COLUMN phm.hcc_result.hccs_before IS 'Categories to which the diagnoses map, before requirements and hierarchies.';
COMMENT ON COLUMN phm.hcc_result.hccs IS 'Categories that remain after requirements and hierarchies.';
COMMENT ON COLUMN phm.hcc_result.interactions IS 'Interactions and payment-HCC counts that hold in the segment, also those of coefficient 0.';
COMMENT ON COLUMN phm.hcc_result.terms IS 'All terms of the score.';
COMMENT ON COLUMN phm.hcc_result.divisor IS 'Divisor of the segment, 1 for most.';
COMMENT ON COLUMN phm.hcc_result.normalization IS 'Normalization factor; null: not known, and so are the next two.';
COMMENT ON COLUMN phm.hcc_result.normalized IS 'Normalized score, three decimals.';
COMMENT ON COLUMN phm.hcc_result.coding_intensity IS 'Coding-intensity adjustment.';

CREATE TYPE phm.hcc_state;
CREATE FUNCTION phm.hcc_state_in(cstring) RETURNS phm.hcc_state
AS 'MODULE_PATHNAME', 'phm_hcc_state_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.hcc_state_out(phm.hcc_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_hcc_state_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION phm.hcc_state_recv(internal) RETURNS phm.hcc_state
AS 'MODULE_PATHNAME', 'phm_hcc_state_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.hcc_state_send(phm.hcc_state) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_hcc_state_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE TYPE phm.hcc_state (
	INPUT = phm.hcc_state_in, OUTPUT = phm.hcc_state_out,
	RECEIVE = phm.hcc_state_recv, SEND = phm.hcc_state_send,
	ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE phm.hcc_state IS
'A risk score in the making: the categories of one person found so far, and the part of the model that scores the person. Made by phm.hcc_state_agg, merged by phm.hcc_merge, scored by phm.hcc(state). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.hcc_state_in(cstring) IS 'Text input of phm.hcc_state: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.hcc_state_out(phm.hcc_state) IS 'Text output of phm.hcc_state; reads back exactly.';
COMMENT ON FUNCTION phm.hcc_state_recv(internal) IS 'Binary input of phm.hcc_state; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.hcc_state_send(phm.hcc_state) IS 'Binary output of phm.hcc_state, the same on every machine.';

CREATE FUNCTION phm.hcc_model(name text, payment_year integer, mce_edits boolean DEFAULT false,
	unverified boolean DEFAULT false) RETURNS phm.hcc_model
AS 'MODULE_PATHNAME', 'phm_hcc_model' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.hcc_model(text, integer, boolean, boolean) IS
'The risk-adjustment model of a name and payment year (phm.hcc_release lists them), compiled from the phm.hcc_* tables once per query. mce_edits: apply the ages of the Medicare Code Editor too. unverified: accept factors marked unverified. Errors: 22023 for an unknown or unverified model and for rows that cannot be compiled.';

CREATE FUNCTION phm.hcc_age(birth_date date, payment_year integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT payment_year - extract(year FROM birth_date)::integer
	- (extract(month FROM birth_date) * 100 + extract(day FROM birth_date) > 201)::integer;
END;
COMMENT ON FUNCTION phm.hcc_age(date, integer) IS
'Age in whole years on 1 February of the payment year, as CMS counts it.';

CREATE FUNCTION phm.hcc_person(age integer, sex text, orec integer DEFAULT 0, crec integer DEFAULT NULL,
	dual_status text DEFAULT NULL, new_enrollee boolean DEFAULT false, snp boolean DEFAULT false,
	low_income boolean DEFAULT false, lti boolean DEFAULT false, graft_months integer DEFAULT NULL,
	esrd boolean DEFAULT NULL) RETURNS phm.hcc_person
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT ROW(age, sex, orec, crec, dual_status, new_enrollee, snp, low_income, lti, graft_months, esrd)::phm.hcc_person;
END;
COMMENT ON FUNCTION phm.hcc_person(integer, text, integer, integer, text, boolean, boolean, boolean, boolean, integer, boolean) IS
'A person for phm.hcc, by age on 1 February of the payment year. The fields are those of the type phm.hcc_person.';

CREATE FUNCTION phm.hcc_person(birth_date date, payment_year integer, sex text, orec integer DEFAULT 0,
	crec integer DEFAULT NULL, dual_status text DEFAULT NULL, new_enrollee boolean DEFAULT false,
	snp boolean DEFAULT false, low_income boolean DEFAULT false, lti boolean DEFAULT false,
	graft_months integer DEFAULT NULL, esrd boolean DEFAULT NULL) RETURNS phm.hcc_person
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT ROW(phm.hcc_age(birth_date, payment_year), sex, orec, crec, dual_status, new_enrollee, snp,
	low_income, lti, graft_months, esrd)::phm.hcc_person;
END;
COMMENT ON FUNCTION phm.hcc_person(date, integer, text, integer, integer, text, boolean, boolean, boolean, boolean, integer, boolean) IS
'A person for phm.hcc, by birth date and payment year. The fields are those of the type phm.hcc_person.';

CREATE FUNCTION phm.hcc(model phm.hcc_model, person phm.hcc_person, diagnoses text[]) RETURNS phm.hcc_result
AS 'MODULE_PATHNAME', 'phm_hcc' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hcc(phm.hcc_model, phm.hcc_person, text[]) IS
'Scores a person. diagnoses: ICD-10-CM codes of the data year, with or without dots, in either case, in any order; repeated, null and unmapped codes do no harm, a null array is no diagnoses. Null when the model or the person is null, age or sex is unknown, or no segment takes the person. Errors: 22023 for values outside a field''s range. Source: CMS-HCC, ESRD and RxHCC model software.';
CREATE FUNCTION phm.hcc(model phm.hcc_model, person phm.hcc_person, diagnoses phm.codeset) RETURNS phm.hcc_result
AS 'MODULE_PATHNAME', 'phm_hcc_codeset' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hcc(phm.hcc_model, phm.hcc_person, phm.codeset) IS
'Scores a person from the ICD-10-CM codes of a set; codes of other systems and codes without a system count for nothing. Otherwise as phm.hcc of an array. Errors: 22023 also for a set with a prefix of ICD-10-CM codes.';
CREATE FUNCTION phm.hcc_raw(model phm.hcc_model, person phm.hcc_person, diagnoses text[]) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_hcc_raw' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.hcc_raw(phm.hcc_model, phm.hcc_person, text[]) IS
'The raw risk score alone, faster than phm.hcc; arguments, nulls and errors as there.';
CREATE FUNCTION phm.hcc_payment(model phm.hcc_model, person phm.hcc_person, diagnoses text[]) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_hcc_payment' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.hcc_payment(phm.hcc_model, phm.hcc_person, text[]) IS
'The payment risk score alone, faster than phm.hcc; arguments, nulls and errors as there. Null also where no normalization factor is known.';

CREATE FUNCTION phm.hcc(state phm.hcc_state) RETURNS phm.hcc_result
AS 'MODULE_PATHNAME', 'phm_hcc_state_score' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hcc(phm.hcc_state) IS
'The score of a state made by phm.hcc_state_agg or phm.hcc_merge.';
CREATE FUNCTION phm.hcc_state_add(state phm.hcc_state, model phm.hcc_model, person phm.hcc_person, dx text)
RETURNS phm.hcc_state
AS 'MODULE_PATHNAME', 'phm_hcc_state_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.hcc_state_add(phm.hcc_state, phm.hcc_model, phm.hcc_person, text) IS
'Adds a diagnosis to a state, which may be null; a null diagnosis only makes the person known. Errors: 22023 when the state belongs to another person or model, and for a list of codes in one text.';
CREATE FUNCTION phm.hcc_state_merge(a phm.hcc_state, b phm.hcc_state) RETURNS phm.hcc_state
AS 'MODULE_PATHNAME', 'phm_hcc_state_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.hcc_state_merge(phm.hcc_state, phm.hcc_state) IS
'Joins two states of one person and model; either may be null. Errors: 22023 when they belong to different persons or models.';

CREATE AGGREGATE phm.hcc(model phm.hcc_model, person phm.hcc_person, dx text) (
	SFUNC = phm.hcc_state_add, STYPE = phm.hcc_state, SSPACE = 8192,
	COMBINEFUNC = phm.hcc_state_merge, FINALFUNC = phm.hcc, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.hcc(phm.hcc_model, phm.hcc_person, text) IS
'Scores persons from diagnosis rows, one row a diagnosis, grouped by person. A person without diagnoses is scored from one row with a null diagnosis. Errors: 22023 when the rows of a group differ in person or model, and for a list of codes in one text (an uncast array literal is text, and means this aggregate).';
CREATE AGGREGATE phm.hcc_state_agg(model phm.hcc_model, person phm.hcc_person, dx text) (
	SFUNC = phm.hcc_state_add, STYPE = phm.hcc_state, SSPACE = 8192,
	COMBINEFUNC = phm.hcc_state_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.hcc_state_agg(phm.hcc_model, phm.hcc_person, text) IS
'As the aggregate phm.hcc, but keeps the state, to be stored, merged with later rows and scored by phm.hcc(state).';
CREATE AGGREGATE phm.hcc_merge(state phm.hcc_state) (
	SFUNC = phm.hcc_state_merge, STYPE = phm.hcc_state, SSPACE = 8192,
	COMBINEFUNC = phm.hcc_state_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.hcc_merge(phm.hcc_state) IS
'Merges states of one person and model. Errors: 22023 when they differ in person or model.';

CREATE FUNCTION phm.explain_hcc(model phm.hcc_model, person phm.hcc_person, diagnoses text[],
	OUT term text, OUT kind text, OUT coefficient numeric, OUT hccs integer[], OUT because text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_hcc' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 20;
COMMENT ON FUNCTION phm.explain_hcc(phm.hcc_model, phm.hcc_person, text[]) IS
'A score term by term, so that it can be recomputed by hand: every term with its coefficient, the categories it rests on and the given diagnoses that map to them (because); then the suppressed categories (kind suppressed); then the way from the sum to the payment score (kind score, value in coefficient). No rows where phm.hcc gives null.';

CREATE FUNCTION phm.explain_hcc_diagnoses(model phm.hcc_model, person phm.hcc_person, diagnoses text[],
	OUT dx text, OUT use text, OUT hccs integer[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_hcc_diagnoses' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 20;
COMMENT ON FUNCTION phm.explain_hcc_diagnoses(phm.hcc_model, phm.hcc_person, text[]) IS
'What became of each given diagnosis, in the order given, with the categories it maps to. use: counted; no factor (its categories remain, but have no factor in the segment of the person, as for new enrollees); suppressed (by hierarchies or requirements); age or sex (the edits do not allow it for this person); unmapped (the model has no such code in its payment year: no category, unknown, or not valid then); not ICD-10-CM (not the form of a code: ICD-9-CM, blank, anything else). Null diagnoses are left out. No rows where phm.hcc gives null.';

CREATE FUNCTION phm.explain_hcc_model(model phm.hcc_model, OUT property text, OUT value text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_hcc_model' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 12;
COMMENT ON FUNCTION phm.explain_hcc_model(phm.hcc_model) IS
'What a model is and holds, for people; hash tells models apart.';

CREATE TYPE phm.hcc_share AS (model text, weight numeric, raw numeric, payment numeric, segment text);
COMMENT ON TYPE phm.hcc_share IS 'One part of a blended risk score: the model, its weight, and the scores it gives.';
COMMENT ON COLUMN phm.hcc_share.model IS 'Model, as in phm.hcc_release.';
COMMENT ON COLUMN phm.hcc_share.weight IS 'Share of the payment score of the model, from phm.hcc_blend.';
COMMENT ON COLUMN phm.hcc_share.raw IS 'Raw score.';
COMMENT ON COLUMN phm.hcc_share.payment IS 'Payment score, rounded to three decimals as CMS does.';
COMMENT ON COLUMN phm.hcc_share.segment IS 'Segment that took the person.';

CREATE FUNCTION phm.hcc_blended(program text, payment_year integer, person phm.hcc_person, diagnoses text[],
	unverified boolean DEFAULT false, OUT payment numeric, OUT shares phm.hcc_share[])
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	b record;
	r phm.hcc_result;
	total numeric := 0;
BEGIN
	IF program IS NULL OR payment_year IS NULL OR person IS NULL THEN
		RETURN;
	END IF;
	FOR b IN SELECT x.model, x.weight, x.status FROM phm.hcc_blend AS x
			  WHERE x.program = hcc_blended.program AND x.payment_year = hcc_blended.payment_year
			  ORDER BY x.model COLLATE "C" LOOP
		IF b.status = 'unverified' AND unverified IS NOT TRUE THEN
			RAISE EXCEPTION 'weights of program "%" for payment year % are unverified', program, payment_year
				USING ERRCODE = '22023', HINT = 'Check them against the Rate Announcement, or pass unverified => true.';
		END IF;
		r := phm.hcc(phm.hcc_model(b.model, payment_year, unverified => unverified IS TRUE), person, diagnoses);
		total := total + b.weight * r.payment;
		shares := shares || ROW(b.model, b.weight, r.raw, r.payment, r.segment)::phm.hcc_share;
	END LOOP;
	IF shares IS NULL THEN
		RAISE EXCEPTION 'there is no blend of program "%" for payment year %', program, payment_year
			USING ERRCODE = '22023', DETAIL = format('Available: %s.',
				(SELECT string_agg(l, '; ' ORDER BY l COLLATE "C")
				   FROM (SELECT concat(x.program, ' ', string_agg(DISTINCT x.payment_year::text, ', ')) AS l
						   FROM phm.hcc_blend AS x GROUP BY x.program) AS available)),
			HINT = 'A blend of your own is added as rows of phm.hcc_blend.';
	END IF;
	payment := round(total, 3);
END
$$;
COMMENT ON FUNCTION phm.hcc_blended(text, integer, phm.hcc_person, text[], boolean) IS
'The payment score of a program and payment year that is blended from several models (phm.hcc_blend): the sum of the payment scores times their weights, rounded to three decimals, and its parts. payment is null when a part has no payment score. unverified: accept weights and factors marked unverified. Errors: 22023 for a program or year without weights, and for unverified ones. Source: CMS Rate Announcements.';
