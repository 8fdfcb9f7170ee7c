"""Clipped gradients and dropout: what goes with them, and what does not."""

from dataclasses import replace

from steepest.descent.dropout import Dropout
from steepest.descent.loop import Method
from steepest.descent.plan.options import Options
from steepest.errors import ChoiceError

__all__ = ["with_clip_and_dropout"]


def with_clip_and_dropout(method: Method, options: Options) -> Method:
    """Return the method with what the options ask of both; ChoiceError where it cannot be."""
    if options.clip is not None:
        _check_clip(method, options)
        method = replace(method, clip=options.clip)
    if options.dropout:
        _check_dropout(method, options)
        thinned = Dropout(method.objective, method.sampler, options.dropout, options.seed)
        method = replace(method, sampler=thinned)
    return method


def _check_clip(method: Method, options: Options) -> None:
    """Raise ChoiceError where a rate is searched, or a step is not along what a rule is handed."""
    given = f"clip is {options.clip:g}"
    if method.rule.draws_to_zero:
        raise ChoiceError(
            f"{given}, but the steps that bring weights to exactly 0 take the whole gradient; "
            "leave clip out, or choose l2 in place of l1"
        )
    if not method.step_size.is_given:
        raise ChoiceError(
            f"{given}, but the learning rate is {options.rate_in_words}, a search, which goes as "
            "far along a short gradient as along a long one; give a learning rate, a number or a "
            "schedule such as cosine:0.1, or leave clip out"
        )


def _check_dropout(method: Method, options: Options) -> None:
    """Raise ChoiceError where there are no hidden units, or no mini-batches, as with L1."""
    given = f"dropout is {options.dropout:g}"
    if method.objective.thinned(options.dropout, (0,)) is None:
        model = "one neuron" if method.objective.linear else method.objective.kind
        raise ChoiceError(
            f"{given}, which leaves out hidden units, but there are none: this is "
            f"{model}; choose hidden=(8,), say, or leave dropout out"
        )
    if method.rule.draws_to_zero:
        raise ChoiceError(
            f"{given}, but the steps that bring weights to exactly 0 see all rows and units; "
            "leave dropout out, or choose l2 in place of l1"
        )
    if options.batch is None:
        raise ChoiceError(
            f"{given}, but batch is left out, so steps are of all rows, whose rate may be searched "
            "for, and no search works where units come and go; give batch too, a number of rows, "
            f"at most all {method.objective.count:,}"
        )
