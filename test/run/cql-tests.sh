# ./run cql-tests [--verbose] [FILE]: the CQL conformance tests (default ../shared/cql-tests/tests_elm.ndjson): passed, failed, excused, not expressible.
#
# FILE has one JSON object a line: file, group, name, expression, invalid, elm
# (the expression) and output_elm (what it gives) as ELM.  Fails when a test
# fails that is not in test/cql/excused.tsv, or one that is there passes.
main()
{
	local verbose=false file= dir
	for word in "$@"; do
		case $word in
			--verbose) verbose=true ;;
			-*) die "cql-tests knows --verbose, not $word" ;;
			*) file=$word ;;
		esac
	done
	if [ -z "$file" ]; then
		for dir in "${PHM_SHARED:-}" ../shared ../../shared; do
			[ -z "$dir" ] || [ -n "$file" ] || [ ! -f "$dir/cql-tests/tests_elm.ndjson" ] || file=$dir/cql-tests/tests_elm.ndjson
		done
		[ -n "$file" ] || die "there is no ../shared/cql-tests/tests_elm.ndjson: name a file"
	fi
	[ -f "$file" ] || die "no such file: $file"
	build
	cluster_fresh
	fresh_database phm_cql_tests
	conformance phm_cql_tests "$file" "$verbose"
}

# Runs the tests of a file in a database, a folder's worth (column file) after the other.
conformance()
{
	local name status=0
	psql_quiet -d "$1" -f test/cql/load.sql <"$2"
	for name in $(psql_quiet -d "$1" -At -c 'SELECT DISTINCT file FROM test ORDER BY file'); do
		psql_quiet -d "$1" -At -v file="$name" -f test/cql/run.sql >/dev/null ||
			{ say "cql-tests: $name could not be run to its end"; status=1; }
	done
	psql_quiet -d "$1" -At -v verbose="$3" -f test/cql/report.sql
	[ "$status" = 0 ] && [ "$(psql_quiet -d "$1" -At -c "SELECT count(*) FROM test LEFT JOIN outcome USING (id) WHERE coalesce(status, 'failed') = 'failed'")" = 0 ]
}
