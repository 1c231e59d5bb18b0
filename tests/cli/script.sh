#!/bin/bash
# ana -s: the whole way of a script, and every way it can end.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"

[ -e "$BUILD/lib/recana/python.so" ] || skip "built without Python"
unset PERF_EXEC_PATH
cp "$ROOT/tests/data/perf-two.data" perf.data
events=$("$ANA" syscall-counts --format csv | awk -F, 'NR > 1 { n += $3 } END { print n }')
[ "$events" -gt 0 ] || fail "the test's recording has no system calls"

# script STATUS ARGS... - runs ana -s; the text of the script is stdin.
script()
{
	local status=$1

	shift
	cat >x.py
	check_status "script ending with $status: $(head -n 3 x.py | tr '\n' ';')" "$status" \
		ana_noleak -s x.py "$@"
}

# ---- start ----

script 0 one "two words" <<'EOF'
import os, sys
print(sys.argv, os.path.samefile(sys.path[0], "."), __name__, os.path.basename(__file__))
from perf_trace_context import *
print(perf_script_context, callable(common_pc), os.path.isdir(os.environ["PERF_EXEC_PATH"]))
def trace_begin():
    print("begin", type(perf_script_context).__name__)
def trace_end():
    print("end")
EOF
check_eq "arguments, path, name" "['x.py', 'one', 'two words'] True __main__ x.py
None True True
begin PyCapsule
end" "$(cat out)"
check_eq "nothing on stderr" "" "$(cat err)"

mkdir lib
echo "answer = 42" >lib/helper.py
echo "from helper import answer; print(answer)" >lib/real.py
ln -s lib/real.py link.py
check_status "a module beside the script, behind a link" 0 ana_noleak -s link.py
check_eq "..." 42 "$(cat out)"

mkdir -p tree/scripts/python
echo "print('from the tree')" >tree/scripts/python/inside.py
PERF_EXEC_PATH=$T/tree check_status "a script of the exec path" 0 ana_noleak -s inside.py
check_eq "..." "from the tree" "$(cat out)"

# ---- events ----

script 0 <<'EOF'
n = 0
last = 0
def raw_syscalls__sys_enter(event_name, context, common_cpu, common_secs, common_nsecs,
                            common_pid, common_comm, common_callchain, id, args):
    global n, last
    n += 1
    now = common_secs * 10**9 + common_nsecs
    assert event_name == "raw_syscalls__sys_enter" and now >= last, (now, last)
    assert type(id) is int and type(args) is bytearray and len(args) == 48
    assert common_callchain == [] and common_comm and common_pid >= 0 and common_cpu >= 0
    last = now
def trace_end():
    print(n)
EOF
check_eq "every event, in time order" "$events" "$(cat out)"

script 0 <<'EOF'
from perf_trace_context import *
seen = {}
def trace_unhandled(event_name, context, fields, sample_dict):
    if seen.setdefault(event_name, 0) == 0:
        print(event_name, " ".join(fields))
        print(" ".join(sample_dict))
        print(" ".join(sample_dict["sample"]))
        assert common_pc(context) >= 0 and common_flags(context) >= 0
        assert common_lock_depth(context) == 0
    seen[event_name] += 1
EOF
check_match "fields of an event without a handler" \
	"^raw_syscalls__sys_enter common_cpu common_s common_ns common_pid common_comm common_callchain id args$" \
	"$(cat out)"
check_match "the sample dict" "^ev_name attr sample raw_buf comm callchain brstack brstacksym iregs uregs$" "$(cat out)"
check_match "the sample in it" "^pid tid cpu ip time period phys_addr addr values weight " "$(cat out)"

# A parameter more than there are arguments is perf_sample_dict, whether it is read or not.
script 0 <<'EOF'
n = 0
def raw_syscalls__sys_enter(name, context, cpu, secs, nsecs, pid, comm, chain, id, args, unread):
    global raw_syscalls__sys_enter, n
    n += 1
    raw_syscalls__sys_enter = second
def second(name, context, cpu, secs, nsecs, pid, comm, chain, id, args, read):
    global raw_syscalls__sys_enter, n
    assert read["sample"]["pid"] >= 0
    n += 10
    raw_syscalls__sys_enter = third
