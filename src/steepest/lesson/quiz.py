"""The tasks as a quiz in GIFT, the text that Moodle and others import.

What GIFT takes for a sign of its own is escaped; an arrow in an answer would make it a question of
pairs, so it is written in words. Numbers are in fixed point, with no more than four decimals.
"""

import os
from collections.abc import Iterator, Sequence

from steepest.files import check_writable, whole_file
from steepest.lesson.tasks import Task

__all__ = ["QUIZZES", "fixed", "gift", "write_quiz"]

QUIZZES = (".gift", ".txt")

SIGNS = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\~=#{}:"} | {"\n": " ", "<": "&lt;", ">": "&gt;"}
)
"""What GIFT takes for a sign of its own, and a system that shows the text as HTML for a tag."""

ARROWS = {"->": "to", "→": "to"}


def write_quiz(tasks: Sequence[Task], title: str, path: str | os.PathLike[str]) -> None:
    """Write tasks as a quiz, .gift, whole or not at all; FileError if it cannot be."""
    check_writable(path, QUIZZES)
    with whole_file(path) as draft:
        draft.write_text(gift(tasks, title), encoding="utf-8", newline="\n")


def gift(tasks: Sequence[Task], title: str) -> str:
    """Return tasks as GIFT, in a category that has the title of the lesson."""
    category = _escaped(title.replace("/", " "))
    return f"$CATEGORY: $course$/{category}\n\n" + "\n".join(map(_question, tasks))


def _question(task: Task) -> str:
    answers = _choices(task) if task.choices else _numbers(task)
    sign = "" if task.choices else "#"
    lines = [f"::{_escaped(task.key)}::{_escaped(task.question)} {{{sign}"]
    lines += [f"  {line}" for line in answers]
    lines += [f"  ####{_escaped(task.why)}", "}", ""]
    return "\n".join(lines)


def _choices(task: Task) -> Iterator[str]:
    """Yield the choices, the right one with `=`, each wrong one with what to say to it."""
    said = {int(at): text for at, text in task.wrong.values()}
    for i, choice in enumerate(task.choices):
        sign = "=" if i == int(task.answer) else "~"
        yield f"{sign}{_escaped(choice)}" + (f"#{_escaped(said[i])}" if i in said else "")


def _numbers(task: Task) -> Iterator[str]:
    """Yield the right number with its margin, then the mistakes, which are worth nothing."""
    margin = fixed(task.tolerance)
    yield f"={fixed(task.answer)}:{margin}"
    for at, said in task.wrong.values():
        yield f"=%0%{fixed(at)}:{margin}#{_escaped(said)}"


def _escaped(text: str) -> str:
    for arrow, word in ARROWS.items():
        text = text.replace(arrow, word)
    return text.translate(SIGNS)


def fixed(number: float) -> str:
    """Return a number in fixed point with up to four decimals, as quizzes and runtimes read it.

    >>> fixed(-0.25), fixed(1e-7), fixed(12345.0), fixed(0.00005)
    ('-0.25', '0', '12345', '0.0001')
    """
    text = f"{number:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
