/*
 * readmission.sql: LACE and HOSPITAL, and the CMS hospital-wide readmission
 * measure, over the stays of phm.stays.
 */

CREATE TABLE phm.readmission_point (
	sheet text NOT NULL,
	version integer NOT NULL,
	component text NOT NULL,
	input text NOT NULL,
	low numeric NOT NULL,
	high numeric,
	points integer NOT NULL,
	status text NOT NULL DEFAULT 'unverified'
		CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (sheet, version, component, input, low)
);
-- @data phm.readmission_point(sheet, version::integer, component, input, low::numeric, high::numeric, points::integer, status) readmission_point.tsv
ALTER TABLE phm.readmission_point ALTER COLUMN built_in SET DEFAULT false;
REVOKE ALL ON phm.readmission_point FROM PUBLIC;
GRANT SELECT ON phm.readmission_point TO PUBLIC;
SELECT pg_extension_config_dump('phm.readmission_point', 'WHERE NOT built_in');
COMMENT ON TABLE phm.readmission_point IS
'The points of LACE and HOSPITAL, to be read and checked: phm.lace and phm.hospital_score have them built in. Rows of your own do not change the scores.';
COMMENT ON COLUMN phm.readmission_point.sheet IS 'LACE, LACE Charlson or HOSPITAL.';
COMMENT ON COLUMN phm.readmission_point.version IS 'Year of the publication.';
COMMENT ON COLUMN phm.readmission_point.component IS 'Letter of the score, or short name of the condition.';
COMMENT ON COLUMN phm.readmission_point.input IS 'What is looked at, with its unit.';
COMMENT ON COLUMN phm.readmission_point.low IS 'Smallest value of the row.';
COMMENT ON COLUMN phm.readmission_point.high IS 'Largest value of the row, for laboratory values the first one above it; null: none.';
COMMENT ON COLUMN phm.readmission_point.points IS 'Points of the row.';
COMMENT ON COLUMN phm.readmission_point.status IS 'How far the row was checked against its publication.';
COMMENT ON COLUMN phm.readmission_point.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE TYPE phm.lace_result AS (
	score integer,
	los_points integer,
	admission_points integer,
	comorbidity_points integer,
	ed_points integer,
	risk text,
	missing text[],
	status text
);
COMMENT ON TYPE phm.lace_result IS 'A LACE score: the sum of its four components.';
COMMENT ON COLUMN phm.lace_result.score IS 'Sum of the components, 0 to 19; those that are missing give nothing.';
COMMENT ON COLUMN phm.lace_result.los_points IS 'L: length of stay, 0 to 7; null: not known.';
COMMENT ON COLUMN phm.lace_result.admission_points IS 'A: 3 for an emergency or urgent admission; null: not known.';
COMMENT ON COLUMN phm.lace_result.comorbidity_points IS 'C: points of the Charlson index, 5 from 4 points on; null: not known.';
COMMENT ON COLUMN phm.lace_result.ed_points IS 'E: emergency visits in the 6 months before, at most 4; null: not known.';
COMMENT ON COLUMN phm.lace_result.risk IS 'low (0 to 4), moderate (5 to 9), high (10 and more).';
COMMENT ON COLUMN phm.lace_result.missing IS 'Components that were not known: the score is too low by what they would give.';
COMMENT ON COLUMN phm.lace_result.status IS 'How far the points were checked against the publication: unverified.';

