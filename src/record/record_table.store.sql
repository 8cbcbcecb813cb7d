-- Made by record_generate from record.map.

CREATE TABLE phm.patient (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	active boolean,
	family text,
	given text,
	birth_date phm.datetime,
	gender text,
	deceased boolean,
	deceased_at phm.datetime,
	marital_status phm.concept,
	race text,
	ethnicity text,
	birth_sex text,
	language text,
	phone text,
	email text,
	address_line text,
	city text,
	state text,
	postal_code text,
	country text,
	general_practitioner_id text,
	managing_organization_id text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.patient IS 'One row per person and source: who they are. Names and addresses are shown in the columns and complete in extra.';
COMMENT ON COLUMN phm.patient.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.patient.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.patient.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.patient.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.patient.active IS 'Whether the record is in use.';
COMMENT ON COLUMN phm.patient.family IS 'Family name of the official name, or of the first one.';
COMMENT ON COLUMN phm.patient.given IS 'Given names, separated by blanks.';
COMMENT ON COLUMN phm.patient.birth_date IS 'Date of birth, possibly partial.';
COMMENT ON COLUMN phm.patient.gender IS 'Administrative gender: male, female, other, unknown.';
COMMENT ON COLUMN phm.patient.deceased IS 'Whether the person has died, where no date is known.';
COMMENT ON COLUMN phm.patient.deceased_at IS 'When the person died.';
COMMENT ON COLUMN phm.patient.marital_status IS 'Marital status.';
COMMENT ON COLUMN phm.patient.race IS 'US Core race: text, or the display of the first category.';
COMMENT ON COLUMN phm.patient.ethnicity IS 'US Core ethnicity: text, or the display of the category.';
COMMENT ON COLUMN phm.patient.birth_sex IS 'US Core birth sex: F, M, OTH, UNK.';
COMMENT ON COLUMN phm.patient.language IS 'Preferred language: the first code.';
COMMENT ON COLUMN phm.patient.phone IS 'First telephone number.';
COMMENT ON COLUMN phm.patient.email IS 'First e-mail address.';
COMMENT ON COLUMN phm.patient.address_line IS 'Street lines of the home address, or of the first one.';
COMMENT ON COLUMN phm.patient.city IS 'City of that address.';
COMMENT ON COLUMN phm.patient.state IS 'State of that address.';
COMMENT ON COLUMN phm.patient.postal_code IS 'Postal code of that address.';
COMMENT ON COLUMN phm.patient.country IS 'Country of that address.';
COMMENT ON COLUMN phm.patient.general_practitioner_id IS 'Practitioner named as the person''s own.';
COMMENT ON COLUMN phm.patient.managing_organization_id IS 'Organization that keeps this record.';
COMMENT ON COLUMN phm.patient.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.patient.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.patient.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.patient.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.patient.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.patient.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.patient.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX patient_patient_idx ON phm.patient (patient_id);
REVOKE ALL ON phm.patient FROM PUBLIC;

CREATE TABLE phm.related_person (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	active boolean,
	relationship phm.concept,
	family text,
	given text,
	gender text,
	birth_date phm.datetime,
	phone text,
	period_start phm.datetime,
	period_end phm.datetime,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.related_person IS 'Parents, partners, guardians, carers and contacts of patients.';
COMMENT ON COLUMN phm.related_person.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.related_person.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.related_person.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.related_person.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.related_person.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.related_person.active IS 'Whether the record is in use.';
COMMENT ON COLUMN phm.related_person.relationship IS 'How the person is related to the patient.';
COMMENT ON COLUMN phm.related_person.family IS 'Family name.';
COMMENT ON COLUMN phm.related_person.given IS 'Given names, separated by blanks.';
COMMENT ON COLUMN phm.related_person.gender IS 'Administrative gender.';
COMMENT ON COLUMN phm.related_person.birth_date IS 'Date of birth.';
COMMENT ON COLUMN phm.related_person.phone IS 'First telephone number.';
COMMENT ON COLUMN phm.related_person.period_start IS 'When the relationship began.';
COMMENT ON COLUMN phm.related_person.period_end IS 'When it ended.';
COMMENT ON COLUMN phm.related_person.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.related_person.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.related_person.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.related_person.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.related_person.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.related_person.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.related_person.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX related_person_patient_idx ON phm.related_person (patient_id);
REVOKE ALL ON phm.related_person FROM PUBLIC;

CREATE TABLE phm.practitioner (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	active boolean,
	npi text,
	family text,
	given text,
	gender text,
	birth_date phm.datetime,
	qualification phm.concept,
	phone text,
	email text,
	city text,
	state text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, ordinal)
);
COMMENT ON TABLE phm.practitioner IS 'People who provide care.';
COMMENT ON COLUMN phm.practitioner.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.practitioner.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.practitioner.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.practitioner.active IS 'Whether the record is in use.';
COMMENT ON COLUMN phm.practitioner.npi IS 'National Provider Identifier.';
COMMENT ON COLUMN phm.practitioner.family IS 'Family name.';
COMMENT ON COLUMN phm.practitioner.given IS 'Given names, separated by blanks.';
COMMENT ON COLUMN phm.practitioner.gender IS 'Administrative gender.';
COMMENT ON COLUMN phm.practitioner.birth_date IS 'Date of birth.';
COMMENT ON COLUMN phm.practitioner.qualification IS 'First qualification.';
COMMENT ON COLUMN phm.practitioner.phone IS 'First telephone number.';
COMMENT ON COLUMN phm.practitioner.email IS 'First e-mail address.';
COMMENT ON COLUMN phm.practitioner.city IS 'City of the first address.';
COMMENT ON COLUMN phm.practitioner.state IS 'State of the first address.';
COMMENT ON COLUMN phm.practitioner.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.practitioner.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.practitioner.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.practitioner.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.practitioner.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.practitioner.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.practitioner.extra IS 'What has no column or does not print back from its column.';
REVOKE ALL ON phm.practitioner FROM PUBLIC;

CREATE TABLE phm.practitioner_role (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	active boolean,
	practitioner_id text,
	organization_id text,
	code phm.concept,
	specialty phm.concept,
	location_id text,
	period_start phm.datetime,
	period_end phm.datetime,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, ordinal)
);
COMMENT ON TABLE phm.practitioner_role IS 'What practitioners do, for which organization and where.';
COMMENT ON COLUMN phm.practitioner_role.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.practitioner_role.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.practitioner_role.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.practitioner_role.active IS 'Whether the role is in use.';
COMMENT ON COLUMN phm.practitioner_role.practitioner_id IS 'The practitioner.';
COMMENT ON COLUMN phm.practitioner_role.organization_id IS 'The organization for which the role is filled.';
COMMENT ON COLUMN phm.practitioner_role.code IS 'The role.';
COMMENT ON COLUMN phm.practitioner_role.specialty IS 'The specialty, for instance a NUCC taxonomy code.';
COMMENT ON COLUMN phm.practitioner_role.location_id IS 'First place of work.';
COMMENT ON COLUMN phm.practitioner_role.period_start IS 'When the role began.';
COMMENT ON COLUMN phm.practitioner_role.period_end IS 'When it ended.';
COMMENT ON COLUMN phm.practitioner_role.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.practitioner_role.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.practitioner_role.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.practitioner_role.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.practitioner_role.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.practitioner_role.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.practitioner_role.extra IS 'What has no column or does not print back from its column.';
REVOKE ALL ON phm.practitioner_role FROM PUBLIC;

