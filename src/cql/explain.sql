/*
 * explain.sql: why logic gave what it gave.
 */
CREATE FUNCTION phm.link_traced(libraries text[], missing_value_sets text DEFAULT 'error')
RETURNS phm.logic
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	IF libraries IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM phm.check_store_version();
	r := phm.try_link(libraries, missing_value_sets, true, NULL, true);
	PERFORM phm.refuse_problems(r.problems);
	RETURN r.logic;
END
$$;
COMMENT ON FUNCTION phm.link_traced(text[], text) IS
'As phm.link, logic whose clauses can be explained (phm.explain_evaluation). It gives the same values, is larger and takes longer, and is meant for one patient at a time. Errors: those of phm.link.';

CREATE FUNCTION phm.explain_evaluation(
	logic phm.logic, chart phm.chart, expressions text[] DEFAULT NULL, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS TABLE (ordinal integer, library text, definition text, depth integer, clause text, truth text, value text, resources text[], note text, under integer)
AS 'MODULE_PATHNAME', 'phm_explain_evaluation' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000 ROWS 200;
COMMENT ON FUNCTION phm.explain_evaluation(phm.logic, phm.chart, text[], daterange, text, jsonb, timestamptz, text, integer) IS
'Why expressions of traced logic (phm.link_traced) have the values that they have for one chart: a row for each clause, beginning with the expressions asked for (NULL: all), then the definitions and functions that they use, each once. ordinal: the order of reading. depth: 0 for a definition, more for clauses within it. clause: its text in CQL, written from the logic. truth: true (or a value, or a list with elements), false (or an empty list), null, not evaluated, error; of a clause that was evaluated for many resources true when it was so once. value: in few words. resources: those in the value, or those that made the clause what it is, at most 20: reference, date, code and what it means. note: of a condition the resources for which it was not true, with what was compared, after the word date, value, code or status when the condition looks at that alone; of a clause evaluated several times with different answers how often; whether the result did not need it; the error of an expression. under: the number, from 1, of the expression asked for that led to the definition. What "and" and "or" need not look at is looked at nevertheless, where it is cheap and does not fail. Other arguments as phm.evaluate. Errors: 22023 the logic was not linked to be explained, and those of phm.evaluate but those of the logic, which stand in note.';

CREATE FUNCTION phm.explain_evaluation_json(
	logic phm.logic, chart phm.chart, expressions text[] DEFAULT NULL, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'phm_explain_evaluation_json' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000;
COMMENT ON FUNCTION phm.explain_evaluation_json(phm.logic, phm.chart, text[], daterange, text, jsonb, timestamptz, text, integer) IS
'phm.explain_evaluation as a tree: an array of definitions, each an object of library, definition, asked (whether it was asked for), text, truth, value, note, error, resources and clauses, an array of the same objects for the clauses within it.';

CREATE FUNCTION phm.explain_evaluation_html(
	logic phm.logic, chart phm.chart, expressions text[] DEFAULT NULL, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto', visible integer DEFAULT 0,
	title text DEFAULT 'Explanation', heading text DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME', 'phm_explain_evaluation_html' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000;
COMMENT ON FUNCTION phm.explain_evaluation_html(phm.logic, phm.chart, text[], daterange, text, jsonb, timestamptz, text, integer, text, text) IS
'phm.explain_evaluation as an HTML document: the text of each definition with its clauses in colour by truth, references between definitions as links. It needs no other file and runs nothing; of the patient it has references and dates only. title: of the document. heading: HTML that stands before the definitions, taken as it is.';
