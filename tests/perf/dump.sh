#!/bin/bash
# ana dump shows the records that perf report -D shows: as many of each type, and those of tasks, maps,
# loss and samples in the same words.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf

cp "$BUILD/tests/load/calls" "dump$$"
load=./dump$$

record()
{
	local name=$1

	shift
	"$PERF" record -q -o "$name.data" "$@" >record.log 2>&1 || fail "$name: $(tail -n 2 record.log)"
}

types() { sed -n 's/.*: PERF_RECORD_\([A-Z0-9_]*\).*/\1/p' "$1" | sort | uniq -c; }
# Of a stream perf counts the bytes of its records only, so offsets are left out there.
lines()
{
	grep -E "PERF_RECORD_($2)([^A-Z0-9_]|$)" "$1" | sed "$no_offsets" | sort
}
no_offsets=

# compare NAME TYPES - perf sorts by time; equal lines are what counts.
compare()
{
	local name=$1 kinds=$2

	"$PERF" report -D -i "$name.data" >by.perf 2>perf.err || fail "$name: $(tail -n 2 perf.err)"
	check_status "$name: dump" 0 "$ANA" dump "$name.data"
	cp out by.ana
	check_eq "$name: records by type" "$(types by.perf)" "$(types by.ana)"
	lines by.perf "$kinds" >lines.perf
	lines by.ana "$kinds" >lines.ana
	cmp lines.perf lines.ana || fail "$name: $(diff lines.perf lines.ana | head -n 6)"
	for kind in ${kinds//|/ }; do
		grep -q "PERF_RECORD_$kind" lines.ana || fail "$name: has no $kind"
	done
}

record one -e raw_syscalls:sys_enter -- sh -c "$load 50"
compare one "COMM|FORK|EXIT|MMAP|MMAP2|SAMPLE"
check_match "the event of a sample" "^\.\.\. event: raw_syscalls:sys_enter$" "$(cat by.ana)"
check_match "its fields" "^\.\.\.\.\. id: 110$" "$(cat by.ana)"

# Filters leave out samples. That by name puts the rest in the order of time; each is still the same line.
"$ANA" dump one.data | grep PERF_RECORD | sort >all.ana
"$ANA" dump --comm "dump$$" one.data | grep PERF_RECORD | sort >comm.ana
"$ANA" print --comm "dump$$" one.data | wc -l >nr
check_eq "--comm: samples" "$(cat nr)" "$(grep -c SAMPLE comm.ana)"
check_eq "--comm: lines that there are not without it" "" "$(comm -13 all.ana comm.ana)"
check_eq "--comm: all that is no sample" "$(grep -v SAMPLE all.ana)" "$(grep -v SAMPLE comm.ana)"
[ "$(cat nr)" -gt 100 ] || fail "--comm: finds nothing"

"$ANA" dump -x one.data | grep '^\.  0' | sed 's/ *$//' >hex.ana
grep '^\.  0' by.perf | sed 's/ *$//' >hex.perf
check_eq "-x: as many bytes" "$(wc -l <hex.perf)" "$(wc -l <hex.ana)"
check_eq "-x: the same bytes" "$(sort hex.perf | md5sum)" "$(sort hex.ana | md5sum)"

record lost -m 1 -e raw_syscalls:sys_enter -- "$load" 5000
compare lost "COMM|MMAP2|LOST|LOST_SAMPLES|SAMPLE"

record more -a -g --switch-events --namespaces --all-cgroups -e cpu-clock -F 999 -- sh -c "$load 1000"
compare more "COMM|FORK|EXIT|MMAP2|SAMPLE|SWITCH_CPU_WIDE|CGROUP"
grep -E '^\.\.\. FP chain|^\.\.\.\.\. [ 0-9][0-9]: ' by.perf | sort >chain.perf
grep -E '^\.\.\. FP chain|^\.\.\.\.\. [ 0-9][0-9]: ' by.ana | sort >chain.ana
cmp chain.perf chain.ana || fail "call chains: $(diff chain.perf chain.ana | head -n 4)"
[ -s chain.ana ] || fail "no call chains"
sed -n '/PERF_RECORD_NAMESPACES/,/\]$/p' by.perf | sort >ns.perf
sed -n '/PERF_RECORD_NAMESPACES/,/\]$/p' by.ana | sort >ns.ana
cmp ns.perf ns.ana || fail "namespaces: $(diff ns.perf ns.ana | head -n 4)"
[ -s ns.ana ] || fail "no namespaces"

record group -a -e '{cpu-clock,task-clock}:S' -F 999 -- sleep 0.3
"$PERF" report -D -i group.data 2>/dev/null | grep -E '^\.\.\.\. group nr|^\.\.\.\.\. id |^\.\.\.\.\.\. time' | sort >values.perf
"$ANA" dump group.data | grep -E '^\.\.\.\. group nr|^\.\.\.\.\. id |^\.\.\.\.\.\. time' | sort >values.ana
cmp values.perf values.ana || fail "counter values: $(diff values.perf values.ana | head -n 4)"
[ -s values.ana ] || fail "no counter values"

record z -z -e raw_syscalls:sys_enter -- sh -c "$load 2000"
"$PERF" report -D -i z.data >by.perf 2>/dev/null
"$ANA" dump z.data >by.ana
lines by.perf "COMM|FORK|EXIT|MMAP2|SAMPLE" >lines.perf
lines by.ana "COMM|FORK|EXIT|MMAP2|SAMPLE" >lines.ana
cmp lines.perf lines.ana || fail "compressed: $(diff lines.perf lines.ana | head -n 4)"

"$PERF" record -q -e raw_syscalls:sys_enter -e cpu-clock -o - -- "$load" 50 2>/dev/null >stream.data
no_offsets='s/0x[0-9a-f]* \[0x/[0x/'
compare stream "COMM|EXIT|MMAP2|SAMPLE"
cat stream.data | "$ANA" dump - >by.pipe
cmp by.ana by.pipe || fail "through a pipe: $(diff by.ana by.pipe | head -n 4)"

# What describes a stream is in records of it: below each, what the header tells of it.
grep '^# ' by.ana >features.ana
"$ANA" header -I stream.data | grep '^# ' | grep -vE '^# (=|captured on|header version)' >features.header
cmp features.ana features.header || fail "features: $(diff features.ana features.header | head -n 4)"
grep -q '^# cmdline : ' features.ana || fail "no features"
check_match "the name of a feature" 'PERF_RECORD_FEATURE number: 3 \(HOSTNAME\), ' "$(cat by.ana)"
python3 "$ROOT/tests/twin.py" --big stream.data twin.data
"$ANA" dump twin.data | grep '^# ' >features.twin
cmp features.ana features.twin || fail "features of the other byte order: $(diff features.ana features.twin | head -n 4)"

# What nobody knows is shown by its number; damage ends it with what came before.
python3 - one.data <<'X'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
at = struct.unpack("<Q", data[40:48])[0]
data[at:at + 4] = struct.pack("<I", 4242)
open("unknown.data", "wb").write(data)
X
check_status "an unknown type" 0 "$ANA" dump unknown.data
check_match "... is named by its number" ": PERF_RECORD_UNKNOWN: type 4242 of [0-9]+ bytes$" "$(cat out)"
head -c 20000 one.data >cut.data
check_status "a cut file" 1 "$ANA" dump cut.data
check_match "... shows what came before" "PERF_RECORD_" "$(cat out)"
check_match "... and says where" "cut.data: offset 0x[0-9a-f]+: " "$(cat err)"
