#!/bin/bash
# ana reads what perf record wrote, alone, with other events, compressed and killed; its counts
# are those of perf script's text.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd python3

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
# It has no formats: raw_syscalls is known by its records.
for report in "syscall-counts" "syscall-counts --comm nobody"; do
	# shellcheck disable=SC2086
	check_status "a killed perf record" 0 "$ANA" $report killed.data
	check_match "... has no formats, which is told" "^ana: killed.data: does not describe its tracepoints; events that look like raw_syscalls are taken for these$" "$(cat err)"
done
check_status "repair of it" 0 "$ANA" repair killed.data
check_eq "... has the same counts" "$("$ANA" syscall-counts killed.data.repaired)" "$("$ANA" syscall-counts killed.data 2>/dev/null)"
check_status "a script for it" 0 "$ANA" -g python killed.data
check_match "... has its handler" "^def raw_syscalls__sys_enter\(" "$(cat perf-script.py)"
"$PERF" record -q -e sched:sched_process_exec -o other.data -- true >/dev/null 2>&1
dd if=/dev/zero of=other.data bs=1 seek=48 count=8 conv=notrunc status=none # data.size, as if it was killed
check_status "one without system calls" 1 "$ANA" syscall-counts other.data
check_match "... says so" "other.data: does not describe its tracepoints \(its recorder, not rec, did not finish it\)" "$(cat err)"
check_status "... and has nothing to generate from" 1 "$ANA" -g python -f other.data

# Formats that cannot be read: one line, and the same.
off=$(grep -abo 'tracing0\.[0-9]' one.data | tail -n 1 | cut -d: -f1)
cp one.data noformats.data
printf X | dd of=noformats.data bs=1 seek=$((off + 1)) conv=notrunc status=none
check_status "damaged formats" 1 "$ANA" syscall-counts noformats.data
check_match "... are told" "^ana: noformats.data: offset 0x[0-9a-f]+: event formats: .*; read without formats of tracepoints; events that look like raw_syscalls are taken for these$" "$(cat err)"
check_eq "... in one line" 1 "$(wc -l <err)"
check_eq "... and guessed" "$("$ANA" syscall-counts one.data)" "$(cat out)"
check_status "repair of it" 0 "$ANA" repair noformats.data
check_eq "perf script reads that" "$("$PERF" script -i one.data 2>/dev/null | md5sum)" \
	"$("$PERF" script -i noformats.data.repaired 2>/dev/null | md5sum)"

# One bad line in one of many formats: the other events have theirs.
"$PERF" record -q -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o two.data -- "$BUILD/tests/load/calls" 20
python3 - two.data badformat.data <<'X'
import re, sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"name: sys_exit\n")
at = data.index(b"size:8;", at)
open(sys.argv[2], "wb").write(data[:at] + b"size:-;" + data[at + 7:])
X
check_status "a bad format" 1 "$ANA" print badformat.data
check_match "... is named" "^ana: badformat.data: format of tracepoint raw_syscalls:sys_exit: .*; read without this format$" "$(cat err)"
check_eq "... and the others have theirs" "$("$ANA" print two.data | grep -a 'sys_enter: ')" "$(grep -a 'sys_enter: ' out)"
check_eq "... with a line for each event" "$("$ANA" print two.data | wc -l)" "$(wc -l <out)"
check_status "repair of it" 0 "$ANA" repair badformat.data
check_match "... says why" "format of tracepoint raw_syscalls:sys_exit: " "$(cat out)"
check_match "... finds another" "^event [0-9]+: raw_syscalls:sys_exit " "$(cat out)"
check_eq "... for that one only" 1 "$(grep -c '^event' out)"
check_eq "... which perf reads" "$("$PERF" script -i two.data 2>/dev/null | md5sum)" \
	"$("$PERF" script -i badformat.data.repaired 2>/dev/null | md5sum)"
check_match "... and is whole" "nothing is wrong" "$("$ANA" repair badformat.data.repaired)"

# Cut behind its records: all of them are there, but what describes them is not.
size=$(od -An -t u8 -j 40 -N 16 one.data | awk '{ print $1 + $2 }')
head -c $((size + 40)) one.data >behind.data
check_status "cut behind its records" 1 "$ANA" syscall-counts behind.data
check_match "... says so" "^ana: behind.data: offset 0x[0-9a-f]+: the file was cut behind its records" "$(cat err)"
check_eq "... and counts them" "$("$ANA" syscall-counts one.data)" "$(cat out)"
