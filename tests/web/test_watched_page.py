"""The page of a watched training: no rows, so it replays what was recorded, and says what is not.

Of an LSTM over its path's plane, and of one whose data nobody gave, so that there is no surface.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import steepest as st
from steepest.numerals import short

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")

from torch_nets import Recurrent  # noqa: E402

if TYPE_CHECKING:
    from doors import Doors

STEPS = 12


def watched(**given: Any) -> st.Run:
    torch.manual_seed(0)
    model, loss = Recurrent(), torch.nn.CrossEntropyLoss()
    X = torch.randn(30, 4, 2)
    y = (X.sum((1, 2)) > 0).long()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    known = {"data": (X, y)} if given.pop("has_data") else {}
    with st.torch.watch(model, optimizer, loss=loss, **known) as seen:
        for step in range(STEPS):
            some = slice(15 * (step % 2), 15 * (step % 2) + 15)
            optimizer.zero_grad()
            loss(model(X[some]), y[some]).backward()
            optimizer.step()
    return seen.run


def titles(page: Any) -> list[str]:
    return page.locator(".st-card h2").all_inner_texts()


def test_it_replays_steps_on_the_surface_and_says_what_is_left_out(
    doors: "Doors", tmp_path: Path
) -> None:
    run, path = watched(has_data=True), tmp_path / "lstm.html"
    surface = run.surface(plane="path", points=9)
    run.page(path, surface=surface)
    page = doors.file(path, "at=3")
    assert titles(page) == ["Loss surface", "The same from above", "Loss by round"]
    words = page.locator(".st-app").inner_text()
    assert "the picture of the data, the table of rows and the tasks are left out" in words
    assert "Model and data are not in it" in words and "steepest play" not in words
    before, after = run.trace[2], run.trace[3]
    size = float(np.linalg.norm(after.params - before.params))
    assert f"size of the step: {short(size)}" in words
    assert f"gradient: its length {short(before.gradient_norm)}; its parts were not kept" in words
    at = int(np.searchsorted(run.trace.kept, 3))
    assert f"lies {short(float(surface.off_plane[at]), 3)} off it" in words
    told = [one for one in run.story.shown_params if run.param_names[one] in words]
    assert len(told) >= 4 and f"... and {run.objective.size - len(told)} more" in words
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_selector('.st-app[data-at="4"]')
    page.get_by_label("slow motion").check()
    page.get_by_role("button", name="Step", exact=True).click()


@pytest.mark.prove
def test_without_data_it_has_loss_and_words_and_says_why_no_surface(
    doors: "Doors", tmp_path: Path
) -> None:
    path = tmp_path / "bare.html"
    watched(has_data=False).page(path)
    page = doors.file(path)
    assert titles(page) == ["Loss by round"]
    words = page.locator(".st-app").inner_text()
    assert "There is no surface either: no data were given" in words
    assert "of the first batch" in words and "mini-batch" not in words
