#!/bin/bash
# run.sh - runs the tests of one or more builds: tests/run.sh BUILD_DIR...
#
# BUILD_DIR/tests/unit/test_* are cmocka programs, each of whose tests counts by itself;
# tests/cli/*.sh and tests/perf/*.sh count as one each and use the programs of BUILD_DIR.
# The latter run one after the other, since recordings of the whole machine would disturb each other;
# unit tests, and scripts with the line "# Others may run beside it.", as many at a time as there are CPUs.
# TESTS=PATTERN runs only those whose path (unit/test_buf, cli/walk.sh) matches the pattern.
# The last line is "N passed, N failed, N skipped"; status 1 when one failed or none passed.
set -u -m # -m: each test is a process group, which can be ended as a whole

timeout_s=120
tests=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- "$tests/../build"
tmp=$(mktemp -d) || exit 1
chmod 755 "$tmp"
export TMPDIR=$tmp
export DATA=$tests/data # for the unit tests
verdicts=$tmp/verdicts
passed=0 failed=0 skipped=0
running=() began=0

end()
{
	for group in "${running[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# start LOG COMMAND... - appends to running.
start()
{
	timeout -k 10 "$timeout_s" "${@:2}" >"$1" 2>&1 </dev/null &
	running+=($!)
}

# collect - waits for the first of running; sets status, and adds reports of sanitizers to $log.
collect()
{
	local group=${running[0]} report

	wait "$group" 2>/dev/null # "Aborted"
	status=$?
	kill -KILL -- "-$group" 2>/dev/null # what it left behind
	running=("${running[@]:1}")
	[ "$status" != 124 ] || echo "ended after $timeout_s seconds" >>"$log"
	for report in "$log".san.*; do
		[ -e "$report" ] || continue
		cat "$report" >>"$log"
		rm -f "$report"
		[ "$status" != 0 ] && [ "$status" != 77 ] || status=99
	done
}

# sanitize LOG - where the sanitizers of a test write to.
sanitize()
{
	unset ASAN_OPTIONS UBSAN_OPTIONS
	[ -e "$BUILD/.san" ] || return 0
	export ASAN_OPTIONS="detect_leaks=1:exitcode=99:log_path=$1.san"
	export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:exitcode=99:log_path=$1.san"
}

# Of a test that took long.
took()
{
	[ $((SECONDS - began)) -lt 10 ] || echo ", $((SECONDS - began)) s"
}

show_log()
{
	sed 's/^/    | /' "$log" | tail -n 200
}

# As show_log, without what is said of tests that passed.
show_unit_log()
{
	awk '/^\[ RUN      \]/ { held = $0; next }
		/^\[       OK \]/ && held != "" { held = ""; next }
		held != "" { print held; held = "" }
		{ print }
		END { if (held != "") print held }' "$log" >"$log.short"
	mv "$log.short" "$log"
	show_log
}

# Reads a cmocka log, writes "passed failed skipped" and a line for each that did not pass. The
# names are repeated in the summary at the end; a test that has no verdict has crashed.
unit_verdicts()
{
	awk '
	function verdict(kind) {
		if (name == "")
			return
		n[kind]++
		if (kind != "passed")
			lines = lines kind " " name "\n"
		name = ""
	}
	match($0, /\[=+\] Running [0-9]+ test/) {
		split(substr($0, RSTART, RLENGTH), words, " ")
		announced += words[3]
	}
	match($0, /\[ RUN      \] [A-Za-z0-9_]+$/) {
		verdict("failed")
		name = substr($0, RSTART + 13)
	}
	name != "" && index($0, "[       OK ] " name) { verdict("passed") }
	name != "" && index($0, "[  FAILED  ] " name) { verdict("failed") }
	name != "" && index($0, "[  SKIPPED ] " name) { verdict("skipped") }
	END {
		crashed = name
		verdict("failed")
		all = n["passed"] + n["failed"] + n["skipped"]
		if (crashed == "" && all < announced) {
			n["failed"]++
			lines = lines "failed (" announced - all " tests had no turn)\n"
		} else if (!all) {
			n["failed"]++
			lines = lines "failed (no test ran)\n"
		}
		printf "%d %d %d\n%s", n["passed"], n["failed"], n["skipped"], lines
	}' "$log"
}

# show_unit NAME - what the log of a unit test says; status is set.
show_unit()
{
	local ok bad skip kind name

	unit_verdicts >"$verdicts"
	read -r ok bad skip <"$verdicts"
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		bad=1
		echo "failed (status $status)" >>"$verdicts"
	fi
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	if [ "$bad" = 0 ]; then
		echo "ok    $1 ($ok)"
	else
		echo "FAIL  $1 ($bad of $((ok + bad + skip)))"
		show_unit_log
	fi
	tail -n +2 "$verdicts" | while read -r kind name; do
		[ "$kind" != failed ] || echo "FAIL  $1: $name"
		[ "$kind" != skipped ] || echo "skip  $1: $name: $(sed -n 's/^SKIP: //p' "$log" | head -n 1)"
	done
}

# show_script NAME - what came of a script; status is set.
show_script()
{
	case $status in
	0)
		passed=$((passed + 1))
		echo "ok    $1$(took)"
		;;
	77)
		skipped=$((skipped + 1))
		echo "skip  $1: $(sed -n 's/^SKIP: //p' "$log" | tail -n 1)"
		;;
	*)
		failed=$((failed + 1))
		echo "FAIL  $1 (status $status)"
		show_log
		;;
	esac
}

# start_test NAME - its output goes to $log.
start_test()
{
	sanitize "$log"
	case $1 in
	unit/*) start "$log" "$BUILD/tests/$1" ;;
	*) start "$log" bash "$tests/$1" ;;
	esac
}

# run_beside NAME... - as many at a time as there are CPUs; shown in their order.
run_beside()
{
	local next=0 shown name

	for ((shown = 0; shown < $#; shown++)); do
		while [ $next -lt $# ] && [ ${#running[@]} -lt "$(nproc)" ]; do
			log=$tmp/log$next
			start_test "${@:next + 1:1}"
			next=$((next + 1))
		done
		log=$tmp/log$shown
		name=${*:shown + 1:1}
		collect
		began=$SECONDS # each for itself is not known
		case $name in
		unit/*) show_unit "$label: $name" ;;
		*) show_script "$label: $name" ;;
		esac
		rm -f "$log"
	done
}

# run_alone NAME - a script.
run_alone()
{
	log=$tmp/log
	began=$SECONDS
	start_test "$1"
	collect
	show_script "$label: $1"
}

wanted()
{
	# shellcheck disable=SC2053 # a pattern
	[ -f "$2" ] && [[ $1 == ${TESTS:-*} ]]
}

export BUILDS=$# # see once() in lib.sh
for dir in "$@"; do
	if ! BUILD=$(cd "$dir" 2>/dev/null && pwd); then
		echo "FAIL  $dir: no such folder"
		failed=$((failed + 1))
		continue
	fi
	export BUILD
	label=$(basename "$BUILD")
	beside=() alone=()
	for test in "$BUILD"/tests/unit/test_*; do
		name=unit/${test##*/}
		[ -x "$test" ] && wanted "$name" "$test" && beside+=("$name")
	done
	for test in "$tests"/cli/*.sh "$tests"/perf/*.sh; do
		name=${test#"$tests/"}
		wanted "$name" "$test" || continue
		if grep -qx '# Others may run beside it.' "$test"; then
			beside+=("$name")
		else
			alone+=("$name")
		fi
	done
	run_beside "${beside[@]}"
	for name in "${alone[@]}"; do
		run_alone "$name"
	done
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
