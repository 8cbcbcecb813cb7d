-- Libraries of CQL as ELM, and logic that is kept linked.
CREATE TABLE phm.library (
	name text NOT NULL,
	version text NOT NULL DEFAULT '',
	url text,
	elm text NOT NULL,
	translator text,
	includes text[] NOT NULL DEFAULT '{}',
	value_sets text[] NOT NULL DEFAULT '{}',
	problems jsonb NOT NULL DEFAULT '[]',
	loaded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	source text,
	elm_hash bytea,
	PRIMARY KEY (name, version)
);
CREATE INDEX library_url_idx ON phm.library (url);
REVOKE ALL ON phm.library FROM PUBLIC;
COMMENT ON TABLE phm.library IS 'Libraries of CQL in their compiled form, ELM, by name and version. phm.load_elm and phm.load_fhir_library write them, phm.link reads them.';
COMMENT ON COLUMN phm.library.name IS 'Name in the library''s identifier.';
COMMENT ON COLUMN phm.library.version IS 'Version, empty where it has none.';
COMMENT ON COLUMN phm.library.url IS 'Canonical URL, where it came as a FHIR Library.';
COMMENT ON COLUMN phm.library.elm IS 'The ELM, JSON or XML.';
COMMENT ON COLUMN phm.library.translator IS 'Which translator made it, with its options.';
COMMENT ON COLUMN phm.library.includes IS 'Libraries that it includes: name|version, or a name.';
COMMENT ON COLUMN phm.library.value_sets IS 'Value sets that it declares: url|version, or a url.';
COMMENT ON COLUMN phm.library.problems IS 'What in it cannot be read: an array of library, definition, line, column, message.';
COMMENT ON COLUMN phm.library.loaded_at IS 'When it was loaded last; loading it again as it is does not count.';
COMMENT ON COLUMN phm.library.source IS 'From where, as told to the loader.';
COMMENT ON COLUMN phm.library.elm_hash IS 'SHA-256 of the ELM in UTF-8: what is loaded again is not read again.';

CREATE TABLE phm.rule_set (
	name text NOT NULL,
	libraries text[] NOT NULL,
	missing_value_sets text NOT NULL DEFAULT 'error',
	value_set_versions jsonb NOT NULL DEFAULT '{}',
	logic phm.logic NOT NULL,
	hash bigint NOT NULL,
	uses_libraries text[] NOT NULL,
	uses_value_sets text[] NOT NULL,
	linked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	stale boolean NOT NULL DEFAULT false,
	problem text,
	PRIMARY KEY (name)
);
REVOKE ALL ON phm.rule_set FROM PUBLIC;
COMMENT ON TABLE phm.rule_set IS 'Logic that is kept by name and linked again, at the end of the transaction, when a library or value set that it uses changes. phm.keep_logic writes it, phm.kept_logic reads it.';
COMMENT ON COLUMN phm.rule_set.name IS 'Name of the logic.';
COMMENT ON COLUMN phm.rule_set.libraries IS 'Libraries whose expressions it gives: arguments of phm.link.';
COMMENT ON COLUMN phm.rule_set.missing_value_sets IS 'error, or empty: a value set that is not loaded has no codes.';
COMMENT ON COLUMN phm.rule_set.value_set_versions IS 'Versions of value sets that the libraries name without version: url to version; of others the current one is taken.';
COMMENT ON COLUMN phm.rule_set.logic IS 'The linked logic.';
COMMENT ON COLUMN phm.rule_set.hash IS 'phm.logic_hash of it: results carry it.';
COMMENT ON COLUMN phm.rule_set.uses_libraries IS 'Names of all libraries in it.';
COMMENT ON COLUMN phm.rule_set.uses_value_sets IS 'URLs of all value sets in it, loaded or not.';
COMMENT ON COLUMN phm.rule_set.linked_at IS 'When it was linked last.';
COMMENT ON COLUMN phm.rule_set.stale IS 'Whether something in it has changed since.';
COMMENT ON COLUMN phm.rule_set.problem IS 'Why it could not be linked again; the logic is then the one before.';

CREATE TRIGGER phm_library_new AFTER INSERT ON phm.library REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.library_changed();
CREATE TRIGGER phm_library_changed AFTER UPDATE ON phm.library REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.library_changed();
CREATE TRIGGER phm_library_deleted AFTER DELETE ON phm.library REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.library_changed();
CREATE TRIGGER phm_value_set_new AFTER INSERT ON phm.value_set REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.value_set_changed();
CREATE TRIGGER phm_value_set_changed AFTER UPDATE ON phm.value_set REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.value_set_changed();
CREATE TRIGGER phm_value_set_deleted AFTER DELETE ON phm.value_set REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.value_set_changed();
CREATE CONSTRAINT TRIGGER phm_relink AFTER UPDATE ON phm.rule_set
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.stale) EXECUTE FUNCTION phm.relink_stale();
