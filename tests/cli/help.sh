#!/bin/bash
# ana help: every report tells what it says, what it needs, the options that it takes and no others, and
# examples that run. ana -l lists the reports, and the scripts that are there.
. "$(dirname "$0")/../lib.sh"
once plain
PATH=$BUILD:$PATH
reports=$("$ANA" -l | sed '/^$/,$d' | awk '{ print $1 }')
[ "$(wc -w <<<"$reports")" -ge 7 ] || fail "ana -l lists only: $reports"

check_eq "ana help" "$(ana --help)" "$(ana help)"
for report in $reports repair; do
	check_status "ana help $report" 0 ana help "$report"
	cp out "help.$report"
	check_eq "$report: lines wider than 80" "" "$(awk 'length > 80' out)"
	check_eq "ana $report --help" "$(cat out)" "$(ana "$report" --help)"
	check_eq "ana $report -h" "$(cat out)" "$(ana "$report" no.data -h)"
	check_eq "$report: its title" "ana $report - $(ana --complete '' | sed -n "s/^$report	//p") " \
		"$(sed '/^$/,$d' out | tr '\n' ' ')"
	check_match "$report: what it needs" '^It needs |^Any recording will do' "$(cat out)"
	sed -n '/^Options:/,/^Examples:/s/^  [ -].*--\([a-z-]*\).*/--\1/p' out | sort >shown
	check_eq "$report: its options" "$(ana --complete "$report" -- | sed -n 's/^\(--[a-z-]*\)	.*/\1/p' | sort)" "$(cat shown)"
	[ "$(sed -n '/^Examples:/,$s/^  //p' out | wc -l)" -ge 2 ] || fail "$report: less than two examples"
done
check_eq "an option of another report is not there" "" "$(grep -e --wall help.summary || true)"
check_match "... and is where it belongs" "--wall" "$(cat help.print)"
check_match "a letter of two options" "-I, --show-info" "$(cat help.header)"
check_status "a near name" 2 ana help sumary
check_eq "... is told" "ana: unknown report sumary; did you mean summary?" "$(cat err)"
check_status "help, misspelt" 2 ana hepl summary
check_eq "... is told" "ana: unknown report hepl; did you mean help?" "$(cat err)"
check_status "no name that is near" 2 ana help zzzz
check_eq "... is told, too" "ana: unknown report zzzz; ana -l lists them" "$(cat err)"
check_status "two names" 2 ana help summary stats
check_eq "... are one too many" "ana: help is on one report at a time: what is stats?" "$(cat err)"
check_status "a full disk" 1 sh -c 'ana help summary >/dev/full'

# ---- scripts ----
mkdir -p data/recana/scripts/bin tree/scripts/python/bin tree/scripts/python/Perf-Trace-Util/lib
own=data/recana/scripts
printf '#!/usr/bin/python3\n# description: what mine does\n' >$own/mine.py
printf 'pass\n' >$own/bare.py
printf 'pass\n' >"$own/red$(printf '\033')[31m.py"
printf '#!/bin/bash\n#description: of the report\n# args: [comm]\n' >$own/bin/told-report
printf '# description: of the script\n' >$own/told.py
theirs=tree/scripts/python
touch $theirs/listed.py $theirs/recorded.py $theirs/libpart.py
printf '#!/bin/bash\n# description: listed by its report\n# args: [a] [b]\n' >$theirs/bin/listed-report
printf '#!/bin/bash\n# args: [-h] [-u] [-p|-pv]\n# description: so much is to be said of this one that no line of a terminal has room for it\n' >$theirs/bin/talkative-report
touch $theirs/talkative.py
printf '#!/bin/bash\n# description: listed by its record\n' >$theirs/bin/recorded-record
touch $theirs/bin/gone-report
XDG_DATA_HOME=$T/data PERF_EXEC_PATH=$T/tree ana -l >list
check_eq "the reports are what they were" "$(ana -l | sed '/^$/,$d')" "$(sed '/^$/,$d' list)"
check_eq "no line is wider than 80" "" "$(awk 'length > 80 && !/^Python/' list)"
check_eq "the scripts" "
Python scripts, run by ana -s $T/$own/NAME.py:
  bare
  mine                  what mine does
  red\\x1b[31m
  told [comm]           of the report

Python scripts, run by ana -s $T/$theirs/NAME.py:
  listed [a] [b]        listed by its report
  recorded              listed by its record
  talkative [-h] [-u] [-p|-pv] so much is to be said of this one that no line of
                        a terminal has room for it" "$(sed -n '/^$/,$p' list)"
mkdir -p home/.local/share/recana
mv $own home/.local/share/recana
check_match "without XDG_DATA_HOME" "^  mine  *what mine does" "$(HOME=$T/home XDG_DATA_HOME='' ana -l)"
check_eq "nothing is there" "$reports" "$(HOME=$T/data XDG_DATA_HOME='' PERF_EXEC_PATH=/nowhere ana -l | awk '{ print $1 }')"
if [ -n "$PERF" ] && [ -d "$("$PERF" --exec-path)/scripts/python/bin" ]; then
	# Those of perf that are for Python, with perf's words.
	"$PERF" script -l 2>/dev/null | sed -n 's/^  \([^ ]*\).* \([^ ]* [^ ]*\)$/\1 \2/p' | sort >perfs
	HOME=/nowhere ana -l | sed -e ':more' -e 'N; s/\n \{20,\}/ /; t more' -e 'P; D' | sed -n '/^Python/,$s/^  \([^ ]*\).* \([^ ]* [^ ]*\)$/\1 \2/p' | sort >ours
	[ "$(wc -l <ours)" -ge 3 ] || fail "scripts of perf: $(cat ours)"
	check_eq "perf script -l has them, too" "" "$(comm -23 ours perfs)"
fi

# ---- the examples ----
need_root_tracefs
need_cmd jq
rec -q -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -- sh -c 'ls >/dev/null; ls /no/such/file; true' >/dev/null 2>&1
for report in $reports repair; do
	sed -n '/^Examples:/,/^$/s/^  //p' "help.$report" >examples
	while read -r line; do
		check_status "ana help $report: $line" 0 sh -c "$line"
		[ -s out ] || [ "$report" = repair ] || fail "ana help $report: $line: says nothing"
	done <examples
done
