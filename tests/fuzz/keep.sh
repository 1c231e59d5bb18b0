#!/bin/bash
# keep.sh - keeps what fuzzing has found: tests/fuzz/keep.sh BIN_DIR [NAME...]
#
# For each target, or each NAME (file, pipe, ...), tests/fuzz/corpus/NAME.tar.gz becomes the fewest small
# inputs that reach all of the code which its seeds, those kept before and BIN_DIR/corpus reach. make check
# runs each once, make fuzz starts from them.
set -eu -o pipefail

bin=$(cd "${1:?usage: keep.sh BIN_DIR [NAME...]}" && pwd)
shift
kept=$(cd "$(dirname "$0")" && pwd)/corpus
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$kept"
if [ $# = 0 ]; then
	for target in "$bin"/fuzz_*; do
		[[ $target == *.* ]] || set -- "$@" "${target##*/fuzz_}"
	done
fi

for name; do
	mkdir -p "$tmp/$name/old" "$tmp/$name/new" "$bin/corpus/fuzz_$name"
	SEEDS=$tmp/$name/old "$bin/fuzz_$name"
	[ ! -e "$kept/$name.tar.gz" ] || tar -xzf "$kept/$name.tar.gz" -C "$tmp/$name/old"
	"$bin/fuzz_$name" -set_cover_merge=1 -use_counters=0 -max_len=4096 "$tmp/$name/new" "$tmp/$name/old" \
		"$bin/corpus/fuzz_$name" >"$tmp/log" 2>&1 || {
		tail -n 20 "$tmp/log"
		exit 1
	}
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$tmp/$name/new" -c . |
		gzip -9n >"$kept/$name.tar.gz"
	echo "$name: $(find "$tmp/$name/new" -type f | wc -l) inputs, $(stat -c %s "$kept/$name.tar.gz") bytes"
done
