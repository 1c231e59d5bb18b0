# shellcheck shell=bash
# lib.sh - what every shell test starts with: . "$(dirname "$0")/../lib.sh"
#
# A test passes when it ends with status 0, is skipped when it ends with 77, and has failed
# otherwise. It starts in an empty folder of its own. What it gets:
#   $ANA $REC       the programs of the build folder $BUILD (default: build/ of this tree)
#   $PERF           path of perf, empty when there is none
#   $ROOT           this tree
#   $T              the folder it runs in; removed at the end
#   $ASAN_NOLEAK    value of ASAN_OPTIONS without the search for leaks: Python leaves some
#   ana_noleak ...  runs $ANA with it
# What it changed outside of its folder is put right by the function that it names in $undo, which is
# called at the end, however that comes.
#
# One with the line "# Others may run beside it." runs at the same time as others with that line. It passes whatever
# they do, since it records nothing, or only its own load, or compares what is said of one recording; and it does
# nothing to them: it leaves the machine as it is, and gives no task a name with odd characters in it.
set -eu -o pipefail
unset PYTHONUNBUFFERED PAGER PERF_PAGER
export LC_ALL=C NO_COLOR=1

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$(cd "${BUILD:-$ROOT/build}" && pwd)
ANA=$BUILD/ana
REC=$BUILD/rec
PERF=$(command -v perf || true)
export ROOT BUILD ANA REC PERF

# A status of its own, so that no test which expects a 1 takes a sanitizer's report for it.
if [ -e "$BUILD/.san" ]; then
	export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:exitcode=99}"
	export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1:exitcode=99}"
fi
ASAN_NOLEAK=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

T=$(mktemp -d)
chmod 755 "$T" # tests that give up root still have to get in
export T
cd "$T"
# What a test left running must not write into the next one's recording.
lib_end()
{
	local status=$? jobs

	jobs=$(jobs -p)
	# shellcheck disable=SC2086
	[ -z "$jobs" ] || kill $jobs 2>/dev/null || true
	[ -z "$undo" ] || "$undo" || true
	cd /
	rm -rf "$T"
	exit "$status"
}
undo=
trap lib_end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

ana_noleak()
{
	ASAN_OPTIONS=$ASAN_NOLEAK "$ANA" "$@"
}

# skip REASON - end the test here: this machine cannot run it.
skip()
{
	echo "SKIP: $*"
	exit 77
}

# fail REASON - end the test here: it has failed.
fail()
{
	echo "FAIL: $*" >&2
	exit 1
}

# once plain|sanitized - where a run has both builds, this test takes its time in that one only: it is as
# good in the other, or no better there.
once()
{
	local kind=plain

	[ "${BUILDS:-1}" -gt 1 ] || return 0
	[ ! -e "$BUILD/.san" ] || kind=sanitized
	[ $kind = "$1" ] || skip "is run with the $1 build"
}

need_cmd()
{
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

need_perf()
{
	[ -n "$PERF" ] || skip "perf is not installed"
	"$PERF" version >/dev/null 2>&1 || skip "perf does not run on this kernel"
}

# perf_has_threads - can perf record write a directory? It says so by what it does not say, and ends with
# a status of its own, which with pipefail would be that of a pipe.
perf_has_threads()
{
	local said

	said=$("$PERF" record --threads -h 2>&1) || true
	[[ $said != *"unknown option"* ]]
}

# perf_stats FILE - how many records there are, as perf report --stats has it: lines "WHOSE TYPE COUNT",
# where WHOSE is an event, or Aggregated.
perf_stats()
{
	"$PERF" report --stats -i "$1" 2>/dev/null |
		awk '/ stats:$/ { whose = $1 } $2 == "events:" && $1 != "TOTAL" { print whose, $1, $3 }' | sort
}

# perf_records FILE - lines "TYPE COUNT", of all together.
perf_records()
{
	perf_stats "$1" | sed -n 's/^Aggregated //p'
}

# Opens a software event of CPU 0: refused by container filters, missing in some kernels.
lib_perf_event_open()
{
	local nr

	case $(uname -m) in
	x86_64) nr=298 ;;
	aarch64 | riscv64) nr=241 ;;
	ppc64*) nr=319 ;;
	s390x) nr=331 ;;
	*) return 0 ;;
	esac
	command -v perl >/dev/null || return 0
	perl -e 'my $attr = pack("LLQQQQQ", 1, 64, 9, 0, 0, 0, 1) . "\0" x 64;
		exit(syscall($ARGV[0], $attr, -1, 0, -1, 8) >= 0 ? 0 : 1)' "$nr"
}

