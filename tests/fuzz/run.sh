#!/bin/bash
# run.sh - runs every fuzz target: tests/fuzz/run.sh BIN_DIR [SECONDS]
#
# Each fuzz_* in BIN_DIR gets SECONDS, one on each CPU at a time. It starts from the inputs that were kept
# (tests/fuzz/corpus), the seeds that it writes itself, tests/data, and what earlier runs found new
# (BIN_DIR/corpus). An input that makes it fail is kept in BIN_DIR/findings. Status 1 when there was one.
# What is worth keeping of a long run, keep.sh puts into tests/fuzz/corpus.
set -eu -o pipefail

bin=$(cd "${1:?usage: run.sh BIN_DIR [SECONDS]}" && pwd)
seconds=${2:-60}
tests=$(cd "$(dirname "$0")/.." && pwd)
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1

# run_target NAME - status 1 when it found something.
run_target()
{
	local corpus=$bin/corpus/$1 seeds=$bin/seeds/$1 kept=$tests/fuzz/corpus/${1#fuzz_}.tar.gz

	mkdir -p "$corpus" "$seeds" "$bin/findings"
	SEEDS=$seeds "$bin/$1" >"$bin/$1.log" 2>&1 || return 1 # here set -e does not
	[ ! -e "$kept" ] || tar -xzf "$kept" -C "$seeds"
	echo "$1: $seconds s"
	"$bin/$1" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$bin/findings/$1-" \
		"$corpus" "$seeds" "$tests/data" >"$bin/$1.log" 2>&1
}

# report NAME - runs it and says what came of it.
report()
{
	if run_target "$1"; then
		echo "$1: $(sed -n 's/^stat::\(number_of_executed_units\|new_units_added\|peak_rss_mb\): */\1 /p' "$bin/$1.log" | paste -sd' ')"
	else
		tail -n 60 "$bin/$1.log"
		echo "$1: failed; the input is in $bin/findings, the log is $bin/$1.log"
		return 1
	fi
}

names=()
for target in "$bin"/fuzz_*; do
	[[ $target == *.log || ! -x $target ]] || names+=("${target##*/}")
done
[ ${#names[@]} -gt 0 ] || {
	echo "$bin: no fuzz target there; make fuzz builds them" >&2
	exit 1
}
# One on each CPU: none of them uses more.
export -f run_target report
export bin seconds tests
# shellcheck disable=SC2016
printf '%s\0' "${names[@]}" | xargs -0 -P "$(nproc)" -I{} bash -eu -o pipefail -c 'report "$1"' - {} ||
	exit 1
