#!/bin/bash
# ana header prints what perf report --header-only prints, with -I and without: of real recordings,
# and of machines that are not at hand.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_perf
need_cmd python3
need_cmd jq
export TZ=Europe/Berlin

# check FILE [EXPRESSION] - EXPRESSION: for sed, what is perf's fault.
check()
{
	for info in -I ""; do
		# shellcheck disable=SC2086
		"$PERF" report --header-only $info -i "$1" 2>/dev/null | sed "${2:-}" >expected
		grep '^# captured on ' expected >/dev/null || fail "$1: perf prints no header"
		# shellcheck disable=SC2086
		check_status "$1 $info" 0 "$ANA" header $info "$1"
		check_eq "$1 $info" "$(cat expected)" "$(sed "${2:-}" out)"
	done
	check_status "$1: JSON" 0 "$ANA" header --format json "$1"
	jq . out >json
}

"$PERF" record -q -e '{cpu-clock,task-clock}' -e dummy -o perf.data -- true
check perf.data
check_eq "JSON: the machine" "$(uname -n) $(uname -r) $(uname -m) $(getconf _NPROCESSORS_ONLN)" \
	"$(jq -r '"\(.hostname) \(.osrelease) \(.arch) \(.nrcpus_online)"' json)"
check_eq "JSON: the command line" '["record","-q","-e","{cpu-clock,task-clock}","-e","dummy","-o","perf.data","--","true"]' \
	"$(jq -c '.cmdline[1:]' json)"
check_eq "JSON: the events" "$("$PERF" evlist -i perf.data)" "$(jq -r '.events[].name' json)"
check_eq "JSON: the memory" "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" "$(jq .total_mem_kb json)"
check_eq "JSON: build ids" "$("$PERF" buildid-list -i perf.data | sort)" \
	"$(jq -r '.build_ids[] | "\(.build_id) \(.file)"' json | sort)"
check_eq "JSON: no damage" "[]" "$(jq -c .damaged_features json)"
check_eq "JSON: the time" "$(date -u -d "@$(stat -c %Y perf.data)" +%FT%TZ)" "$(jq -r .captured_on json)"

# shellcheck disable=SC2002 # a pipe
check_eq "through a pipe: all but when it was written" "$("$ANA" header perf.data | grep -v '^# captured on')" \
	"$(cat perf.data | "$ANA" header -)"

# perf 6.1 prints the mappings of the machine that it runs on when the file has none, and what was
# in memory for a bitmap without a bit.
python3 "$ROOT/tests/perf/features.py" perf.data full.data full
check full.data
check_eq "JSON: lists in lists" '[["a=b","1"],["16"]]' "$(jq -c '[.pmu_caps[] | [.caps[].value]]' json)"
check_eq "JSON: memory" '0,2,4-7,32-129' "$(jq -r '.memory.nodes[0].blocks' json)"
check_eq "JSON: a negative level" -5 "$(jq .compressed.level json)"
check_eq "JSON: functions of a program" "[100,200,300]" "$(jq -c '[.bpf_programs[1].functions[].size]' json)"
check_eq "JSON: names of functions" '["main_function_with_a_long_name","helper","third"]' \
	"$(jq -c '[.bpf_programs[] | select(.id == 12).functions[].name]' json)"
check_eq "JSON: an offline CPU" '{"cpu":3,"core":-1,"socket":-1,"die":2}' "$(jq -c '.cpus[3]' json)"
python3 "$ROOT/tests/perf/features.py" perf.data old.data old
check old.data
python3 "$ROOT/tests/perf/features.py" perf.data empty.data empty
check empty.data 's/^\(# pmu mappings: \).*/\1/; s/^\(#    0 \[0B\]: \).*/\1/'

need_root_tracefs
"$PERF" record -q -a -z -k mono -e raw_syscalls:sys_enter -e cpu-clock -o z.data -- true >/dev/null 2>&1
check z.data
"$REC" -q -a -z -o rec.data --duration 50ms
check rec.data

# A stream: perf prints its features behind a header of zeros, in the order of their records.
features() { grep '^# ' | grep -Ev '^# (=+|captured on .*|data (offset|size) .*|feat offset .*|missing features.*)$' | sort; }
"$PERF" record -q -a -e cpu-clock -o - -- true >perf.stream 2>/dev/null
"$REC" -q -a -o - --duration 50ms >rec.stream
for file in perf.stream rec.stream; do
	"$PERF" report --header-only -I -i $file 2>/dev/null | features >expected
	[ "$(wc -l <expected)" -gt 10 ] || fail "$file: perf prints no header"
	for path in $file -; do
		# shellcheck disable=SC2016
		check_status "$file as $path" 0 sh -c 'cat "$0" | "$ANA" header -I "$1"' $file "$path"
		check_eq "$file as $path" "$(cat expected)" "$(features <out)"
	done
done
