# A hash-partitioned store says the same as one without partitions: after a load, after
# changes and refreshes, and after a dump and its restore, which brings back every row of
# every table and logic that works; and it can be dropped.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('partitions');
$node->init;
$node->start;

# What a store holds and derives.
my $state = <<'SQL';
SELECT 'charts', count(*), md5(string_agg(patient_id || chart::text, '' ORDER BY patient_id)),
	count(*) FILTER (WHERE phm.has(chart, 'Observation', '{SNOMED|43396009}')) FROM phm.patient_chart;
SELECT 'resources', count(*), md5(string_agg(phm.resource(o)::text, '' ORDER BY source, id, ordinal)) FROM phm.observation AS o;
SELECT 'members', md5(string_agg(m::text, '' ORDER BY registry, patient_id, valid_from)) FROM phm.registry_member AS m;
SELECT 'worklist', count(*), md5(string_agg(w::text, '' ORDER BY rank)) FROM phm.worklist AS w;
SELECT 'panel', count(*), md5(string_agg(p::text, '' ORDER BY practitioner_id)) FROM phm.panel AS p;
SELECT 'due', phm.refresh_due();
SELECT 'logic', phm.link(ARRAY['Example'])::text = logic::text, hash = phm.logic_hash(logic), uses_libraries, uses_value_sets, stale, problem
  FROM phm.rule_set WHERE name = 'diabetes';
SELECT 'rules', sum(phm.evaluate_numeric(logic, 'How Many', chart, '[2026-01-01,2027-01-01)')),
	count(*) FILTER (WHERE phm.evaluate_boolean(logic, 'Has Diabetes', chart, '[2026-01-01,2027-01-01)'))
  FROM phm.patient_chart, (SELECT phm.kept_logic('diabetes')) AS k(logic);
SELECT 'terminology', phm.cardinality(phm.value_set('Some')), count(*) FROM phm.code;
SQL

