#!/bin/bash
# ana print writes what perf script writes, byte for byte: recordings by perf and by rec of many
# tracepoints, fields chosen with -F, call chains, and events that are no tracepoints.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
[ ! -e "$BUILD/.san" ] || skip "what is printed is the same in every build; print_formats.sh has all formats"
need_perf
need_root_tracefs

perf_print() { "$PERF" script "$@" 2>/dev/null; }

# same WHAT FILE ARGS...
same()
{
	local what=$1 file=$2

	shift 2
	perf_print -i "$file" "$@" >perf
	"$ANA" print "$file" "$@" >ana 2>err || fail "$what: $(cat err)"
	[ -s perf ] || fail "$what: perf printed nothing"
	cmp ana perf || fail "$what: $(diff ana perf | head -n 4 | cut -c 1-300)"
}

export lister=./lsp$$
cp "$(command -v ls)" "$lister"
work() { "$lister" -R /usr/share/doc | head -n 1000 >/dev/null || true; (exec -a renamed true); cat /nonexistent 2>/dev/null || true; sync -d .; sleep 0.02; }
export -f work

# All events of these systems, in one recording; of some calls. More cost perf seconds to open and
# close; print_formats.sh has all formats.
systems=(irq timer workqueue signal task kmem raw_syscalls)
events=(-e 'syscalls:sys_*_openat' -e 'syscalls:sys_*_mmap' -e 'sched:sched_[psw]*')
for system in "${systems[@]}"; do
	[ ! -d "/sys/kernel/tracing/events/$system" ] || events+=(-e "$system:*")
done
"$PERF" record -q -m 256 -a "${events[@]}" -o many.data -- bash -c work >record.log 2>&1 ||
	fail "perf record: $(tail -n 1 record.log)"
same "all of many systems" many.data
"$ANA" print -F event many.data 2>/dev/null | sort -u >kinds
grep -qE '(function|call_site)=[a-z]' perf || [ "$(cat /proc/sys/kernel/kptr_restrict)" != 0 ] ||
	fail "no names of functions"
[ "$(wc -l <kinds)" -ge 20 ] || fail "the load made only $(wc -l <kinds) kinds of events"

"$PERF" record -q -a -e raw_syscalls:sys_enter -e sched:sched_switch -e irq:softirq_entry -k mono \
	-o some.data -- bash -c work >/dev/null 2>&1
for fields in comm,tid,pid,time,cpu,event,trace,ip,period comm,pid tid,trace event +period -comm +pid,-tid \
	trace:comm,trace trace:+ip,+period +ip,-sym +tod tod,time,event; do
	same "-F $fields" some.data -F "$fields"
done
same "two -F" some.data -F -cpu -F +period
same "--ns" some.data --ns
same "--ns with the time of day" some.data --ns -F +tod

# The time of day is the field tod at the place of time.
"$ANA" print --wall -F time,event some.data 2>/dev/null | sed 's/: \+/ /' >ana
"$ANA" print -F tod,event some.data 2>/dev/null | sed 's/ \{2,\}/ /' >tod
cmp ana tod || fail "--wall: $(diff ana tod | head -n 4)"

# What is no tracepoint: its fields without symbols are these.
"$PERF" record -q -a -F 500 -e cpu-clock -e sched:sched_switch -e page-faults -o mixed.data -- \
	bash -c work >/dev/null 2>&1
perf_print -i mixed.data -F sw:comm,tid,cpu,time,period,event,ip -F trace:comm,tid,cpu,time,event,trace >perf
"$ANA" print mixed.data >ana 2>/dev/null
[ "$(grep -c cpu-clock: perf)" -ge 10 ] || fail "no cpu-clock samples"
cmp ana perf || fail "mixed events: $(diff ana perf | head -n 4)"

# Call chains of the kernel: the addresses. (Those of programs perf 6.1 prints as offsets in files.)
"$PERF" record -q -a -g --kernel-callchains -e sched:sched_switch -e kmem:kmalloc -o chain.data -- \
	bash -c work >/dev/null 2>&1
perf_print -i chain.data -F comm,tid,cpu,time,event,trace,ip >perf
"$ANA" print chain.data >ana 2>/dev/null
[ "$(grep -c '^	' perf)" -ge 100 ] || fail "no call chains"
cmp ana perf || fail "call chains: $(diff ana perf | head -n 4)"
same "call chains not asked for" chain.data -F -sym

# A group: a line for each counter that has grown.
"$PERF" record -q -a -e '{raw_syscalls:sys_enter,sched:sched_switch}:S' -o group.data -- bash -c work >/dev/null 2>&1
same "a group" group.data -F +period
[ "$(grep -c 'sched_switch: NR' perf)" -ge 10 ] || fail "no lines of the group's second member"

# Of its members those that were asked for; how a counter has grown follows from all samples, also from
# those that a filter leaves out.
perf_print -i group.data -F time,event,trace,period >perf
for event in raw_syscalls:sys_enter sched:sched_switch; do
	"$ANA" print group.data -F time,event,trace,period --event $event >ana
	grep " $event: " perf | cmp ana - || fail "$event of a group"
done
mine=$("$ANA" print group.data -F comm --event sched:sched_switch | sort | uniq -c | sort -n | awk 'END { print $2 }')
for words in "--time 30%-70%" "--comm $mine"; do
	# shellcheck disable=SC2086
	same "$words of a group" group.data -F comm,time,event,period $words
done

# Recordings by rec, plain and compressed; a stream.
for how in "" -z; do
	"$REC" -q -a $how -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -e sched:sched_switch -o rec.data -- bash -c work
	same "by rec $how" rec.data
done
"$PERF" record -q -a -e sched:sched_wakeup -e raw_syscalls:sys_exit -o - -- bash -c work >stream.data 2>/dev/null
same "a stream by perf" stream.data
perf_print -i - <stream.data >perf
"$ANA" print - <stream.data >ana 2>/dev/null
cmp ana perf || fail "a stream, through a pipe"

# One program's threads only; no CPU in the samples then.
"$PERF" record -q -e raw_syscalls:sys_enter -o own.data -- bash -c work >/dev/null 2>&1
same "a command" own.data
