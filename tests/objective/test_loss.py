import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from scipy.special import huber as scipy_huber
from scipy.special import logsumexp
from sklearn.metrics import log_loss

from steepest import (
    Absolute,
    ChoiceError,
    CrossEntropy,
    Huber,
    Poisson,
    Quantile,
    Softmax,
    Squared,
)
from steepest.objective.loss.named import choose_loss

SINGLE = [Squared(), Absolute(), Huber(), Huber(0.3), Quantile(0.2), Poisson(), CrossEntropy()]
ALL = [*SINGLE, Softmax(2), Softmax(3), Softmax(7)]
SMOOTH = [loss for loss in ALL if loss.smooth]


def rows(loss: Any, seed: int = 0, count: int = 200, size: float = 3.0) -> tuple[Any, Any]:
    """Return margins and targets of many rows that fit the loss."""
    generator = np.random.default_rng(seed)
    if isinstance(loss, Softmax):
        margin = size * generator.normal(size=(count, loss.classes))
        return margin, generator.integers(0, loss.classes, count).astype(float)
    margin = size * generator.normal(size=count)
    if isinstance(loss, CrossEntropy):
        return margin, generator.integers(0, 2, count).astype(float)
    if isinstance(loss, Poisson):
        return margin, generator.poisson(2.0, count).astype(float)
    return margin, generator.normal(size=count)


def shifts(margin: Any, h: float) -> Any:
    """Return all shifts of a row's margins by h: one, or k."""
    if margin.ndim == 1:
        return [np.full_like(margin, h)]
    return [h * np.eye(margin.shape[1])[j] for j in range(margin.shape[1])]


