#!/bin/bash
# What happens to a recorder: its disk fills up, it is stopped and goes on. What was recorded can
# be read, and what was not is counted.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
spin=$BUILD/tests/load/spin

# ---- a full disk ----
mkdir disk
mount -t tmpfs -o size=2m tmpfs disk 2>/dev/null || skip "tmpfs cannot be mounted"
trap 'umount "$T/disk" 2>/dev/null; lib_end' EXIT
check_status "rec on a full disk" 1 timeout --foreground 60 "$REC" -a -o disk/full.data -- "$spin" 2 300000
check_eq "one line says so" 1 "$(grep -c '^rec: ' err)"
check_match "... what, and what to do" \
	"^rec: cannot write disk/full.data: No space left on device after [0-9.]+ MB; free some space or use -o$" "$(cat err)"
check_eq "the disk is full of it" 0 "$(df --output=avail disk | tail -n 1 | tr -d ' ')"
check_status "ana opens it" 0 "$ANA" syscall-counts --format json disk/full.data
check_match "... and says that it is not all" "the recording was not finished" "$(cat err)"
check_eq "... in one line" 1 "$(wc -l <err)"
cp out before
check_status "repair does not fit on it" 1 "$ANA" repair disk/full.data
check_match "... and says so" "^ana: cannot write disk/full.data.repaired: No space left on device" "$(cat err)"
check_eq "... and leaves nothing there" "full.data" "$(ls disk)"
check_status "elsewhere it does" 0 "$ANA" repair -o full.data disk/full.data
# Nothing that had been written is missing: at most what did not fit of the last record.
left=$(sed -n 's/^left out: \([0-9]*\) bytes at the end, .*: the beginning of a record$/\1/p' out)
[ "${left:-0}" -lt 128 ] || fail "more than a record was left out: $(cat out)"
check_eq "... and nothing else was left out" "${left:+1}" "$(grep -c '^left out' out | sed 's/^0$//')"
samples=$(sed -n 's/.* records, \([0-9,]*\) of them samples$/\1/p' out | tr -d ,)
"$ANA" syscall-counts --format json full.data >after
check_eq "every sample is counted" "$samples" "$(jq '[.syscalls[].count] | add' after)"
check_eq "the same as before" "$(jq -c .syscalls before)" "$(jq -c .syscalls after)"
[ "$samples" -gt $((1500000 / 112)) ] || fail "only $samples samples on a disk of 2 MiB"
if [ -n "$PERF" ]; then
	check_eq "perf reads as many" "$samples" "$("$PERF" script -i full.data 2>/dev/null | wc -l)"
fi

# ---- stopped for a while ----
need_perf
"$REC" -v -a -m 8 -o stopped.data 2>err &
rec=$!
sleep 1
kill -STOP $rec
from=$SECONDS
"$spin" 2 300000 >/dev/null # more than the rings hold
[ $((SECONDS - from)) -ge 3 ] || sleep $((3 - SECONDS + from))
kill -CONT $rec
cp "$BUILD/tests/load/calls" late # a name that nobody else has
./late 500 >/dev/null
sleep 0.5
kill -INT $rec
wait $rec || fail "rec ended with status $?: $(cat err)"
conserve stopped.data
[ "$(cat lost)" -gt 500000 ] || fail "only $(cat lost) of 600000 calls were lost with a recorder that was stopped"
check_eq "what came later is there" 500 "$("$ANA" syscall-counts --comm late --format json stopped.data 2>/dev/null |
	jq '.syscalls[] | select(.name == "getppid") | .count')"
