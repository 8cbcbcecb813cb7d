-- phm.datetime: text, bits, order, calendar, CQL
SET search_path = pg_catalog, phm;
SET timezone = 'America/New_York';
SET datestyle = 'ISO, YMD';

-- what is written prints back; a fourth digit of a cut fraction is 0
CREATE TEMP TABLE form (n int, written text);
INSERT INTO form VALUES
    (1, '2024'), (2, '2024-03'), (3, '2024-03-05'), (4, '2024-03-05T10'), (5, '2024-03-05T10:15'),
    (6, '2024-03-05T10:15:00'), (7, '2024-03-05T10:15:00Z'), (8, '2024-03-05T10:15:00-05:00'),
    (9, '2024-03-05T10:15:00-00:00'), (10, '2024-03-05T10:15:00+00:00'), (11, '2024-03-05T10:15:00.5Z'),
    (12, '2024-03-05T10:15:00.50Z'), (13, '2024-03-05T10:15:00.500Z'), (14, '2024-03-05T10:15:00.5000Z'),
    (15, '2024-03-05T10:15:00.000-05:00'), (16, '2024-03-05T10Z'), (17, '2024-03-05T10:15+05:45'),
    (18, '2024-02-29'), (19, '2000-02-29'), (20, '0001-01-01T00:00:00.000+14:00'),
    (21, '9999-12-31T23:59:59.999-14:00'), (22, '0001'), (23, '9999');
SELECT n, written, datetime(written::phm.datetime::date)::text AS day, phm.precision(written::phm.datetime),
       zone(written::phm.datetime), written::phm.datetime::text = written AS same
  FROM form ORDER BY n;
SELECT '2024-03-05T10:15:00.123987654Z'::phm.datetime;

