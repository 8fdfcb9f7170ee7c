"""The page draws NumPy's own random numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from proved import paired

SEEDS = [*range(20), 42, 12345, 2**31, 2**32 - 1, 2**32, 2**40 + 7, 2**53 - 1]

KEYS = [[], [0], [1], [0, 3], [2**32 - 1, 0, 7]]

DRAW = """async ([seed, calls, key]) => {
  const { Random } = await import('/engine/random.js');
  const random = new Random(seed, key);
  return calls.map(([name, count]) => {
    if (name === 'permutation') return Array.from(random.permutation(count));
    return Array.from({ length: count }, () => random[name]());
  });
}"""


def numpy_draws(seed: int, calls: list[tuple[str, int]], key: Sequence[int] = ()) -> list[Any]:
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
    names = {"uniform": "random", "normal": "standard_normal", "permutation": "permutation"}
    return [getattr(generator, names[name])(count).tolist() for name, count in calls]


@pytest.mark.parametrize("seed", SEEDS)
def test_uniform_numbers_are_numpys_bits(seed: int, modules: Any) -> None:
    calls = [("uniform", 200)]
    assert modules.evaluate(DRAW, [seed, calls]) == numpy_draws(seed, calls)


@pytest.mark.parametrize("seed", SEEDS)
def test_permutations_are_numpys(seed: int, modules: Any) -> None:
    """One after the other: half of 64 bits may be left over from one for the next."""
    calls = [("permutation", count) for count in (1, 2, 9, 10, 23, 272, 272, 333, 1024, 1025)]
    assert modules.evaluate(DRAW, [seed, calls]) == numpy_draws(seed, calls)


@pytest.mark.parametrize(("seed", "key"), paired(SEEDS, KEYS))
def test_so_are_those_of_the_streams_of_a_seed(seed: int, key: list[int], modules: Any) -> None:
    calls = [("permutation", 272), ("uniform", 9)]
    assert modules.evaluate(DRAW, [seed, calls, key]) == numpy_draws(seed, calls, key)


@pytest.mark.parametrize("seed", SEEDS)
def test_normal_numbers_are_numpys_but_for_rounding(seed: int, modules: Any) -> None:
    calls = [("normal", 500)]
    (found,), (wanted,) = modules.evaluate(DRAW, [seed, calls]), numpy_draws(seed, calls)
    assert found == pytest.approx(wanted, rel=1e-13, abs=0)


def test_normal_numbers_of_the_tail_and_of_the_edges_of_the_layers(modules: Any) -> None:
    calls = [("normal", 50_000)]
    (found,), (wanted,) = modules.evaluate(DRAW, [7, calls]), numpy_draws(7, calls)
    assert np.abs(wanted).max() > 3.6541528853610088  # the tail was drawn from
    assert found == pytest.approx(wanted, rel=1e-13, abs=0)


def test_kinds_of_numbers_may_be_mixed(modules: Any) -> None:
    """The half of 64 bits that a permutation leaves over is no matter of the other kinds."""
    kinds = ("permutation", "normal", "uniform", "permutation", "normal")
    calls = [(kind, count) for count in (5, 8, 13) for kind in kinds]
    found, wanted = modules.evaluate(DRAW, [3, calls]), numpy_draws(3, calls)
    for (kind, _), a, b in zip(calls, found, wanted, strict=True):
        assert a == (pytest.approx(b, rel=1e-13, abs=0) if kind == "normal" else b)
