"""One row in words: forward from its numbers to its loss, and back by the chain rule."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from steepest.numerals import counted, short
from steepest.view.row_story import RowStory
from steepest.view.section import Section, aligned

__all__ = ["tell_row"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_TERMS = 8
"""Terms of a sum that are written out, of more those of the largest size: a line of 160 letters."""

MOST_UNITS = 8
"""Units of a layer that are shown, of more those of the largest loss by z: the lecture's have 8."""

MOST_LAYERS = 6
"""Layers that are shown, of more the first and the last ones: 100 lines, two for each unit."""

NEAR_ONE = 5e-5
"""How near to 1 a probability rounds to 1 where 4 digits are shown."""

BY = "`loss by a number` is how much the loss rises for each 1 that the number rises: a slope"


def tell_row(story: RowStory) -> str:
    """Return the row's pass in words: forward, back, and its part in the gradient of a step."""
    which = "kept back from training, " if story.kept_back else ""
    head = f"Row {story.number:,} of {story.source}, {which}at the params of step {story.step:,}"
    forward = [*_inputs(story), *_forward(story), *_outcome(story)]
    back = [BY, *_loss_slopes(story), *_backward(story)]
    sections = [
        Section("Forward: from the row to its loss", tuple(forward)),
        Section("Back: how fast the loss rises with each param, by the chain rule", tuple(back)),
        Section("What a step makes of it", tuple(_part(story))),
    ]
    return "\n\n".join([head, *map(str, sections)])


def _largest(sizes: Array, most: int) -> Places:
    """Return the places of the `most` largest sizes, in their order; of few all."""
    if len(sizes) <= most:
        return np.arange(len(sizes))
    return np.sort(np.argsort(-np.abs(sizes), kind="stable")[:most])


def _inputs(story: RowStory) -> Iterator[str]:
    """Yield what goes into a network; one neuron tells it beside the weights."""
    if story.is_neuron:
        return
    x = story.passed.inputs[0]
    shown = _largest(x, MOST_TERMS)
    listed = ", ".join(f"{story.feature_names[i]} = {short(x[i])}" for i in shown)
    more = len(x) - len(shown)
    yield f"inputs: {listed}" + (f" and {more:,} more, none larger" if more else "")


def _forward(story: RowStory) -> Iterator[str]:
    """Yield the sums of all layers."""
    if story.is_neuron:
        for unit in _units(story, 0):
            yield from _neuron_sum(story, unit)
        yield from _units_left(story, 0)
        return
    for layer in _shown_layers(story):
        if layer is None:
            yield f"... {_layers_left(story)}"
            continue
        yield _layer_head(story, layer)
        yield from (f"  {_unit_sum(story, layer, unit)}" for unit in _units(story, layer))
        yield from _units_left(story, layer)


def _shown_layers(story: RowStory) -> list[int | None]:
    """Return the layers that are shown, from 0, None in place of those that are left out."""
    count = len(story.passed.layers)
    if count <= MOST_LAYERS:
        return list(range(count))
    half = MOST_LAYERS // 2
    return [*range(half), None, *range(count - half, count)]


def _layers_left(story: RowStory) -> str:
    left = len(story.passed.layers) - MOST_LAYERS
    return f"{counted(left, 'layer')} in the middle, of the same kind, left out"


def _units(story: RowStory, layer: int) -> Places:
    """Return the units of a layer that are shown."""
    return _largest(story.passed.deltas[layer], MOST_UNITS)


def _units_left(story: RowStory, layer: int) -> Iterator[str]:
    """Yield how many units are not shown, if any are."""
    left = len(story.passed.deltas[layer]) - MOST_UNITS
    if left > 0:
        what = counted(left, "margin" if _is_output(story, layer) else "unit")
        yield f"  ... and {what}, on none of which the loss depends more"


def _is_output(story: RowStory, layer: int) -> bool:
    return layer == len(story.passed.layers) - 1


