"""The network of the page takes Python's steps: the same sums, losses, gradients and numbers."""

from typing import Any

import golden
import numpy as np
import pytest
from test_golden import assert_same_verdicts, descend

import steepest as st
from steepest.objective.model.activation import ACTIVATIONS
from steepest.objective.model.initial import INITIALISATIONS
from steepest.page.joiner import join
from steepest.page.replay import PAGE_RULES

SAME = 1e-10
"""Both add up the same doubles in another order, over 50 steps; the bar of the page's network."""

SURFACE = """async ({ scene, choices, ask }) => {
  const { localEngine } = await import('/engine/local.js');
  const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
  const engine = localEngine({ ...scene, ...arrays });
  const found = await engine.surface({ choices, rows: null, ...ask });
  const arrays_of = (names) => names.map((name) => [name, Array.from(found[name])]);
  return { ...found, ...Object.fromEntries(arrays_of(['x', 'y', 'loss', 'ux', 'uy', 'px', 'py'])) };
}"""


def walked(modules: Any, case: golden.Case) -> Any:
    return descend(modules, {name: case[name] for name in ("scene", "choices")})


def assert_same_steps(found: Any, wanted: Any, rtol: float = SAME) -> None:
    """Check each list of numbers, relative to its largest: what cancels to 0 keeps no digit."""
    assert found["count"] == wanted["count"]
    for name in ("params", "gradient", "loss", "fullLoss", "norm", "rate", "momentum"):
        a, b = (np.array(run[name]) for run in (found, wanted))
        assert np.abs(a - b).max() <= rtol * max(np.abs(b).max(), 1e-2), name


def assert_same_run(found: Any, wanted: Any, rtol: float = SAME) -> None:
    assert_same_steps(found, wanted, rtol)
    for name in ("curvature", "limit", "exactLimit", "stop"):
        assert found[name] == wanted[name], name
    assert_same_verdicts(found["verdicts"], wanted["verdicts"])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str, modules: Any) -> None:
    case = golden.network_case("softmax", (4, 3), activation=activation)
    assert_same_run(walked(modules, case), case["run"])


@pytest.mark.parametrize("kind", golden.NETWORKED)
def test_every_loss_and_the_penalty(kind: str, modules: Any) -> None:
    case = golden.network_case(kind, (5,), l2=0.01, learning_rate=1e-3)
    assert_same_run(walked(modules, case), case["run"])


@pytest.mark.parametrize("rule", [rule for rule in PAGE_RULES if rule not in ("plane", "lbfgs")])
def test_every_rule(rule: str, modules: Any) -> None:
    plain = {"scale": "none", "init": "glorot"}
    case = golden.network_case("softmax", (4,), rule=rule, learning_rate=1e-3, **plain)
    assert_same_run(walked(modules, case), case["run"])


@pytest.mark.parametrize("initial", INITIALISATIONS)
def test_every_random_start(initial: str, modules: Any) -> None:
    case = golden.network_case("softmax", (6, 2, 5), init=initial, steps=0, seed=7)
    assert_same_run(walked(modules, case), case["run"], 1e-12)


@pytest.mark.parametrize("activation", ["tanh", "gelu", "softplus", "sigmoid"])
def test_the_plane_search_bends_as_pythons(activation: str, modules: Any) -> None:
    case = golden.network_case(
        "softmax",
        (4, 3),
        activation=activation,
        rule="plane",
        learning_rate="auto",
        steps=6,
        l2=0.01,
    )
    assert_same_steps(walked(modules, case), case["run"], 1e-8)


@pytest.mark.parametrize("kind", ["squared", "softmax"])
def test_lbfgs_takes_pythons_steps(kind: str, modules: Any) -> None:
    case = golden.network_case(
        kind, (4, 3), rule="lbfgs", learning_rate="auto", scale="standard", steps=25, l2=0.01
    )
    assert_same_steps(walked(modules, case), case["run"], 1e-7)


@pytest.mark.parametrize(
    ("kind", "rate"), [("squared", "auto"), ("absolute", "auto"), ("softmax", "time:0.01")]
)
def test_mini_batches(kind: str, rate: str, modules: Any) -> None:
    case = golden.network_case(kind, (4,), batch=32, learning_rate=rate, steps=30)
    assert_same_run(walked(modules, case), case["run"], 1e-9)


def test_a_searched_rate(modules: Any) -> None:
    case = golden.network_case("squared", (4,), learning_rate="auto", steps=7)
    assert_same_steps(walked(modules, case), case["run"], 1e-8)


