#!/bin/bash
# What is recorded: a command and its children, processes, threads, a user's, a cgroup's; exactly
# their calls, each once, and nobody else's.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd jq
load=$BUILD/tests/load

# calls_of FILE NAME - how often it is in the recording.
calls_of()
{
	"$ANA" syscall-counts --format json "$1" |
		jq --arg name "$2" '[.syscalls[] | select(.name == $name) | .count] | add // 0'
}

# family_start THREADS CALLS [WRAPPER...] - it waits for family_go and family_end; its pid is $family.
family_start()
{
	local threads=$1 calls=$2

	shift 2
	rm -f to from
	mkfifo to from
	"$@" "$load/family" "$threads" "$calls" <to >from &
	exec 7>to 8<from
	read -r family <&8
}

family_go()
{
	echo >&7
	read -r done <&8
	check_eq "the family made its calls" "done" "$done"
}

family_end()
{
	echo >&7
	exec 7>&- 8<&-
}

# rec_end - stop what rec_start began; its summary goes to $T/summary.
rec_end()
{
	kill -INT $rec
	wait $rec || fail "rec: $(cat summary)"
}

# ---- a command alone ----
tree="$load/calls 50 >/dev/null; $load/calls 70 >/dev/null & wait"
"$REC" -q -o tree.data -- sh -c "$tree"
for n in "getpgid 126" "getpriority 144" "lseek 140"; do
	check_eq "a command and its children: ${n% *}" "${n#* }" "$(calls_of tree.data "${n% *}")"
done
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	strace -f -c -o counts sh -c "$tree"
	# exit_group does not return, so strace does not count it; how often sh waits is chance
	awk '$NF ~ /^[a-z]/ && $1 + 0 == $1 && $NF != "total" { print $NF "," $4 }' counts |
		grep -v -E '^(wait4|rt_sigreturn|exit_group),' | sort >theirs
	"$ANA" syscall-counts --format csv tree.data | awk -F, 'NR > 1 { print $1 "," $3 }' |
		grep -v -E '^(wait4|rt_sigreturn|exit_group),' | sort >ours
	check_eq "each call as often as strace -f -c counts it" "$(cat theirs)" "$(cat ours)"
fi
if [ -n "$PERF" ]; then
	check_eq "nobody else is in it" "calls sh" \
		"$("$PERF" script -i tree.data -F comm 2>/dev/null | awk "{ print \$1 }" | sort -u | xargs)"
fi
check_status "the status of a command alone" 5 "$REC" -q -o s.data -- sh -c 'exit 5'

# ---- processes and threads ----
family_start 3 100
rec_start p.data -v -p "$family,$family"
family_go
rec_end
check_eq "-p: its threads, and what they start later" 600 "$(calls_of p.data getppid)"
if [ -n "$PERF" ]; then
	check_eq "-p: nobody else" "family" "$("$PERF" script -i p.data -F comm 2>/dev/null | awk "{ print \$1 }" | sort -u | xargs)"
fi
sums=$(awk '/^rec: raw_syscalls/ { counted += $6; lost += $8 } END { print counted, lost }' summary)
all=$("$ANA" syscall-counts --format json p.data | jq '[.syscalls[].count] | add')
check_eq "-p: counted = recorded + lost" "$sums" "$all 0"
family_end

family_start 3 100
rec_start t.data -t "$family"
family_go
rec_end
check_eq "-t: that thread, and nothing that it starts" 100 "$(calls_of t.data getppid)"
family_end

family_start 3 20000
"$REC" -m 2 -v -o small.data -p "$family" 2>summary &
rec=$!
sleep 0.5
family_go
rec_end
sums=$(awk '/^rec: raw_syscalls/ { counted += $6; lost += $8 } END { print counted - lost }' summary)
all=$("$ANA" syscall-counts --format json small.data | jq '[.syscalls[].count] | add')
check_eq "-p, rings of 2 pages: recorded = counted - lost" "$sums" "$all"
family_end

# ---- all have ended: so does the recording ----
sleep 1 &
check_status "-p: ends with its last process" 0 timeout 20 "$REC" -o e.data -p $!
check_match "... with a summary" "captured and wrote" "$(cat err)"

