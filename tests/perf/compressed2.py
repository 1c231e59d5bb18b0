#!/usr/bin/env python3
"""compressed2.py IN OUT right|damaged - a perf record -z file with COMPRESSED2 records instead.

The zstd stream of IN's COMPRESSED records (one frame that never ends) is put into records of type 83:
`right` as perf 7.2 does it, a record for each; `damaged` as perf 6.16 to 7.0: pushes of one or more
records, the sizes of the whole push in the first one, cut to 16 bits, and no padding when that failed.
IN may be of the other byte order.
"""
import struct
import sys

ROUND, COMPRESSED, COMPRESSED2 = 68, 81, 83
MAX = 65519  # bytes of zstd in a record
WANTED = (1000, 70000, 140000)  # in a push, at least
HEADER = 104
ORDER = "<"


def pack(form, *values):
    return struct.pack(ORDER + form, *values)


def records(data):
    at = 0
    while at < len(data):
        kind, _, size = struct.unpack_from(ORDER + "IHH", data, at)
        yield kind, data[at : at + size]
        at += size


def right(zstd):
    out = b""
    for at in range(0, len(zstd), MAX - 7):
        piece = zstd[at : at + MAX - 7]
        size = (16 + len(piece) + 7) // 8 * 8
        out += pack("IHHQ", COMPRESSED2, 0, size, len(piece)) + piece
        out += bytes(size - 16 - len(piece))
    return out


def damaged(zstd):
    out = bytearray()
    for at in range(0, len(zstd), MAX):
        piece = zstd[at : at + MAX]
        out += pack("IHHQ", COMPRESSED2, 0, 16 + len(piece), 0xFEEDFACEDEADBEEF) + piece
    total = len(out)
    size = (total + 7) // 8 * 8
    struct.pack_into(ORDER + "HQ", out, 6, size & 0xFFFF, total - 16)
    return bytes(out) + bytes(size - total if size < 65536 else 0)


def pushes(data, how):
    """Pushes of one record to many. Rounds inside of one are left out, which is no harm."""
    make = right if how == "right" else damaged
    out, zstd, nr = b"", b"", 0
    for kind, record in records(data):
        if kind == COMPRESSED:
            zstd += record[8:]
            continue
        if zstd and kind == ROUND and len(zstd) < WANTED[nr % 3]:
            continue
        if zstd:
            nr += 1
            if nr % 3 == 0 and len(zstd) > MAX:  # 16 + MAX rounds up to 65536, of which 0 is kept
                out += make(zstd[:MAX])
                zstd = zstd[MAX:]
            out += make(zstd)
            zstd = b""
        out += record
    return out + (make(zstd) if zstd else b"")


def main():
    global ORDER
    path, to, how = sys.argv[1:]
    with open(path, "rb") as file:
        old = file.read()
    ORDER = "<" if old[:8] == b"PERFILE2" else ">"
    data_off, data_size = struct.unpack_from(ORDER + "QQ", old, 40)
    new = pushes(old[data_off : data_off + data_size], how)
    delta = len(new) - data_size
    tail = bytearray(old[data_off + data_size :])
    bits = sum(bin(word).count("1") for word in struct.unpack_from(ORDER + "4Q", old, 72))
    for i in range(bits):
        off = struct.unpack_from(ORDER + "Q", tail, 16 * i)[0]
        if off >= data_off + data_size:
            struct.pack_into(ORDER + "Q", tail, 16 * i, off + delta)
    head = bytearray(old[:data_off])
    struct.pack_into(ORDER + "Q", head, 48, len(new))
    with open(to, "wb") as file:
        file.write(head + new + tail)


if __name__ == "__main__":
    main()
