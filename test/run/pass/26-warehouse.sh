# Charts built from synthetic claims in the Tuva layout agree with the tables: counts, amounts, every line.
# PHM_WAREHOUSE_PATIENTS (300) sets how many patients there are.
pass_warehouse()
{
	local dir made=$RUN_DIR/warehouse
	dir=$(shared_data peers/warehouse) || return $?
	rm -rf "$made"
	mkdir -p "$made"
	gcc -O2 -w -o "$made/gen" "$dir/gen.c" -lm || return 1
	"$made/gen" "${PHM_WAREHOUSE_PATIENTS:-300}" "$made" "$dir/dx_all_hcc.txt" 2>/dev/null || return 1
	rm -f "$made"/{condition,encounter,lab_result,observation,patient,practitioner,procedure}.csv
	chmod -R a+rX "$made"
	fresh_database phm_warehouse
	sh "$dir/load_postgres.sh" "$made" | psql_quiet -d phm_warehouse || return 1
	psql_quiet -d phm_warehouse -f test/warehouse/load.sql -f test/warehouse/compare.sql
}
