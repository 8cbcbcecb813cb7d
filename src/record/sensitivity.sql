/*
 * sensitivity.sql: which sensitivity labels the session may see in lists.
 */
CREATE FUNCTION phm.visible_labels() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce(nullif(current_setting('phm.visible_labels', true), ''), '0')::integer;
END;
COMMENT ON FUNCTION phm.visible_labels() IS
'The setting phm.visible_labels: sum of the bits (phm.sensitivity_label) that lists show; 0, the default, none.';

CREATE FUNCTION phm.is_visible(sensitivity integer, visible integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT coalesce(sensitivity, 0) & ~visible = 0;
END;
COMMENT ON FUNCTION phm.is_visible(integer, integer) IS
'Whether all labels of a row are among the visible ones.';

CREATE FUNCTION phm.label_merge(a integer, b integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN a IS NULL THEN b WHEN b IS NULL THEN a WHEN a = 0 OR b = 0 THEN 0 ELSE a | b END;
END;
COMMENT ON FUNCTION phm.label_merge(integer, integer) IS 'Transition and combine function of phm.label_agg.';
CREATE AGGREGATE phm.label_agg(integer) (
	SFUNC = phm.label_merge, STYPE = integer, COMBINEFUNC = phm.label_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.label_agg(integer) IS
'The label of a statement that each of several rows proves by itself: none where one of them has none, else all of theirs. NULL for no rows.';
