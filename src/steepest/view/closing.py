"""The closing words of a picture: how the run ended, above its panels."""

from matplotlib.text import Text

from steepest.view.ending import end_line, note_lines, verdict_lines
from steepest.view.sheet import Sheet
from steepest.view.story import Story
from steepest.view.style import PATH, theme_in_use

__all__ = ["write_closing"]


def write_closing(sheet: Sheet, story: Story) -> list[Text]:
    """Write end, lowest loss and limit, then what is wrong and what is worth knowing, if any is."""
    muted = theme_in_use().muted
    said = [
        (end_line(story), muted, "normal"),
        (verdict_lines(story), PATH, "bold"),
        (note_lines(story), muted, "normal"),
    ]
    return [
        sheet.head(text, fontsize=10, color=colour, fontweight=weight)
        for text, colour, weight in said
        if text
    ]
