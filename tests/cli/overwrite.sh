#!/bin/bash
# --overwrite, the flight recorder: nothing is written until somebody asks; then a file has the
# last calls of each CPU, without a gap, under their right names, and the recording goes on.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
need_perf
load=$BUILD/tests/load

mkfifo ctl ack orders answers
exec 7<>ack 8<>orders 9<>answers

tell() { echo "$1" >ctl; timeout 20 head -c 5 <&7 >/dev/null || fail "$1: no answer"; }
# run COMMAND - by the shell that is recorded
run() { echo "$1" >&8; timeout 60 head -n 1 <&9 >/dev/null || fail "$1: does not end"; }
newest() { ls f.data.* | tail -1; }

# numbers FILE CPU - those of the calls of that CPU, as they stand in the file.
numbers()
{
	"$PERF" script -i "$1" -F comm,cpu,trace 2>/dev/null |
		awk -v cpu="[00$2]" '$1 == "count" && $2 == cpu && /NR 110 / { sub(/.*\(/, ""); sub(/,.*/, ""); print $0 }' |
		while read -r hex; do echo $((16#$hex)); done
}

# gapless FILE CPU - sets first, last
gapless()
{
	numbers "$1" "$2" >list
	[ -s list ] || fail "$1: no calls of CPU $2"
	first=$(head -1 list) last=$(tail -1 list)
	seq "$first" "$last" >expected
	cmp list expected || fail "$1: the calls of CPU $2 have a gap, or are out of order"
}

cpus=$(nproc)
[ "$cpus" -ge 2 ] || skip "one CPU"
# What the command starts while the shell is recorded is recorded, too.
"$REC" -e raw_syscalls:sys_enter --overwrite -m 256K -o f.data --control fifo:ctl,ack -- \
	bash -c 'while read -r line <&8; do eval "$line"; echo done >&9; done' 2>summary &
rec=$!
tell ping
run "$load/count 0 20000 & $load/count 1 30000; wait"
sleep 0.5
[ -z "$(ls f.data* 2>/dev/null)" ] || fail "something was written before anybody asked"

# ---- more calls than a ring holds: the last ones are there ----
tell snapshot
file=$(newest)
check_status "a snapshot is a whole file" 0 "$ANA" syscall-counts "$file"
check_eq "... and nothing is said against it" "" "$(cat err)"
for cpu in 0 1; do
	gapless "$file" $cpu
	check_eq "CPU $cpu: up to the last call" $((20000 + cpu * 10000)) "$last"
	n=$((last - first + 1))
	# 256 KiB hold 2340 records of 112 bytes; the shell makes some calls afterwards.
	if [ $n -gt 2340 ] || [ $n -lt 1500 ]; then
		fail "CPU $cpu: $n calls in a ring of 256 KiB"
	fi
done
"$PERF" script -i "$file" -F comm,tid,time 2>/dev/null | tr -d : >text
awk '{ print $3 }' text | sort -c -n || fail "perf: out of order"
check_eq "tasks without a name" "" "$(awk '$1 !~ /^(bash|count)$/ { print $1 }' text | sort -u)"

# ---- fewer: exactly what came since ----
run "$load/count 1 700"
tell snapshot
gapless "$(newest)" 1
check_eq "all calls since the first snapshot, and none before it" "1 700" "$first $last"
check_eq "... none of another CPU" "" "$(numbers "$(newest)" 0)"

# ---- while calls are made ----
echo "$load/count 1 3000000" >&8
sleep 0.5
tell snapshot
during=$(newest)
timeout 60 head -n 1 <&9 >/dev/null
kill -USR2 $rec
for _ in $(seq 50); do
	[ "$(newest)" = "$during" ] || break
	sleep 0.1
done
gapless "$during" 1
# The other half is lost: seen by nobody, but told.
middle=$last
gapless "$(newest)" 1
[ "$middle" -lt "$first" ] || fail "the snapshots overlap: $middle, $first"
check_eq "after the snapshot it went on, to the end" 3000000 "$last"
echo exit >&8
wait $rec || fail "status $?: $(cat summary)"
check_eq "the end is a snapshot, too" 5 "$(ls f.data.* | wc -l)"
check_status "... that can be read" 0 "$PERF" script -i "$(newest)"
total=0
for file in f.data.*; do
	total=$((total + $("$ANA" syscall-counts --format json "$file" 2>/dev/null | jq '[.syscalls[].count] | add // 0')))
done
check_match "the summary tells what was written" "\($total samples, " "$(cat summary)"

# ---- tasks that have ended ----
"$REC" -q -a -e raw_syscalls:sys_enter --overwrite -m 64K -o n.data -- \
	bash -c "for i in \$(seq 300); do $load/calls 1; done" >/dev/null
check_eq "names of the last tasks" "" "$("$PERF" script -i n.data.* -F comm,tid 2>/dev/null | grep -E '^ *:[0-9]+ ' || true)"

# ---- a file that cannot be written is no end, and loses nothing ----
mkdir folder
"$REC" -e raw_syscalls:sys_enter --overwrite -o folder/d.data --control fifo:ctl,ack -- \
	bash -c 'while read -r line <&8; do eval "$line"; echo done >&9; done' 2>summary &
rec=$!
tell ping
run "$load/count 1 200"
rmdir folder
tell snapshot
check_match "it is told" "^rec: cannot create folder/d.data: No such file or directory; .*; the recording goes on" "$(cat summary)"
mkdir folder
run "$load/calls 1 >/dev/null"
tell snapshot
gapless "$(ls folder/d.data.*)" 1
check_eq "the next file has it all" "1 200" "$first $last"
echo exit >&8
wait $rec || fail "status $?: $(cat summary)"

# ---- the same where the disk is full, wherever in the file; and half a one takes no room ----
mkdir small
unmount() { umount small; }
if mount -t tmpfs -o size=1m none small 2>/dev/null; then
	undo=unmount
	"$REC" -e raw_syscalls:sys_enter --overwrite -m 64K -o small/d.data --control fifo:ctl,ack -- \
		bash -c 'while read -r line <&8; do eval "$line"; echo done >&9; done' 2>summary &
	rec=$!
	tell ping
	run "$load/count 1 200"
	run "$load/count 0 1000000000 & count=\$!" # something to lose
	for n in $(seq 150); do
		head -c $((1048576 - n * 12288)) /dev/zero >small/fill
		tell snapshot
		[ -z "$(ls small/d.data.2* 2>/dev/null)" ] || break
		check_eq "what is left of a file that failed" fill "$(ls small)"
	done
	[ "$(grep -c '; the recording goes on' summary)" -gt 5 ] || fail "the disk was not full: $(cat summary)"
	gapless small/d.data.2* 1
	check_eq "the first that is whole has it all" "1 200" "$first $last"
	rm small/fill
	run 'kill $count; wait'
	echo exit >&8
	wait $rec || fail "status $?: $(cat summary)"
	check_eq "samples and losses of the summary are those of the files" \
		"$(sed -n 's/.*(\([0-9]*\) samples, \([0-9]*\) lost).*/\1 \2/p' summary)" \
		"$(for file in small/d.data.2*; do "$ANA" syscall-counts --format json "$file" 2>/dev/null; done |
			jq -rs '"\([.[].syscalls[].count] | add) \([.[].lost] | add)"')"
fi
check_status "no folder" 1 "$REC" --overwrite -o none/d.data -- true
check_eq "... is told at the start" "rec: cannot make files in none/: No such file or directory; choose another place with -o" "$(cat err)"

# ---- by time ----
check_status "a snapshot a second" 0 "$REC" -q -a --overwrite --switch-output=200ms --switch-max-files 3 -o t.data -- sleep 1
check_eq "three are kept" 3 "$(ls t.data.* | wc -l)"

# ---- when a call fails: of this machine's calls only the load's do so in this way ----
ln -s loop loop
own=calls$$ # others on the machine may run what is called calls, too
cp "$load/calls" $own
check_status "a call that fails" 0 "$REC" -a -e raw_syscalls:sys_enter --overwrite --snapshot-on errno=ELOOP,4000 -o e.data -- \
	bash -c "./$own 20 >/dev/null; cat loop 2>/dev/null; sleep 1.5; ./$own 3 >/dev/null; cat loop 2>/dev/null
		for i in 1 2 3 4 5; do cat loop 2>/dev/null; done; sleep 0.5; ./$own 500 >/dev/null"
calls() { "$ANA" syscall-counts --comm $own --format json "$1" 2>/dev/null |
	jq '[.syscalls[] | select(.name == "getppid") | .count] | add // 0'; }
check_eq "a file for each failure, but one a second, and one for the end" 3 "$(ls e.data.* | wc -l)"
check_eq "... what came before each" "20 3 500" "$(for file in e.data.*; do calls "$file"; done | paste -sd' ')"
check_eq "... and nothing of the trigger" "" "$("$PERF" script -i "$(ls e.data.* | head -1)" -F event 2>/dev/null |
	grep -v raw_syscalls:sys_enter || true)"
