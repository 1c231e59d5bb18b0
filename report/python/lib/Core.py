"""What scripts get by `from Core import *`: names for the flags and symbols of events.

ana fills the tables below, through the define_*() functions, from the formats of the events in
the recording. The names are those of the module of the same name that comes with perf.
"""

from collections import defaultdict


def autodict():
    """A dictionary that makes itself the missing levels: d[a][b][c] = 1."""
    return defaultdict(autodict)


flag_fields = autodict()
symbolic_fields = autodict()


def define_flag_field(event_name, field_name, delim):
    flag_fields[event_name][field_name]["delim"] = delim


def define_flag_value(event_name, field_name, value, field_str):
    flag_fields[event_name][field_name]["values"][value] = field_str


def define_symbolic_field(event_name, field_name):
    """Nothing to remember: a symbolic field is one that has values."""


def define_symbolic_value(event_name, field_name, value, field_str):
    symbolic_fields[event_name][field_name]["values"][value] = field_str


def flag_str(event_name, field_name, value):
    """The names of the bits in value, with the field's delimiter; "" when none is known."""
    field = flag_fields[event_name][field_name]
    if not field:
        return ""
    delim = field["delim"]
    delim = " %s " % delim if delim else ""
    names = []
    for bits in sorted(field["values"]):
        if not value and not bits:
            names.append(field["values"][bits])
            break
        if bits and value & bits == bits:
            names.append(field["values"][bits])
            value &= ~bits
    return delim.join(names)


def symbol_str(event_name, field_name, value):
    """The name of value; "" when it has none."""
    if not isinstance(value, int):
        return ""
    values = symbolic_fields[event_name][field_name]["values"]
    return values[value] if value in values else ""


trace_flags = {
    0x00: "NONE",
    0x01: "IRQS_OFF",
    0x02: "IRQS_NOSUPPORT",
    0x04: "NEED_RESCHED",
    0x08: "HARDIRQ",
    0x10: "SOFTIRQ",
}


def trace_flag_str(value):
    """The names of common_flags(context)."""
    if not value:
        return trace_flags[0]
    return " | ".join(trace_flags[bit] for bit in sorted(trace_flags) if bit and value & bit)


def taskState(state):
    """The letter of a task's state in sched events."""
    return {0: "R", 1: "S", 2: "D", 64: "DEAD"}.get(state, "Unknown")


class EventHeaders:
    """The parameters that all handlers have in common."""

    def __init__(self, common_cpu, common_secs, common_nsecs, common_pid, common_comm,
                 common_callchain):
        self.cpu = common_cpu
        self.secs = common_secs
        self.nsecs = common_nsecs
        self.pid = common_pid
        self.comm = common_comm
        self.callchain = common_callchain

    def ts(self):
        """The time in nanoseconds."""
        return self.secs * 1000000000 + self.nsecs

    def ts_format(self):
        """Seconds and microseconds; the latter without leading zeros, as scripts expect."""
        return "%d.%d" % (self.secs, int(self.nsecs / 1000))
