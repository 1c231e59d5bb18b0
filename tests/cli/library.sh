#!/bin/bash
# libperfdata as somebody else uses it: installed, found by pkg-config, with only its header; it sees
# what perf sees. No name but those of the header leaves the library.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
need_cmd pkg-config
need_root_tracefs
need_perf
[ ! -e "$BUILD/.san" ] || skip "the library is for programs without a sanitizer"

make -s -C "$ROOT" install DESTDIR="$T/root" PREFIX=/opt/recana >/dev/null
export PKG_CONFIG_PATH=$T/root/opt/recana/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$T/root
for program in count calls; do
	# shellcheck disable=SC2046
	${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Werror "$ROOT/tests/library/$program.c" -o "$program" \
		$(pkg-config --cflags --libs --static perfdata) || fail "$program does not build"
done
check_eq "version" "$("$ANA" --version)" "ana (recana) $(pkg-config --modversion perfdata)"
check_eq "names that are seen" "" \
	"$(nm -g --defined-only "$T/root/opt/recana/lib/libperfdata.a" | awk 'NF == 3 && $3 !~ /^perfdata_/')"
if command -v c++ >/dev/null; then
	echo '#include <perfdata.h>' | c++ -x c++ -Wall -Wextra -Werror -fsyntax-only \
		"-I$T/root/opt/recana/include" - || fail "not for C++"
fi

# Counts as perf's.
"$REC" -q -a -e raw_syscalls:sys_enter,sched:sched_switch -o x.data -- "$BUILD/tests/load/calls" 100 >/dev/null
"$REC" -q -a -e raw_syscalls:sys_enter,sched:sched_switch -z -o z.data -- "$BUILD/tests/load/calls" 100 >/dev/null
files="x.data z.data"
if perf_has_threads; then
	"$PERF" record -q --threads -a -e raw_syscalls:sys_enter -e sched:sched_switch -o x.dir -- \
		"$BUILD/tests/load/calls" 100 >/dev/null 2>&1
	files+=" x.dir"
fi
for file in $files; do
	check_status "$file" 0 ./count "$file"
	check_eq "$file: counts" \
		"$("$PERF" script -i "$file" -F event 2>/dev/null | sed 's/[ :]*$//; s/^ *//' | sort | uniq -c | awk '{ print $2, $1 }')" \
		"$(sort out | grep -v ' 0$')"
	# In order, with a field of the format.
	check_status "$file: in order" 0 ./calls "$file"
	check_eq "$file: calls" \
		"$("$PERF" script -i "$file" -F event,tid,time,trace --ns 2>/dev/null | sed -n \
			's/^ *\([0-9]*\) *\([0-9]*\)\.\([0-9]*\): *raw_syscalls:sys_enter: NR \(-*[0-9]*\) .*/\2\3 \1 \4/p')" \
		"$(cut -d ' ' -f 1-3 out)"
	# Offset 0 is that of a part's first record.
	"$ANA" dump "$file" | sed -n 's/^[0-9]* [0-9]* \(0[x0-9a-f]*\) .*PERF_RECORD_SAMPLE.*/\1/p' | sort -u >offsets
	check_eq "$file: offsets that are of no sample" "" "$(cut -d ' ' -f 4 out | sort -u | comm -13 offsets -)"
	[ "$file" != x.data ] || check_eq "$file: an offset each" "" "$(cut -d ' ' -f 4 out | sort | uniq -d)"
done
check_status "a pipe" 0 sh -c '"$REC" -q -o - -- true | ./calls - | grep -q .'
check_status "ends when it is told to" 7 ./calls x.data 5
check_eq "so many" 5 "$(wc -l <out)"

# Damage: what is before it, one line, and -1.
head -c $(($(stat -c %s x.data) / 2)) x.data >cut.data
check_status "a cut file" 1 ./calls cut.data
check_match "tells where" '^calls: cut.data: offset 0x[0-9a-f]*: the file was cut' "$(cat err)"
[ "$(wc -l <out)" -gt 10 ] || fail "nothing of the cut file"
check_status "no file" 2 ./count nosuch.data
check_match "says so" '^count: .*nosuch.data' "$(cat err)"
