# ./run ecqm [--rounds N] [--no-native] [--variants [N]] [PACK]: the cases of quality measures (default ../shared/ecqm/dev), each from its Bundle and through the record.
#
# PACK is laid out like ../shared/ecqm/dev (see test/ecqm/README.md).  Prints cases,
# agreements and microseconds per patient of each measure; fails when a case
# disagrees that is not in test/ecqm/excused.tsv.  N rounds take the time (default 5, 0: none);
# --no-native runs published functions as their ELM says instead of in C.
# --variants runs one of N cases (default 1: all) also changed in ways that must not
# matter (test/ecqm/README.md), and fails when something changes that is not in may_change.tsv.
main()
{
	local pack= rounds=5 native=true every= dir
	while [ $# -gt 0 ]; do
		case $1 in
			--rounds) rounds=${2:?number of rounds}; shift 2 ;;
			--no-native) native=false; shift ;;
			--variants)
				every=1; shift
				case ${1:-} in [1-9]*) every=$1; shift ;; esac ;;
			-*) die "ecqm knows --rounds N, --no-native and --variants, not $1" ;;
			*) pack=$1; shift ;;
		esac
	done
	if [ -z "$pack" ]; then
		for dir in "${PHM_SHARED:-}" ../shared ../../shared; do
			[ -z "$dir" ] || [ -n "$pack" ] || [ ! -d "$dir/ecqm/dev" ] || pack=$dir/ecqm/dev
		done
		[ -n "$pack" ] || die "there is no ../shared/ecqm/dev: name a pack"
	fi
	[ -d "$pack" ] || die "no such folder: $pack"
	pack=$(readlink -f "$pack")
	build
	cluster_fresh
	fresh_database phm_ecqm
	measures phm_ecqm "$pack" "$rounds" "$native" "$every"
}

# Runs all measures of a pack in a database.
measures()
{
	local database=$1 measure
	psql_quiet -d "$database" -At -c 'SELECT phm.create_store()' >/dev/null
	psql_quiet -d "$database" -f test/ecqm/setup.sql
	psql_quiet -d "$database" -c '\copy excused FROM test/ecqm/excused.tsv WITH (FORMAT csv, DELIMITER E'"'\\t'"', QUOTE E'"'\\x01'"', HEADER)'
	psql_quiet -d "$database" -c '\copy may_change FROM test/ecqm/may_change.tsv WITH (FORMAT csv, DELIMITER E'"'\\t'"', QUOTE E'"'\\x01'"', HEADER)'
	perl test/ecqm/read "$2" | psql_quiet -d "$database"
	[ -z "$5" ] || perl test/ecqm/variants "$2" "$5" | psql_quiet -d "$database"
	for measure in $(psql_quiet -d "$database" -At -c 'SELECT measure FROM pack_measure ORDER BY measure'); do
		psql_quiet -d "$database" -At -v measure="$measure" -v rounds="$3" -v native="$4" -f test/ecqm/measure.sql >/dev/null 2>"$RUN_DIR/ecqm.err" ||
			psql_quiet -d "$database" -v measure="$measure" -v problem="$(head -5 "$RUN_DIR/ecqm.err")" <<-'EOT'
				INSERT INTO trouble VALUES (:'measure', :'problem') ON CONFLICT (measure) DO UPDATE SET problem = excluded.problem
			EOT
	done
	psql_quiet -d "$database" -f test/ecqm/judge.sql
	psql_quiet -d "$database" -At -f test/ecqm/report.sql
	[ "$(psql_quiet -d "$database" -At -c "SELECT (SELECT count(*) FROM verdict LEFT JOIN excused USING (measure, name)
		WHERE problem <> '' AND result IS DISTINCT FROM problem) + (SELECT count(*) FROM changed LEFT JOIN may_change USING (measure, name, way)
		WHERE what <> '' AND result IS DISTINCT FROM what) + (SELECT count(*) FROM trouble)")" = 0 ]
}
