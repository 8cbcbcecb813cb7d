# ./run docs [--update] [PAGE...]: run the examples of README.md and docs/; --update rewrites their output.
main()
{
	local update=
	[ "${1:-}" != --update ] || { update=--update; shift; }
	build
	cluster_fresh
	docs_examples "$update" "$@"
}

# The examples of the pages named, or of all.
docs_examples()
{
	local update=$1 pages
	shift
	pages=("$@")
	[ ${#pages[@]} -gt 0 ] || pages=(README.md $(compgen -G 'docs/*.md' || true))
	fresh_database phm_docs
	DOCS_OUT=$VERSION_DIR PATH="$PG_BIN:$PATH" perl test/docs $update phm_docs "${pages[@]}"
}
