"""The same elsewhere: the lines are run, and what they find has our loss to a millionth."""

from shutil import which
from typing import Any

import numpy as np
import pytest
from asked import Ask
from numpy.typing import NDArray

import steepest as st
from steepest.errors import ChoiceError
from steepest.run.elsewhere.libraries import LIBRARIES

Array = NDArray[Any]

WITHOUT = "# {} has no equal: "


def rows(count: int = 60) -> tuple[Array, dict[str, Array]]:
    """Return X far from 0, and a target for each loss."""
    draw = np.random.default_rng(0)
    X = draw.normal([0.0, 3.0, 1.0], [1.0, 2.0, 0.5], (count, 3))
    score = (X - X.mean(axis=0)) / X.std(axis=0) @ [0.6, 0.4, -0.5]
    number = X @ [1.0, 0.5, 2.0] + draw.normal(size=count)
    of_three = np.stack([score, -score, 0 * score], axis=1) + draw.gumbel(size=(count, 3))
    return X, {
        **dict.fromkeys(("squared", "absolute", "quantile:0.3", "huber:0.5"), number),
        "cross_entropy": (draw.random(count) < 1 / (1 + np.exp(-score))).astype(int),
        "softmax": of_three.argmax(axis=1),
        "poisson": draw.poisson(np.exp(score + 0.3)),
    }


PENALTIES = ((0.0, 0.0), (0.0, 0.1), (0.05, 0.0), (0.05, 0.1))
THERE = {
    "scikit-learn": {
        **dict.fromkeys(("squared", "cross_entropy", "softmax"), PENALTIES),
        "poisson": PENALTIES[:2],
        **dict.fromkeys(("absolute", "quantile:0.3"), PENALTIES[::2]),
    },
    "statsmodels": {
        **dict.fromkeys(("squared", "poisson"), PENALTIES),
        "cross_entropy": PENALTIES[:2],
        "softmax": PENALTIES[:1],
    },
    "glum": dict.fromkeys(("squared", "cross_entropy", "poisson"), PENALTIES),
    "pytorch": dict.fromkeys(
        ("squared", "cross_entropy", "softmax", "poisson", "huber:0.5"), PENALTIES[:2]
    ),
    "jax": dict.fromkeys(
        ("squared", "cross_entropy", "softmax", "poisson", "huber:0.5"), PENALTIES[:2]
    ),
    "spark": {
        **dict.fromkeys(("squared", "cross_entropy", "softmax"), PENALTIES),
        "poisson": PENALTIES[:2],
    },
    "skglm": dict.fromkeys(("squared", "cross_entropy", "poisson", "huber:0.5"), PENALTIES[2:]),
    "celer": {"squared": PENALTIES[2:]},
    "xgboost": dict.fromkeys(("squared", "cross_entropy", "poisson"), PENALTIES),
    "vowpal-wabbit": {},
    "snapml": {},
}
"""Where there is an equal: of each library, the losses with their penalties l1, l2."""

PACKAGES = {"scikit-learn": "sklearn", "pytorch": "torch", "jax": "optax", "spark": "pyspark"}

CASES = [
    (library, loss, *penalty)
    for library, losses in THERE.items()
    for loss, penalties in losses.items()
    for penalty in penalties
]


def run_of(loss: str, l1: float, l2: float, weight: Array | None = None, **more: Any) -> st.Run:
    X, targets = rows()
    name = "cross_entropy" if loss == "softmax" else loss
    return st.descend((X, targets[loss]), loss=name, l1=l1, l2=l2, sample_weight=weight, **more)


def loss_elsewhere(run: st.Run, library: str) -> float:
    """Return our loss of what the lines find."""
    found: dict[str, Any] = {"run": run}
    exec(str(run.elsewhere(library)), found)
    weights = np.asarray(found["weights"], dtype=np.float64)
    assert weights.shape == run.weights.shape
    if not run.objective.layout.biases:
        assert not np.any(found["bias"])
        return run.objective.value(weights.ravel())
    return run.objective.value(np.append(weights.ravel(), found["bias"]))


@pytest.mark.filterwarnings("ignore:[\\s\\S]*contiguous arrays")
@pytest.mark.parametrize(
    ("library", "loss", "l1", "l2"),
    [
        pytest.param(*case, marks=() if case[0] == "scikit-learn" else pytest.mark.prove)
        for case in CASES
    ],
)
def test_the_minimum_there_is_ours(library: str, loss: str, l1: float, l2: float) -> None:
    pytest.importorskip(PACKAGES.get(library, library))
    if library == "spark" and which("java") is None:
        pytest.skip("Spark needs Java")
    weight = np.random.default_rng(1).uniform(0.5, 3.0, 60)
    for given in (None, weight):
        run = run_of(loss, l1, l2, given)
        if given is not None and (library, loss) == ("statsmodels", "softmax"):
            assert "takes no weights" in str(run.elsewhere(library))
            continue
        if given is not None and str(run.elsewhere(library)).startswith("#"):
            assert library == "celer" or (library == "skglm" and loss != "squared")
            continue
        assert loss_elsewhere(run, library) == pytest.approx(run.loss, rel=1e-6)
    if loss not in ("absolute", "quantile:0.3") and not l1 and library != "xgboost":
        through = run_of(loss, l1, l2, bias=False)
        if (library, loss, l2 > 0) == ("spark", "poisson", True):
            assert "without a bias is not known" in str(through.elsewhere(library))
            return
        assert loss_elsewhere(through, library) == pytest.approx(through.loss, rel=1e-6)


@pytest.mark.parametrize("library", LIBRARIES)
def test_where_there_is_no_equal_it_says_why(library: str) -> None:
    for loss in rows()[1]:
        for l1, l2 in PENALTIES:
            text = str(run_of(loss, l1, l2, steps=1).elsewhere(library))
            there = (l1, l2) in THERE[library].get(loss, ())
            assert text.startswith(WITHOUT.format(library)) is not there, (loss, l1, l2, text)
    network = run_of("squared", 0.0, 0.0, hidden=2, steps=1)
    assert "a network has many minima" in str(network.elsewhere(library))
    apart = st.descend(([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]))
    assert "no lowest point, so each library ends somewhere" in str(apart.elsewhere(library))


def test_rates_over_an_exposure_are_weighted_rows_there() -> None:
    X, targets = rows()
    over = np.random.default_rng(2).uniform(0.5, 3.0, 60)
    run = st.descend((X, targets["poisson"]), loss="poisson", exposure=over)
    assert loss_elsewhere(run, "scikit-learn") == pytest.approx(run.loss, rel=1e-6)


def test_all_at_once_and_on_the_command_line(ask: Ask) -> None:
    ask("fit", "geyser", "--target", "waiting", "--l2", "0.5", "--save", "r")
    run = st.load("r")
    every = run.elsewhere()
    assert isinstance(every, dict) and list(every) == list(LIBRARIES)
    for library, text in every.items():
        told = ask("show", "r", "--as", library)
        assert (told.status, told.out) == (0, f"{text}\n")
    with pytest.raises(ChoiceError, match="no lines for 'sklearn'; did you mean scikit-learn"):
        run.elsewhere("sklearn")
    given = st.descend(lambda p: (float(p @ p), 2 * p), start=[3.0, 4.0])
    with pytest.raises(ChoiceError, match=r"run.elsewhere: that needs a table"):
        given.elsewhere("glum")
