"""One reader's session: each request is answered with a record, or with what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import numpy as np

from steepest.data.shipped import datasets
from steepest.data.table import Table, read_table
from steepest.descent.plan.method import coordinates_of, objective_of
from steepest.descent.plan.options import Options
from steepest.errors import ChoiceError, SteepestError
from steepest.limits import within
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.risk import Risk
from steepest.page.html import saved_html
from steepest.page.lesson.record import lesson_record
from steepest.page.record import Record
from steepest.page.run_record import run_record
from steepest.page.schema import SceneRecord
from steepest.page.surface_record import next_points, page_points, surface_record
from steepest.run.descend import descend_rows
from steepest.run.run import Run
from steepest.session.fault import fault
from steepest.session.opening import OpenData, open_file, open_run, open_table
from steepest.session.plane import axes_by_word, plane_of
from steepest.session.request import (
    MOST_LINK,
    MOST_POINTS,
    ChosenOptions,
    choices_of,
    edited,
    file_of,
    index_of,
    names_of,
    network_of,
    paths_of,
    vector_of,
    window_of,
    word_of,
)
from steepest.surface.axes import Axes, CoordinateAxes
from steepest.surface.planes import PLANES
from steepest.surface.surface import surface_on_plane
from steepest.view.story import Story, loss_label

__all__ = ["Session"]

Request = Mapping[str, object]
"""What a page asks: an `ask` and its parts, all of them untrusted."""

GivenUp = Callable[[], bool]
"""Whether the request was given up meanwhile."""

SECONDS = 20.0
"""The most that one descent may take; what it has by then is the answer."""


LONGEST = 60.0
"""Seconds that any question may take: a descent with its `SECONDS`, verdicts and surface; measured
of 500 columns 5 to 10."""

MOST_MEMORY = 2e9
"""Bytes that one matrix decomposition may hold."""

MOST_WALKED = 1000
"""Params of which a surface is shown in the coordinates of the walk: these take a square matrix."""


class SupersededError(Exception):
    """The request was given up while it was answered, since a newer one takes its place."""


def _check_wanted(given_up: GivenUp) -> None:
    """Raise SupersededError if nobody waits for the answer any more."""
    if given_up():
        raise SupersededError


class Session:
    """What one reader sees: a table, what is predicted from what, and a first run on it.

    A session is used by one thread at a time.
    """

    def __init__(self, opened: OpenData) -> None:
        self._opened = opened
        self._lowest_losses: dict[tuple[Loss | None, Penalty], float | None] = {}
        self._asks: dict[str, Callable[[Request, GivenUp], Record]] = {
            "open": self._open,
            "offer": self._offer,
            "descend": self._descend,
            "surface": self._surface,
            "loss": self._loss,
            "page": self._page,
            "lesson": self._lesson,
        }

    @classmethod
    def of_run(cls, run: Run) -> "Session":
        """Return a session that begins with a run."""
        return cls(open_run(run))

    @classmethod
    def of_table(
        cls, table: Table, target: str | None = None, features: list[str] | None = None
    ) -> "Session":
        """Return a session that begins with a table; DataError if nothing can be learnt from it."""
        return cls(open_table(table, target, features))

    def answer(self, request: object, given_up: GivenUp = lambda: False) -> Record:
        """Return the answer to a request, a dict whose `ask` says for what; never raises.

        What cannot be is answered `{"error": words}`. `given_up` is asked while it is worked out;
        once it says so the answer is `{"superseded": True}`.
        """
        try:
            limits = within(LONGEST, MOST_MEMORY, lambda: _check_wanted(given_up))
            with np.errstate(all="ignore"), limits:
                return self._answer(request, given_up)
        except SupersededError:
            return {"superseded": True}
        except SteepestError as error:
            return {"error": str(error)}
        except Exception as error:
            return {"error": fault(error)}

    def _answer(self, request: object, given_up: GivenUp) -> Record:
        if not isinstance(request, Mapping):
            raise ChoiceError("a request must be an object with an `ask`")
        ask = word_of(request.get("ask"), "ask")
        if ask not in self._asks:
            known = ", ".join(self._asks)
            raise ChoiceError(f"nothing can be asked by the name {ask!r}; known are {known}")
        return self._asks[ask](request, given_up)

    def _open(self, request: Request, given_up: GivenUp) -> Record:
        """Open other data, target or features; nothing that is named: what is open already."""
        target = word_of(request.get("target"), "target")
        features = names_of(request.get("features"), "features")
        chosen = choices_of(request.get("choices"))
        table = self._table(request, given_up)
        columns = table is not None or target is not None or features is not None
        if columns or (chosen and request.get("network") is None):
            self._opened = self._reopened(table, target, features, chosen, given_up)
            self._lowest_losses = {}
        if request.get("network") is not None:
            self._opened = self._remade(network_of(request["network"]), chosen, given_up)
            self._lowest_losses = {}
        scene = self._opened.run.record(live=True)
        return {"scene": scene, "offer": self._opened.offer(), "note": self._opened.note}

    def _lesson(self, request: Request, given_up: GivenUp) -> Record:
        """Return the lesson on the rows of what is open, without tasks."""
        return {"lesson": lesson_record(cast(SceneRecord, self._opened.run.record()))}

    def _remade(
        self, network: ChosenOptions, choices: ChosenOptions, given_up: GivenUp
    ) -> OpenData:
        """Return what is open with another network: these hidden layers, from a random start."""
        if not self._opened.network:
            raise ChoiceError("what is open is no network, so it has no hidden layers to change")
        before = self._opened.network
        asked: ChosenOptions = {**before, **choices, **network, "seconds": SECONDS}
        asked.pop("start", None)
        if asked["activation"] != before["activation"]:
            asked["init"] = "auto"
        run = descend_rows(self._opened.data, given_up=given_up, **asked)
        if given_up():
            raise SupersededError
        return replace(self._opened, run=run, note="")

    def _table(self, request: Request, given_up: GivenUp) -> Table | None:
        """Return the table that a request names or brings, None if it does neither."""
        if request.get("file") is not None:
            return open_file(*file_of(request["file"]), given_up)
        name = word_of(request.get("data"), "data")
        if name is None:
            return None
        if name in datasets():
            return read_table(name)
        if name in ("", self._opened.data.name):
            return self._opened.table
        # Names only: a page may not have files of this machine read to it.
        raise ChoiceError(f"there is no data set {name!r}; shipped are {', '.join(datasets())}")

    def _reopened(
        self,
        table: Table | None,
        target: str | None,
        features: list[str] | None,
        choices: ChosenOptions,
        given_up: GivenUp,
    ) -> OpenData:
        table = self._opened.table if table is None else table
        if table is None:
            raise ChoiceError(
                "only the rows of the run are here, so its columns stay; to choose others: "
                "steepest play DATA"
            )
        made: ChosenOptions = {**self._opened.network, **choices}
        opened = open_table(table, target, features, given_up, **made)
        if given_up():
            raise SupersededError
        return opened

    def _offer(self, request: Request, given_up: GivenUp) -> Record:
        return self._opened.offer()

    def _descend(self, request: Request, given_up: GivenUp) -> Record:
        run = self._run(request, given_up)
        return run_record(run.story, run.problem.risk("a page"))

    def _run(self, request: Request, given_up: GivenUp) -> Run:
        """Return the run of the choices and rows in a request."""
        choices = self._choices(request)
        rows = edited(self._opened.data, request.get("rows"))
        choices.setdefault("steps", 200)
        choices["seconds"] = SECONDS
        run = descend_rows(rows, given_up=given_up, **choices)
        if given_up():
            raise SupersededError
        return run.with_lowest_loss(self._lowest_loss(run))

    def _lowest_loss(self, run: Run) -> float | None:
        """Return the lowest loss of a run's objective, which one run after the other may share."""
        if run.data is not self._opened.data:
            # A point is being dragged: there is no time for a descent that arrives.
            return run.lowest_loss if run.objective.size == 2 else None
        first, chosen = self._opened.run, (run.plan.loss, run.plan.penalty)
        if chosen not in self._lowest_losses:
            same = chosen == (first.plan.loss, first.plan.penalty)
            self._lowest_losses[chosen] = first.lowest_loss if same else run.lowest_loss
        return self._lowest_losses[chosen]

    def _surface(self, request: Request, given_up: GivenUp) -> Record:
        objective = self._objective(request)
        choices = self._choices(request)
        size, unit = objective.size, self._opened.data.target.unit
        base = vector_of(request.get("base"), "base", size)
        paths, losses = paths_of(request.get("see"), size)
        if np.isnan(losses).all():
            paths, losses = base[None, :], np.array([objective.value(base)])
        points = index_of(request.get("points", 101), "points", MOST_POINTS + 1)
        most = min(points, page_points(objective))
        drawn = index_of(request.get("drawn", 0), "drawn", MOST_POINTS + 1)
        points = next_points(objective, most, drawn)
        plane = plane_of(request)
        walk = "none" if plane else self._walk(request, choices)
        if plane:
            scale = str(choices.get("scale", "standard"))
            axes = axes_by_word(request, objective, base, scale, plane)
        else:
            axes = self._axes(request, objective, walk)
        shown = window_of(request.get("window"))
        surface = surface_on_plane(objective, axes, base, paths, losses, points, shown)
        label = loss_label(objective.loss.name, unit, bool(objective.penalty))
        story: Story = replace(self._opened.run.story, loss_label=label)
        return {**surface_record(story, surface, walk), "coarse": points < most}

    def _walk(self, request: Request, choices: ChosenOptions) -> str:
        """Return the scale in whose coordinates a surface is wanted, "none" for the reader's."""
        axes = word_of(request.get("axes"), "axes") or "units"
        if axes not in ("units", "walk"):
            raise ChoiceError(
                f"the axes are {axes!r}, but they must be units, walk, {', '.join(PLANES)}"
            )
        if axes == "units":
            return "none"
        size = self._opened.run.objective.size
        if self._opened.network or size > MOST_WALKED:
            raise ChoiceError(
                f"the coordinates of the walk are shown of one neuron with {MOST_WALKED:,} params "
                "at most; look at the surface in your units, or over the path of the run"
            )
        return str(choices.get("scale", "none"))

    def _axes(self, request: Request, objective: Risk, walk: str) -> Axes:
        names = self._opened.run.param_names
        x = names[index_of(request.get("x"), "x", len(names))]
        y = names[index_of(request.get("y"), "y", len(names))]
        if walk == "none":
            return CoordinateAxes.of_params(names, x, y)
        scale = coordinates_of(objective, walk)
        return CoordinateAxes.of_walk(names, x, y, scale.params, scale.position)

    def _loss(self, request: Request, given_up: GivenUp) -> Record:
        objective = self._objective(request)
        params = vector_of(request.get("params"), "params", objective.size)
        return {"loss": objective.value(params)}

    def _objective(self, request: Request) -> Risk:
        rows = edited(self._opened.data, request.get("rows"))
        return objective_of(rows, Options(**self._choices(request)))

    def _choices(self, request: Request) -> ChosenOptions:
        """Return the choices of a request; the network, if it is one, is that of what is open."""
        return {**self._opened.network, **choices_of(request.get("choices"))}

    def _page(self, request: Request, given_up: GivenUp) -> Record:
        """Return the saved page of a run, in the state that the page has in its link.

        `link` is for a page that can compute; `look` has as much of the state as can be taken up
        by one that cannot.
        """
        run = self._run({"choices": request.get("choices")}, given_up)
        record = run.record()
        state = "link" if record["engine"] == "page" else "look"
        link = word_of(request.get(state), state, MOST_LINK) or ""
        return {"html": saved_html(record, run.explain(), link)}
