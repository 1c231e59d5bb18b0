#!/usr/bin/env python3
"""twin.py [--big] [--old] [--long4] IN OUT - the same recording as another machine would have made it.

IN is a perf.data file, stream or directory of this (little-endian) machine, plain or compressed. OUT
has the same events; with
  --big    all numbers in the other byte order, as a big-endian machine writes them;
  --old    the header PERFFILE of perf before 3.4, and attrs as short as it had them;
  --long4  the raw_syscalls events of a 32-bit kernel: their longs have 4 bytes.
Written from the kernel's headers and perf's file format document, and not from recana's reader, which
is tested with it; perf itself reads what it writes.
"""
import ctypes
import os
import re
import struct
import sys

SAMPLE_TYPE_READ, CALLCHAIN, RAW, BRANCH, REGS_USER, STACK = 1 << 4, 1 << 5, 1 << 10, 1 << 11, 1 << 12, 1 << 13
WEIGHT, DATA_SRC, TRANSACTION, REGS_INTR, PHYS, AUX = 1 << 14, 1 << 15, 1 << 17, 1 << 18, 1 << 19, 1 << 20
CGROUP, DATA_PAGE, CODE_PAGE, WEIGHT_STRUCT = 1 << 21, 1 << 22, 1 << 23, 1 << 24
HEAD = [(16, "Q"), (0, "Q"), (1, "II"), (2, "Q"), (3, "Q"), (6, "Q"), (9, "Q"), (7, "II"), (8, "Q")]
TRAILER = [(1, "II"), (2, "Q"), (6, "Q"), (9, "Q"), (7, "II"), (16, "Q")]
ATTR = "IIQQQQ8sIIQQQQIiQIHHIIQQQ"  # 8s: the bit fields
ATTR_OLD_MAX = 104
BRANCH_WIDTHS = [1, 1, 1, 1, 16, 4, 2, 4, 3, 31]
FRAME_BYTES = 700  # so that records begin in one and end in the next

# Bodies: widths; t string, # u32 count, [] repeated, * to the end, N for each CPU; else bytes.
RECORDS = {1: "44888", 2: "88", 3: "44", 4: "44448", 5: "888", 6: "888", 7: "44448", 8: "44*[8]",
           10: "44888448844", 11: "888", 12: "44", 13: "8", 14: "", 15: "44", 16: "448*[88]", 17: "8422",
           18: "224", 19: "8", 20: "822", 21: "8", 22: "88*[8]", 65: "8", 67: "4", 68: "", 69: "*[8]",
           70: "44*[8]", 71: "8884444", 72: "44444488", 73: "8*[8s]", 75: "*[8]", 76: "844888", 77: "88",
           79: "88888", 82: "", 84: "s" * 32 + "8", 85: "8422", 86: "8422"}
FEATURES = {3: "t", 4: "t", 5: "t", 6: "t", 7: "44", 8: "t", 9: "t", 10: "8", 11: "#[t]",
            13: "#[t]#[t]N[44]#[t]N[4]", 14: "#[488t]", 16: "#[4t]", 17: "#[t44]", 20: "4#[4444ttt]",
            21: "88", 22: "*[8]", 23: "8", 24: "8", 27: "44444", 28: "#[tt]", 29: "4488", 30: "#[tt]",
            31: "#[#[tt]t]", 25: "4", 26: "4"}


