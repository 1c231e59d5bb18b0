#!/bin/bash
# Every file that ana cannot read, and every wrong word, gives one line and status 1 or 2.
. "$(dirname "$0")/../lib.sh"

# bad WHAT STATUS ERE ARGS...
bad()
{
	local what=$1 status=$2 pattern=$3

	shift 3
	check_status "$what" "$status" "$ANA" "$@"
	check_match "$what" "^ana: .*$pattern" "$(cat err)"
	check_eq "$what: one line" 1 "$(wc -l <err)"
}

bad "nothing to do" 2 "what shall be done\? A report"
bad "unknown report" 2 "unknown report syscal-counts; did you mean syscall-counts\?" syscal-counts
bad "unknown option" 2 "unknown option --fromat; did you mean --format\?" syscall-counts --fromat json
bad "unknown format" 2 "xml is not one of table, csv, json" syscall-counts --format xml
bad "an option of another mode" 2 "option --force is not for the report syscall-counts" syscall-counts -f
bad "an option of a report" 2 "option --format is not for -g" -g python --format json
bad "-g and -s" 2 "exclude each other" -g python -s x.py
bad "another language" 2 "cannot generate perl, only python" -g perl
bad "two files" 2 "one file at a time: what is b.data\?" stats --format csv a.data b.data
bad "two files, one named by -i" 2 "files are given by -i or as words: what is b.data\?" syscall-counts -i a.data b.data
bad "two files for -g" 2 "one file at a time: what is b.data\?" -g python -i a.data -i b.data
bad "one pipe twice" 2 "standard input, which is -, can be read but once" print - a.data -
bad "an empty name" 2 "option -i: the name of the file is empty" syscall-counts -i a.data -i ""
bad "a name that no task can have" 2 "names of tasks have at most 15 characters" syscall-counts --comm sixteen-letters-
bad "an unknown field" 2 "option -F: no such field: comn; did you mean comm\?" print -F comn
bad "a field like no other" 2 "option -F: no such field: zzzz; there are comm, tid, pid, time, tod, cpu, event, trace, ip, addr, period, misc, data_src, weight, ins_lat, iregs, uregs, brstack, bpf-output, phys_addr, data_page_size, code_page_size, host$" print -F zzzz
bad "a field of perf's" 2 "option -F: insn is not printed: it takes the code of the programs, which is not read" print -F tid,insn
bad "one with symbols" 2 "option -F: brstacksym is not printed: it takes symbols, which are not looked up yet" print -F +brstacksym
bad "one of guests" 2 "option -F: vcpu is not printed: it takes what perf inject adds of a guest" print -F sw:vcpu
bad "symbols" 2 "option -F: no symbols are looked up yet: sym can only be left out, as -sym" print -F +sym
bad "no field" 2 "option -F: no field is named" print -F ""
bad "a mix" 2 "option -F: \+cpu: fields with and without \+ or - do not mix" print -F comm,+cpu
bad "an unknown kind" 2 "option -F: no such kind of events: foo; there are hw, sw, trace, raw, break, synth$" print -F foo:comm
bad "a field that the kind has not" 2 "option -F: sw events have no trace" print -F sw:trace
bad "output of BPF programs of the CPU" 2 "option -F: raw events have no bpf-output" print -F raw:bpf-output
bad "an option of print" 2 "option --wall is not for the report syscall-counts" syscall-counts --wall

bad "no name for the output" 2 "option -o: the name of the file is empty" repair -o ""
bad "... before what is to be done" 2 "option -o: the name of the file is empty" -o "" -g python
bad "no name for the script" 2 "option -s: the name of the file is empty" -s ""
bad "no name for the input" 2 "option -i: the name of the file is empty" syscall-counts -i ""
bad "... as a word" 2 "the name of the file is empty" syscall-counts ""
bad "a list of what?" 2 "option --list is not for repair" repair -l
bad "a list with a report" 2 "option --list is not for the report syscall-counts" syscall-counts -l
bad "no perf.data" 1 "perf.data: no such file; record one with rec" syscall-counts
touch x.data
bad "a file instead of a report" 2 "x.data is a file; did you mean: ana syscall-counts x.data" x.data
bad "a folder" 1 "is a directory without a file data, so it is no recording" syscall-counts "$T"
: >empty
bad "an empty file" 1 "empty: is empty" syscall-counts empty
echo hello >text
bad "not a perf.data file" 1 "text: is not a perf.data file" syscall-counts text
head -c 5000 /dev/zero >zeros
bad "zeros" 1 "zeros: is not a perf.data file \(it does not begin" syscall-counts zeros
if [ "$(id -u)" = 0 ]; then
	touch secret
	chmod 600 secret
	cp "$ANA" ana
	chmod 711 .
	check_status "no right to read" 1 setpriv --reuid=65534 --regid=65534 --clear-groups ./ana syscall-counts secret
	check_match "no right to read" "secret: no right to read it" "$(cat err)"
