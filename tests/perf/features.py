#!/usr/bin/env python3
"""features.py IN OUT VARIANT - give the recording IN, a file of this machine's byte order, the
features of a machine that is not at hand. VARIANT full: everything that perf 6.1 knows, with several
of each; old: the bodies that older perfs wrote; empty: lists of nothing."""
import struct
import sys


def u32(*values):
    return struct.pack("=%dI" % len(values), *(v & 0xFFFFFFFF for v in values))


def u64(*values):
    return struct.pack("=%dQ" % len(values), *values)


def text(value, pad=64):
    data = value.encode() + b"\0"
    data += b"\0" * (-len(data) % pad)
    return u32(len(data)) + data


def texts(*values):
    return u32(len(values)) + b"".join(map(text, values))


def topology(generation):
    body = texts("0-1", "2-3") + texts("0", "1", "2", "3")
    if generation > 0:
        body += u32(0, 0, 1, 0, 0, 1, -1, -1)  # core and socket of four CPUs; one is offline
    if generation > 1:
        body += texts("0-1", "2", "3") + u32(0, 0, 1, 2)
    return body


def btf(*functions):
    """A BTF with functions among types of other kinds; their numbers are 5, 6, ..."""
    strings = b"\0"
    places = {}
    for name in ("int", "pair", "a") + functions:
        places[name] = len(strings)
        strings += name.encode() + b"\0"

    def kind(name, number, members, size, *more):
        return u32(places.get(name, 0), number << 24 | members, size, *more)

    types = kind("int", 1, 0, 4, 32)
    types += kind("pair", 4, 2, 8, places["a"], 1, 0, places["a"], 1, 32)
    types += kind("", 13, 1, 1, places["a"], 1)
    types += kind("a", 8, 0, 1)
    for name in functions:
        types += kind(name, 12, 0, 3)
    return struct.pack("=HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings


def program(number, name, functions, btf_id=0):
    """A struct bpf_prog_info, with the places of its arrays in the bytes behind it."""
    tags = b"".join(bytes([i]) * 8 for i in range(1, functions + 1))
    sizes = u32(*(100 * (i + 1) for i in range(functions)))
    sizes += b"\0" * (-len(sizes) % 8)
    addrs = u64(*(0xFFFFFFFFC0000000 + 4096 * i for i in range(functions)))
    types = u32(*(word for i in range(functions) for word in (8 * i, 5 + i)))  # insn_off, type_id
    info = bytearray(232)
    struct.pack_into("=I", info, 4, number)
    info[64 : 64 + len(name)] = name.encode()
    struct.pack_into("=II", info, 104, functions, functions)  # nr_jited_ksyms, nr_jited_func_lens
    struct.pack_into("=QQ", info, 112, len(tags) + len(sizes), len(tags))  # and where they are
    struct.pack_into("=II", info, 128, btf_id, 8)  # func_info_rec_size
    struct.pack_into("=QI", info, 136, len(tags) + len(sizes) + len(addrs), functions)
    struct.pack_into("=I", info, NR_TAGS, functions)
    struct.pack_into("=Q", info, TAGS, 0)
    data = tags + sizes + addrs + types
    return u32(len(info), len(data)) + u64(ARRAYS) + bytes(info) + data


# Of struct bpf_prog_info in linux/bpf.h.
NR_TAGS, TAGS = 180, 184
# Which arrays there are, by perf's numbers: jited_ksyms, jited_func_lens, func_info, prog_tags.
ARRAYS = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8
BTF = btf("main_function_with_a_long_name", "helper", "third")


def full():
    return {
        3: text("other"),
        4: text("6.9.0-rc1"),
        5: text("6.1.1"),
        6: text("x86_64"),
        7: u32(4, 3),
        8: text("A CPU (R) with \xe4 name"),
        9: text("GenuineIntel,6,85,7"),
        10: u64(123456789),
        11: texts("/usr/bin/perf", "record", "-e", "it's 'quoted'", ""),
        13: topology(2),
        14: u32(3)
        + b"".join(u32(n) + u64(1000 * n + 5, 500 * n) + text("%d-%d" % (2 * n, 2 * n + 1)) for n in (0, 1, 7)),
        15: b"",
        16: u32(3) + b"".join(u32(t) + text(n) for t, n in ((1, "software"), (4, "cpu"), (12, "uncore_imc_0"))),
        17: u32(1) + text("mine") + u32(0, 2),
        18: u64(0),
        19: b"",
        20: u32(1, 4)
        + b"".join(
            u32(level, 64, 64, 8) + text(kind) + text(size) + text(cpus)
            for level, kind, size, cpus in (
                (1, "Data", "32K", "0"),
                (1, "Instruction", "32K", "0"),
                (2, "Unified", "1024K", "0-1"),
                (3, "A very long name of a kind", "123456789K", "0-3"),
            )
        ),
        21: u64(1234567890123, 1234569990123),
        22: u64(1, 0x8000000, 2)
        + u64(0, 130, 130, 0xFFFF_FFFF_0000_00F5, 0xFFFF_FFFF_FFFF_FFFF, 3)
        + u64(12, 64, 64, 1 << 63),
        23: u64(1),
        25: u32(5)
        + program(5, "one", 1) + program(9, "many", 3) + program(10, "", 1)
        + program(11, "truncated_name_", 1, 3) + program(12, "more", 3, 3),
        26: u32(2) + u32(3, len(BTF)) + BTF + u32(7, 0),
        27: u32(0, 1, -5, 17, 528384),
        28: u32(2) + text("branches") + text("32") + text("max_precise") + text("2"),
        29: u32(1, 4) + u64(1700000000123456789, 98765432109876),
        30: u32(2) + text("cpu_core") + text("0-15") + text("cpu_atom") + text("16-23"),
        31: u32(2)
        + u32(2) + text("caps") + text("a=b") + text("more") + text("1") + text("ibs_op")
        + u32(1) + text("branches") + text("16") + text("cpu_atom"),
    }


def old():
    features = full()
    features[13] = topology(1)
    for bit in (15, 17, 19, 22, 25, 26, 27, 28, 30, 31):
        del features[bit]
    features[29] = u32(1, 0) + u64(0, 0)
    features[3] = text("unpadded", 1)
    return features


def empty():
    features = {bit: u32(0) for bit in (14, 16, 17, 25, 26, 28, 30, 31)}
    features[7] = u32(4, 3)
    features[13] = topology(0)
    features[20] = u32(1, 0)
    features[21] = u64(0, 0)
    features[22] = u64(1, 4096, 1, 0, 64, 64, 0)
    return features


def main():
    source, target, variant = sys.argv[1:]
    with open(source, "rb") as file:
        data = bytearray(file.read())
    offset, size = struct.unpack_from("=QQ", data, 40)
    features = {"full": full, "old": old, "empty": empty}[variant]()
    out = data[: offset + size]
    at = len(out) + 16 * len(features)
    table = bodies = b""
    for bit in sorted(features):
        table += u64(at + len(bodies), len(features[bit]))
        bodies += features[bit]
    struct.pack_into("=Q", out, 72, sum(1 << bit for bit in features))
    with open(target, "wb") as file:
        file.write(out + table + bodies)


if __name__ == "__main__":
    main()
