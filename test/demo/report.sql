-- What ./run demo shows: the population from the record to the worklist.
\pset footer off
\pset border 1
\pset null ''

\echo
\echo Population
SELECT count(DISTINCT p.patient_id) AS persons,
       count(DISTINCT p.patient_id) FILTER (WHERE p.deceased_at IS NOT NULL OR p.deceased) AS deceased,
       round(avg(date_part('year', age(phm.as_of(), phm.local_date(p.birth_date))))::numeric, 1) AS average_age,
       round(100.0 * count(*) FILTER (WHERE p.gender = 'female') / nullif(count(*), 0), 1) AS percent_female
  FROM phm.patient AS p WHERE p.deleted_at IS NULL;

SELECT count(*) AS charts, sum(s.entries) AS resources, round(sum(s.entries) / nullif(count(*), 0), 0) AS per_person,
       round(sum(s.bytes) / nullif(sum(s.entries), 0), 0) AS bytes_per_resource
  FROM phm.patient_chart, phm.chart_sizes(chart) AS s;

\echo Attribution: the largest panels
SELECT practitioner, npi, members, round(average_risk, 2) AS average_risk, open_gaps
  FROM phm.panel ORDER BY members DESC, practitioner_id LIMIT 5;
SELECT count(*) AS attributed, (SELECT count(DISTINCT patient_id) FROM phm.patient) - count(*) AS not_attributed
  FROM phm.attribution WHERE valid_to IS NULL AND contract = 'default';

\echo Risk strata: CMS-HCC V28, tiers by percentile
SELECT tier, count(*) AS patients, round(min(score), 2) AS least, round(max(score), 2) AS greatest, round(avg(expected_cost)) AS expected_cost
  FROM phm.patient_risk WHERE model = 'V28' GROUP BY tier ORDER BY least;

\echo Comorbidity and use of hospitals
SELECT round(avg(charlson), 2) AS charlson, round(avg(cardinality(chronic_conditions)), 2) AS chronic_conditions, sum(admissions) AS admissions,
       sum(readmissions) AS readmissions, sum(preventable_admissions) AS preventable, sum(ed_visits) AS ed_visits,
       round(100 * sum(ed_avoidable) / nullif(sum(ed_visits), 0)) AS percent_avoidable
  FROM phm.risk_profile WHERE valid_to IS NULL;

\echo Conditions to be assessed and coded: CMS-HCC V28
SELECT kind, count(*) AS gaps, count(DISTINCT patient_id) AS patients, sum(raf_value) AS risk_score
  FROM phm.open_hcc_gap GROUP BY kind ORDER BY kind;

\echo Registries
SELECT registry, count(*) AS members, count(*) FILTER (WHERE controlled IS NOT NULL) AS measured,
       round(100.0 * count(*) FILTER (WHERE controlled) / nullif(count(*) FILTER (WHERE controlled IS NOT NULL), 0), 1)
         AS percent_controlled
  FROM phm.registry_list GROUP BY registry ORDER BY registry;

\echo Gaps in care
SELECT gap, status, count(*) AS patients FROM phm.care_gap WHERE valid_to IS NULL
 GROUP BY gap, status ORDER BY gap, status;

\echo Worklist: whom to see first, and why
SELECT rank, patient_id, date_part('year', age(phm.as_of(), birth_date))::integer AS age, practitioner, importance, reasons
  FROM phm.worklist ORDER BY rank LIMIT 8;
