"""What is said of a training that was watched, beside its numbers: whose steps, at what cost."""

from collections.abc import Iterator

import numpy as np

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.steps import Steps
from steepest.bridge.torch.untouched import BATCH_NORMS, DROPOUTS
from steepest.bridge.torch.watching import Watching
from steepest.diagnosis.note import Note
from steepest.numerals import counted, percent, short

__all__ = ["notes_of"]

CLIPPED = 1e-4
"""The share by which an optimizer's gradient must differ from autograd's to be another."""

MOST_LAYERS = 4
"""Tensors that are told one by one: those that moved most."""


def notes_of(watching: Watching, steps: Steps, measured: int, by_all: bool) -> Iterator[Note]:
    """Yield what is worth knowing of a training: its cost, its loss, its rates, its gradients."""
    yield _cost(watching, len(steps.losses) - 1)
    yield _losses(watching, steps, measured, by_all)
    yield from (Note("data", said, {}) for said in _data(watching))
    recording = watching.recording
    yield from _factor(steps, watching.factor)
    yield from _idle(recording)
    yield from _rates(recording)
    if watching.known.decay:
        yield Note(
            "weight decay",
            f"weight_decay {short(watching.known.decay)} adds so much of each weight to its "
            "gradient; the losses and gradients that are told are without it",
            {"weight_decay": watching.known.decay},
        )
    yield from _gradients(recording, steps)
    yield from _layers(recording)


def _cost(watching: Watching, steps: int) -> Note:
    """Return what watching cost."""
    kept = watching.recording
    each = watching.cost / max(steps if kept.stepped else kept.passes, 1)
    share = watching.cost / watching.seconds if watching.seconds else 0.0
    whole = "with the whole gradient kept, " * kept.keeps_gradients
    thinned = f"; one step in {kept.stride:,} kept its weights" if kept.stride > 1 else ""
    if kept.spilled:
        thinned += f", {kept.spilled / 2**20:.0f} MB of them in a temporary file"
    return Note(
        "watching",
        f"watched in the loop of {kept.length_in_words}: {whole}it took {1e3 * each:.2g} ms a "
        f"{'step' if kept.stepped else 'pass'}, {percent(share)} of the time{thinned}",
        {
            "seconds": watching.cost,
            "share": share,
            "steps": float(steps),
            "stride": float(kept.stride),
            "spilled": float(kept.spilled),
        },
    )


def _losses(watching: Watching, steps: Steps, measured: int, by_all: bool) -> Note:
    """Return which losses are known, and how."""
    begun = steps.begun
    heard = int((begun.heard > 0).sum())
    loop = f"the loop's own loss is not known, since {watching.unheard}"
    if heard:
        loop = _heard(begun, heard)
        lost = int(((begun.heard > 0) & ~np.isfinite(begun.losses)).sum())
        loop += f", {lost:,} of them no finite number" if lost else ""
    if watching.objective is None:
        rest = f"{watching.why_unmeasured}, so the loss of all rows is not known"
    elif by_all:
        rest = f"it is that of all rows: so it was at each of {measured:,} points, worked out anew"
    else:
        rest = f"that of all rows was worked out afterwards at {counted(measured, 'point')}"
        saw_all = (begun.rows >= watching.total_rows).all() and not (begun.whole == 0.0).any()
        if heard and saw_all:
            rest += f", and is another, though the loop saw all: {_why_another(watching.objective)}"
    return Note("losses", f"{loop}; {rest}", {"heard": float(heard), "measured": float(measured)})


def _why_another(objective: TorchObjective) -> str:
    """Return why the loss of all rows may be another than a loop's that saw as many rows."""
    layers = {
        "dropout is off": DROPOUTS,
        "the statistics of normalisation are others": BATCH_NORMS,
    }
    modules = list(objective.model.modules())
    found = [said for said, kinds in layers.items() if any(isinstance(m, kinds) for m in modules)]
    if not found:
        return "its rows or the type of its numbers are others there"
    return f"{' and '.join(found)} there, or the data are others"


def _heard(begun: Steps, heard: int) -> str:
    """Return whose the losses are that were heard: all of what backward was called on, or not."""
    whole = begun.whole[np.isfinite(begun.losses)]
    if (whole == 0.0).any():
        return (
            f"in {counted(int((whole == 0.0).sum()), 'step')} backward was called on another "
            "number than the criterion said, such as one with a penalty: the loss of such a step "
            "is that number"
        )
    if (whole == 1.0).all():
        return f"the loss of each step is the loop's own, as it was heard {counted(heard, 'time')}"
    return (
        f"the loss of each step is what the criterion said in its backward pass, heard "
        f"{counted(heard, 'time')}; whether the loop added more to it is not known"
    )