# A library that counts the conditions that a value set names.
my $elm = <<'JSON';
{"library": {"identifier": {"id": "Example", "version": "1.0.0"},
	"usings": {"def": [{"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]},
	"includes": {"def": [{"localIdentifier": "Common", "path": "Common"}]},
	"valueSets": {"def": [{"name": "Diabetes", "id": "urn:phm:valueset:diabetes"}]},
	"contexts": {"def": [{"name": "Patient"}]},
	"statements": {"def": [
		{"name": "Conditions", "context": "Patient", "expression":
			{"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Condition", "codeProperty": "code", "codeComparator": "in",
			"codes": {"type": "ExpandValueSet", "operand": {"type": "ValueSetRef", "name": "Diabetes", "preserve": true}}}},
		{"name": "Has Diabetes", "context": "Patient", "expression":
			{"type": "Exists", "operand": {"type": "ExpressionRef", "name": "Conditions"}}},
		{"name": "How Many", "context": "Patient", "expression": {"type": "Add", "operand": [
			{"type": "Count", "source": {"type": "ExpressionRef", "name": "Conditions"}},
			{"type": "ExpressionRef", "libraryName": "Common", "name": "Offset"}]}}]}}}
JSON
sub common
{
	my ($offset) = @_;
	return <<"JSON";
{"library": {"identifier": {"id": "Common", "version": "1"}, "contexts": {"def": [{"name": "Patient"}]},
	"statements": {"def": [{"name": "Offset", "context": "Patient", "expression":
		{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": "$offset"}}]}}}
JSON
}

# Loaded, refreshed, changed by each way there is, and refreshed again.
my $fill = <<'SQL';
SELECT phm.demo_population(30, seed => 7, as_of => '2026-06-30');
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
SELECT phm.load_concept_map('{"resourceType": "ConceptMap", "url": "urn:map", "status": "active", "group": [
	{"source": "http://loinc.org", "target": "http://snomed.info/sct", "element": [
	{"code": "4548-4", "target": [{"code": "43396009", "equivalence": "wider"}]}]}]}');
CALL phm.refresh();
SELECT phm.activate_concept_map('urn:map');
SELECT phm.ingest(format('{"resourceType": "Observation", "id": "a1", "status": "final", "subject": {"reference": "Patient/p%s"},
	"effectiveDateTime": "2026-02-17", "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}}', p), 'clinic')
   FROM generate_series(1, 3) AS p;
UPDATE phm.condition SET onset = '2020-01-01' WHERE patient_id = 5;
DELETE FROM phm.encounter WHERE patient_id = 6;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:some", "version": "2", "name": "Some", "status": "active",
	"compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "4548-4"}, {"code": "17856-6"}]}]}}');
SELECT phm.load_code_system('{"resourceType": "CodeSystem", "url": "urn:codes", "status": "active", "content": "complete",
	"concept": [{"code": "a", "display": "A", "concept": [{"code": "b"}]}]}');
SELECT phm.ingest('{"resourceType": "Basic", "id": "b1", "code": {"text": "of no table of its own"}}', 'clinic');
SELECT phm.ingest('{"resourceType": "Patient", "id": "8", "birthDate": "2024-13-45"}', 'clinic');
CREATE TABLE public.weight AS SELECT p::bigint AS patient_id, p::text AS id, phm.concept('LOINC', '29463-7') AS code,
	'2026-03-01'::phm.datetime AS effective, (70 + p || ' ''kg''')::phm.quantity AS value FROM generate_series(1, 4) AS p;
SELECT phm.register_chart_source('public.weight', 'Observation', 'scale');
SELECT phm.mark_changed_sources();
CALL phm.refresh();
SQL
$fill .= "SELECT phm.load_elm(\$\$$_\$\$);" for common(0), $elm;
$fill .= "SELECT phm.keep_logic('diabetes', ARRAY['Example']);";

for my $partitions (0, 3)
{
	my $db = "store$partitions";
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "CREATE EXTENSION phm; SELECT phm.create_store(partitions => $partitions)");
	$node->safe_psql($db, $fill);
}
my $plain = $node->safe_psql('store0', $state);
is($node->safe_psql('store3', $state), $plain, 'a partitioned store says what one without partitions says');
like($plain, qr/^logic\|t\|t\|\{Common,Example\}\|\{urn:phm:valueset:diabetes\}\|f\|$/m, '... and keeps logic');
like($plain, qr/^rules\|[1-9]\d*\|[1-9]/m, '... which finds patients');
like($plain, qr/^charts\|[1-9]\d*\|\w+\|[1-9]/, '... which is something, concept maps included');
is($node->safe_psql('store3', q{SELECT count(DISTINCT tableoid) FROM phm.patient}), '3', '... and its rows lie in all partitions');
is($node->safe_psql('store3', q{SELECT count(*) FROM phm.refresh_run WHERE outcome <> 'done' OR failed > 0}), '0', '... without failures');

# Every table of the store with its rows; no table of this list may be empty in the test.
my $tables = $node->safe_psql('store3', q{SELECT string_agg(format('SELECT %L, count(*), md5(string_agg(t::text, %L ORDER BY t::text COLLATE "C")) FROM %s AS t',
	c.oid::regclass, ',', c.oid::regclass), ' UNION ALL ' ORDER BY c.relname COLLATE "C")
	FROM pg_class AS c WHERE relnamespace = 'phm'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
	AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')}) . ' ORDER BY 1';
my $rows = $node->safe_psql('store3', $tables);
like($rows, qr/^phm\.$_\|[1-9]/m, "there are rows in phm.$_")
	for qw(attribution care_gap chart_part chart_source chart_source_state code code_system concept_map concept_map_code concept_map_state condition
		inbox last_contact library other_resource patient patient_link refresh_run registry registry_member risk_score rule_set
		setting store_version value_set);

my $dump = $node->basedir . '/store.dump';
for my $format ('plain', 'custom')
{
	my $db = "restored_$format";
	$node->command_ok([ 'pg_dump', '-F', $format, '-f', $dump, 'store3' ], "it is dumped, $format format");
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->command_ok(
		$format eq 'plain'
		? [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $db, '-f', $dump ]
		: [ 'pg_restore', '--exit-on-error', '-d', $db, $dump ], '... and restored');
	is($node->safe_psql($db, $tables), $rows, '... with all rows of all tables');
	is($node->safe_psql($db, $state), $plain, '... and says the same');
	is($node->safe_psql($db, 'SELECT phm.refresh_all() > 0; CALL phm.refresh()') . "\n" . $node->safe_psql($db, $state),
		"t\n$plain", '... also when everything is built anew');
}

# What was restored is alive: a library and a value set that change relink the logic that is kept.
my $kept = q{SELECT stale, problem IS NULL, hash <> %s FROM phm.rule_set; SELECT sum(phm.evaluate_numeric(logic, 'How Many', chart, '[2026-01-01,2027-01-01)'))
	FROM phm.patient_chart, (SELECT phm.kept_logic('diabetes')) AS k(logic)};
my $hash = $node->safe_psql('store3', 'SELECT hash FROM phm.rule_set');
my ($counted) = $plain =~ /^rules\|(\d+)/m;
my $patients = $node->safe_psql('store3', 'SELECT count(*) FROM phm.patient_chart');
$node->safe_psql('restored_custom', 'SELECT phm.load_elm($$' . common(1) . '$$)');
is($node->safe_psql('restored_custom', sprintf($kept, $hash)), "f|t|t\n" . ($counted + $patients), 'a restored store links its logic again when a library changes');
$node->safe_psql('restored_plain', q{DELETE FROM phm.value_set WHERE url = 'urn:phm:valueset:diabetes'});
is($node->safe_psql('restored_plain', sprintf($kept, $hash)), "f|f|f\n$counted", '... and keeps what it has when a value set is gone');

for my $db ('store0', 'restored_custom')
{
	is($node->safe_psql($db, "SELECT phm.drop_store('drop all patient data in $db')"), 'store dropped', 'a store is dropped');
	is($node->safe_psql($db, 'DROP TABLE weight; DROP EXTENSION phm; SELECT count(*) FROM pg_class WHERE relkind IN (\'r\', \'p\', \'v\') AND relnamespace = to_regnamespace(\'phm\')'),
		'0', '... with all its tables, so that the extension can go');
}

$node->stop;
done_testing();
