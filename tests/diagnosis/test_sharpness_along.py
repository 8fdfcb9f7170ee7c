"""The sharpness along a run: the largest eigenvalue of the Hessian, and where the rate holds it."""

from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

import steepest as st

ROWS = {"x": np.linspace(-1.0, 1.0, 20), "y": np.sin(3.0 * np.linspace(-1.0, 1.0, 20))}


def network(**choices: Any) -> st.Run:
    given = {"rule": "steepest", "learning_rate": 0.1, "scale": "none", "steps": 12} | choices
    return st.descend(ROWS, "y", hidden=(3,), **given)


def hessian(run: st.Run, params: Any) -> Any:
    """By central differences of the gradient, which know nothing of products with it."""
    step, size = 1e-5, len(params)
    at = run.objective.evaluate
    ways = [(at(params + step * e).gradient - at(params - step * e).gradient) for e in np.eye(size)]
    return np.array(ways) / (2.0 * step)


@pytest.mark.parametrize(("rule", "limit"), [("steepest", 20.0), ("momentum:0.5", 30.0)])
def test_it_is_the_largest_eigenvalue_at_steps_and_the_limit_is_the_rule_s(
    rule: str, limit: float
) -> None:
    run = network(rule=rule)
    known = run.sharpness(points=4)
    assert list(known.steps) == [0, 4, 8, 12]
    true = [np.linalg.eigvalsh(hessian(run, run.trace[int(i)].params))[-1] for i in known.steps]
    np.testing.assert_allclose(known.largest, true, rtol=0.001)
    np.testing.assert_allclose(known.limits, limit)


def test_of_two_near_eigenvalues_it_is_the_larger() -> None:
    """Held at the edge two are near its limit: a small residual alone took one for the other."""
    values = np.array([*np.linspace(-0.3, 0.3, 50), 11.0, 19.508, 19.969])

    class Bowl:
        size = len(values)

        def value_and_gradient(self, params: Any) -> Any:
            return float(0.5 * params @ (values * params)), values * params

        def curvature_along(self, params: Any, directions: Any) -> Any:
            return np.array(directions) * values @ np.array(directions).T

    start = np.full(len(values), 1e-3)
    run = st.descend(Bowl(), start=start, rule="steepest", learning_rate=0.05, steps=3)
    np.testing.assert_allclose(run.sharpness(points=2).largest, 19.969, rtol=1e-4)


def test_it_is_drawn_with_its_limit_and_a_page_of_rows_refuses_it(tmp_path: Any) -> None:
    run = network()
    drawn = run.figure(panels=["sharpness", "loss"]).findobj(Text)
    assert "dashed: 2/learning rate = 20" in [text.get_text() for text in drawn]
    with pytest.raises(st.ChoiceError, match="replays a run without rows"):
        run.page(tmp_path / "page.html", sharpness=True)


def test_where_it_is_not_known_it_says_why() -> None:
    assert np.isnan(network(batch=5, rule="steepest").sharpness(points=2).limits).all()
    with pytest.raises(st.ChoiceError, match="second derivatives of this loss are not known"):
        network(loss="absolute").sharpness()
    with pytest.raises(st.ChoiceError, match="points is 1"):
        network().sharpness(points=1)
