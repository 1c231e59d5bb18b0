#!/bin/sh
# constants.sh CC FILE - C source with the families of constants that FILE (constants.txt) lists, with the values
# that CC finds in the headers. A header, or a name of one, that is not there is left out.
set -eu
export LC_ALL=C

cc=$1
list=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# preprocess HEADERS - their #include lines to "includes", and what they come to, to "text". Those that are not
# there are left out.
preprocess()
{
	echo "$1" | sed 's/\([^,]*\),*/#include <\1>\n/g' >"$dir/includes"
	! $cc -D_GNU_SOURCE -x c -E -dD "$dir/includes" >"$dir/text" 2>/dev/null || return 0
	while read -r line; do
		echo "$line" >"$dir/one"
		! $cc -x c -E "$dir/one" >/dev/null 2>&1 || echo "$line"
	done <"$dir/includes" >"$dir/there"
	mv "$dir/there" "$dir/includes"
	$cc -D_GNU_SOURCE -x c -E -dD "$dir/includes" >"$dir/text"
}

# names REGEX NOT - the names that a preprocessed source defines or uses, in the order of the source
names()
{
	tr -cs 'A-Za-z0-9_' '\n' | awk -v want="$1" -v not="${2#!}" \
		'/^[A-Z_]/ && $0 ~ want && (not == "" || $0 !~ not) && !seen[$0]++'
}

# values - name and value, in two signed halves, of the names that stand for a number. The compiler tells them in
# its assembler text, as it would offsets; lines that it does not take are left out, until it takes all.
values()
{
	awk '{
		printf "asm(\".ascii \\\"@%s %%c0 %%c1\\\"\" :: ", $1
		printf "\"i\"((int)((long long)(%s) >> 32)), \"i\"((int)(long long)(%s)));\n", $1, $1
	}' >"$dir/lines"
	while [ -s "$dir/lines" ]; do
		{
			cat "$dir/includes"
			echo 'void constants(void); void constants(void) {'
			echo '#line 1 "lines"'
			cat "$dir/lines"
			echo '}'
		} >"$dir/values.c"
		! $cc -D_GNU_SOURCE -w -O1 -S -o "$dir/values.s" "$dir/values.c" 2>"$dir/said" || break
		sed -n 's/^lines:\([0-9]*\):.*error: .*/\1d/p' "$dir/said" | sort -u >"$dir/wrong"
		if [ ! -s "$dir/wrong" ]; then # the headers do not go together here
			cat "$dir/said" >&2
			: >"$dir/lines"
		fi
		sed -i -f "$dir/wrong" "$dir/lines"
	done
	[ -s "$dir/lines" ] || return 0
	sed -n 's/^[[:space:]]*\.ascii[[:space:]]*"@\([A-Za-z0-9_]*\( -\{0,1\}[0-9][0-9]*\)\{2\}\)"$/\1/p' \
		"$dir/values.s"
}

# rows - of name and value those of different values as rows of C, by value
rows()
{
	awk '!seen[$2, $3]++' | while read -r name high low; do
		printf '\t{ "%s", 0x%08x%08x },\n' "$name" $((high & 0xffffffff)) $((low & 0xffffffff))
	done | sort -s -t, -k2,2
}

echo "/* Made by report/constants.sh from report/constants.txt and the headers of this machine. */"
echo '#include "report/constants.h"'
grep -v -e '^#' -e '^$' "$list" >"$dir/families"
last=
while read -r family headers want not; do
	[ "$headers" = "$last" ] || preprocess "$headers"
	last=$headers
	names "$want" "$not" <"$dir/text" | values | rows >"$dir/$family.rows"
	[ -s "$dir/$family.rows" ] || continue
	printf '\nstatic const struct constant %s[] = {\n' "family_${family#@}"
	cat "$dir/$family.rows"
	echo '};'
done <"$dir/families"
printf '\nconst struct constants constants_all[] = {\n'
while read -r family _; do
	[ -s "$dir/$family.rows" ] || continue
	name=${family#@}
	own=false
	[ "$name" = "$family" ] || own=true
	printf '\t{ "%s", family_%s, sizeof(family_%s) / sizeof(family_%s[0]), %s },\n' \
		"$name" "$name" "$name" "$name" $own
done <"$dir/families"
printf '\t{ 0 },\n};\n'
