-- Gaps of the cases: whether states are what the populations say, and the reasons found.
SET client_min_messages = warning;
CALL phm.refresh();
-- CMS122 counts who is not controlled; its package says that more is better.
SELECT phm.correct_improvement('CMS122', 'decrease') \g /dev/null
CALL phm.evaluate_measures('[2026-01-01,2027-01-01)', profiles => 'trust');

-- Of each case the gap of its own measure; nothing where it is in no initial population.
WITH should AS (
	SELECT g.measure, g.person, CASE WHEN ip = 0 THEN 'none' WHEN den = 0 OR denex > 0 OR denexcep > 0 THEN 'not-applicable'
			WHEN (num > 0) = (g.measure LIKE 'CMS122FHIR%') THEN 'open-gap' ELSE 'closed-gap' END AS status
	  FROM given AS g
	 CROSS JOIN LATERAL (
		SELECT coalesce(max(e.expected) FILTER (WHERE e.code = 'initial-population'), 0) AS ip, coalesce(max(e.expected) FILTER (WHERE e.code = 'denominator'), 0) AS den,
			   coalesce(max(e.expected) FILTER (WHERE e.code = 'denominator-exclusion'), 0) AS denex, coalesce(max(e.expected) FILTER (WHERE e.code = 'denominator-exception'), 0) AS denexcep,
			   coalesce(max(e.expected) FILTER (WHERE e.code = 'numerator'), 0) AS num
		  FROM expected AS e WHERE (e.measure, e.name) = (g.measure, g.name) AND e.kind = 'population') AS x
)
SELECT left(s.measure, 6), s.status, count(*), count(*) FILTER (WHERE coalesce(c.status, 'none') = s.status) AS so
  FROM should AS s LEFT JOIN phm.care_gap AS c ON c.patient_id = s.person AND c.measure = s.measure AND c.valid_to IS NULL
 GROUP BY 1, 2 ORDER BY 1, 2;

SELECT left(measure, 6), status, reason_codes, regexp_replace(reason, '\d{4}-\d\d-\d\d', 'DAY', 'g') AS reason, count(*)
  FROM phm.care_gap WHERE valid_to IS NULL AND status <> 'not-applicable' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;

-- What would close most of the open gaps of somebody.
SELECT contact, count(*) FROM phm.gap_bundle WHERE rank = 1 GROUP BY 1 ORDER BY 1;

-- Deriving again, and deriving one patient, changes nothing.
SELECT phm.derive_care_gap(array_agg(person)) FROM given;
SELECT sum(phm.derive_care_gap(ARRAY[person])) FROM given;
