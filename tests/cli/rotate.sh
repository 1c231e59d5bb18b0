#!/bin/bash
# --switch-output: one recording in many files. Each is whole by itself, names included, and at
# the seams nothing is lost and nothing is there twice.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
load=$BUILD/tests/load
enter=(-e raw_syscalls:sys_enter)

# shellcheck disable=SC2086 # options before the file
calls_of() { "$ANA" syscall-counts --format json $2 | jq "[.syscalls[] | select(.name == \"$1\") | .count] | add // 0"; }
# sum_of FILTER FILES... - over all files
sum_of()
{
	local filter=$1 n=0 file

	shift
	for file; do
		n=$((n + $("$ANA" syscall-counts --format json "$file" 2>/dev/null | jq "$filter")))
	done
	echo $n
}
whole()
{
	local file

	for file; do
		check_status "$file is whole" 0 "$ANA" syscall-counts "$file"
		check_eq "... and nothing is said against it" "" "$(cat err)"
	done
}

# ---- by size: the rings are large enough that nothing is lost ----
check_status "by size" 0 "$REC" "${enter[@]}" -o s.data --switch-output=2M -- "$load/spin" 2 200000
cp err summary
files=(s.data.*)
[ ${#files[@]} -gt 3 ] || fail "45 MB in only ${#files[@]} files"
[ ! -e s.data ] || fail "a file without a time was left behind"
whole "${files[@]}"
check_match "nothing was lost" "MB s.data.<timestamp> \([0-9]+ samples, 0 lost\)" "$(cat summary)"
check_eq "every call is in one file" 400000 "$(sum_of '[.syscalls[] | select(.name == "getppid") | .count] | add // 0' "${files[@]}")"
check_eq "as many as the summary tells" "$(sed -n 's/.*(\([0-9]*\) samples.*/\1/p' summary)" \
	"$(sum_of '[.syscalls[].count] | add // 0' "${files[@]}")"
check_eq "rec names the files as it goes on" "$(printf '[ rec: wrote %s ]\n' "${files[@]}")" \
	"$(grep wrote summary | grep -v captured)"
for file in "${files[@]}"; do
	check_match "named after the time" "^s.data.20[0-9]{14}$" "$file"
	check_eq "mode of $file" 600 "$(stat -c %a "$file")"
	check_eq "all calls of $file have their name" "$(calls_of getppid "$file")" \
		"$(calls_of getppid "--comm spin $file")"
done
if [ -n "$PERF" ]; then
	for file in "${files[@]}"; do
		"$PERF" script -i "$file" -F comm,tid,time 2>/dev/null | tr -d : >text
		[ "$file" = "${files[-1]}" ] || [ -s text ] || fail "perf script finds nothing in $file"
		check_eq "perf: other names in $file" "" "$(awk '$1 != "spin" { print $1 }' text | sort -u)"
		awk '{ print $3 }' text >>times
	done
	sort -c -n times || fail "the files do not follow each other in time"
fi

# ---- by time, with rings of two pages: what is lost is told by the file of its time ----
check_status "by time" 0 "$REC" -v -a "${enter[@]}" -m 2 -o t.data --switch-output=100ms -- "$load/spin" 2 400000
counted=$(sed -n 's/.* on CPU [0-9]*: \([0-9]*\) counted.*/\1/p' err | awk '{ n += $1 } END { print n }')
files=(t.data.*)
[ ${#files[@]} -gt 3 ] || fail "only ${#files[@]} files"
lost=$(sum_of .lost "${files[@]}")
[ "$lost" -gt 0 ] || fail "rings of two pages under load lose something, or this tests nothing"
check_eq "counted = recorded + lost, over all files" "$counted" \
	$(($(sum_of '[.syscalls[].count] | add // 0' "${files[@]}") + lost))
for file in "${files[@]:0:3}"; do
	[ "$(sum_of .lost "$file")" -gt 0 ] || fail "$file tells no loss of its own"
done

# A LOST record of the ring comes with the next event, which may be in the file behind: told once.
check_status "quiet after a loss" 0 "$REC" -v -a "${enter[@]}" -m 16 -o q.data --switch-output=1K -- \
	sh -c "for i in 1 2; do $load/spin 2 10000; sleep 0.3; $load/calls 1; sleep 0.3; done"
check_eq "the loss of all files is that of the recording" \
	"$(sed -n 's/.*:sys_enter on CPU .* \([0-9]*\) lost$/\1/p' err | awk '{ n += $1 } END { print n }')" \
	"$(sum_of .lost q.data.*)"

# The times in the headers enclose all samples, whatever the kernel does to the rings meanwhile.
if [ -n "$PERF" ]; then
	check_status "records of several sizes" 0 "$REC" -q -a -e raw_syscalls:sys_enter,raw_syscalls:sys_exit \
		-m 2 -o h.data --switch-output=10ms -- "$load/spin" 2 200000
	files=(h.data.*)
	for file in "${files[@]:0:20}"; do
		check_eq "perf script --time 0%-100% shows every event of $file" \
			"$("$PERF" script -i "$file" 2>/dev/null | wc -l)" \
			"$("$PERF" script -i "$file" --time 0%-100% 2>/dev/null | wc -l)"
	done
	rm h.data.*
fi

# ---- by signal; who began before has a name in every file, and so has who ends at the seam ----
"$load/churn" 2 100000000 >/dev/null 2>&1 &
churn=$!
"$REC" -a "${enter[@]}" -o g.data --switch-output -- sleep 60 2>summary &
rec=$!
for _ in 1 2 3; do
	sleep 0.5
	kill -USR2 $rec
done
sleep 0.5
kill -INT $rec
wait $rec || true
kill $churn
files=(g.data.*)
check_eq "a file for each signal, and one for the rest" 4 ${#files[@]}
if [ -n "$PERF" ]; then
	for file in "${files[@]:1}"; do
		"$PERF" script -i "$file" -F comm,tid 2>/dev/null >text
		check_eq "tasks without a name in $file" "" "$(grep -E '^ *:[0-9]+ ' text | sort -u | head -3)"
	done
fi

# ---- how many are kept ----
echo mine >k.data.2000010100000000
check_status "--switch-max-files" 0 "$REC" -q "${enter[@]}" -o k.data --switch-output=1M --switch-max-files 2 -- \
	"$load/spin" 1 200000
check_eq "-q says nothing" "" "$(cat err)"
check_eq "two are kept, and what is not ours" 3 "$(ls k.data.* | wc -l)"
rm k.data.2000010100000000
[ "$(sum_of '[.syscalls[] | select(.name == "exit_group") | .count] | add // 0' k.data.*)" -ge 1 ] ||
	fail "the two that are kept are not the newest: the end of the load is missing"
echo old >one.data
check_status "the first file's place was taken" 0 "$REC" -q "${enter[@]}" -o one.data --switch-output=1d -- true
check_eq "... and that file is kept" old "$(cat one.data.old)"

# A flight recorder takes times, and no sizes.
for when in 500ms 30s 5m 1.5h 1d; do
	check_status "a time: $when" 0 "$REC" -q --overwrite --switch-output=$when --dry-run -o x.data -- true
done
for when in 5M 5k 1g 512B; do
	check_status "a size: $when" 2 "$REC" -q --overwrite --switch-output=$when --dry-run -o x.data -- true
	check_match "... as is said" "with --overwrite a file is as large as the rings" "$(cat err)"
done

# ---- what cannot be ----
for when in 10 x 1X 0s 5mh m s 1e3s -1s; do
	check_rec_error 2 "rec: option --switch-output: $when is no size as 100M, no time as 30s, 5m or 1h, and not signal" \
		--switch-output=$when -- true
done
check_rec_error 2 "rec: option --switch-max-files: 0 is no number from 1 to 1000000" --switch-output --switch-max-files 0 -- true
check_rec_error 2 "rec: option --switch-max-files is for --switch-output and --overwrite" --switch-max-files 2 -- true
check_rec_error 2 "rec: options --switch-output and --max-size exclude each other; --switch-max-files limits the whole" \
	--switch-output --max-size 1M -- true
check_status "a stream" 2 sh -c "'$REC' -o - --switch-output -- true | cat; exit \${PIPESTATUS:-2}"
check_status "a device" 2 "$REC" -o /dev/null --switch-output -- true
check_match "... is refused" "/dev/null is no regular file" "$(cat err)"
[ -c /dev/null ] || fail "/dev/null is gone"
