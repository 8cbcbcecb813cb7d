# Two sessions at a time: test/isolation/specs/NAME.spec, expected/NAME.out beside it.
inputs_isolation() { compgen -G 'test/isolation/specs/*.spec'; }

pass_isolation()
{
	local out=$VERSION_DIR/isolation
	rm -rf "$out"
	mkdir -p "$out"
	make -s installcheck PG_CONFIG="$PG_BIN/pg_config" REGRESS= ISOLATION_TESTDB=phm_isolation \
		ISOLATION_OUT="$out" >"$out/log" 2>&1 ||
		{ cat "$out/log" "$out/regression.diffs" 2>/dev/null | head -300 >&2; return 1; }
	[ "$(grep -cE '^(test|ok) ' "$out/log")" -gt 0 ] ||
		{ cat "$out/log" >&2; say "isolation: no test ran" >&2; return 1; }
}
