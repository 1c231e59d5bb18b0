#!/bin/bash
# ana latency and ana errors on recordings made here: the slowest calls are those that ana trace shows, which is
# compared with perf's and strace's elsewhere; a sleep takes as long as it was to; what waits at the end is said to;
# errors are those that perf's script counts.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq

both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
cat >load.sh <<X
for i in 1 2 3; do "$BUILD/tests/load/calls" 50 >/dev/null; cat /nowhere 2>/dev/null; sleep 0.0\$i; done
X
"$REC" -q -a -m 4M "${both[@]}" -o a.data -- bash load.sh

"$ANA" trace --whole --format json a.data >calls.json
check_eq "the slowest calls" \
	"$(jq -s -c '[.[] | select(.state == "exact") | .duration_ns] | sort | reverse | .[:20]' calls.json)" \
	"$("$ANA" latency --top 20 --format json a.data | jq -c '[.slowest[].duration_ns]')"
check_eq "as many in the histogram as there are" "$(jq -s '[.[] | select(.state == "exact")] | length' calls.json)" \
	"$("$ANA" latency --format json a.data | jq '[.all.histogram[].count] | add')"
check_eq "each is where it belongs" \
	"$(jq -s -c '[.[] | select(.state == "exact" and .duration_ns > 0) | .duration_ns | log2 | floor] | group_by(.) |
		map([.[0], length])' calls.json)" \
	"$("$ANA" latency --format json a.data |
		jq -c '[.all.histogram[] | select(.from_ns > 0 and .count > 0) | [(.from_ns | log2 | floor), .count]]')"

check_eq "sleeps take as long as they were to" "true" \
	"$("$ANA" latency --comm sleep --syscalls clock_nanosleep --format json a.data | jq -c '.slowest |
		length == 3 and .[0].duration_ns >= 30000000 and .[0].duration_ns < 200000000 and
		.[2].duration_ns >= 10000000 and (.[0].text | test("^clock_nanosleep\\(CLOCK_REALTIME, 0, 0x.*\\) = 0$"))')"

# One that waits when the recording ends, since some time; and others that do not, for it ends with its last event.
(while sleep 0.02; do :; done) &
ticks=$!
"$REC" -q "${both[@]}" -a --duration 0.4 -o open.data -- sleep 60 || true
kill $ticks
"$ANA" latency --comm sleep --format json open.data >open.json
check_eq "in flight" true \
	"$(jq '.nr_in_flight >= 1 and ([.in_flight[] | select(.syscall == "clock_nanosleep" and .duration_ns > 100000000 and
		.duration_ns < 2000000000)] | length >= 1)' open.json)"
check_match "... in the table" "In flight at the end" "$("$ANA" latency --comm sleep open.data)"

# Errors: as many as perf's script counts, which has been compared with failed-syscalls-by-pid.
sums() { jq -S -c '[.groups[] as $c | $c.groups[].groups[] as $s | $s.groups[] | {c: $c.comm, s: $s.syscall, e: .errno, n: .count}] |
	group_by([.e, .s, .c]) | map([.[0].e, .[0].s, .[0].c, ([.[].n] | add)])'; }
check_eq "errors" "$("$ANA" failed-syscalls-by-pid --format json a.data | sums)" \
	"$("$ANA" errors --format json a.data | jq -c '[.groups[] as $e | $e.groups[] as $s | $s.groups[] |
		[$e.errno, $s.syscall, .comm, .errors]] | sort')"
check_match "an example" '^ +openat\(AT_FDCWD, 0x[0-9a-f]+, O_RDONLY\) = -1 ENOENT \(No such file or directory\)$' \
	"$("$ANA" errors --comm cat --syscalls openat a.data)"
check_eq "first and last" \
	"$("$ANA" trace --whole --comm cat --format json a.data | jq -s -c '[.[] | select(.errno != null) | .end_ns] | [min, max]')" \
	"$("$ANA" errors --comm cat --format json a.data | jq -c '[.all.first_ns, .all.last_ns]')"

# Losses: what is broken is said, and no call is longer than its task waited.
"$REC" -q -m 8K -a "${both[@]}" -o lossy.data -- "$BUILD/tests/load/spin" 4 30000 2>/dev/null
check_eq "broken by loss" true "$("$ANA" latency --format json lossy.data | jq '.lost > 0 and .all.broken > 0')"
check_match "... in the table" "[1-9][0-9,]* were broken by lost events" "$("$ANA" latency lossy.data)"
