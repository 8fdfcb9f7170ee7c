"""The words of the film: the four steps, side by side, each appearing when it happens."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.text import Text

from steepest.numerals import short
from steepest.trace import Step
from steepest.view.figure import line_in_words, marks_in_words
from steepest.view.panel import DrawnPath
from steepest.view.scene import Scene
from steepest.view.sheet import GAP, MARGIN, Sheet
from steepest.view.step_words import named, step_note, update
from steepest.view.story import shortened
from steepest.view.style import PATH, theme_in_use
from steepest.view.words import fall, headings, stated_loss

__all__ = ["Captions"]

MOST_PARAMS = 3

NUMBER: Mapping[str, Any] = {"fontsize": 12, "fontweight": "bold", "color": PATH}
HEADING: Mapping[str, Any] = {"fontsize": 11.5, "fontweight": "bold", "linespacing": 1.25}
BODY: Mapping[str, Any] = {"fontsize": 11, "linespacing": 1.35}


class Caption(NamedTuple):
    """What is said of one step: its number, its heading and its numbers."""

    number: Text
    heading: Text
    body: Text


class Captions:
    """The four steps in columns at the bottom of a sheet; the one that is on is lit.

    They are measured with all that they will ever say, so that nothing is cut.
    """

    def __init__(self, sheet: Sheet, scene: Scene, path: DrawnPath) -> None:
        self._sheet, self._scene, self._path = sheet, scene, path
        self._theme = theme_in_use()
        sheet.foot(_footnote(scene, path), fontsize=9.5, color=self._theme.muted)
        self._columns = 4 if sheet.is_wide else 2
        self._width = (sheet.right - sheet.left + MARGIN) / self._columns - MARGIN
        said = enumerate(headings(scene), start=1)
        self._captions = [self._written(f"Step {n}", heading) for n, heading in said]
        self._fixed = self._fixed_bodies()
        for caption, text in zip(self._captions, self._fixed, strict=False):
            caption.body.set_text(text)
        self._captions[3].body.set_text(self._repeat(len(path.steps) - 1))
        for first in reversed(range(0, 4, self._columns)):
            self._place(self._captions[first : first + self._columns])

    def _written(self, number: str, heading: str) -> Caption:
        """Return a caption that is in no place yet."""
        write = self._sheet.write
        return Caption(
            write(0, 0, number, self._width, **NUMBER),
            write(0, 0, heading, self._width, **HEADING),
            write(0, 0, "", self._width, **BODY),
        )

    def _place(self, captions: Sequence[Caption]) -> None:
        """Put captions side by side above what stands at the bottom, their parts in line."""
        parts = list(zip(*captions, strict=True))
        heights = [max(map(self._sheet.height_of, texts)) + GAP for texts in parts]
        top = self._sheet.keep_free(sum(heights))
        for texts, height in zip(parts, heights, strict=True):
            for column, text in enumerate(texts):
                text.set_position((self._sheet.left + column * (self._width + MARGIN), top))
            top -= height

    @property
    def moving(self) -> list[Artist]:
        """All of the words."""
        return [text for caption in self._captions for text in caption]

    def show(self, act: int, at: int) -> None:
        """Light step `act` (5: the run is over) and show the numbers of point `at`."""
        for i, caption in enumerate(self._captions, start=1):
            self._light(caption, on=min(act, 4) == i, shown=act >= i)
        self._captions[3].body.set_text(self._repeat(at))

    def _light(self, caption: Caption, on: bool, shown: bool) -> None:
        for text in caption:
            text.set_visible(shown)
        caption.number.set_alpha(1.0 if on else 0.55)
        for text in (caption.heading, caption.body):
            text.set_color(self._theme.ink if on else self._theme.muted)

    def _fixed_bodies(self) -> list[str]:
        """Return the words of steps 1 to 3, which stay as they are once shown."""
        scene, start = self._scene, self._scene.trace[0]
        first = [*self._params(start), f"loss {short(stated_loss(start)[0])}"]
        if len(scene.trace) == 1:
            return [self._filled(first)]
        note = step_note(scene)
        second = [f"{self._named(i)} {update(scene, i)}" for i in self._shown_params(start)]
        third = fall(scene).split(": ")
        return [self._filled(lines) for lines in (first, [*second, *([note] * bool(note))], third)]

    def _repeat(self, at: int) -> str:
        step = self._scene.trace[int(self._path.steps[at])]
        lines = [f"step {step.index:,}", *self._params(step)]
        lines.append(f"loss {short(float(self._path.losses[at]))}")
        return self._filled(lines)

    def _filled(self, lines: Sequence[str]) -> str:
        font = self._captions[0].body.get_fontproperties()
        return self._sheet.filled("\n".join(lines), self._width, font)

    def _params(self, step: Step) -> list[str]:
        return [f"{self._named(i)} {short(step.params[i])}" for i in self._shown_params(step)]

    def _named(self, i: int) -> str:
        return shortened(named(self._scene, i))

    def _shown_params(self, step: Step) -> list[int]:
        """Return the params that are shown: all if few, else the two that the surface shows.

        Of a surface over directions those that would be shown without it.
        """
        count = len(step.params)
        if count <= MOST_PARAMS:
            return list(range(count))
        scene, names = self._scene, list(self._scene.param_names)
        shown = [scene.surface.x_name, scene.surface.y_name]
        if not set(shown) <= set(names):
            shown = list(scene.problem.surface_params(scene.trace[0].params, scene.result.params))
        return [names.index(name) for name in shown]


def _footnote(scene: Scene, path: DrawnPath) -> str:
    """Return what the marks mean, what a slice leaves out, and where the path lies."""
    marks = f"{marks_in_words(scene, 'the current step', 'at last ')} Arrow: the first step."
    marks = " ".join([marks, *line_in_words(scene, path)])
    if not scene.surface.is_slice:
        return marks
    rest = "" if scene.surface.in_words else ", all other params held there"
    return (
        f"{marks} The surface is a slice through the result{rest}; the path is drawn at its true "
        "loss, which may lie off the slice (dotted: the path on the slice). "
        f"{scene.surface.in_words}"
    ).strip()
