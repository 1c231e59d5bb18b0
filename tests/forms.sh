#!/bin/bash
# forms.sh DIR - small recordings into DIR, one of each form that there is: by rec and by perf, as files, streams
# and directories, plain and compressed, and what other machines and other versions of perf would have
# written. They are what tests/mutate.py damages. BUILD is the build folder whose rec and load are used.
# Without perf there are only those of rec, and none that it does not know. Status 1 when one could not be made.
mkdir -p "${1:?usage: forms.sh DIR}"
dir=$(cd "$1" && pwd) || exit 1
. "$(dirname "$0")/lib.sh"
cd "$dir"
load=$BUILD/tests/load/calls
calls=raw_syscalls:sys_enter,raw_syscalls:sys_exit
few='id > 100 && id < 130' # of what the load calls: a third
log=$T/log

# run COMMAND... - what it says is only of interest when it fails.
run()
{
	"$@" >/dev/null 2>"$log" || {
		echo "forms.sh: $*: $(tail -n 2 "$log")" >&2
		exit 1
	}
}

# by_perf FILE ARGS... - perf record.
by_perf()
{
	run "$PERF" record -q -m 4 -o "$@"
}

# twin OPTIONS NAME NEW - NAME.data as another machine would have made it.
twin()
{
	local nr=$#

	run python3 "$ROOT/tests/twin.py" "${@:1:nr-2}" "${@:nr-1:1}.data" "${@:nr}.data"
}

run "$REC" -q -e "$calls" --filter "$few" -o rec.data -- "$load" 2
run "$REC" -q -e "$calls" --filter "$few" -g -o rec-g.data -- "$load" 1
run "$REC" -q -e "$calls" -z -o rec-z.data -- "$load" 20
"$REC" -q -e "$calls" --filter "$few" -o - -- "$load" 2 2>"$log" | cat >rec-stream.data
[ -n "$PERF" ] || exit 0

two=(-e raw_syscalls:sys_enter --filter "$few" -e raw_syscalls:sys_exit --filter "$few")
by_perf perf.data "${two[@]}" -- "$load" 3
by_perf perf-formats.data -e sched:sched_switch,sched:sched_process_exec,kmem:mm_page_alloc,task:task_newtask \
	-e signal:signal_generate,sched:sched_process_fork -- sh -c "$load 1; kill -CONT \$\$; true"
by_perf perf-z.data -z -e "$calls" -- "$load" 20
"$PERF" record -q -m 4 "${two[@]}" -o - -- "$load" 2 2>"$log" | cat >perf-stream.data
names=(perf perf-z perf-stream perf-g perf-group perf-dwarf perf-formats)
if perf_has_threads; then
	by_perf perf-threads.data --threads -a -e raw_syscalls:sys_enter --filter "$few" -- "$load" 10
	by_perf perf-threads-z.data --threads -z -a -e raw_syscalls:sys_enter --filter "$few" -- "$load" 30
	names+=(perf-threads perf-threads-z)
fi
by_perf perf-g.data -g "${two[@]}" -- "$load" 1
by_perf perf-group.data -e '{cpu-clock,task-clock}:S' -F 500 -- "$load" 20000
by_perf perf-dwarf.data --call-graph dwarf,512 -e cpu-clock:u -F 1000 -- \
	sh -c 'i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done'
by_perf perf-fields.data -e cpu-clock -F 500 -d --phys-data --sample-cpu --data-page-size --code-page-size -W \
	--switch-events --all-cgroups --namespaces -- "$load" 20000

for kind in data-struct branches-idx bpf; do
	run python3 "$ROOT/tests/perf/fields.py" made-$kind.data $kind
done
run python3 "$ROOT/tests/perf/fields.py" made-regs.data regs x86_64

for name in "${names[@]}"; do
	twin --big $name "big-${name#perf-}"
done
twin --old perf old
twin --big --old perf big-old
twin --long4 perf long4
twin --big --long4 perf big-long4
for how in right damaged; do
	run python3 "$ROOT/tests/perf/compressed2.py" perf-z.data compressed2-$how.data $how
	run python3 "$ROOT/tests/perf/compressed2.py" big-z.data big-compressed2-$how.data $how
done
