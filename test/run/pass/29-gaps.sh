# Gaps by four official measures, ../shared/ecqm/dev: states as the cases' populations say, and reasons as test/gap/official.out has them.
pass_gaps()
{
	local dir measure name file
	dir=$(shared_data ecqm) || return $?
	fresh_database phm_gaps
	{
		cat test/gap/setup.sql
		for measure in CMS122FHIR CMS124FHIR CMS130FHIR CMS165FHIR; do
			for file in "$dir"/dev/"$measure"*/measure.json.gz; do
				name=$(basename "$(dirname "$file")")
				printf '\\set bundle `gzip -dc %q`\n' "$file"
				printf "SELECT phm.load_measure(:'bundle', missing_value_sets => 'empty');\n"
				printf "\\\\copy expected FROM %s WITH (FORMAT csv, DELIMITER E'\\\\t', HEADER)\n" "${file%measure.json.gz}expected.tsv"
				for file in "${file%measure.json.gz}"cases/*.json; do
					printf '\\set bundle `cat %q`\n' "$file"
					printf "SELECT add_case('%s', '%s', :'bundle');\n" "$name" "$(basename "$file" .json)"
				done
			done
		done
	} | psql_quiet -d phm_gaps -At -o /dev/null
	psql_quiet -d phm_gaps -At -F ' | ' -f test/gap/official.sql >"$RUN_DIR/gaps.out"
	diff -u test/gap/official.out "$RUN_DIR/gaps.out"
}
