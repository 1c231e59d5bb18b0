#!/bin/bash
# syscall-counts as a table, as CSV and as JSON: the same numbers, in the documented order.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq

"$REC" -q -a -- "$BUILD/tests/load/calls" 100
"$ANA" syscall-counts >table
"$ANA" syscall-counts --format csv >csv
"$ANA" syscall-counts --format=json perf.data >json

check_eq "title" "syscall events:" "$(sed -n 1p table)"
check_eq "header" "event                                          count" "$(sed -n 3p table)"
check_eq "rule" "----------------------------------------  -----------" "$(sed -n 4p table)"
tail -n +5 table | awk '{ sub(/^sys_/, "", $1); print $1 "," $2 }' >rows.table
check_eq "CSV header" "syscall,nr,count" "$(head -n 1 csv)"
check_eq "table and CSV" "$(cat rows.table)" "$(tail -n +2 csv | cut -d, -f1,3)"
check_eq "CSV and JSON" "$(tail -n +2 csv)" \
	"$(jq -r '.syscalls[] | [.name, .nr, .count] | map(tostring) | join(",")' json)"
check_eq "most calls first, then by number" "$(tail -n +2 csv | sort -t, -k3,3nr -k2,2n)" "$(tail -n +2 csv)"
check_eq "JSON keys" "comm? complete file lost report syscalls version" \
	"comm? $(jq -r 'keys_unsorted | sort | join(" ")' json)"
"$ANA" syscall-counts --comm calls,nobody-has-it --format json |
	jq -e '.comm == "calls,nobody-has-it" and (.syscalls | length > 10)' >/dev/null ||
	fail "--comm takes a list"
"$ANA" syscall-counts --comm nobody-has-it >none
check_eq "nobody of that name: an empty table" 4 "$(wc -l <none)"
check_match "... and it is said that nobody has it" "no task named nobody-has-it made a system call" \
	"$("$ANA" syscall-counts --comm nobody-has-it 2>&1 >/dev/null)"
for list in ,calls calls, ,,calls,,; do
	check_eq "--comm $list" "$("$ANA" syscall-counts --comm calls --format csv)" \
		"$(timeout 20 "$ANA" syscall-counts --comm "$list" --format csv)"
done
