#!/bin/bash
# ana -g python: the skeleton of a script, never over one that the user has changed.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"

data=$ROOT/tests/data/perf-two.data
cp "$data" perf.data

check_status "first time" 0 "$ANA" -g python
check_eq "it says what it wrote" "generated Python script: perf-script.py" "$(cat err)"
check_eq "nothing on stdout" "" "$(cat out)"
check_match "a handler" "^def raw_syscalls__sys_enter\(event_name, context, common_cpu," "$(cat perf-script.py)"
check_eq "a handler an event" "$("$ANA" -g python -o - | grep -c '^def raw_syscalls__')" \
	"$(grep -c '^def raw_syscalls__' perf-script.py)"
check_status "again: unchanged" 0 "$ANA" -g python
check_eq "it says so" "unchanged Python script: perf-script.py" "$(cat err)"

echo "# mine" >>perf-script.py
cp perf-script.py mine
check_status "a changed one is kept" 1 "$ANA" -g python
check_match "with what to do" "^ana: .*perf-script.py exists and differs .* -f " "$(cat err)"
check_eq "one line" 1 "$(wc -l <err)"
cmp perf-script.py mine || fail "the user's script was changed"
check_status "-f" 0 "$ANA" -g python -f
cmp -s perf-script.py mine && fail "-f did not overwrite"

check_status "-o" 0 "$ANA" -g python -o other.py "$data"
cmp other.py perf-script.py || fail "the same file gave two texts"
check_status "py, as in perf" 0 "$ANA" -g py -o third.py "$data"
check_status "no such folder" 1 "$ANA" -g python -o nowhere/x.py
check_match "said plainly" "cannot write nowhere/x.py: No such file or directory" "$(cat err)"
mkdir folder
check_status "a folder in the way" 1 "$ANA" -g python -o folder
check_status "a full disk" 1 "$ANA" -g python -f -o /dev/full
check_eq "nothing half written is left" "err folder mine other.py out perf-script.py perf.data third.py" \
	"$(echo *)"
check_status "no such file" 1 "$ANA" -g python nothing.data

if command -v python3 >/dev/null; then
	python3 -m py_compile perf-script.py || fail "not Python"
fi
