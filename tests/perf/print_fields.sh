#!/bin/bash
# ana print -F writes the fields that samples have besides the common ones as perf script does, byte for
# byte: in recordings of this machine, and in made ones with what its kernel cannot sample.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_perf
need_cmd python3

# same FILE ARGS...
same()
{
	"$PERF" script -i "$@" >perf 2>perf.err || fail "$*: perf script: $(cat perf.err)"
	"$ANA" print "$@" >ana 2>err || fail "$*: $(cat err)"
	[ -s perf ] || fail "$*: perf printed nothing"
	cmp ana perf || fail "$*: $(diff -a ana perf | head -n 4 | cut -c 1-600)"
}

# twin FILE ARGS... - the same is printed of what another machine would have recorded.
twin()
{
	same "$@"
	python3 "$ROOT/tests/twin.py" --big "$1" twin.data
	"$ANA" print twin.data "${@:2}" >ana 2>err || fail "twin of $*: $(cat err)"
	cmp ana perf || fail "twin of $*: $(diff -a ana perf | head -n 4 | cut -c 1-600)"
}

made()
{
	python3 "$ROOT/tests/perf/fields.py" "$@"
}

made weight.data data
same weight.data -F ip,addr,weight,data_src,phys_addr,data_page_size,code_page_size
same weight.data -F -sym,-symoff,-dso,-event
made struct.data data-struct
twin struct.data -F comm,tid,time,ip,weight,ins_lat,data_src
same struct.data -F -sym,-symoff,-dso,-event,-data_src,+misc
grep -q '|LVL Remote .*|TLB .*Walker' perf && fail "a field that was left out"
for kind in branches branches-idx; do
	made $kind.data $kind
	twin $kind.data -F time,ip,brstack
	same $kind.data -F sw:brstack,misc
	grep -q '/FAULT_DATA' perf || fail "$kind: no branches of new types"
done
made bpf.data bpf
only=-comm,-tid,-cpu,-event,-period,-sym,-symoff,-dso
same bpf.data -F $only,-ip # by default it is there
same bpf.data -F $only
# The name has a minus in it, so perf takes the list for changes of what is there by default.
same bpf.data -F misc,bpf-output -F $only
[ "$(grep -ac 'BPF string: ".' perf)" -ge 3 ] || fail "no strings of BPF programs"
made misc.data misc
same misc.data -F comm,misc,time
same misc.data -F misc
for arch in x86_64 i686 aarch64 armv7l mips64 ppc64le s390x riscv64 ""; do
	made regs.data regs "$arch"
	twin regs.data -F iregs,uregs
	same regs.data -F time,ip,uregs,misc
done

# Of this machine.
need_root_tracefs
run() { "$PERF" record -q "$@" -- "$BUILD/tests/load/calls" 20000 >record.log 2>&1 || fail "perf record: $(tail -n 1 record.log)"; }
run -e cpu-clock -F 500 -d --phys-data --sample-cpu --data-page-size --code-page-size -W --all-cgroups \
	--user-regs=ax,bx --intr-regs -o clock.data
all=comm,pid,tid,cpu,misc,time,period,event,addr,data_src,weight,ins_lat,ip,iregs,uregs,brstack,phys_addr
same clock.data -F $all,data_page_size,code_page_size
same clock.data -F -sym,-symoff,-dso,+iregs,+misc,+code_page_size
same clock.data -F comm,ip,uregs -F sw:-ip,+weight
same clock.data -F synth:comm -F sw:phys_addr,misc
same clock.data -F sw:comm -F +misc
same clock.data -F trace:+misc -F comm,ip
run -e raw_syscalls:sys_enter -e cpu-clock --user-regs=ip,sp --intr-regs=ax -o trace.data
same trace.data -F trace:comm,trace,misc,uregs,ip -F sw:comm,time,iregs
same trace.data -F trace:+iregs,+misc,-cpu -F sw:comm
same trace.data -F trace: -F comm,tid,misc,time
same trace.data -F comm,tid,misc,uregs -F trace:
# The chain ends in a line of its own, what follows begins another.
run -g --kernel-callchains -e raw_syscalls:sys_enter --user-regs=ip -o chain.data
same chain.data -F comm,ip,uregs,misc
