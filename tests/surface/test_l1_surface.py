"""With L1 the surface has its kinks, and is still the true loss at every point."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import problem

import steepest as st
from steepest.objective.plane.plane import Plane
from steepest.run.lowest_loss import lowest_loss

LOSSES = {
    "squared": "squared",
    "huber": "huber",
    "poisson": "poisson",
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}


def made(kind: str, l1: float = 0.4, **more: Any) -> st.LinearObjective:
    X, y = problem(kind, 0, **more)
    return st.LinearObjective(X, y, LOSSES[kind], l1=l1, l2=0.1)


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("oblique", [True, False])
def test_the_surface_is_the_loss_at_every_point(kind: str, oblique: bool) -> None:
    objective = made(kind, features=4)
    generator = np.random.default_rng(1)
    plane = Plane.of_two(generator.normal(size=objective.size), 0, objective.size - 1)
    if oblique:
        plane = Plane(*generator.normal(size=(3, objective.size)) * 0.3)
    a, b = np.linspace(-2, 1, 9), np.linspace(-1, 2, 7)
    true = np.array([[objective.value(plane.params(x, y)) for x in a] for y in b])
    assert_allclose(objective.on_plane(plane).grid(a, b), true, rtol=1e-12)
    assert_allclose(objective.on_plane(plane).at(a[:7], b), np.diag(true), rtol=1e-12)


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_a_run_lies_on_its_surface(loss: str) -> None:
    run = st.descend(problem("squared", 2, rows=50, features=1), loss=loss, l1=0.6)
    surface = run.surface()
    on_it = surface.at(surface.path[:, 0], surface.path[:, 1])
    assert_allclose(on_it, run.trace.full_losses, rtol=1e-12)
    assert surface.exact and surface.loss.min() >= run.loss * (1 - 1e-12)
    inside = (surface.x[0] < surface.path[:, 0]) & (surface.path[:, 0] < surface.x[-1])
    assert inside.all()


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("features", [1, 3])
def test_the_lowest_loss_known_is_that_with_the_kinks(kind: str, features: int) -> None:
    objective = made(kind, features=features, rows=40)
    lowest = lowest_loss(objective)
    assert lowest is not None
    assert objective.value(np.zeros(objective.size)) > lowest
    nearby = np.random.default_rng(0).normal(size=(200, objective.size)) * 0.2
    assert min(objective.value(at) for at in nearby) >= lowest


def test_classes_apart_have_a_lowest_loss_with_l1_alone() -> None:
    X, y = np.arange(8.0)[:, None], np.repeat(["a", "b"], 4)
    run = st.descend((X, y), l1=0.01)
    assert run.stop.reason == "arrived" and not run.verdicts
    assert lowest_loss(run.objective) == pytest.approx(run.loss, rel=1e-9)
