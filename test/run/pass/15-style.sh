# The rules of the code base that a machine can check.
pass_style()
{
	test/style >&2
}
