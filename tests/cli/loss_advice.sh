#!/bin/bash
# When events are lost, the summary says what would have helped: larger rings where they are small,
# another disk or a faster reader where rec did nothing but wait for these.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
spin=$BUILD/tests/load/spin

check_status "rings of 2 pages" 0 "$REC" -q -a -m 2 -o small.data -- "$spin" 2 300000
check_match "... are too small" "^rec: [0-9]+ events were lost: CPU [01] [0-9]+.*; try larger rings: -m [0-9]+[MK], as without -m$" \
	"$(cat err)"

# With rings as small, but time is lost elsewhere.
"$REC" -q -a -m 2 -o - --duration 2 -- "$spin" 2 100000000 2>err | { sleep 3; cat >stream; } || true
check_match "a slow reader" "^rec: [0-9]+ events were lost: .*; whoever reads the stream is too slow: rec waited [0-9.]+ of [0-9.]+ s for it" \
	"$(cat err)"

command -v fsfreeze >/dev/null || skip "fsfreeze is not installed"
truncate -s 256M image
mkfs.ext4 -q image 2>/dev/null || skip "no mkfs.ext4"
mkdir disk
mount -o loop image disk 2>/dev/null || skip "no loop device"
thaw() { fsfreeze -u disk 2>/dev/null || true; }
eject() { thaw; umount -l disk; }
undo=eject
"$REC" -q -a -m 256K -o disk/slow.data --duration 3 -- "$spin" 2 100000000 2>err &
rec=$!
for _ in $(seq 100); do
	[ ! -s disk/slow.data ] || break
	sleep 0.05
done
fsfreeze -f disk
sleep 3
thaw
wait $rec || fail "rec: $(cat err)"
check_match "a slow disk" "^rec: [0-9]+ events were lost: .*; the disk is too slow: rec waited [0-9.]+ of [0-9.]+ s for it; record onto a faster one" \
	"$(cat err)"
check_status "... and what was recorded is read" 0 "$ANA" syscall-counts disk/slow.data
