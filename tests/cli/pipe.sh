#!/bin/bash
# rec -o - | ana REPORT -: what goes through a pipe is what is in a file. Readers that go away, that
# are slow or that hear Ctrl-C; streams that are cut; terminals; ordinary files through a pipe.
. "$(dirname "$0")/../lib.sh"
once plain

check_status "nothing at all" 1 sh -c ": | '$ANA' syscall-counts -"
check_eq "... has a line" "ana: standard input: is empty" "$(cat err)"
mkfifo fifo
: >fifo &
check_status "a FIFO whose writer writes nothing" 1 timeout 20 "$ANA" syscall-counts fifo
check_eq "... has a line" "ana: fifo: is empty" "$(cat err)"
if command -v script >/dev/null; then
	check_status "a recording to a terminal" 2 script -qec "'$REC' -o - -- true" /dev/null
	check_match "... has a line" "^rec: option -o: standard output is a terminal; give a file, or a pipe" "$(cat out)"
	check_status "a terminal as a recording" 2 script -qec "'$ANA' syscall-counts -" /dev/null
	check_match "... has a line" "^ana: standard input: is a terminal; give a file, or a pipe" "$(cat out)"
fi

need_root_tracefs
need_cmd jq
load=$BUILD/tests/load/calls

# shellcheck disable=SC2016
for closed in '>&-' '<&- >&-'; do
	check_status "a recording to nowhere, $closed" 1 sh -c '"$REC" -o - -a -- sleep 0.1 '"$closed"
	check_match "... has a line" "^rec: cannot write standard output: Bad file descriptor" "$(cat err)"
done
# shellcheck disable=SC2016
echo 'to=$PWD/$1; cd "/proc/$$/fd"; echo * >"$to"' >fds.sh
sh fds.sh theirs <&- >&- 2>&-
"$REC" -v -o x.data -a -- sh fds.sh ours <&- >&- 2>&-
check_eq "what the command of a rec has open that has nothing" "$(cat theirs)" "$(cat ours)"

# ended STATUS PID
ended()
{
	local status=0

	wait "$2" || status=$?
	check_eq "exit status of the recording" "$1" $status
}

# ---- the same as a file

"$REC" -o - -a -- sh -c "'$load' 300; echo told; exit 7" 2>told | tee x.data |
	"$ANA" syscall-counts --format csv - >piped || true
check_status "rec's status is the command's" 7 sh -c "'$REC' -q -o - -a -- sh -c 'exit 7' >x"
check_match "the summary" "^\[ rec: captured and wrote [0-9.]+ MB - \([0-9]+ samples, 0 lost\) \]$" "$(cat told)"
check_match "the command's output is not in the stream" "^told$" "$(cat told)"
"$ANA" syscall-counts --format csv x.data >named
check_eq "counts by pipe and by name" "$(cat named)" "$(cat piped)"
check_match "all calls are there" "^getpriority,140,3[0-9][0-9]$" "$(cat piped)"
samples=$(sed -n 's/.*(\([0-9]*\) samples.*/\1/p' told)
check_eq "as many as rec says" "$samples" "$(awk -F, 'NR > 1 { n += $3 } END { print n }' piped)"
check_eq "tasks have their names" "$("$ANA" syscall-counts --comm calls x.data)" \
	"$("$ANA" syscall-counts --comm calls - <x.data)"
mkfifo names
cat x.data >names &
check_eq "through a FIFO" "$(cat named)" "$("$ANA" syscall-counts --format csv names)"
check_eq "behind something else" "$(cat named)" \
	"$( (echo x && cat x.data) >xx && (read -r _ && "$ANA" syscall-counts --format csv -) <xx)"

"$REC" -q -a -o file.data -- "$load" 300
check_eq "a file of rec's through a pipe" "$("$ANA" syscall-counts file.data)" \
	"$(cat file.data | "$ANA" syscall-counts -)"
head -c 20000 file.data >cut.data
"$ANA" syscall-counts cut.data >by.name 2>/dev/null || true
check_status "a cut file through a pipe" 1 sh -c "cat cut.data | '$ANA' syscall-counts -"
check_eq "... gives what was before" "$(cat by.name)" "$(cat out)"
check_eq "... and one line" 1 "$(grep -c 'standard input: offset .* the file was cut' err)"

