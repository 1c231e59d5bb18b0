#!/bin/bash
# A program of 32 bits on a kernel of 64: its calls are pairs like all others, and have the names of its own numbers, as far
# as a recording tells that it is one. tests/load/ia32.c says what it does.
. "$(dirname "$0")/../lib.sh"
need_root_tracefs
need_cmd jq

status=0
cp "$BUILD/tests/load/ia32" .
./ia32 1 2>err || status=$?
[ $status != 77 ] || skip "the compiler makes no programs of 32 bits"
[ $status != 126 ] || skip "this kernel runs no programs of 32 bits"
[ $status = 0 ] || fail "ia32: status $status: $(cat err)"

events=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)

# made FILE [ARGS...] - lines "NAME CALLS ERRORS OPEN BROKEN" of its calls that have names of numbers of 32 bits.
made()
{
	local file=$1

	shift
	"$ANA" summary --by syscall --format json "$@" "$file" | jq -r '.groups[] | select(.syscall | startswith("i386:")) |
		"\(.syscall) \(.calls) \(.errors) \(.open) \(.broken)"' | sort
}

# Begins as one of 64 bits (rec), becomes one of 32, and in the end one of 64 (true) again.
"$REC" -q -o a.data "${events[@]}" -- ./ia32 7 "$(type -P true)" || fail "rec: $?"
check_eq "calls, errors, open, broken" "i386:999 1 1 0 0
i386:execve 1 0 0 0
i386:exit 1 0 1 0
i386:fork 1 0 0 0
i386:getpid 14 0 0 0
i386:waitpid 1 0 0 0
i386:write 1 1 0 0" "$(made a.data)"
check_eq "broken" 0 "$("$ANA" summary --format json a.data | jq .all.broken)"
check_eq "the program before and the one behind" "execve exit_group" "$("$ANA" trace --format json a.data |
	jq -rs '[.[] | select(.syscall == "execve" or .syscall == "exit_group").syscall] | join(" ")')"

# As strace has it, with the arguments of the call that it is; the number is that of the event.
"$ANA" trace a.data >out
grep -q 'ia32/[0-9]* i386:write(-1, 0x[0-9a-f]*, 6) = -1 EBADF (Bad file descriptor)' out || fail "write: $(cat out)"
grep -q 'ia32/[0-9]* <... i386:fork resumed>) = 0$' out || fail "fork: $(cat out)"
grep -q 'ia32/[0-9]* i386:syscall_0x3e7(' out || fail "999: $(cat out)"
check_eq "numbers" "4 20" "$("$ANA" trace --format json a.data |
	jq -s '[.[] | select(.syscall == "i386:write" or .syscall == "i386:getpid").nr] | unique[]' | xargs)"

# Errors alone: which task is which, they tell as well.
check_eq "failed" "i386:999 i386:write" "$("$ANA" errors --by syscall --format json a.data |
	jq -r '[.groups[].syscall | select(startswith("i386:"))] | sort | join(" ")')"

# A name means the calls of either ABI, whose numbers are those of other calls of the other one.
calls='.syscall, .calls, .errors, .open, .broken'
for name in write getpid waitpid execve exit_group openat mmap; do
	for report in "summary --by syscall" "latency --by syscall --top 1000"; do
		# shellcheck disable=SC2086
		check_eq "$report --syscalls $name" "$("$ANA" $report --format json a.data |
			jq -c "[.groups[] | select(.syscall | sub(\"^i386:\"; \"\") == \"$name\") | [$calls]] | sort")" \
			"$("$ANA" $report --syscalls $name --format json a.data | jq -c "[.groups[] | [$calls]] | sort")"
	done
	check_eq "trace --syscalls $name" "$("$ANA" trace --whole a.data | grep -E "^[^ ]+ [^ ]+ (i386:)?$name\("; true)" \
		"$("$ANA" trace --whole --syscalls $name a.data)"
	"$ANA" trace --syscalls "!$name" --format json a.data | jq -r .syscall >names
	! grep -qx "\(i386:\)\?$name" names || fail "trace --syscalls !$name: it is there"
	check_match "trace --syscalls !$name" "i386:" "$(cat names)"
done
check_eq "those of 32 bits alone" "i386:execve 1" "$("$ANA" summary --by syscall --syscalls i386:execve --format json a.data |
	jq -r '.groups[] | "\(.syscall) \(.calls)"')"
check_eq "by number" "i386:getpid 14" "$("$ANA" summary --by syscall --syscalls i386:20 --format json a.data |
	jq -r '.groups[] | "\(.syscall) \(.calls)"')"
check_eq "a number is one of 64 bits" "0 null" "$("$ANA" summary --by syscall --syscalls 20 --format json a.data 2>err |
	jq -r '"\(.groups | length) \(.groups[0].syscall)"')"
check_status "no such call" 2 "$ANA" summary --syscalls i386:openatt a.data
check_match "no such call" "unknown call i386:openatt" "$(cat err)"

# One that ran before is known where it is said what it has mapped.
./ia32 2000000000 &
"$REC" -q -g -o before.data -p $! "${events[@]}" --duration 0.2 || fail "rec -p: $?"
kill $!
check_eq "ran before" "i386:getpid" "$("$ANA" summary --by syscall --format json before.data |
	jq -r '[.groups[].syscall] | join(" ")')"

[ -n "$PERF" ] || exit 0
"$PERF" record -q -o perf.data "${events[@]}" -- ./ia32 7 >/dev/null 2>&1 || exit 0
# It switches its events on in the execve, of which nothing but the exit is there.
check_eq "recorded by perf" "i386:999 1 1 0 0
i386:execve 0 0 0 0
i386:exit 2 0 2 0
i386:fork 1 0 0 0
i386:getpid 14 0 0 0
i386:waitpid 1 0 0 0
i386:write 1 1 0 0" "$(made perf.data)"
