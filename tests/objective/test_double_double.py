from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from steepest.objective.linear_algebra import double_double

NUMBERS = some.floats(-1e8, 1e8).filter(lambda x: x == 0 or abs(x) > 1e-8)


@given(a=NUMBERS, b=NUMBERS)
def test_a_product_loses_nothing(a: float, b: float) -> None:
    high, low = double_double.products(np.array([a]), np.array([b]))
    assert high[0] == a * b
    assert Fraction(high[0]) + Fraction(low[0]) == Fraction(a) * Fraction(b)


@given(some.lists(NUMBERS, min_size=1, max_size=40))
def test_a_sum_is_right_to_twice_the_digits(numbers: list[float]) -> None:
    high = np.array(numbers)[:, None]
    total, rest = double_double.sums(high, np.zeros_like(high))
    true = sum(map(Fraction, numbers), Fraction(0))
    found = Fraction(total[0]) + Fraction(rest[0])
    assert abs(found - true) <= Fraction(2) ** -96 * sum(map(abs, map(Fraction, numbers)))


def test_what_is_left_after_all_cancels_is_right() -> None:
    high = np.array([[1e16], [1.0], [-1e16], [2.0**-40]])
    total, rest = double_double.sums(high, np.zeros_like(high))
    assert total[0] + rest[0] == 1.0 + 2.0**-40


@pytest.mark.parametrize("seed", range(5))
def test_residuals_that_cancel_are_right(seed: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(20, 7)) * 10.0 ** generator.integers(-6, 6, 7)
    weights, bias = generator.normal(size=7), float(generator.normal())
    y = X @ weights + bias
    high, low = double_double.residuals(X, y, weights, bias)
    for i in range(20):
        true = Fraction(bias) - Fraction(y[i])
        true += sum(Fraction(a) * Fraction(b) for a, b in zip(X[i], weights, strict=True))
        assert abs(Fraction(high[i]) + Fraction(low[i]) - true) <= abs(true) * Fraction(2) ** -40
