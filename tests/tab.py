#!/usr/bin/env python3
"""tab.py SHELL LINE... - what bash or zsh, on a terminal, makes of each LINE when all completions of its last
word are asked for: the words that the program would be called with, one LINE a line.

The completion files are those of $COMPLETION, the programs those found by PATH.
"""

import os
import pty
import re
import select
import subprocess
import sys
import time

READY = "\x1b]ready\x07"  # no shell prints that by itself

# Everything that fits is put into the line: Alt-*, by bash itself; by zsh, ^T, with a completer of its own.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "\x1b*", """
        PS1= PS2=; bind 'set completion-query-items 0'; bind 'set enable-bracketed-paste off'
        . $COMPLETION/bash/ana; . $COMPLETION/bash/rec
        """),
    "zsh": (["zsh", "-f", "-i"], "\t", """
        PS1= PS2= PROMPT_SP= PROMPT_EOL_MARK=; unsetopt prompt_cr prompt_sp zle_bracketed_paste; unset zle_bracketed_paste
        fpath=($COMPLETION/zsh $fpath); autoload -U compinit; compinit -u -D
        zstyle ':completion:*' completer _all_matches _complete; zstyle ':completion:*' insert true
        """),
}
# The line is not run: what it would run shows its words.
SHOW = r"""
        ana() { printf '%s ' ana "$@"; echo; }; rec() { printf '%s ' rec "$@"; echo; }
        """


def read_until(fd, mark, what):
    text = ""
    end = time.monotonic() + 60
    while mark not in text:
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit(f"{what}: no answer; there is only {text!r}")
        text += os.read(fd, 65536).decode(errors="replace")
    return text


def main():
    argv, key, setup = SHELLS[sys.argv[1]]
    master, slave = pty.openpty()
    shell = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                             env={**os.environ, "TERM": "dumb", "HISTFILE": "/dev/null"})
    os.close(slave)
    done = r"printf '\033]ready\007'" + "\n"
    for line in (setup + SHOW).strip().splitlines():
        os.write(master, line.strip().encode() + b"\n")
    os.write(master, done.encode())
    read_until(master, READY, sys.argv[1])
    for line in sys.argv[2:]:
        os.write(master, (line + key).encode())
        os.write(master, ("\n" + done).encode())
        text = read_until(master, READY, line)
        shown = [x for x in re.split(r"[\r\n]+", text) if x.startswith(line.split()[0] + " ")]
        print(shown[-1].strip() if shown else "")
    os.close(master)
    shell.wait()


main()
