#!/bin/bash
# A CPU that goes away while rec records: what it did is in the file, counts are exact, and all ends
# as ever. When one comes up, it is said that it is not recorded.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq
cpu=$(ls -d /sys/devices/system/cpu/cpu[0-9]*/online 2>/dev/null | tail -n 1)
[ -w "$cpu" ] && [ "$(cat "$cpu")" = 1 ] || skip "no CPU can be switched off"
nr=$(echo "$cpu" | tr -dc 0-9)
come_back() { echo 1 >"$cpu"; }
undo=come_back
echo 0 2>/dev/null >"$cpu" || skip "CPU $nr cannot be switched off"
come_back
for _ in 1 2; do
	keep_busy
done

record() { rec_start "$1" -v --summary json -a -m 1M; }
stop()
{
	kill -INT $rec
	wait $rec || fail "rec: $(cat summary)"
	check_status "ana reads $1" 0 "$ANA" syscall-counts --format json "$1"
	check_eq "... without a complaint" "" "$(cat err)"
	check_eq "counted = recorded + lost" "$(grep '^{' summary | jq '.events[0].counted')" \
		"$(jq '.lost + ([.syscalls[].count] | add)' out)"
	[ "$(sed -n "s/^rec: raw_syscalls:sys_enter on CPU $nr: \([0-9]*\) .*/\1/p" summary)" -gt 0 ] ||
		fail "nothing on CPU $nr, which was there at first"
}

record down.data
echo 0 >"$cpu"
sleep 0.3
stop down.data
check_eq "nothing is missing" "" "$(grep 'came up' summary || true)"
come_back

record again.data
echo 0 >"$cpu"
come_back
sleep 0.3
stop again.data
check_eq "what is missing" "rec: CPU $nr came up meanwhile; what it did from then on is not recorded" \
	"$(grep 'came up' summary)"
