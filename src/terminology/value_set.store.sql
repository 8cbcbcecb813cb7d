-- Value sets, compiled.
CREATE TABLE phm.value_set (
	url text NOT NULL,
	version text NOT NULL DEFAULT '',
	name text,
	title text,
	oid text,
	status text,
	codes phm.codeset NOT NULL,
	current boolean NOT NULL DEFAULT true,
	shipped boolean NOT NULL DEFAULT false,
	loaded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	source text,
	PRIMARY KEY (url, version)
);
CREATE UNIQUE INDEX value_set_current_idx ON phm.value_set (url) WHERE current;
CREATE INDEX value_set_name_idx ON phm.value_set (name);
CREATE INDEX value_set_title_idx ON phm.value_set (title);
CREATE INDEX value_set_oid_idx ON phm.value_set (oid);
REVOKE ALL ON phm.value_set FROM PUBLIC;
COMMENT ON TABLE phm.value_set IS 'Value sets by url and version; phm.value_set(name) gives the codes of one.';
COMMENT ON COLUMN phm.value_set.url IS 'Canonical URL (ValueSet.url), or urn:oid: and the OID.';
COMMENT ON COLUMN phm.value_set.version IS 'Version, empty where it has none.';
COMMENT ON COLUMN phm.value_set.name IS 'Name for machines (ValueSet.name).';
COMMENT ON COLUMN phm.value_set.title IS 'Name for people (ValueSet.title).';
COMMENT ON COLUMN phm.value_set.oid IS 'OID, digits and dots.';
COMMENT ON COLUMN phm.value_set.status IS 'draft, active, retired, unknown.';
COMMENT ON COLUMN phm.value_set.codes IS 'The codes and prefixes.';
COMMENT ON COLUMN phm.value_set.current IS 'Whether this is the version meant where none is named; one per url.';
COMMENT ON COLUMN phm.value_set.shipped IS 'Whether it came with phm; a set of the same name that somebody loads goes before it.';
COMMENT ON COLUMN phm.value_set.loaded_at IS 'When it was loaded last; loading it again as it is does not count.';
COMMENT ON COLUMN phm.value_set.source IS 'From where, as told to the loader.';

CREATE TABLE phm.value_set_row (
	value_set text,
	version text,
	name text,
	title text,
	system text,
	code text,
	display text
);
REVOKE ALL ON phm.value_set_row FROM PUBLIC;
COMMENT ON TABLE phm.value_set_row IS 'Staging: COPY rows here, then SELECT * FROM phm.load_staged_value_sets(), which takes them out.';
COMMENT ON COLUMN phm.value_set_row.value_set IS 'URL or OID of the value set.';
COMMENT ON COLUMN phm.value_set_row.version IS 'Version of the value set.';
COMMENT ON COLUMN phm.value_set_row.name IS 'Name; identifies the set where value_set is empty.';
COMMENT ON COLUMN phm.value_set_row.title IS 'Name for people.';
COMMENT ON COLUMN phm.value_set_row.system IS 'Code system: alias, name, URI or OID.';
COMMENT ON COLUMN phm.value_set_row.code IS 'Code; a trailing * makes it a prefix.';
COMMENT ON COLUMN phm.value_set_row.display IS 'Meaning of the code; not kept.';

SELECT FROM phm.load_shipped_value_sets();