def _output_word(story: RowStory, unit: int) -> str:
    """Return what an output is called: the prediction, where it is that."""
    several = len(story.passed.sums[-1]) > 1
    if several and story.classes is not None:
        return f"margin of {story.classes[unit]}"
    return "prediction" if story.prediction == story.passed.sums[-1][0] else "margin"


def _neuron_sum(story: RowStory, unit: int) -> Iterator[str]:
    """Yield `weight × feature` of one neuron, term by term, and their sum."""
    (weights, bias), (x,) = story.passed.layers[0], story.passed.inputs
    terms = weights[:, unit] * x
    shown = _largest(terms, MOST_TERMS)
    names, places = story.feature_names, story.places[0]
    rows = [
        [
            f"{story.names[places.weights[i, unit]]} × {names[i]}",
            f"{short(weights[i, unit])} × {short(x[i])} =",
            short(terms[i]),
        ]
        for i in shown
    ]
    if len(shown) < len(terms):
        rest = np.delete(terms, shown)
        rows.append([counted(len(rest), "smaller term"), "together", short(rest.sum())])
    if story.biases:
        rows.append([story.names[places.bias[unit]], "", short(bias[unit])])
    total = f"{short(story.passed.sums[0][unit])} {_margin_unit(story)}".rstrip()
    yield from aligned([*rows, [_output_word(story, unit), "the sum =", total]], left=True)


def _margin_unit(story: RowStory) -> str:
    return story.loss.margin_unit(story.unit)


def _layer_head(story: RowStory, layer: int) -> str:
    count, before = len(story.passed.sums[layer]), len(story.passed.inputs[layer])
    takes = f"{counted(before, 'input')}" if layer == 0 else f"a of the {counted(before, 'unit')}"
    if _is_output(story, layer):
        return f"output: weight × {takes} before it, added up, and a bias"
    assert story.activation is not None
    answer = f"a = s(z), s(z) = {story.activation.formula}"
    units = counted(count, "unit")
    return f"layer {layer + 1}, {units}: z is weight × {takes}, added up, and a bias; {answer}"


def _unit_word(story: RowStory, layer: int, unit: int) -> str:
    return _output_word(story, unit) if _is_output(story, layer) else f"unit {unit + 1}"


def _unit_sum(story: RowStory, layer: int, unit: int) -> str:
    """Return the sum of one unit written out, and what it answers."""
    passed, places = story.passed, story.places[layer]
    weights, bias = passed.layers[layer]
    shown = _largest(weights[:, unit] * passed.inputs[layer], MOST_TERMS)
    own = f"{_some(story, places.weights[:, unit], shown)}; {story.names[places.bias[unit]]}"
    summed = _written_sum(weights[:, unit], passed.inputs[layer])
    z = short(passed.sums[layer][unit])
    line = f"{_unit_word(story, layer, unit)}: {summed} + {short(bias[unit])} = {z}"
    if not _is_output(story, layer):
        line = f"{line}, a = {short(passed.inputs[layer + 1][unit])}"
    return f"{line}  ({own})"


def _written_sum(factors: Array, others: Array) -> str:
    """Return `a × b + ...`, of many terms the largest, the others together."""
    terms = factors * others
    shown = _largest(terms, MOST_TERMS)
    written = [f"{short(factors[i])} × {short(others[i])}" for i in shown]
    if len(shown) < len(terms):
        rest = np.delete(terms, shown)
        written.append(f"({short(rest.sum())} of {counted(len(rest), 'smaller term')})")
    return " + ".join(written)


def _numbered(story: RowStory, places: Places) -> str:
    """Return the names of weights: `weights 1 to 8`, or one by one where others lie between."""
    names = [story.names[i] for i in places]
    if len(names) == 1:
        return names[0]
    if all(b - a == 1 for a, b in pairwise(places)):
        return f"weights {places[0] + 1} to {places[-1] + 1}"
    listed = ", ".join(str(i + 1) for i in places[:MOST_TERMS])
    return f"weights {listed}" + (", ..." if len(places) > MOST_TERMS else "")


