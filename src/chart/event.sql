/*
 * event.sql: plain SQL over charts.
 *
 * All of these leave out what is entered in error, refuted or cancelled and
 * what was not done, unless everything is asked for, and what carries a
 * sensitivity label that is not among the visible ones.
 */
CREATE FUNCTION phm.has(
	chart phm.chart, resource_type text, codes phm.codeset DEFAULT NULL, period daterange DEFAULT NULL,
	visible integer DEFAULT 0, everything boolean DEFAULT false)
RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_chart_has' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.has(phm.chart, text, phm.codeset, daterange, integer, boolean) IS
'Whether the chart has an event of that FHIR type (NULL: any) whose main code is in the set (NULL: whatever code) and whose date, as written, lies within the period (NULL: whenever; events without a date lie in no period). visible: sensitivity labels that may be seen, as a bit mask. everything: void and negated events as well. Errors: 42704 unknown resource type.';

CREATE FUNCTION phm.count_events(
	chart phm.chart, resource_type text, codes phm.codeset DEFAULT NULL, period daterange DEFAULT NULL,
	visible integer DEFAULT 0, everything boolean DEFAULT false)
RETURNS integer
AS 'MODULE_PATHNAME', 'phm_chart_count' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.count_events(phm.chart, text, phm.codeset, daterange, integer, boolean) IS
'How many events the chart has, with the arguments of phm.has.';

CREATE TYPE phm.event AS (
	resource_type text,
	source text,
	id text,
	at phm.datetime,
	code phm.concept,
	value phm.quantity,
	status text,
	resource phm.resource
);
COMMENT ON TYPE phm.event IS 'One event of a chart.';
COMMENT ON COLUMN phm.event.resource_type IS 'Its FHIR type.';
COMMENT ON COLUMN phm.event.source IS 'The source that sent it.';
COMMENT ON COLUMN phm.event.id IS 'Its id there.';
COMMENT ON COLUMN phm.event.at IS 'When it was, or began.';
COMMENT ON COLUMN phm.event.code IS 'What it is about: the codes of its main code.';
COMMENT ON COLUMN phm.event.value IS 'The value of an observation, where it is a quantity without a comparator.';
COMMENT ON COLUMN phm.event.status IS 'valid, void (entered in error, refuted, cancelled) or negated (not done).';
COMMENT ON COLUMN phm.event.resource IS 'The whole resource, narrative and attachments aside.';

CREATE FUNCTION phm.events(
	chart phm.chart, resource_type text DEFAULT NULL, codes phm.codeset DEFAULT NULL, period daterange DEFAULT NULL,
	visible integer DEFAULT 0, everything boolean DEFAULT false)
RETURNS SETOF phm.event
AS 'MODULE_PATHNAME', 'phm_chart_events' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION phm.events(phm.chart, text, phm.codeset, daterange, integer, boolean) IS
'The events of a chart, by type and time, with the arguments of phm.has.';

CREATE FUNCTION phm.latest(
	chart phm.chart, resource_type text, codes phm.codeset DEFAULT NULL, period daterange DEFAULT NULL,
	visible integer DEFAULT 0, everything boolean DEFAULT false)
RETURNS phm.event
AS 'MODULE_PATHNAME', 'phm_chart_latest' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.latest(phm.chart, text, phm.codeset, daterange, integer, boolean) IS
'The event that begins last, with the arguments of phm.has; NULL when there is none with a date.';

CREATE FUNCTION phm.birth_date(phm.chart) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_chart_birth_date' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.birth_date(phm.chart) IS 'The patient''s date of birth, as far as it is known.';

CREATE FUNCTION phm.age_at(chart phm.chart, at date) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC SELECT phm.age_in_years(phm.birth_date(chart), at); END;
COMMENT ON FUNCTION phm.age_at(phm.chart, date) IS
'Age in completed years on a day; NULL where the date of birth is not known well enough.';

CREATE FUNCTION phm.chart_contains(phm.chart, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_chart_contains' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.chart_contains(phm.chart, phm.codeset) IS
'Whether some event of the chart, whatever its type and status, has a main code of the set.';

CREATE OPERATOR phm.@> (
	LEFTARG = phm.chart, RIGHTARG = phm.codeset, FUNCTION = phm.chart_contains,
	RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.@> (phm.chart, phm.codeset) IS 'Whether some event of the chart has a main code of the set.';

CREATE FUNCTION phm.mentions(chart phm.chart, codes phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_chart_mentions' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.mentions(phm.chart, phm.codeset) IS
'Whether a code of the set stands anywhere in the hot part of a chart: as what an event is about, as a value, a category, a component, in what was voided or not done. Sensitivity labels are not looked at.';
