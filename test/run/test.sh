# ./run test [--fast] [NAME...]: every pass, or the passes and regression tests of these names.
#
# A pass is a file test/run/pass/NN-NAME.sh that defines pass_NAME, which prints what
# failed and returns non-zero; or returns SKIP after printing why it could not run.
# NN gives the order.  A pass whose inputs may be absent in a tree defines inputs_NAME
# too, which prints them: without any the pass does not count, so none passes on nothing.
# A line "# slow" in the file keeps a pass out of --fast.  Passes run under set -e.
SKIP=77

main()
{
	local fast=no passes=() names=() word
	for word in "$@"; do
		if [ "$word" = --fast ]; then
			fast=yes
		elif [ -n "$(pass_file "$word")" ]; then
			passes+=("$word")
		elif [ -f "sql/$word.sql" ]; then
			names+=("$word")
		else
			die "no pass and no regression test is called $word"
		fi
	done
	[ ${#passes[@]} -gt 0 ] || [ ${#names[@]} -gt 0 ] || passes=($(all_passes "$fast"))
	need_packages clang libclang-rt-dev "postgresql-$PG_VERSION-pgtap" \
		libtap-parser-sourcehandler-pgtap-perl libipc-run-perl
	alone test
	build
	cluster_fresh
	run_passes
}

# Names of all passes in order; of the fast ones when asked.
all_passes()
{
	local file
	for file in test/run/pass/*.sh; do
		[ "$1" = no ] || ! grep -q '^# slow' "$file" || continue
		file=${file##*/}
		file=${file%.sh}
		echo "${file#*-}"
	done
}

# The file of pass NAME, nothing when there is none.
pass_file() { compgen -G "test/run/pass/[0-9][0-9]-$1.sh" || true; }

# Runs the passes and the regression tests that main chose, and counts.
run_passes()
{
	local pass begin status passed=0 failed=0 skipped=0
	[ ${#names[@]} -eq 0 ] || [[ " ${passes[*]} " == *' regress '* ]] || passes+=(regress)
	for pass in "${passes[@]}"; do
		. "$(pass_file "$pass")"
		if declare -F "inputs_$pass" >/dev/null && [ -z "$("inputs_$pass")" ]; then
			say "$pass: nothing to run yet, not counted"
			continue
		fi
		begin=$SECONDS
		set +e
		if [ "$pass" = regress ]; then (set -e; pass_regress "${names[@]}"); else (set -e; "pass_$pass"); fi
		status=$?
		set -e
		case $status in
			0) say "$pass: passed ($((SECONDS - begin)) s)"; passed=$((passed + 1)) ;;
			"$SKIP") say "$pass: skipped"; skipped=$((skipped + 1)) ;;
			*) say "$pass: FAILED"; failed=$((failed + 1)) ;;
		esac
	done
	told=yes
	printf '%s passed, %s failed%s\n' "$passed" "$failed" "$([ $skipped = 0 ] || echo ", $skipped skipped")"
	[ $failed = 0 ]
}

# For a pass: the folder of shared sample data; without it the reason is printed.
#   dir=$(shared_data samples) || return $?
shared_data()
{
	local dir
	for dir in "${PHM_SHARED:-}" ../shared ../../shared; do
		[ -n "$dir" ] && [ -e "$dir/$1" ] || continue
		readlink -f "$dir/$1"
		return
	done
	say "there is no ../shared/$1 (or \$PHM_SHARED/$1)" >&2
	return "$SKIP"
}
