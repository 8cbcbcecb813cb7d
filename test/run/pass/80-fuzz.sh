# slow
# Every fuzz target for PHM_FUZZ_SECONDS: 5 by default; in CI (CI=true) up to 60, and
# fewer when there are so many targets that all of them would take over four minutes.
inputs_fuzz() { find test/fuzz -maxdepth 1 -name '*.c' ! -name shim.c; }

pass_fuzz()
{
	local targets seconds=${PHM_FUZZ_SECONDS:-5}
	if [ -z "${PHM_FUZZ_SECONDS:-}" ] && [ "${CI:-}" = true ]; then
		targets=$(inputs_fuzz | wc -l)
		seconds=$((240 * $(nproc) / targets + 1))
		seconds=$((seconds < 60 ? seconds : 60))
	fi
	. test/run/fuzz.sh
	fuzz_all "$seconds"
}
