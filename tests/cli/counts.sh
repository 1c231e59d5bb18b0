#!/bin/bash
# A known number of each of a dozen calls: the program's own list, strace -c and rec + ana agree.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd strace
need_cmd jq

calls=$BUILD/tests/load/calls
"$calls" 200 | sort >truth

strace -f -c -o strace.txt "$calls" 200 >printed # to a file, as under rec below
# columns: % time, seconds, usecs/call, calls, [errors,] syscall
awk '$4 ~ /^[0-9]+$/ && $NF != "total" { print $NF, $4 }' strace.txt | sort >strace.counts

check_status "rec" 0 "$REC" -a -o calls.data -- "$calls" 200
check_status "ana" 0 "$ANA" syscall-counts --comm calls --format json calls.data
jq -r '.syscalls[] | "\(.name) \(.count)"' out | sort >ana.counts

while read -r name count; do
	check_eq "strace's count of $name" "$count" "$(awk -v n="$name" '$1 == n { print $2 }' strace.counts)"
	check_eq "ana's count of $name" "$count" "$(awk -v n="$name" '$1 == n { print $2 }' ana.counts)"
done <truth

# What the loader and the C library do is the same under both, too, the execve included: the child
# has the command's name before it becomes the command. strace does not count the call that never
# returns.
check_eq "all calls of the program" "$(cat strace.counts)" "$(grep -v '^exit_group ' ana.counts)"
