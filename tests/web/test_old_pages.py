"""Pages that earlier builds saved: each still opens, offline, and shows the run that it holds."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from doors import Doors, Menu, at_step, enter, loss_of, settle, step_of, typed_params

import steepest as st

FIXTURES = Path(__file__).parents[1] / "fixtures"

PAGES = [
    pytest.param(path.parent / f"{name}.html.gz", told, id=f"{path.parent.name}-{name}")
    for path in sorted(FIXTURES.glob("*/expected.json"))
    for name, told in json.loads(path.read_text("utf-8"))["pages"].items()
]


def unpacked(path: Path, folder: Path) -> Path:
    """Return the page of a packed file, written to a folder."""
    page = folder / path.name.removesuffix(".gz")
    page.write_bytes(gzip.decompress(path.read_bytes()))
    return page


@pytest.mark.parametrize(("path", "told"), PAGES)
def test_an_old_page_opens_and_shows_its_losses(
    doors: Doors, path: Path, told: dict[str, Any], tmp_path: Path
) -> None:
    file, (first, last) = unpacked(path, tmp_path), told["losses"]
    for step, loss in ((0, first), (told["steps"], last)):
        page = doors.file(file, f"v=1&at={step}")
        at_step(page, step)
        assert loss_of(page) == pytest.approx(loss, rel=1e-12)
        assert page.locator("h1").inner_text()


def test_an_old_page_still_computes(doors: Doors, tmp_path: Path) -> None:
    page = doors.file(unpacked(FIXTURES / "271cc86" / "textbook.html.gz", tmp_path), "v=1&at=0")
    before = loss_of(page)
    enter(page, "weight", "10.73")
    enter(page, "bias", "33.47")
    settle(page)
    assert loss_of(page) == pytest.approx(34.72, abs=0.01) != before


@pytest.mark.prove
def test_a_link_of_an_old_page_shows_the_same_in_a_new_one(doors: Doors, tmp_path: Path) -> None:
    folder = FIXTURES / "271cc86"
    old = doors.file(unpacked(folder / "textbook.html.gz", tmp_path), "v=1&at=0")
    enter(old, "weight", "-2.5")
    enter(old, "learning rate as a number", "0.03")
    old.get_by_label("Step of the run").fill("7")
    at_step(old, 7)
    link = Menu(old).link().partition("#")[2]
    st.load(folder / "textbook.steepest").page(tmp_path / "new.html")
    new = doors.file(tmp_path / "new.html", link)
    at_step(new, 7)
    words = ["weight", "bias", "learning rate as a number"]
    assert loss_of(new) == pytest.approx(loss_of(old), rel=1e-12)
    assert (step_of(new), typed_params(new, words)) == (7, typed_params(old, words))
    assert typed_params(new, words)[2] == "0.03"
