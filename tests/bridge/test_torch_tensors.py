"""What is worked out of the tensors of a watched model, by numbers that PyTorch works out alone."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="pip install 'steepest[torch]'")

from steepest.bridge.torch.tensors import SHORT, Tensors  # noqa: E402

nn = torch.nn

pytestmark = pytest.mark.filterwarnings("error")

SHAPES = ((3, 2), (), (0,), (SHORT + 1,), (SHORT,), (5,))
"""Short and long tensors, one without numbers, one number."""


@pytest.mark.parametrize("kind", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [1.0, 1e-25, 1e30, float("nan")])
def test_lengths_of_short_and_long_tensors_are_those_of_pytorch(kind: object, size: float) -> None:
    """Squares leave float32 at 1e30, and the lengths are there all the same."""
    draw = torch.Generator().manual_seed(0)
    model = nn.Module()
    for i, shape in enumerate(SHAPES):
        one = torch.randn(shape, generator=draw).to(kind) * size
        setattr(model, f"p{i}", nn.Parameter(one))
        getattr(model, f"p{i}").grad = one.detach() * 2.0
    tensors = Tensors(model)
    expected = np.array([torch.linalg.vector_norm(one.detach().double()) for one in tensors.all])
    relative = 1e-12 if kind is torch.float64 else 1e-5
    found = tensors.gradient_lengths(set(range(len(SHAPES)))).double().numpy()
    np.testing.assert_allclose(found, 2.0 * expected, rtol=relative)
    row = tensors.weights()
    moved = tensors.moved(torch.zeros_like(row), row).double().numpy()
    np.testing.assert_allclose(moved, expected, rtol=relative)