if [ -e "$BUILD/lib/recana/python.so" ]; then
	"$ANA" -g python -o mine.py x.data 2>/dev/null
	ana_noleak -i x.data -s mine.py >by.name
	ana_noleak -i - -s mine.py <<<"" >/dev/null 2>err && fail "a script on an empty line"
	cat x.data | ana_noleak -i - -s mine.py >by.pipe
	check_eq "a script sees the same" "$(md5sum <by.name)" "$(md5sum <by.pipe)"
	# It prints while rec records: nobody waits for a full buffer.
	mkfifo alive
	"$REC" -q -a -o - >alive &
	rec=$!
	ana_noleak -i alive -s mine.py >live &
	ana=$!
	for _ in $(seq 100); do
		[ "$(grep -c raw_syscalls__sys_enter live || true)" -lt 20 ] || break
		"$load" 10 >/dev/null
		sleep 0.1
	done
	[ "$(grep -c raw_syscalls__sys_enter live)" -ge 20 ] || fail "nothing was printed in 10 seconds"
	kill -INT $rec
	ended 0 $rec
	ended 0 $ana
fi

# ---- readers of all kinds

keep_busy
"$REC" -a -o - 2>err | head -c 100000 >/dev/null
check_eq "a reader that goes away is no error" "0 0" "${PIPESTATUS[*]}"
kill $busy
check_match "... and is told" "^\[ rec: captured and wrote [0-9.]+ MB - until nobody read it \]$" "$(cat err)"
check_eq "... and nothing else" "" "$(grep -v '^\[ rec: ' err || true)"
start=$(date +%s)
"$REC" -q -C 0 -e sched:sched_process_wait -o - 2>err | sleep 0.5 || true
[ $(($(date +%s) - start)) -lt 10 ] || fail "rec does not see that its reader went away"

"$REC" -v -m 2 -a -o - -- "$BUILD/tests/load/spin" 2 300000 2>err |
	(sleep 1; cat) >slow.data
counted=$(sed -n 's/^rec: raw_syscalls:sys_enter on CPU [0-9]*: \([0-9]*\) counted.*/\1/p' err |
	awk '{ n += $1 } END { print n }')
lost=$("$ANA" syscall-counts --format json slow.data | jq .lost)
recorded=$("$ANA" syscall-counts --format json slow.data | jq '[.syscalls[].count] | add')
[ "$lost" -gt 0 ] || fail "a slow reader and rings of two pages lose something, or this tests nothing"
check_eq "a slow reader: counted = recorded + lost" "$counted" $((recorded + lost))

# One that does not read: a signal ends the recording, a second one the waiting for the reader.
mkfifo stuck
sleep 60 <stuck &
sleeper=$!
"$REC" -a -v -o - >stuck 2>err &
rec=$!
for _ in $(seq 100); do # it may take a while to begin
	! grep -q '^rec: event dummy' err || break
	sleep 0.05
done
sleep 0.3
timeout 20 "$BUILD/tests/load/spin" 2 300000
sleep 0.5
kill -TERM $rec
sleep 0.5
kill -0 $rec || fail "rec did not wait for its reader"
kill -TERM $rec
ended 0 $rec
check_match "... which is told" "until nobody read it" "$(cat err)"
kill $sleeper

# Ctrl-C goes to both ends; the recording's last events are reported all the same.
# interrupt ANA_ARGS... - what ana prints goes to both.out, what rec says to both.err.
interrupt()
{
	# In the background of a script SIGINT is ignored; in front of a terminal it is not.
	perl -e '$SIG{INT} = "DEFAULT"; setpgrp; exec @ARGV' bash -c 'trap : INT
		rec=$1
		shift
		"$rec" -a -o - 2>both.err | "$@" >both.out' both "$REC" "$ANA" "$@" &
	both=$!
	sleep 1.5
	"$load" 50 >/dev/null
	kill -INT -- -$both
	wait $both || true
	check_match "Ctrl-C: rec ends well" "samples, 0 lost\) \]$" "$(cat both.err)"
}
interrupt syscall-counts -
check_match "Ctrl-C: the report" "^sys_getpriority +([5-9][0-9]|[0-9]{3,})$" "$(cat both.out)"
if [ -e mine.py ]; then
	ASAN_OPTIONS=$ASAN_NOLEAK interrupt -i - -s mine.py
	check_eq "Ctrl-C: a script's end" "in trace_end" "$(tail -n 1 both.out)"
	[ "$(grep -c ' id=140, ' both.out)" -ge 50 ] || fail "Ctrl-C: the last events are missing"
fi

# ---- streams that are cut

size=$(stat -c %s x.data)
for ((len = 1; len < size && len < 6000; len += 61)); do
	head -c $len x.data >cut
	status=0
	"$ANA" syscall-counts - <cut >out 2>err || status=$?
	[ $status -le 1 ] || fail "cut at $len: status $status: $(cat err)"
	check_eq "cut at $len: a line when it fails" $status "$(wc -l <err)"
	status=0
	cat cut | "$ANA" syscall-counts - >out.pipe 2>err.pipe || status=${PIPESTATUS[1]}
	check_eq "cut at $len: the same through a pipe" "$(cat out err)" "$(cat out.pipe err.pipe)"
