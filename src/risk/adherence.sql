/*
 * adherence.sql: how much of a time persons had their drugs at hand: PDC and
 * MPR from fills, the drug classes and measures as rows, and what the record
 * has of it.
 */
CREATE TABLE phm.drug_class (
	class text NOT NULL CHECK (length(class) BETWEEN 1 AND 63),
	code_system text NOT NULL,
	code text NOT NULL,
	label text,
	status text NOT NULL DEFAULT 'own' CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (class, code_system, code)
);
CREATE INDEX ON phm.drug_class (code, code_system);
CREATE TABLE phm.drug_ingredient (
	code_system text NOT NULL,
	code text NOT NULL,
	ingredient text NOT NULL,
	status text NOT NULL DEFAULT 'own' CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (code_system, code, ingredient)
);
CREATE TABLE phm.adherence_measure (
	measure text PRIMARY KEY,
	label text NOT NULL,
	class text NOT NULL,
	age_min integer NOT NULL,
	threshold numeric NOT NULL CHECK (threshold > 0 AND threshold <= 1),
	fill_days_min integer NOT NULL,
	days_min integer NOT NULL,
	exclude_classes text[] NOT NULL,
	exclude text[] NOT NULL,
	status text NOT NULL DEFAULT 'own' CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true
);
CREATE TABLE phm.adherence_exclusion (
	exclusion text NOT NULL,
	code_system text NOT NULL,
	code text NOT NULL,
	label text,
	status text NOT NULL DEFAULT 'own' CHECK (status IN ('cross-checked', 'single source', 'unverified', 'own')),
	built_in boolean NOT NULL DEFAULT true,
	PRIMARY KEY (exclusion, code_system, code)
);

-- @data phm.drug_class(class, code_system, code, label, status) drug_class.tsv
-- @data phm.drug_ingredient(code_system, code, ingredient, status) drug_ingredient.tsv
-- @data phm.adherence_measure(measure, label, class, age_min::integer, threshold::numeric, fill_days_min::integer, days_min::integer, exclude_classes::text[], exclude::text[], status) adherence_measure.tsv
-- @data phm.adherence_exclusion(exclusion, code_system, code, label, status) adherence_exclusion.tsv

