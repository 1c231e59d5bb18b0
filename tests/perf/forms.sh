#!/bin/bash
# Recordings by perf in all its forms: what ana stats, print, events and header show is what perf report
# --stats, script, evlist -v and report --header-only show, of the recording and of its big-endian twin.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd jq
need_cmd python3

cp "$BUILD/tests/load/calls" "form$$"
load=./form$$
enter=raw_syscalls:sys_enter
exit=raw_syscalls:sys_exit
fields=comm,tid,cpu,time,event,trace,period

# Records by type; samples of each event, where there are some.
stats_of_perf()
{
	perf_stats "$1" | awk '$1 == "Aggregated" { print $2, $3 } $1 != "Aggregated" && $2 == "SAMPLE" { n[$1] += $3 }
		END { for (name in n) print name, n[name] }' | sort
}
stats_of_ana()
{
	"$ANA" stats --format json "$1" | jq -r '.records, (.samples_by_event | map_values(select(. > 0))) |
		to_entries[] | "\(.key) \(.value)"' | sort
}
# What perf adds to the end, and what differs because the file is another one.
header_of() { grep -Ev '^# (captured on|data (offset|size)|feat offset|header version) '; }

# shown FILE - by ana, into shown.*
shown()
{
	stats_of_ana "$1" >shown.stats
	"$ANA" print -F "$fields" "$1" >shown.print
	"$ANA" events "$1" >shown.events
	"$ANA" header -I "$1" | header_of >shown.header
}

# same WHAT - as perf shows it
same() { cmp "perf.$1" "shown.$1" || fail "$file: $1: $(diff "perf.$1" "shown.$1" | head -n 4)"; }

# compare FILE - with perf, then its twin with itself. @fields: what its samples have.
compare()
{
	file=$1
	stats_of_perf "$1" >perf.stats
	"$PERF" script -F "$fields" -i "$1" >perf.print 2>perf.err || fail "$1: perf script: $(cat perf.err)"
	"$PERF" evlist -v -i "$1" 2>/dev/null | grep -v '^# Tip' >perf.events
	"$PERF" report --header-only -I -i "$1" 2>/dev/null | header_of >perf.header
	for what in stats print events header; do
		[ -s perf.$what ] || fail "$1: perf shows nothing ($what)"
	done
	[ "$(wc -l <perf.print)" -ge 20 ] || fail "$1: $(wc -l <perf.print) samples"
	shown "$1"
	for what in stats print events header; do
		same $what
	done
	twin "$1"
}

# Of a twin the attrs have another size, and what was compressed is in other pieces.
of_twins() { sed 's/ size = [0-9]*,//; s/ size: [0-9]*,//; /^COMPRESSED /d'; }

# twin FILE - the same is shown of it.
twin()
{
	python3 "$ROOT/tests/twin.py" --big "$1" twin.data
	for what in stats print events header; do
		of_twins <shown.$what >perf.$what
	done
	file="twin of $1"
	shown twin.data
	for what in stats print events header; do
		of_twins <shown.$what >twins && mv twins shown.$what
		same $what
	done
	rm -rf twin.data
}

# form NAME ARGS... - perf record into NAME.data
form()
{
	local name=$1

	shift
	"$PERF" record -q -o "$name.data" "$@" >record.log 2>&1 || fail "$name: $(tail -n 2 record.log)"
	compare "$name.data"
}

busy() { i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done; }
export -f busy

form tracepoints -a -e $enter --filter 'id != 1' -e $exit --filter 'ret < 0' -e sched:sched_switch -- "$load" 50
form compressed -z --sample-cpu -e $enter -e $exit -- "$load" 500
form clock --sample-cpu -k mono -e $enter -- "$load" 50
form group -a -e "{$enter,$exit}:S" -- "$load" 50
fields=comm,tid,time,event,trace,period # no CPU in these
form own -e $enter -e $exit -- "$load" 50
form thread --per-thread -e $enter -- "$load" 50
# Of call chains and stacks perf prints symbols; the rest of the line is compared here, the chains
# in dump.sh and print.sh.
fields=comm,tid,time,event,period
form chain -g -F 5000 -e cpu-clock -- bash -c busy
form dwarf --call-graph dwarf,1024 -F 5000 -e cpu-clock:u -- bash -c busy
fields=comm,tid,cpu,time,event,trace,period
! perf_has_threads || form threads --threads --sample-cpu -e $enter -- "$load" 50

# A stream: of its records perf report --stats shows nothing, and of what describes it nothing in order
# (stats.sh, header.sh and evlist.sh go round that).
"$PERF" record -q -a -e $enter -e sched:sched_switch -o - -- "$load" 50 2>/dev/null >stream.data
"$PERF" script -F "$fields" -i stream.data >perf.print 2>/dev/null
shown stream.data
file=stream.data same print
[ "$(wc -l <shown.print)" -ge 20 ] || fail "a stream: no samples"
twin stream.data

# Killed and cut: perf 6.1 reads neither; it reads what ana repairs of them, and shows what ana shows
# of them as they are.
"$PERF" record -q -m 4 -e $enter --sample-cpu -o killed.data -- sh -c "$load 2000; kill -9 \$PPID; $load 100" >/dev/null 2>&1 || true
size=$(stat -c %s tracepoints.data)
head -c $((size / 2)) tracepoints.data >cut.data
fields=comm,tid,cpu,time # a killed one has no formats
for file in killed.data cut.data; do
	"$ANA" repair -f -o repaired.data $file >/dev/null || fail "$file: repair"
	perf_records repaired.data | grep -E '^(SAMPLE|MMAP2|COMM|FORK|EXIT) ' >perf.stats
	[ -s perf.stats ] || fail "$file: perf shows nothing of what was repaired"
	{ stats_of_ana $file 2>/dev/null || true; } | grep -E '^(SAMPLE|MMAP2|COMM|FORK|EXIT) ' >shown.stats
	same stats
	"$PERF" script -F "$fields" -i repaired.data >perf.print 2>/dev/null
	"$ANA" print -F "$fields" $file >shown.print 2>/dev/null || true
	[ -s perf.print ] || fail "$file: perf script shows nothing of what was repaired"
	same print
done