def third(name, context, cpu, secs, nsecs, pid, comm, chain, id, args, by_name):
    global raw_syscalls__sys_enter, n
    assert locals()["by_name"]["ev_name"] == "raw_syscalls:sys_enter"
    n += 100
    raw_syscalls__sys_enter = fourth
def fourth(name, context, cpu, secs, nsecs, pid, comm, chain, id, args, inner):
    global raw_syscalls__sys_enter, n
    assert (lambda: inner["comm"])() == comm
    n += 1000
    raw_syscalls__sys_enter = fifth
def fifth(*args):
    global raw_syscalls__sys_enter, n
    assert len(args) == 10
    n += 10000
    raw_syscalls__sys_enter = Callable()
class Callable:
    def __call__(self, *args):
        global raw_syscalls__sys_enter, n
        assert len(args) == 10
        n += 100000
        raw_syscalls__sys_enter = None
def trace_end():
    print(n)
EOF
check_eq "handlers exchanged at run time" 111111 "$(cat out)"

# An array is used again only when the script has let go of it.
script 0 <<'EOF'
import hashlib
kept, sums = [], []
def raw_syscalls__sys_enter(name, context, cpu, secs, nsecs, pid, comm, chain, id, args):
    if len(kept) < 50:
        kept.append(args)
        sums.append(hashlib.md5(args).digest())
    else:
        args.clear()
        chain.append(1)
def trace_end():
    print([hashlib.md5(a).digest() for a in kept] == sums, len({id(a) for a in kept}) == len(kept))
EOF
check_eq "arrays that are kept stay as they were" "True True" "$(cat out)"

# ---- Core and Util ----

script 0 <<'EOF'
import os, sys
sys.path.append(os.environ["PERF_EXEC_PATH"] + "/scripts/python/Perf-Trace-Util/lib/Perf/Trace")
from Core import *
import Util
d = autodict()
d["a"]["b"] = 1
try:
    d["x"] += 1
except TypeError:
    d["x"] = 1
define_flag_field("e", "f", "|")
for bit, name in (1, "A"), (2, "B"), (6, "BC"), (0, "none"):
    define_flag_value("e", "f", bit, name)
define_symbolic_field("e", "s")
define_symbolic_value("e", "s", 3, "three")
print(d["a"]["b"], flag_str("e", "f", 3), flag_str("e", "f", 0), flag_str("e", "f", 8) == "")
print(symbol_str("e", "s", 3), symbol_str("e", "s", 4) == "", symbol_str("e", "s", bytearray(1)) == "")
print(trace_flag_str(0), trace_flag_str(9), taskState(0), taskState(3))
h = EventHeaders(0, 1, 2500, 3, "c", [])
print(h.ts(), h.ts_format())
stats = {}
for v in 4, 2, 8:
    Util.add_stats(stats, "k", v)
print(stats, Util.nsecs(1, 5), Util.nsecs_nsecs(10**9 + 7), Util.avg(9, 2), Util.nsecs_str(1500000123))
print(Util.strerror(-2), Util.strerror(9999), Util.FUTEX_WAKE)
EOF
check_eq "Core and Util" "1 A | B none True
three True True
NONE IRQS_OFF | HARDIRQ R Unknown
1000002500 1.2
{'k': (2, 8, 5.5, 3)} 1000000005 7 4.5 ('    1.500000123',)
ENOENT Unknown 9999 errno 1" "$(cat out)"
if ! python3 -c 'import audit' 2>/dev/null; then
	check_eq "a hint about names, on stderr" 1 "$(grep -c python3-audit err)"
fi

# ---- ends ----

script 1 <<'EOF'
def trace_end():
    print("must not run")
def raw_syscalls__sys_enter(*args):
    print("before")
    raise ValueError("in a handler")
EOF
check_match "a traceback" '^  File "x.py", line 5, in raw_syscalls__sys_enter$' "$(cat err)"
check_match "its line" '^    raise ValueError\("in a handler"\)$' "$(cat err)"
check_match "and the error" "^ValueError: in a handler$" "$(cat err)"
check_eq "what was printed before, no trace_end" before "$(cat out)"

script 1 <<'EOF'
def raw_syscalls__sys_enter(a, b):
    pass
