#!/bin/bash
# COMPRESSED2 records, as perf 7.2 writes them and with the wrong sizes of perf 6.16 to 7.0: made of a
# recording by this machine's perf -z, they give what that gives; repaired, perf reads them.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd python3

craft=$ROOT/tests/perf/compressed2.py
"$PERF" record -q -z -o probe true >/dev/null 2>&1 || skip "perf knows no -z"
load=$T/calls$$
cp "$BUILD/tests/load/calls" "$load"
"$PERF" record -q -z -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -m 2M -o z.data -- "$load" 8000 >/dev/null 2>&1
"$ANA" syscall-counts z.data >counts
check_match "the recording" "^sys_getppid +8[0-9]+$" "$(cat counts)"
"$ANA" syscall-counts --comm "${load##*/}" z.data >comm 2>&1
"$PERF" script -i z.data >perf.txt 2>/dev/null

for how in right damaged; do
	python3 "$craft" z.data $how.data $how
	check_status "$how sizes" 0 "$ANA" syscall-counts $how.data
	check_eq "$how sizes: counts" "$(cat counts)" "$(cat out)"
	check_eq "$how sizes: in order" "$(cat comm)" "$("$ANA" syscall-counts --comm "${load##*/}" $how.data 2>&1)"
	check_eq "$how sizes: as standard input" "$(cat counts)" "$(cat $how.data | "$ANA" syscall-counts -)"
done
check_status "right ones need no repair" 0 "$ANA" repair right.data
check_match "... it says" "nothing is wrong with it" "$(cat out)"
check_status "damaged ones do" 0 "$ANA" repair damaged.data
check_match "... which is told" "^mended: ([3-9]|[1-9][0-9]+) compressed records to which perf 6.16 to 7.0 gave wrong sizes$" "$(cat out)"
check_status "and are whole then" 0 "$ANA" repair damaged.data.repaired
check_match "... it says" "nothing is wrong with it" "$(cat out)"
"$PERF" script -i damaged.data.repaired >repaired.txt 2>/dev/null
cmp perf.txt repaired.txt || fail "perf script of the repaired file: $(diff perf.txt repaired.txt | head -n 5)"

# A wrong size whose bytes are not there is damage.
python3 - damaged.data lie.data <<'P'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
at, = struct.unpack_from("<Q", data, 40)
while struct.unpack_from("<I", data, at)[0] != 83: # the first one has sizes of its own
	at += struct.unpack_from("<H", data, at + 6)[0]
struct.pack_into("<Q", data, at + 8, (1 << 64) - 1)
open(sys.argv[2], "wb").write(data)
P
check_status "a lie" 1 "$ANA" syscall-counts lie.data
check_match "... has a line" "^ana: lie.data: offset 0x[0-9a-f]+: COMPRESSED2 record of [0-9]+ bytes says it holds 18446744073709551615; only what came before" "$(cat err)"
