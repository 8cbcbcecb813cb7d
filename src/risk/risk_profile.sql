/*
 * risk_profile.sql: comorbidity, chronic conditions and utilisation of a patient,
 * from the chart.
 */
CREATE FUNCTION phm.risk_profile_of(chart phm.chart, as_of date,
	charlson phm.comorbidity_model, elixhauser phm.comorbidity_model, hfrs phm.comorbidity_model, ahrq_cmr phm.comorbidity_model,
	chronic phm.chronic_model, readmission phm.grouper_model, ed phm.grouper_model, pqi phm.grouper_model,
	ccs phm.grouper_model, ccsr phm.grouper_model, visible integer DEFAULT 0,
	OUT charlson numeric,
	OUT charlson_with_age numeric,
	OUT charlson_conditions text[],
	OUT elixhauser numeric,
	OUT elixhauser_conditions text[],
	OUT frailty numeric,
	OUT chronic_conditions text[],
	OUT ccs_categories text[],
	OUT ccsr_categories text[],
	OUT admissions integer,
	OUT hospital_days integer,
	OUT index_stays integer,
	OUT readmissions integer,
	OUT preventable_admissions integer,
	OUT preventable_reasons text[],
	OUT ed_visits integer,
	OUT ed_avoidable numeric,
	OUT last_admitted date,
	OUT last_discharged date,
	OUT lace integer,
	OUT lace_risk text,
	OUT lace_missing text[],
	OUT hospital_score integer,
	OUT hospital_risk text,
	OUT hospital_missing text[],
	OUT cmr_readmission numeric,
	OUT cmr_mortality numeric,
	OUT unused_diagnoses integer,
	OUT sensitivity integer)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_risk_profile_of' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION phm.risk_profile_of(phm.chart, date, phm.comorbidity_model, phm.comorbidity_model, phm.comorbidity_model, phm.comorbidity_model, phm.chronic_model, phm.grouper_model, phm.grouper_model, phm.grouper_model, phm.grouper_model, phm.grouper_model, integer) IS
'What phm.risk_profile keeps of a patient, from a chart as of a day. The models are those of phm.comorbidity_index(''charlson''), (''elixhauser''), (''hfrs''), (''ahrq_cmr''), phm.chronic_definition(), phm.readmission_model(), phm.ed_model(), phm.grouper(''PQI''), (''CCS'') and (''CCSR''). visible: sensitivity labels that count, as a bit mask. Diagnoses are those of phm.chart_diagnoses, visits those of phm.chart_visits; stays are made of both as phm.stays does, with transfers joined. Errors: 22023 for a model of another kind.';

CREATE FUNCTION phm.derive_risk_profile(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.risk_profile', '{patient_id,charlson,charlson_with_age,charlson_conditions,elixhauser,elixhauser_conditions,frailty,chronic_conditions,ccs_categories,ccsr_categories,admissions,hospital_days,index_stays,readmissions,preventable_admissions,preventable_reasons,ed_visits,ed_avoidable,last_admitted,last_discharged,lace,lace_risk,lace_missing,hospital_score,hospital_risk,hospital_missing,cmr_readmission,cmr_mortality}', $query$
	SELECT c.patient_id, r.charlson, r.charlson_with_age, r.charlson_conditions, r.elixhauser, r.elixhauser_conditions, r.frailty, r.chronic_conditions, r.ccs_categories, r.ccsr_categories, r.admissions, r.hospital_days, r.index_stays, r.readmissions, r.preventable_admissions, r.preventable_reasons, r.ed_visits, r.ed_avoidable, r.last_admitted, r.last_discharged, r.lace, r.lace_risk, r.lace_missing, r.hospital_score, r.hospital_risk, r.hospital_missing, r.cmr_readmission, r.cmr_mortality, r.unused_diagnoses, r.sensitivity
	  FROM phm.patient_chart AS c
	 CROSS JOIN LATERAL phm.risk_profile_of(c.chart, $2,	-- each call site keeps its model; a table of them would be copied
			phm.comorbidity_index('charlson'), phm.comorbidity_index('elixhauser'), phm.comorbidity_index('hfrs'), phm.comorbidity_index('ahrq_cmr'),
			phm.chronic_definition(), phm.readmission_model(), phm.ed_model(), phm.grouper('PQI'), phm.grouper('CCS'), phm.grouper('CCSR'), -1) AS r
	 WHERE c.patient_id = ANY ($1) AND c.chart IS NOT NULL$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_risk_profile(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_risk_profile(bigint[]) IS
'Derivation: brings phm.risk_profile of these patients up to date and returns how many rows changed: what phm.risk_profile_of finds in each chart as of phm.as_of().';
