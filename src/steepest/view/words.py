"""The four steps of the lecture, in words, with the numbers of a run."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isnan

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted, pair, percent, plain, short
from steepest.trace import Step
from steepest.view.class_table import class_table
from steepest.view.ending import end_lines, limit_line, lowest_line
from steepest.view.metrics import fit_section
from steepest.view.section import Section, aligned
from steepest.view.step_words import rate_word, step_lines
from steepest.view.story import Story

__all__ = [
    "HEADINGS",
    "fall",
    "four_steps",
    "headings",
    "rate_in_words",
    "stated_loss",
    "tell",
    "tell_diagnosis",
]

Array = NDArray[np.float64]

HEADINGS = (
    "Start at a random bias and weight, and calculate the loss.",
    "Take a step in the direction with the steepest gradient.",
    "Calculate the new loss.",
    "Repeat steps 2 and 3.",
)
"""The four steps, as the lecture has them."""

MOST_LISTED = 8
"""Steps that are listed one by one."""

MOST_COLUMNS = 3
"""Params that have a column of their own in the table of steps."""


@np.errstate(over="ignore", invalid="ignore")
def tell(story: Story) -> str:
    """Return the whole story: title, steps, result, table, verdicts, notes, checks."""
    sections = [*four_steps(story), _result(story), *fit_section(story)]
    if story.probabilities is not None:
        sections.append(class_table(story))
    sections += [_verdict(verdict) for verdict in story.verdicts]
    sections += [*_notes(story), *_checks(story)]
    head = "\n".join([story.title, _how(story), *_reasons(story)])
    return "\n\n".join([head, *map(str, sections)])


def tell_diagnosis(story: Story) -> str:
    """Return how a run ended, what is wrong, what is worth knowing, and what was looked at."""
    end = Section("End", tuple(end_lines(story)))
    wrong = [_verdict(verdict) for verdict in story.verdicts]
    none = [] if wrong else [Section("No verdict", ("nothing that was looked at is wrong",))]
    sections = [end, *wrong, *none, *_notes(story), *_checks(story)]
    return "\n\n".join([story.title, *map(str, sections)])


def _how(story: Story) -> str:
    """Return loss, rule, learning rate and scale in one line."""
    plan, penalty = story.plan, story.plan.penalty
    said = [story.loss_in_words, f"rule {plan.rule.word}"]
    fades = plan.batch and plan.learning_rate == "auto" and not plan.rule.constant_rate
    fading = " (safe, and fading over the epochs)" if fades else ""
    said.append(f"learning rate {rate_in_words(story)}{fading}")
    said.append(f"scale {plan.scale}")
    penalties = ("l1", penalty.l1), ("l2", penalty.l2)
    said += [f"{name} {short(much)}" for name, much in penalties if much]
    if plan.batch:
        said.append(_batches(plan.batch, story.rows))
    if plan.dropout:
        said.append(f"{percent(plan.dropout)} of the hidden units left out at each step (dropout)")
    if plan.clip is not None:
        length = f"gradients clipped at the length {plain(plan.clip)} {story.coordinates}"
        said.append(length.rstrip())
    if story.dropped:
        said.append(f"{counted(story.dropped, 'row')} with gaps left out")
    if story.weightless:
        said.append(f"{counted(story.weightless, 'row')} of weight 0 left out")
    if story.validation_rows:
        said.append(f"{counted(story.validation_rows, 'row')} kept back for validation")
    return "; ".join(said)


def _batches(batch: int, rows: int) -> str:
    """Return on what steps are evaluated: a batch of more rows than there are has all."""
    if not rows:
        return f"batches of {counted(batch, 'row')}"
    if batch < rows:
        return f"mini-batches of {counted(batch, 'row')}"
    return f"batches of all {counted(rows, 'row')}, in random order"


def _reasons(story: Story) -> Iterator[str]:
    """Yield what a margin means, and why the run went so, where the reader did not choose it."""
    if story.inverse_link:
        yield f"a prediction is {story.inverse_link}"
    if story.plan.rule.draws_to_zero and story.plan.learning_rate != "auto":
        yield (
            "each step goes against the gradient of all but l1, then draws each weight towards 0 "
            "by learning rate × l1, and no further than 0"
        )
    if story.plan.reasons:
        yield f"chosen by auto: {story.plan.reasons}"
    if story.plan.afresh:
        yield story.plan.afresh
    if story.rows and not story.has_rows:
        need = "surface, page and resume need them"
        if story.had_again:
            need = f"surface and page need them, and resume {story.had_again}"
        yield (
            "saved without its rows: it predicts, and what is said of them was worked out before; "
            f"{need}"
        )


def rate_in_words(story: Story) -> str:
    """Return the learning rate that was asked for, a number with all its digits."""
    rate = story.plan.rate_in_words
    return rate if isinstance(rate, str) else plain(rate)


def four_steps(story: Story) -> list[Section]:
    """Return the four steps, each with its numbers."""
    lines = [tuple(_start_lines(story, story.trace[0]))]
    if story.move is not None:
        lines += [tuple(step_lines(story, story.move)), (fall(story),)]
    else:
        lines += [("none was taken",)] * 2
    lines.append(tuple(_repeat_lines(story)))
    numbered = enumerate(zip(headings(story), lines, strict=True), start=1)
    return [Section(f"Step {n}  {heading}", under) for n, (heading, under) in numbered]


def headings(story: Story) -> tuple[str, ...]:
    """Return the headings of the four steps; a start that was given is not called random.

    A step of a rule that may turn it is one in the direction of that rule.
    """
    several = story.params_in_words.endswith("s")
    random = "random" if several else "a random"
    article = random if story.plan.random_start else "the given"
    rule = story.plan.rule
    is_turned = not (rule.first_step_is_steepest or rule.searches_plane)
    return (
        HEADINGS[0].replace("a random bias and weight", f"{article} {story.params_in_words}"),
        f"Take a step in the direction of the rule {rule.name}." if is_turned else HEADINGS[1],
        *HEADINGS[2:],
    )


def _start_lines(story: Story, start: Step) -> Iterator[str]:
    if story.plan.random_start:
        drawn = f": {story.start_in_words}" if story.start_in_words else ""
        yield f"seed {story.plan.seed}{drawn}"
    yield from _values(story, start)
    loss, of_rows = stated_loss(start, _of_batch(story))
    yield f"{story.loss_label}: {short(loss)}{of_rows}"


def stated_loss(step: Step, of_batch: str = "") -> tuple[float, str]:
    """Return the loss that is said of a step, and of which rows it is.

    Its own, of those of `of_batch`; or that of all rows, where a loop that was watched did not give
    its own.
    """
    if isnan(step.loss) and not isnan(step.full_loss):
        return step.full_loss, " of all rows"
    return step.loss, of_batch


def _values(story: Story, step: Step) -> Iterator[str]:
    """Yield the params of a step, with their units."""
    for i in story.shown_params:
        yield f"{story.long_word(i)} = {short(step.params[i])} {story.param_units[i]}".rstrip()
    more = len(story.param_names) - len(story.shown_params)
    if more > 0:
        yield f"... and {more} more"


def _of_batch(story: Story) -> str:
    if story.plan.batch:
        return f" of the first {story.batch_in_words}"
    return f" of {story.trace[0].rows:,} rows drawn at random" if story.by_samples else ""


def fall(story: Story) -> str:
    """Return the loss after the first step and by how much it fell."""
    (before, of_rows), (after, _) = (stated_loss(story.trace[i]) for i in (0, 1))
    change = after - before
    share = percent(abs(change) / abs(before)) if before else "-"
    sign = "fell" if change < 0 else "rose"
    change_in_words = f"it {sign} by {short(abs(change))} ({share})" if change else "it stayed"
    fallen = f"{short(before)} → {short(after)}: {change_in_words}"
    if of_rows:
        return f"{fallen}, both{of_rows}"
    if story.plan.batch:
        return f"{fallen}, each on its own {story.batch_in_words}"
    return f"{fallen}, on rows drawn at random" if story.by_samples else fallen


def _repeat_lines(story: Story) -> Iterator[str]:
    yield from _manners(story)
    yield from _step_table(story)
    yield story.stop.message


def _manners(story: Story) -> Iterator[str]:
    """Yield what the steps have in common that their table does not say."""
    if _has_momentum(story):
        yield "each step is learning rate × direction + momentum × the step before it"
    if story.by_samples:
        yield "; ".join(_samples(story))
    anew = story.trace.whitened
    if len(anew):
        listed = ", ".join(f"{at:,}" for at in anew[:MOST_LISTED])
        more = f" and {len(anew) - MOST_LISTED:,} more" if len(anew) > MOST_LISTED else ""
        step = "step" if len(anew) == 1 else "steps"
        yield f"the coordinates were whitened anew at {step} {listed}{more}"
    if story.coordinates:
        yield f"the length of the gradient is given {story.coordinates}"
    if story.trace.last.least:
        yield "the last is no step of the rule: it leads to the least weights of the same loss"


def _by_some_rows(story: Story) -> bool:
    """Return whether steps are by some rows only, so that there are two losses of each."""
    return story.by_samples or story.plan.batch is not None


def _has_momentum(story: Story) -> bool:
    """Return whether a step took some of the step before it once more, as a search found best."""
    return bool(story.trace.momenta[:-1].any())


def _samples(story: Story) -> Iterator[str]:
    """Yield how many rows the steps saw: `steps 0 to 5 saw 7,812 of 1,000,000 rows`."""
    rows = story.trace.rows
    begins = [0, *(np.flatnonzero(np.diff(rows)) + 1), len(rows)]
    for first, after in pairwise(begins):
        steps = f"step {first:,}" if after - first == 1 else f"steps {first:,} to {after - 1:,}"
        count = int(rows[first])
        whole = "all" if count == story.rows else f"{count:,} of"
        yield f"{steps} saw {whole} {story.rows:,} rows"


def _step_table(story: Story) -> list[str]:
    """Return the steps that a person reads: the first, then powers of two, then the last."""
    shown = story.shown_params
    columns = shown[-MOST_COLUMNS:] if story.rows else shown[:MOST_COLUMNS]
    loss = "batch loss" if story.plan.batch else "loss"
    loss = "sample's loss" if story.by_samples else loss
    heads = ["step", *(story.param_words[i] for i in columns), loss]
    heads += ["loss of all rows"] if _by_some_rows(story) else []
    heads += ["loss of rows kept back"] if story.validation_rows else []
    heads += ["gradient", "learning rate"]
    heads += ["momentum"] if _has_momentum(story) else []
    rows = [_cells(story, story.trace[i], columns) for i in _read_steps(len(story.trace))]
    return aligned([heads, *rows])


def _cells(story: Story, step: Step, columns: Sequence[int]) -> list[str]:
    cells = [f"{step.index:,}", *(_known(step.params[i]) for i in columns), short(step.loss)]
    if _by_some_rows(story):
        cells[-1] = _known(step.loss)
        cells.append(_known(step.full_loss))
    if story.validation_rows:
        cells.append(_known(step.validation_loss))
    cells += [_known(step.steepness), rate_word(story, step.learning_rate)]
    return [*cells, short(step.momentum)] if _has_momentum(story) else cells


def _known(number: float, otherwise: str = "") -> str:
    """Return a number, or what stands for one that was not worked out."""
    return otherwise if np.isnan(number) else short(number)


def _read_steps(count: int) -> list[int]:
    powers = {2**i for i in range(count.bit_length()) if 2**i < count}
    return sorted({0, 1, 2, 3} & set(range(count)) | powers | {count - 1})


def _result(story: Story) -> Section:
    result = story.result
    lines = list(_values(story, result))
    if story.bases:
        held = ", ".join(f"{name}={level}" for name, level in story.bases.items())
        effect = "which the bias holds" if story.biases else "which adds 0"
        lines.append(f"weights of levels are against {held}, {effect}")
    lines += _resting(story, result)
    of_all = short(result.full_loss)
    if _by_some_rows(story):
        of_all = _known(result.full_loss, "not known of all rows")
    lines.append(f"{story.loss_label}: {of_all}")
    lines += _held_out(story, result)
    lines += [lowest_line(story), limit_line(story)]
    best = "" if result.index == len(story.trace) - 1 else f", {_best(story)}: {result.index:,}"
    return Section(f"Result after {counted(len(story.trace) - 1, 'step')}{best}", tuple(lines))


def _best(story: Story) -> str:
    """Return what the result is where it is not the last step: of mini-batches, best of which."""
    known = int(np.sum(~np.isnan(story.trace.full_losses)))
    by_validation = story.stop.reason == "validation" or not _by_some_rows(story)
    if by_validation or known == len(story.trace) or story.trace.best.index != story.result.index:
        return "the best step"
    return f"the best of the {known:,} steps at which the loss of all rows was measured"


def _held_out(story: Story, result: Step) -> Iterator[str]:
    """Yield the loss of the rows kept back at the result, and where it was lowest."""
    best = story.trace.best_validated
    if best is None:
        return
    rows = counted(story.validation_rows, "row")
    here, least = pair(result.validation_loss, best.validation_loss)
    lowest = f"lowest at step {best.index:,}: {least}"
    loss = "loss without the penalty" if story.plan.penalty else "loss"
    yield f"{loss} of the {rows} kept back: {here}; {lowest}"


def _resting(story: Story, result: Step) -> Iterator[str]:
    """Yield how many weights L1 has brought to rest at 0."""
    if story.plan.penalty.l1:
        weights = result.params[: len(story.param_names) - story.biases]
        yield f"exactly 0: {np.sum(weights == 0.0):,} of {counted(len(weights), 'weight')}"


def _verdict(verdict: Verdict) -> Section:
    remedy, source = f"what to do: {verdict.remedy}", f"source: {verdict.source}"
    return Section(f"Verdict ({verdict.level}): {verdict.message}", (remedy, source))


def _notes(story: Story) -> Iterator[Section]:
    """Yield what is worth knowing, if anything is."""
    if story.notes:
        yield Section("Worth knowing", tuple(note.message for note in story.notes))


def _checks(story: Story) -> Iterator[Section]:
    """Yield what was looked at and what was not; nothing of a file from before that was kept."""
    if story.checks:
        yield Section("Looked at", tuple(map(str, story.checks)))
