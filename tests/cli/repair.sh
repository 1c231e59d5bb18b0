#!/bin/bash
# ana repair: of a recording that was killed, cut or damaged it makes a file that perf reads, with
# every whole record of it; also of perf's own, whose formats are rebuilt.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq

# numbers FILE - "call,count" lines, by call, as ana and, when there is one, perf see them.
numbers()
{
	"$ANA" syscall-counts --format csv "$1" >csv 2>csv.err || fail "$1: $(cat csv.err)"
	check_eq "$1: ana has nothing to complain about but the loss" "" \
		"$(grep -v '^ana: counts are at least these: ' csv.err)"
	tail -n +2 csv | cut -d, -f2,3 | sort >by_ana
	[ -s by_ana ] || fail "$1: has no calls"
	[ -n "$PERF" ] || return 0
	"$PERF" script -i "$1" 2>perf.err >perf.out || fail "$1: perf script: $(cat perf.err)"
	awk '/raw_syscalls:sys_enter:/ { for (i = 1; i < NF; i++) if ($i == "NR") n[$(i + 1)]++ }
		END { for (nr in n) print nr "," n[nr] }' perf.out | sort >by_perf
	check_eq "$1: the calls that ana counts, and perf" "$(cat by_perf)" "$(cat by_ana)"
	check_status "$1: perf report" 0 "$PERF" report --stdio -i "$1"
}

# repaired FILE ARGS... - repair it into FILE.repaired, which has to be whole.
repaired()
{
	check_status "repair of $1" 0 "$ANA" repair "$@"
	cp out told
	check_eq "repair of $1 is silent on stderr" "" "$(cat err)"
	check_status "$1.repaired" 0 "$ANA" repair "$1.repaired"
	check_eq "$1.repaired is whole" "$1.repaired: nothing is wrong with it; nothing was written" "$(cat out)"
	[ ! -e "$1.repaired.repaired" ] || fail "a whole file was repaired"
}

# cut FILE BYTES - the beginning of FILE, so long.
cut_at() { head -c "$2" "$1" >"$1.cut"; }

# ---- recordings of rec ----
rec_start killed.data -a
"$BUILD/tests/load/calls" 500 >/dev/null
sleep 0.5 # more than the pause between two passes
kill -9 $rec
wait $rec 2>/dev/null || true
"$ANA" syscall-counts --format csv killed.data >before 2>/dev/null
repaired killed.data
check_match "it says what was wrong" "^killed.data: the recording was not finished$" "$(cat told)"
check_match "... and what it wrote" "^wrote killed.data.repaired: .* samples$" "$(cat told)"
numbers killed.data.repaired
check_eq "nothing is missing" "$(cat before)" "$(cat csv)"
check_eq "the rights are those of the recording" "$(stat -c '%a %u' killed.data)" "$(stat -c '%a %u' killed.data.repaired)"

# What is made of killed.data from here on starts behind a whole record.
off=$(sed -n 's/^left out: .* from offset \(0x[0-9a-f]*\) on: the beginning of a record$/\1/p' told)
[ -z "$off" ] || truncate -s $((off)) killed.data

check_status "a whole recording" 0 "$REC" -q -a -o whole.data -- "$BUILD/tests/load/calls" 200
check_status "... needs no repair" 0 "$ANA" repair -o other.data whole.data
check_eq "... says so" "whole.data: nothing is wrong with it; nothing was written" "$(cat out)"
[ ! -e other.data ] || fail "a whole recording was written anew"

size=$(stat -c %s whole.data)
sample=$(grep -obUaP '\x09\x00\x00\x00\x01\x00\x70\x00' whole.data | sed -n '100s/:.*//p')
for cut in 3 111 1000 $((size - sample - 20)); do
	cut_at whole.data $((size - cut))
	repaired whole.data.cut -f
	numbers whole.data.cut.repaired
done
check_match "what is left out is told" "^left out: [0-9,]+ bytes at the end, from offset 0x[0-9a-f]+ on: the beginning of a record$" "$(cat told)"

# ---- what a machine that goes down leaves ----
cp killed.data zeros.data
truncate -s +100000 zeros.data
check_status "zeros at the end" 0 "$ANA" syscall-counts --format csv zeros.data
check_match "... are told" "the machine went down\); its last 100000 bytes are zeros" "$(cat err)"
check_eq "... in one line" 1 "$(wc -l <err)"
check_eq "... and nothing else is missing" "$(cat before)" "$(cat out)"
repaired zeros.data
check_match "... and left out" "^left out: 100,[0-9]{3} bytes at the end, .*zeros$" "$(cat told)"
numbers zeros.data.repaired
cp whole.data late.data
dd if=/dev/zero of=late.data bs=4096 seek=$((size / 4096 - 3)) count=5 conv=notrunc 2>/dev/null
check_status "zeros in a finished file" 1 "$ANA" syscall-counts late.data
check_match "... are told" "late.data: offset 0x[0-9a-f]+: the data ends in [0-9]+ bytes of zeros" "$(cat err)"
repaired late.data
numbers late.data.repaired
truncate -s 1T zeros.data
check_status "a hole is not read" 0 timeout 10 "$ANA" repair -f zeros.data

