"""The lowest loss of no more rows than features, against LAPACK's least squares of the rows."""

import numpy as np
import pytest

import steepest as st


@pytest.mark.parametrize(("rows", "features"), [(10, 30), (30, 30), (2, 5)])
@pytest.mark.parametrize("twins", [False, True])
def test_of_few_rows_it_is_that_of_the_least_squares(rows: int, features: int, twins: bool) -> None:
    generator = np.random.default_rng(rows)
    X = generator.normal(size=(rows, features)) * 10.0 ** generator.uniform(-3, 3, features) + 5.0
    y = generator.normal(size=rows)
    if twins:
        X[1] = X[0]
    Z = np.column_stack([(X - X.mean(axis=0)) / (X.std(axis=0) + 1e-300), np.ones(rows)])
    Z[:, :-1] = np.where(X.std(axis=0) > 0, Z[:, :-1], 0.0)
    best = np.mean((y - Z @ np.linalg.lstsq(Z, y, rcond=1e-10)[0]) ** 2)
    found = st.descend((X, y), steps=0).lowest_loss
    assert found == pytest.approx(best, rel=1e-9, abs=1e-20)
