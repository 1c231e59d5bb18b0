#!/bin/bash
# What the file says of the machine and of itself: all that perf 6.1, hotspot and samply ask for,
# in a file and in a stream; and the time of day of every event.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq
need_cmd python3
export TZ=UTC
keep_busy

# check_tod WHAT FILE - FILE has the calls of date, which said what time it was; its events lie around
# that, from its execve to its end.
check_tod()
{
	check_status "$1: perf script -F +tod" 0 "$PERF" script --ns -F +tod -i "$2"
	sed -n 's/.* \(20[0-9][0-9]-[0-9-]* [0-9:]*\.[0-9]*\) .*/\1/p' out >tods
	[ "$(wc -l <tods)" -gt 10 ] || fail "$1: no time of day in $(head -n 1 out)"
	awk -v a="$(date -d "$(head -n 1 tods)" +%s.%N)" -v b="$(date -d "$(tail -n 1 tods)" +%s.%N)" \
		-v t="$(cat "$2.date")" 'BEGIN { exit !(a - 2e-6 <= t && t <= b + 2e-6) }' ||
		fail "$1: at $(date -d "@$(cat "$2.date")" +%H:%M:%S.%N) the events were from $(head -n 1 tods) to $(tail -n 1 tods)"
}

# check_header WHAT TEXT - the lines that --header-only has in a file and in a stream alike.
check_header()
{
	check_match "$1: hostname" "^# hostname : $(uname -n)$" "$2"
	check_match "$1: release" "^# os release : $(uname -r)$" "$2"
	check_match "$1: version" "^# perf version : [0-9]" "$2"
	check_match "$1: architecture" "^# arch : $(uname -m)$" "$2"
	check_match "$1: online" "^# nrcpus online : $(getconf _NPROCESSORS_ONLN)$" "$2"
	check_match "$1: available" "^# nrcpus avail : [0-9]+$" "$2"
	check_match "$1: processor" "^# cpudesc : ." "$2"
	check_match "$1: memory" "^# total memory : $(awk '/^MemTotal/ { print $2 }' /proc/meminfo) kB$" "$2"
	check_match "$1: command line" "^# cmdline : .*rec -q -a .*-e raw_syscalls:sys_enter" "$2"
	check_match "$1: events" "^# event : name = raw_syscalls:sys_exit, .*clockid = 1$" "$2"
	check_eq "$1: topology" "$(topology perf.own)" "$(grep -E '^# (sibling|CPU [0-9]|Core ID)' <<<"$2")"
	check_match "$1: resolution of the clock" "^# clockid frequency: [0-9]+ MHz$" "$2"
	check_match "$1: clock" "^# clockid: monotonic \(1\)$" "$2"
	check_match "$1: time of day" "^# reference time: $(date +%Y)-.* \(TOD\) = [0-9.]+ \(monotonic\)$" "$2"
}

topology() { "$PERF" report --header-only -I -i "$1" | grep -E '^# (sibling|CPU [0-9]|Core ID)'; }

"$PERF" record -q -e dummy -o perf.own -- true
events="-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit"
# shellcheck disable=SC2086
"$REC" -q -a $events --duration 200ms
check_status "the checklist" 0 python3 "$ROOT/tests/perf/checklist.py" perf.data
check_status "perf report --header-only" 0 "$PERF" report --header-only -I -i perf.data
check_header file "$(cat out)"
check_match "file: first sample" "^# time of first sample : [0-9]" "$(cat out)"
"$REC" -q -o date.data -- date +%s.%N >date.data.date
check_tod file date.data
check_status "times are in order" 0 "$PERF" script --ns -F time -i perf.data
check_eq "... for perf, too" "" "$(grep -i 'out of order' err || true)"
check_eq "... and it sorts them" "$(tr -d ' :' <out)" "$(tr -d ' :' <out | LC_ALL=C sort -n)"
check_status "perf script --time 0%-50%" 0 "$PERF" script --time 0%-50% -i perf.data
[ -s out ] || fail "the first half of the time has no event"
check_status "perf data convert" 0 "$PERF" data convert --to-json o.json --force -i perf.data
check_eq "... has the machine" "$(uname -n) $(uname -m)" "$(jq -r '.headers | .hostname + " " + .arch' o.json)"
jq -e '.samples | length > 100' o.json >/dev/null || fail "... but no samples"

# processor WHAT DESC ID CPUINFO - what is told of the processor on a machine that tells CPUINFO of it.
processor()
{
	printf "$4" >cpuinfo
	# shellcheck disable=SC2016
	check_status "$1" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" unshare -m --propagation private \
		sh -c 'mount --bind cpuinfo /proc/cpuinfo && exec "$REC" -q -C 0 -o cpu.data -- true'
	"$PERF" report --header-only -I -i cpu.data >header
	check_eq "$1: processor" "# cpudesc : $2" "$(grep '^# cpudesc' header)"
	check_eq "$1: id" "$3" "$(sed -n 's/^# cpuid : //p' header)"
}

if unshare -m true 2>/dev/null; then
	processor "the name in front of the model" "Some CPU" "GenuineIntel,6,85,7" \
		'vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel name\t: Some CPU\nmodel\t\t: 85\nstepping\t: 7\n'
	processor Power "POWER9 (raw), altivec supported" "" \
		'processor\t: 0\ncpu\t\t: POWER9 (raw), altivec supported\nmodel\t\t: 9006-22P\n'
	processor LoongArch "Loongson-3A5000" "" \
		'system type\t: x\n\nCPU Family\t\t: Loongson-64bit\nModel Name\t\t: Loongson-3A5000\n'
	processor "64-bit ARM" "$(uname -m)" "" 'processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c'
	processor "an empty file" "$(uname -m)" "" ''
fi

# The other clocks: what is in the attr is what is told.
"$REC" -q -k CLOCK_MONOTONIC_RAW -o raw.data -- date +%s.%N >raw.data.date
check_status "monotonic_raw: the checklist" 0 python3 "$ROOT/tests/perf/checklist.py" raw.data
check_match "monotonic_raw" "^# clockid: monotonic_raw \(4\)$" "$("$PERF" report --header-only -i raw.data)"
check_tod monotonic_raw raw.data
"$REC" -q -a -k perf -o own.data --duration 100ms
check_status "perf's own clock: the checklist" 0 python3 "$ROOT/tests/perf/checklist.py" own.data no-clock
check_match "perf's own clock: attrs of the smallest size" "^raw_syscalls.* size: 64," \
	"$("$PERF" evlist -v -i own.data)"
check_rec_error 2 "rec: option -k: the kernel times no tracepoint by tai; it has monotonic, monotonic_raw, and perf, its own" \
	-k tai -- true

# A stream.
# shellcheck disable=SC2086
"$REC" -q -a $events -o - --duration 200ms >stream.data
check_status "stream: perf report --header-only" 0 "$PERF" report --header-only -I -i stream.data
check_header stream "$(cat out)"
"$REC" -q -o - -- date +%s.%N 2>date.stream.date >date.stream
check_tod stream date.stream
# shellcheck disable=SC2016
check_status "stream through a pipe" 0 sh -c '"$PERF" script -i - <stream.data'
check_match "... has events" "raw_syscalls:sys_exit" "$(cat out)"
check_status "stream: perf report" 0 "$PERF" report --stdio -i stream.data
check_match "... has events" "of event 'raw_syscalls:sys_enter'" "$(cat out)"
check_status "stream: ana" 0 "$ANA" syscall-counts stream.data
check_match "... has events" "^sys_getppid " "$(cat out)"
