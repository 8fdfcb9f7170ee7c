"""The film: the path grows step by step, with the words of the four steps as they happen.

All that does not move is drawn once; each frame adds only the moving parts of the panels and the
words. The frames go to ffmpeg (MP4) and to Pillow (GIF) as they are made.
"""

import os
import subprocess
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import BboxBase
from numpy.typing import NDArray

from steepest.files import FILMS, check_writable, whole_file
from steepest.view.captions import Captions
from steepest.view.chart import Map
from steepest.view.fit import draw_fit
from steepest.view.panel import DrawnPath, Panel, path_of
from steepest.view.progress import bar
from steepest.view.relief import Relief, surface_title
from steepest.view.scene import Scene
from steepest.view.style import look, title_size

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["shoot"]

WIDTH, HEIGHT = 1280, 720

RATE = 15
"""Frames a second."""

GROWING = 7.0
"""Seconds in which the path grows from its second point to its last."""

COLOURS = 160
"""Colours of a GIF; the one after them is transparent, and shows the frame before."""

Frame = NDArray[np.uint8]


def shoot(scene: Scene, paths: Sequence[str | os.PathLike[str]], progress: bool = False) -> None:
    """Write the film to every path, .gif or .mp4, whole or not at all.

    Raises FileError for another ending or a place that cannot be written to.
    """
    targets = [check_writable(path, FILMS) for path in paths]
    with look(), ExitStack() as stack:
        takers = [stack.enter_context(_taker(target)) for target in targets]
        reel = Reel(scene)
        show = stack.enter_context(bar("filming", len(reel.script))) if progress else None
        for number, frame in enumerate(reel.frames()):
            for take in takers:
                take(frame)
            if show:
                show(number, partial(_picture, number, len(reel.script)))


def _picture(number: int, count: int) -> str:
    return f"picture {number + 1:,} of {count:,}"


class Canvas(Protocol):
    """What is used of matplotlib's canvas of pixels, whose own methods have no types."""

    def draw(self) -> None:
        """Draw all artists that are not animated."""

    def copy_from_bbox(self, bbox: BboxBase) -> object:
        """Return the pixels of a box, for `restore_region`."""

    def restore_region(self, region: object) -> None:
        """Put back pixels that `copy_from_bbox` returned."""

    def buffer_rgba(self) -> memoryview:
        """Return the pixels, (height, width, 4)."""


class Reel:
    """The film's picture: still parts drawn once, and a script of what each frame shows."""

    def __init__(self, scene: Scene) -> None:
        self._figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
        self._canvas: Canvas = FigureCanvasAgg(self._figure)
        path = path_of(scene)
        self._panels = self._draw(scene, path)
        self._captions = Captions(self._figure, scene, path)
        self.script = list(_script(len(path.steps)))

    def _draw(self, scene: Scene, path: DrawnPath) -> list[Panel]:
        figure = self._figure
        figure.text(0.035, 0.945, scene.title, fontsize=title_size(scene.title), fontweight="bold")
        relief = figure.add_axes((0.312, 0.345, 0.36, 0.6), projection="3d")
        above = figure.add_axes((0.705, 0.42, 0.225, 0.45))
        above.yaxis.tick_right()
        above.yaxis.set_label_position("right")
        above.spines[["left", "right"]].set_visible(False)
        figure.text(0.345, 0.884, surface_title(scene), fontsize=11.5, fontweight="bold")
        return [
            draw_fit(figure.add_axes((0.062, 0.42, 0.255, 0.45)), scene, path),
            Relief(relief, scene, path),
            Map(above, scene, path),
        ]

    def frames(self) -> Iterator[Frame]:
        """Yield the frames of the script as arrays (height, width, 3)."""
        moving = [artist for panel in self._panels for artist in panel.moving]
        moving += self._captions.moving
        for artist in moving:
            artist.set_animated(True)
        self._canvas.draw()
        still = self._canvas.copy_from_bbox(self._figure.bbox)
        for (act, at), group in groupby(self.script):
            for panel in self._panels:
                panel.show(at)
            self._captions.show(act, at)
            frame = self._frame(still, moving)
            yield from (frame for _ in group)

    def _frame(self, still: object, moving: Sequence[Artist]) -> Frame:
        self._canvas.restore_region(still)
        for artist in moving:
            self._figure.draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())[:, :, :3].copy()


