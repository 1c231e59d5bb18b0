#!/bin/bash
# ana top on a terminal, which tmux is: views, sort keys, a filter as it is typed, pause, other sizes; names that would do
# something to a terminal do nothing; and in the end all is as it was.
. "$(dirname "$0")/../lib.sh"
once sanitized
need_root_tracefs
need_cmd tmux
need_cmd jq

export TMUX_TMPDIR=$T LC_ALL=C.UTF-8
unset TMUX
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:log_path=$T/asan}
tm() { tmux -u -L top -f /dev/null "$@"; }
alone() { tmux -u -L alone -f /dev/null "$@"; }
stop_tmux()
{
	tm kill-server 2>/dev/null || true
	alone kill-server 2>/dev/null || true
}
undo=stop_tmux
keys() { tm send-keys -t top "$@"; }
pane() { tm capture-pane -p -t top; }
# see WHAT ERE - it is on the screen, soon
see()
{
	for _ in $(seq 100); do
		! pane | grep -Eq -e "$2" || return 0
		sleep 0.1
	done
	fail "$1: no $2 on: $(pane)"
}
gone()
{
	for _ in $(seq 100); do
		pane | grep -Eq -e "$2" || return 0
		sleep 0.1
	done
	fail "$1: $2 is still on: $(pane)"
}
column() { pane | sed '1,4d' | awk -v column="$1" 'NF > 7 { print $(NF - column) }'; }

cp "$BUILD/tests/load/nasty" nasty
./nasty 60 &
nasty=$!
tm new-session -d -x 80 -y 24 -s top env PS1='$ ' PATH="$BUILD:$PATH" bash --norc --noprofile
see "a shell" '^\$'
keys 'stty -g >before; clear; echo what was there before' Enter
see "before" '^what was there before'
tm pipe-pane -t top "cat >$T/raw"

# ---- views ----
keys 'ana top' Enter
see "the head" '^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]  last 1\.[0-9]* s, by call, sorted by calls, every 1 s'
see "sums" '^calls/s [0-9.]+  errors/s [0-9.]+  processes [0-9]+  in flight [0-9]+  lost [0-9,]+'
see "a row" '^getppid +[0-9]+\.[0-9] +0\.0 +[0-9]+\.[0-9] +[0-9]+\.[0-9] +[0-9]+\.[0-9] +[0-9]+\.[0-9]$'
check_eq "no line is wider, titles fill it" 80 "$(pane | awk '{ n = length > n ? length : n } END { print n }')"
keys t
see "by process" '^process .*calls/s'
keys e
see "by error" '^error .*calls/s'
see "... a row" '^(EAGAIN|ENOENT|ETIMEDOUT|EINTR|EBADF|ENOTTY) '
keys Tab
see "by call again" '^call .*calls/s'
keys P
see "sorted" 'sorted by p99'
column 1 >values
sort -rgc values || fail "not sorted by p99: $(pane)"
keys '<'
see "the column before" 'sorted by p50'
keys '>' '>'
see "the column behind" 'sorted by max'
keys C

# ---- a filter, while it is typed ----
keys '/'
keys getpp
see "as you type" '^filter: getpp_'
gone "others" '^(read|write|ioctl|poll|clock_nanosleep) '
see "what has it" '^getppid '
keys BSpace BSpace BSpace BSpace BSpace BSpace
keys nosuch
see "nothing" 'nothing has that in its name'
keys Escape
see "all again" '^clock_nanosleep '
keys / nasty Enter
see "a task's name" '^filter: nasty  \(Esc: all\)'
gone "others" '^(write|ioctl|poll|epoll_wait) '

# ---- names ----
keys 2
see "an escape sequence" '^\\x1b\[5;7mnasty \([0-9]+\) '
see "a title" '^\\x1b\]0;nasty\\x07 \('
see "no UTF-8" '^\\xff\\xfe nasty \('
keys Escape / sty Enter
see "UTF-8, and a control character of it" '^nästy \\xc2\\x9b7m \('
check_eq "the shell's title is its own" 0 "$(tm display -p -t top '#{pane_title}' | grep -c nasty || true)"
keys Escape 1

# ---- pause, intervals, all of it, help ----
keys ' '
see "a pause" 'PAUSED$'
pane >paused
sleep 2.5
check_eq "nothing changes" "$(cat paused)" "$(pane)"
keys t
see "but the view" '^process '
keys ' '
gone "no pause" 'PAUSED'
keys 1 '-'
see "shorter" 'every 0\.5 s'
see "... it is" 'last 0\.[5-9]'
keys s
see "since the start" ' all [0-9.]+ s, by call'
keys z
see "again" ' all [0-2]\.[0-9]+ s, by call'
keys s '?'
see "help" 'Any key goes back'
keys x
see "back" '^call '
keys +