fi

need_root_tracefs
check_status "rec" 0 "$REC" -a -o whole.data -- "$BUILD/tests/load/calls" 100
"$ANA" syscall-counts whole.data >whole.txt
size=$(stat -c %s whole.data)
head -c $((size - 4000)) whole.data >cut.data
bad "a cut file" 1 "cut.data: offset 0x[0-9a-f]+: the file was cut .*only what came before" \
	syscall-counts cut.data
check_match "... still gives what came before" "^sys_getppid" "$(cat out)"
check_status "a cut file as JSON" 1 "$ANA" syscall-counts --format json cut.data
check_match "... says so" '"complete":false' "$(cat out)"

cp whole.data broken.data
# The size of a record in the middle becomes 3: find a sample of 112 bytes (type 9, misc 1).
off=$(LC_ALL=C grep -obUaP '\x09\x00\x00\x00\x01\x00\x70\x00' whole.data | sed -n '100s/:.*//p')
printf '\003\000' | dd of=broken.data bs=1 seek=$((off + 6)) conv=notrunc status=none
bad "a record with an impossible size" 1 \
	"broken.data: offset $(printf '0x%x' "$off"): record of type 9 has size 3" syscall-counts broken.data

check_status "rec of another event" 0 "$REC" -a -e sched:sched_switch -o sched.data -- true
bad "a file without system calls" 1 \
	"has no raw_syscalls:sys_enter events, only sched:sched_switch, dummy; record with rec -e" \
	syscall-counts sched.data
if [ -n "$PERF" ] && "$PERF" record -q -e cpu-clock -o clock.data -- true >/dev/null 2>&1; then
	bad "a file without tracepoints, of which no repair makes some" 1 \
		"has no raw_syscalls:sys_enter events, only cpu-clock; record with rec -e" \
		syscall-counts clock.data
fi
bad "a field that was not sampled" 1 \
	"sched.data: option -F: samples of sched:sched_switch have no address, so addr cannot be printed" \
	print -F comm,addr sched.data
# Of a newer kernel, one of the events has fields that nobody knows: the other one is read.
check_status "rec of two events" 0 "$REC" -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit -o two.data -- \
	"$BUILD/tests/load/calls" 10
python3 - two.data newer.data <<'X'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
step, attrs = struct.unpack_from("<QQ", data, 16)
data[attrs + step + 24 + 5] |= 1  # bit 40 of the second sample_type
open(sys.argv[2], "wb").write(data)
X
bad "an event of a newer kernel" 1 \
	"newer.data: event raw_syscalls:sys_exit: sample_type has bits that nobody knows .0x10000000000.," print newer.data
check_eq "... and the other one is read" "$("$ANA" print --event raw_syscalls:sys_enter two.data)" "$(cat out)"
check_status "... and all are counted" 1 "$ANA" stats --format json newer.data
check_eq "... as they are there" "$("$ANA" stats --format json two.data | jq -c .samples_by_event)" "$(jq -c .samples_by_event out)"
check_status "rec without the time of day" 0 "$REC" -a -k perf -e sched:sched_switch -o perf.data -- true
bad "--wall" 1 "perf.data: option --wall: the file does not say what the time of day was; record with rec" \
	print --wall perf.data
bad "-F tod" 1 "perf.data: option -F: tod: the file does not say what the time of day was" print -F tod perf.data
check_status "print to a full disk" 1 sh -c "'$ANA' print whole.data >/dev/full"
check_match "print to a full disk" "cannot write the result: No space left" "$(cat err)"
check_status "print of a cut file" 1 "$ANA" print cut.data
check_match "... gives what came before" "raw_syscalls:sys_enter: NR 110 \(" "$(cat out)"
check_status "a full disk" 1 sh -c "'$ANA' syscall-counts whole.data >/dev/full"
check_match "a full disk" "cannot write the result: No space left" "$(cat err)"
for report in stats syscall-counts; do
	check_status "a cut file to a full disk: $report" 1 sh -c "'$ANA' $report cut.data >/dev/full"
	check_match "... says one thing" "cannot write the result: No space left" "$(cat err)"
	check_match "... and the other" "cut.data: .*offset" "$(cat err)"
done
