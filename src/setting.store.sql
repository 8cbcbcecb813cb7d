-- Settings of the store that results depend on; they travel with the data.
CREATE TABLE phm.setting (
	name text PRIMARY KEY,
	value text,
	comment text,
	CHECK (name <> 'as_of' OR value ~ '^[0-9]{4}-[01][0-9]-[0-3][0-9]$'),
	CHECK (name <> 'payment_year' OR value ~ '^20[0-9]{2}$')
);
REVOKE ALL ON phm.setting FROM PUBLIC;
COMMENT ON TABLE phm.setting IS 'What derived results depend on besides the record. After a change, mark everybody (phm.mark) and refresh.';
COMMENT ON COLUMN phm.setting.name IS 'Name of the setting.';
COMMENT ON COLUMN phm.setting.value IS 'Its value; NULL: the default that comment tells.';
COMMENT ON COLUMN phm.setting.comment IS 'What it means.';
INSERT INTO phm.setting VALUES
	('as_of', NULL, 'The date for which results are derived; NULL: today. Data of a past year are evaluated at a date of theirs.'),
	('payment_year', NULL, 'Payment year of risk scores; NULL: the year of as_of.');
