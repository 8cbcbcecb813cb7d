-- Reading ELM: what a library says of itself, and everything that is wrong with it.
SET TIME ZONE 'UTC';

-- A library of JSON, and the same of XML with its prefixes.
SELECT * FROM phm.read_library($${
  "library": {
    "annotation": [{"type": "CqlToElmInfo", "translatorVersion": "3.1", "translatorOptions": "EnableLocators"}],
    "identifier": {"id": "Screening", "version": "1.2.0"},
    "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
    "usings": {"def": [{"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]},
    "includes": {"def": [{"localIdentifier": "Common", "path": "http://example.org/cql/Common", "version": "2"}, {"path": "org.example.Other"}]},
    "valueSets": {"def": [{"name": "Visit", "id": "http://example.org/visit", "version": "2026"}]},
    "statements": {"def": {"name": "Visits", "context": "Patient", "expression": {
      "type": "Query",
      "source": {"alias": "E", "expression": {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Encounter"}},
      "where": {"type": "In", "precision": "Day", "operand": [
        {"type": "Property", "path": "period.start", "scope": "E"},
        {"type": "Interval", "low": {"type": "Today"}, "high": {"type": "Today"}}]}}}}
  }
}$$);
SELECT * FROM phm.read_library($$<library xmlns="urn:hl7-org:elm:r1" xmlns:t="urn:hl7-org:elm-types:r1"
    xmlns:fhir="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="urn:hl7-org:cql-annotations:r1">
  <annotation translatorVersion="3.1" xsi:type="a:CqlToElmInfo"/>
  <identifier id="Screening" version="1.2.0"/>
  <includes><def localIdentifier="Common" path="Common" version="2"/></includes>
  <valueSets><def name="Visit" id="http://example.org/visit"/></valueSets>
  <statements>
    <def name="Visits" context="Patient"><expression xsi:type="First">
      <source dataType="fhir:Encounter" codeProperty="type" codeComparator="in" xsi:type="Retrieve"><codes name="Visit" xsi:type="ValueSetRef"/></source>
    </expression></def>
  </statements>
</library>$$);

-- All that cannot be read is told at once, with its place.
SELECT p ->> 'definition' AS definition, p ->> 'line' AS line, p ->> 'column' AS col, p ->> 'message' AS message
  FROM phm.read_library($${"library": {
    "identifier": {"id": "Bad", "version": "1"},
    "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r2"},
    "annotation": [{"type": "CqlToElmError", "errorSeverity": "error", "message": "Could not resolve Foo"},
                   {"type": "CqlToElmError", "errorSeverity": "warning", "message": "Never mind"}],
    "includes": {"def": [{"localIdentifier": "X"}]},
    "codes": {"def": [{"name": "C", "id": "1"}]},
    "statements": {"def": [
      {"name": "Unknown node", "locator": "4:1-6:20", "expression": {"type": "Filter2", "locator": "5:3-5:9"}},
      {"name": "Unknown node inside", "locator": "7:1", "expression": {"type": "Not", "operand": {"type": "Search", "path": "x"}}},
      {"name": "Too many", "expression": {"type": "Equal", "operand": [{"type": "Null"}, {"type": "Null"}, {"type": "Null"}]}},
      {"name": "Missing member", "expression": {"type": "If", "condition": {"type": "Null"}}},
      {"name": "Twice", "expression": {"type": "If", "condition": [{"type": "Null"}, {"type": "Null"}], "then": {"type": "Null"}, "else": {"type": "Null"}}},
      {"name": "Wrong member type", "expression": {"type": "Exists", "operand": 7}},
      {"name": "Unsupported member", "expression": {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition", "codeFilter": [{"property": "code"}]}},
      {"name": "Unsupported attribute", "expression": {"type": "First", "orderBy": "date", "source": {"type": "Null"}}},
      {"name": "Retrieve by another id", "expression": {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition", "codeComparator": "<", "idProperty": "subject",
        "dateRange": {"type": "Null"}, "id": {"type": "Null"}}},
      {"name": "Misplaced clause", "expression": {"type": "Exists", "operand": {"type": "CaseElse"}}},
      {"name": "Misplaced item", "expression": {"type": "Exists", "operand": {"type": "AliasedQuerySource", "alias": "a", "expression": {"type": "Null"}}}},
      {"name": "Expression in a sort", "expression": {"type": "Sort", "source": {"type": "Null"}, "by": [{"type": "Null"}]}},
      {"name": "Path", "expression": {"type": "Property", "path": "a..b", "scope": "E"}},
      {"name": "No source", "expression": {"type": "Property", "path": "a"}},
      {"name": "Precision", "expression": {"type": "Before", "precision": "Fortnight", "operand": [{"type": "Null"}, {"type": "Null"}]}},
      {"name": "Quantity", "expression": {"type": "Quantity", "value": "1,5", "unit": "mg"}},
      {"name": "Type", "expression": {"type": "As", "operand": {"type": "Null"}, "asTypeSpecifier": {"type": "MapTypeSpecifier"}}},
      {"name": "No expression"},
      {"name": "No type", "expression": {"operand": []}},
      {"name": "No expression"},
      {"expression": {"type": "Null"}}
    ]}}}$$) AS r, jsonb_array_elements(r.problems::jsonb) WITH ORDINALITY AS e (p, n)
 ORDER BY n;

-- Other shapes of the same: one object for a list, numbers and truth values for texts, types that are implied.
SELECT name, problems FROM phm.read_library($${"identifier": {"id": "Plain"},
  "concepts": {"def": {"name": "K", "code": {"name": "C"}}},
  "statements": {"def": [
    {"name": "A", "expression": {"type": "elm:Add", "operand": [{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": 1}, {"type": "Quantity", "value": 2.5e1}]}},
    {"name": "B", "expression": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String"}},
    {"name": "C", "expression": {"type": "Query", "annotation": [{"s": {"r": 1}}], "let": null,
      "source": {"alias": "x", "expression": {"type": "List", "element": {"type": "Null"}}},
      "return": {"distinct": "true", "expression": {"type": "AliasRef", "name": "x"}}, "sort": {"by": {"direction": "desc"}}}},
    {"name": "D", "expression": {"type": "Union", "operand": [{"type": "List"}, {"type": "List"}, {"type": "List"}]}},
    {"name": "f", "operand": {"name": "x", "operandTypeSpecifier": {"choice": [{"name": "System.String"}, {"elementType": {"name": "System.Integer"}}]}},
      "expression": {"type": "Case", "caseItem": {"when": {"type": "Null"}, "then": {"type": "Ratio", "numerator": {"value": 1}, "denominator": {"value": 2}}}, "else": {"type": "OperandRef", "name": "x"}}},
    {"name": "f", "type": "FunctionDef", "external": true}
  ]}}$$);

-- What is no ELM, or nests without end.
SELECT name FROM phm.read_library('{"resourceType": "Library", "name": "A"}');
SELECT name FROM phm.read_library('{"library": {"identifier": {"id": "A"}');
SELECT name FROM phm.read_library('<library xmlns="http://hl7.org/fhir"/>');
SELECT name FROM phm.read_library('<!DOCTYPE library [<!ENTITY e "x">]><library xmlns="urn:hl7-org:elm:r1"/>');
SELECT name FROM phm.read_library(repeat('[', 100000));
SELECT problems::jsonb -> 0 ->> 'message' AS problem, jsonb_array_length(problems::jsonb) AS problems
  FROM phm.read_library('{"identifier": {"id": "Deep"}, "statements": {"def": {"name": "D", "expression": ' ||
						repeat('{"type": "Not", "operand": ', 10000) || '{"type": "Null"}' || repeat('}', 10000) || '}}}');
SELECT problems::jsonb -> 0 ->> 'message' AS problem, jsonb_array_length(problems::jsonb) AS problems
  FROM phm.read_library('{"identifier": {"id": "Deep"}, "statements": {"def": {"name": "D", "expression": {"type": "Null", "resultTypeSpecifier": ' ||
						repeat('{"type": "ListTypeSpecifier", "elementType": ', 10000) || '1' || repeat('}', 10000) || '}}}}');
SELECT jsonb_array_length(problems::jsonb) AS problems
  FROM phm.read_library('{"identifier": {"id": "Long"}, "statements": {"def": {"name": "D", "expression": {"type": "Union", "operand": [' ||
						repeat('{"type": "List"}, ', 20000) || '{"type": "List"}]}}}}');
