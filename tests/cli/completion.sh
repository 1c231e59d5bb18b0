#!/bin/bash
# TAB in real shells: reports, the options that each takes, words, files, events and calls. All of it comes
# from the programs' own tables.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
[ ! -e "$BUILD/.san" ] || skip "the shells ask the same of every build"
need_cmd python3
export COMPLETION=$BUILD/completion PATH=$BUILD:$PATH
data=$ROOT/tests/data/perf-two.data

# offered PROGRAM WORD... - the words that fit, without what they mean.
offered() { "$1" --complete "${@:2}" | tail -n +2 | cut -f 1; }
options_of() { "$1" --dump-options | sed -n 's/^\.It.*Fl \\-\([a-z-]*\).*/--\1/p' | sort; }

# with_value PROGRAM - the options that take an argument.
with_value() { "$1" --dump-options | sed -n 's/^\.It.*Fl \\-\([a-z-]*\) Ar .*/--\1/p'; }
# is_in WORD LINES
is_in() { [[ $'\n'$2$'\n' == *$'\n'$1$'\n'* ]]; }

# ---- the tables ----
for program in rec ana; do
	check_eq "$program: every option is offered" "$(options_of $program)" \
		"$(offered $program -- | grep '^--' | sort)"
	for option in $(with_value $program); do
		check_match "$program $option: what it takes is known" '^(words|list|any|file [0-9]+)$' \
			"$("$program" --complete "$option" '' | head -n 1)"
	done
done
# What a report is offered is what it takes. These are hundreds of pairs, so nothing is started twice.
options=$(options_of ana)
valued=$(with_value ana)
[ -n "$valued" ] || fail "no option takes an argument"
for report in $(offered ana '' | grep -vx help); do
	offers=$(offered ana "$report" --)
	for option in $options; do
		value=
		! is_in $option "$valued" || value=1
		ana "$report" "$option" $value no.data >out 2>err </dev/null || true
		takes=yes offer=no
		[[ $(<err) != *"option $option is not for"* ]] || takes=no
		! is_in $option "$offers" || offer=yes
		check_eq "is $option offered for $report?" $takes $offer
	done
done
# The words of an option are those that it takes.
check_eq "--sort" "$(ana summary --sort x 2>&1 | sed 's/.*none of //')" "$(offered ana summary --sort '' | xargs | sed 's/ /, /g')"
check_eq "--by" "$(ana summary --by x 2>&1 | sed 's/.*none of //')" "$(offered ana summary --by '' | xargs | sed 's/ /, /g')"
check_eq "--format" "$(ana summary --format x 2>&1 | sed 's/.*one of //')" "$(offered ana summary --format '' | xargs | sed 's/ /, /g')"
check_eq "-F" "$(ana print -F zzzz 2>&1 | sed 's/.*there are //')" "$(offered ana print -F '' | xargs | sed 's/ /, /g')"
for word in $(offered rec --clockid ''); do
	check_status "-k $word" 2 rec -k "$word" --max-events x
	check_match "-k $word" "option --max-events: x" "$(cat err)"
done
for word in $(offered rec --summary ''); do
	check_status "--summary $word" 2 rec --summary "$word" --max-events x
	check_match "--summary $word" "option --max-events: x" "$(cat err)"
done

# ---- what only the programs know ----
check_eq "events of the recording" "$("$ANA" events --format json "$data" | python3 -c '
import json, sys
for event in json.load(sys.stdin):
	print(event["name"])')" "$(offered ana print "$data" --event '')"
check_eq "... that -i names" "$(offered ana print "$data" --event '')" "$(offered ana print -i "$data" --event '')"
check_eq "... of none" list "$(ana --complete print --event '')"
mkfifo pipe
check_eq "... and a FIFO is not waited for" list "$(timeout 10 ana --complete print pipe --event '')"
if [ -n "$PERF" ] && "$PERF" record -q -e cpu-clock -o clock.data -- true >/dev/null 2>&1; then
	sed 's/cpu-clock/$(id);xxx/g' clock.data >evil.data
	check_match "an event with a name that is a command" '^.\(id\);xxx: ' "$(ana events evil.data)"
	check_eq "... is not offered" "cpu-clock|" \
		"$(offered ana print clock.data --event '')|$(offered ana print evil.data --event '')"
fi
echo "no recording" >text
check_status "a file that is none" 0 ana --complete print text --event ''
check_eq "... is no error" list "$(cat out err)"
for call in openat %file %net; do
	check_match "calls: $call" "^$call$" "$(offered ana summary --syscalls '')"
	check_match "rec: calls: $call" "^!read,$call$" "$(offered rec --syscalls '!read,')"
