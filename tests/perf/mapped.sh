#!/bin/bash
# What rec -g tells of what is mapped where, in the corners: files that are no ELF files, or damaged
# ones, or gone; modules; a kernel that hides its addresses; processes that may not be seen.
. "$(dirname "$0")/../lib.sh"
once plain
need_root_tracefs
need_perf
need_cmd python3

# mapped FILE - what was mapped before: "ADDR(LEN) <BUILD ID or inode> NAME".
mapped()
{
	"$PERF" script -D -i "$1" 2>/dev/null |
		sed -n 's/^0 0 .*PERF_RECORD_MMAP2 [^[]*\[\(0x[0-9a-f]*(0x[0-9a-f]*)\) @ [^< ]* \(.*\)\]: [^ ]* \(.*\)/\1 \2 \3/p'
}

# A process that has mapped every beginning of an ELF file, and every lie about its numbers.
cat >hostile.py <<'X'
import mmap, os, struct, sys
ident = bytes(range(0x10, 0x24))
note = struct.pack("=III4s", 4, len(ident), 3, b"GNU\0") + ident
other = struct.pack("=III8s4s", 7, 4, 1, b"Others\0\0", b"....")
order = 1 if sys.byteorder == "little" else 2

def elf(bits, notes, phnum=2, phoff=None, offset=None, filesz=None, entsize=None):
    head = 64 if bits == 64 else 52
    size = 56 if bits == 64 else 32
    phoff = head if phoff is None else phoff
    offset = head + 2 * size if offset is None else offset
    filesz = len(notes) if filesz is None else filesz
    word = "Q" if bits == 64 else "I"
    e = struct.pack("=4sBBBB8xHHI" + 3 * word + "IHHHHHH", b"\x7fELF", bits // 32, order, 1, 0, 3,
                    62 if bits == 64 else 3, 1, 0, phoff, 0, 0, head, entsize or size, phnum, 0, 0, 0)
    def phdr(kind, offset, filesz):
        if bits == 64:
            return struct.pack("=IIQQQQQQ", kind, 4, offset, 0, 0, filesz, filesz, 4)
        return struct.pack("=IIIIIIII", kind, offset, 0, 0, filesz, filesz, 4, 4)
    return e + phdr(1, 0, 4096) + phdr(4, offset, filesz) + notes

files = {"good64": elf(64, other + note), "good32": elf(32, other + note)}
bad = {"empty": b"", "text": b"#!/bin/sh\n", "phnum": elf(64, b"", 65535),
       "entsize": elf(64, note, entsize=1), "order": elf(64, note).replace(b"\x7fELF\2\1", b"\x7fELF\2\2"),
       "phoff": elf(64, note, phoff=2**64 - 8), "offset": elf(64, note, offset=2**64 - 4),
       "offset2": elf(64, note, offset=2**63 - 4), "filesz": elf(64, b"", filesz=2**64 - 1),
       "namesz": elf(64, struct.pack("=III", 2**32 - 1, 20, 3) + note),
       "descsz": elf(64, struct.pack("=III4s", 4, 2**32 - 1, 3, b"GNU\0") + ident),
       "long": elf(64, struct.pack("=III4s", 4, 64, 3, b"GNU\0") + bytes(64)),
       "none": elf(64, struct.pack("=III4s", 4, 0, 3, b"GNU\0"))}
for bits in 64, 32:
    whole = elf(bits, note)
    bad.update(("cut%d.%d" % (bits, n), whole[:n]) for n in range(1, len(whole)))
kept = []
for name, data in list(files.items()) + list(bad.items()):
    with open(name, "wb") as f:
        f.write(data)
    fd = os.open(name, os.O_RDWR)
    os.ftruncate(fd, max(len(data), 1))
    kept.append(mmap.mmap(fd, 1, prot=mmap.PROT_READ | mmap.PROT_EXEC))
os.unlink("good32")
os.unlink("text")
os.mkfifo("text (deleted)") # as it is named now
open("ready", "w").close()
sys.stdin.read()
X
mkfifo in
python3 hostile.py <in &
exec 3>in
hostile=$!
while [ ! -e ready ]; do sleep 0.05; done
check_status "hostile files" 0 timeout 30 "$REC" -q -g -p $hostile -o h.data --duration 100ms
mapped h.data >all
id=101112131415161718191a1b1c1d1e1f20212223
check_match "a build id of 64 bits" "<$id> $T/good64$" "$(cat all)"
check_match "a build id of 32 bits, of a file that is gone" "<$id> $T/good32 \(deleted\)$" "$(cat all)"
check_eq "no others" 2 "$(grep -c "$id" all)"
check_match "a file without" "[0-9a-f]+:[0-9a-f]+ $(stat -c %i namesz) 0 $T/namesz$" "$(cat all)"
check_eq "all are there" "$((15 + $(printf "%s\n" cut* | wc -l)))" "$(grep -c " $T/" all)"

# Who may not look into map_files goes by the name.
if command -v setpriv >/dev/null; then
	cp "$REC" rec
	check_status "without the right to see map_files" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" \
		setpriv --bounding-set=-sys_admin,-checkpoint_restore ./rec -q -g -p $hostile -o n.data --duration 100ms
	mapped n.data >all
	check_match "a build id by name" "<$id> $T/good64$" "$(cat all)"
	check_eq "but not of a file that is gone" "" "$(grep 'good32.*<' all || true)"

	# Without CAP_SYSLOG the kernel's addresses are hidden.
	if setpriv --bounding-set=-syslog,-sys_admin grep -q -v '^00000000' /proc/kallsyms; then
		echo "kallsyms is open to all here"
	else
		check_status "hidden addresses" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" \
			setpriv --bounding-set=-syslog,-sys_admin ./rec -q -g -a -o s.data -- true
		check_match "... are told" "^rec: /proc/kallsyms hides its addresses \(kptr_restrict\): the kernel's functions will have no names; use sudo, or grant cap_syslog, too$" \
			"$(cat err)"
		check_eq "... and not written" "" "$(mapped s.data | grep kernel || true)"
	fi