@pytest.mark.parametrize("axes", [(0, 1), (14, 68), (60, 77), (77, 2)])
def test_the_surface_over_any_two_params(axes: tuple[int, int], modules: Any) -> None:
    """Weights and biases of one layer or two, whichever comes first."""
    case = golden.network_case("softmax", (5, 4), steps=3, l2=0.1)
    run, names = case["of"], case["of"].param_names
    x, y = (names[i] for i in axes)
    wanted = run.surface(x=x, y=y, points=9)
    ask = {"x": axes[0], "y": axes[1], "points": 9, "base": run.params.tolist()}
    ask["window"] = [*wanted.x[[0, -1]].tolist(), *wanted.y[[0, -1]].tolist()]
    asked = {name: case[name] for name in ("scene", "choices")} | {"ask": ask}
    found = modules.evaluate(SURFACE, asked)
    assert found["loss"] == pytest.approx(wanted.loss.ravel(), rel=1e-12)


@pytest.mark.parametrize("plane", ["path", "random", "sharpest"])
@pytest.mark.parametrize(
    ("kind", "scale"), [("softmax", "standard"), ("squared", "standard"), ("cross_entropy", "none")]
)
def test_the_planes_are_pythons(kind: str, plane: str, scale: str, modules: Any) -> None:
    """Directions, what is seen of them, the loss there and what is said: the seed is 0 in both."""
    rate = {"standard": 1e-3, "none": 1e-5}[scale]
    case = golden.network_case(kind, (5, 4), scale=scale, steps=6, l2=0.01, learning_rate=rate)
    run = case["of"]
    assert run.result.index == 6
    wanted, path = run.surface(plane=plane, points=9), run.trace.params.ravel().tolist()
    see = [{"params": path, "loss": run.trace.full_losses.tolist()}]
    ask = {"axes": plane, "points": 9, "see": see, "path": path, "base": run.params.tolist()}
    asked = {name: case[name] for name in ("scene", "choices")} | {"ask": ask}
    found = modules.evaluate(SURFACE, asked)
    px, py = wanted.axes.reading
    axes = {"ux": wanted.axes.u, "uy": wanted.axes.v, "px": px, "py": py}
    for name, numbers in ({"x": wanted.x, "y": wanted.y} | axes).items():
        assert np.array(found[name]) == pytest.approx(numbers, rel=1e-7, abs=1e-7), name
    assert found["loss"] == pytest.approx(wanted.loss.ravel(), rel=1e-7)
    assert found["xName"] == wanted.x_name
    assert found["said"].split(";")[0].rstrip(".") == wanted.in_words.split(";")[0].rstrip(".")


def test_a_plane_that_is_not_there_is_refused(modules: Any) -> None:
    kinks = golden.network_case("absolute", (3,), steps=2)
    zeros = golden.network_case("squared", (3,), init="zeros", steps=0)
    for case, plane, why in ((kinks, "sharpest", "kinks"), (zeros, "random", "span no plane")):
        base = case["of"].params.tolist()
        see = [{"params": base, "loss": [1.0]}]
        ask = {"axes": plane, "points": 9, "see": see, "base": base}
        asked = {name: case[name] for name in ("scene", "choices")} | {"ask": ask}
        with pytest.raises(Exception, match=why):
            modules.evaluate(SURFACE, asked)


def test_what_is_proved_of_the_end_is_told_alike(modules: Any) -> None:
    apart = golden.network_case("softmax", (8,), rule="adam", learning_rate=0.05, steps=120)
    alike = golden.network_case("squared", (3, 2), init="zeros", steps=3)
    for case, name in ((apart, "separation"), (alike, "symmetry")):
        assert [verdict["name"] for verdict in case["run"]["verdicts"]] == [name]
        assert walked(modules, case)["verdicts"] == case["run"]["verdicts"]


def test_a_network_goes_wrong_in_pythons_words(modules: Any) -> None:
    case = golden.network_case("squared", (4,), learning_rate=30.0, steps=60)
    found = walked(modules, case)
    assert found["stop"] == case["run"]["stop"]
    told = [[one["message"] for one in run["verdicts"]] for run in (found, case["run"])]
    assert told[0] == told[1] != []


def test_there_is_no_other_activation_nor_start(modules: Any) -> None:
    case = golden.network_case("squared", (2,), steps=0)
    odd = {"activation": "cube", "initial": "cube"}
    for name, word in odd.items():
        scene = case["scene"] | {"network": case["scene"]["network"] | {name: word}}
        with pytest.raises(Exception, match=r"there is no .* 'cube'; choose one of"):
            walked(modules, case | {"scene": scene})


