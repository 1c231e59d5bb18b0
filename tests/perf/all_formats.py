#!/usr/bin/env python3
"""all_formats.py OUT SAMPLES SEED - a recording of every tracepoint of this kernel, made up.

Each tracepoint has SAMPLES samples with random raw bytes. They are such that a reader which trusts
them comes to no harm: strings and arrays of variable length lie in the bytes, and have their NUL;
where a print fmt takes a length or a count from a field, all numbers are small.
"""
import glob
import random
import re
import struct
import sys

EVENTS = next(d for d in ("/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events") if glob.glob(d + "/*"))
FIELD = re.compile(r"\tfield:(.*?);\toffset:(\d+);\tsize:(\d+);\tsigned:(\d);")
COUNTED = re.compile(r"__print_(hex|hex_str|array|hex_dump)\(|%[^\"]*\*")
SAMPLE_TYPE = 1 << 16 | 1 << 1 | 1 << 2 | 1 << 7 | 1 << 10  # IDENTIFIER TID TIME CPU RAW
TEXT = "abcdefghijklmnopqrstuvwxyz/_-. 0123456789%\\"


def number(rng, size, small):
    """Of a size; any, or one that may be a count."""
    bits = 8 * size
    if small:
        return rng.randrange(5)
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randrange(1 << bits)
    if kind == 1:
        return (1 << bits) - 1 - rng.randrange(64)
    if kind == 2:
        return 1 << rng.randrange(bits)
    if kind == 3:
        return 0
    return rng.randrange(1 << min(bits, rng.choice([4, 8, 16])))


def text(rng):
    s = "".join(rng.choice(TEXT) for _ in range(rng.randrange(24))).encode()
    if rng.random() < 0.1:
        s += bytes([rng.choice([1, 7, 9, 10, 27, 127, 200])]) + b"x"
    return s


def is_text(decl):
    return "char" in decl and "[" in decl


def raw_of(rng, event_id, fields, small):
    end = max(offset + size for _, offset, size in fields)
    raw = bytearray(end)
    for decl, offset, size in fields:
        name = decl.split()[-1]
        if name == "common_type":
            raw[offset:offset + size] = struct.pack("<H", event_id)
        elif decl.startswith(("__data_loc", "__rel_loc")):
            data = text(rng) + b"\0" if is_text(decl) else rng.randbytes(8 * rng.randrange(1, 9))
            start = len(raw) - (offset + size if decl.startswith("__rel_loc") else 0)
            raw[offset:offset + 4] = struct.pack("<I", len(data) << 16 | start)
            raw += data + bytes(-len(data) % 4)
        elif size in (1, 2, 4, 8) and "[" not in decl:
            raw[offset:offset + size] = number(rng, size, small).to_bytes(size, "little")
        elif is_text(decl):
            raw[offset:offset + size] = text(rng)[:size - 1].ljust(size, b"\0")
        else:
            raw[offset:offset + size] = rng.randbytes(size)
    # What follows, if a reader takes an array for longer than it is.
    return bytes(raw) + bytes(256)


def formats():
    for path in sorted(glob.glob(EVENTS + "/*/*/format")):
        system = path.split("/")[-3]
        if system == "ftrace":
            continue
        with open(path, "rb") as file:
            body = file.read()
        lines = body.decode()
        yield (system, int(re.search(r"\nID: (\d+)\n", lines).group(1)), body,
               [(d, int(o), int(s)) for d, o, s, _ in FIELD.findall(lines)], lines)


def tracing_data(events):
    out = b"\x17\x08\x44tracing0.6\0" + bytes([0, 8]) + struct.pack("<I", 4096)
    with open(EVENTS + "/header_page", "rb") as file:
        page = file.read()
    out += b"header_page\0" + struct.pack("<Q", len(page)) + page
    out += b"header_event\0" + struct.pack("<Q", 0) + struct.pack("<I", 0)
    systems = {}
    for system, _, body, _, _ in events:
        systems.setdefault(system, []).append(body)
    out += struct.pack("<I", len(systems))
    for system, bodies in systems.items():
        out += system.encode() + b"\0" + struct.pack("<I", len(bodies))
        for body in bodies:
            out += struct.pack("<Q", len(body)) + body
    return out + struct.pack("<IIQ", 0, 0, 0)


def main():
    path, samples, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    events = list(formats())
    ids = b"".join(struct.pack("<Q", 1000 + i) for i in range(len(events)))
    attrs, data, time = b"", b"", 1000000000
    for i, (_, event_id, _, fields, lines) in enumerate(events):
        attrs += struct.pack("<IIQQQQQIIQ", 2, 64, event_id, 1, SAMPLE_TYPE, 0, 1 << 18, 0, 0, 0)
        attrs += struct.pack("<QQ", 104 + 8 * i, 8)
        small = bool(COUNTED.search(lines.split("print fmt:")[1]))
        for _ in range(samples):
            raw = raw_of(rng, event_id, fields, small)
            raw += bytes(-(len(raw) + 4) % 8)
            time += rng.randrange(2000)
            body = struct.pack("<QIIQIII", 1000 + i, 7, 8, time, rng.randrange(2), 0, len(raw)) + raw
            data += struct.pack("<IHH", 9, 2, 8 + len(body)) + body
    trace = tracing_data(events)
    attrs_off = 104 + len(ids)
    data_off = attrs_off + len(attrs)
    table_off = data_off + len(data)
    header = struct.pack("<8sQQQQQQQQQQQQ", b"PERFILE2", 104, 80, attrs_off, len(attrs), data_off, len(data),
                         0, 0, 1 << 1, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(header + ids + attrs + data + struct.pack("<QQ", table_off + 16, len(trace)) + trace)
    print(len(events))


main()
