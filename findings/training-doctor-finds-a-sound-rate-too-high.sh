#!/bin/sh
# training-doctor 0.1.0 (PyPI; Python 3.11).
#
# One would guess: of a training that goes well, whose loss falls at every step, nothing is said, least
# of all at its highest level; and of one that diverges, that the rate is too high, and not the reverse.
#
# What happens: of plain descent on a parabola at a quarter of the limit 2/curvature, whose loss is
# quartered at each step, and at 1.2 of the limit, whose loss grows at each step, it says the same
# three things: "Learning rate likely too high", "Learning rate may be too low", and "Gradient
# instability detected". (Sizes of falling gradients vary a lot, which is taken for spikes.)
#
# Who meets it: whoever logs a training by the call that the README shows.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check training-doctor==0.1.0
cd "$folder"
venv/bin/python - <<'PYTHON'
from training_doctor import Doctor


def said(share):
    """The problems told of 300 steps on f(w) = w^2 / 2 from 60, at a share of the limit 2."""
    doctor, weight, rate = Doctor().set_auto_print(False), 60.0, 2.0 * share
    losses = []
    for step in range(300):
        losses.append(weight**2 / 2)
        doctor.log(step=step, loss=losses[-1], grad_norm=abs(weight), lr=rate)
        weight -= rate * weight
    return losses, {one.problem for one in doctor.diagnoses}


losses, sound = said(0.25)
print("at 0.25 of the limit:", sorted(sound))
assert all(after <= before for before, after in zip(losses, losses[1:]))
losses, beyond = said(1.2)
print("at 1.2 of the limit:", sorted(beyond))
assert all(after > before for before, after in zip(losses, losses[1:]))
assert sound == beyond == {
    "Gradient instability detected",
    "Learning rate likely too high",
    "Learning rate may be too low",
}
PYTHON
