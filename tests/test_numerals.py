"""Numbers as a person reads them, against Python's own decimal arithmetic."""

import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steepest.checks import number, whole_number
from steepest.errors import ChoiceError
from steepest.numerals import counted, percent, short, signed

FINITE = some.floats(allow_nan=False, allow_infinity=False)
SIZES = FINITE.filter(lambda value: value == 0 or 1e-290 < abs(value) < 1e290)


def to_digits(value: float, digits: int) -> Decimal:
    """Return the value to so many significant digits, ties to even, by decimal arithmetic."""
    exact = Decimal(value)
    if not exact:
        return exact
    last = Decimal((0, (1,), exact.adjusted() - digits + 1))
    return exact.quantize(last, ROUND_HALF_EVEN) if digits < 28 else exact


def read(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@given(SIZES, some.integers(4, 12))
def test_short_is_the_value_to_its_significant_digits(value: float, digits: int) -> None:
    said = read(short(value, digits))
    if abs(value) >= 10.0**digits and abs(value) < 1e7:
        # Whole numbers below ten million are given whole.
        assert said == Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN)
    else:
        assert said == to_digits(value, digits)


@given(some.integers(1000, 9_999_999), some.sampled_from([1, -1]))
def test_whole_numbers_below_ten_million_are_given_whole_with_commas(n: int, sign: int) -> None:
    assert short(float(sign * n)) == f"{sign * n:,}"


@given(SIZES)
def test_short_never_ends_in_zeros_behind_the_point_nor_says_minus_zero(value: float) -> None:
    text = short(value)
    mantissa = text.split("e")[0]
    assert text != "-0"
    assert "." not in mantissa or mantissa[-1] not in ".0"


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_what_is_no_finite_number_is_called_so(value: float) -> None:
    assert short(value) == str(value)


@given(SIZES)
def test_signed_is_short_with_a_sign(value: float) -> None:
    text = signed(value)
    assert text[0] in "+-"
    assert text.removeprefix("+") == short(value)


@given(some.floats(1e-12, 1e3))
def test_percent_has_three_digits_and_no_power_of_ten(share: float) -> None:
    text = percent(share)
    assert re.fullmatch(r"\d+(\.\d+)? %", text)
    said = Decimal(text.removesuffix(" %"))
    assert said == to_digits(100 * share, 3) or abs(share) >= 10
    assert float(said) == pytest.approx(100 * share, rel=5.1e-3)


@given(some.integers(0, 10**12))
def test_counted_is_one_thing_or_many_things(count: int) -> None:
    text = counted(count, "row")
    digits, thing = text.split(" ")
    assert int(digits.replace(",", "")) == count
    assert thing == ("row" if count == 1 else "rows")


@given(some.integers(0, 10**9), some.integers(0, 10**9))
def test_a_whole_number_is_taken_from_its_least_up(value: int, least: int) -> None:
    if value >= least:
        assert whole_number("steps", value, least) == value
        assert whole_number("steps", float(value), least) == value
    else:
        with pytest.raises(ChoiceError, match=f"steps is {value}, .* from {least} up"):
            whole_number("steps", value, least)


@pytest.mark.parametrize("value", [1.5, "three", None, float("nan"), float("inf"), [1]])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(ChoiceError, match=r"steps is .*, but it must be a whole number from 0 up"):
        whole_number("steps", value, 0)


@given(FINITE)
def test_a_number_from_0_up_is_taken(value: float) -> None:
    if value >= 0:
        assert number("l2", value) == value
    else:
        with pytest.raises(ChoiceError, match=r"l2 is .*, but it must be a number from 0 up"):
            number("l2", value)


@given(FINITE, some.floats(0, 1e6))
def test_a_number_above_a_bound_is_taken(value: float, bound: float) -> None:
    if value > bound:
        assert number("tol", value, above=bound) == value
    else:
        with pytest.raises(ChoiceError, match="must be a number above"):
            number("tol", value, above=bound)


@pytest.mark.parametrize(
    "value",
    ["much", None, float("nan"), float("inf"), 10**400, [1.0]],
    ids=lambda value: repr(value)[:9],
)
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(ChoiceError, match="must be a number from 0 up"):
        number("l2", value)
