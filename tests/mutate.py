#!/usr/bin/env python3
"""mutate.py [--prefixes STEP] COUNT FORKS SEED... - feed damaged copies of recordings to ana.

SEED is a perf.data file, a stream, or a directory of perf record --threads, one of whose files is
damaged then. FORKS is the program of tests/forks.c, built with ASan and UBSan. Of each seed there are
COUNT mutants, the same at every run. A mutant has one to three changes: a flipped bit; an extreme value
anywhere, or where a length, a count, an offset or a type stands; a cut; bytes moved, taken out, put in;
and one in five has changes inside of an event's format. With --prefixes the mutants are not these, but
the first bytes of the file: 0, STEP, 2 * STEP of them, and so on.

Each is counted (syscall-counts, stats) and gets another command in turn, some of them through a pipe,
and one in fifty a script. A command has 2 s of CPU time and 256 MB. It must end with status 0 or 1, and
when it is 1 say where in the file the damage is, or in which part of it. No control character of a name gets
into a report; what is said to be JSON is that; what was repaired needs no more repair and is read without
complaint. What breaks that is kept as NAME-N.data and listed; the exit status is then 1.
"""
import argparse
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys

MAX_KB = 256 * 1024
EXTREMES = [0, 1, 2, 7, 8, 16, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32,
            1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 8, (1 << 64) - 1]
FRONT = 4096
MARKED_RECORDS = 500
ATTR = [(0, 4), (4, 4), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (72, 8), (80, 8), (88, 4), (96, 8)]

# ---- what a recording is made of ----


class Seed:
    """A file, and where in it the numbers are on which everything depends."""

    def __init__(self, data):
        self.data = data
        self.marks = {}  # part of the file: (offset, bytes) of numbers
        self.pairs = []  # (place of an offset, place and bytes of the size of what is there)
        self.order = "<"
        self.texts = [match.span() for match in
                      re.finditer(rb"name: \w+\nID: \d+\nformat:\n[^\0]*?print fmt: [^\n]*\n", data)]
        if data[:8] in (b"PERFILE2", b"2ELIFREP", b"PERFFILE"):
            self.find_header()
        else:
            self.find_records(0, len(data))
        self.mark("formats", [(start - 8, 8) for start, _ in self.texts])

    def mark(self, part, marks):
        """Half of what is in the file is damaged on purpose: all of it has to be there."""
        self.marks.setdefault(part, []).extend(
            (at, size) for at, size in marks if 0 <= at <= len(self.data) - size)

    def number(self, at, size=8):
        return int.from_bytes(self.data[at : at + size], "little" if self.order == "<" else "big")

    def find_header(self):
        if self.data[:8] == b"2ELIFREP" or self.data[:8] == b"PERFFILE" and self.number(8) > 1 << 32:
            self.order = ">"
        if self.number(8) == 16:
            self.mark("header", [(8, 8)])
            self.find_records(16, len(self.data))
            return
        self.mark("header", [(at, 8) for at in range(8, 104, 8)])
        step, attrs, attrs_size, start, size = (self.number(at) for at in range(16, 56, 8))
        self.pairs += [(24, 32, 8), (40, 48, 8)]
        for at in range(attrs, attrs + attrs_size, step):
            self.mark("attrs", [(at + off, bytes_) for off, bytes_ in ATTR + [(step - 16, 8), (step - 8, 8)]])
            self.pairs.append((at + step - 16, at + step - 8, 8))
        self.find_features(start + size, sum(bin(self.number(at)).count("1") for at in range(72, 104, 8)))
        self.find_records(start, start + size)

    def find_features(self, table, count):
        for at in range(table, table + 16 * count, 16):
            body = self.number(at)
            self.pairs.append((at, at + 8, 8))
            self.mark("features", [(at, 8), (at + 8, 8)])
            self.mark("bodies", [(body, 4), (body + 4, 4), (body + 8, 4), (body + 16, 4)])

    def find_records(self, at, end):
        """TRACING_DATA and AUXTRACE: bytes follow that are no part of the record."""
        while end - at >= 8 and len(self.marks.get("records", [])) < 5 * MARKED_RECORDS:
            kind, size = self.number(at, 4), self.number(at + 6, 2)
            self.mark("records", [(at, 4), (at + 6, 2), (at + 8, 4), (at + 8, 8), (at + 16, 8)])
            if kind == 66:
                self.pairs.append((None, at + 8, 4))
                size += self.number(at + 8, 4)
            elif kind == 71:
                size += self.number(at + 8)
            at += max(size, 8)

    def with_text(self, start, end, text):
        """The file with another text in the place of one, and all that depends on its length mended."""
        text += b" " * (-(len(text) - (end - start)) % 8)
        more = len(text) - (end - start)
        data = bytearray(self.data)

        def add(at, size=8):
            value = (self.number(at, size) + more) & ((1 << 8 * size) - 1)
            data[at : at + size] = value.to_bytes(size, "little" if self.order == "<" else "big")

        add(start - 8)
        for place, size_at, size in self.pairs:
            if place is None or self.number(place) <= start < self.number(place) + self.number(size_at):
                add(size_at, size)
            elif self.number(place) > start:
                add(place)
        return data[:start] + text + data[end:]


