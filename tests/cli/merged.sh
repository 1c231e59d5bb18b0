#!/bin/bash
# Several files in one order: every line or call is that which its file has alone, and they come in the order
# of time, those of equal times in that of the files; of several hosts in that of the time of day, and
# they are told apart.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_perf
need_cmd unshare
unshare --uts true 2>/dev/null || skip "no other host name can be had here"
need_cmd jq

# Recordings at once of the same load, whose events take turns: two of this host, two that are of another;
# and one by a clock of its own.
calls=$BUILD/tests/load/calls
# shellcheck disable=SC2016
"$REC" -q -e raw_syscalls:sys_enter -o enter.data -- \
	"$REC" -q -k monotonic_raw -e raw_syscalls:sys_exit -o raw.data -- \
	"$REC" -q -z -e raw_syscalls:sys_exit -e sched:sched_switch -o exit.data -- \
	unshare --uts sh -c 'printf "host\033[31mile" >/proc/sys/kernel/hostname; exec "$@"' sh \
	"$REC" -q -e raw_syscalls:sys_exit -o hostile.data -- \
	unshare --uts sh -c 'echo far >/proc/sys/kernel/hostname; exec "$@"' sh \
	"$REC" -q -e raw_syscalls:sys_exit -o far.data -- "$calls" 100 >/dev/null
unshare --uts sh -c 'echo far >/proc/sys/kernel/hostname; exec "$@"' sh \
	"$REC" -q -e raw_syscalls:sys_enter -o far2.data -- "$calls" 2 >/dev/null

# keyed - lines as perf script prints them, behind their time.
keyed()
{
	sed 's/^\(.*\] *\)\([0-9]*\.[0-9]*\)\(: .*\)$/\2\t\1\2\3/'
}

# by_time FILE... - merges files of lines behind their time.
by_time()
{
	sort -m -s -n -k 1,1 "$@"
}

# check_same WHAT EXPECTED GOT - two files
check_same()
{
	[ -s "$2" ] || fail "$1: nothing is expected"
	cmp "$2" "$3" || fail "$1: $(diff "$2" "$3" | head -n 6)"
}

# check_turns FILE - the events of the files are among each other.
check_turns()
{
	[ "$(grep -o 'sys_enter\|sys_exit' "$1" | uniq | wc -l)" -gt 100 ] || fail "$1: the events do not take turns"
}

# ---- lines, of one host and one clock

for file in enter exit; do
	"$PERF" script --ns -i $file.data 2>/dev/null | keyed >$file.perf
done
by_time enter.perf exit.perf | cut -f 2- >expected
check_turns expected
check_status "two files" 0 "$ANA" print --ns enter.data exit.data
check_same "two files" expected out
check_eq "nothing is said" "" "$(cat err)"
check_status "named by -i" 0 "$ANA" print --ns -i enter.data -i exit.data
check_same "named by -i" expected out
check_status "one through a pipe" 0 sh -c 'cat exit.data | "$ANA" print --ns enter.data -'
check_same "one through a pipe" expected out
by_time exit.perf enter.perf exit.perf | cut -f 2- >expected
check_status "equal times" 0 "$ANA" print --ns exit.data enter.data exit.data
check_same "equal times" expected out

"$ANA" print --ns --comm calls -F comm,cpu,time,trace enter.data | keyed >enter.calls
"$ANA" print --ns --comm calls -F comm,cpu,time,trace exit.data | keyed >exit.calls
by_time enter.calls exit.calls | cut -f 2- >expected
check_status "filters" 0 "$ANA" print --ns --comm calls -F comm,cpu,time,trace enter.data exit.data
check_same "filters" expected out

