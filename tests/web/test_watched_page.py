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
    assert titles(page) == ["Loss surface", "Loss surface from above", "Loss by round"]
    words = page.locator(".st-app").inner_text()
    assert "the picture of the data, the table of rows and the tasks are left out" in words
    assert "Model and data are not in it" in words and "steepest play" not in words
    # No tab opens nothing: rows there are none, and where tasks would be are the rounds.
    tabs = page.locator(".st-tabs button").all_text_contents()
    hidden = page.locator(".st-tabs button[hidden]").all_text_contents()
    assert tabs[:4] == ["Rate and rule", "Runs", "Rows", "Rounds"] and "Rows" in hidden
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
    assert titles(page) == ["Loss by round", "Gradient by round"]
    words = page.locator(".st-app").inner_text()
    assert "There is no surface either: no data were given" in words
    assert "of the first batch" in words and "mini-batch" not in words


def fitted(doors: "Doors", path: Path) -> Any:
    """Return a page as a reader with a window of 1280 x 800 sees it."""
    page = doors.sealed()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(path.as_uri())
    page.locator("[data-fitted] [data-card='chart'] circle").wait_for()
    return page


def box(page: Any, card: str) -> dict[str, float]:
    found: dict[str, float] = page.locator(f'[data-card="{card}"]').bounding_box()
    return found


def test_without_a_surface_loss_and_gradient_have_the_whole_width(
    doors: "Doors", tmp_path: Path
) -> None:
    path, run = tmp_path / "wide.html", watched(has_data=False)
    run.page(path)
    page = fitted(doors, path)
    loss, gradient = box(page, "chart"), box(page, "steepness")
    assert loss["x"] < 30 and gradient["x"] + gradient["width"] > 1250
    assert gradient["x"] - loss["x"] - loss["width"] < 30
    assert abs(loss["width"] - gradient["width"]) < 30 and gradient["height"] > 300
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    own = page.locator(".st-sheet-page").first
    assert own.locator(".st-sheet-own").count() == 2, "loss and length of the gradient are printed"
    printed = own.text_content() or ""
    assert all(f"Step {step} " in printed for step in range(1, 5))
    assert f": {short(float(run.trace[0].loss))}" in printed
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    line = page.locator('[data-card="steepness"] path[opacity]').get_attribute("d")
    assert len(line.split("L")) == np.isfinite(run.trace.gradient_norms).sum() == STEPS


def test_the_params_that_are_named_are_those_on_the_axes(doors: "Doors", tmp_path: Path) -> None:
    path, run = tmp_path / "named.html", watched(has_data=True)
    surface = run.surface(points=9)
    run.page(path, surface=surface)
    words = fitted(doors, path).locator(".st-frame").inner_text()
    assert [name for name in run.param_names if f"{name} = " in words] == sorted(
        [surface.x_name, surface.y_name], key=run.param_names.index
    )


def test_sharpness_is_seen_below_the_loss(doors: "Doors", tmp_path: Path) -> None:
    path, run = tmp_path / "sharp.html", watched(has_data=True)
    run.page(path, surface=run.surface(points=9), sharpness=True)
    page = fitted(doors, path)
    loss, sharp = box(page, "chart"), box(page, "sharpness")
    assert sharp["width"] == loss["width"] > 300
    assert sharp["y"] >= loss["y"] + loss["height"] and sharp["height"] > 150