# ---- other sizes ----
tm resize-window -t top -x 200 -y 50
see "wide" '^call .* p50 us .* calls$'
tm resize-window -t top -x 50 -y 12
see "narrow" '^call +calls/s +% time +avg us$'
tm resize-window -t top -x 20 -y 3
see "tiny" '^[0-9:]+  last '
tm resize-window -t top -x 80 -y 24
see "as it was" '^call .*max us$'
see "with rows" '^getppid '

# ---- Ctrl-Z, and the end ----
keys C-z
see "stopped" 'Stopped .*ana top'
see "the screen behind" '^what was there before'
keys fg Enter
see "goes on" '^[0-9:]+  last 1.* every 1 s'
kill -TSTP "$(pgrep -x ana -P "$(tm display -p -t top '#{pane_pid}')")"
see "SIGTSTP is Ctrl-Z" '\[1\]\+ +Stopped .*ana top'
keys 'clear; echo what was there before' Enter fg Enter
see "goes on again" '^[0-9:]+  last 1.* every 1 s'
keys q
see "what was there" '^what was there before'
gone "a head" 'last 1\.'
keys 'stty -g >after' Enter
sleep 0.5
check_eq "the terminal is as it was" "$(cat before)" "$(cat after)"
check_eq "no other screen, a cursor" "0 1" "$(tm display -p -t top '#{alternate_on} #{cursor_flag}')"
check_eq "no rec is left" "" "$(pgrep -f "^$REC -q -a" || true)"
tm pipe-pane -t top
! grep -aq $'\033\[5;7mnasty\|\033\]0;nasty\|\xff\xfe\|\xc2\x9b' raw || fail "a name reached the terminal as it is"
[ "$(grep -ac nasty raw)" -gt 0 ] || fail "nothing was seen of what went to the terminal"

# ---- signals, a stream that ends, rec that is killed ----
for signal in TERM HUP INT; do
	keys 'clear; ana top; echo "status $?"' Enter
	see "again" ' last 1'
	kill -$signal "$(pgrep -x ana -P "$(tm display -p -t top '#{pane_pid}')")"
	expected=$((128 + $(kill -l $signal)))
	[ $signal != INT ] || expected=0
	see "SIG$signal" "^status $expected"
	check_eq "SIG$signal: the screen" "0 1" "$(tm display -p -t top '#{alternate_on} #{cursor_flag}')"
done
for signal in ABRT QUIT; do
	keys 'ulimit -c 0; clear; ana top; echo "status $?"; stty -g >after' Enter
	see "again" ' last 1'
	kill -$signal "$(pgrep -x ana -P "$(tm display -p -t top '#{pane_pid}')")"
	see "SIG$signal" "^status $((128 + $(kill -l $signal)))"
	check_eq "SIG$signal: the screen" "0 1" "$(tm display -p -t top '#{alternate_on} #{cursor_flag}')"
	sleep 0.5
	check_eq "SIG$signal: the terminal" "$(cat before)" "$(cat after)"
done
alone new-session -d -x 80 -y 24 env PATH="$BUILD:$PATH" ana top
sleep 2
alone send-keys C-z
sleep 0.5
check_match "without a shell nothing stops it" "^[RS]" "$(ps -o stat= -p "$(alone display -p '#{pane_pid}')")"
alone kill-server
keys 'clear; rec -e raw_syscalls:sys_enter,raw_syscalls:sys_exit -a --duration 2 -o - | ana top -; echo "status $?"' Enter
see "a stream ends" 'ENDED$'
see "its figures stay" '^getppid '
keys t
see "and keys work" '^process '
see "still" 'nasty \('
keys q
see "the end" '^status 0'
keys 'clear; ana top; echo "status $?"' Enter
see "again" ' last 1'
kill -KILL "$(pgrep -n -f "^$REC -q -a")"
see "rec is killed" 'ENDED: an error$'
see "... why" '^rec was ended by signal 9'
keys q
see "it is told" '^ana: rec was ended by signal 9 \(Killed\)$'
see "... and the status" '^status 1'
keys "clear; TERM=dumb ana top; TERM=nosuch ana top; ana top $ROOT/tests/data/perf-two.data" Enter
see "TERM=dumb" '^ana: the terminal TERM=dumb cannot move its cursor; for plain text: ana top --ba'
see "TERM=nosuch" '^ana: nobody knows the terminal TERM=nosuch; for plain text: ana top --batch$'
see "a recording" 'is a recording, not what happens'
kill $nasty
[ -z "$(ls asan* 2>/dev/null)" ] || fail "$(cat asan*)"
