"""Symmetry: units of a network that start alike, and so stay alike for ever."""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.remedies import remedy
from steepest.diagnosis.verdict import Verdict

__all__ = ["judge_symmetry"]


def judge_symmetry(evidence: Evidence) -> Verdict | None:
    """Return the verdict on hidden layers whose units are all alike, None if there are none.

    To exchange two units that have the same weights in and out changes neither params nor loss, so
    the gradient by both is the same, and so is each step of every rule that treats params alike.
    """
    alike = evidence.objective.alike_layers(evidence.trace.first.params)
    still = set(evidence.objective.alike_layers(evidence.trace.last.params))
    layers = [layer for layer in alike if layer in still]
    if not layers:
        return None
    which = f"hidden layer{'s' if len(layers) > 1 else ''} {', '.join(map(str, layers))}"
    return Verdict(
        level="proved",
        name="symmetry",
        message=(
            f"all units of {which} have the same weights in and out since the start, so their "
            "gradients are the same and they stay alike for ever: such a layer computes no more "
            "than one unit would, and where the gradient is 0 the loss need not be lowest"
        ),
        numbers={"layers": float(len(layers)), "first": float(layers[0])},
        remedy=remedy(
            evidence,
            "start elsewhere: leave out init and start, or choose init = random",
            "start elsewhere: leave the weights as PyTorch draws them, or draw them by "
            "torch.nn.init.xavier_uniform_",
        ),
        source="Rumelhart, Hinton & Williams 1986, Learning internal representations by error "
        "propagation, section on symmetry breaking",
    )
