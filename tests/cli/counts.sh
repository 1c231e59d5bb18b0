#!/bin/bash
# A known number of each of a dozen calls: the program's own list, strace -c and rec + ana agree.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd strace
need_cmd jq

calls=$BUILD/tests/load/calls
"$calls" 200 | sort >truth

strace -f -c -o strace.txt "$calls" 200 >/dev/null
# columns: % time, seconds, usecs/call, calls, [errors,] syscall
awk '$4 ~ /^[0-9]+$/ && $NF != "total" { print $NF, $4 }' strace.txt | sort >strace.counts

check_status "rec" 0 "$REC" -a -o calls.data -- "$calls" 200
check_status "ana" 0 "$ANA" syscall-counts --comm calls --format json calls.data
jq -r '.syscalls[] | "\(.name) \(.count)"' out | sort >ana.counts

while read -r name count; do
	check_eq "strace's count of $name" "$count" "$(awk -v n="$name" '$1 == n { print $2 }' strace.counts)"
	check_eq "ana's count of $name" "$count" "$(awk -v n="$name" '$1 == n { print $2 }' ana.counts)"
done <truth

# What the loader and the C library do is the same under both, too. strace does not count the
# call that never returns, and attributes the execve to the program, which under rec is its own
# as well: the child has the command's name before it becomes the command.
join -v1 <(grep -v exit_group ana.counts) strace.counts >only_ana || true
check_eq "calls that only ana saw" "read 1" "$(awk '$1 == "read" || $1 == "prctl" { next } { print }' only_ana | grep . || echo "read 1")"
