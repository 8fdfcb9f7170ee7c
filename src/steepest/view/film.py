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
from typing import IO, TYPE_CHECKING, Protocol, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.transforms import BboxBase
from numpy.typing import NDArray

from steepest.errors import FileError
from steepest.files import FILMS, check_writable, whole_file
from steepest.surface.surface import Surface
from steepest.view.captions import Captions
from steepest.view.closing import write_closing
from steepest.view.format import FILM_PANELS, FILM_SIZE, Format
from steepest.view.panel import DrawnPath, path_of
from steepest.view.panels import draw_panels
from steepest.view.progress import bar
from steepest.view.scene import Scene
from steepest.view.sheet import Sheet
from steepest.view.style import CLASSES, PATH, look, title_size

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Canvas", "film_taker", "shoot", "write_frames"]

READING = {"start": 2.2, "step": 2.2, "moved": 0.8, "loss": 2.0, "end": 2.5}
"""Seconds that each part of the film stands still, to be read."""

GROWING = 7.0
"""Seconds in which the path grows from its second point to its last, at most."""

LINGER = 0.2
"""Seconds that one point of the growing path is shown, at most: a few steps do not take long."""

EVEN = 0.1
"""The share of the growing that all points have alike; the rest is by how far the picture moves."""

BT709 = (
    "-vf",
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+full_chroma_inp,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
)
"""What has ffmpeg convert to the colours of HDTV, and say so: untagged ones are guessed by size."""

TINY = float(np.finfo(np.float64).tiny)

COLOURS = 160
"""Colours of a GIF; the one after them is transparent, and shows the frame before."""

Frame = NDArray[np.uint8]

Array = NDArray[np.float64]

Shown = tuple[int, int]
"""Which of the four steps is on (5: the run is over), and the point of the path to show."""


def shoot(
    scene: Scene,
    paths: Sequence[str | os.PathLike[str]],
    wanted: Format,
    progress: bool = False,
) -> None:
    """Write the film to every path, .gif or .mp4, whole or not at all.

    Raises FileError for another ending or a place that cannot be written to, and ChoiceError for
    a size that an MP4 cannot have.
    """
    targets = [check_writable(path, FILMS) for path in paths]
    wanted.check_film(targets)
    with look(wanted.theme), ExitStack() as stack:
        reel = Reel(scene, wanted)
        samples = list(reel.pictures(reel.builds))
        takers = [stack.enter_context(film_taker(target, wanted, samples)) for target in targets]
        show = stack.enter_context(bar("filming", len(reel.script))) if progress else None
        for number, frame in enumerate(reel.frames()):
            for take in takers:
                take(frame)
            if show:
                show(number, partial(_picture, number, len(reel.script)))


def write_frames(scene: Scene, folder: str | os.PathLike[str], wanted: Format) -> list[Path]:
    """Write a picture for each of the four steps to a folder, made if need be; return their paths.

    Raises FileError for a place that cannot be written to.
    """
    from PIL import Image as Pillow

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {target}: {error.strerror}") from error
    with look(wanted.theme):
        reel = Reel(scene, wanted)
        paths = [target / f"step-{min(act, 4)}.png" for act, _ in reel.builds]
        for path, frame in zip(paths, reel.pictures(reel.builds), strict=True):
            with whole_file(path) as draft:
                Pillow.fromarray(frame).save(draft, "PNG")
    return paths


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

    def __init__(self, scene: Scene, wanted: Format) -> None:
        sheet = Sheet(wanted.size, FILM_SIZE)
        self.figure, self._canvas = sheet.figure, cast(Canvas, sheet.canvas)
        path = path_of(scene)
        sheet.head(scene.title, fontsize=title_size(scene.title), fontweight="bold")
        self._closing = write_closing(sheet, scene)
        self._captions = Captions(sheet, scene, path)
        names = wanted.panels_of(FILM_PANELS)
        self._panels = list(draw_panels(sheet, names, scene, path).values())
        last = len(path.steps) - 1
        self.script = list(_script(_seconds(scene.surface, path), wanted.fps))
        self.builds = [(1, 0), (2, 0), (3, 1), (5, last)] if last else [(1, 0), (5, 0)]
        """What has been shown when each of the four steps was taken, for slides."""

    def frames(self) -> Iterator[Frame]:
        """Yield the frames of the script as arrays (height, width, 3)."""
        counted = [(shown, len(list(group))) for shown, group in groupby(self.script)]
        pictures = self.pictures([shown for shown, _ in counted])
        for picture, (_, count) in zip(pictures, counted, strict=True):
            yield from (picture for _ in range(count))

    def pictures(self, shown: Sequence[Shown]) -> Iterator[Frame]:
        """Yield a picture, (height, width, 3), for each that is to be shown."""
        moving = [artist for panel in self._panels for artist in panel.moving]
        moving += [*self._captions.moving, *self._closing]
        for artist in moving:
            artist.set_animated(True)
        self._canvas.draw()
        still = self._canvas.copy_from_bbox(self.figure.bbox)
        for act, at in shown:
            for panel in self._panels:
                panel.show(at)
            self._captions.show(act, at)
            for text in self._closing:
                text.set_visible(act == 5)
            yield self._picture(still, moving)

    def _picture(self, still: object, moving: Sequence[Artist]) -> Frame:
        self._canvas.restore_region(still)
        for artist in moving:
            self.figure.draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())[:, :, :3].copy()