ALTER TABLE phm.drug_class ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.drug_ingredient ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.adherence_measure ALTER COLUMN built_in SET DEFAULT false;
ALTER TABLE phm.adherence_exclusion ALTER COLUMN built_in SET DEFAULT false;
REVOKE ALL ON phm.drug_class, phm.drug_ingredient, phm.adherence_measure, phm.adherence_exclusion FROM PUBLIC;
GRANT SELECT ON phm.drug_class, phm.drug_ingredient, phm.adherence_measure, phm.adherence_exclusion TO PUBLIC;
SELECT pg_extension_config_dump('phm.drug_class', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.drug_ingredient', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.adherence_measure', 'WHERE NOT built_in');
SELECT pg_extension_config_dump('phm.adherence_exclusion', 'WHERE NOT built_in');
COMMENT ON TABLE phm.drug_class IS 'Classes of drugs, as ingredients. Source: RxNorm (NLM); which ingredient belongs to which class is general pharmacology.';
COMMENT ON COLUMN phm.drug_class.class IS 'Name of the class: statin, rasa, diabetes, insulin and others.';
COMMENT ON COLUMN phm.drug_class.code_system IS 'Alias of the code system of code, as in phm.code_systems(): RXNORM.';
COMMENT ON COLUMN phm.drug_class.code IS 'Ingredient of the class.';
COMMENT ON COLUMN phm.drug_class.label IS 'Name of the ingredient.';
COMMENT ON COLUMN phm.drug_class.status IS 'How far the row was checked: cross-checked, single source, unverified, own (loaded by the user).';
COMMENT ON COLUMN phm.drug_class.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.drug_ingredient IS 'Ingredients of drugs as they are dispensed (clinical and branded drugs of RxNorm, NDC), one row for each. Only a few come with phm: load those of your formulary. Source: RxNorm (NLM).';
COMMENT ON COLUMN phm.drug_ingredient.code_system IS 'Alias of the code system of code: RXNORM, NDC.';
COMMENT ON COLUMN phm.drug_ingredient.code IS 'The drug.';
COMMENT ON COLUMN phm.drug_ingredient.ingredient IS 'RxNorm number of an ingredient.';
COMMENT ON COLUMN phm.drug_ingredient.status IS 'How far the row was checked: cross-checked, single source, unverified, own (loaded by the user).';
COMMENT ON COLUMN phm.drug_ingredient.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.adherence_measure IS 'Measures of adherence in the Part D star ratings. Source: PQA and CMS technical notes, from general knowledge (unverified).';
COMMENT ON COLUMN phm.adherence_measure.measure IS 'Name.';
COMMENT ON COLUMN phm.adherence_measure.label IS 'Title.';
COMMENT ON COLUMN phm.adherence_measure.class IS 'Class of drugs (phm.drug_class).';
COMMENT ON COLUMN phm.adherence_measure.age_min IS 'Least age in years on the first day of the year.';
COMMENT ON COLUMN phm.adherence_measure.threshold IS 'Least proportion of days covered of an adherent person.';
COMMENT ON COLUMN phm.adherence_measure.fill_days_min IS 'Least number of different days with a fill.';
COMMENT ON COLUMN phm.adherence_measure.days_min IS 'Least length of the treatment period in days.';
COMMENT ON COLUMN phm.adherence_measure.exclude_classes IS 'Classes of which one fill in the year excludes a person.';
COMMENT ON COLUMN phm.adherence_measure.exclude IS 'Names in phm.adherence_exclusion of which one code in the year excludes a person.';
COMMENT ON COLUMN phm.adherence_measure.status IS 'How far the row was checked: cross-checked, single source, unverified, own (loaded by the user).';
COMMENT ON COLUMN phm.adherence_measure.built_in IS 'True for rows that come with phm; these are not dumped.';
COMMENT ON TABLE phm.adherence_exclusion IS 'Codes that exclude persons from measures of adherence: hospice care, end-stage renal disease. Source: ICD-10-CM, SNOMED CT, HCPCS and CPT, from general knowledge (unverified).';
COMMENT ON COLUMN phm.adherence_exclusion.exclusion IS 'Name.';
COMMENT ON COLUMN phm.adherence_exclusion.code_system IS 'Alias of the code system.';
COMMENT ON COLUMN phm.adherence_exclusion.code IS 'Code.';
COMMENT ON COLUMN phm.adherence_exclusion.label IS 'Meaning.';
COMMENT ON COLUMN phm.adherence_exclusion.status IS 'How far the row was checked: cross-checked, single source, unverified, own (loaded by the user).';
COMMENT ON COLUMN phm.adherence_exclusion.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE TYPE phm.adherence_result AS (
	fills integer,
	fill_days integer,
	treatment daterange,
	treatment_days integer,
	covered_days integer,
	stay_days integer,
	pdc numeric,
	mpr numeric,
	days_without integer,
	gaps datemultirange,
	longest_gap integer,
	last_covered date,
	next_refill_due date,
	ignored_supply integer,
	ignored_reversed integer,
	ignored_duplicate integer,
	ignored_outside integer
);
COMMENT ON TYPE phm.adherence_result IS 'Adherence of a person to a class of drugs in a period.';
COMMENT ON COLUMN phm.adherence_result.fills IS 'Fills that count.';
COMMENT ON COLUMN phm.adherence_result.fill_days IS 'Different days of the period on which they were filled.';
COMMENT ON COLUMN phm.adherence_result.treatment IS 'Treatment period: from the first fill to the end of the period or death. NULL without fill.';
COMMENT ON COLUMN phm.adherence_result.treatment_days IS 'Days of it, without those in a facility.';
COMMENT ON COLUMN phm.adherence_result.covered_days IS 'Days of it on which the person had the drug.';
COMMENT ON COLUMN phm.adherence_result.stay_days IS 'Days of it in a facility.';
COMMENT ON COLUMN phm.adherence_result.pdc IS 'Proportion of days covered: covered_days / treatment_days, four decimals. NULL without treatment days.';
COMMENT ON COLUMN phm.adherence_result.mpr IS 'Medication possession ratio: days of supply of the fills / treatment_days, four decimals; may be more than 1.';
COMMENT ON COLUMN phm.adherence_result.days_without IS 'Days of treatment without supply.';
COMMENT ON COLUMN phm.adherence_result.gaps IS 'The same as ranges.';
COMMENT ON COLUMN phm.adherence_result.longest_gap IS 'Days of the longest of them.';
COMMENT ON COLUMN phm.adherence_result.last_covered IS 'Last day of the period that is covered.';
COMMENT ON COLUMN phm.adherence_result.next_refill_due IS 'First day after all supply has been used, also where it lies behind the period; NULL after death.';
COMMENT ON COLUMN phm.adherence_result.ignored_supply IS 'Fills left out because the supply is null, 0, negative or longer than 1098 days.';
COMMENT ON COLUMN phm.adherence_result.ignored_reversed IS 'Fills left out because they were reversed, and the reversals.';
COMMENT ON COLUMN phm.adherence_result.ignored_duplicate IS 'Fills left out because another source tells of them too.';
COMMENT ON COLUMN phm.adherence_result.ignored_outside IS 'Fills left out because they lie outside the period or the life of the person, or have no date.';