# ---- damage ----

TOKEN = re.compile(rb'"[^"\n]*"|\w+|\s+|[^\w\s]')
HOSTILE = [
    b"(", b")", b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b",", b";", b":", b"...", b"\n", b"\t", b"\0", b"\xff", b"\x1b",
    b"REC->", b"->", b"%", b"%s", b"%n", b"%*.*s", b"%999999999d", b"%pI6c", b"%pUL", b"%*phC", b"(u64)", b"(char *)",
    b"(const char *)REC->args", b"((((", b"))))", b"!", b"~", b"-", b"? 1 :", b"? : ?", b"/ 0", b"% 0", b"<< 64", b">> -1",
    b"&&", b"sizeof(", b"sizeof(struct x)", b'__print_flags(REC->id, "|", { 1, "A" })', b"__print_flags(",
    b'__print_symbolic(REC->id, { 0, "a" }, { 1, "b" }', b"__print_symbolic(", b"{ 1,", b"{ , }",
    b"__print_hex(REC->args, 999999)", b"__print_array(REC->args, 1 << 30, 8)", b"__get_dynamic_array(args)",
    b"__get_dynamic_array_len(", b"__get_str(id)", b"__get_rel_str(args)", b"__get_bitmask(args)",
    b"__data_loc char[]", b"__rel_loc char[]", b"unsigned long", b"args[", b"[99999999]", b"[-1]", b"field:",
    b"field:int x;\toffset:8;\tsize:4;\tsigned:1;\n", b"print fmt:", b"ID: 7\n", b"name: x\n",
]
NUMBERS = [
    b"0", b"1", b"3", b"7", b"8", b"255", b"4095", b"65535", b"65536", b"2147483647", b"2147483648", b"4294967295",
    b"4294967296", b"9223372036854775807", b"18446744073709551615", b"99999999999999999999999999", b"-1", b"-8",
    b"0x7fffffffffffffff", b"0x", b"077777777777", b"1e9", b"x",
]


def hostile_text(rng, text):
    """A format with some of its words replaced, repeated, taken out, nested."""
    tokens = TOKEN.findall(text)
    numbers = [i for i, token in enumerate(tokens) if token.isdigit()]
    last = next((i for i in reversed(range(len(tokens))) if tokens[i] == b"fmt"), 0)  # of print fmt
    for _ in range(rng.randint(1, 4)):
        kind = rng.randrange(7)
        at = rng.randrange(last if rng.random() < 0.6 else 0, len(tokens))
        if kind == 0:
            tokens[rng.choice(numbers)] = rng.choice(NUMBERS)
        elif kind == 1:
            tokens[at] = rng.choice(HOSTILE)
        elif kind == 2:
            tokens[at] += rng.choice(HOSTILE)
        elif kind == 3:
            tokens[at] *= rng.choice([0, 2, 3, 100])
        elif kind == 4:
            tokens[at] = tokens[rng.randrange(len(tokens))]
        elif kind == 5:
            opening, closing = rng.choice([(b"(", b")"), (b"{", b"}"), (b"!", b""), (b"(u8)", b""), (b"1 ? ", b" : 2"),
                                           (b"1 + ", b""), (b"__print_flags(", b", \"\", { 1, \"x\" })")])
            times = rng.choice([1, 2, 10, 100, 3000])
            tokens[at] = opening * times + tokens[at] + closing * (times - rng.randrange(2))
        else:
            length = rng.randrange(1, 40)
            tokens[at] += b"".join(tokens[at : at + length]) * rng.choice([1, 5, 200])
    return b"".join(tokens)


