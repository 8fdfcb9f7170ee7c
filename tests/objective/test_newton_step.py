"""Newton's step of two numbers, against SciPy and the pseudo-inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.linalg import solve

from steepest.objective.plane.newton_step import newton_step


@given(
    sizes=some.tuples(some.floats(1e-3, 1e3), some.floats(1e-3, 1e3)),
    cosine=some.floats(-0.99, 0.99),
    gradient=some.tuples(some.floats(-1e3, 1e3), some.floats(-1e3, 1e3)),
)
def test_it_solves_the_two_equations(
    sizes: tuple[float, float], cosine: float, gradient: tuple[float, float]
) -> None:
    h12 = cosine * np.sqrt(sizes[0] * sizes[1])
    hessian, g = np.array([[sizes[0], h12], [h12, sizes[1]]]), np.array(gradient)
    true = solve(hessian, -g, assume_a="pos")
    assert np.allclose(newton_step(g, hessian), true, rtol=1e-9, atol=1e-12)


def test_of_curvatures_whose_product_is_no_float_it_is_still_the_step() -> None:
    tiny = 1e-200
    step = newton_step(np.array([1.0, 2.0]) * tiny, np.array([[2.0, 1.0], [1.0, 2.0]]) * tiny)
    assert np.allclose(step, [0.0, -1.0])


def test_in_a_valley_it_is_the_shortest_step_to_the_bottom() -> None:
    direction = np.array([3.0, 3.0])
    hessian = np.outer(direction, direction)
    gradient = hessian @ [2.0, -1.0]
    step = newton_step(gradient, hessian)
    assert np.allclose(step, -np.linalg.pinv(hessian) @ gradient)
    assert np.allclose(hessian @ step, -gradient)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_of_no_finite_numbers_there_is_no_step(bad: float) -> None:
    assert np.isnan(newton_step(np.array([bad, 1.0]), np.zeros((2, 2)))).all()
    assert np.isnan(newton_step(np.ones(2), np.array([[0.0, bad], [bad, 0.0]]))).all()
