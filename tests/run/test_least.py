"""The result where the minimum is not unique: the least weights of the same loss, and said so."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

import steepest as st
from steepest.run.report import report

Array = NDArray[np.float64]


def twins(seed: int = 0, rows: int = 40) -> tuple[Array, Array]:
    """Return three columns, one of them in other units too, and the sum of two; and a target."""
    random = np.random.default_rng(seed)
    own = random.normal(size=(rows, 3))
    X = np.column_stack([own, own[:, 0] * 2.54 - 7.0, own[:, 1] + own[:, 2]])
    return X, X[:, :3] @ [1.0, 2.0, 3.0] + random.normal(size=rows)


def least(X: Array, y: Array) -> Array:
    """Return the least weights of least squares: by the pseudo-inverse of the centred rows."""
    weights = np.linalg.pinv(X - X.mean(axis=0), rcond=1e-10) @ (y - y.mean())
    return np.append(weights, y.mean() - X.mean(axis=0) @ weights)


WIDE = np.random.default_rng(5).normal(size=(8, 20)) + 3.0

LEVELS = np.eye(4)[np.arange(40) % 4]

TABLES = {
    "twins": twins(),
    "dummies of all levels": (LEVELS, np.arange(40.0) % 7),
    "more features than rows": (WIDE, np.arange(8.0) ** 2),
    "a constant": (np.column_stack([twins()[0][:, :2], np.full(40, 3.0)]), twins()[1]),
}

WALKS: dict[str, dict[str, Any]] = {
    "auto": {},
    "standard": {"scale": "standard"},
    "none": {"scale": "none"},
    "round": {"scale": "round", "rule": "steepest"},
    "adam": {"rule": "adam", "learning_rate": 0.1, "scale": "none"},
    "given start": {"start": "far"},
}


@pytest.mark.parametrize(("table", "walk"), list(product(TABLES, WALKS)))
def test_least_squares_are_the_pseudo_inverses(table: str, walk: str) -> None:
    X, y = TABLES[table]
    options = dict(WALKS[walk])
    if options.get("start") == "far":
        options["start"] = np.linspace(-50.0, 70.0, X.shape[1] + 1)
    run = st.descend((X, y), **options)
    expected = least(X, y)
    size = np.abs(expected).max()
    assert np.allclose(run.params, expected, rtol=0, atol=1e-6 * size), run.stop
    assert run.params is run.trace.last.params
    assert run.notes[0].name == "rank"


@pytest.mark.parametrize("table", TABLES)
def test_no_seed_is_in_the_result(table: str) -> None:
    runs = [st.descend(TABLES[table], seed=seed) for seed in range(4)]
    for run in runs[1:]:
        assert np.allclose(run.params, runs[0].params, rtol=1e-9, atol=1e-9)


@given(seed=some.integers(0, 10**6), rows=some.integers(3, 30), features=some.integers(1, 12))
def test_of_any_rows_it_is_the_limit_of_a_vanishing_penalty(
    seed: int, rows: int, features: int
) -> None:
    random = np.random.default_rng(seed)
    X = random.integers(0, 3, (rows, features)) + random.normal(size=features)
    y = random.normal(size=rows)
    run = st.descend((X, y))
    ridge = st.descend((X, y), l2=1e-9)
    assert np.allclose(run.weights, ridge.weights, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("loss", ["cross_entropy", "poisson", "huber"])
def test_other_losses_reach_the_least_weights_too(loss: str) -> None:
    X, y = twins()
    target = {
        "cross_entropy": (y > 0).astype(float),
        "poisson": np.round(np.exp(y / 9)),
        "huber": y,
    }
    X[:, :3] += np.random.default_rng(3).normal(size=(40, 3))
    X[:, 3], X[:, 4] = X[:, 0] * 2.54 - 7.0, X[:, 1] + X[:, 2]
    run = st.descend((X, target[loss]), loss=loss)
    # What moves the margins is known of three columns alone; of their weights the least.
    few = st.descend((X[:, :3], target[loss]), loss=loss)
    assert run.loss == pytest.approx(few.loss, rel=1e-9)
    shared = np.array([[1, 0, 0, 2.54, 0], [0, 1, 0, 0, 1], [0, 0, 1, 0, 1]])
    expected = np.linalg.pinv(shared) @ few.weights
    assert np.allclose(run.weights, expected, rtol=1e-6, atol=1e-6)


def test_the_path_stays_the_walks_own_and_the_last_point_is_marked() -> None:
    X, y = TABLES["more features than rows"]
    run = st.descend((X, y), rule="steepest", learning_rate=0.001, scale="none", tol=1e-4)
    last, before = run.trace.last, run.trace[-2]
    assert [step.index for step in run.trace if step.least] == [last.index]
    assert run.trace.walked == len(run.trace) - 1
    for one, after in zip(run.trace, list(run.trace)[1 : run.trace.walked], strict=False):
        assert np.array_equal(after.params, one.params - 0.001 * one.gradient)
    assert last.loss <= before.loss * (1 + 1e-9) + 1e-12
    assert norm(last.params[:-1]) < norm(before.params[:-1])
    assert last.loss == last.full_loss == run.objective.value(run.params)


def norm(vector: Array) -> float:
    return float(np.linalg.norm(vector))


def test_a_run_that_was_told_its_steps_takes_these_and_no_more() -> None:
    """Its weights are those of the textbook, and the note does not claim otherwise."""
    X, y = TABLES["more features than rows"]
    run = st.descend((X, y), rule="steepest", learning_rate=0.001, scale="none", steps=5)
    assert len(run.trace) == 6 and not run.trace.last.least
    assert "where start and steps put them" in run.notes[0].message


def test_it_is_gone_on_with_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    X, y = TABLES["twins"]
    options: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.01, "scale": "none"}
    run = st.descend((X, y), tol=1e-3, **options)
    assert run.trace.last.least
    run.save(tmp_path / "run.steepest")
    loaded = st.load(tmp_path / "run.steepest")
    assert loaded.notes == run.notes and np.array_equal(loaded.params, run.params)
    walked = run.trace.walked - 1
    whole = st.descend((X, y), steps=walked + 10, **options)
    for one in (run, loaded):
        on = one.resume(steps=10)
        assert np.array_equal(on.trace.params, whole.trace.params)
        assert np.array_equal(on.trace.losses, whole.trace.losses)


def test_weights_that_only_seem_dependent_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss of the least weights is worked out: what raises it is not taken."""
    monkeypatch.setattr("steepest.objective.linear_algebra.factor.RANK_RTOL", 0.3)
    monkeypatch.setattr("steepest.objective.minimum.identifiability.LEAST_PIVOT", 1e9)
    random = np.random.default_rng(1)
    x = random.normal(size=50)
    X = np.column_stack([x, x + 0.1 * random.normal(size=50)])
    run = st.descend((X, X @ [3.0, 1.0]), scale="standard")
    assert np.allclose(run.weights, [3.0, 1.0]) and not run.trace.last.least


