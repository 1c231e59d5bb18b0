#!/usr/bin/env python3
"""recorder.py BUILD [RECORDER.md] - what a recorder costs, rec beside perf; needs root.

As run.py: medians of ROUNDS rounds, each contender in each round, ratios within a round. The page
goes in the place of the part of RECORDER.md above its line KEEP.
"""
import datetime
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

from bench import (BUILD, EVENT, FLOOR, PERF, REC, REST_S, SPIN, machine, main, ratio, rounds, run, real_load)

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CALLS = int(os.environ.get("BENCH_CALLS", "2000000"))
BIG_MB = int(os.environ.get("BENCH_BIG_MB", "2000"))
PERF_RECORD = [PERF or "perf", "record", "-a", "-e", EVENT]


def clean():
    for name in os.listdir("."):
        if ".data" in name:
            os.remove(name)
    os.sync()
    time.sleep(REST_S)


class Recorder:
    """A recorder of the whole machine in the background, until stop()."""

    def __init__(self, command, path):
        self.path = path
        self.err = open("recorder.err", "w+")
        self.process = subprocess.Popen(command + ["-o", path], stderr=self.err, stdout=self.err)
        while not (os.path.exists(path) and os.path.getsize(path)):
            time.sleep(0.02)
        time.sleep(0.5)

    def stop(self):
        """Returns seconds from the signal to the exit, CPU seconds of the recorder alone, its words."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        _, status, usage = os.wait4(self.process.pid, 0)
        seconds = time.monotonic() - start
        self.process.returncode = status
        self.err.seek(0)
        return seconds, usage.ru_utime + usage.ru_stime, self.err.read()


RECORDERS = {
    "rec": [REC, "-a"],
    "rec -z": [REC, "-a", "-z"],
    "perf record": PERF_RECORD,
    "perf record -z": PERF_RECORD + ["-z"],
}


def samples(path, words):
    """Of the event in a perf.data: as rec says it, or as perf counts them."""
    found = re.search(r"\((\d+) samples, (\d+) lost\)", words)
    if found:
        return int(found.group(1)), int(found.group(2))
    stats = run([PERF, "report", "--stats", "-i", path])[2].partition(EVENT + " stats:")[2]
    counts = [re.search(r"%s events:\s+(\d+)" % kind, stats) for kind in ("SAMPLE", "LOST_SAMPLES")]
    return tuple(int(found.group(1)) if found else 0 for found in counts)


def busy(nr):
    """(e) what a call costs with @nr busy processes, and what is lost."""
    load = [SPIN, str(nr), str(CALLS * 2 // nr)]
    contenders = {"untraced": load, "rings thrown away (floor)": [FLOOR] + load}
    for name, command in RECORDERS.items():
        contenders[name] = command + ["-o", "x.data", "--"] + load
    lost = {}

    def measure(name, command):
        clean()
        _, _, out, err = run(command, 512)
        if os.path.exists("x.data"):
            lost.setdefault(name, []).append(samples("x.data", err)[1])
        return float(out.split()[0])

    # A round takes a few seconds, and the machine's noise in one is larger than what is looked for.
    figures = rounds(contenders, measure, 2 * ROUNDS + 1)
    return ["| %d | %s | %.0f | %.2f | %s |" % (
        nr, name, statistics.median(values), ratio(figures, name, "rings thrown away (floor)"),
        "{:,}".format(max(lost[name])) if name in lost else "-") for name, values in figures.items()]


def size_and_cpu():
    """(f) bytes an event and the recorder's own CPU time, on a real load."""
    rows = {name: [] for name in RECORDERS}
    run(real_load())
    for _ in range(ROUNDS):
        for name, command in RECORDERS.items():
            clean()
            recorder = Recorder(command, "x.data")
            run(real_load())
            _, cpu, words = recorder.stop()
            nr, lost = samples("x.data", words)
            rows[name].append((os.path.getsize("x.data"), nr, cpu, lost))
    lines = ["| recorder | file, MB | events | bytes an event | its CPU seconds | lost |", "|---|---|---|---|---|---|"]
    for name, values in rows.items():
        size, nr, cpu, lost = (statistics.median(column) for column in zip(*values))
        lines.append("| %s | %.2f | %d | %.1f | %.2f | %d |" % (name, size / 1e6, nr, size / nr, cpu, lost))
    pairs = zip(rows["rec -z"], rows["perf record -z"])
    ratios = [(a[0] / b[0], a[2] / b[2]) for a, b in pairs]
    lines += ["", "`rec -z` is %.2f of the size of `perf record -z`, at %.2f of its CPU time." % tuple(
        statistics.median(column) for column in zip(*ratios))]
    return lines


