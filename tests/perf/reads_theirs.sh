#!/bin/bash
# ana reads what perf record wrote, alone, with other events, compressed and killed; its counts
# are those of perf script's text.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_perf

load=$BUILD/tests/load/calls

# same FILE
same()
{
	"$PERF" script -i "$1" 2>/dev/null |
		awk '/raw_syscalls:sys_enter:/ { for (i = 1; i < NF; i++) if ($i == "NR") print $(i + 1) }' |
		sort -n | uniq -c | awk '{ print $2 "," $1 }' >perf.counts
	[ -s perf.counts ] || fail "$1: perf script found no system call"
	"$ANA" syscall-counts --format csv "$1" | tail -n +2 | cut -d, -f2,3 | sort -n >ana.counts
	check_eq "$1: counts of ana and of perf script" "$(cat perf.counts)" "$(cat ana.counts)"
	"$PERF" script -i "$1" --comm calls 2>/dev/null | grep -c raw_syscalls:sys_enter: >perf.comm
	check_eq "$1: calls of one comm" "$(cat perf.comm)" \
		"$("$ANA" syscall-counts --comm calls --format csv "$1" | awk -F, 'NR > 1 { n += $3 } END { print n }')"
}

"$PERF" record -q -a -e raw_syscalls:sys_enter -o one.data -- "$load" 200 >/dev/null
same one.data
"$PERF" record -q -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -e cpu-clock -o many.data -- \
	"$load" 200 >/dev/null
same many.data
"$PERF" record -q -e raw_syscalls:sys_enter -e sched:sched_switch -o task.data -- "$load" 200 >/dev/null
same task.data
"$PERF" record -q -a -g -e raw_syscalls:sys_enter -o chain.data -- "$load" 200 >/dev/null
same chain.data
"$PERF" record -q -z -a -e raw_syscalls:sys_enter -o z.data -- "$load" 2000 >/dev/null
same z.data

"$PERF" record -q -a -e raw_syscalls:sys_enter --filter 'id==1' -e raw_syscalls:sys_enter --filter 'id!=1' \
	-o twice.data -- "$load" 200 >/dev/null
same twice.data

"$PERF" record -q -a -e raw_syscalls:sys_enter -o killed.data >/dev/null 2>&1 &
sleep 1
kill -9 $!
wait $! 2>/dev/null || true
check_status "a killed perf record has no formats" 1 "$ANA" syscall-counts killed.data
check_match "... and ana says so" "killed.data: does not describe its tracepoints \(its recorder, not rec, did not finish it\)" "$(cat err)"
check_status "... nor anything to generate from" 1 "$ANA" -g python killed.data
