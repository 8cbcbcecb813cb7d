# ./run fuzz [SECONDS [TARGET...]]: libFuzzer with address and undefined-behaviour
# sanitizers over the pure parts; default 60 seconds each.
#
# A target is test/fuzz/NAME.c with LLVMFuzzerTestOneInput; its line
# "// sources: a.c b.c" names what it links.  test/fuzz/corpus/NAME holds
# hand-made inputs; what the fuzzer finds goes to .run/fuzz.
main()
{
	local seconds=${1:-60} target targets=()
	[ $# -gt 0 ] && shift
	build
	targets=("$@")
	if [ ${#targets[@]} -eq 0 ]; then
		for target in test/fuzz/*.c; do
			target=$(basename "$target" .c)
			[ "$target" = shim ] || targets+=("$target")
		done
	fi
	[ ${#targets[@]} -gt 0 ] || return 0
	printf '%s\n' "${targets[@]}" |
		RUN_DIR=$RUN_DIR PG_BIN=$PG_BIN xargs -P "$(nproc)" -I{} bash -c '. test/run/fuzz.sh; fuzz_one {} '"$seconds"
}

fuzz_one()
{
	local name=$1 seconds=$2 dir=$RUN_DIR/fuzz sources include
	mkdir -p "$dir/$name"
	sources=$(sed -n 's|^// sources: ||p' "test/fuzz/$name.c")
	include=$("$PG_BIN/pg_config" --includedir-server)
	clang -g -O1 -std=gnu11 -DPHM_STANDALONE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-Isrc -Itest/fuzz -I"$include" -o "$dir/$name.bin" \
		"test/fuzz/$name.c" test/fuzz/shim.c src/phm_port.c $sources -lm || return 1
	mkdir -p "test/fuzz/corpus/$name"
	if "$dir/$name.bin" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -close_fd_mask=1 \
		-artifact_prefix="$dir/$name-" "$dir/$name" "test/fuzz/corpus/$name" >"$dir/$name.log" 2>&1; then
		printf 'phm: fuzz %s: %s runs, nothing found\n' "$name" "$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$dir/$name.log")"
	else
		tail -40 "$dir/$name.log" >&2
		printf 'phm: fuzz %s: FAILED, input kept in %s\n' "$name" "$dir" >&2
		return 1
	fi
}