def damage_text(rng, seed):
    """Half of them have the length that they had, which leaves less for the rest."""
    start, end = rng.choice(seed.texts)
    text = hostile_text(rng, seed.data[start:end])
    if rng.randrange(2):
        return seed.with_text(start, end, text)
    size = end - start
    return bytearray(seed.data[:start] + text[:size].ljust(size) + seed.data[end:])


def place(rng, data):
    """An offset, half of the time near the front."""
    limit = len(data) if rng.random() < 0.5 else min(FRONT, len(data))
    return rng.randrange(limit)


def extreme(rng, seed, data):
    """In the file's byte order; where it counts, or anywhere."""
    size = rng.choice([2, 4, 8])
    at = place(rng, data)
    parts = [marks for marks in seed.marks.values() if marks]
    if parts and rng.random() < 0.7:
        at, size = rng.choice(rng.choice(parts))
    value = rng.choice(EXTREMES)
    if rng.random() < 0.3:
        value = seed.number(at, size) + rng.choice([-8, -1, 1, 8, 16, 1000])
    value &= (1 << 8 * size) - 1
    data[at : at + size] = value.to_bytes(size, "little" if seed.order == "<" else "big")


def damage(rng, seed, data):
    kind = rng.randrange(10)
    at = place(rng, data)
    length = rng.randrange(1, 64)
    other = place(rng, data)
    if kind < 2:
        data[at] ^= 1 << rng.randrange(8)
    elif kind < 6:
        extreme(rng, seed, data)
    elif kind == 6 and len(data) > 200:
        del data[max(at, 1) :]
    elif kind == 7:
        del data[at : at + length]
    elif kind == 8:
        data[at:at] = data[other : other + length]
    else:
        data[at : at + length] = data[other : other + length]


def mutate(rng, seed):
    if seed.texts and rng.random() < 0.2:
        data = damage_text(rng, seed)
        changes = rng.choice([0, 0, 0, 1])
    else:
        data = bytearray(seed.data)
        changes = rng.randint(1, 3)
    for _ in range(changes):
        if data:
            damage(rng, seed, data)
    return bytes(data)


# ---- what ana makes of it ----

MUTANT = "mutant.data"
RARE = ("+misc,+addr,+data_src,+weight,+ins_lat,+ip,+iregs,+uregs,+brstack,+bpf-output,+phys_addr,+data_page_size,"
        "+code_page_size")
