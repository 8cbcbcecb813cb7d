# lib.sh: what the commands of ./run share: packages, the private server tree,
# building, the private cluster.

RUN_DIR=${PHM_RUN_DIR:-$PWD/.run}
AS_ROOT=()
[ "$(id -u)" = 0 ] || AS_ROOT=(sudo)

say() { printf 'phm: %s\n' "$*"; }

# The PostgreSQL version that this Debian packages, or the one asked for.
pg_version()
{
	if [ -n "${PHM_PG:-}" ]; then echo "$PHM_PG"; return; fi
	case $(. /etc/os-release; echo "${VERSION_ID:-}") in
		12) echo 15 ;;
		13) echo 17 ;;
		*) apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1 ;;
	esac
}

# Packages that ./run needs; installs those that are missing.
need_packages()
{
	local version missing=() package
	version=$(pg_version)
	for package in gcc make clang "postgresql-$version" "postgresql-server-dev-$version" \
		"postgresql-$version-pgtap" libtap-parser-sourcehandler-pgtap-perl libipc-run-perl \
		libxml2-dev libzstd-dev zstd perl; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
			missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return
	say "installing ${missing[*]}"
	"${AS_ROOT[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update >/dev/null
	# Name server and headers together, so that their minor versions agree.
	"${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
		install -y --no-install-recommends "postgresql-$version" "postgresql-server-dev-$version" \
		"${missing[@]}" >/dev/null
}

# A copy of the server's folders, made of links, into which phm is installed:
# binaries find their libraries and extensions relative to themselves.
server_tree()
{
	local version tree real=/usr/lib/postgresql
	version=$(pg_version)
	tree=$RUN_DIR/server
	PG_BIN=$tree/usr/lib/postgresql/$version/bin
	local stamp
	stamp="$version $(dpkg-query -W -f '${Version}' "postgresql-$version")"
	[ "$(cat "$tree/stamp" 2>/dev/null)" = "$stamp" ] && return
	say "making a private server tree for PostgreSQL $version"
	rm -rf "$tree"
	mkdir -p "$tree/usr/lib/postgresql/$version" "$tree/usr/share/postgresql" "$tree/usr/include"
	cp -a "$real/$version/bin" "$tree/usr/lib/postgresql/$version/bin"
	cp -as "$real/$version/lib" "$tree/usr/lib/postgresql/$version/lib"
	cp -as "/usr/share/postgresql/$version" "$tree/usr/share/postgresql/$version"
	ln -s /usr/include/postgresql "$tree/usr/include/postgresql"
	echo "$stamp" >"$tree/stamp"
}

build()
{
	mkdir -p "$RUN_DIR"
	server_tree
	say "building"
	make -s -j"$(nproc)" PG_CONFIG="$PG_BIN/pg_config" >"$RUN_DIR/build.log" 2>&1 ||
		{ cat "$RUN_DIR/build.log" >&2; return 1; }
	grep -i 'warning:' "$RUN_DIR/build.log" >&2 || true
	make -s install PG_CONFIG="$PG_BIN/pg_config" >"$RUN_DIR/install.log" 2>&1 ||
		{ cat "$RUN_DIR/install.log" >&2; return 1; }
}

# The server refuses root: as root, everything of the cluster runs as postgres.
as_postgres()
{
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}

# Starts the private cluster NAME (default: main), making it when it is not there.
cluster_start()
{
	local name=${1:-main}
	CLUSTER=$RUN_DIR/$name
	SOCKET=/tmp/phm.$(printf %s "$CLUSTER" | cksum | cut -d' ' -f1)
	export PGHOST=$SOCKET PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	unset PGPASSWORD PGSERVICE 2>/dev/null || true
	mkdir -p "$SOCKET"
	if [ ! -f "$CLUSTER/PG_VERSION" ]; then
		say "making a private cluster in ${CLUSTER#"$PWD"/}"
		rm -rf "$CLUSTER"
		mkdir -p "$CLUSTER"
		[ "$(id -u)" = 0 ] && chown postgres: "$CLUSTER" "$SOCKET"
		as_postgres "$PG_BIN/initdb" -D "$CLUSTER" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N \
			>"$RUN_DIR/initdb.log" 2>&1 || { cat "$RUN_DIR/initdb.log" >&2; return 1; }
		cluster_settings | as_postgres tee -a "$CLUSTER/postgresql.conf" >/dev/null
	fi
	[ "$(id -u)" = 0 ] && chown postgres: "$SOCKET"
	if as_postgres "$PG_BIN/pg_ctl" -D "$CLUSTER" status >/dev/null 2>&1; then
		return
	fi
	as_postgres "$PG_BIN/pg_ctl" -D "$CLUSTER" -l "$CLUSTER/log" -w -t 60 start >/dev/null ||
		{ tail -30 "$CLUSTER/log" >&2; return 1; }
}

cluster_settings()
{
	cat <<-EOT
		listen_addresses = ''
		unix_socket_directories = '$SOCKET'
		port = 5432
		fsync = off
		full_page_writes = off
		shared_buffers = 512MB
		work_mem = 64MB
		maintenance_work_mem = 256MB
		max_wal_size = 4GB
		max_worker_processes = 16
		log_min_messages = warning
		shared_preload_libraries = 'phm'
	EOT
}

cluster_stop()
{
	local dir version
	version=$(pg_version)
	PG_BIN=$RUN_DIR/server/usr/lib/postgresql/$version/bin
	for dir in "$RUN_DIR"/*/; do
		[ -f "$dir/PG_VERSION" ] || continue
		as_postgres "$PG_BIN/pg_ctl" -D "${dir%/}" -m fast -w stop >/dev/null 2>&1 || true
	done
}

# A running cluster uses the library it has loaded: restart after a build that changed it.
cluster_fresh()
{
	local name=${1:-main} so stamp
	so=$(as_postgres "$PG_BIN/pg_config" --pkglibdir)/phm.so
	stamp=$(cksum <"$so")
	if [ "$(cat "$RUN_DIR/$name.so" 2>/dev/null)" != "$stamp" ]; then
		as_postgres "$PG_BIN/pg_ctl" -D "$RUN_DIR/$name" -m fast -w stop >/dev/null 2>&1 || true
	fi
	cluster_start "$name"
	printf '%s' "$stamp" >"$RUN_DIR/$name.so"
}

psql_quiet() { "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
