"""Files that earlier builds saved: each must open for years, say the same, and go on the same.

`tools/make_fixtures.py` made them with the builds whose names the folders bear. Numbers that are
read are held to 1e-12. Numbers that are worked out anew are held to 1e-9: another build may sum in
another order, and so differ in the last bits, of which ten steps make somewhat more.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from proved import every_other

import steepest as st

if TYPE_CHECKING:
    from asked import Ask

FOLDERS = sorted((Path(__file__).parent / "fixtures").iterdir())

EXPECTED = {folder: json.loads((folder / "expected.json").read_text("utf-8")) for folder in FOLDERS}

RUNS = [
    pytest.param(folder / f"{name}.steepest", told, id=f"{folder.name}-{name}")
    for folder, expected in EXPECTED.items()
    for name, told in expected["runs"].items()
]
GONE_ON = [param for param in RUNS if param.values[1]["resumed"]]

READ, ANEW = 1e-12, 1e-9

AS_LOW = 1e-3
"""How far the last loss may be from that of an earlier build whose steps were others."""

MORE = 10
"""Steps that the fixtures were gone on with."""

FOLDER = Path(__file__).parent / "fixtures" / "271cc86"

Told = dict[str, Any]


def numbers(values: list[float | None]) -> np.ndarray:
    """Return the numbers of a JSON list, in which one that is not finite is null."""
    return np.array([np.nan if value is None else value for value in values])


def assert_close(found: Any, wanted: Any, tolerance: float) -> None:
    """Compare vectors by their largest number, those that are not finite as equal."""
    found, wanted = np.atleast_1d(found).astype(float), numbers(np.atleast_1d(wanted).tolist())
    found = np.where(np.isfinite(found), found, np.nan)
    most = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance * most)


def apart(run: st.Run, params: Any) -> Any:
    """Return params less what the biases of several classes share, which no loss tells.

    Walks of today stand still there; those of before drifted with the whitening of each class.
    """
    matrix = np.array(params).reshape(run.objective.layout.shape)
    matrix[-1] -= matrix[-1].mean() if matrix.shape[1] > 1 else 0.0
    return matrix.ravel()


def test_every_kept_file_is_tested() -> None:
    assert FOLDER in FOLDERS
    for folder, expected in EXPECTED.items():
        assert expected["more"] == MORE
        runs = {path.stem for path in folder.glob("*.steepest")}
        pages = {path.name.removesuffix(".html.gz") for path in folder.glob("*.html.gz")}
        assert (runs, pages) == (set(expected["runs"]), set(expected["pages"]))


@pytest.mark.parametrize(("path", "told"), RUNS)
def test_an_old_run_says_what_it_said(path: Path, told: Told) -> None:
    run = st.load(path)
    assert_close(run.params, told["params"], READ)
    assert run.loss == pytest.approx(told["loss"], rel=READ)
    assert len(run.trace) - 1 == told["steps"]
    assert_close(run.trace.losses[[0, -1]], told["losses"], READ)
    assert run.stop == st.Stop(*told["stop"])
    assert [[one.level, one.name, one.message] for one in run.verdicts] == told["verdicts"]
    assert list(run.feature_names) == told["features"]


@pytest.mark.parametrize(("path", "told"), RUNS)
def test_an_old_run_predicts_what_it_predicted(path: Path, told: Told) -> None:
    run, rows = st.load(path), pa.table(told["rows"])
    if told["classes"] is None:
        assert run.classes is None
        assert_close(run.predict(rows), told["predictions"], READ)
        return
    assert [str(name) for name in run.classes or ()] == told["classes"]
    assert run.predict(rows).tolist() == told["predictions"]
    assert_close(run.predict_proba(rows).ravel(), np.ravel(told["probabilities"]), READ)


@pytest.mark.parametrize(("path", "told"), GONE_ON)
def test_an_old_run_goes_on_as_it_would_have(path: Path, told: Told) -> None:
    """Its first steps are those it has, and the further ones those its build took.

    Not of several classes, whose whitening is another today: a run of them goes on from the step
    it ended with, its next loss is the same, and after that it falls as low.
    """
    run, wanted = st.load(path), told["resumed"]
    on = run.resume(steps=MORE)
    gone = on.trace.losses[len(run.trace) :]
    assert_close(on.trace.losses[: len(run.trace)], run.trace.losses, READ)
    assert on.stop.reason == wanted["stop"]
    if len(run.classes or ()) > 2:
        assert len(gone) == len(wanted["losses"])
        assert gone[0] == pytest.approx(wanted["losses"][0], rel=ANEW)
        assert (np.diff(on.trace.losses) <= 0.0).all()
        assert gone[-1] == pytest.approx(wanted["losses"][-1], rel=AS_LOW)
    else:
        assert_close(gone, wanted["losses"], ANEW)
        assert_close(apart(on, on.params), apart(on, wanted["params"]), ANEW)
    assert "gone on afresh" not in on.explain()


@pytest.mark.parametrize(("path", "told"), RUNS)
def test_an_old_run_is_told_and_made_a_page(path: Path, told: Told, tmp_path: Path) -> None:
    run = st.load(path)
    words = run.explain()
    assert "Step 4" in words
    for _, _, message in told["verdicts"]:
        assert message in words
    assert run.record()["title"]
    run.page(tmp_path / "page.html")
    assert "</html>" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize(
    "name", every_other(["three_classes", "poisson", "diverged", "sparse", "textbook"])
)
def test_an_old_run_is_drawn(name: str, tmp_path: Path) -> None:
    figure = st.load(FOLDER / f"{name}.steepest").figure(tmp_path / "figure.png")
    assert len(figure.axes) >= 4
    assert (tmp_path / "figure.png").stat().st_size > 10_000


@pytest.mark.parametrize(("path", "told"), RUNS)
def test_an_old_run_saved_once_more_is_the_same(path: Path, told: Told, tmp_path: Path) -> None:
    run = st.load(path)
    run.save(tmp_path / "again.steepest")
    again = st.load(tmp_path / "again.steepest")
    assert np.array_equal(again.trace.losses, run.trace.losses, equal_nan=True)
    assert np.array_equal(again.params, run.params)
    if told["resumed"]:
        one, other = run.resume(steps=2), again.resume(steps=2)
        assert np.array_equal(one.trace.losses, other.trace.losses, equal_nan=True)


def test_an_old_run_keeps_the_one_stream_that_drew_its_start_and_its_batches(
    tmp_path: Path,
) -> None:
    run = st.load(FOLDER / "batches.steepest")
    on = run.resume(steps=7)
    on.save(tmp_path / "on.steepest")
    again = st.load(tmp_path / "on.steepest").resume(steps=3)
    assert_close(again.params, EXPECTED[FOLDER]["runs"]["batches"]["resumed"]["params"], ANEW)
    asked = {
        "rule": run.plan.rule,
        "learning_rate": run.plan.learning_rate,
        "scale": run.plan.scale,
    }
    anew = st.descend("geyser", "waiting", ["duration"], batch=32, seed=1, steps=20, **asked)
    # The same numbers are drawn; the means that they are added to are summed up otherwise today.
    np.testing.assert_allclose(anew.trace[0].params, run.trace[0].params, rtol=1e-14)
    assert not np.allclose(anew.params, run.params, rtol=1e-6)


def test_a_rule_with_its_own_number_comes_back_with_it() -> None:
    run = st.load(FOLDER / "momentum.steepest").resume(steps=MORE)
    steps = [run.trace[i] for i in range(len(run.trace))]
    moves = np.diff([step.params for step in steps], axis=0)
    for i in range(1, len(moves)):
        wanted = 0.5 * moves[i - 1] - 0.1 * steps[i].gradient
        np.testing.assert_allclose(moves[i], wanted, rtol=1e-9, atol=1e-12)


def test_a_rule_with_its_own_number_is_judged_by_it() -> None:
    run = st.load(FOLDER / "momentum_diverged.steepest")
    # The record of the build that saved it took the limit of 0.9: 2 (1 + 0.9) / curvature.
    limit = 2.0 * (1.0 + 0.5) / run.plan.curvature
    assert run.verdicts[0].numbers["limit"] == pytest.approx(limit, rel=1e-12)
    assert [verdict.name for verdict in run.resume(steps=1).verdicts] == ["divergence"]


def test_a_page_is_told_the_limit_of_the_rules_own_number() -> None:
    run = st.load(FOLDER / "momentum_diverged.steepest")
    limit = 2.0 * (1.0 + 0.5) / run.plan.curvature
    assert run.record()["run"]["limit"] == pytest.approx(limit, rel=1e-12)


def test_a_rate_of_the_readers_own_is_asked_for_again() -> None:
    run = st.load(FOLDER / "own_rate.steepest")
    with pytest.raises(st.ChoiceError, match=r"a function of your own.*start=run"):
        run.resume(steps=2)
    on = st.descend(
        "geyser",
        "waiting",
        ["duration"],
        rule="steepest",
        scale="none",
        learning_rate=lambda index: 0.05,
        start=run,
        steps=1,
    )
    assert np.array_equal(on.trace[0].params, run.params)


def test_the_command_line_opens_old_runs(ask: "Ask") -> None:
    shown = ask("show", str(FOLDER / "two_classes.steepest"), "--trace", "steps.csv")
    assert shown.status == 0, shown.err
    assert "damaged by temperature" in shown.out
    assert len(Path("steps.csv").read_text("utf-8").splitlines()) == 5
    Path("new.csv").write_text("duration\n1.833\n3.917\n", "utf-8")
    told = EXPECTED[FOLDER]["runs"]["textbook"]["predictions"]
    answer = ask("predict", str(FOLDER / "textbook.steepest"), "new.csv", "-o", "out.csv")
    assert answer.status == 0, answer.err
    lines = Path("out.csv").read_text("utf-8").splitlines()[1:]
    found = [float(line.split(",")[1]) for line in lines]
    assert found == pytest.approx(told[:2], rel=READ)