EOF
check_match "too few parameters" "^TypeError: raw_syscalls__sys_enter\(\) takes 2 positional arguments but 10 were given$" "$(cat err)"
script 1 <<<'def broken('
check_match "no Python" "^SyntaxError: " "$(cat err)"
script 1 <<<'import no_such_module_anywhere'
check_match "a module that is missing" "^ModuleNotFoundError: " "$(cat err)"
script 1 <<<'def trace_begin(): 1 / 0'
check_match "trace_begin fails" "^ZeroDivisionError: " "$(cat err)"
script 1 <<<'def trace_end(): 1 / 0'
check_match "trace_end fails" "^ZeroDivisionError: " "$(cat err)"
script 1 <<'EOF'
from perf_trace_context import *
def trace_begin():
    common_pc(perf_script_context)
EOF
check_match "no event to ask about" "^RuntimeError: no tracepoint is being handled$" "$(cat err)"

script 7 <<'EOF'
import sys
def trace_unhandled(a, b, c):
    print("bye")
    sys.exit(7)
def trace_end():
    print("must not run")
EOF
check_eq "sys.exit(7)" bye "$(cat out)"
script 0 <<<'import sys; sys.exit()'
script 1 <<<'import sys; sys.exit("a message")'
check_eq "sys.exit(text)" "a message" "$(cat err)"
script 3 <<<'import atexit, sys; atexit.register(print, "at exit"); sys.exit(3)'
check_eq "atexit" "at exit" "$(cat out)"
script 1 <<<'print("x"); raise SystemExit(1)'

# Ctrl-C while events are handled: trace_end() runs, and that is a good end.
script 0 <<'EOF'
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler) # who runs the tests may ignore it
n = 0
def trace_unhandled(event_name, context, fields):
    global n
    n += 1
    if n == 3:
        os.kill(os.getpid(), signal.SIGINT)
def trace_end():
    print(n)
EOF
check_eq "the event was the last one" 3 "$(cat out)"

# Nobody reads any more.
cat >x.py <<'EOF'
def trace_unhandled(event_name, context, fields):
    print("x" * 1000)
    print("y" * 100000)
EOF
set +o pipefail
ana_noleak -s x.py 2>err | head -n 1 >out
status=${PIPESTATUS[0]}
set -o pipefail
check_eq "quiet into head" "" "$(cat err)"
check_eq "as if by SIGPIPE" 141 "$status"
cat >x.py <<'EOF'
print("x" * 100000)
EOF
if ana_noleak -s x.py >/dev/full 2>err; then
	fail "a full disk is no success"
fi
check_match "a full disk is said" "No space left" "$(cat err)"

check_status "no such script" 1 "$ANA" -s nothing.py
check_eq "..." "ana: cannot read the script nothing.py: No such file or directory" "$(cat err)"
check_status "a folder" 1 "$ANA" -s lib
check_match "..." "^ana: cannot read the script lib: Is a directory" "$(cat err)"
printf 'x = 1\0\n' >nul.py
check_status "a binary" 1 "$ANA" -s nul.py
check_match "..." "^ana: nul.py is no Python script" "$(cat err)"
check_status "no recording" 1 "$ANA" -s x.py -i nothing.data

# A damaged recording: what came before is handled, trace_end() runs, the status says so.
read -r off size < <(od -An -td8 -j40 -N16 perf.data) # the data
cat >x.py <<'EOF'
n = 0
def trace_unhandled(event_name, context, fields):
    global n
    n += 1
def trace_end():
    print("end", n > 0)
EOF
head -c $((off + size / 2)) perf.data >cut.data
if ana_noleak -i cut.data -s x.py >out 2>err; then
	fail "a cut file is no success"
fi
check_eq "one line about a cut file" 1 "$(grep -c '^ana: .*the file was cut' err)"

# Without the plug-in: where it should be. (A build without Python names the package.)
cp "$ANA" ana
check_status "no engine" 1 ./ana -s x.py
check_match "says where it was looked for" \
	"^ana: cannot find the Python engine .*/lib/recana/python.so; run ana where it was built" "$(cat err)"
mkdir -p lib/recana
echo nothing >lib/recana/python.so
check_status "an engine that is none" 1 ./ana -s x.py
check_match "says so" "^ana: cannot load the Python engine: " "$(cat err)"
