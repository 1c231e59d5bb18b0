#!/bin/bash
# kill -9 of rec under load: ana opens the file as it is, says so in one line, and counts what
# had been flushed.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq

spin=$BUILD/tests/load/spin
rec_start killed.data -a
"$spin" 2 200000 >/dev/null
sleep 0.6 # more than the pause between two passes
kill -9 $rec
wait $rec 2>/dev/null || true

check_status "ana opens a killed recording" 0 "$ANA" syscall-counts --format json killed.data
check_eq "one line says that it was not finished" 1 "$(wc -l <err)"
check_match "... and why" "the recording was not finished \(its recorder was killed" "$(cat err)"
check_eq "complete is false" false "$(jq .complete out)"
[ "$(jq '.lost as $l | .syscalls[] | select(.name == "getppid") | .count + $l' out)" -ge 400000 ] ||
	fail "not all calls that had been flushed are counted: $(cat out)"
check_status "the events can be generated from" 0 "$ANA" -g python -o gen.py killed.data
check_status "a comm can be asked for" 0 "$ANA" syscall-counts --comm spin --format json killed.data
check_eq "... and all calls of it that had been flushed are counted" 400000 "$(jq '.syscalls[] | select(.name == "getppid") | .count' out)"

# Cut inside the last record: the rest is counted, and the cut told.
size=$(stat -c %s killed.data)
head -c $((size - 3)) killed.data >shorter.data
check_status "a torn end" 0 "$ANA" syscall-counts shorter.data
check_match "... is told" "the last record was cut" "$(cat err)"
