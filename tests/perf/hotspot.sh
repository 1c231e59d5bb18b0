#!/bin/bash
# What hotspot's parser makes of our files: every sample, in order, and no record that it does not know.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
parser=$(ls /usr/lib/*/libexec/hotspot-perfparser /usr/libexec/hotspot-perfparser 2>/dev/null | head -n 1 || true)
[ -n "$parser" ] || skip "hotspot is not installed"
load=$BUILD/tests/load

for options in -a "-a -g" "-a -e raw_syscalls:*" "-g"; do
	# shellcheck disable=SC2086
	"$REC" -q $options -o x.data -- "$load/calls" 200 >/dev/null
	check_status "hotspot reads $options" 0 "$parser" --print-stats --input x.data
	check_eq "... every sample" "$("$PERF" script -i x.data -F time 2>/dev/null | grep -c .)" \
		"$(sed -n 's/^samples: //p' out)"
	check_eq "... in order" "samples time violations: 0" "$(grep '^samples time violations' out)"
	check_eq "... no record that it does not know" "" "$(grep -h unhandled out err || true)"
done
