"""`tol` of a network: by the mean slope since the start, and no more than that is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import steepest as st

ASKED: dict[str, Any] = {"data": "moons", "target": "class", "hidden": (6,)}


@pytest.mark.parametrize("tol", [0.8, 0.3])
@pytest.mark.parametrize("more", [{}, {"rule": "adam", "learning_rate": 0.05, "steps": 300}])
def test_it_ends_at_the_first_step_whose_gradient_is_so_small(
    tol: float, more: dict[str, Any]
) -> None:
    run = st.descend(**ASKED, **more, tol=tol)
    first = run.trace.first
    shares = [
        step.gradient_norm * np.linalg.norm(step.params - first.params) / (first.loss - step.loss)
        for step in list(run.trace)[1:]
        if step.loss < first.loss
    ]
    assert run.stop.reason == "gradient" and "as small as tol asks" in run.stop.message
    assert shares[-1] <= tol < min(shares[:-1], default=np.inf)
    assert not run.stop.at_minimum and "arrived" not in run.explain()


def test_it_goes_on_to_a_smaller_one_and_comes_back_from_a_file(tmp_path: Path) -> None:
    run = st.descend(**ASKED, tol=0.5)
    run.save(tmp_path / "run.st")
    again = st.load(tmp_path / "run.st")
    assert again.stop == run.stop
    gone_on, at_once = again.resume(tol=0.1), st.descend(**ASKED, tol=0.1)
    assert len(gone_on.trace) > len(run.trace)
    assert_array_equal(gone_on.params, at_once.params)
    assert gone_on.stop == at_once.stop
