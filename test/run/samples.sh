# ./run samples [DIR [SET...]]: load every FHIR set of DIR (laid out like ../shared/samples, the default) and show that nothing is lost.
#
# A set is an archive fhir/NAME.tar.zst or paired/NAME.tar.zst that holds FHIR
# JSON.  Every resource goes file -> record -> JSON and is compared.
main()
{
	local dir archive sets=() failed=0 set
	if [ $# -gt 0 ]; then
		dir=$1
		shift
	else
		dir=$(shared_samples) || { say "there is no ../shared/samples"; return 1; }
	fi
	[ -d "$dir" ] || { echo "run: no such folder: $dir" >&2; return 2; }
	dir=$(readlink -f "$dir")
	need_packages zstd
	build
	cluster_fresh
	for archive in "$dir"/fhir/*.tar.zst "$dir"/paired/*fhir*.tar.zst; do
		[ -f "$archive" ] || continue
		set=${archive#"$dir"/}
		set=${set%.tar.zst}
		[ $# -eq 0 ] || [[ " $* " == *" ${set##*/} "* ]] || continue
		sets+=("$set")
	done
	[ ${#sets[@]} -gt 0 ] || { echo "run: no FHIR set in $dir" >&2; return 2; }
	for set in "${sets[@]}"; do
		sample_set "$dir" "$set" || failed=1
	done
	printf '%s sets, %s resources, %s equal, %s different or miscounted\n' "${#sets[@]}" \
		"$(sum_of 2)" "$(sum_of 3)" "$(sum_of 4)"
	return $failed
}

shared_samples()
{
	local dir
	for dir in "${PHM_SHARED:-}" ../shared ../../shared; do
		[ -n "$dir" ] && [ -d "$dir/samples" ] || continue
		echo "$dir/samples"
		return
	done
	return 1
}

# Adds up one word of the summaries of all sets.
sum_of() { awk -v n="$1" '{ s += $n } END { print s + 0 }' "${sets[@]/#/$VERSION_DIR/samples.}" 2>/dev/null; }

# Unpacks, loads and compares one set.
sample_set()
{
	local dir=$1 set=$2 folder expected=$1/EXPECTED/fhir_resource_counts.tsv
	folder=$(mktemp -d /tmp/phm.samples.XXXXXX)
	zstd -dcq --long=27 "$dir/$set.tar.zst" | tar x --no-same-owner -C "$folder"
	chmod -R a+rX "$folder"
	mkdir -p "$(dirname "$VERSION_DIR/samples.$set")"
	fresh_database phm_samples
	psql_quiet -d phm_samples -At -c 'SELECT phm.create_store()' >/dev/null
	psql_quiet -d phm_samples -At -v folder="$folder" <<-'EOT' | psql_quiet -d phm_samples
		SELECT format('CALL phm.load(%L, %L);', f, replace(f, :'folder' || '/', ''))
		  FROM phm.server_files(:'folder') AS f ORDER BY f;
	EOT
	psql_quiet -d phm_samples -v folder="$folder" -v set="$set" -v expected="$expected" \
		-v has_expected="$([ -f "$expected" ] && echo true || echo false)" \
		-v summary="$VERSION_DIR/samples.$set" -f test/samples/compare.sql
	rm -rf "$folder"
	[ "$(awk '{ print $4 }' "$VERSION_DIR/samples.$set")" = 0 ]
}
