#!/usr/bin/env python3
"""run.py BUILD [RESULTS.md] - measure rec and ana beside perf, cat and the floor; needs root.

Every figure is a median of ROUNDS rounds; in a round each contender has its turn, so that what
disturbs the machine disturbs them alike, and ratios are formed within a round. Prints a
Markdown page, and puts it in the place of the part of RESULTS.md above its line KEEP.
"""
import datetime
import glob
import os
import re
import statistics
import sys
import time

from bench import (ANA, BUILD, EVENT, FLOOR, PERF, REC, REST_S, SPIN, WARM_MB, bench_readers, machine, ratio, rounds,
                   run, main, real_load)

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SPIN_ROUNDS = 2 * ROUNDS + 1  # what one call costs varies more than the rest
READ_ROUNDS = max(5, ROUNDS // 2)
SPIN_CALLS = int(os.environ.get("BENCH_CALLS", "2000000"))
SCRIPT = "/usr/lib/perf-core/scripts/python/syscall-counts.py"
def perf_lost(path):
    """Samples of the event that a perf.data lost, as perf itself counts them."""
    stats = run([PERF, "report", "--stats", "-i", path])[2]
    found = re.search(r"LOST_SAMPLES events:\s+(\d+)", stats.partition(EVENT + " stats:")[2])
    return int(found.group(1)) if found else 0


def rec_lost(text):
    """What rec's summary, or the floor's, says."""
    found = re.search(r"(\d+) lost", text)
    return int(found.group(1)) if found else 0


def tracers(load):
    return {
        "untraced": load,
        "rings thrown away (floor)": [FLOOR] + load,
        "rec": [REC, "-a", "-o", "rec.data", "--"] + load,
        "perf record": [PERF, "record", "-a", "-e", EVENT, "-o", "perf.data", "--"] + load,
        "perf record -m 64M": [PERF, "record", "-m", "64M", "-a", "-e", EVENT, "-o", "perf64.data",
                               "--"] + load,
    }


def bench_tracers(load, figure, unit, count):
    """Overhead and loss of each tracer on @load; figure(wall, stdout) is what is compared."""
    lost = {}

    def measure(name, command):
        for path in glob.glob("*.data*"):
            os.remove(path)
        os.sync()
        time.sleep(REST_S)
        wall, _, out, err = run(command, WARM_MB)
        if name.startswith(("rec", "rings")):
            lost.setdefault(name, []).append(rec_lost(err))
        elif name.startswith("perf"):
            lost.setdefault(name, []).append(perf_lost(command[command.index("-o") + 1]))
        return figure(wall, out)

    figures = rounds(tracers(load), measure, count)
    lines = ["| contender | %s | x floor | lost, most in a round |" % unit, "|---|---|---|---|"]
    for name, values in figures.items():
        lines.append("| %s | %.1f | %.2f | %s |" % (
            name, statistics.median(values), ratio(figures, name, "rings thrown away (floor)"),
            "{:,}".format(max(lost[name])) if name in lost else "-"))
    return lines


def page():
    lines = ["# Measured", "", "`make bench`, %s, %s; medians of interleaved rounds (%d in (a), %d "
             "in (b), %d in (c)), ratios within a round. Before each recording the former files are removed, "
             "that is synced and %d s pass; then a file of %d MB is written and removed, so that no "
             "contender pays for another, or for memory that the host has yet to give." % (
                 datetime.date.today(), machine(), SPIN_ROUNDS, ROUNDS, READ_ROUNDS, REST_S, WARM_MB), ""]
    load = [SPIN, "2", str(SPIN_CALLS)]
    lines += ["## (a) Two processes in a getppid loop, %d calls each" % SPIN_CALLS, ""]
    lines += bench_tracers(load, lambda wall, out: float(out.split()[0]), "ns a call",
                           SPIN_ROUNDS) + [""]
    lines += ["## (b) find, stat and grep over /usr", ""]
    run(real_load())  # warm
    lines += bench_tracers(real_load(), lambda wall, out: wall * 1000, "ms", ROUNDS) + [""]

    run([REC, "-a", "-o", "big.data", "--", SPIN, "2", str(SPIN_CALLS)])
    size = os.path.getsize("big.data") / 1e6
    perf_script = [PERF, "script", "-i", "big.data", "-s", SCRIPT]
    readers = {
        "cat FILE >/dev/null": ["cat", "big.data"],
        "ana syscall-counts": [ANA, "syscall-counts", "big.data"],
        "ana -s syscall-counts.py": [ANA, "-i", "big.data", "-s", SCRIPT],
        "perf script -s syscall-counts.py": perf_script,
    }
    lines += ["## (c), (d) Counting %.0f MB" % size, ""]
    figures, table = bench_readers(readers, "cat FILE >/dev/null", READ_ROUNDS)
    lines += table + ["", "`ana syscall-counts` is %.0f x as fast as perf, `ana -s` %.1f x." % (
        ratio(figures, "perf script -s syscall-counts.py", "ana syscall-counts"),
        ratio(figures, "perf script -s syscall-counts.py", "ana -s syscall-counts.py")), ""]

    return "\n".join(lines)


if __name__ == "__main__":
    main(page)
