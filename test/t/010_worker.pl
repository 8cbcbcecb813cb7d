# The background worker: it refreshes by itself, comes back after it was ended or killed,
# loses nothing when the server dies in the middle of a refresh, keeps its memory flat,
# follows its settings, and leaves databases without a store alone.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('worker');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'phm'
phm.databases = 'one, "Two", nowhere'
phm.naptime = 1
restart_after_crash = on
phm.batch_size = 10
CONF
$node->start;

# What is derived in the tests: conditions per patient, and how often it was asked for.
my $derive = <<'SQL';
CREATE EXTENSION phm;
SELECT phm.create_store();
CREATE TABLE derived (patient_id bigint PRIMARY KEY, conditions bigint);
CREATE FUNCTION derive(patient_ids bigint[]) RETURNS void LANGUAGE sql
BEGIN ATOMIC
	DELETE FROM public.derived WHERE patient_id = ANY (patient_ids);
	INSERT INTO public.derived SELECT patient_id, count(*) FROM phm.condition WHERE patient_id = ANY (patient_ids) GROUP BY 1;
END;
SELECT phm.register_derivation('count', 1, 'public.derive');
CREATE VIEW problem AS
WITH oracle AS (SELECT patient_id, count(*) AS conditions FROM phm.condition GROUP BY 1)
SELECT * FROM (TABLE oracle EXCEPT ALL TABLE derived) AS missing
UNION ALL SELECT * FROM (TABLE derived EXCEPT ALL TABLE oracle) AS wrong;
SQL
my $add = "INSERT INTO phm.condition (source, id, patient_id) SELECT 's', gen_random_uuid()::text, p FROM generate_series(1, %d) AS p";

sub fresh { my ($db) = @_; return $node->poll_query_until($db, 'SELECT stale_patients = 0 FROM phm.freshness') }
sub problems { my ($db) = @_; return $node->safe_psql($db, 'SELECT count(*) FROM problem') }
sub worker { my ($db) = @_; return $node->safe_psql('postgres',
	"SELECT pid FROM pg_stat_activity WHERE backend_type = 'phm worker' AND datname = '$db'") }
sub wait_for_worker { my ($db) = @_; return $node->poll_query_until('postgres',
	"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'phm worker' AND datname = '$db'") }

# As poll_query_until while the server goes down and recovers: it refuses psql before that
# has read its question, which breaks the pipe of whoever asks.
sub poll_through_crash
{
	my ($db, $query) = @_;
	my $answer;
	for my $try (1 .. 600)
	{
		return $answer if eval { $answer = $node->poll_query_until($db, $query); 1 };
		select(undef, undef, undef, 0.1);
	}
	return 0;
}

# Databases that come after the server has started are found within a minute, or with a reload.
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'phm launcher'"), '1', 'there is a launcher');
$node->safe_psql('postgres', 'CREATE DATABASE one');
$node->safe_psql('postgres', 'CREATE DATABASE "Two"');
$node->safe_psql('one', $derive);
$node->reload;
ok(wait_for_worker('one'), 'a worker starts for a database of phm.databases');
ok(wait_for_worker('Two'), '... and for one with a quoted name and no store');

$node->safe_psql('one', sprintf($add, 35));
ok(fresh('one'), 'the worker refreshes by itself');
is(problems('one'), '0', '... and what is derived is right');
is($node->safe_psql('one', 'SELECT bool_and(by_worker), sum(done), sum(batches) FROM phm.refresh_run'), 't|35|4', '... in batches of the size set');
is($node->safe_psql('one', 'SELECT state, last_error IS NULL FROM phm.worker_status'), 'idle|t', '... and its status says idle');
$node->safe_psql('one', q{INSERT INTO phm.inbox (source, payload) VALUES ('e', '{"resourceType": "Patient", "id": "p"}')});
ok($node->poll_query_until('one', q{SELECT status = 'done' FROM phm.inbox}), 'the worker reads messages');
ok(fresh('one'), '... and refreshes their patients');
is($node->safe_psql('one', q{SELECT string_agg(topic, ' ') FROM phm.check_setup() WHERE status <> 'ok'}), 'worker for nowhere',
	'check_setup complains of nothing but the database that does not exist');

