#!/bin/bash
# What all reports have in common: JSON is JSON and CSV is a table, of a file as of a stream, of a whole recording, one
# that lost events, one that is cut off, and one in which nothing happened; and they say which of these it is.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd jq
need_cmd python3

both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
load=$BUILD/tests/load
"$REC" -q -a -m 4M "${both[@]}" -o whole.data -- "$load/calls" 30 >/dev/null
"$REC" -q -a -m 8K "${both[@]}" -o lossy.data -- "$load/spin" 2 20000 2>/dev/null
"$REC" -q -a "${both[@]}" --filter 'id == 99999' -o empty.data -- true
size=$(stat -c %s whole.data)
head -c $((size * 2 / 3)) whole.data >cut.data
"$REC" -q "${both[@]}" -o - -- "$load/spin" 2 2000 >stream.data

# Every report that takes --format, as ana lists them.
reports=
for report in $("$ANA" -l | sed -n '/^[a-z]/s/ .*//p'); do
	status=0
	"$ANA" "$report" --format json whole.data >/dev/null 2>err || status=$?
	[ $status != 2 ] && reports="$reports $report" || grep -q 'option --format is not for' err ||
		fail "$report: status $status: $(cat err)"
done
[ "$(echo "$reports" | wc -w)" -ge 12 ] || fail "only these reports take --format:$reports"

# Lines of objects, as trace writes, are JSON, too.
is_json() { jq -e . "$1" >/dev/null || fail "$2: this is not JSON: $(head -c 300 "$1")"; }
is_csv()
{
	python3 - "$1" <<'X' || fail "$2: rows of different lengths: $(head -n 3 "$1")"
import csv, sys
sys.exit(len({len(row) for row in csv.reader(open(sys.argv[1], encoding="utf-8", errors="replace"))}) > 1)
X
}

for report in $reports; do
	for file in whole lossy empty stream; do
		check_status "$report of $file.data" 0 "$ANA" "$report" --format json $file.data
		is_json out "$report of $file.data"
		cp out json.$file
		[ "$report" != header ] || continue # it is no table
		check_status "$report of $file.data as CSV" 0 "$ANA" "$report" --format csv $file.data
		is_csv out "$report of $file.data"
		check_status "$report of $file.data as a table" 0 "$ANA" "$report" $file.data
	done
	check_eq "$report of a stream" "$(sed 's/"stream\.data"/"standard input"/g; s/"bytes":[0-9]*//' json.stream)" \
		"$("$ANA" "$report" --format json - <stream.data | sed 's/"bytes":[0-9]*//')"
	case $report in
	header | events) continue ;; # these read no records
	esac
	check_status "$report of what is cut off" 1 "$ANA" "$report" --format json cut.data
	is_json out "$report of what is cut off"
	cp out json.cut
	check_match "$report names the file" "cut\.data" "$(cat err)"
	case $report in
	trace) continue ;; # it has an object a line, and no end
	esac
	check_eq "$report tells the loss" true "$(jq '.lost > 0' json.lossy)"
	check_eq "$report of a whole recording: complete, nothing lost" '[0,true]' "$(jq -c '[.lost, .complete]' json.whole)"
	check_eq "$report of what is cut off: not complete" false "$(jq .complete json.cut)"
	[ "$report" != stats ] || continue # it has a table of losses
	check_match "$report: the table ends with the loss" '[0-9] events were lost' "$("$ANA" "$report" lossy.data | tail -n 1)"
done
