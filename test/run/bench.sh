# ./run bench [record] [cql] [quality] [risk] [instructions]: how fast and how large, one line a figure: name, rows, figure, unit, budget.
#
# CPU seconds of the backend (utime + stime), the best of several runs, with the
# spread; elapsed time behind it.  Nothing is asserted: machines differ.
#   record: loading and charts; the input is made once from the sample Bundles and stays in .run/bench
#   cql: rules over charts, in microseconds of elapsed time, beside the JavaScript engine
#   quality: all official measures over PHM_BENCH_PATIENTS demo patients
#   risk: scores of risk models over PHM_BENCH_PERSONS rows, and instructions of one score
#   instructions: instructions that callgrind counts for fixed cases, against test/bench/instructions.tsv
BENCH_RUNS=${PHM_BENCH_RUNS:-3}

main()
{
	local part
	[ $# -gt 0 ] || set -- record cql quality risk instructions
	for part in "$@"; do
		case $part in record|cql|quality|risk|instructions) ;; *) die "bench knows record, cql, quality, risk and instructions, not $part" ;; esac
	done
	build
	cluster_fresh
	. test/bench/cql.sh
	. test/bench/quality.sh
	. test/bench/risk.sh
	. test/bench/instructions.sh
	printf '%-44s %9s %12s %-13s %s\n' figure rows value unit 'budget; spread of the runs, elapsed'
	for part in "$@"; do
		"bench_$part"
	done
}

# The record: loading, charts, questions to charts, memory.
bench_record()
{
	local dir
	fresh_database phm_bench
	psql_quiet -d phm_bench -c 'SELECT phm.create_store()' >/dev/null
	. test/run/samples.sh
	dir=$(shared_samples) || { say "bench: skipped what needs FHIR: there is no ../shared/samples"; return 0; }
	bench_input "$dir" || return 0
	bench_sql load
	bench_sql chart
	bench_sql rule
	bench_memory
}

# Makes .run/bench/bundle and .run/bench/ndjson, when they are not there.
bench_input()
{
	local set dir=$RUN_DIR/bench
	[ ! -f "$dir/made" ] || return 0
	rm -rf "$dir"
	mkdir -p "$dir/all" "$dir/bundle" "$dir/ndjson"
	for set in synthea_bulkserver synthea_sof; do
		mkdir -p "$dir/all/$set"
		[ -f "$1/fhir/$set.tar.zst" ] || { say "bench: skipped what needs FHIR: there is no sample set $set"; return 1; }
		zstd -dcq --long=27 "$1/fhir/$set.tar.zst" | tar x --no-same-owner -C "$dir/all/$set"
	done
	find "$dir/all" -name '*.json' | sort | awk '/bulkserver/ || ++n % 6 == 0' | xargs -d '\n' mv -t "$dir/bundle"
	rm -rf "$dir/all"
	chmod -R a+rX "$dir"
	psql_quiet -d phm_bench -At -v folder="$dir/bundle" <<-'EOT' | test/bench/ndjson "$dir/ndjson"
		SELECT phm.resource((e->'resource')::text)::text
		  FROM phm.server_files(:'folder') AS f, json_array_elements(pg_read_file(f)::json->'entry') AS e;
	EOT
	chmod -R a+rX "$dir"
	touch "$dir/made"
}

# Runs test/bench/NAME.sql in the database of the benchmark.
bench_sql()
{
	PGOPTIONS='-c client_min_messages=warning' psql_quiet -d phm_bench -At -v dir="$RUN_DIR/bench" -v runs="$BENCH_RUNS" -f "test/bench/$1.sql"
}

# The peak resident set, less shared memory, of a backend that loads a file and one four times as long.
bench_memory()
{
	local times file=$RUN_DIR/bench/times.ndjson peak i
	for times in 1 4; do
		: >"$file"
		for i in $(seq $times); do cat "$RUN_DIR/bench/ndjson/Observation.ndjson" >>"$file"; done
		peak=$(psql_quiet -d phm_bench -At -v file="$file" <<-'EOT'
			CALL phm.load(:'file', 'memory');
			SELECT ((regexp_match(status, 'VmHWM:\s*(\d+)'))[1]::int - (regexp_match(status, 'RssShmem:\s*(\d+)'))[1]::int) / 1024
			  FROM pg_read_file('/proc/' || pg_backend_pid() || '/status') AS status;
		EOT
		)
		printf '%-44s %9s %12s %-13s %s\n' "peak memory of a load, input x $times" "$(wc -l <"$file")" "$peak" MB 'the same for both'
	done
	rm -f "$file"
}