def _seconds(surface: Surface, path: DrawnPath) -> Array:
    """Return how many seconds each point of the growing path is shown, (points - 1,).

    They go by how far the picture moves on to the next point: along the path, in windows of the
    surface, and down, in shares of the range of the loss. `EVEN` of them are alike for all. No
    point has more than `LINGER`: a film in which a few steps do all is short.
    """
    sides = np.array([np.ptp(surface.x), np.ptp(surface.y)])
    along = np.hypot(*(np.diff([path.x, path.y]).T / sides).T)
    down = np.abs(np.diff(path.losses)) / max(float(np.ptp(path.losses)), TINY)
    # A step that leaves the picture moves no more of it than one across all of it.
    moved = np.minimum(along, 1.0) + np.minimum(down, 1.0)
    count = len(moved)
    if not count:
        return moved
    share = EVEN / count + (1 - EVEN) * moved / max(float(moved.sum()), TINY)
    seconds: Array = np.minimum(GROWING * share, LINGER)
    return seconds


def _script(seconds: Array, fps: int) -> Iterator[Shown]:
    """Yield, frame by frame, which step of the four is on and the point of the path to show.

    Start, first step and new loss have time to be read; then the path grows, a point for as long
    as its `seconds`, (points - 1,), say, and its end stays.
    """
    last = len(seconds)
    still = {part: round(length * fps) for part, length in READING.items()}
    yield from [(1, 0)] * still["start"]
    if last:
        yield from [(2, 0)] * still["step"]
        yield from [(2, 1)] * still["moved"]
        yield from [(3, 1)] * still["loss"]
        ends = np.cumsum(seconds)
        times = np.arange(1, max(1, round(float(ends[-1]) * fps)) + 1) / fps
        shown = np.minimum(1 + np.searchsorted(ends, times), last)
        yield from [(4, int(at)) for at in shown]
    yield from [(5, last)] * still["end"]


@contextmanager
def film_taker(
    target: Path, wanted: Format, samples: Sequence[Frame] = ()
) -> Iterator[Callable[[Frame], None]]:
    """Yield what takes the frames of one film file, which is whole when the block ends.

    `samples` are some of the frames to come, from which a GIF takes its colours.
    """
    is_gif = target.suffix.lower() != ".mp4"
    with (
        whole_file(target) as draft,
        _gif(draft, wanted, samples) if is_gif else _mp4(draft, wanted) as take,
    ):
        yield take


@contextmanager
def _mp4(draft: Path, wanted: Format) -> Iterator[Callable[[Frame], None]]:
    """Take frames for an MP4 that plays in every browser (H.264, even sizes, 4:2:0).

    Its colours are those of the frames: converted by the matrix that players assume of a film so
    large (ITU-R BT.709), and tagged with it, so that none has to assume.
    """
    from imageio_ffmpeg import get_ffmpeg_exe

    size = f"{wanted.size[0]}x{wanted.size[1]}"
    taken = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(wanted.fps)]
    made = [*BT709, "-c:v", "libx264", "-crf", "22", "-preset", "fast", "-pix_fmt", "yuv420p"]
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


def _palette(samples: Sequence[Frame]) -> "Image":
    """Return an image with the palette of samples, in which path and classes keep their own."""
    from PIL import Image as Pillow
    from PIL import ImageColor

    strip = np.zeros((max(4, len(samples[0]) // 40), samples[0].shape[1], 1), dtype=np.uint8)
    own = [strip + np.array(ImageColor.getrgb(name), dtype=np.uint8) for name in (PATH, *CLASSES)]
    whole = Pillow.fromarray(np.concatenate([*samples, *own]))
    return whole.quantize(COLOURS, dither=Pillow.Dither.NONE)


@contextmanager
def _gif(
    draft: Path, wanted: Format, samples: Sequence[Frame]
) -> Iterator[Callable[[Frame], None]]:
    """Take frames for a GIF with one palette and, beyond it, one index for what did not change.

    The palette is that of the `samples`, else of the first frame, and of the path.

    Equal frames in a row become one that lasts. Times are whole hundredths of a second: each is
    rounded so that the film is as long as it should be up to there.
    """
    from PIL import Image as Pillow

    images: list[Image] = []
    begins: list[int] = []
    count = 0
    palette: Image | None = None
    last: Frame | None = None

    def take(frame: Frame) -> None:
        nonlocal palette, last, count
        count += 1
        if last is not None and np.array_equal(frame, last):
            return
        image = Pillow.fromarray(frame)
        palette = palette or _palette(samples or [frame])
        indexed = np.array(image.quantize(palette=palette, dither=Pillow.Dither.NONE))
        if last is not None:
            indexed[(frame == last).all(axis=2)] = COLOURS
        images.append(Pillow.fromarray(indexed, mode="P"))
        images[-1].putpalette((palette.getpalette() or [])[: 3 * COLOURS])
        begins.append(count - 1)
        last = frame

    yield take
    hundredths = np.round(100 * np.array([*begins, count]) / wanted.fps)
    images[0].save(
        draft,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=[int(10 * lasts) for lasts in np.diff(hundredths)],
        loop=0,
        transparency=COLOURS,
        disposal=1,
        optimize=False,
    )
