"""The bound by sure curvature is never below the true distance, and close to it near the lowest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from steepest.data.blocks import Blocks
from steepest.objective.linear import LinearObjective
from steepest.objective.loss.named import choose_loss
from steepest.objective.minimum.penalty_gap import penalty_gap
from steepest.objective.minimum.sure_gap import LEAST_NORMED, reach, sure_gap

ROWS = 300


def rows_of(seed, kind, tails, tie):
    """Return X and y: `tails` makes columns long-tailed, `tie` two of them nearly the same."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, 4))
    if tails:
        X[:, 0] = np.exp(2.0 * X[:, 0])
    X[:, 1] = X[:, 2] + tie * X[:, 1]
    margin = X @ rng.normal(size=4) / np.maximum(1.0, np.abs(X).max(axis=0)).max()
    y = {
        "cross_entropy": lambda: rng.random(ROWS) < 1 / (1 + np.exp(-margin)),
        "softmax": lambda: (rng.integers(0, 3, ROWS) + (margin > 1)) % 3,
        "poisson": lambda: rng.poisson(np.exp(np.clip(margin, -3, 3))),
        "huber": lambda: margin + rng.standard_t(2, size=ROWS),
        "squared": lambda: margin + rng.normal(size=ROWS),
    }[kind]()
    return X * np.array([1.0, 1.0, 1.0, 1e3]), y.astype(float), rng


def loss_of(kind, margin, y):
    """Return the loss of each row and its slope by the margins, as the books write them."""
    if kind == "softmax":
        hit = np.eye(3)[y.astype(int)]
        return logsumexp(margin, axis=1) - (margin * hit).sum(axis=1), softmax(margin, 1) - hit
    m = margin[:, 0]
    value, slope = {
        "cross_entropy": lambda: (np.logaddexp(0, m) - y * m, 1 / (1 + np.exp(-m)) - y),
        "poisson": lambda: (np.exp(m) - y * m, np.exp(m) - y),
        "huber": lambda: (
            np.where(abs(m - y) <= 1, (m - y) ** 2 / 2, abs(m - y) - 0.5),
            np.clip(m - y, -1, 1),
        ),
        "squared": lambda: ((m - y) ** 2, 2 * (m - y)),
    }[kind]()
    return value, slope[:, None]


def lowest_found(kind, X, y, weight, l2, start):
    """Return params near the lowest loss, by L-BFGS of SciPy in standard units from `start`."""
    mean, unit = X.mean(axis=0), X.std(axis=0)
    Z = np.column_stack([(X - mean) / unit, np.ones(len(X))])

    def both(flat):
        W = flat.reshape(5, -1)
        value, slope = loss_of(kind, Z @ W, y)
        real = W[:-1] / unit[:, None]
        gradient = Z.T @ (slope * weight[:, None]) / weight.sum()
        gradient[:-1] += l2 * real / unit[:, None]
        return weight @ value / weight.sum() + l2 / 2 * (real**2).sum(), gradient.ravel()

    W = start.reshape(5, -1).copy()
    W[-1] += mean @ W[:-1]
    W[:-1] *= unit[:, None]
    tight = {"maxiter": 800, "maxfun": 2000, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 30}
    W = minimize(both, W.ravel(), jac=True, method="L-BFGS-B", options=tight).x.reshape(5, -1)
    W[:-1] /= unit[:, None]
    W[-1] -= mean @ W[:-1]
    return W.ravel()


KINDS = ("cross_entropy", "softmax", "poisson", "huber", "squared")


def objective_of(kind, X, y, weight, l2):
    loss = choose_loss("cross_entropy", 3) if kind == "softmax" else kind
    return LinearObjective(X, y, loss, l2=l2, sample_weight=weight)


CASES = {
    "seed": some.integers(0, 10**6),
    "kind": some.sampled_from(KINDS),
    "tails": some.booleans(),
    "tie": some.sampled_from([1.0, 1e-3]),
    "l2": some.sampled_from([0.0, 1e-6, 1e-2]),
    "away": some.sampled_from([1e-4, 1e-3, 1e-2, 0.1, 1.0]),
    "heavy": some.booleans(),
}


