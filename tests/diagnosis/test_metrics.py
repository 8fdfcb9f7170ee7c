"""Metrics against scikit-learn's, to ten digits, weighted and not; and at every door the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import Ask
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from matplotlib.text import Text
from sklearn import metrics as theirs
from sklearn.calibration import calibration_curve

import steepest as st
from steepest.diagnosis.metrics import Predicted, auc, calibration
from steepest.errors import ChoiceError
from steepest.run.report import report

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
SEEDS = some.integers(0, 10**6)


def weights(random: np.random.Generator, rows: int, weighted: bool) -> Any:
    return random.uniform(0.1, 3, rows) if weighted else None


@settings(max_examples=12)
@given(SEEDS, some.booleans(), some.integers(2, 40))
def test_metrics_of_numbers_are_those_of_scikit_learn(seed: int, weighted: bool, rows: int) -> None:
    random = np.random.default_rng(seed)
    y, margins = random.normal(3, 2, rows), random.normal(3, 2, rows)
    weight = weights(random, rows, weighted)
    loss = st.Squared()
    found = Predicted(loss, margins, loss.value(margins, y), y, weight).metrics
    given = {"sample_weight": weight}
    truth = {
        "r2": theirs.r2_score(y, margins, **given),
        "rmse": theirs.root_mean_squared_error(y, margins, **given),
        "mae": theirs.mean_absolute_error(y, margins, **given),
        "deviance_explained": theirs.r2_score(y, margins, **given),
    }
    assert list(found) == list(truth)
    np.testing.assert_allclose(list(found.values()), list(truth.values()), **CLOSE)


@given(SEEDS, some.booleans())
def test_deviance_explained_is_that_of_scikit_learn(seed: int, weighted: bool) -> None:
    random = np.random.default_rng(seed)
    y, margins = random.poisson(3, 21).astype(float), random.normal(1, 0.5, 21)
    assume(y.any())
    weight = weights(random, 21, weighted)
    given = {"sample_weight": weight}
    for loss, truth in (
        (st.Poisson(), theirs.d2_tweedie_score(y, np.exp(margins), power=1, **given)),
        (st.Absolute(), theirs.d2_absolute_error_score(y, margins)),
        (st.Quantile(0.3), theirs.d2_pinball_score(y, margins, alpha=0.3)),
    ):
        if weighted and not loss.smooth:
            continue  # theirs has a weighted quantile of its own
        found = Predicted(loss, margins, loss.value(margins, y), y, weight).metrics
        np.testing.assert_allclose(found["deviance_explained"], truth, **CLOSE)


@settings(max_examples=8)
@given(SEEDS, some.booleans(), some.integers(2, 4), some.booleans())
def test_metrics_of_classes_are_those_of_scikit_learn(
    seed: int, weighted: bool, classes: int, ties: bool
) -> None:
    random = np.random.default_rng(seed)
    y = random.integers(0, classes, 30).astype(float)
    assume(len(set(y)) == classes)
    margins = random.normal(0, 2, (30, classes) if classes > 2 else 30)
    margins = np.round(margins) if ties else margins
    loss = st.CrossEntropy() if classes == 2 else st.Softmax(classes)
    weight = weights(random, 30, weighted)
    found = Predicted(loss, margins, loss.value(margins, y), y, weight).metrics
    P = loss.probabilities(margins)
    assert P is not None
    score, said, given = (
        (P[:, 1] if classes == 2 else P),
        P.argmax(axis=1),
        {"sample_weight": weight},
    )
    truth = {
        "accuracy": theirs.accuracy_score(y, said, **given),
        "balanced_accuracy": theirs.balanced_accuracy_score(y, said, **given),
        "log_loss": theirs.log_loss(y, P, **given),
        "auc": theirs.roc_auc_score(y, score, multi_class="ovr", **given),
        "brier": theirs.brier_score_loss(y, score, **given),
        "deviance_explained": theirs.d2_log_loss_score(y, P, **given),
        "confusion": theirs.confusion_matrix(y, said, **given),
    }
    assert list(found) == [*truth, "calibration"]
    for name, true in truth.items():
        np.testing.assert_allclose(found[name], true, **CLOSE, err_msg=name)


@settings(max_examples=8)
@given(SEEDS, some.booleans())
def test_calibration_is_that_of_scikit_learn(seed: int, ties: bool) -> None:
    random = np.random.default_rng(seed)
    y, p = random.integers(0, 2, 40), random.random(40) ** 2
    p = np.round(p, 1) if ties else p
    weight = random.integers(0, 4, 40)
    assume(weight.sum())
    shares, means = calibration_curve(y.repeat(weight), p.repeat(weight), n_bins=10)
    found = calibration(y == 1, p, weight.astype(float))
    np.testing.assert_allclose(found[:, :2], np.column_stack([means, shares]), **CLOSE)
    assert found[:, 2].sum() == weight.sum()


@given(some.lists(some.tuples(some.booleans(), some.integers(0, 3)), min_size=1, max_size=12))
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[bool, int]]) -> None:
    good = [score for positive, score in rows if positive]
    bad = [score for positive, score in rows if not positive]
    pairs = [(g > b) + (g == b) / 2 for g in good for b in bad]
    found = auc(np.array([p for p, _ in rows]), np.array([float(s) for _, s in rows]))
    assert found == (pytest.approx(np.mean(pairs)) if pairs else None)


def test_what_is_not_defined_is_none() -> None:
    loss = st.CrossEntropy()
    y, margins = np.ones(4), np.array([0.5, 1.0, -1.0, 2.0])
    found = Predicted(loss, margins, loss.value(margins, y), y).metrics
    assert found["auc"] is None
    assert (found["accuracy"], found["balanced_accuracy"]) == (0.75, 0.75)
    assert found["confusion"].tolist() == [[0, 0], [1, 3]]


@pytest.mark.parametrize("size", [1e-200, 1e-5, 1e160, 1e300])
def test_metrics_of_any_size(size: float) -> None:
    y, off = np.array([1.0, 2.0, 4.0]), np.array([0.5, -0.5, 0.5])
    loss = st.Squared()
    margins = size * (y + off)
    found = Predicted(loss, margins, np.ones(3), size * y).metrics
    assert found["r2"] == pytest.approx(theirs.r2_score(y, y + off), rel=1e-12)
    assert (found["rmse"] / size, found["mae"] / size) == pytest.approx((0.5, 0.5), rel=1e-12)


@pytest.mark.parametrize(("hit", "score"), [(0.0, 1.0), (0.5, 0.0)])
def test_targets_that_are_all_the_same(hit: float, score: float) -> None:
    loss, y = st.Squared(), np.full(3, 2.0)
    found = Predicted(loss, y + hit, loss.value(y + hit, y), y).metrics
    assert found["r2"] == found["deviance_explained"] == score == theirs.r2_score(y, y + hit)


@pytest.fixture(scope="module")
def rare() -> st.Run:
    """Return a run of a class so rare that it is never predicted."""
    random = np.random.default_rng(0)
    rows = pd.DataFrame(
        {"x": random.normal(size=200), "affair": np.where(np.arange(200) % 20, "no", "yes")}
    )
    return st.descend(rows, "affair")


def test_a_class_that_is_never_predicted_is_told(rare: st.Run) -> None:
    told = rare.explain()
    assert "accuracy 95 % (always no: 95 %), balanced accuracy 50 %" in told
    assert "it never says yes, which 5 % of the rows are" in told
    assert rare.metrics()["confusion"].tolist() == [[190, 0], [10, 0]]
    assert "calibration, P(yes) by tenths → rows that are yes: 5 % → 5 %" in told


def test_where_metrics_mislead_is_told_at_every_door(rare: st.Run) -> None:
    never = "it never says yes, which 5 % of the rows are"
    assert never in str(report(rare)["metrics_in_words"])
    written = "\n".join(text.get_text() for text in rare.figure().findobj(Text))
    assert never in written.replace("\n", " ")
    assert "accuracy 95 % (always no: 95 %)" in written


def test_a_class_that_is_predicted_is_not_told_so() -> None:
    assert "it never says" not in st.descend("orings", "damaged").explain()


def test_metrics_of_other_rows_are_those_of_score() -> None:
    run = st.descend("geyser", "waiting", ["duration"])
    rows = pd.DataFrame({"duration": [2.0, 3.0, 4.5], "waiting": [50.0, 70.0, 80.0]})
    found = run.metrics(rows, sample_weight=[1, 2, 3])
    assert found["r2"] == run.score(rows, sample_weight=[1, 2, 3])
    truth = theirs.mean_absolute_error(rows["waiting"], run.predict(rows), sample_weight=[1, 2, 3])
    assert found["mae"] == pytest.approx(truth, rel=1e-12)
    own = run.metrics()
    assert own["r2"] == pytest.approx(run.score("geyser"), rel=1e-14)
    assert own["rmse"] ** 2 == pytest.approx(run.loss, rel=1e-12)


def test_weighted_rows_of_a_run_count_by_their_weights() -> None:
    X, y = np.arange(12.0)[:, None], np.arange(12.0) ** 1.5
    weight = np.arange(1.0, 13.0)
    run = st.descend((X, y), sample_weight=weight)
    truth = theirs.r2_score(y, run.predict(X), sample_weight=weight)
    assert run.metrics()["r2"] == pytest.approx(truth, rel=1e-12)


def test_words_and_json_tell_the_same(ask: Ask) -> None:
    words = ["fit", "orings", "--target", "damaged", "--save", "o.steepest"]
    assert ask(*words).status == 0
    run = st.load("o.steepest")
    said = json.loads(ask("show", "o.steepest", "--json").out)["metrics"]
    found = dict(run.metrics())
    for name in ("confusion", "calibration"):
        assert said.pop(name) == found.pop(name).tolist()
    assert said == found
    told = ask("show", "o.steepest").out
    assert "accuracy 87 % (always no: 69.6 %), balanced accuracy 78.6 %" in told
    assert "AUC 0.7812, log loss 0.4416, Brier score 0.1385" in told


def test_other_losses_tell_what_they_explain() -> None:
    run = st.descend("diabetes", "progression", ["bmi"], loss="absolute")
    assert "deviance explained" in run.explain()
    assert "deviance explained" not in st.descend("geyser", "waiting", ["duration"]).explain()


def test_without_rows_there_are_none(tmp_path: Path) -> None:
    run = st.descend(lambda p: (float(p @ p), 2 * p), start=[3.0, 4.0])
    with pytest.raises(ChoiceError, match=r"run\.metrics: that needs a table"):
        run.metrics()
    assert "Fit on the rows" not in run.explain()


def test_a_run_that_diverged_is_told_without() -> None:
    run = st.descend(
        "geyser", "waiting", ["duration"], rule="steepest", scale="none", learning_rate=1e6
    )
    assert np.isfinite(run.loss) == ("Fit on the rows" in run.explain())


def test_networks_have_them_too() -> None:
    run = st.descend("geyser", "waiting", ["duration"], hidden=(3,), steps=20)
    truth = theirs.r2_score(run.data.y, run.predict("geyser"))
    assert run.metrics()["r2"] == pytest.approx(truth, rel=1e-10)
