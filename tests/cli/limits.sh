#!/bin/bash
# --duration, --max-size, --max-events, -D, --dry-run: a recording that begins and ends by itself.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
load=$BUILD/tests/load

count_of() { "$ANA" syscall-counts --format json "$1" | jq '[.syscalls[].count] | add // 0'; }
samples_of() { sed -n 's/.*(\([0-9]*\) samples, \([0-9]*\) lost).*/\1 \2/p' "$1"; }
seconds() { local from=$SECONDS; "$@"; [ $((SECONDS - from)) -lt 15 ] || fail "$*: took too long"; }

# ---- time ----
seconds check_status "--duration" 0 "$REC" -a --duration 300ms -o d.data -- "$load/spin" 1 20000000
check_eq "all that was recorded is in the file" "$(count_of d.data) 0" "$(samples_of err)"
[ "$(count_of d.data)" -gt 0 ] || fail "--duration: nothing was recorded"
seconds check_status "--duration ends a command, too" 0 "$REC" -q --duration 0.3 -o d.data -- sleep 60
check_match "... that was recorded" "^execve" "$("$ANA" syscall-counts --format csv d.data)"
check_status "a command that ends before" 3 "$REC" -q --duration 20 -o d.data -- sh -c 'exit 3'

# The family waits until told, so that only what comes after the delay is there.
check_status "-D: not before" 0 "$REC" -q -D 1500 -o D.data -- sh -c "$load/calls 20; sleep 2.5; $load/calls 30"
check_eq "-D: what comes after the delay is there, what came before is not" 30 \
	"$("$ANA" syscall-counts --format json D.data | jq '.syscalls[] | select(.name == "getppid") | .count')"
if [ -n "$PERF" ]; then
	check_eq "-D: under its right name" "calls" "$("$PERF" script -i D.data -F comm,trace 2>/dev/null |
		awk '/NR 140 / { print $1 }' | sort -u)"
fi
"$REC" -o U.data -D -1 -- sh -c "$load/calls 20; read -r line; $load/calls 30" < <(sleep 2; echo) >/dev/null 2>summary &
rec=$!
sleep 1
kill -USR1 $rec
wait $rec || fail "-D -1: $(cat summary)"
check_eq "-D -1: from SIGUSR1 on" 30 \
	"$("$ANA" syscall-counts --format json U.data | jq '.syscalls[] | select(.name == "getpriority") | .count - 12')"

# ---- size ----
check_status "--max-size below what the file begins with" 0 "$REC" -a --max-size 1K -o m.data -- true
check_match "... is told" "^rec: --max-size leaves no room for events: .* takes [0-9]+ KiB$" "$(cat err)"
for size in 64K 1M; do
	"$REC" -a --max-size $size -o m.data -- "$load/spin" 2 20000000 2>summary >/dev/null
	bytes=$(stat -c %s m.data) limit=$(numfmt --from=iec $size)
	[ "$bytes" -le "$limit" ] || fail "--max-size $size: $bytes bytes"
	[ "$bytes" -gt $((limit - 2000)) ] || fail "--max-size $size: only $bytes bytes"
	check_status "--max-size $size: the file is whole" 0 "$ANA" syscall-counts m.data
	check_eq "... and nothing is said against it" "" "$(cat err)"
	check_eq "... the summary tells what is in it" "$(count_of m.data)" "$(samples_of summary | cut -d' ' -f1)"
done

# ---- events ----
for n in 1 7 1000; do
	seconds check_status "--max-events $n" 0 "$REC" -a --max-events $n -o n.data -- "$load/spin" 2 20000000
	check_eq "--max-events $n" "$n" "$(count_of n.data)"
	check_eq "... the summary says so" "$n" "$(samples_of err | cut -d' ' -f1)"
	if [ -n "$PERF" ]; then
		check_eq "... and perf" "$n" "$("$PERF" script -i n.data 2>/dev/null | wc -l)"
	fi
done

# ---- only say ----
check_status "--dry-run" 0 "$REC" -a -e raw_syscalls:sys_enter,sched:sched_switch --dry-run -o no.data -- touch ran
check_match "... says what" "event sched:sched_switch" "$(cat err)"
if [ -e no.data ] || [ -e ran ]; then
	fail "--dry-run did something"
fi
check_status "--dry-run of what cannot be" 1 "$REC" --dry-run -e no:such -- true

for words in "--duration x" "--duration 0" "--duration -1" "--duration 1e3" "--max-size 1X" "--max-events 0" \
	"--max-events 1K" "-D soon" "-D -2"; do
	# shellcheck disable=SC2086
	check_status "$words" 2 "$REC" -o x.data $words -- true
	check_match "$words" "^rec: option ${words% *}: ${words#* } is no " "$(cat err)"
done
