#!/bin/bash
# Some damaged copies of each recording in tests/data, and some prefixes; make soak has all of them.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_cmd python3
need_cmd nm
[ -x "$BUILD/forks" ] || skip "not built with a sanitizer"

damage()
{
	python3 "$ROOT/tests/mutate.py" "$@" >log || fail "$(cat log)"
	cat log
}

# Whichever compiler built it; mutate.py does without the search at the end of each process.
check_match "forks searches for leaks" __lsan_do_leak_check "$(nm "$BUILD/tests/forks.o")"

# All of a file comes through the pipe, or the command does not run.
{ cat "$ROOT/tests/data/perf-pipe.data"; printf 'D\0\0\0\0\0\b\0%.0s' {1..300000}; } >large.data
printf 'stats\t--format\tjson\t-\t<\tlarge.data\n' | "$BUILD/forks" >ended
case $(cut -d ' ' -f 1 ended) in
0) check_match "a large file" "\"bytes\":$(stat -c %s large.data)," "$(cat out)" ;;
3) check_eq "a large file" "large.data: Operation not permitted" "$(cat err)" ;;
*) fail "a large file: $(cat ended err)" ;;
esac

damage 15 "$BUILD/forks" "$ROOT"/tests/data/*.data
damage --prefixes 601 0 "$BUILD/forks" "$ROOT"/tests/data/perf-{one,z,pipe}.data

# It notices what it is there to notice.
cp "$ROOT/tests/data/perf-one.data" good.data
cat >broken <<'X'
#!/bin/bash
while read -r line; do
	printf 'cannot say\n' >err
	: >out
	echo "$status 0 $kb"
done
X
chmod +x broken
for case in "1 0 without a message" "99 0 status 99" "-11 0 status -11" "0 999999 took 999999 KB"; do
	read -r status kb what <<<"$case"
	export status kb
	python3 "$ROOT/tests/mutate.py" 1 broken good.data >log && fail "$what: is taken for good"
	check_match "$what" "$what" "$(cat log)"
done
