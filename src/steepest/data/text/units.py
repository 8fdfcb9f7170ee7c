"""Units of measurement, as a line of many a table says them: `m`, `[kg]`, `km/h`, `m s-1`."""

import re

__all__ = ["bare_unit", "is_unit"]

_PLAIN = frozenset(
    re.split(
        " ",
        "m g s A K L l t h d min sec hr hrs hour hours day days week weeks month months year "
        "years yr yrs N Pa J W V C F Hz mol cd rad deg ° °C °F degC degF ohm Ω bar atm mmHg "
        "psi dB lx lm in ft yd mi mile miles lb lbs oz gal mph kn kt ha acre acres eV cal "
        "kcal Wh kWh B kB MB GB % ‰ ppm ppb ppt pH USD EUR GBP CHF JPY CNY INR $ € £ ¥ count "
        "counts number pcs px",
    )
)
_SCALED = re.compile(r"[GMkhdcmµμun](m|g|s|A|V|W|Wh|J|Pa|Hz|L|l|N|eV|mol|Ω|cal|bar|b|B)")
_DASHES = frozenset(("", "-", "--", "\u2013", "1", "none"))
_BRACKETS = re.compile(r"[\[(]\s*(?P<unit>.*?)\s*[\])]")


def is_unit(text: str) -> bool:
    """Return whether a text is a unit: in brackets, or made of known ones.

    >>> [is_unit(text) for text in ("cm", "[apples]", "km/h", "m s-1", "kg/m^2", "red", "")]
    [True, True, True, True, True, False, False]
    """
    text = text.strip()
    if _BRACKETS.fullmatch(text):
        return True
    parts = [part for part in re.split(r"[\s/*·.]+|per|\^?[-\u2212]?\d+|[²³]", text) if part]
    return bool(parts) and all(part in _PLAIN or _SCALED.fullmatch(part) for part in parts)


def bare_unit(text: str) -> str:
    """Return a unit without brackets; a dash stands for none.

    >>> bare_unit("[kg]"), bare_unit(" cm "), bare_unit("-")
    ('kg', 'cm', '')
    """
    text = text.strip()
    found = _BRACKETS.fullmatch(text)
    text = found["unit"] if found else text
    return "" if text in _DASHES else text