# --- classes --------------------------------------------------------------------------------------

PENGUINS: Any = ("penguins", "species", ["flipper_length_mm", "sex"])


@pytest.mark.parametrize("walk", ["auto", "standard", "round", "adam"])
def test_what_classes_share_is_taken_off(walk: str) -> None:
    options = {**WALKS[walk], "scale": "standard"} if walk == "adam" else WALKS[walk]
    run = st.descend(*PENGUINS, **options)
    assert run.stop.ended_by_itself
    matrix = np.vstack([run.weights, run.bias])
    assert np.allclose(matrix.sum(axis=1), 0, atol=1e-9 * np.abs(matrix).max())
    assert [note.name for note in run.notes] == ["classes"]


def test_seeds_agree_on_classes() -> None:
    runs = [st.descend(*PENGUINS, seed=seed) for seed in range(4)]
    for run in runs[1:]:
        assert np.allclose(run.params, runs[0].params, rtol=1e-5, atol=1e-4)
    # The walk itself stays where the sum over the classes is 0, so no last point is needed.
    assert not any(run.trace.last.least for run in runs)


def test_with_a_penalty_only_the_biases_are_free() -> None:
    run = st.descend(*PENGUINS, l2=0.01)
    assert abs(run.bias.sum()) < 1e-9 * np.abs(run.bias).max()
    assert "the biases of all 3 classes" in run.notes[0].message
    lasso = st.descend(*PENGUINS, l1=0.02)
    assert abs(lasso.bias.sum()) < 1e-9 * np.abs(lasso.bias).max()
    assert (lasso.weights == 0.0).any() and abs(lasso.weights.sum()) > 1e-3


