# ./run fuzz [SECONDS [TARGET...]]: libFuzzer over the pure parts, 60 seconds each, one target a core.
#
# Built with the address and undefined-behaviour sanitizers.  A target is
# test/fuzz/NAME.c with LLVMFuzzerTestOneInput; it links what it needs of the pure files.
# test/fuzz/corpus/NAME holds hand-made inputs; what the fuzzer finds goes to
# .run/fuzz.  With FUZZ_SEED a run repeats another one, as far as its time goes: it begins with the
# hand-made inputs alone and does not learn from comparisons, among which are those of addresses.
# Without it every run tries other inputs, and goes on from what earlier ones found.
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
	fuzz_library || return 1
	printf '%s\n' "${targets[@]}" |
		RUN_DIR=$RUN_DIR PG_BIN=$PG_BIN FUZZ_SEED=${FUZZ_SEED:-} xargs -P "$(nproc)" -I{} bash -c '. test/run/fuzz.sh; fuzz_one {} '"$seconds"
}

# What a file or target is compiled with.
fuzz_flags()
{
	printf '%s\n' -g -O1 -std=gnu11 -DPHM_STANDALONE -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-Isrc -Itest/fuzz -I/usr/include/libxml2 -I"$("$PG_BIN/pg_config" --includedir-server)"
}

# The pure files: those that declare no SQL function and include neither phm.h nor a header of the server, themselves or
# through a header that does.
fuzz_pure()
{
	local server='phm\.h|(fmgr|funcapi|miscadmin|postgres|pgtime|pgstat)\.h|(utils|catalog|executor|access|nodes|lib|storage|commands|libpq|common|port|mb|postmaster|tcop|parser|optimizer|portability|datatype)/'
	local headers
	headers=$(grep -lE "^#include \"($server)" src/*.h src/*/*.h | sed 's|^src/||;s|\.|\\.|g' | grep -v '^phm_port' | paste -sd'|')
	grep -LE "^PG_FUNCTION_INFO|^#include \"($server|$headers)" src/*.c src/*/*.c
}

# All pure files, compiled once, as a library.
fuzz_library()
{
	local dir=$RUN_DIR/fuzz/objects flags
	rm -rf "$dir"
	mkdir -p "$dir"
	flags=$(fuzz_flags)
	fuzz_pure | xargs -P "$(nproc)" -I{} sh -c '
		clang '"$(tr '\n' ' ' <<<"$flags")"' -fsanitize=fuzzer-no-link -c -o "$1/$(echo "$2" | tr / -).o" "$2"' sh "$dir" {} || return 1
	ar rcs "$dir/pure.a" "$dir"/*.o
}

# Builds and runs one target.
fuzz_one()
{
	local name=$1 seconds=$2 dir=$RUN_DIR/fuzz found=$RUN_DIR/fuzz/$1 repeat=() runs
	[ -f "test/fuzz/$name.c" ] || { printf 'phm: there is no test/fuzz/%s.c\n' "$name" >&2; return 1; }
	if [ -n "${FUZZ_SEED:-}" ]; then
		found=$dir/$name.seed
		repeat=(-seed="$FUZZ_SEED" -use_cmp=0)
		rm -rf "$found"
	fi
	mkdir -p "$found" "test/fuzz/corpus/$name"
	clang $(fuzz_flags) -fsanitize=fuzzer -o "$dir/$name.bin" "test/fuzz/$name.c" test/fuzz/shim.c "$dir/objects/pure.a" \
		-lxml2 -lzstd -lm || return 1
	if "$dir/$name.bin" "${repeat[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -close_fd_mask=1 \
		-artifact_prefix="$dir/$name-" "$found" "test/fuzz/corpus/$name" >"$dir/$name.log" 2>&1; then
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
