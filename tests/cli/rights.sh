#!/bin/bash
# Without the rights to record, one message names the right that is missing and the command that
# grants it; with them it works: by capabilities of the program file, or by perf_event_paranoid and
# a tracefs that one may read.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd setpriv
need_cmd unshare
need_cmd jq

# The search for leaks needs rights that nobody has.
export ASAN_OPTIONS=$ASAN_NOLEAK
cp "$REC" rec # nobody may not enter the folder where it was built
cp "$BUILD/tests/load/calls" "$BUILD/tests/load/sealed" .
chmod 777 .
dir=$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)
paranoid=$(cat /proc/sys/kernel/perf_event_paranoid)
grant="use sudo, or once: sudo setcap cap_perfmon,cap_ipc_lock,cap_dac_read_search\+ep $T/rec"
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
with() { "${nobody[@]}" --inh-caps="+$1" --ambient-caps="+$1" "${@:2}"; }
getppids() { "$ANA" syscall-counts --format json "$1" | jq '[.syscalls[] | select(.name == "getppid") | .count] | add // 0'; }

# go_with FILE - a line, when rec has made FILE and a bit later switches on.
go_with()
{
	for _ in $(seq 200); do
		[ ! -s "$1" ] || break
		sleep 0.05
	done
	sleep 0.7
	echo
}

# refused WHAT ERE COMMAND... - status 1 and that one line.
refused()
{
	check_status "$1" 1 "${@:3}"
	check_match "$1: is told" "^rec: .*$2" "$(cat err)"
	check_eq "$1: one line" 1 "$(wc -l <err)"
}

# ---- without rights: each cause has its own message ----
remount="or for your group, until the next boot: sudo mount -o remount,mode=750,gid=65534 $dir$"
refused "tracefs" "cannot read $dir/events/.*: Permission denied; .*CAP_DAC_READ_SEARCH is missing; $grant; $remount" \
	"${nobody[@]}" ./rec -a -- true
refused "list" "cannot read $dir/events: Permission denied; .*CAP_DAC_READ_SEARCH is missing; $grant; $remount" \
	"${nobody[@]}" ./rec list
missing="perf_event_paranoid is $paranoid and CAP_PERFMON is missing; $grant"
if [ "$paranoid" -gt 1 ]; then
	refused "the machine" "no right to record raw_syscalls:sys_enter on CPU 0 .*: $missing; .* kernel.perf_event_paranoid=-1$" \
		with dac_read_search ./rec -a -- true
	refused "a command" "no right to .*: $missing; .* kernel.perf_event_paranoid=1$" \
		with dac_read_search ./rec -- true
	refused "another event of a command" "no right to record sched:sched_switch .*: $missing; .* kernel.perf_event_paranoid=-1$" \
		with dac_read_search ./rec -e sched:sched_switch -- true
	refused "no_new_privs" "CAP_PERFMON is missing; run rec from elsewhere: no_new_privs is set" \
		with dac_read_search --no-new-privs ./rec -a -- true
	refused "a container without the capability" "CAP_PERFMON is missing; have its container or service .* --cap-add PERFMON " \
		setpriv --bounding-set=-perfmon,-sys_admin ./rec -a -- true
	if unshare -Ur true 2>/dev/null; then
		refused "a user namespace" "CAP_PERFMON is missing; run rec outside of its user namespace" unshare -Ur ./rec -a -- true
	fi
fi
refused "another user's process" "no right to record raw_syscalls:sys_enter of task 1 .*: it is another user's, .* CAP_PERFMON is missing; $grant" \
	with dac_read_search ./rec -p 1
if ./sealed 1 true; then
	for answer in "1 Operation not permitted" "38 Function not implemented"; do
		refused "seccomp, $answer" "a seccomp filter forbids perf_event_open\(\) \(${answer#* }\); .*--security-opt seccomp=unconfined" \
			./sealed "${answer%% *}" ./rec -a -- true
	done
fi

# ---- small rings ----
# shellcheck disable=SC2016
check_status "CAP_PERFMON without CAP_IPC_LOCK" 0 with dac_read_search,+perfmon \
	sh -c 'ulimit -l 64; ./rec -o p.data -a -m 16M -- true'
check_match "smaller rings are told" \
	"^rec: rings of [0-9]+ KiB instead of 16384: .*ulimit -l is 64, perf_event_mlock_kb [0-9]+, and CAP_IPC_LOCK is missing; raise one, or $grant" \
	"$(cat err)"
check_status "... and what they recorded is read" 0 "$ANA" syscall-counts p.data

