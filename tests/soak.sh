#!/bin/bash
# soak.sh - the long tests: rec killed by the dozen, damaged files by the thousand, large files, and
# the test of conservation with longer loads. Ends with "N passed, N failed, N skipped".
# SOAK_KILLS=50 SOAK_MUTANTS=10000 SOAK_EVENTS=30000000 SOAK_ROUNDS=3
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build}
kills=${SOAK_KILLS:-50} mutants=${SOAK_MUTANTS:-10000} events=${SOAK_EVENTS:-30000000} rounds=${SOAK_ROUNDS:-3}
findings=$build/findings # mutants that something is wrong with
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

# damage ARGS... - what mutate.py finds: a line each, and "ok" or "FAIL" and a line about all of it. The
# mutants are kept, for the next recording is another one.
damage()
{
	local verdict=ok

	cd "$(mktemp -d -p "$tmp")" || return
	python3 "$root/tests/mutate.py" "$@" >log 2>&1 || verdict=FAIL
	sed "\$s/^/$verdict /" log
	[ $verdict = ok ] || cp -r ./*-[0-9]*.data "$findings"
}

# Mutants of a recording of each form, under ASan and UBSan, and every prefix of three of them.
soak_mutants()
{
	local forks=$root/build/san/forks seed verdict what

	bash "$root/tests/forms.sh" forms || return 1
	export -f damage
	export root tmp findings
	mkdir -p "$findings"
	while read -r verdict what; do
		case $verdict in
		ok) ok "$what" ;;
		FAIL) bad "$what" ;;
		*) echo "      $verdict $what" ;;
		esac
	done < <({
		for seed in "$tmp"/forms/*.data; do
			echo "$mutants $forks $seed"
		done
		for seed in rec rec-z rec-stream; do
			echo "--prefixes 1 0 $forks $tmp/forms/$seed.data"
		done
	} | xargs -L 1 -P "$(nproc)" bash -c 'damage "$@"' -)
}

# What works with several threads, built with the thread sanitizer: rec, and ana on its files and on directories.
soak_races()
{
	local tsan=$root/build/tsan load=$build/tests/load/spin file command nr=0

	export TSAN_OPTIONS=exitcode=66
	local calls=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)

	"$tsan/rec" -q -z --threads 2 -a "${calls[@]}" -o races-z.data -- "$load" 2 200000 >/dev/null 2>log || {
		bad "races in rec: $(head -n 20 log)"
		return
	}
	"$tsan/rec" -q -a "${calls[@]}" -o races-plain.data -- "$load" 2 200000 >/dev/null 2>log || {
		bad "races in rec: $(head -n 20 log)"
		return
	}
	if command -v perf >/dev/null; then
		perf record -q --threads -a "${calls[@]}" -o races-dir.data -- "$load" 2 100000 >/dev/null
		perf record -q --threads -z -a "${calls[@]}" -o races-dirz.data -- "$load" 2 100000 >/dev/null
	fi
	for file in races-*.data; do
		for command in syscall-counts summary latency rw-by-pid "timeline -I 50ms" "summary --cpu 0" stats print "print --comm spin" dump "print $file"; do
			nr=$((nr + 1))
			# shellcheck disable=SC2086
			"$tsan/ana" $command "$file" >/dev/null 2>log || {
				bad "races in ana $command $file: $(head -n 20 log)"
				return
			}
		done
	done
	ok "no races in rec, rec -z --threads, in $nr commands of ana"
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
	soak_races
	soak_mutants || bad "no recordings to damage"
	soak_large
else
	skipped=$((skipped + 5))
	echo "skip  all: not root"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