def _factor(steps: Steps, stepped_by: float) -> Iterator[Note]:
    """Yield by what the loss entered what was descended, if that is not 1."""
    known = steps.factors[np.isfinite(steps.factors)]
    if not len(known) or np.abs(known - 1.0).max() <= CLIPPED:
        return
    least, most = float(known.min()), float(known.max())
    same = most - least <= CLIPPED * max(abs(least), abs(most))
    limit = "the gradients, and the limit of the learning rate, are of that"
    of = limit if abs(stepped_by - most) <= CLIPPED * abs(most) else "the gradients are of that"
    by = short(most) if same else f"{short(least)} to {short(most)}"
    yield Note(
        "factor",
        f"backward was called on {by} times the loss that is told: {of}",
        {"least": least, "most": most},
    )


def _idle(recording: Recording) -> Iterator[Note]:
    """Yield which tensors ask for a gradient and are stepped by nobody."""
    names = [recording.tensors.names[at] for at in recording.idle]
    if names:
        listed = ", ".join(names[:MOST_LAYERS]) + ", ..." * (len(names) > MOST_LAYERS)
        one = len(names) == 1
        yield Note(
            "in no optimizer",
            f"{counted(len(names), 'tensor')} {'asks' if one else 'ask'} for a gradient and "
            f"{'is' if one else 'are'} in no optimizer that stepped: {listed}; "
            f"{'it stays' if one else 'they stay'} as at the start, and the gradient lengths that "
            "are told have theirs too, as far as the loop cleared them",
            {"tensors": float(len(names))},
        )


def _data(watching: Watching) -> tuple[str, ...]:
    return () if watching.objective is None else watching.objective.batches.said


def _rates(recording: Recording) -> Iterator[Note]:
    """Yield that groups of params had rates of their own, if they had."""
    several = recording.several_rates
    if several:
        listed = ", ".join(map(short, several))
        yield Note(
            "rates",
            f"groups of params have learning rates of their own, at last {listed}; the one that is "
            "told of a step is that of the group with most params",
            {"groups": float(len(several))},
        )


def _gradients(recording: Recording, steps: Steps) -> Iterator[Note]:
    """Yield what became of gradients other than a step by them."""
    if recording.unused:
        first = recording.unused[0]
        count = len(recording.unused)
        yield Note(
            "unused gradients",
            f"{counted(count, 'gradient')} {'was' if count == 1 else 'were'} thrown away, the "
            f"first at step {first:,}, and no step was taken: the loop, or a GradScaler, skips it "
            "where it is not finite",
            {"unused": float(count), "first": float(first)},
        )
    if recording.aside:
        yield Note(
            "looked aside",
            f"{counted(recording.aside, 'gradient')} were taken elsewhere within steps, by a "
            "closure or a rule that looks aside; the gradient told is that where a step began",
            {"aside": float(recording.aside)},
        )
    if recording.by_hand:
        yield Note(
            "gradients by hand",
            f"in {counted(recording.by_hand, 'step')} no backward pass made the gradient: it is "
            "told as the optimizer was given it",
            {"by_hand": float(recording.by_hand)},
        )
    changed = np.isfinite(steps.given) & (np.abs(steps.given - 1.0) > CLIPPED)
    if changed.any():
        least = float(steps.given[changed].min())
        yield Note(
            "changed gradients",
            f"in {counted(int(changed.sum()), 'step')} the optimizer was given another gradient "
            f"than autograd made, by a factor down to {short(least, 3)}: clipped, or of a scaled "
            "loss (then give watch the scaler); told is what autograd made",
            {"changed": float(changed.sum()), "least": least},
        )


def _layers(recording: Recording) -> Iterator[Note]:
    """Yield how far the last step that is kept moved the tensors that it moved most, measured."""
    at, _, moves = recording.layers()
    whole = np.flatnonzero(moves.any(axis=1) & np.isfinite(moves).all(axis=1))
    if not len(whole) or len(recording.tensors.names) < 2:
        return
    last = moves[whole[-1]]
    most = np.argsort(-last, kind="stable")[:MOST_LAYERS]
    listed = ", ".join(f"{recording.tensors.names[i]} by {short(float(last[i]))}" for i in most)
    yield Note(
        "step by layer",
        f"step {int(at[whole[-1]]):,} moved {listed}, as the weights themselves say",
        {recording.tensors.names[i]: float(last[i]) for i in most},
    )
