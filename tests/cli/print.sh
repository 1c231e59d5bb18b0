#!/bin/bash
# ana print: names of tasks at the time of the event, into a file as they are, on a terminal without
# what could harm it; lost events; a recording without formats.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd script

# A task that gives itself the name of an escape sequence, and then another one.
evil=$(printf '\033[31m')
cat >task.sh <<'X'
printf '\033[31mX\377' >/proc/self/comm
umask >/dev/null
printf 'honest' >/proc/self/comm
umask >/dev/null
X
check_status "rec" 0 "$REC" --syscalls umask -o evil.data -- bash task.sh
"$ANA" print -F comm,trace evil.data >plain
[ "$(grep -ac 'mask: 0x' plain)" -ge 2 ] || fail "two calls: $(cat plain)"
grep -qaF "$evil" plain || fail "a name goes into a file as it is"
check_match "the name at the time of the event" '^ +honest mask: 0x' "$(cat plain)"

SHELL=/bin/sh script -qec "'$ANA' print -F comm,trace evil.data" /dev/null >terminal </dev/null
check_match "on a terminal" '^ *\\x1b\[31mX\\xff mask: 0x' "$(tr -d '\r' <terminal)"
! grep -qaF "$evil" terminal || fail "an escape sequence reached the terminal"

# Only what was asked for, with a line for each event and nothing else.
check_status "one field" 0 "$ANA" print -F event evil.data
check_eq "one field" "syscalls:sys_enter_umask: " "$(sort -u out)"
check_status "no events of that kind" 0 "$ANA" print -F trace: evil.data
check_eq "no fields: no lines" "" "$(cat out)"
check_status "the time of day" 0 "$ANA" print --wall -F time evil.data
check_match "the time of day" "^$(date +%Y)-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}: $" "$(cat out)"
check_status "in nanoseconds" 0 "$ANA" print --ns -F time evil.data
check_match "in nanoseconds" "^ *[0-9]+\.[0-9]{9}: $" "$(cat out)"

# What perf did not finish has no formats: the rest of the lines is there. (Those of raw_syscalls are known.)
if [ -n "$PERF" ] && "$PERF" record -q -a -e sched:sched_switch -o whole.data -- sleep 0.2 2>/dev/null; then
	size=$(od -An -t u8 -j 40 -N 16 whole.data | awk '{ print $1 + $2 }')
	head -c "$size" whole.data >cut.data
	check_status "a file without formats" 1 "$ANA" print cut.data
	check_match "a file without formats" "^ *[^ ].* +[0-9]+ \[[0-9]+\] +[0-9]+\.[0-9]{6}: +#0: $" "$(cat out)"
	check_match "... says so" "cut.data: does not describe its tracepoints, .*; try: ana repair cut.data$" "$(cat err)"
fi

# As it is recorded.
check_status "through a pipe" 0 sh -c "'$REC' -q -o - --syscalls umask -- bash task.sh | '$ANA' print -F comm,trace -"
check_match "through a pipe" '^ +honest mask: 0x' "$(cat out)"

# A ring that is too small: what was lost is told, but not in the output.
"$REC" -q -a -m 8K --threads 1 -e raw_syscalls:sys_enter -o lost.data -- "$BUILD/tests/load/calls" 3000 2>/dev/null >calls || true
if [ "$("$ANA" syscall-counts --format json lost.data | sed 's/.*"lost":\([0-9]*\).*/\1/')" != 0 ]; then
	check_status "lost events" 0 "$ANA" print lost.data
	check_match "lost events" "^ana: lost.data: [0-9,]+ events were lost when it was recorded$" "$(cat err)"
	check_eq "not in the output" 0 "$(grep -c 'lost' out || true)"
fi
