#!/bin/bash
# --time, --pid, --tid, --cpu, --comm, --event and --syscalls take the samples that perf script takes
# with its own options, in a report and in a script.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq

cp "$BUILD/tests/load/calls" "one$$"
cp "$BUILD/tests/load/calls" "two$$"
# Calls all along the recording: a share of its time has some on an idle machine, too.
"$REC" -q -a -e raw_syscalls:sys_enter,raw_syscalls:sys_exit,sched:sched_switch -o x.data -- \
	sh -c "echo \$\$ >pid; ./one$$ 200 >/dev/null & ./two$$ 300 >/dev/null; wait
		for i in 0 1 2 3 4 5 6 7 8 9; do sleep 0.02; ./one$$ 10 >/dev/null; done"

# ana WORDS... - how many calls are counted
counted()
{
	"$ANA" syscall-counts --format json x.data "$@" 2>err | jq '[.syscalls[].count] | add // 0'
}
# perf WORDS... - how many of the same there are
scripted()
{
	"$PERF" script -i x.data -F event "$@" 2>/dev/null | grep -c sys_enter || true
}
# same WHAT OURS -- THEIRS: some, but not all, and as many as perf takes
all=$(counted)
same()
{
	local what=$1 ours=() nr

	shift
	while [ "$1" != -- ]; do
		ours+=("$1")
		shift
	done
	shift
	nr=$(counted "${ours[@]}")
	check_eq "$what" "$(scripted "$@")" "$nr"
	[ "$nr" -gt 0 ] && [ "$nr" -lt "$all" ] || fail "$what: $nr of $all say nothing"
}

check_eq "without a filter" "$(scripted)" "$all"
same "a task's name" --comm "one$$" -- --comm "one$$"
same "two names" --comm "one$$,two$$" -- --comm "one$$,two$$"
if [ "$(nproc)" -gt 1 ]; then
	same "a CPU" --cpu 0 -- --cpu 0
	same "a CPU, by letter" -C 1 -- -C 1
fi
pid=$(cat pid)
same "a process" --pid "$pid" -- --pid "$pid"
tids=$("$PERF" script -i x.data --comm "one$$" -F tid | sort -un | tr -d ' ' | paste -sd,)
same "threads" --tid "$tids" -- --tid "$tids"

times=$("$PERF" script -i x.data -F time --ns 2>/dev/null | tr -d ' :' | sort -n)
nr=$(wc -l <<<"$times")
from=$(sed -n "$((nr / 4))p" <<<"$times")
to=$(sed -n "$((nr / 2))p" <<<"$times")
same "seconds" --time "$from,$to" -- --time "$from,$to"
same "seconds up to" --time ",$to" -- --time ",$to"
same "seconds from" --time "$from," -- --time "$from,"
same "two windows" --time ",$from $to," -- --time ",$from $to,"
same "a share" --time 10%-40% -- --time 10%-40%
same "a slice" --time 25%/2 -- --time 25%/2
same "the first slice" --time 30% -- --time 30%
same "two slices" --time 10%/1,40%/2 -- --time 10%/1,40%/2
same "two shares" --time 0%-10%,60%-100% -- --time 0%-10%,60%-100%
check_eq "all of it in two" "$all" $(($(counted --time 0%-50%) + $(counted --time 50%-100%)))
half=$("$PERF" script -i x.data --comm "two$$" -F time --ns 2>/dev/null | tr -d ' :' | sed -n 100p)
same "several at once" --comm "two$$,sh" --time ",$half" --event 'raw_*' -- \
	--comm "two$$,sh" --time ",$half"

# Calls and events: against what is known of the load, and against each other.
by_name()
{
	jq --arg n "$1" '[.syscalls[] | select(.name == $n).count] | add // 0'
}
getppids=$("$ANA" syscall-counts --format json x.data | by_name getppid)
check_eq "one call" "$getppids" "$(counted --syscalls getppid)"
check_eq "all but one call" $((all - getppids)) "$(counted --syscalls '!getppid')"
# Its number on this machine, by perf: the first that the load calls so often in a row is getppid.
number=$("$PERF" script -i x.data --comm "two$$" -F event,trace 2>/dev/null |
	awk '/sys_enter:/ { print $3 }' | uniq -c | awk '$1 >= 50 && !n++ { print $2 }')
