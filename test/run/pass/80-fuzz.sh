# slow
# Every fuzz target for PHM_FUZZ_SECONDS: 5 by default; in CI (CI=true) up to 60, and
# fewer when there are so many targets that all of them would take over four minutes.
# The seed is fixed, so that what fails here fails again; ./run fuzz looks further.
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
	FUZZ_SEED=${FUZZ_SEED:-1} fuzz_all "$seconds"
}
