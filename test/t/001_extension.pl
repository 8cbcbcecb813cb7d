# The extension comes and goes: creating and dropping it leaves nothing behind, also in
# one session and across a rollback; its library loads with and without preloading;
# a database that contains it dumps and restores.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Everything the catalogs know, one line an object; dropped extensions must leave this unchanged.
my $snapshot = <<'SQL';
SELECT line FROM (
	SELECT 'class ' || oid || ' ' || relname FROM pg_class
	UNION ALL SELECT 'proc ' || oid || ' ' || proname FROM pg_proc
	UNION ALL SELECT 'type ' || oid || ' ' || typname FROM pg_type
	UNION ALL SELECT 'namespace ' || oid || ' ' || nspname FROM pg_namespace
	UNION ALL SELECT 'operator ' || oid || ' ' || oprname FROM pg_operator
	UNION ALL SELECT 'opclass ' || oid || ' ' || opcname FROM pg_opclass
	UNION ALL SELECT 'opfamily ' || oid || ' ' || opfname FROM pg_opfamily
	UNION ALL SELECT 'amop ' || oid FROM pg_amop
	UNION ALL SELECT 'amproc ' || oid FROM pg_amproc
	UNION ALL SELECT 'cast ' || oid FROM pg_cast
	UNION ALL SELECT 'constraint ' || oid || ' ' || conname FROM pg_constraint
	UNION ALL SELECT 'trigger ' || oid || ' ' || tgname FROM pg_trigger
	UNION ALL SELECT 'event trigger ' || oid || ' ' || evtname FROM pg_event_trigger
	UNION ALL SELECT 'rewrite ' || oid || ' ' || rulename FROM pg_rewrite
	UNION ALL SELECT 'default ' || oid FROM pg_attrdef
	UNION ALL SELECT 'language ' || oid || ' ' || lanname FROM pg_language
	UNION ALL SELECT 'extension ' || oid || ' ' || extname FROM pg_extension
	UNION ALL SELECT 'depend ' || classid || ' ' || objid || ' ' || objsubid || ' ' || refclassid || ' ' || refobjid || ' ' || refobjsubid FROM pg_depend
	UNION ALL SELECT 'shdepend ' || classid || ' ' || objid || ' ' || refclassid || ' ' || refobjid FROM pg_shdepend
	UNION ALL SELECT 'description ' || classoid || ' ' || objoid || ' ' || objsubid FROM pg_description
	UNION ALL SELECT 'init privileges ' || classoid || ' ' || objoid || ' ' || objsubid FROM pg_init_privs
	UNION ALL SELECT 'default acl ' || oid FROM pg_default_acl
) AS s(line) ORDER BY line COLLATE "C"
SQL

my $node = PostgreSQL::Test::Cluster->new('plain');
$node->init;
$node->start;

# A database of its own keeps toast tables of other tests out of the picture.
sub fresh
{
	my ($name) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	return $node->safe_psql($name, $snapshot);
}

my $before = fresh('one');
$node->safe_psql('one', 'CREATE EXTENSION phm');
isnt($node->safe_psql('one', $snapshot), $before, 'the snapshot sees the extension');
$node->safe_psql('one', 'DROP EXTENSION phm');
is($node->safe_psql('one', $snapshot), $before, 'dropping the extension leaves nothing behind');

$before = fresh('two');
is( $node->safe_psql('two', <<'SQL'),
	BEGIN; CREATE EXTENSION phm; SELECT phm.version() IS NOT NULL; ROLLBACK;
	CREATE EXTENSION phm; SELECT phm.version() IS NOT NULL;
	DROP EXTENSION phm;
	CREATE EXTENSION phm; SELECT phm.version() IS NOT NULL;
	DROP EXTENSION phm;
SQL
	"t\nt\nt", 'created, rolled back, created, dropped and created again in one session');
is($node->safe_psql('two', $snapshot), $before, '... which leaves nothing behind');

$before = fresh('three');
$node->safe_psql('three', 'CREATE SCHEMA phm');
my ($status, undef, $stderr) = $node->psql('three', 'CREATE EXTENSION phm');
isnt($status, 0, 'a schema phm that somebody made before is not taken over');
like($stderr, qr/schema "phm" already exists/, '... and the error says why');

# The library by itself, preloaded or not.
is($node->safe_psql('one', "LOAD 'phm'; SELECT 1"), '1', 'the library loads into a session');
$node->safe_psql('one', 'CREATE EXTENSION phm');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'phm'");
$node->restart;
is($node->safe_psql('one', 'SHOW shared_preload_libraries'), 'phm', 'the server starts with the library preloaded');
my $version = $node->safe_psql('one', 'SELECT phm.version()');
is($version, $node->safe_psql('one', q{SELECT extversion FROM pg_extension WHERE extname = 'phm'}),
	'phm.version() is the version installed');
unlike(slurp_file($node->logfile), qr/(WARNING|FATAL|PANIC).*phm/, 'the log has no complaint');

# Dump and restore, then use what was restored.
my $list = q{SELECT string_agg(pg_describe_object(classid, objid, objsubid), E'\n'
	ORDER BY pg_describe_object(classid, objid, objsubid) COLLATE "C")
	FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'phm')};
my $dump = $node->basedir . '/one.dump';
for my $format ('plain', 'custom')
{
	$node->command_ok([ 'pg_dump', '-F', $format, '-f', $dump, 'one' ], "pg_dump, $format format");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	$node->command_ok(
		$format eq 'plain'
		? [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', "restored_$format", '-f', $dump ]
		: [ 'pg_restore', '--exit-on-error', '-d', "restored_$format", $dump ],
		"restore, $format format");
	is($node->safe_psql("restored_$format", $list), $node->safe_psql('one', $list), '... with the same members');
	is($node->safe_psql("restored_$format", 'SELECT phm.version()'), $version, '... which work');
}

$node->stop;
done_testing();
