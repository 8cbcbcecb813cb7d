/*
 * datetime.sql: phm.datetime, a FHIR date, dateTime or instant (CQL Date or
 * DateTime) with its own precision and zone in eight bytes.
 *
 * The bits order, hash and travel as an int8, so the server's own functions
 * for int8 do that.  None of these functions looks at the session's time zone.
 */
CREATE TYPE phm.datetime;

CREATE FUNCTION phm.datetime_in(cstring) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_datetime_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_in(cstring) IS
'Reads the text form of phm.datetime. Errors: 22007 for what is not of the form, 22008 for a month, day, hour, ... that does not exist.';

CREATE FUNCTION phm.datetime_out(phm.datetime) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_datetime_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_out(phm.datetime) IS
'Writes the text form of phm.datetime, as it was written.';

CREATE FUNCTION phm.datetime_recv(internal) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_datetime_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_recv(internal) IS
'Reads the binary form of phm.datetime: its 64 bits in network order. Error: 22P03 for bits that are not the one encoding of a value.';

CREATE FUNCTION phm.datetime_send(phm.datetime) RETURNS bytea
AS 'int8send' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_send(phm.datetime) IS
'Writes the binary form of phm.datetime: its 64 bits in network order.';

CREATE TYPE phm.datetime (
    INPUT = phm.datetime_in,
    OUTPUT = phm.datetime_out,
    RECEIVE = phm.datetime_recv,
    SEND = phm.datetime_send,
    LIKE = pg_catalog.int8
);
COMMENT ON TYPE phm.datetime IS
'A FHIR date, dateTime or instant (CQL Date or DateTime) with its own precision and zone: 2024, 2024-03, 2024-03-05, 2024-03-05T10:15:00.000-05:00. Also without zone and to the hour or minute. Years 0001 to 9999, offsets -14:00 to +14:00; 24:00 and second 60 are refused. Of a fraction, three digits count; of more, the fourth is kept as 0. The operators <, =, > order the bits (earliest instant, then precision, then zone; without zone as UTC), so that 2024 and 2024-01-01 are different; phm.cql_equal, phm.cql_before, ... compare as CQL does. Published sources: HL7 FHIR R4 datatypes, HL7 CQL 1.5.3.';

/* Order of the bits. */

CREATE FUNCTION phm.datetime_lt(phm.datetime, phm.datetime) RETURNS boolean
AS 'int8lt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_lt(phm.datetime, phm.datetime) IS
'Operator <: earlier in the order of the bits.';

CREATE FUNCTION phm.datetime_le(phm.datetime, phm.datetime) RETURNS boolean
AS 'int8le' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_le(phm.datetime, phm.datetime) IS
'Operator <=: earlier in the order of the bits, or identical.';

CREATE FUNCTION phm.datetime_eq(phm.datetime, phm.datetime) RETURNS boolean
AS 'int8eq' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_eq(phm.datetime, phm.datetime) IS
'Operator =: identical: same instant, precision and zone.';

CREATE FUNCTION phm.datetime_ne(phm.datetime, phm.datetime) RETURNS boolean
AS 'int8ne' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_ne(phm.datetime, phm.datetime) IS
'Operator <>: not identical.';

CREATE FUNCTION phm.datetime_ge(phm.datetime, phm.datetime) RETURNS boolean
AS 'int8ge' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_ge(phm.datetime, phm.datetime) IS
'Operator >=: later in the order of the bits, or identical.';

CREATE FUNCTION phm.datetime_gt(phm.datetime, phm.datetime) RETURNS boolean
AS 'int8gt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_gt(phm.datetime, phm.datetime) IS
'Operator >: later in the order of the bits.';

