#!/bin/bash
# Every way in which rec cannot record gives one line that says what failed and what to do, with
# status 1, or 2 when the command line is at fault; and leaves the old recording alone.
. "$(dirname "$0")/../lib.sh"

# bad WHAT STATUS ERE ARGS...
bad()
{
	local what=$1 status=$2 pattern=$3

	shift 3
	check_status "$what" "$status" "$REC" "$@"
	check_match "$what" "^rec: .*$pattern" "$(cat err)"
	check_eq "$what: one line" 1 "$(wc -l <err)"
	check_eq "$what: nothing on stdout" 0 "$(wc -c <out)"
}

bad "unknown long option" 2 "unknown option --ouput; did you mean --output\?" --ouput x
bad "unknown letter" 2 "unknown option -Z; --help" -Z
bad "missing value" 2 "option -o needs a value: FILE" -o
bad "value where none goes" 2 "option --quiet takes no value" --quiet=1
bad "-q with -v" 2 "exclude each other" -q -v
bad "ring size" 2 "12Q is no size; give pages, or bytes" -m 12Q
bad "ring size 0" 2 "0 is no size" -m 0
bad "CPU list" 2 "0-x is no list of CPUs" -C 0-x
bad "an empty event" 2 "option -e needs a name" -e ,

need_root_tracefs
echo precious >perf.data
bad "no such CPU" 1 "no CPU 4095; online are 0" -C 4095
bad "unknown event" 1 "unknown event raw_syscalls:sys_entre; did you mean raw_syscalls:sys_enter" \
	-e raw_syscalls:sys_entre
bad "event without its system" 1 "unknown event sys_enter; did you mean .*raw_syscalls:sys_enter" \
	-e sys_enter
bad "event like nothing" 1 "unknown event zzzzzzzz:qqqqqq; rec records tracepoints" \
	-e zzzzzzzz:qqqqqq
bad "event that is a path" 2 "is not of the form" -e ../..:x
bad "no such folder" 1 "cannot create /nonexistent/x.data: No such file or directory; choose" \
	-o /nonexistent/x.data -a -- true
bad "a folder" 1 "it is no regular file" -o "$T" -a -- true
check_eq "the old recording is untouched" precious "$(cat perf.data)"
bad "no such command" 127 "cannot run no-such-command: No such file" -a -- no-such-command
bad "a command that cannot be executed" 126 "cannot run ./perf.data: Permission denied" \
	-a -- ./perf.data
check_eq "the old recording is still untouched" precious "$(cat perf.data)"
bad "a full disk" 1 "cannot write /dev/full: No space left on device .* free some space" \
	-o /dev/full -a -- true

# A disk that fills up on the way: what was written is a recording.
if mkdir small && mount -t tmpfs -o size=3m none small 2>/dev/null; then
	bad "a disk that fills up" 1 "cannot write small/x.data: No space left on device after [0-9.]+ MB" \
		-o small/x.data -a -- sh -c "exec '$BUILD/tests/load/spin' 2 100000 >/dev/null" # it may end first
	check_status "ana reads what went onto the full disk" 0 "$ANA" syscall-counts small/x.data
	check_match "... and says that it is not all" "was not finished" "$(cat err)"
	umount small
fi
