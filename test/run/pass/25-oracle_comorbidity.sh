# Every expected comorbidity score of ../shared/oracle/comorbidity.tsv.
pass_oracle_comorbidity()
{
	local dir
	dir=$(shared_data oracle) || return $?
	fresh_database phm_oracle
	psql_quiet -d phm_oracle -v file="$dir/comorbidity.tsv" -f test/oracle/comorbidity.sql
}
