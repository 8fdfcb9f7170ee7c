"""PyTorch: a module, its loss and its data as an objective of ours, and planes through it.

`objective` is the loss as a function of one vector, which `params` splits into the module's
tensors; `batches` reads the data once, `sample` some rows of them, `criterion` weighs batches as
the loss itself would, `derivatives` checks second ones, `untouched` puts modes, hooks and random
numbers back. `surface` is what `st.torch` offers, `preview` finds how many rows there is time for,
`pictured` how many points; `on_plane` chooses among the methods to work out a plane:
`known_network` by our kernels, `first_layer` once for all points.

`watch` is a training that somebody else runs: `listening` hears it by hooks, `recorder` makes each
`point` and step of what `tensors` do (`heard` is what is heard of a backward
pass, `losses` the losses of steps by theirs, `steps` all numbers of many at once, `left_over` finds
gradients that were not cleared), `recording` keeps them in `rows`, and these in
a `spill` once they are many, and with `projecting` where all lie on the plane that is drawn; of
all that is `watching` `watched_run` and `watched_trace` make a run, `rules` names its optimizer,
`factor` by what the loss entered, `curvature` has the limit, `told` has the notes, `lost` where its
loss became no number; `trying` tries loss and data before it begins. `lightning_callback`
watches Lightning's trainer.
"""

from steepest.bridge.torch.lightning_callback import LightningCallback
from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.surface import TorchSurface, objective, surface
from steepest.bridge.torch.watch import Watched, watch

__all__ = [
    "LightningCallback",
    "TorchObjective",
    "TorchSurface",
    "Watched",
    "objective",
    "surface",
    "watch",
]
