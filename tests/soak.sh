#!/bin/bash
# soak.sh - the long tests: rec killed by the dozen, damaged files by the thousand, large files, and
# the test of conservation with longer loads. Ends with "N passed, N failed, N skipped".
# SOAK_KILLS=50 SOAK_MUTANTS=10000 SOAK_EVENTS=30000000 SOAK_ROUNDS=3
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build}
kills=${SOAK_KILLS:-50} mutants=${SOAK_MUTANTS:-10000} events=${SOAK_EVENTS:-30000000} rounds=${SOAK_ROUNDS:-3}
passed=0 failed=0 skipped=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

ok() { passed=$((passed + 1)); echo "ok    $*"; }
bad() { failed=$((failed + 1)); echo "FAIL  $*"; }

# The killed recording k.data becomes a whole one with the same counts, if there is a record in it.
soak_repair()
{
	[ "$(wc -l <counted)" -gt 1 ] || return 0
	"$build/ana" repair k.data >/dev/null 2>err &&
		"$build/ana" syscall-counts --format csv k.data.repaired 2>err | cmp counted - >>err 2>&1
}

# kill -9 at a random moment under load: the file is opened, and what it holds is whole records.
soak_kills()
{
	local i bad_files=0 ways=("" "--threads 2" "-z" "-z --threads 2")

	for i in $(seq "$kills"); do
		# shellcheck disable=SC2086
		"$build/rec" -q -a ${ways[i % 4]} -o k.data -- "$build/tests/load/spin" 2 100000000 >/dev/null 2>&1 &
		sleep "0.$((RANDOM % 9))$((RANDOM % 9))"
		kill -9 $!
		wait $! 2>/dev/null
		pkill -9 -f "$build/tests/load/spin"
		[ -s k.data ] || continue # killed before it wrote anything
		if ! "$build/ana" syscall-counts --format csv k.data >counted 2>err || ! soak_repair; then
			cat err
			bad_files=$((bad_files + 1))
		fi
		rm -f k.data*
	done
	[ $bad_files = 0 ] && ok "$kills recordings killed" || bad "$bad_files of $kills killed recordings"
}

# Mutants of a recording of each form, under ASan and UBSan, and every prefix of three of them.
soak_mutants()
{
	local forks=$root/build/san/forks seed

	bash "$root/tests/forms.sh" forms || return 1
	for seed in forms/*.data; do
		python3 "$root/tests/mutate.py" "$mutants" "$forks" "$seed" && ok "$mutants mutants of ${seed##*/}" ||
			bad "mutants of ${seed##*/}"
	done
	for seed in rec rec-z rec-stream; do
		python3 "$root/tests/mutate.py" --prefixes 1 0 "$forks" forms/$seed.data && ok "prefixes of $seed.data" ||
			bad "prefixes of $seed.data"
	done
}

# A large recording: nothing lost, memory that does not grow, Ctrl-C to exit within a second.
soak_large()
{
	local start end kb

	"$build/rec" -a -o large.data 2>summary &
	sleep 0.5
	"$build/tests/load/spin" 2 $((events / 2)) >/dev/null
	start=$(date +%s%N)
	kill -INT $!
	wait $!
	end=$(date +%s%N)
	cat summary
	grep -q ' 0 lost' summary && ok "nothing lost of $events calls" || bad "loss: $(cat summary)"
	echo "      $(stat -c %s large.data) bytes, Ctrl-C to exit $(((end - start) / 1000000)) ms"
	[ $(((end - start) / 1000000)) -lt 1000 ] && ok "Ctrl-C to exit" || bad "Ctrl-C to exit"
	kb=$( { /usr/bin/env python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$build/ana" syscall-counts large.data; } )
	echo "      ana syscall-counts: $kb kB at most"
	[ "$kb" -lt 20000 ] && ok "memory of ana" || bad "memory of ana: $kb kB"
}

# Every way to record, each with half a million calls.
soak_conservation()
{
	local i status

	for i in $(seq "$rounds"); do
		status=0
		BUILD=$build CONSERVATION_CALLS=500000 bash "$root/tests/cli/conservation.sh" >log 2>&1 || status=$?
		case $status in
		0) ok "conservation, round $i" ;;
		77)
			skipped=$((skipped + 1))
			echo "skip  conservation, round $i: $(sed -n 's/^SKIP: //p' log)"
			;;
		*)
			cat log
			bad "conservation, round $i"
			;;
		esac
	done
}

if [ "$(id -u)" = 0 ]; then
	soak_conservation
	soak_kills
	soak_mutants || bad "no recordings to damage"
	soak_large
else
	skipped=$((skipped + 4))
	echo "skip  all: not root"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