# An error of the refresh itself is told, and does not end the worker.
$node->safe_psql('one', 'ALTER FUNCTION derive RENAME TO gone');
$node->safe_psql('one', sprintf($add, 5));
ok($node->poll_query_until('one', q{SELECT state = 'failed' AND last_code = '42883' FROM phm.worker_status}), 'a missing routine is told in worker_status');
my $pid = worker('one');
$node->safe_psql('one', 'ALTER FUNCTION gone RENAME TO derive');
ok(fresh('one'), '... and nothing is lost when it is there again');
is(worker('one'), $pid, '... with the same worker');
is(problems('one'), '0', '... rightly');

# Memory over many ticks that do something, and many that do not.
my $memory = sub {
	my $file = "/proc/$_[0]/statm";
	return -r $file ? (split ' ', slurp_file($file))[5] * 4 : 0;
};
$node->safe_psql('one', 'ALTER SYSTEM SET phm.batch_size = 1');
$node->reload;
# What runs once a refresh has its final plan, which is kept, from the sixth time
# on; autovacuum would have plans made anew now and then, which leaves the heap larger.
$node->safe_psql('one', 'ALTER SYSTEM SET autovacuum = off');
$node->reload;
my $taken = 0;
for my $round (1 .. 8)
{
	$node->safe_psql('one', sprintf($add, 40));
	$taken += fresh('one');
}
is($taken, 8, 'many steps are taken');
my $before = $memory->($pid);
for my $round (1 .. 4)
{
	$node->safe_psql('one', sprintf($add, 600));
	fresh('one');
}
my $after = $memory->($pid);
is(worker('one'), $pid, 'it is still the same worker');
cmp_ok($after - $before, '<', 512, "memory stays flat over 2,400 steps ($before kB, then $after kB)");
is(problems('one'), '0', '... and all of them were right');
$node->safe_psql('one', 'ALTER SYSTEM RESET phm.batch_size');
$node->safe_psql('one', 'ALTER SYSTEM RESET autovacuum');
$node->reload;

# Ended, it comes back.
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity
	WHERE backend_type = 'phm worker' AND datname = 'one' AND pid <> $pid"), 'a worker that was ended is started again');
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'phm launcher'});
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'phm launcher'}), 'so is the launcher');
ok(wait_for_worker('one'), '... with one worker for a database');

# Killed in the middle of a refresh; patient 20 holds it up.
$node->safe_psql('one', q{CREATE FUNCTION slow(patient_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN IF 20 = ANY (patient_ids) AND EXISTS (SELECT FROM public.slowly) THEN PERFORM pg_catalog.pg_sleep(600); END IF; END $$;
	CREATE TABLE slowly AS SELECT 1 AS one;
	SELECT phm.register_derivation('slow', 2, 'public.slow');});
my $sleeping = q{SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'phm worker' AND wait_event = 'PgSleep'};
ok($node->poll_query_until('postgres', $sleeping), 'a refresh is in the middle');
like($node->safe_psql('one', q{SELECT kind, unit, done, total, phase FROM phm.progress}), qr/^refresh\|patients\|\d+\|600\|marks$/, 'progress shows it to other sessions');
is($node->safe_psql('one', 'SELECT state FROM phm.worker_status'), 'refreshing', '... and so does worker_status');
my $derived = "SELECT count(*) FROM phm.patient_state WHERE refreshed_at > (SELECT started_at FROM phm.refresh_run ORDER BY run_id DESC LIMIT 1)";
my $done = $node->safe_psql('one', $derived);
kill 'KILL', worker('one');
ok(poll_through_crash('one', 'SELECT true'), 'the server recovers from kill -9 of the worker');
ok(poll_through_crash('postgres', $sleeping), '... a worker starts again, and is at the same patients');
cmp_ok($node->safe_psql('one', 'SELECT stale_patients FROM phm.freshness'), '>=', 10, '... whose marks are there');
ok($node->safe_psql('one', q{SELECT count(*) > 0 FROM phm.refresh_run WHERE outcome = 'interrupted'}), '... the run that broke off is closed');

# The whole server, without a checkpoint, while somebody writes too.
$node->safe_psql('one', sprintf($add, 50));
$node->stop('immediate');
$node->start;
ok($node->poll_query_until('postgres', $sleeping), 'after an immediate stop of the server the worker is there again');
$node->safe_psql('one', 'DELETE FROM slowly');
$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'phm worker'});
ok(fresh('one'), '... it goes on after a cancel');
is(problems('one'), '0', '... and nothing is lost');
my $incremental = $node->safe_psql('one', 'SELECT md5(string_agg(d::text, $$,$$ ORDER BY d)) FROM derived AS d');
$node->safe_psql('one', 'TRUNCATE derived; SELECT phm.refresh_all()');
ok(fresh('one'), 'everything is rebuilt');
is($node->safe_psql('one', 'SELECT md5(string_agg(d::text, $$,$$ ORDER BY d)) FROM derived AS d'), $incremental, 'a full rebuild equals the increments');