CREATE TYPE phm.hospital_result AS (
	score integer,
	hemoglobin_points integer,
	oncology_points integer,
	sodium_points integer,
	procedure_points integer,
	admission_points integer,
	admissions_points integer,
	los_points integer,
	risk text,
	missing text[],
	status text
);
COMMENT ON TYPE phm.hospital_result IS 'A HOSPITAL score: the sum of its seven components.';
COMMENT ON COLUMN phm.hospital_result.score IS 'Sum of the components, 0 to 13; those that are missing give nothing.';
COMMENT ON COLUMN phm.hospital_result.hemoglobin_points IS 'H: 1 for hemoglobin below 12 g/dL at discharge; null: not known.';
COMMENT ON COLUMN phm.hospital_result.oncology_points IS 'O: 2 for discharge from an oncology service; null: not known.';
COMMENT ON COLUMN phm.hospital_result.sodium_points IS 'S: 1 for sodium below 135 mmol/L at discharge; null: not known.';
COMMENT ON COLUMN phm.hospital_result.procedure_points IS 'P: 1 for any coded procedure during the stay; null: not known.';
COMMENT ON COLUMN phm.hospital_result.admission_points IS 'IT: 1 for an emergency or urgent index admission; null: not known.';
COMMENT ON COLUMN phm.hospital_result.admissions_points IS 'A: admissions in the 12 months before: 2016: 0 to 1 give 0, 2 to 5 give 2, more give 5; 2013: 1 to 5 give 2; null: not known.';
COMMENT ON COLUMN phm.hospital_result.los_points IS 'L: 2 for a stay of 5 days or more; null: not known.';
COMMENT ON COLUMN phm.hospital_result.risk IS 'low (0 to 4), intermediate (5 to 6), high (7 and more).';
COMMENT ON COLUMN phm.hospital_result.missing IS 'Components that were not known: the score is too low by what they would give.';
COMMENT ON COLUMN phm.hospital_result.status IS 'How far the points were checked against the publication: unverified.';

CREATE FUNCTION phm.lace(los integer, acute boolean, charlson_points integer, ed_visits integer) RETURNS phm.lace_result
AS 'MODULE_PATHNAME', 'phm_lace' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.lace(integer, boolean, integer, integer) IS
'LACE score of a stay. los: days from admission to discharge; acute: emergency or urgent admission; charlson_points: as phm.lace_charlson gives; ed_visits: in the 6 months before the admission, without the visit that led to it. Null: not known. Errors: 22023 for negative numbers. Source: van Walraven et al., CMAJ 2010;182:551; points unverified.';
CREATE FUNCTION phm.lace_charlson(conditions text[]) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_lace_charlson' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.lace_charlson(text[]) IS
'Points of the Charlson index as LACE weighs it. conditions: short names of the Charlson conditions (mi, chf, pvd, cevd, dementia, cpd, rheumd, mld, diab, diabwc, rend, canc, msld, metacanc, aids); others give nothing. A milder form gives nothing beside its severe one; mld and rend are one line of the sheet. Source: van Walraven et al., CMAJ 2010;182:551; points unverified.';
CREATE FUNCTION phm.lace_charlson(charlson phm.grouper_model, diagnoses text[]) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_lace_charlson_codes' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.lace_charlson(phm.grouper_model, text[]) IS
'The same of ICD-10-CM codes. charlson: phm.grouper(''CHARLSON_QUAN2005''). Errors: 22023 for another grouper.';
CREATE FUNCTION phm.lace(stays phm.stay[], charlson phm.grouper_model DEFAULT NULL,
	OUT stay integer, OUT admitted date, OUT discharged date, OUT lace phm.lace_result) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_lace_stays' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 3;
COMMENT ON FUNCTION phm.lace(phm.stay[], phm.grouper_model) IS
'LACE scores of the inpatient stays of a patient, out of all stays and visits: emergency visits are those that began within 6 months before the admission and did not lead to it. charlson: phm.grouper(''CHARLSON_QUAN2005'') sorts the diagnoses of the stay itself; null: comorbidity is missing. Errors: 22023 for stays that are not in order and for another grouper.';

CREATE FUNCTION phm.hospital_score(hemoglobin double precision, oncology boolean, sodium double precision,
	"procedure" boolean, urgent boolean, admissions integer, los integer, version integer DEFAULT 2016) RETURNS phm.hospital_result