lib_has_raw_syscalls()
{
	[ -r /sys/kernel/tracing/events/raw_syscalls/sys_enter/id ] ||
		[ -r /sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id ]
}

# need_root_tracefs - go on only where the whole machine can be recorded.
need_root_tracefs()
{
	[ "$(id -u)" = 0 ] || skip "not root"
	grep -qw tracefs /proc/filesystems || skip "the kernel has no tracefs"
	# Where nobody has used it since the boot it is not mounted yet; rec does the same.
	lib_has_raw_syscalls || mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null || true
	lib_has_raw_syscalls || skip "tracefs cannot be mounted, or has no raw_syscalls"
	lib_perf_event_open || skip "perf_event_open() is not allowed here"
}

# check_eq WHAT EXPECTED ACTUAL
check_eq()
{
	[ "$2" != "$3" ] || return 0
	{
		echo "FAIL: $1"
		echo "--- expected"
		printf '%s\n' "$2"
		echo "--- got"
		printf '%s\n' "$3"
	} >&2
	exit 1
}

# check_match WHAT ERE TEXT - a line of TEXT has to match.
check_match()
{
	! printf '%s\n' "$3" | grep -E -e "$2" >/dev/null || return 0
	{
		echo "FAIL: $1"
		echo "--- expected a line that matches"
		printf '%s\n' "$2"
		echo "--- got"
		printf '%s\n' "$3"
	} >&2
	exit 1
}

# check_status WHAT EXPECTED COMMAND... - what COMMAND prints goes to $T/out and $T/err.
check_status()
{
	local what=$1 expected=$2 got=0

	shift 2
	"$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[ "$got" != "$expected" ] || return 0
	{
		echo "FAIL: $what"
		echo "command: $*"
		echo "expected status $expected, got $got"
		echo "--- stdout, last lines"
		tail -n 20 "$T/out"
		echo "--- stderr, last lines"
		tail -n 60 "$T/err"
	} >&2
	exit 1
}

# check_rec_error STATUS LINE ARGS... - rec ends with that, says that, and writes no file.
check_rec_error()
{
	local status=$1 text=$2

	shift 2
	check_status "$*" "$status" "$REC" -o x.data "$@"
	check_eq "$*" "$text" "$(cat err)"
	[ ! -e x.data ] || fail "$*: wrote a file"
}

# keep_busy - system calls until the test ends, or kills $busy. An idle machine makes none for
# minutes: whoever waits for a number of events, or for bytes, has to bring them.
keep_busy()
{
	while :; do
		"$BUILD/tests/load/calls" 100
	done >/dev/null 2>&1 &
	busy=$!
}

# rec_start FILE ARGS... - record in the background, and go on when it does; its pid is in $rec, and what
# it says in $T/summary.
rec_start()
{
	local file=$1

	shift
	"$REC" -o "$file" "$@" 2>"$T/summary" &
	rec=$!
	for _ in $(seq 600); do
		[ ! -s "$file" ] && kill -0 "$rec" 2>/dev/null || break
		sleep 0.05
	done
	sleep 0.5 # the file is made before the events are switched on
	[ -s "$file" ] && kill -0 "$rec" 2>/dev/null || fail "rec $* does not record: $(cat "$T/summary")"
}

# conserve FILE... - counted = recorded + lost, by CPU, over all files of a recording: compare rec's -v
# lines (in err) with the samples that perf finds in the files, and with ana's. Leaves the sums in the
# files "all" and "lost".
conserve()
{
	local cpu counted lost recorded file

	for file; do
		"$PERF" script -i "$file" -F cpu 2>/dev/null || true
	done | tr -dc '0-9\n' | sed 's/^0*\(.\)/\1/' | sort | uniq -c >recorded
	sed -n '/^rec: dummy /!s/^rec: [^ ]* on CPU \([0-9]*\): \([0-9]*\) counted, \([0-9]*\) lost$/\1 \2 \3/p' \
		err >told
	check_eq "a line for each CPU" "$(nproc)" "$(wc -l <told)"
	while read -r cpu counted lost; do
		recorded=$(awk -v c="$cpu" '$2 == c { print $1 }' recorded)
		check_eq "CPU $cpu of $1: counted = recorded + lost" "$counted" \
			$((${recorded:-0} + lost))
	done <told
	awk '{ n += $3 } END { print n + 0 }' told >lost
	awk '{ n += $1 } END { print n + 0 }' recorded >all
	check_eq "samples that ana counts, and the loss in its reports" "$(cat all) $(cat lost)" \
		"$(for file; do
			"$ANA" syscall-counts --format json "$file"
		done | jq -rs '"\([.[].syscalls[].count] | add // 0) \(map(.lost) | add)"')"
}
