#!/bin/bash
# The scripts that make ana trace's tables, where something is not as it should be.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_cmd gcc

# A header that is not there, names that stand for no number, for a large one and a negative one, or for one that
# has a name already, and a family of nothing.
cat >list.txt <<'E'
# a comment

one	linux/nowhere.h,linux/fcntl.h	^(O_RDWR|AT_FDCWD)$
@two	linux/sched.h	^CLONE_(IO|INTO_CGROUP|NOTHING)$
three	stdlib.h	^(EXIT_|RAND_MAX|MB_CUR_MAX)	!FAILURE
four	linux/fcntl.h	^NOTHING_
five	linux/fcntl.h	^O_(NONBLOCK|NDELAY)$
E
check_status "constants.sh" 0 "$ROOT/report/constants.sh" gcc list.txt
check_eq "it is silent" "" "$(cat err)"
check_eq "families and names" "family_one[] O_RDWR 0x0000000000000002 AT_FDCWD 0xffffffffffffff9c \
family_two[] CLONE_IO 0x0000000080000000 CLONE_INTO_CGROUP 0x0000000200000000 \
family_three[] EXIT_SUCCESS 0x0000000000000000 RAND_MAX 0x000000007fffffff \
family_five[] O_NONBLOCK 0x0000000000000800" \
	"$(sed -n 's/^static const struct constant \(.*\) = {$/\1/p; s/^\t{ "\([A-Z_]*\)", \(0x.*\) },$/\1 \2/p' out | paste -sd' ')"
check_match "values of this architecture only" '^	\{ "two", .*, true \},$' "$(cat out)"
cp out made.c
check_status "it is C" 0 gcc -Wall -Werror -I"$ROOT" -c made.c -o made.o
"$ROOT/report/constants.sh" ./nowhere list.txt >out 2>&1 && fail "no compiler: $(cat out)"

# A kernel that tells of the text of an argument, too, and one that tells nothing.
field() { printf '\tfield:%s;\toffset:8;\tsize:8;\tsigned:0;\n' "$1"; }
for call in openat newstat sync; do
	mkdir -p events/sys_enter_$call
	{
		printf 'name: sys_enter_%s\nID: 1\nformat:\n' $call
		field "int __syscall_nr"
		[ $call = sync ] || field "const char * filename"
		[ $call != openat ] || field "umode_t mode"
		[ $call != openat ] || field "__data_loc char[] __filename_val"
		printf '\nprint fmt: "field: %%d", REC->x\n'
	} >events/sys_enter_$call/format
done
check_status "callargs.sh" 0 "$ROOT/report/callargs.sh" events
check_eq "calls by name" '{ "openat", 2, { { "const char *", "filename" }, { "umode_t", "mode" } } },
{ "stat", 1, { { "const char *", "filename" } } },
{ "sync", 0, { { 0 } } },' "$(grep '^{' out)"
check_status "no tracefs" 1 "$ROOT/report/callargs.sh" nowhere
check_eq "no tracefs" "callargs: cannot read nowhere/sys_enter_openat/format; run as root, with tracefs mounted" "$(cat err)"
