#!/bin/bash
# Scripts print the same bytes under ana -s and perf script -s: what ana generates, what perf
# generates, and scripts that come with perf; on recordings by perf and by rec.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
[ ! -e "$BUILD/.san" ] || skip "what is printed is the same in every build; script.sh runs the engine"
need_perf
need_root_tracefs
[ -e "$BUILD/lib/recana/python.so" ] || skip "built without Python"
"$PERF" script -s 2>&1 | grep -qi 'python' || "$PERF" version --build-options 2>/dev/null |
	grep -q 'libpython: \[ on' || skip "this perf runs no Python"
unset PERF_EXEC_PATH

perf_tree=$("$PERF" --exec-path 2>/dev/null || true)
[ -d "$perf_tree/scripts/python" ] || perf_tree=/usr/lib/perf-core
[ -d "$perf_tree/scripts/python" ] || skip "perf's scripts are not installed"

load() { ls -R /usr/share/doc | head -n 500 >/dev/null || true; ls /usr/bin >/dev/null; cat /nonexistent 2>/dev/null || true; (exec -a renamed true); }
export -f load

# both WHAT FILE SCRIPT ARGS... - the same output; in ./ana and ./perf.
both()
{
	local what=$1 file=$2 script=$3

	shift 3
	ana_noleak -i "$file" -s "$script" "$@" >ana 2>ana.err || fail "$what: ana: $(tail -n 3 ana.err)"
	"$PERF" script -i "$file" -s "$script" "$@" >perf 2>perf.err || fail "$what: perf: $(tail -n 3 perf.err)"
	[ -s perf ] || fail "$what: perf printed nothing"
	cmp ana perf || fail "$what: $(diff ana perf | head -n 4 | cut -c 1-200)"
}

"$PERF" record -q -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -e sched:sched_switch \
	-e kmem:kmalloc -e irq:softirq_entry -o by-perf.data -- bash -c load >record.log 2>&1 ||
	skip "perf cannot record here: $(tail -n 1 record.log)"
"$REC" -q -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -e sched:sched_switch \
	-e kmem:kmalloc -e irq:softirq_entry -o by-rec.data -- bash -c load

for by in perf rec; do
	data=by-$by.data
	"$ANA" -g python -f -o generated.py "$data" 2>/dev/null
	both "generated, file by $by" "$data" generated.py
	[ "$(cut -d' ' -f1 ana | sort -u | wc -l)" -ge 5 ] || fail "too few kinds of events"

	for name in syscall-counts syscall-counts-by-pid failed-syscalls-by-pid; do
		for comm in "" ls; do
			[ -z "$comm" ] || [ $by = rec ] || continue
			PERF_EXEC_PATH=$perf_tree both "$name $comm, file by $by" "$data" \
				"$perf_tree/scripts/python/$name.py" ${comm:+"$comm"}
			# With our own modules the hint about names is not on stdout.
			ana_noleak -i "$data" -s "$perf_tree/scripts/python/$name.py" ${comm:+"$comm"} \
				>ana 2>/dev/null
			sed '/^Install the audit-libs-python/,/^$/d' perf | cmp - ana ||
				fail "$name $comm, file by $by, our modules"
		done
	done
done

# All of an event, as perf's own skeleton prints it: fields, flags, the sample dict.
"$PERF" script -i by-perf.data -g python >/dev/null 2>&1
PERF_EXEC_PATH=$perf_tree both "perf's skeleton" by-perf.data perf-script.py
cat >dicts.py <<'EOF'
def trace_unhandled(event_name, context, fields, sample):
    print(event_name, fields)
    # What needs symbols is not there yet.
    print({k: v for k, v in sample.items() if not k.startswith(("dso", "sym"))})
EOF
both "sample dicts" by-perf.data dicts.py
both "sample dicts, file by rec" by-rec.data dicts.py

# The same handlers with the same parameters, for many events at once.
events=()
for system in block dma_fence ext4 irq kmem sched signal task timer workqueue writeback; do
	for dir in /sys/kernel/tracing/events/$system/*/; do
		[ ! -e "$dir/id" ] || events+=(-e "$system:$(basename "$dir")")
	done
done
"$PERF" record -q "${events[@]:0:240}" -o many.data -- true >/dev/null 2>&1 ||
	skip "perf cannot record many events here"
"$PERF" script -i many.data -g python >/dev/null 2>&1
"$ANA" -g python -o ours.py many.data 2>/dev/null
# Names that Python would not take as a parameter have a _ behind them in ours.
signatures()
{
	tr '\n\t' '  ' <"$1" | grep -o 'def [a-z0-9_]*__[A-Za-z0-9_]*([^)]*)' | tr -s ' ' |
		sed -E 's/([ ,])(context_|from_|pass_),/\1\2,/g; s/, (context|from|pass)_,/, \1,/g'
}
signatures perf-script.py >perf
signatures ours.py >ana
[ "$(wc -l <perf)" -ge 50 ] || fail "only $(wc -l <perf) handlers to compare"
cmp ana perf || fail "parameters: $(diff ana perf | head -n 4)"

# What the handlers show: name=%d and so on, and through which helper.
conversions()
{
	tr -d '\n\t \\' <"$1" | sed 's/""//g' | grep -oE '[A-Za-z0-9_]+=%[sdu]|(flag|symbol)_str\("[^"]*","[^"]*"' |
		grep -v '^[ks]=%s$'
}
conversions perf-script.py | sort >perf
conversions ours.py | sort >ana
cmp ana perf || fail "conversions: $(diff ana perf | head -n 4)"
