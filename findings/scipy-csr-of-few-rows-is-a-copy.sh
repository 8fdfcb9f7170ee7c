#!/bin/sh
# SciPy 1.17.1 (PyPI).
#
# One would guess: csr_array((data, indices, indptr), copy=False) of slices of another matrix shares
# its numbers, so that a matrix dealt out in blocks of rows takes no second memory, and what is
# written into the numbers of a block is written into the matrix.
#
# What happens: parts that are views of less than half of their array are copied, without a word: the
# constructor prunes them. A block of 60 % of the rows shares its numbers with the matrix, ten blocks
# of 10 % take them all a second time, and scaling `block.data` in place changes the matrix in the
# first case and not in the second.
#
# Who meets it: whoever goes through a sparse table by blocks of rows (solvers over several threads,
# chunks of text), counts on its memory once, or scales blocks in place.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scipy==1.17.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
from scipy.sparse import csr_array

rows, columns, each = 1000, 50, 5
X = csr_array(
    (np.ones(rows * each), np.tile(np.arange(each), rows), np.arange(rows + 1) * each),
    shape=(rows, columns),
)


def block(first, last):
    start, stop = X.indptr[first], X.indptr[last]
    parts = X.data[start:stop], X.indices[start:stop], X.indptr[first : last + 1] - start
    return csr_array(parts, shape=(last - first, columns), copy=False)


for count, shared in ((600, True), (500, True), (499, False), (100, False)):
    own = block(0, count)
    print(f"{count} of {rows} rows: shares its numbers: {np.shares_memory(own.data, X.data)}")
    assert np.shares_memory(own.data, X.data) == shared
    own.data *= 2.0
    assert (X.data[0] == 2.0) == shared
    X.data[:] = 1.0
PYTHON
