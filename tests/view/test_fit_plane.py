"""Two features: what is painted and traced over their plane is what the run predicts there."""

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import steepest as st
from steepest.view.fit import draw_fit
from steepest.view.fit_plane import SIDE, STRENGTH, ClassRegions, FittedHeights
from steepest.view.panel import path_of
from steepest.view.style import CLASSES, THEMES, look

RNG = np.random.default_rng(3)
X = RNG.normal(size=(60, 2))
TARGETS: dict[str, Any] = {
    "two": X[:, 0] * X[:, 1] > 0,
    "three": np.digitize(X[:, 0] + X[:, 1] ** 2, [0.0, 1.0]),
    "number": X[:, 0] - 2 * X[:, 1],
}


def panel_of(name: str, **options: Any) -> tuple[Any, st.Run, Any]:
    loss = "squared" if name == "number" else "cross_entropy"
    run = st.descend((X, TARGETS[name]), loss=loss, steps=9, **options)
    with look():
        axes = Figure().add_subplot()
        path = path_of(run.scene)
        panel = draw_fit(axes, run.scene, path)
        panel.show(path.result)
    return panel, run, axes


def cells(axes: Any) -> np.ndarray[Any, Any]:
    (low, high), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    across, up = np.meshgrid(np.linspace(low, high, SIDE), np.linspace(bottom, top, SIDE))
    return np.column_stack([across.ravel(), up.ravel()])


@pytest.mark.parametrize("hidden", [(), (4,)])
@pytest.mark.parametrize("name", ["two", "three"])
def test_regions_have_the_probabilities_and_borders_of_the_run(
    name: str, hidden: tuple[int, ...]
) -> None:
    panel, run, axes = panel_of(name, hidden=hidden)
    assert isinstance(panel, ClassRegions)
    shares = run.predict_proba(cells(axes))
    colours = np.array([to_rgb(colour) for colour in CLASSES[: shares.shape[1]]])
    wanted = STRENGTH * shares @ colours + (1 - STRENGTH) * np.array(to_rgb(THEMES["light"].paper))
    painted = np.asarray(panel._image.get_array()).reshape(-1, 3)
    assert painted == pytest.approx(wanted, abs=1e-9)
    borders = np.concatenate(panel._lines.get_segments())
    best = np.sort(run.predict_proba(borders), axis=1)
    # Straight between the cells, across which a step of a probability may be steep.
    assert np.median(best[:, -1] - best[:, -2]) < 0.02


def test_a_number_has_its_colour_and_its_lines() -> None:
    panel, run, axes = panel_of("number")
    assert isinstance(panel, FittedHeights)
    lines = panel._lines.get_segments()
    assert len(lines) >= 4
    for line in lines:
        assert np.ptp(run.predict(line)) < 1e-9 * np.ptp(run.data.y)
    at = run.predict(cells(axes))
    shade = panel._shades(panel._share(at))[:, :3]
    assert np.asarray(panel._image.get_array()).reshape(-1, 3) == pytest.approx(shade, abs=1e-9)


def test_rows_lie_over_what_is_predicted_in_films_too() -> None:
    panel, run, _ = panel_of("three")
    assert panel.moving[:2] == [panel._image, panel._lines]
    rows = [tuple(xy) for marks in panel.moving[2:] for xy in marks.get_xydata()]
    assert sorted(rows) == sorted(map(tuple, np.asarray(run.data.X)))
