# ./run psql [ARGS]: a shell in the private cluster.
main()
{
	build
	cluster_fresh
	exec "$PG_BIN/psql" -X "$@"
}
