# ./run fuzz [SECONDS [TARGET...]]: libFuzzer over the pure parts, 60 seconds each, one target a core.
#
# Built with the address and undefined-behaviour sanitizers.  A target is
# test/fuzz/NAME.c with LLVMFuzzerTestOneInput; its line "// sources: a.c b.c"
# names what it links, a line "// flags: -lx" what else the compiler is told.
# test/fuzz/corpus/NAME holds hand-made inputs; what the fuzzer finds goes to
# .run/fuzz.  FUZZ_SEED makes a run repeatable; without it every run tries other inputs.
main()
{
	need_packages clang libclang-rt-dev
	build
	fuzz_all "$@"
}

# Runs the targets named, or all; fails when any found something, or none ran.
fuzz_all()
{
	local seconds=${1:-60} target targets=()
	[ $# -eq 0 ] || shift
	targets=("$@")
	if [ ${#targets[@]} -eq 0 ]; then
		for target in test/fuzz/*.c; do
			target=$(basename "$target" .c)
			[ "$target" = shim ] || targets+=("$target")
		done
	fi
	[ ${#targets[@]} -gt 0 ] || die "there are no fuzz targets"
	printf '%s\n' "${targets[@]}" |
		RUN_DIR=$RUN_DIR PG_BIN=$PG_BIN FUZZ_SEED=${FUZZ_SEED:-} xargs -P "$(nproc)" -I{} bash -c '. test/run/fuzz.sh; fuzz_one {} '"$seconds"
}

# Builds and runs one target.
fuzz_one()
{
	local name=$1 seconds=$2 dir=$RUN_DIR/fuzz sources flags include runs
	[ -f "test/fuzz/$name.c" ] || { printf 'phm: there is no test/fuzz/%s.c\n' "$name" >&2; return 1; }
	mkdir -p "$dir/$name" "test/fuzz/corpus/$name"
	sources=$(sed -n 's|^// sources: ||p' "test/fuzz/$name.c")
	flags=$(sed -n 's|^// flags: ||p' "test/fuzz/$name.c")
	include=$("$PG_BIN/pg_config" --includedir-server)
	clang -g -O1 -std=gnu11 -DPHM_STANDALONE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-Isrc -Itest/fuzz -I"$include" -o "$dir/$name.bin" \
		"test/fuzz/$name.c" test/fuzz/shim.c src/phm_port.c $sources $flags -lm || return 1
	if "$dir/$name.bin" ${FUZZ_SEED:+-seed="$FUZZ_SEED"} -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -close_fd_mask=1 \
		-artifact_prefix="$dir/$name-" "$dir/$name" "test/fuzz/corpus/$name" >"$dir/$name.log" 2>&1; then
		runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$dir/$name.log")
		printf 'phm: fuzz %s: %s runs, nothing found\n' "$name" "${runs:-no}"
		[ "${runs:-0}" -gt 0 ]
	else
		tail -40 "$dir/$name.log" >&2
		printf 'phm: fuzz %s: FAILED; its input is %s-*: put it into test/fuzz/corpus/%s with the repair\n' \
			"$name" "$dir/$name" "$name" >&2
		return 1
	fi
}
