# The cases of the official measures, ../shared/ecqm/dev, with published functions in C and as their ELM says.
pass_ecqm()
{
	local dir native
	dir=$(shared_data ecqm) || return $?
	. test/run/ecqm.sh
	for native in true false; do
		fresh_database phm_ecqm
		measures phm_ecqm "$dir/dev" 0 "$native" '' >"$RUN_DIR/ecqm.out" || { cat "$RUN_DIR/ecqm.out"; return 1; }
		say "ecqm, native $native: $(tail -1 "$RUN_DIR/ecqm.out")"
	done
}