def _some(story: RowStory, places: Places, shown: Places) -> str:
    """Return the names of the weights that are `shown`, and among which they are the largest."""
    named = _numbered(story, places[shown])
    return named if len(shown) == len(places) else f"{named} of {places[0] + 1} to {places[-1] + 1}"


def _outcome(story: RowStory) -> Iterator[str]:
    """Yield what is predicted, what is actual, and the loss."""
    if story.probabilities is not None:
        yield from _chances(story)
        return
    if story.prediction != story.passed.sums[-1][0]:
        yield f"prediction = {story.loss.inverse_link.split('(')[0]}(margin) = {_predicted(story)}"
    yield f"actual {story.target_name} = {short(story.actual)} {story.unit}".rstrip()
    yield f"loss = {_filled(story, story.loss.formula)} = {short(story.passed.loss)}"


def _predicted(story: RowStory) -> str:
    return f"{short(story.prediction)} {story.unit}".rstrip()


def _filled(story: RowStory, formula: str) -> str:
    """Return a formula of prediction and actual, and the same with the numbers in their place."""
    numbers = {"prediction": short(story.prediction), "actual": short(story.actual)}
    if not all(word in formula for word in numbers):
        return formula
    filled = formula
    for word, number in numbers.items():
        filled = filled.replace(word, number)
    return f"{formula} = {filled}"


def _chances(story: RowStory) -> Iterator[str]:
    """Yield the probabilities of the classes that are shown, and the loss."""
    assert story.probabilities is not None and story.classes is not None
    margins, chances, actual = story.passed.sums[-1], story.probabilities, int(story.actual)
    if len(margins) == 1:
        filled = f"1/(1 + exp(-margin)) = 1/(1 + exp({short(-margins[0])}))"
        yield f"P({story.classes[1]}) = {filled} = {short(chances[1])}"
    else:
        shown = _units(story, len(story.passed.sums) - 1)
        listed = ", ".join(f"P({story.classes[i]}) = {short(chances[i])}" for i in shown)
        yield f"P(class) = exp(its margin) / the sum of exp over all margins: {listed}"
    yield f"actual {story.target_name} = {story.classes[actual]}"
    log = f"-log P({story.classes[actual]}) = -log {_near_one(chances, actual)} = "
    yield f"loss = {log if story.loss.is_log_loss else ''}{short(story.passed.loss)}"


def _near_one(chances: Array, actual: int) -> str:
    """Return a probability that 4 digits would round to 1 as 1 less the others'."""
    others = float(np.delete(chances, actual).sum())
    return f"(1 - {short(others)})" if 0.0 < others < NEAR_ONE else short(chances[actual])


def _loss_slopes(story: RowStory) -> Iterator[str]:
    """Yield the loss by the outputs: where the backward pass begins."""
    delta, loss = story.passed.deltas[-1], story.loss
    if story.probabilities is None or not loss.is_log_loss:
        formula = f"{_filled(story, loss.slope_formula)} = " if loss.slope_formula else ""
        yield f"loss by the {_output_word(story, 0)}: {formula}{short(delta[0])}"
        return
    assert story.classes is not None
    yield "loss by a margin: the probability, less 1 of the actual class"
    last = len(story.passed.sums) - 1
    for unit in _units(story, last):
        code = unit if len(delta) > 1 else 1
        hit = float(code == int(story.actual))
        chance = short(story.probabilities[code])
        word = _output_word(story, unit)
        yield f"  {word}: P({story.classes[code]}) {chance} - {short(hit)} = {short(delta[unit])}"


def _backward(story: RowStory) -> Iterator[str]:
    """Yield the gradient of each layer, from the last on."""
    if story.is_neuron:
        for unit in _units(story, 0):
            yield from _neuron_gradient(story, unit)
        yield from _units_left(story, 0)
        return
    for layer in reversed(_shown_layers(story)):
        if layer is None:
            yield f"... {_layers_left(story)}"
            continue
        yield _back_head(story, layer)
        for unit in _units(story, layer):
            yield from (f"  {line}" for line in _unit_gradient(story, layer, unit))
        yield from _units_left(story, layer)


