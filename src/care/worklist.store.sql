-- Worklists and panels: views of plain SQL types over current results.
CREATE TABLE phm.panel_owner (
	practitioner_source text NOT NULL,
	practitioner_id text NOT NULL,
	owner text NOT NULL,
	PRIMARY KEY (practitioner_source, practitioner_id)
);
REVOKE ALL ON phm.panel_owner FROM PUBLIC;
COMMENT ON TABLE phm.panel_owner IS 'Who works the panel of a practitioner.';
COMMENT ON COLUMN phm.panel_owner.practitioner_source IS 'Source system of the practitioner.';
COMMENT ON COLUMN phm.panel_owner.practitioner_id IS 'Id of the practitioner there.';
COMMENT ON COLUMN phm.panel_owner.owner IS 'The database role that works it.';

CREATE VIEW phm.worklist AS
WITH session AS (
	SELECT phm.visible_labels() AS labels, phm.as_of() AS as_of OFFSET 0
), open_gap AS (
	SELECT g.patient_id, count(*)::integer AS open_gaps, sum(g.importance) AS severity, min(g.due) AS due,
		string_agg(g.gap, '; ' ORDER BY g.importance DESC, g.measure, g.period_start, g.group_id, g.episode) AS gaps,
		string_agg(g.reason || ' (severity ' || g.importance || ')', '; ' ORDER BY g.importance DESC, g.measure, g.period_start, g.group_id, g.episode) AS why
	  FROM session AS s CROSS JOIN phm.care_gap AS g
	 WHERE g.valid_to IS NULL AND g.status = 'open-gap' AND g.due >= s.as_of AND phm.is_visible(g.sensitivity, s.labels)
	 GROUP BY g.patient_id
), factor AS (
	SELECT g.*, p.family, p.given, p.birth_date, p.phone, a.practitioner_source, a.practitioner_id,
		coalesce(r.payment_score, 1.0) AS risk, r.payment_score IS NULL AS risk_assumed, r.model, r.payment_year,
		c.last_contact,
		CASE WHEN c.last_contact IS NULL THEN 24 ELSE least(greatest((s.as_of - c.last_contact) / 30.4375, 0), 24) END AS months
	  FROM session AS s CROSS JOIN open_gap AS g
	  JOIN LATERAL (SELECT * FROM phm.person AS d WHERE d.patient_id = g.patient_id OFFSET 0) AS p
    ON phm.is_visible(p.sensitivity, s.labels)
	  LEFT JOIN phm.risk_score AS r ON r.patient_id = g.patient_id AND r.model = 'V28' AND r.valid_to IS NULL
	  LEFT JOIN phm.attribution AS a ON a.patient_id = g.patient_id AND a.contract = 'default' AND a.valid_to IS NULL
	   AND phm.is_visible(a.sensitivity, s.labels)
	  LEFT JOIN LATERAL (
		SELECT CASE WHEN phm.is_visible(l.sensitivity, s.labels) THEN l.last_contact_any ELSE l.last_contact END AS last_contact
		  FROM phm.last_contact AS l WHERE l.patient_id = g.patient_id AND l.valid_to IS NULL) AS c ON true
), ranked AS (
	SELECT f.*, 1 + f.months / 12 AS contact_factor FROM factor AS f
)
SELECT row_number() OVER (ORDER BY round(r.risk * r.severity * r.contact_factor, 3) DESC, r.patient_id) AS rank,
	r.patient_id, r.family, r.given, r.birth_date, r.phone, o.owner,
	coalesce(nullif(concat_ws(' ', d.given, d.family), ''), r.practitioner_source || ' ' || r.practitioner_id) AS practitioner,
	r.practitioner_source, r.practitioner_id,
	round(r.risk * r.severity * r.contact_factor, 3) AS importance, r.risk, r.severity,
	r.last_contact, round(r.contact_factor, 2) AS contact_factor, r.open_gaps, r.gaps, r.due,
	concat('risk ', round(r.risk, 3), CASE WHEN r.risk_assumed THEN ' (no score: average assumed)'
			ELSE ' (' || r.model || ', payment year ' || r.payment_year || ')' END,
		'; ', r.why, '; ',
		CASE WHEN r.last_contact IS NULL THEN 'no contact known' ELSE 'last contact ' || pg_catalog.to_char(r.last_contact, 'YYYY-MM-DD') END,
		' (factor ', round(r.contact_factor, 2), ')') AS reasons
  FROM ranked AS r
  LEFT JOIN phm.practitioner AS d ON d.source = r.practitioner_source AND d.id = r.practitioner_id AND d.ordinal = 0
   AND d.deleted_at IS NULL
  LEFT JOIN phm.panel_owner AS o ON o.practitioner_source = r.practitioner_source AND o.practitioner_id = r.practitioner_id;
