"""Separated classes: proved, named in a verdict, and not run for ever."""

import numpy as np
import pytest
from scipy.optimize import linprog

import steepest as st


def separable(X: np.ndarray, y: np.ndarray) -> bool:
    """Return whether a plane has all of one class on one side: a linear programme, not ours."""
    side = 2 * y - 1
    rows = -side[:, None] * np.column_stack([X, np.ones(len(X))])
    found = linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(X)), bounds=(None, None))
    return bool(found.status == 0)


@pytest.mark.parametrize("seed", range(12))
def test_the_verdict_is_what_a_linear_programme_finds(seed: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(30, 3))
    noise = generator.choice([0.0, 0.3]) * generator.normal(size=30)
    y = (X @ [1.0, -2.0, 0.5] + noise > 0).astype(float)
    run = st.descend((X, y), loss="cross_entropy", seed=seed)
    named = [verdict.name for verdict in run.verdicts]
    assert named == (["separation"] if separable(X, y) else [])
    assert (run.stop.reason == "separated") == separable(X, y)


def test_real_data_end_soon_and_say_why() -> None:
    run = st.descend("breast_cancer", "diagnosis")
    (verdict,) = run.verdicts
    assert len(run.trace) < 300
    assert (run.stop.reason, verdict.level) == ("separated", "proved")
    assert verdict.message == (
        "the loss has no lowest point: no two classes overlap, so the loss of each of the 569 rows "
        "falls for ever along one direction (a direction was found, and checked on all rows exactly)"
    )
    assert verdict.numbers == {"falling_rows": 569.0, "rows": 569.0}
    assert "l2 = 0.001" in verdict.remedy
    assert (run.predict_proba(run.data.X)[np.arange(569), run.data.y.astype(int)] > 0.5).all()


def test_three_classes_are_judged_too() -> None:
    run = st.descend("penguins", "species")
    assert [verdict.name for verdict in run.verdicts] == ["separation"]


def test_a_penalty_gives_the_loss_a_lowest_point() -> None:
    run = st.descend("breast_cancer", "diagnosis", l2=1e-3)
    assert run.verdicts == []
    assert run.stop.reason == "arrived"


def test_a_number_of_steps_is_taken_whatever_is_proved() -> None:
    run = st.descend("penguins", "species", steps=40)
    assert len(run.trace) == 41
    assert [verdict.name for verdict in run.verdicts] == ["separation"]


@pytest.mark.parametrize("seed", range(4))
def test_one_class_separated_from_others_that_overlap_is_named(seed: int) -> None:
    X, y = overlapping(seed)
    X[y == 2] += 8.0
    run = st.descend((X, np.array(["red", "green", "blue"])[y]), seed=seed)
    (verdict,) = run.verdicts
    assert verdict.level == "proved" and run.recession.classes.tolist() == [0]
    assert "as the weights set blue apart, which overlaps with no other class" in verdict.message
    assert verdict.numbers == {"falling_rows": 90.0, "rows": 90.0}
    assert separable(X, (y == 2).astype(int)) and not separable(X, (y == 0).astype(int))
    assert run.stop.reason in ("separated", "arrived") and len(run.trace) < 1100


def test_a_run_ends_where_all_that_falls_is_the_loss_of_a_separated_class() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(15, 2)), np.append(np.zeros(10), np.arange(5)).astype(int)
    run = st.descend((X, y), loss="cross_entropy")
    assert run.stop.reason == "separated" and len(run.trace) <= 129
    assert run.stop.message.startswith("stopped: the loss has no lowest point, it falls for ever")
    assert [verdict.name for verdict in run.verdicts] == ["separation"]


@pytest.mark.parametrize("chosen", [{}, {"l2": 1e-3}])
def test_overlapping_classes_are_not_named(chosen: dict[str, float]) -> None:
    X, y = overlapping(0)
    run = st.descend((X, y), loss="cross_entropy", **chosen)
    assert run.verdicts == [] and run.stop.reason in ("arrived", "settled")


def overlapping(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return three classes that lie all over each other."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(90, 2)), np.arange(90) % 3
