#!/bin/sh
# torch 2.13.0 (PyPI).
#
# One would guess: `torch.optim.SGD(params, lr=0.1)` makes a small object; nothing is compiled, and
# nothing is asked to be.
#
# What happens: the first optimizer that a process makes imports the compiler's front end, some 800
# modules: torch._dynamo, torch._inductor and SymPy, which `import torch` leaves out. That takes
# seconds; the second optimizer takes well under a millisecond.
#
# Who meets it: whoever times a training, its first epoch or a short script, who then finds the loop
# slow; and whoever makes a small model in a worker process or a test.
#
# Needs python3 with venv, and PyPI (torch: some 200 MB on the CPU). Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 numpy
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import time

import torch

COMPILER = ("torch._dynamo", "torch._inductor", "sympy")
weight = torch.nn.Parameter(torch.zeros(2))
for turn in ("first", "second"):
    before, start = set(sys.modules), time.perf_counter()
    torch.optim.SGD([weight], lr=0.1)
    seconds, loaded = time.perf_counter() - start, set(sys.modules) - before
    came = [name for name in COMPILER if name in loaded]
    print(f"the {turn} SGD: {seconds:.4f} s, {len(loaded)} modules imported, of them {came}")
    assert (came == list(COMPILER) and len(loaded) > 500) if turn == "first" else not loaded
PYTHON
