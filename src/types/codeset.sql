/*
 * codeset.sql: phm.codeset, a set of codes compiled for membership tests.
 */
CREATE TYPE phm.codeset;

CREATE FUNCTION phm.codeset_in(cstring) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.codeset_in(cstring) IS 'Reads the text form of phm.codeset.';
CREATE FUNCTION phm.codeset_out(phm.codeset) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_codeset_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.codeset_out(phm.codeset) IS 'Writes the text form of phm.codeset.';
CREATE FUNCTION phm.codeset_recv(internal) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.codeset_recv(internal) IS 'Reads the binary form of phm.codeset and checks all of it by building the set again.';
CREATE FUNCTION phm.codeset_send(phm.codeset) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_codeset_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.codeset_send(phm.codeset) IS 'Writes the binary form of phm.codeset: the stored bytes, little-endian on every machine.';

-- External: most of a set is a hash table, which does not compress, and
-- fetching it is then a plain copy.
CREATE TYPE phm.codeset (
	INPUT = phm.codeset_in,
	OUTPUT = phm.codeset_out,
	RECEIVE = phm.codeset_recv,
	SEND = phm.codeset_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);
COMMENT ON TYPE phm.codeset IS
'A set of codes, compiled for membership tests: {ICD10CM|E11.9, ICD10CM|E10*}. A trailing * stands for all codes of the system that begin so (a code that ends with * is written \*); SYSTEM|* is a whole system. Codes are compared byte for byte: E11.9 and E119 are two codes. Equal sets have equal bytes.';

