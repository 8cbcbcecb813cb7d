-- Causes by which many patients become stale at once.
CREATE TABLE phm.stale_cause (
	cause_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	why text NOT NULL,
	codes phm.codeset,
	at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
REVOKE ALL ON phm.stale_cause FROM PUBLIC;
COMMENT ON TABLE phm.stale_cause IS 'What changed that results of many patients depend on: value sets, concept maps, registries. A refresh turns it into marks of the patients.';
COMMENT ON COLUMN phm.stale_cause.cause_id IS 'Number of the cause.';
COMMENT ON COLUMN phm.stale_cause.why IS 'What changed.';
COMMENT ON COLUMN phm.stale_cause.codes IS 'Patients in whose charts one of these stands are concerned; NULL: everybody.';
COMMENT ON COLUMN phm.stale_cause.at IS 'When.';

CREATE TABLE phm.derived_with (
	singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
	settings jsonb NOT NULL DEFAULT '{}',
	today date NOT NULL DEFAULT current_date
);
REVOKE ALL ON phm.derived_with FROM PUBLIC;
COMMENT ON TABLE phm.derived_with IS 'One row: the settings and the day for which everybody was last marked. A refresh marks everybody when phm.setting says something else, or a day began.';
COMMENT ON COLUMN phm.derived_with.singleton IS 'Always true.';
COMMENT ON COLUMN phm.derived_with.settings IS 'The settings that had a value.';
COMMENT ON COLUMN phm.derived_with.today IS 'The day, where no setting as_of fixes it.';
INSERT INTO phm.derived_with DEFAULT VALUES;

CREATE TRIGGER mark_new AFTER INSERT ON phm.value_set REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_value_set_change();
CREATE TRIGGER mark_changed AFTER UPDATE ON phm.value_set REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_value_set_change();
CREATE TRIGGER mark_deleted AFTER DELETE ON phm.value_set REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_value_set_change();
CREATE TRIGGER mark_emptied AFTER TRUNCATE ON phm.value_set
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_everybody();

CREATE TRIGGER mark_new AFTER INSERT ON phm.concept_map_code REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_map_pairs();
CREATE TRIGGER mark_changed AFTER UPDATE ON phm.concept_map_code REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_map_pairs();
CREATE TRIGGER mark_deleted AFTER DELETE ON phm.concept_map_code REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_map_pairs();
CREATE TRIGGER mark_emptied AFTER TRUNCATE ON phm.concept_map_code
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_all_maps();
CREATE TRIGGER mark_changed AFTER UPDATE ON phm.concept_map REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_map_activity();
