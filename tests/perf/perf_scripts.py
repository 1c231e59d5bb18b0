"""perf_scripts.py REPORT ANA PERF FILE [COMM] - does ana's REPORT say what perf's script of that name says?

Both are read into sets of rows. What perf's scripts say by number, ana says by name: its JSON has the number, too.
Ends with 0 and the number of rows, or with 1 and what differs.
"""
import csv
import errno
import io
import json
import os
import re
import subprocess
import sys

REPORT, ANA, PERF, FILE = sys.argv[1:5]
COMM = sys.argv[5] if len(sys.argv) > 5 else None
EXEC = os.environ["PERF_EXEC_PATH"]


def run(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode(errors="replace")


def ana(form, report=REPORT):
    more = ["--top", "100000"] if report == "rwtop" else []  # it shows 20 rows, as perf's
    return run(ANA, report, "--format", form, *more, *(["--comm", COMM] if COMM else []), FILE)


def ana_json(report=REPORT):
    return json.loads(ana("json", report))


def perf():
    for folder, end in ("python", "py"), ("perl", "pl"):
        path = "%s/scripts/%s/%s.%s" % (EXEC, folder, REPORT, end)
        if os.path.exists(path):
            return run(PERF, "script", "-i", FILE, "-s", path, *([COMM] if COMM else [])).split("\n")
    sys.exit("no script " + REPORT)


def leaves(groups, keys, above=()):
    for g in groups:
        at = above + (g[keys[0]],)
        if "groups" in g:
            yield from leaves(g["groups"], keys[1:], at)
        else:
            yield at + (g["count"],)


def number(name):
    """An error by name, as JSON has it: its number; of those that have no name, that one."""
    return getattr(errno, name, None) if not name.isdigit() else int(name)


def by_pid():
    """comm, tid, number of the call, count."""
    rows, task = set(), None
    for line in perf():
        if m := re.match(r"(.*) \[(\d+)\]$", line):
            task = m.group(1), int(m.group(2))
        elif m := re.match(r"  (-?\d+) +(\d+)$", line):
            rows.add(task + (int(m.group(1)), int(m.group(2))))
    return rows, set(leaves(ana_json()["groups"], ["comm", "tid", "nr"]))


def failed():
    """comm, count."""
    rows = {(m.group(1).rstrip(), int(m.group(2))) for m in
            (re.match(r"(\S.*\S|\S) {2,}(\d+)$", line) for line in perf()) if m}
    return rows, set(leaves(ana_json()["groups"], ["comm"]))


def failed_by_pid():
    """comm, tid, number of the call, error, count."""
    rows, task, call = set(), None, None
    for line in perf():
        if m := re.match(r"(.*) \[(\d+)\]$", line):
            task = m.group(1), int(m.group(2))
        elif m := re.match(r"  syscall: (-?\d+)", line):
            call = int(m.group(1))
        elif m := re.match(r"    err = (\w+|Unknown -?\d+ errno) +(\d+)$", line):
            name = m.group(1)
            rows.add(task + (call, getattr(errno, name, None) or abs(int(name.split()[1])), int(m.group(2))))
    ours = set()
    for comm, tid, call, error, count in leaves(ana_json()["groups"], ["comm", "tid", "nr", "errno"]):
        ours.add((comm, tid, call, number(error.replace("errno ", "")), count))
    return rows, ours


def futex():
    """comm, tid, lock, count, max, min. (perf's avg is the mean of the last value and the avg before it.)"""
    rows = {(m[1], int(m[2]), int(m[3], 16), int(m[4]), int(m[5]), int(m[6])) for m in
            (re.match(r"(.*)\[(\d+)\] lock (\w+) contended (\d+) times, \d+ avg ns \[max: (\d+) ns, min (\d+) ns\]$",
                      line) for line in perf()) if m}
    ours = {(t["comm_of_tid"], t["tid"], int(g["lock"], 16), g["count"], g["max_ns"], g["min_ns"])
            for t in ana_json()["groups"] for g in t["groups"]}
    return rows, ours


def tables(lines):
    """The rows of perf's tables, by heading: the words of each."""
    found, heading = {}, None
    for line in lines:
        if line.endswith(":"):
            heading = line[:-1].strip()
        elif re.match(r" *-?\d", line):
            found.setdefault(heading, []).append(line.split())
    return found


def rw_by_pid():
    """what, tid, calls, bytes...; what, tid, error, count. perf leaves out the comm of a task that was only left."""
    theirs, ours, all_of = set(), set(), tables(perf())
    for kind in "read", "write":
        for words in all_of.get(kind + " counts by pid", []):
            nr = 3 if kind == "read" else 2
            theirs.add((kind, int(words[0])) + tuple(map(int, words[-nr:])))
        for words in all_of.get("failed %ss by pid" % kind, []):
            theirs.add(("failed " + kind, int(words[0]), -int(words[-2]), int(words[-1])))
    rows = ana_json()
    for kind in "read", "write":
        for r in rows[kind + "s"]:
            if r["calls"] or kind == "read":
                ours.add((kind, r["tid"], r["calls"], r["bytes_requested"]) +
                         ((r["bytes_moved"],) if kind == "read" else ()))
            elif "EAGAIN" in r["errors"] or r["errors"]:
                ours.add((kind, r["tid"], 0, 0))
            for name, count in r["errors"].items():
                ours.add(("failed " + kind, r["tid"], number(name), count))
    # Of writes, perf has a row where something failed, even if it never began.
    return theirs, {r for r in ours if r in theirs or r[0] != "write" or r[2]}


def rw_by_file():
    """what, fd, calls, bytes."""
    theirs, all_of = set(), tables(perf())
    for kind in "read", "write":
        for words in all_of.get("file %s counts for %s" % (kind, COMM), []):
            theirs.add((kind,) + tuple(map(int, words)))
    rows = ana_json()
    return theirs, {(kind, r["fd"], r["calls"], r["bytes_requested"])
                    for kind in ("read", "write") for r in rows[kind + "s"]}


def binned():
    """sctop and rwtop are by the clock in perf: what they count by the recording's, out of perf script's lines."""
    document = ana_json()
    theirs, ours = set(), set()
    ns = document["interval_ns"]
    counts = {}
    for line in run(PERF, "script", "--ns", "-i", FILE, "-F", "tid,time,event,trace").split("\n"):
        m = re.match(r" *(\d+) +(\d+)\.(\d{9}): +(\S+): (.*)$", line)
        if not m:
            continue
        number_of = (int(m[2]) * 10**9 + int(m[3])) // ns
        if REPORT == "sctop" and m[4] == "raw_syscalls:sys_enter":
            key = number_of, int(m[5].split()[1])
        elif REPORT == "rwtop" and m[4] in ("syscalls:sys_enter_read", "syscalls:sys_enter_write"):
            key = number_of, m[4][19:], int(m[1])
        else:
            continue
        counts[key] = counts.get(key, 0) + 1
    theirs = {key + (n,) for key, n in counts.items()}
    for i in document["intervals"]:
        n = i["start_ns"] // ns
        if not n * ns <= i["start_ns"] <= i["end_ns"] <= (n + 1) * ns:
            sys.exit("this is no interval: %r" % i)
        for c in i.get("syscalls", []):
            ours.add((n, c["nr"], c["count"]))
        for kind in "read", "write":
            for r in i.get(kind + "s", []):
                if r["calls"]:
                    ours.add((n, kind, r["tid"], r["calls"]))
    return theirs, ours


def same_as_csv():
    """The table and the CSV of ana have as many rows as its JSON, and the same numbers."""
    rows = list(csv.DictReader(io.StringIO(ana("csv"))))
    table = run(ANA, REPORT, "--top", "100000", *(["--comm", COMM] if COMM else []), FILE)
    for row in rows:
        count = row.get("count") or row.get("calls")
        if not re.search(r"\b%s\b" % count, table):
            sys.exit("the table has no %s: %r" % (count, row))
    return len(rows)


REPORTS = {"syscall-counts-by-pid": by_pid, "failed-syscalls": failed, "failed-syscalls-by-pid": failed_by_pid,
           "futex-contention": futex, "rw-by-pid": rw_by_pid, "rw-by-file": rw_by_file, "sctop": binned,
           "rwtop": binned}

THEIRS, OURS = REPORTS[REPORT]()
if THEIRS != OURS:
    print("only perf: %s" % sorted(THEIRS - OURS, key=repr)[:5])
    print("only ana: %s" % sorted(OURS - THEIRS, key=repr)[:5])
    sys.exit(1)
same_as_csv()
print(len(OURS))
