# lib.sh: what the commands of ./run share: packages, the private server tree,
# building, the private cluster.
#
# Sets PG_VERSION (major), RUN_DIR (everything made here), VERSION_DIR (what belongs
# to one PostgreSQL version), PG_BIN; and, once a cluster is up, PGHOST and friends.

# What a pass or command found goes to stdout, what is being prepared to stderr.
say() { printf "phm: %s\n" "$*"; }
note() { say "$@" >&2; }
die() { note "$@"; told=yes; exit 1; }

# A short name for a path: two checkouts never share a folder or a socket.
path_key() { printf %s "$1" | cksum | cut -d' ' -f1; }

# Runs a command as root, through sudo where needed.
as_root()
{
	if [ "$EUID" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The server refuses root: as root, everything of the cluster runs as postgres.
# Locks (descriptors 8 and 9) are not for servers to inherit.
as_postgres()
{
	if [ "$EUID" = 0 ]; then
		(cd / && exec runuser -u postgres -- "$@" 8>&- 9>&-)
	else
		"$@" 8>&- 9>&-
	fi
}

# Sets PG_VERSION: the one asked for, or the one that this Debian packages.
pg_version()
{
	local system
	[ -z "${PG_VERSION:-}" ] || return 0
	system=$(. /etc/os-release; echo "${ID:-} ${VERSION_ID:-}")
	case ${PHM_PG:-$system} in
		[1-9][0-9]) PG_VERSION=$PHM_PG ;;
		'debian 12') PG_VERSION=15 ;;
		'debian 13') PG_VERSION=17 ;;
		*) PG_VERSION=$(packaged_version)
			[ -n "$PG_VERSION" ] || { refresh_packages; PG_VERSION=$(packaged_version); } ;;
	esac
	[ -n "$PG_VERSION" ] || die "cannot tell which PostgreSQL this system packages: set PHM_PG"
}

# The version behind Debian's package postgresql, nothing when apt has no lists yet.
packaged_version()
{
	{ apt-cache depends postgresql 2>/dev/null || true; } | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1
}

# One stale mirror need not stop an installation.
refresh_packages()
{
	as_root apt-get -qq -o DPkg::Lock::Timeout=300 update >/dev/null || true
}

# Installs what is missing of the packages that every command needs, and of those named.
need_packages()
{
	local missing
	command -v apt-get >/dev/null || die "./run needs a Debian system; elsewhere use make, make install and make installcheck"
	[ -e /proc/self/cwd ] || die "./run needs /proc; as root: mount -t proc proc /proc"
	pg_version
	missing=$(missing_packages gcc make libc6-dev perl libxml2-dev libzstd-dev zstd \
		"postgresql-$PG_VERSION" "postgresql-server-dev-$PG_VERSION" "$@")
	[ -n "$missing" ] || return 0
	[ "$EUID" = 0 ] || command -v sudo >/dev/null ||
		die "missing packages, and there is no sudo; as root: apt-get install" $missing
	note "installing" $missing
	refresh_packages
	install_packages $missing
}

missing_packages()
{
	local name have
	have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null) || true
	for name; do
		grep -qx "$name installed" <<<"$have" || echo "$name"
	done
}

# Naming server and headers together makes their minor versions agree.  Debian
# would make and start a cluster with a new server; that is not ours to do.
install_packages()
(
	conf=/etc/postgresql-common/createcluster.d/phm-run.conf
	log=$(mktemp)
	trap 'as_root rm -f "$conf"; rm -f "$log"' EXIT
	as_root mkdir -p "${conf%/*}"
	echo 'create_main_cluster = false' | as_root tee "$conf" >/dev/null
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
		install -y --no-install-recommends "postgresql-$PG_VERSION" "postgresql-server-dev-$PG_VERSION" "$@" \
		>"$log" 2>&1 || { cat "$log" >&2; die "the packages could not be installed"; }
)

# Sets RUN_DIR: .run in the checkout, or a folder under /var/tmp where .run belongs
# to somebody else or where user postgres could not reach it (a checkout under /root).
run_dir()
{
	local dir=$PWD/.run
	case $PWD in *[[:space:]]*) die "the path of the checkout contains blanks, which make cannot handle" ;; esac
	if [ -n "${PHM_RUN_DIR:-}" ]; then
		RUN_DIR=$(readlink -m "$PHM_RUN_DIR")
	elif { [ -O "$dir" ] || { [ ! -e "$dir" ] && [ -w . ]; }; } && reachable "$PWD"; then
		RUN_DIR=$dir
	else
		RUN_DIR=/var/tmp/phm.$EUID.$(path_key "$PWD")
	fi
}

