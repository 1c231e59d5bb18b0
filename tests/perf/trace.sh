#!/bin/bash
# ana trace on recordings made here: the same lines as strace -f -T writes of the same program, the same calls as
# perf trace -i finds in the same file; its three forms tell the same, also where events were lost.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd python3
need_cmd jq

compare() { PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/perf/trace.py" "$@"; }
# same FILE HOW LEAST - and at least so many lines or calls
same()
{
	compare "$ANA" "$1" "$2" >out || fail "$1: $2: $(cat out)"
	[ "$(sed -n '$s/ .*//p' out)" -ge "$3" ] || fail "$1: $2: $(cat out)"
}
# has WHAT ERE FILE - a line of it matches
has() { grep -Eq -e "$2" "$3" || fail "$1: no line like $2 among $(wc -l <"$3")"; }
both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)

# The table of arguments is of some kernel; make callargs makes it anew.
"$ROOT/report/callargs.sh" >now.inc
compare "$ROOT/report/callargs.inc" now.inc arguments >out || fail "report/callargs.inc: $(cat out)"
cat out

if command -v strace >/dev/null && [ "$(uname -m)" = x86_64 ]; then
	strace -f -T -a 1 -o theirs "$BUILD/tests/load/args"
	"$REC" -q "${both[@]}" -o args.data -- "$BUILD/tests/load/args"
	same args.data strace 150 <theirs
	strace -f -T -a 1 -o theirs "$BUILD/tests/load/calls" 20 >/dev/null
	"$REC" -q "${both[@]}" -o calls.data -- "$BUILD/tests/load/calls" 20 >/dev/null
	same calls.data calls 100 <theirs
fi

# Children that return twice, exec by threads, tasks that sleep, fail, are moved, and end in the middle.
cat >load.sh <<E
for i in 1 2 3 4; do "$BUILD/tests/load/calls" 50 >/dev/null & done
for i in 1 2 3; do sleep 0.01; cat /nowhere 2>/dev/null; ls / | head -n 1 >/dev/null; done
wait
E
"$REC" -q -m 16M -a "${both[@]}" -o all.data -- sh load.sh >/dev/null
same all.data forms 1000
"$ANA" trace all.data >lines
"$ANA" trace --whole all.data >whole
has "the end of a process" ' sh/[0-9]+ exit_group\(0\) = \?$' whole
child=$(sed -n 's/.* sh\/[0-9]* .*\(fork\|clone\) *\(resumed\)\{0,1\}.*= \([1-9][0-9]*\) <.*/\3/p' lines | head -n 1)
[ -n "$child" ] || fail "a child's parent"
has "the child of its parent" "/$child <\.\.\. v?(fork|clone) resumed>\) = 0$" lines
check_eq "no line is anything else" "" "$(grep -Ev '^[0-9:]{8}\.[0-9]{6} ([^ ].*/|:)[0-9]+ ([a-z0-9_]+\(.*(>|\)|\) = (\?|-?[0-9]+|0x[0-9a-f]+))|<\.\.\. [a-z0-9_]+ resumed>\) = (\?|-?[0-9]+|0x[0-9a-f]+)( .*)?)$' lines || true)"
check_eq "from a pipe" "$(md5sum <lines)" "$("$ANA" trace - <all.data | md5sum)"
check_eq "of a share of the time" \
	"$("$ANA" trace --format json --time 20%-40% all.data | grep -c '"state":"exact"')" \
	"$("$ANA" summary --format json --time 20%-40% all.data | jq .all.timed)"

# A call that a signal interrupts goes on as restart_syscall.
"$REC" -q "${both[@]}" -o stopped.data -- sh -c '
	sleep 0.5 & sleep 0.1; kill -STOP $!; sleep 0.1; kill -CONT $!; wait'
"$ANA" trace --whole --comm sleep stopped.data >lines
has "an interrupted call" ' = \? ERESTART_RESTARTBLOCK \(Interrupted by signal\) <0\.' lines
has "goes on" 'restart_syscall\(<\.\.\. resuming interrupted (clock_)?nanosleep \.\.\.>\) = 0 <0\.' lines

# Rings of two pages lose most of what tasks do that do nothing else.
"$REC" -m 8K -a "${both[@]}" -o lossy.data -- sh -c "$BUILD/tests/load/spin 4 20000; sh load.sh" >/dev/null 2>&1
same lossy.data forms 100
"$ANA" trace lossy.data >lines 2>said
has "losses have their lines" '^[0-9:.]+ \.\.\. [0-9]+ events? lost on CPU [0-9]+ \.\.\.$' lines
has "and a sum" '^ana: lossy.data: [0-9,]+ events were lost when it was recorded$' said

# Of several files, all lines in one order.
if [ -e args.data ]; then
	"$ANA" trace --whole all.data args.data >lines
	check_eq "of two files" "$(cat <("$ANA" trace --whole all.data) <("$ANA" trace --whole args.data) | sort | md5sum)" \
		"$(sort lines | md5sum)"
fi

# Those of several hosts have their names in front.
python3 - all.data other.data "$(uname -n)" <<'E'
import sys
data, name = open(sys.argv[1], "rb").read(), sys.argv[3].encode()
at = data.rindex(name + b"\0")
open(sys.argv[2], "wb").write(data[:at] + b"q" * len(name) + data[at + len(name):])
E
check_eq "of two hosts" "$({ uname -n; uname -n | tr -c '\n' q; } | sort | paste -sd' ')" \
	"$("$ANA" trace all.data other.data | cut -d' ' -f1 | sort -u | paste -sd' ')"

# As it is recorded.
"$REC" -q "${both[@]}" -o - -- sh load.sh | "$ANA" trace --whole - >lines
has "through a pipe" ' exit_group\(0\) = \?$' lines

need_perf
"$PERF" record -q -m 16M -a "${both[@]}" -o perf.data -- sh load.sh >/dev/null 2>&1
same perf.data forms 1000
if "$PERF" trace -i perf.data >theirs 2>&1 && grep -q ' ms): ' theirs; then
	same perf.data perf 1000 <theirs
fi
! perf_has_threads || {
	"$PERF" record -q -m 16M --threads -a "${both[@]}" -o dir.data -- sh load.sh >/dev/null 2>&1
	same dir.data forms 1000
}
# The events of single calls have the names of their arguments with them.
"$PERF" record -q -a -e syscalls:sys_enter_openat,syscalls:sys_exit_openat -o single.data -- sh load.sh >/dev/null 2>&1
"$ANA" trace --whole single.data >lines
has "of single calls" ' openat\(AT_FDCWD, 0x[0-9a-f]+, O_RDONLY\|O_CLOEXEC\) = 3 <0\.[0-9]{6}>$' lines
