#!/bin/bash
# ana top as text: what programs did that are known to the call, interval by interval; of a stream, of a recording,
# and of rec, which it starts and which ends with it, however that comes.
. "$(dirname "$0")/../lib.sh"
once sanitized

check_status "a view that it has not" 2 "$ANA" top --by tid
check_eq "... is told" "ana: option --by: top shows one of syscall, pid, errno; not tid" "$(cat err)"
check_status "no time" 2 "$ANA" top -d 0
check_status "no number" 2 "$ANA" top -n 0
check_status "no such form" 2 "$ANA" top --format json
check_status "another report's" 2 "$ANA" summary -n 3
check_status "no terminal" 1 "$ANA" top
check_eq "... is told" "ana: standard output is no terminal; for plain text: ana top --batch" "$(cat err)"
check_status "nothing in the stream" 1 "$ANA" top -b -
check_eq "... is told" "ana: standard input: is empty" "$(cat err)"
check_status "no such file" 1 "$ANA" top -b nosuch.data
check_status "one half of the calls" 1 "$ANA" top -b "$ROOT/tests/data/perf-one.data"
check_match "... is told" "record with rec -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit$" "$(cat err)"
need_root_tracefs
need_cmd jq

# Others may run the same programs at the same time.
calls=calls.$$ spin=spin.$$
cp "$BUILD/tests/load/calls" $calls
cp "$BUILD/tests/load/spin" $spin
both=(-a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
ours() { pgrep -f "^$REC -q -a" || true; }
# sum LABEL COLUMN <TEXT - of all intervals; columns are counted from behind
sum() { awk -v label="$1" -v column="$2" '$1 == label { n += $(NF - column) } END { print n + 0 }'; }
# no_rec_is_left - a second is as long as it may take
no_rec_is_left()
{
	for _ in $(seq 40); do
		[ -n "$(ours)" ] || return 0
		sleep 0.05
	done
	fail "$1: rec is left: $(ours)"
}

# ---- a stream ----
# Each burst fills a ring to its watermark, however fast the machine is, and that makes a round; an interval ends with one.
"$REC" -q "${both[@]}" -o - -- sh -c "for i in 1 2 3 4; do ./$calls 3000 >/dev/null; sleep 0.3; done
	./$spin 2 30000 >/dev/null" >stream 2>rec.err
check_eq "no event was lost" "" "$(cat rec.err)"
"$ANA" top -b -d 200ms - <stream >text
[ "$(grep -c ' by call, sorted by calls$' text)" -ge 3 ] || fail "too few intervals: $(cat text)"
"$ANA" summary --by syscall --format csv stream >sums
for call in getppid getuid dup umask fchdir; do
	check_eq "$call in all intervals" "$(awk -F, -v call=$call '$1 == call { print $2 }' sums)" "$(sum $call 0 <text)"
done
# Rates are of the length that the interval says it has, which has two decimals.
check_eq "calls a second are calls by seconds" "" "$(awk '/ last / { s = $3 } NF == 9 && $NF ~ /^[0-9]+$/ {
	off = $2 * s - $9; if (off * off > (1 + 0.006 / s * $9) ^ 2) print s, $0 }' text)"
check_eq "intervals are as long as the recording" "" "$("$ANA" summary --format json stream | jq .wall_ns |
	awk 'NR == 1 { all = $1 / 1e9 } / last / { sum += $3; n++ } END { if ((sum - all) ^ 2 > (0.005 * n + 0.002) ^ 2) print sum, all }' - text)"
check_eq "all of its calls of dup fail, and none of getppid" "dup - getppid 0.0" \
	"$("$ANA" top -b -d 200ms --comm $calls - <stream |
		awk '$1 == "dup" || $1 == "getppid" { print $1, $2 == $3 ? "-" : $3 }' | sort -u | xargs)"
"$ANA" top -b -d 200ms --by pid - <stream >text
check_eq "both processes of spin" 2 \
	"$(awk '/[0-9]$/ { n[$(NF - 8)] += $NF } END { for (pid in n) all += n[pid] == 30002; print all + 0 }' text)"
