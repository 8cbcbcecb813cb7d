/*
 * grouper.sql: groupers, which sort the codes of code systems into
 * categories.  Reference tables hold the published ones as rows;
 * phm.grouper(name) compiles one into a value, and pure functions and
 * aggregates sort codes with it.
 */

CREATE TABLE phm.grouper_release (
	grouper text PRIMARY KEY CHECK (length(grouper) BETWEEN 1 AND 63),
	title text NOT NULL,
	version text,
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	note text,
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.grouper_category (
	grouper text NOT NULL,
	seq integer NOT NULL DEFAULT 1,
	category text NOT NULL CHECK (length(category) BETWEEN 1 AND 255),
	label text,
	part text,
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (grouper, category)
);
CREATE TABLE phm.grouper_code (
	grouper text NOT NULL,
	code_system text NOT NULL DEFAULT 'ICD10CM' CHECK (length(code_system) BETWEEN 1 AND 63),
	category text NOT NULL,
	codes text NOT NULL,
	built_in boolean NOT NULL DEFAULT true
);
CREATE INDEX ON phm.grouper_code (grouper);

-- @data phm.grouper_release(grouper, title, version, status, note) grouper_release.tsv
-- @data phm.grouper_category(grouper, seq::integer, category, label, part) grouper_category.tsv
-- @data phm.grouper_code(grouper, code_system, category, codes) grouper_ccs.tsv
-- @data phm.grouper_code(grouper, code_system, category, codes) grouper_ccsr.tsv
-- @data phm.grouper_code(grouper, code_system, category, codes) grouper_measure.tsv
-- @data phm.grouper_code(grouper, code_system, category, codes) grouper_ccw.tsv
-- @data phm.grouper_code(grouper, code_system, category, codes) grouper_cpt.tsv
-- @data phm.grouper_code(grouper, code_system, category, codes) grouper_comorbidity.tsv

ALTER TABLE phm.grouper_release ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.grouper_category ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.grouper_code ALTER COLUMN built_in SET DEFAULT false;
REVOKE ALL ON phm.grouper_release, phm.grouper_category, phm.grouper_code FROM PUBLIC;
GRANT SELECT ON phm.grouper_release, phm.grouper_category, phm.grouper_code TO PUBLIC;
SELECT pg_extension_config_dump('phm.grouper_release', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.grouper_category', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.grouper_code', 'WHERE NOT built_in');

-- Sessions keep what they have compiled as long as the stamp is the same; the trigger changes it with the rows.
CREATE TABLE phm.grouper_change (stamp uuid NOT NULL);
INSERT INTO phm.grouper_change VALUES ('00000000-0000-0000-0000-000000000000');
REVOKE ALL ON phm.grouper_change FROM PUBLIC;
GRANT SELECT ON phm.grouper_change TO PUBLIC;
COMMENT ON TABLE phm.grouper_change IS 'Internal: one row, which every change of the rows of groupers and of what is compiled from them changes, so that sessions know when values must be compiled anew.';
COMMENT ON COLUMN phm.grouper_change.stamp IS 'Another value after every change, never one that was there before.';
CREATE FUNCTION phm.note_grouper_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE phm.grouper_change SET stamp = gen_random_uuid();
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.note_grouper_change() FROM PUBLIC;
COMMENT ON FUNCTION phm.note_grouper_change() IS 'Trigger: notes in phm.grouper_change that rows of groupers, or of values compiled from them, have changed.';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.grouper_release
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.grouper_release ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.grouper_category
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.grouper_category ENABLE ALWAYS TRIGGER note_change;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.grouper_code
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.grouper_code ENABLE ALWAYS TRIGGER note_change;

COMMENT ON TABLE phm.grouper_release IS
'Groupers: published ways of sorting codes into categories. A grouper of your own is a row here with rows in phm.grouper_category and phm.grouper_code.';
COMMENT ON COLUMN phm.grouper_release.grouper IS 'Name, as phm.grouper takes it.';
COMMENT ON COLUMN phm.grouper_release.title IS 'Published title.';
COMMENT ON COLUMN phm.grouper_release.version IS 'Published version, or the code years carried.';
COMMENT ON COLUMN phm.grouper_release.status IS 'How far the rows were checked: cross-checked between carriers, single source, unverified (refused unless asked for), own (loaded by the user).';
COMMENT ON COLUMN phm.grouper_release.note IS 'Publisher, use, and what is missing.';
COMMENT ON COLUMN phm.grouper_release.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.grouper_category IS 'Categories of groupers.';
COMMENT ON COLUMN phm.grouper_category.grouper IS 'As in phm.grouper_release.';
COMMENT ON COLUMN phm.grouper_category.seq IS 'Order of the categories; equal ones by name.';
COMMENT ON COLUMN phm.grouper_category.category IS 'Short name or number of the category.';
COMMENT ON COLUMN phm.grouper_category.label IS 'Published name; null where there is none.';
COMMENT ON COLUMN phm.grouper_category.part IS 'What the category is part of: body system, indicator, kind of list; null where nothing is said.';
COMMENT ON COLUMN phm.grouper_category.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.grouper_code IS
'Codes of categories; a category may have several rows, and a code may stand in several categories. phm.grouper_codes(phm.grouper(name)) shows one code a row.';
COMMENT ON COLUMN phm.grouper_code.grouper IS 'As in phm.grouper_release.';
COMMENT ON COLUMN phm.grouper_code.code_system IS 'Code system: ICD10CM, ICD10PCS, ICD9CM, HCPCS (CPT codes too), MSDRG, NDC, or another grouper whose categories are sorted (CCS, CCS_PROCEDURE); any name of your own.';
COMMENT ON COLUMN phm.grouper_code.category IS 'Category, as in phm.grouper_category.';
COMMENT ON COLUMN phm.grouper_code.codes IS 'Codes separated by blanks, without or with dots: E119; I21* (every code that begins so); A0[0-3K] (one of several characters); E11(9,65*) (one of several endings, which may have classes and endings of their own).';
COMMENT ON COLUMN phm.grouper_code.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE TYPE phm.grouper_model;
CREATE FUNCTION phm.grouper_model_in(cstring) RETURNS phm.grouper_model
AS 'MODULE_PATHNAME', 'phm_grouper_model_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.grouper_model_out(phm.grouper_model) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_kept_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE FUNCTION phm.grouper_model_recv(internal) RETURNS phm.grouper_model
AS 'MODULE_PATHNAME', 'phm_grouper_model_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
CREATE FUNCTION phm.grouper_model_send(phm.grouper_model) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_kept_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
CREATE TYPE phm.grouper_model (
	INPUT = phm.grouper_model_in, OUTPUT = phm.grouper_model_out,
	RECEIVE = phm.grouper_model_recv, SEND = phm.grouper_model_send,
	ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE phm.grouper_model IS
'A grouper: codes and prefixes of code systems with their categories in one value, made by phm.grouper(name). Text form: hexadecimal.';
COMMENT ON FUNCTION phm.grouper_model_in(cstring) IS 'Text input of phm.grouper_model: \x and hexadecimal digits; checked whole. Errors: 22P02.';
COMMENT ON FUNCTION phm.grouper_model_out(phm.grouper_model) IS 'Text output of phm.grouper_model; reads back exactly.';
COMMENT ON FUNCTION phm.grouper_model_recv(internal) IS 'Binary input of phm.grouper_model; checked whole. Errors: 22P03.';
COMMENT ON FUNCTION phm.grouper_model_send(phm.grouper_model) IS 'Binary output of phm.grouper_model, the same on every machine.';

CREATE FUNCTION phm.grouper(name text, unverified boolean DEFAULT false) RETURNS phm.grouper_model
AS 'MODULE_PATHNAME', 'phm_grouper' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.grouper(text, boolean) IS
'The grouper of a name (phm.grouper_release lists them), compiled from the phm.grouper_* tables once per query. unverified: accept one whose rows are marked unverified. Errors: 22023 for an unknown or unverified grouper and for rows that cannot be compiled.';
CREATE FUNCTION phm.group_of(grouper phm.grouper_model, code text, code_system text DEFAULT 'ICD10CM') RETURNS text[]
AS 'MODULE_PATHNAME', 'phm_group_of' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.group_of(phm.grouper_model, text, text) IS
'The categories of a code, in the order of the grouper; an empty array when it belongs to none. The code may have dots, hyphens and blanks and be in either case. Errors: 22023 for a code system of which the grouper has no codes.';
CREATE FUNCTION phm.groups(grouper phm.grouper_model, codes text[], code_system text DEFAULT 'ICD10CM',
	OUT category text, OUT label text, OUT codes_of text[]) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_groups' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION phm.groups(phm.grouper_model, text[], text) IS
'The categories of codes, in the order of the grouper, each with its label and the codes behind it as given (codes_of); codes that belong to no category come last, in a row without category. Null codes do no harm, a null argument gives no rows. Errors: 22023 for a code system of which the grouper has no codes.';
CREATE FUNCTION phm.ungrouped(grouper phm.grouper_model, codes text[], code_system text DEFAULT 'ICD10CM') RETURNS text[]
AS 'MODULE_PATHNAME', 'phm_ungrouped' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.ungrouped(phm.grouper_model, text[], text) IS
'The codes, as given, that belong to no category of the grouper: unknown, of another code system, not yet or no longer valid. Errors: 22023 for a code system of which the grouper has no codes.';
CREATE FUNCTION phm.grouper_label(grouper phm.grouper_model, category text) RETURNS text
AS 'MODULE_PATHNAME', 'phm_grouper_label' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.grouper_label(phm.grouper_model, text) IS
'The published name of a category; empty where it has none, null where the grouper has no such category.';
CREATE FUNCTION phm.grouper_codes(grouper phm.grouper_model, OUT code_system text, OUT code text, OUT category text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_grouper_codes' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 50000;
COMMENT ON FUNCTION phm.grouper_codes(phm.grouper_model) IS
'Everything a grouper holds, a code and category a row, in no particular order; code is without dots, and a prefix ends in *. What a longer code or prefix has from a shorter prefix is shown with it too.';

CREATE FUNCTION phm.groups_add(state text[], grouper phm.grouper_model, code text, code_system text) RETURNS text[]
AS 'MODULE_PATHNAME', 'phm_groups_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.groups_add(text[], phm.grouper_model, text, text) IS
'Adds the categories of a code to a sorted list of categories, which may be null; a null code or grouper adds nothing. Errors: 22023 for a code system of which the grouper has no codes.';
CREATE FUNCTION phm.groups_add(state text[], grouper phm.grouper_model, code text) RETURNS text[]
AS 'MODULE_PATHNAME', 'phm_groups_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.groups_add(text[], phm.grouper_model, text) IS
'The same for a code of ICD10CM.';
CREATE FUNCTION phm.groups_merge(a text[], b text[]) RETURNS text[]
AS 'MODULE_PATHNAME', 'phm_groups_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.groups_merge(text[], text[]) IS
'Joins two sorted lists of categories without nulls; either may be null. Errors: 22023 for lists that are not such.';
CREATE AGGREGATE phm.groups_agg(grouper phm.grouper_model, code text, code_system text) (
	SFUNC = phm.groups_add, STYPE = text[], INITCOND = '{}', COMBINEFUNC = phm.groups_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.groups_agg(phm.grouper_model, text, text) IS
'The categories of the codes of a group of rows, sorted by name, each once. The result is the state too: phm.groups_merge joins two.';
CREATE AGGREGATE phm.groups_agg(grouper phm.grouper_model, code text) (
	SFUNC = phm.groups_add, STYPE = text[], INITCOND = '{}', COMBINEFUNC = phm.groups_merge, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.groups_agg(phm.grouper_model, text) IS
'The same for codes of ICD10CM.';
