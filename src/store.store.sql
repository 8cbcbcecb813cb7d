-- The store of phm: tables, views and triggers that hold and show patient data.
CREATE TABLE phm.store_version (
	singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
	version text NOT NULL,
	partitions integer NOT NULL,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE phm.store_version IS 'One row: the version of the store, checked by every writer.';
COMMENT ON COLUMN phm.store_version.singleton IS 'Always true: there is one store.';
COMMENT ON COLUMN phm.store_version.version IS 'The version whose tables these are.';
COMMENT ON COLUMN phm.store_version.partitions IS 'Hash partitions of the patient tables, 0: none.';
COMMENT ON COLUMN phm.store_version.created_at IS 'When the store was made.';
COMMENT ON COLUMN phm.store_version.changed_at IS 'When it was last upgraded.';
