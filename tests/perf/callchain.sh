#!/bin/bash
# rec -g: perf shows the functions of kernel and program by name, in the right order, as it does for
# a recording of its own; what is mapped where is what perf says; ana counts the same as without.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq
need_cmd python3
chain=$BUILD/tests/load/chain
calls=100
case $(uname -m) in x86_64) nr=110 ;; *) nr=173 ;; esac # getppid

# functions FILE - the chains of chain's getppid() calls, "inner;..;main", each with its number.
functions()
{
	"$PERF" script -i "$1" -F comm,event,trace,ip,sym 2>/dev/null |
		awk -v nr=$nr '/^[^ \t]/ { ours = $1 == "chain" && /sys_enter: NR/ && $4 == nr; text = "" }
			ours && /^[ \t]+[0-9a-f]+ / { text = text $2 ";" }
			!NF && ours { print text; ours = 0 }' |
		sed 's/;main;.*/;main/' | sort | uniq -c | awk '{ print $1, $2 }'
}

# mapped FILE PID - the MMAP2 records that say what PID (-1: the kernel) had mapped before.
mapped()
{
	"$PERF" script -D -i "$1" 2>/dev/null |
		sed -n "s/^0 0 0x[0-9a-f]* \[0x[0-9a-f]*\]: \(PERF_RECORD_MMAP2 $2\/.*\)/\1/p"
}

# A program that is started, and one that is there already: its maps are rec's to tell.
"$REC" -q -g -- "$chain" $calls
"$PERF" record -q -g -m 4M --buildid-mmap -e raw_syscalls:sys_enter -o perf.own -- "$chain" $calls
check_eq "the chain of the calls" "$calls call;chain_c;chain_b;chain_a;main" \
	"$(functions perf.data | sed 's/ .*;call;/ call;/')"
check_match "... begins in the kernel" "^$calls [a-z_]*sys[a-z_0-9]*;" "$(functions perf.data)"
check_eq "... is that of perf's own recording" "$(functions perf.own)" "$(functions perf.data)"
check_status "perf report -g" 0 "$PERF" report -g caller --stdio -i perf.data
check_match "perf report -g: callers first" ";main;chain_a;chain_b;chain_c;call;" \
	"$(sed 's/^[ |]*//; s/.*--//' out | tr '\n' ';')"
check_status "the checklist" 0 python3 "$ROOT/tests/perf/checklist.py" perf.data
check_match "call chains" "^raw_syscalls:sys_enter: .*sample_type: IP\|TID\|TIME\|CALLCHAIN\|CPU\|RAW\|IDENTIFIER" \
	"$("$PERF" evlist -v -i perf.data)"
check_match "what is mapped" "^dummy: .* mmap: 1, .*mmap2: 1," "$("$PERF" evlist -v -i perf.data)"
check_eq "the kernel is where perf says" "$(mapped perf.own -1)" "$(mapped perf.data -1)"
[ -n "$(mapped perf.data -1)" ] || fail "the kernel is nowhere"

mkfifo in
"$chain" $calls 4 <in >pid &
exec 3>in
while [ ! -s pid ]; do sleep 0.05; done
pid=$(cat pid)
"$PERF" record -q -g -a --buildid-mmap -e raw_syscalls:sys_enter -o perf.there -- true
while read -r target; do
	# shellcheck disable=SC2086
	"$REC" -q -g -o there.data $target 2>rec.err &
	rec=$!
	for _ in $(seq 100); do
		[ ! -s there.data ] || break
		sleep 0.05
	done
	sleep 0.3
	echo >&3
	sleep 0.3
	kill -INT $rec
	wait $rec || fail "$target: $(cat rec.err)"
	check_eq "$target: what was mapped before is what perf says" "$(mapped perf.there "$pid")" \
		"$(mapped there.data "$pid")"
	[ "$target" != -a ] || check_eq "-a: ... and of process 1" "$(mapped perf.there 1)" "$(mapped there.data 1)"
done <<X
-a
-p $pid
-t $pid
X
[ -n "$(mapped there.data "$pid")" ] || fail "nothing was mapped before"
rec_start late.data -g -a
echo >&3
sleep 0.3
kill -INT "$rec"
wait "$rec"
exec 3>&-
check_eq "a program that was there before" "$(functions perf.data)" "$(functions late.data)"

check_status "perf data convert" 0 "$PERF" data convert --to-json o.json --force -i perf.data
check_eq "... has the functions" "$calls" "$(jq -c '.samples[].callchain | map(.symbol)' o.json |
	grep -c '"call","chain_c","chain_b","chain_a","main"')"

# Another recorder at the same time: with attr.build_id the kernel damages its MMAP2 records.
check_status "perf record beside rec -g" 0 "$PERF" record -q -e cpu-clock -g -o beside.data -- \
	env ASAN_OPTIONS="$ASAN_NOLEAK" "$REC" -q -g -a -o late.data -- "$chain" $calls
check_status "... is read" 0 "$PERF" script --show-mmap-events -i beside.data
check_match "... and right" "PERF_RECORD_MMAP2 .* [0-9a-f]+:[0-9a-f]+ $(stat -c %i "$chain") [0-9]+\]: r-xp $chain$" "$(cat out)"

# A stream.
"$REC" -q -g -o - -- "$chain" $calls 2>/dev/null >stream.data
check_eq "a stream" "$(functions perf.data)" "$(functions stream.data)"
# shellcheck disable=SC2016
check_status "perf report of a stream" 0 sh -c '"$PERF" report -g --stdio -i - <stream.data'
check_match "... has the functions" "chain_b" "$(cat out)"

# ana reads it as any other.
check_match "ana counts them" "^sys_getppid +$calls$" "$("$ANA" syscall-counts perf.data)"
check_match "ana counts them in a stream" "^sys_getppid +$calls$" "$("$ANA" syscall-counts stream.data)"
cat >addresses.py <<'X'
def raw_syscalls__sys_enter(name, context, cpu, secs, nsecs, pid, comm, chain, id, args, sample):
	print(comm, secs, nsecs, id, [hex(frame['ip']) for frame in chain])
X
check_status "perf script -s" 0 "$PERF" script -s addresses.py -i perf.data
mv out theirs
check_status "ana -s" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" "$ANA" -s addresses.py -i perf.data
check_eq "the addresses that a script gets" "$(cat theirs)" "$(cat out)"

# Without -g nothing of this.
"$REC" -q -o plain.data -- "$chain" $calls
check_eq "nothing is mapped without -g" 0 "$("$PERF" script -D -i plain.data 2>/dev/null | grep -c RECORD_MMAP || true)"
check_match "no chains without -g" "sample_type: TID\|TIME\|CPU\|RAW\|IDENTIFIER" "$("$PERF" evlist -v -i plain.data)"
if command -v strace >/dev/null; then
	ASAN_OPTIONS=$ASAN_NOLEAK strace -f -e trace=openat -o opened "$REC" -q -a -o plain.data -- true
	check_eq "... and nothing is looked at" "" "$(grep -E 'kallsyms|/maps|modules|/notes' opened || true)"
fi
