#!/bin/bash
# The README's walk: record until Ctrl-C, count, generate a script, run it, turn it into a counter
# as the perf-script-python tutorial does, run that; the same under perf.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs

rec_start perf.data -a -e raw_syscalls:sys_enter
"$BUILD/tests/load/calls" 500 >/dev/null
sleep 0.1
kill -INT $rec
wait $rec
check_match "woken up" '^\[ rec: woken up [0-9]+ times to write data \]$' "$(cat summary)"
check_match "captured" '^\[ rec: captured and wrote [0-9]+\.[0-9]{3} MB perf\.data \([0-9]+ samples, 0 lost\) \]$' \
	"$(cat summary)"

check_status "count" 0 "$ANA" syscall-counts perf.data
check_eq "title" "syscall events:" "$(head -n 1 out)"
# Others may call these, too: every shell that starts asks for its parent.
count_of() { awk -v name="sys_$1" '$1 == name { print $2 }' out; }
[ "$(count_of getpriority)" -ge 512 ] || fail "counts: $(cat out)"
getppids=$(count_of getppid)
[ "$getppids" -ge 500 ] || fail "counts: $(cat out)"
# Of the load they are exact.
check_eq "counts of the load" "sys_getpriority 512 sys_getppid 500" "$("$ANA" syscall-counts --comm calls perf.data |
	awk '$1 == "sys_getpriority" || $1 == "sys_getppid" { print $1, $2 }' | xargs)"

[ -e "$BUILD/lib/recana/python.so" ] || skip "built without Python"
check_status "generate" 0 "$ANA" -g python
check_eq "it says what it wrote" "generated Python script: perf-script.py" "$(cat err)"
check_match "a handler for the event" "^def raw_syscalls__sys_enter\(" "$(cat perf-script.py)"

mv perf-script.py mine.py
ana_noleak -s mine.py >lines
check_eq "the first line" "in trace_begin" "$(head -n 1 lines)"
check_eq "the last line" "in trace_end" "$(tail -n 1 lines)"
samples=$(sed -n 's/.*(\([0-9]*\) samples.*/\1/p' summary)
check_eq "one line an event" $((samples + 2)) "$(wc -l <lines)"
check_match "what a line looks like" "^raw_syscalls__sys_enter +[0-9]+ +[0-9]+\.[0-9]{9} +[0-9]+ calls +id=110, args=bytearray" \
	"$(grep -m 1 ' calls .*id=110, ' lines)"
ana_noleak -s mine.py 2>head.err | head -n 3 >head.out || true
check_eq "| head shows the beginning" "$(head -n 3 lines)" "$(cat head.out)"
check_eq "... and nothing is said" "" "$(cat head.err)"

# The tutorial's edit: count by id, print the totals at the end.
python3 - mine.py <<'X'
import re, sys
text = open(sys.argv[1]).read()
text = text.replace("from Core import *\n", "from Core import *\nfrom Util import *\n\nsyscalls = autodict()\n")
text = re.sub(r'(def trace_begin\(\):\n).*?\n\n', r'\1    pass\n\n', text, count=1, flags=re.S)
text = re.sub(r'(def trace_end\(\):\n).*?\n\n', r'\1    print_syscall_totals()\n\n', text, count=1, flags=re.S)
text = re.sub(r'(def raw_syscalls__sys_enter\(.*?\):\n).*?\n\n\n', r'''\1    try:
        syscalls[id] += 1
    except TypeError:
        syscalls[id] = 1


''', text, count=1, flags=re.S)
text += '''

def print_syscall_totals():
    print("%-40s %10s" % ("event", "count"))
    for id, val in sorted(syscalls.items(), key=lambda kv: (kv[1], kv[0]), reverse=True):
        print("%-40s %10d" % (syscall_name(id), val))
'''
open(sys.argv[1], "w").write(text)
X
check_status "the edited script" 0 ana_noleak -s mine.py
cp out mine.out
check_match "counts" "^(110|getppid) +$getppids$" "$(cat mine.out)"
check_status "-g does not overwrite an edited script" 1 "$ANA" -g python -o mine.py
check_match "... and says so" "mine.py" "$(cat err)"

need_perf
need_cmd perf
# perf's own Util prints a hint about a missing module first; the rest is the same.
"$PERF" script -s mine.py 2>/dev/null | sed -n '/^event  /,$p' >perf.out
check_eq "the same under perf" "$(cat perf.out)" "$(cat mine.out)"
