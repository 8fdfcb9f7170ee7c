#!/bin/sh
# formulaic 1.1.1 and patsy 1.0.1 (PyPI), which read the formulas of statsmodels, linearmodels, glum.
#
# One would guess: the formula `age + age**2`, or `age + age^2` as it is typed from a paper, has a
# column of squares, or is refused.
#
# What happens: a power in a formula is one of interactions (Wilkinson & Rogers 1973, as in R), and
# that of one column with itself is the column. Both drop the square without a word: the matrix has
# `Intercept, age`, so the fit is a straight line. They differ on `^`: formulaic takes it as `**` and
# is silent, patsy evaluates Python's xor and raises. What one means is `I(age**2)`; within `I()` a
# `^` raises in both.
#
# Who meets it: whoever adds a curve to a regression by a formula, moves formulas from patsy to
# formulaic (an error turns into a silent straight line), or lets a user type them.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
  formulaic==1.1.1 patsy==1.0.1 numpy==2.1.3 pandas==2.2.3 scipy==1.14.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import warnings

import formulaic
import pandas as pd
import patsy

table = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0]})
READERS = {
    "formulaic": lambda formula: list(formulaic.model_matrix(formula, table).columns),
    "patsy": lambda formula: list(patsy.dmatrix(formula, table).design_info.column_names),
}


def seen(reader, formula):
    try:
        return READERS[reader](formula)
    except (patsy.PatsyError, formulaic.errors.FactorEvaluationError) as error:
        return type(error).__name__


warnings.simplefilter("error")
line, curve = ["Intercept", "age"], ["Intercept", "age", "I(age ** 2)"]
expected = {
    "age + age**2": {"formulaic": line, "patsy": line},
    "age + age^2": {"formulaic": line, "patsy": "PatsyError"},
    "age + I(age**2)": {"formulaic": curve, "patsy": curve},
    "age + I(age^2)": {"formulaic": "FactorEvaluationError", "patsy": "PatsyError"},
}
for formula, answers in expected.items():
    for reader, answer in answers.items():
        found = seen(reader, formula)
        print(f"{reader:9}  {formula:16}  {found}")
        assert found == answer
print("seen as described")
PYTHON
