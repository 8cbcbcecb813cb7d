# Floors only call down: an #include may name its own floor or a lower one.
pass_floors()
{
	test/floors
}
