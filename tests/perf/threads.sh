#!/bin/bash
# Directories, as perf record --threads makes them: ana counts, orders and prints what perf does, of
# plain and of compressed ones; of one that is damaged it gives the rest, and one line.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq
need_cmd taskset

perf_has_threads || skip "perf knows no --threads"
load=$T/calls$$
cp "$BUILD/tests/load/calls" "$load"
name=${load##*/}

first=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
last=$(taskset -cp $$ | sed 's/.*[ ,-]//')

# record DIR NUMBER ARGS... - two of the load, on two CPUs; each part then is longer than what perf reads
# of it at once when NUMBER is 1000.
record()
{
	local dir=$1 nr=$2

	shift 2
	"$PERF" record -q --threads --sample-cpu -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o "$dir" \
		"$@" -- sh -c "taskset -c $first '$load' $nr & taskset -c $last '$load' $nr & wait" >/dev/null 2>perf.err ||
		fail "perf record: $(cat perf.err)"
	[ -d "$dir" ] || fail "perf record made no directory"
	[ "$(find "$dir" -name 'data.*' | wc -l)" -gt 1 ] || [ "$(nproc)" = 1 ] || fail "$dir has no parts"
}

# same DIR - counts, names and order are those of perf script.
same()
{
	"$PERF" script -i "$1" >perf.txt 2>/dev/null
	awk '/raw_syscalls:sys_enter:/ { for (i = 1; i < NF; i++) if ($i == "NR") print $(i + 1) }' perf.txt |
		sort -n | uniq -c | awk '{ print $2 "," $1 }' >perf.counts
	[ -s perf.counts ] || fail "$1: perf script found no system call"
	"$ANA" syscall-counts --format csv "$1" >csv 2>err || fail "$1: $(cat err)"
	check_eq "$1: counts of ana and of perf script" "$(cat perf.counts)" \
		"$(tail -n +2 csv | cut -d, -f2,3 | sort -n)"
	check_eq "$1: calls of one comm" \
		"$(awk -v n="$name" '$1 == n && /sys_enter:/' perf.txt | wc -l)" \
		"$("$ANA" syscall-counts --comm "$name" --format csv "$1" | awk -F, 'NR > 1 { n += $3 } END { print n + 0 }')"
	check_eq "$1: JSON names the directory" "\"$1\"" "$("$ANA" syscall-counts --format json "$1" | jq .file)"
	"$ANA" print "$1" >ana.txt 2>err || fail "$1: $(cat err)"
	cmp perf.txt ana.txt || fail "$1: the text of perf script: $(diff perf.txt ana.txt | head -n 10)"
	perf_records "$1" >perf.stats
	[ -s perf.stats ] || fail "$1: perf report --stats found no records"
	check_eq "$1: records by type, as perf report --stats has them" "$(cat perf.stats)" \
		"$("$ANA" stats --format json "$1" | jq -r '.records | to_entries[] | "\(.key) \(.value)"' | sort)"
}

# alike DIR STATUS - on all CPUs the same as on one, to the byte, with what is said of damage.
alike()
{
	local report format

	[ "$first" != "$last" ] || return 0
	for report in syscall-counts stats "syscall-counts --cpu $first" "stats --event *enter" \
		"syscall-counts --time 20%-70%" "stats --comm $name"; do
		for format in table json; do
			check_status "$1: $report" "$2" taskset -c "$first" "$ANA" $report --format $format "$1"
			mv out one.out
			mv err one.err
			check_status "$1: $report, all CPUs" "$2" "$ANA" $report --format $format "$1"
			cmp one.out out || fail "$1: $report --format $format"
			cmp one.err err || fail "$1: $report --format $format: what it says"
		done
	done
}

record plain.dir 1000
same plain.dir
alike plain.dir 0
"$ANA" -g python -f -o mine.py plain.dir 2>/dev/null
grep -q raw_syscalls__sys_exit mine.py || fail "-g finds no events in a directory"
if [ -e "$BUILD/lib/recana/python.so" ]; then
	ana_noleak -i plain.dir -s mine.py >lines 2>err || fail "a script: $(cat err)"
	check_eq "a script sees every event" "$(wc -l <perf.txt)" "$(grep -c '^raw_syscalls__sys_' lines)"
fi
record small.dir 300 -m 4 # rings that are emptied often: parts that are long side by side
same small.dir
record cpu.dir 50 --threads=cpu
same cpu.dir
if "$PERF" record -z -o probe true >/dev/null 2>&1; then
	record z.dir 1000 -z
	same z.dir
	alike z.dir 0
fi

# ---- what else may lie in a directory

cp -r plain.dir odd.dir
largest=$(ls -S odd.dir/data.* | head -n 1)
largest=${largest##*/}
"$ANA" syscall-counts odd.dir >whole
mkfifo odd.dir/data.fifo
mkdir odd.dir/data.folder odd.dir/kcore_dir
: >odd.dir/data.empty
echo hello >odd.dir/notes
echo hello >odd.dir/xdata.1
check_status "what is no part" 0 timeout 20 "$ANA" syscall-counts odd.dir
check_eq "... is passed over" "$(cat whole)" "$(cat out)"
mv "odd.dir/$largest" "odd.dir/data. name
\"'"
check_status "an odd name" 0 "$ANA" syscall-counts odd.dir
check_eq "... is a name" "$(cat whole)" "$(cat out)"
mv odd.dir/data.\ * elsewhere
ln -s ../elsewhere odd.dir/data.link
for way in "" "--comm $name"; do
	# shellcheck disable=SC2086
	check_status "a link" 1 "$ANA" syscall-counts $way odd.dir
	check_eq "... is not followed" "ana: odd.dir/data.link: is a link, which is not followed; put the file itself there" "$(cat err)"
	check_match "... the rest is reported" "^sys_" "$(cat out)"
done
check_status "... and said to be partial" 1 "$ANA" syscall-counts --format json odd.dir
check_match "... in JSON, too" '"complete":false' "$(cat out)"
ln -s ../plain.dir/data nodata
mkdir linked.dir
ln -s ../plain.dir/data linked.dir/data
check_status "data is a link" 1 "$ANA" syscall-counts linked.dir
check_match "... and refused" "^ana: linked.dir/data: is a link" "$(cat err)"
check_status "a directory with a slash" 0 "$ANA" syscall-counts plain.dir/
check_status "repair of a directory" 2 "$ANA" repair plain.dir
check_match "... is refused" "^ana: plain.dir: has its records in several files" "$(cat err)"

# ---- damage

cp -r plain.dir cut.dir
part=$(ls -S cut.dir/data.* | head -n 1)
size=$(stat -c %s "$part")
truncate -s $((size - 20)) "$part"
"$ANA" syscall-counts --format csv plain.dir >csv
total=$(awk -F, 'NR > 1 { n += $3 } END { print n }' csv)
for way in "" "--comm $name"; do
	# shellcheck disable=SC2086
	check_status "a cut part $way" 1 "$ANA" syscall-counts $way cut.dir
	check_match "... is named with the offset" "^ana: $part: offset 0x[0-9a-f]+: the data ends inside a record; only what came before it was read" "$(cat err)"
	check_eq "... in one line" 1 "$(wc -l <err)"
done
alike cut.dir 1
check_status "a cut part" 1 "$ANA" syscall-counts --format csv cut.dir
left=$(awk -F, 'NR > 1 { n += $3 } END { print n }' out)
[ "$left" -ge $((total - 1)) ] || fail "a cut part: $left of $total calls"
printf '\003\000' | dd of="$part" bs=1 seek=6 conv=notrunc status=none
check_status "a damaged part" 1 "$ANA" syscall-counts --format csv cut.dir
check_match "... is named with the offset" "^ana: $part: offset 0: record of type [0-9]+ has size 3" "$(cat err)"
[ "$(awk -F, 'NR > 1 { n += $3 } END { print n }' out)" -gt 0 ] || [ "$(nproc)" = 1 ] ||
	fail "the other parts are missing"
for part in cut.dir/data.*; do
	truncate -s -20 "$part" # each has its own damage
done
alike cut.dir 1

# A killed one: no formats, and nothing worse.
"$PERF" record -q --threads -a -e raw_syscalls:sys_enter -o killed.dir >/dev/null 2>&1 &
perf=$!
for _ in $(seq 50); do
	"$load" 200 >/dev/null
	size=$(du -sb killed.dir 2>/dev/null | cut -f1) || size=0 # it is not there yet
	[ "$size" -lt 400000 ] || break
	sleep 0.1
done
kill -9 $perf
wait $perf 2>/dev/null || true
for way in "" "--comm $name"; do
	# shellcheck disable=SC2086
	check_status "a killed recording" 0 "$ANA" syscall-counts $way killed.dir
	check_match "... is told" "^ana: killed.dir: the recording was not finished" "$(cat err)"
	check_match "... and that it has no formats" "^ana: killed.dir: does not describe its tracepoints; events that look like raw_syscalls" "$(cat err)"
done
check_match "... and its calls are counted" "^sys_[a-z]" "$("$ANA" syscall-counts killed.dir 2>/dev/null)"
