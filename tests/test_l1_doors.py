"""L1 at every door: a file, a page, the command line, JSON, scikit-learn."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import problem
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression

import steepest as st
from steepest.run.report import report
from steepest.session import Session
from steepest.sklearn import SteepestClassifier, SteepestRegressor


@pytest.fixture
def run() -> st.Run:
    return st.descend("diabetes", "progression", l1=50.0)


def test_a_file_keeps_it(run: st.Run, tmp_path: Path) -> None:
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.objective.penalty.l1 == again.plan.penalty.l1 == 50.0
    assert again.objective.value(again.params) == run.loss
    assert again.explain() == run.explain()


def test_an_old_file_has_none(tmp_path: Path) -> None:
    old = st.descend("geyser", "waiting", ["duration"], steps=3)
    old.save(tmp_path / "new.steepest")
    with zipfile.ZipFile(tmp_path / "new.steepest") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(parts["run.json"])
    del record["choices"]["l1"], record["asked"]["l1"]
    with zipfile.ZipFile(tmp_path / "old.steepest", "w") as archive:
        for name, part in (parts | {"run.json": json.dumps(record).encode()}).items():
            archive.writestr(name, part)
    loaded = st.load(tmp_path / "old.steepest")
    assert loaded.plan == old.plan and loaded.objective.penalty.l1 == 0.0
    assert np.array_equal(loaded.resume(steps=2).params, old.resume(steps=2).params)


def test_json_has_it_and_its_zeros(run: st.Run) -> None:
    told = json.loads(json.dumps(report(run)))
    assert told["choices"]["l1"] == 50.0 and told["choices"]["rule"] == "proximal"
    resting = [name for name, weight in told["weights"].items() if weight == 0.0]
    assert len(resting) == np.count_nonzero(run.weights == 0.0) > 0


def test_the_command_line_takes_it(ask: Callable[..., Any]) -> None:
    words = ("fit", "diabetes", "--target", "progression", "--l1", "2", "--l2", "0.1", "--json")
    told = json.loads(ask(*words).out)
    assert (told["choices"]["l1"], told["choices"]["l2"]) == (2.0, 0.1)
    wrong = ask("fit", "diabetes", "--target", "progression", "--l1", "2", "--rule", "adam")
    assert wrong.status == 2 and "l1 is 2, but the rule is adam" in wrong.err


def test_a_page_shows_the_steps_and_does_not_walk_them_anew(run: st.Run) -> None:
    plain = st.descend("geyser", "waiting", ["duration"], rule="steepest", steps=5)
    kinks = st.descend("geyser", "waiting", ["duration"], l1=1.0)
    assert plain.record()["engine"] == "page"
    told = kinks.record()
    assert told["engine"] == "record" and kinks.record(live=True)["engine"] == "python"
    assert told["run"]["choices"]["l1"] == 1.0
    assert_allclose(told["run"]["loss"], kinks.trace.losses)
    assert told["surface"]["lossLabel"].endswith("+ penalty")
    assert run.record()["run"]["lowest"] == pytest.approx(run.loss, rel=1e-9)


def test_a_live_page_is_answered_with_it() -> None:
    session = Session.of_run(st.descend("geyser", "waiting", ["duration"], l1=1.0))
    choices = session.answer({"ask": "open"})["scene"]["run"]["choices"]
    assert choices["l1"] == 1.0
    walked = session.answer({"ask": "descend", "choices": choices | {"learning_rate": 0.05}})
    assert walked["choices"]["l1"] == 1.0 and walked["choices"]["rule"] == "proximal"
    refused = session.answer({"ask": "descend", "choices": choices | {"rule": "momentum"}})
    assert refused["error"].startswith("l1 is 1, but the rule is momentum")
    asked = {"ask": "loss", "choices": choices, "params": [3.0, 1.0]}
    without = session.answer(asked | {"choices": choices | {"l1": 0.0, "rule": "auto"}})
    assert session.answer(asked)["loss"] == pytest.approx(without["loss"] + 3.0, rel=1e-12)


def test_pictures_are_drawn(run: st.Run, tmp_path: Path) -> None:
    run.figure(tmp_path / "run.png")
    run.page(tmp_path / "run.html")
    assert (tmp_path / "run.png").stat().st_size > 10_000


def test_the_regressor_is_lasso_and_elastic_net() -> None:
    X, y = problem("squared", 3, rows=80, features=10)
    ours = SteepestRegressor(l1=0.4).fit(X, y)
    theirs = Lasso(0.2, tol=1e-12).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)
    assert np.array_equal(ours.coef_ == 0.0, theirs.coef_ == 0.0)
    ours = SteepestRegressor(l1=2 * 0.3 * 0.7, l2=2 * 0.3 * 0.3).fit(X, y)
    theirs = ElasticNet(0.3, l1_ratio=0.7, tol=1e-12).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)


def test_the_classifier_has_no_l2_beside_l1_unless_told() -> None:
    X, y = problem("cross_entropy", 3, rows=80, features=6)
    ours = SteepestClassifier(l1=0.02).fit(X, y)
    assert ours.run_.objective.penalty.l2 == 0.0
    theirs = LogisticRegression(
        C=1 / (80 * 0.02), l1_ratio=1.0, solver="saga", tol=1e-9, max_iter=100_000
    ).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    assert SteepestClassifier(l1=0.02, l2=0.1).fit(X, y).run_.objective.penalty.l2 == 0.1


def test_parts_go_on_with_it() -> None:
    X, y = problem("squared", 3, rows=80, features=6)
    model = SteepestRegressor(l1=0.4)
    for _ in range(60):
        model.partial_fit(X, y)
    assert_allclose(model.coef_, SteepestRegressor(l1=0.4).fit(X, y).coef_, atol=0.1)
    with pytest.raises(st.ChoiceError, match=r"l1 is 0\.4, but mini-batches were asked for"):
        SteepestRegressor(l1=0.4, batch=8).partial_fit(X, y)