# ---- with the capabilities of the program file ----
own() { check_status "setcap: $*" 0 "${nobody[@]}" ./rec "$@"; }
# own_until PID ARGS... - the same, until PID has ended.
own_until()
{
	"${nobody[@]}" ./rec "${@:2}" 2>err &
	rec=$!
	wait "$1" || true
	kill -INT $rec 2>/dev/null || true # it may end by itself
	wait $rec || fail "setcap: ${*:2}: $(cat err)"
}
if setcap cap_perfmon,cap_ipc_lock,cap_dac_read_search+ep rec 2>/dev/null &&
	"${nobody[@]}" ./rec -q -a -o a.data -- true 2>/dev/null; then
	own -a -o a.data -- ./calls 20
	check_eq "no word about rights" "" "$(grep -v '^\[' err || true)"
	[ "$(getppids a.data)" -ge 20 ] || fail "-a: only $(getppids a.data) of 20 calls"
	check_eq "the file is the user's" "65534 600" "$(stat -c '%u %a' a.data)"
	own -q -o c.data -- ./calls 30
	check_eq "a command" 30 "$(getppids c.data)"
	for option in -p -t -u; do
		rm -f o.data
		"${nobody[@]}" sh -c 'read -r line; exec ./calls 40' < <(go_with o.data) >/dev/null 2>&1 &
		until [ "$(stat -c %u /proc/$!)" = 65534 ]; do sleep 0.05; done # setpriv begins as root
		own_until $! -q -o o.data $option $([ $option = -u ] && echo 65534 || echo $!)
		calls=$(getppids o.data)
		if [ "$calls" -lt 40 ] || { [ "$calls" -gt 40 ] && [ $option != -u ]; }; then
			fail "$option of one's own: $calls of 40 calls"
		fi
	done
	cgroups=$(awk '$3 == "cgroup2" { print $2 }' /proc/mounts | head -n 1)
	if [ -n "$cgroups" ] && mkdir "$cgroups/recana.$$" 2>/dev/null; then
		sh -c "echo \$\$ >'$cgroups/recana.$$/cgroup.procs'; read -r line; exec ./calls 50" < <(go_with g.data) >/dev/null &
		own_until $! -q -o g.data -G recana.$$
		rmdir "$cgroups/recana.$$"
		check_eq "a cgroup" 50 "$(getppids g.data)"
	fi
	own -q -o f.data -e raw_syscalls:sys_enter --filter 'id == 110' -- ./calls 60
	[ "$(uname -m)" != x86_64 ] || check_eq "--filter" 60 "$("$ANA" syscall-counts --format json f.data | jq '[.syscalls[].count] | add')"
	own -q -o s.data -a --syscalls getppid -- ./calls 70
	[ "$(getppids s.data)" -ge 70 ] || fail "--syscalls: only $(getppids s.data) of 70 calls"
	own -q -o e.data -a -e 'sched:sched_sw*' -- true
	own list 'raw_syscalls:*'
	check_eq "rec list" "raw_syscalls:sys_enter raw_syscalls:sys_exit" "$(xargs <out)"
	"${nobody[@]}" ./rec -q -o - -- ./calls 80 2>/dev/null >stream
	check_eq "a stream" 80 "$(getppids stream)"
	# Of a program with capabilities no other may be made: the command has none of them.
	check_status "setcap: the command" 0 "${nobody[@]}" ./rec -q -o c.data -- grep CapEff /proc/self/status
	check_eq "... has no capabilities" "CapEff: 0000000000000000" "$(tr '\t' ' ' <out)"
	check_status "a filter that is none" 2 "${nobody[@]}" ./rec -e sched:sched_switch --filter 'nosuch == 1' -- true
	check_match "... and the event's fields" "does not take the filter nosuch == 1 .*its fields: .*prev_comm" "$(cat err)"
	setcap -r rec
fi

# ---- what an ordinary user may do where the machine allows it ----
restore()
{
	echo "$paranoid" >/proc/sys/kernel/perf_event_paranoid
	mount -o "remount,$mode" "$dir"
}
mode=$(stat -c 'mode=%a,gid=%g' "$dir")
undo=restore
mount -o remount,mode=750,gid=65534 "$dir"
echo 1 >/proc/sys/kernel/perf_event_paranoid
check_status "level 1: a command" 0 "${nobody[@]}" ./rec -o 1.data -- ./calls 30
check_eq "... its calls" 30 "$(getppids 1.data)"
"${nobody[@]}" sh -c 'read -r line; exec ./calls 40' < <(go_with 2.data) >/dev/null &
until [ "$(stat -c %u /proc/$!)" = 65534 ]; do sleep 0.05; done
check_status "level 1: a process" 0 "${nobody[@]}" ./rec -o 2.data -p $!
check_eq "... its calls" 40 "$(getppids 2.data)"
refused "level 1: the machine" "perf_event_paranoid is 1 and CAP_PERFMON is missing; .*; your own programs you may record: rec -- COMMAND$" \
	"${nobody[@]}" ./rec -a -- true
check_status "level 1: a pattern" 0 "${nobody[@]}" ./rec -e 'sched:*,raw_syscalls:*' -o 1.data -- true
check_match "... leaves out what may not be" "of the events that a pattern names cannot be recorded with these rights" "$(cat err)"
echo -1 >/proc/sys/kernel/perf_event_paranoid
check_status "level -1: the machine" 0 "${nobody[@]}" ./rec -e raw_syscalls:sys_enter,sched:sched_switch -a -o 1.data -- ./calls 20
[ "$(getppids 1.data)" -ge 20 ] || fail "level -1: only $(getppids 1.data) of 20 calls"
restore
undo=

unshare -m true 2>/dev/null || exit 0 # a root that is no mount point: the rest cannot be tried
# tracefs is not mounted, and root mounts it.
cat >unmounted.sh <<'X'
umount -l /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null
umount -l /sys/kernel/tracing || exit 9
./rec -q -a -o m.data -- true && grep -q " /sys/kernel/.*tracefs" /proc/mounts
X
check_status "rec mounts tracefs" 0 unshare -m sh unmounted.sh

# No tracefs, and no right to mount one: in a mount namespace of its own.
cat >hidden.sh <<'X'
mount -t tmpfs none /sys/kernel/tracing 2>/dev/null
umount -l /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null
umount -l /sys/kernel/tracing; umount -l /sys/kernel/tracing 2>/dev/null
exec setpriv "$@" ./rec -a -- true
X
refused "no tracefs" "tracefs is not mounted .*sudo mount -t tracefs nodev /sys/kernel/tracing" \
	unshare -m sh hidden.sh --reuid=65534 --regid=65534 --clear-groups
refused "no tracefs in a container" "tracefs is not mounted and cannot be in this container; docker run -v " \
	unshare -m sh hidden.sh --bounding-set=-sys_admin
