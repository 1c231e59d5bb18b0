#!/bin/bash
# A pass that takes longer than a second says on a terminal how far it is, in one line, which is gone
# before anything else is printed.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd script
need_cmd python3
export NO_COLOR=1

"$REC" -q -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o a.data -- "$BUILD/tests/load/spin" 1 400000 2>/dev/null
size=$(stat -c %s a.data)
# slowly FILE SECONDS - through a pipe, in that time.
cat >slowly <<'X2'
import os, sys, time
data = open(sys.argv[1], "rb").read()
for i in range(40):
	os.write(1, data[len(data) * i // 40:len(data) * (i + 1) // 40])
	time.sleep(float(sys.argv[2]) / 40)
X2
# on_terminal COLUMNS COMMAND - what it writes to a terminal of that width, into $tty; how long it took, into $tty.us.
on_terminal()
{
	local began=${EPOCHREALTIME//./}

	SHELL=/bin/sh script -qec "stty cols $1; $2" /dev/null </dev/null >"$tty" 2>&1 || true
	echo $((${EPOCHREALTIME//./} - began)) >"$tty.us"
}
# Each line that was shown, without the blanks behind it.
shown() { tr '\r' '\n' <"$tty" | sed 's/ *$//' | grep -E "$1" || true; }
tty=tty
line='^reading standard input: [0-9.]+ [kMG]?B, [0-9.]+ [kMG]?B/s$'
none() { check_eq "$1" "" "$(shown '(^|[^a-z])reading|[kM]B/s')"; }

on_terminal 80 "python3 slowly a.data 0.6 | $ANA syscall-counts -"
none "in less than a second"

# They do little but wait, so several at once.
reports=(syscall-counts stats rw-by-file summary "syscall-counts --format json" "syscall-counts --comm spin")
for n in "${!reports[@]}"; do
	tty=tty.$n on_terminal 200 "python3 slowly a.data 2.2 | $ANA ${reports[n]} -" &
done
tty=tty.bytes on_terminal 80 "python3 slowly a.data 2.2 | $ANA syscall-counts -" &
for columns in 30 4; do
	tty=tty.columns$columns on_terminal $columns "python3 slowly a.data 1.6 | $ANA syscall-counts -" &
done
wait
for n in "${!reports[@]}"; do
	report=${reports[n]} tty=tty.$n
	"$ANA" $report a.data >plain
	nr=$(shown "$line" | wc -l)
	most=$((2 + ($(cat $tty.us) - 1000000) / 200000))
	[ "$nr" -ge 3 ] && [ "$nr" -le $most ] || fail "$report: $nr lines, not 3 to $most: $(cat -v $tty)"
	# What is behind the last one: a line of blanks, then the report.
	sed 's/.*\r *\r//; s/\r$//; s/^bytes  .*//' $tty >got
	check_eq "$report: gone before the report" "$(head -n 1 plain | sed 's/a\.data/standard input/')" "$(head -n 1 got)"
	check_eq "$report: the same as of a file" "$(sed 's/a\.data/standard input/; s/^bytes  .*//' plain)" "$(cat got)"
	check_match "$report: nothing of it is left" $'\r {30,}\r' "$(cat $tty)"
done
tty=tty.bytes
bytes=$(shown "$line" | tail -n 1 | sed 's/.*: \([0-9.]*\) MB,.*/\1/')
awk -v shown="$bytes" -v all=$((size / 1000)) 'BEGIN { exit !(shown * 1000 > all / 2 && shown * 1000 <= all * 1.1) }' ||
	fail "$bytes MB of $size bytes: $(shown "$line")"
shown "$line" | sed 's/.*: \([0-9.]*\) MB,.*/\1/' | sort -gc || fail "it falls: $(shown "$line")"
# Narrow terminals.
for columns in 30 4; do
	tty=tty.columns$columns
	longest=$(tr '\r' '\n' <$tty | sed '/syscall events/,$d' | awk '{ n = length > n ? length : n } END { print n + 0 }')
	[ "$longest" -lt $columns ] || fail "$longest characters in $columns columns: $(cat -v $tty)"
	[ $columns -lt 12 ] || [ -n "$(shown '^(reading.*: )?[0-9.]+ [kMG]?B(, [0-9.]+ [kMG]?B/s)?$')" ] || fail "nothing on $columns columns"
done

# A file, of which it is known how long it is: held up when it has been opened, so that it takes more than a second.
cat >held_up <<'X2'
"$ANA" summary a.data a.data a.data &
pid=$!
while kill -0 $pid && ! ls -l /proc/$pid/fd | grep -q 'a\.data$'; do :; done 2>/dev/null
kill -STOP $pid
sleep 1.3
kill -CONT $pid
wait $pid
X2
tty=tty
for _ in 1 2 3 4 5 6; do
	on_terminal 80 "sh held_up"
	! tr '\r' '\n' <tty | grep -q '^reading' || break
done
check_match "a file" '^reading a.data: [0-9]+ %, [0-9.]+ [kMG]?B/s, [0-9]+ s left *$' "$(tr '\r' '\n' <tty)"

# ---- where there is none ----
tty=tty.file on_terminal 80 "python3 slowly a.data 1.6 | $ANA syscall-counts - 2>err" &
streaming="print dump sctop rwtop"
for report in $streaming; do
	tty=tty.$report on_terminal 80 "python3 slowly a.data 1.6 | $ANA $report - | tail -n 1" &
done
tty=tty.report on_terminal 80 "python3 slowly a.data 1.6 | $ANA syscall-counts - >out" &
# Of damage one line is told, behind it.
head -c $((size / 2)) a.data >cut.data
tty=tty.cut on_terminal 80 "python3 slowly cut.data 1.6 | $ANA syscall-counts -" &
wait
tty=tty.file
none "into a file"
check_eq "nothing in the file" "" "$(cat err)"
for report in $streaming; do
	tty=tty.$report
	none "$report, which prints as it goes"
done
tty=tty.report
[ "$(shown "$line" | wc -l)" -ge 1 ] || fail "none when only the report goes into a file: $(cat -v $tty)"
check_eq "... which is whole" "$("$ANA" syscall-counts a.data)" "$(cat out)"
check_match "damage" '^ana: standard input: offset 0x' "$(sed 's/.*\r *\r//' tty.cut)"
