#!/bin/bash
# CPUs that go down and come up while rec records: what each did is in the file, also after it came
# back, under ids that perf and ana know, and counts are exact. A CPU that was away when rec started,
# too; with several events, threads, files, through a pipe, as a flight recorder, by task.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
need_cmd taskset
need_perf
cpu=$(ls -d /sys/devices/system/cpu/cpu[0-9]*/online 2>/dev/null | tail -n 1)
[ -w "$cpu" ] && [ "$(cat "$cpu")" = 1 ] || skip "no CPU can be switched off"
nr=$(echo "$cpu" | tr -dc 0-9)
come_back() { echo 1 >"$cpu"; }
undo=come_back
echo 0 2>/dev/null >"$cpu" || skip "CPU $nr cannot be switched off"
come_back
keep_busy
load=$BUILD/tests/load/calls

# told NUMBER WHAT - rec has said so often that the CPU came up.
told()
{
	check_eq "$2" "$1" "$(grep -c "^rec: CPU $nr came up; it is recorded from now on$" summary || true)"
}

# The calls of the load on that CPU, each sort so often.
there()
{
	local before

	before=$(grep -c 'came up' summary || true)
	[ "$(cat "$cpu")" = 1 ] || come_back
	for _ in $(seq 100); do
		[ "$(grep -c 'came up' summary || true)" = "$before" ] || break
		sleep 0.05
	done
	cp "$load" ./there
	taskset -c "$nr" ./there 1000 >/dev/null
}

stop()
{
	kill -INT $rec
	wait $rec || fail "rec: $(cat summary)"
	check_eq "nothing is wrong" "" "$(grep -v '^rec: CPU .* came up; \|^rec: .* on CPU\|^{\|^rec: event\|^rec: [0-9]* CPUs*, \|^rec: filter\|rec: wrote' summary || true)"
}

# FILE... hold what the kernel counted, and the calls on that CPU $1 times.
check_files()
{
	local times=$1 file recorded=0 calls=0

	shift
	for file in "$@"; do
		check_status "ana reads $file" 0 "$ANA" syscall-counts --format json "$file"
		check_eq "... without a complaint" "" "$(cat err)"
		recorded=$((recorded + $(jq '[.syscalls[].count] | add // 0' out)))
		calls=$((calls + $("$ANA" syscall-counts --comm there --format json "$file" 2>/dev/null |
			jq '[.syscalls[] | select(.name == "getppid") | .count] | add // 0')))
		check_eq "perf knows all ids of $file" "$(jq '[.syscalls[].count] | add // 0' out)" \
			"$("$PERF" script -i "$file" 2>perf.err | grep -c raw_syscalls:sys_enter)"
		check_eq "... without a complaint" "" "$(grep -iv 'lost' perf.err || true)"
	done
	check_eq "counted = recorded + lost" "$(sed -n 's/^{/{/p' summary | jq '.events[0] | .counted - .lost')" $recorded
	check_eq "calls on CPU $nr" $((times * 1000)) "$calls"
}

record() { rec_start "$1" -v --summary json -m "${ring:-4M}" "${@:2}"; }

if [ ! -e "$BUILD/.san" ]; then # each part takes seconds; sanitized, those with a ring that is copied
	record down.data -a
	echo 0 >"$cpu"
	sleep 0.2
	stop
	told 0 "it did not come back"
	check_files 0 down.data
	come_back

	echo 0 >"$cpu"
	record off.data -a -D -1
	there
	stop
	check_eq "what is not switched on stays off" 0 "$(sed -n 's/^{/{/p' summary | jq '.events[0].counted')"
fi

# Twice, so that the second time it is no longer the first event that owns the ring.
record again.data -a -e raw_syscalls:sys_enter -e sched:sched_process_exec
for _ in 1 2; do
	echo 0 >"$cpu"
	there
done
stop
told 2 "it came back twice"
check_files 2 again.data
check_eq "an event beside it" 2 "$("$PERF" script -i again.data 2>/dev/null | grep -c 'sched_process_exec.*/there ')"

echo 0 >"$cpu"
record late.data -a --threads 2
check_eq "a ring for each CPU that is there" $(($(nproc --all) - 1)) \
	"$(sed -n 's/^rec: \([0-9]*\) CPUs*, .*/\1/p' summary)"
there
echo 0 >"$cpu"
there
stop
told 2 "it came, and came back"
check_files 2 late.data
check_eq "rings at the end" "$(nproc)" "$(sed -n 's/^{/{/p' summary | jq .rings)"

