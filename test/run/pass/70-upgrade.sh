# An installation updated from any release is the same as a fresh one, object by object.
# test/fixtures/phm--X.sql is the script of release X as it was published; upgrade/ holds
# the steps between releases.
pass_upgrade()
{
	local script old extension failed=0 out=$VERSION_DIR/upgrade
	mkdir -p "$out"
	fresh_database phm_fresh
	installation phm_fresh >"$out/fresh"
	upgrade_comparison_works "$out" || return 1
	extension=$("$PG_BIN/pg_config" --sharedir)/extension
	for script in test/fixtures/phm--*.sql; do
		[ -e "$script" ] || { say "upgrade: no earlier release yet, only the comparison itself was tested"; break; }
		old=$(basename "$script" .sql)
		[ ! -e "$extension/$old.sql" ] || { say "$script is the version being built" >&2; return 1; }
		cp "$script" "$extension/"
		old=${old#phm--}
		if upgrade_from "$old" "$out"; then say "upgrade: $old becomes like new"; else failed=1; fi
		rm -f "$extension/phm--$old.sql"
	done
	return $failed
}

# The lines that describe the installation in a database.
installation() { psql_quiet -d "$1" -At -f test/api/installation.sql; }

upgrade_from()
{
	local old=$1 out=$2
	psql_quiet -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS phm_updated WITH (FORCE)' \
		-c 'CREATE DATABASE phm_updated TEMPLATE template0'
	psql_quiet -d phm_updated -c "CREATE EXTENSION phm VERSION '$old'" -c 'ALTER EXTENSION phm UPDATE' || return 1
	installation phm_updated >"$out/updated"
	diff -u --label fresh --label "updated from $old" "$out/fresh" "$out/updated" >&2
}

# Two fresh installations are alike, and a difference in any part of one is seen.
upgrade_comparison_works()
{
	local out=$1 change
	[ -s "$out/fresh" ] || { say "upgrade: the installation is empty" >&2; return 1; }
	fresh_database phm_updated
	installation phm_updated >"$out/updated"
	diff -u "$out/fresh" "$out/updated" >&2 || return 1
	for change in 'ALTER FUNCTION phm.version() COST 7' 'COMMENT ON FUNCTION phm.version() IS NULL' \
		'REVOKE EXECUTE ON FUNCTION phm.version() FROM PUBLIC' \
		'CREATE TABLE phm.t (a int UNIQUE); ALTER EXTENSION phm ADD TABLE phm.t'; do
		psql_quiet -d phm_updated -c "$change"
		installation phm_updated >"$out/changed"
		! cmp -s "$out/updated" "$out/changed" || { say "upgrade: not seen: $change" >&2; return 1; }
		mv "$out/changed" "$out/updated"
	done
}
