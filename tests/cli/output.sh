#!/bin/bash
# The file that rec writes: for its owner only, the former one kept as .old, given to the user
# who called sudo, never written through a link.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs

rec() { check_status "rec $*" 0 "$REC" "$@"; }

echo old >perf.data
rec -a -- true
check_eq "the old file is kept" old "$(cat perf.data.old)"
check_eq "mode" 600 "$(stat -c %a perf.data)"
check_match "the summary names the file" "captured and wrote [0-9.]+ MB perf.data \([0-9]+ samples, 0 lost\)" \
	"$(cat err)"

echo secret >target
ln -s target link.data
rec -o link.data -a -- true
check_eq "what a link points to is untouched" secret "$(cat target)"
check_eq "the link itself became .old" link "$(test -L link.data.old && echo link)"

rec -q -o quiet.data -a -- true
check_eq "-q prints nothing" "" "$(cat err)"

check_status "under sudo" 0 env SUDO_UID=65534 SUDO_GID=65533 "$REC" -o sudo.data -a -- true
check_eq "the file is the caller's" 65534:65533 "$(stat -c %u:%g sudo.data)"

rec -o /dev/null -a -- true
