"""bench.py - what the benchmarks share: contenders, rounds, ratios."""
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

EVENT = "raw_syscalls:sys_enter"
KEEP = "<!-- kept by make bench: what is below is written by hand -->"

BUILD = os.path.abspath(sys.argv[1])
REC, ANA = BUILD + "/rec", BUILD + "/ana"
SPIN, FLOOR = BUILD + "/tests/load/spin", BUILD + "/tests/bench/floor"
CHILD = BUILD + "/tests/bench/child"
WARM_MB = 512  # more than a recording here
REST_S = 2     # time for what the removal of the last recording set off
PERF = shutil.which("perf")
RESULTS = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None


def run(command, warm_mb=0):
    """Returns wall seconds, peak resident kB, stdout, stderr."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    done = subprocess.run([CHILD, str(warm_mb), "result"] + command, capture_output=True, env=env,
                          check=True, text=True, errors="replace")
    with open("result") as file:
        status, peak, wall_ns = map(int, file.read().split())
    if status:
        sys.exit("bench: %s: status %d: %s" % (" ".join(command), status, done.stderr[-500:]))
    return wall_ns / 1e9, peak, done.stdout, done.stderr


def rounds(contenders, measure, count):
    """Returns {name: [figure of each round]}."""
    figures = {name: [] for name in contenders}
    for _ in range(count):
        for name, command in contenders.items():
            figures[name].append(measure(name, command))
    return figures


def ratio(figures, name, base):
    """The median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(figures[name], figures[base]))


def bench_readers(contenders, base, count):
    """All of them through the same shell, and into /dev/null: like beside like."""
    contenders = {name: ["sh", "-c", 'exec "$@" >/dev/null', "sh"] + command
                  for name, command in contenders.items()}
    peaks = {}

    def measure(name, command):
        wall, peak, _, _ = run(command)
        peaks[name] = max(peak, peaks.get(name, 0))
        return wall

    for command in contenders.values():
        run(command)  # warm
    figures = rounds(contenders, measure, count)
    lines = ["| contender | seconds | x %s | peak MB |" % base, "|---|---|---|---|"]
    for name, values in figures.items():
        lines.append("| %s | %.3f | %.2f | %.1f |" % (
            name, statistics.median(values), ratio(figures, name, base), peaks[name] / 1024))
    return figures, lines


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    perf = run([PERF, "version"])[2].strip()
    return "%d x %s, kernel %s, %s" % (os.cpu_count(), model.group(1) if model else "?",
                                       platform.release(), perf)


def write_page(text):
    """Prints it, and puts it in the place of the part of sys.argv[2] above its line KEEP."""
    print(text)
    if len(sys.argv) < 3:
        return
    kept = ""
    if os.path.exists(RESULTS):
        with open(RESULTS) as file:
            kept = file.read().partition(KEEP)[2]
    with open(RESULTS, "w") as file:
        file.write(text + "\n" + KEEP + kept)


def real_load():
    """find, stat and grep over /usr: calls of all kinds, at the rate of a real program."""
    return ["sh", "-c", "find /usr -xdev -type f -name '*.h' -exec stat -c %s {} + >sizes; "
            "grep -rl recana /usr/include /usr/share/doc >hits || true"]


def main(page):
    """Makes the page in a folder of its own."""
    if os.geteuid() or not PERF:
        sys.exit("bench: needs root and perf")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        os.chdir(folder)
        text = page()
        os.chdir("/")
    write_page(text)
