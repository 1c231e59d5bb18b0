#!/bin/bash
# A recording of a machine of the other byte order, of a 32-bit one, or of perf before 3.4, gives what the
# same recording of this machine does, in every report and script, from a file, a stream, a pipe.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd jq

twin() { python3 "$ROOT/tests/twin.py" "$@"; }

# Where records are, how long an attr is, and what the file is called is all that may differ.
dumped() { "$ANA" dump "$1" | sed "s/0x[0-9a-f]* \[0x/[0x/; /PERF_RECORD_ATTR/s/\[.* type/ type/; s/ size: 1[0-9][0-9] / /"; }
counted() { "$ANA" syscall-counts --format json "$@" | jq -cS 'del(.file)'; }

described()
{
	"$ANA" stats --format json "$1" | jq -cS '[.samples_by_event, .first_ns, .last_ns, .lost, .records] | del(.[4].COMPRESSED)'
	"$ANA" header --format json "$1" |
		jq -S 'del(.file, .captured_on, .data_offset, .data_size, .feat_offset, .header_version, .events[].size)'
	"$ANA" print "$1"
}

# same FILE TWIN
same()
{
	check_eq "$2: counts" "$(counted "$1")" "$(counted "$2")"
	check_eq "$2: counts of one comm, which takes the order of time" "$(counted --comm calls "$1")" \
		"$(counted --comm calls "$2")"
	dumped "$1" >dump.ours
	dumped "$2" >dump.twin
	cmp dump.ours dump.twin || fail "$2: records: $(diff dump.ours dump.twin | head -n 4)"
	[ "$(wc -l <dump.ours)" -gt 100 ] || fail "$1: no records"
	described "$1" >described.ours
	described "$2" >described.twin
	cmp described.ours described.twin || fail "$2: $(diff described.ours described.twin | head -n 4)"
	[ "$(wc -l <described.ours)" -gt 100 ] || fail "$1: nothing in it"
	"$ANA" -g python -f -o gen.ours "$1" 2>/dev/null
	"$ANA" -g python -f -o gen.twin "$2" 2>/dev/null
	cmp gen.ours gen.twin || fail "$2: generated scripts differ"
	[ -e "$BUILD/lib/recana/python.so" ] || return 0
	ana_noleak -i "$1" -s gen.ours >script.ours
	ana_noleak -i "$2" -s gen.ours >script.twin
	cmp script.ours script.twin || fail "$2: $(diff script.ours script.twin | head -n 4)"
	[ "$(wc -l <script.ours)" -gt 100 ] || fail "$1: the script saw nothing"
}

"$REC" -q -g -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -e sched:sched_switch \
	-e sched:sched_process_exec -o plain.data -- "$BUILD/tests/load/calls" 20
twin --big plain.data big.data
same plain.data big.data
check_eq "it is the other byte order" 2ELIFREP "$(head -c 8 big.data)"
twin --big --old plain.data old-big.data
same plain.data old-big.data
check_eq "it is the old header" PERFFILE "$(head -c 8 old-big.data)"
twin --old plain.data old.data
same plain.data old.data

"$REC" -q -z -e raw_syscalls:sys_enter -o z.data -- "$BUILD/tests/load/calls" 300
twin --big z.data z-big.data
same z.data z-big.data

# Android's simpleperf has records of its own, also large and odd ones: they are passed over, and counted.
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests python3 - plain.data simpleperf.data <<'X'
import struct, sys, twin
t = twin.Twin(False, False, False)
def wide(kind, size):
    return struct.pack("<IHH", kind, size >> 16, size & 0xffff) + b"\xff" * (size - 8)
t.records = lambda data: wide(32769, 100012) + wide(32777, 65536) + data + wide(32774, 28) + wide(32770, 48)
layout = t.layout
def with_feature(attrs, records, bits, bodies, flags):
    return layout(attrs, records, bits + [128], {**bodies, 128: b"files of it"}, (*flags[:2], 1, 0))
t.layout = with_feature
open(sys.argv[2], "wb").write(t.file(open(sys.argv[1], "rb").read()))
X
twin --big simpleperf.data simpleperf-big.data
same simpleperf.data simpleperf-big.data
for file in simpleperf.data simpleperf-big.data; do
	check_eq "$file: counts" "$(counted plain.data)" "$(counted $file)"
	check_eq "$file: in the order of time" "$("$ANA" print plain.data | md5sum)" "$("$ANA" print $file | md5sum)"
	check_eq "$file: its own" "TYPE_32769:1 TYPE_32770:1 TYPE_32774:1 TYPE_32777:1" \
		"$("$ANA" stats --format json $file | jq -r '[.records | to_entries[] | select(.key | test("TYPE_")) |
			"\(.key):\(.value)"] | sort | join(" ")')"
done

