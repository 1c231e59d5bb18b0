#!/bin/bash
# run.sh - runs every fuzz target: tests/fuzz/run.sh BIN_DIR [SECONDS]
#
# Each fuzz_* in BIN_DIR gets SECONDS. It starts from the inputs that were kept (tests/fuzz/corpus), the
# seeds that it writes itself, tests/data, and what earlier runs found new (BIN_DIR/corpus). An input that
# makes it fail is kept in BIN_DIR/findings. Status 1 when there was one. What is worth keeping of a
# long run, keep.sh puts into tests/fuzz/corpus.
set -eu -o pipefail

bin=$(cd "${1:?usage: run.sh BIN_DIR [SECONDS]}" && pwd)
seconds=${2:-60}
tests=$(cd "$(dirname "$0")/.." && pwd)
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1
status=0 nr=0

# run_target NAME - status 1 when it found something.
run_target()
{
	local corpus=$bin/corpus/$1 seeds=$bin/seeds/$1 kept=$tests/fuzz/corpus/${1#fuzz_}.tar.gz

	mkdir -p "$corpus" "$seeds" "$bin/findings"
	SEEDS=$seeds "$bin/$1"
	[ ! -e "$kept" ] || tar -xzf "$kept" -C "$seeds"
	echo "$1: $seconds s"
	"$bin/$1" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$bin/findings/$1-" \
		"$corpus" "$seeds" "$tests/data" >"$bin/$1.log" 2>&1
}

for target in "$bin"/fuzz_*; do
	case $target in
	*.log | *'*') continue ;;
	esac
	name=$(basename "$target")
	nr=$((nr + 1))
	if run_target "$name"; then
		grep -E 'number_of_executed_units|new_units_added|peak_rss' "$bin/$name.log"
	else
		status=1
		tail -n 60 "$bin/$name.log"
		echo "$name: failed; the input is in $bin/findings, the log is $bin/$name.log"
	fi
done
[ "$nr" -gt 0 ] || {
	echo "$bin: no fuzz target there; make fuzz builds them" >&2
	exit 1
}
exit "$status"