class Zstd:
    """What is needed of libzstd."""

    class Buffer(ctypes.Structure):
        _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]

    def __init__(self):
        self.lib = ctypes.CDLL("libzstd.so.1")
        for name in ("ZSTD_createDStream", "ZSTD_decompressStream", "ZSTD_compress"):
            getattr(self.lib, name).restype = ctypes.c_size_t
        self.lib.ZSTD_createDStream.restype = ctypes.c_void_p
        self.stream = ctypes.c_void_p(self.lib.ZSTD_createDStream())

    def decompress(self, data):
        out = bytearray()
        room = ctypes.create_string_buffer(1 << 18)
        source = ctypes.create_string_buffer(data, len(data))
        src = self.Buffer(ctypes.addressof(source), len(data), 0)
        while True:
            dst = self.Buffer(ctypes.addressof(room), len(room), 0)
            rc = self.lib.ZSTD_decompressStream(self.stream, ctypes.byref(dst), ctypes.byref(src))
            if self.lib.ZSTD_isError(ctypes.c_size_t(rc)):
                sys.exit("twin.py: cannot decompress")
            out += room.raw[:dst.pos]
            if src.pos == src.size and dst.pos < len(room):
                return bytes(out)

    def compress(self, data):
        room = ctypes.create_string_buffer(len(data) + 1024)
        size = self.lib.ZSTD_compress(room, len(room), data, len(data), 1)
        return room.raw[:size]


def mirror_bits(raw):
    """The bit fields of an attr; precise_ip has two bits, on both sides of a byte's border."""
    value = int.from_bytes(raw, "little")
    out, low = 0, 0
    widths = [1] * 15 + [2] + [1] * 47
    for width in widths:
        field = value >> low & ((1 << width) - 1)
        low += width
        out |= field << (64 - low)
    return out.to_bytes(8, "big")


def mirror_branch(value):
    out, low = 0, 0
    for width in BRANCH_WIDTHS:
        field = value >> low & ((1 << width) - 1)
        low += width
        out |= field << (64 - low)
    return out


