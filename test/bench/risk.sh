# risk.sh: the part of ./run bench that scores persons with risk models.
RISK_ROUNDS=20

# Scores a second in SQL over PHM_BENCH_PERSONS rows (default 200,000), the risk of PHM_BENCH_PATIENTS demo
# patients (default 10,000), then instructions of one score.
bench_risk()
{
	local dir=$RUN_DIR/risk
	mkdir -p "$dir"
	chmod a+rwx "$dir"
	fresh_database phm_bench_risk
	PGOPTIONS='-c client_min_messages=warning' psql_quiet -d phm_bench_risk -At -v runs="$BENCH_RUNS" \
		-v persons="${PHM_BENCH_PERSONS:-200000}" -v scripts="$dir/scripts" -v input="$dir/input" -f test/bench/risk.sql
	fresh_database phm_bench_profile
	PGOPTIONS='-c client_min_messages=warning' psql_quiet -d phm_bench_profile -At -v patients="${PHM_BENCH_PATIENTS:-10000}" \
		-v scripts="$dir/profile" -f test/bench/risk_profile.sql
	risk_instructions "$dir" 'V28 score, 10 diagnoses, without SQL' || say "bench: the instructions of a score cannot be counted"
}

# Instructions of one score of the persons in DIR/input, as callgrind counts them.
risk_instructions()
{
	local dir=$1 count persons
	need_packages valgrind
	gcc -O2 -g -std=gnu11 -fwrapv -fno-strict-aliasing -DNDEBUG -DPHM_STANDALONE -Isrc -Itest/fuzz \
		-I"$("$PG_BIN/pg_config" --includedir-server)" -o "$dir/risk" test/bench/risk.c test/fuzz/shim.c src/phm_port.c \
		src/risk/hcc.c src/risk/hcc_parts.c -lm || return 1
	persons=$("$dir/risk" "$dir/input" 1 | cut -d' ' -f1)
	count=$(valgrind --tool=callgrind --toggle-collect=timed_rounds --callgrind-out-file="$dir/callgrind.out" \
		"$dir/risk" "$dir/input" $RISK_ROUNDS 2>&1 >/dev/null | sed -n 's/.*Collected : //p')
	[ "${count:-0}" -gt 0 ] && [ "${persons:-0}" -gt 0 ] || return 1
	printf '%-44s %9s %12s %-13s %s\n' "$2" "$persons" $((count / (RISK_ROUNDS + 1) / persons)) instructions 'counted by callgrind'
}
