"""L1: steps that bring weights to rest at 0, the textbook's and those on a working set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from reference import plain, problem
from scipy.sparse import csr_array
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression

import steepest as st
from steepest.descent.steps import row_space, working_set
from steepest.descent.steps.l1_quadratic import minimise_l1_quadratic
from steepest.objective.loss.penalty import minimum_norm_subgradient, soft_threshold

SMOOTH = ("squared", "huber", "poisson", "cross_entropy", "softmax")
NAMES = np.array(["a", "b", "c"])


def rows_of(kind: str, seed: int = 0, **more: Any) -> tuple[Any, Any]:
    X, y = problem(kind, seed, **more)
    return X, NAMES[y.astype(int)] if kind in ("cross_entropy", "softmax") else y


def fitted(kind: str, seed: int = 0, rows: int = 60, features: int = 5, **choices: Any) -> st.Run:
    loss = "cross_entropy" if kind == "softmax" else kind
    return st.descend(rows_of(kind, seed, rows=rows, features=features), loss=loss, **choices)


def centred(bias: Any) -> Any:
    """Return biases less what they have in common, which no data can tell."""
    return bias - np.mean(bias) if np.ndim(bias) else bias


def away_from_lowest(run: st.Run) -> float:
    """Return by how much the conditions of Karush, Kuhn & Tucker are missed, in standard units."""
    objective, k = run.objective, run.objective.layout.shape[1]
    smooth = st.LinearObjective(
        objective.blocks.X,
        objective.blocks.y,
        objective.loss,
        l2=objective.penalty.l2,
        sample_weight=objective.blocks.sample_weight,
    ).value_and_gradient(run.params)[1]
    slope, weights = smooth[:-k], run.params[:-k]
    unit = np.repeat(objective.moments.deviation, k)
    on = weights != 0.0
    missed = np.where(on, np.abs(slope + objective.penalty.l1 * np.sign(weights)), 0.0)
    missed = np.where(on, missed, np.maximum(np.abs(slope) - objective.penalty.l1, 0.0)) / unit
    return float(max(missed.max(), np.abs(smooth[-k:]).max()))


@settings(max_examples=60, deadline=None)
@given(
    kind=some.sampled_from(SMOOTH),
    seed=some.integers(0, 10_000),
    rows=some.integers(8, 60),
    features=some.integers(1, 30),
    l1=some.sampled_from([1e-3, 0.03, 0.3, 3.0]),
    l2=some.sampled_from([0.0, 0.01]),
)
def test_it_ends_where_no_step_leads_down(
    kind: str, seed: int, rows: int, features: int, l1: float, l2: float
) -> None:
    run = fitted(kind, seed, rows, features, l1=l1, l2=l2)
    assert run.stop.reason == "arrived"
    assert away_from_lowest(run) <= 1e-7 * max(1.0, run.objective.null_loss)
    assert (np.diff(run.trace.losses) <= 1e-13 * np.abs(run.trace.losses[1:])).all()


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
@pytest.mark.parametrize(("rows", "features"), [(200, 20), (40, 300)])
def test_lasso_and_elastic_net_are_those_of_scikit_learn(
    rows: int, features: int, share: float
) -> None:
    X, y = problem("squared", 4, rows=rows, features=features)
    most = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / rows
    for ratio in (1.0, 0.6):
        alpha = share * most
        theirs = ElasticNet(alpha, l1_ratio=ratio, tol=1e-14, max_iter=1_000_000).fit(X, y)
        ours = st.descend((X, y), l1=2 * alpha * ratio, l2=2 * alpha * (1 - ratio))
        assert_allclose(ours.weights, theirs.coef_, atol=1e-6 * np.abs(theirs.coef_).max())
        assert ours.bias == pytest.approx(theirs.intercept_, rel=1e-5, abs=1e-5)
        assert np.array_equal(ours.weights == 0.0, theirs.coef_ == 0.0)


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_classes_are_those_of_scikit_learn(kind: str) -> None:
    X, y = rows_of(kind, 1, rows=120, features=6)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    for l1, l2 in ((0.03, 0.0), (0.02, 0.01)):
        theirs = LogisticRegression(
            C=1 / (120 * (l1 + l2)),
            l1_ratio=l1 / (l1 + l2),
            solver="saga",
            tol=1e-9,
            max_iter=100_000,
        ).fit(X, y)
        ours = st.descend((X, y), l1=l1, l2=l2)
        assert_allclose(ours.weights.reshape(6, -1).T, theirs.coef_, atol=1e-5)
        assert np.array_equal(ours.weights.reshape(6, -1).T == 0.0, theirs.coef_ == 0.0)


def test_square_columns_have_the_closed_form_of_soft_thresholds() -> None:
    generator = np.random.default_rng(0)
    Q = np.linalg.qr(np.column_stack([np.ones(50), generator.normal(size=(50, 8))]))[0][:, 1:]
    X, y = Q * np.sqrt(50.0), generator.normal(size=50) + 3.0
    run = st.descend((X, y), l1=0.15)
    # The mean squared error curves by 2 along each column, and by nothing across them.
    assert_allclose(run.weights, soft_threshold(X.T @ y / 50.0, 0.15 / 2.0), atol=1e-12)
    assert run.bias == pytest.approx(y.mean(), rel=1e-12)
    assert 0 < np.count_nonzero(run.weights == 0.0) < 8


@pytest.mark.parametrize("kind", SMOOTH)
def test_a_penalty_above_the_most_leaves_no_weight(kind: str) -> None:
    free = fitted(kind, l1=0.0, l2=1e6)
    start = np.append(np.zeros(free.weights.size), free.bias)
    most = np.abs(free.objective.value_and_gradient(start)[1]).max()
    run = fitted(kind, l1=1.01 * most)
    assert np.array_equal(run.weights, np.zeros_like(run.weights))
    assert np.count_nonzero(fitted(kind, l1=0.9 * most).weights)


@pytest.mark.parametrize("rule", ["proximal", "steepest"])
@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_every_step_is_the_textbook_s(kind: str, rule: str) -> None:
    data = rows_of(kind, 3, rows=40, features=4)
    l1, l2, rate = 0.5, 0.1, 0.05
    run = st.descend(
        data, l1=l1, l2=l2, rule=rule, learning_rate=rate, scale="none", steps=90, seed=2
    )
    X, y = problem(kind, 3, rows=40, features=4)
    params, k = run.trace[0].params, run.objective.layout.shape[1]
    for step in run.trace:
        exact = run.objective.evaluate(step.params).smooth_gradient
        assert_allclose(exact, plain(kind, X, y, step.params, l2)[1], rtol=1e-9, atol=1e-12)
        assert np.array_equal(step.params, params)
        params = step.params - rate * exact
        params[:-k] = soft_threshold(params[:-k], rate * l1)
    assert run.plan.rule.name == "proximal"
    assert (run.trace.params[:, :-k] == 0.0).any()


def test_in_standard_units_the_penalty_is_still_that_of_the_reader() -> None:
    data = problem("squared", 5, rows=80, features=6)
    exact = st.descend(data, l1=0.3)
    walked = st.descend(data, l1=0.3, rule="proximal", learning_rate=0.2, scale="standard")
    assert walked.stop.reason == "arrived"
    assert_allclose(walked.params, exact.params, rtol=1e-6, atol=1e-8)
    assert np.array_equal(walked.weights == 0.0, exact.weights == 0.0)


@pytest.mark.parametrize("rate", ["time:0.05:0.1", "step:0.05", "cosine:0.05", lambda k: 0.05])
def test_schedules_go_with_it(rate: Any) -> None:
    run = fitted("squared", l1=0.1, learning_rate=rate, steps=30, scale="standard")
    assert run.loss < run.trace.losses[0]
    assert run.trace.learning_rates[0] == 0.05


def test_a_rate_that_is_too_long_has_its_verdict() -> None:
    run = fitted("squared", l1=0.1, rule="steepest", learning_rate=5.0, scale="none", steps=60)
    assert run.stop.reason == "diverged"
    assert "above 2/curvature" in run.verdicts[0].message


@pytest.mark.parametrize("kind", SMOOTH)
def test_rows_that_weigh_are_rows_that_repeat(kind: str) -> None:
    X, y = rows_of(kind, 2, rows=40, features=4)
    many = np.random.default_rng(0).integers(1, 4, 40)
    loss = "cross_entropy" if kind == "softmax" else kind
    weighed = st.descend((X, y), loss=loss, l1=0.05, sample_weight=many)
    repeated = st.descend((np.repeat(X, many, axis=0), np.repeat(y, many)), loss=loss, l1=0.05)
    assert_allclose(weighed.weights, repeated.weights, rtol=1e-6, atol=1e-7)
    assert_allclose(centred(weighed.bias), centred(repeated.bias), rtol=1e-6, atol=1e-7)
    assert np.array_equal(weighed.weights == 0.0, repeated.weights == 0.0)


@pytest.mark.parametrize("kind", SMOOTH)
@pytest.mark.parametrize("form", [np.float32, csr_array])
def test_other_forms_of_the_rows_have_the_same_minimum(kind: str, form: Any) -> None:
    X, y = rows_of(kind, 2, rows=50, features=6)
    X = X.astype(np.float32).astype(np.float64)
    loss = "cross_entropy" if kind == "softmax" else kind
    one, other = (st.descend((each, y), loss=loss, l1=0.05) for each in (X, form(X)))
    assert_allclose(one.weights, other.weights, rtol=1e-6, atol=1e-8)
    assert_allclose(centred(one.bias), centred(other.bias), rtol=1e-6, atol=1e-8)
    assert np.array_equal(one.weights == 0.0, other.weights == 0.0)


@pytest.mark.parametrize("kind", SMOOTH)
def test_any_number_of_threads_has_the_same_bits(kind: str) -> None:
    X, y = rows_of(kind, 1, rows=30_000, features=40)
    loss = "cross_entropy" if kind == "softmax" else kind
    one, two = (st.descend((X, y), loss=loss, l1=0.02, threads=n, steps=4) for n in (1, 2))
    assert np.array_equal(one.trace.params, two.trace.params)
    assert np.array_equal(one.trace.losses, two.trace.losses)


RUNS: dict[str, dict[str, Any]] = {
    "auto": {"l1": 0.02},
    "elastic": {"l1": 0.02, "l2": 0.1},
    "fixed": {"l1": 0.02, "learning_rate": 0.05, "scale": "standard"},
    "textbook": {"l1": 0.02, "rule": "steepest", "learning_rate": "time:0.01", "scale": "none"},
}


@pytest.mark.parametrize("kind", ["softmax", "huber"])
@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_run_is_the_run_that_never_stopped(name: str, kind: str, tmp_path: Path) -> None:
    choices = RUNS[name]
    whole = fitted(kind, features=40, steps=6, **choices)
    for at in range(5):
        half = fitted(kind, features=40, steps=at, **choices)
        half.save(tmp_path / "run.steepest")
        for run in (half, st.load(tmp_path / "run.steepest")):
            again = run.resume(steps=6 - at)
            assert np.array_equal(again.trace.params, whole.trace.params)
            assert np.array_equal(again.trace.losses, whole.trace.losses)
            assert np.array_equal(again.trace.learning_rates, whole.trace.learning_rates)
            assert again.plan == whole.plan


def test_a_start_from_another_run_keeps_its_zeros_and_is_quick() -> None:
    data = problem("squared", 3, rows=60, features=300)
    first = st.descend(data, l1=0.3)
    second = st.descend(data, l1=0.28, start=first)
    assert np.array_equal(second.trace[0].params, first.params)
    assert second.trace.losses[0] < second.objective.null_loss
    assert_allclose(second.params, st.descend(data, l1=0.28).params, atol=1e-9)


def test_a_start_that_no_weights_would_beat_is_left_for_that() -> None:
    run = st.descend(problem("squared", 3, rows=60, features=300), l1=0.3)
    assert np.count_nonzero(run.trace[0].params) == 301
    assert np.count_nonzero(run.trace[1].params) == 1
    assert run.trace.losses[1] == pytest.approx(run.objective.null_loss, rel=1e-12)


def test_no_more_weights_than_have_room_are_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counted(hessian: Any, *more: Any) -> Any:
        sizes.append(len(hessian))
        return minimise_l1_quadratic(hessian, *more)

    monkeypatch.setattr(working_set, "minimise_l1_quadratic", counted)
    monkeypatch.setattr(working_set, "MOST_WEIGHTS", 20)
    monkeypatch.setattr(row_space, "MOST_NUMBERS", 0)
    run = fitted("squared", rows=200, features=60, l1=1e-3)
    assert run.stop.reason == "arrived" and max(sizes) == 21
    assert away_from_lowest(run) < 1e-7


def sampled(monkeypatch: pytest.MonkeyPatch, rows: int) -> list[tuple[int, int]]:
    """Have so many rows tell which weights stay at 0; return the sets before and after, in turn."""
    sizes: list[tuple[int, int]] = []
    of_all = working_set.WorkingSets.predicted

    def counted(sets: Any, at: Any, chosen: Any) -> Any:
        found = of_all(sets, at, chosen)
        sizes.append((len(chosen), len(found[0])))
        return found

    monkeypatch.setattr(working_set, "SAMPLE_ROWS", rows)
    monkeypatch.setattr(working_set, "LEAST_SAMPLED", 4)
    monkeypatch.setattr(working_set.WorkingSets, "predicted", counted)
    return sizes


@pytest.mark.parametrize("rows", [8, 60])
@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_what_a_sample_leaves_out_is_what_stays_at_0_or_moves_later(
    monkeypatch: pytest.MonkeyPatch, rows: int, ratio: float
) -> None:
    generator = np.random.default_rng(7)
    X = generator.normal(size=(1_000, 20)) + generator.normal(size=20)
    y = X[:, :5] @ generator.normal(size=5) + generator.normal(size=1_000)
    alpha = 0.2 * np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / 1_000
    theirs = ElasticNet(alpha, l1_ratio=ratio, tol=1e-14, max_iter=1_000_000).fit(X, y)
    sizes = sampled(monkeypatch, rows)
    ours = st.descend((X, y), l1=2 * alpha * ratio, l2=2 * alpha * (1 - ratio))
    assert ours.stop.reason == "arrived" and sizes[0][1] < sizes[0][0]
    assert_allclose(ours.weights, theirs.coef_, atol=1e-7)
    assert np.array_equal(ours.weights == 0.0, theirs.coef_ == 0.0)


@pytest.mark.parametrize("kind", SMOOTH)
def test_sets_by_a_sample_end_where_those_by_all_rows_do(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    l1 = {"squared": 3.0, "huber": 0.5, "poisson": 5.0}.get(kind, 0.03)
    choices: dict[str, Any] = {"rows": 400, "features": 12, "l1": l1}
    whole = fitted(kind, 5, **choices)
    sizes = sampled(monkeypatch, 20)
    runs = [fitted(kind, 5, threads=threads, **choices) for threads in (1, 2)]
    assert any(after < before for before, after in sizes)
    assert away_from_lowest(runs[0]) <= 1e-7 * max(1.0, whole.objective.null_loss)
    assert_allclose(centred(runs[0].params[-1]), centred(whole.params[-1]), atol=1e-5)
    assert runs[0].trace.losses[-1] == pytest.approx(whole.trace.losses[-1], rel=1e-9)
    assert np.array_equal(runs[0].params, runs[1].params)


def test_the_recorded_gradient_is_the_shortest_and_0_at_the_end() -> None:
    run = fitted("cross_entropy", features=12, l1=0.05)
    for step in run.trace:
        smooth = run.objective.evaluate(step.params).smooth_gradient
        truth = np.append(minimum_norm_subgradient(smooth[:-1], step.params[:-1], 0.05), smooth[-1])
        assert_allclose(step.gradient, truth, rtol=1e-12, atol=1e-15)
    assert run.trace.gradient_norms[-1] < 1e-9


def test_passes_are_what_was_read() -> None:
    run = st.descend(problem("squared", 3, rows=60, features=300), l1=0.3)
    passes = run.trace.passes
    assert (np.diff(passes) >= 0).all() and 1.0 <= passes[-1] < 3 * len(run.trace)


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    rule: (
        {"rule": rule},
        (f"the rule is {rule}", "bring no weight to rest", "choose the rule auto or proximal"),
    )
    for rule in ("momentum", "nesterov", "nesterov_restart", "adam", "plane", "schedule_free")
}
REFUSED |= {
    "batch": ({"batch": 8}, ("mini-batches were asked for", "leave batch out")),
    "round": ({"scale": "round"}, ("the scale is round", "choose the scale standard, none")),
    "adgd": ({"learning_rate": "adgd"}, ("the learning rate is adgd", "choose a number")),
    "polyak": ({"learning_rate": "polyak:1"}, ("the learning rate is polyak:1", "or auto")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_with_it_is_refused(name: str) -> None:
    choices, said = REFUSED[name]
    with pytest.raises(st.ChoiceError) as refused:
        fitted("squared", l1=0.1, **choices)
    assert all(part in str(refused.value) for part in said)
    if name not in ("adgd", "polyak"):
        assert str(refused.value).startswith("l1 is 0.1, but ")


def test_the_loop_itself_takes_proximal_steps() -> None:
    X, y = problem("squared", 0, rows=30, features=4)
    objective = st.LinearObjective(X, y, "squared", l1=0.5)
    walk = st.steps(objective, "steepest", 0.01, seed=1)
    before, after = next(walk), next(walk)
    ahead = before.params - 0.01 * objective.evaluate(before.params).smooth_gradient
    ahead[:-1] = soft_threshold(ahead[:-1], 0.005)
    assert np.array_equal(after.params, ahead)


def test_a_callback_gets_each_step_and_may_end_it() -> None:
    given: list[st.Step] = []

    def watch(step: st.Step) -> bool:
        given.append(step)
        return step.index == 1

    run = fitted("cross_entropy", l1=0.02, callback=watch)
    assert [step.index for step in given] == [0, 1]
    assert run.stop.reason == "callback"


Bowl = tuple[Any, Any, Any]


def bowl(seed: int, size: int, rank: int) -> Bowl:
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(rank, size)) * generator.uniform(0.1, 3.0, size)
    threshold = generator.uniform(0.1, 1.0, size) * (generator.random(size) < 0.9)
    slope = -root.T @ generator.normal(size=rank)
    return root.T @ root, slope, threshold


@settings(max_examples=80, deadline=None)
@given(some.integers(0, 10_000), some.integers(1, 40), some.sampled_from([0.5, 1.0, 3.0]))
def test_the_lowest_point_on_faces_is_lowest(seed: int, size: int, full: float) -> None:
    hessian, slope, threshold = bowl(seed, size, max(1, round(full * size)))
    start = np.random.default_rng(seed).normal(size=size)
    found = minimise_l1_quadratic(hessian, slope, threshold, start)
    left = minimum_norm_subgradient(hessian @ found + slope, found, threshold)
    assert np.abs(left).max() <= 1e-8 * (np.abs(slope).max() + np.abs(hessian).max())


def test_where_rows_are_few_its_faces_never_lead_up() -> None:
    def height(x: Any) -> float:
        return float(0.5 * x @ hessian @ x + slope @ x + threshold @ np.abs(x))

    for seed in range(20):
        hessian, slope, threshold = bowl(seed, 50, 10)
        start = np.random.default_rng(seed).normal(size=50)
        assert height(minimise_l1_quadratic(hessian, slope, threshold, start)) <= height(start)


def test_wide_lasso_of_scikit_learn_from_many_features() -> None:
    generator = np.random.default_rng(7)
    X = generator.normal(size=(100, 2000))
    y = X[:, :5] @ np.array([3.0, -2.0, 1.5, 1.0, -1.0]) + generator.normal(size=100)
    theirs = Lasso(0.2, tol=1e-13, max_iter=100_000).fit(X, y)
    ours = st.descend((X, y), l1=0.4)
    assert_allclose(ours.weights, theirs.coef_, atol=1e-7)
    assert np.array_equal(ours.weights == 0.0, theirs.coef_ == 0.0)
    assert ours.trace[-1].passes < 10


Judge = Callable[[st.Run], str]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (lambda run: run.explain(), "l1 0.3"),
        (lambda run: run.explain(), "chosen by auto: proximal Newton steps: l1 has a kink"),
        (lambda run: run.explain(), "mean squared error + penalty"),
        (lambda run: repr(run.plan), "l1=0.3"),
    ],
)
def test_it_is_in_the_words(words: Judge, said: str) -> None:
    assert said in words(fitted("squared", l1=0.3))


def test_how_many_weights_rest_is_in_the_words() -> None:
    run = fitted("squared", features=9, l1=0.5)
    resting = int(np.count_nonzero(run.weights == 0.0))
    assert f"exactly 0: {resting} of 9 weights" in run.explain()


def test_the_words_of_a_textbook_step_are_its_numbers() -> None:
    run = fitted("squared", features=1, l1=0.3, rule="steepest", learning_rate=0.01, scale="none")
    said = run.explain()
    assert "each step goes against the gradient of all but l1, then draws each weight" in said
    start, after = run.trace[0], run.trace[1]
    assert start.params[0] - 0.01 * start.gradient[0] == pytest.approx(after.params[0], rel=1e-12)
    assert f"- 0.01 × {start.gradient[0]:.4g}" in said