def _script(points: int) -> Iterator[tuple[int, int]]:
    """Yield, frame by frame, which step of the four is on and the point of the path to show.

    Start, first step and new loss have time to be read; then the path grows, and its end stays.
    """
    second = RATE
    yield from [(1, 0)] * int(2.2 * second)
    if points > 1:
        yield from [(2, 0)] * int(2.2 * second)
        yield from [(2, 1)] * int(0.8 * second)
        yield from [(3, 1)] * int(2.0 * second)
        growing = np.linspace(1, points - 1, min(int(GROWING * second), 3 * points))
        yield from [(4, int(at)) for at in growing.round()]
    yield from [(5, points - 1)] * int(2.5 * second)


@contextmanager
def _taker(target: Path) -> Iterator[Callable[[Frame], None]]:
    """Yield what takes the frames of one film file, which is whole when the block ends."""
    maker = _mp4 if target.suffix.lower() == ".mp4" else _gif
    with whole_file(target) as draft, maker(draft) as take:
        yield take


@contextmanager
def _mp4(draft: Path) -> Iterator[Callable[[Frame], None]]:
    """Take frames for an MP4 that plays in every browser (H.264, even sizes, 4:2:0)."""
    from imageio_ffmpeg import get_ffmpeg_exe

    taken = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE)]
    made = ["-c:v", "libx264", "-crf", "22", "-preset", "fast", "-pix_fmt", "yuv420p"]
    command = [get_ffmpeg_exe(), "-y", "-loglevel", "error", *taken, "-i", "-", *made]
    command += ["-movflags", "+faststart", str(draft)]
    with tempfile.TemporaryFile() as said:
        ffmpeg = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said)
        assert ffmpeg.stdin is not None
        try:
            with ffmpeg.stdin as pipe:
                yield lambda frame: _feed(pipe, frame)
        except BaseException:
            ffmpeg.kill()
            raise
        finally:
            status = ffmpeg.wait()
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
    if status or words:
        why = textwrap.shorten(words, 200) or f"its status was {status}; is the disk full?"
        raise OSError(None, f"ffmpeg stopped: {why}")


def _feed(pipe: IO[bytes], frame: Frame) -> None:
    """Hand a frame to ffmpeg; if it is gone already, its own words will say why."""
    with suppress(BrokenPipeError):
        pipe.write(frame.tobytes())


@contextmanager
def _gif(draft: Path) -> Iterator[Callable[[Frame], None]]:
    """Take frames for a GIF with one palette and, beyond it, one index for what did not change.

    Equal frames in a row become one that lasts.
    """
    from PIL import Image as Pillow

    images: list[Image] = []
    durations: list[int] = []
    palette: Image | None = None
    last: Frame | None = None

    def take(frame: Frame) -> None:
        nonlocal palette, last
        if last is not None and np.array_equal(frame, last):
            durations[-1] += 1000 // RATE
            return
        image = Pillow.fromarray(frame)
        palette = palette or image.quantize(COLOURS, dither=Pillow.Dither.NONE)
        indexed = np.array(image.quantize(palette=palette, dither=Pillow.Dither.NONE))
        if last is not None:
            indexed[(frame == last).all(axis=2)] = COLOURS
        images.append(Pillow.fromarray(indexed, mode="P"))
        images[-1].putpalette((palette.getpalette() or [])[: 3 * COLOURS])
        durations.append(1000 // RATE)
        last = frame

    yield take
    images[0].save(
        draft,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
        transparency=COLOURS,
        disposal=1,
        optimize=False,
    )
