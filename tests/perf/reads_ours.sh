#!/bin/bash
# perf reads what rec wrote: script, report, evlist, header, data convert, script -g; and counts
# the same calls in it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq

"$REC" -q -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit,sched:sched_switch -- \
	"$BUILD/tests/load/calls" 300

check_status "perf script" 0 "$PERF" script -i perf.data
awk '/raw_syscalls:sys_enter:/ { for (i = 1; i < NF; i++) if ($i == "NR") print $(i + 1) }' out |
	sort -n | uniq -c | awk '{ print $2 "," $1 }' >perf.counts
"$ANA" syscall-counts --format csv | tail -n +2 | cut -d, -f2,3 | sort -n >ana.counts
check_eq "counts of ana and of perf script" "$(cat perf.counts)" "$(cat ana.counts)"
check_match "all events are there" "sched:sched_switch" "$(cat out)"

check_status "perf report" 0 "$PERF" report -i perf.data --stdio
check_match "perf report" "of event 'raw_syscalls:sys_enter'" "$(cat out)"
check_status "perf evlist -v" 0 "$PERF" evlist -v -i perf.data
check_match "perf evlist -v" "^raw_syscalls:sys_enter: .*sample_type: TID\|TIME\|CPU\|RAW\|IDENTIFIER" "$(cat out)"
check_status "perf header" 0 "$PERF" report --header-only -i perf.data
check_match "hostname" "# hostname : $(uname -n)" "$(cat out)"
check_match "command line" "# cmdline : .*rec -q -a -e raw_syscalls:sys_enter" "$(cat out)"
check_match "time of the samples" "# time of last sample : [0-9]" "$(cat out)"
first=$("$PERF" script -i perf.data -F time 2>/dev/null | head -n 1 | tr -d ' :' || true)
check_match "SAMPLE_TIME is that of the first sample" "# time of first sample : $first" "$(cat out)"
check_status "perf data convert" 0 "$PERF" data convert --to-json out.json -i perf.data --force
jq -e '.samples | length > 100' out.json >/dev/null || fail "perf data convert found no samples"
check_status "perf script -g python" 0 "$PERF" script -g python -i perf.data
check_match "its handlers" "^def raw_syscalls__sys_enter" "$(cat perf-script.py)"
check_eq "samples of 112 bytes" 112 \
	"$("$PERF" script -D -i perf.data 2>/dev/null | sed -n 's/.* \[\(0x70\)\]: PERF_RECORD_SAMPLE.*/\1/p' | head -n 1 | xargs printf '%d')"
