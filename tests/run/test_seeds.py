"""Several seeds of one model: the same rows, their ends in one table, their spread on one plane."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask

import steepest as st

XOR: dict[str, Any] = {"hidden": (4,), "steps": 25}


@pytest.fixture(scope="module")
def runs() -> st.Seeds:
    return st.seeds(4, "xor", "class", validation=0.25, **XOR)


def test_each_run_is_the_one_that_descend_gives_on_the_same_rows(runs: st.Seeds) -> None:
    assert [run.plan.seed for run in runs] == [0, 1, 2, 3] and len(runs) == 4
    first = st.descend("xor", "class", validation=0.25, **XOR)
    assert np.array_equal(runs[0].trace.params, first.trace.params)
    rows = (first.data.X, np.array(first.classes)[first.data.y.astype(int)])
    for run in runs[1:]:
        alone = st.descend(rows, seed=run.plan.seed, **XOR)
        assert np.array_equal(run.params, alone.params)
        assert run.data is runs[0].data


def test_the_table_tells_their_ends(runs: st.Seeds) -> None:
    told = runs.table().to_pylist()
    assert [row["seed"] for row in told] == [0, 1, 2, 3]
    for row, run in zip(told, runs, strict=True):
        assert (row["loss"], row["validation_loss"]) == (run.loss, run.validation_loss)
        assert row["accuracy"] == run.metrics("validation")["accuracy"]
        assert row["end"] == run.stop.reason and row["steps"] == len(run.trace) - 1
    best = min(runs, key=lambda run: run.validation_loss)
    assert runs.best is best
    words = runs.explain()
    assert "Ends of 4 seeds" in words and "with a verdict: " in words
    assert f"the best, by the loss of the rows kept back: seed {best.plan.seed}" in words


def test_the_plane_goes_through_the_best_end_and_tells_true_losses(runs: st.Seeds) -> None:
    surface, best = runs.surface(points=21), runs.best
    assert surface.axes.read(best.params) == pytest.approx([0.0, 0.0], abs=1e-9)
    at = runs.story.best
    assert surface.off_plane[len(runs) + at] == pytest.approx(0.0, abs=1e-9)
    assert surface.path_loss.tolist() == [
        *(run.trace[0].full_loss for run in runs),
        *(run.loss for run in runs),
    ]
    for one in runs.scene.paths:
        low, high = one.path.min(axis=0), one.path.max(axis=0)
        drawn = runs.scene.surface
        assert (low > [drawn.x[0], drawn.y[0]]).all() and (high < [drawn.x[-1], drawn.y[-1]]).all()
    params = surface.plane.params(0.3, -0.2)
    (there,) = surface.at(0.3, -0.2)
    assert there == pytest.approx(best.objective.value(params), rel=1e-9)
    units = best.objective.standard_units
    assert units is not None
    points = np.array([units.position(run.trace[0].params) for run in runs])
    points = np.concatenate([points, [units.position(run.params) for run in runs]])
    variance = np.linalg.eigvalsh(np.cov(points.T))[::-1]
    share = surface.numbers["first"] + surface.numbers["second"]
    assert share == pytest.approx(variance[:2].sum() / variance.sum(), rel=1e-9)


def test_the_figure_shows_every_run(runs: st.Seeds, tmp_path: Path) -> None:
    figure = runs.figure(tmp_path / "seeds.png", size=(800, 450), theme="dark")
    assert (tmp_path / "seeds.png").read_bytes()[:4] == b"\x89PNG"
    above, chart = figure.axes
    assert above.get_title(loc="left").startswith("Where they began")
    named = [text.get_text() for text in chart.get_legend().get_texts()]
    assert [one.split(":")[0] for one in named] == [f"seed {i}" for i in range(4)]
    assert [len(line.get_ydata()) for line in chart.lines] == [26] * 4


def test_a_linear_model_arrives_at_one_end_from_every_start() -> None:
    runs = st.seeds([3, 7, 8], "diabetes", "progression", ["bmi", "s5"], scale="standard")
    assert [run.plan.seed for run in runs] == [3, 7, 8]
    losses = [run.loss for run in runs]
    assert max(losses) == pytest.approx(min(losses), rel=1e-9)
    assert runs.surface(points=5).numbers["apart"] < 1e-3
    assert "R²" in runs.explain() and "rows kept back" not in runs.explain()


@pytest.mark.parametrize(
    ("count", "more", "message"),
    [
        (1, {}, "seeds is 1, but it must be how many, from 2 to 1000, or a list"),
        ([2, 2], {}, r"seeds is \[2, 2\], but it must be"),
        (3, {"start": [0.0, 0.0]}, "a start or an objective was given, which draws none"),
    ],
)
def test_what_cannot_be_is_refused(count: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(st.ChoiceError, match=message):
        st.seeds(count, "geyser", "waiting", ["duration"], **more)


def test_the_command_line_has_them(ask: Ask, tmp_path: Path) -> None:
    saved, asked = str(tmp_path / "best.steepest"), "fit xor --target class --hidden 4 --steps 9"
    answer = ask(*asked.split(), "--seeds", "3", "--save", saved)
    assert "Ends of 3 seeds" in answer.out and answer.status == 0
    said = json.loads(ask(*asked.split(), "--seeds", "3", "--json").out)
    assert len(said["seeds"]) == 3 and st.load(saved).plan.seed == said["best"]
    wrong = ask(
        *asked.split(), "--seeds", "3", "--figure", str(tmp_path / "a.png"), "--panels", "map"
    )
    assert "--panels are those of the figure of one run" in wrong.err


def test_two_params_are_the_plane_and_a_line_of_points_is_none(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.1, "scale": "none"}
    runs = st.seeds(2, "geyser", "waiting", ["duration"], **asked)
    surface = runs.surface(points=5)
    assert (surface.x_name, surface.y_name) == ("duration", "bias") and not surface.off_plane.any()
    runs.figure(tmp_path / "all.svg", size=(640, 360))
    assert "with a verdict: 2 of 2 runs" in runs.explain()
    still = st.seeds(2, "xor", "class", hidden=(4,), steps=0)
    with pytest.raises(st.ChoiceError, match="lie on one straight line, so they span no plane"):
        still.figure()
