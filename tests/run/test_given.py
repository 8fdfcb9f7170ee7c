"""A run of an objective that nobody here wrote, by public doors alone."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray
from reference import problem
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess, rosen_hess_prod
from scipy.special import expit

import steepest as st
from steepest.run.report import report

Array = NDArray[np.float64]
STEEP = [-1.2, 1.0]


class Rosenbrock:
    """SciPy's valley of any number of params, with its Hessian-vector products."""

    def __init__(self, size: int = 2) -> None:
        self.size = size

    def value(self, x: Array) -> float:
        return float(rosen(x))

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        return float(rosen(x)), rosen_der(x)

    def curvature_along(self, x: Array, directions: list[Array]) -> list[list[float]]:
        moved = [rosen_hess_prod(x, direction) for direction in directions]
        return [[float(u @ Hv) for Hv in moved] for u in directions]


class Logistic:
    """`mean log(1 + exp(-s X w)) + |w|^2 / 20`, written out."""

    param_names = ("slope", "level", "bias")
    name = "my logistic"

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        self.X = np.column_stack([random.normal(size=(60, 2)), np.ones(60)])
        self.s = np.where(random.random(60) < expit(self.X @ [2.0, -1.0, 0.5]), 1.0, -1.0)
        self.size = 3

    def value_and_gradient(self, w: Array) -> tuple[float, Array]:
        margins = self.s * (self.X @ w)
        slope = -self.s * expit(-margins)
        loss = np.logaddexp(0.0, -margins).mean() + w @ w / 20
        return float(loss), self.X.T @ slope / 60 + w / 10

    def hessian(self, w: Array) -> Array:
        p = expit(self.X @ w)
        return (self.X.T * (p * (1 - p))) @ self.X / 60 + np.eye(3) / 10

    def curvature_along(self, w: Array, directions: list[Array]) -> Array:
        D = np.array(directions)
        return D @ self.hessian(w) @ D.T


def bowl(params: Array) -> tuple[float, Array]:
    return float(params @ params), 2 * params


@pytest.fixture(scope="module")
def valley() -> st.Run:
    return st.descend(Rosenbrock(), start=STEEP)


# What it finds, against others


def test_rosenbrocks_minimum_is_found_by_the_plane_search(valley: st.Run) -> None:
    true = minimize(rosen, STEEP, jac=rosen_der, hess=rosen_hess, method="trust-exact", tol=1e-12)
    assert valley.plan.rule.name == "plane"
    assert np.allclose(valley.params, true.x, atol=1e-9)
    assert (np.diff(valley.trace.losses) <= 0).all()


def test_a_logistic_regression_written_out_ends_where_scipys_does() -> None:
    own = Logistic()
    true = minimize(
        own.value_and_gradient,
        np.zeros(3),
        jac=True,
        hess=own.hessian,
        tol=1e-13,
        method="trust-exact",
    )
    run = st.descend(own, start=np.zeros(3))
    assert run.stop.reason == "arrived"
    assert np.allclose(run.params, true.x, atol=1e-9)
    assert run.loss == pytest.approx(true.fun, rel=1e-13)


@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_it_takes_the_steps_of_the_same_loss_of_a_table(kind: str) -> None:
    X, y = problem(kind, 0)
    of_table = st.descend((X, y), loss=kind, start=np.zeros(X.shape[1] + 1), **TEXTBOOK)
    codes = of_table.data.y
    own = st.LinearObjective(X, codes, kind)
    of_function = st.descend(own.value_and_gradient, start=np.zeros(own.size), **TEXTBOOK)
    assert np.allclose(of_function.trace.params, of_table.trace.params, rtol=1e-12, atol=1e-12)
    assert np.allclose(of_function.trace.losses, of_table.trace.losses, rtol=1e-12)


TEXTBOOK: dict[str, Any] = {
    "rule": "steepest",
    "learning_rate": 0.05,
    "scale": "none",
    "steps": 40,
}


def test_an_objective_of_ours_is_descended_like_any_other() -> None:
    X, y = problem("squared", 0)
    own = st.LinearObjective(X, y, "squared")
    run = st.descend(own)
    assert np.allclose(run.params, np.linalg.lstsq(np.c_[X, np.ones(len(X))], y)[0], atol=1e-9)
    assert run.plan.random_start and run.stop.reason == "arrived"


