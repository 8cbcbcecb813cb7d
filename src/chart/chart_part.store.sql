-- Charts: one row per person, brought up to date by phm.build_charts.
CREATE TABLE phm.chart_part (
	patient_id bigint PRIMARY KEY,
	base phm.chart,
	recent phm.chart_change,
	built_at timestamptz NOT NULL DEFAULT pg_catalog.now()
)/*distribute patient_id*/;
REVOKE ALL ON phm.chart_part FROM PUBLIC;
COMMENT ON TABLE phm.chart_part IS 'The chart of each person; read it through phm.patient_chart.';
COMMENT ON COLUMN phm.chart_part.patient_id IS 'The person.';
COMMENT ON COLUMN phm.chart_part.base IS 'The chart as it was last written whole.';
COMMENT ON COLUMN phm.chart_part.recent IS 'What changed since; NULL when nothing did.';
COMMENT ON COLUMN phm.chart_part.built_at IS 'When the row was last written.';

CREATE VIEW phm.patient_chart AS
SELECT p.patient_id, CASE WHEN p.recent IS NULL THEN p.base ELSE phm.chart(p.base, p.recent) END AS chart, p.built_at
  FROM phm.chart_part AS p;
REVOKE ALL ON phm.patient_chart FROM PUBLIC;
COMMENT ON VIEW phm.patient_chart IS 'The chart of each person.';
COMMENT ON COLUMN phm.patient_chart.patient_id IS 'The person.';
COMMENT ON COLUMN phm.patient_chart.chart IS 'All resources of the person.';
COMMENT ON COLUMN phm.patient_chart.built_at IS 'When the chart was last written.';

SELECT phm.register_derivation('chart', 10, 'phm.build_charts');
