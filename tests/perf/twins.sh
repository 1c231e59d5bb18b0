#!/bin/bash
# Recordings by perf of every shape, and their twins of a big-endian machine: ana shows the same of
# both; so does perf where it can read them, which is to say that the twins are right.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf

cp "$BUILD/tests/load/calls" "twin$$"
load=./twin$$

# record NAME ARGS... - perf record into NAME.data
record()
{
	local name=$1

	shift
	"$PERF" record -q -o "$name.data" "$@" >record.log 2>&1 || fail "$name: $(tail -n 2 record.log)"
}

# same NAME [OPTIONS] - of NAME.data and its twin.
same()
{
	local file=$1.data twin=$1-big.data

	python3 "$ROOT/tests/twin.py" --big "${@:2}" "$file" "$twin"
	"$ANA" dump "$file" 2>&1 | sed "s/0x[0-9a-f]* \[0x/[0x/" >ours
	"$ANA" dump "$twin" 2>&1 | sed "s/0x[0-9a-f]* \[0x/[0x/" >theirs
	cmp ours theirs || fail "$1: ana: $(diff ours theirs | head -n 4)"
	[ "$(grep -c PERF_RECORD_SAMPLE ours)" -gt 20 ] || fail "$1: there are no samples"
	! grep -q "too short" ours || fail "$1: $(grep -m 1 -B 3 "too short" ours)"
}

# perf_same NAME - perf script, of NAME.data and its twin; what it says of the machine.
perf_same()
{
	"$PERF" script -i "$1.data" >script.ours 2>/dev/null
	"$PERF" script -i "$1-big.data" >script.twin 2>perf.err || fail "$1: perf: $(tail -n 2 perf.err)"
	cmp script.ours script.twin || fail "$1: perf: $(diff script.ours script.twin | head -n 4)"
	[ -s script.ours ] || fail "$1: perf script prints nothing"
	for file in "$1" "$1-big"; do
		"$PERF" report --header-only -I -i "$file.data" 2>/dev/null |
			grep -v '^# \(captured on\|data \(offset\|size\)\|feat offset\|attr\|event :\|missing\|header version\)' >"header.$file"
	done
	cmp "header.$1" "header.$1-big" || fail "$1: perf: $(diff "header.$1" "header.$1-big" | head -n 4)"
	[ "$(wc -l <"header.$1")" -gt 10 ] || fail "$1: no header"
}

record one -e raw_syscalls:sys_enter -- "$load" 50
same one
perf_same one
same one --old
perf_same one

record many -a -e sched:sched_switch -e sched:sched_process_exec \
	-e sched:sched_wakeup -e irq:softirq_entry -e cpu-clock -- \
	sh -c "for i in \$(seq 20); do sleep 0.01; done; $load 50"
same many
perf_same many

record chain -g -e raw_syscalls:sys_enter -e cpu-clock -- "$load" 50
same chain
perf_same chain

record stack --call-graph dwarf,1024 -e cpu-clock:u -F 5000 -- sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done'
same stack

record group -a -e '{cpu-clock,task-clock}:S' -F 500 -- sleep 0.3
same group
perf_same group

record fields -a -e cpu-clock -F 500 -d --phys-data --sample-cpu --data-page-size --code-page-size -W \
	--switch-events --all-cgroups --namespaces -- sleep 0.3
same fields

record z -z -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -- "$load" 2000
same z
perf_same z

# A directory; perf 6.1 reads it, but in the order in which the file system has its files.
if perf_has_threads; then
	"$PERF" record -q -a --threads -e raw_syscalls:sys_enter -o threads.data -- "$load" 50 >record.log 2>&1 ||
		fail "threads: $(tail -n 2 record.log)"
	[ -d threads.data ] || fail "threads: that is no directory"
	same threads
fi

# perf 6.1 does not read streams of the other byte order; ana does.
"$PERF" record -q -e raw_syscalls:sys_enter -e cpu-clock -o - -- "$load" 50 2>/dev/null >stream.data
same stream

record mono -k mono -e raw_syscalls:sys_enter --filter 'id != 1' -- "$load" 50
same mono
perf_same mono
