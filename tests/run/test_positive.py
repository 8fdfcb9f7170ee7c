"""Which of two classes is the positive one, and from which probability on it is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import Ask
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, roc_auc_score

import steepest as st
from steepest.errors import ChoiceError

RNG = np.random.default_rng(0)
X = RNG.normal(size=200)
Y = np.where(X + RNG.normal(size=200) > 0.8, "ill", "well")
TABLE = {"x": X, "state": Y}


def test_the_positive_class_is_the_second_whose_log_odds_are_told() -> None:
    usual = st.descend(TABLE, "state", l2=0.01)
    run = st.descend(TABLE, "state", l2=0.01, positive="ill")
    assert (usual.classes, run.classes) == (("ill", "well"), ("well", "ill"))
    assert run.weights == pytest.approx(-usual.weights, abs=1e-6)
    ill = run.predict_proba(TABLE)[:, 1]
    assert ill == pytest.approx(usual.predict_proba(TABLE)[:, 0], abs=1e-6)
    assert run.metrics()["auc"] == pytest.approx(roc_auc_score(Y == "ill", ill), abs=1e-12)
    assert (run.predict(TABLE) == usual.predict(TABLE)).all()


@pytest.mark.parametrize("y", [Y, (Y == "ill"), (Y == "ill").astype(int)])
def test_it_may_be_of_any_type_and_of_arrays(tmp_path: Path, y: Any) -> None:
    first = y[Y == "well"][0]
    run = st.descend((X, y), positive=first, l2=0.01)
    assert run.classes is not None and run.classes[1] == first
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.classes == run.classes
    assert (again.predict_proba(X[:, None]) == run.predict_proba(X[:, None])).all()
    assert (again.predict(X[:, None]) == y).mean() > 0.7


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_what_is_said_from_a_threshold_on_is_scikit_learns(threshold: float) -> None:
    run = st.descend(TABLE, "state", positive="ill", l2=0.01)
    said = np.where(run.predict_proba(TABLE)[:, 1] >= threshold, "ill", "well")
    assert (run.predict(TABLE, threshold=threshold) == said).all()
    for metrics in (run.metrics(threshold=threshold), run.metrics(TABLE, threshold=threshold)):
        assert metrics["accuracy"] == pytest.approx((said == Y).mean(), abs=1e-12)
        assert metrics["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(Y, said))
        table = confusion_matrix(Y, said, labels=["well", "ill"])
        assert (metrics["confusion"] == table).all()


def test_the_command_line_takes_both(ask: Ask) -> None:
    pd.DataFrame(TABLE).to_csv("t.csv", index=False)
    fit = ["fit", "t.csv", "--target", "state", "--positive", "ill", "--save", "run.steepest"]
    assert ask(*fit).status == 0
    answer = ask("predict", "run.steepest", "t.csv", "--threshold", "0.2", "-o", "said.csv")
    assert (answer.status, answer.err) == (0, "")
    rows = pd.read_csv("said.csv")
    assert ((rows["P(ill)"] >= 0.2) == (rows["predicted"] == "ill")).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "state", "positive": "sick"}, "of two classes; those of .*are ill, well"),
        ({"target": "x", "positive": "ill"}, "are none: it is a number"),
    ],
)
def test_a_class_that_is_none_is_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        st.descend(TABLE, **options)


def test_a_threshold_that_cannot_be_is_told() -> None:
    two = st.descend(TABLE, "state", steps=1)
    for threshold in (0, 1, "half"):
        with pytest.raises(ChoiceError, match="threshold is"):
            two.predict(TABLE, threshold=threshold)  # type: ignore[arg-type]
    number = st.descend(TABLE, "x", steps=1)
    with pytest.raises(ChoiceError, match="threshold decides between classes; x is a number"):
        number.predict(TABLE, threshold=0.5)
    with pytest.raises(ChoiceError, match="threshold decides between classes; x is a number"):
        number.metrics(threshold=0.5)
    three = st.descend("penguins", "species", ["bill_length_mm"], steps=1)
    with pytest.raises(ChoiceError, match="decides between two classes, but there are 3"):
        three.predict("penguins", threshold=0.5)


def test_an_order_that_the_data_have_is_kept() -> None:
    degree = pd.Categorical(["mid", "low", "high", "low"] * 9, ["low", "mid", "high"], ordered=True)
    frame = pd.DataFrame({"x": RNG.normal(size=36), "degree": degree})
    assert st.descend(frame, "degree", steps=1).classes == ("low", "mid", "high")
    assert st.descend(frame, "x", steps=1).data.features.names == ("degree=mid", "degree=high")
    words = frame.assign(degree=frame["degree"].astype(str))
    assert st.descend(words, "degree", steps=1).classes == ("high", "low", "mid")