fi
exec 3>&-

# A process goes on when its first thread has ended, which then has nothing mapped.
case $(uname -m) in x86_64) exit=60 ;; *) exit=93 ;; esac
python3 -c 'import ctypes, sys, threading
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).syscall(int(sys.argv[1]), 0)' $exit <in &
exec 3>in
headless=$!
while kill -0 $headless && grep -q . /proc/$headless/maps; do sleep 0.05; done
tid=$(for task in "/proc/$headless/task"/*; do basename "$task"; done | grep -v -x $headless)
for target in "-p $headless" "-t $tid" -a; do
	# shellcheck disable=SC2086
	check_status "$target: a thread without the first one" 0 "$REC" -q -g $target -o t.data --duration 100ms
	check_eq "$target: ... has what it has mapped, once" "$(grep -c '^[0-9a-f-]* ..x' "/proc/$headless/task/$tid/maps")" \
		"$("$PERF" script -D -i t.data 2>/dev/null | grep -c "PERF_RECORD_MMAP2 $headless/" || true)"
done
exec 3>&-

# Another file at the place of one that has no build id.
if unshare -m true 2>/dev/null; then
	printf '%4096s' "" >without
	cat >over.sh <<'X'
set -eu
python3 -c 'import mmap, sys
f = open("without")
kept = mmap.mmap(f.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)
open("mapped", "w").close()
sys.stdin.read()' <in &
exec 3>in
while kill -0 $! && [ ! -e mapped ]; do sleep 0.05; done
mount --bind good64 without
"$REC" -q -g -p $! -o over.data --duration 100ms
X
	check_status "a file behind another" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" unshare -m --propagation private bash over.sh
	mapped over.data >all
	check_match "... is there" " $T/without$" "$(cat all)"
	check_eq "... without the build id of the other" "" "$(grep "<$id>" all || true)"
fi

# kptr_restrict 2 hides the kernel's addresses from everybody, so no right helps.
if unshare -m true 2>/dev/null; then
	echo "0000000000000000 T _text" >kallsyms
	echo 2 >level
	# shellcheck disable=SC2016
	check_status "addresses that are hidden from all" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" \
		unshare -m --propagation private sh -c 'mount --bind kallsyms /proc/kallsyms &&
			mount --bind level /proc/sys/kernel/kptr_restrict && exec "$REC" -q -g -C 0 -o k.data -- true'
	check_match "... are told" "functions will have no names; sudo sysctl kernel.kptr_restrict=1$" "$(cat err)"
fi

# Modules, as a machine may have them: a /proc, /sys and /lib of our own.
if unshare -m true 2>/dev/null; then
	cat >modules.sh <<'X'
set -eu
mkdir real fake sysmod lib
mount --rbind /proc real
mount -t tmpfs none fake
for entry in real/[a-z]*; do ln -s "$PWD/$entry" "fake/${entry#real/}"; done
rm -f fake/modules
cat >fake/modules <<M
ours_one 1077248 1 - Live 0xffffffffc0400000
other 4096 2 ours_one,extra, Live 0xffffffffc0300000 (OE)
hidden 4096 0 - Live 0x0000000000000000
M
mkdir -p sysmod/other/notes "lib/$(uname -r)"
printf '\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\252\273\314\335' >sysmod/other/notes/.note.gnu.build-id
printf 'kernel/fs/not-ours-one.ko.xz:\nkernel/fs/ours-one.ko.xz: kernel/other.ko\n' >"lib/$(uname -r)/modules.dep"
mkdir -p /lib/modules
mount --bind sysmod /sys/module
mount --bind lib /lib/modules
mount --move fake /proc
"$REC" -q -g -C 0 -o m.data -- true
X
	made=$([ -d /lib/modules ] || echo made)
	check_status "modules" 0 env ASAN_OPTIONS="$ASAN_NOLEAK" unshare -m --propagation private bash modules.sh
	[ -z "$made" ] || rmdir /lib/modules
	mapped m.data | grep 0xffffffffc0 >all || true
	check_match "a module with a file" \
		"^0xffffffffc0400000\(0x107000\) .* /lib/modules/$(uname -r)/kernel/fs/ours-one.ko.xz$" "$(cat all)"
	check_match "a module with a build id" "^0xffffffffc0300000\(0x1000\) <aabbccdd[0]*> \[other\]$" "$(cat all)"
	check_eq "one whose address is hidden is left out" 2 "$(wc -l <all)"
fi

# An older kernel does not show what others have mapped to who has no CAP_SYS_PTRACE.
need_cmd gcc
cat >old.c <<'X'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
FILE *fopen(const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");

	errno = EACCES;
	return strlen(path) > 5 && !strcmp(path + strlen(path) - 5, "/maps") ? NULL : real(path, mode);
}
X
gcc -shared -fPIC -o old.so old.c -ldl
check_status "an old kernel" 0 env ASAN_OPTIONS="$ASAN_NOLEAK:verify_asan_link_order=0" LD_PRELOAD="$T/old.so" \
	"$REC" -q -g -o old.data -- "$BUILD/tests/load/chain" 100
check_eq "... tells what is missing" \
	"rec: what 1 of the processes have mapped may not be seen: their functions will have no names" \
	"$(cat err)"
check_match "... and what the program maps is there" " chain_b\+0x" "$("$PERF" script -i old.data 2>/dev/null)"
