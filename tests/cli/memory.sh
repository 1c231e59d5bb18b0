#!/bin/bash
# What a small file says of its own size is not believed: with extreme numbers anywhere in it, no report
# takes more than a few MB more than of the sound file. Nor does a bomb of zeros.
# Others may run beside it.
. "$(dirname "$0")/../lib.sh"
once plain
need_cmd python3

cat >lies.py <<'X'
import random, struct, subprocess, sys

child, ana, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
REPORTS = [["stats"], ["syscall-counts"], ["syscall-counts", "--comm", "x"], ["header", "-I"], ["events"],
           ["dump", "-x"], ["print"], ["repair", "-f", "-o", "repaired"]]
VALUES = [0x7FFF, 0xFFFF, 1 << 20, 1 << 24, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 36, 1 << 40, (1 << 63) - 1, (1 << 64) - 1]


def peak_kb(words, path):
    subprocess.run([child, "0", "result", ana] + words + [path], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    with open("result") as file:
        status, peak, _ = map(int, file.read().split())
    if status not in (0, 1):
        sys.exit("%s: status %d" % (" ".join(words), status))
    return peak


worst = 0
for path in sys.argv[4:]:
    with open(path, "rb") as file:
        seed = file.read()
    usual = [peak_kb(words, path) for words in REPORTS]
    rng = random.Random(path.rsplit("/", 1)[-1])
    for i in range(count):
        data, size = bytearray(seed), rng.choice([4, 8])
        at = rng.randrange(0, min(len(data), rng.choice([1024, 4096, 1 << 20])) - 8) // 4 * 4
        value = rng.choice(VALUES) & ((1 << 8 * size) - 1)
        data[at:at + size] = value.to_bytes(size, "big" if rng.random() < 0.5 else "little")
        with open("lie.data", "wb") as file:
            file.write(data)
        which = i % len(REPORTS)
        more = peak_kb(REPORTS[which], "lie.data") - usual[which]
        worst = max(worst, more)
        if more > 8192:
            sys.exit("%s: %d at %d: %s takes %d kB more" % (path, value, at, " ".join(REPORTS[which]), more))
print(worst, "kB more at most")
X
python3 lies.py "$BUILD/tests/bench/child" "$ANA" "${LIES:-60}" "$ROOT"/tests/data/*.data >worst 2>&1 || fail "$(cat worst)"
cat worst

# 64 MiB of zeros in 6 kB: all of it would be one record without a size.
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests python3 - "$ROOT/tests/data/perf-z.data" bomb.data <<'X'
import struct, sys, twin
data = open(sys.argv[1], "rb").read()
at, size = struct.unpack_from("<QQ", data, 40)
zeros = twin.Zstd().compress(bytes(64 << 20))
body = zeros + bytes(-len(zeros) % 8)
record = struct.pack("<IHH", 81, 0, 8 + len(body)) + body
open(sys.argv[2], "wb").write(data[:48] + struct.pack("<Q", 0) + data[56:at] + record)
X
for report in stats dump "stats --comm x"; do
	# shellcheck disable=SC2086
	"$BUILD/tests/bench/child" 0 result "$ANA" $report bomb.data >out 2>err
	read -r status peak _ <result
	check_eq "a bomb: $report" 1 "$status"
	check_match "... is refused" "^ana: bomb.data: offset 0x[0-9a-f]+: " "$(cat err)"
	[ "$peak" -lt 24000 ] || fail "a bomb: $report takes $peak kB"
done

# A directory of 400 parts, each of whose last record is the first of all: what waits for it is bounded for
# all of them together.
python3 - many.data <<'X'
import os, struct, sys

def sample(time):
    return struct.pack("<IHHQIIQ", 9, 0, 32, 100, 5, 5, time)

ID, SIZE = 104, 112 + 16
attr = struct.pack("<IIQQQQQ", 1, 112, 0, 1, 0x10000 | 2 | 4, 4, 1 << 18).ljust(112, b"\0")
data = ID + 8 + SIZE
header = b"PERFILE2" + struct.pack("<12Q", ID, SIZE, ID + 8, SIZE, data, 32, 0, 0, 1 << 24, 0, 0, 0)
body = struct.pack("<Q", 100) + attr + struct.pack("<QQ", ID, 8) + sample(10)
table = ID + len(body)
os.mkdir(sys.argv[1])
with open(sys.argv[1] + "/data", "wb") as file:
    file.write(header + body + struct.pack("<QQQ", table + 16, 8, 1))
with open(sys.argv[1] + "/data.0", "wb") as file:
    file.write(b"".join(sample(10**9 + i) for i in range(12000)) + sample(100))
for i in range(1, 400):
    os.link(sys.argv[1] + "/data.0", "%s/data.%d" % (sys.argv[1], i))
X
"$BUILD/tests/bench/child" 0 result "$ANA" print many.data >out 2>err
read -r status peak _ <result
check_eq "400 parts" "0 $((1 + 400 * 12001))" "$status $(wc -l <out)"
[ "$peak" -lt 340000 ] || fail "400 parts of 0.4 MB take $peak kB"
