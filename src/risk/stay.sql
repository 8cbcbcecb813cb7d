/*
 * stay.sql: hospital stays and emergency visits out of encounter or claim
 * rows.  Pure functions over the rows of one patient.
 */

CREATE TYPE phm.stay_row AS (
	first_day date,
	last_day date,
	class text,
	bill_type text,
	facility text,
	admission_type text,
	admission_source text,
	disposition text,
	drg text,
	ed boolean,
	diagnoses text[],
	procedures text[]
);
COMMENT ON TYPE phm.stay_row IS
'What one encounter or institutional claim tells of a stay. Every field may be null: not known.';
COMMENT ON COLUMN phm.stay_row.first_day IS 'Day of admission or first service; a row without one is in no stay.';
COMMENT ON COLUMN phm.stay_row.last_day IS 'Day of discharge or last service. Null: an inpatient row is not over, an emergency or observation row is over on its first day.';
COMMENT ON COLUMN phm.stay_row.class IS 'Class of the encounter: a code of HL7 v3 ActCode (IMP, ACUTE, NONAC, EMER, OBSENC, AMB, ...) or the word warehouses use (acute inpatient, emergency department, observation, inpatient rehabilitation, ...), in either case. Decides over bill_type where it is understood.';
COMMENT ON COLUMN phm.stay_row.bill_type IS 'Type of bill of the UB-04 (form locator 4), three digits or four with a leading 0: 11x is an acute inpatient bill; the last digit tells interim bills (2, 3, 4) and void ones (8).';
COMMENT ON COLUMN phm.stay_row.facility IS 'Identifier of the facility (CCN, NPI, own number), only compared; null: may be any.';
COMMENT ON COLUMN phm.stay_row.admission_type IS 'Type of admission of the UB-04 (form locator 14): 1 emergency, 2 urgent, 3 elective, 4 newborn, 5 trauma, 9 unknown; or these words.';
COMMENT ON COLUMN phm.stay_row.admission_source IS 'Point of origin of the UB-04 (form locator 15), first character.';
COMMENT ON COLUMN phm.stay_row.disposition IS 'Patient discharge status of the UB-04 (form locator 17): 01 home, 02 transfer, 07 against advice, 20 died, 30 still a patient, ...';
COMMENT ON COLUMN phm.stay_row.drg IS 'MS-DRG, carried along.';
COMMENT ON COLUMN phm.stay_row.ed IS 'True where the row itself shows emergency services (revenue code 045x or 0981).';
COMMENT ON COLUMN phm.stay_row.diagnoses IS 'ICD-10-CM codes, the principal one first.';
COMMENT ON COLUMN phm.stay_row.procedures IS 'ICD-10-PCS codes.';

CREATE TYPE phm.stay AS (
	stay integer,
	kind text,
	admitted date,
	discharged date,
	los integer,
	admission_type text,
	ed date,
	facility text,
	last_facility text,
	admission_source text,
	disposition text,
	drg text,
	transfer_in boolean,
	transfer_out boolean,
	part_of integer,
	rows integer[],
	diagnoses text[],
	procedures text[]
);
COMMENT ON TYPE phm.stay IS 'A hospital stay, or an emergency or observation visit, made of one or more rows.';
COMMENT ON COLUMN phm.stay.stay IS 'Number of the stay, from 1, in order of the first day.';
COMMENT ON COLUMN phm.stay.kind IS 'inpatient (acute), observation or ed.';
COMMENT ON COLUMN phm.stay.admitted IS 'First day.';
COMMENT ON COLUMN phm.stay.discharged IS 'Last day known; null: not over.';
COMMENT ON COLUMN phm.stay.los IS 'Length of stay: days from admission to discharge, 0 for the same day; null while it is not over, which a discharge status 30 or an interim bill at its end says too.';
COMMENT ON COLUMN phm.stay.admission_type IS 'emergency, urgent, elective, newborn or trauma; of the first row that tells.';
COMMENT ON COLUMN phm.stay.ed IS 'Inpatient stays: day on which the emergency visit began that led to it; the day of admission where only a row of the stay itself shows emergency services. Null: none.';
COMMENT ON COLUMN phm.stay.facility IS 'Facility of the admission.';
COMMENT ON COLUMN phm.stay.last_facility IS 'Facility of the discharge; another one only where transfers were joined.';
COMMENT ON COLUMN phm.stay.admission_source IS 'Point of origin of the first row that tells.';
COMMENT ON COLUMN phm.stay.disposition IS 'Discharge status of the row of the discharge, two digits.';
COMMENT ON COLUMN phm.stay.drg IS 'MS-DRG of the row of the discharge, else of the first that has one.';
COMMENT ON COLUMN phm.stay.transfer_in IS 'Admitted on the day of, or the day after, the discharge from another acute facility.';
COMMENT ON COLUMN phm.stay.transfer_out IS 'Another acute facility admitted the patient on the day of discharge or the day after.';
COMMENT ON COLUMN phm.stay.part_of IS 'Emergency and observation visits: number of the inpatient stay that began from the first day of the visit to the day after its last, or within which it lies; null: none.';
COMMENT ON COLUMN phm.stay.rows IS 'Positions, from 1, of its rows in the given array.';
COMMENT ON COLUMN phm.stay.diagnoses IS 'Codes of all its rows, each once; the first is the principal diagnosis of the discharge.';
COMMENT ON COLUMN phm.stay.procedures IS 'Codes of all its rows, each once.';

