#!/usr/bin/env python3
"""trace.py ANA FILE strace < OUT - compare ana trace of FILE with what strace -f -T -a 1 wrote of the same program:
each line, but for durations and ids of processes, and the order of flags.
trace.py ANA FILE calls < OUT - compare names of calls and what they returned, in their order, but for addresses.
trace.py ANA FILE perf < OUT - compare the calls, what they returned and how long they took with those of
perf trace -i FILE.
trace.py ANA FILE forms - the lines, JSON, CSV and ana summary tell the same.
trace.py TABLE NOW arguments - compare callargs.inc with what callargs.sh makes of the running kernel.

Prints what was compared; status 1 and a line for each difference.
"""
import collections
import csv
import io
import json
import re
import subprocess
import sys

FRONT = re.compile(r"^(\d\d:\d\d:\d\d\.\d{6}|\d+\.\d{6}) ((?:.*?)[/:](\d+)) (.*)$")
FLAGS = re.compile(r"\b[A-Z][A-Z_0-9]+(?:\|[A-Za-z_0-9]+)+")
DURATION = re.compile(r" <(\d+\.\d+)>$")


def ana(program, *args):
    return subprocess.run([program, *args], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          ).stdout.decode()


def difference(nr, ours, theirs):
    print("line %d: ours   %s\n        theirs %s" % (nr, ours, theirs))
    return 1


def compare(ours, theirs):
    wrong = sum(difference(nr, *pair) for nr, pair in enumerate(zip(ours, theirs), 1) if pair[0] != pair[1])
    if len(ours) != len(theirs):
        print("ours has %d lines, theirs %d" % (len(ours), len(theirs)))
        wrong += 1
    print("%d lines" % len(ours))
    return wrong


# ---- strace ----


def plain(line):
    """Flags in the order of the alphabet, no duration, no comment for what has no name."""
    line = DURATION.sub("", re.sub(r" /\* [^*]* \*/", "", line))
    return FLAGS.sub(lambda m: "|".join(sorted(m[0].split("|"))), line)


def compare_strace(program, path, text):
    theirs = [re.sub(r"^\d+ +", "", line) for line in text.splitlines()]
    ours = [FRONT.match(line)[4] for line in ana(program, "trace", path).splitlines()]
    if not all(DURATION.search(line) for lines in (ours, theirs) for line in lines if line.startswith("getppid")):
        print("a call has no duration")
        return 1
    # What the loader does is each run's own.
    start, end = "openat(AT_FDCWD, 0x1230, ", "exit_group("
    lists = []
    for lines in (ours, theirs):
        at = [i for i, line in enumerate(lines) if line.startswith((start, end))]
        lists.append([re.sub(r"^(getppid|getpgrp)\(\) = \d+$", r"\1() = PID", plain(line))
                      for line in lines[at[0]:at[-1] + 1]])
    return compare(*lists)


def name_and_end(line):
    line = DURATION.sub("", line)
    match = re.match(r"^(?:<\.\.\. )?(\w+)(?:\(| resumed>).*\) *= (.*)$", line)
    return match and match[1] + " = " + re.sub(r"0x[0-9a-f]+|\b\d{3,}\b", "N", match[2])


def compare_calls(program, path, text):
    ours = [name_and_end(FRONT.match(line)[4]) for line in ana(program, "trace", path).splitlines()]
    theirs = [name_and_end(re.sub(r"^\d+ +", "", line)) for line in text.splitlines()]
    ours, theirs = ([line for line in lines if line] for lines in (ours, theirs))
    at = [i for i, line in enumerate(ours) if line.startswith("execve = 0")][-1]
    return compare(ours[at:], theirs[[i for i, line in enumerate(theirs) if line.startswith("execve = 0")][-1]:])


# ---- perf trace ----

PERF = re.compile(r"^ *\d+\.\d+ \( *(\d+\.\d+) ms\): (?:.*/)?(\d+) +(?:\.\.\. \[continued\]: )?(\w+)\(.*\) *= (.*)$")


def value(ret):
    """An error by its name, another number as it is."""
    match = re.match(r"^-1 (E\w+)|^(-?\d+)(?!x)|^(0x[0-9a-f]+)", ret)
    return match and (match[1] or (int(match[2]) if match[2] else int(match[3], 16)))


def compare_perf(program, path, text):
    ours, theirs = collections.Counter(), collections.Counter()
    for line in ana(program, "trace", "--format", "json", path).splitlines():
        call = json.loads(line)
        if call.get("state") == "exact":
            ours[call["tid"], call["syscall"], call["errno"] or call["ret"],
                 "%.3f" % (call["duration_ns"] / 1e6)] += 1
    for line in text.splitlines():
        match = PERF.match(line)
        if match:
            theirs[int(match[2]), match[3], value(match[4]), match[1]] += 1
    only = sum((theirs - ours).values())
    both = sum((theirs & ours).values())
    # It rounds half a microsecond otherwise, and has its own text for some numbers (flags, of sigprocmask's errors).
    if only > sum(theirs.values()) / 50:
        for call, nr in list((theirs - ours).items())[:20]:
            print("only perf has %d times %s" % (nr, call))
        return 1
    print("%d calls are the same, %d are not, %d are ours alone" % (both, only, sum((ours - theirs).values())))
    return 0 if both else 1