CREATE TABLE phm.organization (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	active boolean,
	name text,
	type phm.concept,
	npi text,
	part_of_id text,
	phone text,
	city text,
	state text,
	postal_code text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, ordinal)
);
COMMENT ON TABLE phm.organization IS 'Health systems, groups, sites, payers and departments.';
COMMENT ON COLUMN phm.organization.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.organization.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.organization.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.organization.active IS 'Whether the record is in use.';
COMMENT ON COLUMN phm.organization.name IS 'Name.';
COMMENT ON COLUMN phm.organization.type IS 'Kind of organization.';
COMMENT ON COLUMN phm.organization.npi IS 'National Provider Identifier.';
COMMENT ON COLUMN phm.organization.part_of_id IS 'The organization to which it belongs.';
COMMENT ON COLUMN phm.organization.phone IS 'First telephone number.';
COMMENT ON COLUMN phm.organization.city IS 'City of the first address.';
COMMENT ON COLUMN phm.organization.state IS 'State of the first address.';
COMMENT ON COLUMN phm.organization.postal_code IS 'Postal code of the first address.';
COMMENT ON COLUMN phm.organization.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.organization.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.organization.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.organization.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.organization.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.organization.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.organization.extra IS 'What has no column or does not print back from its column.';
REVOKE ALL ON phm.organization FROM PUBLIC;

CREATE TABLE phm.location (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	status text,
	name text,
	type phm.concept,
	physical_type phm.concept,
	managing_organization_id text,
	part_of_id text,
	city text,
	state text,
	postal_code text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, ordinal)
);
COMMENT ON TABLE phm.location IS 'Places where care is provided.';
COMMENT ON COLUMN phm.location.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.location.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.location.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.location.status IS 'active, suspended or inactive.';
COMMENT ON COLUMN phm.location.name IS 'Name.';
COMMENT ON COLUMN phm.location.type IS 'Kind of place and care.';
COMMENT ON COLUMN phm.location.physical_type IS 'Building, ward, room, bed.';
COMMENT ON COLUMN phm.location.managing_organization_id IS 'Organization that runs the place.';
COMMENT ON COLUMN phm.location.part_of_id IS 'The place of which it is a part.';
COMMENT ON COLUMN phm.location.city IS 'City.';
COMMENT ON COLUMN phm.location.state IS 'State.';
COMMENT ON COLUMN phm.location.postal_code IS 'Postal code.';
COMMENT ON COLUMN phm.location.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.location.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.location.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.location.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.location.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.location.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.location.extra IS 'What has no column or does not print back from its column.';
REVOKE ALL ON phm.location FROM PUBLIC;

