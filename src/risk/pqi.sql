/*
 * pqi.sql: AHRQ Prevention Quality Indicators of discharges, and their rates.
 */

CREATE FUNCTION phm.pqi(model phm.grouper_model, age integer, diagnoses text[], procedures text[] DEFAULT NULL,
	admission_source text DEFAULT NULL, newborn boolean DEFAULT false) RETURNS integer[]
AS 'MODULE_PATHNAME', 'phm_pqi' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.pqi(phm.grouper_model, integer, text[], text[], text, boolean) IS
'The Prevention Quality Indicators in whose numerator a discharge counts, by number: 1, 3, 5, 7, 8, 11, 12, 14, 15, 16 and the composites 90 overall, 91 acute, 92 chronic, 93 diabetes. model: phm.grouper(''PQI''). age: years at admission. diagnoses: ICD-10-CM, the principal one first; procedures: ICD-10-PCS. admission_source: point of origin of the UB-04, of which 4, 5 and 6 are transfers. newborn: admission type 4; newborns count in none. Null age or model: null. Errors: 22023 for an age outside 0 to 120 and for another grouper. Source: AHRQ PQI technical specifications v2023; code sets single source.';
CREATE FUNCTION phm.explain_pqi(model phm.grouper_model, age integer, diagnoses text[], procedures text[] DEFAULT NULL,
	admission_source text DEFAULT NULL, newborn boolean DEFAULT false,
	OUT pqi integer, OUT name text, OUT counted boolean, OUT reason text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_pqi' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 3;
COMMENT ON FUNCTION phm.explain_pqi(phm.grouper_model, integer, text[], text[], text, boolean) IS
'The indicators of which a discharge is a case by its codes, with the first reason why it is not counted (age; newborn; transfer; obstetric; then those of the indicator); then the composites in which it counts. A null age counts nowhere. Arguments as in phm.pqi.';
CREATE FUNCTION phm.pqi(model phm.grouper_model, stays phm.stay[], born date,
	OUT stay integer, OUT admitted date, OUT discharged date, OUT pqis integer[]) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_pqi_stays' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 3;
COMMENT ON FUNCTION phm.pqi(phm.grouper_model, phm.stay[], date) IS
'The indicators of the inpatient stays of a patient that are over; age is that on the day of admission, and a stay that began as a transfer between acute hospitals is one. model: phm.grouper(''PQI''). Errors: 22023 for stays that are not in order and for another grouper.';

CREATE TYPE phm.pqi_rate AS (
	pqi integer,
	name text,
	discharges bigint,
	population bigint,
	rate numeric
);
COMMENT ON TYPE phm.pqi_rate IS 'An observed rate of a Prevention Quality Indicator; not adjusted for risk.';
COMMENT ON COLUMN phm.pqi_rate.pqi IS 'Number of the indicator.';
COMMENT ON COLUMN phm.pqi_rate.name IS 'Published name.';
COMMENT ON COLUMN phm.pqi_rate.discharges IS 'Discharges that count, the numerator.';
COMMENT ON COLUMN phm.pqi_rate.population IS 'Persons of the ages of the indicator, the denominator: 18 and older; 5: 40 and older; 15: 18 to 39.';
COMMENT ON COLUMN phm.pqi_rate.rate IS 'Discharges per 100,000 persons, two decimals; null without a population.';

CREATE FUNCTION phm.pqi_tally(state bigint[], age integer, pqis integer[]) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'phm_pqi_tally' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.pqi_tally(bigint[], integer, integer[]) IS
'Transition function of phm.pqi_agg. The state counts discharges, then persons, of every indicator. Errors: 22023 for an array that is no such state, an age outside 0 to 120 and a number that is no indicator.';
CREATE FUNCTION phm.pqi_rates(state bigint[]) RETURNS phm.pqi_rate[]
AS 'MODULE_PATHNAME', 'phm_pqi_rates' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.pqi_rates(bigint[]) IS
'Final function of phm.pqi_agg. Errors: 22023 for an array that is no such state.';
CREATE AGGREGATE phm.pqi_agg(age integer, pqis integer[]) (
	SFUNC = phm.pqi_tally, STYPE = bigint[], COMBINEFUNC = phm.counts_merge,
	FINALFUNC = phm.pqi_rates, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.pqi_agg(integer, integer[]) IS
'Rates of all indicators over persons, one row a person: age in the year, and the numbers that phm.pqi gave for all discharges of the year, put together (null: none).';
