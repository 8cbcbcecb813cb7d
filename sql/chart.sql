SET search_path = public, phm;
CREATE TABLE example AS SELECT '{"resourceType":"Bundle","type":"collection","entry":[
 {"resource":{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1960-04","name":[{"family":"Roe"}],
   "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}},
 {"resource":{"resourceType":"Observation","id":"o2","status":"final","subject":{"reference":"Patient/p"},
   "encounter":{"reference":"Encounter/e"},"effectiveDateTime":"2026-02-01T10:00:00Z","issued":"2026-02-01T10:00:00.000Z",
   "code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"HbA1c"}],"text":"HbA1c"},
   "valueQuantity":{"value":7.20,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
 {"resource":{"resourceType":"Observation","id":"o1","status":"entered-in-error","effectiveDateTime":"2025-02-01",
   "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},
   "valueQuantity":{"value":9,"comparator":">","unit":"percent"}}},
 {"resource":{"resourceType":"Encounter","id":"e","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},
   "period":{"start":"2026-02-01T09:30:00Z","end":"2026-02-01T10:30:00Z"},
   "participant":[{"individual":{"reference":"Practitioner/d","display":"Dr. Doe"}}]}},
 {"resource":{"resourceType":"Observation","id":"o1","status":"final","effectiveDateTime":"2025-02-01",
   "code":{"coding":[{"system":"urn:local","code":"x"},{"code":"y"}]},"valueString":"second of the same id"}},
 {"resource":{"resourceType":"Condition","code":{"text":"no id, no code"},"oddName":{"a":[1,"b",null]}}}
]}'::chart AS c;
-- Order of the entries: FHIR type, then time; one id may stand twice, or be missing.
SELECT r.resource_type, r.id, r.resource FROM example, resources(c) AS r;
-- What goes in comes out, narrative aside.
SELECT c::text::chart::text = c::text AS stable FROM example;
SELECT chart_sizes(c) IS NOT NULL AS sized, entries FROM example, chart_sizes(c);
-- Errors are those of phm.resource.
SELECT '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Nobody"}}]}'::chart;
SELECT ''::chart;
SELECT '{"resourceType":"Bundle","type":"collection"}'::chart;
DROP TABLE example;
