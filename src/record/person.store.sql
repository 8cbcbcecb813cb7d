-- Persons: one row of demographics each.
CREATE VIEW phm.person AS
SELECT DISTINCT ON (p.patient_id) p.patient_id, p.family, p.given, phm.local_date(p.birth_date) AS birth_date,
	p.gender AS sex, p.phone, p.postal_code,
	max(phm.local_date(p.deceased_at)) OVER person AS deceased_on,
	coalesce(bool_or(p.deceased OR p.deceased_at IS NOT NULL) OVER person, false) AS deceased,
	bit_or(p.sensitivity) OVER person AS sensitivity
  FROM phm.patient AS p
 WHERE p.deleted_at IS NULL
WINDOW person AS (PARTITION BY p.patient_id)
 ORDER BY p.patient_id, p.birth_date IS NULL, p.gender IS NULL OR p.gender = 'unknown', p.family IS NULL,
	p.source COLLATE "C", p.id COLLATE "C", p.ordinal;
REVOKE ALL ON phm.person FROM PUBLIC;
COMMENT ON VIEW phm.person IS 'One row per person: of several sources the row that knows most (birth date, sex, name), then the first source by name.';
COMMENT ON COLUMN phm.person.patient_id IS 'The person.';
COMMENT ON COLUMN phm.person.family IS 'Family name.';
COMMENT ON COLUMN phm.person.given IS 'Given names.';
COMMENT ON COLUMN phm.person.birth_date IS 'Date of birth; the first day where only month or year is known.';
COMMENT ON COLUMN phm.person.sex IS 'Administrative gender: male, female, other, unknown.';
COMMENT ON COLUMN phm.person.phone IS 'Telephone number.';
COMMENT ON COLUMN phm.person.postal_code IS 'Postal code.';
COMMENT ON COLUMN phm.person.deceased_on IS 'When the person died, the latest that any source says.';
COMMENT ON COLUMN phm.person.deceased IS 'Whether some source says that the person has died.';
COMMENT ON COLUMN phm.person.sensitivity IS 'Sensitivity labels of the rows of the person in phm.patient.';
