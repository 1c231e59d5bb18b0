#!/bin/bash
# Several files in one order: every line or call is that which its file has alone, and they come in the order
# of time; of several hosts in that of the time of day, and they are told apart.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd unshare

# Two recordings at once of the same load, whose events take turns.
"$REC" -q -a -e raw_syscalls:sys_enter -o a.data -- \
	"$REC" -q -a -e raw_syscalls:sys_exit -e sched:sched_switch -o b.data -- "$BUILD/tests/load/calls" 100 >/dev/null

# by_time FILE... - merges files of lines "TIME\tLINE", as perf script prints them.
by_time()
{
	sort -m -s -n -k 1,1 "$@"
}

if [ -e "$BUILD/lib/recana/python.so" ]; then
	cat >all.py <<'X'
import sys

def show(name, secs, nsecs, cpu, pid, comm, sample):
    print("%d.%09d\t%s %d %d %s %s" % (secs, nsecs, name, cpu, pid, comm, sample.get("host", "-")))

def trace_begin():
    print("args", *sys.argv[1:], file=sys.stderr)

def trace_unhandled(name, context, fields, sample):
    show(name, fields["common_s"], fields["common_ns"], fields["common_cpu"], fields["common_pid"],
         fields["common_comm"], sample)

def raw_syscalls__sys_exit(name, context, cpu, secs, nsecs, pid, comm, callchain, id, ret, sample):
    show(name, secs, nsecs, cpu, pid, comm, sample)
X
	for file in a b; do
		ana_noleak -i $file.data -s all.py >$file.py.txt 2>err || fail "$file: $(cat err)"
	done
	check_status "a script of two files" 0 ana_noleak -i a.data -i b.data -s all.py one two
	check_eq "its words" "args one two" "$(cat err)"
	by_time a.py.txt b.py.txt >expected
	cmp expected out || fail "a script: $(diff expected out | head -n 6)"
	[ "$(cut -f 2 out | cut -d ' ' -f 1 | uniq | wc -l)" -gt 50 ] || fail "the events do not take turns"
fi
