#!/usr/bin/env python3
"""fields.py OUT KIND [ARCH] - a recording whose samples have what the kernel of this machine cannot sample.
KIND data: weights, latencies, data sources, addresses and page sizes; branches: branch stacks; regs:
registers of the architecture ARCH; bpf: the output of BPF programs; misc: all that a header may say."""
import random
import struct
import sys

TID, IP, TIME, ADDR, CPU, PERIOD = 1 << 1, 1 << 0, 1 << 2, 1 << 3, 1 << 7, 1 << 8
RAW, BRANCH_STACK, REGS_USER, WEIGHT, DATA_SRC = 1 << 10, 1 << 11, 1 << 12, 1 << 14, 1 << 15
REGS_INTR, PHYS_ADDR, DATA_PAGE_SIZE, CODE_PAGE_SIZE, WEIGHT_STRUCT = 1 << 18, 1 << 19, 1 << 22, 1 << 23, 1 << 24
SAMPLED = IP | TID | TIME | ADDR | CPU | PERIOD
FEATURE_ARCH = 6
UNKNOWN_HOPS = 4 << 43
SOFTWARE, RAW_TYPE, CPU_CLOCK, BPF_OUTPUT = 1, 4, 0, 10


def u64(*values):
    return struct.pack("=%dQ" % len(values), *(v & (1 << 64) - 1 for v in values))


def attr(kind, config, sample_type, regs_user=0, regs_intr=0, branch=0):
    bits = 1 << 18  # sample_id_all
    return struct.pack("=IIQQQQQIIQQQQIiQIIHHIQ", kind, 128, config, 1, sample_type, 0, bits, 0, 0, 0, 0, branch,
                       regs_user, 0, 0, regs_intr, 0, 0, 0, 0, 0, 0)


class Recording:
    def __init__(self, attr_bytes, arch):
        self.attr, self.arch, self.data, self.time = attr_bytes, arch, b"", 1000000000

    def sample(self, rest=b"", misc=2, ip=0x1234):
        """@rest: what is behind PERIOD, in the kernel's order."""
        self.time += 1000000
        body = u64(ip) + struct.pack("=II", 7, 7) + u64(self.time, 0xADD0 + self.time, 0, 1) + rest
        self.data += struct.pack("=IHH", 9, misc, 8 + len(body)) + body

    def write(self, path):
        attrs = self.attr + u64(0, 0)
        data_at = 104 + len(attrs)
        bits = 1 << FEATURE_ARCH if self.arch else 0
        feature = self.arch.encode() + b"\0"
        feature += b"\0" * (-len(feature) % 64)
        feature = struct.pack("=I", len(feature)) + feature
        header = b"PERFILE2" + u64(104, len(self.attr) + 16, 104, len(attrs), data_at, len(self.data), 0, 0, bits, 0, 0, 0)
        with open(path, "wb") as file:
            file.write(header + attrs + self.data)
            if self.arch:
                file.write(u64(data_at + len(self.data) + 16, len(feature)) + feature)


def data_sources(rng):
    """Each bit of each part alone, the parts' named values, and anything. Of the hops perf knows the first
    four; others it shows as the C library shows a null pointer."""
    yield 0
    for bit in range(64):
        yield 1 << bit & ~UNKNOWN_HOPS
    for shift, width in ((0, 5), (5, 14), (19, 5), (24, 2), (26, 7), (33, 4), (37, 1), (38, 2), (40, 3), (43, 3)):
        for value in range(min(1 << width, 64)):
            yield (value << shift) & ~UNKNOWN_HOPS
    for _ in range(400):
        yield rng.getrandbits(64) & ~UNKNOWN_HOPS
    for _ in range(400):
        yield rng.getrandbits(64) & rng.getrandbits(64) & rng.getrandbits(64) & ~UNKNOWN_HOPS
    yield 4 << 43


def data(rng, weight):
    rec = Recording(attr(RAW_TYPE, 1, SAMPLED | weight | DATA_SRC | PHYS_ADDR | DATA_PAGE_SIZE | CODE_PAGE_SIZE), "")
    sizes = [0, 1, 1023, 1024, 1536, 4096, 16384, 65536, 2 << 20, 1 << 30, 1 << 40, 3 << 40, (1 << 64) - 1]
    for number, source in enumerate(data_sources(rng)):
        size = sizes[number % len(sizes)]
        rec.sample(u64(rng.getrandbits(rng.randrange(1, 65)), source, rng.getrandbits(rng.randrange(1, 65)), size,
                       rng.choice(sizes)))
    return rec


def branches(rng, branch=0):
    rec = Recording(attr(SOFTWARE, CPU_CLOCK, SAMPLED | BRANCH_STACK, branch=branch), "")
    for number in range(300):
        nr = rng.choice([0, 1, 2, 8, 32])
        # Of the new types, four bits from 26 on, perf knows the first eight, as of the hops above.
        flags = [1 << number % 64, rng.getrandbits(64) & ~(1 << 29), rng.getrandbits(8), 15 << 20 | number % 8 << 26]
        words = [word for _ in range(nr) for word in (rng.getrandbits(rng.randrange(1, 65)), rng.getrandbits(48),
                                                      rng.choice(flags))]
        hw_idx = [0] if branch & 1 << 17 else []
        rec.sample(u64(nr, *hw_idx, *words))
    return rec


def regs(rng, arch):
    user, intr = (1 << 64) - 1, rng.getrandbits(64)
    rec = Recording(attr(SOFTWARE, CPU_CLOCK, SAMPLED | REGS_USER | REGS_INTR, user, intr), arch)
    for abi in (0, 1, 2, 2, 5):
        for other in (0, 2):
            rec.sample(b"".join(u64(kind, *(rng.getrandbits(rng.randrange(1, 65)) for _ in range(bin(mask).count("1") if kind else 0)))
                                for kind, mask in ((abi, user), (other, intr))))
    return rec


def bpf(rng):
    rec = Recording(attr(SOFTWARE, BPF_OUTPUT, SAMPLED | RAW), "")
    texts = [b"", b"hello\0", b"a text without an end", b"tab\there\0", b"\xff\0", b"a\0b\0", b"\0", b"\0\0\0\0"]
    texts += [rng.randbytes(rng.randrange(70)) for _ in range(50)]
    for text in texts:
        raw = text + b"\0" * (-(len(text) + 4) % 8)  # as the kernel does it; anything else is damage
        rec.sample(struct.pack("=I", len(raw)) + raw)
    return rec


def misc():
    rec = Recording(attr(SOFTWARE, CPU_CLOCK, SAMPLED), "")
    """Without 4 and 5: samples of guests perf leaves out when it knows of no guest."""
    for bits in [1 << bit for bit in range(16) if bit != 2] + [0, 1, 2, 3, 6, 7, 0x2002, 0x6002, 0xFFFF]:
        rec.sample(misc=bits)
    return rec


def main():
    out, kind = sys.argv[1:3]
    rng = random.Random(kind)
    make = {
        "data": lambda: data(rng, WEIGHT),
        "data-struct": lambda: data(rng, WEIGHT_STRUCT),
        "branches": lambda: branches(rng),
        "branches-idx": lambda: branches(rng, 1 << 17),
        "regs": lambda: regs(rng, sys.argv[3]),
        "bpf": lambda: bpf(rng),
        "misc": misc,
    }
    make[kind]().write(out)


if __name__ == "__main__":
    main()