if perf_has_threads; then
	"$REC" -q -k perf -e raw_syscalls:sys_enter -o sched.data -- "$PERF" record -q --threads \
		-e raw_syscalls:sys_exit -o dir.data -- "$calls" 20 >/dev/null 2>&1
	for file in sched dir; do
		"$PERF" script --ns -i $file.data 2>/dev/null | keyed >$file.perf
	done
	by_time sched.perf dir.perf | cut -f 2- >expected
	check_turns expected
	check_status "a directory" 0 "$ANA" print --ns sched.data dir.data
	check_same "a directory" expected out
fi

# ---- damage of one is not that of the others

head -c $(($(stat -c %s enter.data) / 2)) enter.data >cut.data
{ "$ANA" print --ns cut.data 2>/dev/null || true; } | keyed >cut.lines
by_time cut.lines exit.perf | cut -f 2- >expected
check_status "one that was cut" 1 "$ANA" print --ns cut.data exit.data
check_same "one that was cut" expected out
check_eq "a line for it" 1 "$(grep -c '^ana: cut.data: offset 0x[0-9a-f]*: the file was cut' err)"
check_status "two that were cut" 1 "$ANA" print --ns cut.data exit.data cut.data
check_eq "a line for each" 2 "$(grep -c '^ana: cut.data: offset' err)"
"$ANA" print --ns enter.data exit.data >expected
check_status "one that is not there" 1 "$ANA" print --ns enter.data nosuch.data exit.data
check_same "one that is not there" expected out
check_eq "one that is not there" "ana: nosuch.data: no such file; record one with rec first" "$(cat err)"

# ---- several hosts

