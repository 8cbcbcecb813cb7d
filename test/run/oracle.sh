# ./run oracle [DIR]: every case of the expected results in DIR (default ../shared/oracle): cases, equal and different ones a model.
#
# A file X.tsv, X.tsv.gz or X_ANYTHING.tsv(.gz) is read by test/oracle/X.sql, which prints
# "oracle X: MODEL: N cases, K differ".  Fails on a difference, on a file that nothing reads,
# and when DIR has no case at all; what DIR has no file for is named.
main()
{
	local dir=${1:-}
	if [ -z "$dir" ]; then
		for dir in "${PHM_SHARED:-}" ../shared ../../shared ''; do
			[ -z "$dir" ] || [ ! -d "$dir/oracle" ] || { dir=$dir/oracle; break; }
		done
		[ -n "$dir" ] || die "there is no ../shared/oracle: name a folder"
	fi
	[ -d "$dir" ] || die "no such folder: $dir"
	build
	cluster_fresh
	oracle_files "$(readlink -f "$dir")"
}

# Runs all files of a folder and adds up.
oracle_files()
{
	local dir=$1 file reader status=0 log=$VERSION_DIR/oracle.log
	: >"$log"
	for reader in test/oracle/*.sql; do
		[ -n "$(oracle_of "$dir" "$(basename "$reader" .sql)")" ] ||
			say "oracle: skipped $(basename "$reader" .sql): there is no file of that name in the folder"
	done
	for file in "$dir"/*.tsv "$dir"/*.tsv.gz; do
		[ -f "$file" ] || continue
		reader=$(oracle_reader "$file")
		if [ -z "$reader" ]; then
			say "oracle: nothing reads ${file##*/}"
			status=1
			continue
		fi
		fresh_database phm_oracle
		psql_quiet -d phm_oracle -v file="$file" -f "test/oracle/$reader.sql" >"$log.one" 2>&1 || status=1
		sed 's/^phm: //; s/^/phm: /' "$log.one"
		cat "$log.one" >>"$log"
	done
	awk 'match($0, /oracle [^ ]+: .*: [0-9]+ cases, [0-9]+ differ/) {
			n = split(substr($0, RSTART, RLENGTH), w, " "); cases += w[n - 3]; differ += w[n - 1]; models++
		}
		END { printf "%d models, %d cases, %d equal, %d different\n", models, cases, cases - differ, differ; exit !cases }' "$log" ||
		status=1
	return $status
}

# The reader of a file: the longest X of test/oracle/X.sql that the file's name is or begins with.
oracle_reader()
{
	local stem=${1##*/} reader best=
	stem=${stem%%.*}
	for reader in test/oracle/*.sql; do
		reader=$(basename "$reader" .sql)
		[ "$stem" != "$reader" ] && [[ $stem != "$reader"_* ]] || [ ${#reader} -le ${#best} ] || best=$reader
	done
	printf '%s\n' "$best"
}

# The files of a folder that reader X reads.
oracle_of()
{
	local file
	for file in "$1"/*.tsv "$1"/*.tsv.gz; do
		[ ! -f "$file" ] || [ "$(oracle_reader "$file")" != "$2" ] || printf '%s\n' "$file"
	done
}