def _neuron_gradient(story: RowStory, unit: int) -> Iterator[str]:
    """Yield the gradient by each param of one neuron: its delta times what the param meets."""
    delta, x, places = story.passed.deltas[0][unit], story.passed.inputs[0], story.places[0]
    shown = _largest(x, MOST_TERMS)
    factor = short(delta)
    rows = [
        [story.names[places.weights[i, unit]], f"{factor} × {short(x[i])} =", short(delta * x[i])]
        for i in shown
    ]
    left = len(x) - len(shown)
    if left:
        rows.append([counted(left, "more weight"), f"{factor} × no larger feature", ""])
    if story.biases:
        rows.append([story.names[places.bias[unit]], f"{factor} × 1 =", factor])
    yield from aligned(rows, left=True)


def _back_head(story: RowStory, layer: int) -> str:
    if _is_output(story, layer):
        return "output: a weight's is the loss by its sum × what comes in; a bias's × 1"
    assert story.activation is not None
    return (
        f"layer {layer + 1}: loss by a is weight × loss by z of the next layer, added up; loss by "
        f"z is that × s'(z), s'(z) = {story.activation.slope_formula}"
    )


def _unit_gradient(story: RowStory, layer: int, unit: int) -> Iterator[str]:
    """Yield how the loss depends on a unit's sum, and the gradient by its params."""
    passed, places = story.passed, story.places[layer]
    delta = short(passed.deltas[layer][unit])
    if not _is_output(story, layer):
        out, after = passed.layers[layer + 1].weights[unit], passed.deltas[layer + 1]
        by, arrived = _numbered(story, story.places[layer + 1].weights[unit]), passed.arrived[layer]
        yield (
            f"unit {unit + 1}: by a: {_written_sum(out, after)} = {short(arrived[unit])} ({by}); "
            f"by z: {short(arrived[unit])} × {short(passed.slopes[layer][unit])} = {delta}"
        )
    yield f"{_by_weights(story, layer, unit)}; {story.names[places.bias[unit]]}: {delta}"


def _by_weights(story: RowStory, layer: int, unit: int) -> str:
    """Return `weights 1 to 2: delta × (a, b) = (c, d)` of a unit, of many the largest."""
    delta, inputs = story.passed.deltas[layer][unit], story.passed.inputs[layer]
    shown = _largest(inputs, MOST_TERMS)
    names = _numbered(story, story.places[layer].weights[shown, unit])
    left = len(inputs) - len(shown)
    came = _tuple(inputs[shown])
    more = f" and {left:,} more, none larger" if left else ""
    return f"{names}: {short(delta)} × {came} = {_tuple(delta * inputs[shown])}{more}"


def _tuple(values: Sequence[float] | Array) -> str:
    """Return numbers in brackets, one alone without."""
    listed = ", ".join(short(value) for value in values)
    return f"({listed})" if len(values) > 1 else listed


def _part(story: RowStory) -> Iterator[str]:
    """Yield the row's gradient beside the mean over all rows, of the params that are shown."""
    if story.kept_back:
        yield "nothing: the row was kept back, so no step goes by it"
        return
    weighed = ""
    if story.weight is not None:
        weighed = f", this one with the weight {short(story.weight)} of {short(story.total_weight)}"
    yield f"the gradient of a step is the mean over its rows; all rows are {story.rows:,}{weighed}"
    rows = [
        [story.names[i], short(story.gradient[i]), short(story.mean_gradient[i])]
        for i in story.shown
    ]
    yield from aligned([["gradient by", "this row's loss", "the mean of all rows"], *rows])
    left = len(story.names) - len(story.shown)
    if left:
        yield f"... and {left:,} more params"
    if story.l2:
        yield f"the penalty adds l2 × weight, l2 = {short(story.l2)}"