AS 'MODULE_PATHNAME', 'phm_hospital_score' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.hospital_score(double precision, boolean, double precision, boolean, boolean, integer, integer, integer) IS
'HOSPITAL score of a stay. hemoglobin in g/dL and sodium in mmol/L at discharge; oncology: discharged from an oncology service; procedure: any coded procedure; urgent: emergency or urgent admission; admissions in the 12 months before; los in days; version: 2016, or 2013 for the points first published for admissions. Null: not known. Errors: 22023 for impossible values. Source: Donze et al., JAMA Intern Med 2013;173:632 and 2016;176:496; points unverified.';
CREATE FUNCTION phm.hospital_score(stays phm.stay[], hemoglobin double precision[] DEFAULT NULL,
	sodium double precision[] DEFAULT NULL, oncology boolean[] DEFAULT NULL, version integer DEFAULT 2016,
	OUT stay integer, OUT admitted date, OUT discharged date, OUT hospital phm.hospital_result) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_hospital_score_stays' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 3;
COMMENT ON FUNCTION phm.hospital_score(phm.stay[], double precision[], double precision[], boolean[], integer) IS
'HOSPITAL scores of the inpatient stays of a patient. hemoglobin (g/dL), sodium (mmol/L) and oncology are by position of the stay in the array; short or null arrays: not known. A transfer is no admission of its own. Errors: 22023 for impossible values and stays that are not in order.';

CREATE FUNCTION phm.readmission_model(unverified boolean DEFAULT false) RETURNS phm.grouper_model
AS 'MODULE_PATHNAME', 'phm_readmission_model' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.readmission_model(boolean) IS
'The code lists of the CMS hospital-wide readmission measure as one grouper: those of grouper HWR, with the CCS categories they name replaced by the codes of groupers CCS and CCS_PROCEDURE; compiled once per query. unverified: accept rows marked unverified. Errors: 22023 for unverified rows and rows that cannot be compiled. Source: CMS planned readmission algorithm version 4.0; single source.';
CREATE FUNCTION phm.planned_readmission(model phm.grouper_model, principal text, procedures text[]) RETURNS text
AS 'MODULE_PATHNAME', 'phm_planned_readmission' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.planned_readmission(phm.grouper_model, text, text[]) IS
'The table of the CMS planned readmission algorithm that makes a stay a planned one: PA1 a procedure that is always planned, PA2 a principal diagnosis that is always planned, PA3 a procedure that may be planned where the principal diagnosis is not acute (PA4); null: not planned. model: phm.readmission_model(). Errors: 22023 for another grouper.';
CREATE FUNCTION phm.readmission_cohort(model phm.grouper_model, principal text, procedures text[]) RETURNS text
AS 'MODULE_PATHNAME', 'phm_readmission_cohort' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.readmission_cohort(phm.grouper_model, text, text[]) IS
'The specialty cohort of a stay: surgery/gynecology where a procedure belongs to it, else cardiorespiratory, cardiovascular, neurology or medicine by the principal diagnosis; null: none. model: phm.readmission_model(). Errors: 22023 for another grouper.';

CREATE TYPE phm.readmission AS (
	stay integer,
	admitted date,
	discharged date,
	cohort text,
	planned text,
	planned_by text,
	index_stay boolean,
	exclusions text[],
	readmission integer,
	readmitted date,
	days integer,
	outcome text
);
COMMENT ON TYPE phm.readmission IS 'An inpatient stay as the hospital-wide readmission measure sees it.';
COMMENT ON COLUMN phm.readmission.stay IS 'Number of the stay.';
COMMENT ON COLUMN phm.readmission.admitted IS 'First day.';
COMMENT ON COLUMN phm.readmission.discharged IS 'Last day; null: not over.';
COMMENT ON COLUMN phm.readmission.cohort IS 'Specialty cohort, as phm.readmission_cohort gives.';
COMMENT ON COLUMN phm.readmission.planned IS 'Table of the algorithm by which the stay counts as planned, as phm.planned_readmission gives; null: not planned.';
COMMENT ON COLUMN phm.readmission.planned_by IS 'The procedure or diagnosis that makes it planned.';
COMMENT ON COLUMN phm.readmission.index_stay IS 'Is it an index stay: none of the exclusions?';
COMMENT ON COLUMN phm.readmission.exclusions IS 'Why it is none: not over, died, transferred, against advice, psychiatric, rehabilitation, cancer (medical treatment), no cohort, age, no 12 months enrolment before, no 30 days enrolment after.';
COMMENT ON COLUMN phm.readmission.readmission IS 'Number of the first inpatient stay that began from the day of discharge to the 30th day after it; null: none, or transferred.';
COMMENT ON COLUMN phm.readmission.readmitted IS 'Day of its admission.';
COMMENT ON COLUMN phm.readmission.days IS 'Days from the discharge to it, 0 to 30.';
COMMENT ON COLUMN phm.readmission.outcome IS 'none; planned: the first readmission was planned, and none after it counts; unplanned: the outcome of the measure where index_stay. Null: not over, or transferred.';