def check_bound(seed, kind, tails, tie, l2, away, heavy):
    X, y, rng = rows_of(seed, kind, tails, tie)
    weight = rng.exponential(size=ROWS) if heavy else np.ones(ROWS)
    objective = objective_of(kind, X, y, weight, l2)
    best = lowest_found(kind, X, y, weight, l2, np.zeros(objective.size))
    unit = np.append(X.std(axis=0), 1.0).repeat(objective.outputs)
    params = best + away * rng.normal(size=best.size) / unit
    here = objective.evaluate(params)
    proved = sure_gap(objective, here)
    objective.gap_tol = np.inf
    by_penalty = penalty_gap(objective, here) if l2 else proved
    lowest = objective.value(lowest_found(kind, X, y, weight, l2, params))
    true = here.loss - min(lowest, objective.value(best))
    assert min(proved.gap, by_penalty.gap) >= true - 1e-13 * abs(here.loss)


@given(**CASES)
@settings(max_examples=8, deadline=None)
def test_no_loss_is_lower_by_more_than_the_bound(**case):
    check_bound(**case)


@pytest.mark.prove
@given(**CASES)
@settings(max_examples=200, deadline=None)
def test_no_loss_is_lower_by_more_than_the_bound_in_200_cases(**case):
    check_bound(**case)


def spread(X, how, rng):
    """Return rows of which the same losses are to be had as of X, (rows, 4), and harder to prove.

    Their features depend on each other, are constant, or of huge and tiny sizes.
    """
    tied = [X, X[:, :2] @ rng.normal(size=(2, 2)), X[:, :1]]
    return {
        "tied": lambda: np.column_stack(tied),
        "constant": lambda: np.column_stack([X, np.full(ROWS, 7.0), np.zeros(ROWS)]),
        "sizes": lambda: X * np.array([1e8, 1e-8, 1.0, 1e3]),
        "tied, of sizes": lambda: np.column_stack(tied) * np.geomspace(1e-6, 1e6, 7),
        "far from 0": lambda: X + np.array([1e4, -1e3, 0.0, 1e5]),
        "few rows count": lambda: X,
    }[how]()


HARD = ("tied", "constant", "sizes", "tied, of sizes", "far from 0", "few rows count")


@given(
    seed=some.integers(0, 10**6),
    kind=some.sampled_from(KINDS),
    how=some.sampled_from(HARD),
    away=some.sampled_from([0.0, 1e-6, 1e-4, 1e-2]),
)
@settings(max_examples=12, deadline=None)
def test_of_rows_that_tell_less_than_all_the_bound_is_no_smaller(seed, kind, how, away):
    X, y, rng = rows_of(seed, kind, tails=False, tie=1.0)
    X = X / [1.0, 1.0, 1.0, 1e3]
    weight = np.where(np.arange(ROWS) % 5, 1.0, 1e-9 if how == "few rows count" else 1.0)
    plain = objective_of(kind, X, y, weight, 0.0)
    best = lowest_found(kind, X, y, weight, 0.0, np.zeros(plain.size))
    objective = objective_of(kind, spread(X, how, rng), y, weight, 0.0)
    run = np.zeros(objective.size).reshape(-1, objective.outputs)
    sizes = {"sizes": [1e8, 1e-8, 1.0, 1e3], "tied, of sizes": np.geomspace(1e-6, 1e6, 7)[:4]}
    near = best.reshape(5, -1) * (1.0 + away * rng.normal(size=(5, 1)))
    run[:4] = near[:4] / np.reshape(sizes.get(how, np.ones(4)), (4, 1))
    run[-1] = near[4] - (np.array([1e4, -1e3, 0.0, 1e5]) @ near[:4] if how == "far from 0" else 0.0)
    here = objective.evaluate(run.ravel())
    # Features that are moved by 1e5 are rounded, and so are the margins.
    rounding = (1e-11 if how == "far from 0" else 1e-13) * (1.0 + np.abs(here.loss))
    assert sure_gap(objective, here).gap >= here.loss - plain.value(best) - rounding


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
@pytest.mark.parametrize("far", [1.0, 10.0, 100.0])
def test_of_classes_that_are_separated_nothing_below_the_loss_itself_is_proved(kind, far):
    """The loss falls to 0 for ever, so that it is itself what is left."""
    x = np.linspace(-1.0, 1.0, ROWS + 1)[:, None]
    y = np.digitize(x[:, 0], [-1 / 3, 1 / 3] if kind == "softmax" else [0.0]).astype(float)
    objective = objective_of(kind, x, y, np.ones(len(x)), 0.0)
    slopes = [-1.0, 0.0, 1.0, -1 / 3, 0.0, -1 / 3] if kind == "softmax" else [1.0, 0.0]
    here = objective.evaluate(far * np.array(slopes))
    assert sure_gap(objective, here).gap >= here.loss


