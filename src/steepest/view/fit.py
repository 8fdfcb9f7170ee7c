"""Data and fit: the rows, and what the model predicts for them at each step.

Where there are no rows, the length of the gradient against the step takes the panel's place.

One feature: the rows as they are, with the line, or the probability of each class, over them. Two:
their plane (`fit_plane`). Many features: a number's prediction against the actual one; for two
classes the probability over the margin; for more, the probability that the actual class is given.
"""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from steepest.numerals import counted, short
from steepest.view.chart import Gradients, numbers_on
from steepest.view.fit_plane import ClassRegions, FittedHeights
from steepest.view.panel import DrawnPath, Panel
from steepest.view.scene import Scene
from steepest.view.story import shortened
from steepest.view.style import CLASSES, MARKS, PATH, halo, theme_in_use

__all__ = ["draw_fit"]

Array = NDArray[np.float64]

STEEPEST_PART = 40.0
"""The margin beyond which a probability is 0 or 1 to all the digits that a number has."""

MOST_COLUMNS = 4
"""Names of classes that fit side by side."""

FEWEST_LETTERS = 12
"""Letters to which many names of classes are cut, if they still differ then."""

MOST_NAMES = 30
"""Names of classes that fit below an axis; of more, every second, third, ... is written."""


def draw_fit(axes: Axes, scene: Scene, path: DrawnPath) -> Panel:
    """Return the panel of data and fit that suits the scene."""
    if not scene.rows:
        return Gradients(axes, scene, path)
    panel = _panel_of(scene)(axes, scene, path)
    if scene.sampled:
        axes.annotate(
            scene.sampled,
            (0.99, 1.01),
            xycoords="axes fraction",
            ha="right",
            va="bottom",
            fontsize=9,
            color=theme_in_use().muted,
        )
    return panel


def _panel_of(scene: Scene) -> Callable[[Axes, Scene, DrawnPath], Panel]:
    """Return the kind of panel: by the number of features, and of classes."""
    features, numbers = len(scene.feature_names), scene.classes is None
    if features == 1:
        return Line if numbers else Probabilities
    if features == 2:
        return FittedHeights if numbers else ClassRegions
    if scene.classes is None:
        return Predicted
    return OverMargin if len(scene.classes) == 2 else OfActual


def _jitter(count: int) -> Array:
    """Return `count` offsets in [-1, 1], always the same, that keep equal points from one place."""
    return np.random.default_rng(0).uniform(-1.0, 1.0, count)


def _span(values: Array) -> Array:
    """Return 200 points over the range of values and a little beyond."""
    low, high = values.min(), values.max()
    room = 0.06 * (high - low) or 1.0
    return np.linspace(low - room, high + room, 200)


def _margin_in_words(scene: Scene) -> str:
    """Return what the one margin of two classes is: one neuron has one bias, a network more."""
    if scene.biases > 1:
        return "the output of the network"
    return f"weights × features{' + bias' if scene.biases else ''}"


