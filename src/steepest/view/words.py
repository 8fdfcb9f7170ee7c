"""The four steps of the lecture, told with the numbers of a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.verdict import Verdict
from steepest.trace import Step
from steepest.view.numerals import counted, percent, short, signed
from steepest.view.scene import Scene

__all__ = ["HEADINGS", "Part", "four_steps", "tell", "update_line"]

Array = NDArray[np.float64]

HEADINGS = (
    "Step 1  Start at a random bias and weight, and calculate the loss.",
    "Step 2  Take a step in the direction with the steepest gradient.",
    "Step 3  Calculate the new loss.",
    "Step 4  Repeat steps 2 and 3.",
)

MOST_PARAMS = 6
"""Params that are told one by one; of more, those that matter most."""

MOST_COLUMNS = 3
"""Params that have a column of their own in the table of steps."""

MOST_TABLE_ROWS = 12
"""Rows of the table of actual and predicted that are told; of more, those that cost most."""


@dataclass(frozen=True)
class Part:
    """A heading and the lines under it."""

    heading: str
    lines: tuple[str, ...]


def tell(scene: Scene) -> str:
    """Return the whole story: title, the four steps, the result, the table, the verdicts."""
    parts = [*four_steps(scene), _result(scene)]
    if scene.classes is not None:
        parts.append(_table(scene))
    parts += [_verdict(verdict) for verdict in scene.verdicts]
    told = [f"{scene.title}\n{_how(scene)}"]
    told += ["\n".join([part.heading, *(f"  {line}" for line in part.lines)]) for part in parts]
    return "\n\n".join(told)


def _how(scene: Scene) -> str:
    """Return loss, rule, learning rate and scale in one line."""
    choices = scene.choices
    said = [f"loss {choices.loss}: mean of {scene.loss.formula}", f"rule {choices.rule}"]
    said.append(f"learning rate {choices.learning_rate}")
    said.append(f"scale {choices.scale}")
    if choices.l2:
        said.append(f"l2 {short(choices.l2)}")
    if choices.batch:
        said.append(f"mini-batches of {choices.batch} rows")
    if scene.dropped:
        said.append(f"{counted(scene.dropped, 'row')} with gaps left out")
    return "; ".join(said)


def four_steps(scene: Scene) -> list[Part]:
    """Return the four steps, each with its numbers."""
    start = scene.trace[0]
    first = HEADINGS[0] if scene.choices.random_start else _given_start(HEADINGS[0])
    parts = [Part(first, tuple(_start_lines(scene, start)))]
    if len(scene.trace) > 1:
        after = scene.trace[1]
        parts.append(Part(HEADINGS[1], tuple(_step_lines(scene, start, after))))
        parts.append(Part(HEADINGS[2], (_fall(scene, start, after),)))
    parts.append(Part(HEADINGS[3], tuple(_repeat_lines(scene))))
    return parts


def _given_start(heading: str) -> str:
    return heading.replace("a random bias and weight", "the given bias and weight")


def _start_lines(scene: Scene, start: Step) -> Iterator[str]:
    if scene.choices.random_start:
        yield f"seed {scene.choices.seed}"
    for i in _telling(start.params):
        yield _value(scene, start, i)
    yield from _left_out(scene)
    yield f"{scene.loss_label}: {short(start.loss)}{_of_batch(scene)}"


def _value(scene: Scene, step: Step, i: int) -> str:
    """Return a param with its value, and what it is the weight of if its word does not say."""
    word, name = scene.param_words[i], scene.param_names[i]
    told = word if word == name else f"{word} of {name}"
    return f"{told} = {short(step.params[i])} {scene.param_units[i]}".rstrip()


def _of_batch(scene: Scene) -> str:
    return " of the first mini-batch" if scene.choices.batch else ""


def _step_lines(scene: Scene, start: Step, after: Step) -> Iterator[str]:
    told = _telling(start.gradient)
    moved = after.params - start.params
    parts = ", ".join(f"{scene.param_words[i]} {short(start.gradient[i])}" for i in told)
    yield f"gradient: {parts}; its length {short(start.gradient_norm)}"
    yield _direction(scene, start, moved, told)
    for i in told:
        yield update_line(scene, start, after, i)
    yield from _left_out(scene)
    yield f"size of the step: {short(float(np.linalg.norm(moved)))}"


def _direction(scene: Scene, start: Step, moved: Array, told: Sequence[int]) -> str:
    """Return the direction of the step as a vector of length 1."""
    length = float(np.linalg.norm(moved))
    if not length:
        return "direction: none, the gradient gives no way down"
    parts = ", ".join(f"{scene.param_words[i]} {signed(moved[i] / length)}" for i in told)
    if scene.choices.is_textbook:
        return f"direction of steepest descent, against it: {parts}"
    return f"direction ({scene.choices.rule}, scale {scene.choices.scale}): {parts}"


def update_line(scene: Scene, start: Step, after: Step, i: int) -> str:
    """Return the update of param i written out: `weight 0.42 - 0.1 x -3.1 = 0.73`."""
    name, old, new = scene.param_words[i], short(start.params[i]), short(after.params[i])
    rate = start.learning_rate
    if scene.choices.is_textbook:
        return f"{name} {old} - {short(rate)} x {short(start.gradient[i])} = {new}"
    if not rate:
        return f"{name} {old} stays"
    along = (after.params[i] - start.params[i]) / rate
    return f"{name} {old} + {short(rate)} x {short(along)} = {new}"


def _fall(scene: Scene, start: Step, after: Step) -> str:
    """Return the new loss and by how much it fell."""
    change = after.loss - start.loss
    share = percent(abs(change) / abs(start.loss)) if start.loss else "-"
    way = "fell" if change < 0 else "rose"
    told = f"{short(start.loss)} -> {short(after.loss)}: it {way} by {short(abs(change))} ({share})"
    return f"{told}, each on its own mini-batch" if scene.choices.batch else told


def _repeat_lines(scene: Scene) -> Iterator[str]:
    yield from _step_table(scene)
    yield scene.stop.message


def _step_table(scene: Scene) -> list[str]:
    """Return the steps that a person reads: the first, then powers of two, then the last."""
    columns = list(_telling(scene.result.params, MOST_COLUMNS))
    loss = "batch loss" if scene.choices.batch else "loss"
    heads = ["step", *(scene.param_words[i] for i in columns), loss]
    heads += ["loss of all rows"] if scene.choices.batch else []
    heads += ["gradient", "learning rate"]
    rows = [_cells(scene, scene.trace[i], columns) for i in _read_steps(len(scene.trace))]
    return _aligned([heads, *rows])


def _cells(scene: Scene, step: Step, columns: Sequence[int]) -> list[str]:
    cells = [f"{step.index:,}", *(short(step.params[i]) for i in columns), short(step.loss)]
    if scene.choices.batch:
        cells.append("" if np.isnan(step.full_loss) else short(step.full_loss))
    return [*cells, short(step.gradient_norm), short(step.learning_rate)]


def _read_steps(count: int) -> list[int]:
    powers = {2**i for i in range(count.bit_length()) if 2**i < count}
    return sorted({0, 1, 2, 3} & set(range(count)) | powers | {count - 1})


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines, each column as wide as its widest, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]


def _result(scene: Scene) -> Part:
    result = scene.result
    lines = [_value(scene, result, i) for i in _telling(result.params)]
    lines += list(_left_out(scene))
    lines.append(f"{scene.loss_label}: {short(result.full_loss)}")
    best = "" if result.index == len(scene.trace) - 1 else f", the best step: {result.index:,}"
    return Part(f"Result after {counted(len(scene.trace) - 1, 'step')}{best}", tuple(lines))


def _telling(values: Array, most: int = MOST_PARAMS) -> Sequence[int]:
    """Return which params to tell: all if they are few, else the largest and the last, a bias."""
    if len(values) <= most:
        return range(len(values))
    largest = np.argsort(-np.abs(values[:-1]), kind="stable")[: most - 1]
    return [*sorted(int(i) for i in largest), len(values) - 1]


def _left_out(scene: Scene) -> Iterator[str]:
    more = len(scene.param_words) - MOST_PARAMS
    if more > 0:
        yield f"... and {more} more"


def _table(scene: Scene) -> Part:
    """Return actual class against predicted probability, and what each row adds to the loss."""
    assert scene.classes is not None and scene.probabilities is not None
    assert scene.actual is not None
    total = scene.costs.sum()
    heads = ["row", "actual", *(f"P({name})" for name in scene.classes), "-log P", "share"]
    order = _costliest(scene.costs)
    rows = [
        [
            str(row + 1),
            scene.classes[scene.actual[row]],
            *(f"{p:.4f}" for p in scene.probabilities[row]),
            f"{scene.costs[row]:.4f}",
            percent(scene.costs[row] / total) if total else "-",
        ]
        for row in order
    ]
    lines = _aligned([heads, *rows])
    return Part(_table_heading(scene, len(order)), (*lines, *_sum_lines(scene, order)))


def _table_heading(scene: Scene, shown: int) -> str:
    if shown == scene.rows:
        return f"Actual against predicted, all {shown} rows"
    return f"Actual against predicted, the {shown} rows of {scene.rows:,} that cost most"


def _sum_lines(scene: Scene, order: Sequence[int]) -> Iterator[str]:
    total = float(scene.costs.sum())
    rest = total - float(scene.costs[list(order)].sum())
    if len(order) < scene.rows:
        yield f"the other {scene.rows - len(order):,} rows together: {rest:.4f}"
    mean = total / scene.rows
    yield f"cross entropy = sum / rows = {total:.4f} / {scene.rows:,} = {short(mean)}"
    if scene.choices.l2:
        yield f"with the penalty: {short(scene.result.full_loss)}"


def _costliest(costs: Array) -> list[int]:
    """Return all rows in order if they are few, else those that cost most, dearest first."""
    if len(costs) <= 2 * MOST_TABLE_ROWS:
        return list(range(len(costs)))
    return [int(i) for i in np.argsort(-costs, kind="stable")[:MOST_TABLE_ROWS]]


def _verdict(verdict: Verdict) -> Part:
    remedy, source = f"what to do: {verdict.remedy}", f"source: {verdict.source}"
    return Part(f"Verdict ({verdict.level}): {verdict.message}", (remedy, source))
