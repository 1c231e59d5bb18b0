#!/bin/bash
# --control: orders from a FIFO, answered as perf answers them, and what they do to the recording.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
own=calls$$ # others on the machine may run what is called calls, too
cp "$BUILD/tests/load/calls" $own

calls_of() { "$ANA" syscall-counts --comm $own --format json "$2" 2>/dev/null | jq "[.syscalls[] | select(.name == \"$1\") | .count] | add // 0"; }

mkfifo ctl ack
exec 7<>ack

# tell ORDER - one order, and the five bytes that answer it.
tell()
{
	local answer

	echo "$1" >ctl
	answer=$(timeout 10 head -c 5 <&7 | od -An -c | tr -d ' ') || fail "$1: no answer"
	check_eq "the answer to $1" 'ack\n\0' "$answer"
}

# start PROGRAM ARGS... - records only what the load does, since perf hears orders when it is idle.
start()
{
	# Nothing of the recorded process shall take an order from the FIFO.
	"$@" -a --control fifo:ctl,ack -- sleep 60 7>&- >/dev/null 2>"$T/summary" &
	program=$!
	tell ping
}

# play - the same for rec and perf: which of the loads are in the file?
play()
{
	tell ping
	./$own 1 >/dev/null
	tell enable
	./$own 10 >/dev/null
	tell disable
	./$own 100 >/dev/null
	tell enable
	./$own 1000 >/dev/null
	tell stop
	wait "$program" || status=$?
}

event=syscalls:sys_enter_getppid
if [ -e "/sys/kernel/tracing/events/syscalls/sys_enter_getppid" ]; then
	status=0
	start "$REC" -D -1 -e $event -o rec.data
	play
	check_eq "stop is an end as it should be" 0 "$status"
	check_eq "calls while it was enabled" 1010 \
		"$("$ANA" syscall-counts --comm $own --format json rec.data | jq '[.syscalls[].count] | add')"
	if [ -n "$PERF" ]; then
		start "$PERF" record -D -1 -e $event -o perf.data
		play
		check_eq "perf does the same" "$("$PERF" script -i perf.data --comm $own -F comm,trace 2>/dev/null)" \
			"$("$PERF" script -i rec.data --comm $own -F comm,trace 2>/dev/null)"
	fi
fi

# One event of two; orders in one piece; words that are none.
start "$REC" -D -1 -o two.data -e raw_syscalls:sys_enter -e sched:sched_process_exit
tell 'enable raw_syscalls:sys_enter'
./$own 3 >/dev/null
tell 'disable raw_syscalls:sys_enter'
./$own 50 >/dev/null
tell 'enable no:such'
printf 'frobnicate\nping now\n\nenable sched:sched_process_exit\nping\n' >ctl
check_eq "two are answered, three are none" 'ack\n\0ack\n\0' "$(timeout 10 head -c 10 <&7 | od -An -c | tr -d ' \n')"
sh -c 'exit 0'
tell stop
wait "$program" || fail "status $?"
check_eq "calls while the event was on" 3 "$(calls_of getppid two.data)"
check_eq "what is no order is told" 2 "$(grep -c '^rec: unknown order from --control' summary)"
check_eq "what is no event is told" 1 "$(grep -c '^rec: none of the events' summary)"
if [ -n "$PERF" ]; then
	check_match "the other event, while it was on" sched_process_exit "$("$PERF" script -i two.data 2>/dev/null)"
fi

# The recording begins with one event, too.
start "$REC" -D -1 --duration 500ms -o one.data -e raw_syscalls:sys_enter -e sched:sched_process_exit
tell 'enable no:such'
tell 'enable raw_syscalls:sys_enter'
ended=$(timeout 20 tail --pid="$program" -f /dev/null && echo ended || true)
check_eq "--duration counts from that" ended "$ended"
wait "$program" || fail "status $?"

# A snapshot is a file, and it is there when the order is answered.
start "$REC" -o s.data --switch-output
for n in 1 2 3; do
	./$own $n >/dev/null
	tell snapshot
	check_eq "files after $n snapshots" "$n" "$(ls s.data.* | wc -l)"
	check_eq "calls in file $n" "$n" "$(calls_of getppid "$(ls s.data.* | tail -1)")"
done
tell stop
wait "$program" || fail "status $?"
check_eq "files at the end" 4 "$(ls s.data.* | wc -l)"

# Descriptors, whose other end is closed at some time: that is no order.
exec 8<>ctl
"$REC" -q -a -o fd.data --control fd:8,7 -- sleep 1 &
program=$!
echo ping >ctl
check_eq "an answer to a descriptor" 'ack\n\0' "$(timeout 10 head -c 5 <&7 | od -An -c | tr -d ' ')"
wait $program || fail "status $?"
(sleep 0.2) | check_status "the writer goes away" 0 "$REC" -q -a -o gone.data --control fd:5 -- sleep 0.6 5<&0

# Nobody reads the answers, or nobody reads them any more: they are lost, and the recording is not.
{ "$REC" -q -a -o mute.data --control fd:8,6 -- sh -c 'echo ping >ctl; sleep 0.5' 6>&1 >/dev/null 2>mute && echo whole >end; } 6>&1 | true || true
check_eq "a pipe that nobody reads is no end" whole "$(cat end)"
rm end
check_match "... it is told" "^rec: cannot answer an order from --control: Broken pipe" "$(cat mute)"
check_status "... and the file is whole" 0 "$ANA" syscall-counts mute.data
{ dd if=/dev/zero bs=4k count=64 oflag=nonblock status=none || true
	"$REC" -q -a -o mute.data --control fd:8,6 -- sh -c 'echo ping >ctl; sleep 0.5' 6>&1 >/dev/null 2>mute &&
		echo whole >end; } 2>/dev/null | sleep 2
check_eq "a pipe that is full is none" whole "$(cat end)"
check_match "... it is told" "^rec: cannot answer an order from --control: Resource temporarily unavailable" "$(cat mute)"

# What is behind a line that is too long for an order is no order, wherever the line is cut.
start "$REC" -o long.data
for n in 256 300 511 512 100000; do
	{ head -c $n /dev/zero | tr '\0' x; echo stop; } >ctl
done
tell ping
check_eq "each of the lines is told" 5 "$(grep -c '^rec: unknown order from --control' summary)"
tell stop
wait "$program" || fail "status $?"

for spec in x fifo: fifo:,ack fd: fd:x fd:7, fd:7,8,9 fd:77 fd:-1; do
	check_rec_error 2 "rec: option --control: $spec is not fifo:PATH[,ACKPATH] nor fd:N[,N]" --control $spec -- true
done
check_rec_error 1 "rec: cannot open none: No such file or directory; make it with mkfifo" --control fifo:none -- true
echo >file
check_rec_error 1 "rec: file is no FIFO; make one with mkfifo" --control fifo:ctl,file -- true
