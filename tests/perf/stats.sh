#!/bin/bash
# ana stats counts what perf report --stats, and in streams perf script -D, finds in every form of
# recording; its time span is that of perf script's lines.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq

cp "$BUILD/tests/load/calls" "stats$$"
load="./stats$$"

# perf_records of a stream, of which perf report --stats shows nothing. perf's names of what describes a
# stream lack a part of the constants'.
records_of_stream()
{
	"$PERF" script -D -i "$1" 2>/dev/null | grep -oE 'PERF_RECORD_[A-Z0-9_]+' |
		sed -E 's/PERF_RECORD_//; s/^(ATTR|FEATURE|TRACING_DATA|BUILD_ID)$/HEADER_\1/' |
		sort | uniq -c | awk '{ print $2, $1 }'
}

# samples_of FILE KIND - "NAME:COUNT" for each event: its SAMPLE events, or LOST_SAMPLES.
samples_of()
{
	perf_stats "$1" | awk -v kind="$2" '$1 != "Aggregated" && $2 == kind { n[$1] += $3 }
		END { for (name in n) print name ":" n[name] }' | sort
}

# check_times FILE - where perf can print times: not when an event has none.
check_times()
{
	"$PERF" script --ns -F time -i "$1" 2>"$T/refused" >lines || {
		grep -q 'do not have TIME' refused || fail "$1: perf script: $(cat refused)"
		return 0
	}
	tr -d ' :.' <lines | sed 's/^0*//' | sort -n >times
	check_eq "$1: first and last time" "$(head -n 1 times) $(tail -n 1 times)" \
		"$(jq -r '"\(.first_ns) \(.last_ns)"' got)"
}

# check FILE - a file. With :S each sample has the counts of the whole group, and perf gives it to every
# member that has grown.
check()
{
	check_status "$1" 0 "$ANA" stats --format json "$1"
	mv out got
	perf_records "$1" >records
	[ -s records ] || fail "$1: perf found no records"
	check_eq "$1: records" "$(cat records)" "$(jq -r '.records | to_entries[] | "\(.key) \(.value)"' got | sort)"
	check_eq "$1: samples" "$(samples_of "$1" SAMPLE)" \
		"$(jq -r '.samples_by_event | to_entries[] | select(.value > 0) | "\(.key):\(.value)"' got | sort)"
	check_eq "$1: bytes" "$(find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')" \
		"$(jq .bytes got)"
	check_eq "$1: complete" true "$(jq .complete got)"
	check_times "$1"
}

# check_stream FILE
check_stream()
{
	records_of_stream "$1" >records
	[ -s records ] || fail "$1: perf found no records"
	for path in "$1" -; do
		# shellcheck disable=SC2016
		check_status "$1 as $path" 0 sh -c 'cat "$0" | "$ANA" stats --format json "$1"' "$1" "$path"
		mv out got
		check_eq "$1 as $path: records" "$(cat records)" \
			"$(jq -r '.records | to_entries[] | "\(.key) \(.value)"' got | sort)"
		check_eq "$1 as $path: bytes" "$(stat -c %s "$1")" "$(jq .bytes got)"
		check_times "$1"
	done
}

enter=raw_syscalls:sys_enter
exit=raw_syscalls:sys_exit
"$PERF" record -q -a -e $enter -e $exit -e cpu-clock -o several.data -- "$load" 50 >/dev/null
check several.data
"$PERF" record -q -g -e cpu-clock -e $enter --per-thread -o thread.data -- "$load" 50 >/dev/null
check thread.data
"$PERF" record -q -e "{$enter,$exit}:S" -k mono -o group.data -- "$load" 50 >/dev/null
check group.data
[ "$(jq '.samples_by_event | map(select(. > 0)) | length' got)" = 2 ] || fail "group.data: no samples of the second member"
for event in $enter $exit; do
	for words in "--event $event" "--event $event --comm stats$$"; do
		# shellcheck disable=SC2086
		"$ANA" stats --format json $words group.data >filtered
		check_eq "group.data: stats $words" "$(samples_of group.data SAMPLE | grep "^$event:")" \
			"$(jq -r '.samples_by_event | to_entries[] | select(.value > 0) | "\(.key):\(.value)"' filtered)"
	done
done
"$PERF" record -q -z -a -e $enter -e $exit -o z.data -- "$load" 500 >/dev/null
check z.data
[ "$(jq .records.COMPRESSED got)" -gt 0 ] || fail "z.data: no compressed records"
"$REC" -q -a -e $enter -e $exit -o rec.data -- "$load" 50 >/dev/null
check rec.data
"$REC" -q -z -a -o rec-z.data -- "$load" 500 >/dev/null
check rec-z.data
[ "$(jq .records.COMPRESSED got)" -gt 0 ] || fail "rec-z.data: no compressed records"

# A directory, each of whose files has compressed records.
if perf_has_threads; then
	"$PERF" record -q -z --threads -a -e $enter -o dir.data -- "$load" 100 >record.log 2>&1 ||
		fail "dir.data: $(tail -n 2 record.log)"
	check dir.data
	[ "$(jq .records.COMPRESSED got)" -gt 0 ] || fail "dir.data: no compressed records"
	check_eq "dir.data: bytes of what is filtered" "$(jq .bytes got)" \
		"$("$ANA" stats --comm nobody --format json dir.data | jq .bytes)"
fi

# Rings of a page: much is lost, and the two accounts of that are not added.
"$PERF" record -q -m 1 -e $enter -e $exit -o lost.data -- "$load" 1000 >/dev/null 2>&1
check lost.data
check_eq "lost.data: lost" "$(samples_of lost.data LOST_SAMPLES | awk -F: '{ n += $NF } END { print n + 0 }')" \
	"$(jq .lost got)"
[ "$(jq .lost got)" -gt 0 ] || fail "lost.data: nothing was lost"

"$PERF" record -q -a -e $enter -o - -- "$load" 50 >perf.stream 2>/dev/null
check_stream perf.stream
# shellcheck disable=SC2094
"$REC" -q -a -o - -- sh -c "$load 50 >/dev/null" >rec.stream
check_stream rec.stream

# Cut anywhere: what was read is printed, and said to be partial.
head -c $(($(stat -c %s rec.data) / 2)) rec.data >cut.data
check_status "a file that was cut" 1 "$ANA" stats cut.data
check_match "... is reported" "^raw_syscalls:sys_enter +[1-9]" "$(cat out)"
check_match "... and said to be partial" "^This is not all" "$(cat out)"
check_match "... with the reason" "^ana: cut.data: offset 0x[0-9a-f]+: " "$(cat err)"
"$ANA" stats --format csv several.data >csv
check_eq "CSV says the same" "$("$ANA" stats --format json several.data | jq -r '.records | to_entries[] | "record,\(.key),\(.value)"')" \
	"$(grep ^record, csv)"
