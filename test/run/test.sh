# ./run test [NAME...]: every test, or the regression tests of these names.
#
# Each pass is a function pass_<name>; it prints what failed and returns non-zero.

PASSES=(floors regress oracle_hcc)

main()
{
	local pass failed=() begin
	build
	cluster_fresh
	if [ $# -gt 0 ]; then pass_regress "$@"; return; fi
	for pass in "${PASSES[@]}"; do
		begin=$SECONDS
		if "pass_$pass"; then
			say "$pass: passed ($((SECONDS - begin)) s)"
		else
			say "$pass: FAILED"
			failed+=("$pass")
		fi
	done
	printf '%s passed, %s failed\n' "$((${#PASSES[@]} - ${#failed[@]}))" "${#failed[@]}"
	[ ${#failed[@]} -eq 0 ]
}

# Floors only call down: an #include may name its own floor or a lower one.
pass_floors()
{
	test/floors
}

# pg_regress pairs: sql/NAME.sql, expected/NAME.out.
pass_regress()
{
	local names=("$@")
	[ ${#names[@]} -gt 0 ] || names=($(cd sql && ls -- *.sql | sed 's/\.sql$//'))
	rm -rf "$RUN_DIR/regress"
	mkdir -p "$RUN_DIR/regress"
	"$("$PG_BIN/pg_config" --pgxs | sed 's|makefiles/pgxs.mk$||')/test/regress/pg_regress" \
		--bindir="$PG_BIN" --inputdir=. --outputdir="$RUN_DIR/regress" \
		--dbname=phm_regress --load-extension=phm "${names[@]}" \
		>"$RUN_DIR/regress/log" 2>&1 ||
		{ cat "$RUN_DIR/regress/log" "$RUN_DIR/regress/regression.diffs" 2>/dev/null | head -300 >&2; return 1; }
}

# Expected risk scores that lie outside the tree (PHM_SHARED, or ../shared).
pass_oracle_hcc()
{
	local file=${PHM_SHARED:-../shared}/oracle/hcc.tsv.gz
	if [ ! -r "$file" ]; then
		say "oracle_hcc: skipped, there is no $file"
		return
	fi
	psql_quiet -d postgres -c 'DROP DATABASE IF EXISTS phm_oracle' -c 'CREATE DATABASE phm_oracle'
	psql_quiet -d phm_oracle -c 'CREATE EXTENSION phm' -v file="$file" -f test/oracle/hcc.sql
}
