"""Small helpers for scripts: times, statistics, names of system calls and errors.

The names are those of the module of the same name that comes with perf.
"""

import errno
import os
import sys

NSECS_PER_SEC = 1000000000

# Operations of the futex system call.
FUTEX_WAIT = 0
FUTEX_WAKE = 1
FUTEX_PRIVATE_FLAG = 128
FUTEX_CLOCK_REALTIME = 256
FUTEX_CMD_MASK = ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)


def avg(total, n):
    return total / n


def nsecs(secs, nsecs):
    return secs * NSECS_PER_SEC + nsecs


def nsecs_secs(nsecs):
    """Seconds, with their fraction."""
    return nsecs / NSECS_PER_SEC


def nsecs_nsecs(nsecs):
    return nsecs % NSECS_PER_SEC


def nsecs_str(nsecs):
    """A tuple of one string: scripts that print it have always got one."""
    return ("%5u.%09u" % (nsecs_secs(nsecs), nsecs_nsecs(nsecs)),)


def add_stats(stats, key, value):
    """Keep (minimum, maximum, average, count) at stats[key]. The average is a moving one: the
    newest value counts half."""
    if key not in stats:
        stats[key] = (value, value, value, 1)
        return
    low, high, average, count = stats[key]
    stats[key] = (min(low, value), max(high, value), (average + value) / 2, count + 1)


def clear_term():
    print("\x1b[H\x1b[2J")


def _audit_machine(audit):
    """Number of this machine in the audit module; None when that does not know it."""
    name = os.uname().machine
    if name == "x86_64":
        return audit.MACH_86_64
    if len(name) == 4 and name[0] == "i" and name[2:] == "86":
        return audit.MACH_X86
    known = {"aarch64": "MACH_AARCH64", "ppc": "MACH_PPC", "ppc64": "MACH_PPC64",
             "ppc64le": "MACH_PPC64LE", "s390": "MACH_S390", "s390x": "MACH_S390X"}
    return getattr(audit, known.get(name, ""), None)


try:
    import audit
    _machine = _audit_machine(audit)
except ImportError:
    audit = None
    _machine = None
    print("ana: system calls are shown as numbers; Debian's python3-audit has their names",
          file=sys.stderr)


def syscall_name(id):
    """The name of a system call; its number as text when nobody knows."""
    name = audit.audit_syscall_to_name(id, _machine) if _machine is not None else None
    return name if name else str(id)


def strerror(nr):
    """The name of an error, as ENOENT; nr may be negative, as system calls return it."""
    return errno.errorcode.get(abs(nr), "Unknown %d errno" % nr)
