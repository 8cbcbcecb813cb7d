# Every expected risk score of ../shared/oracle/hcc.tsv.gz that phm has a model for.
pass_oracle_hcc()
{
	local dir
	dir=$(shared_data oracle) || return $?
	fresh_database phm_oracle
	psql_quiet -d phm_oracle -v file="$dir/hcc.tsv.gz" -f test/oracle/hcc.sql
}
