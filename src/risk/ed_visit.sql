/*
 * ed_visit.sql: the NYU emergency department algorithm: classes of emergency
 * visits by principal diagnosis.
 */

CREATE TABLE phm.ed_profile (
	profile text PRIMARY KEY CHECK (length(profile) BETWEEN 1 AND 63),
	noner numeric NOT NULL DEFAULT 0 CHECK (noner BETWEEN 0 AND 1),
	epct numeric NOT NULL DEFAULT 0 CHECK (epct BETWEEN 0 AND 1),
	edcnpa numeric NOT NULL DEFAULT 0 CHECK (edcnpa BETWEEN 0 AND 1),
	edcnnpa numeric NOT NULL DEFAULT 0 CHECK (edcnnpa BETWEEN 0 AND 1),
	injury numeric NOT NULL DEFAULT 0 CHECK (injury BETWEEN 0 AND 1),
	psych numeric NOT NULL DEFAULT 0 CHECK (psych BETWEEN 0 AND 1),
	alcohol numeric NOT NULL DEFAULT 0 CHECK (alcohol BETWEEN 0 AND 1),
	drug numeric NOT NULL DEFAULT 0 CHECK (drug BETWEEN 0 AND 1),
	built_in boolean NOT NULL DEFAULT false,
	CHECK (noner + epct + edcnpa + edcnnpa + injury + psych + alcohol + drug BETWEEN 0.99999 AND 1.00001)
);
-- @data phm.ed_profile(profile, noner::numeric, epct::numeric, edcnpa::numeric, edcnnpa::numeric, injury::numeric, psych::numeric, alcohol::numeric, drug::numeric, built_in::boolean) ed_profile.tsv
INSERT INTO phm.grouper_release (grouper, title, version, status, note, built_in) VALUES
('NYU_ED', 'NYU emergency department algorithm, principal diagnoses', 'Johnston 2017', 'single source',
 'Categories are profiles of phm.ed_profile; phm.ed_model() puts both together.', true);
INSERT INTO phm.grouper_category (grouper, category, built_in) SELECT 'NYU_ED', profile, true FROM phm.ed_profile;
-- @data phm.grouper_code(grouper, code_system, category, codes, built_in::boolean) ed_visit.tsv
REVOKE ALL ON phm.ed_profile FROM PUBLIC;
GRANT SELECT ON phm.ed_profile TO PUBLIC;
SELECT pg_extension_config_dump('phm.ed_profile', 'WHERE NOT built_in');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.ed_profile
	FOR EACH STATEMENT EXECUTE FUNCTION phm.note_grouper_change();
ALTER TABLE phm.ed_profile ENABLE ALWAYS TRIGGER note_change;
-- The rows above came after the triggers of their tables: every fresh installation has the same stamp.
UPDATE phm.grouper_change SET stamp = '00000000-0000-0000-0000-000000000000';
COMMENT ON TABLE phm.ed_profile IS
'Shares of the classes of the NYU emergency department algorithm; the principal diagnoses of a profile are the codes of its category in grouper NYU_ED.';
COMMENT ON COLUMN phm.ed_profile.profile IS 'Name of the profile: that of its only class, or a number of a mixture.';
COMMENT ON COLUMN phm.ed_profile.noner IS 'Not emergent: care was not needed within 12 hours.';
COMMENT ON COLUMN phm.ed_profile.epct IS 'Emergent, treatable in primary care.';
COMMENT ON COLUMN phm.ed_profile.edcnpa IS 'Emergent, emergency care needed, preventable or avoidable by earlier care.';
COMMENT ON COLUMN phm.ed_profile.edcnnpa IS 'Emergent, emergency care needed, not preventable.';
COMMENT ON COLUMN phm.ed_profile.injury IS 'Injury.';
COMMENT ON COLUMN phm.ed_profile.psych IS 'Mental health.';
COMMENT ON COLUMN phm.ed_profile.alcohol IS 'Alcohol.';
COMMENT ON COLUMN phm.ed_profile.drug IS 'Drugs other than alcohol.';
COMMENT ON COLUMN phm.ed_profile.built_in IS 'True for rows that come with phm; these are not dumped.';

CREATE TYPE phm.ed_visit_result AS (
	class text,
	noner numeric,
	epct numeric,
	edcnpa numeric,
	edcnnpa numeric,
	injury numeric,
	psych numeric,
	alcohol numeric,
	drug numeric,
	unclassified numeric,
	avoidable numeric
);
COMMENT ON TYPE phm.ed_visit_result IS 'A visit in the classes of the NYU emergency department algorithm: shares from 0 to 1.';
COMMENT ON COLUMN phm.ed_visit_result.class IS 'Class of the largest share, of equal ones the first in the order of the columns; unclassified where the algorithm does not know the diagnosis; admitted where the visit ended in admission, then there are no shares.';
COMMENT ON COLUMN phm.ed_visit_result.noner IS 'Not emergent.';
COMMENT ON COLUMN phm.ed_visit_result.epct IS 'Emergent, treatable in primary care.';
COMMENT ON COLUMN phm.ed_visit_result.edcnpa IS 'Emergent, emergency care needed, avoidable.';
COMMENT ON COLUMN phm.ed_visit_result.edcnnpa IS 'Emergent, emergency care needed, not avoidable.';
COMMENT ON COLUMN phm.ed_visit_result.injury IS 'Injury.';
COMMENT ON COLUMN phm.ed_visit_result.psych IS 'Mental health.';
COMMENT ON COLUMN phm.ed_visit_result.alcohol IS 'Alcohol.';
COMMENT ON COLUMN phm.ed_visit_result.drug IS 'Drugs other than alcohol.';
COMMENT ON COLUMN phm.ed_visit_result.unclassified IS '1 where the algorithm does not know the diagnosis.';
COMMENT ON COLUMN phm.ed_visit_result.avoidable IS 'noner + epct + edcnpa: the share that earlier or other care could have avoided.';

