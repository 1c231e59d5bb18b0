# Handlers for the events of a recording, written by `ana -g python`.
#
# Run this with `ana -s FILE` or `perf script -s FILE`. trace_begin() is called first, then for
# each event, in time order, the function that is named SYSTEM__EVENT, and trace_end() last.
# Change the functions to count, filter or print what you want to know; those you do not need can
# go. An event without a function of its own goes to trace_unhandled().
#
# What every handler is given:
#   event_name         "SYSTEM__EVENT"
#   context            for common_pc(context), common_flags(context), common_lock_depth(context)
#   common_cpu         the CPU it happened on
#   common_secs, common_nsecs        when: seconds, and nanoseconds of that second
#   common_pid, common_comm          who: thread id, and name of the task
#   common_callchain   list of stack frames, innermost first; empty if none were recorded
#   ...                the fields of the event: numbers, strings, or a bytearray for other arrays
#   perf_sample_dict   everything else about the sample; leave this last parameter out if it is
#                      not used: events are then handled faster

import os
import sys

sys.path.append(os.environ["PERF_EXEC_PATH"] +
                "/scripts/python/Perf-Trace-Util/lib/Perf/Trace")

from perf_trace_context import *
from Core import *


def trace_begin():
    print("in trace_begin")


def trace_end():
    print("in trace_end")


# HANDLERS
def trace_unhandled(event_name, context, event_fields_dict, perf_sample_dict):
    print("%-20s %s" % (event_name, get_dict_as_string(event_fields_dict)))


def print_header(event_name, cpu, secs, nsecs, pid, comm):
    print("%-20s %5u %05u.%09u %8u %-20s " % (event_name, cpu, secs, nsecs, pid, comm), end="")


def print_callchain(callchain):
    for frame in callchain:
        line = "\t[%x]" % frame["ip"]
        if "sym" in frame:
            line += " " + frame["sym"]["name"]
            if "sym_off" in frame:
                line += "+%#x" % frame["sym_off"]
        if "dso" in frame:
            line += " (%s)" % frame["dso"]
        print(line)


def get_dict_as_string(a_dict, delimiter=" "):
    return delimiter.join("%s=%s" % item for item in sorted(a_dict.items()))
