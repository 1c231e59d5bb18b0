#!/usr/bin/env python3
"""mutate.py ANA SEED COUNT - feed damaged copies of a recording to ANA.

SEED may be a directory of perf record --threads: then one of its files is damaged. A file also goes
through a pipe. Each mutant is one to three changes: a flipped bit, an extreme value in a length or a
count, a cut, a block of bytes moved. ANA has 2 s and 256 MB of address space beyond what a sanitizer takes; it
must end with status 0 or 1, and with a message when it is 1. What it repairs must be a file that
needs no more repair and is read without complaint, or no file. What it prints as JSON must be
that. What breaks that is kept as
mutant-N.data and listed; the exit status is then 1. The sequence is the same at every run.
"""
import json
import os
import random
import shutil
import struct
import subprocess
import sys

EXTREMES = [0, 1, 7, 8, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1]
SECONDS = 2
MAX_KB = 256 * 1024
FRONT = 4096  # header, attrs, features: most lengths and counts lie there


def place(rng, data):
    """An offset, half of the time near the front."""
    limit = len(data) if rng.random() < 0.5 else min(FRONT, len(data))
    return rng.randrange(limit)


def mutate(rng, seed):
    data = bytearray(seed)
    for _ in range(rng.randint(1, 3)):
        kind = rng.randrange(4)
        at = place(rng, data)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            size = rng.choice([2, 4, 8])
            value = rng.choice(EXTREMES) & ((1 << (8 * size)) - 1)
            data[at : at + size] = struct.pack("<Q", value)[:size]
        elif kind == 2 and len(data) > 200:
            del data[at:]
            data = data or bytearray(seed)
        else:
            length = rng.randrange(1, 64)
            other = place(rng, data)
            data[at : at + length] = data[other : other + length]
    return bytes(data)


def run(ana, args, piped=None):
    """Returns None when it behaved, or what it did. @piped: what comes through a pipe to it."""
    command = [ana] + args
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:exitcode=99:hard_rss_limit_mb=256",
               UBSAN_OPTIONS="halt_on_error=1:exitcode=99")
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, env=env, check=False,
                              input=piped)
    except subprocess.TimeoutExpired:
        return "took more than %d s" % SECONDS
    if done.returncode not in (0, 1):
        return "status %d: %s" % (done.returncode, done.stderr.decode(errors="replace")[:2000])
    if done.returncode == 1 and not done.stderr.startswith(b"ana: "):
        return "status 1 without a message"
    if "json" in args and done.stdout:
        try:
            json.loads(done.stdout.decode(errors="replace"), strict=True)
        except ValueError as error:
            return "not JSON: %s" % error
    return None


def run_repaired(ana):
    """Is what was repaired whole? None, or what is wrong."""
    if not os.path.exists("mutant.repaired"):
        return None
    done = subprocess.run([ana, "repair", "mutant.repaired"], capture_output=True, check=False)
    if done.returncode or b"nothing is wrong" not in done.stdout:
        return "not whole: %s%s" % (done.stdout.decode(), done.stderr.decode()[:2000])
    done = subprocess.run([ana, "syscall-counts", "mutant.repaired"], capture_output=True, check=False)
    complaint = done.stderr.decode(errors="replace")
    # An attr may have been damaged so that there are no system calls in the file.
    if complaint and "no raw_syscalls" not in complaint:
        return "complaint: %s" % complaint[:2000]
    return None


READ = (
    ["syscall-counts", "mutant.data"],
    ["syscall-counts", "--comm", "calls", "mutant.data"],
    ["dump", "mutant.data"],
    ["stats", "mutant.data"],
    ["header", "-I", "mutant.data"],
    ["header", "--format", "json", "mutant.data"],
    ["events", "--format", "json", "mutant.data"],
    ["print", "mutant.data"],
    ["-g", "python", "-f", "-o", "mutant.py", "mutant.data"],
)


def check_file(ana, mutant):
    """Returns (arguments, what went wrong) pairs of a damaged file."""
    shutil.rmtree("mutant.data", ignore_errors=True)
    with open("mutant.data", "wb") as file:
        file.write(mutant)
    if os.path.exists("mutant.repaired"):
        os.remove("mutant.repaired")
    for args in READ + (["repair", "-f", "-o", "mutant.repaired", "mutant.data"],):
        yield args, run(ana, args) or (run_repaired(ana) if args[0] == "repair" else None)
    yield ["syscall-counts", "-"], run(ana, ["syscall-counts", "-"], mutant)


def check_directory(ana, seed, rng):
    """The same of a directory, one of whose files is damaged."""
    if os.path.isfile("mutant.data"):
        os.remove("mutant.data")
    shutil.rmtree("mutant.data", ignore_errors=True)
    shutil.copytree(seed, "mutant.data")
    path = os.path.join("mutant.data", rng.choice(sorted(os.listdir(seed))))
    with open(path, "rb") as file:
        old = file.read()
    with open(path, "wb") as file:
        file.write(mutate(rng, old) if old else b"x")
    for args in READ:
        yield args, run(ana, args)


def main():
    ana, seed_path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    folder = os.path.isdir(seed_path)
    seed = b""
    if not folder:
        with open(seed_path, "rb") as file:
            seed = file.read()
    bad = 0
    for number in range(count):
        rng = random.Random(number)
        checks = check_directory(ana, seed_path, rng) if folder else check_file(ana, mutate(rng, seed))
        for args, what in checks:
            if what:
                bad += 1
                kept = "mutant-%d.data" % number
                (shutil.copytree if folder else shutil.copy)("mutant.data", kept)
                print("%s: %s: %s" % (kept, " ".join(args), what))
                break
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