@given(
    some.lists(some.floats(0.1, 10.0), min_size=2, max_size=6),
    some.integers(0, 2**32),
)
def test_any_bowl_is_walked_down_to_its_bottom(curvatures: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    Q = np.linalg.qr(random.normal(size=(len(curvatures),) * 2))[0]
    H, bottom, start = Q.T * curvatures @ Q, *random.normal(size=(2, len(curvatures)))

    class Bowl:
        size = len(curvatures)

        def value_and_gradient(self, x: Array) -> tuple[float, Array]:
            return float((x - bottom) @ H @ (x - bottom)) / 2 - 3.0, H @ (x - bottom)

        def curvature_along(self, x: Array, directions: list[Array]) -> Array:
            return np.array(directions) @ H @ np.array(directions).T

    run = st.descend(Bowl(), start=start)
    assert run.stop.reason == "arrived"
    assert np.allclose(run.params, bottom, atol=1e-7)


# Where it ends


def test_arrived_says_the_true_share_of_the_mean_slope(valley: st.Run) -> None:
    first, last = valley.trace[0], valley.trace[-1]
    mean = (first.loss - last.loss) / np.linalg.norm(last.params - first.params)
    assert valley.stop.reason == "arrived"
    share = np.linalg.norm(rosen_der(last.params)) / mean
    assert share <= 1e-10 and f"which is {share:.1g} of the mean slope" in valley.stop.message
    before = valley.trace[-2]
    slope = (first.loss - before.loss) / np.linalg.norm(before.params - first.params)
    assert before.gradient_norm > 1e-10 * slope


@pytest.mark.parametrize("tol", [1e-2, 1e-5])
@pytest.mark.parametrize("unit", [1.0, 1e8, 1e-8])
def test_tol_is_the_same_in_any_units_of_loss_and_params(tol: float, unit: float) -> None:
    def scaled(params: Array) -> tuple[float, Array]:
        loss, gradient = Logistic().value_and_gradient(params / unit)
        return 1e6 * loss, 1e6 * gradient / unit

    plain = st.descend(
        Logistic().value_and_gradient, start=np.ones(3), tol=tol, rule="steepest", learning_rate=1.0
    )
    other = st.descend(
        scaled, start=unit * np.ones(3), tol=tol, rule="steepest", learning_rate=unit**2 / 1e6
    )
    assert plain.stop.reason == other.stop.reason == "arrived"
    assert len(plain.trace) == len(other.trace)


def test_a_slow_walk_has_not_arrived() -> None:
    run = st.descend(bowl, start=[3.0, 4.0], rule="steepest", learning_rate=1e-9, seconds=0.05)
    assert run.stop.reason == "seconds"


def test_a_start_at_the_bottom_has_arrived() -> None:
    run = st.descend(bowl, start=[0.0, 0.0])
    assert len(run.trace) == 1 and run.stop == st.Stop(
        "arrived", "arrived: the gradient is exactly 0"
    )


def test_a_loss_below_zero_diverges_with_its_numbers() -> None:
    run = st.descend(
        lambda p: (float(p @ p) - 2.0, 2 * p), start=[1.0, 0.5], learning_rate=1.5, steps=500
    )
    assert run.stop.reason == "diverged" and run.verdicts[0].name == "divergence"
    assert run.loss == run.trace[0].loss == -0.75


def test_a_hole_in_the_loss_is_where_a_fixed_rate_ends() -> None:
    def holed(p: Array) -> tuple[float, Array]:
        return (float(p @ p) if p[0] > 1.0 else np.nan), 2 * p

    run = st.descend(holed, start=[4.0, 0.0], rule="steepest", learning_rate=0.25, steps=50)
    assert run.stop.message == "diverged: at step 2 the loss or its gradient is no finite number"
    assert run.params.tolist() == [2.0, 0.0]
    searched = st.descend(holed, start=[4.0, 0.0], steps=50)
    assert np.isfinite(searched.trace.losses).all()


# What is drawn and told


def test_the_surface_is_a_loop_over_the_loss(valley: st.Run) -> None:
    surface = valley.surface(points=7)
    assert (surface.x_name, surface.y_name) == ("param 1", "param 2")
    for i, j in np.ndindex(7, 7):
        assert surface.loss[i, j] == rosen([surface.x[j], surface.y[i]])


def test_a_plane_of_two_directions_is_the_true_loss_there() -> None:
    run = st.descend(Rosenbrock(5), start=np.zeros(5), steps=6)
    u, v = np.random.default_rng(0).normal(size=(2, 5))
    surface = run.surface(plane=(u, v), points=5)
    for i, j in np.ndindex(5, 5):
        true = rosen(run.params + surface.x[j] * u + surface.y[i] * v)
        assert surface.loss[i, j] == pytest.approx(true, rel=1e-12)


def test_by_default_it_is_over_the_two_params_that_moved_most() -> None:
    def far(p: Array) -> tuple[float, Array]:
        return bowl(p - [0.0, 5.0, 1.0, -9.0])

    run = st.descend(far, start=np.zeros(4))
    surface = run.surface(points=5)
    assert (surface.x_name, surface.y_name) == ("param 2", "param 4")
    assert set(surface.held) == {"param 1", "param 3"}
    named = run.surface("param 1", "param 3", points=5)
    assert (named.x_name, named.y_name) == ("param 1", "param 3")


def test_a_plane_of_its_own_is_asked() -> None:
    class Own(Rosenbrock):
        asked = 0

        def on_plane(self, plane: Any) -> Any:
            self.asked += 1
            return OnPlane(plane)

    class OnPlane:
        def __init__(self, plane: Any) -> None:
            self.plane = plane

        def at(self, a: Array, b: Array) -> Array:
            return np.array([rosen(self.plane.params(x, y)) for x, y in zip(a, b, strict=True)])

        def grid(self, a: Array, b: Array) -> Array:
            return self.at(np.tile(a, len(b)), np.repeat(b, len(a))).reshape(len(b), len(a))

        def bowl(self) -> None:
            return None

    own = Own()
    surface = st.descend(own, start=STEEP).surface(points=5)
    pointwise = st.descend(Rosenbrock(), start=STEEP).surface(points=5)
    assert np.array_equal(surface.loss, pointwise.loss) and own.asked == 1


def test_the_four_steps_are_told_without_a_word_of_data(valley: st.Run) -> None:
    told = valley.explain()
    assert told.startswith("Rosenbrock: 2 params\nloss: the value of Rosenbrock; rule plane")
    for heading in ("Start at the given params", "Take a step", "Calculate the new", "Repeat"):
        assert heading in told
    assert "param 1 = -1.2" in told and "loss: 24.2" in told
    for word in ("row", "feature", "target", "margin", "weight of", "bias ="):
        assert word not in told
    assert valley.stop.message in told


def test_its_own_names_are_shown() -> None:
    run = st.descend(Logistic(), start=np.zeros(3), steps=3)
    assert run.param_names == ("slope", "level", "bias")
    told = run.explain()
    assert told.startswith("my logistic: 3 params") and "level = " in told
    assert "weight of" not in told
    assert "param slope" in run.trace_table().column_names


def test_a_run_says_in_a_line_what_it_is(valley: st.Run) -> None:
    steps = len(valley.trace) - 1
    assert repr(valley) == (
        f"<Run: Rosenbrock, 2 params; loss {valley.loss:.6g} after {steps} steps, arrived>"
    )


def test_its_report_is_json_with_every_param(valley: st.Run) -> None:
    told = json.loads(json.dumps(report(valley), allow_nan=False))
    assert told["objective"] == {"name": "Rosenbrock", "params": 2}
    assert list(told["params"].values()) == valley.params.tolist()
    assert told["start_loss"] == rosen(STEEP) and told["choices"]["loss"] == "given"


def titles(run: st.Run) -> list[str]:
    return [axes.get_title(loc="left") for axes in run.figure().axes if axes.get_title(loc="left")]


def test_the_figure_has_the_gradient_in_the_place_of_the_fit(
    valley: st.Run, tmp_path: Path
) -> None:
    assert {"Gradient against step", "The loss from above", "Loss against step"} <= set(
        titles(valley)
    )
    assert "Data and fit" not in titles(valley)
    valley.figure(tmp_path / "valley.png")
    assert (tmp_path / "valley.png").stat().st_size > 10_000


def test_of_one_param_there_are_the_charts_alone() -> None:
    run = st.descend(bowl, start=[3.0])
    assert titles(run) == ["Loss against step", "Gradient against step"]
    with pytest.raises(st.ChoiceError, match="a surface needs two params, but there is 1"):
        run.surface()


@pytest.mark.prove
def test_it_is_filmed(tmp_path: Path) -> None:
    run = st.descend(bowl, start=[3.0, 4.0], rule="steepest", learning_rate=0.3, steps=2)
    run.film(tmp_path / "bowl.gif")
    assert (tmp_path / "bowl.gif").read_bytes()[:3] == b"GIF"


def test_a_notebook_shows_the_picture(valley: st.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.run.display._in_kernel", lambda: True)
    shown, _ = valley._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html", "image/png"}
    assert "<img" in shown["text/html"] and ".page(" in shown["text/html"]


def test_a_loss_below_zero_is_drawn_and_told_as_it_is() -> None:
    run = st.descend(lambda p: (float(p @ p) - 50.0, 2 * p), start=[3.0, 4.0])
    assert run.stop.reason == "arrived" and not run.verdicts and run.loss == -50.0
    assert "loss: -25" in run.explain() and "-25 → -43.75: it fell by 18.75 (75 %)" in run.explain()
    surface = run.surface(points=21)
    for axis, path in zip((surface.x, surface.y), surface.path.T, strict=True):
        assert axis[0] < path.min() and path.max() < axis[-1]
    assert "Loss surface" in titles(run)


# What it has not


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda run: run.predict([[1.0]]), "run.predict"),
        (lambda run: run.predict_proba([[1.0]]), "run.predict_proba"),
        (lambda run: run.score(([[1.0]], [1.0])), "run.score"),
        (lambda run: run.prediction_table("geyser"), "run.prediction_table"),
        (lambda run: run.table(), "run.table"),
        (lambda run: run.data, "run.data"),
        (lambda run: run.weights, "weights and bias"),
        (lambda run: run.bias, "weights and bias"),
    ],
)
def test_what_needs_rows_says_what_there_is_instead(valley: st.Run, ask: Any, what: str) -> None:
    with pytest.raises(st.ChoiceError, match=rf"^{what}: that needs a table .* figure\(\)"):
        ask(valley)
    assert valley.classes is None and valley.feature_names == ()


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"target": "y"}, "target"),
        ({"l2": 0.1}, "l2"),
        ({"loss": "huber", "sample_weight": [1.0]}, "sample_weight and loss"),
        ({"missing": "drop"}, "missing"),
    ],
)
def test_options_of_a_table_are_refused(more: dict[str, Any], named: str) -> None:
    with pytest.raises(st.ChoiceError, match=f"^{named} goes with a table"):
        st.descend(bowl, start=[1.0], **more)


