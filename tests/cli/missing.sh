#!/bin/bash
# Of several files one that cannot be opened costs a line and status 1, not the others; for a script, which
# cannot know of it, it is the end.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
need_cmd jq

cp "$ROOT/tests/data/perf-two.data" two.data
cp "$ROOT/tests/data/perf-one.data" one.data
: >empty
nosuch="ana: nosuch: no such file; record one with rec first"

# check_left WHAT LINES STATUS REPORT WORDS... - of all these files the report is that of two.data.
check_left()
{
	local what=$1 lines=$2 status=$3 report=$4

	shift 4
	"$ANA" "$report" two.data >expected
	check_status "$what" "$status" "$ANA" "$report" "$@"
	check_eq "$what: the other one" "$(cat expected)" "$(grep -v '^==>' out)"
	check_eq "$what: a line for each" "$lines" "$(cat err)"
}

for report in print syscall-counts stats; do
	check_left "$report: the first" "$nosuch" 1 $report nosuch two.data
	check_left "$report: the last" "$nosuch" 1 $report two.data nosuch
	check_left "$report: an empty one" "ana: empty: is empty" 1 $report two.data empty
	check_left "$report: all but one" "$nosuch
ana: empty: is empty" 1 $report nosuch two.data empty
	check_status "$report: all" 1 "$ANA" $report nosuch empty
	check_eq "$report: all: nothing is reported" "" "$(cat out)"
	check_eq "$report: all: a line for each" "$nosuch
ana: empty: is empty" "$(cat err)"
done
check_eq "no heading without a report" "==> two.data <==" "$("$ANA" stats nosuch two.data 2>err | grep '==>')"
check_status "the worst status" 2 "$ANA" stats --event sched:nothing two.data nosuch

check_status "JSON" 1 "$ANA" syscall-counts --format json nosuch two.data
check_eq "JSON is said to be partial" "false" "$(jq .complete out)"
check_eq "JSON has the form of several" "two.data" "$(jq -r '.files[].file' out)"
check_status "JSON of three" 1 "$ANA" syscall-counts --format json two.data nosuch one.data
check_eq "JSON of three" "two.data one.data" "$(jq -r '[.files[].file] | join(" ")' out)"
check_status "JSON, whole" 0 "$ANA" syscall-counts --format json two.data one.data
check_eq "JSON, whole" true "$(jq .complete out)"

echo 'print("began")' >began.py
check_status "a script" 1 ana_noleak -i two.data -i nosuch -s began.py
check_eq "a script does not begin" "" "$(cat out)"
check_eq "a script: a line" "$nosuch" "$(cat err)"