CREATE FUNCTION phm.adherence(fill_dates date[], days_supply integer[], period daterange, drugs text[] DEFAULT NULL,
	stays datemultirange DEFAULT NULL, birth date DEFAULT NULL, death date DEFAULT NULL, carry_in boolean DEFAULT false,
	origins integer[] DEFAULT NULL, reversed boolean[] DEFAULT NULL) RETURNS phm.adherence_result
AS 'MODULE_PATHNAME', 'phm_adherence' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.adherence(date[], integer[], daterange, text[], datemultirange, date, date, boolean, integer[], boolean[]) IS
'Adherence of a person to a class of drugs from fills in any order, by the rules of PQA and CMS (general knowledge, unverified). A fill covers days_supply days from its day on, or from the day after earlier supply of the same drug has been used; different drugs may overlap, and a day counts once. period: a range with both ends, at most 4096 days. drugs: the ingredient of each fill, several joined with +; null: all are one drug. stays: days in facilities that give the drugs: nothing is used up on them, and they are not counted. birth, death: fills before and after do not count, and death ends the period. carry_in: supply of fills before the period counts too, and treatment begins with the first day it covers. origins: numbers of who tells of the fills; fills that are alike in day, drug and supply but not in origin are one. reversed: fills that were taken back; a fill of negative supply takes back one of the same day, drug and amount. NULL for a null period. Errors: 22023 for a period without end, empty or too long, and for arrays of different lengths; 54000 more than 64 drugs, 4 ingredients in a fill or 65536 fills.';

