"""The plane search: against conjugate gradients, and on data that solvers stumble over."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from reference import problem
from scipy.sparse.linalg import cg

import steepest as st
from steepest.objective.plane.newton_step import newton_step

LOSSES = {
    "squared": "squared",
    "huber": "huber",
    "cross_entropy": "cross_entropy",
    "softmax": "cross_entropy",
}


def test_classes_are_whitened_each_by_itself_once_that_is_paid() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(400, 320))
    y = np.argmax(X[:, :6] + generator.normal(size=(400, 6)), axis=1)
    run = st.descend((X, y), loss="cross_entropy", l2=0.01)
    (first, *_) = run.trace.whitened
    assert first == 6  # the six of 321 have the rows of two, each of 2.5 steps with six margins
    assert run.stop.reason == "arrived" and len(run.trace) < 40


def test_on_a_quadratic_the_steps_are_conjugate_gradients() -> None:
    X, y = problem("squared", 0, rows=60, features=8)
    X1 = np.column_stack([X, np.ones(60)])
    found: list[np.ndarray] = []
    hessian, slope = 2 * X1.T @ X1 / 60, 2 * X1.T @ y / 60
    cg(hessian, slope, rtol=1e-14, maxiter=9, callback=lambda x: found.append(x.copy()))
    run = st.descend((X, y), rule="plane", scale="none", start=np.zeros(9), steps=6)
    for step, theirs in zip(run.trace[1:], found, strict=False):
        assert np.allclose(step.params, theirs, rtol=1e-8, atol=1e-10)
    assert run.trace[0].momentum == 0.0 and run.trace[1].momentum > 0.0


@given(
    across=some.floats(0.1, 1e6),
    along=some.floats(0.1, 1e6),
    share=some.floats(-0.9999, 0.9999),
    slope=some.tuples(some.floats(-1e3, 1e3), some.floats(-1e3, 1e3)),
)
def test_the_newton_step_solves_the_two_equations(
    across: float, along: float, share: float, slope: tuple[float, float]
) -> None:
    both = share * np.sqrt(across * along)
    hessian, gradient = np.array([[across, both], [both, along]]), np.array(slope)
    found = newton_step(gradient, hessian)
    largest = max(1e-9, float(np.abs(gradient).max()))
    assert np.allclose(hessian @ found, -gradient, atol=1e-6 * largest)


NASTY = {
    "wide": lambda X, generator: X,
    "tall": lambda X, generator: X,
    "repeated": lambda X, generator: np.column_stack([X, X[:, :1]]),
    "constant": lambda X, generator: np.column_stack([X, np.full(len(X), 3.0)]),
    "scales": lambda X, generator: X * 10.0 ** generator.integers(-12, 13, X.shape[1]),
    "shifted": lambda X, generator: X + 10.0 ** generator.integers(0, 5),
    "deficient": lambda X, generator: X @ generator.normal(size=(X.shape[1], X.shape[1] + 3)),
    "two values": lambda X, generator: np.float64(X > 0),
    "the same rows": lambda X, generator: X[np.arange(len(X)) % 5],
}
"""What solvers stumble over, done to the columns or the rows."""

SEARCHED = {**LOSSES, "poisson": "poisson"}


def nasty(kind: str, seed: int, how: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a problem with something in its columns or rows that solvers stumble over."""
    generator = np.random.default_rng(seed)
    features = int(generator.integers(1, 20 if how == "wide" else 5))
    rows = int(generator.integers(9, 15 if how == "wide" else 40))
    X, y = problem(kind, seed, rows=rows, features=features)
    return NASTY[how](X, generator), y


