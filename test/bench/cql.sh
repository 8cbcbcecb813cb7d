# cql.sh: the part of ./run bench that times rules (phm.logic) over charts.

# The folder of official measures, nothing when there is none.
shared_pack()
{
	local dir
	for dir in "${PHM_SHARED:-}" ../shared ../../shared; do
		[ -n "$dir" ] && [ -d "$dir/ecqm/dev" ] || continue
		readlink -f "$dir/ecqm/dev"
		return 0
	done
	return 1
}

cql_psql() { PGOPTIONS='-c client_min_messages=warning' psql_quiet -d phm_bench_cql -At "$@"; }

# Loads and links every measure of a pack.
cql_load()
{
	local measure
	fresh_database phm_bench_cql
	cql_psql -c 'SELECT phm.create_store()' >/dev/null
	cql_psql -f test/ecqm/setup.sql -f test/bench/cql_setup.sql
	perl test/ecqm/read "$1" | cql_psql
	for measure in $(cql_psql -c 'SELECT measure FROM pack_measure ORDER BY measure'); do
		cql_psql -v measure="$measure" -f test/bench/cql_measure.sql >/dev/null 2>"$RUN_DIR/bench.err" ||
			say "bench: $measure cannot be timed: $(head -3 "$RUN_DIR/bench.err" | tr '\n' ' ')"
	done
}
