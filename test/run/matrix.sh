# ./run matrix [SUITE...]: build with gcc and clang, demo and test, in folders of Debian 12, 13 and testing.
#
# The folders are made with mmdebstrap from this machine's Debian mirror and kept in
# /var/tmp/phm-matrix (or $PHM_MATRIX_DIR) for the next time.  Each holds a bare system:
# what ./run needs there, ./run installs there.  Debian 12 and 13 decide; testing moves
# and is only reported.
main()
{
	local suites=("$@") suite failed=0
	[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie testing)
	need_packages mmdebstrap
	make_run_dir
	MATRIX=${PHM_MATRIX_DIR:-/var/tmp/phm-matrix}
	as_root mkdir -p "$MATRIX"
	[ "$(stat -c %u "$MATRIX")" = 0 ] || die "$MATRIX does not belong to root"
	exec 8<"$MATRIX"			# the folders serve every checkout, one at a time
	flock -n 8 || { note "waiting for another ./run matrix"; flock 8; }
	mkdir -p "$RUN_DIR/matrix"
	printf '%-34s %-11s %-7s %-7s %-7s %-32s %s\n' system PostgreSQL gcc clang demo tests seconds
	for suite in "${suites[@]}"; do
		matrix_one "$suite" || [ "$suite" = testing ] || failed=1
	done
	return $failed
}

# Makes, builds, tests and reports one suite; false when anything went wrong.
matrix_one()
{
	local suite=$1 log=$RUN_DIR/matrix/$1.log begin=$SECONDS status=0
	local system="Debian $1" postgres=- gcc=- clang=- demo=- tests='no such folder could be made' line
	if matrix_folder "$suite" >"$log" 2>&1; then
		tests='did not run'
		while read -r line; do
			case $line in
				'matrix system '*) system=${line#matrix system } ;;
				'matrix postgres '*) postgres=${line#matrix postgres } ;;
				'matrix gcc '*) gcc=${line#matrix gcc } ;;
				'matrix clang '*) clang=${line#matrix clang } ;;
				'matrix demo '*) demo=${line#matrix demo } ;;
				*' passed, '*' failed'*) tests=$line ;;
			esac
		done < <(matrix_script | matrix_enter "$MATRIX/$suite" bash 2>&1 | tee -a "$log")
	fi
	printf '%-34s %-11s %-7s %-7s %-7s %-32s %s\n' "$system" "$postgres" "$gcc" "$clang" "$demo" "$tests" $((SECONDS - begin))
	case "$gcc $clang $demo $tests" in
		'ok ok ok '[1-9]*' passed, 0 failed'*) ;;
		*) tail -60 "$log" >&2; say "$suite: see $log" >&2; status=1 ;;
	esac
	return $status
}

# Makes the folder of a suite when it is not there, and copies the working tree to /phm in it.
matrix_folder()
{
	local folder=$MATRIX/$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=() line
	if [ ! -d "$folder" ]; then
		while read -r line; do
			options+=(--aptopt="$line")
		done < <(apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries)')
		[ ! -f "$keyring" ] || options+=(--keyring="$keyring")
		as_root rm -rf "$folder.new"
		as_root mmdebstrap --variant=apt "${options[@]}" "$1" "$folder.new" "$(matrix_mirror)" || return 1
		as_root mv "$folder.new" "$folder"
	fi
	as_root rm -rf "$folder/phm"
	as_root mkdir "$folder/phm"
	git ls-files -z --cached --others --exclude-standard | perl -0ne 'chomp; print "$_\0" if -e' |
		tar --null -T - -cf - | as_root tar -xf - --no-same-owner -C "$folder/phm"
	as_root cp /etc/resolv.conf "$folder/etc/resolv.conf"
}

# The Debian mirror that this machine's apt uses.
matrix_mirror()
{
	apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 2>/dev/null |
		sed -n '/security/d;s| Debian$||p' | head -1 | grep . || echo http://deb.debian.org/debian
}

# What happens inside; lines that begin with "matrix" go to the report.
matrix_script()
{
	cat <<-'EOT'
		cd /phm
		echo "matrix system $(. /etc/os-release; echo "$PRETTY_NAME")"
		export PHM_CFLAGS=-Werror
		for compiler in clang gcc; do
			if CC=$compiler ./run build </dev/null; then echo "matrix $compiler ok"; else echo "matrix $compiler FAILED"; fi
		done
		echo "matrix postgres $(dpkg-query -W -f '${Version}\n' 'postgresql-[1-9][0-9]' | sed 's/-.*//;/^$/d')"
		export CC=gcc
		if ./run demo </dev/null; then echo "matrix demo ok"; else echo "matrix demo FAILED"; fi
		./run test --fast </dev/null
		./run stop
	EOT
}

# Runs a command in a folder, with mounts and processes of its own which end with it,
# and with as little in its environment as a fresh system has: no locale, for one.
matrix_enter()
{
	local root=$1 shared
	shift
	shared=$(for shared in "${PHM_SHARED:-}" ../shared ../../shared; do
		[ -z "$shared" ] || [ ! -d "$shared" ] || { readlink -f "$shared"; break; }; done)
	as_root unshare --mount --pid --fork --kill-child --propagation private bash -c '
		set -e
		root=$1 shared=$2
		shift 2
		mount -t proc proc "$root/proc"
		mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || true
		mount -t tmpfs -o mode=755,size=1m tmpfs "$root/dev"
		for name in null zero full random urandom tty; do
			touch "$root/dev/$name"
			mount --bind "/dev/$name" "$root/dev/$name"
		done
		mkdir "$root/dev/shm" "$root/dev/pts"
		mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
		ln -s pts/ptmx "$root/dev/ptmx"
		ln -s /proc/self/fd "$root/dev/fd"
		ln -s fd/0 "$root/dev/stdin"
		ln -s fd/1 "$root/dev/stdout"
		ln -s fd/2 "$root/dev/stderr"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		if [ -n "$shared" ]; then
			mkdir -p "$root/shared"
			mount --bind "$shared" "$root/shared"
			mount -o remount,bind,ro "$root/shared"
		fi
		exec chroot "$root" /usr/bin/env -i HOME=/root DEBIAN_FRONTEND=noninteractive TERM=dumb \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' \
		_ "$root" "$shared" "$@" 8>&- 9>&-
}
