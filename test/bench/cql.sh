# cql.sh: the parts of ./run bench that time rules (phm.logic) over charts.

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

cql_psql() { PGOPTIONS='-c client_min_messages=warning -c jit=off' psql_quiet -d phm_bench_cql -At -v runs="$BENCH_RUNS" "$@"; }

# Rules: a question to stored demo charts; then, where they are, the official measures.
bench_cql()
{
	local pack
	cql_database
	cql_psql -v charts="${PHM_BENCH_CHARTS:-100000}" -f test/bench/cql_demo.sql
	pack=$(shared_pack) || { say "bench: skipped the measures: there is no ../shared/ecqm/dev"; return 0; }
	cql_measures "$pack" $((BENCH_RUNS * 10))
	cql_psql -f test/bench/cql_load.sql
	cql_psql -f test/bench/cql_report.sql
	cql_peer "$pack"
	cql_psql -f test/bench/cql_together.sql
	cql_psql -v like="${PHM_BENCH_MEMORY:-CMS165%}" -f test/bench/cql_memory.sql
}

# A database with a store and the tables of this benchmark.
cql_database()
{
	fresh_database phm_bench_cql
	cql_psql -c 'SELECT phm.create_store()' >/dev/null
	cql_psql -f test/ecqm/setup.sql -f test/bench/cql_setup.sql
}

# Loads, links and times, in some rounds, measures of a pack (default: all).
cql_measures()
{
	local measure pack=$1 rounds=$2
	shift 2
	perl test/ecqm/read "$pack" | cql_psql
	[ "$rounds" = 0 ] || perl test/bench/large "$pack" 500 3 | cql_psql
	[ $# -gt 0 ] || set -- $(cql_psql -c 'SELECT measure FROM pack_measure ORDER BY measure')
	for measure in "$@"; do
		cql_psql -v rounds="$rounds" -v measure="$measure" -f test/bench/cql_measure.sql >/dev/null 2>"$RUN_DIR/bench.err" ||
			say "bench: $measure cannot be timed: $(head -3 "$RUN_DIR/bench.err" | tr '\n' ' ')"
	done
}

# The JavaScript engine over the same cases, on a sample of measures (PHM_BENCH_PEER).
cql_peer()
{
	local dir=$RUN_DIR/fqm peer measure
	local sample=${PHM_BENCH_PEER:-CMS122FHIRDiabetesAssessGreaterThan9Percent CMS165FHIRControllingHighBloodPressure CMS771FHIRUrinarySymptomScoreChangeBenignProstaticHyperplasia CMS832HHAKIFHIR}
	peer=$(readlink -f "$1/../../peers/fqm")
	[ -f "$peer/bench.js" ] || { say "bench: skipped the JavaScript engine: there is no ../shared/peers/fqm"; return 0; }
	[ "$(basename "$1")" = dev ] || { say "bench: skipped the JavaScript engine: it only reads a pack named dev"; return 0; }
	command -v npm >/dev/null || { need_packages nodejs npm; } || true
	command -v npm >/dev/null || { say "bench: skipped the JavaScript engine: there is no npm"; return 0; }
	mkdir -p "$dir"
	cp --no-preserve=mode "$peer"/*.js "$peer/package.json" "$dir"
	[ -d "$dir/node_modules/fqm-execution" ] || (cd "$dir" && npm install --no-audit --no-fund --silent >"$RUN_DIR/npm.log" 2>&1) ||
		{ say "bench: skipped the JavaScript engine: npm install failed (.run/npm.log)"; return 0; }
	rm -f "$dir/out.tsv"
	for measure in $sample; do
		[ -d "$1/$measure" ] || continue
		(cd "$dir" && node bench.js "$(dirname "$1")" out.tsv 100 "$measure") >"$RUN_DIR/fqm.log" 2>&1 ||
			say "bench: the JavaScript engine failed on $measure (.run/fqm.log)"
	done
	[ -f "$dir/out.tsv" ] || { say "bench: the JavaScript engine gave nothing"; return 0; }
	cql_psql -c '\copy bench_peer FROM '"'$dir/out.tsv'"
	cql_psql -f test/bench/cql_peer.sql
}
