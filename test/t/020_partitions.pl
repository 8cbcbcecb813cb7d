# A hash-partitioned store says the same as one without partitions: after a load, after
# changes and refreshes, and after a dump and its restore; and it can be dropped.
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
SQL

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
CALL phm.refresh();
SQL

for my $partitions (0, 3)
{
	my $db = "store$partitions";
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "CREATE EXTENSION phm; SELECT phm.create_store(partitions => $partitions)");
	$node->safe_psql($db, $fill);
}
my $plain = $node->safe_psql('store0', $state);
is($node->safe_psql('store3', $state), $plain, 'a partitioned store says what one without partitions says');
like($plain, qr/^charts\|[1-9]\d*\|\w+\|[1-9]/, '... which is something, concept maps included');
is($node->safe_psql('store3', q{SELECT count(DISTINCT tableoid) FROM phm.patient}), '3', '... and its rows lie in all partitions');
is($node->safe_psql('store3', q{SELECT count(*) FROM phm.refresh_run WHERE outcome <> 'done' OR failed > 0}), '0', '... without failures');

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
	is($node->safe_psql($db, $state), $plain, '... and says the same');
	is($node->safe_psql($db, 'SELECT phm.refresh_all() > 0; CALL phm.refresh()') . "\n" . $node->safe_psql($db, $state),
		"t\n$plain", '... also when everything is built anew');
}

for my $db ('store0', 'restored_custom')
{
	is($node->safe_psql($db, "SELECT phm.drop_store('drop all patient data in $db')"), 'store dropped', 'a store is dropped');
	is($node->safe_psql($db, 'DROP EXTENSION phm; SELECT count(*) FROM pg_class WHERE relkind IN (\'r\', \'p\', \'v\') AND relnamespace = to_regnamespace(\'phm\')'),
		'0', '... with all its tables, so that the extension can go');
}

$node->stop;
done_testing();
