#!/bin/bash
# -r PRIO: rec runs with a real-time priority, the command does not; who may not have it is told why.
. "$(dirname "$0")/../lib.sh"
for prio in 0 100 x; do
	check_status "-r $prio" 2 "$REC" -r $prio -- true
	check_eq "... is none" "rec: option -r: $prio is no priority from 1 to 99" "$(cat err)"
done
need_root_tracefs
need_cmd chrt
need_cmd setpriv
need_cmd prlimit
chrt -f 1 true 2>/dev/null || skip "no real-time share for this control group"
export ASAN_OPTIONS=$ASAN_NOLEAK
cp "$REC" rec
chmod 777 .

# shellcheck disable=SC2016
check_status "-r 7" 0 "$REC" -q -r 7 -o a.data -- sh -c 'chrt -p $PPID; chrt -p $$'
check_eq "rec has it, the command has not" "SCHED_FIFO 7 SCHED_OTHER 0" "$(sed 's/.*: //' out | xargs)"

# shellcheck disable=SC2016
check_status "-r 7 with threads" 0 "$REC" -q -r 7 --threads 2 -o a.data -a -- sh -c 'chrt -a -p $PPID | grep -c "priority: 7"'
check_eq "... they have it, too" "$(($(nproc) < 2 ? 1 : 2))" "$(cat out)"

user=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+dac_read_search,+perfmon
	--ambient-caps=+dac_read_search,+perfmon)
check_status "no right" 1 prlimit --rtprio=0:0 "${user[@]}" ./rec -r 7 -o b.data -- true
check_match "... names it" "^rec: option -r: no right to real-time priority 7: CAP_SYS_NICE is missing and RLIMIT_RTPRIO is 0; raise ulimit -r, or use sudo, or once: sudo setcap .*,cap_sys_nice\+ep $T/rec$" \
	"$(cat err)"
[ ! -e b.data ] || fail "a file was made"
prlimit --rtprio=7:7 true 2>/dev/null || exit 0 # raising it needs CAP_SYS_RESOURCE
check_status "a limit that is high enough" 0 prlimit --rtprio=7:7 "${user[@]}" ./rec -q -r 7 -m 64K -o b.data -- true
