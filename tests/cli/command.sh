#!/bin/bash
# rec -- COMMAND: its exit status is passed on, every one of its calls is recorded (it starts when
# the rings run), signals end the recording well, and rec is not in it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq

check_status "exit status" 7 "$REC" -q -a -- sh -c 'exit 7'
check_status "death by a signal" 143 "$REC" -q -a -- sh -c 'kill -TERM $$'
check_status "the first call is there" 0 "$REC" -q -a -- "$BUILD/tests/load/calls" 10
first=$("$ANA" syscall-counts --comm calls --format json | jq '.syscalls[] | select(.name == "execve") | .count')
check_eq "execve is recorded, once for each folder that was tried" 1 "$first"

for signal in INT TERM HUP; do
	"$REC" -a -o $signal.data 2>summary &
	rec=$!
	sleep 0.5
	kill -$signal $rec
	status=0
	wait $rec || status=$?
	check_eq "status after SIG$signal" 0 $status
	check_match "summary after SIG$signal" "captured and wrote" "$(cat summary)"
	check_status "the file is whole" 0 "$ANA" syscall-counts $signal.data
	check_eq "... and nothing is said against it" "" "$(cat err)"
done

# Under a name of its own: there may be another rec on this machine.
own=rec.$$
cp "$REC" $own
"./$own" -q -a -o self.data -- sleep 0.6
check_eq "rec does not record itself" 0 \
	"$("$ANA" syscall-counts --comm $own --format json self.data | jq '[.syscalls[].count] | add // 0')"
"./$own" -q --include-self -a -o with.data -- sleep 0.6
[ "$("$ANA" syscall-counts --comm $own --format json with.data | jq '[.syscalls[].count] | add // 0')" -gt 0 ] ||
	fail "--include-self: no call of rec was recorded"

if unshare -p -f --mount-proc true 2>/dev/null; then
	unshare -p -f --mount-proc "./$own" -q -a -o ns.data -- sleep 0.6
	check_eq "nor in a pid namespace, where it has another number" 0 \
		"$("$ANA" syscall-counts --comm $own --format json ns.data | jq '[.syscalls[].count] | add // 0')"
fi

"$REC" -q -C 0 -o cpu.data -- taskset -c 0 "$BUILD/tests/load/calls" 50
check_eq "-C records that CPU" 50 \
	"$("$ANA" syscall-counts --comm calls --format json cpu.data | jq '.syscalls[] | select(.name == "getppid") | .count')"

# What the command inherits is the user's, not ours.
# shellcheck disable=SC2016
check_eq "the limit of open files" "$(sh -c 'ulimit -Sn 512; ulimit -n')" \
	"$(sh -c "ulimit -Sn 512; '$REC' -q -a -o l.data -- sh -c 'ulimit -n'")"

# A parent that ignores SIGCHLD, or SIGHUP (nohup).
check_status "SIGCHLD ignored" 3 timeout 20 perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' \
	"$REC" -q -a -o c.data -- sh -c 'exit 3'
nohup "$REC" -q -a -o n.data -- sleep 1.5 >/dev/null 2>&1 &
rec=$!
sleep 0.7
kill -HUP $rec
status=0
wait $rec || status=$?
check_eq "nohup rec does not hear of SIGHUP" 0 $status

# A command that will not end, or is stopped, does not hold us.
for how in 'trap "" TERM INT; sleep 20 & wait; wait' 'kill -STOP $$'; do
	"$REC" -q -a -o t.data -- sh -c "$how" 2>stubborn.err &
	rec=$!
	sleep 0.8
	start=$(date +%s%N)
	kill -TERM $rec
	wait $rec || true
	[ $((($(date +%s%N) - start) / 1000000)) -lt 4000 ] || fail "rec waits for: $how"
	check_status "... and its file is whole" 0 "$ANA" syscall-counts t.data
	left=$(sed -n 's/^rec: the command (pid \([0-9]*\)) does not end; it is left running$/\1/p' stubborn.err)
	[ -z "$left" ] || pkill -KILL -P "$left" || true
	[ -z "$left" ] || kill -KILL "$left"
	[ -n "$left" ] || [ "${how#trap}" = "$how" ] || fail "nothing was said of a command that does not end"
done

# A Ctrl-C while all is made ready, which the command hears, too: at different moments of that.
for wait in 0.01 0.02 0.03 0.04 0.05 0.06; do
	setsid "$REC" -a -o early.data -- sleep 20 2>early.err &
	rec=$!
	sleep $wait
	kill -INT -- -$rec 2>/dev/null || kill -INT $rec
	wait $rec || true
	check_eq "Ctrl-C after $wait s" "" \
		"$(grep -v '^\[ rec: \|^rec: stopped before the recording began$' early.err || true)"
done
