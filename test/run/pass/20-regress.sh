# pg_regress pairs, sql/NAME.sql and expected/NAME.out, through make installcheck;
# all of them, or those named.
pass_regress()
{
	local out=$VERSION_DIR/regress
	rm -rf "$out"
	mkdir -p "$out"
	make -s installcheck PG_CONFIG="$PG_BIN/pg_config" ISOLATION= CONTRIB_TESTDB=phm_regress \
		REGRESS_OUT="$out" ${1:+REGRESS="$*"} >"$out/log" 2>&1 ||
		{ cat "$out/log" "$out/regression.diffs" 2>/dev/null | head -300 >&2; return 1; }
	[ "$(grep -cE '^(test|ok) ' "$out/log")" -gt 0 ] ||
		{ cat "$out/log" >&2; say "regress: no test ran" >&2; return 1; }
}
