"""Drawings without data: a unit, a network in layers, and the four steps as a ring."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from steepest.lesson.marks import Inks
from steepest.view.style import theme_in_use

__all__ = ["draw_network", "draw_ring", "draw_unit"]

WEIGHT, BIAS = 15, 14
"""The weight and the bias that are marked, counted from 1 layer by layer."""


def draw_network(
    axes: Axes, units: Sequence[int], inks: Inks, words: Mapping[str, str], marked: bool
) -> None:
    """Draw layers of so many units, a line for each weight, from left to right.

    `marked` says that weight 15 and bias 14 are named: weights count layer by layer, by the unit
    that they lead to, and biases unit by unit.
    """
    axes.set_axis_off()
    places = [[(x, (count - 1) / 2 - i) for i in range(count)] for x, count in enumerate(units)]
    theme = theme_in_use()
    weight = bias = 0
    for before, after in pairwise(places):
        for end in after:
            bias += 1
            for start in before:
                weight += 1
                chosen = marked and weight == WEIGHT
                axes.plot(
                    *zip(start, end, strict=True),
                    color=inks.weight if chosen else theme.faint,
                    lw=3.2 if chosen else 0.8,
                    zorder=2 if chosen else 1,
                )
                if chosen:
                    _name(axes, start, end, f"{words['weight']} {WEIGHT}", inks.weight)
            chosen = marked and bias == BIAS
            _unit(axes, end, inks.bias if chosen else theme.edge, 3.0 if chosen else 1.2)
            if chosen:
                axes.annotate(
                    f"{words['bias']} {BIAS}",
                    end,
                    (12, 10),
                    textcoords="offset points",
                    color=inks.bias,
                    fontweight="bold",
                    fontsize=13,
                    zorder=6,
                )
    for i, place in enumerate(places[0], start=1):
        _unit(axes, place, theme.edge, 1.2)
        axes.annotate(
            f"{words['input']} {i}",
            place,
            (-14, 0),
            textcoords="offset points",
            ha="right",
            va="center",
        )
    axes.annotate(words["output"], places[-1][0], (14, 0), textcoords="offset points", va="center")
    axes.set_xlim(-0.9, len(units) - 0.3)
    axes.set_ylim(-max(units) / 2 - 0.2, max(units) / 2 + 0.2)


def _name(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str, colour: str
) -> None:
    middle = (np.array(start) + np.array(end)) / 2
    axes.annotate(
        text,
        tuple(middle),
        (0, -16),
        textcoords="offset points",
        ha="right",
        color=colour,
        fontweight="bold",
        fontsize=13,
        bbox={"facecolor": theme_in_use().paper, "edgecolor": "none", "pad": 1.5},
        zorder=6,
    )


def _unit(axes: Axes, place: tuple[float, float], colour: str, width: float) -> None:
    axes.plot(*place, "o", ms=17, mfc=theme_in_use().paper, mec=colour, mew=width, zorder=4)


def draw_unit(axes: Axes, words: Mapping[str, str], inks: Inks) -> None:
    """Draw one unit: its inputs with a weight each, the bias, the sum, and the curve over it."""
    theme = theme_in_use()
    axes.set_axis_off()
    axes.set_xlim(-0.3, 6.3)
    axes.set_ylim(-1.6, 1.9)
    axes.set_aspect("equal")
    arrow = {"arrowstyle": "-|>", "lw": 2.0, "mutation_scale": 15, "shrinkA": 14, "shrinkB": 26}
    for i, height in enumerate((0.9, -0.9), start=1):
        axes.annotate("", (3, 0), (0.6, height), arrowprops={**arrow, "color": inks.weight})
        axes.text(0.5, height, f"{words['input']} {i}", ha="right", va="center", fontsize=12)
        axes.text(
            1.7,
            0.55 * height + np.sign(height) * 0.32,
            f"× {words['weight']} {i}",
            ha="center",
            va="center",
            color=inks.weight,
            fontsize=12,
        )
    axes.annotate("", (3, 0), (3, 1.6), arrowprops={**arrow, "color": inks.bias})
    axes.text(3.0, 1.65, f"+ {words['bias']}", ha="center", color=inks.bias, fontsize=12)
    axes.add_patch(Circle((3, 0), 0.5, fc=theme.paper, ec=theme.ink, lw=1.6, zorder=5))
    over = np.linspace(-1, 1, 60)
    axes.plot(3 + 0.36 * over, 0.28 * np.tanh(3 * over), color=inks.now, lw=2.4, zorder=6)
    axes.annotate("", (5.2, 0), (3.3, 0), arrowprops={**arrow, "color": theme.ink, "shrinkB": 2})
    axes.text(5.3, 0, words["output"], va="center", fontsize=12)


def draw_ring(axes: Axes, inks: Inks) -> None:
    """Draw the four steps: 1, then 2, 3 and 4, and from 4 back to 2."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-2.4, 1.6)
    axes.set_ylim(-1.5, 1.5)
    places = {1: (-2.0, 0.0), **{n: _on_ring(n) for n in (2, 3, 4)}}
    for start, end in ((1, 2), (2, 3), (3, 4), (4, 2)):
        arc = "arc3,rad=0" if start == 1 else "arc3,rad=-0.35"
        axes.annotate(
            "",
            places[end],
            places[start],
            arrowprops={
                "arrowstyle": "-|>",
                "lw": 2.2,
                "mutation_scale": 18,
                "shrinkA": 22,
                "shrinkB": 22,
                "color": theme_in_use().edge,
                "connectionstyle": arc,
            },
        )
    for number, place in places.items():
        axes.add_patch(Circle(place, 0.32, color=inks.now, zorder=3))
        axes.text(
            *place,
            str(number),
            color=theme_in_use().paper,
            fontsize=17,
            fontweight="bold",
            ha="center",
            va="center",
            zorder=4,
        )


def _on_ring(number: int) -> tuple[float, float]:
    """Return the place of step 2, 3 or 4 on the ring: 2 at the left, then clockwise."""
    turn = np.deg2rad(180 - 120 * (number - 2))
    return float(np.cos(turn)), float(np.sin(turn))
