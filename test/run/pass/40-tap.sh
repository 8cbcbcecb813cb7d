# pgTAP files test/tap/NAME.sql in a fresh database; each rolls back what it does.
pass_tap()
{
	local out=$VERSION_DIR/tap.log
	fresh_database phm_tap
	pg_prove --psql-bin "$PG_BIN/psql" -d phm_tap test/tap/*.sql >"$out" 2>&1 || { cat "$out" >&2; return 1; }
	grep -q '^Files=[1-9][0-9]*, Tests=[1-9]' "$out" || { cat "$out" >&2; say "tap: no test ran" >&2; return 1; }
}
