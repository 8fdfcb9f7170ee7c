"""The arithmetic that a lesson prints is right in the digits that it prints."""

import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

import steepest as st
from steepest.lesson.lesson import lesson_of
from steepest.lesson.settings import Settings
from steepest.lesson.sums import SUMS
from steepest.lesson.written import TIMES
from steepest.page.lesson.builds import LANGUAGES

RUNS = {
    "geyser": ("geyser", "waiting", ["duration"]),
    "diabetes": ("diabetes", "progression", ["bmi"]),
    "penguins": ("penguins", "body_mass_g", ["flipper_length_mm"]),
    "motorcycle": ("motorcycle", "acceleration", ["time"]),
}


def wrong_sums(text: str, language: str) -> Iterator[str]:
    """Yield each result that is not, to its last digit, what is printed before it."""
    text = unicodedata.normalize("NFKC", text.replace(TIMES, "e"))
    if language == "de":
        text = text.translate(str.maketrans(",.", ".,")).replace(";  ", ",  ")
    text = text.replace("\N{MINUS SIGN}", "-").replace("\N{MULTIPLICATION SIGN}", "*")
    text = re.sub(r"(?<=\d),(?=\d)", "", text)
    for sum_ in text.split(",  "):
        *_, worked, result = sum_.split(" = ")
        if log := re.fullmatch(r"-log (\S+)", worked):
            value = Decimal(-math.log(float(log[1])))
        else:
            assert re.fullmatch(r"[-+*/()\d.e ]+", worked), text
            value = eval(re.sub(r"[\d.]+(e[-+]\d+)?", r"Decimal('\g<0>')", worked))
        last = Decimal(1).scaleb(int(Decimal(result).as_tuple().exponent))
        if abs(value - Decimal(result)) > max(last, abs(value) / 10**4) / 2:
            yield f"{sum_}: {value}"


def of_numbers(seed: int) -> st.Run:
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.uniform(-3, 5)
    x = random.normal(size=30) * scale
    y = (random.normal() * x / scale + random.normal(size=30) + 9) * 10.0 ** random.uniform(-2, 6)
    return st.descend((x[:, None], y), steps=1)


@pytest.mark.parametrize("name", [*RUNS, *range(6)], ids=str)
def test_the_printed_numbers_give_the_printed_result(name: str | int) -> None:
    run = st.descend(*RUNS[name], steps=1) if isinstance(name, str) else of_numbers(name)
    for language in LANGUAGES:
        lesson = lesson_of(run, Settings(language=language))
        for key in SUMS:
            said = lesson.sentence(key, "sum")
            assert list(wrong_sums(said, language)) == [], key


def test_a_wrong_sum_is_found() -> None:
    said = "\N{MINUS SIGN}15.42 \N{MINUS SIGN} 0.15 × (\N{MINUS SIGN}55.28) = \N{MINUS SIGN}7.125"
    assert len(list(wrong_sums(said, "en"))) == 1
    assert list(wrong_sums(said.replace("7.125", "7.128"), "en")) == []


def test_a_rate_that_is_too_large_leaves_more_of_the_distance_than_the_good_one() -> None:
    lesson = lesson_of(st.descend(*RUNS["geyser"], steps=1))
    good, large = (float(lesson.values[f"{name}_left"]) for name in ("good", "large"))
    assert good == pytest.approx((1 - 2 * 0.15) ** 20)
    assert large == pytest.approx((1 - 2 * 0.95) ** 20) and large > 100 * good
    assert lesson.sentence("large", "sum").startswith("after 20 rounds 12.2 % of the way is left")
