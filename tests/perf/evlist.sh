#!/bin/bash
# ana events prints what perf evlist -v prints, for every field of an attr and every size of it; its
# JSON and CSV say the same.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_perf
need_cmd python3
need_cmd jq

# perf gives a hint when there are tracepoints.
evlist() { "$PERF" evlist -v -i "$1" 2>/dev/null | grep -v '^# Tip'; }

# check FILE
check()
{
	evlist "$1" >expected
	[ -s expected ] || fail "$1: perf evlist finds nothing"
	check_status "$1" 0 "$ANA" events "$1"
	check_eq "$1" "$(cat expected)" "$(cat out)"
}

for size in 64 72 80 96 104 112 120 128; do
	python3 "$ROOT/tests/perf/attrs.py" attrs.data many $size
	check attrs.data
done
[ "$(wc -l <expected)" -gt 55 ] || fail "too few attrs to compare"
for which in sample_type read_format sample_id_all; do
	python3 "$ROOT/tests/perf/attrs.py" attrs.data $which
	check attrs.data
done

# A size that perf 6.1 refuses.
python3 "$ROOT/tests/perf/attrs.py" new.data many 144
check_status "attrs of 144 bytes" 0 "$ANA" events new.data
python3 "$ROOT/tests/perf/attrs.py" attrs.data many 128
check_eq "... have the same fields" "$(evlist attrs.data | sed 's/ size: 128,/ size: 144,/')" "$(cat out)"

need_root_tracefs
"$PERF" record -q -a -e raw_syscalls:sys_enter -e cpu-clock -e '{task-clock,page-faults}:S' -e sched:sched_switch \
	-g -k mono -o many.data -- true >/dev/null 2>&1
check many.data
"$REC" -q -a -e 'raw_syscalls:*' -g -o rec.data --duration 50ms
check rec.data

# JSON: the numbers behind the text.
"$ANA" events --format json many.data >json
check_eq "names" "$("$PERF" evlist -i many.data | grep -v '^#')" "$(jq -r '.[].name' json)"
check_eq "a number, flags and ids" "2 1 IP|TID|TIME|CPU|PERIOD|RAW $(nproc)" \
	"$(jq -r '.[0] | "\(.type) \(.sample_period) \([.sample_type[] | select(. != "CALLCHAIN" and . != "IDENTIFIER" and . != "READ")] | join("|")) \(.ids | length)"' json)"
check_eq "a frequency is called one" "null 4000" "$(jq -r '.[1] | "\(.sample_period) \(.sample_freq)"' json)"
evlist many.data | sed -n 's/^[^ ]*: type/type/p' | head -n 1 | tr , '\n' | sed 's/^ //; s/ }: /: /' |
	awk -F': ' 'NF == 2 { print $2 }' >values
check_eq "CSV has every field" "$(cat values)" "$("$ANA" events --format csv many.data | sed -n 's/^0,.*,//p')"

# A stream. perf 6.1 does not know the names of its tracepoints.
fields() { sed 's/^.*: type: /type: /'; }
"$REC" -q -a -e 'raw_syscalls:*' -o - --duration 50ms >rec.stream
"$PERF" record -q -a -e raw_syscalls:sys_enter -e cpu-clock -o - -- true >perf.stream 2>/dev/null
for file in rec.stream perf.stream; do
	for path in $file -; do
		# shellcheck disable=SC2016
		check_status "$file as $path" 0 sh -c 'cat "$0" | "$ANA" events "$1"' $file "$path"
		check_eq "$file as $path" "$(evlist $file | fields)" "$(fields <out)"
		check_match "$file as $path: name" "^raw_syscalls:sys_enter: type: 2, " "$(cat out)"
	done
done
