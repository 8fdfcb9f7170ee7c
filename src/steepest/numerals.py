"""Numbers as a person reads them."""

from decimal import Decimal

import numpy as np

__all__ = ["bound", "counted", "pair", "percent", "plain", "short", "signed"]


def short(value: float, digits: int = 4) -> str:
    """Return `value` to `digits` significant digits, with commas from 1,000 to ten million.

    >>> short(0.123456), short(1477.3), short(-12345.6), short(1.5e9), short(0.0), short(70)
    ('0.1235', '1,477', '-12,346', '1.5e+09', '0', '70')
    """
    if not np.isfinite(value):
        return str(value)
    if 999.5 <= abs(value) < 1e7:
        decimals = max(0, digits - len(str(int(abs(value)))))
        text = f"{value:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if decimals else text
    text = f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def pair(a: float, b: float) -> tuple[str, str]:
    """Return two numbers like `short`, with as many more digits as it takes to distinguish them.

    >>> pair(2765.31, 2765.28), pair(1.0, 2.0), pair(0.5, 0.5)
    (('2,765.31', '2,765.28'), ('1', '2'), ('0.5', '0.5'))
    """
    digits = (d for d in range(4, 18) if short(a, d) != short(b, d))
    enough = 4 if a == b else next(digits, 17)
    return short(a, enough), short(b, enough)


def signed(value: float) -> str:
    """Return `value` like `short`, with its sign.

    >>> signed(0.5), signed(-2.0)
    ('+0.5', '-2')
    """
    text = short(value)
    return text if text.startswith("-") else f"+{text}"


def bound(value: float) -> str:
    """Return an upper bound to one digit, rounded up: what is said is no less than `value`.

    >>> bound(1.17e-07), bound(0.3), bound(9.2e-09), bound(0.0)
    ('2e-07', '0.3', '1e-08', '0')
    """
    text = f"{value:.1g}"
    if not np.isfinite(value) or Decimal(text) >= Decimal(value):
        return text
    exponent = Decimal(text).adjusted()
    return f"{float(Decimal(text) + Decimal(1).scaleb(exponent)):.1g}"


def percent(share: float) -> str:
    """Return a share of 1 as a percentage to 3 digits, never in powers of ten.

    >>> percent(0.27643), percent(0.0000012), percent(1.5)
    ('27.6 %', '0.00012 %', '150 %')
    """
    text = np.format_float_positional(100 * share, precision=3, fractional=False, trim="-")
    return f"{text} %"


def counted(number: int, thing: str) -> str:
    """Return how many there are of a thing.

    >>> counted(1, "step"), counted(1200, "step")
    ('1 step', '1,200 steps')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def plain(value: float) -> str:
    """Return the shortest text that reads back as the same number, whole numbers without a point.

    >>> plain(3.0), plain(0.5), plain(1e-08)
    ('3', '0.5', '1e-08')
    """
    return repr(float(value)).removesuffix(".0")
