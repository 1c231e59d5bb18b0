#!/usr/bin/env python3
"""attrs.py OUT WHICH [SIZE] - write a recording without samples whose attrs, of SIZE bytes, differ in
one field each. WHICH many: an event for each field and bit that perf lets differ between events;
sample_type, read_format, sample_id_all: one event with that."""
import struct
import sys

IDENTIFIER = 1 << 16
SOFTWARE = 1
# offset, format, value; all with the first byte of their last bit and of their first set
WORDS = [
    (0, "I", 5),
    (0, "I", 0),
    (8, "Q", 0x8000000000000001),
    (16, "Q", 4000),
    (48, "I", 0x80000001),
    (52, "I", 3),
    (56, "Q", 0x8000000000000001),
    (64, "Q", 0x8000000000000001),
    (72, "Q", 0x7FFFF),
    (72, "Q", 1 << 18),
    (80, "Q", 0x8000000000000001),
    (88, "I", 0x80000008),
    (92, "i", 11),
    (92, "i", -11),
    (96, "Q", 0x8000000000000001),
    (104, "I", 0x80000001),
    (108, "H", 0x8001),
    (112, "I", 0x80000001),
    (120, "Q", 0x8000000000000001),
]
SAMPLE_ID_ALL, LAST_BIT = 18, 37


def attr(size, *changes, sample_type=IDENTIFIER, read_format=4, bits=1 << SAMPLE_ID_ALL):
    data = bytearray(max(size, 128))
    struct.pack_into("=IIQQQQQ", data, 0, SOFTWARE, size, 9, 1, sample_type, read_format, bits)
    for offset, form, value in changes:
        struct.pack_into("=" + form, data, offset, value)
    return bytes(data[:size])


def attrs(which, size):
    if which == "sample_type":
        # Not TRANSACTION, which perf passes over.
        return [attr(size, sample_type=(1 << 25) - 1 & ~(1 << 17))]
    if which == "read_format":
        return [attr(size, read_format=0x1F)]
    if which == "sample_id_all":
        return [attr(size, bits=0)]
    every = [attr(size, word) for word in WORDS if word[0] + struct.calcsize(word[1]) <= size]
    for bit in range(LAST_BIT + 1):
        every.append(attr(size, bits=1 << SAMPLE_ID_ALL | 1 << bit))
    every.append(attr(size, bits=1 << SAMPLE_ID_ALL | 3 << 15))
    every.append(attr(size, bits=(1 << LAST_BIT + 1) - 1))
    return every


def name(number):
    data = b"e%d" % number
    return struct.pack("=I", 64) + data + b"\0" * (64 - len(data))


def main():
    target, which = sys.argv[1:3]
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 128
    every = attrs(which, size)
    ids_at, attrs_at = 104, 104 + 8 * len(every)
    data_at = attrs_at + (size + 16) * len(every)
    desc = struct.pack("=II", len(every), size)
    table = ids = b""
    for i, one in enumerate(every):
        table += one + struct.pack("=QQ", ids_at + 8 * i, 8)
        ids += struct.pack("=Q", 100 + i)
        desc += one + struct.pack("=I", 1) + name(i) + struct.pack("=Q", 100 + i)
    round_mark = struct.pack("=IHH", 68, 0, 8)
    head = b"PERFILE2" + struct.pack("=9Q", 104, size + 16, attrs_at, len(table), data_at, 8, 0, 0, 1 << 12)
    body_at = data_at + 8 + 16
    with open(target, "wb") as file:
        file.write(head + bytes(24) + ids + table + round_mark + struct.pack("=QQ", body_at, len(desc)) + desc)


if __name__ == "__main__":
    main()