@pytest.mark.parametrize("kind", ["squared", "huber"])
@pytest.mark.parametrize("offset", [0.0, 1e6, 1e10, 1e12])
def test_of_targets_far_from_0_the_rounding_of_margins_is_in_the_bound(kind, offset):
    """The true loss is that of targets near 0: a bias less the offset is exact."""
    X, y, _ = rows_of(1, kind, tails=False, tie=1.0)
    X, y = X / [1.0, 1.0, 1.0, 1e3], y + offset - offset
    plain = objective_of(kind, X, y, np.ones(ROWS), 0.0)
    best = lowest_found(kind, X, y, np.ones(ROWS), 0.0, np.zeros(5))
    far = objective_of(kind, X, y + offset, np.ones(ROWS), 0.0)
    params = best + np.append(np.zeros(4), offset)
    proved = sure_gap(far, far.evaluate(params))
    true = plain.value(params - np.append(np.zeros(4), offset)) - plain.value(best)
    rounding = 1e-14 + 1e-15 * offset / np.sqrt(ROWS) * 10.0 + 1e-25 * offset**2
    assert true <= proved.gap + 1e-15 and proved.gap <= rounding


@pytest.mark.parametrize("kind", KINDS)
def test_near_the_lowest_loss_the_bound_is_tight(kind):
    X, y, rng = rows_of(3, kind, tails=False, tie=1.0)
    objective = objective_of(kind, X, y, np.ones(ROWS), 1e-3)
    best = lowest_found(kind, X, y, np.ones(ROWS), 1e-3, np.zeros(objective.size))
    step = rng.normal(size=best.size) / np.append(X.std(axis=0), 1.0).repeat(objective.outputs)
    here = objective.evaluate(best + 1e-3 * step)
    true = here.loss - objective.value(best)
    assert 1e-8 < true / here.loss < 1e-4
    assert true <= sure_gap(objective, here).gap * (1.0 + 1e-6) <= 1.2 * true


def test_half_the_newton_decrement_is_below_the_distance_and_the_bound_is_not():
    """Counts of 1 at a margin b: the loss is `exp(b) - 1 - b`, its lowest 0 (closed form)."""
    X = np.where(np.arange(ROWS) % 2, 1.0, -1.0)[:, None]
    objective = LinearObjective(X, np.ones(ROWS), "poisson")
    for bias in (0.1, 2.0):
        here = objective.evaluate(np.array([0.0, bias]))
        half = 0.5 * np.expm1(bias) ** 2 / np.exp(bias)
        assert half < here.loss <= sure_gap(objective, here).gap


def test_of_l1_and_of_kinks_nothing_is_said():
    X, y, _ = rows_of(0, "squared", tails=False, tie=1.0)
    for objective in (LinearObjective(X, y, "squared", l1=0.1), LinearObjective(X, y, "absolute")):
        assert sure_gap(objective, objective.evaluate(np.zeros(5))) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weighed", [False, True])
def test_of_many_weights_the_penalty_proves_a_bound_that_is_near(monkeypatch, kind, weighed):
    """At the largest curvature of a feature, 1 or 2, an L2 of 1 leaves no direction much larger.

    All rows measure lengths: of so few a sample would be 18.
    """
    monkeypatch.setattr(Blocks, "largest_sample", property(len))
    X, y, rng = rows_of(3, kind, False, 1.0)
    weight = rng.exponential(size=ROWS) if weighed else np.ones(ROWS)
    X = X / [1.0, 1.0, 1.0, 1e3] + [0.0, 2.0, -5.0, 0.0]
    objective = objective_of(kind, X, y, weight, 1.0)
    best = lowest_found(kind, X, y, weight, 1.0, np.zeros(objective.size))
    here = objective.evaluate(best + 1e-4 * rng.normal(size=best.size))
    true, objective.gap_tol = here.loss - objective.value(best), 1e-4
    proved = penalty_gap(objective, here)
    assert true <= proved.gap * (1.0 + 1e-6) <= 6.0 * true
    objective.gap_tol = 1e-12
    assert penalty_gap(objective, objective.evaluate(best + 0.1)) is None


@pytest.mark.parametrize("margins", [1, 3])
def test_how_far_margins_part_is_the_same_of_some_rows_at_a_time(margins):
    rng = np.random.default_rng(margins)
    X, mean = rng.normal(size=(2 * LEAST_NORMED + 9, 200)), rng.normal(size=200)
    by_margin = [rng.normal(size=(201, 5)) for _ in range(margins)]
    Z = np.column_stack([X - mean, np.ones(len(X))])
    lengths = np.sort([np.linalg.norm(Z @ one, axis=1) for one in by_margin], axis=0)
    assert reach(X, mean, by_margin) == pytest.approx(lengths[-2:].sum(axis=0), rel=1e-12)
