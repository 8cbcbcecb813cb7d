# ./run test [NAME...]: every test, or the regression tests of these names.
#
# Each pass is a function pass_<name>; it prints what failed and returns non-zero.

PASSES=(floors regress)

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
