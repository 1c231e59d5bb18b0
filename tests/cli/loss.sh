#!/bin/bash
# Loss is exact: counted (by the kernel) = recorded (in the file) + lost (as the file says), for
# each CPU, with rings of two pages under load and with the default ones. And it is told: in
# rec's summary, in the file, at the end of every report.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq
need_perf

spin=$BUILD/tests/load/spin

check_status "rec with rings of 2 pages" 0 \
	"$REC" -v -a -m 2 -o small.data -- "$spin" 2 300000
cp err small.err
conserve small.data
[ "$(cat lost)" -gt 0 ] || fail "rings of two pages under load lose something, or this tests nothing"
check_match "the summary tells the loss" "samples, [1-9][0-9]* lost\)" "$(cat small.err)"
check_match "... by CPU, and what to try" "rec: [0-9]+ events were lost: CPU .*try larger rings: -m" \
	"$(cat small.err)"
grouped=$(sed ':a;s/\B[0-9]\{3\}\>/,&/;ta' lost)
check_eq "the report ends with it" "counts are at least these: $grouped events were lost" \
	"$("$ANA" syscall-counts small.data | tail -n 1)"
"$ANA" syscall-counts --format csv small.data >csv 2>csv.err
check_eq "a CSV stays a CSV" 0 "$(grep -c lost csv || true)"
check_match "... and says it on stderr" "ana: counts are at least these" "$(cat csv.err)"
calls=$("$ANA" syscall-counts --format json small.data |
	jq '.lost as $l | .syscalls[] | select(.name == "getppid") | .count + $l')
[ "$calls" -ge 600000 ] || fail "recorded + lost = $calls is less than the 600000 calls made"

check_status "rec with its default rings" 0 "$REC" -v -a -o default.data -- "$spin" 2 300000
cp err default.err
conserve default.data
recorded=$("$ANA" syscall-counts --comm spin --format json default.data |
	jq '.syscalls[] | select(.name == "getppid") | .count')
[ "$recorded" -le 600000 ] || fail "$recorded of 600000 calls were recorded"
[ $((recorded + $(cat lost))) -ge 600000 ] || fail "$recorded recorded + $(cat lost) lost of 600000"
# Where there is memory for them, each ring holds the whole load: then nothing may be missing.
ring=$(sed -n 's/^rec: [0-9]* CPUs*, .* rings of \([0-9]*\) KiB.*/\1/p' default.err)
[ "$ring" -lt 131072 ] || check_eq "every call of the load is in the file" 600000 "$recorded"
