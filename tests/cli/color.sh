#!/bin/bash
# Colour is for terminals: not for pipes, not when NO_COLOR is set, never in CSV or JSON; and with it
# everything stands where it stands without.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd script
need_cmd jq
export TERM=xterm
unset NO_COLOR

"$REC" -q -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o a.data -- sh -c 'ls; ls /no/such/file; true' >/dev/null 2>&1
"$REC" -q -a -m 1 -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o lost.data -- "$BUILD/tests/load/spin" 2 10000 2>/dev/null
head -c $(($(stat -c %s a.data) / 2)) a.data >cut.data

# on_terminal ARGS... - what ana writes to a terminal, into $T/tty.
on_terminal()
{
	SHELL=/bin/sh script -qec "stty cols ${columns:-200}; exec $ANA $*" /dev/null </dev/null 2>&1 | tr -d '\r' >tty || true
}
colored() { grep -c "$(printf '\033')" "$1" || true; }
bare() { sed 's/\x1b\[[0-9]*m//g' "$1"; }
# with CODE TEXT - a text in that colour, as a pattern.
with() { printf '\033\\[%sm%s\033\\[0m' "$1" "$2"; }

reports=$("$ANA" --complete '' | tail -n +2 | cut -f 1 | grep -vx 'help\|repair\|top') # top has a screen of its own
for report in $reports; do
	for file in a.data lost.data; do
		"$ANA" "$report" $file >plain 2>/dev/null
		check_eq "$report into a pipe" 0 "$(colored plain)"
		NO_COLOR=1 on_terminal "$report" $file "2>/dev/null"
		check_eq "$report with NO_COLOR" 0 "$(colored tty)"
		mv tty terminal # some draw there
		on_terminal "$report" $file "2>/dev/null"
		check_eq "$report $file: the same in colour" "$(cat terminal)" "$(bare tty)"
		"$ANA" "$report" --color always $file >forced 2>/dev/null
		check_eq "$report --color always: the same" "$(cat plain)" "$(bare forced)"
	done
	for format in csv json; do
		"$ANA" --complete "$report" -- | grep -q '^--format' || continue
		"$ANA" "$report" --color always --format $format lost.data >forced 2>/dev/null || true
		check_eq "$report --format $format" 0 "$(colored forced)"
	done
done

# ---- what has one ----
on_terminal summary --by syscall a.data
check_match "a title" "^$(with 1 'syscall .*wall')$" "$(cat tty)"
check_match "errors" "$(with 31 ' *[1-9][0-9]*') " "$(cat tty)"
check_eq "... but not where there are none" "" "$(grep "$(with 31 ' *0')" tty || true)"
on_terminal syscall-counts lost.data
check_match "a loss" "^$(with 33 'counts are at least these: .* events were lost')$" "$(cat tty)"
on_terminal stats cut.data
check_match "damage" "^$(with 31 'ana: cut.data: offset .*')$" "$(cat tty)"
check_match "a partial result" "^$(with 33 'This is not all: .*')$" "$(cat tty)"
on_terminal print lost.data "| tail -n 1"
check_match "a warning" "$(with 33 'ana: lost.data: .* events were lost when it was recorded')" "$(cat tty)"
on_terminal stats a.data lost.data
check_match "a heading" "^$(with 1 '==> lost.data <==')$" "$(cat tty)"
check_status "an error into a pipe" 1 "$ANA" stats /no/such/file
check_eq "... has none" 0 "$(colored err)"

# ---- who decides ----
on_terminal stats --color never a.data
check_eq "--color never" 0 "$(colored tty)"
on_terminal --color=never stats a.data
check_eq "... before the report" 0 "$(colored tty)"
NO_COLOR=1 on_terminal stats --color always a.data
check_eq "--color always goes before NO_COLOR" 2 "$(colored tty)"
NO_COLOR=1 on_terminal stats --color auto a.data
check_eq "... and auto behind" 0 "$(colored tty)"
NO_COLOR='' on_terminal stats a.data
check_eq "an empty NO_COLOR is none" 2 "$(colored tty)"
TERM=dumb on_terminal stats a.data
check_eq "a dumb terminal" 0 "$(colored tty)"
on_terminal stats a.data "| cat"
check_eq "a pipe on a terminal" 0 "$(colored tty)"
on_terminal stats --format json a.data
check_eq "JSON on a terminal" "$("$ANA" stats --format json a.data)" "$(cat tty)"
check_status "another word" 2 "$ANA" stats --color sometimes a.data
check_eq "... is refused" "ana: option --color: sometimes is not one of auto, always, never" "$(cat err)"
