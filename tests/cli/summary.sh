#!/bin/bash
# What rec says at the end: --summary json is one object whose numbers are those of the file, of ana
# and of the kernel.
. "$(dirname "$0")/../lib.sh"
once sanitized
check_status "--summary of another kind" 2 "$REC" --summary xml
check_match "... is refused" "^rec: option --summary: xml is neither text nor json$" "$(cat err)"
need_root_tracefs
need_cmd jq

load=$BUILD/tests/load
json() { grep '^{' "${2:-err}" | jq -c "$1"; }
ana_json() { "$ANA" syscall-counts --format json "$1" | jq -c "$2"; }

# Rings of two pages lose, so that there is something to compare.
check_status "--summary json" 0 "$REC" -v --summary json -a -m 2 -o a.data -- "$load/spin" 2 300000
check_eq "one object" 1 "$(grep -c '^{' err)"
check_eq "... and no other summary" "" "$(grep -E '^\[|were lost' err || true)"
check_eq "names" '["rec",1,"a.data","command",8192]' "$(json '[.program, .version, .file, .ended_by, .ring_bytes]')"
check_eq "bytes" "$(stat -c %s a.data)" "$(json .bytes)"
check_eq "samples, as ana counts" "$(ana_json a.data '[.syscalls[].count] | add')" "$(json .samples)"
check_eq "lost, as ana says" "$(ana_json a.data .lost)" "$(json '.events[0].lost')"
[ "$(json .lost)" -gt 0 ] || fail "nothing was lost: this tests nothing"
check_eq "the CPUs' losses are the loss" "$(json .lost)" "$(json '[.lost_by_cpu[]] | add')"
check_eq "... of each, as the kernel counts" \
	"$(sed -n 's/^rec: .* on CPU \([0-9]*\): .* \([0-9]*\) lost$/\1 \2/p' err |
		awk '{ n[$1] += $2 } END { for (c in n) print c, n[c] }' | sort)" \
	"$(json '.lost_by_cpu' | jq -r 'to_entries[] | "\(.key) \(.value)"' | sort)"
check_eq "the event's counts, as the kernel's" \
	"$(sed -n 's/^rec: raw_sys.* on CPU [0-9]*: \([0-9]*\) counted.*/\1/p' err | awk '{ n += $1 } END { print n }')" \
	"$(json '.events[] | select(.name == "raw_syscalls:sys_enter") | .counted')"
check_eq "counted = recorded + lost" "$(json '.events[0].counted')" "$(json '.samples + .events[0].lost')"
check_eq "a ring for each CPU" "$(nproc)" "$(json .rings)"

check_status "threads" 0 "$REC" --summary json --threads 2 -z -m 1M -a -o z.data -- "$load/spin" 2 30000
check_eq "threads, bytes, samples" "$(json '[.threads, .bytes, .samples]')" \
	"[$(($(nproc) < 2 ? 1 : 2)),$(stat -c %s z.data),$(ana_json z.data '[.syscalls[].count] | add')]"

check_status "without a loss" 0 "$REC" --summary json -m 1M -o b.data -- true
check_eq "... each CPU has none" "[0,0]" "$(json '[.lost, ([.lost_by_cpu[]] | add)]')"

# A second of the command's CPU time is not rec's; the time is that for which events were on.
check_status "CPU time and duration" 0 "$REC" --summary json -e sched:sched_process_exit -m 64K -D 300 \
	--duration 1 -o t.data -a -- sh -c 'while :; do :; done'
check_eq "ended by" '"duration"' "$(json .ended_by)"
check_eq "about a second" true "$(json '.duration_seconds >= 1 and .duration_seconds < 1.25')"
check_eq "CPU time without the command's" true "$(json '.cpu_seconds > 0 and .cpu_seconds < 0.6')"

check_status "--max-events" 0 "$REC" --summary json --max-events 7 -o e.data -a -- "$load/spin" 1 20000000
check_eq "... ends it" '["max-events",7]' "$(json '[.ended_by, .samples]')"
check_status "--max-size" 0 "$REC" --summary json --max-size 64K -o e.data -a -- "$load/spin" 1 20000000
check_eq "... ends it" '"max-size"' "$(json .ended_by)"
check_eq "... with what is in the file" "$(ana_json e.data '[.syscalls[].count] | add')" "$(json .samples)"

check_status "--max-size without room for an event" 0 "$REC" --summary json --max-size 1 -o e.data -a -- \
	"$load/spin" 1 20000000
check_eq "... ends it" '["max-size",0]' "$(json '[.ended_by, .samples]')"

mkfifo orders
rec_start o.data --summary json -a --duration 100 --control fifo:orders
echo stop >orders
wait $rec || fail "rec: $(cat summary)"
check_eq "an order ends it" '"control"' "$(json .ended_by summary)"

sleep 0.7 &
check_status "tasks" 0 "$REC" --summary json -o p.data -p $!
check_eq "... that end" '"tasks"' "$(json .ended_by)"

rec_start s.data --summary json -a
kill -INT $rec
wait $rec || fail "rec: $(cat summary)"
check_eq "a signal ends it" '"signal"' "$(json .ended_by summary)"

"$REC" --summary json -o - -a -- "$load/spin" 1 1000 >stream 2>err
check_eq "a stream" "[\"-\",$(stat -c %s stream)]" "$(json '[.file, .bytes]')"
{ "$REC" --summary json -o - -a -- "$load/spin" 2 2000000 2>err || true; } | head -c 1000 >head
check_eq "a reader that goes away" '["reader",null]' "$(json '[.ended_by, .samples]')"

name=$'quo"te\\\xff.data'
check_status "any name" 0 "$REC" -q --summary json -o "$name" -- true
check_eq "... is a string" '"quo\"te\\�.data"' "$(json .file)"

check_status "a failure has no summary" 1 "$REC" --summary json -o /dev/full -a -- true
check_eq "... but its one line" 1 "$(wc -l <err)"

check_status "--summary text" 0 "$REC" --summary text -o b.data -- true
check_match "... is the usual one" "^\[ rec: captured and wrote" "$(cat err)"
