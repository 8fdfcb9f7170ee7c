import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from steepest.objective.line_search import HALVINGS, SUFFICIENT, backtrack


@given(first=some.floats(1e-6, 1e6), limit=some.floats(1e-9, 1e9))
def test_it_is_the_longest_of_the_halves_that_are_accepted(first: float, limit: float) -> None:
    found = backtrack(lambda length: length <= limit, first)
    assert found <= limit
    assert found == first or 2.0 * found > limit
    assert np.log2(first / found) == round(np.log2(first / found))


def test_nothing_is_left_where_nothing_is_accepted() -> None:
    tried: list[float] = []

    def accepts(length: float) -> bool:
        tried.append(length)
        return False

    assert backtrack(accepts, 3.0) == 0.0
    assert tried == [3.0 / 2**k for k in range(HALVINGS)]
    # So short a step changes no float64 of the size of the first.
    assert 1.0 + tried[-1] / 3.0 == 1.0


def test_what_is_accepted_is_tried_once() -> None:
    tried: list[float] = []
    backtrack(lambda length: bool(tried.append(length)) or length < 0.3)
    assert tried == [1.0, 0.5, 0.25]


@pytest.mark.parametrize("curvature", [1e-3, 1.0, 37.0])
def test_armijo_on_a_parabola_keeps_at_least_half_of_the_longest_step(curvature: float) -> None:
    """From 1 with slope L, `f(1 - s L) <= f(1) - c s L²` holds up to `s = 2 (1 - c) / L`."""

    def falls(length: float) -> bool:
        there = 1.0 - length * curvature
        promised = SUFFICIENT * length * curvature**2
        return 0.5 * curvature * there**2 <= 0.5 * curvature - promised

    longest = 2.0 * (1.0 - SUFFICIENT) / curvature
    found = backtrack(falls, 1e4)
    assert longest / 2.0 < found <= longest * (1 + 1e-12)