def test_twins_and_classes_at_once() -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(90, 2))
    y = np.argmax(x @ random.normal(size=(2, 3)) + random.gumbel(size=(90, 3)), axis=1)
    X = np.column_stack([x, x[:, 0]])
    run = st.descend((X, y), loss="cross_entropy")
    few = st.descend((x, y), loss="cross_entropy")
    assert np.allclose(run.weights[[0, 2]], few.weights[0] / 2, atol=1e-5)
    assert np.allclose(run.weights[1], few.weights[1], atol=1e-5)
    assert [note.name for note in run.notes] == ["rank", "classes"]


def test_logistic_weights_are_scipys_with_a_vanishing_penalty() -> None:
    random = np.random.default_rng(8)
    x = random.normal(size=(60, 2))
    X = np.column_stack([x, x @ [1.0, -2.0]])
    y = (random.random(60) < expit(x @ [1.0, 0.5])).astype(float)

    def value(params: Array) -> float:
        margin = X @ params[:-1] + params[-1]
        return float(np.logaddexp(0, margin).sum() - y @ margin) + 1e-7 * float(
            params[:-1] @ params[:-1]
        )

    peer = minimize(value, np.zeros(4), tol=1e-12)
    assert np.allclose(st.descend((X, y)).params, peer.x, atol=1e-4)


# --- said so --------------------------------------------------------------------------------------


def test_the_note_tells_rank_and_columns() -> None:
    X, y = TABLES["twins"]
    (note,) = st.descend((X, y), features=["a", "b", "c", "a in cm", "b and c"]).notes
    assert note.numbers == {"rank": 3.0, "features": 5.0, "columns": 5.0}
    assert note.message == (
        "the minimum is not unique: the rows tell 3 of 5 directions of the weights, since a in cm "
        "= 2.54 a - 7, b and c = b + c; of all weights with this loss the result has the least "
        "(sum of squares)"
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("dummies of all levels", "x4 = -x1 - x2 - x3 + 1;"),
        ("more features than rows", "7 of 20 directions of the weights, since 20 features depend"),
        ("a constant", "x3 is the same in every row;"),
    ],
)
def test_other_reasons_are_told(table: str, said: str) -> None:
    assert said in st.descend(TABLES[table]).notes[0].message


def test_a_sound_table_has_no_note() -> None:
    assert not st.descend("diabetes", "progression").notes
    assert not st.descend("breast_cancer", "diagnosis", l2=0.01).notes
    assert not st.descend(lambda p: (float(p @ p), 2 * p), start=[3.0]).notes


def test_every_door_tells_it(tmp_path: Path) -> None:
    run = st.descend(TABLES["twins"])
    message = run.notes[0].message
    assert message in run.explain()
    assert run.explain().count("least weights") == 1
    told = json.loads(json.dumps(report(run)))
    assert told["notes"][0]["message"] == message
    assert list(told["weights"].values()) == run.weights.tolist()
    record = run.record()["run"]
    assert record["least"] is True
    assert record["params"][-6:].tolist() == run.params.tolist()
    surface = run.surface()
    assert surface.off_plane[-1] == pytest.approx(0.0, abs=1e-12)


def test_a_callback_sees_the_last_point() -> None:
    seen: list[st.Step] = []
    run = st.descend(TABLES["twins"], callback=lambda step: seen.append(step))
    assert [step.least for step in seen] == [False] * (len(run.trace) - 1) + [True]