# ---- garbage ----
cp killed.data garbage.data
head -c 5000 "$ANA" | tail -c 4000 >>garbage.data
repaired garbage.data
numbers garbage.data.repaired
cp whole.data bad.data
# The 100th sample becomes of a type that nobody writes, the 150th of no event.
grep -obUaP '\x09\x00\x00\x00\x01\x00\x70\x00' whole.data | sed 's/:.*//' >offsets
printf '\377' | dd of=bad.data bs=1 seek="$(sed -n 100p offsets)" conv=notrunc status=none
printf '\377\377\377' | dd of=bad.data bs=1 seek=$(($(sed -n 150p offsets) + 10)) conv=notrunc status=none
"$ANA" syscall-counts --format json whole.data | jq '[.syscalls[].count] | add' >all
repaired bad.data
check_match "single records are left out" "^left out: 2 records of 224 bytes" "$(cat told)"
numbers bad.data.repaired
check_eq "... and no others" $(($(cat all) - 2)) "$(awk -F, '{ n += $2 } END { print n }' by_ana)"


# ---- damage with something behind it ----
all()
{
	"$ANA" syscall-counts --format json "$1" 2>/dev/null | jq '[.syscalls[].count] | add'
}

cp whole.data size.data
printf '\003\000' | dd of=size.data bs=1 seek=$(($(sed -n 100p offsets) + 6)) conv=notrunc status=none
repaired size.data
check_match "one record of an impossible size is left out" "^left out: 112 bytes in between that are no records, at 1 places, from offset 0x[0-9a-f]+ on$" "$(cat told)"
numbers size.data.repaired
check_eq "... and no others" $(($(cat all) - 1)) "$(all size.data.repaired)"
cp whole.data hole.data
dd if=/dev/zero of=hole.data bs=4096 seek=$((size / 4096 - 8)) count=3 conv=notrunc status=none
dd if=/dev/urandom of=hole.data bs=512 seek=$((size / 4096 * 8 - 100)) count=3 conv=notrunc status=none
repaired hole.data
check_match "holes and garbage are left out" "^left out: 1[0-9],[0-9]{3} bytes in between that are no records, at [2-4] places, from" "$(cat told)"
numbers hole.data.repaired
[ "$(all hole.data.repaired)" -gt $(($(cat all) - 170)) ] || fail "too much is left out: $(all hole.data.repaired) of $(cat all): $(cat told)"

# A type that nobody writes, with a size that 290 records have: these are no part of it.
cp whole.data liar.data
printf '\170\126\064\022\000\000\000\177' | dd of=liar.data bs=1 seek=$(sed -n 100p offsets) conv=notrunc status=none
repaired liar.data
check_match "garbage that looks like a record" "^left out: 112 bytes in between that are no records, at 1 places" "$(cat told)"
numbers liar.data.repaired
check_eq "... hides no other" $(($(cat all) - 1)) "$(all liar.data.repaired)"

check_status "rec -z" 0 "$REC" -q -a -z -o frames.data -- "$BUILD/tests/load/calls" 3000
all frames.data >all
# A kind of block that is none, in the third frame: behind the record's header, magic and descriptor.
python3 - frames.data <<'P'
import struct, sys
path = sys.argv[1]
data = bytearray(open(path, "rb").read())
at, size = struct.unpack_from("<QQ", data, 40)
end, seen = at + size, 0
while at < end:
	kind, _, size = struct.unpack_from("<IHH", data, at)
	seen += kind == 81
	if kind == 81 and seen == 3:
		break
	at += size
magic = data.index(bytes.fromhex("28b52ffd"), at)
flags = data[magic + 4]
header = 1 + (not flags >> 5 & 1) + [flags >> 5 & 1, 2, 4, 8][flags >> 6]
data[magic + 4 + header] |= 6
open(path, "wb").write(data)
P
check_status "a damaged frame" 1 "$ANA" syscall-counts frames.data
repaired frames.data
check_match "one frame is left out" "^left out: 1 compressed records of [0-9,]+ bytes that cannot be decompressed$" "$(cat told)"
check_eq "... and nothing else" 1 "$(grep -c '^left out' told)"
check_eq "... of what was compressed the rest stays so" 0 "$(grep -c '^decompressed' told)"
numbers frames.data.repaired
[ "$(all frames.data.repaired)" -gt $(($(cat all) / 2)) ] || fail "too much is left out: $(all frames.data.repaired) of $(cat all)"

