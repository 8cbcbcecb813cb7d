# instructions.sh: the part of ./run bench that counts instructions of evaluations of fixed cases.
#
# The counts are repeatable whatever else the machine does.  They are compared with
# those kept in instructions.tsv (gcc 12, x86-64; other compilers give others); what is
# more than 5 % worse is pointed out, nothing fails.  PHM_BENCH_PIN=yes keeps the new counts.
INSTRUCTION_ROUNDS=20

bench_instructions()
{
	local pack file=test/bench/instructions.tsv new=$RUN_DIR/instructions.tsv measure case kept count
	pack=$(shared_pack) || { say "bench: skipped instructions: there is no ../shared/ecqm/dev"; return 0; }
	need_packages valgrind
	instructions_driver || { say "bench: skipped instructions: test/bench/evaluate.c does not compile"; return 0; }
	cql_loaded $(sed 1d "$file" | cut -f1 | sort -u) || { cql_database; cql_measures "$pack" 0 $(sed 1d "$file" | cut -f1 | sort -u); }
	head -1 "$file" >"$new"
	while IFS=$'\t' read -r measure case kept; do
		count=$(instructions_of "$measure" "$case") || { say "bench: $measure $case cannot be counted"; continue; }
		printf '%s\t%s\t%s\n' "$measure" "$case" "$count" >>"$new"
		printf '%-44.44s %9s %12s %-13s %s\n' "$measure" 1 "$count" instructions \
			"kept: $kept$(instructions_verdict "$count" "$kept")"
	done < <(sed 1d "$file")
	[ "${PHM_BENCH_PIN:-}" != yes ] || cp "$new" "$file"
}

# How a count compares with the one that is kept.
instructions_verdict()
{
	[ "${2:-0}" -gt 0 ] || return 0
	awk -v now="$1" -v kept="$2" 'BEGIN { printf " (%+.1f %%)%s", (now / kept - 1) * 100, now > kept * 1.05 ? " WORSE" : "" }'
}

# Builds the evaluator without a server from the pure parts of phm.
instructions_driver()
{
	local dir=$RUN_DIR/evaluate include
	include=$("$PG_BIN/pg_config" --includedir-server)
	mkdir -p "$dir"
	{ grep -L '"phm.h"' src/cql/*.c src/types/*.c; echo src/phm_port.c; echo test/fuzz/shim.c; echo test/bench/evaluate.c; } |
		xargs -P "$(nproc)" -I{} sh -c 'gcc -c -g -O2 -std=gnu11 -fwrapv -fno-strict-aliasing -fno-math-errno -DNDEBUG -DPHM_STANDALONE \
			-Isrc -Itest/fuzz -I"$1" -I/usr/include/libxml2 -o "$2/$(echo {} | tr / _).o" {}' - "$include" "$dir" &&
		gcc -o "$dir/evaluate" "$dir"/*.o -lm -lzstd -lxml2
}

# Whether the database of the benchmark has logic of all these measures.
cql_loaded()
{
	local names
	names=$(printf "'%s'," "$@")
	[ "$(cql_psql -c "SELECT count(*) FROM bench_logic WHERE measure IN (${names%,})" 2>/dev/null)" = $# ]
}

# Instructions of one evaluation of all expressions of a measure over a case.
instructions_of()
{
	local input=$RUN_DIR/evaluate/input count
	cql_psql -v measure="$1" -v name="$2" >"$input" <<-'EOS'
		SELECT E'logic\t' || encode(phm.logic_send(logic), 'hex') FROM bench_logic WHERE measure = :'measure';
		SELECT E'expression\t' || e FROM bench_logic, unnest(expressions) AS e WHERE measure = :'measure';
		SELECT format(E'period\t%s\t%s\nchart\t%s\t%s', lower(period) - date '2000-01-01', upper(period) - date '2000-01-01',
					  name, encode(phm.chart_send(chart), 'hex')) FROM bench_chart WHERE (measure, name) = (:'measure', :'name');
	EOS
	count=$(valgrind --tool=callgrind --toggle-collect=timed_rounds --callgrind-out-file=/dev/null \
		"$RUN_DIR/evaluate/evaluate" "$input" $INSTRUCTION_ROUNDS 2>&1 >/dev/null | sed -n 's/.*Collected : //p')
	[ "${count:-0}" -gt 0 ] && echo $((count / INSTRUCTION_ROUNDS))
}
