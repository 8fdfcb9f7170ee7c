"""A path over penalties: its weights are scikit-learn's, its folds are what they say."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from hypothesis import given, settings
from hypothesis import strategies as some
from reference import problem
from scipy.sparse import csr_array
from sklearn.linear_model import Lasso, LogisticRegression, Ridge, enet_path, lasso_path

import steepest as st
from steepest.data.blocks import WIDE_COLUMNS
from steepest.data.folds import folds_of
from steepest.data.moments import moments
from steepest.errors import ChoiceError, DataError
from steepest.objective import margin_risk

FIVE = [90.0, 30.0, 10.0, 3.0, 1.0]


def centred(run: st.Run) -> tuple[Any, Any]:
    X, y = np.asarray(run.data.X), run.data.y
    return X - X.mean(axis=0), y - y.mean()


@pytest.mark.parametrize("l2", [0.0, 2.0])
def test_the_weights_over_l1_are_those_of_scikit_learns_path(l2: float) -> None:
    path = st.penalty_path("diabetes", "progression", penalties=8, folds=None, l2=l2)
    X, y = centred(path[0])
    for run, penalty, weights in zip(path, path.penalties, path.weights, strict=True):
        alpha, ratio = (penalty + l2) / 2, penalty / (penalty + l2)
        until: dict[str, Any] = {"alphas": [alpha], "tol": 1e-12, "max_iter": 1_000_000}
        _, known, _ = enet_path(X, y, l1_ratio=ratio, **until) if l2 else lasso_path(X, y, **until)
        np.testing.assert_allclose(weights, known[:, 0], rtol=1e-6, atol=1e-6 * np.abs(known).max())
        assert run.stop.reason == "arrived"


def test_those_over_l2_are_ridges() -> None:
    path = st.penalty_path("diabetes", "progression", penalty="l2", penalties=4, folds=None)
    for run, penalty in zip(path, path.penalties, strict=True):
        ridge = Ridge(alpha=penalty * run.problem.rows / 2, tol=1e-14)
        np.testing.assert_allclose(run.weights, ridge.fit(run.data.X, run.data.y).coef_, rtol=1e-6)


def test_those_of_two_classes_are_logistic_regressions() -> None:
    path = st.penalty_path("orings", "damaged", penalties=4, folds=None)
    rows = path[0].problem.rows
    X = (path[0].data.X - path[0].data.X.mean(axis=0)) * 1.0
    for run, penalty in zip(path[1:], path.penalties[1:], strict=True):
        known = LogisticRegression(
            C=1 / (penalty * rows), l1_ratio=1.0, solver="saga", tol=1e-12, max_iter=1_000_000
        ).fit(X, run.data.y)
        np.testing.assert_allclose(run.weights, known.coef_[0], rtol=1e-6, atol=1e-9)


def test_those_of_several_classes_are_logistic_regressions() -> None:
    draw = np.random.default_rng(0)
    X = draw.normal(size=(90, 3))
    y = np.array(["a", "b", "c"])[
        (X @ draw.normal(size=(3, 3)) + draw.gumbel(size=(90, 3))).argmax(1)
    ]
    path = st.penalty_path((X, y), penalties=[0.1, 0.03, 0.01], folds=None)
    for run, penalty in zip(path, path.penalties, strict=True):
        known = LogisticRegression(
            C=1 / (penalty * 90), l1_ratio=1.0, solver="saga", tol=1e-12, max_iter=1_000_000
        ).fit(X, y)
        np.testing.assert_allclose(run.weights, known.coef_.T, rtol=1e-6, atol=1e-9)
        assert ((run.weights == 0) == (known.coef_.T == 0)).all()


@given(some.integers(0, 10**6), some.integers(1, 4), some.sampled_from(["squared", "poisson"]))
@settings(max_examples=15, deadline=None)
def test_a_path_over_l1_begins_where_the_last_weight_goes(seed: int, d: int, loss: str) -> None:
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(30, d)) * 10.0 ** draw.integers(-2, 3, d)
    y = draw.poisson(2.0, 30) if loss == "poisson" else draw.normal(size=30)
    path = st.penalty_path((X, y), loss=loss, penalties=2, folds=None)
    first = float(path.penalties[0])
    assert not path.weights[0].any()
    assert st.descend((X, y), loss=loss, l1=first * 0.99).weights.any()
    assert path.penalties[-1] == pytest.approx(1e-3 * first)


def test_the_losses_of_folds_are_those_of_runs_on_the_others() -> None:
    fold = np.arange(442) % 3
    path = st.penalty_path("diabetes", "progression", penalties=FIVE, folds=fold)
    X, y = path[0].data.X, path[0].data.y
    assert path.fold_losses.shape == (3, 5)
    for one in range(3):
        back = fold == one
        run = st.descend((X[~back], y[~back]), l1=10.0)
        known = np.mean((run.predict(X[back]) - y[back]) ** 2)
        assert path.fold_losses[one, 2] == pytest.approx(known, rel=1e-9)
    mean, error = path.story.mean_losses, path.story.errors
    np.testing.assert_allclose(error, path.fold_losses.std(axis=0, ddof=1) / np.sqrt(3))
    best, within = path.best, path.within_one_error
    assert best is path[int(mean.argmin())]
    assert within is next(
        run
        for run, loss in zip(path, mean, strict=True)
        if loss <= mean.min() + error[mean.argmin()]
    )


@given(some.lists(some.integers(0, 2), min_size=9, max_size=40), some.integers(2, 9))
def test_folds_deal_out_each_class_alike(codes: list[int], count: int) -> None:
    y = np.array(codes, dtype=float)
    names = np.array(["a", "b", "c"])[codes]
    if len(set(codes)) < 2:
        return
    data = st.descend((np.arange(len(y))[:, None] * 1.0, names), steps=0).data
    folds = folds_of(count, data, seed=0)
    assert np.ptp(np.bincount(folds, minlength=count)) <= 1
    for one in set(codes):
        assert np.ptp(np.bincount(folds[y == one], minlength=count)) <= 1
    assert np.array_equal(folds, folds_of(count, data, seed=0))


def test_it_is_told_drawn_and_written(tmp_path: Path) -> None:
    path = st.penalty_path("diabetes", "progression", penalties=FIVE, folds=3)
    told = path.explain()
    assert "Path over 5 penalties l1" in told and "Chosen by 3 folds" in told
    assert "smaller ones may do better" in told
    frame = path.to_frame()
    assert list(frame["l1"]) == FIVE and len(frame) == 5
    assert frame["weight bmi"].tolist() == path.weights[:, 2].tolist()
    path.figure(tmp_path / "path.png", size=(640, 400))
    assert (tmp_path / "path.png").stat().st_size > 5_000
    alone = st.penalty_path("geyser", "waiting", penalties=[1.0, 0.0], folds=None)
    assert alone.best is None and "Chosen" not in alone.explain()
    alone.figure(size=(640, 400))
    assert json.loads(json.dumps(alone.to_dict()))["best"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"penalty": "l3"}, "must be one of l1, l2"),
        ({"l1": 3.0}, "l1 does not go with a path over l1: it goes through many of them"),
        ({"validation": 0.2}, "validation does not go .*: rows are kept back by folds"),
        ({"stop": "validation"}, "stop does not go .*: rows are kept back by folds"),
        ({"start": [0.0, 0.0]}, "each run starts where the one before it ended; leave start out"),
        ({"hidden": (3,)}, "hidden does not go .*: a path is of one neuron"),
        ({"activation": "relu"}, "activation does not go .*: a path is of one neuron"),
        ({"dropout": 0.5}, "dropout does not go .*: a path is of one neuron"),
        ({"epochs": 3}, "epochs does not go .*: each run goes on until it has arrived"),
        ({"penalties": 1}, "how many, from 2 to"),
        ({"penalties": [1.0]}, "has 1 different numbers"),
        ({"penalties": [1.0, -1.0]}, "penalties"),
        ({"penalties": None}, "how many, or a list"),
        ({"folds": 1}, "between 2 and the 272 rows"),
        ({"folds": [1, 2]}, "a label for each of the 272 rows"),
        ({"folds": [1] * 272}, "one fold for all rows"),
        ({"loss": "absolute"}, "kinks"),
    ],
)
def test_what_is_no_path_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        st.penalty_path("geyser", "waiting", **asked)


def test_neither_an_objective_nor_a_class_that_is_there_once() -> None:
    with pytest.raises(ChoiceError, match="a path over penalties needs data"):
        st.penalty_path(lambda p: (float(p @ p), 2 * p))
    X, y = np.arange(9.0)[:, None], [*"aabbabab", "c"]
    with pytest.raises(DataError, match="a class without a row to learn from"):
        st.penalty_path((X, y), penalties=[0.1, 0.01], folds=3)


def test_on_the_command_line(ask: Ask) -> None:
    given = (
        "path",
        "diabetes",
        "--target",
        "progression",
        "--penalties",
        "90,10,1",
        "--folds",
        "3",
    )
    told = ask(*given, "--figure", "p.png", "--table", "p.csv", "--save", "run", "--without-data")
    path = st.penalty_path("diabetes", "progression", penalties=[90, 10, 1], folds=3)
    assert (told.status, told.out.split("\n\nWritten:")[0]) == (0, path.explain())
    assert path.best is not None
    assert np.array_equal(st.load("run").params, path.best.params)
    shown = json.loads(ask(*given, "--json").out)
    assert shown["best"] == path.to_dict()["best"] and len(shown["path"]["l1"]) == 3
    assert "must be how many" in ask(*given[:4], "--penalties", "a").err
    assert "no run is chosen" in ask(*given[:6], "--folds", "0", "--save", "q").err


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
def test_each_run_is_the_one_alone_from_the_same_start_to_the_bit(loss: str) -> None:
    X, y = problem(loss, 3, rows=50, features=8)
    y = y if loss == "squared" else np.where(y > 0, "b", "a")
    path = st.penalty_path((X, y), penalties=6, folds=None, loss=loss)
    for before, run in itertools.pairwise(path.runs):
        alone = st.descend((X, y), l1=run.objective.penalty.l1, start=before.params, loss=loss)
        assert np.array_equal(alone.trace.params, run.trace.params)
        assert np.array_equal(alone.trace.losses, run.trace.losses)


def test_what_is_known_of_the_rows_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(blocks: Any) -> Any:
        read.append(len(blocks))
        return moments(blocks)

    monkeypatch.setattr(margin_risk, "moments", counted)
    data = problem("squared", 3, rows=50, features=8)
    path = st.penalty_path(data, penalties=12, folds=None)
    # Once for where the path begins, and once for all its runs.
    assert len(read) <= 2 and len(path.runs) == 12


@pytest.mark.parametrize("form", [np.array, np.float32, csr_array])
def test_the_sizes_of_features_are_the_roots_of_their_mean_squares(form: Any) -> None:
    X, y = problem("squared", 3, rows=50, features=8)
    weight = np.arange(50.0)
    sizes = st.LinearObjective(form(X), y, "squared", sample_weight=weight).feature_sizes
    known = np.sqrt(np.average(np.asarray(X) ** 2, axis=0, weights=weight))
    np.testing.assert_allclose(sizes, known, rtol=1e-6 if form is np.float32 else 1e-14)


def test_a_path_of_very_many_features_is_that_of_each_penalty_alone() -> None:
    generator = np.random.default_rng(6)
    X = generator.normal(size=(40, 2 * WIDE_COLUMNS))
    y = X[:, :5] @ generator.normal(size=5) + generator.normal(size=40) + 2.0
    path = st.penalty_path((X, y), penalties=5, folds=None, loss="squared")
    for run in path.runs:
        l1 = run.objective.penalty.l1
        alone = st.descend((X, y), l1=l1, loss="squared")
        null = run.objective.null_loss
        assert run.stop.reason == "arrived" and abs(run.loss - alone.loss) <= 1e-9 * null
        assert run.trace.last.gap <= 1e-10 * null
    middle = path.runs[2]
    peer = Lasso(middle.objective.penalty.l1 / 2, tol=1e-12, max_iter=100_000).fit(X, y)
    lowest = middle.objective.value(np.append(peer.coef_, peer.intercept_))
    assert middle.loss <= lowest * (1 + 1e-9)


def test_a_run_begins_with_what_the_last_one_read_and_keeps_none_of_it() -> None:
    generator = np.random.default_rng(7)
    X = generator.normal(size=(40, 2 * WIDE_COLUMNS))
    y = X[:, 0] + generator.normal(size=40)
    first, second, third = st.penalty_path((X, y), penalties=3, folds=None, loss="squared").runs
    l1 = third.objective.penalty.l1
    alone = st.descend((X, y), l1=l1, loss="squared", start=second.params)
    assert alone.trace.last.passes == pytest.approx(third.trace.last.passes + 1.0)
    for run in (first, second, third):
        assert not {"kept_gram", "_sums", "_keeps_sums"} & set(vars(run.objective))
