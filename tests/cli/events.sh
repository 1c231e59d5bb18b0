#!/bin/bash
# -e with patterns, --filter, --syscalls and rec list: what is recorded is what was named.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
load=$BUILD/tests/load
tracing=/sys/kernel/tracing
[ -r $tracing/available_events ] || tracing=/sys/kernel/debug/tracing

names_of() { "$ANA" syscall-counts --format csv "$1" | awk -F, 'NR > 1 { print $1 }' | sort; }
events_of() { "$PERF" evlist -i "$1" 2>/dev/null | grep -v -e '^#' -e '^dummy' | sort; }

# ---- rec list ----
"$REC" list >ours
grep -v '^ftrace:' $tracing/available_events | sort >theirs
check_eq "rec list: the kernel's own list" "$(cat theirs)" "$(sort ours)"
check_eq "rec list WORD" "$(grep sys_enter_openat theirs)" "$("$REC" list sys_enter_openat)"
check_eq "rec list PATTERN" "$(grep '^raw_syscalls:' theirs)" "$("$REC" list 'raw_*:*')"
check_status "rec list of nothing" 1 "$REC" list nosuch
check_eq "... says so" "rec: no event is like nosuch; rec list without a word lists all" "$(cat err)"
check_status "rec list -x" 2 "$REC" list -x

# ---- patterns ----
if [ -n "$PERF" ]; then
	"$REC" -q -o glob.data -e 'raw_syscalls:sys_e*,sched:sched_switch' -e 'raw_syscalls:*' -- true
	check_eq "a pattern stands for its events, each once" \
		"raw_syscalls:sys_enter raw_syscalls:sys_exit sched:sched_switch" "$(events_of glob.data | xargs)"
	if "$REC" list irq_vectors:irq_work_exit >/dev/null; then
		check_status "what nobody may record is no hindrance" 0 "$REC" -q -a -o irq.data \
			-e 'irq_vectors:irq_work_e*' -- true
		check_eq "... is left out" irq_vectors:irq_work_entry "$(events_of irq.data)"
		check_match "... and that is said" "1 of the events that a pattern names" "$(cat err)"
	fi

	# An event that counts nanoseconds: one sample each, and all that the summary says.
	"$REC" -a -o sched.data -e 'sched:*' -- sh -c 'for i in 1 2 3 4 5; do sleep 0.05; done' 2>summary
	check_match "the summary counts samples" "\\($("$PERF" script -i sched.data 2>/dev/null | wc -l) samples, 0 lost\\)" \
		"$(cat summary)"
	check_eq "no two are the same" "" \
		"$("$PERF" script -i sched.data -F comm,tid,cpu,time,event,trace --ns 2>/dev/null | sort | uniq -d)"
fi
check_rec_error 1 "rec: no event is like nosuch:*; see: rec list" -e 'nosuch:*' -- true
check_rec_error 2 "rec: option -e needs a name, as raw_syscalls:sys_enter" -e ' , ' -- true
if [ -n "$PERF" ]; then
	"$REC" -q -o blank.data -e ' raw_syscalls:sys_enter, raw_syscalls:sys_exit ' -- true
	check_eq "a list with blanks" "raw_syscalls:sys_enter raw_syscalls:sys_exit" "$(events_of blank.data | xargs)"
fi
if "$REC" list irq_vectors:irq_work_exit >/dev/null; then
	check_status "what a pattern names, and -e, too" 1 "$REC" -q -a -o x.data \
		-e 'irq_vectors:irq_work_e*,irq_vectors:irq_work_exit' -- true
	check_match "... is missed" "no right to record irq_vectors:irq_work_exit" "$(cat err)"
fi
# The soft limit is raised to the hard one; beyond that:
nr=$(($("$REC" list 'sched:*' | wc -l) + 1))
check_status "more events than open files" 1 sh -c 'ulimit -n 20; exec "$REC" -q -C 0 -e "sched:*" -o x.data -- true'
check_eq "... are told" "rec: cannot open $nr events: they need $nr open files, and the hard limit is 20; raise it (ulimit -n), or record fewer" \
	"$(cat err)"

# ---- filters ----
"$REC" -q -o f.data --filter 'id == 110' -- "$load/calls" 20 >/dev/null
check_eq "--filter" "$(uname -m | grep -q x86_64 && echo getppid)" "$(names_of f.data)"
"$REC" -q -a -o f.data -e raw_syscalls:sys_enter --filter 'id == 110 || id == 102' --filter 'id != 102' \
	-- "$load/calls" 20 >/dev/null
check_eq "--filter twice: both hold" getppid "$(names_of f.data)"
if [ -n "$PERF" ]; then
	"$REC" -q -o f.data -e raw_syscalls:sys_exit --filter 'ret < 0' -e raw_syscalls:sys_enter -- "$load/calls" 20 >/dev/null
	"$PERF" script -i f.data -F event,trace 2>/dev/null >lines
	check_eq "--filter is for the -e before it" 0 \
		"$(awk '/sys_exit/ && !/= -/ { n++ } END { print n + 0 }' lines)"
	[ "$(grep -c 'sys_enter: NR' lines)" -ge 338 ] || fail "--filter took away events of another -e"
fi
check_rec_error 2 "rec: the kernel does not take the filter idd == 3 for raw_syscalls:sys_enter: Field not found; its fields: id, args" \
	--filter 'idd == 3' -- true
