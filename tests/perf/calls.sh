#!/bin/bash
# ana summary on recordings made here: the same calls, errors and times as a slow reference in Python finds in
# what ana print writes, as perf trace -s shows of the same file, and as many as strace -c counts of a program.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd python3
need_cmd jq

compare() { PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/perf/calls.py" "$ANA" "$@"; }
# same FILE HOW - and at least LEAST groups
same()
{
	compare "$1" "$2" >out || fail "$1: $2: $(cat out)"
	[ "$(sed -n '$s/ .*//p' out)" -ge "$3" ] || fail "$1: $2: $(cat out)"
}

# Tasks that sleep, fail, and are moved from CPU to CPU; also children.
cat >load.sh <<X
for i in 1 2 3 4; do "$BUILD/tests/load/calls" 50 >/dev/null & done
for i in 1 2 3; do sleep 0.01; cat /nowhere 2>/dev/null; ls / | head -n 1 >/dev/null; done
wait
X
both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)

# whole FILE COMMAND... - records until nothing was lost: the reference knows nothing of losses.
whole()
{
	for _ in 1 2 3 4 5; do
		rm -rf "$1"
		"${@:2}" >/dev/null 2>&1
		[ "$("$ANA" stats --format json "$1" | jq .lost)" != 0 ] || return 0
	done
	fail "$1: events were lost five times"
}

whole all.data "$REC" -a "${both[@]}" -o all.data -- sh load.sh
same all.data reference 100
whole threads.data "$REC" -z --threads 2 -a "${both[@]}" -o threads.data -- sh load.sh
same threads.data reference 100
"$REC" -q "${both[@]}" -o - -- sh load.sh | cat >stream.data
same stream.data reference 50
check_eq "from a pipe" "$("$ANA" summary stream.data | md5sum)" "$("$ANA" summary - <stream.data | md5sum)"

# Rings of two pages lose most of what tasks do that do nothing else.
"$REC" -m 8K -a "${both[@]}" -o lossy.data -- sh -c "$BUILD/tests/load/spin 4 20000; sh load.sh" >/dev/null 2>&1
same lossy.data lossy 100

# By halves: every call is in one of them, and nothing else is.
for by in syscall tid comm; do
	check_eq "sums by $by" "$("$ANA" summary --by syscall --format json all.data | jq -c '.all')" \
		"$("$ANA" summary --by $by,errno --format json all.data | jq -c '.all')"
done
check_eq "as many as sys_enter events" "$("$ANA" stats --format json all.data | jq '.samples_by_event["raw_syscalls:sys_enter"]')" \
	"$("$ANA" summary --format json all.data | jq '.all.calls')"
check_eq "--syscalls" "$("$ANA" syscall-counts --format json --comm calls all.data | jq '.syscalls[] | select(.name == "dup").count')" \
	"$("$ANA" summary --syscalls dup --comm calls --by syscall --format json all.data | jq '.all.calls')"

# Several files: the threads of one host are the same ones; those of two hosts are not.
all() { "$ANA" summary --format json "$@" | jq -c '.all | [.calls, .errors, .timed, .open, .left_only]'; }
check_eq "twice the same file" "$(all all.data | jq -c 'map(2 * .)')" "$(all all.data all.data)"
check_eq "its groups" "$("$ANA" summary --format json all.data | jq '.groups | length')" \
	"$("$ANA" summary --format json all.data all.data | jq '.groups | length')"
python3 - all.data other.data "$(uname -n)" <<'X'
import sys
data, name = open(sys.argv[1], "rb").read(), sys.argv[3].encode()
at = data.rindex(name + b"\0")
open(sys.argv[2], "wb").write(data[:at] + b"q" * len(name) + data[at + len(name):])
X
check_eq "two hosts" "[\"host\",\"syscall\"] $({ uname -n; uname -n | tr -c '\n' q; } | LC_ALL=C sort | paste -sd' ')" \
	"$("$ANA" summary --by syscall --format json all.data other.data |
		jq -r '(.by | tostring) + " " + ([.groups[].host] | sort | join(" "))')"

if command -v strace >/dev/null; then
	strace -f -c -w -o counts "$BUILD/tests/load/calls" 20 >/dev/null
	"$REC" -q "${both[@]}" -o own.data -- "$BUILD/tests/load/calls" 20 >/dev/null
	same own.data strace 15 <counts
fi

need_perf
whole perf.data "$PERF" record -m 16M -a "${both[@]}" -o perf.data -- sh load.sh
same perf.data reference 100
if "$PERF" trace -s -i perf.data >theirs 2>&1 && grep -q 'events, ' theirs; then
	same perf.data perf 50 <theirs
fi
# No rounds, and a file for each CPU.
! perf_has_threads || {
	whole dir.data "$PERF" record -m 16M --threads -a "${both[@]}" -o dir.data -- sh load.sh
	same dir.data reference 100
}
