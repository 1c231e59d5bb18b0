#!/bin/bash
# Without Python everything else builds and runs, and ana -s says what to install.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
[ ! -e "$BUILD/.san" ] || skip "the build without Python is the same in every build"
need_cmd pkg-config

check_status "make PYTHON=0" 0 make -s -j"$(nproc)" -C "$ROOT" CFLAGS=-O0 PYTHON=0 BUILD="$T/plain" "$T/plain/ana" "$T/plain/rec"
[ ! -e plain/lib/recana/python.so ] || fail "there is a plug-in all the same"
echo 'print("x")' >x.py
check_status "ana -s" 1 plain/ana -i "$ROOT/tests/data/perf-one.data" -s x.py
check_match "what to install" "^ana: this ana was built without Python: install python3-dev" "$(cat err)"
check_status "the rest" 0 plain/ana -l