check_rec_error 2 "rec: option --filter is empty" --filter '' -- true
check_rec_error 2 "rec: option --filter is for the -e before it, and there is none; put it behind -e sched:sched_switch" \
	--filter 'id == 1' -e sched:sched_switch -- true
# The reason is told, whatever the filter looks like.
enter="raw_syscalls:sys_enter" fields="its fields: id, args"
check_rec_error 2 "rec: the kernel does not take the filter x == \"error: y\" for $enter: Field not found; $fields" \
	--filter 'x == "error: y"' -- true
check_rec_error 2 "rec: the kernel does not take the filter 0 for $enter: Invalid argument; $fields" --filter 0 -- true
long=$(printf 'id != %d && ' {1000..1100})
check_rec_error 2 "rec: the kernel does not take the filter ${long:0:200}... for $enter: Field not found; $fields" \
	--filter "${long}idd == 3" -- true
long=$(printf 'id != %d && ' {1000..1400})
check_status "a filter that is too long" 2 "$REC" -a --filter "${long}id != 3" -o x.data -- true
check_match "... is told" "^rec: the filter for $enter is too long: [0-9]+ bytes with what excludes rec itself, and the kernel takes [0-9]+$" \
	"$(cat err)"
[ -z "$(find $tracing/instances -name 'recana.*')" ] || fail "an instance of tracefs was left behind"

# ---- system calls ----
"$REC" -q -o s.data --syscalls getpgid,110 -- "$load/calls" 20 >/dev/null
check_eq "--syscalls: names and numbers" "getpgid getppid" "$(names_of s.data | xargs)"
if [ -n "$PERF" ] && [ -e $tracing/events/syscalls/sys_enter_getpgid ]; then
	check_eq "a few calls: an event for each, which is cheaper for all others" \
		"syscalls:sys_enter_getpgid syscalls:sys_enter_getppid" "$(events_of s.data | xargs)"
	"$REC" -q -o e.data -e raw_syscalls:sys_enter --syscalls getpgid,110 -- "$load/calls" 20 >/dev/null
	check_eq "... but what -e names is recorded" raw_syscalls:sys_enter "$(events_of e.data)"
	check_eq "... with the same counts" "$("$ANA" syscall-counts s.data)" "$("$ANA" syscall-counts e.data)"
	"$REC" -q -o both.data -e raw_syscalls:sys_enter,syscalls:sys_enter_getppid -- "$load/calls" 20 >/dev/null
	check_match "... and a call with two events is counted once" "^getppid,[0-9]*,20$" \
		"$("$ANA" syscall-counts --format csv both.data)"
	"$PERF" record -q -o theirs.data -e syscalls:sys_enter_getppid,syscalls:sys_enter_getpgid -- \
		"$load/calls" 20 >/dev/null 2>&1
	check_eq "... as in what perf records" "$("$ANA" syscall-counts s.data)" \
		"$("$ANA" syscall-counts theirs.data)"
fi
"$REC" -q -o but.data --syscalls '!getpgid,%file' -- "$load/calls" 20 >/dev/null
check_eq "'!': all but these" "" "$(names_of but.data | grep -x -E 'getpgid|execve|openat|newfstatat')"
check_match "... and those all" "^getppid$" "$(names_of but.data)"
"$REC" -q -o exit.data -e 'raw_syscalls:*' --syscalls getpgid -- "$load/calls" 20 >/dev/null
if [ -n "$PERF" ]; then
	check_eq "--syscalls: the ends of the calls, too" "23 23" \
		"$("$PERF" script -i exit.data -F event 2>/dev/null | sort | uniq -c | awk '{ print $1 }' | xargs)"
fi
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	# It sees calls that seccomp refuses, and the tracepoint does not: so the filter is compared.
	# What a strace does not know yet it prints for every group, as syscall_0x1d0.
	numbers() { awk '$1 == "[" && $3 ~ /^[a-z]/ && $3 !~ /^syscall_/ { print $2 + 0 }' "$1" | sort -nu; }
	strace -n -o t "$load/refused"
	numbers t >known
	for group in file desc net process memory; do
		strace -n -e trace=%$group -o t "$load/refused"
		numbers t >theirs
		"$REC" -v -o g.data --syscalls %$group -- true 2>err
		python3 -c 'import sys
expr = sys.argv[1].replace("&&", "and").replace("||", "or")
print(*[id for id in range(471) if eval(expr, {"id": id})], sep="\n")' \
			"$(sed -n 's/^rec: filter of [^ ]*: //p' err)" | grep -x -F -f known >ours
		check_eq "%$group is what strace takes it for" "$(cat theirs)" "$(cat ours)"
	done
fi
check_rec_error 2 "rec: option --syscalls: unknown call opennat; did you mean openat or openat2?" --syscalls read,opennat -- true
check_rec_error 2 "rec: option --syscalls: unknown group %disk; there are %file, %desc, %net, %process, %memory" --syscalls %disk -- true
check_rec_error 2 "rec: option --syscalls: unknown call 99999" --syscalls 99999 -- true
check_rec_error 2 "rec: option --syscalls names no call" --syscalls '!' -- true
check_rec_error 2 "rec: option --syscalls: no event of raw_syscalls is recorded; add -e raw_syscalls:sys_enter" \
	-e sched:sched_switch --syscalls read -- true
