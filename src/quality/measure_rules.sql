/*
 * measure_rules.sql: membership in the populations of a group, by itself.
 */
CREATE FUNCTION phm.measure_membership(scoring text, defined integer, met integer) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_measure_membership' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.measure_membership(text, integer, integer) IS
'The populations that somebody is in whose criteria met are met, in a group that has the populations defined: bits as in phm.measure_membership.membership. scoring: proportion, ratio, continuous-variable or cohort. Errors: 22023 another scoring, or bits that are no population. Source: HL7 Quality Measure Implementation Guide, population criteria of each scoring.';