def test_the_gradient_is_that_of_the_loss(modules: Any) -> None:
    """Against differences, at weights so large that units are all but flat."""
    case = golden.network_case("cross_entropy", (3, 2), activation="gelu", steps=0)
    objective = case["of"].objective
    params = 3.0 * np.random.default_rng(0).standard_normal(objective.size) / 100
    case["choices"]["start"] = params.tolist()
    found = walked(modules, case)
    at = objective.evaluate(params)
    assert found["loss"][0] == pytest.approx(at.loss, rel=1e-12)
    assert found["gradient"] == pytest.approx(at.gradient, rel=1e-10, abs=1e-12)


BESIDE = """async ({ scene, choices, ask, text }) => {
  const [{ localEngine }, { Helper, workersOf }] = await Promise.all(
    ['local', 'helper'].map((name) => import(`/engine/${name}.js`)));
  const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
  const workers = (make) => {
    let made = 0;
    return [() => { made += 1; return make(); }, () => made];
  };
  const forbidden = () => { throw new Error('no worker may be made here'); };
  // A policy that forbids workers is told by an event.
  const silenced = () => {
    const worker = { terminate() {}, postMessage: () => setTimeout(() => worker.onerror()) };
    return worker;
  };
  const makers = [workersOf(text), forbidden, silenced];
  const found = [];
  for (const [make, count] of [[null, () => 0], ...makers.map(workers)]) {
    const engine = localEngine({ ...scene, ...arrays }, make && new Helper(make));
    const surface = (more) => engine.surface({ choices, rows: null, ...ask, ...more });
    const { loss, nx, coarse } = await surface({});
    const fine = surface({ drawn: nx });
    const end = fine.then(({ nx }) => nx, (error) => error.superseded && 'superseded');
    if (make) engine.giveUp();
    found.push([Array.from(loss), nx, coarse, await end, count()]);
    engine.close();
  }
  return found;
}"""


def test_a_worker_answers_with_the_same_bits_and_the_page_does_where_there_is_none(
    modules: Any,
) -> None:
    text = join("engine/beside.js", ("answerGrids",)) + "answerGrids(globalThis);\n"
    case = golden.network_case("softmax", (30, 20), steps=1)
    base = case["of"].params.tolist()
    ask = {"x": 0, "y": 700, "base": base, "window": [-1.0, 1.0, -1.0, 1.0]}
    asked = {name: case[name] for name in ("scene", "choices")}
    alone, *others = modules.evaluate(BESIDE, asked | {"ask": ask, "text": text})
    losses, points, coarse, finer, _ = alone
    assert (points, coarse, finer) == (9, True, 17)
    assert [found[-1] for found in others] == [1, 1, 1]
    assert [found[:-1] for found in others] == 3 * [[losses, points, coarse, "superseded"]]


NESTED = """async ({ scene, choices, ask }) => {
  const [{ localEngine }, { differenceOf }] = await Promise.all(
    ['engine/local', 'draw/heights'].map((name) => import(`/${name}.js`)));
  const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
  const engine = localEngine({ ...scene, ...arrays });
  const surface = (more) => engine.surface({ choices, rows: null, ...ask, ...more });
  const coarser = await surface({ points: 9 });
  const { x, y, nx } = coarser;
  const more = { window: [x[0], x[nx - 1], y[0], y[nx - 1]], points: 17, drawn: 9 };
  const whole = await surface(more);
  const filled = await surface({ ...more, coarser });
  // Where it is reused a value of the coarser surface is not worked out: one that is odd stays odd.
  const odd = { ...coarser, loss: coarser.loss.with(5 * nx + 3, -7) };
  const seen = (await surface({ ...more, coarser: odd })).loss;
  const other = await surface({ ...more, coarser: { ...odd, held: odd.held.with(0, 9) } });
  return { whole: Array.from(whole.loss), filled: Array.from(filled.loss), odd: seen[10 * 17 + 6],
    count: seen.filter((value) => value === -7).length, other: Array.from(other.loss),
    off: differenceOf(coarser, filled), same: differenceOf(filled, filled) };
}"""


def test_a_finer_surface_keeps_what_is_known_and_tells_how_far_off_it_was(modules: Any) -> None:
    case = golden.network_case("cross_entropy", (4, 3), steps=1)
    base = case["of"].params.tolist()
    asked = {name: case[name] for name in ("scene", "choices")}
    found = modules.evaluate(NESTED, asked | {"ask": {"x": 0, "y": 20, "base": base}})
    assert found["filled"] == pytest.approx(found["whole"], rel=1e-13)
    assert (found["odd"], found["count"]) == (-7, 1)
    assert min(found["other"]) > 0
    assert 0 <= found["same"] < 1e-12 < found["off"] < max(found["whole"])


