#!/bin/bash
# ana timeline: its intervals have the exits that perf script shows in that time; its times are those of ana
# summary; its picture fits the terminal.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd python3
need_cmd jq
need_cmd script

both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
cat >load.sh <<X
for i in 1 2 3; do "$BUILD/tests/load/calls" 50 >/dev/null; cat /nowhere 2>/dev/null; sleep 0.03; done
X
"$REC" -q -a -m 4M "${both[@]}" -o a.data -- bash load.sh

cat >same.py <<'X'
import json, re, subprocess, sys
ana, perf, ns = sys.argv[1], sys.argv[2], int(sys.argv[3])
run = lambda *words: subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
theirs = {}
for line in run(perf, "script", "--ns", "-i", "a.data", "-F", "time,event,trace").split("\n"):
    m = re.match(r" *(\d+)\.(\d{9}): +raw_syscalls:sys_exit: NR -?\d+ = (-?\d+)$", line)
    if m:
        at = (int(m[1]) * 10**9 + int(m[2])) // ns
        calls, errors = theirs.get(at, (0, 0))
        theirs[at] = calls + 1, errors + (-4095 <= int(m[3]) < 0)
document = json.loads(run(ana, "timeline", "-I", "%dus" % (ns // 1000), "--format", "json", "a.data"))
ours = {i["start_ns"] // ns: (i["calls"], i["errors"]) for i in document["intervals"] if i["calls"]}
if theirs != ours:
    sys.exit("only perf: %s\nonly ana: %s" % (sorted(set(theirs.items()) - set(ours.items()))[:3],
                                              sorted(set(ours.items()) - set(theirs.items()))[:3]))
print(len(ours))
X
for ns in 1000000 20000000; do
	python3 same.py "$ANA" "$PERF" $ns >out 2>&1 || fail "intervals of $ns ns: $(cat out)"
	[ "$(cat out)" -ge 3 ] || fail "intervals of $ns ns: only $(cat out)"
done
check_eq "their times are those of summary" \
	"$("$ANA" summary --format json a.data | jq -c '.all | [.timed, .total_ns, .min_ns, .max_ns]')" \
	"$("$ANA" timeline -I 5ms --format json a.data | jq -c '[.intervals[] | select(.timed > 0)] |
		[([.[].timed] | add), ([.[].total_ns] | add), ([.[].min_ns] | min), ([.[].max_ns] | max)]')"

# In the terminal: a picture, in its width; elsewhere, columns.
for width in 80 200; do
	script -qec "stty cols $width rows 50; LC_ALL=C.UTF-8 '$ANA' timeline a.data" /dev/null >picture
	check_match "a picture of $width columns" "latency x time" "$(cat picture)"
	widest=$(python3 -c 'print(max(len(l.rstrip("\r\n")) for l in open("picture", encoding="utf-8", newline="\n")))')
	[ "$widest" -le $width ] && [ "$widest" -gt $((width * 3 / 4)) ] ||
		fail "a picture of $width columns is $widest wide"
	check_match "... has blocks" "█" "$(cat picture)"
done
script -qec "stty cols 80 rows 50; LC_ALL=C '$ANA' timeline a.data" /dev/null >picture
check_eq "without UTF-8, ASCII" "" "$(LC_ALL=C grep -n '[^ -~[:cntrl:]]' picture || true)"
check_match "columns for a pipe" "^ *time s +calls +calls/s +errors" "$("$ANA" timeline a.data | head -n 1)"
