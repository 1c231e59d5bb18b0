#!/bin/bash
# Every command of the README's walk runs, in its order; the first one until Ctrl-C.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_perf
[ -e "$BUILD/lib/recana/python.so" ] || skip "built without Python"
export ASAN_OPTIONS=$ASAN_NOLEAK

sed -n '/^## A walk/,/^## Why/s/^\$ \(sudo \)\{0,1\}//p' "$ROOT/README.md" | sed "s|build/|$BUILD/|" >walk
[ "$(wc -l <walk)" -ge 5 ] || fail "the walk has lost its commands"
while read -r -u 3 line; do
	case $line in
	*/rec*) check_status "$line" 0 timeout -s INT --preserve-status 1.5 sh -c "exec $line" ;;
	*) check_status "$line" 0 sh -c "$line" ;;
	esac
	cat out >>all.out
done 3<walk
check_match "counts" "^event +count$" "$(cat all.out)"
check_eq "ana -s and perf script -s print the same" \
	"$(grep -A1 '^in trace_begin' all.out | sed -n 1,2p)" \
	"$(grep -A1 '^in trace_begin' all.out | grep -v '^--' | sed -n 3,4p)"
