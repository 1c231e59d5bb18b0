#!/bin/bash
# Without the rights to record, one message names the right that is missing and the command that
# grants it; with CAP_PERFMON it works, with small rings and a word about that.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd setpriv
need_cmd unshare

# The search for leaks needs rights that nobody has.
export ASAN_OPTIONS=$ASAN_NOLEAK
cp "$REC" rec # nobody may not enter the folder where it was built
chmod 777 .
dir=/sys/kernel/tracing
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

check_status "nobody cannot read tracefs" 1 nobody ./rec -a -- true
check_match "... and is told" "^rec: cannot read .*: Permission denied; tracefs is for root: use sudo, or once: sudo setcap" \
	"$(cat err)"

# May read everything, may not open events.
caps=dac_read_search
check_status "no CAP_PERFMON" 1 setpriv --reuid=65534 --regid=65534 --clear-groups \
	--inh-caps=+$caps --ambient-caps=+$caps ./rec -a -- true
check_match "... names the level, the capability and the command" \
	"^rec: no right to record raw_syscalls:sys_enter on CPU 0 .*perf_event_paranoid is -?[0-9]+ and CAP_PERFMON is missing; use sudo, or once: sudo setcap cap_perfmon" \
	"$(cat err)"

# May record, may lock no more than 8 MB.
caps=dac_read_search,+perfmon
# shellcheck disable=SC2016
check_status "CAP_PERFMON without CAP_IPC_LOCK" 0 setpriv --reuid=65534 --regid=65534 --clear-groups \
	--inh-caps=+$caps --ambient-caps=+$caps sh -c 'ulimit -l 64; ./rec -o p.data -a -m 16M -- true'
check_match "smaller rings are told" "^rec: rings of [0-9]+ KiB instead of 16384: .*ulimit -l" "$(cat err)"
check_status "... and what they recorded is read" 0 "$ANA" syscall-counts p.data

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
exec setpriv --reuid=65534 --regid=65534 --clear-groups ./rec -a -- true
X
check_status "no tracefs" 1 unshare -m sh hidden.sh
check_match "... and how to get it" "^rec: .*tracefs.*(mount -t tracefs nodev $dir|setcap)" "$(cat err)"
