#!/bin/bash
# comm is right at the time of each call: after prctl, in a forked child, in a thread that renames
# itself, after exec, and for a task that ran (and was named) before rec did.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq

names=$BUILD/tests/load/names
ln -s "$names" names-exec
cat >early.sh <<'X'
exec 3<>go
printf early-task >/proc/self/comm
read -r -u 3 _
umask >/dev/null
X
mkfifo go
bash early.sh &
early=$!
for _ in $(seq 50); do
	[ "$(cat /proc/$early/comm)" != early-task ] || break
	sleep 0.1
done
check_eq "the early task has its name before rec starts" early-task "$(cat /proc/$early/comm)"

check_status "rec" 0 "$REC" -a -o names.data -- sh -c "'$names' ./names-exec; echo go >go; sleep 0.2"
wait $early

count()
{
	"$ANA" syscall-counts --comm "$1" --format json names.data |
		jq -r --arg n "$2" '[.syscalls[] | select(.name == $n) | .count] | add // 0'
}
check_eq "getsid under the name that prctl gave" 7 "$(count names-before getsid)"
check_eq "getpgid under the child's name" 11 "$(count names-child getpgid)"
check_eq "umask under the thread's name" 13 "$(count names-thread umask)"
check_eq "getpriority under the name after exec" 17 "$(count names-exec getpriority)"
check_eq "no getpriority under the name before exec" 0 "$(count names-before getpriority)"
check_eq "the task that ran before rec has its name" yes \
	"$([ "$(count early-task read)" -ge 1 ] || [ "$(count early-task exit_group)" -ge 1 ] && echo yes)"

if [ -n "$PERF" ]; then
	"$PERF" script -i names.data -F comm,trace 2>/dev/null |
		awk '$1 == "names-thread" && $3 == 95 { n++ } END { print n + 0 }' >perf.count
	check_eq "perf script says the same of the thread" 13 "$(cat perf.count)"

	# To have an empty name is not to be gone.
	sh -c 'printf "\0" >/proc/self/comm; read -r _ <go' &
	nameless=$!
	while [ -n "$(cat /proc/$nameless/comm)" ]; do sleep 0.05; done
	"$REC" -q -p $nameless -o nameless.data --duration 50ms
	check_match "an empty name" "^ +0 .*PERF_RECORD_COMM: +:$nameless/$nameless$" \
		"$("$PERF" script --show-task-events -F comm,time,event -i nameless.data 2>&1 | sed 's/0\.0*:/0 /')"
fi
