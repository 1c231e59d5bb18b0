#!/bin/bash
# Every example of the man pages and of --help runs, and --help fits 80 columns; the option lists
# of the pages are the programs' own.
. "$(dirname "$0")/../lib.sh"
once plain
[ ! -e "$BUILD/.san" ] || skip "the examples are the same in every build"

for program in rec ana; do
	"$BUILD/$program" --help >help
	check_eq "$program --help: lines wider than 80" "" "$(awk 'length > 80' help)"
	check_match "$program --version" "^$program \(recana\) [0-9]" "$("$BUILD/$program" --version)"
	"$BUILD/$program" --dump-options | sed -n 's/^\.It.*\\-\([a-z-]*\).*/\1/p' >dumped
	while read -r option; do
		check_match "$program --help has --$option" "--$option" "$(cat help)"
	done <dumped
	[ -s dumped ] || fail "$program has no options to dump"
done

need_root_tracefs
keep_busy
# How long an example sleeps is not what is shown.
mkdir short
printf '#!/bin/sh\nexec %s 0.2\n' "$(command -v sleep)" >short/sleep
chmod +x short/sleep
PATH=$T/short:$BUILD:$PATH
examples() { sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/man/$1.1.in"; }
helped() { "$1" --help | sed -n '/^Examples:/,$s/^  \(sudo \)\{0,1\}\('"$1"' .*\)/\2/p' | sed 's/   .*//'; }

examples rec >list
[ "$(wc -l <list)" -ge 4 ] || fail "rec(1) has lost its examples"
while read -r line; do
	check_status "rec(1): $line" 0 sh -c "$line"
done <list
rec -q -a -- sh -c 'ls >/dev/null' # perf.data, for ana's
examples ana >list
[ "$(wc -l <list)" -ge 5 ] || fail "ana(1) has lost its examples"
while read -r line; do
	check_status "ana(1): $line" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" sh -c "$line"
done <list

helped rec >list
[ "$(wc -l <list)" -ge 3 ] || fail "rec --help has lost its examples"
echo 'all:; @true' >Makefile
while read -r line; do
	check_status "rec --help: $line" 0 timeout -s INT --preserve-status 1 sh -c "exec $line"
done <list
rec -q -a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -- sh -c 'ls >/dev/null'
cp perf.data web.data
cp perf.data db.data
helped ana >list
[ "$(wc -l <list)" -ge 3 ] || fail "ana --help has lost its examples"
while read -r line; do
	check_status "ana --help: $line" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" sh -c "$line"
done <list
