#!/bin/bash
# What --format json prints is what the schemas in man/schema say, of every report that has it, of recordings
# of every form; and the schemas take nothing else.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
[ ! -e "$BUILD/.san" ] || skip "the documents are the same in every build"
need_root_tracefs
need_cmd jq
for python in python3 /usr/bin/python3 ''; do
	[ -n "$python" ] || skip "python3-jsonschema is not installed"
	! "$python" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || break
done
schemas=$ROOT/man/schema

# validate SCHEMA FILE WHAT - all documents of FILE, a line each; at the end, with all others of that schema.
validate()
{
	cat "$2" >>"docs.$1"
	sed "s|.*|$3|" "$2" >>"names.$1"
}

# ask REPORT ARGS... - its JSON, validated. A file that it has nothing to say of gives a line and status 1.
ask()
{
	local status=0

	"$ANA" "$1" --format json "${@:2}" >json 2>err </dev/null || status=$?
	[ $status -le 1 ] || fail "ana $*: status $status: $(cat err)"
	[ $status = 0 ] || [ -s err ] || fail "ana $*: status 1 and no word why"
	# Of a line for each call, some, and losses.
	[ "$1" != trace ] || { cat json >lines; { head -n 100 lines; grep '"lost"' lines | head -n 10 || true; } >json; }
	[ ! -s json ] && [ $status = 1 ] || validate "$1" json "ana $*"
}

# Every report that takes --format has one: the reports say so themselves.
reports=$("$ANA" --complete '' | tail -n +2 | cut -f 1 | grep -vx 'help\|repair')
with_json=
for report in $reports; do
	if "$ANA" --complete "$report" -- | cut -f 1 | grep -qx -e --format; then
		[ -f "$schemas/$report.json" ] || fail "$report takes --format json and has no man/schema/$report.json"
		with_json+=" $report"
	fi
