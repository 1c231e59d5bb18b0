#!/usr/bin/env python3
"""checklist.py FILE - what perf, hotspot and samply need of a perf.data file is there and agrees.

Reads the file by its published layout, without any of our code; the first thing that is wrong is
said, with status 1.
"""
import struct
import sys

TRACEPOINT, IDENTIFIER, TRAILER_BITS = 2, 1 << 16, (1 << 1, 1 << 2, 1 << 6, 1 << 9, 1 << 7, 1 << 16)
NAMES = {1: "TRACING_DATA", 3: "HOSTNAME", 4: "OSRELEASE", 5: "VERSION", 6: "ARCH", 7: "NRCPUS",
         8: "CPUDESC", 10: "TOTAL_MEM", 11: "CMDLINE", 12: "EVENT_DESC", 13: "CPU_TOPOLOGY",
         21: "SAMPLE_TIME", 23: "CLOCKID", 29: "CLOCK_DATA"}


def need(truth, text):
    if not truth:
        sys.exit("checklist: " + text)


def u32(data, at):
    return struct.unpack_from("=I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("=Q", data, at)[0]


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def u32(self):
        self.at += 4
        return u32(self.data, self.at - 4)

    def u64(self):
        self.at += 8
        return u64(self.data, self.at - 8)

    def take(self, size):
        need(size <= len(self.data) - self.at, "a feature ends inside of what it holds")
        self.at += size
        return self.data[self.at - size:self.at]

    def string(self):
        text = self.take(self.u32())
        need(text and text[-1] == 0, "a string without an end")
        return text.split(b"\0")[0].decode()

    def end(self, name):
        need(self.at == len(self.data), "%s has bytes behind its end" % name)


def header(data):
    need(data[:8] == struct.pack("=Q", 0x32454c4946524550), "the magic")
    need(u64(data, 8) == 104, "the size of the header")
    need(u64(data, 48) > 0, "there is not one record")
    need(u64(data, 56) == u64(data, 64) == 0, "event_types is not 0")
    return u64(data, 16), u64(data, 24), u64(data, 32), u64(data, 40), u64(data, 48)


def attrs(data, stride, offset, size):
    found = []
    need(size and size % stride == 0, "the attr table is no multiple of its entries")
    for at in range(offset, offset + size, stride):
        attr = data[at:at + stride - 16]
        need(u32(attr, 4) == len(attr), "attr.size + 16 is not attr_size")
        need(64 <= len(attr) <= 112, "attr.size is not one that every perf knows")
        ids_at, ids_size = u64(data, at + len(attr)), u64(data, at + len(attr) + 8)
        ids = [u64(data, ids_at + i) for i in range(0, ids_size, 8)]
        need(u64(attr, 24) & IDENTIFIER, "an attr without IDENTIFIER")
        need(u64(attr, 40) >> 18 & 1, "an attr without sample_id_all")
        found.append((attr, ids))
    every = [i for _, ids in found for i in ids]
    need(all(ids for _, ids in found), "an event without ids")
    need(len(every) == len(set(every)), "an id occurs twice")
    need(len({sum(bit for bit in TRAILER_BITS if u64(a, 24) & bit) for a, _ in found}) == 1,
         "the trailer is not at the same place in all events")
    return found


def features(data, start):
    bits = [n * 64 + b for n in range(4) for b in range(64) if u64(data, 72 + 8 * n) >> b & 1]
    bodies = {}
    for i, bit in enumerate(bits):
        offset, size = u64(data, start + 16 * i), u64(data, start + 16 * i + 8)
        need(offset + size <= len(data) and size, "feature %d lies outside, or is empty" % bit)
        bodies[bit] = data[offset:offset + size]
    need(start + 16 * len(bits) == len(data), "there is something behind the feature table")
    for bit, name in NAMES.items():
        need(bit in bodies or (name.startswith("CLOCK") and "no-clock" in sys.argv),
             "there is no " + name)
    return bodies


def event_desc(body, table):
    c = Cursor(body)
    need(c.u32() == len(table), "EVENT_DESC and the attr table are not of one length")
    attr_size = c.u32()
    for attr, ids in table:
        need(c.take(attr_size) == attr, "EVENT_DESC has another attr than the table")
        nr, name = c.u32(), c.string()
        need(name and [c.u64() for _ in range(nr)] == ids, "EVENT_DESC has other ids of " + name)
    c.end("EVENT_DESC")


def tracing_data(body, table):
    need(body[:14] == b"\x17\x08\x44tracing0.6\0", "the version of TRACING_DATA")
    c = Cursor(body[20:])  # behind version, byte order, size of a long and of a page
    need(c.take(12) == b"header_page\0" and len(c.take(c.u64())) > 0, "header_page is empty")
    need(c.take(13) == b"header_event\0", "header_event")
    c.take(c.u64())
    need(c.u32() == 0, "formats of ftrace")
    ids = set()
    for _ in range(c.u32()):
        while c.take(1) != b"\0":
            pass
        for _ in range(c.u32()):
            ids.add(int(c.take(c.u64()).split(b"\nID: ")[1].split(b"\n")[0]))
    c.take(c.u32())
    c.take(c.u32())
    c.take(c.u64())
    c.end("TRACING_DATA")
    for attr, _ in table:
        need(u32(attr, 0) != TRACEPOINT or u64(attr, 8) in ids, "an event has no format")


def small_features(bodies):
    for bit in (3, 4, 5, 6, 8):
        c = Cursor(bodies[bit])
        need(c.string(), NAMES[bit] + " is empty")
        c.end(NAMES[bit])
    c = Cursor(bodies[11])
    need([c.string() for _ in range(c.u32())], "CMDLINE is empty")
    c.end("CMDLINE")
    c = Cursor(bodies[7])
    available, online = c.u32(), c.u32()
    need(0 < online <= available, "NRCPUS: more are online than there are")
    c = Cursor(bodies[13])
    for _ in range(2):
        need([c.string() for _ in range(c.u32())], "CPU_TOPOLOGY has no lists")
    c.take(8 * available)
    if c.at < len(c.data):
        for _ in range(c.u32()):
            c.string()
        c.take(4 * available)
    c.end("CPU_TOPOLOGY")
    return available


def clock(bodies, table):
    flags, clockid = [u64(a, 40) >> 25 & 1 for a, _ in table], 29 in bodies and u32(bodies[29], 4)
    if 29 not in bodies:
        need(23 not in bodies and not any(flags), "there is a clock, but no CLOCK_DATA")
        return
    need(all(flags) and all(u32(a, 92) == clockid for a, _ in table),
         "CLOCK_DATA is of another clock than the events")
    need(u32(bodies[29], 0) == 1 and len(bodies[29]) == 24, "the version of CLOCK_DATA")
    need(len(bodies[23]) == 8 and u64(bodies[23], 0), "CLOCKID has no resolution")


def records(data, start, size, table, times, available):
    """FINISHED_ROUND is the only record that is not the kernel's; times lie between the two."""
    owner = {i: a for a, ids in table for i in ids}
    tail = 8 * sum(1 for bit in TRAILER_BITS if u64(table[0][0], 24) & bit)
    at, samples = start, []
    while at < start + size:
        kind, length = u32(data, at), struct.unpack_from("=H", data, at + 6)[0]
        need(length >= 8 and length % 8 == 0 and length <= start + size - at,
             "a record of %d bytes at %d" % (length, at))
        need(kind < 22 or kind == 68, "a record of type %d" % kind)
        if kind == 9:
            attr = owner.get(u64(data, at + 8))
            need(attr is not None, "a sample of an id that no event has")
            skip = 8 if u64(attr, 24) & 1 else 0
            samples.append(u64(data, at + 24 + skip))
            need(u32(data, at + 32 + skip) < available, "a CPU that NRCPUS does not count")
        elif kind < 64:
            need(length >= 8 + tail, "a record without a trailer")
            identity = u64(data, at + length - 8)
            need(identity == 0 or identity in owner, "a trailer with an unknown id")
        at += length
    need(samples and times[0] == min(samples), "SAMPLE_TIME is not that of the first sample")
    need(times[1] >= max(samples), "SAMPLE_TIME ends before the last sample")


def main():
    data = open(sys.argv[1], "rb").read()
    stride, attrs_at, attrs_size, start, size = header(data)
    table = attrs(data, stride, attrs_at, attrs_size)
    bodies = features(data, start + size)
    event_desc(bodies[12], table)
    tracing_data(bodies[1], table)
    available = small_features(bodies)
    clock(bodies, table)
    records(data, start, size, table, struct.unpack("=QQ", bodies[21]), available)


main()
