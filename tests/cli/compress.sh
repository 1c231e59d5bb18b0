#!/bin/bash
# rec -z: the same events in a file that is a fraction of the size, which perf and ana read, also
# when it was killed; --max-size holds for what is written.
. "$(dirname "$0")/../lib.sh"

check_rec_error 2 "rec: option -z: fast is no level from 1 to 19" -zfast -- true
check_rec_error 2 "rec: option -z: 20 is no level from 1 to 19" --compression-level=20 -- true
need_root_tracefs
need_cmd jq
need_perf
load=$BUILD/tests/load

# A name of its own: another one may run on this machine meanwhile.
cp "$load/calls" ./calls$$

calls() { "$ANA" syscall-counts --comm calls$$ --format csv "$1" | sed -n 1,14p; } # those that it makes on purpose
total() { "$ANA" syscall-counts --format json "$1" | jq '[.syscalls[].count] | add'; }

"$REC" -q -a -o plain.data -- ./calls$$ 3000 >/dev/null
for level in -z -z9 --compression-level=3; do
	check_status "$level" 0 "$REC" -a $level -o z.data -- ./calls$$ 3000
	check_eq "$level: the same calls" "$(calls plain.data)" "$(calls z.data)"
	check_eq "$level: as many as rec says" "$(sed -n 's/.*(\([0-9]*\) samples, 0 lost).*/\1/p' err)" "$(total z.data)"
	check_eq "$level: as perf sees it" "$(total z.data)" "$("$PERF" script -i z.data 2>perf.err | wc -l)"
	check_eq "$level: in order" "" "$(grep -i 'out of order' perf.err || true)"
	check_match "$level: the header says so" "^# compressed : Zstd, level = (-1|9|3), ratio = ([5-9]|[0-9]{2,})$" \
		"$("$PERF" report --header-only -i z.data 2>/dev/null)"
	[ $(($(stat -c %s z.data) * 3)) -lt "$(stat -c %s plain.data)" ] || fail "$level: is not small"
done
"$REC" -q -a -z -o - -- ./calls$$ 300 2>/dev/null | tee piped.data | "$ANA" syscall-counts --format csv - >piped
check_eq "through a pipe" "$("$ANA" syscall-counts --format csv piped.data)" "$(cat piped)"
check_eq "... perf sees it" "$(total piped.data)" "$("$PERF" script -i - <piped.data 2>/dev/null | wc -l)"

for threads in 1 2; do
	[ "$threads" -le "$(nproc)" ] || continue
	rec_start killed.data -a -z --threads $threads
	"$load/spin" 2 200000 >/dev/null
	sleep 0.5
	kill -KILL $rec
	wait $rec 2>/dev/null || true
	check_status "killed, $threads threads" 0 "$ANA" syscall-counts --format json killed.data
	[ "$(jq '[.syscalls[].count] | add' out)" -ge 400000 ] || fail "killed: flushed events are missing"
done

for size in 100K 600K; do
	"$REC" -a -z --max-size $size -o m.data -- "$load/spin" 2 20000000 2>summary >/dev/null
	bytes=$(stat -c %s m.data) limit=$(numfmt --from=iec $size)
	[ "$bytes" -le "$limit" ] || fail "-z --max-size $size: $bytes bytes"
	[ "$bytes" -gt $((limit - 80000)) ] || fail "-z --max-size $size: only $bytes bytes"
	check_eq "... the summary tells what is in it" "$(total m.data)" \
		"$(sed -n 's/.*(\([0-9]*\) samples.*/\1/p' summary)"
done
