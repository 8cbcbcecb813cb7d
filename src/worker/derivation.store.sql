-- What is derived from patients, in which order, by which routine.
CREATE TABLE phm.derivation (
	name text PRIMARY KEY,
	ord integer NOT NULL,
	routine text NOT NULL,
	enabled boolean NOT NULL DEFAULT true,
	comment text
);
REVOKE ALL ON phm.derivation FROM PUBLIC;
COMMENT ON TABLE phm.derivation IS 'What a refresh brings up to date for each patient that changed. Whoever may write here decides what the worker runs, with the rights of the owner of the store.';
COMMENT ON COLUMN phm.derivation.name IS 'What is derived.';
COMMENT ON COLUMN phm.derivation.ord IS 'Derivations run in this order: what is built from something else has a higher number.';
COMMENT ON COLUMN phm.derivation.routine IS 'schema.name of a function or procedure over (patient_ids bigint[]).';
COMMENT ON COLUMN phm.derivation.enabled IS 'Whether refreshes run it; enabling marks all patients.';
COMMENT ON COLUMN phm.derivation.comment IS 'What it is for.';
CREATE TRIGGER mark_patients AFTER INSERT OR UPDATE ON phm.derivation
	FOR EACH ROW WHEN (NEW.enabled) EXECUTE FUNCTION phm.mark_for_derivation();
