-- Settings of the store that results depend on; they travel with the data.
CREATE TABLE phm.setting (
	name text PRIMARY KEY,
	value text,
	comment text,
	CHECK (CASE WHEN name = 'as_of' AND value ~ '^[0-9]{4}-[01][0-9]-[0-3][0-9]$'
		THEN make_date(left(value, 4)::integer, substr(value, 6, 2)::integer, right(value, 2)::integer) IS NOT NULL
		ELSE name <> 'as_of' OR value IS NULL END),
	CHECK (name <> 'payment_year' OR value ~ '^20[0-9]{2}$')
);
REVOKE ALL ON phm.setting FROM PUBLIC;
COMMENT ON TABLE phm.setting IS 'What derived results depend on besides the record. The refresh after a change derives everything anew.';
COMMENT ON COLUMN phm.setting.name IS 'Name of the setting.';
COMMENT ON COLUMN phm.setting.value IS 'Its value; NULL: the default that comment tells.';
COMMENT ON COLUMN phm.setting.comment IS 'What it means.';
INSERT INTO phm.setting VALUES
	('as_of', NULL, 'The date for which results are derived; NULL: today. Data of a past year are evaluated at a date of theirs.'),
	('payment_year', NULL, 'Payment year of risk scores; NULL: the year of as_of.'),
	('risk_models', NULL, 'Models of phm.hcc_release whose scores phm.risk_score keeps, with commas between; NULL: V28.');
