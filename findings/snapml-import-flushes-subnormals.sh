#!/bin/sh
# snapml 1.17.2 (PyPI), Linux on x86-64.
#
# One would guess: importing a library of estimators changes no arithmetic of the program that imports it.
#
# What happens: from `import snapml` on, numbers below 2.2e-308 are 0 in the thread that imported it, in
# NumPy and in plain Python: 1e-308 / 4 is 0.0, though 2.5e-309 is a float64. Its shared objects set the
# processor's flush-to-zero when they are loaded, as code linked with -ffast-math does.
#
# Who meets it: whoever compares solvers in one process: the losses and tiny probabilities of all the
# others lose their subnormals, bits differ from those of a run alone, and Hypothesis refuses to draw
# floats at all (FloatingPointError), in tests that have nothing to do with it.
#
# Needs python3 (3.11 or 3.12) with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check snapml==1.17.2
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import numpy as np

small = float("1e-308")


def quarter():
    return str(small / 4), str((np.array([small]) / 4)[0])


before = quarter()
import snapml

after = quarter()
print("before the import:", *before)
print("after it:         ", *after)
assert all(one.endswith("e-309") for one in before) and after == ("0.0", "0.0")
PYTHON
