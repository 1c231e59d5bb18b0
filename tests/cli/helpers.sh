#!/bin/bash
# What lib.sh finds out for the tests, it finds out: a test that is skipped or passes for a wrong reason
# says nothing.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"

# A perf that says and ends as perf does: with 129 either way.
cat >perf <<'PERF'
#!/bin/bash
cat usage >&2
exit 129
PERF
chmod +x perf
PERF=$T/perf
printf '\n Usage: perf record [<options>] [<command>]\n' >usage
perf_has_threads || fail "a perf that knows --threads"
printf "  Error: unknown option \`threads'\n\n Usage: perf record [<options>] [<command>]\n" >usage
! perf_has_threads || fail "a perf that does not know --threads"

# A rec that ends is no recording, with a file or without.
printf '#!/bin/bash\necho "rec: cannot" >&2\n' >rec
chmod +x rec
for file in x.data rec; do
	if (REC=$T/rec && rec_start $file -a) 2>said; then
		fail "goes on without a recording"
	fi
	check_eq "... and says why" "FAIL: rec -a does not record: rec: cannot" "$(cat said)"
done
