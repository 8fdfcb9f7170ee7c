"""The first step in words: the gradient, the direction, and what becomes of each shown param."""

from collections.abc import Callable, Iterator

import numpy as np

from steepest.numerals import counted, plain, short, signed
from steepest.objective.evaluation import length_of
from steepest.view.story import Move, Story

__all__ = ["named", "rate_word", "step_lines", "step_note", "update", "update_line"]


def step_lines(story: Story, move: Move) -> Iterator[str]:
    """Yield the first step: gradient, direction, the update of each shown param, its size."""
    yield from _walked(story, move) if move.by_param else _mixed(story, move)
    yield from _turned(story)
    yield from (update_line(story, i) for i in story.shown_params)
    if story.layer_gradients and len(story.param_names) > len(story.shown_params):
        yield f"... and {len(story.param_names) - len(story.shown_params):,} more, in the same way"
    yield f"size of the step: {short(length_of(move.new - move.old))}"
    if move.by_param and story.coordinates:
        yield f"in your units: {_in_units(story)}"
    if story.off_steepest >= 1.0:
        yield f"in your units the step is {story.off_steepest:.0f}° off steepest descent"


def _turned(story: Story) -> Iterator[str]:
    """Yield that the rule may turn the direction, where it is not steepest descent's."""
    rule = story.plan.rule
    if not (rule.first_step_is_steepest or rule.searches_plane):
        yield f"the rule {rule.name} may turn it: a step need not be along the steepest gradient"


def _walked(story: Story, move: Move) -> Iterator[str]:
    """Yield gradient and direction in the coordinates of the descent, each that of one param."""
    if story.coordinates:
        yield f"{story.coordinates} ({story.standard_in_words}):"
    yield from _by_layer(story)
    yield f"gradient: {_gradient(story, move)}"
    yield _direction(story, move)


def _mixed(story: Story, move: Move) -> Iterator[str]:
    """Yield gradient and direction in the reader's units, of a step taken in mixed coordinates."""
    yield from _by_layer(story)
    rule, steepness = story.plan.rule, short(story.trace[0].steepness)
    named = "along steepest descent" if rule.first_step_is_steepest else f"that of {rule.name}"
    yield f"gradient in your units: {_gradient(story, move)}"
    yield (
        f"the step is {named} {story.coordinates}, where the gradient has the length {steepness}; "
        "in your units:"
    )
    yield _direction(story, move)


def _by_layer(story: Story) -> Iterator[str]:
    """Yield how long the gradient of each layer of a network is."""
    last = len(story.layer_gradients)
    for at, (weights, biases, length) in enumerate(story.layer_gradients, start=1):
        layer = "the output" if at == last else f"layer {at}"
        params = f"{counted(weights, 'weight')}, {biases} bias{'es' * (biases > 1)}"
        yield f"gradient of {layer} ({params}): its length {short(length)}"


def _gradient(story: Story, move: Move) -> str:
    parts = _listed(story, lambda i: short(move.gradient[i]))
    return f"{parts}; its length {short(length_of(move.gradient))}"


def _direction(story: Story, move: Move) -> str:
    """Return the direction of the step as a vector of length 1; steepest only where it is that."""
    moved = move.new - move.old
    length = length_of(moved)
    if not length:
        return "direction: none, the step has the length 0"
    rule, along = story.plan.rule, story.plan.rule.first_step_is_steepest and move.by_param
    named = "steepest descent" if along else "the step" if move.by_param is False else rule.name
    return f"direction of {named}: {_listed(story, lambda i: signed(moved[i] / length))}"


def step_note(story: Story) -> str:
    """Return where the first step is one of steepest descent, if not in the reader's units."""
    if story.off_steepest < 1.0:
        return ""
    off = f"{story.off_steepest:.0f}° off steepest descent"
    if not story.coordinates:
        return f"a step of {story.plan.rule.name}, {off}"
    along = "along steepest descent" if story.plan.rule.first_step_is_steepest else "taken"
    return f"{along} {story.coordinates}; in your units {off}"


def _listed(story: Story, value: Callable[[int], str]) -> str:
    """Return the values of the shown params, each with its name; no other is worked out."""
    return ", ".join(f"{named(story, i)} {value(i)}" for i in story.shown_params)


def _in_units(story: Story) -> str:
    """Return how the params changed, in the reader's units."""
    start, after = story.trace[0], story.trace[1]
    return _listed(story, lambda i: f"{short(start.params[i])} → {short(after.params[i])}")


def update_line(story: Story, i: int) -> str:
    """Return the first update of param i written out: `weight 0.42 - 0.1 × -3.1 = 0.73`."""
    return f"{named(story, i)} {update(story, i)}"


def named(story: Story, i: int) -> str:
    """Return the name of a param before a number; a colon parts `weight 15` from it."""
    return f"{story.param_words[i]}{':' * bool(story.layer_gradients)}"


def update(story: Story, i: int) -> str:
    """Return the same without the name of the param."""
    assert story.move is not None
    old, new, gradient = story.move.old[i], story.move.new[i], story.move.gradient
    taken = story.trace[0].learning_rate
    before = short(old)
    if not taken:
        return f"{before} stays"
    if not story.move.by_param:
        sign = "-" if new < old else "+"
        return f"{before} {sign} {short(abs(new - old))} = {short(new)}"
    straight = story.plan.rule.first_step_is_steepest and not _is_clipped(story)
    if straight or _is_plain(story, i):
        return f"{before} - {rate_word(story, taken)} × {short(gradient[i])} = {short(new)}"
    return f"{before} + {rate_word(story, taken)} × {short((new - old) / taken)} = {short(new)}"


def _is_clipped(story: Story) -> bool:
    """Return whether the first step takes less of the gradient than there is."""
    clip = story.plan.clip
    return clip is not None and story.trace[0].steepness > clip


def rate_word(story: Story, rate: float) -> str:
    """Return a learning rate, with all the digits of the one that was given."""
    return plain(rate) if rate == story.plan.learning_rate else short(rate)


def _is_plain(story: Story, i: int) -> bool:
    """Return whether a proximal step of param i is one along its gradient: L1 did not stop it."""
    move, rate = story.move, story.trace[0].learning_rate
    if not story.plan.rule.draws_to_zero or move is None:
        return False
    return bool(np.isclose(move.old[i] - rate * move.gradient[i], move.new[i], rtol=1e-9))