done
head -c $((size - 20)) x.data >cut
check_status "a stream that ends inside a record" 1 sh -c "cat cut | '$ANA' syscall-counts -"
check_match "... has a line" "^ana: standard input: offset 0x[0-9a-f]+: the stream ends inside a record; only what came before" "$(cat err)"
check_match "... and gives what came before" "^sys_getpriority" "$(cat out)"

# ---- the same pipes with perf

[ -n "$PERF" ] && "$PERF" version >/dev/null 2>&1 || exit 0
# counts FILE - number,count of the calls in the text of perf script.
counts()
{
	awk '/raw_syscalls:sys_enter:/ { for (i = 1; i < NF; i++) if ($i == "NR") print $(i + 1) }' "$1" |
		sort -n | uniq -c | awk '{ print $2 "," $1 }'
}

"$REC" -q -o - -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit,sched:sched_switch -- "$load" 200 |
	tee two.data | "$PERF" script -i - >perf.txt 2>perf.err
"$ANA" syscall-counts --format csv two.data | tail -n +2 | cut -d, -f2,3 | sort -n >ana.counts
check_eq "rec -o - | perf script" "$(counts perf.txt)" "$(cat ana.counts)"
check_match "... with names of tasks" "^ +calls +[0-9]+ .*raw_syscalls:sys_enter: NR 140 " "$(cat perf.txt)"
check_status "perf script of that as a file" 0 "$PERF" script -i two.data
check_eq "... is the same" "$(md5sum <perf.txt)" "$(md5sum <out)"
check_status "perf report of it" 0 sh -c "'$PERF' report --stdio --header -i - <two.data"
check_match "... knows where it was recorded" "^# hostname : $(uname -n)$" "$(cat out)"
check_match "... and all events" "of event 'sched:sched_switch'" "$(cat out)"
check_status "perf evlist of it" 0 sh -c "'$PERF' evlist -v -i - <two.data"
check_eq "... finds no more in the attrs than there is" 0 "$(grep -c branch_sample_type out || true)"

for z in "" -z; do
	# shellcheck disable=SC2086
	"$PERF" record -q $z -o - -a -m 16M -e raw_syscalls:sys_enter -e cpu-clock -- "$load" 200 2>/dev/null |
		tee theirs.data | "$ANA" syscall-counts --format csv - | tail -n +2 | cut -d, -f2,3 | sort -n >ana.counts
	"$PERF" script -i - <theirs.data >perf.txt 2>/dev/null
	[ -s ana.counts ] || fail "nothing of perf record $z -o -"
	check_eq "perf record $z -o - | ana" "$(counts perf.txt)" "$(cat ana.counts)"
done
"$PERF" record -q -o theirs -e raw_syscalls:sys_enter -- "$load" 20 >/dev/null 2>&1
check_status "perf's file as standard input" 0 sh -c "'$ANA' syscall-counts - <theirs"
cp out named
check_status "perf's file through a pipe" 0 sh -c "cat theirs | '$ANA' syscall-counts -"
check_eq "... is kept until its description comes" "$(cat named)" "$(cat out)"
check_eq "... in order, too" "$("$ANA" syscall-counts --comm calls theirs)" \
	"$(cat theirs | "$ANA" syscall-counts --comm calls -)"
mkdir keep
check_status "... and leaves nothing" 0 sh -c "cat theirs | TMPDIR=$T/keep '$ANA' syscall-counts - && ls keep"
check_eq "... and leaves nothing" "$(cat named)" "$(cat out)"
check_status "without a folder for it" 1 sh -c "cat theirs | TMPDIR=/no/folder '$ANA' syscall-counts -"
check_match "... has a line" "^ana: standard input: describes its events behind its data, and cannot be kept in /no/folder .*: No such file or directory; set TMPDIR" "$(cat err)"
check_status "without space for it" 1 sh -c "cat theirs | (trap '' XFSZ; ulimit -f 8; '$ANA' syscall-counts -)"
check_match "... has a line" "cannot be kept in .*: File too large; set TMPDIR to another folder, or give the file's name$" "$(cat err)"
check_eq "... and no other" 1 "$(wc -l <err)"
head -c $(($(stat -c %s theirs) * 2 / 3)) theirs >theirs.cut
status=0
"$ANA" syscall-counts theirs.cut >named 2>named.err || status=$?
check_status "a cut one" $status sh -c "cat theirs.cut | '$ANA' syscall-counts -"
check_eq "... gives the same" "$(cat named)" "$(cat out)"
if [ -e mine.py ]; then
	ana_noleak -i theirs -s mine.py >by.name
	cat theirs | ana_noleak -i - -s mine.py >by.pipe
	check_eq "a script sees the same of perf's file" "$(md5sum <by.name)" "$(md5sum <by.pipe)"
fi
