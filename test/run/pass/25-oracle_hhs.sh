# Every expected HHS risk score of ../shared/oracle/hhs_v08_2026.tsv.gz.
pass_oracle_hhs()
{
	local dir
	dir=$(shared_data oracle) || return $?
	fresh_database phm_oracle_hhs
	psql_quiet -d phm_oracle_hhs -v file="$dir/hhs_v08_2026.tsv.gz" -f test/oracle/hhs.sql
}