REVOKE ALL ON phm.worklist FROM PUBLIC;
COMMENT ON VIEW phm.worklist IS 'Patients with open gaps that are not past their due date, the most important first, one row each. importance = risk * severity * contact_factor. Gaps and persons with a sensitivity label that phm.visible_labels does not have are left out.';
COMMENT ON COLUMN phm.worklist.rank IS 'Place in the list of everybody, by importance, then patient_id.';
COMMENT ON COLUMN phm.worklist.patient_id IS 'The person.';
COMMENT ON COLUMN phm.worklist.family IS 'Family name.';
COMMENT ON COLUMN phm.worklist.given IS 'Given names.';
COMMENT ON COLUMN phm.worklist.birth_date IS 'Date of birth.';
COMMENT ON COLUMN phm.worklist.phone IS 'Telephone number.';
COMMENT ON COLUMN phm.worklist.owner IS 'Database role that works the practitioner''s panel (phm.panel_owner).';
COMMENT ON COLUMN phm.worklist.practitioner IS 'Name of the practitioner to whom the person is attributed.';
COMMENT ON COLUMN phm.worklist.practitioner_source IS 'Source system of the practitioner.';
COMMENT ON COLUMN phm.worklist.practitioner_id IS 'Id of the practitioner there.';
COMMENT ON COLUMN phm.worklist.importance IS 'risk * severity * contact_factor, three decimals.';
COMMENT ON COLUMN phm.worklist.risk IS 'Payment risk score, CMS-HCC V28; 1 where there is none.';
COMMENT ON COLUMN phm.worklist.severity IS 'Sum of the importance of the open gaps.';
COMMENT ON COLUMN phm.worklist.last_contact IS 'Last contact (phm.last_contact).';
COMMENT ON COLUMN phm.worklist.contact_factor IS '1 and a twelfth for each month since the last contact, at most 3; 3 where there is none.';
COMMENT ON COLUMN phm.worklist.open_gaps IS 'How many gaps are open.';
COMMENT ON COLUMN phm.worklist.gaps IS 'Which, the most important first.';
COMMENT ON COLUMN phm.worklist.due IS 'When the first of them is due; does not change the order.';
COMMENT ON COLUMN phm.worklist.reasons IS 'Every factor in words.';

CREATE VIEW phm.panel AS
WITH session AS (
	SELECT phm.visible_labels() AS labels, phm.as_of() AS as_of OFFSET 0
), member AS (
	SELECT a.practitioner_source, a.practitioner_id, a.patient_id, r.payment_score,
		(SELECT count(*) FROM phm.care_gap AS g WHERE g.patient_id = a.patient_id AND g.valid_to IS NULL
			AND g.status = 'open-gap' AND g.due >= s.as_of AND phm.is_visible(g.sensitivity, s.labels)) AS open_gaps
	  FROM session AS s CROSS JOIN phm.attribution AS a
	  LEFT JOIN phm.risk_score AS r ON r.patient_id = a.patient_id AND r.model = 'V28' AND r.valid_to IS NULL
	 WHERE a.contract = 'default' AND a.valid_to IS NULL AND phm.is_visible(a.sensitivity, s.labels)
)
SELECT coalesce(nullif(concat_ws(' ', d.given, d.family), ''), m.practitioner_source || ' ' || m.practitioner_id) AS practitioner,
	m.practitioner_source, m.practitioner_id, d.npi, o.owner, count(*)::integer AS members,
	round(avg(m.payment_score), 3) AS average_risk, sum(m.open_gaps)::integer AS open_gaps,
	(count(*) FILTER (WHERE m.open_gaps > 0))::integer AS members_with_gaps
  FROM member AS m
  LEFT JOIN phm.practitioner AS d ON d.source = m.practitioner_source AND d.id = m.practitioner_id AND d.ordinal = 0
   AND d.deleted_at IS NULL
  LEFT JOIN phm.panel_owner AS o ON o.practitioner_source = m.practitioner_source AND o.practitioner_id = m.practitioner_id
 GROUP BY m.practitioner_source, m.practitioner_id, d.given, d.family, d.npi, o.owner;
REVOKE ALL ON phm.panel FROM PUBLIC;
COMMENT ON VIEW phm.panel IS 'Panels: practitioners with the patients attributed to them, their risk and their open gaps, as far as phm.visible_labels allows.';
COMMENT ON COLUMN phm.panel.practitioner IS 'Name of the practitioner, or source and id.';
COMMENT ON COLUMN phm.panel.practitioner_source IS 'Source system of the practitioner.';
COMMENT ON COLUMN phm.panel.practitioner_id IS 'Id of the practitioner there.';
COMMENT ON COLUMN phm.panel.npi IS 'National Provider Identifier.';
COMMENT ON COLUMN phm.panel.owner IS 'Database role that works the panel (phm.panel_owner).';
COMMENT ON COLUMN phm.panel.members IS 'Patients attributed.';
COMMENT ON COLUMN phm.panel.average_risk IS 'Average payment risk score of those who have one (CMS-HCC V28).';
COMMENT ON COLUMN phm.panel.open_gaps IS 'Open gaps of all members.';
COMMENT ON COLUMN phm.panel.members_with_gaps IS 'Members with an open gap.';
