#!/usr/bin/env python3
"""calls.py ANA FILE reference - compare ana summary of FILE with a slow reference: calls paired out of the
lines that ana print writes in the order of time, percentiles of the sorted durations themselves.
calls.py ANA FILE lossy - the same of a recording that lost events: what ana takes for a whole call is one for the
reference, too, which takes more for such; and all enters are accounted for.
calls.py ANA FILE perf < OUT - compare it with what perf trace -s -i FILE printed.
calls.py ANA FILE strace < OUT - compare the numbers of calls and errors with those of strace -f -c.

Prints what was compared; status 1 and a line for each difference.
"""
import collections
import json
import math
import re
import subprocess
import sys

LINE = re.compile(
    r"^\s*(\d+)/(\d+)\s+\[\d+\]\s+(\d+)\.(\d{9}):\s+raw_syscalls:sys_(enter|exit): NR (-?\d+) (.*)$"
)
PERCENTILES = {"p50_ns": 0.5, "p90_ns": 0.9, "p99_ns": 0.99, "p999_ns": 0.999}
PERCENTILE_ERROR = 0.008


def summary(ana, path, *options):
    out = subprocess.run([ana, "summary", "--format", "json", *options, path], check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return json.loads(out)


def by_thread(result):
    """(pid, tid, number of the call) -> its group."""
    return {(process["pid"], thread["tid"], call["nr"]): call
            for process in result["groups"] for thread in process["groups"] for call in thread["groups"]}


def pairs(ana, path):
    """(pid, tid, nr) -> [durations], {same: errors}, exits without an enter, enters without an exit."""
    out = subprocess.Popen([ana, "print", "--ns", "-F", "pid,tid,cpu,time,event,trace", path], text=True,
                           errors="replace", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    inside, calls, errors, left = {}, collections.defaultdict(list), collections.Counter(), 0
    for line in out:
        match = LINE.match(line)
        if not match:
            continue
        pid, tid, seconds, ns, kind, nr, rest = match.groups()
        task, time, nr = (int(pid), int(tid)), int(seconds) * 10**9 + int(ns), int(nr)
        if kind == "enter":
            inside[task] = time, nr
            continue
        start, number = inside.pop(task, (0, None))
        if number is None or nr not in (number, -1):
            left += 1
            continue
        calls[(*task, number)].append(time - start)
        errors[(*task, number)] += -4096 < int(rest.split("= ")[1]) < 0
    return calls, errors, left, len(inside)


def compare_reference(ana, path):
    calls, errors, left, inside = pairs(ana, path)
    result = summary(ana, path)
    groups = {key: group for key, group in by_thread(result).items() if group["timed"]}
    wrong = [f"{key}: in one only" for key in set(calls) ^ set(groups)]
    for key in set(calls) & set(groups):
        times, group = sorted(calls[key]), groups[key]
        ours = [group[name] for name in ("timed", "total_ns", "min_ns", "max_ns", "errors")]
        if ours != [len(times), sum(times), times[0], times[-1], errors[key]]:
            wrong.append(f"{key}: {ours}, not {len(times)} {sum(times)} {times[0]} {times[-1]} {errors[key]}")
        for name, share in PERCENTILES.items():
            value = times[max(math.ceil(share * len(times)), 1) - 1]
            if abs(group[name] - value) > PERCENTILE_ERROR * value + 1:
                wrong.append(f"{key}: {name} {group[name]}, not {value}")
    if (result["all"]["left_only"], result["all"]["open"]) != (left, inside):
        wrong.append(f"{result['all']}: left {left}, open {inside}")
    return len(groups), wrong


def compare_lossy(ana, path):
    calls, _, _, _ = pairs(ana, path)
    result = summary(ana, path)
    wrong = []
    for key, group in by_thread(result).items():
        times = calls[key]
        if group["timed"] > len(times) or (group["total_ns"] or 0) > sum(times) or \
                (group["timed"] and (group["min_ns"] < min(times) or group["max_ns"] > max(times))):
            wrong.append(f"{key}: {group}, not {sorted(times)}")
    stats = json.loads(subprocess.run([ana, "stats", "--format", "json", path], check=True, stdout=subprocess.PIPE).stdout)
    if result["all"]["calls"] != stats["samples_by_event"]["raw_syscalls:sys_enter"]:
        wrong.append(f"{result['all']}: not as many calls as enters")
    if not result["all"]["broken"] or not result["lost"]:
        wrong.append(f"{result['all']}: nothing broken, lost: {result['lost']}")
    return result["all"]["timed"], wrong


def rows_of_perf(lines):
    """(tid, name of the call) -> [calls, errors, total, min, max in us]; None where there are several."""
    rows, tid = {}, None
    for line in lines:
        head = re.match(r"^ .*\((\d+)\), \d+ events, ", line)
        row = re.match(r"^   (\w+)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+([\d.]+)\s+[\d.]+\s+([\d.]+)\s+[\d.]+%$", line)
        if head:
            tid = int(head.group(1))
        elif row:
            key = tid, row.group(1)
            rows[key] = None if key in rows else [
                int(row.group(2)), int(row.group(3)), *(1000 * float(row.group(i)) for i in (4, 5, 6))]
    return rows


def compare_perf(ana, path):
    """Where a thread was in a call at the beginning, perf counts that as one of 0 ns: not compared."""
    rows = rows_of_perf(sys.stdin)
    compared, wrong = 0, []
    for process in summary(ana, path)["groups"]:
        for thread in process["groups"]:
            for call in thread["groups"]:
                theirs = rows.get((thread["tid"], call["syscall"]))
                if call["left_only"] or call["broken"] or not call["timed"] or not theirs:
                    continue
                compared += 1
                ours = [call["timed"], call["errors"], *(call[n] / 1000 for n in ("total_ns", "min_ns", "max_ns"))]
                if ours[:2] != theirs[:2] or any(abs(a - b) > 1 for a, b in zip(ours[2:], theirs[2:])):
                    wrong.append(f"{thread['tid']} {call['syscall']}: {ours}, perf has {theirs}")
    return compared, wrong


def compare_strace(ana, path):
    """The beginning and the end of a program are seen by one of them only."""
    groups = {group["syscall"]: group for group in summary(ana, path, "--by", "syscall")["groups"]}
    compared, wrong = 0, []
    for line in sys.stdin:
        words = line.split()
        if len(words) not in (5, 6) or not words[3].isdigit() or words[-1] in ("total", "execve", "exit_group"):
            continue
        theirs = int(words[3]), int(words[4]) if len(words) == 6 else 0
        group = groups.get(words[-1], {"calls": 0, "errors": 0})
        compared += 1
        if (group["calls"], group["errors"]) != theirs:
            wrong.append(f"{words[-1]}: {group['calls']} {group['errors']}, strace has {theirs}")
    return compared, wrong


def main():
    ana, path, how = sys.argv[1:]
    compare = {"reference": compare_reference, "lossy": compare_lossy, "perf": compare_perf, "strace": compare_strace}[how]
    compared, wrong = compare(ana, path)
    for line in wrong[:10]:
        print(line)
    print(f"{compared} compared, {len(wrong)} differ")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