CREATE FUNCTION phm.stays(rows phm.stay_row[], join_transfers boolean DEFAULT false) RETURNS SETOF phm.stay
AS 'MODULE_PATHNAME', 'phm_stays' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000 ROWS 5;
COMMENT ON FUNCTION phm.stays(phm.stay_row[], boolean) IS
'Stays and visits of one patient out of encounter or claim rows in any order. Rows of one facility that overlap, or follow each other with a discharge status 30 or interim bills between, are one stay; so is a second admission on the day of discharge with the same principal diagnosis. join_transfers: a chain of transfers between acute facilities is one stay. Null rows count for nothing; phm.explain_stays tells what became of each. Source: UB-04 data elements; transfers and same-day admissions as in the CMS readmission measures.';

CREATE FUNCTION phm.stay_array(rows phm.stay_row[]) RETURNS phm.stay[]
AS 'MODULE_PATHNAME', 'phm_stay_array' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.stay_array(phm.stay_row[]) IS
'The stays of phm.stays(rows) in one array; a null array has none.';

CREATE FUNCTION phm.explain_stays(rows phm.stay_row[], join_transfers boolean DEFAULT false,
	OUT "row" integer, OUT kind text, OUT stay integer, OUT reason text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_stays' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000 ROWS 10;
COMMENT ON FUNCTION phm.explain_stays(phm.stay_row[], boolean) IS
'What became of every row: what it was taken for, the stay of phm.stays that has it, or the reason why none has (outpatient; not an acute facility; void bill; no first day; ends before it begins; class and bill type not understood).';

CREATE FUNCTION phm.stay_row_add(rows phm.stay_row[], "row" phm.stay_row) RETURNS phm.stay_row[]
AS 'MODULE_PATHNAME', 'phm_stay_row_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.stay_row_add(phm.stay_row[], phm.stay_row) IS
'Transition function of phm.stay_agg: the rows, which may be null, and one more.';
CREATE AGGREGATE phm.stay_agg("row" phm.stay_row) (
	SFUNC = phm.stay_row_add, STYPE = phm.stay_row[],
	COMBINEFUNC = pg_catalog.array_cat, FINALFUNC = phm.stay_array, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.stay_agg(phm.stay_row) IS
'The stays of one patient out of encounter or claim rows, grouped by patient, as an array in order of the first day; positions in phm.stay.rows are those in which rows came.';

CREATE FUNCTION phm.counts_merge(a bigint[], b bigint[]) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'phm_counts_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.counts_merge(bigint[], bigint[]) IS
'Adds up the states of two aggregates that count (phm.readmission_rate, phm.ed_visit_agg, phm.pqi_agg); either may be null. Errors: 22023 for arrays that are no such states or of different length, 22003 beyond the range of bigint.';
