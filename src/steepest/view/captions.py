"""The words of the film: the four steps, side by side, each appearing when it happens."""

import textwrap

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from steepest.numerals import short
from steepest.trace import Step
from steepest.view.panel import DrawnPath
from steepest.view.scene import Scene
from steepest.view.story import shortened
from steepest.view.style import INK, MUTED, PATH
from steepest.view.words import fall, headings, update_line, verdict_line

__all__ = ["Captions"]

LEFT = (0.035, 0.275, 0.535, 0.765)
TOP = 0.295
WIDTH = 36
"""Letters in a line of a caption."""

MOST_PARAMS = 3


class Captions:
    """Four columns of words below the panels; the step that is on is lit."""

    def __init__(self, figure: Figure, scene: Scene, path: DrawnPath) -> None:
        self._scene, self._path = scene, path
        self._numbers = [figure.text(x, TOP, f"Step {i + 1}") for i, x in enumerate(LEFT)]
        self._heads = [
            figure.text(
                x,
                TOP - 0.012,
                textwrap.fill(head, 32),
                fontsize=11.5,
                fontweight="bold",
                va="top",
                linespacing=1.25,
            )
            for x, head in zip(LEFT, headings(scene), strict=True)
        ]
        self._bodies = [
            figure.text(x, TOP - 0.095, "", fontsize=11, va="top", linespacing=1.4) for x in LEFT
        ]
        self._fixed = self._fixed_bodies()
        verdict = textwrap.shorten(verdict_line(scene), 180)
        self._verdict = figure.text(0.035, 0.912, verdict, fontsize=10, color=PATH)
        figure.text(0.035, 0.012, _slice_note(scene), fontsize=9.5, color=MUTED)

    @property
    def moving(self) -> list[Artist]:
        """All of the words."""
        return [*self._numbers, *self._heads, *self._bodies, self._verdict]

    def show(self, act: int, at: int) -> None:
        """Light step `act` (5: the run is over) and show the numbers of point `at`."""
        for i, group in enumerate(zip(self._numbers, self._heads, self._bodies, strict=True)):
            self._light(group, on=min(act, 4) == i + 1, shown=act >= i + 1)
        for body, text in zip(self._bodies, self._fixed, strict=False):
            body.set_text(text)
        self._bodies[3].set_text(self._repeat(at, over=act == 5))
        self._verdict.set_visible(act == 5)

    def _light(self, group: tuple[Text, Text, Text], on: bool, shown: bool) -> None:
        number, head, body = group
        for text in group:
            text.set_visible(shown)
        number.set(color=PATH, fontsize=12, fontweight="bold", alpha=1.0 if on else 0.55)
        head.set_color(INK if on else MUTED)
        body.set_color(INK if on else MUTED)

    def _fixed_bodies(self) -> list[str]:
        """Return the words of steps 1 to 3, which stay as they are once shown."""
        trace = self._scene.trace
        start = trace[0]
        first = [*self._params(start), f"loss {short(start.loss)}"]
        if len(trace) == 1:
            return ["\n".join(first)]
        second = [update_line(self._scene, i) for i in self._shown_params(start)]
        pass
        third = fall(self._scene).split(": ")
        return ["\n".join(map(_fit, lines)) for lines in (first, second, third)]

    def _repeat(self, at: int, over: bool) -> str:
        step = self._scene.trace[int(self._path.steps[at])]
        lines = [f"step {step.index:,}", *self._params(step)]
        lines.append(f"loss {short(float(self._path.losses[at]))}")
        if over:
            lines.append(_fit(self._scene.stop.message.split(";")[0]))
        return "\n".join(lines)

    def _params(self, step: Step) -> list[str]:
        words = self._scene.param_words
        return [f"{shortened(words[i])} {short(step.params[i])}" for i in self._shown_params(step)]

    def _shown_params(self, step: Step) -> list[int]:
        """Return the params that are shown: all if few, else the two that the surface shows."""
        count = len(step.params)
        if count <= MOST_PARAMS:
            return list(range(count))
        surface = self._scene.surface
        names = list(self._scene.param_names)
        return [names.index(surface.x_name), names.index(surface.y_name)]


def _slice_note(scene: Scene) -> str:
    """Return what a slice leaves out, and where the path lies."""
    if not scene.surface.is_slice:
        return ""
    return (
        "The surface is a slice through the result, all other params held there; the path is drawn "
        "at its true loss, which may lie off the slice (dotted: the path on the slice)."
    )


def _fit(line: str) -> str:
    return textwrap.fill(line, WIDTH)
