/*
 * gap_contact.sql: by what kind of contact a gap can be closed.
 */
CREATE FUNCTION phm.gap_contacts(needs jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A contact closes the gap when it serves one alternative of each thing that is needed.
	RETURN (
		SELECT coalesce(array_agg(c.contact ORDER BY c.contact COLLATE "C"), '{}')
		  FROM (SELECT s.contact
				  FROM (SELECT DISTINCT n.i, k.contact
						  FROM jsonb_array_elements(needs) WITH ORDINALITY AS n(need, i)
						 CROSS JOIN LATERAL jsonb_array_elements(n.need) AS r
						 CROSS JOIN LATERAL (
							SELECT t.contact, dense_rank() OVER (ORDER BY t.value_set = '', t.profile = '') AS place
							  FROM phm.gap_contact AS t
							 WHERE t.resource_type = r ->> 'type' AND t.value_set IN ('', r ->> 'value_set')
							   AND (t.profile = '' OR (r ->> 'profile') LIKE '%/' || t.profile)) AS k
						 WHERE k.place = 1) AS s
				 GROUP BY s.contact HAVING count(*) = jsonb_array_length(needs)) AS c
		 WHERE jsonb_array_length(needs) > 0);
END
$$;
REVOKE ALL ON FUNCTION phm.gap_contacts(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION phm.gap_contacts(jsonb) IS
'Kinds of contact of which a single one can close a gap, by what it needs (phm.care_gap.needs) and what phm.gap_contact says of the types of resources; none where nothing that is done can close it.';
