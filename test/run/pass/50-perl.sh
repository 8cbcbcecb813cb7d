# TAP tests test/t/NNN_name.pl with their own servers (PostgreSQL::Test::Cluster).
# They refuse root, so as root they run as postgres, from a copy that postgres owns.
pass_perl()
{
	local out=$VERSION_DIR/perl pgxs tests=(test/t/[0-9]*.pl)
	pgxs=$(dirname "$("$PG_BIN/pg_config" --pgxs)")/../..
	rm -rf "$out"
	mkdir -p "$out"
	cp -r test/t test/fixtures "$out" 2>/dev/null || cp -r test/t "$out"
	[ "$EUID" != 0 ] || chown -R postgres: "$out"
	as_postgres env -C "$out" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE \
		PATH="$PG_BIN:$PATH" PG_REGRESS="$(readlink -f "$pgxs/src/test/regress/pg_regress")" TESTDIR="$out" \
		TESTDATADIR="$out/tmp_check" TESTLOGDIR="$out/tmp_check/log" PERL5LIB="$pgxs/src/test/perl:$out/t" \
		prove --timer -j 2 "${tests[@]#test/}" >"$out/log" 2>&1 || { cat "$out/log" >&2; return 1; }
	grep -q '^Files=[1-9][0-9]*, Tests=[1-9]' "$out/log" && grep -q '^Result: PASS' "$out/log" ||
		{ cat "$out/log" >&2; say "perl: no test ran" >&2; return 1; }
}