CREATE OPERATOR phm.< (
    LEFTARG = phm.datetime, RIGHTARG = phm.datetime, FUNCTION = phm.datetime_lt,
    COMMUTATOR = OPERATOR(phm.>), NEGATOR = OPERATOR(phm.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (phm.datetime, phm.datetime) IS
'earlier in the order of the bits';

CREATE OPERATOR phm.<= (
    LEFTARG = phm.datetime, RIGHTARG = phm.datetime, FUNCTION = phm.datetime_le,
    COMMUTATOR = OPERATOR(phm.>=), NEGATOR = OPERATOR(phm.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (phm.datetime, phm.datetime) IS
'earlier in the order of the bits, or identical';

CREATE OPERATOR phm.= (
    LEFTARG = phm.datetime, RIGHTARG = phm.datetime, FUNCTION = phm.datetime_eq,
    COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR phm.= (phm.datetime, phm.datetime) IS
'identical: same instant, precision and zone';

CREATE OPERATOR phm.<> (
    LEFTARG = phm.datetime, RIGHTARG = phm.datetime, FUNCTION = phm.datetime_ne,
    COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (phm.datetime, phm.datetime) IS
'not identical';

CREATE OPERATOR phm.>= (
    LEFTARG = phm.datetime, RIGHTARG = phm.datetime, FUNCTION = phm.datetime_ge,
    COMMUTATOR = OPERATOR(phm.<=), NEGATOR = OPERATOR(phm.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (phm.datetime, phm.datetime) IS
'later in the order of the bits, or identical';

CREATE OPERATOR phm.> (
    LEFTARG = phm.datetime, RIGHTARG = phm.datetime, FUNCTION = phm.datetime_gt,
    COMMUTATOR = OPERATOR(phm.<), NEGATOR = OPERATOR(phm.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (phm.datetime, phm.datetime) IS
'later in the order of the bits';

CREATE FUNCTION phm.datetime_cmp(phm.datetime, phm.datetime) RETURNS integer
AS 'btint8cmp' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_cmp(phm.datetime, phm.datetime) IS
'B-tree comparison in the order of the bits: negative, 0, positive.';

CREATE FUNCTION phm.datetime_sortsupport(internal) RETURNS void
AS 'btint8sortsupport' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_sortsupport(internal) IS
'Sorts in the order of the bits.';

CREATE FUNCTION phm.datetime_hash(phm.datetime) RETURNS integer
AS 'hashint8' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_hash(phm.datetime) IS
'Hash of the bits.';

CREATE FUNCTION phm.datetime_hash_extended(phm.datetime, bigint) RETURNS bigint
AS 'hashint8extended' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_hash_extended(phm.datetime, bigint) IS
'Seeded 64-bit hash of the bits.';

CREATE OPERATOR CLASS phm.datetime_ops DEFAULT FOR TYPE phm.datetime USING btree AS
    OPERATOR 1 phm.<, OPERATOR 2 phm.<=, OPERATOR 3 phm.=, OPERATOR 4 phm.>=, OPERATOR 5 phm.>,
    FUNCTION 1 phm.datetime_cmp(phm.datetime, phm.datetime),
    FUNCTION 2 phm.datetime_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS phm.datetime_ops USING btree IS
'The order of the bits: earliest instant, then precision, then zone.';

CREATE OPERATOR CLASS phm.datetime_ops DEFAULT FOR TYPE phm.datetime USING hash AS
    OPERATOR 1 phm.=,
    FUNCTION 1 phm.datetime_hash(phm.datetime),
    FUNCTION 2 phm.datetime_hash_extended(phm.datetime, bigint);
COMMENT ON OPERATOR CLASS phm.datetime_ops USING hash IS
'Equality of the bits.';

CREATE OPERATOR CLASS phm.datetime_minmax_ops DEFAULT FOR TYPE phm.datetime USING brin AS
    OPERATOR 1 phm.<, OPERATOR 2 phm.<=, OPERATOR 3 phm.=, OPERATOR 4 phm.>=, OPERATOR 5 phm.>,
    FUNCTION 1 pg_catalog.brin_minmax_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS phm.datetime_minmax_ops USING brin IS
'Least and greatest value of each block range, in the order of the bits.';

CREATE FUNCTION phm.datetime_smaller(phm.datetime, phm.datetime) RETURNS phm.datetime
AS 'int8smaller' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_smaller(phm.datetime, phm.datetime) IS
'The smaller of two values in the order of the bits.';

CREATE AGGREGATE phm.min(phm.datetime) (
    SFUNC = phm.datetime_smaller, STYPE = phm.datetime, COMBINEFUNC = phm.datetime_smaller,
    SORTOP = OPERATOR(phm.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.min(phm.datetime) IS
'The smallest value in the order of the bits: by earliest instant, then precision, then zone.';

CREATE FUNCTION phm.datetime_larger(phm.datetime, phm.datetime) RETURNS phm.datetime
AS 'int8larger' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_larger(phm.datetime, phm.datetime) IS
'The larger of two values in the order of the bits.';

CREATE AGGREGATE phm.max(phm.datetime) (
    SFUNC = phm.datetime_larger, STYPE = phm.datetime, COMBINEFUNC = phm.datetime_larger,
    SORTOP = OPERATOR(phm.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.max(phm.datetime) IS
'The largest value in the order of the bits: by earliest instant, then precision, then zone.';

/* Parts. */

CREATE FUNCTION phm.earliest(phm.datetime) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'phm_datetime_earliest' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.earliest(phm.datetime) IS
'The first instant that the value may mean. Without zone: in UTC.';

CREATE FUNCTION phm.latest(phm.datetime) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'phm_datetime_latest' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.latest(phm.datetime) IS
'The last millisecond that the value may mean: 2024 ends at 2024-12-31T23:59:59.999, 10:15:00 at 10:15:00.999. Without zone: in UTC.';

CREATE FUNCTION phm.local_date(phm.datetime) RETURNS date
AS 'MODULE_PATHNAME', 'phm_datetime_local_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.local_date(phm.datetime) IS
'The written local date; of a year or a month, its first day. The zone does not move it: 2024-03-05T23:00:00-05:00 is 2024-03-05.';

CREATE FUNCTION phm.precision(phm.datetime) RETURNS text
AS 'MODULE_PATHNAME', 'phm_datetime_precision' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.precision(phm.datetime) IS
'The finest component that was written: year, month, day, hour, minute, second or millisecond (any fraction of a second).';

CREATE FUNCTION phm.zone(phm.datetime) RETURNS text
AS 'MODULE_PATHNAME', 'phm_datetime_zone' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.zone(phm.datetime) IS
'The zone as written: Z, an offset such as -05:00, or NULL when none was written.';

CREATE FUNCTION phm.year(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_year' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.year(phm.datetime) IS
'The year as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.month(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_month' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.month(phm.datetime) IS
'The month as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.day(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_day' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.day(phm.datetime) IS
'The day as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.hour(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_hour' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.hour(phm.datetime) IS
'The hour as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.minute(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_minute' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.minute(phm.datetime) IS
'The minute as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.second(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_second' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.second(phm.datetime) IS
'The second as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.millisecond(phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_datetime_millisecond' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.millisecond(phm.datetime) IS
'The millisecond as written, on the local clock of the value; NULL when the value does not have it.';

CREATE FUNCTION phm.make_datetime(year integer, month integer DEFAULT NULL, day integer DEFAULT NULL,
    hour integer DEFAULT NULL, minute integer DEFAULT NULL, second integer DEFAULT NULL,
    millisecond integer DEFAULT NULL, zone text DEFAULT NULL) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_make_datetime' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.make_datetime(integer, integer, integer, integer, integer, integer, integer, text) IS
'A value of the given components; its precision is that of the last one given. zone: Z or an offset, only together with an hour. Errors: 22008 for a component out of range, 22023 for one below a missing one, 22007 for a zone that is none.';

/* Other date types. */

CREATE FUNCTION phm.datetime(date) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_datetime_from_date' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime(date) IS
'The date, with day precision and no zone. Error: 22008 outside the years 0001 to 9999.';

CREATE FUNCTION phm.datetime(timestamptz) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_datetime_from_timestamptz' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime(timestamptz) IS
'The instant in UTC (zone Z) with milliseconds; microseconds are cut. Error: 22008 outside the years 0001 to 9999.';

CREATE FUNCTION phm.datetime(timestamp) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_datetime_from_timestamp' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime(timestamp) IS
'The local time with milliseconds and no zone; microseconds are cut. Error: 22008 outside the years 0001 to 9999.';

CREATE FUNCTION phm.local_timestamp(phm.datetime) RETURNS timestamp
AS 'MODULE_PATHNAME', 'phm_datetime_local_timestamp' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.local_timestamp(phm.datetime) IS
'The first local time that the value may mean, as written, whatever its zone.';

CREATE CAST (date AS phm.datetime) WITH FUNCTION phm.datetime(date) AS ASSIGNMENT;
COMMENT ON CAST (date AS phm.datetime) IS 'the day, without zone';
CREATE CAST (timestamptz AS phm.datetime) WITH FUNCTION phm.datetime(timestamptz) AS ASSIGNMENT;
COMMENT ON CAST (timestamptz AS phm.datetime) IS 'the instant in UTC with milliseconds';
CREATE CAST (timestamp AS phm.datetime) WITH FUNCTION phm.datetime(timestamp) AS ASSIGNMENT;
COMMENT ON CAST (timestamp AS phm.datetime) IS 'the local time with milliseconds, without zone';
CREATE CAST (phm.datetime AS date) WITH FUNCTION phm.local_date(phm.datetime);
COMMENT ON CAST (phm.datetime AS date) IS 'the written local date; of a year or a month, its first day';
CREATE CAST (phm.datetime AS timestamptz) WITH FUNCTION phm.earliest(phm.datetime);
COMMENT ON CAST (phm.datetime AS timestamptz) IS 'the first instant that the value may mean; without zone: in UTC';
CREATE CAST (phm.datetime AS timestamp) WITH FUNCTION phm.local_timestamp(phm.datetime);
COMMENT ON CAST (phm.datetime AS timestamp) IS 'the first local time that the value may mean';

/*
 * Comparison with date and timestamptz.  A value that may mean several days
 * or instants is before something when all of them are, and so on; it may be
 * neither before, nor equal, nor after, so that < and >= are no negations.
 */

CREATE FUNCTION phm.datetime_lt_date(phm.datetime, date) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_lt_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_lt_date(phm.datetime, date) IS
'Operator <: all local days of the value are before the date. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.datetime_le_date(phm.datetime, date) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_le_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_le_date(phm.datetime, date) IS
'Operator <=: no local day of the value is after the date. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.datetime_eq_date(phm.datetime, date) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_eq_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_eq_date(phm.datetime, date) IS
'Operator =: the value has that local day alone. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.datetime_ne_date(phm.datetime, date) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_ne_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_ne_date(phm.datetime, date) IS
'Operator <>: the value does not have that local day alone. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.datetime_ge_date(phm.datetime, date) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_ge_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_ge_date(phm.datetime, date) IS
'Operator >=: no local day of the value is before the date. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.datetime_gt_date(phm.datetime, date) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_gt_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_gt_date(phm.datetime, date) IS
'Operator >: all local days of the value are after the date. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.date_lt_datetime(date, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_date_lt_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.date_lt_datetime(date, phm.datetime) IS
'Operator <: the mirror image of > with the value on the left. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.date_le_datetime(date, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_date_le_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.date_le_datetime(date, phm.datetime) IS
'Operator <=: the mirror image of >= with the value on the left. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.date_eq_datetime(date, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_date_eq_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.date_eq_datetime(date, phm.datetime) IS
'Operator =: the mirror image of = with the value on the left. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.date_ne_datetime(date, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_date_ne_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.date_ne_datetime(date, phm.datetime) IS
'Operator <>: the mirror image of <> with the value on the left. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.date_ge_datetime(date, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_date_ge_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.date_ge_datetime(date, phm.datetime) IS
'Operator >=: the mirror image of <= with the value on the left. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE FUNCTION phm.date_gt_datetime(date, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_date_gt_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.date_gt_datetime(date, phm.datetime) IS
'Operator >: the mirror image of < with the value on the left. The days are those of the written local time, whatever the zone (as day of in CQL).';

CREATE OPERATOR phm.< (
    LEFTARG = phm.datetime, RIGHTARG = date, FUNCTION = phm.datetime_lt_date,
    COMMUTATOR = OPERATOR(phm.>),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (phm.datetime, date) IS
'all local days of the value are before the date';

CREATE OPERATOR phm.<= (
    LEFTARG = phm.datetime, RIGHTARG = date, FUNCTION = phm.datetime_le_date,
    COMMUTATOR = OPERATOR(phm.>=),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (phm.datetime, date) IS
'no local day of the value is after the date';

CREATE OPERATOR phm.= (
    LEFTARG = phm.datetime, RIGHTARG = date, FUNCTION = phm.datetime_eq_date,
    COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR phm.= (phm.datetime, date) IS
'the value has that local day alone';

CREATE OPERATOR phm.<> (
    LEFTARG = phm.datetime, RIGHTARG = date, FUNCTION = phm.datetime_ne_date,
    COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (phm.datetime, date) IS
'the value does not have that local day alone';

CREATE OPERATOR phm.>= (
    LEFTARG = phm.datetime, RIGHTARG = date, FUNCTION = phm.datetime_ge_date,
    COMMUTATOR = OPERATOR(phm.<=),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (phm.datetime, date) IS
'no local day of the value is before the date';

CREATE OPERATOR phm.> (
    LEFTARG = phm.datetime, RIGHTARG = date, FUNCTION = phm.datetime_gt_date,
    COMMUTATOR = OPERATOR(phm.<),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (phm.datetime, date) IS
'all local days of the value are after the date';

CREATE OPERATOR phm.< (
    LEFTARG = date, RIGHTARG = phm.datetime, FUNCTION = phm.date_lt_datetime,
    COMMUTATOR = OPERATOR(phm.>),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (date, phm.datetime) IS
'all local days of the value are after the date';

CREATE OPERATOR phm.<= (
    LEFTARG = date, RIGHTARG = phm.datetime, FUNCTION = phm.date_le_datetime,
    COMMUTATOR = OPERATOR(phm.>=),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (date, phm.datetime) IS
'no local day of the value is before the date';

CREATE OPERATOR phm.= (
    LEFTARG = date, RIGHTARG = phm.datetime, FUNCTION = phm.date_eq_datetime,
    COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR phm.= (date, phm.datetime) IS
'the value has that local day alone';

CREATE OPERATOR phm.<> (
    LEFTARG = date, RIGHTARG = phm.datetime, FUNCTION = phm.date_ne_datetime,
    COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (date, phm.datetime) IS
'the value does not have that local day alone';

CREATE OPERATOR phm.>= (
    LEFTARG = date, RIGHTARG = phm.datetime, FUNCTION = phm.date_ge_datetime,
    COMMUTATOR = OPERATOR(phm.<=),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (date, phm.datetime) IS
'no local day of the value is after the date';

CREATE OPERATOR phm.> (
    LEFTARG = date, RIGHTARG = phm.datetime, FUNCTION = phm.date_gt_datetime,
    COMMUTATOR = OPERATOR(phm.<),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (date, phm.datetime) IS
'all local days of the value are before the date';

CREATE FUNCTION phm.datetime_lt_timestamptz(phm.datetime, timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_lt_timestamptz' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_lt_timestamptz(phm.datetime, timestamptz) IS
'Operator <: all instants of the value are before the other. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.datetime_le_timestamptz(phm.datetime, timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_le_timestamptz' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_le_timestamptz(phm.datetime, timestamptz) IS
'Operator <=: no instant of the value is after the other. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.datetime_eq_timestamptz(phm.datetime, timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_eq_timestamptz' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_eq_timestamptz(phm.datetime, timestamptz) IS
'Operator =: the value is that instant alone; seconds and finer are one instant. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.datetime_ne_timestamptz(phm.datetime, timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_ne_timestamptz' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_ne_timestamptz(phm.datetime, timestamptz) IS
'Operator <>: the value is not that instant alone. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.datetime_ge_timestamptz(phm.datetime, timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_ge_timestamptz' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_ge_timestamptz(phm.datetime, timestamptz) IS
'Operator >=: no instant of the value is before the other. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.datetime_gt_timestamptz(phm.datetime, timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_gt_timestamptz' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.datetime_gt_timestamptz(phm.datetime, timestamptz) IS
'Operator >: all instants of the value are after the other. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.timestamptz_lt_datetime(timestamptz, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_timestamptz_lt_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.timestamptz_lt_datetime(timestamptz, phm.datetime) IS
'Operator <: the mirror image of > with the value on the left. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.timestamptz_le_datetime(timestamptz, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_timestamptz_le_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.timestamptz_le_datetime(timestamptz, phm.datetime) IS
'Operator <=: the mirror image of >= with the value on the left. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.timestamptz_eq_datetime(timestamptz, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_timestamptz_eq_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.timestamptz_eq_datetime(timestamptz, phm.datetime) IS
'Operator =: the mirror image of = with the value on the left. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.timestamptz_ne_datetime(timestamptz, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_timestamptz_ne_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.timestamptz_ne_datetime(timestamptz, phm.datetime) IS
'Operator <>: the mirror image of <> with the value on the left. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.timestamptz_ge_datetime(timestamptz, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_timestamptz_ge_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.timestamptz_ge_datetime(timestamptz, phm.datetime) IS
'Operator >=: the mirror image of <= with the value on the left. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE FUNCTION phm.timestamptz_gt_datetime(timestamptz, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_timestamptz_gt_datetime' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.timestamptz_gt_datetime(timestamptz, phm.datetime) IS
'Operator >: the mirror image of < with the value on the left. Values without zone are in UTC; those of second precision or finer are one instant.';

CREATE OPERATOR phm.< (
    LEFTARG = phm.datetime, RIGHTARG = timestamptz, FUNCTION = phm.datetime_lt_timestamptz,
    COMMUTATOR = OPERATOR(phm.>),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (phm.datetime, timestamptz) IS
'all instants of the value are before the other';

CREATE OPERATOR phm.<= (
    LEFTARG = phm.datetime, RIGHTARG = timestamptz, FUNCTION = phm.datetime_le_timestamptz,
    COMMUTATOR = OPERATOR(phm.>=),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (phm.datetime, timestamptz) IS
'no instant of the value is after the other';

CREATE OPERATOR phm.= (
    LEFTARG = phm.datetime, RIGHTARG = timestamptz, FUNCTION = phm.datetime_eq_timestamptz,
    COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR phm.= (phm.datetime, timestamptz) IS
'the value is that instant alone; seconds and finer are one instant';

CREATE OPERATOR phm.<> (
    LEFTARG = phm.datetime, RIGHTARG = timestamptz, FUNCTION = phm.datetime_ne_timestamptz,
    COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (phm.datetime, timestamptz) IS
'the value is not that instant alone';

CREATE OPERATOR phm.>= (
    LEFTARG = phm.datetime, RIGHTARG = timestamptz, FUNCTION = phm.datetime_ge_timestamptz,
    COMMUTATOR = OPERATOR(phm.<=),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (phm.datetime, timestamptz) IS
'no instant of the value is before the other';

CREATE OPERATOR phm.> (
    LEFTARG = phm.datetime, RIGHTARG = timestamptz, FUNCTION = phm.datetime_gt_timestamptz,
    COMMUTATOR = OPERATOR(phm.<),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (phm.datetime, timestamptz) IS
'all instants of the value are after the other';

CREATE OPERATOR phm.< (
    LEFTARG = timestamptz, RIGHTARG = phm.datetime, FUNCTION = phm.timestamptz_lt_datetime,
    COMMUTATOR = OPERATOR(phm.>),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (timestamptz, phm.datetime) IS
'all instants of the value are after the other';

CREATE OPERATOR phm.<= (
    LEFTARG = timestamptz, RIGHTARG = phm.datetime, FUNCTION = phm.timestamptz_le_datetime,
    COMMUTATOR = OPERATOR(phm.>=),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (timestamptz, phm.datetime) IS
'no instant of the value is before the other';

CREATE OPERATOR phm.= (
    LEFTARG = timestamptz, RIGHTARG = phm.datetime, FUNCTION = phm.timestamptz_eq_datetime,
    COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR phm.= (timestamptz, phm.datetime) IS
'the value is that instant alone; seconds and finer are one instant';

CREATE OPERATOR phm.<> (
    LEFTARG = timestamptz, RIGHTARG = phm.datetime, FUNCTION = phm.timestamptz_ne_datetime,
    COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (timestamptz, phm.datetime) IS
'the value is not that instant alone';

CREATE OPERATOR phm.>= (
    LEFTARG = timestamptz, RIGHTARG = phm.datetime, FUNCTION = phm.timestamptz_ge_datetime,
    COMMUTATOR = OPERATOR(phm.<=),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (timestamptz, phm.datetime) IS
'no instant of the value is after the other';

CREATE OPERATOR phm.> (
    LEFTARG = timestamptz, RIGHTARG = phm.datetime, FUNCTION = phm.timestamptz_gt_datetime,
    COMMUTATOR = OPERATOR(phm.<),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (timestamptz, phm.datetime) IS
'all instants of the value are before the other';

CREATE FUNCTION phm.datetime_in_daterange(phm.datetime, daterange) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_datetime_in_daterange' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.datetime_in_daterange(phm.datetime, daterange) IS
'Operator <@: all written local days of the value lie in the range. A value to the month or year is in it only as a whole.';

CREATE FUNCTION phm.daterange_contains_datetime(daterange, phm.datetime) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_daterange_contains_datetime' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.daterange_contains_datetime(daterange, phm.datetime) IS
'Operator @>: the range contains all written local days of the value.';

CREATE OPERATOR phm.<@ (
    LEFTARG = phm.datetime, RIGHTARG = daterange, FUNCTION = phm.datetime_in_daterange,
    COMMUTATOR = OPERATOR(phm.@>), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.<@ (phm.datetime, daterange) IS
'all written local days of the value lie in the range';

CREATE OPERATOR phm.@> (
    LEFTARG = daterange, RIGHTARG = phm.datetime, FUNCTION = phm.daterange_contains_datetime,
    COMMUTATOR = OPERATOR(phm.<@), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.@> (daterange, phm.datetime) IS
'the range contains all written local days of the value';

/*
 * CQL 1.5.3.  Not strict, because the unit may be left out; NULL values give NULL.
 */

CREATE FUNCTION phm.cql_equal(a phm.datetime, b phm.datetime, unit text DEFAULT NULL, zone text DEFAULT 'Z') RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_cql_equal' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_equal(phm.datetime, phm.datetime, text, text) IS
'Whether a is the same as b (CQL =, same ... as). NULL when the values are too imprecise to tell, or NULL. unit: year, month, day, hour, minute, second or millisecond; left out, the finest that either value has, seconds and milliseconds being one number. Values with different offsets are compared in the given zone, which also is that of values without one, but not to the day or coarser: there the written local dates count. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendix B.';

CREATE FUNCTION phm.cql_before(a phm.datetime, b phm.datetime, unit text DEFAULT NULL, zone text DEFAULT 'Z') RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_cql_before' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_before(phm.datetime, phm.datetime, text, text) IS
'Whether a is before b (CQL <, before ... of). NULL when the values are too imprecise to tell, or NULL. unit: year, month, day, hour, minute, second or millisecond; left out, the finest that either value has, seconds and milliseconds being one number. Values with different offsets are compared in the given zone, which also is that of values without one, but not to the day or coarser: there the written local dates count. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendix B.';

CREATE FUNCTION phm.cql_after(a phm.datetime, b phm.datetime, unit text DEFAULT NULL, zone text DEFAULT 'Z') RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_cql_after' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_after(phm.datetime, phm.datetime, text, text) IS
'Whether a is after b (CQL >, after ... of). NULL when the values are too imprecise to tell, or NULL. unit: year, month, day, hour, minute, second or millisecond; left out, the finest that either value has, seconds and milliseconds being one number. Values with different offsets are compared in the given zone, which also is that of values without one, but not to the day or coarser: there the written local dates count. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendix B.';

CREATE FUNCTION phm.cql_same_or_before(a phm.datetime, b phm.datetime, unit text DEFAULT NULL, zone text DEFAULT 'Z') RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_cql_same_or_before' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_same_or_before(phm.datetime, phm.datetime, text, text) IS
'Whether a is the same as or before b (CQL <=, same ... or before). NULL when the values are too imprecise to tell, or NULL. unit: year, month, day, hour, minute, second or millisecond; left out, the finest that either value has, seconds and milliseconds being one number. Values with different offsets are compared in the given zone, which also is that of values without one, but not to the day or coarser: there the written local dates count. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendix B.';

CREATE FUNCTION phm.cql_same_or_after(a phm.datetime, b phm.datetime, unit text DEFAULT NULL, zone text DEFAULT 'Z') RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_cql_same_or_after' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_same_or_after(phm.datetime, phm.datetime, text, text) IS
'Whether a is the same as or after b (CQL >=, same ... or after). NULL when the values are too imprecise to tell, or NULL. unit: year, month, day, hour, minute, second or millisecond; left out, the finest that either value has, seconds and milliseconds being one number. Values with different offsets are compared in the given zone, which also is that of values without one, but not to the day or coarser: there the written local dates count. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendix B.';

CREATE FUNCTION phm.cql_difference(a phm.datetime, b phm.datetime, unit text, zone text DEFAULT 'Z') RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_cql_difference' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_difference(phm.datetime, phm.datetime, text, text) IS
'How many boundaries of the unit are crossed from a to b (CQL difference in ... between); negative when b is earlier, NULL when uncertain. unit: year, month, week (from Sunday), day, hour, minute, second or millisecond. From hours down, values with different offsets are brought to the given zone; for days and coarser the written local dates count. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendices B and H.';

CREATE FUNCTION phm.cql_duration(a phm.datetime, b phm.datetime, unit text, zone text DEFAULT 'Z') RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_cql_duration' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_duration(phm.datetime, phm.datetime, text, text) IS
'How many whole units lie between a and b (CQL duration in ... between); negative when b is earlier, NULL when uncertain. unit: year, month, week, day, hour, minute, second or millisecond. A year or month from a day that the last month lacks ends on its last day: from February 29 to February 28 is a year. Two times of day with different offsets are brought to the given zone; a date has no offset. Errors: 22023 for an unknown unit, 22007 and 22008 for a zone that is none. Published source: HL7 CQL 1.5.3, appendices B and H.';

CREATE FUNCTION phm.cql_add(value phm.datetime, amount bigint, unit text) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_cql_add' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.cql_add(phm.datetime, bigint, text) IS
'The value some units later, or earlier when the amount is negative (CQL + and -). A day that the month lacks becomes its last day. A unit finer than the value is converted first and cut: 12 months or 365 days are a year, 30 days a month. Errors: 22023 for an unknown unit, 22008 when the result is outside the years 0001 to 9999. Published source: HL7 CQL 1.5.3, appendix B.';

CREATE FUNCTION phm.cql_date(phm.datetime) RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_cql_date' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.cql_date(phm.datetime) IS
'The value without time of day and zone, as written (CQL date from); a year or month stays as it is.';

CREATE FUNCTION phm.age_in_years(birth phm.datetime, at phm.datetime) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_age_in_years' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.age_in_years(phm.datetime, phm.datetime) IS
'Age in whole years by the written local dates (CQL AgeInYearsAt); NULL when the birth date or the other is too imprecise to tell. Who is born on February 29 is a year older on February 28 of other years. Published source: HL7 CQL 1.5.3, appendix H.';

CREATE FUNCTION phm.age_in_years(birth phm.datetime, at date) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_age_in_years_date' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.age_in_years(phm.datetime, date) IS
'Age in whole years on a date; NULL when the birth date is too imprecise to tell. Error: 22008 for a date outside the years 0001 to 9999.';
