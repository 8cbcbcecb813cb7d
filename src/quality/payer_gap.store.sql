-- Gaps as payers see them, beside ours.
CREATE TABLE phm.payer_gap (
	payer text NOT NULL,
	member_id text NOT NULL,
	payer_measure text NOT NULL,
	status text NOT NULL CHECK (status IN ('open-gap', 'closed-gap', 'prospective-gap', 'not-applicable')),
	as_of date NOT NULL,
	patient_id bigint,
	detail text,
	loaded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (payer, member_id, payer_measure, as_of)
);
CREATE INDEX payer_gap_patient_idx ON phm.payer_gap (patient_id);
REVOKE ALL ON phm.payer_gap FROM PUBLIC;
COMMENT ON TABLE phm.payer_gap IS 'Gaps in care as payers report them; COPY or INSERT rows here. Of one member and measure the row of the latest as_of counts.';
COMMENT ON COLUMN phm.payer_gap.payer IS 'Which payer.';
COMMENT ON COLUMN phm.payer_gap.member_id IS 'Its number of the member: source_patient_id in phm.patient_link, where source is the payer.';
COMMENT ON COLUMN phm.payer_gap.payer_measure IS 'What it calls the measure (phm.payer_measure).';
COMMENT ON COLUMN phm.payer_gap.status IS 'Its status, as phm.care_gap.status.';
COMMENT ON COLUMN phm.payer_gap.as_of IS 'For which day it says so.';
COMMENT ON COLUMN phm.payer_gap.patient_id IS 'The person; NULL: by phm.patient_link.';
COMMENT ON COLUMN phm.payer_gap.detail IS 'What else it says.';
COMMENT ON COLUMN phm.payer_gap.loaded_at IS 'When the row came.';

CREATE TABLE phm.payer_measure (
	payer text NOT NULL,
	payer_measure text NOT NULL,
	measure text NOT NULL,
	group_id text NOT NULL DEFAULT '',
	PRIMARY KEY (payer, payer_measure)
);
REVOKE ALL ON phm.payer_measure FROM PUBLIC;
COMMENT ON TABLE phm.payer_measure IS 'Which of our measures is meant by what a payer calls it.';
COMMENT ON COLUMN phm.payer_measure.payer IS 'Which payer.';
COMMENT ON COLUMN phm.payer_measure.payer_measure IS 'What it calls the measure.';
COMMENT ON COLUMN phm.payer_measure.measure IS 'Name in phm.care_gap.';
COMMENT ON COLUMN phm.payer_measure.group_id IS 'Group; empty: any.';

CREATE VIEW phm.gap_reconciliation AS
WITH session AS (
	SELECT phm.visible_labels() AS labels OFFSET 0
), payer AS (
	SELECT DISTINCT ON (p.payer, p.member_id, p.payer_measure) p.payer, p.member_id, p.payer_measure, p.status, p.as_of,
		   coalesce(p.patient_id, l.patient_id) AS patient_id, k.measure, k.group_id
	  FROM phm.payer_gap AS p
	  LEFT JOIN phm.patient_link AS l ON p.patient_id IS NULL AND l.source = p.payer AND l.source_patient_id = p.member_id
	  LEFT JOIN phm.payer_measure AS k ON k.payer = p.payer AND k.payer_measure = p.payer_measure
	 ORDER BY p.payer, p.member_id, p.payer_measure, p.as_of DESC
), ours AS (
	SELECT g.patient_id, g.measure, g.group_id, g.episode, g.status, g.reason, g.period_start, g.period_end
	  FROM session AS s CROSS JOIN phm.care_gap AS g
	 WHERE g.valid_to IS NULL AND phm.is_visible(g.sensitivity, s.labels)
), known AS (
	SELECT DISTINCT p.payer, p.member_id, p.patient_id, k.measure, k.group_id, k.payer_measure
	  FROM payer AS p JOIN phm.payer_measure AS k ON k.payer = p.payer WHERE p.patient_id IS NOT NULL
)
SELECT p.payer, p.member_id, p.patient_id, p.payer_measure, p.measure, o.group_id, o.episode, p.status AS payer_status, o.status AS our_status,
	   CASE WHEN p.measure IS NULL THEN 'unknown measure' WHEN p.patient_id IS NULL THEN 'unknown member' WHEN o.status IS NULL THEN 'only payer'
			WHEN o.status = p.status THEN 'agree' ELSE 'different' END AS finding,
	   CASE WHEN p.measure IS NULL THEN 'phm.payer_measure does not say which measure is meant'
			WHEN p.patient_id IS NULL THEN 'phm.patient_link does not know the member'
			WHEN o.status IS NULL THEN 'we have no gap of the measure for a period that had begun by then'
			ELSE o.reason END AS reason,
	   p.as_of, o.period_start, o.period_end
  FROM payer AS p
  LEFT JOIN ours AS o ON o.patient_id = p.patient_id AND o.measure = p.measure AND p.group_id IN ('', o.group_id)
   AND p.as_of >= o.period_start
UNION ALL
SELECT k.payer, k.member_id, o.patient_id, k.payer_measure, o.measure, o.group_id, o.episode, NULL, o.status, 'only ours', o.reason, NULL, o.period_start, o.period_end
  FROM known AS k
  JOIN ours AS o ON o.patient_id = k.patient_id AND o.measure = k.measure AND k.group_id IN ('', o.group_id) AND o.status IN ('open-gap', 'prospective-gap')
 WHERE NOT EXISTS (SELECT FROM payer AS p WHERE p.payer = k.payer AND p.patient_id = k.patient_id AND p.measure = o.measure AND p.group_id IN ('', o.group_id)
					  AND p.as_of >= o.period_start);
REVOKE ALL ON phm.gap_reconciliation FROM PUBLIC;
COMMENT ON VIEW phm.gap_reconciliation IS 'Gaps of payers beside ours, as far as phm.visible_labels allows: what agrees and what does not, and why.';
COMMENT ON COLUMN phm.gap_reconciliation.payer IS 'Which payer.';
COMMENT ON COLUMN phm.gap_reconciliation.member_id IS 'Its number of the member.';
COMMENT ON COLUMN phm.gap_reconciliation.patient_id IS 'The person; NULL: not known.';
COMMENT ON COLUMN phm.gap_reconciliation.payer_measure IS 'What the payer calls the measure.';
COMMENT ON COLUMN phm.gap_reconciliation.measure IS 'Our name of it; NULL: not known.';
COMMENT ON COLUMN phm.gap_reconciliation.group_id IS 'Our group.';
COMMENT ON COLUMN phm.gap_reconciliation.episode IS 'Our episode.';
COMMENT ON COLUMN phm.gap_reconciliation.payer_status IS 'Status that the payer reports.';
COMMENT ON COLUMN phm.gap_reconciliation.our_status IS 'Status by our data.';
COMMENT ON COLUMN phm.gap_reconciliation.finding IS 'agree, different, only payer, only ours (an open or prospective gap that the payer does not report), unknown member, unknown measure.';
COMMENT ON COLUMN phm.gap_reconciliation.reason IS 'Our reason, or what is not known.';
COMMENT ON COLUMN phm.gap_reconciliation.as_of IS 'For which day the payer says so.';
COMMENT ON COLUMN phm.gap_reconciliation.period_start IS 'First day of our period.';
COMMENT ON COLUMN phm.gap_reconciliation.period_end IS 'Last day of our period.';