@pytest.mark.parametrize("loss", ALL, ids=repr)
def test_the_slope_is_the_difference_of_values(loss: Any) -> None:
    margin, target = rows(loss)
    differences = [
        (loss.value(margin + step, target) - loss.value(margin - step, target)) / 2e-6
        for step in shifts(margin, 1e-6)
    ]
    slope = loss.slope(margin, target).reshape(len(target), -1)
    assert np.allclose(np.stack(differences, axis=1), slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("loss", SMOOTH, ids=repr)
def test_the_curvature_is_the_difference_of_slopes(loss: Any) -> None:
    margin, target = rows(loss, seed=1)
    differences = [
        (loss.slope(margin + step, target) - loss.slope(margin - step, target)) / 2e-6
        for step in shifts(margin, 1e-6)
    ]
    k = loss.margins
    found = np.stack([d.reshape(-1, k) for d in differences], axis=1)
    curvature = loss.curvature(margin, target).reshape(len(target), k, k)
    assert np.allclose(found, curvature, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("loss", ALL, ids=repr)
@pytest.mark.parametrize("size", [1e-3, 1.0, 40.0, 800.0])
def test_value_and_slope_at_once_are_those_one_by_one(loss: Any, size: float) -> None:
    margin, target = rows(loss, size=size)
    value, slope = loss.value_and_slope(margin, target)
    assert np.array_equal(value, loss.value(margin, target))
    assert np.array_equal(slope, loss.slope(margin, target))


@pytest.mark.parametrize("loss", ALL, ids=repr)
def test_no_curvature_exceeds_the_bound(loss: Any) -> None:
    margin, target = rows(loss, count=2000, size=1.0)
    margin[0] = 0.0
    curvature = loss.curvature(margin, target).reshape(len(target), loss.margins, loss.margins)
    assert np.linalg.eigvalsh(curvature).max() <= loss.curvature_bound * (1 + 1e-15)


@pytest.mark.parametrize("loss", [CrossEntropy(), Squared(), Softmax(2)], ids=repr)
def test_the_bound_is_reached(loss: Any) -> None:
    margin = np.zeros((1, 2)) if isinstance(loss, Softmax) else np.zeros(1)
    curvature = loss.curvature(margin, np.zeros(1)).reshape(1, loss.margins, loss.margins)
    assert np.linalg.eigvalsh(curvature).max() == pytest.approx(loss.curvature_bound, rel=1e-15)


def test_huber_is_scipys() -> None:
    margin, target = rows(Huber())
    for delta in (0.1, 1.0, 5.0):
        ours = Huber(delta).value(margin, target)
        assert np.allclose(ours, scipy_huber(delta, margin - target), rtol=1e-14, atol=0)


def test_cross_entropy_is_scikit_learns() -> None:
    margin, target = rows(CrossEntropy())
    loss = CrossEntropy()
    theirs = log_loss(target, loss.probabilities(margin))
    assert loss.value(margin, target).mean() == pytest.approx(theirs, rel=1e-13)


@pytest.mark.parametrize("k", [2, 3, 7])
def test_softmax_is_scikit_learns_and_scipys(k: int) -> None:
    loss = Softmax(k)
    margin, target = rows(loss)
    theirs = log_loss(target, loss.probabilities(margin), labels=range(k))
    assert loss.value(margin, target).mean() == pytest.approx(theirs, rel=1e-13)
    actual = margin[np.arange(len(target)), target.astype(int)]
    assert np.allclose(loss.value(margin, target), logsumexp(margin, axis=1) - actual, rtol=1e-10)


def test_softmax_of_two_is_cross_entropy_of_the_difference() -> None:
    margin, target = rows(Softmax(2), size=10)
    one = margin[:, 1] - margin[:, 0]
    values = Softmax(2).value(margin, target)
    assert np.allclose(values, CrossEntropy().value(one, target), rtol=1e-14, atol=0)


@pytest.mark.parametrize("size", [30.0, 745.0, 1e10, 1e150, 1e300])
@pytest.mark.parametrize("loss", [Absolute(), Huber(), CrossEntropy()], ids=repr)
def test_no_margin_overflows(loss: Any, size: float) -> None:
    margin = np.array([size, -size, size, -size])
    target = np.array([0.0, 0.0, 1.0, 1.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, slope = loss.value_and_slope(margin, target)
        curvature = loss.curvature(margin, target)
    assert np.isfinite([value, slope, curvature]).all()
    assert value[0] == pytest.approx(size, rel=0.02)


def test_a_square_that_is_a_float_does_not_overflow() -> None:
    assert Squared().value(np.array([1e150]), np.array([0.0])) == pytest.approx(1e300)


@pytest.mark.parametrize("size", [30.0, 745.0, 1e10, 1e150, 1e300])
def test_no_margins_of_softmax_overflow(size: float) -> None:
    margin = np.array([[size, 0, -size], [-size, -size, size], [size, size, size], [0, 0, -size]])
    for actual in range(3):
        target = np.full(4, float(actual))
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            value, slope = Softmax(3).value_and_slope(margin, target)
            curvature = Softmax(3).curvature(margin, target)
        assert np.isfinite(value).all() and np.isfinite(slope).all()
        assert np.isfinite(curvature).all() and (value >= 0).all()
    assert Softmax(3).value(margin[:1], np.array([2.0]))[0] == pytest.approx(2 * size, rel=1e-12)


@pytest.mark.parametrize("margin", [10.0, 40.0, 300.0, 700.0])
def test_tiny_cross_entropies_keep_their_digits(margin: float) -> None:
    true = math.log1p(math.exp(-margin))
    for loss, at in ((CrossEntropy(), [margin]), (Softmax(2), [[0.0, margin]])):
        value, slope = loss.value_and_slope(np.array(at), np.array([1.0]))
        assert value[0] == pytest.approx(true, rel=1e-14, abs=0)
        assert slope.ravel()[-1] == pytest.approx(-true, rel=1e-4, abs=0)
    several = Softmax(4).value(np.array([[0.0, margin, 0.0, 0.0]]), np.array([1.0]))
    assert several[0] == pytest.approx(math.log1p(3 * math.exp(-margin)), rel=1e-14, abs=0)


def test_tiny_huber_losses_keep_their_digits() -> None:
    assert Huber().value(np.array([3e-100]), np.array([0.0]))[0] == pytest.approx(
        4.5e-200, rel=1e-15, abs=0
    )


@given(
    arrays.arrays(float, some.integers(1, 20), elements=some.floats(-1e6, 1e6)),
    some.floats(-1e3, 1e3),
)
def test_no_constant_beats_the_guess(target: Any, other: float) -> None:
    for loss in (Squared(), Absolute()):
        best = loss.value(np.broadcast_to(loss.guess(target), target.shape), target).mean()
        for margin in (other, loss.guess(target)[0] + 1e-3 * other):
            assert best <= loss.value(np.full_like(target, margin), target).mean() * (1 + 1e-12)


@given(some.lists(some.integers(0, 3), min_size=1, max_size=30), some.integers(0, 10**6))
def test_no_constant_margins_beat_the_guess_of_classes(labels: list[int], seed: int) -> None:
    target = np.array([*labels, 0, 1, 2, 3], dtype=float)
    other = np.random.default_rng(seed).normal(size=4)
    loss = Softmax(4)
    best = loss.value(np.broadcast_to(loss.guess(target), (len(target), 4)), target).mean()
    assert best <= loss.value(np.broadcast_to(other, (len(target), 4)), target).mean()
    two, pair = np.minimum(target, 1.0), CrossEntropy()
    best = pair.value(np.broadcast_to(pair.guess(two), two.shape), two).mean()
    assert best <= pair.value(np.full_like(two, other[0]), two).mean()


@given(arrays.arrays(float, (5, 3), elements=some.floats(-1e300, 1e300)))
def test_probabilities_are_shares_of_one(margin: Any) -> None:
    for shares in (Softmax(3).probabilities(margin), CrossEntropy().probabilities(margin[:, 0])):
        assert (shares >= 0).all()
        assert np.allclose(shares.sum(axis=1), 1.0, rtol=1e-15)


@pytest.mark.parametrize("delta", [0.0, -1.0, float("nan"), float("inf")])
def test_huber_needs_a_delta_above_0(delta: float) -> None:
    with pytest.raises(ChoiceError, match="Huber loss needs a number above 0"):
        Huber(delta)


@pytest.mark.parametrize(
    ("name", "classes", "chosen"),
    [
        ("auto", None, Squared()),
        ("auto", 2, CrossEntropy()),
        ("auto", 3, Softmax(3)),
        ("absolute", None, Absolute()),
        ("huber", None, Huber(2.5)),
        ("cross_entropy", 5, Softmax(5)),
    ],
)
def test_the_loss_that_a_word_means(name: str, classes: int | None, chosen: Any) -> None:
    assert choose_loss(name, classes, 2.5) == chosen


@pytest.mark.parametrize(
    ("name", "classes", "said"),
    [
        ("hinge", None, "there is no loss 'hinge'; choose one of auto, squared, absolute"),
        ("squared", 3, "needs a target that is a number, but this target has 3 classes"),
        ("cross_entropy", None, "needs a target of classes, but this target is a number"),
    ],
)
def test_a_loss_that_does_not_fit_is_refused(name: str, classes: int | None, said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        choose_loss(name, classes)
