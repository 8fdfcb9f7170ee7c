#!/bin/sh
# CPython 3.11 (python.org; importlib._bootstrap_external._write_atomic).
#
# One would guess: a module's bytecode is kept whole or not at all: it is written beside its place and
# renamed, so that "a full disk" costs no more than compiling again.
#
# What happens: the bytes are given to one write() whose count is not looked at. Where the disk, a quota
# or a limit on the size of files takes the first bytes alone, no error is raised, and those are renamed
# into place as the whole. Every later import of the module fails: EOFError: marshal data too short.
#
# Who meets it: whoever tests a full disk by RLIMIT_FSIZE in the process that imports, and whoever was
# near a quota once: the package stays broken when there is room again, until __pycache__ is deleted.
#
# Needs python3.11. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX
echo 'LETTERS = "abcdefghijklmnopqrstuvwxyz" * 2' > letters.py
python3.11 -c '
import resource, signal, sys
sys.path.insert(0, ".")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
import letters
print("with a limit of 64 bytes it is imported:", len(letters.LETTERS), "letters")
'
said=$(python3.11 -c 'import sys; sys.path.insert(0, "."); import letters' 2>&1 | tail -n 1) || true
echo "without a limit, afterwards: $said"
test "$said" = "EOFError: marshal data too short"
rm -r __pycache__
python3.11 -c 'import sys; sys.path.insert(0, "."); import letters'
echo "once __pycache__ is deleted it is imported again"
