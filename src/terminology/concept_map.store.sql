-- Concept maps.
CREATE TABLE phm.concept_map (
	url text NOT NULL,
	version text NOT NULL DEFAULT '',
	name text,
	title text,
	status text,
	loaded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	source text,
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
COMMENT ON COLUMN phm.concept_map_code.attributes IS 'More about the pair (ConceptMap target.product): for instance {"low": "7", "high": "8", "unit": "%"} for a result range.';