echo 0 >"$cpu"
record many.data -a --switch-output=signal -z
there
kill -USR2 $rec
for _ in $(seq 100); do
	! ls many.data.2* >/dev/null 2>&1 || break
	sleep 0.05
done
echo 0 >"$cpu"
there
stop
sed -i '/ rec: wrote /d' summary
check_files 2 many.data.2*

"$REC" -v --summary json -a -o - 2>summary >piped.data &
rec=$!
sleep 0.5
echo 0 >"$cpu"
there
stop
check_status "a stream" 0 "$ANA" syscall-counts --comm there --format json piped.data
check_eq "... has the calls" 1000 "$(jq '.syscalls[] | select(.name == "getppid") | .count' out)"

echo 0 >"$cpu"
# It holds what fits: others may be busy, too. There is no file yet that tells that it records.
mkfifo ctl ack
exec 8<>ctl 9<>ack
"$REC" -v --summary json -m 64M -o flight.data -a --overwrite -e raw_syscalls:sys_enter \
	--control fifo:ctl,ack 2>summary 8>&- 9>&- &
rec=$!
echo ping >&8
read -r -t 30 _ <&9 || fail "rec: $(cat summary)"
there
echo 0 >"$cpu"
there
stop
check_status "a flight recorder" 0 "$ANA" syscall-counts --comm there --format json flight.data.2*
check_eq "... has the calls" 2000 "$(jq '.syscalls[] | select(.name == "getppid") | .count' out)"

record one.data -C "$nr" --syscalls getppid
echo 0 >"$cpu"
there
stop
check_eq "-C and a filter" getppid:1000 "$("$ANA" syscall-counts --comm there --format json one.data |
	jq -r '.syscalls[] | "\(.name):\(.count)"')"

# while_stopped SECONDS - the CPU goes and comes while rec sleeps, so long that much is due at once.
while_stopped()
{
	kill -STOP $rec
	echo 0 >"$cpu"
	come_back
	sleep "$1"
	kill -CONT $rec
	for _ in $(seq 100); do
		! grep -q 'came up' summary || break
		sleep 0.05
	done
	sleep 0.3
}

# Its ring is full when it is first read as a copy, and full again at once.
(
	trap 'kill $!; exit' TERM
	while :; do
		taskset -c "$nr" "$load" 100000 >/dev/null 2>&1 &
		wait $! || true
	done
) &
busy=$!
for _ in 1 2 3; do
	ring=4K record full.data -C "$nr"
	while_stopped 0.2
	kill -INT $rec
	wait $rec || fail "rec: $(cat summary)"
	told 1 "it came under load"
	check_status "a ring that is full" 0 "$ANA" syscall-counts --format json full.data
	check_eq "... has what was counted" "$(sed -n 's/^{/{/p' summary | jq '.events[0] | .counted - .lost')" \
		"$(jq '[.syscalls[].count] | add' out)"
	check_eq "... under ids that perf knows" "$(jq '[.syscalls[].count] | add' out)" \
		"$("$PERF" script -i full.data 2>/dev/null | grep -c raw_syscalls:sys_enter)"
done
kill $busy
wait $busy || true

# It comes when the next file is due, and its ring has been read for this one already.
record due.data -C "$nr" --syscalls getppid --switch-output=1s
cp "$load" ./there
taskset -c "$nr" ./there 1000 >/dev/null
sleep 0.3
while_stopped 1
taskset -c "$nr" ./there 1000 >/dev/null
stop
for file in due.data.2*; do
	"$ANA" syscall-counts --comm there --format json "$file"
done >out
check_eq "a file that is due then: all is in one of them" 2000 "$(jq -s '[.[].syscalls[].count] | add' out)"

# What the kernel says of others is not heard, however much it is.
record others.data -a
kill -STOP $rec
for _ in $(seq 400); do
	echo change >/sys/devices/virtual/mem/null/uevent
done
kill -CONT $rec
sleep 0.3
stop
told 0 "none came"

# The events of tasks are there for CPUs that are away.
echo 0 >"$cpu"
(sleep 1; come_back; exec taskset -c "$nr" "$load" 1000 >/dev/null) &
check_status "by task" 0 "$REC" -q -p $! -o task.data
check_eq "... has the calls" 1000 "$("$ANA" syscall-counts --comm calls --format json task.data |
	jq '.syscalls[] | select(.name == "getppid") | .count')"
