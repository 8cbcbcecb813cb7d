-- Code systems that were loaded, and their codes.
CREATE TABLE phm.code_system (
	url text NOT NULL,
	version text NOT NULL DEFAULT '',
	name text,
	title text,
	status text,
	content text,
	codes integer NOT NULL DEFAULT 0,
	loaded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	source text,
	PRIMARY KEY (url)
);
REVOKE ALL ON phm.code_system FROM PUBLIC;
COMMENT ON TABLE phm.code_system IS 'Code systems whose codes were loaded, one version of each. Value sets, maps and the record do not need them; phm.code_systems() lists the systems that phm knows by name.';
COMMENT ON COLUMN phm.code_system.url IS 'Canonical URI of the system.';
COMMENT ON COLUMN phm.code_system.version IS 'Version loaded, empty where it has none.';
COMMENT ON COLUMN phm.code_system.name IS 'Name for machines (CodeSystem.name).';
COMMENT ON COLUMN phm.code_system.title IS 'Name for people (CodeSystem.title).';
COMMENT ON COLUMN phm.code_system.status IS 'draft, active, retired, unknown.';
COMMENT ON COLUMN phm.code_system.content IS 'not-present, example, fragment, complete, supplement.';
COMMENT ON COLUMN phm.code_system.codes IS 'How many codes were loaded.';
COMMENT ON COLUMN phm.code_system.loaded_at IS 'When it was loaded last.';
COMMENT ON COLUMN phm.code_system.source IS 'From where, as told to the loader.';

CREATE TABLE phm.code (
	system text NOT NULL,
	code text NOT NULL,
	display text,
	definition text,
	PRIMARY KEY (system, code)
);
REVOKE ALL ON phm.code FROM PUBLIC;
COMMENT ON TABLE phm.code IS 'Codes of loaded code systems, to show their names.';
COMMENT ON COLUMN phm.code.system IS 'Canonical URI of the system.';
COMMENT ON COLUMN phm.code.code IS 'The code.';
COMMENT ON COLUMN phm.code.display IS 'What it means, in short.';
COMMENT ON COLUMN phm.code.definition IS 'What it means, in full.';