def _mark(i: int) -> str:
    """Return the mark of class i: after all colours are used once, they come with other marks."""
    return MARKS[(i + i // len(CLASSES)) % len(MARKS)]


def _colour(i: int) -> str:
    return CLASSES[i % len(CLASSES)]


def _distinct_ends(names: Sequence[str]) -> Sequence[str]:
    """Return names cut to the fewest letters at which all that differ still do, 12 at least.

    >>> _distinct_ends(["kind number 1 of 2", "kind number 2 of 2"])
    ['kind number 1…', 'kind number 2…']
    """
    longest = max(map(len, names))
    cut = ([shortened(name, most) for name in names] for most in range(FEWEST_LETTERS, longest))
    return next((some for some in cut if len(set(some)) == len(set(names))), names)


def _marks(axes: Axes, scene: Scene, size: float) -> list[Line2D]:
    """Return the marks of each class, without points yet."""
    return [
        axes.plot(
            [],
            [],
            _mark(i),
            ms=size,
            mec=theme_in_use().paper,
            mew=0.4,
            color=_colour(i),
            alpha=0.8,
            label=f"actual {name}",
        )[0]
        for i, name in enumerate(scene.class_labels)
    ]


class Line(Panel):
    """One feature, a number to predict: the rows and the line."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        self._scene, self._path = scene, path
        self._x = _span(scene.X[:, 0])
        axes.plot(
            scene.X[:, 0],
            scene.y,
            "o",
            ms=4,
            mec=theme_in_use().paper,
            mew=0.4,
            color=theme_in_use().data,
            alpha=0.75,
        )
        room = 0.15 * np.ptp(scene.y)
        axes.set_ylim(scene.y.min() - room, scene.y.max() + room)
        axes.set_xlim(self._x[0], self._x[-1])
        axes.set_xlabel(scene.feature_labels[0])
        axes.set_ylabel(scene.target_label)
        axes.set_title("Data and fit")
        numbers_on(axes.xaxis)
        numbers_on(axes.yaxis)
        # Without a halo: rows that lie near the line would be hidden by it.
        (self._line,) = axes.plot([], [], color=PATH, lw=2.4)

    @property
    def moving(self) -> list[Artist]:
        """The line."""
        return [self._line]

    def show(self, at: int) -> None:
        """Draw the line of point `at`."""
        y = self._scene.predictions(self._path.params[at], self._x[:, None])
        self._line.set_data(self._x, y)


class Predicted(Panel):
    """Many features, a number to predict: prediction against actual; a right one is on the line."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        self._scene, self._path = scene, path
        last = scene.predictions(scene.result.params)
        span = _span(np.append(scene.y, last))
        axes.plot(span, span, "--", color=theme_in_use().muted, lw=1.2)
        axes.annotate(
            "dashed: predicted = actual ",
            (span[-1], span[0]),
            xytext=(0, 0),
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=theme_in_use().muted,
            fontsize=9.5,
        )
        axes.set_xlim(span[0], span[-1])
        axes.set_ylim(span[0], span[-1])
        axes.set_xlabel(f"actual {scene.target_label}")
        axes.set_ylabel(f"predicted {scene.target_label}")
        axes.set_title("Predicted against actual")
        numbers_on(axes.xaxis)
        numbers_on(axes.yaxis)
        (self._points,) = axes.plot(
            [], [], "o", ms=4, mec=theme_in_use().paper, mew=0.4, color=PATH, alpha=0.75
        )

    @property
    def moving(self) -> list[Artist]:
        """The points."""
        return [self._points]

    def show(self, at: int) -> None:
        """Draw the predictions of point `at`."""
        self._points.set_data(self._scene.y, self._scene.predictions(self._path.params[at]))


class Probabilities(Panel):
    """One feature, classes: the rows, and the probability of each class over the feature."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        assert scene.classes is not None
        self._scene, self._path = scene, path
        self._x = _span(scene.X[:, 0])
        self._drawn = [1] if len(scene.classes) == 2 else range(len(scene.classes))
        self._rows(axes, scene)
        self._lines = [self._curve(axes, i) for i in self._drawn]
        axes.set_xlim(self._x[0], self._x[-1])
        columns = min(len(scene.classes), MOST_COLUMNS)
        lines = -(-len(scene.classes) // columns)
        axes.set_ylim(-0.12, 1.12 + 0.13 * lines)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.set_xlabel(scene.feature_labels[0])
        which = scene.class_labels[1] if len(scene.classes) == 2 else "each class"
        axes.set_ylabel(f"probability of {scene.target_name} = {which}")
        axes.set_title("Data and fit")
        numbers_on(axes.xaxis)
        axes.legend(
            loc="upper center",
            ncols=columns,
            fontsize=9.5 if lines == 1 else 7.5,
            handletextpad=0.2,
            columnspacing=1.0,
            borderaxespad=0.1,
        )

    def _rows(self, axes: Axes, scene: Scene) -> None:
        """Draw the rows: two classes at 0 and 1, more in lanes below the curves."""
        assert scene.classes is not None
        jitter = 0.02 * _jitter(len(scene.y))
        for i, name in enumerate(scene.class_labels):
            chosen = scene.y == i
            lane = float(i) if len(scene.classes) == 2 else -0.07
            axes.plot(
                scene.X[chosen, 0],
                lane + jitter[chosen],
                _mark(i),
                ms=6,
                mec=theme_in_use().paper,
                mew=0.5,
                color=_colour(i),
                alpha=0.8,
                label=name if len(scene.classes) > MOST_COLUMNS else f"actual {name}",
                zorder=3,
            )

    def _curve(self, axes: Axes, i: int) -> Artist:
        two = len(self._drawn) == 1
        (line,) = axes.plot(
            [],
            [],
            color=PATH if two else _colour(i),
            lw=2.4,
            zorder=4,
            path_effects=halo(4.4, theme_in_use().paper),
        )
        return line

    @property
    def moving(self) -> list[Artist]:
        """The curves."""
        return list(self._lines)

    def show(self, at: int) -> None:
        """Draw the probabilities of point `at`."""
        probabilities = self._scene.probabilities_at(self._path.params[at], self._x[:, None])
        for i, line in zip(self._drawn, self._lines, strict=True):
            line.set(data=(self._x, probabilities[:, i]))


class OverMargin(Panel):
    """Many features, two classes: each row at its margin, on the curve of the probability."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        assert scene.classes is not None
        self._scene, self._path = scene, path
        self._outside = axes.text(
            *(0.99, 0.3), "", transform=axes.transAxes, ha="right", color=theme_in_use().muted
        )
        last = scene.margins(scene.result.params)
        self._reach = reach = max(float(np.quantile(np.abs(last), 0.98)) * 1.15, 4.0)
        # Evenly over the axis, and where the curve turns: far out that is a step.
        middle = np.linspace(-STEEPEST_PART, STEEPEST_PART, 200)
        span = np.union1d(np.linspace(-reach, reach, 200), middle)
        axes.plot(
            span,
            1 / (1 + np.exp(-span)),
            color=PATH,
            lw=2.4,
            path_effects=halo(4.4, theme_in_use().paper),
        )
        self._jitter = 0.045 * _jitter(len(scene.y))
        self._points = _marks(axes, scene, 5)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-0.12, 1.28)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.set_xlabel(f"margin: {_margin_in_words(scene)}")
        axes.set_ylabel(f"probability of {scene.target_name} = {scene.class_labels[1]}")
        axes.set_title("Data and fit")
        numbers_on(axes.xaxis)
        axes.legend(
            loc="upper center", ncols=2, handletextpad=0.2, columnspacing=1.0, borderaxespad=0.1
        )

    @property
    def moving(self) -> list[Artist]:
        """The rows, and how many are out of sight."""
        return [*self._points, self._outside]

    def show(self, at: int) -> None:
        """Draw the rows at the margins of point `at`."""
        margins = self._scene.margins(self._path.params[at])
        for i, points in enumerate(self._points):
            chosen = self._scene.y == i
            points.set_data(margins[chosen], i + self._jitter[chosen])
        outside = int(np.sum(~(np.abs(margins) <= self._reach)))
        self._outside.set_text(f"{counted(outside, 'row')} outside" if outside else "")


class OfActual(Panel):
    """Many features, many classes: the probability that each row's actual class is given."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        assert scene.classes is not None
        self._scene, self._path = scene, path
        self._x = scene.y + 0.32 * _jitter(len(scene.y))
        count = len(scene.classes)
        self._points = _marks(axes, scene, 4.5)
        axes.axhline(1 / count, ls="--", lw=1, color=theme_in_use().muted)
        axes.annotate(
            "a guess",
            (1, 1 / count),
            xycoords=("axes fraction", "data"),
            ha="right",
            xytext=(-2, 3),
            textcoords="offset points",
            fontsize=9.5,
            color=theme_in_use().muted,
        )
        self._sure = axes.text(
            0.5,
            0.62,
            "",
            transform=axes.transAxes,
            ha="center",
            fontsize=9.5,
            color=theme_in_use().muted,
            path_effects=halo(3.0, theme_in_use().paper),
        )
        axes.set_xlim(-0.6, count - 0.4)
        axes.set_ylim(-0.04, 1.04)
        every = -(-count // MOST_NAMES)
        names = _distinct_ends(scene.class_labels) if count > MOST_COLUMNS else scene.class_labels
        axes.set_xticks(range(0, count, every), names[::every])
        if count > MOST_COLUMNS:
            for name in axes.get_xticklabels():
                name.set(rotation=35, ha="right", fontsize=8)
        axes.set_xlabel(f"actual {scene.target_name}")
        axes.set_ylabel("probability given to the actual class")
        axes.set_title("Data and fit")

    @property
    def moving(self) -> list[Artist]:
        """The rows, and how many of them are probable."""
        return [*self._points, self._sure]

    def show(self, at: int) -> None:
        """Draw the probabilities of point `at`."""
        probabilities = self._scene.probabilities_at(self._path.params[at])
        given = probabilities[np.arange(len(self._x)), self._scene.y.astype(int)]
        for i, points in enumerate(self._points):
            chosen = self._scene.y == i
            points.set_data(self._x[chosen], given[chosen])
        self._sure.set_text(_sure_in_words(given))


def _sure_in_words(given: Array) -> str:
    """Return how many rows find their own class probable, (rows,), and the least of these."""
    likely = int(np.sum(given > 0.5))
    return (
        f"{likely:,} of {counted(len(given), 'row')} above one half\nthe least {short(given.min())}"
    )
