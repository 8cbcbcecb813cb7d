-- Comorbidity, chronic conditions and utilisation of each patient.
CREATE TABLE phm.risk_profile (
	patient_id bigint NOT NULL,
	charlson numeric,
	charlson_with_age numeric,
	charlson_conditions text[] NOT NULL,
	elixhauser numeric,
	elixhauser_conditions text[] NOT NULL,
	frailty numeric,
	chronic_conditions text[] NOT NULL,
	ccs_categories text[] NOT NULL,
	ccsr_categories text[] NOT NULL,
	admissions integer NOT NULL,
	hospital_days integer NOT NULL,
	index_stays integer NOT NULL,
	readmissions integer NOT NULL,
	preventable_admissions integer NOT NULL,
	preventable_reasons text[] NOT NULL,
	ed_visits integer NOT NULL,
	ed_avoidable numeric NOT NULL,
	last_admitted date,
	last_discharged date,
	lace integer,
	lace_risk text,
	lace_missing text[],
	hospital_score integer,
	hospital_risk text,
	hospital_missing text[],
	cmr_readmission numeric,
	cmr_mortality numeric,
	unused_diagnoses integer NOT NULL,
	sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, valid_from)
)/*distribute patient_id*/;
REVOKE ALL ON phm.risk_profile FROM PUBLIC;
COMMENT ON TABLE phm.risk_profile IS 'Comorbidity, chronic conditions and utilisation of patients, current (valid_to is null) and past. The 12 and 24 months end at the evaluation date.';
COMMENT ON COLUMN phm.risk_profile.patient_id IS 'The person.';
COMMENT ON COLUMN phm.risk_profile.charlson IS 'Charlson index, weights of Quan 2011, of the diagnoses of 24 months.';
COMMENT ON COLUMN phm.risk_profile.charlson_with_age IS 'The same with points of age (Charlson 1994); without them where the age is not known.';
COMMENT ON COLUMN phm.risk_profile.charlson_conditions IS 'Its conditions.';
COMMENT ON COLUMN phm.risk_profile.elixhauser IS 'Elixhauser comorbidities, weights of van Walraven, of the same diagnoses.';
COMMENT ON COLUMN phm.risk_profile.elixhauser_conditions IS 'Its conditions.';
COMMENT ON COLUMN phm.risk_profile.frailty IS 'Hospital Frailty Risk Score of the same diagnoses: below 5 low, 5 to 15 intermediate, above 15 high; published for persons of 75 years and more.';
COMMENT ON COLUMN phm.risk_profile.chronic_conditions IS 'Chronic conditions by definitions of the Chronic Conditions Data Warehouse.';
COMMENT ON COLUMN phm.risk_profile.ccs_categories IS 'Categories of the Clinical Classifications Software (CCS) of the diagnoses of 12 months.';
COMMENT ON COLUMN phm.risk_profile.ccsr_categories IS 'The same of its refined version (CCSR): all categories of each diagnosis.';
COMMENT ON COLUMN phm.risk_profile.admissions IS 'Acute inpatient stays that began in the 12 months; transfers are one stay.';
COMMENT ON COLUMN phm.risk_profile.hospital_days IS 'Days of these stays.';
COMMENT ON COLUMN phm.risk_profile.index_stays IS 'Stays discharged in the 12 months that count for readmission (CMS hospital-wide rules without those of age and enrollment).';
COMMENT ON COLUMN phm.risk_profile.readmissions IS 'Of these, how many were followed by an unplanned stay within 30 days.';
COMMENT ON COLUMN phm.risk_profile.preventable_admissions IS 'Admissions in the numerator of an AHRQ Prevention Quality Indicator.';
COMMENT ON COLUMN phm.risk_profile.preventable_reasons IS 'Which indicators.';
COMMENT ON COLUMN phm.risk_profile.ed_visits IS 'Emergency visits of the 12 months that did not end in admission.';
COMMENT ON COLUMN phm.risk_profile.ed_avoidable IS 'Sum of their shares that earlier or other care could have avoided (NYU algorithm).';
COMMENT ON COLUMN phm.risk_profile.last_admitted IS 'Admission of the last stay of the 12 months that is over; the next columns are of this stay.';
COMMENT ON COLUMN phm.risk_profile.last_discharged IS 'Its discharge.';
COMMENT ON COLUMN phm.risk_profile.lace IS 'LACE index at the discharge; points unverified.';
COMMENT ON COLUMN phm.risk_profile.lace_risk IS 'low, moderate or high.';
COMMENT ON COLUMN phm.risk_profile.lace_missing IS 'Components of the LACE index that are not known.';
COMMENT ON COLUMN phm.risk_profile.hospital_score IS 'HOSPITAL score at the discharge; components that are not known count nothing; points unverified.';
COMMENT ON COLUMN phm.risk_profile.hospital_risk IS 'low, intermediate or high.';
COMMENT ON COLUMN phm.risk_profile.hospital_missing IS 'Components of the HOSPITAL score that are not known.';
COMMENT ON COLUMN phm.risk_profile.cmr_readmission IS 'AHRQ Elixhauser Comorbidity Software Refined, index of readmission, of the billed diagnoses of the stay.';
COMMENT ON COLUMN phm.risk_profile.cmr_mortality IS 'The same, index of in-hospital mortality.';
COMMENT ON COLUMN phm.risk_profile.unused_diagnoses IS 'Diagnoses in the chart without any ICD-10-CM code, which count for nothing here.';
COMMENT ON COLUMN phm.risk_profile.sensitivity IS 'Sensitivity labels of diagnoses that count and are not known without.';
COMMENT ON COLUMN phm.risk_profile.valid_from IS 'Evaluation date at which it began to hold.';
COMMENT ON COLUMN phm.risk_profile.valid_to IS 'Evaluation date at which it ended; NULL while it holds.';

SELECT phm.register_derivation('risk_profile', 32, 'phm.derive_risk_profile', 'Comorbidity, chronic conditions and utilisation.');
