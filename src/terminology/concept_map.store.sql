-- Concept maps.
CREATE TABLE phm.concept_map (
	url text NOT NULL,
	version text NOT NULL DEFAULT '',
	name text,
	title text,
	status text,
	loaded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	source text,
	active boolean NOT NULL DEFAULT false,
	PRIMARY KEY (url)
);
REVOKE ALL ON phm.concept_map FROM PUBLIC;
COMMENT ON TABLE phm.concept_map IS 'Maps from codes to codes: NDC to RxNorm, local codes to LOINC, CPT II to result ranges. One version of each.';
COMMENT ON COLUMN phm.concept_map.url IS 'Canonical URL (ConceptMap.url).';
COMMENT ON COLUMN phm.concept_map.version IS 'Version loaded, empty where it has none.';
COMMENT ON COLUMN phm.concept_map.name IS 'Name for machines.';
COMMENT ON COLUMN phm.concept_map.title IS 'Name for people.';
COMMENT ON COLUMN phm.concept_map.status IS 'draft, active, retired, unknown.';
COMMENT ON COLUMN phm.concept_map.loaded_at IS 'When it was loaded last.';
COMMENT ON COLUMN phm.concept_map.source IS 'From where, as told to the loader.';
COMMENT ON COLUMN phm.concept_map.active IS 'Whether charts are built with it; see phm.activate_concept_map.';

CREATE TABLE phm.concept_map_code (
	url text NOT NULL REFERENCES phm.concept_map ON DELETE CASCADE,
	source_system text NOT NULL,
	source_code text NOT NULL,
	target_system text NOT NULL,
	target_code text NOT NULL,
	target_display text,
	equivalence text NOT NULL DEFAULT 'equivalent',
	attributes jsonb,
	PRIMARY KEY (url, source_system, source_code, target_system, target_code)
);
REVOKE ALL ON phm.concept_map_code FROM PUBLIC;
COMMENT ON TABLE phm.concept_map_code IS 'The pairs of concept maps. Rows may also be inserted directly, after a row in phm.concept_map.';
COMMENT ON COLUMN phm.concept_map_code.url IS 'The map.';
COMMENT ON COLUMN phm.concept_map_code.source_system IS 'Canonical URI of the system translated from.';
COMMENT ON COLUMN phm.concept_map_code.source_code IS 'Code translated from.';
COMMENT ON COLUMN phm.concept_map_code.target_system IS 'Canonical URI of the system translated to.';
COMMENT ON COLUMN phm.concept_map_code.target_code IS 'Code translated to.';
COMMENT ON COLUMN phm.concept_map_code.target_display IS 'Its meaning.';
COMMENT ON COLUMN phm.concept_map_code.equivalence IS 'FHIR R4 concept-map-equivalence: equivalent, equal, wider, narrower, relatedto and others; seen from the source.';
COMMENT ON COLUMN phm.concept_map_code.attributes IS 'More about the pair (ConceptMap target.product): for instance {"low": "7", "below": "8", "unit": "%"} for a result range, whose ends are low (at least), above (more than), high (at most) and below (less than).';

CREATE TABLE phm.concept_map_state (
	singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
	version uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid()
);
REVOKE ALL ON phm.concept_map_state FROM PUBLIC;
COMMENT ON TABLE phm.concept_map_state IS 'One row, by which sessions see that the active maps they have read are still those of the store.';
COMMENT ON COLUMN phm.concept_map_state.singleton IS 'Always true.';
COMMENT ON COLUMN phm.concept_map_state.version IS 'Another one after every change of an active map.';
INSERT INTO phm.concept_map_state DEFAULT VALUES;

CREATE VIEW phm.concept_map_pair AS
SELECT c.url, m.active, c.source_system, c.source_code, c.target_system, c.target_code,
	   c.equivalence IN ('wider', 'subsumes') AS wider,
	   r.low, r.above, r.high, r.below, CASE WHEN num_nonnulls(r.low, r.above, r.high, r.below) > 0 THEN c.attributes ->> 'unit' END AS unit
  FROM phm.concept_map AS m
  JOIN phm.concept_map_code AS c USING (url)
 CROSS JOIN LATERAL (SELECT phm.map_number(c.attributes, 'low') AS low, phm.map_number(c.attributes, 'above') AS above,
							phm.map_number(c.attributes, 'high') AS high, phm.map_number(c.attributes, 'below') AS below) AS r
 WHERE c.equivalence IN ('equal', 'equivalent', 'wider', 'subsumes');
REVOKE ALL ON phm.concept_map_pair FROM PUBLIC;
COMMENT ON VIEW phm.concept_map_pair IS 'The pairs of concept maps that charts may be built with: what is true of the source is true of the target (FHIR R4: equal, equivalent; wider and subsumes, where the target is the more general). Others (narrower, specializes, inexact, relatedto) never add a code.';
COMMENT ON COLUMN phm.concept_map_pair.url IS 'The map.';
COMMENT ON COLUMN phm.concept_map_pair.active IS 'Whether the map is active.';
COMMENT ON COLUMN phm.concept_map_pair.source_system IS 'Canonical URI of the system translated from.';
COMMENT ON COLUMN phm.concept_map_pair.source_code IS 'Code translated from.';
COMMENT ON COLUMN phm.concept_map_pair.target_system IS 'Canonical URI of the system translated to.';
COMMENT ON COLUMN phm.concept_map_pair.target_code IS 'Code translated to.';
COMMENT ON COLUMN phm.concept_map_pair.wider IS 'Whether the target is more general: then it is not added to what did not happen.';
COMMENT ON COLUMN phm.concept_map_pair.low IS 'Result range: at least this; with any end of a range an Observation of the target code is added, and no code.';
COMMENT ON COLUMN phm.concept_map_pair.above IS 'Result range: more than this.';
COMMENT ON COLUMN phm.concept_map_pair.high IS 'Result range: at most this.';
COMMENT ON COLUMN phm.concept_map_pair.below IS 'Result range: less than this.';
COMMENT ON COLUMN phm.concept_map_pair.unit IS 'Unit of the result range, UCUM.';