CREATE FUNCTION phm.explain_adherence(fill_dates date[], days_supply integer[], period daterange, drugs text[] DEFAULT NULL,
	stays datemultirange DEFAULT NULL, birth date DEFAULT NULL, death date DEFAULT NULL, carry_in boolean DEFAULT false,
	origins integer[] DEFAULT NULL, reversed boolean[] DEFAULT NULL,
	OUT n integer, OUT fill_date date, OUT supply integer, OUT drug text, OUT covered_from date, OUT covered_to date,
	OUT shifted integer, OUT covered_days integer, OUT ignored text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_explain_adherence' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 12;
COMMENT ON FUNCTION phm.explain_adherence(date[], integer[], daterange, text[], datemultirange, date, date, boolean, integer[], boolean[]) IS
'What became of each fill, in the order of their days: n is its place in the arrays, covered_from and covered_to the days it covers (in between are those in a facility, on which it does not), shifted by how many days after the fill that begins, covered_days how many of them are days of treatment, ignored why a fill does not count. Arguments and errors as of phm.adherence.';

CREATE FUNCTION phm.adherence_add(state bytea, fill_date date, days_supply integer, period daterange) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_adherence_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.adherence_add(bytea, date, integer, daterange) IS
'Internal: transition function of phm.adherence_agg, phm.pdc and phm.mpr.';
CREATE FUNCTION phm.adherence_add(state bytea, fill_date date, days_supply integer, period daterange, drug text) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_adherence_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.adherence_add(bytea, date, integer, daterange, text) IS
'Internal: transition function of phm.adherence_agg, phm.pdc and phm.mpr.';
CREATE FUNCTION phm.adherence_add(state bytea, fill_date date, days_supply integer, period daterange, drug text, stays datemultirange) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_adherence_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.adherence_add(bytea, date, integer, daterange, text, datemultirange) IS
'Internal: transition function of phm.adherence_agg, phm.pdc and phm.mpr.';
CREATE FUNCTION phm.adherence_merge(bytea, bytea) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_adherence_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.adherence_merge(bytea, bytea) IS
'Internal: combine function of phm.adherence_agg, phm.pdc and phm.mpr. Errors: 22P03 not a state of theirs.';
CREATE FUNCTION phm.adherence_final(bytea) RETURNS phm.adherence_result
AS 'MODULE_PATHNAME', 'phm_adherence_final' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.adherence_final(bytea) IS 'Internal: final function of phm.adherence_agg. Errors: 22P03 not a state of it.';
CREATE FUNCTION phm.adherence_pdc(bytea) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_adherence_pdc' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.adherence_pdc(bytea) IS 'Internal: final function of phm.pdc. Errors: 22P03 not a state of it.';
CREATE FUNCTION phm.adherence_mpr(bytea) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_adherence_mpr' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.adherence_mpr(bytea) IS 'Internal: final function of phm.mpr. Errors: 22P03 not a state of it.';
CREATE AGGREGATE phm.adherence_agg(fill_date date, days_supply integer, period daterange) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_final, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.adherence_agg(date, integer, daterange) IS 'Adherence of a person to a class of drugs, one row a fill, grouped by person and class; the rules and the result are those of the function phm.adherence. All fills are of one drug. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.adherence_agg(fill_date date, days_supply integer, period daterange, drug text) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_final, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.adherence_agg(date, integer, daterange, text) IS 'Adherence of a person to a class of drugs, one row a fill, grouped by person and class; the rules and the result are those of the function phm.adherence. drug: the ingredient, several joined with +; fills of the same one are shifted. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.adherence_agg(fill_date date, days_supply integer, period daterange, drug text, stays datemultirange) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_final, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.adherence_agg(date, integer, daterange, text, datemultirange) IS 'Adherence of a person to a class of drugs, one row a fill, grouped by person and class; the rules and the result are those of the function phm.adherence. drug: the ingredient, several joined with +; fills of the same one are shifted. stays: days in facilities that give the drugs. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.pdc(fill_date date, days_supply integer, period daterange) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_pdc, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.pdc(date, integer, daterange) IS 'Proportion of days covered, with four decimals, one row a fill, grouped by person and class: days on which the person had the drug, by days from the first fill to the end of the period. The rules are those of the function phm.adherence. NULL without fill in the period. All fills are of one drug. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.pdc(fill_date date, days_supply integer, period daterange, drug text) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_pdc, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.pdc(date, integer, daterange, text) IS 'Proportion of days covered, with four decimals, one row a fill, grouped by person and class: days on which the person had the drug, by days from the first fill to the end of the period. The rules are those of the function phm.adherence. NULL without fill in the period. drug: the ingredient, several joined with +; fills of the same one are shifted. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.pdc(fill_date date, days_supply integer, period daterange, drug text, stays datemultirange) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_pdc, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.pdc(date, integer, daterange, text, datemultirange) IS 'Proportion of days covered, with four decimals, one row a fill, grouped by person and class: days on which the person had the drug, by days from the first fill to the end of the period. The rules are those of the function phm.adherence. NULL without fill in the period. drug: the ingredient, several joined with +; fills of the same one are shifted. stays: days in facilities that give the drugs. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.mpr(fill_date date, days_supply integer, period daterange) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_mpr, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.mpr(date, integer, daterange) IS 'Medication possession ratio, with four decimals, one row a fill, grouped by person and class: days of supply of the fills, by days from the first fill to the end of the period; it may be more than 1. Fills that do not count are those that phm.pdc leaves out. All fills are of one drug. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.mpr(fill_date date, days_supply integer, period daterange, drug text) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_mpr, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.mpr(date, integer, daterange, text) IS 'Medication possession ratio, with four decimals, one row a fill, grouped by person and class: days of supply of the fills, by days from the first fill to the end of the period; it may be more than 1. Fills that do not count are those that phm.pdc leaves out. drug: the ingredient, several joined with +; fills of the same one are shifted. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';
CREATE AGGREGATE phm.mpr(fill_date date, days_supply integer, period daterange, drug text, stays datemultirange) (
	SFUNC = phm.adherence_add, STYPE = bytea, SSPACE = 1024, COMBINEFUNC = phm.adherence_merge,
	FINALFUNC = phm.adherence_mpr, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.mpr(date, integer, daterange, text, datemultirange) IS 'Medication possession ratio, with four decimals, one row a fill, grouped by person and class: days of supply of the fills, by days from the first fill to the end of the period; it may be more than 1. Fills that do not count are those that phm.pdc leaves out. drug: the ingredient, several joined with +; fills of the same one are shifted. stays: days in facilities that give the drugs. A row whose date and supply are null, as an outer join gives it, is no fill. Errors: 22004 null period; 22023 when the rows of a group differ in period or stays, or the period has no end, is empty or has more than 4096 days.';

CREATE FUNCTION phm.adherence_rate_add(state numeric[], adherent boolean, member_years numeric) RETURNS numeric[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN adherent IS NULL OR coalesce(member_years, 0) <= 0 THEN state
	ELSE ARRAY[state[1] + CASE WHEN adherent THEN member_years ELSE 0 END, state[2] + member_years] END;
END;
COMMENT ON FUNCTION phm.adherence_rate_add(numeric[], boolean, numeric) IS 'Internal: transition function of phm.adherence_rate.';
CREATE FUNCTION phm.adherence_rate_merge(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT ARRAY[a[1] + b[1], a[2] + b[2]];
END;
COMMENT ON FUNCTION phm.adherence_rate_merge(numeric[], numeric[]) IS 'Internal: combine function of phm.adherence_rate.';
CREATE FUNCTION phm.adherence_rate_final(state numeric[]) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT round(state[1] / nullif(state[2], 0), 4);
END;
COMMENT ON FUNCTION phm.adherence_rate_final(numeric[]) IS 'Internal: final function of phm.adherence_rate.';
CREATE AGGREGATE phm.adherence_rate(adherent boolean, member_years numeric) (
	SFUNC = phm.adherence_rate_add, STYPE = numeric[], INITCOND = '{0,0}', COMBINEFUNC = phm.adherence_rate_merge,
	FINALFUNC = phm.adherence_rate_final, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.adherence_rate(boolean, numeric) IS
'Rate of a plan: member-years of adherent members by member-years of all, with four decimals. Rows where adherent is null, and those without member-years, do not count; NULL when none does.';

CREATE FUNCTION phm.drug_ingredients(drug phm.concept) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT array_agg(DISTINCT x.ingredient ORDER BY x.ingredient)
			  FROM phm.codings(drug) AS k
			 CROSS JOIN LATERAL (SELECT coalesce(phm.code_system_alias(k.system), k.system) AS alias OFFSET 0) AS s
			 CROSS JOIN LATERAL (
				SELECT i.ingredient FROM phm.drug_ingredient AS i WHERE i.code_system = s.alias AND i.code = k.code
				UNION ALL
				SELECT c.code FROM phm.drug_class AS c WHERE c.code_system = s.alias AND c.code = k.code) AS x);
END
$$;
COMMENT ON FUNCTION phm.drug_ingredients(phm.concept) IS
'RxNorm ingredients of a drug, by phm.drug_ingredient, or itself where it is an ingredient of phm.drug_class. NULL where none is known.';

CREATE FUNCTION phm.medication_fills(patient_ids bigint[], from_day date, to_day date)
RETURNS TABLE (patient_id bigint, day date, days_supply integer, drug phm.concept, ingredients text[], reversed boolean,
	resource_type text, source text, id text, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH fill AS MATERIALIZED (
	SELECT f.* FROM (
		SELECT d.patient_id, phm.local_date(coalesce(d.when_handed_over, d.when_prepared)) AS day,
			   CASE WHEN phm.commensurable(d.days_supply, phm.quantity(1, 'd')) THEN round(phm.value(d.days_supply, 'd'))
					WHEN abs(phm.value(d.days_supply)) < 100000 THEN round(phm.value(d.days_supply)) END::integer AS supply,
			   coalesce(d.medication, (SELECT m.code FROM phm.medication AS m
				WHERE m.source = d.source AND m.id = d.medication_id AND m.deleted_at IS NULL ORDER BY m.ordinal LIMIT 1)) AS drug,
			   false AS reversed, 'MedicationDispense'::text AS resource_type, d.source, d.id, d.sensitivity
		  FROM phm.medication_dispense AS d
		 WHERE d.patient_id = ANY (patient_ids) AND d.deleted_at IS NULL
		   AND coalesce(d.status, 'completed') IN ('completed', 'unknown')
		UNION ALL
		SELECT l.patient_id, phm.local_date(coalesce(l.service_from, c.billable_start)), l.days_supply, l.product_or_service,
			   coalesce(l.status, '') = 'reversed' OR coalesce(c.origin_status, '') = 'reversed' OR coalesce(c.status, '') = 'cancelled',
			   l.resource_type, l.source, l.id, l.sensitivity
		  FROM phm.claim_line AS l
		 CROSS JOIN LATERAL (
			SELECT c.* FROM phm.claim AS c
			 WHERE c.source = l.source AND c.resource_type = l.resource_type AND c.id = l.id AND c.patient_id = l.patient_id
			   AND c.deleted_at IS NULL AND coalesce(c.origin_status, '') <> 'denied' AND coalesce(c.use, 'claim') = 'claim'
			   AND coalesce(c.status, 'active') IN ('active', 'cancelled')
			 ORDER BY c.ordinal LIMIT 1) AS c
		 WHERE l.patient_id = ANY (patient_ids) AND l.deleted_at IS NULL AND l.days_supply IS NOT NULL
		   AND coalesce(l.status, '') <> 'denied'
		   -- Lines of other days need no look at their claims.
		   AND coalesce(phm.local_date(l.service_from) BETWEEN from_day AND to_day, true)
		) AS f
	 WHERE f.day BETWEEN from_day AND to_day AND f.drug IS NOT NULL
	), known AS MATERIALIZED (
		SELECT x.drug, phm.drug_ingredients(x.drug) AS ingredients FROM (SELECT DISTINCT f.drug FROM fill AS f) AS x
	)
	SELECT f.patient_id, f.day, f.supply, f.drug, k.ingredients, f.reversed, f.resource_type, f.source, f.id, f.sensitivity
	  FROM fill AS f JOIN known AS k ON k.drug OPERATOR(phm.=) f.drug;
END
$$;
COMMENT ON FUNCTION phm.medication_fills(bigint[], date, date) IS
'Fills of some patients in a span of days, both included: what was dispensed and handed over, and lines of pharmacy claims that were not denied. A fill of which both tell is there twice; phm.patient_adherence counts it once. reversed: the claim was. Deleted rows and what was not completed are left out.';

CREATE FUNCTION phm.facility_days(patient_ids bigint[], from_day date, to_day date)
RETURNS TABLE (patient_id bigint, stays datemultirange)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT s.patient_id, range_agg(daterange(greatest(s.first, from_day), least(s.last, to_day + 1)))
	  FROM (SELECT e.patient_id, phm.local_date(e.period_start) AS first,
				   coalesce(phm.local_date(e.period_end), to_day + 1) AS last
			  FROM phm.encounter AS e
			 WHERE e.patient_id = ANY (patient_ids) AND e.deleted_at IS NULL AND e.period_start IS NOT NULL
			   AND phm.code(e.class) IN ('IMP', 'ACUTE', 'NONAC')
			   AND coalesce(e.status, 'finished') NOT IN ('planned', 'cancelled', 'entered-in-error')) AS s
	 WHERE s.first < s.last AND s.first <= to_day AND s.last > from_day
	 GROUP BY s.patient_id;
END
$$;
COMMENT ON FUNCTION phm.facility_days(bigint[], date, date) IS
'Days of a span, both ends included, that patients spent as inpatients (encounters of class IMP, ACUTE, NONAC): from the day of admission to the day before discharge.';

CREATE FUNCTION phm.patient_adherence(patient_ids bigint[], period daterange DEFAULT NULL, carry_in boolean DEFAULT false)
RETURNS TABLE (patient_id bigint, class text, adherence phm.adherence_result, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	span daterange := coalesce(period, daterange(make_date(extract(year FROM phm.as_of())::integer, 1, 1), phm.as_of() + 1));
	first date := lower(span) - CASE WHEN carry_in THEN 366 ELSE 0 END;
	last date := upper(span) - 1;
BEGIN
	RETURN QUERY
	WITH fill AS MATERIALIZED (
		SELECT f.* FROM phm.medication_fills(patient_ids, first, last) AS f WHERE f.ingredients IS NOT NULL
	), part AS (
		-- The drug of a fill in a class is what of its ingredients belongs to the class.
		SELECT f.patient_id, c.class, f.day, f.days_supply, f.reversed, f.sensitivity, f.source, f.resource_type, f.id,
			   string_agg(c.code, '+' ORDER BY c.code) AS drug
		  FROM fill AS f
		  JOIN phm.drug_class AS c ON c.code_system = 'RXNORM' AND c.code = ANY (f.ingredients)
		 GROUP BY f.patient_id, c.class, f.day, f.days_supply, f.reversed, f.sensitivity, f.source, f.resource_type, f.id, f.drug
	), numbered AS (
		SELECT p.*, dense_rank() OVER (PARTITION BY p.patient_id ORDER BY p.source, p.resource_type)::integer AS origin FROM part AS p
	), grouped AS (
		SELECT n.patient_id, n.class, array_agg(n.day ORDER BY n.day, n.source, n.id) AS days,
			   array_agg(n.days_supply ORDER BY n.day, n.source, n.id) AS supplies,
			   array_agg(n.drug ORDER BY n.day, n.source, n.id) AS drugs,
			   array_agg(n.origin ORDER BY n.day, n.source, n.id) AS origins,
			   array_agg(n.reversed ORDER BY n.day, n.source, n.id) AS reversed, bit_or(n.sensitivity) AS label
		  FROM numbered AS n GROUP BY n.patient_id, n.class
	)
	SELECT g.patient_id, g.class, phm.adherence(g.days, g.supplies, span, g.drugs, s.stays, p.birth_date,
			CASE WHEN p.deceased THEN p.deceased_on END, carry_in, g.origins, g.reversed), g.label
	  FROM grouped AS g
	  LEFT JOIN phm.person AS p ON p.patient_id = g.patient_id
	  LEFT JOIN phm.facility_days(patient_ids, lower(span), last) AS s ON s.patient_id = g.patient_id
	 ORDER BY g.patient_id, g.class COLLATE "C";
END
$$;
COMMENT ON FUNCTION phm.patient_adherence(bigint[], daterange, boolean) IS
'Adherence of some patients to each class of phm.drug_class of which they have fills, from the record; (adherence).* are its columns. period: by default the year of phm.as_of() up to that day. carry_in: as in phm.adherence, with fills of the year before. sensitivity: the labels of the fills. Errors: as phm.adherence.';

CREATE FUNCTION phm.stars_adherence(patient_ids bigint[], measure_year integer DEFAULT NULL)
RETURNS TABLE (patient_id bigint, measure text, eligible boolean, excluded text, adherent boolean, pdc numeric, covered_days integer,
	treatment_days integer, fills integer, fill_days integer, next_refill_due date, member_years numeric, status text, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	year integer := coalesce(measure_year, extract(year FROM phm.as_of())::integer);
	first date := make_date(year, 1, 1);
	last date := least(make_date(year, 12, 31), greatest(phm.as_of(), make_date(year, 1, 1)));
BEGIN
	RETURN QUERY
	WITH class AS MATERIALIZED (
		SELECT a.patient_id, a.class, (a.adherence).*, a.sensitivity AS label
		  FROM phm.patient_adherence(patient_ids, daterange(first, last + 1)) AS a
	), code AS MATERIALIZED (
		SELECT DISTINCT e.patient_id, x.exclusion
		  FROM (SELECT d.patient_id, d.concept FROM phm.diagnoses(patient_ids, first, last) AS d
				UNION ALL
				SELECT n.patient_id, n.type FROM phm.encounter AS n
				 WHERE n.patient_id = ANY (patient_ids) AND n.deleted_at IS NULL AND n.type IS NOT NULL
				   AND coalesce(n.status, 'finished') NOT IN ('planned', 'cancelled', 'entered-in-error')
				   AND phm.local_date(n.period_start) BETWEEN first AND last
				UNION ALL
				SELECT r.patient_id, r.code FROM phm.procedure AS r
				 WHERE r.patient_id = ANY (patient_ids) AND r.deleted_at IS NULL AND coalesce(r.status, 'completed') = 'completed'
				   AND r.code IS NOT NULL AND phm.local_date(r.performed) BETWEEN first AND last
				UNION ALL
				SELECT l.patient_id, l.product_or_service FROM phm.claim_line AS l
				 WHERE l.patient_id = ANY (patient_ids) AND l.deleted_at IS NULL AND l.product_or_service IS NOT NULL
				   AND coalesce(l.status, 'active') = 'active' AND phm.local_date(l.service_from) BETWEEN first AND last) AS e
		 CROSS JOIN LATERAL phm.codings(e.concept) AS k
		  JOIN phm.adherence_exclusion AS x ON x.code = k.code AND x.code_system = phm.code_system_alias(k.system)
	), enrolled AS (
		SELECT v.patient_id, count(DISTINCT m.month) AS months
		  FROM phm.coverage AS v
		 CROSS JOIN LATERAL generate_series(date_trunc('month', greatest(phm.local_date(v.period_start), first)::timestamp),
			least(coalesce(phm.local_date(v.period_end), last), last)::timestamp, '1 month') AS m(month)
		 WHERE v.patient_id = ANY (patient_ids) AND v.deleted_at IS NULL AND coalesce(v.status, 'active') = 'active'
		 GROUP BY v.patient_id
	)
	SELECT c.patient_id, q.measure, w.why IS NULL, w.why,
		   CASE WHEN w.why IS NULL THEN c.covered_days >= q.threshold * c.treatment_days END,
		   c.pdc, c.covered_days, c.treatment_days, c.fills, c.fill_days, c.next_refill_due,
		   round(coalesce(n.months, extract(month FROM last)::integer) / 12.0, 4), q.status, c.label
	  FROM phm.adherence_measure AS q
	  JOIN class AS c ON c.class = q.class AND c.fills > 0
	  LEFT JOIN phm.person AS p ON p.patient_id = c.patient_id
	  LEFT JOIN enrolled AS n ON n.patient_id = c.patient_id
	 CROSS JOIN LATERAL (SELECT CASE
			WHEN p.birth_date IS NULL OR p.birth_date > (first - make_interval(years => q.age_min))::date THEN 'age'
			WHEN EXISTS (SELECT FROM class AS o WHERE o.patient_id = c.patient_id AND o.class = ANY (q.exclude_classes) AND o.fills > 0)
				THEN 'other drug'
			WHEN EXISTS (SELECT FROM code AS x WHERE x.patient_id = c.patient_id AND x.exclusion = ANY (q.exclude))
				THEN (SELECT min(x.exclusion) FROM code AS x WHERE x.patient_id = c.patient_id AND x.exclusion = ANY (q.exclude))
			WHEN c.fill_days < q.fill_days_min THEN 'fills'
			WHEN upper(c.treatment) - lower(c.treatment) < q.days_min THEN 'treatment period' END AS why OFFSET 0) AS w
	 ORDER BY c.patient_id, q.measure;
END
$$;
COMMENT ON FUNCTION phm.stars_adherence(bigint[], integer) IS
'Measures of phm.adherence_measure for those of the patients who have fills of their class, in a calendar year (by default that of phm.as_of()), up to phm.as_of() where the year has not ended. eligible: belongs to the denominator; excluded: why not (age, other drug, hospice, esrd, fills, treatment period). member_years: months of coverage by 12, all months up to then where the record knows of no coverage. status: how far the rules were checked. phm.adherence_rate(adherent, member_years) is the rate of the plan.';
