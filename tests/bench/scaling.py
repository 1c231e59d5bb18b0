#!/usr/bin/env python3
"""scaling.py BUILD [SCALING.md] - what grows with events and tasks, measured; needs root.

Each row is the median of 3 runs of `rec ... -- true`: its wall time and its peak memory, rings included.
The page goes in the place of the part of SCALING.md above its line KEEP.
"""
import datetime
import json
import os
import statistics
import subprocess
import sys

from bench import ANA, BUILD, REC, machine, main, run

MANY = BUILD + "/tests/bench/many"

RUNS = 3
IDLE_S = 2
PER_CPU = 1, 8, 32, 256


def row(what, options):
    walls, peaks = zip(*[run([REC, "-q", "-o", "x.data"] + options + ["--", "true"])[:2] for _ in range(RUNS)])
    return "| %s | %.0f | %.1f | %.1f |" % (what, statistics.median(walls) * 1000, max(peaks) / 1024,
                                            os.path.getsize("x.data") / 1e6)


def summary(command):
    """Of rec's or many's run."""
    told = run([command[0], "--summary", "json", "-o", "x.data"] + command[1:])[3]
    return json.loads(told[told.index("{"):])


def many_row(per_cpu):
    """So many rings for each CPU of this machine: every event is recorded as often."""
    os.environ["RINGS_PER_CPU"] = str(per_cpu)
    many = [MANY, "-a", "-m", "1M"]
    walls, peaks = zip(*[run(many + ["-q", "-o", "x.data", "--", "true"])[:2] for _ in range(RUNS)])
    idle = statistics.median(
        summary(many + ["-e", "sched:sched_process_exec", "--", "sleep", str(IDLE_S)])["cpu_seconds"] -
        summary(many + ["-e", "sched:sched_process_exec", "--", "true"])["cpu_seconds"] for _ in range(RUNS))
    busy = summary(many + ["--", BUILD + "/tests/load/calls", "300"])
    counted = subprocess.run([ANA, "syscall-counts", "--format", "json", "x.data"], capture_output=True,
                             text=True, check=True).stdout
    recorded = sum(call["count"] for call in json.loads(counted)["syscalls"])
    event = busy["events"][0]  # the side band may lose some, too
    if event["counted"] != recorded + event["lost"]:
        sys.exit("bench: %d counted, but %d recorded and %d lost" % (event["counted"], recorded, event["lost"]))
    return "| %d | %d | %.0f | %.0f | %.1f | %s of %s |" % (
        busy["rings"], busy["threads"], statistics.median(walls) * 1000, max(peaks) / 1024,
        max(idle, 0) * 1000 / IDLE_S, format(event["lost"], ","), format(event["counted"], ","))


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
    lines += ["", "Many rings: `tests/bench/many.c` is rec with each CPU there so many times, so that every event is",
              "recorded as often. Idle: without an event, beyond start and end. Busy: the system calls of the machine while",
              "`calls 300` runs; counted = recorded + lost, or the bench fails.", "",
              "| rings | threads | ms, start to end | peak memory, MB | idle, CPU ms a second | busy: records lost |",
              "|---|---|---|---|---|---|"]
    lines += [many_row(per_cpu) for per_cpu in PER_CPU]
    lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main(page)
