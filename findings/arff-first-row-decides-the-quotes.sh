#!/bin/sh
# SciPy 1.17.1 (PyPI), scipy.io.arff.loadarff.
#
# One would guess: whether an ARFF file can be read does not depend on the order of its rows. A class
# of two words stands in quotes, 'y z', both where it is declared and in the rows (Weka's manual).
#
# What happens: the quote character is found by csv.Sniffer in the first row, and kept for all the
# others. If the first row has no quotes, then that of a later row is not taken off, and the class is
# "not in" the declared ones: ValueError. With that row first, the same file is read.
#
# Who meets it: whoever reads data of Weka or OpenML with classes of two words: sorted, shuffled or
# split, the file opens or does not.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scipy==1.17.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import io

from scipy.io import arff

HEADER = "@relation r\n@attribute size numeric\n@attribute kind {x,'y z'}\n@data\n"
ROWS = ["1,x\n", "2,'y z'\n"]


def read(rows):
    try:
        return arff.loadarff(io.StringIO(HEADER + "".join(rows)))[0].tolist()
    except ValueError as error:
        return str(error)


first, last = read(ROWS[::-1]), read(ROWS)
print("the row with quotes first:", first)
print("the row with quotes last: ", last)
assert first == [(2.0, b"y z"), (1.0, b"x")]
assert last == "'y z' value not in ('x', 'y z')"
PYTHON