check_status "exits are recorded, too" 1 "$REC" -q -e raw_syscalls:sys_enter,raw_syscalls:sys_exit --overwrite \
	--snapshot-on errno=40 -o x.data -- cat loop
check_status "... perf reads it" 0 "$PERF" script -i "$(ls x.data.* | head -1)"
check_match "... and sees what failed" "raw_syscalls:sys_exit: NR .* = -40" "$(cat out)"

check_rec_error 2 "rec: option --snapshot-on: EFOO is no error as ENOSPC, nor its number" --overwrite --snapshot-on errno=EPERM,EFOO -- true
check_rec_error 2 "rec: option --snapshot-on: x is not errno=LIST, as errno=ENOSPC" --overwrite --snapshot-on x -- true
check_rec_error 2 "rec: option --snapshot-on is for --overwrite" --snapshot-on errno=1 -- true
check_rec_error 2 "rec: option --snapshot-on: slower= is not possible: the kernel would have to pair the two ends of every call; errno=LIST is" \
	--overwrite --snapshot-on slower=500ms -- true
check_rec_error 2 "rec: option --switch-output: with --overwrite a file is as large as the rings; give a time, or set their size with -m" \
	--overwrite --switch-output=1M -- true
check_rec_error 2 "rec: options --overwrite and --max-size exclude each other; --switch-max-files limits the whole" \
	--overwrite --max-size 1M -- true
check_status "a stream" 2 sh -c "'$REC' -o - --overwrite -- true | cat; exit \${PIPESTATUS:-2}"

# ---- compressed ----
"$REC" -a -z --overwrite -o z.data -- "$load/spin" 2 50000 >/dev/null 2>err
check_status "a compressed snapshot" 0 "$ANA" syscall-counts --format json z.data.2*
check_eq "... perf reads as much" "$(jq '[.syscalls[].count] | add' out)" "$("$PERF" script -i z.data.2* 2>/dev/null | wc -l)"
check_match "... and it is compressed" "^# compressed : Zstd" "$("$PERF" report --header-only -i z.data.2* 2>/dev/null)"
