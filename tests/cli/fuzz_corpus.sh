#!/bin/bash
# What fuzzing has found worth keeping: each input once, through the target that it belongs to.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once sanitized
[ -e "$BUILD/.san" ] || skip "not built with a sanitizer"

for target in "$ROOT"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$target" .c)
	name=${name#fuzz_}
	mkdir "$name"
	SEEDS=$name "$BUILD/tests/fuzz/fuzz_$name"
	tar -xzf "$ROOT/tests/fuzz/corpus/$name.tar.gz" -C "$name" || fail "$name: nothing is kept"
	"$BUILD/tests/fuzz/fuzz_$name" "$name"/* 2>log || fail "$name: $(tail -n 30 log)"
	check_eq "$name: all of them" "$(find "$name" -type f | wc -l)" "$(grep -c "^$name/" log)"
done