done
check_match "reports with JSON" " summary .*stats" "$with_json"
for file in "$schemas"/*.json; do
	name=$(basename "$file" .json)
	[ "$name" = rec-summary ] || [[ " $with_json " == *" $name "* ]] || fail "man/schema/$name.json is of no report"
	# Strict, and each value described. What stands under several names is described where it is defined.
	jq -e '[.. | objects | select(.type == "object") | select(has("additionalProperties") | not)] == []' "$file" >/dev/null ||
		fail "$name.json: an object that takes any key"
done
check_eq "one description of an event" "$(jq -S '."$defs".event' "$schemas/events.json")" "$(jq -S '."$defs".event' "$schemas/header.json")"
# What the features of a header and the fields of an attr are called stands in these tables.
"$python" - "$ROOT/common" "$schemas" >missing <<'PY'
import json, re, sys
shapes = " ".join(re.findall(r'"([^"\n]*)"', open(sys.argv[1] + "/feature.c").read().split("feature_kinds[]")[1].split("{ 0 }")[0]))
keys = set(re.findall(r"(?:[uiUsmx]:|[\[<*{])([a-z_]+)", shapes))
fields = open(sys.argv[1] + "/attrfield.c").read().split("attr_fields[] = {")[1].split("{ 0 }")[0]
keys |= set(re.findall(r'(?:WORD|FLAGS|BITS|BIT|ACTION)\("(\w+)"', fields)) | {n for m in re.findall(r'EITHER\("(\w+)", "(\w+)"', fields) for n in m}
assert len(keys) > 100
def names(node):
	if isinstance(node, dict):
		for key, value in node.items():
			yield from value if key == "properties" else ()
			yield from names(value)
	elif isinstance(node, list):
		for value in node:
			yield from names(value)
print(*sorted(keys - set(names(json.load(open(sys.argv[2] + "/header.json"))))))
PY
check_eq "names that header.json does not know" "" "$(cat missing)"

# ---- recordings of many forms ----
load=$BUILD/tests/load
both=(-e raw_syscalls:sys_enter -e raw_syscalls:sys_exit)
# rec_json FILE ARGS... - record, and validate what rec says of it.
rec_json()
{
	"$REC" --summary json -q -o "$@" 2>summary >/dev/null || fail "rec $*: $(cat summary)"
	grep '^{' summary >json || fail "rec $*: no summary: $(cat summary)"
	validate rec-summary json "rec $*"
}
rec_json a.data "${both[@]}" -- sh -c "'$load/calls' 20; ls /no/such/file; true"
rec_json b.data -a -z "${both[@]}" -- sh -c 'for i in 1 2 3; do ls; done'
rec_json g.data -g "${both[@]}" -- "$load/calls" 2
rec_json lost.data -a -m 1 "${both[@]}" -- "$load/spin" 2 50000
[ "$(jq .lost json)" -gt 0 ] || fail "a ring of one page loses nothing: a test of nothing"
rec_json empty.data "${both[@]}" --filter 'id == 9999' -- true
rec_json one.data --syscalls openat -- ls
rec_json sched.data -a -e 'sched:*' --max-events 100 -- ls
rec_json s.data --switch-output=signal "${both[@]}" -- ls
rec_json o.data -a --overwrite -m 4 --duration 0.3
"$REC" --summary json -q -o - "${both[@]}" -- ls 2>summary | head -c 20000 >/dev/null || true
! grep '^{' summary >json || validate rec-summary json "rec of a pipe that is closed"
"$REC" -q -o - "${both[@]}" -- ls 2>/dev/null | cat >stream
head -c $(($(stat -c %s a.data) / 2)) a.data >cut.data
head -c 300 a.data >stump.data
for host in near far; do
	if unshare --uts true 2>/dev/null; then
		unshare --uts sh -c "echo $host >/proc/sys/kernel/hostname; exec \"\$@\"" sh "$REC" -q "${both[@]}" -o $host.data -- ls >/dev/null
	fi
done
bash "$ROOT/tests/forms.sh" forms >/dev/null 2>&1 || true # without what cannot be had here

files=(a.data b.data g.data lost.data empty.data one.data sched.data s.data.2* o.data.2* stream cut.data stump.data /dev/null
	forms/*.data "$ROOT"/tests/data/*.data)
for report in $with_json; do
	for file in "${files[@]}"; do
		[ ! -e "$file" ] || ask "$report" "$file"
	done
	ask "$report" a.data b.data cut.data
	ask "$report" a.data /no/such/file
	[ ! -e far.data ] || ask "$report" near.data far.data near.data
	"$ANA" "$report" --format json - <a.data >json || fail "ana $report -"
	validate "$report" json "ana $report of a pipe"
done
for report in ${with_json// header events/}; do
	for filter in --comm=ls --pid=1 --cpu=0 --time=10%-20% --time=99%-100% --syscalls=openat,read '--syscalls=!%file' '--event=raw_*'; do
		ask $report "$filter" b.data
	done
	ask $report --syscalls=mq_open a.data # nothing is left
done
for by in syscall pid tid comm cpu host errno pid,tid,syscall syscall,errno cpu,comm,syscall,errno host,comm errno,tid,cpu; do
	for sort in total calls errors; do
		ask summary --by $by --sort $sort --top 2 b.data
	done
	[ ! -e far.data ] || ask summary --by $by near.data far.data
	ask summary --by $by lost.data
done
for schema in $with_json rec-summary; do
	"$python" "$ROOT/tests/schema.py" "$schemas/$schema.json" <"docs.$schema" >nr 2>verdict ||
		fail "$(tail -n 1 verdict), of $(sed -n "$(sed -n 's/.*: document \([0-9]*\): .*/\1/p' verdict)p" "names.$schema")"
	[ "$(cat nr)" -ge 8 ] || fail "$schema: only $(cat nr) documents were seen"
done

# ---- what is wrong is refused ----
# wrong SCHEMA CHANGE FILE - of the document in FILE; asked at the end, with all others of that schema.
wrong()
{
	jq -c "$2" <"$3" >>"wrong.$1"
	echo "$2" >>"changes.$1"
}
"$ANA" summary --format json a.data >json
wrong summary '.version = 2' json
wrong summary '.groups[0].calls = "7"' json
wrong summary '.groups[0].calls = -1' json
wrong summary '.groups[0].cpu = 0' json # a row is of one level
wrong summary '.all.p95_ns = 1' json
wrong summary 'del(.all.p50_ns)' json
wrong summary '.by[0] = "uid"' json
"$ANA" syscall-counts --format json a.data >json
wrong syscall-counts 'del(.file)' json
wrong syscall-counts '.files = [{"file":"x"}]' json
wrong syscall-counts '.syscalls[0].count = 0.5' json
"$ANA" stats --format json a.data >json
wrong stats '.records.sample = 1' json
wrong stats '.first_ns = "1"' json
"$ANA" events --format json a.data >json
wrong events '.[0].disabled = 0' json
wrong events '{events: .}' json
"$ANA" header --format json a.data >json
wrong header '.schema = 2' json
wrong header '.captured_on = "today"' json
for schema in changes.*; do
	schema=${schema#*.}
	check_eq "$schema: a document each" "$(wc -l <"changes.$schema")" "$(wc -l <"wrong.$schema")"
	"$python" "$ROOT/tests/schema.py" --wrong "$schemas/$schema.json" <"wrong.$schema" >taken ||
		fail "$schema.json takes $(sed -n "$(head -n 1 taken)p" "changes.$schema")"
done
