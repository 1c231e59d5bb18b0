#!/bin/bash
# Reports of calls say the same whether one thread reads a recording or several, and however its records are cut into
# blocks: of a file, a compressed one, a stream, one with losses.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
[ "$(nproc)" -gt 1 ] || skip "there is one CPU"

both=(-a -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
# A task whose reads fail in four ways: what has no order of its own must not get one by chance.
cat >failing.py <<'X'
import os
for file in 99, os.open("/", os.O_RDONLY), os.open("/dev/null", os.O_RDONLY), os.open("/proc/self/mem", os.O_RDONLY):
    try:
        os.read(file, 1)
    except OSError:
        pass
X
cat >load.sh <<X
python3 failing.py
"$BUILD/tests/load/spin" 2 20000 >/dev/null
for i in 1 2 3; do "$BUILD/tests/load/calls" 500 >/dev/null; ls -l / | sort >/dev/null; done
X
"$REC" -q "${both[@]}" -o whole.data -- bash load.sh
"$REC" -q -z "${both[@]}" -o z.data -- bash load.sh
"$REC" -q "${both[@]}" -o - -- bash load.sh >stream.data
"$REC" -q -m 16K "${both[@]}" -o lossy.data -- bash load.sh 2>/dev/null
[ "$("$ANA" stats --format json lossy.data | grep -o '"lost":[1-9]' | wc -l)" -gt 0 ] || fail "nothing was lost"
[ "$(stat -c %s whole.data)" -gt 6000000 ] || fail "too small to be read by several: $(stat -c %s whole.data)"

# What is said of FILE, by one CPU, by all, and in small pieces.
one() { taskset -c 0 "$ANA" "${@:2}" --format json "$1"; }
all() { "$ANA" "${@:2}" --format json "$1"; }
piped() { dd if="$1" bs=50001 status=none | "$ANA" "${@:2}" --format json - | sed "s/standard input/$1/"; }
for words in summary "summary --by comm,syscall --syscalls !getppid" latency errors "timeline -I 50ms" sctop futex-contention rw-by-pid \
	rw-by-file failed-syscalls-by-pid syscall-counts-by-pid "summary --cpu 0 --by errno" "latency --comm calls"; do
	for file in whole.data z.data stream.data lossy.data; do
		# shellcheck disable=SC2086
		one $file $words >one.out
		# shellcheck disable=SC2086
		all $file $words | cmp one.out - || fail "$words $file: several CPUs say something else"
	done
	# shellcheck disable=SC2086
	piped lossy.data $words | cmp <(all lossy.data $words) - || fail "$words: of other blocks"
done