CREATE FUNCTION phm.codeset_eq(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_eq' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_eq(phm.codeset, phm.codeset) IS 'implementation of = operator';
CREATE FUNCTION phm.codeset_ne(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_ne' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_ne(phm.codeset, phm.codeset) IS 'implementation of <> operator';
CREATE FUNCTION phm.codeset_hash(phm.codeset) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_codeset_hash' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_hash(phm.codeset) IS 'Hash that agrees with =.';
CREATE FUNCTION phm.codeset_hash_extended(phm.codeset, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_codeset_hash_extended' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_hash_extended(phm.codeset, bigint) IS '64-bit hash with a seed that agrees with =.';

CREATE OPERATOR phm.= (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_eq,
	COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR phm.= (phm.codeset, phm.codeset) IS 'The same codes and prefixes.';
CREATE OPERATOR phm.<> (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_ne,
	COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (phm.codeset, phm.codeset) IS 'Not the same codes and prefixes.';
-- An order so that sets can be sorted, compared inside rows and made distinct; it has no other meaning.
CREATE FUNCTION phm.codeset_lt(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_lt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_lt(phm.codeset, phm.codeset) IS 'implementation of < operator';
CREATE FUNCTION phm.codeset_le(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_le' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_le(phm.codeset, phm.codeset) IS 'implementation of <= operator';
CREATE FUNCTION phm.codeset_gt(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_gt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_gt(phm.codeset, phm.codeset) IS 'implementation of > operator';
CREATE FUNCTION phm.codeset_ge(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_ge' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_ge(phm.codeset, phm.codeset) IS 'implementation of >= operator';
CREATE FUNCTION phm.codeset_cmp(phm.codeset, phm.codeset) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_codeset_cmp' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_cmp(phm.codeset, phm.codeset) IS 'Less than, equal to or greater than 0 as the first set sorts before, with or after the second.';
CREATE OPERATOR phm.< (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_lt,
	COMMUTATOR = OPERATOR(phm.>), NEGATOR = OPERATOR(phm.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (phm.codeset, phm.codeset) IS 'Sorts before. The order is that of the stored bytes and means nothing.';
CREATE OPERATOR phm.<= (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_le,
	COMMUTATOR = OPERATOR(phm.>=), NEGATOR = OPERATOR(phm.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (phm.codeset, phm.codeset) IS 'Sorts before or is equal. The order is that of the stored bytes and means nothing.';
CREATE OPERATOR phm.> (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_gt,
	COMMUTATOR = OPERATOR(phm.<), NEGATOR = OPERATOR(phm.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (phm.codeset, phm.codeset) IS 'Sorts after. The order is that of the stored bytes and means nothing.';
CREATE OPERATOR phm.>= (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_ge,
	COMMUTATOR = OPERATOR(phm.<=), NEGATOR = OPERATOR(phm.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (phm.codeset, phm.codeset) IS 'Sorts after or is equal. The order is that of the stored bytes and means nothing.';
CREATE OPERATOR CLASS phm.codeset_ops DEFAULT FOR TYPE phm.codeset USING btree AS
	OPERATOR 1 phm.<, OPERATOR 2 phm.<=, OPERATOR 3 phm.=, OPERATOR 4 phm.>=, OPERATOR 5 phm.>,
	FUNCTION 1 phm.codeset_cmp(phm.codeset, phm.codeset);
COMMENT ON OPERATOR CLASS phm.codeset_ops USING btree IS 'Order of phm.codeset.';
CREATE OPERATOR CLASS phm.codeset_ops DEFAULT FOR TYPE phm.codeset USING hash AS
	OPERATOR 1 phm.=,
	FUNCTION 1 phm.codeset_hash(phm.codeset), FUNCTION 2 phm.codeset_hash_extended(phm.codeset, bigint);
COMMENT ON OPERATOR CLASS phm.codeset_ops USING hash IS 'Equality of phm.codeset.';

-- Membership.
CREATE FUNCTION phm.concept_in_codeset_sel(internal, oid, internal, integer) RETURNS double precision
AS 'MODULE_PATHNAME', 'phm_concept_in_codeset_sel' LANGUAGE c STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_in_codeset_sel(internal, oid, internal, integer) IS 'Selectivity of concept <@ codeset and codeset @> concept.';
CREATE FUNCTION phm.concept_in_codeset(concept phm.concept, codes phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_in_codeset' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.concept_in_codeset(phm.concept, phm.codeset) IS 'implementation of <@ operator';
CREATE FUNCTION phm.codeset_has_concept(codes phm.codeset, concept phm.concept) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_has_concept' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.codeset_has_concept(phm.codeset, phm.concept) IS 'implementation of @> operator';
CREATE OPERATOR phm.<@ (
	LEFTARG = phm.concept, RIGHTARG = phm.codeset, FUNCTION = phm.concept_in_codeset,
	COMMUTATOR = OPERATOR(phm.@>), RESTRICT = phm.concept_in_codeset_sel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.<@ (phm.concept, phm.codeset) IS 'Whether some coding of the concept is in the set. A GIN index on the concept serves it.';
CREATE OPERATOR phm.@> (
	LEFTARG = phm.codeset, RIGHTARG = phm.concept, FUNCTION = phm.codeset_has_concept,
	COMMUTATOR = OPERATOR(phm.<@), RESTRICT = phm.concept_in_codeset_sel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.@> (phm.codeset, phm.concept) IS 'Whether the set has some coding of the concept. A GIN index on the concept serves it.';
CREATE FUNCTION phm.contains(codes phm.codeset, system text, code text) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_contains' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.contains(phm.codeset, text, text) IS
'Whether a code is in the set. system: alias, URI, or NULL for a code without system. NULL when the set or the code is NULL. Fails with undefined_object when the system is neither an alias nor a URI.';

-- Set algebra.
CREATE FUNCTION phm.codeset_union(phm.codeset, phm.codeset) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.codeset_union(phm.codeset, phm.codeset) IS 'implementation of | operator';
CREATE FUNCTION phm.codeset_intersection(phm.codeset, phm.codeset) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_intersection' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.codeset_intersection(phm.codeset, phm.codeset) IS 'implementation of & operator';
CREATE FUNCTION phm.codeset_difference(phm.codeset, phm.codeset) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_difference' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.codeset_difference(phm.codeset, phm.codeset) IS 'implementation of - operator';
CREATE FUNCTION phm.codeset_overlaps(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_overlaps' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.codeset_overlaps(phm.codeset, phm.codeset) IS 'implementation of && operator';
CREATE FUNCTION phm.codeset_within(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_within' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.codeset_within(phm.codeset, phm.codeset) IS 'implementation of <@ operator';
CREATE FUNCTION phm.codeset_includes(phm.codeset, phm.codeset) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_codeset_includes' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.codeset_includes(phm.codeset, phm.codeset) IS 'implementation of @> operator';
CREATE OPERATOR phm.| (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_union, COMMUTATOR = OPERATOR(phm.|)
);
COMMENT ON OPERATOR phm.| (phm.codeset, phm.codeset) IS 'Union.';
CREATE OPERATOR phm.& (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_intersection, COMMUTATOR = OPERATOR(phm.&)
);
COMMENT ON OPERATOR phm.& (phm.codeset, phm.codeset) IS 'Intersection.';
CREATE OPERATOR phm.- (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_difference
);
COMMENT ON OPERATOR phm.- (phm.codeset, phm.codeset) IS
'Difference. Fails with feature_not_supported when the right set has part of a prefix of the left set, because a set cannot say "all but".';
CREATE OPERATOR phm.&& (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_overlaps,
	COMMUTATOR = OPERATOR(phm.&&), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.&& (phm.codeset, phm.codeset) IS 'Whether the sets have codes in common.';
CREATE OPERATOR phm.<@ (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_within,
	COMMUTATOR = OPERATOR(phm.@>), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.<@ (phm.codeset, phm.codeset) IS 'Whether all codes of the left set are in the right set.';
CREATE OPERATOR phm.@> (
	LEFTARG = phm.codeset, RIGHTARG = phm.codeset, FUNCTION = phm.codeset_includes,
	COMMUTATOR = OPERATOR(phm.<@), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR phm.@> (phm.codeset, phm.codeset) IS 'Whether all codes of the right set are in the left set.';

-- Taking apart and putting together.
CREATE FUNCTION phm.codes(codes phm.codeset, OUT system text, OUT code text, OUT prefix boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_codeset_codes' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 200;
COMMENT ON FUNCTION phm.codes(phm.codeset) IS
'The codes of a set, one a row: canonical URI of the system (NULL: no system), code, and whether it is a prefix.';
CREATE FUNCTION phm.cardinality(codes phm.codeset) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_codeset_cardinality' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.cardinality(phm.codeset) IS 'Number of codes in a set; a prefix counts as one.';
CREATE FUNCTION phm.codeset(system text, codes text[], prefixes text[] DEFAULT NULL) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_make' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.codeset(text, text[], text[]) IS
'A set of codes, and of prefixes, of one system (alias, URI, or NULL for codes without system). Codes are taken as they are: a * in them is a *. NULL arrays and elements add nothing. Fails with undefined_object when the system is neither an alias nor a URI.';

CREATE FUNCTION phm.codeset_agg_add(phm.codeset, phm.concept) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_agg_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.codeset_agg_add(phm.codeset, phm.concept) IS 'Transition function of phm.codeset_agg(concept): the set with the codes of the concept.';
CREATE FUNCTION phm.codeset_agg_merge(phm.codeset, phm.codeset) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_agg_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.codeset_agg_merge(phm.codeset, phm.codeset) IS 'Transition and combine function of phm.codeset_agg: the union; a NULL adds nothing.';
CREATE FUNCTION phm.codeset_agg_final(phm.codeset) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_codeset_agg_final' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.codeset_agg_final(phm.codeset) IS 'Final function of phm.codeset_agg.';
CREATE AGGREGATE phm.codeset_agg(phm.concept) (
	SFUNC = phm.codeset_agg_add, STYPE = phm.codeset, COMBINEFUNC = phm.codeset_agg_merge,
	FINALFUNC = phm.codeset_agg_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.codeset_agg(phm.concept) IS 'The set of all codes of the concepts; NULLs are left out; NULL when there are none but NULLs.';
CREATE AGGREGATE phm.codeset_agg(phm.codeset) (
	SFUNC = phm.codeset_agg_merge, STYPE = phm.codeset, COMBINEFUNC = phm.codeset_agg_merge,
	FINALFUNC = phm.codeset_agg_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.codeset_agg(phm.codeset) IS 'The union of the sets; NULLs are left out; NULL when there are none but NULLs.';

-- GIN over concepts.
CREATE FUNCTION phm.concept_gin_extract(phm.concept, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'phm_concept_gin_extract' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_gin_extract(phm.concept, internal) IS 'GIN support: the keys of a concept.';
CREATE FUNCTION phm.concept_gin_query(internal, internal, smallint, internal, internal, internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'phm_concept_gin_query' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_gin_query(internal, internal, smallint, internal, internal, internal, internal) IS 'GIN support: the keys that a codeset or a concept asks for.';
CREATE FUNCTION phm.concept_gin_consistent(internal, smallint, internal, integer, internal, internal, internal, internal) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_concept_gin_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_gin_consistent(internal, smallint, internal, integer, internal, internal, internal, internal) IS 'GIN support: whether a row may match.';
CREATE FUNCTION phm.concept_gin_triconsistent(internal, smallint, internal, integer, internal, internal, internal) RETURNS "char"
AS 'MODULE_PATHNAME', 'phm_concept_gin_triconsistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_gin_triconsistent(internal, smallint, internal, integer, internal, internal, internal) IS 'GIN support: whether a row may match when not all keys are known.';
CREATE FUNCTION phm.concept_gin_partial(bytea, bytea, smallint, internal) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_concept_gin_partial' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION phm.concept_gin_partial(bytea, bytea, smallint, internal) IS 'GIN support: whether a key begins with a prefix, or is in a set of more codes than are looked up one by one.';
CREATE OPERATOR CLASS phm.concept_ops DEFAULT FOR TYPE phm.concept USING gin AS
	OPERATOR 1 phm.<@ (phm.concept, phm.codeset),
	OPERATOR 2 phm.~ (phm.concept, phm.concept),
	FUNCTION 1 pg_catalog.byteacmp(bytea, bytea),
	FUNCTION 2 phm.concept_gin_extract(phm.concept, internal),
	FUNCTION 3 phm.concept_gin_query(internal, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 phm.concept_gin_consistent(internal, smallint, internal, integer, internal, internal, internal, internal),
	FUNCTION 5 phm.concept_gin_partial(bytea, bytea, smallint, internal),
	FUNCTION 6 phm.concept_gin_triconsistent(internal, smallint, internal, integer, internal, internal, internal),
	STORAGE bytea;
COMMENT ON OPERATOR CLASS phm.concept_ops USING gin IS 'Membership of concepts in code sets, and equivalence of concepts.';
