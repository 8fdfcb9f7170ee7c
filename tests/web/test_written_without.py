"""A saved page is written without code that it cannot use: each kind draws all the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doors import Doors

import steepest as st
from steepest.page.needed import unneeded

KINDS: dict[str, tuple[int, bool, dict[str, Any]]] = {
    "line": (1, False, {}),
    "plane of classes": (2, True, {}),
    "many": (3, False, {}),
    "many of classes": (3, True, {}),
    "network": (1, True, {"hidden": (2,)}),
}

DRAWN = """() => Object.fromEntries([...document.querySelectorAll('[data-card]')].map((card) => [
  card.dataset.card,
  card.querySelectorAll('svg *').length + card.querySelectorAll('canvas').length,
]))"""

CHOSEN = """async (scene) => {
  const { kindOf } = await import('/cards/fit.js');
  const found = [];
  for (const kind of ['line', 'classes', 'plane', 'many']) {
    const all = await import(`/cards/fit_${kind}.js`);
    if (Object.values(all).includes(kindOf(scene))) found.push(`cards/fit_${kind}.js`);
  }
  return found;
}"""


def run_of(width: int, classes: bool, options: dict[str, Any]) -> st.Run:
    X = np.random.default_rng(0).normal(size=(12, width))
    target = X[:, 0] - 0.3 * X[:, -1] ** 2
    y = np.where(target > 0, "yes", "no") if classes else target
    return st.descend((X, y), steps=3, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_is_never_asked_for(
    kind: str, doors: Doors, modules: Any, tmp_path: Path
) -> None:
    """The doors fail on any complaint of the page, such as of a name that is undefined."""
    run = run_of(*KINDS[kind])
    run.page(tmp_path / "page.html")
    page = doors.file(tmp_path / "page.html", "explore")
    drawn = page.evaluate(DRAWN)
    assert ("network" in drawn) == ("hidden" in KINDS[kind][2])
    assert all(drawn.values())
    record = run.record()
    names = ("features", "target", "margins")
    (chosen,) = modules.evaluate(CHOSEN, {name: record[name] for name in names})
    assert chosen not in unneeded(record)
