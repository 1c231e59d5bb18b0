#!/bin/bash
# The reports that have the names of perf's scripts say what these say, on recordings made here.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd python3
need_cmd jq

PERF_EXEC_PATH=$("$PERF" --exec-path)
export PERF_EXEC_PATH
[ -e "$PERF_EXEC_PATH/scripts/python/sctop.py" ] || skip "this perf has no scripts"
# same LEAST REPORT FILE [COMM] - with at least LEAST rows
same()
{
	PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/perf/perf_scripts.py" "$2" "$ANA" "$PERF" "${@:3}" >out 2>&1 ||
		fail "$2 of ${*:3}: $(cat out)"
	[ "$(cat out)" -ge "$1" ] || fail "$2 of ${*:3}: $(cat out) rows, at least $1 expected"
}

# Threads that wait for each other; tasks that get new names, fail, read, write, and hit the end of files.
cat >locks.py <<'X'
import threading, time
lock = threading.Lock()
def wait():
    for _ in range(100):
        with lock:
            time.sleep(0.0003)
threads = [threading.Thread(target=wait) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
X
cat >load.sh <<X
"$BUILD/tests/load/calls" 30 >/dev/null &
"$BUILD/tests/load/names" >/dev/null 2>&1 || true
for i in 1 2 3; do cat /nowhere /etc/passwd 2>/dev/null | head -c 100 >/dev/null; done
dd if=/dev/zero of=out.bin bs=4k count=200 2>/dev/null
cat out.bin >/dev/full 2>/dev/null
python3 locks.py
wait
X
enters=-eraw_syscalls:sys_enter exits=-eraw_syscalls:sys_exit
own=(-e syscalls:sys_enter_read -e syscalls:sys_exit_read -e syscalls:sys_enter_write -e syscalls:sys_exit_write
	-e syscalls:sys_enter_futex -e syscalls:sys_exit_futex)

# whole FILE WHAT... - records the load until nothing was lost: what perf's scripts print knows of no losses.
whole()
{
	for _ in 1 2 3 4 5; do
		"$REC" -q -a -m 4M -o "$1" "${@:2}" -- bash load.sh >/dev/null 2>&1
		[ "$("$ANA" stats --format json "$1" | jq .lost)" != 0 ] || return 0
	done
	fail "$1: events were lost five times"
}

whole all.data $enters $exits
same 60 syscall-counts-by-pid all.data
same 3 syscall-counts-by-pid all.data cat
same 3 failed-syscalls all.data
same 8 failed-syscalls-by-pid all.data
same 1 failed-syscalls-by-pid all.data cat
same 30 sctop all.data
# Events that one half suffices for.
"$REC" -q -a $enters -o enters.data -- bash load.sh
same 60 syscall-counts-by-pid enters.data
"$REC" -q -a $exits -o exits.data -- bash load.sh
same 8 failed-syscalls-by-pid exits.data
same 3 failed-syscalls exits.data
# perf's own recording: other sizes, other order, no ids of its own kind.
"$PERF" record -q -a -m 4M $enters $exits -o perf.data -- bash load.sh >/dev/null 2>&1
same 60 syscall-counts-by-pid perf.data
same 8 failed-syscalls-by-pid perf.data

# Of single calls, as the scripts in Perl and futex-contention want them.
whole own.data "${own[@]}"
same 4 futex-contention own.data
same 20 rw-by-pid own.data
same 2 rw-by-file own.data dd
same 2 rw-by-file own.data cat
same 10 rwtop own.data
# ana takes them out of all calls, too.
for report in rw-by-pid rw-by-file futex-contention; do
	"$ANA" $report --format csv all.data >rows 2>err || fail "$report of all calls: $(cat err)"
	[ "$(wc -l <rows)" -gt 2 ] || fail "$report of all calls: $(cat rows)"
done

# Intervals: together they are all there is, and none is longer.
check_eq "sctop's intervals are all of it" \
	"$("$ANA" syscall-counts --format json all.data | jq '[.syscalls[].count] | add')" \
	"$("$ANA" sctop -I 20ms --format json all.data | jq '[.intervals[].syscalls[].count] | add')"
check_eq "rwtop's are, too" \
	"$("$ANA" rw-by-pid --format json own.data | jq '[.reads[].calls, .writes[].calls] | add')" \
	"$("$ANA" rwtop --top 1000 -I 20ms --format json own.data | jq '[.intervals[] | .reads[].calls, .writes[].calls] | add')"
check_eq "no interval is longer, and none is missing" true \
	"$("$ANA" sctop -I 20ms --format json all.data | jq '[.intervals[] | .end_ns - .start_ns <= 20000000] | all')"
check_eq "one begins where the one before ends" true \
	"$("$ANA" sctop -I 20ms --format json all.data |
		jq '[.intervals as $i | range(1; $i | length) | $i[.].start_ns == $i[. - 1].end_ns] | all')"

# A stream is the same; each interval comes when it is over, and not at the end.
"$REC" -q -a $enters -o - -- bash load.sh >stream.data
check_eq "sctop of a stream" "$("$ANA" sctop -I 50ms stream.data | md5sum)" "$("$ANA" sctop -I 50ms - <stream.data | md5sum)"
mkfifo pipe
: >live # it may be looked at before ana has started
"$ANA" sctop -I 100ms - <pipe >live 2>err &
ana=$!
"$REC" -q -a $enters -o - --duration 100 >pipe &
rec=$!
for _ in $(seq 100); do
	[ "$(grep -c '^syscall events' live)" -lt 3 ] || break
	sleep 0.1
done
kill -0 "$rec" || fail "the recording ended by itself"
[ "$(grep -c '^syscall events' live)" -ge 3 ] || fail "sctop: nothing came while the recording went on"
kill -INT "$rec"
wait "$rec" "$ana" || true

check_eq "--top 1: one of each level" 1 \
	"$("$ANA" failed-syscalls-by-pid --top 1 --format csv all.data | tail -n +2 | wc -l)"
check_status "--by is not for them" 2 "$ANA" failed-syscalls --by comm all.data
check_status "-I is only for intervals" 2 "$ANA" rw-by-pid -I 3s all.data
check_status "an interval of nothing" 2 "$ANA" sctop -I 0 all.data
check_match "... is refused" "^ana: option -I: 0 is no time, as 3s or 100ms$" "$(cat err)"
check_status "without sys_exit" 1 "$ANA" failed-syscalls enters.data
check_match "... is said" "enters.data: has no raw_syscalls:sys_exit events; record with rec -e raw_syscalls:sys_exit$" "$(cat err)"