"$ANA" top -b -d 200ms --comm $calls --by pid - <stream >text
check_eq "--comm: nobody else" $calls "$(awk '/\([0-9]*\) / { print $1 }' text | sort -u)"
"$ANA" top -b -d 200ms --comm $calls --syscalls fsync --by errno - <stream >text
check_eq "--syscalls, by error" "EBADF 12032" "EBADF $(sum EBADF 0 <text)"
check_eq "by its name, too" "$("$ANA" top -b - <stream | md5sum)" "$("$ANA" top -b stream | md5sum)"
check_status "--top, -n" 0 "$ANA" top -b -n 2 -d 200ms --top 2 --sort p99 stream
check_eq "... rows of intervals" 4 "$(awk 'NF == 9 && $9 ~ /^[0-9]+$/' out | wc -l)"
check_match "... sorted" "by call, sorted by p99" "$(cat out)"
head -c 100003 stream >cut
check_status "a stream that was cut" 1 "$ANA" top -b cut
check_match "... is told" "the stream ends inside a record; only what came before it was read$" "$(cat err)"
check_match "... and shown" " by call, sorted by calls$" "$(cat out)"
"$REC" -q -m 8K "${both[@]}" -o - -- ./$spin 4 20000 >lossy 2>/dev/null
"$ANA" top -b lossy >text
check_match "losses are told with each interval" "  lost [1-9][0-9,]*$" "$(cat text)"
check_match "... and at the end" "^counts are at least these: [1-9][0-9,]* events were lost$" "$(tail -n 1 text)"

# ---- live: soon, also of a machine on which nothing happens any more ----
mkfifo fifo go
sh -c "read -r line; ./$calls 500 >/dev/null; read -r line; exit 0" <go & # it sleeps in the end
quiet=$!
exec 5>go
"$REC" -q -p $quiet -e raw_syscalls:sys_enter,raw_syscalls:sys_exit -o - >fifo 2>rec.err &
"$ANA" top -b -d 500ms -n 5 --comm $calls fifo >text &
top=$!
sleep 1.5
echo >&5
for _ in $(seq 30); do
	! grep -q '^getppid .* 500$' text || break
	sleep 0.1
done
check_match "... is there" "^getppid .* 500$" "$(cat text)"
wait $top
exec 5>&-
wait
check_eq "intervals without a call are there, too" 5 "$(grep -c ' by call, sorted by calls$' text)"

# ---- rec is started ----
(sleep 1; exec ./$spin 1 200000) >/dev/null &
check_status "of its own rec" 0 "$ANA" top -b -n 4 -d 500ms --comm $spin,ana,rec
check_eq "... who is not seen, nor ana" "" "$(grep -E '^(ana|rec) ' out || true)"
check_match "... what was running is" "^getppid  *[0-9.]{6,} " "$(cat out)"
no_rec_is_left "-n"
wait
for signal in TERM INT HUP KILL; do
	rm -f text
	"$ANA" top -b -d 300ms >text 2>err &
	ana=$!
	for _ in $(seq 100); do
		[ ! -s text ] || break
		sleep 0.1
	done
	kill -$signal $ana
	status=0
	wait $ana 2>/dev/null || status=$?
	expected=$((128 + $(kill -l $signal)))
	[ $signal != INT ] || expected=0 # which ends rec, and what that recorded is told
	check_eq "SIG$signal: status" $expected $status
	no_rec_is_left "SIG$signal"
	[ -s text ] || fail "SIG$signal: nothing was printed: $(cat err)"
done
"$ANA" top -b -d 300ms 2>err | head -n 1 >text || true
no_rec_is_left "nobody reads"
rm -f text
"$ANA" top -b -d 300ms >text 2>err &
ana=$!
for _ in $(seq 100); do
	[ ! -s text ] || break
	sleep 0.1
done
kill -KILL "$(ours | head -n 1)"
status=0
wait $ana || status=$?
check_eq "rec is killed" "1 ana: rec was ended by signal 9 (Killed)" "$status $(tail -n 1 err)"

# ---- under another name, without rights, without rec ----
mkdir bin lib
cp "$ANA" bin/x-ana
cp "$REC" bin/x-rec
check_status "PROGRAM_PREFIX" 0 bin/x-ana top -b -n 1 -d 300ms
if command -v setpriv >/dev/null; then
	# The search for leaks needs rights that nobody has.
	check_status "no right" 1 env ASAN_OPTIONS="$ASAN_NOLEAK" setpriv --reuid=65534 --regid=65534 --clear-groups \
		bin/x-ana top -b
	check_match "... is told by rec" "^ana: rec: .*(CAP_[A-Z_]* is missing|no right to)" "$(cat err)"
	check_eq "... in a line" 1 "$(wc -l <err)"
fi
rm bin/x-rec
check_status "no rec" 1 env PATH=/nowhere "$T/bin/x-ana" top -b
check_eq "... is told" "ana: rec: cannot run x-rec: No such file or directory" "$(cat err)"
