"""A plugin of pytest that puts steepest's estimators in the place of scikit-learn's.

It is loaded before scikit-learn's tests are, so that what they import is ours, and writes how each
of them ended as one line of JSON into the file that `REPORT` names.
"""

import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sklearn.linear_model

sys.path.insert(0, str(Path(__file__).parent))

from adapter import MODELS, uses  # noqa: E402

REPORT = "STEEPEST_REPORT"

HOMES = (
    "_base",
    "_coordinate_descent",
    "_glm",
    "_glm.glm",
    "_huber",
    "_logistic",
    "_quantile",
    "_ridge",
    "_stochastic_gradient",
)
"""The modules of scikit-learn in which the models are, or are used."""


def _replace() -> None:
    package = sklearn.linear_model
    homes = [package, *(importlib.import_module(f"{package.__name__}.{home}") for home in HOMES)]
    for name, model in MODELS.items():
        for home in homes:
            if hasattr(home, name):
                setattr(home, name, model)


_replace()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Iterator[None]:
    if call.when == "setup":
        uses["fits"] = 0
    report = yield
    if call.when == "call":
        ended = {
            "test": item.nodeid.split("::", 1)[1],
            "outcome": report.outcome,
            "fits": uses["fits"],
            "said": str(call.excinfo.value)[:300] if call.excinfo else "",
        }
        with Path(os.environ[REPORT]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(ended) + "\n")
    return report
