#!/bin/bash
# Reports by time, and of read and write, of several files: an interval has what all files have in that time, on
# the clock that they share; rows of several hosts are told apart.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
need_cmd python3
both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
cat >load <<'X'
for i in 1 2 3 4 5; do
	cat /proc/self/status /no/such/file 2>&1 | head -c 100
	sleep 0.05
done >/dev/null
X

# Two at once, of one clock: what the times of their intervals are, is the same in both.
"$REC" -q "${both[@]}" -o a.data -- "$REC" -q -z "${both[@]}" -o b.data -- bash load
"$REC" -q "${both[@]}" -o c.data -- bash load

# sums REPORT JQ FILE... - jq's JQ turns an interval into an object of numbers; those of each file, added by interval.
sums()
{
	for file in "${@:3}"; do
		"$ANA" "$1" -I 20ms --top 100000 --format json "$file"
	done | jq -cS -s "map(.intervals[]) | map(select(.end_ns - .start_ns <= 20000000)) |
		group_by(.start_ns / 20000000 | floor) | map({(.[0].start_ns / 20000000 | floor | tostring): (map($2 | to_entries[]) |
			group_by(.key) | map({(.[0].key): (map(.value) | add)}) | add)}) | add | map_values(select(. != null))"
}
# together REPORT JQ FILE... - the same of the one report of all.
together()
{
	"$ANA" "$1" -I 20ms --top 100000 --format json "${@:3}" |
		jq -cS ".intervals | map(select(.end_ns - .start_ns <= 20000000)) |
			map({(.start_ns / 20000000 | floor | tostring): ($2)}) | add | map_values(select(. != {}))"
}
timeline='if .calls > 0 then {calls, errors, timed, total_ns: (.total_ns // 0)} else {} end'
sctop='.syscalls | map({(.name): .count}) | add // {}'
rwtop='[(.reads[] | {"r\(.tid)": .calls}, {"bytes\(.tid)": .bytes_moved}), (.writes[] | {"w\(.tid)": .calls})] | add // {}'
for report in timeline sctop rwtop; do
	for files in "b.data a.data" "c.data a.data b.data"; do
		# shellcheck disable=SC2086
		sums $report "${!report}" $files >expected
		[ "$(jq length expected)" -ge 8 ] || fail "$report: a test of nothing: $(cat expected)"
		# shellcheck disable=SC2086
		check_eq "$report of $files" "$(cat expected)" "$(together $report "${!report}" $files)"
	done
done
check_eq "names of all" "a.data b.data" "$("$ANA" timeline --format json a.data b.data | jq -r '.files | join(" ")')"
for report in rw-by-pid rw-by-file; do
	by=$([ $report = rw-by-pid ] && echo .tid || echo .fd)
	check_eq "$report" "$(for file in a.data c.data; do "$ANA" $report --format json $file; done |
		jq -cS -s "[.[] | .reads[], (.writes[] | .w = 1)] | group_by([.w, $by]) | map([.[0].w, (.[0] | $by), (map(.calls) | add), (map(.bytes_requested) | add)]) | sort")" \
		"$("$ANA" $report --format json a.data c.data | jq -cS "[.reads[], (.writes[] | .w = 1)] | map([.w, $by, .calls, .bytes_requested]) | sort")"
done
check_eq "a stream among them" "$("$ANA" sctop -I 20ms a.data c.data)" "$("$ANA" sctop -I 20ms a.data - <c.data)"

# A second file that cannot be taken leaves no half of a document.
"$REC" -q -e sched:sched_switch -o sched.data -- true
check_status "no calls in the second" 1 "$ANA" sctop --format json a.data sched.data
check_eq "nothing is printed of it" "" "$(cat out)"

# Of a clock of its own, that of a machine that was started again: the time of day relates them. One says that
# it was recorded two hours later by it, though its times do not.
two_hours=7200000000000
"$ANA" header --format json c.data >header
python3 - $two_hours <<'PY'
import json, struct, sys
clock = json.load(open("header"))["clock"]
more, wall, clock = int(sys.argv[1]), clock["wall_ns"], clock["clock_ns"]
said = open("c.data", "rb").read()
told = struct.pack("<QQ", wall, clock)
assert said.count(told) == 1
open("later.data", "wb").write(said.replace(told, struct.pack("<QQ", wall + more, clock)))
PY
for report in sctop timeline rwtop; do
	"$ANA" $report -I 10s --format json a.data later.data 2>err >json
	check_eq "$report: no word of clocks" "" "$(cat err)"
	check_eq "$report: two hours between them" 1 "$(jq "(.intervals | last | .end_ns) -
		$("$ANA" $report --format json c.data | jq '.intervals | last | .end_ns') | . - $two_hours | . > -2e9 and . < 2e9 | if . then 1 else 0 end" json)"
	check_eq "$report: nothing in between" 1 "$(jq '[.intervals[] | select((.syscalls // .reads // []) == [] and (.calls // 0) == 0)] | length > 700 | if . then 1 else 0 end' json)"
done
picture=$("$ANA" timeline --view graph a.data later.data | head -n 1)
check_match "the picture is of two hours" ' returned in 7[12][0-9][0-9] s; ' "$picture"

# when FILE... - the times of the first and the last error.
when()
{
	"$ANA" errors --by errno --syscalls openat --format json "$@" | jq -r '.groups[0] | "\(.first_ns) \(.last_ns)"'
}
read -r first last < <(when a.data)
check_status "errors" 0 when a.data later.data
read -r first_all last_all <out
check_eq "errors: the first is that of the first file" "$first" "$first_all"
[ $((last_all - last)) -gt $((two_hours - 1000000000)) ] && [ $((last_all - first)) -lt $((two_hours + 20000000000)) ] || fail "errors: from $first_all to $last_all"

# Hosts.
unshare --uts true 2>/dev/null || exit 0
unshare --uts sh -c 'echo far >/proc/sys/kernel/hostname; exec "$@"' sh "$REC" -q "${both[@]}" -o far.data -- bash load
me=$(uname -n)
for report in sctop rwtop rw-by-pid rw-by-file; do
	interval=$([[ $report = *top ]] && echo -I 20ms || true)
	# shellcheck disable=SC2086
	"$ANA" $report $interval --top 100000 --format csv far.data a.data >csv
	column=$(head -n 1 csv | tr , '\n' | grep -nx host | cut -d : -f 1)
	for host in far "$me"; do
		file=$([ $host = far ] && echo far.data || echo a.data)
		# shellcheck disable=SC2086
		check_eq "$report: rows of $host" \
			"$("$ANA" $report $interval --top 100000 --format csv $file | tail -n +2 | cut -d , -f "$column-" | sort)" \
			"$(awk -F , -v c="$column" -v h="$host" '$c == h' csv | cut -d , -f "$((column + 1))-" | sort)"
	done
	"$ANA" $report --top 100 far.data a.data >table
	for host in host far "$me"; do
		grep -q "^$host  " table || fail "$report: no $host in the table: $(cat table)"
	done
	check_eq "$report: JSON has them" "far $me " "$("$ANA" $report --format json far.data a.data |
		jq -r '.. | .host? // empty' | sort -u | tr '\n' ' ')"
done
"$ANA" latency far.data a.data >table
for host in far "$me"; do
	check_match "latency: the slowest are told apart" "[0-9]  $host  " "$(cat table)"
done