-- what is not a date or time: SQLSTATE, message
CREATE FUNCTION pg_temp.refused(input text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN 'taken: ' || input::phm.datetime;
EXCEPTION WHEN others THEN
    RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT n, input, pg_temp.refused(input)
  FROM unnest(ARRAY['', '24', '202', 'abcd', '0000', '0000-01-01', '2024-', '2024-3', '2024-3-05', '2024-13', '2024-13-45', '2024-00',
                    '2024-04-31', '2023-02-29', '1900-02-29', '2024-03-00', '2024-03-32', '20240305', '2024/03/05',
                    '2024-03-05T', '2024-03-05 10:15', '2024-03-05T24', '2024-03-05T24:00:00Z', '2024-03-05T10:60:00Z',
                    '2024-03-05T10:15:60Z', '2024-03-05T1:15', '2024-03-05T10:15:00.', '2024-03-05T10:15:00,5',
                    '2024-03-05T10:15.5', '2024-03-05T10:15:00z', '2024-03-05t10:15:00Z', '2024-03-05T10:15:00-5',
                    '2024-03-05T10:15:00-05', '2024-03-05T10:15:00-0500', '2024-03-05T10:15:00-14:01', '2024-03-05T10:15:00+15:00',
                    '2024-03-05T10:15:00-05:60', '2024-03-05T10:15:00Z ', ' 2024', '2024 ', '2024-03-05Z', '-2024', '12024',
                    'infinity', 'now', E'2024\u00e9', '２０２４'])
       WITH ORDINALITY AS t(input, n) ORDER BY n;
SELECT '2024-13-45'::phm.datetime;

-- the bits, and reading them back
SELECT datetime_send('2000-01-01T00:00:00.000Z'), datetime_send('2000'), datetime_send('2024-03-05T10:15:00-05:00'),
       datetime_send('1999-12-31T23:59:59.999Z');
\getenv abs_builddir PG_ABS_BUILDDIR
\cd :abs_builddir
CREATE TEMP TABLE value (v phm.datetime);
INSERT INTO value SELECT written::phm.datetime FROM form;
COPY value TO STDOUT (FORMAT binary) \g datetime.bin
CREATE TEMP TABLE received (v phm.datetime);
\copy received FROM 'datetime.bin' (FORMAT binary)
SELECT count(*) FROM (TABLE value EXCEPT TABLE received) x;
SELECT count(*) FROM (TABLE received EXCEPT TABLE value) x;
-- a zone on a date, a zone beyond 14 hours, a precision that is none, a second with milliseconds, a year that starts late
CREATE TEMP TABLE wrong (n int, b bigint);
INSERT INTO wrong VALUES (1, (2 << 11) + 1), (2, (5 << 11) + 843 + 841), (3, 10 << 11), (4, (1 << 15) + (5 << 11)),
    (5, (86400000::bigint << 15)), (6, 9223372036854775807), (7, (-9223372036854775807) - 1);
COPY (SELECT b FROM wrong WHERE n = 1) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
COPY (SELECT b FROM wrong WHERE n = 2) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
COPY (SELECT b FROM wrong WHERE n = 3) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
COPY (SELECT b FROM wrong WHERE n = 4) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
COPY (SELECT b FROM wrong WHERE n = 5) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
COPY (SELECT b FROM wrong WHERE n = 6) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
COPY (SELECT b FROM wrong WHERE n = 7) TO STDOUT (FORMAT binary) \g datetime.bin
\copy received FROM 'datetime.bin' (FORMAT binary)
\! rm datetime.bin

-- order is that of the bits
SELECT v FROM value ORDER BY v;
SELECT min(v), max(v) FROM value;
SELECT '2024'::phm.datetime < '2024-01' AS lt, '2024'::phm.datetime = '2024-01' AS eq, '2024'::phm.datetime <> '2024-01' AS ne,
       '2024'::phm.datetime >= '2024-01' AS ge, '2024'::phm.datetime <= '2024' AS le, '2024-01'::phm.datetime > '2024' AS gt,
       datetime_cmp('2024', '2024-01') < 0 AS cmp;

-- indexes, hashing, aggregates
CREATE TABLE public.visit (id int, at phm.datetime);
INSERT INTO public.visit
SELECT i, ('2000-01-01'::date + i)::phm.datetime FROM generate_series(0, 9999) AS i;
CREATE INDEX visit_at ON public.visit USING btree (at);
CREATE INDEX visit_hash ON public.visit USING hash (at);
CREATE INDEX visit_brin ON public.visit USING brin (at);
ANALYZE public.visit;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM public.visit WHERE at >= '2010-01-01' AND at < '2010-01-03' ORDER BY at;
SELECT id FROM public.visit WHERE at >= '2010-01-01' AND at < '2010-01-03' ORDER BY at;
SELECT aggfnoid::regprocedure, aggsortop::regoperator FROM pg_aggregate WHERE aggtranstype = 'phm.datetime'::regtype ORDER BY 1;
SELECT min(at), max(at) FROM public.visit;
DROP INDEX public.visit_at;
EXPLAIN (COSTS OFF) SELECT id FROM public.visit WHERE at = '2010-01-01';
SELECT id FROM public.visit WHERE at = '2010-01-01';
DROP INDEX public.visit_hash;
SET enable_bitmapscan = on;
EXPLAIN (COSTS OFF) SELECT id FROM public.visit WHERE at < '2000-01-03';
SELECT id FROM public.visit WHERE at < '2000-01-03' ORDER BY id;
RESET enable_seqscan;
EXPLAIN (COSTS OFF) SELECT count(*) FROM public.visit a JOIN public.visit b USING (at);
SELECT count(*) FROM public.visit a JOIN public.visit b USING (at);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT min(at), max(at) FROM public.visit WHERE id > 5;
SELECT min(at), max(at) FROM public.visit WHERE id > 5;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
SELECT max(at) FILTER (WHERE id < 3), min(at) FILTER (WHERE id < 0) FROM public.visit;
SELECT id, max(at) OVER (ORDER BY id) FROM public.visit WHERE id < 3 ORDER BY id;
-- a test by row-level security may use the operators first: they leak nothing
SELECT count(*) FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
 WHERE o.oprnamespace = 'phm'::regnamespace AND 'phm.datetime'::regtype IN (oprleft, oprright)
   AND oprright <> 'daterange'::regtype AND oprleft <> 'daterange'::regtype AND NOT proleakproof;
DROP TABLE public.visit;
-- operator classes are complete
SELECT opcname, amname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
 WHERE opcintype = 'phm.datetime'::regtype ORDER BY 1, 2;

-- parts
SELECT written, year(v), month(v), day(v), hour(v), minute(v), second(v), millisecond(v), local_date(v)
  FROM form, LATERAL (SELECT written::phm.datetime) AS t(v) ORDER BY n;
SELECT n, written, earliest(v) AT TIME ZONE 'UTC' AS earliest, latest(v) AT TIME ZONE 'UTC' AS latest
  FROM form, LATERAL (SELECT written::phm.datetime) AS t(v) WHERE n < 20 ORDER BY n;
SELECT make_datetime(2024), make_datetime(2024, 2, 29), make_datetime(2024, 2, 29, 10, zone => '-05:00'),
       make_datetime(2024, 2, 29, 10, 5, 7, 8, 'Z'), make_datetime(NULL) IS NULL AS none;
SELECT make_datetime(2023, 2, 29);
SELECT make_datetime(10000);
SELECT make_datetime(2024, 1, 1, 24);
SELECT make_datetime(2024, 1, 1, 1, 60);
SELECT make_datetime(2024, 1, 1, 1, 1, 60);
SELECT make_datetime(2024, 1, 1, 1, 1, 1, 1000);
SELECT make_datetime(2024, NULL, 1);
SELECT make_datetime(2024, 1, 1, zone => 'Z');
SELECT make_datetime(2024, 1, 1, 1, zone => 'UTC');

-- casts, the same in every time zone of the session
SELECT '2024-03-05'::date::phm.datetime AS date, '2024-03-05 10:15:00.123987+00'::timestamptz::phm.datetime AS timestamptz,
       '2024-03-05 10:15:00.123987'::timestamp::phm.datetime AS timestamp,
       '1969-12-31 23:59:59.9999'::timestamp::phm.datetime AS before_epoch;
SELECT v, v::date AS date, v::timestamp AS timestamp, v::timestamptz AT TIME ZONE 'UTC' AS timestamptz
  FROM unnest(ARRAY['2024', '2024-03', '2024-03-05T23:30:00-05:00', '2024-03-05T23:30', '2024-03-05T00:30:00.250+02:00']::phm.datetime[]) AS v;
SELECT 'infinity'::date::phm.datetime;
SELECT '-infinity'::timestamptz::phm.datetime;
SELECT 'infinity'::timestamp::phm.datetime;
SELECT '10000-01-01'::date::phm.datetime;
SELECT '0001-12-31 BC'::date::phm.datetime;
SELECT '10000-01-01 00:00+00'::timestamptz::phm.datetime;

-- the server's calendar agrees: every thirteenth day of all years, and months added to it
SELECT count(*), count(*) FILTER (WHERE d::phm.datetime::text <> d::text OR d::phm.datetime::date <> d) AS wrong
  FROM (SELECT '0001-01-01'::date + i FROM generate_series(0, 3652058, 13) AS i) AS t(d);
SELECT count(*), count(*) FILTER (WHERE cql_add(d::phm.datetime, m, 'month')::date <> (d + m * interval '1 month')::date) AS wrong
  FROM (SELECT '1999-12-15'::date + i FROM generate_series(0, 500) AS i) AS t(d), generate_series(-30, 30) AS m;
SELECT count(*), count(*) FILTER (WHERE t::phm.datetime::timestamptz <> date_trunc('milliseconds', t)) AS wrong
  FROM (SELECT '1799-12-15 00:00+00'::timestamptz + i * interval '7919:07:51.123456' FROM generate_series(0, 1000) AS i) AS x(t);

-- date: the written local days decide
SELECT v, d, v < d AS lt, v <= d AS le, v = d AS eq, v <> d AS ne, v >= d AS ge, v > d AS gt,
       (d > v, d >= v, d = v, d <> v, d <= v, d < v) = (v < d, v <= d, v = d, v <> d, v >= d, v > d) AS mirrored
  FROM unnest(ARRAY['2024', '2024-03', '2024-03-05', '2024-03-05T23:30:00-05:00', '2024-03-06T00:30:00+10:00']::phm.datetime[]) WITH ORDINALITY AS a(v, i),
       unnest(ARRAY['2023-12-31', '2024-01-01', '2024-03-05', '2024-12-31', 'infinity']::date[]) WITH ORDINALITY AS b(d, j)
 ORDER BY i, j;
-- timestamptz: the instants decide; seconds and finer are one instant
SELECT v, t AT TIME ZONE 'UTC' AS t, v < t AS lt, v <= t AS le, v = t AS eq, v <> t AS ne, v >= t AS ge, v > t AS gt,
       (t > v, t >= v, t = v, t <> v, t <= v, t < v) = (v < t, v <= t, v = t, v <> t, v >= t, v > t) AS mirrored
  FROM unnest(ARRAY['2024-03-05', '2024-03-05T10:15', '2024-03-05T10:15:00Z', '2024-03-05T10:15:00.000-05:00']::phm.datetime[]) WITH ORDINALITY AS a(v, i),
       unnest(ARRAY['2024-03-05 00:00+00', '2024-03-05 10:15+00', '2024-03-05 10:15:00.0005+00', '2024-03-05 10:16+00', '2024-03-05 15:15+00', '-infinity']::timestamptz[]) WITH ORDINALITY AS b(t, j)
 ORDER BY i, j;
-- daterange
SELECT v, v <@ '[2024-03-01,2024-03-31]'::daterange AS march, v <@ '[2024-01-01,2025-01-01)'::daterange AS year,
       v <@ '(,2024-03-04]'::daterange AS until, daterange('2024-03-05', NULL) @> v AS since, v <@ 'empty'::daterange AS empty,
       v <@ '[-infinity,infinity]'::daterange AS ever
  FROM unnest(ARRAY['2024', '2024-03', '2024-03-05', '2024-03-31T23:30:00-05:00', '2024-04-01T00:30:00+10:00', '2024-03-04T23:59']::phm.datetime[]) WITH ORDINALITY AS a(v, i)
 ORDER BY i;

-- CQL comparison: component by component, NULL when uncertain
\pset null null
SELECT i, a, b, unit, cql_equal(a::phm.datetime, b::phm.datetime, unit) AS equal, cql_before(a::phm.datetime, b::phm.datetime, unit) AS before,
       cql_after(a::phm.datetime, b::phm.datetime, unit) AS after, cql_same_or_before(a::phm.datetime, b::phm.datetime, unit) AS same_or_before,
       cql_same_or_after(a::phm.datetime, b::phm.datetime, unit) AS same_or_after
  FROM (VALUES (1, '2014', '2014', NULL), (2, '2014', '2014-02-15', NULL), (3, '2013', '2014-02-15', NULL), (4, '2015', '2014-02-15', NULL),
               (5, '2014', '2014', 'day'), (6, '2014-12', '2014-11-30', 'month'), (7, '2014-12', '2014-12-20', 'day'),
               (8, '2014-12-20', '2014-12-20T15', 'minute'), (9, '2014-12-20', '2014-12-20T15', 'days'),
               -- seconds and milliseconds are one number
               (10, '2014-12-20T15:00:00', '2014-12-20T15:00:00.000', NULL), (11, '2014-12-20T15:00:00', '2014-12-20T15:00:00.5', NULL),
               (12, '2014-12-20T15:00:00.5', '2014-12-20T15:00:00.500', NULL), (13, '2014-12-20T15:00:00.4', '2014-12-20T15:00:00.500', 'second'),
               (14, '2014-12-20T15:00', '2014-12-20T15:00:00', NULL),
               -- offsets: the local date to the day, the instant from the hour
               (15, '2012-03-10T23:00:00-05:00', '2012-03-11T04:00:00Z', NULL), (16, '2012-03-10T23:00:00-05:00', '2012-03-11T04:00:00Z', 'day'),
               (17, '2012-03-10T23:00:00-05:00', '2012-03-11T04:00:00Z', 'hour'), (18, '2012-03-10T10:20:00.999+07:00', '2012-03-10T10:20:00.999+06:00', 'hour'),
               (19, '2012-03-10T10:20:00', '2012-03-10T10:20:00Z', NULL), (20, '2012-03-10T10:20:00', '2012-03-10T10:20:00-05:00', NULL),
               (21, '2012-03-10T10:20:00-00:00', '2012-03-10T10:20:00Z', NULL),
               -- a half-hour offset moves an hour over two
               (22, '2012-03-10T10+05:30', '2012-03-10T04Z', 'hour'), (23, '2012-03-10T10+05:30', '2012-03-10T03Z', 'hour'),
               (24, '2012-03-10T10:30+05:30', '2012-03-10T05Z', 'hour'), (25, NULL, '2012', NULL)) AS t(i, a, b, unit)
 ORDER BY i;
SELECT cql_equal('2012-03-10T10:20:00', '2012-03-10T10:20:00-05:00', zone => '-05:00') AS "in its zone",
       cql_before('2012-03-10T21:00:00', '2012-03-11T04:30:00Z', 'hour', '-05:00') AS "before in its zone",
       cql_before('2012-03-10', '2012-03-11T04:30:00Z', zone => '-05:00') AS "date";
SELECT cql_before('2024', '2025', 'week');
SELECT cql_before('2024', '2025', 'fortnight');
SELECT cql_before('2024', '2025', 'day', 'EST');
SELECT cql_before('2024', '2025', 'day', '');

-- difference and duration
SELECT a, b, unit, cql_difference(a::phm.datetime, b::phm.datetime, unit) AS difference,
       cql_duration(a::phm.datetime, b::phm.datetime, unit) AS duration
  FROM (VALUES (1, '2012-12-31', '2013-01-01', 'year'), (2, '2012-03-10T10:20:00', '2013-03-10T09:20:00', 'year'),
               (3, '2012-03-10', '2013-03-10', 'years'), (4, '2012-02-29', '2014-02-28', 'year'), (5, '2012-02-29', '2014-02-27', 'year'),
               (6, '2014-02-28', '2012-02-29', 'year'), (7, '2005', '2010', 'year'), (8, '2005-05', '2010-04', 'year'),
               (9, '2012-03-10', '2013-01-09', 'month'), (10, '2012-06-11', '2011-08-21', 'month'), (11, '2024-01-31', '2024-02-29', 'month'),
               (12, '2024-01-31', '2024-02-28', 'month'), (13, '2005', '2006-05', 'month'), (14, '2024-03-02', '2024-03-03', 'week'),
               (15, '2024-03-03', '2024-03-09', 'week'), (16, '2012-03-10T22:05:09', '2012-03-24T07:19:33', 'week'),
               (17, '2012-01-31T12:30:00', '2012-02-01T09:00:00', 'day'), (18, '2011-12-05T05:00:00', '2011-12-04T08:45:00', 'day'),
               (19, '2014-01-15', '2014-02', 'day'), (20, '2017-03-12T00:00:00-07:00', '2017-03-13T00:00:00-06:00', 'day'),
               (21, '2017-03-12T01:00:00-07:00', '2017-03-12T03:00:00-06:00', 'hour'), (22, '2012-03-01T03:10', '2012-03-01T04:00', 'hour'),
               (23, '2024-03-05', '2024-03-06T10:00:00Z', 'hour'), (24, '2012-12-30T08:40:00', '2012-12-30T06:50:00', 'minute'),
               (25, '2024-03-05T10:15', '2024-03-05T10:16:00', 'second'), (26, '2024-03-05T10:15:00', '2024-03-05T10:15:00.5', 'millisecond'),
               (27, '0001-01-01T00:00:00.000', '9999-12-31T23:59:59.999', 'millisecond'),
               (28, '1970-03-05', '2020-03-04T23:00:00-05:00', 'year')) AS t(i, a, b, unit)
 ORDER BY i;
SELECT cql_difference('2024', '2025', 'decade');

-- addition
SELECT v, amount, unit, cql_add(v::phm.datetime, amount, unit)
  FROM (VALUES (1, '2024-01-31', 1, 'month'), (2, '2024-02-29', 1, 'year'), (3, '2024-02-29', -4, 'years'), (4, '2024-02-29', 12, 'weeks'),
               (5, '2014', 24, 'month'), (6, '2014', 25, 'month'), (7, '2014', -25, 'month'), (8, '2014', 735, 'day'), (9, '2014', 364, 'day'),
               (10, '2014-06', 33, 'day'), (11, '2014-06', -33, 'day'), (12, '2016-05', -31535999, 'second'), (13, '2005-05-10', 25, 'hour'),
               (14, '2005-05-10', -23, 'hour'), (15, '2005-05-10T05:20:30', 5, 'hour'), (16, '2005-05-10T05', 90, 'minute'),
               (17, '2005-05-10T05:20:30-05:00', 1500, 'millisecond'), (18, '2005-05-10T05:20:30.0', -1, 'millisecond'),
               (19, '2005-05-10T05:20:30.5-05:00', 1, 'day'), (20, '2024-12-31T23:59:59.999+14:00', 1, 'millisecond')) AS t(i, v, amount, unit)
 ORDER BY i;
SELECT cql_add('2005-10-10', 8000, 'year');
SELECT cql_add('2005-10-10', -2005, 'year');
SELECT cql_add('2005-10-10', 9223372036854775807, 'week');
SELECT cql_add('9999-12-31T23:59:59Z', 1, 'second');
SELECT cql_add('2024', 1, 'lustrum');
SELECT cql_date('2024-03-05T23:30:00-05:00'), cql_date('2024-03');
SELECT cql_duration(cql_date('2012-03-10T10:20:00'), cql_date('2013-03-10T09:20:00'), 'year') AS years;

-- ages
SELECT birth, at, age_in_years(birth::phm.datetime, at::phm.datetime)
  FROM (VALUES (1, '1970-03-05', '2020-03-04'), (2, '1970-03-05', '2020-03-05'), (3, '1970-03-05', '2020-03-04T23:30:00-05:00'),
               (4, '1970', '2020-06-01'), (5, '1970', '2020-12-31'), (6, '1970-03', '2020-03-31'), (7, '1970-03', '2020-03-30'),
               (8, '1970-03', '2020-04'), (9, '2000-02-29', '2018-02-28'), (10, '2020-01-01', '2019-12-31'), (11, '2020-01-01', NULL)) AS t(i, birth, at)
 ORDER BY i;
SELECT age_in_years('1970-03-05', '2020-03-05'::date), age_in_years('1970-03', '2020-03-05'::date);
SELECT age_in_years('1970-03-05', 'infinity'::date);

-- everything is described
SELECT p.oid::regprocedure FROM pg_proc p
 WHERE pronamespace = 'phm'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
   AND ('phm.datetime'::regtype = ANY (proargtypes) OR prorettype = 'phm.datetime'::regtype) ORDER BY 1;
SELECT o.oid::regoperator FROM pg_operator o
 WHERE oprnamespace = 'phm'::regnamespace AND obj_description(o.oid, 'pg_operator') IS NULL
   AND 'phm.datetime'::regtype IN (oprleft, oprright) ORDER BY 1;