# ---- our own forms ----


def compare_forms(program, path):
    wrong = 0
    calls = [json.loads(line) for line in ana(program, "trace", "--format", "json", path).splitlines()]
    lost = sum(call["lost"] for call in calls if "lost" in call)
    calls = [call for call in calls if "lost" not in call]
    rows = list(csv.DictReader(io.StringIO(ana(program, "trace", "--format", "csv", path))))
    lines = [line for line in ana(program, "trace", "--whole", path).splitlines() if " lost on CPU " not in line]
    if not len(calls) == len(rows) == len(lines):
        print("JSON has %d calls, CSV %d, %d lines" % (len(calls), len(rows), len(lines)))
        return 1
    for call, row, line in zip(calls, rows, lines):
        for key in ("start_ns", "end_ns", "pid", "tid", "cpu", "nr", "ret", "duration_ns", "state", "errno", "comm"):
            if row[key] != ("" if call[key] is None else str(call[key])):
                wrong += difference(0, "%s: %s" % (key, row[key]), "%s: %s" % (key, call[key]))
        front = "%s %s%d " % (call["time"], call["comm"] + "/" if call["comm"] else ":", call["tid"])
        if call["args"] is None:
            front += "<... %s resumed>" % call["syscall"]
        elif "resuming interrupted" not in line:
            args = [arg["text"] for arg in call["args"]]
            front += call["syscall"] + "(" + row["args"]
            if ", ".join(args)[:len(row["args"])] != row["args"]:
                wrong += difference(0, row["args"], ", ".join(args))
        if not line.startswith(front):
            wrong += difference(0, line, front)
    split = [line for line in ana(program, "trace", path).splitlines() if " lost on CPU " not in line]
    # A call is one line, or an unfinished and perhaps a resumed one.
    halves = collections.Counter("u" if line.endswith(" <unfinished ...>") else "r" if " resumed>" in line else "w"
                                 for line in split)
    states = collections.Counter(call["state"] for call in calls)
    if halves["u"] + halves["w"] != len(calls) - states["left"]:
        print("%s lines, %s calls" % (halves, states))
        wrong += 1
    total = json.loads(ana(program, "summary", "--format", "json", path))["all"]
    if lost == 0 and [states["exact"], states["open"], states["broken"], states["left"]] != [
            total["timed"], total["open"], total["broken"], total["left_only"]]:
        print("calls are %s, those of summary %s" % (states, total))
        wrong += 1
    stats = json.loads(ana(program, "stats", "--format", "json", path))["samples_by_event"]
    if (states["exact"] + states["open"] + states["broken"] != stats["raw_syscalls:sys_enter"] or
            states["exact"] + states["left"] != stats["raw_syscalls:sys_exit"]):
        print("calls are %s, samples %s" % (states, stats))
        wrong += 1
    print("%d calls, %d lost: %s" % (len(calls), lost, dict(states)))
    return wrong


# ---- the arguments of calls ----


def arguments(path):
    with open(path, encoding="ascii") as file:
        text = file.read()
    version = re.search(r"Linux (\d+\.\d+), (\w+)", text)
    return version.groups(), {row[0]: row[1] for row in re.findall(r'^\{ "(\w+)", (.*) \},$', text, re.M)}


def compare_arguments(table, now):
    (version, known), (running, kernel) = arguments(table), arguments(now)
    if version[1] != running[1]:
        print("of %s, and this machine is %s" % (version[1], running[1]))
        return 0
    both = sorted(set(known) & set(kernel))
    # Another version may call an argument otherwise; no call ever got another number of them.
    same = (lambda row: row) if version == running else (lambda row: row.split(",")[0])
    wrong = sum(difference(0, name + " " + known[name], kernel[name]) for name in both
                if same(known[name]) != same(kernel[name]))
    print("%d calls of both; only this kernel has: %s" % (len(both), " ".join(sorted(set(kernel) - set(known)))))
    return wrong or len(both) < 300


def main():
    program, path, how = sys.argv[1:]
    if how == "arguments":
        wrong = compare_arguments(program, path)
    elif how == "forms":
        wrong = compare_forms(program, path)
    else:
        text = sys.stdin.buffer.read().decode(errors="replace")
        wrong = {"strace": compare_strace, "calls": compare_calls, "perf": compare_perf}[how](program, path, text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
