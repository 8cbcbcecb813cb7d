# Every example in README.md and docs/ prints what the page says.
pass_docs()
{
	. test/run/docs.sh
	docs_examples '' >"$VERSION_DIR/docs.log" 2>&1 || { cat "$VERSION_DIR/docs.log" >&2; return 1; }
}
