#!/bin/bash
# Nothing disappears, in whatever way it is recorded: what the kernel counted is in the file, or told
# there as lost, for each CPU; and so is every call that the load really made. Over all of: numbers of
# busy processes, sizes of the rings, ways to write.
#
# CONSERVATION_CALLS is how many calls the load of a recording makes, all processes together.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_cmd jq
need_perf

calls=${CONSERVATION_CALLS:-40000}
ways=("one file" -z "--threads 2" --switch-output=1M pipe)
spin=spin$$ # others on the machine may run what is called spin, too
cp "$BUILD/tests/load/spin" $spin
left_out=

# record WAY ARGS... - into the files c.data*.
record()
{
	local way=$1 status=0

	shift
	[ "$way" != "one file" ] || way=
	rm -f c.data*
	# shellcheck disable=SC2086 # an option and its argument
	case $way in
	pipe) "$REC" -v -o - "$@" 2>err | cat >c.data || status=$? ;;
	*) "$REC" -v $way -o c.data "$@" >/dev/null 2>err || status=$? ;;
	esac
	[ $status = 0 ] || fail "rec $way $*: status $status: $(cat err)"
}

# getppids ANA_ARGS... - how many of these calls are in the files.
getppids()
{
	local file

	for file in c.data*; do
		"$ANA" syscall-counts --format json "$@" "$file" 2>/dev/null
	done | jq -s '[.[].syscalls[] | select(.name == "getppid").count] | add // 0'
}

declare -A whole some_lost some_lost_alone files
for way in "${ways[@]}"; do
	whole[$way]=0 some_lost[$way]=0 some_lost_alone[$way]=0 files[$way]=0
done

# whole_machine PROCESSES RING WAY - what others do meanwhile is recorded, and lost, too.
whole_machine()
{
	local what="$1 processes, rings $2, $3" each=$((calls / $1)) made recorded ring=()

	made=$((each * $1))
	[ "$2" = default ] || ring=(-m "$2")
	record "$3" -a "${ring[@]}" -- ./$spin "$1" $each
	if grep '^rec: rings of .* instead of ' err >smaller; then
		left_out="rings of $2: $(cat smaller)"
		return
	fi
	echo "$what"
	conserve c.data*
	files[$3]=$((files[$3] + $(ls c.data* | wc -l)))
	recorded=$(getppids --comm $spin)
	if [ "$(cat lost)" = 0 ]; then
		check_eq "$what: every call is in the file" $made "$recorded"
		whole[$3]=$((whole[$3] + 1))
		return
	fi
	[ "$recorded" -le $made ] || fail "$what: $recorded of $made calls were recorded"
	# A name may be lost, too.
	recorded=$(getppids)
	[ $((recorded + $(cat lost))) -ge $made ] ||
		fail "$what: $recorded calls recorded and $(cat lost) lost are less than the $made made"
	[ "$2" != 2 ] || some_lost[$3]=$((some_lost[$3] + 1))
}

# load_alone PROCESSES WAY - nobody else's calls, and none but those that are counted: equal, with loss.
load_alone()
{
	local each=$((calls / $1))

	record "$2" -m 2 --syscalls getppid -- ./$spin "$1" $each
	echo "$1 processes alone, $2"
	conserve c.data*
	check_eq "$1 processes alone, $2: recorded + lost are the calls made" $((each * $1)) \
		$(($(cat all) + $(cat lost)))
	[ "$(cat lost)" = 0 ] || some_lost_alone[$2]=$((some_lost_alone[$2] + 1))
}

for way in "${ways[@]}"; do
	for nr in 1 2 8 20; do
		for ring in 2 default 64M; do
			whole_machine "$nr" "$ring" "$way"
		done
		load_alone "$nr" "$way"
	done
	[ "${some_lost[$way]}" -gt 0 ] && [ "${some_lost_alone[$way]}" -gt 0 ] ||
		fail "$way: rings of two pages lost nothing, so this tests nothing"
	[ "${whole[$way]}" -gt 0 ] || fail "$way: no recording is whole, so this tests too little"
done
[ "${files[--switch-output=1M]}" -gt "${files[one file]}" ] || fail "--switch-output made no second file"

# switch_off_and_on TARGET - while events happen. None may be counted then that gets no record: one in a
# hundred times one would be, if a CPU were interrupted for that.
switch_off_and_on()
{
	"$REC" -v "$@" -m 64M --control fifo:ctl -o c.data 2>err 9>&- &
	rec=$!
	for _ in 1 2 3 4; do
		printf 'disable\nenable\n%.0s' {1..200} >&9
	done
	echo stop >&9
	wait $rec || fail "rec $* --control: $(cat err)"
	conserve c.data
}

rm -f c.data*
if ! chrt -f 99 true 2>/dev/null; then
	left_out="switching off: no right to a real-time priority"
else
	mkfifo ctl
	exec 9<>ctl # so that no write waits for a reader
	for cpu in $(cut -d " " -f 1 told); do
		"$BUILD/tests/load/count" "$cpu" 1000000000 &
	done
	switch_off_and_on -a
	switch_off_and_on -p "$(jobs -p | paste -s -d ,)"
fi

[ -z "$left_out" ] || skip "all but $left_out"
