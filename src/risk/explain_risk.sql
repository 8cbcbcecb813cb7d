/*
 * explain_risk.sql: a person's risk in words.
 */
CREATE FUNCTION phm.risk_term_words(term jsonb, rule_set text, prefix text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	number text := substr(term ->> 'term', length(prefix) + 1);
	label text;
BEGIN
	IF term ->> 'kind' = 'hcc' AND number ~ '^[0-9]+$' THEN
		label := (SELECT l.label FROM phm.hcc_label AS l WHERE l.rule_set = risk_term_words.rule_set AND l.cc = number::integer);
	END IF;
	RETURN concat(term ->> 'coefficient', ' for ',
		CASE term ->> 'kind' WHEN 'cell' THEN 'age and sex, ' WHEN 'person' THEN 'the person, ' WHEN 'interaction' THEN 'conditions together, '
			WHEN 'count' THEN 'the number of conditions, ' ELSE '' END,
		term ->> 'term', ' (' || label || ')',
		', because of ' || (SELECT string_agg(x, ', ') FROM jsonb_array_elements_text(term -> 'diagnoses') AS x));
END
$$;
COMMENT ON FUNCTION phm.risk_term_words(jsonb, text, text) IS
'Internal: one term of phm.risk_score.contributions in words, with the label of its category.';

CREATE FUNCTION phm.explain_risk(patient_id bigint) RETURNS TABLE (model text, line integer, explanation text)
LANGUAGE plpgsql STABLE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	r record;
	lines text[];
BEGIN
	FOR r IN
		SELECT p.*, c.payment_score, c.segment, c.score AS computed, c.payment_year AS computed_for, c.contributions, c.model_year, h.rule_set, h.prefix,
			   o.reason, o.made_by, o.until
		  FROM phm.patient_risk AS p
		  LEFT JOIN phm.risk_score AS c ON c.patient_id = p.patient_id AND c.model = p.model AND c.valid_to IS NULL
		   AND phm.is_visible(c.sensitivity, phm.visible_labels())
		  LEFT JOIN phm.hcc_release AS h ON h.model = c.model AND h.payment_year = c.model_year
		  LEFT JOIN LATERAL (
			SELECT x.reason, x.made_by, x.until FROM phm.risk_override AS x
			 WHERE p.source = 'override' AND x.patient_id = p.patient_id AND x.model = p.model AND x.reversed_at IS NULL
			   AND x.from_day <= phm.as_of() AND x.until >= phm.as_of()
			 ORDER BY x.override_id DESC LIMIT 1) AS o ON true
		 WHERE p.patient_id = explain_risk.patient_id
		 ORDER BY p.model COLLATE "C"
	LOOP
		lines := ARRAY[concat('The score is ', r.score, CASE r.source WHEN 'phm' THEN ', computed here'
			WHEN 'override' THEN format(', set by %s until %s: %s', r.made_by, to_char(r.until, 'YYYY-MM-DD'), r.reason)
			ELSE ', received from ' || r.source END, ', holding since ', to_char(r.as_of, 'YYYY-MM-DD'), '.')];
		IF r.percentile IS NOT NULL THEN
			lines := lines || concat('It is higher than that of ', r.percentile, ' percent of the population', '; tier ' || r.tier, '.');
		END IF;
		IF r.computed IS NOT NULL THEN
			lines := lines || concat('Computed for payment year ', r.computed_for, CASE WHEN r.model_year <> r.computed_for THEN
				' with the factors of ' || r.model_year END, ', segment ', r.segment, ': raw ', r.computed, ', payment ', coalesce(r.payment_score::text, 'not known'), '.')
				|| ARRAY(SELECT phm.risk_term_words(t, r.rule_set, r.prefix) FROM jsonb_array_elements(r.contributions) WITH ORDINALITY AS x(t, n) ORDER BY n);
		END IF;
		IF r.score_6_months_ago IS NOT NULL OR r.score_12_months_ago IS NOT NULL THEN
			lines := lines || concat(concat_ws(', ', 'Six months ago it was ' || r.score_6_months_ago, 'twelve months ago ' || r.score_12_months_ago),
				CASE WHEN r.rising THEN ': a rise beyond what is usual.' ELSE '.' END);
		END IF;
		IF r.expected_cost IS NOT NULL THEN
			lines := lines || concat('Persons with this score cost ', r.expected_cost, ' a year on average.');
		END IF;
		RETURN QUERY SELECT r.model, n::integer, l FROM unnest(lines) WITH ORDINALITY AS x(l, n);
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.explain_risk(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.explain_risk(bigint) IS
'The risk scores of a person in words, line by line and model by model: the score that counts and whose it is, its place in the population, every term of the computed score with the diagnoses because of which it is there, change, expected cost. As far as phm.visible_labels allows; no rows without a score.';