def test_defaults_said_aloud_are_no_fault() -> None:
    assert st.descend(bowl, start=[1.0], l2=0.0, loss="auto", missing="error").loss == 0.0


# Faults of its own


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda p: (1.0, p[:1]), r"gradient of the objective has the shape \(1,\), .*\(2,\)"),
        (lambda p: (1.0, "up"), "gradient of the objective is 'up', but it must be numbers"),
        (lambda p: float(p @ p), r"returned 5.0, but it must return a pair \(loss, gradient\)"),
        (lambda p: (p, p), "loss of the objective is array.*must be one number"),
        (
            lambda p: (np.nan, p),
            "the loss at the start is nan: start where loss and gradient",
        ),
        (lambda p: (np.inf, p), "loss at the start is inf: start where loss and gradient"),
    ],
)
def test_what_an_objective_returns_is_checked(function: Any, said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(function, start=[1.0, 2.0])


def test_a_curvature_of_another_shape_is_refused() -> None:
    class Wrong(Rosenbrock):
        def curvature_along(self, x: Array, directions: list[Array]) -> Any:
            return rosen_hess(x)

    with pytest.raises(st.ChoiceError, match=r"curvature_along of .* shape \(2, 2\).*\(1, 1\)"):
        st.descend(Wrong(), start=STEEP)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (None, "start is missing: give one number per param"),
        ([1.0, 2.0, 3.0], "start has 3 numbers, but there are 2 params$"),
        ([1.0, np.inf], "start holds inf"),
        (["a", "b"], "it must be numbers"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(start: Any, said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        st.descend(Rosenbrock(), start=start)


def test_names_must_be_one_for_each_param() -> None:
    class Named(Rosenbrock):
        param_names = ("a", "a")

    with pytest.raises(st.ChoiceError, match=r"param_names .* 1 different names, but .* 2 params"):
        st.descend(Named(), start=STEEP)


def test_an_error_of_the_objective_names_the_step_and_has_the_run_so_far() -> None:
    calls = 0

    def failing(p: Array) -> tuple[float, Array]:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise ZeroDivisionError("no more")
        return bowl(p)

    with pytest.raises(ZeroDivisionError, match="no more") as caught:
        st.descend(failing, start=[3.0, 4.0], rule="steepest", learning_rate=0.1, steps=20)
    assert "steepest: the objective failed at step 5" in caught.value.__notes__
    run = caught.value.run  # type: ignore[attr-defined]
    assert len(run.trace) == 5 and run.stop.reason == "failed"
    assert run.stop.message == "stopped: the objective failed at step 5: no more"
    whole = st.descend(bowl, start=[3.0, 4.0], rule="steepest", learning_rate=0.1, steps=4)
    assert np.array_equal(run.trace.params, whole.trace.params)
    calls = -100
    assert len(run.resume(steps=3).trace) == 8


def test_an_error_at_the_start_is_that_error() -> None:
    def failing(p: Array) -> tuple[float, Array]:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone") as caught:
        st.descend(failing, start=[3.0])
    assert caught.value.__notes__ == ["steepest: the objective failed at step 0"]


# Callbacks, Ctrl-C, files


def test_a_callback_ends_it_and_a_run_is_a_start() -> None:
    run = st.descend(Rosenbrock(), start=STEEP, callback=lambda step: step.index == 3)
    assert run.stop.reason == "callback" and len(run.trace) == 4
    again = st.descend(Rosenbrock(), start=run, steps=1)
    assert np.array_equal(again.trace[0].params, run.params)


def test_ctrl_c_keeps_the_steps() -> None:
    def impatient(p: Array) -> tuple[float, Array]:
        if p[0] < 1.0:
            raise KeyboardInterrupt
        return bowl(p)

    run = st.descend(impatient, start=[4.0], rule="steepest", learning_rate=0.1, steps=99)
    assert run.stop.reason == "interrupted" and run.params[0] >= 1.0


@pytest.mark.parametrize(
    "options", [{}, {"rule": "adam", "learning_rate": 0.1}, {"rule": "steepest"}], ids=str
)
def test_a_run_is_gone_on_with_to_the_bit(options: dict[str, Any], tmp_path: Path) -> None:
    whole = st.descend(Rosenbrock(4), start=np.zeros(4), steps=12, **options)
    part = st.descend(Rosenbrock(4), start=np.zeros(4), steps=5, **options)
    part.save(tmp_path / "part.steepest")
    loaded = st.load(tmp_path / "part.steepest", objective=Rosenbrock(4))
    for gone_on in (part.resume(steps=7), loaded.resume(steps=7)):
        assert np.array_equal(gone_on.trace.params, whole.trace.params)
        assert np.array_equal(gone_on.trace.losses, whole.trace.losses)
        assert np.array_equal(gone_on.trace.momenta, whole.trace.momenta)


def test_a_file_tells_the_run_and_says_what_it_has_not(valley: st.Run, tmp_path: Path) -> None:
    valley.save(tmp_path / "valley.steepest")
    loaded = st.load(tmp_path / "valley.steepest")
    assert loaded.explain() == valley.explain() and repr(loaded) == repr(valley)
    assert report(loaded) == report(valley)
    assert loaded.trace_table().equals(valley.trace_table())
    assert titles(loaded) == ["Loss against step", "Gradient against step"]
    needs = r"the objective Rosenbrock is code.*load\(path, objective=\.\.\.\)"
    for ask in (loaded.surface, loaded.resume, lambda: loaded.objective.value(loaded.params)):
        with pytest.raises(st.ChoiceError, match=needs):
            ask()
    whole = st.load(tmp_path / "valley.steepest", objective=Rosenbrock())
    assert np.array_equal(whole.surface(points=9).loss, valley.surface(points=9).loss)
    loaded.save(tmp_path / "again.steepest")
    assert st.load(tmp_path / "again.steepest").explain() == valley.explain()


def test_another_objective_is_not_taken_for_the_runs_own(valley: st.Run, tmp_path: Path) -> None:
    valley.save(tmp_path / "valley.steepest")
    with pytest.raises(st.ChoiceError, match="give the objective that it was made with, Rosenb"):
        st.load(tmp_path / "valley.steepest", objective=bowl)
    with pytest.raises(st.ChoiceError, match="has 3 params, but the run in the file has 2"):
        st.load(tmp_path / "valley.steepest", objective=Rosenbrock(3))
    st.descend("orings", "damaged", steps=1).save(tmp_path / "table.steepest")
    with pytest.raises(st.ChoiceError, match="leave objective out"):
        st.load(tmp_path / "table.steepest", objective=bowl)


# A network of PyTorch

SCRIPTED = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
"""PyTorch's own jvp asks for what it calls deprecated."""


class Network:
    """A 64-16-10 tanh network in torch.func, its cross entropy on some of the digits."""

    def __init__(self, rows: int = 200) -> None:
        torch = pytest.importorskip("torch")
        datasets = pytest.importorskip("sklearn.datasets")
        digits = datasets.load_digits()
        X = torch.tensor(digits.data[:rows] / 16.0)
        y = torch.tensor(digits.target[:rows])
        shapes = [(64, 16), (16,), (16, 10), (10,)]
        sizes = [int(np.prod(shape)) for shape in shapes]
        self.size, self.torch = sum(sizes), torch
        torch.set_num_threads(1)  # on a busy machine its threads wait for each other

        def loss(params: Any) -> Any:
            parts = torch.split(params, sizes)
            W, b, V, c = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
            scores = torch.tanh(X @ W + b) @ V + c
            return torch.nn.functional.cross_entropy(scores, y)

        self._loss = loss
        self._grad = torch.func.grad(loss)
        self._both = torch.func.grad_and_value(loss)
        random = np.random.default_rng(0)
        self.start = np.concatenate(
            [
                random.normal(size=size) * (shape[0] ** -0.5 if len(shape) > 1 else 0.0)
                for shape, size in zip(shapes, sizes, strict=True)
            ]
        )

    def value(self, params: Array) -> float:
        with self.torch.no_grad():
            return float(self._loss(self.torch.from_numpy(params)))

    def value_and_gradient(self, params: Array) -> tuple[float, Array]:
        gradient, loss = self._both(self.torch.from_numpy(params))
        return float(loss), gradient.numpy()

    def curvature_along(self, params: Array, directions: list[Array]) -> Array:
        at = self.torch.from_numpy(params)
        moved = [
            self.torch.func.jvp(self._grad, (at,), (self.torch.from_numpy(v),))[1].numpy()
            for v in directions
        ]
        return np.array(directions) @ np.array(moved).T

    def by_adam(self, rate: float, steps: int) -> float:
        """Return the loss after so many steps of PyTorch's own Adam."""
        params = self.torch.tensor(self.start, requires_grad=True)
        adam = self.torch.optim.Adam([params], lr=rate)
        for _ in range(steps):
            adam.zero_grad()
            self._loss(params).backward()
            adam.step()
        return self.value(params.detach().numpy())


@SCRIPTED
def test_a_network_of_pytorch_is_descended_drawn_told_and_saved(tmp_path: Path) -> None:
    net = Network()
    run = st.descend(net, start=net.start, steps=30)
    assert run.plan.rule.name == "plane"
    assert all(after <= before for before, after in pairwise(run.trace.losses))
    assert 10 * run.loss < min(net.by_adam(rate, 30) for rate in (0.003, 0.01, 0.03, 0.1))
    u, v = np.random.default_rng(1).normal(size=(2, net.size))
    surface = run.surface(plane=(u, v), points=5)
    at = run.params + surface.x[1] * u + surface.y[3] * v
    assert surface.loss[3, 1] == pytest.approx(net.value(at), rel=1e-12)
    assert run.explain().startswith("Network: 1,210 params")
    run.save(tmp_path / "net.steepest")
    loaded = st.load(tmp_path / "net.steepest", objective=net)
    assert np.array_equal(loaded.params, run.params)
    assert np.array_equal(loaded.resume(steps=2).params, run.resume(steps=2).params)


@SCRIPTED
def test_its_products_are_those_of_finite_differences() -> None:
    net = Network(40)
    v = np.random.default_rng(2).normal(size=net.size)
    v /= np.linalg.norm(v)
    ahead, behind = (net.value_and_gradient(net.start + h * v)[1] for h in (1e-5, -1e-5))
    found = net.curvature_along(net.start, [v])[0, 0]
    assert found == pytest.approx(v @ (ahead - behind) / 2e-5, rel=1e-6)


def test_steepest_does_not_load_torch() -> None:
    code = "import sys, steepest; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
