#!/bin/bash
# arrows.sh - the dependencies go one way: record -> common, report -> gen -> common; nothing of
# the programs includes a test, and a library is talked to in one place.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

# forbid FOLDER ERE - no file below FOLDER may include what matches.
forbid()
{
	if grep -rnE "#include \"($2)" "$1" --include='*.[ch]'; then
		echo "arrows: $1 may not include that" >&2
		bad=1
	fi
}
forbid common 'record/|report/|gen/|tests/'
forbid record 'report/|gen/|tests/'
forbid gen 'record/|report/|tests/'
forbid report 'record/|tests/'

# only FILES ERE - the header that matches is included in these files only.
only()
{
	if grep -rlE "#include <($2)" common record report gen | grep -vE "^($1)$"; then
		echo "arrows: only $1 may include <$2>" >&2
		bad=1
	fi
}
only 'none' 'traceevent/|event-parse.h'
only 'common/tracefs.c' 'tracefs.h'
only 'common/(inflate|deflate|unpack).c' 'zstd.h'
only 'common/syscall.c' 'seccomp.h'
only 'report/python/.*' 'Python.h'
only 'report/screen/.*' 'curses.h|term.h'
exit $bad
