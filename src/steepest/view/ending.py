"""How a run ended, in sentences that every door says alike: end, lowest loss, limit, verdicts.

The page makes the same of a record, in `page/web/words/ending.js`.
"""

from steepest.numerals import short
from steepest.view.story import Story

__all__ = ["end_line", "end_lines", "limit_line", "lowest_line", "note_lines", "verdict_lines"]

DIGITS = 3
"""Digits of the limit, as the verdict on a rate above it has them."""


def end_lines(story: Story) -> tuple[str, str, str]:
    """Return why the run is over, the lowest loss that there is, and the limit of its rate."""
    return story.stop.message, lowest_line(story), limit_line(story)


def end_line(story: Story) -> str:
    """Return the same as one line."""
    return "; ".join(end_lines(story))


def lowest_line(story: Story) -> str:
    """Return the lowest loss of all rows, penalty included, where there is one and it is known."""
    if any(verdict.name == "separation" for verdict in story.verdicts):
        return "lowest loss: there is none"
    return f"lowest loss: {'not known' if story.lowest is None else short(story.lowest)}"


def limit_line(story: Story) -> str:
    """Return the fixed learning rate from which on the rule leaves a bowl so curved, and whose."""
    plan = story.plan
    if not plan.limit:
        return "limit of a fixed learning rate: not known"
    parts = [f"{plan.rule.limit_formula} {story.coordinates}".rstrip()]
    parts += [] if story.exact_limit else ["by a bound on the curvature"]
    parts += ["of all rows"] if plan.batch else []
    return f"limit of a fixed learning rate: {short(plan.limit, DIGITS)} ({', '.join(parts)})"


def note_lines(story: Story) -> str:
    """Return what is worth knowing, a line each; empty if nothing is."""
    return "\n".join(note.message for note in story.notes)


def verdict_lines(story: Story) -> str:
    """Return what is wrong with the run and what to do, a line each; empty if nothing is."""
    return "\n".join(map(str, story.verdicts))