done
check_eq "a word is offered once" "" "$(offered ana summary --by pid,tid, | grep -x 'pid,tid,\(pid\|tid\)' || true)"
check_match "... but a part of one is none" '^comm_x,comm$' "$(offered ana print -F comm_x,)"
check_eq "behind a script come its own words" "file 0" "$(ana --complete -s x.py 10 --for)"
check_eq "behind a command, too" "command 3" "$(rec --complete -a -- ls --for)"
check_eq "... without --" "command 2" "$(rec --complete -a ls --for)"
if [ "$(id -u)" = 0 ] && lib_has_raw_syscalls; then
	check_eq "tracepoints" "$(rec list)" "$(offered rec -e '')"
	check_eq "... in a list" "$(rec list | sed 's/^/a:b,/')" "$(offered rec -e a:b,)"
	check_eq "... for rec list" "$(rec list)" "$(offered rec list '')"
fi

# ---- the shells ----
cp "$data" one.data
lines=("ana summ" "ana help stat" "ana summary --by pid,t" "ana summary --format=" "ana summary --sort p9" "ana stats --fo"
	"ana print one.data --event raw_syscalls:" "ana -i on" "ana --input=on" "ana stats on" "ana -g py"
	"ana summary --syscalls openat,mprotec" "rec --clockid mono" "rec -o on" "rec -- prlimi" "rec --summary js")
want="ana summary
ana help stats
ana summary --by pid,tid
ana summary --format=csv json table
ana summary --sort p90 p99 p999
ana stats --format
ana print one.data --event raw_syscalls:sys_enter sys_exit
ana -i one.data
ana --input=one.data
ana stats one.data
ana -g python
ana summary --syscalls openat,mprotect
rec --clockid monotonic monotonic_raw
rec -o one.data
rec -- prlimit
rec --summary json"
# As a shell would put them into the line, bash behind the last : or = only.
whole() { sed -e 's/=csv json table/=csv --format=json --format=table/' -e 's/raw_syscalls:sys_enter sys_exit/raw_syscalls:sys_enter raw_syscalls:sys_exit/'; }
for shell in bash zsh; do
	if ! command -v $shell >/dev/null; then
		echo "SKIP: $shell is not installed: its completion is not tested"
		continue
	fi
	$shell -n "$COMPLETION/$shell/"*ana || fail "$shell does not parse its file"
	python3 "$ROOT/tests/tab.py" $shell "${lines[@]}" >got || fail "$shell: $(cat got)"
	expected=$want
	[ $shell = bash ] || expected=$(whole <<<"$want")
	check_eq "TAB in $shell" "$expected" "$(cat got)"
	python3 "$ROOT/tests/tab.py" $shell "ana --" "rec --" | tr ' ' '\n' | grep '^--' | sort >got
	check_eq "$shell: all options" "$({ options_of ana; options_of rec; } | sort)" "$(cat got)"
done
python3 "$ROOT/tests/tab.py" bash "ana print one.data --event 'raw_syscalls:sys_en" >got
check_eq "in quotes" "ana print one.data --event raw_syscalls:sys_enter" "$(cat got)"

if command -v fish >/dev/null; then
	mkdir home
	tab_in_fish()
	{
		HOME=$T/home fish --no-config -c "source $COMPLETION/fish/ana.fish; source $COMPLETION/fish/rec.fish
			complete -C \$argv[1]" "$1" | cut -f 1
	}
	for line in "${lines[@]}"; do
		printf '%s%s\n' "${line%"${line##* }"}" "$(tab_in_fish "$line" | xargs)"
	done >got
	check_eq "TAB in fish" "$(whole <<<"$want")" "$(cat got)"
	check_eq "fish: all options" "$(options_of ana)" "$(tab_in_fish "ana --" | sort)"
	check_match "fish: and what they mean" '^--format.table, csv or json' \
		"$(HOME=$T/home fish --no-config -c "source $COMPLETION/fish/ana.fish; complete -C 'ana stats --'")"
else
	echo "SKIP: fish is not installed: its completion is not tested"
fi

# ---- installed, under another name ----
check_status "make install" 0 make -s -C "$ROOT" BUILD="$BUILD" DESTDIR="$T/root" PREFIX=/usr PROGRAM_PREFIX=x- install
share=$T/root/usr/share
for file in bash-completion/completions/x-ana zsh/site-functions/_x-ana fish/vendor_completions.d/x-ana.fish; do
	grep -q 'x-ana --complete' "$share/$file" || fail "$file does not ask x-ana"
	[ -f "$share/${file/x-ana/x-rec}" ] || fail "no ${file/x-ana/x-rec}"
done
bash -c ". $share/bash-completion/completions/x-ana
	COMP_LINE='x-ana summ' COMP_POINT=10 COMP_WORDS=(x-ana summ) COMP_CWORD=1
	PATH=$T/root/usr/bin:\$PATH
	_x-ana
	echo \"\${COMPREPLY[*]}\"" >got
check_eq "under another name" summary "$(cat got)"
check_status "make uninstall" 0 make -s -C "$ROOT" BUILD="$BUILD" DESTDIR="$T/root" PREFIX=/usr PROGRAM_PREFIX=x- uninstall
check_eq "nothing is left" "" "$(find root -type f)"
rm -rf "$BUILD"/completion/*/*x-*
