"""The card that CONTRIBUTING adds, in the whole page: it is one more, and follows the steps."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from doors import Doors, at_step
from test_docs import web

import steepest as st
from steepest.page import html
from steepest.page.joiner import join

__all__ = ["web"]


@pytest.fixture
def with_card(web: Path, line: st.Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page of the textbook's descent, made of modules among which the card is."""
    monkeypatch.setattr(html, "join", partial(join, root=web))
    html._script.cache_clear()
    line.page(web / "page.html")
    yield web / "page.html"
    html._script.cache_clear()


def test_a_card_is_added_by_a_module_and_a_line(
    doors: Doors, with_card: Path, line: st.Run
) -> None:
    for step in (0, 7):
        page = doors.file(with_card, f"v=1&at={step}")
        at_step(page, step)
        card = page.locator("[data-card=gradient]")
        assert card.locator("h2").inner_text() == "Gradient"
        said = card.locator("svg text").text_content() or ""
        norm = float(line.trace.gradient_norms[step])
        assert float(said.removeprefix("|gradient| = ")) == pytest.approx(norm, rel=1e-2)
        assert "0 in the minimum" in card.locator("figcaption").inner_text()
        assert page.locator("figure.st-card").count() == 5
