#!/bin/bash
# A filter that leaves no sample is told in a line, with status 0: an empty report may as well be a typing error.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"

cp "$ROOT/tests/data/perf-two.data" two.data
cp "$ROOT/tests/data/perf-z.data" z.data

for words in "--comm nobody" "--cpu 99" "--cpu 2-" "--pid 1" "--tid 1 --comm true" "--time 1,2" "--syscalls bpf"; do
	for report in print dump stats syscall-counts; do
		told="no sample is left by the filter"
		[ $report != syscall-counts ] || told="no system call is left by the filter"
		case $report,$words in syscall-counts,--comm*) told="no task named ${words##* } made a system call" ;; esac
		# shellcheck disable=SC2086
		check_status "$report $words" 0 "$ANA" $report $words two.data
		check_eq "$report $words" "ana: two.data: $told" "$(cat err)"
		for files in "two.data z.data" "-i z.data -i two.data"; do
			# shellcheck disable=SC2086
			check_status "$report $words $files" 0 "$ANA" $report $words $files
			case $report in
			print | syscall-counts) check_eq "$report $words $files" "ana: all files: $told" "$(cat err)" ;;
			*) check_eq "$report $words $files" "ana: two.data: $told
ana: z.data: $told" "$(sort err)" ;;
			esac
		done
	done
done
for report in print dump stats syscall-counts; do
	for words in "" "--comm true" "--cpu 1-" "--time 50%"; do
		# shellcheck disable=SC2086
		check_status "$report $words" 0 "$ANA" $report $words two.data
		check_eq "$report $words: nothing to tell" "" "$(cat err)"
	done
done
pid=$("$ANA" print -F pid two.data | sed -n '1s/ //gp')
check_status "one has some" 0 "$ANA" print --pid "$pid" z.data two.data
check_eq "one has some" "" "$(cat err)"
