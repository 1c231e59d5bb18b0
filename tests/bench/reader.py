#!/usr/bin/env python3
"""reader.py BUILD [READER.md] - measure how ana reads, beside cat, zstd and perf; needs root.

As run.py: medians of ROUNDS interleaved rounds, ratios within a round, everything in the page
cache and printed to /dev/null.
"""
import datetime
import filecmp
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys

from bench import ANA, BUILD, PERF, REC, SPIN, bench_readers, machine, main, run

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CALLS = int(os.environ.get("BENCH_CALLS", "3200000"))       # of 112 bytes: 350 MB
PAIRS = int(os.environ.get("BENCH_PAIRS", "10000000"))      # calls with both events: 1.8 GB
TEXT_CALLS = CALLS // 2                                      # perf prints some 600,000 a second
LARGE_MB = [int(mb) for mb in os.environ.get("BENCH_LARGE_MB", "300,3000,10000").split(",")]
COMPRESSED = 81


def record(path, calls, *words):
    run([REC, "-a", "-o", path] + list(words) + ["--", SPIN, "2", str(calls // 2)])
    return os.path.getsize(path) / 1e6


def looking():
    """(l) every record is looked at once."""
    size = record("plain.data", CALLS)
    lines = ["## (l) Every record of %.0f MB" % size, ""]
    _, table = bench_readers({
        "cat FILE >/dev/null": ["cat", "plain.data"],
        "ana stats": [ANA, "stats", "plain.data"],
        "ana syscall-counts": [ANA, "syscall-counts", "plain.data"],
        "... --cpu 0": [ANA, "syscall-counts", "--cpu", "0", "plain.data"],
        "... --comm spin, in order": [ANA, "syscall-counts", "--comm", "spin", "plain.data"],
        "perf report --stats": [PERF, "report", "--stats", "-i", "plain.data"],
    }, "cat FILE >/dev/null", ROUNDS)
    return lines + table


def printing():
    """(m) a line an event: the same text, or nothing is measured."""
    size = record("text.data", TEXT_CALLS)
    ours, theirs = [ANA, "print", "text.data"], [PERF, "script", "-i", "text.data"]
    for name, command in (("ours", ours), ("theirs", theirs)):
        with open(name, "w") as out:
            subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, check=True)
    if not filecmp.cmp("ours", "theirs", shallow=False):
        sys.exit("bench: ana print and perf script differ")
    figures, table = bench_readers({"perf script": theirs, "ana print": ours}, "perf script", ROUNDS)
    times = statistics.median(a / b for a, b in zip(figures["perf script"], figures["ana print"]))
    return ["## (m) %d events as text, %.0f MB" % (TEXT_CALLS, size), ""] + table + [
        "", "The same text, %.1f x as fast." % times]


def frames(path, out):
    """What the compressed records of a file by rec hold, one frame behind the other."""
    with open(path, "rb") as file:
        data = file.read()
    at, size = struct.unpack_from("<QQ", data, 40)
    end = at + size
    with open(out, "wb") as to:
        while at < end:
            kind, _, length = struct.unpack_from("<IHH", data, at)
            if kind == COMPRESSED:
                to.write(data[at + 8:at + length])
            at += length


def unpacking():
    """(n) compressed: against the decompression alone, on all CPUs, and zstd, which has one thread for it."""
    record("z.data", 4 * CALLS, "-z")
    frames("z.data", "frames.zst")
    _, table = bench_readers({
        "the frames decompressed, on all CPUs": [BUILD + "/tests/bench/frames", "frames.zst"],
        "zstd -d": ["zstd", "-d", "-c", "-q", "frames.zst"],
        "ana stats": [ANA, "stats", "z.data"],
        "ana syscall-counts": [ANA, "syscall-counts", "z.data"],
    }, "the frames decompressed, on all CPUs", ROUNDS)
    return ["## (n) Compressed: %d MB in %.1f" % (4 * CALLS * 112 / 1e6, os.path.getsize("z.data") / 1e6), ""] + table


def memory():
    """(o) what ana takes of memory, by the size of the file; and how many events a second go in order."""
    reports = {"stats": ["stats"], "syscall-counts": ["syscall-counts"],
               "... --comm spin, in order": ["syscall-counts", "--comm", "spin"], "print": ["print"]}
    lines = ["## (o) Peak memory, MB", "", "| file, MB | %s | M events/s in order |" % " | ".join(reports),
             "|---" * (len(reports) + 2) + "|"]
    for mb in LARGE_MB:
        size = record("large.data", int(mb * 1e6 / 112))
        took = {name: run(["sh", "-c", 'exec "$@" >/dev/null', "sh", ANA] + words + ["large.data"])
                for name, words in reports.items()}
        lines.append("| %.0f | %s | %.1f |" % (
            size, " | ".join("%.1f" % (peak / 1024) for _, peak, _, _ in took.values()),
            mb / 112 / took["... --comm spin, in order"][0]))
        os.remove("large.data")
    return lines


def samples(path):
    stats = subprocess.run([ANA, "stats", "--format", "json", path], check=True, stdout=subprocess.PIPE).stdout
    return sum(json.loads(stats)["samples_by_event"].values())


BOTH = ["-e", "raw_syscalls:sys_enter", "-e", "raw_syscalls:sys_exit"]
REPORTS = [["summary"], ["summary", "--by", "syscall,errno"], ["syscall-counts-by-pid"], ["failed-syscalls"],
           ["failed-syscalls-by-pid"], ["sctop"], ["futex-contention"], ["rw-by-pid"], ["rw-by-file"], ["rwtop"],
           ["latency"], ["errors"], ["timeline"], ["timeline", "--view", "graph"]]


def pairing():
    """(p) enters and exits: times of calls, by process, thread and call."""
    size = record("both.data", PAIRS, *BOTH)
    events = samples("both.data")
    figures, table = bench_readers({
        "perf trace -s -i": [PERF, "trace", "-s", "-i", "both.data"],
        "ana summary": [ANA, "summary", "both.data"],
        "... on one CPU": ["taskset", "-c", "0", ANA, "summary", "both.data"],
        "ana syscall-counts": [ANA, "syscall-counts", "both.data"],
        "cat FILE >/dev/null": ["cat", "both.data"],
    }, "perf trace -s -i", ROUNDS)

    def times(a, b):
        return statistics.median(x / y for x, y in zip(figures[a], figures[b]))

    rate = events / 1e6 / statistics.median(figures["... on one CPU"])
    return ["## (p) Enters and exits: %.1f M events, %.0f MB" % (events / 1e6, size), ""] + table + [
        "", "summary: %.1f x perf trace -s; %.1f M events/s on one CPU; two CPUs are %.2f x one; syscall-counts takes "
        "%.2f x cat." % (times("perf trace -s -i", "ana summary"), rate, times("... on one CPU", "ana summary"),
                         times("ana syscall-counts", "cat FILE >/dev/null"))]


def reporting():
    """(q) every report of calls, on one CPU and on all; of the file of (p). And each call as a line of text."""
    events = samples("both.data")
    lines = ["## (q) Reports of calls: %.1f M events" % (events / 1e6), "",
             "| report | M events/s on one CPU | x on two | peak MB |", "|---|---|---|---|"]
    for words in REPORTS:
        one, both = ["taskset", "-c", "0", ANA] + words + ["both.data"], ["taskset", "-c", "0,1", ANA] + words + ["both.data"]
        figures, _ = bench_readers({"one": one, "two": both}, "one", ROUNDS)
        peak = run(["sh", "-c", 'exec "$@" >/dev/null', "sh"] + both)[1]
        lines.append("| %s | %.1f | %.2f | %.1f |" % (
            " ".join(words), events / 1e6 / statistics.median(figures["one"]),
            statistics.median(a / b for a, b in zip(figures["one"], figures["two"])), peak / 1024))
    os.remove("both.data")
    record("text.data", TEXT_CALLS // 2, *BOTH)
    figures, table = bench_readers({
        "perf trace -i": [PERF, "trace", "-i", "text.data"],
        "ana trace": [ANA, "trace", "text.data"],
    }, "perf trace -i", ROUNDS)
    return lines + ["", "%d calls as text:" % (TEXT_CALLS // 2), ""] + table + [
        "", "trace: %.1f x perf trace -i." % statistics.median(
            a / b for a, b in zip(figures["perf trace -i"], figures["ana trace"]))]


def page():
    lines = ["# How ana reads", "", "`make bench`, %s, %s; medians of %d interleaved rounds, ratios within a round; "
             "all files are in the page cache." % (datetime.date.today(), machine(), ROUNDS), ""]
    parts = {"l": looking, "m": printing, "n": unpacking, "o": memory, "p": pairing, "q": reporting}
    for letter in os.environ.get("BENCH_PARTS", "lmnopq"):
        lines += parts[letter]() + [""]
    return "\n".join(lines)


if __name__ == "__main__":
    if not shutil.which("zstd"):
        sys.exit("bench: needs zstd")
    main(page)