CREATE FUNCTION phm.readmissions(model phm.grouper_model, stays phm.stay[], died date DEFAULT NULL, born date DEFAULT NULL,
	enrolled_from date DEFAULT NULL, enrolled_to date DEFAULT NULL, min_age integer DEFAULT 65)
RETURNS SETOF phm.readmission
AS 'MODULE_PATHNAME', 'phm_readmissions' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 3;
COMMENT ON FUNCTION phm.readmissions(phm.grouper_model, phm.stay[], date, date, date, date, integer) IS
'The inpatient stays of a patient as the CMS hospital-wide readmission measure sees them: one row a stay, in order. model: phm.readmission_model(). stays: as phm.stays gives without joined transfers, in order; the principal diagnosis is the first. died: day of death. born: with it, stays before min_age are excluded. enrolled_from, enrolled_to: first and last day of enrolment; null: not limited. Errors: 22023 for stays that are not in order, impossible values and another grouper. Source: CMS Hospital-Wide All-Cause Unplanned Readmission Measure, planned readmission algorithm version 4.0.';

CREATE TYPE phm.readmission_rate_result AS (
	stays bigint,
	index_stays bigint,
	readmissions bigint,
	planned bigint,
	rate numeric
);
COMMENT ON TYPE phm.readmission_rate_result IS 'An observed readmission rate; not adjusted for risk.';
COMMENT ON COLUMN phm.readmission_rate_result.stays IS 'Inpatient stays.';
COMMENT ON COLUMN phm.readmission_rate_result.index_stays IS 'Index stays, the denominator.';
COMMENT ON COLUMN phm.readmission_rate_result.readmissions IS 'Index stays whose first readmission within 30 days was unplanned, the numerator.';
COMMENT ON COLUMN phm.readmission_rate_result.planned IS 'Index stays whose first readmission was planned.';
COMMENT ON COLUMN phm.readmission_rate_result.rate IS 'readmissions over index_stays, six decimals; null without index stays.';

CREATE FUNCTION phm.readmission_tally(state bigint[], readmission phm.readmission) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'phm_readmission_tally' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.readmission_tally(bigint[], phm.readmission) IS
'Transition function of phm.readmission_rate. The state counts stays, index stays, unplanned and planned readmissions. Errors: 22023 for an array that is no such state.';
CREATE FUNCTION phm.readmission_summary(state bigint[]) RETURNS phm.readmission_rate_result
AS 'MODULE_PATHNAME', 'phm_readmission_summary' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.readmission_summary(bigint[]) IS
'Final function of phm.readmission_rate. Errors: 22023 for an array that is no such state.';
CREATE AGGREGATE phm.readmission_rate(readmission phm.readmission) (
	SFUNC = phm.readmission_tally, STYPE = bigint[], COMBINEFUNC = phm.counts_merge,
	FINALFUNC = phm.readmission_summary, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.readmission_rate(phm.readmission) IS
'The observed 30-day readmission rate over rows of phm.readmissions.';