CREATE TYPE phm.ed_visit_summary AS (
	visits bigint,
	admitted bigint,
	noner numeric,
	epct numeric,
	edcnpa numeric,
	edcnnpa numeric,
	injury numeric,
	psych numeric,
	alcohol numeric,
	drug numeric,
	unclassified numeric,
	avoidable numeric,
	avoidable_share numeric,
	unclassified_share numeric
);
COMMENT ON TYPE phm.ed_visit_summary IS 'Visits in the classes of the NYU emergency department algorithm: sums of shares, that is expected numbers of visits.';
COMMENT ON COLUMN phm.ed_visit_summary.visits IS 'Visits.';
COMMENT ON COLUMN phm.ed_visit_summary.admitted IS 'Visits that ended in admission; they are in no class.';
COMMENT ON COLUMN phm.ed_visit_summary.noner IS 'Not emergent.';
COMMENT ON COLUMN phm.ed_visit_summary.epct IS 'Emergent, treatable in primary care.';
COMMENT ON COLUMN phm.ed_visit_summary.edcnpa IS 'Emergent, emergency care needed, avoidable.';
COMMENT ON COLUMN phm.ed_visit_summary.edcnnpa IS 'Emergent, emergency care needed, not avoidable.';
COMMENT ON COLUMN phm.ed_visit_summary.injury IS 'Injury.';
COMMENT ON COLUMN phm.ed_visit_summary.psych IS 'Mental health.';
COMMENT ON COLUMN phm.ed_visit_summary.alcohol IS 'Alcohol.';
COMMENT ON COLUMN phm.ed_visit_summary.drug IS 'Drugs other than alcohol.';
COMMENT ON COLUMN phm.ed_visit_summary.unclassified IS 'Visits with a diagnosis that the algorithm does not know, or none.';
COMMENT ON COLUMN phm.ed_visit_summary.avoidable IS 'noner + epct + edcnpa.';
COMMENT ON COLUMN phm.ed_visit_summary.avoidable_share IS 'avoidable over the visits that did not end in admission, six decimals; null without any.';
COMMENT ON COLUMN phm.ed_visit_summary.unclassified_share IS 'unclassified over the same visits.';

CREATE FUNCTION phm.ed_model(unverified boolean DEFAULT false) RETURNS phm.grouper_model
AS 'MODULE_PATHNAME', 'phm_ed_model' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.ed_model(boolean) IS
'The NYU emergency department algorithm as one value: the codes of grouper NYU_ED with the shares of phm.ed_profile, compiled once per query. unverified: accept rows marked unverified. Errors: 22023 for unverified rows and rows that cannot be compiled. Source: Billings et al. 2000; Johnston et al., Health Serv Res 2017;52:1481; single source.';
CREATE FUNCTION phm.ed_visit(model phm.grouper_model, principal text, admitted boolean DEFAULT false) RETURNS phm.ed_visit_result
AS 'MODULE_PATHNAME', 'phm_ed_visit' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.ed_visit(phm.grouper_model, text, boolean) IS
'The class of an emergency visit and its shares. model: phm.ed_model(). principal: ICD-10-CM code of the principal diagnosis, with or without dots; null and codes it does not know are unclassified. admitted: the visit ended in admission; the algorithm was made for visits that did not. Errors: 22023 for another grouper.';
CREATE FUNCTION phm.ed_visits(model phm.grouper_model, stays phm.stay[],
	OUT stay integer, OUT visited date, OUT principal text, OUT visit phm.ed_visit_result) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_ed_visits' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 ROWS 3;
COMMENT ON FUNCTION phm.ed_visits(phm.grouper_model, phm.stay[]) IS
'The emergency visits among the stays of a patient, each with its class; a visit that is part of an inpatient stay ended in admission. model: phm.ed_model(). Errors: 22023 for another grouper and for stays that are not in order.';
CREATE FUNCTION phm.ed_visit_share(model phm.grouper_model, principals text[]) RETURNS phm.ed_visit_summary
AS 'MODULE_PATHNAME', 'phm_ed_visit_share' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.ed_visit_share(phm.grouper_model, text[]) IS
'The summary of visits by their principal diagnoses, one element a visit; a null array has none. model: phm.ed_model(). Errors: 22023 for another grouper.';
CREATE FUNCTION phm.ed_visit_tally(state bigint[], model phm.grouper_model, principal text, admitted boolean) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'phm_ed_visit_tally' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.ed_visit_tally(bigint[], phm.grouper_model, text, boolean) IS
'Transition function of phm.ed_visit_agg. The state counts visits, admitted and unclassified ones, and sums shares in millionths. Errors: 22023 for an array that is no such state and for another grouper, 22004 for a null model.';
CREATE FUNCTION phm.ed_visit_summary(state bigint[]) RETURNS phm.ed_visit_summary
AS 'MODULE_PATHNAME', 'phm_ed_visit_summary' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.ed_visit_summary(bigint[]) IS
'Final function of phm.ed_visit_agg. Errors: 22023 for an array that is no such state.';
CREATE AGGREGATE phm.ed_visit_agg(model phm.grouper_model, principal text, admitted boolean) (
	SFUNC = phm.ed_visit_tally, STYPE = bigint[], COMBINEFUNC = phm.counts_merge,
	FINALFUNC = phm.ed_visit_summary, FINALFUNC_MODIFY = read_only, PARALLEL = safe
);
COMMENT ON AGGREGATE phm.ed_visit_agg(phm.grouper_model, text, boolean) IS
'The summary of visits over rows, one row a visit: model, principal diagnosis, whether it ended in admission (null: no).';
