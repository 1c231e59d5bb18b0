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

# What /dev/stdout is: a link to something that is no file. It stays, and nothing is written.
ln -s /proc/self/fd/1 stdout
check_status "a link to a pipe" 1 sh -c "'$REC' -q -o stdout -a -- true | cat; exit 1"
check_match "... is refused" "cannot record into stdout: it is no regular file" "$(cat err)"
check_eq "... and left alone" /proc/self/fd/1 "$(readlink stdout)"

# A program that cannot be executed is known only when it is tried: the file is whole all the same.
printf '#!/nonexistent/interpreter\n' >bad
chmod +x bad
check_status "exec fails" 127 "$REC" -q -o bad.data -a -- ./bad
check_match "... and says why" "cannot run ./bad: No such file" "$(cat err)"
check_status "... after a file was made, which is whole" 0 "$ANA" syscall-counts bad.data
check_eq "... and nothing is said against it" "" "$(cat err)"

# The times in the header enclose all samples, also when the last ring piece has none.
check_status "few events" 0 "$REC" -q -a -e sched:sched_process_exec -o times.data -- \
	sh -c 'ls; sleep 0.5; ls; sleep 0.5; true'
if [ -n "$PERF" ]; then
	check_eq "perf script --time 0%-100% shows every event" \
		"$("$PERF" script -i times.data 2>/dev/null | wc -l)" \
		"$("$PERF" script -i times.data --time 0%-100% 2>/dev/null | wc -l)"
fi