# ---- a stream ----
"$REC" -q -a -o - -- "$BUILD/tests/load/calls" 200 2>/dev/null >stream.data
cut_at stream.data $(($(stat -c %s stream.data) - 50))
repaired stream.data.cut
numbers stream.data.cut.repaired

# ---- errors ----
wrong()
{
	local status=$1 text=$2

	shift 2
	check_status "ana repair $*" "$status" "$ANA" repair "$@"
	check_match "ana repair $*" "^ana: .*$text" "$(cat err)"
	check_eq "ana repair $*: one line" 1 "$(wc -l <err)"
}
cut_at whole.data $((size - 1000))
wrong 1 "whole.data.cut.repaired exists; use -f" whole.data.cut
ln whole.data.cut same.data
wrong 2 "is the recording itself" -f -o same.data whole.data.cut
wrong 2 "cannot go to standard output" -o - whole.data.cut
wrong 1 "is no regular file" -f -o /dev/null whole.data.cut
wrong 1 "cannot create no/folder" -o no/folder whole.data.cut
wrong 2 "one file at a time" whole.data.cut whole.data
wrong 2 "option --format is not for repair" --format csv whole.data.cut
head -c 8000 killed.data >short.data # inside what is before the data, or just behind it
off=$((0x$(od -An -tx8 -j40 -N8 killed.data | tr -d ' ')))
head -c "$off" killed.data >short.data
wrong 1 "short.data: there is no whole record in it" short.data
[ ! -e short.data.repaired ] || fail "a file without records was written"
check_status "a pipe" 2 sh -c "cat whole.data.cut | '$ANA' repair -o x.data -"
check_match "a pipe" "a pipe cannot be repaired" "$(cat err)"
check_status "a file without a name" 2 sh -c "'$ANA' repair - <whole.data.cut"
check_match "a file without a name" "has no name to put .repaired behind; .* -o$" "$(cat err)"
check_status "no space" 1 sh -c "ulimit -f 8; trap '' XFSZ; '$ANA' repair -o x.data whole.data.cut"
# A file without a name is not there on all file systems; on tmpfs it is.
if unshare -m true 2>/dev/null; then
	mkdir memory
	check_status "killed while it writes" 0 unshare -m sh -c "mount -t tmpfs none memory &&
		(ulimit -f 8; ulimit -c 0; exec '$ANA' repair -o memory/x.data whole.data.cut); echo \$? \$(ls memory)"
	check_eq "... it leaves nothing" 153 "$(tail -n 1 out)" # SIGXFSZ
	check_status "overwritten there" 0 unshare -m sh -c "mount -t tmpfs none memory && : >memory/x.data &&
		'$ANA' repair -f -o memory/x.data whole.data.cut && ls memory && '$ANA' repair memory/x.data"
	check_eq "... it is alone" x.data "$(grep '^x.data' out)"
	check_match "... and whole" "nothing is wrong with it" "$(cat out)"
fi
check_eq "nothing is left of what failed" "" "$(find . -name 'x.data*' -o -name 'short.data.*')"

# Another user's primary group has no right to read what the group of the recording had.
if command -v setpriv >/dev/null; then
	mkdir -m 777 theirs
	cp "$ANA" whole.data.cut theirs
	chown 65534:65533 theirs/whole.data.cut
	chmod 640 theirs/whole.data.cut
	check_status "repair by its owner" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" \
		setpriv --reuid=65534 --regid=65532 --groups=65533 theirs/ana repair theirs/whole.data.cut
	check_eq "a group of one's own is kept" "640 65533" "$(stat -c '%a %g' theirs/whole.data.cut.repaired)"
	check_status "repair by its owner, outside of its group" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" \
		setpriv --reuid=65534 --regid=65532 --clear-groups theirs/ana repair -f theirs/whole.data.cut
	check_eq "another gets no right" "600 65532" "$(stat -c '%a %g' theirs/whole.data.cut.repaired)"
fi

# ---- perf's own ----
need_perf
need_cmd perf