def stop_and_start():
    """(g) from Ctrl-C to the exit of a large recording, (h) the start."""
    lines = ["| recorder | file, MB | Ctrl-C to exit, ms | start to end with nothing to do, ms |", "|---|---|---|---|"]
    for name in ("rec", "rec -z", "perf record"):
        clean()
        recorder = Recorder(RECORDERS[name], "x.data")
        run([SPIN, "2", str(BIG_MB * 1000000 // 112 // 2)])
        seconds = recorder.stop()[0]
        size = os.path.getsize("x.data") / 1e6
        starts = []
        for _ in range(2 * ROUNDS + 1):
            starts.append(run(RECORDERS[name] + ["-o", "y.data", "--", "true"])[0] * 1000)
        lines.append("| %s | %.0f | %.0f | %.0f |" % (name, size, seconds * 1000, statistics.median(starts)))
    return lines


def filters():
    """(i) what a call costs that is not recorded."""
    load = [SPIN, "2", str(CALLS)]
    contenders = {
        "untraced": load,
        "rec --filter 'id == 9999'": [REC, "-a", "-e", EVENT, "--filter", "id == 9999", "-o", "x.data", "--"] + load,
        "rec --syscalls fsync (its own event)": [REC, "-a", "--syscalls", "fsync", "-o", "x.data", "--"] + load,
        "perf record --filter 'id == 9999'": PERF_RECORD + ["--filter", "id == 9999", "-o", "x.data", "--"] + load,
        "perf record -e syscalls:sys_enter_fsync": [
            PERF, "record", "-a", "-e", "syscalls:sys_enter_fsync", "-o", "x.data", "--"] + load,
        "all of them recorded by rec": [REC, "-a", "-o", "x.data", "--"] + load,
    }

    def measure(_, command):
        clean()
        return float(run(command, 512)[2].split()[0])

    figures = rounds(contenders, measure, ROUNDS)
    return ["| contender | ns a call | more than untraced |", "|---|---|---|"] + [
        "| %s | %.0f | %.0f |" % (name, statistics.median(values), statistics.median(
            a - b for a, b in zip(values, figures["untraced"]))) for name, values in figures.items()]


def idle():
    """(k) an idle machine's recording contains no event of rec."""
    clean()
    run([REC, "-a", "-o", "x.data", "--", "sleep", "2"])
    comms = run([PERF, "script", "-i", "x.data", "-F", "comm"])[2].split()
    return "Two idle seconds: %d events, %d of rec." % (len(comms), comms.count("rec"))


SERVER_TRACERS = {
    "untraced": None,
    "rec": [REC, "-a", "-q", "-o", "s.data"],
    "rec -z": [REC, "-a", "-q", "-z", "-o", "s.data"],
    "perf record": PERF_RECORD + ["-q", "-o", "s.data"],
    "bpftrace, counting": ["bpftrace", "-q", "-e", "tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }"],
    "strace -c -f": ["strace", "-c", "-f", "-o", "strace.out", "-p"],
}


def requests():
    out = run(["redis-benchmark", "-p", "7799", "-q", "-t", "get", "-n", "100000", "-c", "20", "--csv"])[2]
    return float(re.search(r'"GET","([\d.]+)"', out).group(1))


def server():
    """(j) redis-server's throughput under each tracer."""
    if not shutil.which("redis-server") or not shutil.which("redis-benchmark"):
        return ["Not measured: redis-server and redis-benchmark are not installed."]
    process = subprocess.Popen(["redis-server", "--port", "7799", "--save", "", "--appendonly", "no"],
                               stdout=subprocess.DEVNULL)
    time.sleep(1)
    figures = {}
    try:
        requests()
        for _ in range(ROUNDS):
            for name, command in SERVER_TRACERS.items():
                if command and not shutil.which(command[0]):
                    continue
                clean()
                tracer = command and subprocess.Popen(
                    command + ([str(process.pid)] if name.startswith("strace") else []),
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(2)
                figures.setdefault(name, []).append(requests())
                if tracer:
                    tracer.send_signal(signal.SIGINT)
                    tracer.wait()
    finally:
        process.terminate()
        process.wait()
    return ["| tracer | GET requests a second | of untraced |", "|---|---|---|"] + [
        "| %s | %.0f | %.2f |" % (name, statistics.median(values), ratio(figures, name, "untraced"))
        for name, values in figures.items()]


def page():
    lines = ["# What recording costs", "", "`make bench`, %s, %s; medians of %d interleaved rounds, "
             "ratios within a round; before each recording as in RESULTS.md." % (
                 datetime.date.today(), machine(), ROUNDS), ""]
    lines += ["## (e) Busy processes, %d calls in all, %d rounds" % (CALLS * 2, 2 * ROUNDS + 1), "",
              "| processes | contender | ns a call | x floor | lost, most in a round |", "|---|---|---|---|---|"]
    for nr in (1, 2, 4):
        lines += busy(nr)
    lines += ["", "## (f) Size and CPU time: find, stat and grep over /usr", ""] + size_and_cpu()
    lines += ["", "## (g), (h) The end of a large recording, and a start", ""] + stop_and_start()
    lines += ["", "## (i) A call that is not recorded", ""] + filters()
    lines += ["", "## (j) A server: redis-server and redis-benchmark, 20 clients", ""] + server()
    lines += ["", "## (k) An idle machine", "", idle(), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main(page)
