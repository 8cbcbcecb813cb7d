# ./run api [--update]: what the extension offers and to whom; --update rewrites test/api/members.tsv.
main()
{
	build
	cluster_fresh
	fresh_database phm_api
	if [ "${1:-}" = --update ]; then
		api_list phm_api >test/api/members.tsv
		git diff --stat test/api/members.tsv 2>/dev/null || true
	else
		api_list phm_api
	fi
}

# The members of phm in a database, tab separated, in an order that no locale changes.
api_list()
{
	psql_quiet -d "$1" -At -F $'\t' -f test/api/members.sql \
		-c "SELECT kind, identity, properties, access FROM phm_member ORDER BY (kind, identity)::text COLLATE \"C\""
}