def assert_no_higher(data: tuple[np.ndarray, np.ndarray], **choices: Any) -> None:
    """Check a default run, which must never rise, by plain backtracking in two coordinates."""
    ours = st.descend(data, **choices)
    null_loss, losses = ours.objective.null_loss, ours.trace.losses
    assert (losses[1:] <= losses[:-1] + 1e-12 * null_loss).all()
    for scale in ("none", "auto"):
        plain = st.descend(
            data, **choices, rule="steepest", learning_rate="backtracking", scale=scale, steps=100
        )
        # Where the classes are separated it stops at a share of 1e-6.
        assert ours.loss <= plain.loss + 1e-6 * null_loss


@pytest.mark.parametrize("how", NASTY)
@pytest.mark.parametrize("kind", SEARCHED)
@settings(max_examples=5)
@given(seed=some.integers(0, 10**6), l2=some.sampled_from([0.0, 1e-3, 1.0]))
def test_auto_ends_no_higher_than_backtracking(kind: str, how: str, seed: int, l2: float) -> None:
    assert_no_higher(nasty(kind, seed, how), loss=SEARCHED[kind], l2=l2, seed=seed)


@pytest.mark.parametrize("kind", SEARCHED)
@settings(max_examples=12)
@given(seed=some.integers(0, 10**6), l2=some.sampled_from([0.0, 1.0]))
def test_nor_where_rows_weigh_nothing(kind: str, seed: int, l2: float) -> None:
    X, y = nasty(kind, seed, "tall")
    weight = np.random.default_rng(seed).integers(0, 3, len(y))
    weight[np.unique(y, return_index=True)[1]] = 1
    assert_no_higher((X, y), loss=SEARCHED[kind], l2=l2, seed=seed, sample_weight=weight)


@pytest.mark.parametrize("classes", [2, 3, 5])
@settings(max_examples=12)
@given(seed=some.integers(0, 10**6), l2=some.sampled_from([0.0, 1e-3, 1.0]))
def test_nor_with_one_row_in_a_class(classes: int, seed: int, l2: float) -> None:
    y = np.append(np.zeros(2 * classes), np.arange(classes))
    X = np.random.default_rng(seed).normal(size=(len(y), 2))
    # Where several classes together are separated the loss falls on for very long.
    assert_no_higher((X, y), loss="cross_entropy", l2=l2, seed=seed, seconds=1.0)


@pytest.mark.parametrize("kind", LOSSES)
def test_units_and_offsets_of_the_columns_change_no_step(kind: str) -> None:
    X, y = problem(kind, 1, rows=80, features=3)
    plain = st.descend((X, y), loss=LOSSES[kind], seed=3, tol=1e-7)
    moved = X * [1e-3, 1.0, 1e4] + [5.0, -2.0, 1e5]
    other = st.descend((moved, y), loss=LOSSES[kind], seed=3, tol=1e-7)
    assert len(plain.trace) == len(other.trace)
    assert np.allclose(plain.trace.losses, other.trace.losses, rtol=1e-6, atol=1e-12)


def test_whitening_by_the_hessian_takes_few_steps_where_the_bound_takes_many() -> None:
    chosen = {"target": "diagnosis", "loss": "cross_entropy", "l2": 1e-3}
    auto = st.descend("breast_cancer", **chosen)
    bound = st.descend("breast_cancer", **chosen, rule="steepest", scale="round")
    assert len(auto.trace) < 20 < 10 * len(auto.trace) < len(bound.trace)
    assert auto.loss == pytest.approx(bound.loss, rel=1e-9)


@pytest.mark.parametrize("choice", [{"learning_rate": 0.1}, {"batch": 5}])
def test_the_plane_finds_its_own_rate_from_all_rows(choice: dict[str, float]) -> None:
    with pytest.raises(st.ChoiceError, match="the rule plane finds its own rate from all rows"):
        st.descend(problem("squared", 0), rule="plane", **choice)


def test_a_plain_function_has_no_plane() -> None:
    with pytest.raises(st.ChoiceError, match="the rule plane needs second derivatives"):
        st.steps(lambda p: (float(p @ p), 2 * p), rule="plane", start=[1.0])
