/*
 * hcc_chart.sql: risk scores of the CMS-HCC family from charts.
 */
CREATE FUNCTION phm.hcc(model phm.hcc_model, person phm.hcc_person, chart phm.chart,
	period daterange DEFAULT NULL, visible integer DEFAULT 0) RETURNS phm.hcc_result
AS 'MODULE_PATHNAME', 'phm_hcc_of_chart' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.hcc(phm.hcc_model, phm.hcc_person, phm.chart, daterange, integer) IS
'Scores a person from a chart: its ICD-10-CM diagnoses (phm.chart_diagnoses) whose day lies in the period, by default the calendar year before the payment year of the model. visible: sensitivity labels of diagnoses that count, as a bit mask. Nulls and errors as those of phm.hcc over codes.';

CREATE FUNCTION phm.hcc_terms(model phm.hcc_model, person phm.hcc_person, chart phm.chart,
	period daterange DEFAULT NULL, visible integer DEFAULT 0,
	OUT score numeric, OUT payment_score numeric, OUT segment text, OUT hccs integer[], OUT contributions jsonb, OUT sensitivity integer)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_hcc_terms_of_chart' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.hcc_terms(phm.hcc_model, phm.hcc_person, phm.chart, daterange, integer) IS
'As phm.hcc over a chart, as phm.risk_score keeps it: contributions has every term with its kind, coefficient and the codes because of which it is there; sensitivity is what must be visible to see all of those.';
