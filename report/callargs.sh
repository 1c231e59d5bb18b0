#!/bin/sh
# callargs.sh [EVENTS] - the arguments of Linux's system calls, as the running kernel describes them: what
# report/callargs.inc consists of. EVENTS: the folder of them in tracefs.
#
# A row for each call, by name, with the type and the name of each argument. The name is that of the call, where
# the function in the kernel has another one.
set -eu
export LC_ALL=C

events=${1:-/sys/kernel/tracing/events/syscalls}
[ -r "$events/sys_enter_openat/format" ] || {
	echo "callargs: cannot read $events/sys_enter_openat/format; run as root, with tracefs mounted" >&2
	exit 1
}

cat <<E
/*
 * Made by report/callargs.sh (make callargs) from /sys/kernel/tracing/events/syscalls of
 * Linux $(uname -r | sed 's/^\([0-9]*\.[0-9]*\).*/\1/'), $(uname -m). Not to be changed by hand.
 */
E
for format in "$events"/sys_enter_*/format; do
	awk '
	BEGIN {
		split("newstat stat newlstat lstat newfstat fstat newuname uname sendfile64 sendfile " \
			"umount umount2", names, " ")
		for (i = 1; i in names; i += 2)
			call_of[names[i]] = names[i + 1]
	}
	/^name:/ {
		name = substr($2, length("sys_enter_") + 1)
		name = name in call_of ? call_of[name] : name
	}
	/^[ \t]*field:.*__syscall_nr;/ { behind = 1; next }
	/^[ \t]*field:__data_loc/ { next } # a copy of what a pointer among the arguments points to
	behind && /^[ \t]*field:/ {
		sub(/^[ \t]*field:/, "")
		sub(/;.*/, "")
		at = match($0, /[A-Za-z0-9_]+$/)
		type = substr($0, 1, at - 1)
		sub(/ +$/, "", type)
		args = args (args ? ", " : "") sprintf("{ \"%s\", \"%s\" }", type, substr($0, at))
		nr++
	}
	END {
		if (nr <= 6)
			printf "{ \"%s\", %d, { %s } },\n", name, nr, args ? args : "{ 0 }"
	}' "$format"
done | sort
