#!/usr/bin/env python3
"""scaling.py BUILD [SCALING.md] - what grows with events and tasks, measured; needs root.

Each row is the median of 3 runs of `rec ... -- true`: its wall time and its peak memory, rings included.
The page goes in the place of the part of SCALING.md above its line KEEP.
"""
import datetime
import os
import statistics
import subprocess
import sys

from bench import BUILD, REC, machine, main, run

RUNS = 3


def row(what, options):
    walls, peaks = zip(*[run([REC, "-q", "-o", "x.data"] + options + ["--", "true"])[:2] for _ in range(RUNS)])
    return "| %s | %.0f | %.1f | %.1f |" % (what, statistics.median(walls) * 1000, max(peaks) / 1024,
                                            os.path.getsize("x.data") / 1e6)


def events(pattern):
    return len(subprocess.run([REC, "list", pattern], capture_output=True, text=True, check=True).stdout.split())


class Family:
    """A process with so many threads that wait."""

    def __init__(self, threads):
        self.process = subprocess.Popen([BUILD + "/tests/load/family", str(threads), "0"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.pid = self.process.stdout.readline().strip()

    def end(self):
        self.process.kill()
        self.process.wait()


def page():
    lines = ["# What grows", "", "`make bench`, %s, %s; `rec ... -- true`, rings of 1 MB, median of %d runs." % (
        datetime.date.today(), machine(), RUNS), "",
        "| what | ms, start to end | peak memory, MB | file, MB |", "|---|---|---|---|"]
    small = ["-a", "-m", "1M"]
    lines.append(row("one event, every CPU", small))
    for pattern in ("sched:*", "syscalls:sys_enter_*"):
        lines.append(row("%d events: %s" % (events(pattern), pattern), small + ["-e", pattern]))
    for threads in (2000, 20000):
        family = Family(threads)
        lines.append(row("%d threads more on the machine" % threads, small))
        if threads <= 2000:
            lines.append(row("... and only these recorded (-p)", ["-m", "1M", "-p", family.pid]))
        family.end()
    lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main(page)
