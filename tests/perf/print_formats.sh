#!/bin/bash
# ana print writes what perf script writes for every tracepoint of this kernel, with random samples.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_perf
need_cmd python3
need_root_tracefs

nr=$(python3 "$ROOT/tests/perf/all_formats.py" all.data 4 "${SEED:-$$}")
[ "$nr" -ge 500 ] || skip "this kernel has few tracepoints"
"$PERF" script -i all.data >perf 2>/dev/null || fail "perf cannot read it"
"$ANA" print all.data >ana 2>err || fail "ana: $(cat err)"
[ "$(wc -l <perf)" -ge $((4 * nr)) ] || fail "perf printed only $(wc -l <perf) lines"
cmp ana perf || fail "$(diff -a ana perf | head -n 4 | cut -c 1-400)"
[ "$(grep -ac 'FAILED TO PARSE' perf)" -lt "$nr" ] || fail "perf could parse few of the formats"