CREATE TABLE phm.coverage (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	type phm.concept,
	subscriber_member_id text,
	relationship phm.concept,
	period_start phm.datetime,
	period_end phm.datetime,
	payor_id text,
	order_ integer,
	network text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.coverage IS 'Insurance of a patient: payer, plan and the days covered.';
COMMENT ON COLUMN phm.coverage.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.coverage.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.coverage.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.coverage.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.coverage.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.coverage.status IS 'active, cancelled, draft, entered-in-error.';
COMMENT ON COLUMN phm.coverage.type IS 'Kind of coverage.';
COMMENT ON COLUMN phm.coverage.subscriber_member_id IS 'Member number of the subscriber.';
COMMENT ON COLUMN phm.coverage.relationship IS 'The patient''s relationship to the subscriber.';
COMMENT ON COLUMN phm.coverage.period_start IS 'First day covered.';
COMMENT ON COLUMN phm.coverage.period_end IS 'Last day covered.';
COMMENT ON COLUMN phm.coverage.payor_id IS 'The payer.';
COMMENT ON COLUMN phm.coverage.order_ IS 'Order of this coverage among several (FHIR: order).';
COMMENT ON COLUMN phm.coverage.network IS 'Insurer network.';
COMMENT ON COLUMN phm.coverage.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.coverage.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.coverage.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.coverage.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.coverage.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.coverage.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.coverage.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX coverage_patient_idx ON phm.coverage (patient_id);
REVOKE ALL ON phm.coverage FROM PUBLIC;

CREATE TABLE phm.encounter (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	class phm.concept,
	type phm.concept,
	service_type phm.concept,
	priority phm.concept,
	period_start phm.datetime,
	period_end phm.datetime,
	length phm.quantity,
	reason phm.concept,
	participant_id text,
	service_provider_id text,
	location_id text,
	admit_source phm.concept,
	discharge_disposition phm.concept,
	part_of_id text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.encounter IS 'Visits, stays and contacts.';
COMMENT ON COLUMN phm.encounter.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.encounter.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.encounter.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.encounter.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.encounter.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.encounter.status IS 'planned, arrived, in-progress, finished, cancelled, entered-in-error and others.';
COMMENT ON COLUMN phm.encounter.class IS 'Setting: ambulatory, emergency, inpatient, virtual (v3 ActCode).';
COMMENT ON COLUMN phm.encounter.type IS 'Kind of encounter, first of several.';
COMMENT ON COLUMN phm.encounter.service_type IS 'Broad kind of service.';
COMMENT ON COLUMN phm.encounter.priority IS 'Urgency.';
COMMENT ON COLUMN phm.encounter.period_start IS 'When it began.';
COMMENT ON COLUMN phm.encounter.period_end IS 'When it ended.';
COMMENT ON COLUMN phm.encounter.length IS 'How long it lasted, without time away.';
COMMENT ON COLUMN phm.encounter.reason IS 'Why it took place, first of several.';
COMMENT ON COLUMN phm.encounter.participant_id IS 'First participant, usually who saw the patient.';
COMMENT ON COLUMN phm.encounter.service_provider_id IS 'Organization responsible.';
COMMENT ON COLUMN phm.encounter.location_id IS 'First place.';
COMMENT ON COLUMN phm.encounter.admit_source IS 'From where the patient came.';
COMMENT ON COLUMN phm.encounter.discharge_disposition IS 'Where the patient went afterwards.';
COMMENT ON COLUMN phm.encounter.part_of_id IS 'The encounter of which it is a part.';
COMMENT ON COLUMN phm.encounter.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.encounter.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.encounter.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.encounter.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.encounter.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.encounter.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.encounter.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX encounter_patient_idx ON phm.encounter (patient_id);
REVOKE ALL ON phm.encounter FROM PUBLIC;

CREATE TABLE phm.condition (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	clinical_status phm.concept,
	verification_status phm.concept,
	category phm.concept,
	severity phm.concept,
	code phm.concept,
	body_site phm.concept,
	encounter_id text,
	onset phm.datetime,
	onset_end phm.datetime,
	abatement phm.datetime,
	abatement_end phm.datetime,
	recorded_date phm.datetime,
	recorder_id text,
	asserter_id text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.condition IS 'Problems, diagnoses and health concerns.';
COMMENT ON COLUMN phm.condition.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.condition.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.condition.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.condition.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.condition.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.condition.clinical_status IS 'active, recurrence, relapse, inactive, remission, resolved.';
COMMENT ON COLUMN phm.condition.verification_status IS 'confirmed, provisional, refuted, entered-in-error and others.';
COMMENT ON COLUMN phm.condition.category IS 'problem-list-item, encounter-diagnosis, health-concern; first of several.';
COMMENT ON COLUMN phm.condition.severity IS 'Subjective severity.';
COMMENT ON COLUMN phm.condition.code IS 'The condition.';
COMMENT ON COLUMN phm.condition.body_site IS 'Where in the body, first of several.';
COMMENT ON COLUMN phm.condition.encounter_id IS 'Encounter in which it was recorded.';
COMMENT ON COLUMN phm.condition.onset IS 'When it began.';
COMMENT ON COLUMN phm.condition.onset_end IS 'End of the period of onset.';
COMMENT ON COLUMN phm.condition.abatement IS 'When it ended or went into remission.';
COMMENT ON COLUMN phm.condition.abatement_end IS 'End of the period of abatement.';
COMMENT ON COLUMN phm.condition.recorded_date IS 'When it was first recorded.';
COMMENT ON COLUMN phm.condition.recorder_id IS 'Who recorded it.';
COMMENT ON COLUMN phm.condition.asserter_id IS 'Who says so.';
COMMENT ON COLUMN phm.condition.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.condition.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.condition.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.condition.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.condition.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.condition.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.condition.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX condition_patient_idx ON phm.condition (patient_id);
REVOKE ALL ON phm.condition FROM PUBLIC;

CREATE TABLE phm.observation (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	category phm.concept,
	code phm.concept,
	encounter_id text,
	effective phm.datetime,
	effective_end phm.datetime,
	issued phm.datetime,
	performer_id text,
	value phm.quantity,
	value_concept phm.concept,
	value_string text,
	value_boolean boolean,
	value_integer integer,
	value_datetime phm.datetime,
	data_absent_reason phm.concept,
	interpretation phm.concept,
	method phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.observation IS 'Laboratory results, vital signs, scores, answers and other findings.';
COMMENT ON COLUMN phm.observation.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.observation.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.observation.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.observation.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.observation.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.observation.status IS 'registered, preliminary, final, amended, cancelled, entered-in-error and others.';
COMMENT ON COLUMN phm.observation.category IS 'laboratory, vital-signs, survey, social-history; first of several.';
COMMENT ON COLUMN phm.observation.code IS 'What was observed.';
COMMENT ON COLUMN phm.observation.encounter_id IS 'Encounter during which it was made.';
COMMENT ON COLUMN phm.observation.effective IS 'When it was true of the patient.';
COMMENT ON COLUMN phm.observation.effective_end IS 'End of the period for which it was true.';
COMMENT ON COLUMN phm.observation.issued IS 'When this version was made available.';
COMMENT ON COLUMN phm.observation.performer_id IS 'Who made it, first of several.';
COMMENT ON COLUMN phm.observation.value IS 'The value, where it is a quantity.';
COMMENT ON COLUMN phm.observation.value_concept IS 'The value, where it is a concept.';
COMMENT ON COLUMN phm.observation.value_string IS 'The value, where it is text.';
COMMENT ON COLUMN phm.observation.value_boolean IS 'The value, where it is true or false.';
COMMENT ON COLUMN phm.observation.value_integer IS 'The value, where it is a whole number.';
COMMENT ON COLUMN phm.observation.value_datetime IS 'The value, where it is a date.';
COMMENT ON COLUMN phm.observation.data_absent_reason IS 'Why there is no value.';
COMMENT ON COLUMN phm.observation.interpretation IS 'High, low, normal and so on; first of several.';
COMMENT ON COLUMN phm.observation.method IS 'How it was done.';
COMMENT ON COLUMN phm.observation.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.observation.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.observation.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.observation.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.observation.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.observation.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.observation.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX observation_patient_idx ON phm.observation (patient_id);
REVOKE ALL ON phm.observation FROM PUBLIC;

CREATE TABLE phm.procedure (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	status_reason phm.concept,
	category phm.concept,
	code phm.concept,
	encounter_id text,
	performed phm.datetime,
	performed_end phm.datetime,
	recorder_id text,
	performer_id text,
	location_id text,
	reason phm.concept,
	body_site phm.concept,
	outcome phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.procedure IS 'What was done to or for the patient.';
COMMENT ON COLUMN phm.procedure.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.procedure.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.procedure.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.procedure.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.procedure.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.procedure.status IS 'preparation, in-progress, not-done, completed, entered-in-error and others.';
COMMENT ON COLUMN phm.procedure.status_reason IS 'Why it has this status, for instance why it was not done.';
COMMENT ON COLUMN phm.procedure.category IS 'Kind of procedure.';
COMMENT ON COLUMN phm.procedure.code IS 'The procedure.';
COMMENT ON COLUMN phm.procedure.encounter_id IS 'Encounter during which it was done.';
COMMENT ON COLUMN phm.procedure.performed IS 'When it was done, or began.';
COMMENT ON COLUMN phm.procedure.performed_end IS 'When it ended.';
COMMENT ON COLUMN phm.procedure.recorder_id IS 'Who recorded it.';
COMMENT ON COLUMN phm.procedure.performer_id IS 'Who did it, first of several.';
COMMENT ON COLUMN phm.procedure.location_id IS 'Where it was done.';
COMMENT ON COLUMN phm.procedure.reason IS 'Why it was done, first of several.';
COMMENT ON COLUMN phm.procedure.body_site IS 'Where in the body, first of several.';
COMMENT ON COLUMN phm.procedure.outcome IS 'Result of the procedure.';
COMMENT ON COLUMN phm.procedure.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.procedure.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.procedure.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.procedure.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.procedure.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.procedure.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.procedure.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX procedure_patient_idx ON phm.procedure (patient_id);
REVOKE ALL ON phm.procedure FROM PUBLIC;

CREATE TABLE phm.immunization (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	status_reason phm.concept,
	vaccine_code phm.concept,
	encounter_id text,
	occurrence phm.datetime,
	recorded phm.datetime,
	primary_source boolean,
	location_id text,
	lot_number text,
	expiration_date phm.datetime,
	site phm.concept,
	route phm.concept,
	dose_quantity phm.quantity,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.immunization IS 'Vaccinations given and not given.';
COMMENT ON COLUMN phm.immunization.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.immunization.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.immunization.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.immunization.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.immunization.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.immunization.status IS 'completed, entered-in-error, not-done.';
COMMENT ON COLUMN phm.immunization.status_reason IS 'Why it was not done.';
COMMENT ON COLUMN phm.immunization.vaccine_code IS 'The vaccine, usually a CVX code.';
COMMENT ON COLUMN phm.immunization.encounter_id IS 'Encounter during which it was given.';
COMMENT ON COLUMN phm.immunization.occurrence IS 'When it was given.';
COMMENT ON COLUMN phm.immunization.recorded IS 'When it was recorded.';
COMMENT ON COLUMN phm.immunization.primary_source IS 'Whether the record comes from who gave it.';
COMMENT ON COLUMN phm.immunization.location_id IS 'Where it was given.';
COMMENT ON COLUMN phm.immunization.lot_number IS 'Lot.';
COMMENT ON COLUMN phm.immunization.expiration_date IS 'When the lot expires.';
COMMENT ON COLUMN phm.immunization.site IS 'Where in the body.';
COMMENT ON COLUMN phm.immunization.route IS 'How it was given.';
COMMENT ON COLUMN phm.immunization.dose_quantity IS 'Amount given.';
COMMENT ON COLUMN phm.immunization.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.immunization.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.immunization.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.immunization.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.immunization.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.immunization.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.immunization.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX immunization_patient_idx ON phm.immunization (patient_id);
REVOKE ALL ON phm.immunization FROM PUBLIC;

CREATE TABLE phm.allergy_intolerance (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	clinical_status phm.concept,
	verification_status phm.concept,
	type text,
	category text,
	criticality text,
	code phm.concept,
	encounter_id text,
	onset phm.datetime,
	onset_end phm.datetime,
	recorded_date phm.datetime,
	recorder_id text,
	last_occurrence phm.datetime,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.allergy_intolerance IS 'Allergies and intolerances.';
COMMENT ON COLUMN phm.allergy_intolerance.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.allergy_intolerance.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.allergy_intolerance.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.allergy_intolerance.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.allergy_intolerance.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.allergy_intolerance.clinical_status IS 'active, inactive, resolved.';
COMMENT ON COLUMN phm.allergy_intolerance.verification_status IS 'unconfirmed, confirmed, refuted, entered-in-error.';
COMMENT ON COLUMN phm.allergy_intolerance.type IS 'allergy or intolerance.';
COMMENT ON COLUMN phm.allergy_intolerance.category IS 'food, medication, environment, biologic; first of several.';
COMMENT ON COLUMN phm.allergy_intolerance.criticality IS 'low, high, unable-to-assess.';
COMMENT ON COLUMN phm.allergy_intolerance.code IS 'What the patient is allergic to.';
COMMENT ON COLUMN phm.allergy_intolerance.encounter_id IS 'Encounter in which it was asserted.';
COMMENT ON COLUMN phm.allergy_intolerance.onset IS 'When it began.';
COMMENT ON COLUMN phm.allergy_intolerance.onset_end IS 'End of the period of onset.';
COMMENT ON COLUMN phm.allergy_intolerance.recorded_date IS 'When it was recorded.';
COMMENT ON COLUMN phm.allergy_intolerance.recorder_id IS 'Who recorded it.';
COMMENT ON COLUMN phm.allergy_intolerance.last_occurrence IS 'Last known reaction.';
COMMENT ON COLUMN phm.allergy_intolerance.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.allergy_intolerance.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.allergy_intolerance.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.allergy_intolerance.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.allergy_intolerance.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.allergy_intolerance.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.allergy_intolerance.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX allergy_intolerance_patient_idx ON phm.allergy_intolerance (patient_id);
REVOKE ALL ON phm.allergy_intolerance FROM PUBLIC;

CREATE TABLE phm.medication (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	code phm.concept,
	status text,
	manufacturer_id text,
	form phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, ordinal)
);
COMMENT ON TABLE phm.medication IS 'Medications that requests, dispenses and administrations refer to.';
COMMENT ON COLUMN phm.medication.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.medication.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.medication.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.medication.code IS 'The medication.';
COMMENT ON COLUMN phm.medication.status IS 'active, inactive, entered-in-error.';
COMMENT ON COLUMN phm.medication.manufacturer_id IS 'Maker.';
COMMENT ON COLUMN phm.medication.form IS 'Tablet, capsule, solution and so on.';
COMMENT ON COLUMN phm.medication.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.medication.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.medication.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.medication.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.medication.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.medication.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.medication.extra IS 'What has no column or does not print back from its column.';
REVOKE ALL ON phm.medication FROM PUBLIC;

CREATE TABLE phm.medication_request (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	status_reason phm.concept,
	intent text,
	category phm.concept,
	priority text,
	do_not_perform boolean,
	medication phm.concept,
	medication_id text,
	encounter_id text,
	authored_on phm.datetime,
	requester_id text,
	reason phm.concept,
	validity_start phm.datetime,
	validity_end phm.datetime,
	number_of_repeats_allowed integer,
	dispense_quantity phm.quantity,
	expected_supply_duration phm.quantity,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.medication_request IS 'Prescriptions and orders of medication, and their refusals.';
COMMENT ON COLUMN phm.medication_request.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.medication_request.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.medication_request.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.medication_request.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.medication_request.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.medication_request.status IS 'active, on-hold, cancelled, completed, entered-in-error, stopped, draft, unknown.';
COMMENT ON COLUMN phm.medication_request.status_reason IS 'Why it has this status.';
COMMENT ON COLUMN phm.medication_request.intent IS 'proposal, plan, order, instance-order and others.';
COMMENT ON COLUMN phm.medication_request.category IS 'inpatient, outpatient, community, discharge; first of several.';
COMMENT ON COLUMN phm.medication_request.priority IS 'routine, urgent, asap, stat.';
COMMENT ON COLUMN phm.medication_request.do_not_perform IS 'True where the request is not to give it.';
COMMENT ON COLUMN phm.medication_request.medication IS 'The medication.';
COMMENT ON COLUMN phm.medication_request.medication_id IS 'The medication, where it is a resource of its own.';
COMMENT ON COLUMN phm.medication_request.encounter_id IS 'Encounter in which it was written.';
COMMENT ON COLUMN phm.medication_request.authored_on IS 'When it was written.';
COMMENT ON COLUMN phm.medication_request.requester_id IS 'Who wrote it.';
COMMENT ON COLUMN phm.medication_request.reason IS 'Why, first of several.';
COMMENT ON COLUMN phm.medication_request.validity_start IS 'First day on which it may be dispensed.';
COMMENT ON COLUMN phm.medication_request.validity_end IS 'Last day on which it may be dispensed.';
COMMENT ON COLUMN phm.medication_request.number_of_repeats_allowed IS 'Refills.';
COMMENT ON COLUMN phm.medication_request.dispense_quantity IS 'Amount of one dispense.';
COMMENT ON COLUMN phm.medication_request.expected_supply_duration IS 'Days of supply of one dispense.';
COMMENT ON COLUMN phm.medication_request.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.medication_request.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.medication_request.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.medication_request.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.medication_request.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.medication_request.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.medication_request.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX medication_request_patient_idx ON phm.medication_request (patient_id);
REVOKE ALL ON phm.medication_request FROM PUBLIC;

CREATE TABLE phm.medication_dispense (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	medication phm.concept,
	medication_id text,
	encounter_id text,
	type phm.concept,
	quantity phm.quantity,
	days_supply phm.quantity,
	when_prepared phm.datetime,
	when_handed_over phm.datetime,
	performer_id text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.medication_dispense IS 'Medication handed out.';
COMMENT ON COLUMN phm.medication_dispense.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.medication_dispense.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.medication_dispense.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.medication_dispense.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.medication_dispense.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.medication_dispense.status IS 'preparation, in-progress, cancelled, completed, declined and others.';
COMMENT ON COLUMN phm.medication_dispense.medication IS 'The medication.';
COMMENT ON COLUMN phm.medication_dispense.medication_id IS 'The medication, where it is a resource of its own.';
COMMENT ON COLUMN phm.medication_dispense.encounter_id IS 'Encounter or episode of the dispense.';
COMMENT ON COLUMN phm.medication_dispense.type IS 'First fill, refill, partial fill and so on.';
COMMENT ON COLUMN phm.medication_dispense.quantity IS 'Amount dispensed.';
COMMENT ON COLUMN phm.medication_dispense.days_supply IS 'Days for which it lasts.';
COMMENT ON COLUMN phm.medication_dispense.when_prepared IS 'When it was packaged.';
COMMENT ON COLUMN phm.medication_dispense.when_handed_over IS 'When it was handed over.';
COMMENT ON COLUMN phm.medication_dispense.performer_id IS 'Who dispensed it, first of several.';
COMMENT ON COLUMN phm.medication_dispense.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.medication_dispense.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.medication_dispense.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.medication_dispense.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.medication_dispense.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.medication_dispense.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.medication_dispense.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX medication_dispense_patient_idx ON phm.medication_dispense (patient_id);
REVOKE ALL ON phm.medication_dispense FROM PUBLIC;

CREATE TABLE phm.medication_administration (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	status_reason phm.concept,
	category phm.concept,
	medication phm.concept,
	medication_id text,
	encounter_id text,
	effective phm.datetime,
	effective_end phm.datetime,
	performer_id text,
	request_id text,
	dose phm.quantity,
	route phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.medication_administration IS 'Medication given, and not given.';
COMMENT ON COLUMN phm.medication_administration.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.medication_administration.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.medication_administration.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.medication_administration.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.medication_administration.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.medication_administration.status IS 'in-progress, not-done, on-hold, completed, entered-in-error, stopped, unknown.';
COMMENT ON COLUMN phm.medication_administration.status_reason IS 'Why it was not given, first of several.';
COMMENT ON COLUMN phm.medication_administration.category IS 'inpatient, outpatient, community.';
COMMENT ON COLUMN phm.medication_administration.medication IS 'The medication.';
COMMENT ON COLUMN phm.medication_administration.medication_id IS 'The medication, where it is a resource of its own.';
COMMENT ON COLUMN phm.medication_administration.encounter_id IS 'Encounter or episode during which it was given.';
COMMENT ON COLUMN phm.medication_administration.effective IS 'When it was given, or began.';
COMMENT ON COLUMN phm.medication_administration.effective_end IS 'When it ended.';
COMMENT ON COLUMN phm.medication_administration.performer_id IS 'Who gave it, first of several.';
COMMENT ON COLUMN phm.medication_administration.request_id IS 'The request that was carried out.';
COMMENT ON COLUMN phm.medication_administration.dose IS 'Amount of one administration.';
COMMENT ON COLUMN phm.medication_administration.route IS 'How it was given.';
COMMENT ON COLUMN phm.medication_administration.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.medication_administration.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.medication_administration.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.medication_administration.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.medication_administration.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.medication_administration.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.medication_administration.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX medication_administration_patient_idx ON phm.medication_administration (patient_id);
REVOKE ALL ON phm.medication_administration FROM PUBLIC;

CREATE TABLE phm.medication_statement (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	status_reason phm.concept,
	category phm.concept,
	medication phm.concept,
	medication_id text,
	encounter_id text,
	effective phm.datetime,
	effective_end phm.datetime,
	date_asserted phm.datetime,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.medication_statement IS 'Medication a patient is said to take.';
COMMENT ON COLUMN phm.medication_statement.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.medication_statement.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.medication_statement.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.medication_statement.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.medication_statement.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.medication_statement.status IS 'active, completed, entered-in-error, intended, stopped, on-hold, unknown, not-taken.';
COMMENT ON COLUMN phm.medication_statement.status_reason IS 'Why it has this status, first of several.';
COMMENT ON COLUMN phm.medication_statement.category IS 'Kind of statement.';
COMMENT ON COLUMN phm.medication_statement.medication IS 'The medication.';
COMMENT ON COLUMN phm.medication_statement.medication_id IS 'The medication, where it is a resource of its own.';
COMMENT ON COLUMN phm.medication_statement.encounter_id IS 'Encounter or episode of the statement.';
COMMENT ON COLUMN phm.medication_statement.effective IS 'When it was taken, or from when.';
COMMENT ON COLUMN phm.medication_statement.effective_end IS 'Until when.';
COMMENT ON COLUMN phm.medication_statement.date_asserted IS 'When it was said.';
COMMENT ON COLUMN phm.medication_statement.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.medication_statement.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.medication_statement.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.medication_statement.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.medication_statement.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.medication_statement.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.medication_statement.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX medication_statement_patient_idx ON phm.medication_statement (patient_id);
REVOKE ALL ON phm.medication_statement FROM PUBLIC;

CREATE TABLE phm.service_request (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	intent text,
	category phm.concept,
	priority text,
	do_not_perform boolean,
	code phm.concept,
	encounter_id text,
	occurrence phm.datetime,
	occurrence_end phm.datetime,
	authored_on phm.datetime,
	requester_id text,
	performer_type phm.concept,
	performer_id text,
	reason phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.service_request IS 'Orders, referrals and their refusals.';
COMMENT ON COLUMN phm.service_request.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.service_request.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.service_request.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.service_request.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.service_request.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.service_request.status IS 'draft, active, on-hold, revoked, completed, entered-in-error, unknown.';
COMMENT ON COLUMN phm.service_request.intent IS 'proposal, plan, order and others.';
COMMENT ON COLUMN phm.service_request.category IS 'Kind of service, first of several.';
COMMENT ON COLUMN phm.service_request.priority IS 'routine, urgent, asap, stat.';
COMMENT ON COLUMN phm.service_request.do_not_perform IS 'True where the request is not to do it.';
COMMENT ON COLUMN phm.service_request.code IS 'What is requested.';
COMMENT ON COLUMN phm.service_request.encounter_id IS 'Encounter in which it was written.';
COMMENT ON COLUMN phm.service_request.occurrence IS 'When it should happen.';
COMMENT ON COLUMN phm.service_request.occurrence_end IS 'Until when.';
COMMENT ON COLUMN phm.service_request.authored_on IS 'When it was written.';
COMMENT ON COLUMN phm.service_request.requester_id IS 'Who wrote it.';
COMMENT ON COLUMN phm.service_request.performer_type IS 'Kind of performer wanted.';
COMMENT ON COLUMN phm.service_request.performer_id IS 'Who should do it, first of several.';
COMMENT ON COLUMN phm.service_request.reason IS 'Why, first of several.';
COMMENT ON COLUMN phm.service_request.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.service_request.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.service_request.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.service_request.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.service_request.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.service_request.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.service_request.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX service_request_patient_idx ON phm.service_request (patient_id);
REVOKE ALL ON phm.service_request FROM PUBLIC;

CREATE TABLE phm.device (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	type phm.concept,
	distinct_identifier text,
	manufacturer text,
	manufacture_date phm.datetime,
	expiration_date phm.datetime,
	lot_number text,
	serial_number text,
	udi_carrier text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.device IS 'Implants and devices of patients.';
COMMENT ON COLUMN phm.device.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.device.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.device.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.device.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.device.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.device.status IS 'active, inactive, entered-in-error, unknown.';
COMMENT ON COLUMN phm.device.type IS 'Kind of device.';
COMMENT ON COLUMN phm.device.distinct_identifier IS 'Device identifier.';
COMMENT ON COLUMN phm.device.manufacturer IS 'Maker.';
COMMENT ON COLUMN phm.device.manufacture_date IS 'When it was made.';
COMMENT ON COLUMN phm.device.expiration_date IS 'When it expires.';
COMMENT ON COLUMN phm.device.lot_number IS 'Lot.';
COMMENT ON COLUMN phm.device.serial_number IS 'Serial number.';
COMMENT ON COLUMN phm.device.udi_carrier IS 'UDI device identifier, first of several.';
COMMENT ON COLUMN phm.device.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.device.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.device.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.device.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.device.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.device.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.device.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX device_patient_idx ON phm.device (patient_id);
REVOKE ALL ON phm.device FROM PUBLIC;

CREATE TABLE phm.device_request (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	intent text,
	code phm.concept,
	encounter_id text,
	occurrence phm.datetime,
	occurrence_end phm.datetime,
	authored_on phm.datetime,
	requester_id text,
	reason phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.device_request IS 'Orders of devices and their refusals.';
COMMENT ON COLUMN phm.device_request.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.device_request.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.device_request.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.device_request.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.device_request.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.device_request.status IS 'draft, active, on-hold, revoked, completed, entered-in-error, unknown.';
COMMENT ON COLUMN phm.device_request.intent IS 'proposal, plan, order and others.';
COMMENT ON COLUMN phm.device_request.code IS 'The device.';
COMMENT ON COLUMN phm.device_request.encounter_id IS 'Encounter in which it was written.';
COMMENT ON COLUMN phm.device_request.occurrence IS 'When it should be used.';
COMMENT ON COLUMN phm.device_request.occurrence_end IS 'Until when.';
COMMENT ON COLUMN phm.device_request.authored_on IS 'When it was written.';
COMMENT ON COLUMN phm.device_request.requester_id IS 'Who wrote it.';
COMMENT ON COLUMN phm.device_request.reason IS 'Why, first of several.';
COMMENT ON COLUMN phm.device_request.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.device_request.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.device_request.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.device_request.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.device_request.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.device_request.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.device_request.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX device_request_patient_idx ON phm.device_request (patient_id);
REVOKE ALL ON phm.device_request FROM PUBLIC;

CREATE TABLE phm.diagnostic_report (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	category phm.concept,
	code phm.concept,
	encounter_id text,
	effective phm.datetime,
	effective_end phm.datetime,
	issued phm.datetime,
	performer_id text,
	conclusion text,
	conclusion_code phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.diagnostic_report IS 'Laboratory, imaging and other reports, clinical notes among them.';
COMMENT ON COLUMN phm.diagnostic_report.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.diagnostic_report.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.diagnostic_report.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.diagnostic_report.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.diagnostic_report.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.diagnostic_report.status IS 'registered, partial, preliminary, final, amended, cancelled and others.';
COMMENT ON COLUMN phm.diagnostic_report.category IS 'Kind of report, first of several.';
COMMENT ON COLUMN phm.diagnostic_report.code IS 'The report.';
COMMENT ON COLUMN phm.diagnostic_report.encounter_id IS 'Encounter to which it belongs.';
COMMENT ON COLUMN phm.diagnostic_report.effective IS 'Clinically relevant time.';
COMMENT ON COLUMN phm.diagnostic_report.effective_end IS 'End of that time.';
COMMENT ON COLUMN phm.diagnostic_report.issued IS 'When this version was made available.';
COMMENT ON COLUMN phm.diagnostic_report.performer_id IS 'Who made it, first of several.';
COMMENT ON COLUMN phm.diagnostic_report.conclusion IS 'Clinical conclusion.';
COMMENT ON COLUMN phm.diagnostic_report.conclusion_code IS 'Coded conclusion, first of several.';
COMMENT ON COLUMN phm.diagnostic_report.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.diagnostic_report.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.diagnostic_report.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.diagnostic_report.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.diagnostic_report.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.diagnostic_report.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.diagnostic_report.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX diagnostic_report_patient_idx ON phm.diagnostic_report (patient_id);
REVOKE ALL ON phm.diagnostic_report FROM PUBLIC;

CREATE TABLE phm.document_reference (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	doc_status text,
	type phm.concept,
	category phm.concept,
	date phm.datetime,
	author_id text,
	custodian_id text,
	description text,
	content_type text,
	url text,
	encounter_id text,
	period_start phm.datetime,
	period_end phm.datetime,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.document_reference IS 'Documents and where they are.';
COMMENT ON COLUMN phm.document_reference.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.document_reference.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.document_reference.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.document_reference.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.document_reference.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.document_reference.status IS 'current, superseded, entered-in-error.';
COMMENT ON COLUMN phm.document_reference.doc_status IS 'preliminary, final, amended, entered-in-error.';
COMMENT ON COLUMN phm.document_reference.type IS 'Kind of document.';
COMMENT ON COLUMN phm.document_reference.category IS 'Category, first of several.';
COMMENT ON COLUMN phm.document_reference.date IS 'When the reference was made.';
COMMENT ON COLUMN phm.document_reference.author_id IS 'Author, first of several.';
COMMENT ON COLUMN phm.document_reference.custodian_id IS 'Who keeps it.';
COMMENT ON COLUMN phm.document_reference.description IS 'Title.';
COMMENT ON COLUMN phm.document_reference.content_type IS 'MIME type of the first content.';
COMMENT ON COLUMN phm.document_reference.url IS 'Where the first content is.';
COMMENT ON COLUMN phm.document_reference.encounter_id IS 'Encounter of the document, first of several.';
COMMENT ON COLUMN phm.document_reference.period_start IS 'When the documented service began.';
COMMENT ON COLUMN phm.document_reference.period_end IS 'When it ended.';
COMMENT ON COLUMN phm.document_reference.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.document_reference.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.document_reference.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.document_reference.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.document_reference.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.document_reference.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.document_reference.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX document_reference_patient_idx ON phm.document_reference (patient_id);
REVOKE ALL ON phm.document_reference FROM PUBLIC;

CREATE TABLE phm.communication (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	status_reason phm.concept,
	category phm.concept,
	priority text,
	topic phm.concept,
	encounter_id text,
	sent phm.datetime,
	received phm.datetime,
	recipient_id text,
	sender_id text,
	reason phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.communication IS 'Messages sent, and not sent.';
COMMENT ON COLUMN phm.communication.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.communication.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.communication.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.communication.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.communication.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.communication.status IS 'preparation, in-progress, not-done, completed and others.';
COMMENT ON COLUMN phm.communication.status_reason IS 'Why it has this status.';
COMMENT ON COLUMN phm.communication.category IS 'Kind of message, first of several.';
COMMENT ON COLUMN phm.communication.priority IS 'routine, urgent, asap, stat.';
COMMENT ON COLUMN phm.communication.topic IS 'Subject of the message.';
COMMENT ON COLUMN phm.communication.encounter_id IS 'Encounter to which it belongs.';
COMMENT ON COLUMN phm.communication.sent IS 'When it was sent.';
COMMENT ON COLUMN phm.communication.received IS 'When it was received.';
COMMENT ON COLUMN phm.communication.recipient_id IS 'Receiver, first of several.';
COMMENT ON COLUMN phm.communication.sender_id IS 'Sender.';
COMMENT ON COLUMN phm.communication.reason IS 'Why, first of several.';
COMMENT ON COLUMN phm.communication.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.communication.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.communication.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.communication.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.communication.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.communication.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.communication.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX communication_patient_idx ON phm.communication (patient_id);
REVOKE ALL ON phm.communication FROM PUBLIC;

CREATE TABLE phm.goal (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	lifecycle_status text,
	achievement_status phm.concept,
	category phm.concept,
	priority phm.concept,
	description phm.concept,
	start phm.datetime,
	target_measure phm.concept,
	target_quantity phm.quantity,
	due phm.datetime,
	status_date phm.datetime,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.goal IS 'What patient and team want to reach.';
COMMENT ON COLUMN phm.goal.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.goal.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.goal.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.goal.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.goal.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.goal.lifecycle_status IS 'proposed, planned, accepted, active, completed, cancelled and others.';
COMMENT ON COLUMN phm.goal.achievement_status IS 'in-progress, improving, achieved, not-achieved and others.';
COMMENT ON COLUMN phm.goal.category IS 'Kind of goal, first of several.';
COMMENT ON COLUMN phm.goal.priority IS 'high, medium, low.';
COMMENT ON COLUMN phm.goal.description IS 'The goal.';
COMMENT ON COLUMN phm.goal.start IS 'When work on it begins.';
COMMENT ON COLUMN phm.goal.target_measure IS 'What is measured, first target.';
COMMENT ON COLUMN phm.goal.target_quantity IS 'Value wanted, first target.';
COMMENT ON COLUMN phm.goal.due IS 'By when, first target.';
COMMENT ON COLUMN phm.goal.status_date IS 'When the status was set.';
COMMENT ON COLUMN phm.goal.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.goal.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.goal.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.goal.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.goal.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.goal.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.goal.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX goal_patient_idx ON phm.goal (patient_id);
REVOKE ALL ON phm.goal FROM PUBLIC;

CREATE TABLE phm.care_plan (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	intent text,
	category phm.concept,
	title text,
	description text,
	encounter_id text,
	period_start phm.datetime,
	period_end phm.datetime,
	created phm.datetime,
	author_id text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.care_plan IS 'Care plans.';
COMMENT ON COLUMN phm.care_plan.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.care_plan.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.care_plan.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.care_plan.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.care_plan.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.care_plan.status IS 'draft, active, on-hold, revoked, completed, entered-in-error, unknown.';
COMMENT ON COLUMN phm.care_plan.intent IS 'proposal, plan, order, option.';
COMMENT ON COLUMN phm.care_plan.category IS 'Kind of plan, first of several.';
COMMENT ON COLUMN phm.care_plan.title IS 'Name.';
COMMENT ON COLUMN phm.care_plan.description IS 'Summary.';
COMMENT ON COLUMN phm.care_plan.encounter_id IS 'Encounter in which it was made.';
COMMENT ON COLUMN phm.care_plan.period_start IS 'From when.';
COMMENT ON COLUMN phm.care_plan.period_end IS 'Until when.';
COMMENT ON COLUMN phm.care_plan.created IS 'When it was recorded.';
COMMENT ON COLUMN phm.care_plan.author_id IS 'Who is responsible.';
COMMENT ON COLUMN phm.care_plan.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.care_plan.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.care_plan.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.care_plan.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.care_plan.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.care_plan.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.care_plan.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX care_plan_patient_idx ON phm.care_plan (patient_id);
REVOKE ALL ON phm.care_plan FROM PUBLIC;

CREATE TABLE phm.family_member_history (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	status text,
	date phm.datetime,
	relationship phm.concept,
	sex phm.concept,
	condition phm.concept,
	deceased boolean,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.family_member_history IS 'Conditions of relatives.';
COMMENT ON COLUMN phm.family_member_history.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.family_member_history.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.family_member_history.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.family_member_history.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.family_member_history.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.family_member_history.status IS 'partial, completed, entered-in-error, health-unknown.';
COMMENT ON COLUMN phm.family_member_history.date IS 'When it was recorded.';
COMMENT ON COLUMN phm.family_member_history.relationship IS 'Which relative.';
COMMENT ON COLUMN phm.family_member_history.sex IS 'Sex of the relative.';
COMMENT ON COLUMN phm.family_member_history.condition IS 'Condition of the relative, first of several.';
COMMENT ON COLUMN phm.family_member_history.deceased IS 'Whether the relative has died.';
COMMENT ON COLUMN phm.family_member_history.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.family_member_history.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.family_member_history.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.family_member_history.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.family_member_history.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.family_member_history.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.family_member_history.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX family_member_history_patient_idx ON phm.family_member_history (patient_id);
REVOKE ALL ON phm.family_member_history FROM PUBLIC;

CREATE TABLE phm.adverse_event (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	actuality text,
	category phm.concept,
	event phm.concept,
	encounter_id text,
	date phm.datetime,
	detected phm.datetime,
	recorded_date phm.datetime,
	seriousness phm.concept,
	severity phm.concept,
	outcome phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.adverse_event IS 'Harm or near harm.';
COMMENT ON COLUMN phm.adverse_event.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.adverse_event.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.adverse_event.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.adverse_event.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.adverse_event.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.adverse_event.actuality IS 'actual or potential.';
COMMENT ON COLUMN phm.adverse_event.category IS 'Kind of event, first of several.';
COMMENT ON COLUMN phm.adverse_event.event IS 'What happened.';
COMMENT ON COLUMN phm.adverse_event.encounter_id IS 'Encounter during which it happened.';
COMMENT ON COLUMN phm.adverse_event.date IS 'When it happened.';
COMMENT ON COLUMN phm.adverse_event.detected IS 'When it was noticed.';
COMMENT ON COLUMN phm.adverse_event.recorded_date IS 'When it was recorded.';
COMMENT ON COLUMN phm.adverse_event.seriousness IS 'How serious.';
COMMENT ON COLUMN phm.adverse_event.severity IS 'mild, moderate, severe.';
COMMENT ON COLUMN phm.adverse_event.outcome IS 'How it ended.';
COMMENT ON COLUMN phm.adverse_event.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.adverse_event.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.adverse_event.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.adverse_event.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.adverse_event.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.adverse_event.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.adverse_event.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX adverse_event_patient_idx ON phm.adverse_event (patient_id);
REVOKE ALL ON phm.adverse_event FROM PUBLIC;

CREATE TABLE phm.questionnaire_response (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	subject_id text,
	questionnaire text,
	status text,
	encounter_id text,
	authored phm.datetime,
	author_id text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.questionnaire_response IS 'Answers to questionnaires; the answers are in extra.';
COMMENT ON COLUMN phm.questionnaire_response.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.questionnaire_response.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.questionnaire_response.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.questionnaire_response.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.questionnaire_response.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.questionnaire_response.questionnaire IS 'Canonical URL of the questionnaire.';
COMMENT ON COLUMN phm.questionnaire_response.status IS 'in-progress, completed, amended, entered-in-error, stopped.';
COMMENT ON COLUMN phm.questionnaire_response.encounter_id IS 'Encounter during which it was filled in.';
COMMENT ON COLUMN phm.questionnaire_response.authored IS 'When it was filled in.';
COMMENT ON COLUMN phm.questionnaire_response.author_id IS 'Who recorded it.';
COMMENT ON COLUMN phm.questionnaire_response.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.questionnaire_response.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.questionnaire_response.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.questionnaire_response.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.questionnaire_response.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.questionnaire_response.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.questionnaire_response.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX questionnaire_response_patient_idx ON phm.questionnaire_response (patient_id);
REVOKE ALL ON phm.questionnaire_response FROM PUBLIC;

CREATE TABLE phm.claim (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	resource_type text NOT NULL DEFAULT 'Claim',
	subject_id text,
	status text,
	type phm.concept,
	sub_type phm.concept,
	use text,
	billable_start phm.datetime,
	billable_end phm.datetime,
	created phm.datetime,
	provider_id text,
	insurer_id text,
	facility_id text,
	outcome text,
	disposition text,
	total_charge numeric,
	total_allowed numeric,
	total_paid numeric,
	diagnosis phm.concept[],
	procedure phm.concept[],
	bill_type text,
	drg text,
	discharge_status text,
	billing_npi text,
	billing_tin text,
	origin_status text,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, resource_type, id, patient_id, ordinal)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.claim IS 'Claims and their settlement, one row per claim; lines are in claim_line.';
COMMENT ON COLUMN phm.claim.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.claim.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.claim.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.claim.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.claim.resource_type IS 'The FHIR type of the row: Claim or ExplanationOfBenefit.';
COMMENT ON COLUMN phm.claim.subject_id IS 'The source''s id of the patient.';
COMMENT ON COLUMN phm.claim.status IS 'active, cancelled, draft, entered-in-error.';
COMMENT ON COLUMN phm.claim.type IS 'institutional, oral, pharmacy, professional, vision.';
COMMENT ON COLUMN phm.claim.sub_type IS 'Kind within the type.';
COMMENT ON COLUMN phm.claim.use IS 'claim, preauthorization, predetermination.';
COMMENT ON COLUMN phm.claim.billable_start IS 'First day of service.';
COMMENT ON COLUMN phm.claim.billable_end IS 'Last day of service.';
COMMENT ON COLUMN phm.claim.created IS 'When it was made.';
COMMENT ON COLUMN phm.claim.provider_id IS 'Who bills.';
COMMENT ON COLUMN phm.claim.insurer_id IS 'The payer.';
COMMENT ON COLUMN phm.claim.facility_id IS 'Where the services were rendered.';
COMMENT ON COLUMN phm.claim.outcome IS 'queued, complete, error, partial (settlement).';
COMMENT ON COLUMN phm.claim.disposition IS 'Result in words (settlement).';
COMMENT ON COLUMN phm.claim.total_charge IS 'Amount billed, in the claim''s currency.';
COMMENT ON COLUMN phm.claim.total_allowed IS 'Amount the plan allows.';
COMMENT ON COLUMN phm.claim.total_paid IS 'Amount the plan pays.';
COMMENT ON COLUMN phm.claim.diagnosis IS 'Diagnoses in the order of the claim, the principal one first.';
COMMENT ON COLUMN phm.claim.procedure IS 'Procedures in the order of the claim.';
COMMENT ON COLUMN phm.claim.bill_type IS 'UB-04 type of bill (institutional claims), for instance 0131.';
COMMENT ON COLUMN phm.claim.drg IS 'MS-DRG of an inpatient claim.';
COMMENT ON COLUMN phm.claim.discharge_status IS 'UB-04 patient discharge status.';
COMMENT ON COLUMN phm.claim.billing_npi IS 'NPI of the billing provider.';
COMMENT ON COLUMN phm.claim.billing_tin IS 'Tax number of the billing provider.';
COMMENT ON COLUMN phm.claim.origin_status IS 'paid, denied or reversed, as the source says.';
COMMENT ON COLUMN phm.claim.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.claim.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.claim.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.claim.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.claim.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.claim.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.claim.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX claim_patient_idx ON phm.claim (patient_id);
REVOKE ALL ON phm.claim FROM PUBLIC;

CREATE TABLE phm.claim_line (
	source text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL,
	resource_type text NOT NULL DEFAULT 'Claim',
	line integer,
	status text,
	service_from phm.datetime,
	service_to phm.datetime,
	product_or_service phm.concept,
	modifier text,
	revenue text,
	place_of_service text,
	quantity numeric,
	days_supply integer,
	charge numeric,
	allowed numeric,
	paid numeric,
	member_paid numeric,
	rendering_npi text,
	rendering_id text,
	specialty text,
	encounter_id text,
	diagnosis phm.concept,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, resource_type, id, patient_id, ordinal, line)
)/*distribute patient_id*/;
COMMENT ON TABLE phm.claim_line IS 'Lines of claims, one row per line, with amounts; made from Claim.item and ExplanationOfBenefit.item or loaded by themselves.';
COMMENT ON COLUMN phm.claim_line.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.claim_line.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.claim_line.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.claim_line.patient_id IS 'The person (phm.patient_link).';
COMMENT ON COLUMN phm.claim_line.resource_type IS 'The FHIR type of the row: Claim or ExplanationOfBenefit.';
COMMENT ON COLUMN phm.claim_line.line IS 'Number of the line within its claim.';
COMMENT ON COLUMN phm.claim_line.status IS 'active, denied or reversed.';
COMMENT ON COLUMN phm.claim_line.service_from IS 'First day of the service.';
COMMENT ON COLUMN phm.claim_line.service_to IS 'Last day of the service.';
COMMENT ON COLUMN phm.claim_line.product_or_service IS 'HCPCS, CPT, NDC or other code of the service.';
COMMENT ON COLUMN phm.claim_line.modifier IS 'Modifiers, separated by blanks.';
COMMENT ON COLUMN phm.claim_line.revenue IS 'Revenue centre code.';
COMMENT ON COLUMN phm.claim_line.place_of_service IS 'CMS place of service code.';
COMMENT ON COLUMN phm.claim_line.quantity IS 'Units of service.';
COMMENT ON COLUMN phm.claim_line.days_supply IS 'Days for which a dispensed drug lasts.';
COMMENT ON COLUMN phm.claim_line.charge IS 'Amount billed, in the claim''s currency.';
COMMENT ON COLUMN phm.claim_line.allowed IS 'Amount the plan allows.';
COMMENT ON COLUMN phm.claim_line.paid IS 'Amount the plan pays.';
COMMENT ON COLUMN phm.claim_line.member_paid IS 'Amount the patient owes: deductible, coinsurance and copayment.';
COMMENT ON COLUMN phm.claim_line.rendering_npi IS 'NPI of who rendered the service.';
COMMENT ON COLUMN phm.claim_line.rendering_id IS 'The same as id of a practitioner of the source.';
COMMENT ON COLUMN phm.claim_line.specialty IS 'CMS specialty or NUCC taxonomy code of who rendered it.';
COMMENT ON COLUMN phm.claim_line.encounter_id IS 'Encounter of the service.';
COMMENT ON COLUMN phm.claim_line.diagnosis IS 'First diagnosis to which the line points.';
COMMENT ON COLUMN phm.claim_line.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.claim_line.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.claim_line.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.claim_line.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.claim_line.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.claim_line.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.claim_line.extra IS 'What has no column or does not print back from its column.';
CREATE INDEX claim_line_patient_idx ON phm.claim_line (patient_id);
REVOKE ALL ON phm.claim_line FROM PUBLIC;
