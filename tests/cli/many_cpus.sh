#!/bin/bash
# A machine of many CPUs, as far as a few can tell: 32 rings for each CPU, so that every event is
# recorded 32 times, and the threads that many CPUs get. None of the copies is lost or doubled.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq
many=$BUILD/tests/bench/many
cp "$BUILD/tests/load/calls" busy_many
load=./busy_many
rings=$((32 * $(nproc)))
threads=$((rings / 4 < 32 ? rings / 4 : 32))
export RINGS_PER_CPU=32

# getppid FILE - how often the load made that call, as FILE says.
getppid() { "$ANA" syscall-counts --comm busy_many --format json "$1" | jq '.syscalls[] | select(.name == "getppid") | .count'; }

for options in "" "-z" "--threads 2"; do
	# shellcheck disable=SC2086
	check_status "many rings $options" 0 "$many" -v --summary json -a -m 512K $options -o x.data -- "$load" 100
	check_match "... are there" "^rec: $rings CPUs, .*, $([ "$options" = "--threads 2" ] && echo 2 || echo $threads) threads$" "$(cat err)"
	sed -n 's/^{/{/p' err >summary
	check_eq "... and in the summary" $rings "$(jq .rings summary)"
	"$ANA" syscall-counts --format json x.data >counts
	# Of that event alone: the side band may lose some, too.
	check_eq "... counted = recorded + lost" "$(jq '.events[0] | .counted - .lost' summary)" "$(jq '[.syscalls[].count] | add' counts)"
	[ "$(jq .lost counts)" != 0 ] || check_eq "... every event 32 times" 3200 "$(getppid x.data)"
done
check_status "many rings and files" 0 "$many" -a -m 512K --switch-output=300K -o s.data -- "$load" 100
samples=$(sed -n 's/.*(\([0-9]*\) samples, \([0-9]*\) lost).*/\1/p' err)
sum=0
for file in s.data.2*; do
	sum=$((sum + $("$ANA" syscall-counts --format json "$file" | jq '[.syscalls[].count] | add // 0')))
done
check_eq "... hold them all" "$samples" $sum

# Switched off while every CPU makes events: an interrupt that comes between counting one and making its
# record is not to be seen, in any of the rings.
for ((cpu = 0; cpu < $(nproc); cpu++)); do
	"$BUILD/tests/load/count" "$cpu" 1000000000 >/dev/null &
done
for _ in 1 2 3; do
	check_status "switched off under load" 0 "$many" --summary json -a -m 256K --duration 100ms -o off.data
	check_eq "... counted = recorded + lost" "$(jq '.events[0] | .counted - .lost' err)" \
		"$("$ANA" syscall-counts --format json off.data | jq '[.syscalls[].count] | add')"
done
