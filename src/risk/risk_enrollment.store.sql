-- What the payer's enrollment files say of a person, which risk models ask for.
CREATE TABLE phm.risk_enrollment (
	patient_id bigint NOT NULL,
	from_day date NOT NULL DEFAULT '2000-01-01',
	until date CHECK (until >= from_day),
	orec integer CHECK (orec BETWEEN 0 AND 3),
	crec integer CHECK (crec BETWEEN 0 AND 3),
	dual_status text,
	new_enrollee boolean,
	snp boolean,
	low_income boolean,
	lti boolean,
	graft_months integer CHECK (graft_months >= 0),
	esrd boolean,
	source text,
	PRIMARY KEY (patient_id, from_day)
)/*distribute patient_id*/;
REVOKE ALL ON phm.risk_enrollment FROM PUBLIC;
CREATE TRIGGER mark_insert AFTER INSERT ON phm.risk_enrollment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_new_rows();
CREATE TRIGGER mark_update AFTER UPDATE ON phm.risk_enrollment REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_both_rows();
CREATE TRIGGER mark_delete AFTER DELETE ON phm.risk_enrollment REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_old_rows();
COMMENT ON TABLE phm.risk_enrollment IS 'What enrollment files (Medicare: the Monthly Membership Report) say of persons, for risk models. Of several rows that hold on a day the one that began last counts; a NULL column is not told. Loaded by the user; a change marks the person.';
COMMENT ON COLUMN phm.risk_enrollment.patient_id IS 'The person.';
COMMENT ON COLUMN phm.risk_enrollment.from_day IS 'First day on which the row holds.';
COMMENT ON COLUMN phm.risk_enrollment.until IS 'Last day; NULL: no end.';
COMMENT ON COLUMN phm.risk_enrollment.orec IS 'Original reason for entitlement: 0 age, 1 disability, 2 ESRD, 3 both.';
COMMENT ON COLUMN phm.risk_enrollment.crec IS 'Current reason for entitlement.';
COMMENT ON COLUMN phm.risk_enrollment.dual_status IS 'Medicare dual status code: 02, 04, 08 full benefits, 01, 03, 05, 06 partial.';
COMMENT ON COLUMN phm.risk_enrollment.new_enrollee IS 'Less than twelve months of Part B in the data year.';
COMMENT ON COLUMN phm.risk_enrollment.snp IS 'Enrolled in a chronic-condition special needs plan.';
COMMENT ON COLUMN phm.risk_enrollment.low_income IS 'Low-income subsidy (RxHCC).';
COMMENT ON COLUMN phm.risk_enrollment.lti IS 'Long-term institutional.';
COMMENT ON COLUMN phm.risk_enrollment.graft_months IS 'Months since a kidney transplant; 0: none.';
COMMENT ON COLUMN phm.risk_enrollment.esrd IS 'Has end-stage renal disease now (RxHCC).';
COMMENT ON COLUMN phm.risk_enrollment.source IS 'The file it came from.';