ALWAYS = (["syscall-counts", MUTANT], ["stats", MUTANT])
IN_TURN = (
    ["print", MUTANT],
    ["dump", MUTANT],
    ["repair", "-f", "-o", "mutant.repaired", MUTANT],
    ["syscall-counts", "-", "<", MUTANT],
    ["header", "-I", MUTANT],
    ["events", "--format", "json", MUTANT],
    ["-g", "python", "-f", "-o", "mutant.py", MUTANT],
    ["syscall-counts", "--comm", "calls", "--format", "json", MUTANT],
    ["print", "-F", "comm,tid,pid,time,cpu,event,trace,ip,addr,period", "--ns", "--wall", MUTANT],
    ["stats", "--format", "json", MUTANT],
    ["print", "-", "<", MUTANT],
    ["header", "--format", "json", MUTANT],
    ["dump", "-x", MUTANT],
    ["syscall-counts", "--time", "10%-50%", "--format", "csv", MUTANT],
    ["events", MUTANT],
    ["syscall-counts", "--syscalls", "%file,0,1", "--cpu", "0-1", "--pid", "1-999999", MUTANT],
    ["dump", "-", "<", MUTANT],
    ["print", "--time", "1%-99%", "--event", "*", MUTANT],
    ["syscall-counts", MUTANT, "seed.data"],
    ["print", "seed.data", MUTANT],
    ["--complete", "print", MUTANT, "--event", ""],
    ["summary", MUTANT],
    ["summary", "--by", "comm,errno", "--format", "json", "-", "<", MUTANT],
    ["summary", "--by", "syscall,cpu", "--cpu", "0", "--comm", "calls", "--format", "csv", MUTANT],
    ["syscall-counts-by-pid", MUTANT],
    ["failed-syscalls-by-pid", "--format", "json", MUTANT],
    ["sctop", "-I", "10ms", "--format", "json", "-", "<", MUTANT],
    ["rw-by-pid", "--format", "json", MUTANT],
    ["rwtop", "-I", "1us", MUTANT],
    ["rw-by-file", "--format", "csv", "-", "<", MUTANT],
    ["top", "--batch", "--by", "pid", MUTANT],
    ["top", "-b", "-d", "100ms", "--sort", "p99", "-", "<", MUTANT],
    ["futex-contention", MUTANT, "seed.data"],
    ["failed-syscalls", "--comm", "calls", MUTANT],
    ["latency", "--by", "comm,syscall", "--format", "json", MUTANT],
    ["latency", "-", "<", MUTANT],
    ["errors", "--format", "json", MUTANT],
    ["errors", "--top", "3", MUTANT],
    ["timeline", "-I", "1ms", "--format", "json", MUTANT],
    ["timeline", "--view", "graph", "-", "<", MUTANT],
    ["trace", MUTANT],
    ["trace", "--format", "json", "--time", "1%-99%", MUTANT],
    ["trace", "--whole", "--comm", "calls,sh", "--cpu", "0-1", "seed.data", MUTANT],
    ["trace", "--ns", "--syscalls", "%file", "-", "<", MUTANT],
    ["stats", "--format", "csv", "-", "<", MUTANT],
    ["print", "--time", "1%-99%", MUTANT, "seed.data", MUTANT],
    ["print", "-F", "sw:" + RARE, "-F", "trace:" + RARE, MUTANT],
    ["print", "seed.data", "-", "<", MUTANT],
)
SCRIPT = ["-s", "seed.py", "-i", MUTANT]  # takes thirty times as long
SCRIPT_EACH = 50
OF_FILES = ("repair", "-")  # these words are in commands that take no directory
AS_IT_IS = ("print", "-s")  # to what is no terminal, these give names as they are
CONTROL = re.compile(rb"[\0-\x08\x0b-\x1f\x7f]")
WHERE = re.compile(r"offset (0x)?[0-9a-f]+:|header|feature|event|format|tracepoint|sample|record|call|option --|"
                   r": is (empty|not a perf.data file)")