# ---- threads that come and go: each call is there once ----
"$load/churn" 10 4 &
churn=$!
sleep 0.3
check_status "-p of a process whose threads come and go" 0 timeout 20 "$REC" -q -o churn.data -p $churn
if [ -n "$PERF" ]; then
	"$PERF" script -i churn.data -F tid,trace 2>/dev/null |
		awk '/NR 110 / { n[$1]++ } END { for (t in n) print n[t] }' | sort -n | tail -n 1 >most
	check_eq "no call of a thread is there twice" 10 "$(cat most)"
fi

# ---- one has ended before its events were opened: the other is recorded ----
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	family_start 1 50
	sleep 100 &
	gone=$!
	ASAN_OPTIONS=$ASAN_NOLEAK strace -o trace -e trace=openat,perf_event_open \
		-e inject=perf_event_open:delay_enter=1000000:when=1 \
		"$REC" -q -o gone.data -p "$gone,$family" 2>summary &
	rec=$!
	until grep -q "\"$gone/task\"" trace 2>/dev/null; do sleep 0.05; done
	kill $gone
	wait $gone 2>/dev/null || true
	until [ -s gone.data ] || ! kill -0 $rec 2>/dev/null; do sleep 0.05; done
	sleep 0.5
	family_go
	family_end
	wait $rec || fail "-p, one has ended: $(cat summary)"
	check_eq "-p, one has ended: the other" 200 "$(calls_of gone.data getppid)"
fi

# ---- a user's ----
own=rec.$$
cp "$REC" $own
for self in "" --include-self; do
	"./$own" -q -u 0 $self -o self.data --duration 0.3
	check_eq "-u: rec itself, with '$self'" "${self:+yes}" \
		"$([ "$("$ANA" syscall-counts --comm $own --format json self.data | jq '[.syscalls[].count] | add // 0')" = 0 ] || echo yes)"
done
if command -v setpriv >/dev/null; then
	family_start 2 30 setpriv --reuid 64123 --clear-groups
	rec_start u.data -u 64123
	family_go
	rec_end
	check_eq "-u: the user's processes, and what they start" 150 "$(calls_of u.data getppid)"
	family_end
fi

# ---- a cgroup's ----
cgroups=$(awk '$3 == "cgroup2" { print $2 }' /proc/mounts | head -n 1)
group=recana.$$
if [ -n "$cgroups" ] && mkdir "$cgroups/$group" 2>/dev/null; then
	for word in "$group" "$cgroups/$group"; do
		check_status "-G $word" 0 "./$own" -q -a -G "$word" -o G.data -- \
			sh -c "echo \$\$ >'$cgroups/$group/cgroup.procs'; exec $load/calls 40"
		check_eq "-G: its calls" 40 "$(calls_of G.data getppid)"
		check_eq "-G: and no others" 0 "$("$ANA" syscall-counts --comm $own --format json G.data |
			jq '[.syscalls[].count] | add // 0')"
	done
	check_rec_error 1 "rec: option -G: there is no cgroup $cgroups$group below $cgroups" -G "$cgroups$group"
	rmdir "$cgroups/$group"
fi

# ---- what cannot be: one line, and the right status ----
check_rec_error 2 "rec: option -p: abc is no list of processes, as 812,4711" -p abc
check_rec_error 2 "rec: option -p: 1, is no list of processes, as 812,4711" -p 1,
check_rec_error 2 "rec: option -t: 0 is no list of threads, as 812,4711" -t 0
check_rec_error 2 "rec: option -t:  is no list of threads, as 812,4711" -t ''
check_rec_error 1 "rec: option -p: there is no process 2147483647" -p 2147483647
check_rec_error 1 "rec: option -t: there is no thread 2147483647" -t 1,2147483647
check_rec_error 1 "rec: option -u: there is no user nosuchuser" -u nosuchuser
check_rec_error 1 "rec: option -u: 64999 has no process to begin with; to record what it starts later, give its cgroup: -G user.slice/user-64999.slice" -u 64999
check_rec_error 2 "rec: options -a and -p exclude each other" -a -p 1
check_rec_error 2 "rec: options -C and -t exclude each other" -C 0 -t 1
check_rec_error 2 "rec: options -p and -u exclude each other" -u 0 -p 1
check_rec_error 2 "rec: options -t and -G exclude each other" -G x -t 1
if [ -n "$cgroups" ]; then
	check_rec_error 1 "rec: option -G: there is no cgroup no/such below $cgroups" -G no/such
fi
