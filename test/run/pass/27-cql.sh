# The conformance tests of CQL, ../shared/cql-tests: all but those that test/cql/excused.tsv names.
pass_cql()
{
	local dir
	dir=$(shared_data cql-tests) || return $?
	. test/run/cql-tests.sh
	fresh_database phm_cql_tests
	conformance phm_cql_tests "$dir/tests_elm.ndjson" true
}
