"""Separated classes: proved, named in a verdict, and not run for ever."""

import csv
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.exceptions import ConvergenceWarning

import steepest as st
from steepest.page.wire import to_json
from steepest.run.report import report
from steepest.sklearn import SteepestClassifier


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
        "falls for ever along one direction (a direction was found, and checked on all rows "
        "exactly)"
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
    assert "as the weights separate blue, which overlaps with no other class" in verdict.message
    assert verdict.numbers == {"falling_rows": 90.0, "rows": 90.0}
    assert separable(X, (y == 2).astype(int)) and not separable(X, (y == 0).astype(int))
    assert run.stop.reason in ("separated", "arrived") and len(run.trace) < 1100


def test_a_run_ends_where_all_that_falls_is_the_loss_of_a_separated_class() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(15, 2)), np.append(np.zeros(10), np.arange(5)).astype(int)
    run = st.descend((X, y), loss="cross_entropy")
    assert run.stop.reason == "separated" and len(run.trace) <= 129
    assert run.stop.message.startswith("stopped: the loss falls for ever; ")
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


def patients(well: str = "C") -> tuple[dict[str, list[object]], np.ndarray]:
    """Return a table in which nobody of one site is ill, and which rows are of that site."""
    generator = np.random.default_rng(1)
    site = generator.choice(["A", "B", "C"], 300, p=[0.6, 0.35, 0.05])
    ill = np.where(site == well, 0, generator.integers(0, 2, 300))
    age = generator.normal(50, 10, 300).round()
    return {"site": site.tolist(), "age": age.tolist(), "ill": ill.tolist()}, site == well


@pytest.mark.parametrize("tol", [None, 1e-6, 1e-13])
def test_a_level_that_one_class_alone_has_is_named_with_its_rows(tol: float | None) -> None:
    table, alone = patients()
    run = st.descend(table, "ill", tol=tol)
    (verdict,) = run.verdicts
    first = ", ".join(str(i + 1) for i in np.flatnonzero(alone)[:5])
    assert (run.stop.reason, verdict.level) == ("separated", "proved")
    assert "as the param site=C falls, by the loss of 18 rows of 300 (rows " in verdict.message
    assert first in verdict.message and "leave out site=C, which is 0 in all other rows" in (
        verdict.remedy
    )
    assert (run.recession.rows == np.flatnonzero(alone)).all()
    assert run.recession.direction.tolist() == [0.0, -1.0, 0.0, 0.0]
    assert run.lowest_loss is None


def test_a_base_level_and_a_line_are_named() -> None:
    table, _ = patients("A")
    (base,) = st.descend(table, "ill", tol=1e-9).verdicts
    assert "as the weights separate site=A, the base level, whose effect the bias" in base.message
    a, b = np.random.default_rng(1).integers(-3, 4, (2, 300))
    side = np.where(a + b == 0, np.arange(300) % 2, a + b > 0)
    (line,) = st.descend((np.column_stack([a, b]).astype(float), side)).verdicts
    assert "as the params move along +1 x1 +1 x2, by the loss of 268 rows" in line.message


@pytest.mark.parametrize("weight", [None, np.ones(200), np.arange(200) % 4 + 1.0])
def test_sample_weights_change_nothing_of_it(weight: np.ndarray | None) -> None:
    X = np.random.default_rng(1).normal(size=(200, 2))
    run = st.descend((X, (X[:, 0] > 0).astype(int)), sample_weight=weight)
    assert run.stop.reason == "separated" and [v.name for v in run.verdicts] == ["separation"]


def test_a_run_that_is_proved_ends_though_the_margin_is_thin() -> None:
    x = np.random.default_rng(1).normal(size=300)
    run = st.descend((np.column_stack([x, x**2]), (np.arange(300) == 7).astype(int)))
    assert run.stop.reason == "separated" and len(run.trace) <= 4097
    assert "have a loss below log 2 each" in run.stop.message


@pytest.mark.parametrize("loss", ["cross_entropy", "poisson"])
def test_an_end_is_said_only_where_there_is_one(loss: str) -> None:
    """The gradient of a loss that falls for ever goes to 0 too."""
    table, alone = patients()
    for rule in ("plane", "steepest", "nesterov"):
        run = st.descend(table, "ill", loss=loss, rule=rule, tol=1e-5, steps=4000)
        assert run.stop.reason in ("separated", "steps")
        assert [v.name for v in run.verdicts] == ["separation"]
        assert (run.recession.rows == np.flatnonzero(alone)).all()


def test_every_door_tells_the_same() -> None:
    table, _ = patients()
    run = st.descend(table, "ill")
    (verdict,) = run.verdicts
    assert f"Verdict (proved): {verdict.message}" in run.explain()
    assert report(run)["verdicts"][0]["message"] == verdict.message
    record = run.record()
    assert [v["message"] for v in record["run"]["verdicts"]] == [verdict.message]
    assert record["run"]["lowest"] is None and record["surface"]["lowest"] is None
    assert record["separation"]["message"] == verdict.message
    assert verdict.message in to_json(record)
    penalised = st.descend(table, "ill", l2=1e-3)
    assert penalised.verdicts == [] and penalised.surface().lowest is not None
    assert penalised.record()["separation"]["message"] == verdict.message


def test_the_bridge_warns() -> None:
    table, _ = patients()
    X = np.column_stack([np.array(table["site"]) == "C", table["age"]]).astype(float)
    with pytest.warns(ConvergenceWarning, match="the loss has no lowest point: it falls for ever"):
        SteepestClassifier(l2=0.0).fit(X, table["ill"], sample_weight=np.ones(300))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SteepestClassifier(l2=0.01).fit(X, table["ill"])


def test_a_loss_that_falls_to_minus_infinity_has_a_surface() -> None:
    run = st.descend(lambda p: (float(p.sum()), np.ones(2)), start=[0.0, 0.0])
    surface = run.surface(points=11)
    assert run.loss == -np.inf and surface.lowest is None
    assert np.isfinite(surface.loss).any() and np.isfinite(surface.x).all()


def separation_data() -> list[Path]:
    """Return the data sets of Correia, Guimaraes & Zylkin 2019, where they are at hand."""
    homes = [one / "shared" / "data" / "separation" for one in Path(__file__).resolve().parents]
    home = next((one for one in homes if one.is_dir()), None)
    return [] if home is None else sorted(home.glob("*.csv"))


@pytest.mark.skipif(not separation_data(), reason="the data sets are not at hand")
@pytest.mark.parametrize("path", separation_data(), ids=lambda path: path.stem)
def test_the_data_sets_of_a_paper_are_told_with_their_rows(path: Path) -> None:
    """The answer by row is in the column `separated`; columns `id...` are categories."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    falls, y = columns.pop("separated") > 0, columns.pop("y")
    X = []
    for name, column in columns.items():
        levels = np.unique(column)[1:]
        X += [column == one for one in levels] if name.startswith("id") else [column]
    run = st.descend((np.column_stack(X).astype(float), y), loss="poisson")
    assert (run.recession.rows == np.flatnonzero(falls)).all()
    assert [v.level for v in run.verdicts] == ["proved"] * bool(falls.any())
    assert (run.stop.reason == "separated") == falls.any()
