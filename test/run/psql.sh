# ./run psql: a shell in the private cluster.
main()
{
	build
	cluster_fresh
	"$PG_BIN/psql" -X "$@"
}
