/*
 * history.sql: what a chart tells of visits, diagnoses, procedures and fills, as
 * rows of plain types: what risk models and attribution read.  All leave out what
 * is entered in error, refuted, cancelled or not done, and what carries a
 * sensitivity label that is not among the visible ones.
 */
CREATE FUNCTION phm.chart_visits(chart phm.chart, visible integer DEFAULT 0,
	OUT visit integer, OUT kind text, OUT setting text, OUT first_day date, OUT last_day date, OUT emergency boolean, OUT bill_type text, OUT drg text, OUT disposition text, OUT source text, OUT id text, OUT sensitivity integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_chart_visits' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 50;
COMMENT ON FUNCTION phm.chart_visits(phm.chart, integer) IS
'The encounters and claims of a chart that took place, numbered. kind: Encounter or claim. setting: inpatient, emergency, observation, outpatient, professional, post-acute, pharmacy or other: of an encounter by its class (v3-ActCode), of a claim by type and bill type (NUBC); an institutional claim without bill type is inpatient when it has a DRG. last_day is NULL while a visit lasts. emergency: an emergency department was used, by class, admission source, revenue centre 045x or 0981, or code 99281 to 99285 and G0380 to G0384. visible: sensitivity labels that may be seen, as a bit mask.';
CREATE FUNCTION phm.chart_diagnoses(chart phm.chart, visible integer DEFAULT 0,
	OUT code text, OUT day date, OUT kind text, OUT visit integer, OUT principal boolean, OUT present_on_admission text, OUT resolved boolean, OUT source text, OUT id text, OUT sensitivity integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_chart_diagnoses' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 50;
COMMENT ON FUNCTION phm.chart_diagnoses(phm.chart, integer) IS
'The ICD-10-CM codes of a chart: of conditions that are confirmed (or say nothing of it), dated by their encounter, else when they were recorded, else by onset; and of claims that are active, dated by the end of service. visit: its number in phm.chart_visits. principal: said to be so, or the first of a claim that does not say. present_on_admission: Y, N, U, W or 1 as billed. resolved: the condition is said to be resolved or inactive. Visible as in phm.chart_visits.';
CREATE FUNCTION phm.chart_procedures(chart phm.chart, visible integer DEFAULT 0,
	OUT system text, OUT code text, OUT day date, OUT kind text, OUT visit integer, OUT source text, OUT id text, OUT sensitivity integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_chart_procedures' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 50;
COMMENT ON FUNCTION phm.chart_procedures(phm.chart, integer) IS
'The codes of procedures of a chart: of Procedure resources, and of procedures and lines of claims. system: alias of the code system, NULL for one that is not known. Visible as in phm.chart_visits.';
CREATE FUNCTION phm.chart_fills(chart phm.chart, visible integer DEFAULT 0,
	OUT system text, OUT code text, OUT day date, OUT days_supply integer, OUT source text, OUT id text, OUT sensitivity integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_chart_fills' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 50;
COMMENT ON FUNCTION phm.chart_fills(phm.chart, integer) IS
'The fills of drugs of a chart: one row for each code of each MedicationDispense, dated when it was handed over, else prepared. days_supply: whole days, NULL where it is not told. Visible as in phm.chart_visits.';
