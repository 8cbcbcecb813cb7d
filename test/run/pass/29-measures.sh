# All official measures, ../shared/ecqm/dev, together over demo patients: the same as each measure alone.
pass_measures()
{
	local dir
	dir=$(shared_data ecqm) || return $?
	. test/bench/quality.sh
	quality_packages "$dir/dev"
	PGOPTIONS='-c client_min_messages=warning -c jit=off' psql_quiet -d phm_bench_quality -At -f test/ecqm/together.sql >"$RUN_DIR/measures.out" ||
		{ cat "$RUN_DIR/measures.out"; return 1; }
	say "measures: $(tail -1 "$RUN_DIR/measures.out")"
	grep -q '[1-9][0-9]* rows, 0 different' "$RUN_DIR/measures.out" || { cat "$RUN_DIR/measures.out"; return 1; }
}