# Half a record at the end of what a compressed one holds, whose size 0x800 is 8 in the other order.
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests python3 - plain.data filled.data <<'X'
import struct, sys, twin
t = twin.Twin(False, False, False)
t.zstd = twin.Zstd()
def records(data):
    out, at = b"", 0
    while at < len(data):
        size = struct.unpack("<H", data[at + 6:at + 8])[0]
        out += data[at:at + size]
        if len(out) < 1 << 20:
            out += struct.pack("<IHH", 200, 0, 2048) + bytes(2040)
        at += size
    return b"".join(t.frame(out[i:i + 2000]) for i in range(0, len(out), 2000))
t.records = records
open(sys.argv[2], "wb").write(t.file(open(sys.argv[1], "rb").read()))
X
twin --big filled.data filled-big.data
same filled.data filled-big.data

# COMPRESSED2: a size in front of the bytes, and zeros behind them.
python3 - z-big.data z2-big.data <<'X'
import struct, sys
data = open(sys.argv[1], "rb").read()
at, size = struct.unpack(">QQ", data[40:56])
out, end = b"", at + size
head, tail = data[:at], data[end:]
while at < end:
    kind, misc, size = struct.unpack(">IHH", data[at:at + 8])
    body = data[at + 8:at + size]
    at += size
    if kind == 81:
        kind = 83
        body = struct.pack(">Q", len(body)) + body.ljust((len(body) + 7) // 8 * 8, b"\0")
    out += struct.pack(">IHH", kind, misc, 8 + len(body)) + body
flags = struct.unpack(">4Q", head[72:104])
nr = sum(bin(word).count("1") for word in flags)
moved = len(head) + len(out) - end
table = struct.unpack(">%dQ" % (2 * nr), tail[:16 * nr])
table = [word + moved * (i % 2 == 0) for i, word in enumerate(table)]
head = head[:48] + struct.pack(">Q", len(out)) + head[56:]
open(sys.argv[2], "wb").write(head + out + struct.pack(">%dQ" % (2 * nr), *table) + tail[16 * nr:])
X
check_eq "COMPRESSED2" "$(dumped z.data)" "$(dumped z2-big.data)"

"$REC" -q -o - -- "$BUILD/tests/load/calls" 100 >stream.data
twin --big stream.data stream-big.data
same stream.data stream-big.data
twin --big --old stream.data stream-old.data
same stream.data stream-old.data
check_eq "a stream through a pipe" "$(counted stream.data)" "$(cat stream-big.data | counted -)"

# 32 bit: longs of 4 bytes, in both orders. What the arguments were, only their low half can tell.
"$REC" -q -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o wide.data -- \
	"$BUILD/tests/load/calls" 100
for options in --long4 "--long4 --big"; do
	# shellcheck disable=SC2086
	twin $options wide.data narrow.data
	check_eq "$options: counts" "$(counted wide.data)" "$(counted narrow.data)"
	check_eq "$options: raw bytes" "36 20" "$("$ANA" dump narrow.data | sed -n 's/^\.\.\. raw: \(.*\) bytes/\1/p' |
		sort -urn | xargs)"
	"$ANA" dump wide.data | sed -n 's/^\.\.\.\.\. id: /id /p' >ids.wide
	"$ANA" dump narrow.data | sed -n 's/^\.\.\.\.\. id: /id /p' >ids.narrow
	cmp ids.wide ids.narrow || fail "$options: other calls"
done

# A compressed record says where it is, also when it is damaged.
python3 - z-big.data <<'X'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
at, size = struct.unpack(">QQ", data[40:56])
while struct.unpack(">I", data[at:at + 4])[0] != 81:
    at += struct.unpack(">H", data[at + 6:at + 8])[0]
data[at + 8] ^= 0xFF
open("damaged.data", "wb").write(data)
X
check_status "a damaged one" 1 "$ANA" syscall-counts damaged.data
check_match "... says where" "^ana: damaged.data: offset 0x[0-9a-f]+: compressed record: " "$(cat err)"
size=$(stat -c %s big.data)
head -c $((size / 2)) big.data >cut.data
check_status "a cut one" 1 "$ANA" syscall-counts cut.data
check_match "... says so" "cut.data: " "$(cat err)"
check_status "repair is for this machine's" 1 "$ANA" repair cut.data
check_match "... says so" "byte order" "$(cat err)"

# A recording by perf that was killed describes nothing: what its samples are is told by their numbers.
for order in "<" ">"; do
	twin $([ "$order" = "<" ] || echo --big) wide.data whole.data
	python3 - "$order" whole.data "killed$order" <<'X'
import struct, sys
order, path, out = sys.argv[1:]
data = bytearray(open(path, "rb").read())
off, size = struct.unpack(order + "QQ", data[40:56])
data[48:56] = bytes(8)
open(out, "wb").write(data[:off + size])
X
done
"$ANA" syscall-counts --format csv "killed<" >killed.ours 2>/dev/null
"$ANA" syscall-counts --format csv "killed>" >killed.twin 2>/dev/null
cmp killed.ours killed.twin || fail "killed: $(diff killed.ours killed.twin | head -n 4)"
check_match "killed: counts" "^getppid,110,[0-9]+$" "$(cat killed.twin)"
