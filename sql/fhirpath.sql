SET search_path = public, phm;
CREATE TABLE example AS SELECT '{"resourceType":"Bundle","type":"collection","entry":[
 {"resource":{"resourceType":"Patient","id":"p","active":true,"gender":"female","birthDate":"1960-04-02",
   "extension":[{"url":"http://example.org/tribe","valueCode":"x"},{"url":"http://example.org/other","valueInteger":3}],
   "name":[{"use":"official","given":["Ann","Bea"],"family":"Roe"},{"use":"nickname","given":["Annie"]}]}},
 {"resource":{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p"},
   "effectiveDateTime":"2026-02-01T10:00:00Z",
   "code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"HbA1c"}],"text":"HbA1c"},
   "valueQuantity":{"value":7.20,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
 {"resource":{"resourceType":"Observation","id":"o2","status":"final","subject":{"reference":"Patient/p"},
   "effectiveDateTime":"2025-02-01",
   "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},
   "valueQuantity":{"value":9,"comparator":">","unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
 {"resource":{"resourceType":"Observation","id":"o3","status":"preliminary","subject":{"reference":"Patient/p","display":"her"},
   "effectiveDateTime":"2024",
   "code":{"coding":[{"system":"urn:local","code":"x"},{"code":"y"}]},"valueString":"positive",
   "component":[{"code":{"text":"a"},"valueInteger":3},{"code":{"text":"b"},"valueInteger":5}]}}
]}'::chart AS c;

-- Each expression stands beside what the FHIRPath specification says it gives.
CREATE FUNCTION give(expression text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT phm.fhirpath(c, expression, as_of => '2026-07-01 12:00Z') FROM public.example);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE FUNCTION try(expressions text[]) RETURNS TABLE (expression text, result text) LANGUAGE sql AS $$
	SELECT e, public.give(e) FROM unnest(expressions) WITH ORDINALITY AS u(e, n) ORDER BY n
$$;

-- Literals.
SELECT * FROM try(ARRAY[$$true$$, $$'a\'b\u0041\n'$$, $$42$$, $$1.50$$, $$4.5 'mg'$$, $$3 days$$, $$@2015-02$$, $$@2015-02-04T14:34:28.123+10:00$$,
	$$@2015T$$, $$@T14:30$$, $${}$$, $$-3$$, $$(1 | 2)$$, $$1 // comment$$, $$/* c */ 2$$]);
-- Paths and subsetting.
SELECT * FROM try(ARRAY[$$Patient.name.given$$, $$Patient.name[0].given[1]$$, $$Patient.name.given.first()$$, $$Patient.name.given.last()$$,
	$$Patient.name.given.tail()$$, $$Patient.name.given.skip(1).take(1)$$, $$Patient.name.given.take(0)$$, $$Patient.name.family.single()$$,
	$$Patient.name.given.single()$$, $$Patient.`gender`$$, $$Observation.value.ofType(Quantity).value$$, $$Observation.value.ofType(string)$$,
	$$(Observation.value as Quantity).unit$$, $$Observation.code.coding.code.distinct()$$, $$%resource.ofType(Patient).gender$$,
	$$Patient.nothing$$, $$gender$$, $$id$$, $$Resource.id.count()$$, $$Observation.where(Observation.status = 'final').id$$, $$Encounter.status$$]);
-- Existence, filters, projection.
SELECT * FROM try(ARRAY[$$Patient.name.where(use = 'official').given$$, $$Patient.name.exists()$$, $$Patient.name.exists(use = 'old')$$,
	$$Patient.name.all(given.exists())$$, $$Patient.name.empty()$$, $$Patient.photo.empty()$$, $$Patient.name.given.count()$$,
	$$Patient.name.select(given.first() & '!')$$, $$Patient.name.given.select($index)$$, $$(1 | 2 | 3).aggregate($this + $total, 0)$$,
	$$(1 | 2 | 3).where($this > 1).select($this * 2)$$, $$Patient.name.given.isDistinct()$$, $$(true | false).allTrue()$$, $$(true | false).anyTrue()$$,
	$$(1 | 2).subsetOf(1 | 2 | 3)$$, $$(1 | 2 | 3).supersetOf(4)$$, $$Observation.where(code.coding.exists(code = '4548-4')).id$$,
	$$Observation.where(value is Quantity).count()$$, $$Observation.repeat(component).code.text$$, $$Patient.name.select(use.union(given))$$]);
-- Sets.
SELECT * FROM try(ARRAY[$$1 | 1 | 2$$, $$(1 | 2).union(2 | 3)$$, $$(1 | 2).combine(2 | 3)$$, $$(1 | 2 | 3).intersect(2 | 3 | 4)$$,
	$$(1).combine(1).combine(2).exclude(2)$$, $$'Ann' in Patient.name.given$$, $$Patient.name.given contains 'Zoe'$$, $${} in (1 | 2)$$, $$1 in {}$$]);
-- Equality, equivalence, order.
SELECT * FROM try(ARRAY[$$1 = 1.0$$, $$1 != 2$$, $${} = 1$$, $$(1 | 2) = (1 | 2)$$, $$(1 | 2) = (2 | 1)$$, $$(1 | 2) ~ (2 | 1)$$, $${} ~ {}$$, $$'Ann' ~ 'ANN'$$,
	$$1.0 !~ 1.5$$, $$@2015 = @2015-01$$, $$@2015 ~ @2015-01$$, $$1 year = 1 'a'$$, $$1 year ~ 1 'a'$$, $$1 week = 7 days$$, $$1 'g' = 1000 'mg'$$,
	$$Patient.birthDate < @1970$$, $$Patient.birthDate >= @1960-04-02$$, $$'a' < 'b'$$, $$1 > 'a'$$, $$Observation.where(value.ofType(Quantity) < 8 '%').id$$,
	$$Patient.gender = 'female'$$]);
-- Logic.
SELECT * FROM try(ARRAY[$$true and {}$$, $$false and {}$$, $$true or {}$$, $$true xor false$$, $${} implies true$$, $$true implies {}$$, $$Patient.active.not()$$,
	$$Patient.name.family and true$$, $$iif(Patient.active, 'yes', 'no')$$, $$iif({}, 1)$$]);
-- Arithmetic and numbers.
SELECT * FROM try(ARRAY[$$1 + 2 * 3$$, $$5 / 2$$, $$5 div 2$$, $$5 mod 2$$, $$1 / 0$$, $$2.5 - 1$$, $$'a' + 'b'$$, $$'a' & {} & 'b'$$, $$'a' + {}$$, $$@2015-01-31 + 1 month$$,
	$$(-5).abs()$$, $$-5.abs()$$, $$1.1.ceiling()$$, $$(-1.1).floor()$$, $$2.power(3)$$, $$9.sqrt()$$, $$(-1).sqrt()$$, $$3.14159.round(2)$$, $$16.log(2)$$, $$1.9.truncate()$$, $$1.ln()$$, $$0.exp()$$]);
-- Strings.
SELECT * FROM try(ARRAY[$$'abc'.indexOf('c')$$, $$'abc'.substring(1)$$, $$'abc'.substring(0, 2)$$, $$'abc'.substring(5)$$, $$'abc'.startsWith('ab')$$,
	$$'abc'.endsWith('c')$$, $$'abc'.contains('b')$$, $$'aBc'.upper()$$, $$'aBc'.lower()$$, $$'abab'.replace('b', 'x')$$, $$'abc'.replace('', 'x')$$,
	$$'abc'.matches('b')$$, $$'abc'.matchesFull('b')$$, $$'abc'.matches('^a.c$')$$, $$'a1b2'.replaceMatches('[0-9]', '-')$$, $$'äbc'.length()$$, $$'ab'.toChars()$$,
	$$'a,b'.split(',')$$, $$('a' | 'b').join('-')$$, $$'  a '.trim()$$]);
-- Conversions and types.
SELECT * FROM try(ARRAY[$$'1'.toInteger()$$, $$1.5.toInteger()$$, $$'x'.convertsToInteger()$$, $$'1.5'.toDecimal()$$, $$'true'.toBoolean()$$, $$1.toString()$$,
	$$'2015-02-04'.toDate()$$, $$'2015-02-04T10:00:00Z'.toDateTime()$$, $$'14:30:00'.toTime()$$, $$'4.5 \'mg\''.toQuantity()$$, $$'1 \'g\''.toQuantity('mg')$$,
	$$1 is Integer$$, $$1 is System.Decimal$$, $$Patient.gender is code$$, $$Patient.gender is string$$, $$Patient is DomainResource$$, $$Patient.name is HumanName$$,
	$$Patient.is(Observation)$$, $$1 is Nothing$$]);
-- FHIR.
SELECT * FROM try(ARRAY[$$Patient.extension('http://example.org/tribe').value$$, $$Patient.gender.hasValue()$$, $$Patient.gender.getValue()$$,
	$$Observation.subject.resolve().gender.distinct()$$, $$Observation.subject.resolve().id$$, $$Observation.where(id = 'o3').component.value$$,
	$$Observation.where(id = 'o3').descendants().ofType(integer)$$, $$Patient.name.children().ofType(string).first()$$, $$Patient.name.trace('x').use$$,
	$$today()$$, $$now() > @2026$$, $$Patient.birthDate + 18 years <= today()$$, $$%ucum$$, $$%`vs-x`$$]);
-- Errors.
SELECT * FROM try(ARRAY[$$$$, $$1 +$$, $$(1$$, $$'a$$, $$Patient.name.frobnicate()$$, $$Patient.where()$$, $$%unknown$$, $$$index$$, $$@201$$, $$a b$$, $$'\q'$$, $$Patient.code.memberOf('http://example.org/vs')$$]);
DO $$ BEGIN PERFORM phm.fhirpath_logic('Patient.name' || chr(10) || '  .[0]');
EXCEPTION WHEN syntax_error THEN
	DECLARE d text; BEGIN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL; RAISE NOTICE '% %', SQLERRM, d; END;
END $$;

-- One resource: paths begin with it, references lead to the chart.
CREATE TABLE row_of AS
SELECT n, r::phm.resource AS r FROM (VALUES
	(1, '{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p"},
	  "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},
	  "valueQuantity":{"value":7.20,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}'),
	(2, '{"resourceType":"Patient","id":"p","birthDate":"1960-04-02","name":[{"given":["Ann","Bea"]}],
	  "contained":[{"resourceType":"Organization","id":"c","name":"Clinic"}]}'),
	(3, NULL)) AS v (n, r);
SELECT n, fhirpath(c, r, 'Observation.value') AS value, fhirpath(c, r, 'id') AS id, fhirpath(c, r, 'Patient.name.given[1]') AS given,
	   fhirpath(c, r, 'subject.resolve().birthDate') AS birth, fhirpath(c, r, 'contained.ofType(Organization).name') AS contained
  FROM example, row_of ORDER BY n;
SELECT n, fhirpath(r, 'value.ofType(Quantity) > 7 ''%''') AS high, fhirpath(r, 'subject.resolve()') AS nowhere,
	   fhirpath(NULL::chart, r, '%resource.id') AS resource, fhirpath(r, 'birthDate + 65 years <= today()', as_of => '2026-07-01') AS of_age,
	   fhirpath(r, 'today()', '2026-07-01 12:00Z'::timestamptz) AS today
  FROM row_of ORDER BY n;
SELECT fhirpath(c, r, 'Observation.count()') AS of_resource, fhirpath(c, 'Observation.count()') AS of_chart FROM example, row_of WHERE n = 1;
-- The expression of a row need not be that of the row before.
SELECT n, e, fhirpath(r, e) FROM row_of, unnest(ARRAY['id', 'status', 'id']) AS e WHERE n < 3 ORDER BY n, e;
SELECT fhirpath(NULL::phm.resource, 'id') IS NULL AS no_resource, fhirpath(r, NULL) IS NULL AS no_expression FROM row_of WHERE n = 1;
DROP TABLE row_of; DROP FUNCTION try; DROP FUNCTION give; DROP TABLE example;
