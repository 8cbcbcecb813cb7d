# Explanations of sampled cases of official measures, ../shared/ecqm/dev, say what evaluation says.
pass_explain_cases()
{
	local dir pack=$RUN_DIR/explain_pack out=$RUN_DIR/explain.out measure n=0
	dir=$(shared_data ecqm) || return $?
	rm -rf "$pack"
	mkdir -p "$pack"
	for measure in "$dir"/dev/CMS*; do
		n=$((n + 1))
		[ $((n % 8)) != 0 ] || ln -s "$measure" "$pack/"
	done
	fresh_database phm_explain
	psql_quiet -d phm_explain -At -c 'SELECT phm.create_store()' >/dev/null
	psql_quiet -d phm_explain -f test/ecqm/setup.sql
	perl test/ecqm/read "$pack" | psql_quiet -d phm_explain
	psql_quiet -d phm_explain -At -v every=5 -f test/ecqm/explain.sql >"$out" || return 1
	say "explain_cases: cases, clauses, disagreements: $(tail -1 "$out")"
	case $(tail -1 "$out") in 0\|*) return 1 ;; *\|0) ;; *) cat "$out"; return 1 ;; esac
}
