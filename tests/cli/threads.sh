#!/bin/bash
# rec --threads: several threads write one file. No event is lost, doubled or cut on the way, rounds
# keep the order, none of the threads is recorded, and one that fails ends the recording.
. "$(dirname "$0")/../lib.sh"

check_rec_error 2 "rec: option --threads: none is no number from 1 to 128" --threads none -- true
check_rec_error 2 "rec: option --threads: with --max-events one thread counts for all CPUs" \
	--threads 2 --max-events 5 -- true
check_rec_error 2 "rec: option --threads: a snapshot is written by one thread" --threads 2 --overwrite -- true
check_status "several threads and a stream" 2 sh -c "'$REC' --threads 2 -o - -- true | cat; exit \${PIPESTATUS:-2}"
need_root_tracefs
need_cmd jq
need_perf
[ "$(nproc)" -gt 1 ] || skip "a machine of one CPU has one ring"
load=$BUILD/tests/load

total() { "$ANA" syscall-counts --format json "$1" | jq '[.syscalls[].count] | add // 0'; }

# Small rings wrap often, and each record that does is written in two pieces.
for options in "-m 8M" "-m 8M -z" "-m 64K" "-m 64K -e raw_syscalls:sys_enter -e sched:*"; do
	# shellcheck disable=SC2086
	check_status "--threads 2 $options" 0 "$REC" -v -a --threads 2 $options -o t.data -- "$load/spin" 4 60000
	check_match "... says how many" "^rec: [0-9]+ CPUs, .*, 2 threads$" "$(cat err)"
	check_eq "... every event is there" "$(sed -n 's/.*(\([0-9]*\) samples.*/\1/p' err)" \
		"$("$PERF" script -i t.data 2>perf.err | wc -l)"
	check_eq "... in order" "" "$(grep -i 'out of order' perf.err || true)"
	check_eq "... and nothing is damaged" "" "$("$ANA" syscall-counts t.data 2>&1 >/dev/null | grep -v 'at least these' || true)"
done

own=rec.$$
cp "$REC" $own
"./$own" -q -a --threads 2 -o self.data -- "$load/spin" 2 100000 >/dev/null
check_eq "no thread of rec is recorded" 0 \
	"$("$ANA" syscall-counts --comm $own --format json self.data | jq '[.syscalls[].count] | add // 0')"
"./$own" -q -a --threads 2 --include-self -o self.data -- "$load/spin" 2 100000 >/dev/null
writers=$("$PERF" script -i self.data -F comm,tid,trace 2>/dev/null | awk -v c="$own" '$1 == c && /NR 20 / { print $2 }' | sort -u | wc -l)
check_eq "both write" 2 "$writers"

"$load/calls" 1 >/dev/null
sh -c 'sleep 1; exec "$0" 100' "$load/calls" >/dev/null &
check_status "-p: ends with its last process" 0 timeout 20 "$REC" -q --threads 2 -o p.data -p $!
check_eq "-p: all calls" 100 "$("$ANA" syscall-counts --format json p.data | jq '.syscalls[] | select(.name == "getppid") | .count')"

# The threads stand still while the file is switched, and each file has its own compressed ratio.
"$REC" -v -a --threads 2 -z -e raw_syscalls:sys_enter -o s.data --switch-output=100K -- "$load/spin" 2 300000 >/dev/null 2>err
[ "$(ls s.data.2* | wc -l)" -ge 3 ] || fail "--switch-output: only $(ls s.data*)"
sum=0
for file in s.data.2*; do
	check_eq "perf reads $file" "$(total "$file")" "$("$PERF" script -i "$file" 2>/dev/null | wc -l)"
	sum=$((sum + $(total "$file")))
done
check_eq "every event is in one of the files" "$(sed -n 's/.*(\([0-9]*\) samples, 0 lost).*/\1/p' err)" $sum

mkdir full
mount -t tmpfs -o size=3m none full 2>/dev/null || exit 0
status=0
"$REC" -a --threads 2 -o full/x.data -- "$load/spin" 2 1000000 >/dev/null 2>err || status=$?
check_match "a full disk ends it, whoever meets it" "^rec: cannot write full/x.data: No space left on device" "$(cat err)"
"$ANA" syscall-counts --format json full/x.data >json 2>/dev/null || true
check_eq "the status says so" 1 $status
umount full
[ "$(jq '[.syscalls[].count] | add' json)" -gt 10000 ] || fail "a full disk: what was written is not read"