WRONG = """async ({ scene, start }) => {
  const [{ chooseObjective }, { chooseLoss }, checks] = await Promise.all(
    ['choose_objective', 'losses', 'recomputed'].map((name) => import(`/engine/${name}.js`)));
  const [X, y] = [scene.X, scene.y].map((values) => Float64Array.from(values));
  const objective = chooseObjective(scene, X, y, chooseLoss('squared', 1, {}), 0.1);
  const params = Float64Array.from(start);
  const right = objective.valueAndGradient(params);
  const most = Math.max(...right.gradient.map(Math.abs), right.loss);
  const told = { index: [0], params, size: params.length, choices: {}, fullLoss: [right.loss] };
  const found = { right: [checks.gradientCheck(objective, params).share] };
  found.right.push(checks.pythonCheck(objective, { ...told, gradient: right.gradient }).share);
  const odd = right.gradient.with(2, right.gradient[2] + 1e-3 * most);
  found.wrong = [checks.pythonCheck(objective, { ...told, gradient: odd }).share];
  objective.valueAndGradient = () => ({ ...right, gradient: odd });
  found.wrong.push(checks.gradientCheck(objective, params).share);
  return found;
}"""


def test_the_badge_finds_a_slope_that_is_off(modules: Any) -> None:
    case = golden.network_case("squared", (3,), steps=0)
    start = np.linspace(-1.0, 1.0, case["of"].objective.size).tolist()
    found = modules.evaluate(WRONG, {"scene": case["scene"], "start": start})
    assert max(found["right"]) < 1e-7
    assert min(found["wrong"]) > 1e-5


PATH = """async ({ scene, choices, ask }) => {
  const { localEngine } = await import('/engine/local.js');
  const { onPlane, pathOf } = await import('/state/select.js');
  const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
  const { path, base, ...rest } = ask;
  const see = [{ params: Float64Array.from(path), loss: Float64Array.from(ask.loss) }];
  const more = { path: see[0].params, base: Float64Array.from(base), see };
  const surface = await localEngine({ ...scene, ...arrays })
    .surface({ choices, rows: null, ...rest, ...more, axes: 'path', points: 9 });
  const run = { index: ask.loss, params: see[0].params, size: base.length };
  const numbers = { ux: surface.ux, uy: surface.uy, share: surface.share, loss: surface.loss };
  const found = { ...numbers, path: pathOf(run, surface), end: onPlane(surface, more.base) };
  return Object.fromEntries(Object.entries(found).map(([key, list]) => [key, Array.from(list)]));
}"""


@pytest.mark.parametrize(("kind", "scale"), [("softmax", "standard"), ("squared", "none")])
def test_the_plane_of_the_path_is_pythons(kind: str, scale: str, modules: Any) -> None:
    case = golden.network_case(kind, (5, 4), scale=scale, learning_rate=1e-3, rule="adam")
    run = case["of"]
    assert run.result.index > 0
    ask = {"path": run.trace.params.ravel().tolist(), "base": run.params.tolist()}
    ask["loss"] = run.trace.losses.tolist()
    asked = {name: case[name] for name in ("scene", "choices")} | {"ask": ask}
    found = {name: np.array(one) for name, one in modules.evaluate(PATH, asked).items()}
    axes = run.surface(plane="path", points=2).axes
    assert found["ux"] == pytest.approx(axes.u, rel=1e-9, abs=1e-12)
    assert found["uy"] == pytest.approx(axes.v, rel=1e-9, abs=1e-9 * np.abs(axes.v).max())
    assert found["share"] == pytest.approx([axes.numbers[one] for one in ("first", "second")])
    wanted = axes.read(run.trace.params)
    assert found["path"].reshape(-1, 2) == pytest.approx(wanted, abs=1e-9 * np.abs(wanted).max())
    assert np.abs(found["end"]).max() <= 1e-12 * np.abs(wanted).max()
    assert np.isfinite(found["loss"]).all()


@pytest.mark.parametrize("initial", INITIALISATIONS)
def test_how_a_start_is_drawn_is_told_alike(initial: str, modules: Any) -> None:
    tell = "async (name) => (await import('/engine/initial.js')).startInWords(name)"
    run = st.descend("geyser", "waiting", hidden=(2,), init=initial, steps=0)
    assert modules.evaluate(tell, initial) == run.objective.start_in_words
