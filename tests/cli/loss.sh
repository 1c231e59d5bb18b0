#!/bin/bash
# Loss is told: in rec's summary, in the file, at the end of every report. That it is exact is what
# conservation.sh tests.
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
