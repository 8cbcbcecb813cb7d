# ./run demo [--patients N] [--seed N] [--fhir DIR]: a population from nothing to a ranked worklist, with a report.
#
# Without --fhir the population is synthetic (phm.demo_population); with it, the
# FHIR R4 files below DIR are loaded.  The database phm_demo stays for ./run psql -d phm_demo.
DEMO_AS_OF=2026-06-30			# the day on which the synthetic population is looked at

main()
{
	local patients=1000 seed=42 fhir=
	while [ $# -gt 0 ]; do
		case $1 in
			--patients) patients=${2:?number of patients}; shift 2 ;;
			--seed) seed=${2:?seed}; shift 2 ;;
			--fhir) fhir=${2:?folder}; shift 2 ;;
			*) die "demo knows --patients N, --seed N and --fhir DIR, not $1" ;;
		esac
	done
	build
	cluster_fresh
	say "creating the database phm_demo with extension and store"
	fresh_database phm_demo
	psql_quiet -d phm_demo -At -c 'SELECT phm.create_store()' >/dev/null
	if [ -n "$fhir" ]; then
		demo_from_files "$fhir"
	else
		say "making $patients patients (seed $seed)"
		psql_quiet -d phm_demo -At -v patients="$patients" -v seed="$seed" -v as_of=$DEMO_AS_OF >/dev/null <<-'EOT'
			SELECT phm.demo_population(:patients, :seed, :'as_of');
			INSERT INTO phm.setting (name, value) VALUES ('as_of', :'as_of')
			ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;
		EOT
	fi
	say "bringing charts and everything derived up to date"
	psql_quiet -d phm_demo -c 'CALL phm.refresh()' -c 'CALL phm.rank_risk()'
	psql_quiet -d phm_demo -f test/demo/report.sql
	say "look around with: ./run psql -d phm_demo"
}

# Loads a folder as the server reads it: through a copy where the server may not look.
demo_from_files()
{
	local dir=$1 copy=
	[ -d "$dir" ] || die "no such folder: $dir"
	dir=$(readlink -f "$dir")
	if ! as_postgres test -r "$dir" -a -x "$dir"; then
		copy=$(mktemp -d /tmp/phm.demo.XXXXXX)
		cp -rL "$dir/." "$copy"
		chmod -R a+rX "$copy"
		dir=$copy
	fi
	say "loading FHIR files of $1"
	psql_quiet -d phm_demo -v dir="$dir" <<-'EOT'
		CALL phm.load(:'dir', 'files');
		-- Sample data often ends years ago: look at it on the day of its last encounter.
		INSERT INTO phm.setting (name, value)
		SELECT 'as_of', least(current_date, max(phm.local_date(period_start)))::text
		  FROM phm.encounter HAVING count(period_start) > 0
		ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;
	EOT
	say "looking at it as of $(psql_quiet -d phm_demo -At -c 'SELECT phm.as_of()')"
	[ -z "$copy" ] || rm -rf "$copy"
}
