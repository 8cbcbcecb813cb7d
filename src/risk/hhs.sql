/*
 * hhs.sql: the HHS-HCC risk adjustment models of the individual and small-group
 * markets.  Reference tables hold the published models as rows; phm.hhs_model
 * compiles those of one benefit year into a value, and pure functions score
 * persons with it.
 */

CREATE TABLE phm.hhs_release (
	model text NOT NULL,
	benefit_year integer NOT NULL,
	rule_set text NOT NULL,
	coefficient_set text NOT NULL,
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	note text,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (model, benefit_year)
);
CREATE TABLE phm.hhs_category (
	rule_set text NOT NULL,
	category text NOT NULL CHECK (length(category) BETWEEN 1 AND 63),
	kind text NOT NULL CHECK (kind IN ('hcc', 'group', 'rxc', 'acf')),
	label text NOT NULL,
	year_from integer,
	year_to integer,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.hhs_mapping (
	rule_set text NOT NULL,
	category text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('dx', 'ndc', 'hcpcs')),
	age_min integer,
	age_max integer,
	sex integer CHECK (sex IN (1, 2)),
	year_from integer,
	year_to integer,
	codes text NOT NULL,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.hhs_edit (
	rule_set text NOT NULL,
	age_min integer,
	age_max integer,
	sex integer CHECK (sex IN (1, 2)),
	codes text NOT NULL,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.hhs_hierarchy (
	rule_set text NOT NULL,
	category text NOT NULL,
	drops text[] NOT NULL,
	year_from integer,
	year_to integer,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.hhs_group (
	rule_set text NOT NULL,
	age_group text NOT NULL CHECK (age_group IN ('adult', 'child', 'infant')),
	category text NOT NULL,
	members text[] NOT NULL,
	year_from integer,
	year_to integer,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.hhs_variable (
	rule_set text NOT NULL,
	age_group text NOT NULL CHECK (age_group IN ('adult', 'child', 'infant')),
	variable text NOT NULL CHECK (length(variable) BETWEEN 1 AND 63),
	kind text NOT NULL CHECK (kind IN ('set', 'uncounted', 'cell', 'person', 'interaction', 'count', 'duration', 'infant')),
	args text NOT NULL,
	year_from integer,
	year_to integer,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.hhs_coefficient (
	coefficient_set text NOT NULL,
	age_group text NOT NULL CHECK (age_group IN ('adult', 'child', 'infant')),
	variable text NOT NULL,
	platinum numeric NOT NULL CHECK (platinum BETWEEN -1000 AND 1000 AND scale(platinum) <= 6),
	gold numeric NOT NULL CHECK (gold BETWEEN -1000 AND 1000 AND scale(gold) <= 6),
	silver numeric NOT NULL CHECK (silver BETWEEN -1000 AND 1000 AND scale(silver) <= 6),
	bronze numeric NOT NULL CHECK (bronze BETWEEN -1000 AND 1000 AND scale(bronze) <= 6),
	catastrophic numeric NOT NULL CHECK (catastrophic BETWEEN -1000 AND 1000 AND scale(catastrophic) <= 6),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (coefficient_set, age_group, variable)
);
CREATE TABLE phm.hhs_csr (
	rule_set text NOT NULL,
	indicator integer NOT NULL CHECK (indicator BETWEEN 0 AND 15),
	factor numeric NOT NULL CHECK (factor BETWEEN 0.001 AND 100 AND scale(factor) <= 6),
	year_from integer,
	year_to integer,
	label text,
	built_in boolean NOT NULL DEFAULT true
);

-- @data phm.hhs_release(model, benefit_year::integer, rule_set, coefficient_set, status, note) hhs_release.tsv
-- @data phm.hhs_category(rule_set, category, kind, label, year_from::integer, year_to::integer) hhs_category.tsv
-- @data phm.hhs_mapping(rule_set, category, kind, age_min::integer, age_max::integer, sex::integer, year_from::integer, year_to::integer, codes) hhs_mapping.tsv
-- @data phm.hhs_edit(rule_set, age_min::integer, age_max::integer, sex::integer, codes) hhs_edit.tsv
-- @data phm.hhs_hierarchy(rule_set, category, drops::text[], year_from::integer, year_to::integer) hhs_hierarchy.tsv
-- @data phm.hhs_group(rule_set, age_group, category, members::text[], year_from::integer, year_to::integer) hhs_group.tsv
-- @data phm.hhs_variable(rule_set, age_group, variable, kind, args, year_from::integer, year_to::integer) hhs_variable.tsv
-- @data phm.hhs_coefficient(coefficient_set, age_group, variable, platinum::numeric, gold::numeric, silver::numeric, bronze::numeric, catastrophic::numeric) hhs_coefficient.tsv
-- @data phm.hhs_csr(rule_set, indicator::integer, factor::numeric, year_from::integer, year_to::integer, label) hhs_csr.tsv

ALTER TABLE phm.hhs_release ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_category ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_mapping ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_edit ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_hierarchy ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_group ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_variable ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_coefficient ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.hhs_csr ALTER COLUMN built_in SET DEFAULT false;

REVOKE ALL ON phm.hhs_release, phm.hhs_category, phm.hhs_mapping, phm.hhs_edit, phm.hhs_hierarchy,
	phm.hhs_group, phm.hhs_variable, phm.hhs_coefficient, phm.hhs_csr FROM PUBLIC;
GRANT SELECT ON phm.hhs_release, phm.hhs_category, phm.hhs_mapping, phm.hhs_edit, phm.hhs_hierarchy,
	phm.hhs_group, phm.hhs_variable, phm.hhs_coefficient, phm.hhs_csr TO PUBLIC;
SELECT pg_extension_config_dump('phm.hhs_release', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_category', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_mapping', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_edit', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_hierarchy', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_group', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_variable', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_coefficient', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.hhs_csr', 'WHERE NOT built_in');

-- Sessions keep what they have compiled as long as the stamp of phm.hcc_change is the same.
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_release
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_release ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_category
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_category ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_mapping
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_mapping ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_edit
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_edit ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_hierarchy
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_hierarchy ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_group
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_group ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_variable
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_variable ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_coefficient
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_coefficient ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.hhs_csr
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_hcc_change();
ALTER TABLE phm.hhs_csr ENABLE ALWAYS TRIGGER note_change;

COMMENT ON TABLE phm.hhs_release IS
'HHS risk-adjustment models by benefit year, and which rows of the other tables each of them uses. Source: HHS Notices of Benefit and Payment Parameters. A model of your own is a row here whose sets name your rows, or built-in ones.';
COMMENT ON COLUMN phm.hhs_release.model IS 'Name of the model, as phm.hhs_model takes it: V07, V08.';
COMMENT ON COLUMN phm.hhs_release.benefit_year IS 'Benefit year; diagnoses and drugs are those of the same year.';
COMMENT ON COLUMN phm.hhs_release.rule_set IS 'Rows of phm.hhs_category, hhs_mapping, hhs_edit, hhs_hierarchy, hhs_group, hhs_variable and hhs_csr that the model uses.';
COMMENT ON COLUMN phm.hhs_release.coefficient_set IS 'Rows of phm.hhs_coefficient that the model uses.';
COMMENT ON COLUMN phm.hhs_release.status IS 'How far the factors were checked: cross-checked between carriers, single source, unverified (refused unless asked for), own (loaded by the user).';
COMMENT ON COLUMN phm.hhs_release.note IS 'What the model is, and doubts.';
COMMENT ON COLUMN phm.hhs_release.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_category IS
'Categories of the models: HHS-HCCs, groups of them, prescription drug categories (RXC) and affiliated cost factors. Source: CMS HHS-HCC DIY software.';
COMMENT ON COLUMN phm.hhs_category.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_category.category IS 'Published name: HHS_HCC019, G01, RXC_06, ACF_PrEP.';
COMMENT ON COLUMN phm.hhs_category.kind IS 'hcc, group, rxc or acf.';
COMMENT ON COLUMN phm.hhs_category.label IS 'Published label; for a group, its members.';
COMMENT ON COLUMN phm.hhs_category.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_category.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_category.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_mapping IS
'Codes of a category, with the ages and the sex for which they count; a code may stand in several rows. phm.hhs_code shows one code a row. Source: CMS HHS-HCC DIY software.';
COMMENT ON COLUMN phm.hhs_mapping.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_mapping.category IS 'Category of phm.hhs_category.';
COMMENT ON COLUMN phm.hhs_mapping.kind IS 'dx (ICD-10-CM), ndc (National Drug Code, 11 digits) or hcpcs.';
COMMENT ON COLUMN phm.hhs_mapping.age_min IS 'Least age in years, null: any.';
COMMENT ON COLUMN phm.hhs_mapping.age_max IS 'Greatest age in years, null: any.';
COMMENT ON COLUMN phm.hhs_mapping.sex IS '1 male, 2 female, null: both.';
COMMENT ON COLUMN phm.hhs_mapping.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_mapping.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_mapping.codes IS 'Codes without dots and hyphens, separated by blanks; PREFIX:ENDING,ENDING stands for several codes of one beginning.';
COMMENT ON COLUMN phm.hhs_mapping.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_edit IS
'Diagnoses that count for some ages or one sex only where Medicare Code Editor edits are on; a diagnosis in several rows must satisfy all. Source: CMS HHS-HCC DIY software, list of benefit year 2019; single source.';
COMMENT ON COLUMN phm.hhs_edit.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_edit.age_min IS 'Least age in years, null: any.';
COMMENT ON COLUMN phm.hhs_edit.age_max IS 'Greatest age in years, null: any.';
COMMENT ON COLUMN phm.hhs_edit.sex IS '1 male, 2 female, null: both.';
COMMENT ON COLUMN phm.hhs_edit.codes IS 'ICD-10-CM codes, written as in phm.hhs_mapping.';
COMMENT ON COLUMN phm.hhs_edit.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_hierarchy IS
'Categories that a more severe category suppresses; all are decided at once from the categories before hierarchies. Source: CMS HHS-HCC DIY software.';
COMMENT ON COLUMN phm.hhs_hierarchy.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_hierarchy.category IS 'The more severe category.';
COMMENT ON COLUMN phm.hhs_hierarchy.drops IS 'The categories it suppresses.';
COMMENT ON COLUMN phm.hhs_hierarchy.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_hierarchy.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_hierarchy.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_group IS
'Groups of HHS-HCCs of which one counts, once, in the place of its members. Source: CMS HHS-HCC DIY software.';
COMMENT ON COLUMN phm.hhs_group.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_group.age_group IS 'Model of the age group to which the group belongs: adult (21 and over), child (2 to 20) or infant (0 and 1).';
COMMENT ON COLUMN phm.hhs_group.category IS 'The group.';
COMMENT ON COLUMN phm.hhs_group.members IS 'Its members.';
COMMENT ON COLUMN phm.hhs_group.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_group.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_group.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_variable IS
'Variables of a model other than its categories, and named sets of categories. A variable counts only where phm.hhs_coefficient has it. Source: CMS HHS-HCC DIY software.';
COMMENT ON COLUMN phm.hhs_variable.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_variable.age_group IS 'adult (21 and over), child (2 to 20) or infant (0 and 1).';
COMMENT ON COLUMN phm.hhs_variable.variable IS 'Published name, or the name of a set.';
COMMENT ON COLUMN phm.hhs_variable.kind IS 'set (categories under a name), uncounted (categories that are no payment HCCs), cell (demographic cell), person (other demographic variable), interaction, count (by payment HCCs), duration (by months of enrollment), infant (maturity by severity).';
COMMENT ON COLUMN phm.hhs_variable.args IS 'set, uncounted: categories and sets. Others: words all of which must hold: male, female, age=A-B, months=A-B, count=A-B (payment HCCs after grouping; B may be left out), or categories and sets before grouping, A|B for one of them, !A|B for none.';
COMMENT ON COLUMN phm.hhs_variable.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_variable.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_variable.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.hhs_coefficient IS
'Risk factors by age group and metal level. Source: HHS Notices of Benefit and Payment Parameters.';
COMMENT ON COLUMN phm.hhs_coefficient.coefficient_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_coefficient.age_group IS 'adult (21 and over), child (2 to 20) or infant (0 and 1).';
COMMENT ON COLUMN phm.hhs_coefficient.variable IS 'Category of phm.hhs_category or variable of phm.hhs_variable.';
COMMENT ON COLUMN phm.hhs_coefficient.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON COLUMN phm.hhs_coefficient.platinum IS 'Factor in platinum plans, at most six decimals.';
COMMENT ON COLUMN phm.hhs_coefficient.gold IS 'Factor in gold plans, at most six decimals.';
COMMENT ON COLUMN phm.hhs_coefficient.silver IS 'Factor in silver plans, at most six decimals.';
COMMENT ON COLUMN phm.hhs_coefficient.bronze IS 'Factor in bronze plans, at most six decimals.';
COMMENT ON COLUMN phm.hhs_coefficient.catastrophic IS 'Factor in catastrophic plans, at most six decimals.';
COMMENT ON TABLE phm.hhs_csr IS
'Induced-demand factors of plan variations with cost-sharing reductions, by which the raw score is multiplied. Source: HHS Notices of Benefit and Payment Parameters; CMS HHS-HCC DIY software.';
COMMENT ON COLUMN phm.hhs_csr.rule_set IS 'Set that phm.hhs_release names.';
COMMENT ON COLUMN phm.hhs_csr.indicator IS 'CSR indicator of the DIY software, 0 to 15.';
COMMENT ON COLUMN phm.hhs_csr.factor IS 'Factor, at most six decimals.';
COMMENT ON COLUMN phm.hhs_csr.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_csr.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_csr.label IS 'Plan variations of the indicator.';
COMMENT ON COLUMN phm.hhs_csr.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE VIEW phm.hhs_code AS
SELECT m.rule_set, m.kind, split_part(item, ':', 1) || coalesce(ending, '') AS code, m.category, m.age_min, m.age_max,
	m.sex, m.year_from, m.year_to, m.built_in
  FROM phm.hhs_mapping AS m
 CROSS JOIN LATERAL string_to_table(m.codes, ' ') AS item
  LEFT JOIN LATERAL string_to_table(nullif(split_part(item, ':', 2), ''), ',') AS ending ON true
 WHERE item <> '';
REVOKE ALL ON phm.hhs_code FROM PUBLIC;
GRANT SELECT ON phm.hhs_code TO PUBLIC;
COMMENT ON VIEW phm.hhs_code IS 'The rows of phm.hhs_mapping, one code a row.';
COMMENT ON COLUMN phm.hhs_code.rule_set IS 'As in phm.hhs_mapping.';
COMMENT ON COLUMN phm.hhs_code.kind IS 'dx, ndc or hcpcs.';
COMMENT ON COLUMN phm.hhs_code.code IS 'Code without dots and hyphens.';
COMMENT ON COLUMN phm.hhs_code.category IS 'Category of phm.hhs_category.';
COMMENT ON COLUMN phm.hhs_code.age_min IS 'Least age in years, null: any.';
COMMENT ON COLUMN phm.hhs_code.age_max IS 'Greatest age in years, null: any.';
COMMENT ON COLUMN phm.hhs_code.sex IS '1 male, 2 female, null: both.';
COMMENT ON COLUMN phm.hhs_code.year_from IS 'First benefit year, null: since before 2023.';
COMMENT ON COLUMN phm.hhs_code.year_to IS 'Last benefit year, null: still valid.';
COMMENT ON COLUMN phm.hhs_code.built_in IS 'True for rows that come with phm.';

CREATE TYPE phm.hhs_model;
CREATE FUNCTION phm.hhs_model_in(cstring) RETURNS phm.hhs_model
AS 'MODULE_PATHNAME', 'phm_hhs_model_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.hhs_model_out(phm.hhs_model) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_hhs_model_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.hhs_model_recv(internal) RETURNS phm.hhs_model
AS 'MODULE_PATHNAME', 'phm_hhs_model_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.hhs_model_send(phm.hhs_model) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_hhs_model_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE TYPE phm.hhs_model (
	INPUT = phm.hhs_model_in, OUTPUT = phm.hhs_model_out,
	RECEIVE = phm.hhs_model_recv, SEND = phm.hhs_model_send,
	ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE phm.hhs_model IS
'An HHS-HCC risk-adjustment model of one benefit year: codes, edits, hierarchies, groups, conditions and factors by age group and metal level in one value, made by phm.hhs_model(name, benefit_year). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.hhs_model_in(cstring) IS 'Text input of phm.hhs_model: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.hhs_model_out(phm.hhs_model) IS 'Text output of phm.hhs_model; reads back exactly.';
COMMENT ON FUNCTION phm.hhs_model_recv(internal) IS 'Binary input of phm.hhs_model; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.hhs_model_send(phm.hhs_model) IS 'Binary output of phm.hhs_model, the same on every machine.';

CREATE TYPE phm.hhs_person AS (
	age integer,
	sex text,
	metal text,
	csr integer,
	months integer
);
COMMENT ON TYPE phm.hhs_person IS
'What an HHS risk-adjustment model asks about a person. A null age or an unknown sex or metal level gives a null score. Errors, when used: 22023 for values outside the fields'' ranges.';
COMMENT ON COLUMN phm.hhs_person.age IS 'Age in whole years on the last day of enrollment in the benefit year, 0 to 120. It decides the model: adult from 21, child from 2, infant below. An infant of age 0 is taken as born in the year when a newborn category says so, else as of age 1.';
COMMENT ON COLUMN phm.hhs_person.sex IS 'M, male or 1; F, female or 2; null, 0, U or unknown: not known.';
COMMENT ON COLUMN phm.hhs_person.metal IS 'Metal level of the plan: platinum, gold, silver, bronze or catastrophic, or its first letter; null: not known.';
COMMENT ON COLUMN phm.hhs_person.csr IS 'Cost-sharing-reduction indicator of the plan variation, as phm.hhs_csr lists them; null: 1, none.';
COMMENT ON COLUMN phm.hhs_person.months IS 'Months of enrollment in the benefit year, 1 to 12 (phm.hhs_months counts them from days); null: 12.';

CREATE TYPE phm.hhs_term AS (term text, kind text, coefficient numeric);
COMMENT ON TYPE phm.hhs_term IS 'One term of an HHS risk score.';
COMMENT ON COLUMN phm.hhs_term.term IS 'Published name of the variable or category.';
COMMENT ON COLUMN phm.hhs_term.kind IS 'cell, person, hcc, group, rxc, acf, interaction, count, duration or infant.';
COMMENT ON COLUMN phm.hhs_term.coefficient IS 'Factor of the age group and metal level.';

CREATE TYPE phm.hhs_result AS (
	raw numeric,
	score numeric,
	age_group text,
	metal text,
	categories_before text[],
	categories text[],
	groups text[],
	rxcs text[],
	interactions text[],
	payment_hccs integer,
	csr_factor numeric,
	codes integer,
	unmapped integer,
	terms phm.hhs_term[]
);
COMMENT ON TYPE phm.hhs_result IS
'An HHS risk score and everything it is made of: the sum of the terms'' coefficients is raw; raw times csr_factor, rounded to three decimals (half away from zero), is score.';
COMMENT ON COLUMN phm.hhs_result.raw IS 'Raw plan liability risk score, exact.';
COMMENT ON COLUMN phm.hhs_result.score IS 'Score adjusted for cost-sharing reductions, three decimals.';
COMMENT ON COLUMN phm.hhs_result.age_group IS 'Model that took the person: adult, child or infant.';
COMMENT ON COLUMN phm.hhs_result.metal IS 'Metal level.';
COMMENT ON COLUMN phm.hhs_result.categories_before IS 'HCCs, RXCs and affiliated cost factors to which the codes map, before hierarchies.';
COMMENT ON COLUMN phm.hhs_result.categories IS 'HCCs that remain after hierarchies, before grouping.';
COMMENT ON COLUMN phm.hhs_result.groups IS 'Groups that count in the place of their members.';
COMMENT ON COLUMN phm.hhs_result.rxcs IS 'RXCs and affiliated cost factors that remain after hierarchies.';
COMMENT ON COLUMN phm.hhs_result.interactions IS 'Interactions, counts, enrollment durations and infant variables that hold.';
COMMENT ON COLUMN phm.hhs_result.payment_hccs IS 'Payment HCCs after grouping, as the count variables see them.';
COMMENT ON COLUMN phm.hhs_result.csr_factor IS 'Induced-demand factor of the cost-sharing reduction.';
COMMENT ON COLUMN phm.hhs_result.codes IS 'Codes given, nulls left out, repeated ones counted again.';
COMMENT ON COLUMN phm.hhs_result.unmapped IS 'Of these, codes that count for nothing for this person: unknown, of another year or system, or edited out.';
COMMENT ON COLUMN phm.hhs_result.terms IS 'All terms of the score.';

CREATE TYPE phm.hhs_state;
CREATE FUNCTION phm.hhs_state_in(cstring) RETURNS phm.hhs_state
AS 'MODULE_PATHNAME', 'phm_hhs_state_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION phm.hhs_state_out(phm.hhs_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_hhs_state_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION phm.hhs_state_recv(internal) RETURNS phm.hhs_state
AS 'MODULE_PATHNAME', 'phm_hhs_state_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION phm.hhs_state_send(phm.hhs_state) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_hhs_state_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE TYPE phm.hhs_state (
	INPUT = phm.hhs_state_in, OUTPUT = phm.hhs_state_out,
	RECEIVE = phm.hhs_state_recv, SEND = phm.hhs_state_send,
	ALIGNMENT = double, STORAGE = plain
);
COMMENT ON TYPE phm.hhs_state IS
'An HHS risk score in the making: the categories of one person found so far in a model. Made by phm.hhs_state_agg, merged by phm.hhs_merge, scored by phm.hhs(model, state). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.hhs_state_in(cstring) IS 'Text input of phm.hhs_state: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.hhs_state_out(phm.hhs_state) IS 'Text output of phm.hhs_state; reads back exactly.';
COMMENT ON FUNCTION phm.hhs_state_recv(internal) IS 'Binary input of phm.hhs_state; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.hhs_state_send(phm.hhs_state) IS 'Binary output of phm.hhs_state, the same on every machine.';

CREATE FUNCTION phm.hhs_model(name text, benefit_year integer, mce_edits boolean DEFAULT false,
	unverified boolean DEFAULT false) RETURNS phm.hhs_model
AS 'MODULE_PATHNAME', 'phm_hhs_model' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.hhs_model(text, integer, boolean, boolean) IS
'The HHS risk-adjustment model of a name and benefit year (phm.hhs_release lists them), compiled from the phm.hhs_* tables and kept by the session while they do not change. mce_edits: apply phm.hhs_edit too, by the person''s age. unverified: accept factors marked unverified. Errors: 22023 for an unknown or unverified model and for rows that cannot be compiled.';

CREATE FUNCTION phm.hhs_months(enrollment_days integer) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_hhs_months' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.hhs_months(integer) IS
'Months of enrollment by days of enrollment in the benefit year, as CMS counts them: 1 to 31 days are 1, 32 to 62 are 2, … 336 to 366 are 12. Errors: 22023 for fewer than 1 or more than 366 days.';

CREATE FUNCTION phm.hhs_person(age integer, sex text, metal text, csr integer DEFAULT 1,
	enrollment_days integer DEFAULT NULL, months integer DEFAULT NULL) RETURNS phm.hhs_person
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT ROW(age, sex, metal, csr, coalesce(months, phm.hhs_months(enrollment_days)))::phm.hhs_person;
END;
COMMENT ON FUNCTION phm.hhs_person(integer, text, text, integer, integer, integer) IS
'A person for phm.hhs, by age on the last day of enrollment. The fields are those of the type phm.hhs_person; enrollment is given in days or in months, neither means the whole year. Errors: 22023 for days outside 1 to 366.';

CREATE FUNCTION phm.hhs_person(birth_date date, enrolled_from date, enrolled_to date, sex text, metal text,
	csr integer DEFAULT 1) RETURNS phm.hhs_person
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT ROW(extract(year FROM age(enrolled_to::timestamp, birth_date::timestamp))::integer, sex, metal, csr,
	phm.hhs_months(enrolled_to - enrolled_from + 1))::phm.hhs_person;
END;
COMMENT ON FUNCTION phm.hhs_person(date, date, date, text, text, integer) IS
'A person for phm.hhs, by birth date and the first and last day of enrollment, both in the benefit year: age is that of the last day. Errors: 22023 for an enrollment of fewer than 1 or more than 366 days.';

CREATE FUNCTION phm.hhs(model phm.hhs_model, person phm.hhs_person, diagnoses text[],
	ndcs text[] DEFAULT NULL, hcpcs text[] DEFAULT NULL) RETURNS phm.hhs_result
AS 'MODULE_PATHNAME', 'phm_hhs' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hhs(phm.hhs_model, phm.hhs_person, text[], text[], text[]) IS
'Scores a person. diagnoses: ICD-10-CM codes of the benefit year, with or without dots; ndcs: National Drug Codes, 11 digits or with hyphens; hcpcs: procedure codes (the two are told apart by their form, in whichever list they stand); in either case, with blanks around, in any order. Repeated and null codes do no harm, unmapped ones are counted in the result, a null array is no codes. Null when the model or the person is null, or age, sex or metal level is unknown. Errors: 22023 for values outside a field''s range. Source: CMS HHS-HCC DIY software.';
CREATE FUNCTION phm.hhs_raw(model phm.hhs_model, person phm.hhs_person, diagnoses text[],
	ndcs text[] DEFAULT NULL, hcpcs text[] DEFAULT NULL) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_hhs_raw' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.hhs_raw(phm.hhs_model, phm.hhs_person, text[], text[], text[]) IS
'The raw risk score alone, faster than phm.hhs; arguments, nulls and errors as there.';
CREATE FUNCTION phm.hhs_score(model phm.hhs_model, person phm.hhs_person, diagnoses text[],
	ndcs text[] DEFAULT NULL, hcpcs text[] DEFAULT NULL) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_hhs_score' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.hhs_score(phm.hhs_model, phm.hhs_person, text[], text[], text[]) IS
'The risk score adjusted for cost-sharing reductions alone, faster than phm.hhs; arguments, nulls and errors as there.';

CREATE FUNCTION phm.hhs(model phm.hhs_model, state phm.hhs_state) RETURNS phm.hhs_result
AS 'MODULE_PATHNAME', 'phm_hhs_state_score' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.hhs(phm.hhs_model, phm.hhs_state) IS
'The score of a state made by phm.hhs_state_agg or phm.hhs_merge with the same model. Errors: 22023 when the state belongs to another model.';
CREATE FUNCTION phm.hhs_state_add(state phm.hhs_state, model phm.hhs_model, person phm.hhs_person, kind text, code text)
RETURNS phm.hhs_state
AS 'MODULE_PATHNAME', 'phm_hhs_state_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.hhs_state_add(phm.hhs_state, phm.hhs_model, phm.hhs_person, text, text) IS
'Adds a code to a state, which may be null; a null code only makes the person known. kind: dx (ICD-10-CM), ndc or hcpcs. Errors: 22023 when the state belongs to another person or model, for an unknown kind and for a list of codes in one text; 22004 for a code without a kind.';
CREATE FUNCTION phm.hhs_state_merge(a phm.hhs_state, b phm.hhs_state) RETURNS phm.hhs_state
AS 'MODULE_PATHNAME', 'phm_hhs_state_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.hhs_state_merge(phm.hhs_state, phm.hhs_state) IS
'Joins two states of one person and model; either may be null. Errors: 22023 when they belong to different persons or models.';

CREATE AGGREGATE phm.hhs_state_agg(model phm.hhs_model, person phm.hhs_person, kind text, code text) (
	SFUNC = phm.hhs_state_add, STYPE = phm.hhs_state, SSPACE = 64,
	COMBINEFUNC = phm.hhs_state_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.hhs_state_agg(phm.hhs_model, phm.hhs_person, text, text) IS
'Collects the code rows of persons, one row a code, grouped by person, into a state that phm.hhs(model, state) scores and that can be stored and merged with later rows. A person without codes needs one row with a null code. Errors: 22023 when the rows of a group differ in person or model, for an unknown kind and for a list of codes in one text; 22004 for a code without a kind.';
CREATE AGGREGATE phm.hhs_merge(state phm.hhs_state) (
	SFUNC = phm.hhs_state_merge, STYPE = phm.hhs_state, SSPACE = 64,
	COMBINEFUNC = phm.hhs_state_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.hhs_merge(phm.hhs_state) IS
'Merges states of one person and model. Errors: 22023 when they differ in person or model.';

CREATE FUNCTION phm.explain_hhs(model phm.hhs_model, person phm.hhs_person, diagnoses text[],
	ndcs text[] DEFAULT NULL, hcpcs text[] DEFAULT NULL,
	OUT term text, OUT kind text, OUT coefficient numeric, OUT categories text[], OUT because text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_hhs' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 20;
COMMENT ON FUNCTION phm.explain_hhs(phm.hhs_model, phm.hhs_person, text[], text[], text[]) IS
'A score term by term, so that it can be recomputed by hand: every term with its coefficient, the categories it rests on and the given codes that map to them (because); then the suppressed categories (kind suppressed); then the way from the raw score to the adjusted one (kind score, value in coefficient). No rows where phm.hhs gives null.';

CREATE FUNCTION phm.explain_hhs_model(model phm.hhs_model, OUT property text, OUT value text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_hhs_model' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 12;
COMMENT ON FUNCTION phm.explain_hhs_model(phm.hhs_model) IS
'What a model is and holds, for people; hash tells models apart.';
