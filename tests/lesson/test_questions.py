"""Where the tasks of a lesson are answered: a link and its QR code."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from steepest.cli.program import cli
from steepest.errors import ChoiceError
from steepest.lesson.lesson import for_page, lesson_of
from steepest.lesson.questions import QUESTIONS, qr_code
from steepest.lesson.settings import Settings, read_settings
from steepest.page.lesson.record import lesson_record
from steepest.run.run import Run

LINK = "https://example.org/lesson.html?class=7b#lesson"

WRONG = {
    "example.org/lesson.html": "must be the address of a page, such as https://example.org",
    "javascript:alert(1)": "must be the address of a page",
    "https://": "must be the address of a page",
    "https://[::1": "must be the address of a page",
    "https://example.org/my lesson.html": "must be the address of a page",
    "https://example.org/" + "a" * 300: "has 320 letters, but a QR code that a phone reads",
}


@pytest.mark.parametrize("link", WRONG)
def test_a_link_that_leads_nowhere_is_refused(link: str) -> None:
    with pytest.raises(ChoiceError, match=WRONG[link]):
        Settings(link=link)


@pytest.mark.parametrize("hidden", [(), ("end",)])
def test_the_last_build_shows_the_link(geyser: Run, hidden: tuple[str, ...]) -> None:
    settings = Settings(link=LINK, hide=hidden)
    lesson = lesson_of(geyser, settings)
    assert [one.key for one in lesson.builds].index(QUESTIONS) == len(lesson.builds) - 1
    assert lesson.heading(lesson.builds[-1]) == "Tasks" and LINK in lesson.sentence(QUESTIONS)
    page = for_page(lesson_record(geyser.record()), settings)
    image, words = page["builds"][-1]["lines"]
    assert image["shown"] == {"source": qr_code(LINK).url, "words": f"QR: {LINK}"}
    assert words["pieces"][0]["link"] == LINK
    assert page["words"]["de"]["builds"][QUESTIONS]["heading"] == "Aufgaben"
    assert QUESTIONS not in [one.key for one in lesson_of(geyser, Settings()).builds]


def said(*given: str) -> Any:
    """Return what `steepest lesson` answers: by its group, from which click takes -h for good."""
    return CliRunner().invoke(cli, ["lesson", *given])


def test_a_link_is_kept_in_the_lesson_toml(tmp_path: Path) -> None:
    toml = str(tmp_path / "lesson.toml")
    assert said("--toml", toml, "--link", LINK).exit_code == 0
    assert read_settings(toml).link == LINK
    quiz = said("--quiz", str(tmp_path / "a.gift"), "--link", LINK)
    assert isinstance(quiz.exception, ChoiceError)
    assert "add -o FILE or --pptx FILE or --handout FILE or --scorm FILE" in str(quiz.exception)


@pytest.mark.prove
def test_a_sheet_without_a_link_says_so(tmp_path: Path) -> None:
    sheet = str(tmp_path / "sheet.pdf")
    assert "the hand-out has no link to answer its tasks at" in said("--handout", sheet).output
    assert "no link" not in said("--link", LINK, "--handout", sheet).output


@pytest.mark.prove
@pytest.mark.parametrize("link", [LINK, "https://example.org/" + "a" * 280])
def test_a_reader_of_codes_reads_the_link(geyser: Run, tmp_path: Path, link: str) -> None:
    import pypdfium2
    import zxingcpp
    from PIL import Image

    geyser.lesson(tmp_path / "sheet.pdf", link=link)
    code = Image.open(BytesIO(qr_code(link).data)).convert("L")
    with pypdfium2.PdfDocument(tmp_path / "sheet.pdf") as pages:
        sheet = pages[1].render(scale=2).to_pil().convert("L")
    for image in (code, sheet):
        assert [one.text for one in zxingcpp.read_barcodes(image)] == [link]
