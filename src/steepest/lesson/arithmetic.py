"""Arithmetic that an author writes as the answer of a task, over the numbers of the lesson."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from difflib import get_close_matches

from steepest.errors import ChoiceError

__all__ = ["worked_out"]

BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
UNARY: Mapping[type[ast.unaryop], Callable[[float], float]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
}

MOST_LETTERS = 1000
"""Letters of an answer: deeper trees than they can hold are none of arithmetic by hand."""


def worked_out(text: str, numbers: Mapping[str, float]) -> float:
    """Return the number that a text with + - * / ** and names of `numbers` comes to.

    It knows abs, exp, log and sqrt, and nothing else: no text is run as a program. Raises
    ChoiceError for anything that it does not know, and for what is no finite number.

    >>> worked_out("(w0 - w1) / 2 ** 2", {"w0": 9.0, "w1": 1.0})
    2.0
    """
    if len(text) > MOST_LETTERS:
        raise ChoiceError(
            f"the answer of a task has {len(text)} letters, but at most {MOST_LETTERS} are read"
        )
    try:
        value = _value(ast.parse(text.strip(), mode="eval").body, numbers)
    except SyntaxError:
        raise ChoiceError(f"the answer {text!r} of a task is no arithmetic; write w0 - 2") from None
    except (ArithmeticError, ValueError) as error:
        raise ChoiceError(f"the answer {text!r} of a task comes to no number: {error}") from None
    if not math.isfinite(value):
        raise ChoiceError(f"the answer {text!r} of a task comes to {value}, which is no number")
    return value


def _value(part: ast.expr, numbers: Mapping[str, float]) -> float:
    """Return the value of a part of the arithmetic; ChoiceError for what is none."""
    match part:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name):
            return _named(name, numbers)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
            return UNARY[type(op)](_value(operand, numbers))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            return BINARY[type(op)](_value(left, numbers), _value(right, numbers))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, numbers))
    known = ", ".join(FUNCTIONS)
    raise ChoiceError(
        f"the answer of a task has {ast.unparse(part)!r}, but it can only have numbers, names, "
        f"+ - * / **, brackets and {known}"
    )


def _named(name: str, numbers: Mapping[str, float]) -> float:
    if name in numbers:
        return float(numbers[name])
    near = get_close_matches(name, numbers, 3) or sorted(numbers)
    raise ChoiceError(
        f"the answer of a task names {name!r}, but the lesson has no such number; there are "
        f"{', '.join(near)}"
    )
