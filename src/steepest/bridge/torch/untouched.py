"""Evaluating a module without a trace: modes, hooks and random numbers are as they were.

A forward pass is no read: it calls the hooks of whoever watches, draws random numbers that the
training would have drawn, and in training mode moves running statistics. Parameters and buffers
are handed over as fresh tensors (`torch.func.functional_call`); the rest is put back here.
"""

import random
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

__all__ = ["BATCH_NORMS", "DROPOUTS", "HOOKS", "own_hooks", "same_random_state", "untouched"]

BATCH_NORMS = (nn.modules.batchnorm._BatchNorm, nn.modules.instancenorm._InstanceNorm)
"""What normalises by running statistics in evaluation mode, by the batch's in training mode."""

DROPOUTS = (nn.modules.dropout._DropoutNd,)
"""What leaves units out in training mode."""

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
"""Where a module keeps what is called with it."""


@contextmanager
def untouched(model: nn.Module, batch_statistics: bool, one_thread: bool) -> Iterator[None]:
    """Evaluate inside without dropout and with no hook but PyTorch's own; then all is as it was.

    With `batch_statistics` layers that normalise take those of the batch, else the running ones.
    `one_thread` is for little work, which several do no faster, and far slower where others work.
    """
    modules = list(model.modules())
    modes = [module.training for module in modules]
    hooks = [[vars(module)[name] for name in HOOKS] for module in modules]
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1 if one_thread else threads)
        for module, kept in zip(modules, hooks, strict=True):
            module.training = batch_statistics and isinstance(module, BATCH_NORMS)
            vars(module).update(zip(HOOKS, map(_of_torch, kept), strict=True))
        with same_random_state(), _plain_arithmetic():
            yield
    finally:
        torch.set_num_threads(threads)
        for module, mode, kept in zip(modules, modes, hooks, strict=True):
            module.training = mode
            vars(module).update(zip(HOOKS, kept, strict=True))


@contextmanager
def same_random_state() -> Iterator[None]:
    """Draw what one likes inside: the generators of PyTorch, NumPy and Python are then put back."""
    own, numpy_own = random.getstate(), np.random.get_state()  # noqa: NPY002
    there = torch.cuda.is_available() and torch.cuda.is_initialized()
    devices = range(torch.cuda.device_count()) if there else ()
    with torch.random.fork_rng(devices=devices):
        try:
            yield
        finally:
            random.setstate(own)
            np.random.set_state(numpy_own)  # noqa: NPY002


@contextmanager
def _plain_arithmetic() -> Iterator[None]:
    """Work out numbers in the types that the tensors have, with gradients, whatever is around."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda"):
            stack.enter_context(torch.autocast(kind, enabled=False))
        yield


def own_hooks(module: nn.Module) -> list[Callable[..., Any]]:
    """Return the hooks of a module that are the reader's: they are not called."""
    return [
        hook for name in HOOKS for hook in vars(module)[name].values() if not _is_of_torch(hook)
    ]


def _of_torch(hooks: "OrderedDict[int, Callable[..., Any]]") -> OrderedDict[int, Any]:
    """Return the hooks that are part of the function: PyTorch's own, as of spectral_norm."""
    return OrderedDict((key, hook) for key, hook in hooks.items() if _is_of_torch(hook))


def _is_of_torch(hook: Callable[..., Any]) -> bool:
    home = getattr(hook, "__module__", None) or type(hook).__module__
    return str(home).startswith("torch.")