# As root, everybody must be able to enter the folder, for postgres is nobody special.
reachable()
{
	local dir=$1
	[ "$EUID" = 0 ] || return 0
	while [ "$dir" != / ]; do
		[ $((8#$(stat -c %a "$dir") & 1)) = 1 ] || return 1
		dir=$(dirname "$dir")
	done
}

# Makes RUN_DIR, and refuses one that somebody else put there.
make_run_dir()
{
	local free
	mkdir -p "$RUN_DIR"
	[ -O "$RUN_DIR" ] && [ ! -L "$RUN_DIR" ] || die "$RUN_DIR belongs to somebody else"
	chmod 755 "$RUN_DIR"
	reachable "$RUN_DIR" || die "user postgres, which runs the cluster, cannot reach $RUN_DIR"
	free=$(df -k --output=avail "$RUN_DIR" | tail -1)
	[ "$free" -gt 1000000 ] || note "only $((free / 1024)) MB are free in $RUN_DIR: what follows may fail"
	VERSION_DIR=$RUN_DIR/pg$PG_VERSION
	mkdir -p "$VERSION_DIR"
}

# Waits until no other ./run of this checkout does NAME.  Ends with the process.
alone()
{
	make_run_dir
	exec 8>"$RUN_DIR/$1.lock"
	flock -n 8 || { note "waiting for another ./run $1"; flock 8; }
}

# A copy of the server's folders, made of links, into which phm is installed:
# binaries find their libraries and extensions relative to themselves.
server_tree()
{
	local tree=$VERSION_DIR/server version=$PG_VERSION real=/usr/lib/postgresql share=/usr/share/postgresql stamp
	PG_BIN=$tree$real/$version/bin
	[ -x "$real/$version/bin/postgres" ] || die "there is no $real/$version/bin/postgres"
	stamp=$(dpkg-query -W "postgresql-$version" "postgresql-server-dev-$version"
		ls "$real/$version/lib" "$share/$version/extension" | cksum)
	SERVER_STAMP=$(path_key "$stamp")
	[ "$(cat "$tree/stamp" 2>/dev/null)" != "$stamp" ] || return 0
	note "making a private server tree for PostgreSQL $version"
	cluster_stop "$VERSION_DIR"
	rm -rf "$tree"
	mkdir -p "$tree$real/$version" "$tree$share" "$tree/usr/include"
	cp -a "$real/$version/bin" "$tree$real/$version/bin"
	cp -as "$real/$version/lib" "$tree$real/$version/lib"
	cp -as "$share/$version" "$tree$share/$version"
	ln -s /usr/include/postgresql "$tree/usr/include/postgresql"
	echo "$stamp" >"$tree/stamp"
}

# Compiles phm and installs it into the private server tree.
build()
{
	make_run_dir
	exec 9>"$RUN_DIR/build.lock"
	flock 9
	server_tree
	clean_foreign
	note "building"
	make -s -j"$(nproc)" ${CC:+CC="$CC"} PHM_CFLAGS="${PHM_CFLAGS:-}" PG_CONFIG="$PG_BIN/pg_config" \
		>"$RUN_DIR/build.log" 2>&1 || { head -100 "$RUN_DIR/build.log" >&2; return 1; }
	grep -i 'warning:' "$RUN_DIR/build.log" >&2 || true
	rm -f "$("$PG_BIN/pg_config" --sharedir)"/extension/phm--*.sql
	make -s install PG_CONFIG="$PG_BIN/pg_config" >"$RUN_DIR/install.log" 2>&1 ||
		{ tail -40 "$RUN_DIR/install.log" >&2; return 1; }
	exec 9>&-
}

# Objects made for another server or compiler, or by another user, are made anew;
# the library and the script are put together anew when a source has gone or come.
clean_foreign()
{
	local made="$SERVER_STAMP ${CC:-} ${PHM_CFLAGS:-}" sources foreign
	[ -w . ] || die "$PWD is not writable by $(id -un): clone phm as that user"
	sources=$({ find src data upgrade -name '*.c' -o -name '*.sql' -o -name '*.tsv*' 2>/dev/null || true; } | sort | cksum)
	foreign=$(find . -maxdepth 3 -path ./.git -prune -o -path ./.run -prune -o \
		\( -name '*.[od]' -o -name 'phm*.so' -o -name 'phm--*' -o -name .built \) ! -writable -print -quit)
	if [ -n "$foreign" ] || [ "$(head -1 .built 2>/dev/null)" != "$made" ]; then
		make -s clean PG_CONFIG="$PG_BIN/pg_config" >/dev/null 2>&1 || true
	elif [ "$(tail -1 .built)" != "$sources" ]; then
		rm -f phm.so phm--*.sql
	fi
	rm -f .built
	printf '%s\n' "$made" "$sources" >.built
}

# Sets CLUSTER and the environment that points at private cluster NAME.
cluster_env()
{
	CLUSTER=$VERSION_DIR/$1
	SOCKET=/tmp/phm.$EUID.$(path_key "$CLUSTER")	# a socket's path is limited to 107 bytes
	unset $(compgen -e | grep -x 'PG[A-Z]*')	# whatever else the caller tells libpq
	export PGHOST=$SOCKET PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
}

# The process that serves a data folder; nothing when there is none.  A pid file
# alone proves nothing: its number may belong to anybody by now.
cluster_pid()
{
	local pid
	pid=$(head -1 "$1/postmaster.pid" 2>/dev/null) || return 1
	[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ] && echo "$pid"
}

# Waits for the end of a process.  Where process 1 does not collect the dead, as in many
# containers, one that has ended stays as a zombie.
wait_for_end()
{
	while [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$1/status" 2>/dev/null; do
		sleep 0.1
	done
}

# Starts the private cluster NAME (default: main), making it when it is not there.
cluster_start()
{
	cluster_env "${1:-main}"
	[ -S "$SOCKET/.s.PGSQL.5432" ] || cluster_stop "$CLUSTER"	# /tmp may have been tidied
	if [ ! -d "$SOCKET" ]; then
		mkdir -m 755 "$SOCKET"
		[ "$EUID" != 0 ] || chown postgres: "$SOCKET"
	fi
	as_postgres test -O "$SOCKET" || die "$SOCKET belongs to somebody else"
	[ -f "$CLUSTER/PG_VERSION" ] || cluster_make
	as_postgres test -O "$CLUSTER" || die "$CLUSTER belongs to another user: remove it, or ./run clean as that user"
	if cluster_pid "$CLUSTER" >/dev/null; then return; fi
	cluster_settings | as_postgres tee "$CLUSTER/phm.conf" >/dev/null
	clear_remains
	as_postgres "$PG_BIN/pg_ctl" -D "$CLUSTER" -l "$CLUSTER/log" -w -t 60 start >/dev/null ||
		{ tail -30 "$CLUSTER/log" >&2; die "the private cluster does not start; ./run clean forgets it"; }
}

# Makes the cluster beside its place, so that an interrupted run leaves no half of one.
cluster_make()
{
	note "making a private cluster in ${CLUSTER#"$PWD"/}"
	rm -rf "$CLUSTER" "$CLUSTER.new"
	mkdir "$CLUSTER.new"
	[ "$EUID" != 0 ] || chown postgres: "$CLUSTER.new"
	as_postgres "$PG_BIN/initdb" -D "$CLUSTER.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N \
		>"$RUN_DIR/initdb.log" 2>&1 || { cat "$RUN_DIR/initdb.log" >&2; die "initdb failed"; }
	echo "include 'phm.conf'" | as_postgres tee -a "$CLUSTER.new/postgresql.conf" >/dev/null
	mv "$CLUSTER.new" "$CLUSTER"
}

# Before a start: ends a server whose data folder was deleted under it, and removes
# pid and lock files that name processes which are none of ours.
clear_remains()
{
	local pid
	pid=$(head -1 "$SOCKET/.s.PGSQL.5432.lock" 2>/dev/null) || true
	case $(readlink "/proc/${pid:-none}/cwd") in
		"$CLUSTER"*)
			as_postgres kill -QUIT "$pid" || true
			wait_for_end "$pid" ;;
	esac
	rm -f "$SOCKET"/.s.PGSQL.*
	pid=$(head -1 "$CLUSTER/postmaster.pid" 2>/dev/null) || true
	[ -z "$pid" ] || [ ! -d "/proc/$pid" ] || rm -f "$CLUSTER/postmaster.pid"
}

# Sizes suit a small machine; durability is nobody's wish in a throw-away cluster.
cluster_settings()
{
	local memory shm
	memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
	shm=$(as_postgres test -w /dev/shm && df -k --output=avail /dev/shm 2>/dev/null | tail -1) || true	# not in every chroot
	cat <<-EOT
		listen_addresses = ''
		unix_socket_directories = '$SOCKET'
		port = 5432
		fsync = off
		full_page_writes = off
		shared_buffers = $((memory / 4 < 512 ? memory / 4 : 512))MB
		dynamic_shared_memory_type = $([ "${shm:-0}" -gt 500000 ] && echo posix || echo mmap)
		work_mem = 64MB
		maintenance_work_mem = 256MB
		max_wal_size = 4GB
		max_worker_processes = 16
		log_min_messages = warning
		shared_preload_libraries = 'phm'
	EOT
}

# Stops every private cluster under a folder (default: all of this checkout).
cluster_stop()
{
	local file dir pid
	for file in "${1:-$RUN_DIR}"/{,*/,*/*/}postmaster.pid; do
		dir=${file%/postmaster.pid}
		pid=$(cluster_pid "$dir") || continue
		kill -INT "$pid" || continue
		wait_for_end "$pid"
		rm -rf "/tmp/phm.$EUID.$(path_key "$dir")"
	done
}

# A running cluster uses the library it has loaded: restart after a build that changed it.
cluster_fresh()
{
	local name=${1:-main} stamp
	cluster_env "$name"
	stamp=$(cksum <"$("$PG_BIN/pg_config" --pkglibdir)/phm.so"; cluster_settings)
	if [ "$(cat "$VERSION_DIR/$name.stamp" 2>/dev/null)" != "$stamp" ]; then
		cluster_stop "$VERSION_DIR/$name"
	fi
	cluster_start "$name"
	printf '%s\n' "$stamp" >"$VERSION_DIR/$name.stamp"
}

psql_quiet() { "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }

# Makes database NAME anew in the private cluster, with phm in it.
fresh_database()
{
	psql_quiet -c 'SET client_min_messages = warning' -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" \
		-c "CREATE DATABASE $1 TEMPLATE template0"
	psql_quiet -d "$1" -c 'CREATE EXTENSION phm'
}
