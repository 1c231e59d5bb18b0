#!/bin/bash
# Several files at once: one sum where a report is a sum, one report each under a heading elsewhere. A
# damaged file costs a line and status 1, not the others.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq

cp "$BUILD/tests/load/calls" "one$$"
for file in a.data b.data z.data; do
	[ $file != z.data ] || compress=-z
	"$REC" -q -a ${compress:-} -o $file -- "./one$$" 100 >/dev/null
done
counts()
{
	"$ANA" syscall-counts --format json "$@" | jq -S '[.syscalls[] | {(.name): .count}] | add'
}
for words in "" "--comm one$$" "--syscalls getppid"; do
	# shellcheck disable=SC2086
	check_eq "a sum $words" "$(for file in a.data b.data z.data; do counts $words $file; done |
		jq -sS 'map(to_entries[]) | group_by(.key) | map({(.[0].key): (map(.value) | add)}) | add')" \
		"$(counts $words a.data b.data z.data)"
done
"$ANA" syscall-counts --format json a.data z.data >json
check_eq "which files" "a.data z.data" "$(jq -r '[.files[].file] | join(" ")' json)"
check_eq "of which machines" "$(uname -n)" "$(jq -r '.files[].hostname' json | sort -u)"

"$ANA" stats a.data b.data >each
check_eq "one each" "$(printf '==> a.data <==\n'; "$ANA" stats a.data; printf '\n==> b.data <==\n'; "$ANA" stats b.data)" \
	"$(cat each)"
check_eq "objects" "a.data b.data" "$("$ANA" stats --format json a.data b.data | jq -rs '[.[].file] | join(" ")')"
check_status "CSV of several" 2 "$ANA" stats --format csv a.data b.data
check_match "says so" '^ana: one file at a time: what is b.data\?$' "$(cat err)"

head -c $(($(stat -c %s a.data) / 2)) a.data >cut.data
for report in syscall-counts stats; do
	check_status "$report: a damaged one in between" 1 "$ANA" $report cut.data b.data cut.data
	check_eq "$report: a line for each" 2 "$(grep -c '^ana: cut.data: offset 0x[0-9a-f]*: the file was cut' err)"
done
check_eq "the whole one is in the sum" 1 "$(("$("$ANA" syscall-counts --format json cut.data b.data 2>/dev/null | jq '[.syscalls[].count] | add')" > \
	"$("$ANA" syscall-counts --format json b.data | jq '[.syscalls[].count] | add')"))"
check_eq "it is said to be partial" false "$("$ANA" syscall-counts --format json b.data cut.data 2>/dev/null | jq .complete)"