class Twin:
    def __init__(self, big, old, long4):
        self.order = ">" if big else "<"
        self.big, self.old, self.long4 = big, old, long4
        self.attrs, self.ids, self.by_id, self.formats = [], [], {}, {}
        self.cpus = 0
        self.zstd = None
        self.pending = b""

    def turn(self, form, data):
        """Numbers as struct's form has them, into the twin's order."""
        return struct.pack(self.order + form, *struct.unpack("<" + form, data))

    def words(self, data):
        return self.turn("%dQ" % (len(data) // 8), data)

    # ---- attrs, tracing data, features ----

    def attr(self, data):
        size = len(data)
        if self.old and size > ATTR_OLD_MAX:
            size = ATTR_OLD_MAX
        form = ""
        for char in re.findall(r"\d*\D", ATTR):
            if struct.calcsize("<" + form + char) > size:
                break
            form += char
        values = list(struct.unpack("<" + form, data[:struct.calcsize("<" + form)]))
        values[1] = size
        if self.big:
            values[6] = mirror_bits(values[6])
        return struct.pack(self.order + form, *values).ljust(size, b"\0")

    def add_attr(self, attr, ids):
        sample_type, read_format = struct.unpack("<QQ", attr[24:40])
        bits = struct.unpack("<Q", attr[40:48])[0]
        full = attr.ljust(136, b"\0")
        event = {"type": struct.unpack("<I", attr[:4])[0], "config": struct.unpack("<Q", attr[8:16])[0],
                 "sample_type": sample_type, "read_format": read_format, "all": bits >> 18 & 1,
                 "branch": struct.unpack("<Q", full[72:80])[0], "user": struct.unpack("<Q", full[80:88])[0],
                 "intr": struct.unpack("<Q", full[96:104])[0]}
        self.attrs.append(event)
        for number in ids:
            self.by_id.setdefault(number, event)

    def format(self, text):
        number = int(re.search(rb"^ID: (\d+)$", text, re.M).group(1))
        if self.long4:
            text = re.sub(rb"(long id;\toffset:8;\tsize:)8", rb"\g<1>4", text)
            text = re.sub(rb"offset:16;\tsize:48", b"offset:12;\tsize:24", text)
            text = re.sub(rb"(long ret;\toffset:)16;\tsize:8", rb"\g<1>12;\tsize:4", text)
        fields = re.findall(rb"field:([^;]*);\s*offset:(\d+);\s*size:(\d+);", text)
        self.formats[number] = [(decl.decode(), int(off), int(size)) for decl, off, size in fields]
        return text

    def tracing(self, data):
        """TRACING_DATA; returns it and what is behind it."""
        at = 10
        end = data.index(b"\0", at) + 1
        version = data[at:end]
        out = bytearray(data[:end]) + bytes([1 if self.big else 0, 4 if self.long4 else data[end + 1]])
        at = end + 2

        def number(form):
            nonlocal at
            size = struct.calcsize(form)
            value = struct.unpack("<" + form, data[at:at + size])[0]
            at += size
            return value

        def text(form, change=lambda t: t):
            nonlocal at
            size = number(form)
            body = change(data[at:at + size])
            at += size
            out.extend(struct.pack(self.order + form, len(body)) + body)

        def name():
            nonlocal at
            end = data.index(b"\0", at) + 1
            out.extend(data[at:end])
            at = end

        def count():
            value = number("I")
            out.extend(struct.pack(self.order + "I", value))
            return value

        count()  # page size
        for _ in range(2):
            name()
            text("Q")
        for _ in range(count()):
            text("Q")
        for _ in range(count()):
            name()
            for _ in range(count()):
                text("Q", self.format)
        text("I")
        text("I")
        if version == b"0.6\0":
            text("Q")
        return bytes(out)

    def body(self, form, data):
        out = bytearray()
        at = 0

        def take(size):
            nonlocal at
            part = data[at:at + size]
            at += len(part)
            return part

        def run(form):
            """One time through form; False when the bytes have ended."""
            place = 0
            while place < len(form):
                char = form[place]
                if char in "#*N":
                    depth, end = 1, place + 2
                    while depth:
                        depth += (form[end] == "[") - (form[end] == "]")
                        end += 1
                    times = 1 << 40
                    if char == "N":
                        times = self.cpus
                    elif char == "#":
                        if len(data) - at < 4:
                            return False
                        times = struct.unpack("<I", data[at:at + 4])[0]
                        out.extend(self.turn("I", take(4)))
                    while times and at < len(data):
                        if not run(form[place + 2:end - 1]):
                            return False
                        times -= 1
                    place = end
                    continue
                place += 1
                if char == "s":
                    out.extend(take(16))
                elif char == "t":
                    if len(data) - at < 4:
                        return False
                    size = struct.unpack("<I", data[at:at + 4])[0]
                    out.extend(self.turn("I", take(4)) + take(size))
                else:
                    part = take(int(char))
                    if len(part) < int(char):
                        out.extend(part)
                        return False
                    out.extend(self.turn({1: "B", 2: "H", 4: "I", 8: "Q"}[int(char)], part))
            return True

        run(form)
        return bytes(out) + data[at:]

    def event_desc(self, data):
        nr, size = struct.unpack("<II", data[:8])
        new = min(size, ATTR_OLD_MAX) if self.old else size
        out = struct.pack(self.order + "II", nr, new)
        at = 8
        for _ in range(nr):
            out += self.attr(data[at:at + size])
            ids, length = struct.unpack("<II", data[at + size:at + size + 8])
            at += size + 8
            out += struct.pack(self.order + "II", ids, length) + data[at:at + length]
            at += length
            out += self.words(data[at:at + 8 * ids])
            at += 8 * ids
        return out

    def build_ids(self, data):
        out, at = b"", 0
        while len(data) - at >= 8:
            kind, misc, size = struct.unpack("<IHH", data[at:at + 8])
            out += struct.pack(self.order + "IHH", kind, misc, size)
            out += self.turn("i", data[at + 8:at + 12]) + data[at + 12:at + size]
            at += size
        return out

    def feature(self, bit, data):
        if bit == 1:
            return self.tracing(data)
        if bit == 2:
            return self.build_ids(data)
        if bit == 12:
            return self.event_desc(data)
        return self.body(FEATURES.get(bit, ""), data)

    # ---- records ----

    def raw(self, event, data):
        fields = self.formats.get(event["config"]) if event["type"] == 2 else None
        if not fields:
            return data
        if self.long4:
            longs = data[8:8 + (len(data) - 8) // 8 * 8]
            data = data[:8] + b"".join(longs[i:i + 4] for i in range(0, len(longs), 8))
            data = data.ljust((len(data) + 4 + 7) // 8 * 8 - 4, b"\0")
        out = bytearray(data)

        def reverse(at, size, unit):
            if self.big and unit > 1:
                for place in range(at, at + size // unit * unit, unit):
                    out[place:place + unit] = out[place:place + unit][::-1]

        def unit_of(decl):
            if re.search(r"char|\bbool|[us]8", decl):
                return 1
            for pattern, unit in (("64|long|size_t|\\*", 4 if self.long4 else 8), ("16|short", 2), ("32|int|enum", 4)):
                if re.search(pattern, decl):
                    return unit
            return 1

        for decl, off, size in fields:
            if off + size > len(data):
                continue
            count = re.search(r"\[(\d+)\]$", decl)
            if decl.startswith(("__data_loc", "__rel_loc")):
                place = struct.unpack("<I", data[off:off + 4])[0]
                start = (place & 0xFFFF) + (off + 4 if decl.startswith("__rel") else 0)
                reverse(start, min(place >> 16, len(data) - start), unit_of(decl))
                reverse(off, 4, 4)
            elif "[" not in decl:
                reverse(off, size, size if size in (2, 4, 8) else 1)
            elif count and int(count.group(1)) and unit_of(decl) > 1:
                reverse(off, size, size // int(count.group(1)))
            else:
                reverse(off, size, unit_of(decl))
        return bytes(out)

    def values(self, event, data, at):
        """Bytes of a read_format block, all of them u64."""
        form = event["read_format"]
        each = 1 + bin(form & 0x14).count("1")
        times = bin(form & 3).count("1")
        if not form & 8:
            return 8 * (each + times)
        return 8 * (1 + times + each * struct.unpack("<Q", data[at:at + 8])[0])

    def sample(self, data):
        event = self.event_of(data, True)
        kind = event["sample_type"]
        out, at = b"", 0

        def take(size):
            nonlocal at, out
            out += self.words(data[at:at + size])
            at += size

        def number():
            return struct.unpack("<Q", data[at:at + 8])[0]

        for bit, form in HEAD:
            if kind >> bit & 1:
                out += self.turn(form, data[at:at + 8])
                at += 8
        if kind & SAMPLE_TYPE_READ:
            take(self.values(event, data, at))
        if kind & CALLCHAIN:
            take(8 + 8 * number())
        if kind & RAW:
            size = struct.unpack("<I", data[at:at + 4])[0]
            raw = self.raw(event, data[at + 4:at + 4 + size])
            out += struct.pack(self.order + "I", len(raw)) + raw
            at += 4 + size
        if kind & BRANCH:
            nr = number()
            take(8)
            if event["branch"] >> 17 & 1 and (nr or at < len(data)):
                take(8)
            for _ in range(nr):
                take(16)
                flags = number()
                out += struct.pack(self.order + "Q", mirror_branch(flags) if self.big else flags)
                at += 8
            if event["branch"] >> 19 & 1:
                take(8 * nr)
        if kind & REGS_USER:
            take(8 + (8 * bin(event["user"]).count("1") if number() else 0))
        if kind & STACK:
            size = number()
            take(8)
            if size:
                out += data[at:at + size]
                at += size
                take(8)
        for bit in (WEIGHT, WEIGHT_STRUCT, DATA_SRC, TRANSACTION):
            if kind & bit:
                take(8)
        if kind & REGS_INTR:
            take(8 + (8 * bin(event["intr"]).count("1") if number() else 0))
        for bit in (PHYS, CGROUP, DATA_PAGE, CODE_PAGE):
            if kind & bit:
                take(8)
        if kind & AUX:
            take(8)
            out += data[at:]
            at = len(data)
        if at != len(data):
            sys.exit("twin.py: a sample of %d bytes ends at %d" % (len(data), at))
        return out

    def event_of(self, data, is_sample):
        first = self.attrs[0]
        kind = first["sample_type"]
        if len(self.attrs) == 1:
            return first
        if is_sample:
            place = 0 if kind >> 16 & 1 else 8 * bin(kind & 0xF).count("1")
        else:
            behind = 1 if kind >> 16 & 1 else 1 + (kind >> 7 & 1) + (kind >> 9 & 1)
            place = len(data) - 8 * behind
        return self.by_id.get(struct.unpack("<Q", data[place:place + 8])[0], first)

    def cpu_map(self, data):
        kind, nr, size = struct.unpack("<HHH", data[:6])
        if kind == 1:
            return self.turn("HHH", data[:6]) + (data[6:10] + self.words(data[10:10 + 8 * nr]) + data[10 + 8 * nr:]
                                                 if size == 8 else self.body("*[4]", data[6:]))
        return self.body("2*[2]" if kind == 0 else "21122", data)

    def record(self, kind, misc, data):
        """A body; returns the twin's."""
        if kind == 9:
            return self.sample(data)
        if kind == 64:
            size = struct.unpack("<I", data[4:8])[0] or 64
            self.add_attr(data[:size], struct.unpack("<%dQ" % ((len(data) - size) // 8), data[size:]))
            return self.attr(data[:size]) + self.words(data[size:])
        if kind == 74:
            return self.cpu_map(data)
        if kind == 78:
            out = self.words(data[:16])
            which = struct.unpack("<Q", data[:8])[0]
            return out + (self.words(data[16:24]) + data[24:] if which == 1 else
                          self.cpu_map(data[16:]) if which == 3 else data[16:])
        if kind == 80:
            bit = struct.unpack("<Q", data[:8])[0]
            if bit == 7:
                self.cpus = struct.unpack("<I", data[8:12])[0]
            return self.words(data[:8]) + self.feature(bit, data[8:])
        form = RECORDS.get(kind, "")
        if kind == 10 and misc >> 14 & 1:
            form = "44888" + "1" * 24 + "44"
        trailer = 0
        if kind < 64:
            event = self.event_of(data, False)
            forms = [form for bit, form in TRAILER if event["all"] and event["sample_type"] >> bit & 1]
            trailer = 8 * len(forms)
        body = data[:len(data) - trailer]
        if not trailer:
            return self.body(form, body)
        return self.body(form, body) + self.turn("".join(forms), data[len(data) - trailer:])

    def header(self, kind, misc, size):
        return struct.pack(self.order + "IHH", kind, misc, size)

    def compressed(self, data):
        """The records in it, as far as they are whole, in frames that end anywhere."""
        self.zstd = self.zstd or Zstd()
        self.pending += self.zstd.decompress(data)
        at = 0
        while len(self.pending) - at >= 8:
            size = struct.unpack("<H", self.pending[at + 6:at + 8])[0]
            if len(self.pending) - at < size:
                break
            at += size
        plain = self.records(self.pending[:at])
        self.pending = self.pending[at:]
        return b"".join(self.frame(plain[i:i + FRAME_BYTES]) for i in range(0, len(plain), FRAME_BYTES))

    def frame(self, plain):
        frame = self.zstd.compress(plain)
        return self.header(81, 0, 8 + len(frame)) + frame

    def records(self, data):
        out, at = [], 0
        while len(data) - at >= 8:
            kind, misc, size = struct.unpack("<IHH", data[at:at + 8])
            if kind >= 32768:  # of simpleperf
                size += misc << 16
            body = data[at + 8:at + size]
            at += size
            if kind >= 32768:
                out.append(self.header(kind, misc, size & 0xffff) + body)
                continue
            if kind == 81:
                out.append(self.compressed(body))
                continue
            behind = b""
            if kind == 66:
                length = struct.unpack("<I", body[:4])[0]
                behind = self.tracing(data[at:at + length])
                behind = behind.ljust((len(behind) + 7) // 8 * 8, b"\0")
                body = struct.pack(self.order + "I", len(behind)) + body[4:]
                at += length
            elif kind == 71:
                length = struct.unpack("<Q", body[:8])[0]
                behind = data[at:at + length]
                at += length
                body = self.record(kind, misc, body)
            else:
                body = self.record(kind, misc, body)
            out.append(self.header(kind, misc, 8 + len(body)) + body + behind)
        return b"".join(out)

    # ---- the whole ----

    def magic(self):
        if self.old:
            return b"PERFFILE"
        return b"PERFILE2"[::-1] if self.big else b"PERFILE2"

    def stream(self, data):
        # The formats come behind the head's other records, but before the first sample.
        return self.magic() + struct.pack(self.order + "Q", 16) + self.records(data[16:])

    def file(self, data):
        attr_size, attrs_off, attrs_size, data_off, data_size = struct.unpack("<QQQQQ", data[16:56])
        flags = struct.unpack("<4Q", data[72:104])
        attrs = []
        for at in range(attrs_off, attrs_off + attrs_size, attr_size):
            size = struct.unpack("<I", data[at + 4:at + 8])[0] or 64
            off, length = struct.unpack("<QQ", data[at + size:at + size + 16])
            ids = data[off:off + length]
            self.add_attr(data[at:at + size], struct.unpack("<%dQ" % (length // 8), ids))
            attrs.append((self.attr(data[at:at + size]), self.words(ids)))
        bits = [bit for bit in range(256) if flags[bit // 64] >> bit % 64 & 1]
        table = data_off + data_size
        places = [struct.unpack("<QQ", data[table + 16 * i:table + 16 * i + 16]) for i in range(len(bits))]
        bodies = {bit: data[off:off + size] for bit, (off, size) in zip(bits, places)}
        self.cpus = struct.unpack("<I", bodies[7][:4])[0] if 7 in bodies else 0
        bodies = {bit: self.feature(bit, body) for bit, body in bodies.items()}
        return self.layout(attrs, self.records(data[data_off:data_off + data_size]), bits, bodies, flags)

    def layout(self, attrs, records, bits, bodies, flags):
        ids_off, ids, table = 104, b"", b""
        entry = len(attrs[0][0]) + 16
        for attr, own in attrs:
            table += attr + struct.pack(self.order + "QQ", ids_off + len(ids), len(own))
            ids += own
        attrs_off = ids_off + len(ids)
        data_off = attrs_off + len(table)
        place = data_off + len(records) + 16 * len(bits)
        features = b""
        for bit in bits:
            features += struct.pack(self.order + "QQ", place, len(bodies[bit]))
            place += len(bodies[bit])
        header = self.magic() + struct.pack(
            self.order + "8Q", 104, entry, attrs_off, len(table), data_off, len(records), 0, 0)
        header += struct.pack(self.order + "4Q", *flags)
        return header + ids + table + records + features + b"".join(bodies[bit] for bit in bits)


def main():
    options = {word for word in sys.argv[1:] if word.startswith("--")}
    path, out = [word for word in sys.argv[1:] if not word.startswith("--")]
    twin = Twin("--big" in options, "--old" in options, "--long4" in options)

    def convert(path, out, how):
        with open(path, "rb") as file:
            data = file.read()
        with open(out, "wb") as file:
            file.write(how(data))

    if not os.path.isdir(path):
        convert(path, out, lambda data: twin.stream(data) if data[8] == 16 else twin.file(data))
        return
    os.mkdir(out)
    for name in sorted(os.listdir(path)):  # "data" comes first: the others have records only
        convert(os.path.join(path, name), os.path.join(out, name), twin.file if name == "data" else twin.records)
        twin.pending, twin.zstd = b"", None


if __name__ == "__main__":
    main()