me=$(uname -n)
lines() # lines FILE HOST - as they are to be, behind their time of day
{
	"$ANA" print --ns --wall -F comm,tid,cpu,time,event,trace "$1" |
		sed "s/^\\(.*\\] \\)\\([0-9-]* [0-9:.]*\\)\\(: .*\\)\$/\\2\\t$2 \\1\\2\\3/"
}
width=${#me}
[ "$width" -gt 3 ] || width=3
lines enter.data "$(printf "%-${width}s" "$me")" >enter.lines
lines far.data "$(printf "%-${width}s" far)" >far.lines
sort -m -s -t "$(printf '\t')" -k 1,1 far.lines enter.lines | cut -f 2- >expected
check_turns expected
check_status "two hosts" 0 "$ANA" print --ns --wall far.data enter.data
check_same "two hosts" expected out
check_eq "nothing is said" "" "$(cat err)"
check_status "without the host" 0 "$ANA" print --ns --wall -F -host far.data enter.data
cut -c $((width + 2))- expected >cut.lines
check_same "without the host" cut.lines out
check_status "only the host" 0 "$ANA" print -F host far.data enter.data
check_eq "only the host" "far $me" "$(sort -u out | sed 's/ *$//' | tr '\n' ' ' | sed 's/ $//')"
check_status "of one file" 0 "$ANA" print -F host,comm --comm calls far.data
check_eq "of one file" "far            calls " "$(sort -u out)"
check_status "another clock" 0 "$ANA" print --ns --wall raw.data enter.data
lines raw.data x >raw.lines
lines enter.data x >enter.lines
sort -m -s -t "$(printf '\t')" -k 1,1 raw.lines enter.lines | cut -f 2- | cut -c 3- >expected
check_turns expected
check_same "another clock" expected out

# What a host is called is no order to the terminal.
"$ANA" print -F host,comm --comm calls hostile.data far.data >out
grep -q "$(printf 'host\033\\[31mile')" out || fail "a file gets it as it is"
cat >terminal.py <<'X'
import os, pty, sys
pty.spawn(sys.argv[1:])
X
if command -v python3 >/dev/null; then
	python3 terminal.py "$ANA" print -F host,comm --comm calls hostile.data far.data >out </dev/null
	check_match "on a terminal" 'host\\x1b\[31mile' "$(head -n 2000 out)"
	! grep -q "$(printf '\033')" out || fail "a host name reaches the terminal"
fi

# Who does not say what the time of day was cannot be related to other hosts.
unshare --uts sh -c 'echo far >/proc/sys/kernel/hostname; exec "$@"' sh \
	"$PERF" record -q -e raw_syscalls:sys_exit -o perf.data -- true
check_status "no time of day" 0 "$ANA" print enter.data perf.data
check_match "no time of day" '^ana: perf.data: does not say what the time of day was, so files of several hosts' "$(cat err)"
check_eq "it is said once" 1 "$(wc -l <err)"

# A sum says that it is one of several hosts.
check_status "a sum of two hosts" 0 "$ANA" syscall-counts enter.data far2.data enter.data
check_eq "a sum of two hosts" "syscall events of $me, far:" "$(head -n 1 out)"
check_status "rows of each host" 0 "$ANA" syscall-counts --format csv far2.data enter.data
{
	"$ANA" syscall-counts --format csv far2.data | sed '1s/^/host,/; 2,$s/^/far,/'
	"$ANA" syscall-counts --format csv enter.data | sed "1d; s/^/$me,/"
} >expected
check_same "rows of each host" expected out

check_status "one report each" 0 "$ANA" stats far2.data enter.data
check_eq "one report each: which host" "==> far2.data (far) <== ==> enter.data ($me) <== " \
	"$(grep '^==>' out | tr '\n' ' ')"
check_status "one report each, of one host" 0 "$ANA" stats far.data far2.data
check_eq "one report each, of one host" "==> far.data <== ==> far2.data <== " "$(grep '^==>' out | tr '\n' ' ')"
check_status "one report each, one through a pipe" 0 \
	sh -c 'cat exit.data | "$ANA" events far2.data - enter.data'
check_eq "one report each, one through a pipe" "==> far2.data (far) <== ==> - ($me) <== ==> enter.data ($me) <== " \
	"$(grep '^==>' out | tr '\n' ' ')"

# ---- shares of the time are those of all files together

"$REC" -q -e raw_syscalls:sys_enter -o later.data -- "$calls" 20 >/dev/null
first=$("$ANA" stats --format json enter.data | jq .first_ns)
last=$("$ANA" stats --format json later.data | jq .last_ns)
half=$((first + (last - first) / 2))
seconds() # seconds NS
{
	printf '%d.%09d' $(($1 / 1000000000)) $(($1 % 1000000000))
}
check_status "a window" 0 "$ANA" print --ns --time "$(seconds $half),$(seconds "$last")" enter.data later.data
cp out expected
check_status "its share" 0 "$ANA" print --ns --time 50%-100% enter.data later.data
check_same "its share" expected out
check_eq "of both" "$(wc -l <expected)" "$("$ANA" syscall-counts --time 50%-100% --format json enter.data later.data |
	jq '[.syscalls[].count] | add')"
check_eq "all shares" "$(cat <("$ANA" print enter.data) <("$ANA" print later.data) | wc -l)" \
	"$(for share in 0%-50% 50%-100%; do "$ANA" print --time $share enter.data later.data; done | wc -l)"

check_status "of a pipe" 1 sh -c '"$REC" -q -o - -- true | "$ANA" print --time 50%-100% - later.data'
check_match "of a pipe" 'shares of the time cannot be told of a pipe' "$(cat err)"

# ---- scripts

[ -e "$BUILD/lib/recana/python.so" ] || exit 0
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
for file in enter exit far; do
	ana_noleak -i $file.data -s all.py >$file.py 2>err || fail "$file: $(cat err)"
done
check_status "a script of two files" 0 ana_noleak -i enter.data -i exit.data -s all.py one two
check_eq "its words" "args one two" "$(cat err)"
by_time enter.py exit.py >expected
check_turns expected
check_same "a script of two files" expected out
check_status "a script of two hosts" 0 ana_noleak -i enter.data -i far.data -s all.py
sed -i "s/-\$/$me/" enter.py
sed -i "s/-\$/far/" far.py
by_time enter.py far.py >expected
check_same "a script of two hosts" expected out