# Settings that change; databases that go.
$node->safe_psql('postgres', 'ALTER SYSTEM SET phm.worker = off');
$node->reload;
my $none = q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'phm worker'};
ok($node->poll_query_until('postgres', $none), 'phm.worker = off ends all workers with a reload');
$node->safe_psql('one', sprintf($add, 7));
$node->safe_psql('one', 'CALL phm.refresh()');
is(problems('one'), '0', '... and a session can refresh');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET phm.worker');
$node->reload;
ok(wait_for_worker('Two'), 'on again, they start');
$node->safe_psql('postgres', 'DROP DATABASE "Two" WITH (FORCE)');
$node->safe_psql('postgres', q{ALTER SYSTEM SET phm.databases = 'one'});
$node->reload;
ok(wait_for_worker('one'), 'a database can be dropped, and the others keep their workers');
$node->safe_psql('one', sprintf($add, 3));
ok(fresh('one'), '... which work');

# A restored dump is a store like any other.
my $dump = $node->basedir . '/one.dump';
$node->safe_psql('one', sprintf($add, 12));
$node->safe_psql('postgres', 'ALTER SYSTEM SET phm.worker = off');
$node->reload;
$node->poll_query_until('postgres', $none);
$node->safe_psql('one', sprintf($add, 12));
$node->command_ok([ 'pg_dump', '-F', 'c', '-f', $dump, 'one' ], 'a store with marks is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $dump ], '... and restored');
for my $table ('phm.condition', 'phm.stale', 'phm.patient_state', 'phm.derivation', 'derived')
{
	my $count = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM $table AS t";
	is($node->safe_psql('restored', $count), $node->safe_psql('one', $count), "... with all of $table");
}
like($node->safe_psql('restored', 'SELECT phm.upgrade_store()'), qr/^store is at version /, 'it needs no upgrade');
$node->safe_psql('restored', sprintf($add, 20));
is($node->safe_psql('restored', 'SELECT count(*) > 0 FROM problem'), 't', 'new rows are marked there');
$node->safe_psql('restored', 'CALL phm.refresh()');
is(problems('restored'), '0', 'a refresh there does what was marked before the dump and after it');
is($node->safe_psql('restored', 'SELECT stale_patients FROM phm.freshness'), '0', '... and leaves nothing stale');
$node->safe_psql('postgres', q{ALTER SYSTEM SET phm.databases = 'one, restored'});
$node->safe_psql('postgres', 'ALTER SYSTEM RESET phm.worker');
$node->reload;
ok(wait_for_worker('restored'), 'the worker of the restored database starts');
$node->safe_psql('restored', sprintf($add, 20));
ok(fresh('restored') && fresh('one'), '... and both are kept fresh');
is(problems('restored') + problems('one'), 0, '... rightly');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|segmentation/i, 'the log tells of no crash of ours');
$node->stop;
done_testing();
