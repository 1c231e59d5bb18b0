#!/bin/bash
# The line on the terminal: it tells rate, size and loss, fits, is gone before the summary, holds
# nothing up, and is nowhere else.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd script
need_cmd jq
keep_busy

# on_terminal COLUMNS ARGS... - what rec writes to a terminal of that width, into $tty.
on_terminal()
{
	SHELL=/bin/sh script -qec "stty cols $1; exec $REC ${*:2}" /dev/null </dev/null >"$tty" 2>&1 || fail "rec ${*:2}: $(cat "$tty")"
}
# In the background: several recordings take no longer than one.
beside() { tty=tty.$1 on_terminal "${@:2}" & recs+=($!); }
recs=()
# all_ended - those that were started so.
all_ended()
{
	local pid

	for pid in "${recs[@]}"; do
		wait "$pid" || exit 1 # it has said why
	done
	recs=()
}
tty=tty
updates() { tr '\r' '\n' <"$tty" | grep -cE "$1" || true; }

line='^rec: [0-9.]+[kM]? events/s, [0-9]+\.[0-9] MB, [0-9]+ lost *$'
on_terminal 80 -a -o a.data --duration 1.8
[ "$(updates "$line")" -ge 2 ] || fail "too few lines in 1.8 s: $(cat -v tty)"
check_eq "it is gone when the summary comes" "" \
	"$(tr '\r' '\n' <tty | grep -v '^$' | sed '/woken up/,$d' | tail -n 1 | tr -d ' ')"
check_eq "... and nothing else was printed" 2 "$(tr '\r' '\n' <tty | grep -v '^ *$' | grep -cvE "$line")"
rate=$(tr '\r' '\n' <tty | sed -n 's/^rec: \([0-9.]*[kM]*\) events.*/\1/p' | sed 's/k/e3/;s/M/e6/' | sort -g | tail -n 1)
events=$("$ANA" syscall-counts --format json a.data | jq '[.syscalls[].count] | add')
awk -v rate="$rate" -v events="$events" 'BEGIN { exit !(rate > events / 1.8 / 10 && rate < events * 3) }' ||
	fail "a rate of $rate a second for $events events in 1.8 s"

on_terminal 80 -a -m 2 -o a.data --duration 1.2 --syscalls '!getppid'
[ "$(updates "$line")" -ge 1 ] || fail "small rings: $(cat -v tty)"

# With --overwrite, too, it is told what happens, though nothing is written; and of several files all.
on_terminal 80 -a --overwrite -m 1M -o o.data --duration 1.3
[ "$(updates '^rec: [1-9][0-9.]*[kM]? events/s, 0\.0 MB, [0-9]+ lost *$')" -ge 1 ] || fail "--overwrite: $(cat -v tty)"
on_terminal 80 -a --switch-output=100K -o o.data --duration 1.8
tr '\r' '\n' <tty | sed -n 's/^rec: .* events.s, \([0-9.]*\) MB.*/\1/p' >sizes
sort -gc sizes || fail "the size falls: $(cat sizes)"
total=$(sed -n 's/.*captured and wrote \([0-9.]*\) MB.*/\1/p' tty)
awk -v all="$total" -v last="$(tail -n 1 sizes)" 'BEGIN { exit !(last > all / 4 && last <= all) }' ||
	fail "several files: $(tail -n 1 sizes) of $total MB"

# A narrow terminal gets less, never a second line, and no number that is cut.
widths="36 20 9 4 1"
for columns in $widths; do
	beside $columns $columns -a -o $columns.data --duration 0.8
done
all_ended
for columns in $widths; do
	tty=tty.$columns
	longest=$(tr '\r' '\n' <"$tty" | sed '/woken up/,$d' | awk '{ n = length > n ? length : n } END { print n + 0 }')
	[ "$longest" -lt $columns ] || fail "$longest characters in $columns columns: $(cat -v "$tty")"
	[ $columns -lt 9 ] || [ "$(updates '^[0-9.]+[kM]?/s [0-9]+MB [0-9]+ lost *$|^[0-9]+ lost *$|events/s')" -ge 1 ] ||
		fail "nothing on $columns columns: $(cat -v "$tty")"
done

# ---- where there is none ----
nowhere=("-q -a --duration 0.8" "-a -- sh -c 'sleep 0.8'" "-o - -a --duration 0.8 | cat >stream")
for n in "${!nowhere[@]}"; do
	beside none$n 80 -o none$n.data "${nowhere[n]}"
done
beside sleep 80 -a -o a.data -- sleep 1.2
"$REC" -a -o file.data --duration 0.8 2>err
all_ended
check_eq "none in a file" 0 "$(tr '\r' '\n' <err | grep -cE "$line" || true)"
for n in "${!nowhere[@]}"; do
	tty=tty.none$n
	check_eq "none with ${nowhere[n]}" 0 "$(updates "$line")"
done
tty=tty.sleep
[ "$(updates "$line")" -ge 1 ] || fail "beside sleep: $(cat -v "$tty")"

# ---- a terminal that takes nothing holds nothing up ----
{
	sleep 1
	printf '\023'
	sleep 3
	printf '\021'
	sleep 0.5
} | SHELL=/bin/sh script -qec "stty cols 80; exec $REC --summary json -a -o a.data --duration 2" /dev/null >tty 2>&1 &
stopped=$!

# A Ctrl-C leaves no trace in the summary's lines.
{
	sleep 1.2
	printf '\003'
	sleep 0.5
} | SHELL=/bin/sh script -qec "stty cols 80; exec $REC -a -o c.data" /dev/null >tty.c 2>&1
check_match "Ctrl-C" "$(printf '\r *\r\\[ rec: woken up')" "$(cat tty.c)"
wait $stopped
check_match "Ctrl-S" '"ended_by":"duration"' "$(cat tty)"
seconds=$(tr '\r' '\n' <tty | sed -n 's/.*"duration_seconds":\([0-9]*\).*/\1/p')
check_eq "... does not stop the recording" 2 "$seconds"