# perf_killed FILE ARGS... - perf record of a load, killed. Not -a: perf would record itself, too.
perf_killed()
{
	local file=$1

	shift
	keep_busy
	"$PERF" record -q -p $busy -o "$file" "$@" >/dev/null 2>&1 &
	perf=$!
	for _ in $(seq 150); do
		[ "$(stat -c %s "$file" 2>/dev/null || echo 0)" -le 100000 ] || break
		sleep 0.1
	done
	kill -9 $perf
	kill $busy
	wait $perf $busy 2>/dev/null || true
}

known="\(the running kernel says so, which is the one that was recorded\)"
perf_killed one.data -e raw_syscalls:sys_enter
check_status "ana has no formats of it" 0 "$ANA" syscall-counts one.data
check_match "... and says so" "^ana: one.data: does not describe its tracepoints" "$(cat err)"
repaired one.data
check_match "the format is rebuilt" "^event [0-9]+: raw_syscalls:sys_enter $known$" "$(cat told)"
numbers one.data.repaired
samples=$(sed -n 's/.* records, \([0-9,]*\) of them samples/\1/p' told | tr -d ,)
check_eq "every sample is counted" "$samples" "$(awk -F, '{ n += $2 } END { print n }' by_ana)"
check_eq "perf knows the event" "raw_syscalls:sys_enter" "$("$PERF" evlist -i one.data.repaired 2>/dev/null | head -n 1)"

# The kernel's structure of a page that is freed ends in padding.
perf_killed many.data -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -e sched:sched_switch -e kmem:mm_page_free
repaired many.data
check_match "... also of padded records" "^event [0-9]+: kmem:mm_page_free $known$" "$(cat told)"
check_match "every format is rebuilt" "^event [0-9]+: sched:sched_switch $known$" "$(cat told)"
numbers many.data.repaired
perf_killed z.data -z -e raw_syscalls:sys_enter
repaired z.data
numbers z.data.repaired
size=$(stat -c %s z.data)
for cut in $((size / 2)) $((size / 3)) $((size / 5)); do
	cut_at z.data "$cut"
	repaired z.data.cut -f
	numbers z.data.cut.repaired
done

"$PERF" record -q -a -e raw_syscalls:sys_enter -o finished.data -- "$BUILD/tests/load/calls" 200 >/dev/null 2>&1
check_status "a whole recording of perf needs no repair" 0 "$ANA" repair finished.data
check_match "... says so" "nothing is wrong with it" "$(cat out)"
cut_at finished.data $(($(stat -c %s finished.data) * 3 / 4))
repaired finished.data.cut
numbers finished.data.cut.repaired

# A page that holds the number of formats had not reached the disk: formats of nothing can be parsed.
cp finished.data empty.data
table=$((0x$(od -An -tx8 -j40 -N8 finished.data | tr -d ' ') + 0x$(od -An -tx8 -j48 -N8 finished.data | tr -d ' ')))
formats=$((0x$(od -An -tx8 -j$table -N8 finished.data | tr -d ' ')))
systems=$(grep -abo raw_syscalls finished.data | sed -n 's/:.*//p' | awk -v from=$formats '$1 > from { print; exit }')
dd if=/dev/zero of=empty.data bs=1 seek=$((systems - 4)) count=$(($(stat -c %s finished.data) - systems + 4)) conv=notrunc status=none
repaired empty.data
check_match "what is missing is told" "^empty.data: what describes the recording behind its data is missing$" "$(cat told)"
check_eq "nothing else is" "$("$ANA" syscall-counts finished.data 2>&1)" "$("$ANA" syscall-counts empty.data.repaired 2>&1)"
check_eq "perf knows the event" "raw_syscalls:sys_enter" "$("$PERF" evlist -i empty.data.repaired 2>/dev/null | head -n 1)"

# Where the kernel does not tell who it is, the records have to.
need_cmd unshare
check_status "repair on another kernel" 0 unshare -m sh -c \
	"mount --bind /dev/null /proc/kallsyms && exec '$ANA' repair -o other.data many.data"
cp out told
for event in enter exit; do
	check_match "sys_$event by its records" "^event [0-9]+: raw_syscalls:sys_$event \(taken for that, because all of its records look so\)$" "$(cat told)"
done
id=$(cat /sys/kernel/tracing/events/sched/sched_switch/id)
check_match "what nobody knows is not guessed" "^event $id: unknown:id_$id \(nobody knows what it is" "$(cat told)"
numbers many.data.repaired
cp by_ana by_kernel
numbers other.data
check_eq "the calls are the same" "$(cat by_kernel)" "$(cat by_ana)"
check_eq "and so is the number of the other's samples" \
	"$("$PERF" script -i many.data.repaired 2>/dev/null | grep -c sched:sched_switch:)" \
	"$("$PERF" script -i other.data 2>/dev/null | grep -c "unknown:id_$id:")"
