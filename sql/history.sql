-- What a chart tells of visits, diagnoses, procedures and fills.
CREATE TABLE history_case AS SELECT $${"resourceType":"Bundle","type":"collection","entry":[
{"resource":{"resourceType":"Patient","id":"p","birthDate":"1950-03-02","gender":"female"}},
{"resource":{"resourceType":"Encounter","id":"e1","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"},
 "period":{"start":"2025-02-01T23:30:00-06:00","end":"2025-02-05T10:00:00-06:00"},
 "hospitalization":{"admitSource":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/admit-source","code":"emd"}]},
  "dischargeDisposition":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/discharge-disposition","code":"home"}]}}}},
{"resource":{"resourceType":"Encounter","id":"e2","status":"in-progress","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"EMER"},"period":{"start":"2025-03-01"}}},
{"resource":{"resourceType":"Encounter","id":"e3","status":"planned","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"period":{"start":"2025-04-01"}}},
{"resource":{"resourceType":"Condition","id":"c1","encounter":{"reference":"Encounter/e1"},"recordedDate":"2025-02-03",
 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]},
 "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"J18.9"},{"system":"http://snomed.info/sct","code":"233604007"}]}}},
{"resource":{"resourceType":"Condition","id":"c2","recordedDate":"2024","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9"},{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.65"}]}}},
{"resource":{"resourceType":"Condition","id":"c3","onsetPeriod":{"start":"2019-05"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I10"}]}}},
{"resource":{"resourceType":"Condition","id":"c4","verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"provisional"}]},
 "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C50.9"}]}}},
{"resource":{"resourceType":"Condition","id":"c5","encounter":{"reference":"Encounter/e3"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I50.9"}]}}},
{"resource":{"resourceType":"Condition","id":"c6","code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006"}]}}},
{"resource":{"resourceType":"Procedure","id":"p1","status":"completed","performedPeriod":{"start":"2025-02-02","end":"2025-02-03"},"encounter":{"reference":"Encounter/e1"},
 "code":{"coding":[{"system":"http://www.cms.gov/Medicare/Coding/ICD10","code":"0BJ08ZZ"}]}}},
{"resource":{"resourceType":"Procedure","id":"p2","status":"not-done","code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"45378"}]}}},
{"resource":{"resourceType":"MedicationDispense","id":"d1","status":"completed","whenPrepared":"2025-01-05","whenHandedOver":"2025-01-06T09:00:00Z",
 "daysSupply":{"value":30,"unit":"d","system":"http://unitsofmeasure.org","code":"d"},
 "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}]}}},
{"resource":{"resourceType":"MedicationDispense","id":"d2","status":"completed","whenPrepared":"2025-02-05","daysSupply":{"value":29.5},
 "medicationReference":{"reference":"Medication/m"}}},
{"resource":{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"00093-1048-01"}]}}},
{"resource":{"resourceType":"ExplanationOfBenefit","id":"b1","status":"active","use":"claim","outcome":"complete",
 "type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"institutional"}]},
 "billablePeriod":{"start":"2025-02-01","end":"2025-02-05"},
 "supportingInfo":[{"sequence":1,"category":{"coding":[{"system":"http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType","code":"typeofbill"}]},"code":{"coding":[{"system":"https://www.nubc.org/CodeSystem/TypeOfBill","code":"0111"}]}},
  {"sequence":2,"category":{"coding":[{"code":"drg"}]},"code":{"coding":[{"system":"https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software","code":"193"}]}},
  {"sequence":3,"category":{"coding":[{"code":"discharge-status"}]},"code":{"coding":[{"system":"https://www.nubc.org/CodeSystem/PatDischargeStatus","code":"01"}]}}],
 "diagnosis":[{"sequence":1,"type":[{"coding":[{"code":"admitting"}]}],"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R05"}]}},
  {"sequence":2,"type":[{"coding":[{"code":"principal"}]}],"onAdmission":{"coding":[{"code":"Y"}]},"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"J189"}]}}],
 "procedure":[{"sequence":1,"date":"2025-02-02","procedureCodeableConcept":{"coding":[{"system":"http://www.cms.gov/Medicare/Coding/ICD10","code":"0BJ08ZZ"}]}}],
 "item":[{"sequence":1,"revenue":{"coding":[{"system":"https://www.nubc.org/CodeSystem/RevenueCodes","code":"0450"}]},"servicedDate":"2025-02-01","productOrService":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"99285"}]}}]}},
{"resource":{"resourceType":"Claim","id":"b2","status":"active","use":"claim","created":"2025-06-01","billablePeriod":{"start":"2025-05-20","end":"2025-05-20"},
 "type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},
 "diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.22"}]}},
  {"sequence":2,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"N18.4"}]}}]}},
{"resource":{"resourceType":"Claim","id":"b3","status":"active","use":"preauthorization","created":"2025-06-01"}},
{"resource":{"resourceType":"Claim","id":"b4","status":"cancelled","use":"claim","created":"2025-06-01"}}
]}$$::phm.chart AS chart;

SELECT visit, kind, setting, first_day, last_day, emergency, bill_type, drg, disposition, id FROM history_case, phm.chart_visits(chart) ORDER BY visit;
SELECT code, day, kind, visit, principal, present_on_admission AS poa, resolved, id FROM history_case, phm.chart_diagnoses(chart) ORDER BY kind, id, code COLLATE "C";
SELECT system, code, day, kind, visit, id FROM history_case, phm.chart_procedures(chart) ORDER BY kind, id, code COLLATE "C";
SELECT system, code, day, days_supply, id FROM history_case, phm.chart_fills(chart) ORDER BY id;
DROP TABLE history_case;
