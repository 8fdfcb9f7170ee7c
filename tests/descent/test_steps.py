"""The loop itself, and where it starts."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from reference import problem

import steepest as st


def bowl(params: Any) -> tuple[float, Any]:
    return float(params @ params), 2 * params


class Bowl:
    def value(self, params: Any) -> float:
        return bowl(params)[0]

    def value_and_gradient(self, params: Any) -> tuple[float, Any]:
        return bowl(params)


@pytest.mark.parametrize("objective", [bowl, Bowl()])
def test_a_plain_function_or_an_objective_is_descended(objective: Any) -> None:
    steps = list(islice(st.steps(objective, "steepest", 0.25, start=[4.0, -8.0]), 4))
    assert [step.index for step in steps] == [0, 1, 2, 3]
    assert [step.params.tolist() for step in steps] == [[4, -8], [2, -4], [1, -2], [0.5, -1]]
    assert [step.loss for step in steps] == [80, 20, 5, 1.25]


def test_the_loss_may_be_any_number_and_the_gradient_any_sequence() -> None:
    steps = st.steps(lambda p: (np.float32(p[0]), [1]), "steepest", 0.5, start=[2])
    assert [step.loss for step in islice(steps, 3)] == [2.0, 1.5, 1.0]


def test_auto_finds_the_minimum_of_a_function() -> None:
    def rosenbrock(p: Any) -> tuple[float, Any]:
        a, b = 1 - p[0], p[1] - p[0] ** 2
        return a**2 + 100 * b**2, np.array([-2 * a - 400 * p[0] * b, 200 * b])

    last = list(islice(st.steps(rosenbrock, start=[-1.2, 1.0]), 500))[-1]
    assert np.allclose(last.params, 1.0, atol=1e-6)


def test_the_loop_of_a_linear_objective_is_the_runs() -> None:
    X, y = problem("squared", 0)
    objective = st.LinearObjective(X, y, st.Squared())
    steps = list(islice(st.steps(objective, "momentum", 0.01, seed=3), 6))
    run = st.descend((X, y), rule="momentum", learning_rate=0.01, scale="none", seed=3, steps=5)
    assert np.array_equal([step.params for step in steps], run.trace.params)


SIZES = "the weights row by row, then the bias or biases"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ([1, 2], f"start has 2 numbers, but there are 3 params: {SIZES}"),
        ([1, 2, 3, 4], f"start has 4 numbers, but there are 3 params: {SIZES}"),
        ([1, 2, float("inf")], "start holds inf, but it must be finite"),
        ([float("nan"), 2, 3], "start holds nan, but it must be finite"),
        ("here", "start is 'here', but it must be numbers, one per param"),
        ([1, 2, "x"], "but it must be numbers, one per param"),
    ],
)
def test_a_start_that_cannot_be_is_refused(start: Any, said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(problem("squared", 0), start=start)


def test_a_function_needs_a_start() -> None:
    with pytest.raises(st.ChoiceError, match="start is missing: give one number per param"):
        st.steps(bowl)


def test_a_function_has_no_batches() -> None:
    with pytest.raises(st.ChoiceError, match="mini-batches need an objective with rows"):
        st.steps(bowl, start=[1.0], batch=5)


def test_a_function_knows_only_the_scale_none() -> None:
    with pytest.raises(st.ChoiceError, match="the scale round needs an objective of weights"):
        st.steps(bowl, start=[1.0], scale="round")
    assert next(st.steps(bowl, start=[1.0], scale="auto")).loss == 1.0


def test_a_function_may_write_its_gradients_where_it_wrote_the_last() -> None:
    buffer = np.zeros(2)

    def bowl(params: np.ndarray) -> tuple[float, np.ndarray]:
        buffer[:] = 2 * params * [1.0, 10.0]
        return float(params**2 @ [1.0, 10.0]), buffer

    last = list(islice(st.steps(bowl, "steepest", "auto", start=[3.0, 1.0]), 20))[-1]
    assert last.loss < 1e-10
