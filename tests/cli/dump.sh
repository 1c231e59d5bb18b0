#!/bin/bash
# ana dump decodes every type of record that the kernel and perf write, in both byte orders; those that
# are shorter than they should be, too; where perf 6.1 shows fields it shows the same.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"

# records.data: one of each, of an event without ids; short.data: each cut to its header and trailer.
cat >make.py <<'X'
import struct

TRAILER = struct.pack("<IIQII", 7, 8, 1000, 1, 0)  # tid, time, cpu


def u64(*values):
    return struct.pack("<%dQ" % len(values), *values)


def text(string):
    data = string.encode() + b"\0"
    return data.ljust((len(data) + 7) // 8 * 8, b"\0")


RECORDS = [
    (1, 1, struct.pack("<iiQQQ", -1, 0, 0x1000, 0x2000, 0x3000) + text("[kernel]")),
    (1, 1 << 13 | 2, struct.pack("<iiQQQ", 7, 8, 0x1000, 0x2000, 0) + text("data\x1b[0m")),
    (2, 0, u64(5, 77)),
    (3, 1 << 13, struct.pack("<ii", 7, 8) + text("comm")),
    (4, 0, struct.pack("<iiiiQ", 7, 1, 8, 2, 900)),
    (5, 0, u64(1000, 2, 3)),
    (6, 0, u64(1001, 2, 3)),
    (7, 0, struct.pack("<iiiiQ", 7, 1, 8, 2, 900)),
    (8, 0, struct.pack("<ii", 7, 8) + u64(12345)),
    (10, 2, struct.pack("<iiQQQIIQQII", 7, 8, 0x1000, 0x2000, 0, 8, 1, 99, 3, 5, 2) + text("/bin/x")),
    (10, 2 | 1 << 14, struct.pack("<iiQQQ", 7, 8, 0x1000, 0x2000, 0) + b"\x14\0\0\0" + bytes(range(20))
     + struct.pack("<II", 3, 1) + text("/bin/y")),
    (11, 0, u64(16, 32, 1)),
    (12, 0, struct.pack("<ii", 7, 8)),
    (13, 0, u64(55)),
    (14, 0, b""),
    (14, 1 << 13 | 1 << 14, b""),
    (15, 1 << 13, struct.pack("<ii", 70, 80)),
    (16, 0, struct.pack("<iiQ", 7, 8, 2) + u64(4, 0x100, 4, 0x200)),
    (17, 0, struct.pack("<QIHH", 0xffff0000, 64, 1, 0) + text("bpf_prog")),
    (18, 0, struct.pack("<HHI", 1, 0, 9) + b"\1\2\3\4\5\6\7\x08"),
    (19, 0, u64(3) + text("/slice")),
    (20, 0, struct.pack("<QHH", 0xffff0000, 2, 2) + b"\xeb\x01\x90\x90" + bytes(8)),
    (21, 0, u64(6)),
    (22, 0, u64(0xc00c, 2, 0x10, 0x20)),
    (65, 0, u64(3) + b"old-name".ljust(64, b"\0")),
    (67, 1 << 15, struct.pack("<i", -1) + bytes(range(20)) + b"\x10\0\0\0" + b"/lib/z".ljust(12, b"\0")),
    (68, 0, b""),
    (70, 0, struct.pack("<II", 3, 0) + u64(10, 20)),
    (72, 0, struct.pack("<IIIIII", 1, 2, 3, 4, 5, 1) + u64(0x77, 88) + b"trace lost".ljust(64, b"\0")
     + struct.pack("<II", 0, 0)),
    (73, 0, u64(2) + u64(7) + b"one".ljust(16, b"\0") + u64(8) + b"two".ljust(16, b"\0")),
    (74, 0, struct.pack("<HHHHHH", 0, 4, 0, 1, 2, 5) + bytes(4)),
    (74, 0, struct.pack("<HHHII", 1, 2, 4, 0x80000001, 1) + bytes(2)),
    (74, 0, struct.pack("<HHHIQ", 1, 1, 8, 0, 0xf) + bytes(6)),
    (74, 0, struct.pack("<HBBHH", 2, 0, 0, 3, 9)),
    (75, 0, u64(1, 2, 3)),
    (76, 0, u64(4) + struct.pack("<II", 1, 2) + u64(10, 20, 30)),
    (77, 0, u64(1, 5000)),
    (78, 0, u64(0, 4) + text("Joules")),
    (78, 0, u64(1, 4) + struct.pack("<d", 0.5)),
    (78, 0, u64(2, 4) + text("name")),
    (78, 0, u64(3, 4) + struct.pack("<HHHH", 0, 2, 0, 1)),
    (79, 0, u64(1, 2, 3)),
    (79, 0, u64(1, 2, 3, 4, 5) + bytes([1, 1, 0, 0, 0, 0, 0, 0])),
    (80, 0, u64(7) + struct.pack("<II", 2, 2)),
    (82, 0, b""),
    (84, 0, b"prog".ljust(512, b"\0") + u64(1) + b"key".ljust(64, b"\0") + b"value".ljust(256, b"\0")),
    (85, 0, struct.pack("<QIHH", 1, 2, 15, 0) + bytes(8)),
    (86, 0, struct.pack("<QIHH", 1, 2, 15, 1) + bytes(8)),
    (99, 0, u64(1)),
    (71, 0, u64(16, 0, 9) + struct.pack("<IIII", 1, 2, 3, 0)),  # 16 bytes follow it
]


# They say that they have more than they hold.
LACKING = [
    (16, 0, struct.pack("<iiQ", 7, 8, 3) + u64(4, 0x100)),
    (22, 0, u64(0xc00c, 5, 0x10)),
    (69, 0, u64(2, 1, 0, 3, 4)),
    (73, 0, u64(1000)),
    (74, 0, struct.pack("<HHHH", 0, 1000, 3, 4)),
    (74, 0, struct.pack("<HHHI", 1, 9, 4, 3) + bytes(6)),
    (74, 0, struct.pack("<HHHH", 1, 1, 8, 0)),
    (75, 0, u64(1 << 63, 2, 3)),
]


def record(kind, misc, body):
    if kind < 64:
        body += TRAILER
    behind = b"AUX bytes, 16..\0" if kind == 71 and len(body) > 8 else b""
    return struct.pack("<IHH", kind, misc, 8 + len(body)) + body + behind


def write(path, data):
    attr = struct.pack("<IIQQQQQ", 1, 64, 9, 1, 1 << 1 | 1 << 2 | 1 << 7, 0, 1 << 18).ljust(64, b"\0")
    attrs = attr + u64(0, 0)
    header = b"PERFILE2" + u64(104, 80, 104, len(attrs), 104 + len(attrs), len(data), 0, 0, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(header + attrs + data)


write("records.data", b"".join(record(*r) for r in RECORDS))
write("short.data", b"".join(record(kind, misc, b"") for kind, misc, _ in RECORDS))
write("lacking.data", b"".join(record(*r) for r in LACKING))
write("perf.data", b"".join(record(*r) for r in RECORDS if r[0] in (1, 2, 3, 4, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21)
                            and not r[1] & 1 << 14))
X
python3 make.py
cat >expected <<'X'
1 1000 [0x50]: PERF_RECORD_MMAP -1/0: [0x1000(0x2000) @ 0x3000]: x [kernel]
1 1000 [0x50]: PERF_RECORD_MMAP 7/8: [0x1000(0x2000) @ 0]: r data\x1b[0m
1 1000 [0x30]: PERF_RECORD_LOST: id:5: lost:77
1 1000 [0x30]: PERF_RECORD_COMM exec: comm:7/8
1 1000 [0x38]: PERF_RECORD_EXIT(7:8):(1:2)
1 1000 [0x38]: PERF_RECORD_THROTTLE: time:1000 id:2 stream_id:3
1 1000 [0x38]: PERF_RECORD_UNTHROTTLE: time:1001 id:2 stream_id:3
1 1000 [0x38]: PERF_RECORD_FORK(7:8):(1:2)
1 1000 [0x30]: PERF_RECORD_READ: 7 8 dummy
... value        : 12345
1 1000 [0x68]: PERF_RECORD_MMAP2 7/8: [0x1000(0x2000) @ 0 08:01 99 3]: r-xp /bin/x
1 1000 [0x68]: PERF_RECORD_MMAP2 7/8: [0x1000(0x2000) @ 0 <000102030405060708090a0b0c0d0e0f10111213>]: rw-s /bin/y
1 1000 [0x38]: PERF_RECORD_AUX offset: 0x10 size: 0x20 flags: 0x1 [T]
1 1000 [0x28]: PERF_RECORD_ITRACE_START pid: 7 tid: 8
1 1000 [0x28]: PERF_RECORD_LOST_SAMPLES: id:18446744073709551615: lost samples :55
1 1000 [0x20]: PERF_RECORD_SWITCH IN         
1 1000 [0x20]: PERF_RECORD_SWITCH OUT preempt
1 1000 [0x28]: PERF_RECORD_SWITCH_CPU_WIDE OUT          next pid/tid:    70/80   
1 1000 [0x50]: PERF_RECORD_NAMESPACES 7/8 - nr_namespaces: 2
		[0/net: 4/0x100, 1/uts: 4/0x200]
1 1000 [0x40]: PERF_RECORD_KSYMBOL addr ffff0000 len 64 type 1 flags 0x0 name bpf_prog
1 1000 [0x30]: PERF_RECORD_BPF_EVENT type 1, flags 0, id 9 tag 0102030405060708
1 1000 [0x30]: PERF_RECORD_CGROUP cgroup: 3 /slice
1 1000 [0x38]: PERF_RECORD_TEXT_POKE addr 0xffff0000 old len 2 new len 2 bytes eb0190900000000000000000
1 1000 [0x28]: PERF_RECORD_AUX_OUTPUT_HW_ID hw_id: 0x6
1 1000 [0x40]: PERF_RECORD_CALLCHAIN_DEFERRED cookie: 0xc00c nr: 2
.....  0x10
.....  0x20
0 0 [0x50]: PERF_RECORD_EVENT_TYPE config: 0x3 name: old-name
0 0 [0x30]: PERF_RECORD_BUILD_ID pid: -1 000102030405060708090a0b0c0d0e0f /lib/z
0 0 [0x8]: PERF_RECORD_FINISHED_ROUND
0 0 [0x20]: PERF_RECORD_AUXTRACE_INFO type: 3
 ... priv: 0xa
 ... priv: 0x14
0 0 [0x78]: PERF_RECORD_AUXTRACE_ERROR type 1 code 2 cpu 3 pid 4 tid 5 ip 0x77 time 88 msg trace lost
0 0 [0x40]: PERF_RECORD_THREAD_MAP nr: 2
 ... pid: 7 comm: one
 ... pid: 8 comm: two
0 0 [0x18]: PERF_RECORD_CPU_MAP: 0-2,5
0 0 [0x18]: PERF_RECORD_CPU_MAP: 0,31-32
0 0 [0x20]: PERF_RECORD_CPU_MAP: 0-3
0 0 [0x10]: PERF_RECORD_CPU_MAP: 3-9
0 0 [0x20]: PERF_RECORD_STAT_CONFIG nr: 1
 ... tag: 2 value: 3
0 0 [0x30]: PERF_RECORD_STAT
... id 4, cpu 1, thread 2
... value 10, enabled 20, running 30
0 0 [0x18]: PERF_RECORD_STAT_ROUND
... time 5000, type 1
0 0 [0x20]: PERF_RECORD_EVENT_UPDATE
... id:    4
... unit:  Joules
0 0 [0x20]: PERF_RECORD_EVENT_UPDATE
... id:    4
... scale: 0.500000
0 0 [0x20]: PERF_RECORD_EVENT_UPDATE
... id:    4
... name:  name
0 0 [0x20]: PERF_RECORD_EVENT_UPDATE
... id:    4
... cpus:  0-1
0 0 [0x20]: PERF_RECORD_TIME_CONV: time shift 1, mult 2, zero 3
0 0 [0x38]: PERF_RECORD_TIME_CONV: time shift 1, mult 2, zero 3
... cycles 4, mask 0x5, cap_zero 1, cap_short 1
0 0 [0x18]: PERF_RECORD_FEATURE number: 7 (NRCPUS), 8 bytes
0 0 [0x8]: PERF_RECORD_FINISHED_INIT
0 0 [0x350]: PERF_RECORD_BPF_METADATA prog: prog nr: 1
 ... key: value
0 0 [0x20]: PERF_RECORD_SCHEDSTAT_CPU time: 1 cpu: 2 version: 15
0 0 [0x20]: PERF_RECORD_SCHEDSTAT_DOMAIN time: 1 cpu: 2 version: 15 domain: 1
0 0 [0x10]: PERF_RECORD_UNKNOWN: type 99 of 16 bytes
0 0 [0x30]: PERF_RECORD_AUXTRACE size: 0x10  offset: 0  ref: 0x9  idx: 1  tid: 2  cpu: 3
X

# dumped FILE - without the offsets, which have a test of their own below.
dumped() { sed 's/0x[0-9a-f]* \[0x/[0x/' out; }

check_status "every type" 0 "$ANA" dump records.data
check_eq "every type" "$(cat expected)" "$(dumped)"
check_eq "all of them are known but one" 1 "$(grep -c UNKNOWN out)"
python3 "$ROOT/tests/twin.py" --big records.data big.data
check_status "every type, other byte order" 0 "$ANA" dump big.data
check_eq "every type, other byte order" "$(cat expected)" "$(dumped)"

check_status "records that are too short" 0 "$ANA" dump short.data
check_eq "as many of them" "$(grep -c PERF_RECORD_ expected)" "$(wc -l <out)"
# Of a switch, a round, the end of the beginning, and an unknown one, nothing is missing.
check_eq "... which is said" 5 "$(grep -cv 'too short$' out)"

check_status "records that hold less than they say" 0 "$ANA" dump lacking.data
check_eq "records that hold less than they say" "1 1000 [0x40]: PERF_RECORD_NAMESPACES 7/8 - nr_namespaces: 3
		[0/net: 4/0x100]: too short
1 1000 [0x38]: PERF_RECORD_CALLCHAIN_DEFERRED cookie: 0xc00c nr: 5
.....  0x10
... too short
0 0 [0x30]: PERF_RECORD_ID_INDEX nr: 2
 ... id: 1  idx: 0  cpu: 3  tid: 4
... too short
0 0 [0x10]: PERF_RECORD_THREAD_MAP nr: 1000
... too short
0 0 [0x10]: PERF_RECORD_CPU_MAP: 3-4: too short
0 0 [0x18]: PERF_RECORD_CPU_MAP: 0-1: too short
0 0 [0x10]: PERF_RECORD_CPU_MAP: too short
0 0 [0x20]: PERF_RECORD_STAT_CONFIG nr: 9223372036854775808
 ... tag: 2 value: 3
... too short" "$(dumped)"

check_status "-x" 0 "$ANA" dump -x records.data
check_eq "-x: offset, sizes, bytes, text" "1 1000 0xb8 [0x50]: PERF_RECORD_MMAP -1/0: [0x1000(0x2000) @ 0x3000]: x [kernel]
.  0000:  01 00 00 00 01 00 50 00 ff ff ff ff 00 00 00 00  ......P.........
.  0010:  00 10 00 00 00 00 00 00 00 20 00 00 00 00 00 00  ......... ......
.  0020:  00 30 00 00 00 00 00 00 5b 6b 65 72 6e 65 6c 5d  .0......[kernel]
.  0030:  00 00 00 00 00 00 00 00 07 00 00 00 08 00 00 00  ................
.  0040:  e8 03 00 00 00 00 00 00 01 00 00 00 00 00 00 00  ................" "$(head -n 6 out)"

need_perf
"$PERF" report -D -i perf.data 2>perf.err | grep PERF_RECORD_ | sort >by.perf
[ "$(wc -l <by.perf)" -ge 15 ] || fail "perf: $(cat perf.err)"
# perf does not show tags, and passes on what could be an order to the terminal.
"$ANA" dump perf.data | grep PERF_RECORD_ | sed 's/ tag [0-9a-f]*$//; s/\\x1b/\x1b/' | sort >by.ana
cmp by.perf by.ana || fail "$(diff by.perf by.ana)"
