# quality.sh: the part of ./run bench that runs all official measures over a population.

# PHM_BENCH_PATIENTS demo patients (default 10,000; the budget is of 100,000), the packages of ../shared/ecqm/dev.
bench_quality()
{
	local pack patients=${PHM_BENCH_PATIENTS:-10000}
	pack=$(shared_pack) || { say "bench: skipped the measures: there is no ../shared/ecqm/dev"; return 0; }
	quality_packages "$pack"
	quality_psql -v patients="$patients" -f test/bench/quality.sql
}

# A database with a store and the packages of a folder, not loaded yet.
quality_packages()
{
	fresh_database phm_bench_quality
	quality_psql -c 'SELECT phm.create_store()' >/dev/null
	quality_psql -c 'CREATE TABLE pack_measure (measure text, bundle text)' \
		-c 'CREATE TABLE pack_case (measure text, name text, bundle text)' -c 'CREATE TABLE pack_extra (elm text)' \
		-c 'CREATE TABLE pack_expected (line integer, measure text, name text, "group" text, population text, expected numeric, kind text,
			code text, stratifier text, stratum text, period_start date, period_end date)'
	perl test/ecqm/read "$1" | quality_psql
}

quality_psql() { PGOPTIONS='-c client_min_messages=warning -c jit=off -c max_parallel_workers_per_gather=0' psql_quiet -d phm_bench_quality -At "$@"; }