check_eq "by number" "$getppids" "$(counted --syscalls "$number")"
check_eq "an event" "$all" "$(counted --event raw_syscalls:sys_enter)"
check_eq "a pattern" "$all" "$(counted --event 'raw_*')"
check_eq "other events only" 0 "$(counted --event 'sched:*')"
check_match "says so" '^ana: x.data: no system call is left by the filter$' "$(cat err)"

# The time of day, of the recording's clock.
check_eq "the time of day: the whole day" "$all" "$(counted --time "$(date -d '-1 hour' +%FT%T),$(date -d '+1 hour' +%FT%T)")"
check_eq "the time of day: yesterday" 0 "$(counted --time "$(date -d '-2 days' +%FT%T),$(date -d '-1 day' +%FT%T)")"

# In a script: what a handler sees.
cat >count.py <<'PY'
nr = 0


def raw_syscalls__sys_enter(*args):
    global nr
    nr += 1


def trace_end():
    print(nr)
PY
if [ -e "$BUILD/lib/recana/python.so" ]; then
	check_eq "a script" "$(counted --comm "one$$" --time "$from,")" \
		"$(ana_noleak --comm "one$$" --time "$from," -i x.data -s count.py)"
fi

# Other reports, by blocks and, with names, in order: what is left of the samples, and all other records.
for words in "--time $from,$to" "--comm one$$" "--tid $tids --event raw_*:sys_enter"; do
	# shellcheck disable=SC2086
	"$ANA" stats --format json $words x.data >stats.json
	# shellcheck disable=SC2086
	check_eq "stats $words" "$(counted $words)" "$(jq '.samples_by_event["raw_syscalls:sys_enter"]' stats.json)"
	# shellcheck disable=SC2086
	check_eq "dump $words" "$(jq .records.SAMPLE stats.json)" \
		"$("$ANA" dump $words x.data | grep -c PERF_RECORD_SAMPLE)"
	check_eq "all forks $words" "$("$ANA" stats --format json x.data | jq .records.FORK)" "$(jq .records.FORK stats.json)"
done

# The samples of two runs make the whole, in pieces of any size.
even=$(counted --cpu 0)
odd=$(counted --cpu 1-1000)
check_eq "CPUs" "$all" $((even + odd))
check_eq "CPUs up to the last" "$odd" "$(counted --cpu 1-)"

# Wrong words are one line, and status 2.
check_error()
{
	check_status "$2" 2 "$ANA" syscall-counts "${@:2}" x.data
	check_match "$2" "$1" "$(cat err)"
	check_eq "$2: one line" 1 "$(wc -l <err)"
}
check_error '^ana: option --time: soon is no window of time, as 12.5,13 or 10%-20% or 14:03:00,14:03:05.5$' --time soon
check_error '^ana: option --time: 20%-10% is no window' --time 20%-10%
check_error '^ana: option --time: 1,2,3 is no window' --time 1,2,3
check_error '^ana: option --time: 13,12.5 ends before it begins$' --time 13,12.5
check_error '^ana: option --pid: x is no list of processes, as 0,2-3$' --pid x
check_error '^ana: option --tid: 3-1 is no list of threads' --tid 3-1
check_error '^ana: option --cpu: 1, is no list of CPUs' --cpu 1,
check_error '^ana: option --event: x.data has no event sched:sched_swich; did you mean sched:sched_switch' --event sched:sched_swich
for list in '' ,; do
	check_error '^ana: option --event names no event$' --event "$list"
	check_error '^ana: option --comm names no task$' --comm "$list"
	check_error '^ana: option --pid: .* is no list of processes' --pid "$list"
	check_error '^ana: option --syscalls names no call$' --syscalls "$list"
done
check_error '^ana: option --syscalls: unknown call opennat; did you mean openat' --syscalls opennat