class Ana:
    def __init__(self, forks):
        env = dict(os.environ, UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:exitcode=99",
                   ASAN_OPTIONS="exitcode=99:leak_check_at_exit=0:max_allocation_size_mb=256")
        self.process = subprocess.Popen([forks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)
        self.runs = self.refused = self.ms = self.kb = 0

    def run(self, args):
        """Returns None when it behaved, or what it did. Its output is in the files out and err."""
        self.process.stdin.write("\t".join(args) + "\n")
        self.process.stdin.flush()
        status, ms, kb = (int(word) for word in self.process.stdout.readline().split())
        with open("err", "rb") as file:
            err = file.read()
        self.runs += 1
        self.refused += status == 1
        self.ms, self.kb = max(self.ms, ms), max(self.kb, kb)
        if status not in (0, 1):
            return "status %d after %d ms: %s" % (status, ms, err.decode(errors="replace")[:700])
        if kb > MAX_KB:
            return "took %d KB" % kb
        return check_text(args, err, status)


def check_text(args, err, status):
    with open("out", "rb") as file:
        out = file.read()
    if status and args[0] != "-s":
        last = err.decode(errors="replace").splitlines()[-1:]
        if not last or not last[0].startswith("ana: "):
            return "status 1 without a message: %s" % last
        if not WHERE.search(last[0]):
            return "does not say where: %s" % last[0]
    if CONTROL.search(err) or args[0] not in AS_IT_IS and CONTROL.search(out):
        return "lets control characters out"
    if "json" in args and out:
        try:
            for text in out.decode().splitlines() if args[0] == "trace" else [out.decode()]:
                json.loads(text)
        except ValueError as error:
            return "not JSON: %s" % error
    return None


def check_repaired(ana):
    """Is what was repaired whole? None, or what is wrong."""
    if not os.path.exists("mutant.repaired"):
        return None
    what = ana.run(["repair", "mutant.repaired"])
    with open("out", encoding="utf-8", errors="replace") as out, open("err", encoding="utf-8", errors="replace") as err:
        said = out.read() + err.read()
    if what or "nothing is wrong" not in said:
        return "not whole: %s" % (what or said)
    what = ana.run(["syscall-counts", "mutant.repaired"])
    with open("err", encoding="utf-8", errors="replace") as err:
        complaint = err.read()
    # An attr or a format may have been damaged so that there are no system calls in the file, or other samples.
    if complaint and not re.search("no raw_syscalls|has no number|bits that nobody knows|samples (are shorter|do not have the size|belong to no known)", complaint):
        return "complaint: %s" % complaint[:2000]
    return what


def commands(number, folder):
    turns = [args for args in IN_TURN if not folder or not set(OF_FILES) & set(args)]
    script = number % SCRIPT_EACH == 0 and os.path.exists("seed.py")
    return ALWAYS + (turns[number % len(turns)],) + ((SCRIPT,) if script else ())


def check(ana, number, folder):
    """Returns what a command did wrong, or None."""
    if os.path.exists("mutant.repaired"):
        os.remove("mutant.repaired")
    for args in commands(number, folder):
        what = ana.run(args)
        if not what and args[0] == "repair":
            what = check_repaired(ana)
        if what:
            return "%s: %s" % (" ".join(args), what)
    return None


# ---- all of it ----


def read_seeds(path):
    """(name in the folder, seed) pairs; of a file one with no name."""
    names = sorted(os.listdir(path)) if os.path.isdir(path) else [None]
    seeds = []
    for name in names:
        with open(os.path.join(path, name) if name else path, "rb") as file:
            seeds.append((name, Seed(file.read())))
    return seeds


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def write_mutant(path, name, data):
    if name:
        remove(MUTANT)
        shutil.copytree(path, MUTANT)
    with open(os.path.join(MUTANT, name) if name else MUTANT, "wb") as file:
        file.write(data)


def mutants(seeds, count):
    for number in range(count):
        rng = random.Random(number)
        name, seed = rng.choice(seeds)
        yield name, mutate(rng, seed) if seed.data else b"x"


def prefixes(seeds, step):
    for name, seed in seeds:
        for length in range(0, len(seed.data), step):
            yield name, seed.data[:length]


def prepare(path, forks):
    """What the commands need beside the mutant: an undamaged file, a script for it."""
    for old in (MUTANT, "seed.data", "seed.py"):
        remove(old)
    (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, "seed.data")
    if os.path.exists(os.path.join(os.path.dirname(forks), "lib/recana/python.so")):
        ana = Ana(forks)
        ana.run(["-g", "python", "-o", "seed.py", "seed.data"])


def soak(path, options):
    """Returns the number of findings in the mutants of a seed."""
    prepare(path, options.forks)
    seeds = read_seeds(path)
    ana = Ana(options.forks)
    all_of_them = prefixes(seeds, options.prefixes) if options.prefixes else mutants(seeds, options.count)
    nr = findings = 0
    for nr, (name, data) in enumerate(all_of_them, 1):
        write_mutant(path, name, data)
        what = check(ana, nr, name)
        if what:
            findings += 1
            kept = "%s-%d.data" % (os.path.basename(path).removesuffix(".data"), nr)
            remove(kept)
            (shutil.copytree if name else shutil.copy)(MUTANT, kept)
            print("%s: %s" % (kept, what), flush=True)
    print("%s: %d %s, %d commands, %d%% refused, at most %d ms and %.1f MB: %d findings" % (
        os.path.basename(path), nr, "prefixes" if options.prefixes else "mutants", ana.runs,
        100 * ana.refused // max(ana.runs, 1), ana.ms, ana.kb / 1024, findings), flush=True)
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefixes", type=int, metavar="STEP")
    parser.add_argument("count", type=int)
    parser.add_argument("forks", type=os.path.abspath)
    parser.add_argument("seeds", nargs="+", type=os.path.abspath)
    options = parser.parse_args()
    return 1 if sum([soak(path, options) for path in options.seeds]) else 0


if __name__ == "__main__":
    sys.exit(main())
