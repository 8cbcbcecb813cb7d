/*
 * concept.sql: phm.concept, a FHIR CodeableConcept.
 */
CREATE TYPE phm.concept;

CREATE FUNCTION phm.concept_in(cstring) RETURNS phm.concept
AS 'MODULE_PATHNAME', 'phm_concept_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_in(cstring) IS 'Reads the text form of phm.concept, or FHIR JSON (a CodeableConcept or a Coding).';
CREATE FUNCTION phm.concept_out(phm.concept) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_concept_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_out(phm.concept) IS 'Writes the text form of phm.concept.';
CREATE FUNCTION phm.concept_recv(internal) RETURNS phm.concept
AS 'MODULE_PATHNAME', 'phm_concept_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_recv(internal) IS 'Reads the binary form of phm.concept and checks all of it.';
CREATE FUNCTION phm.concept_send(phm.concept) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_concept_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_send(phm.concept) IS 'Writes the binary form of phm.concept: the stored bytes, little-endian on every machine.';

CREATE FUNCTION phm.concept_typanalyze(internal) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_typanalyze' LANGUAGE c STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_typanalyze(internal) IS 'ANALYZE for phm.concept: the standard statistics, and the most common codes (phm.code_hash) as most common elements.';

-- Nothing in a value is aligned; int4 is the least that a variable-length type may declare.
CREATE TYPE phm.concept (
	INPUT = phm.concept_in,
	OUTPUT = phm.concept_out,
	RECEIVE = phm.concept_recv,
	SEND = phm.concept_send,
	ANALYZE = phm.concept_typanalyze,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE phm.concept IS
'A FHIR CodeableConcept: codings and an optional text, for example LOINC|4548-4 "Hemoglobin A1c"; "HbA1c". Input also takes FHIR JSON. Equality and order look at the codes alone (canonical system and code of each coding, in order); concepts without any code compare by text. Source: HL7 FHIR R4, datatypes, CodeableConcept and Coding.';

-- Comparison: none of these can fail or say anything about their arguments but the result.
CREATE FUNCTION phm.concept_eq(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_eq' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_eq(phm.concept, phm.concept) IS 'implementation of = operator';
CREATE FUNCTION phm.concept_ne(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_ne' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_ne(phm.concept, phm.concept) IS 'implementation of <> operator';
CREATE FUNCTION phm.concept_lt(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_lt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_lt(phm.concept, phm.concept) IS 'implementation of < operator';
CREATE FUNCTION phm.concept_le(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_le' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_le(phm.concept, phm.concept) IS 'implementation of <= operator';
CREATE FUNCTION phm.concept_gt(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_gt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_gt(phm.concept, phm.concept) IS 'implementation of > operator';
CREATE FUNCTION phm.concept_ge(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_ge' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_ge(phm.concept, phm.concept) IS 'implementation of >= operator';
CREATE FUNCTION phm.concept_cmp(phm.concept, phm.concept) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_concept_cmp' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_cmp(phm.concept, phm.concept) IS 'Less than, equal to or greater than 0 as the first concept sorts before, with or after the second.';
CREATE FUNCTION phm.concept_hash(phm.concept) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_concept_hash' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_hash(phm.concept) IS 'Hash that agrees with =.';
CREATE FUNCTION phm.concept_hash_extended(phm.concept, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_concept_hash_extended' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_hash_extended(phm.concept, bigint) IS '64-bit hash with a seed that agrees with =.';
CREATE FUNCTION phm.concept_equivalent(phm.concept, phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_equivalent' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_equivalent(phm.concept, phm.concept) IS 'implementation of ~ operator';

CREATE OPERATOR phm.= (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_eq,
	COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR phm.= (phm.concept, phm.concept) IS
'The same codes in the same order (canonical system and code of each coding); concepts without codes: the same text and displays. Display, version and userSelected of codes do not matter.';
CREATE OPERATOR phm.<> (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_ne,
	COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (phm.concept, phm.concept) IS 'Not equal.';
CREATE OPERATOR phm.< (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_lt,
	COMMUTATOR = OPERATOR(phm.>), NEGATOR = OPERATOR(phm.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (phm.concept, phm.concept) IS 'Sorts before: by canonical system URI and code (bytes) of the codings in order.';
CREATE OPERATOR phm.<= (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_le,
	COMMUTATOR = OPERATOR(phm.>=), NEGATOR = OPERATOR(phm.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (phm.concept, phm.concept) IS 'Sorts before or is equal.';
CREATE OPERATOR phm.> (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_gt,
	COMMUTATOR = OPERATOR(phm.<), NEGATOR = OPERATOR(phm.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (phm.concept, phm.concept) IS 'Sorts after.';
CREATE OPERATOR phm.>= (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_ge,
	COMMUTATOR = OPERATOR(phm.<=), NEGATOR = OPERATOR(phm.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (phm.concept, phm.concept) IS 'Sorts after or is equal.';
CREATE OPERATOR phm.~ (
	LEFTARG = phm.concept, RIGHTARG = phm.concept, FUNCTION = phm.concept_equivalent,
	COMMUTATOR = OPERATOR(phm.~), RESTRICT = matchingsel, JOIN = matchingjoinsel
);
COMMENT ON OPERATOR phm.~ (phm.concept, phm.concept) IS
'Equivalent: some coding of one has the system and code of some coding of the other. Source: HL7 CQL 1.5, Equivalent (Concept).';

CREATE OPERATOR CLASS phm.concept_ops DEFAULT FOR TYPE phm.concept USING btree AS
	OPERATOR 1 phm.<, OPERATOR 2 phm.<=, OPERATOR 3 phm.=, OPERATOR 4 phm.>=, OPERATOR 5 phm.>,
	FUNCTION 1 phm.concept_cmp(phm.concept, phm.concept);
COMMENT ON OPERATOR CLASS phm.concept_ops USING btree IS 'Order of phm.concept.';
CREATE OPERATOR CLASS phm.concept_ops DEFAULT FOR TYPE phm.concept USING hash AS
	OPERATOR 1 phm.=,
	FUNCTION 1 phm.concept_hash(phm.concept), FUNCTION 2 phm.concept_hash_extended(phm.concept, bigint);
COMMENT ON OPERATOR CLASS phm.concept_ops USING hash IS 'Equality of phm.concept.';

CREATE FUNCTION phm.concept(jsonb) RETURNS phm.concept
AS 'MODULE_PATHNAME', 'phm_concept_from_jsonb' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.concept(jsonb) IS
'The concept of a FHIR CodeableConcept or Coding. Fails with invalid_text_representation when the object has a member that a concept cannot keep (id, extension, ...).';
CREATE FUNCTION phm.fhir_json(phm.concept) RETURNS json
AS 'MODULE_PATHNAME', 'phm_concept_fhir_json' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.fhir_json(phm.concept) IS 'The FHIR CodeableConcept of a concept, as json.';
CREATE FUNCTION phm.fhir_jsonb(phm.concept) RETURNS jsonb
AS 'MODULE_PATHNAME', 'phm_concept_fhir_jsonb' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.fhir_jsonb(phm.concept) IS 'The FHIR CodeableConcept of a concept, as jsonb.';
CREATE CAST (jsonb AS phm.concept) WITH FUNCTION phm.concept(jsonb);
COMMENT ON CAST (jsonb AS phm.concept) IS 'Reads a FHIR CodeableConcept or Coding.';
CREATE CAST (phm.concept AS jsonb) WITH FUNCTION phm.fhir_jsonb(phm.concept);
COMMENT ON CAST (phm.concept AS jsonb) IS 'Writes a FHIR CodeableConcept.';
-- With this cast row_to_json() and to_jsonb() write concepts as FHIR, not as text.
CREATE CAST (phm.concept AS json) WITH FUNCTION phm.fhir_json(phm.concept);
COMMENT ON CAST (phm.concept AS json) IS 'Writes a FHIR CodeableConcept; to_jsonb and row_to_json use it.';

CREATE FUNCTION phm.concept(system text, code text, display text DEFAULT NULL) RETURNS phm.concept
AS 'MODULE_PATHNAME', 'phm_concept_make' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.concept(text, text, text) IS
'A concept of one coding. system: alias (LOINC) or URI; NULL arguments are absent parts. Fails with undefined_object when the system is neither an alias nor a URI.';
CREATE FUNCTION phm.code(concept phm.concept, system text DEFAULT NULL) RETURNS text
AS 'MODULE_PATHNAME', 'phm_concept_code' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.code(phm.concept, text) IS
'The first code of a concept; with a system (alias or URI), the first code of that system. NULL when there is none.';
CREATE FUNCTION phm.display(concept phm.concept) RETURNS text
AS 'MODULE_PATHNAME', 'phm_concept_display' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.display(phm.concept) IS
'What to show a person: the concept''s text, else the display of the coding that a user selected, else the first display; NULL when there is none.';
CREATE FUNCTION phm.codings(concept phm.concept, OUT system text, OUT code text, OUT display text, OUT version text, OUT user_selected boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_concept_codings' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 2;
COMMENT ON FUNCTION phm.codings(phm.concept) IS
'The codings of a concept in order, one a row; system is the URI as written, absent parts are NULL.';
