"""The engine in the page: what is lowest, what cannot be, and what it says then."""

import base64
from typing import Any

import golden
import numpy as np
import pytest
from scipy.optimize import linprog
from telling import record

import steepest as st
from steepest.run.lowest_loss import lowest_loss

ASK = """async ({ scene, request, rows, what }) => {
  const { localEngine } = await import('/engine/local.js');
  const doubles = (values) => Float64Array.from(values);
  const engine = localEngine({ ...scene, X: doubles(scene.X), y: doubles(scene.y) });
  const own = rows && { X: doubles(rows.X), y: doubles(rows.y) };
  try {
    const answer = await engine[what]({ ...request, rows: own });
    return { kind: engine.kind, answer: answer.lowest !== undefined ? answer.lowest : answer };
  } catch (error) {
    return { kind: engine.kind, error: error.message };
  }
}"""


def ask(
    modules: Any,
    kind: str,
    what: str = "descend",
    rows: Any = None,
    scene: Any = None,
    params: Any = None,
    **asked: Any,
) -> Any:
    run = golden.run_of(kind, steps=0)
    choices = golden.choices_of(run) | {"steps": 5, "learning_rate": 1e-3} | asked
    request = {"choices": choices, "params": params}
    told = golden.scene_of(run) | (scene or {})
    return modules.evaluate(ASK, {"scene": told, "request": request, "rows": rows, "what": what})


def lowest(modules: Any, kind: str, **asked: Any) -> Any:
    return ask(modules, kind, **asked)["answer"]


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["squared", "huber", "cross_entropy", "softmax"])
def test_the_lowest_loss_there_is(kind: str, l2: float, modules: Any) -> None:
    run = golden.run_of(kind, l2=l2, scale="auto", steps=None)
    assert run.stop.reason in ("arrived", "settled")
    assert lowest(modules, kind, l2=l2) == pytest.approx(run.loss, rel=1e-9)


@pytest.mark.parametrize("delta", [1.0, 1e-2, 1e-4])
def test_the_lowest_huber_loss_is_known_however_small_delta_is(delta: float, modules: Any) -> None:
    known = lowest_loss(golden.run_of("huber", steps=0, delta=delta).objective)
    assert lowest(modules, "huber", delta=delta) == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_the_lowest_loss_does_not_depend_on_where_the_feature_lies(kind: str, modules: Any) -> None:
    data = golden.run_of(kind, steps=0).data
    told = [
        lowest(modules, kind, rows={"X": (data.X[:, 0] + far).tolist(), "y": data.y.tolist()})
        for far in (0.0, 1e6)
    ]
    assert told[1] == pytest.approx(told[0], rel=1e-8)


def test_the_lowest_absolute_loss_is_that_of_a_linear_program(modules: Any) -> None:
    run = golden.run_of("absolute", steps=0)
    X, y, n = run.data.X[:, 0], run.data.y, len(run.data.y)
    line = np.column_stack([X, np.ones(n)])
    bounds = np.block([[line, -np.eye(n)], [-line, -np.eye(n)]])
    cost = np.concatenate([[0, 0], np.full(n, 1 / n)])
    free = [(None, None)] * 2 + [(0, None)] * n
    program = linprog(cost, A_ub=bounds, b_ub=np.concatenate([y, -y]), bounds=free)
    assert lowest(modules, "absolute") == pytest.approx(program.fun, rel=1e-9)


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_classes_that_a_line_parts_have_no_lowest_loss(kind: str, modules: Any) -> None:
    y = np.repeat(np.arange(2 if kind == "cross_entropy" else 3), 8)
    rows = {"X": (10.0 * y + np.arange(len(y)) / 9).tolist(), "y": y.tolist()}
    answer = ask(modules, kind, rows=rows)
    assert answer == {"kind": "page", "answer": None}


ONWARD = """async (cases) => {
  const { localEngine } = await import('/engine/local.js');
  const bits = (key, value) => (ArrayBuffer.isView(value) ? Array.from(value, String) : value);
  const different = [];
  for (const [name, { scene, choices }] of Object.entries(cases)) {
    const arrays = { X: Float64Array.from(scene.X), y: Float64Array.from(scene.y) };
    const [one, other] = [0, 1].map(() => localEngine({ ...scene, ...arrays }));
    const walk = (engine, steps) => engine.descend({ choices: { ...choices, steps }, rows: null });
    await walk(one, 4);
    await walk(one, 9);
    const [parts, whole] = [await walk(one, 15), await walk(other, 15)];
    if (JSON.stringify(parts, bits) !== JSON.stringify(whole, bits)) different.push(name);
  }
  return different;
}"""


def test_a_run_that_goes_on_is_the_one_that_is_walked_at_once(modules: Any) -> None:
    """To the bit, whatever the rule remembers; a cosine depends on all steps: it is walked anew."""
    cases = {rule: golden.case("huber", rule=rule) for rule in ("adam", "momentum")}
    cases["round"] = golden.case("softmax", rule="plane", scale="round", l2=0.01, steps=4)
    cases["quasi-Newton"] = golden.case("cross_entropy", rule="lbfgs", steps=4)
    cases["batch"] = golden.case("softmax", learning_rate=0.002, batch=32, seed=5)
    cases["cosine"] = golden.case("huber", learning_rate="cosine:0.001")
    assert modules.evaluate(ONWARD, cases) == []


def test_of_a_long_run_every_step_is_kept(modules: Any) -> None:
    script = """async ({ scene, choices }) => {
      const { localEngine } = await import('/engine/local.js');
      const doubles = (values) => Float64Array.from(values);
      const engine = localEngine({ ...scene, X: doubles(scene.X), y: doubles(scene.y) });
      const run = await engine.descend({ choices, rows: null });
      return [run.count, Array.from(run.index), run.fullLoss.length, run.params.length];
    }"""
    run = golden.run_of("squared", steps=0)
    choices = golden.choices_of(run) | {"steps": 6000, "learning_rate": 1e-3}
    asked = {"scene": golden.scene_of(run), "choices": choices}
    count, index, losses, params = modules.evaluate(script, asked)
    assert count == losses == 6001 and index == list(range(6001)) and params == 2 * 6001


WHOLE = """async ({ record, more }) => {
  const { fromBase64 } = await import('/engine/wire.js');
  const { localEngine } = await import('/engine/local.js');
  const scene = fromBase64(record);
  const run = localEngine(scene).whole({ ...scene.run, ...more });
  const { count, best, result, stop } = run;
  const back = run.heldOut ? [...run.heldOut.loss] : null;
  return { count, best, result, stop, back, index: [...run.index], params: [...run.params],
    loss: [...run.fullLoss], rate: [...run.rate] };
}"""


ZIGZAG = golden.safe_rate("squared", "steepest", "none", 0.9999)


@pytest.mark.parametrize(
    "kind, asked",
    [
        ("squared", {"learning_rate": ZIGZAG, "steps": 3000}),
        ("squared", {"learning_rate": 1.0005 * ZIGZAG, "steps": 4000}),
        ("huber", {"rule": "momentum", "learning_rate": 0.01, "steps": 3000}),
        ("cross_entropy", {"learning_rate": "time:0.002", "steps": 3000, "batch": 7}),
        ("softmax", {"rule": "nesterov", "learning_rate": 1e-4, "steps": 3000, "l2": 0.1}),
    ],
)
def test_a_file_holds_some_steps_and_the_page_walks_the_others(
    kind: str, asked: Any, modules: Any
) -> None:
    run = golden.run_of(kind, **asked)
    told = record(run)
    kept = len(base64.b64decode(told["run"]["index"]["$i4"])) // 4
    assert len(run.trace) > 3000 and kept <= 2003
    found = modules.evaluate(WHOLE, {"record": told, "more": {}})
    assert found["count"] == len(run.trace) and found["index"] == list(range(len(run.trace)))
    params = np.array(found["params"]).reshape(len(run.trace), -1)
    np.testing.assert_allclose(params, run.trace.params, rtol=1e-8, atol=1e-8)
    assert found["rate"] == pytest.approx(run.trace.learning_rates.tolist(), rel=1e-12)
    assert found["best"] == int(np.argmin(found["loss"]))
    assert found["stop"]["message"] == run.stop.message


def test_steps_walked_by_the_page_leave_the_rows_kept_back_where_they_were(modules: Any) -> None:
    choices = {"learning_rate": 0.03, "scale": "none", "steps": 3000, "rule": "steepest"}
    source, target, features = "geyser", "waiting", ["duration"]
    how: dict[str, Any] = {
        "validation": 0.3,
        "stop": "validation",
        "patience": 3000,
        "seed": 3,
    } | choices
    run = st.descend(source, target, features, **how)
    found = modules.evaluate(WHOLE, {"record": record(run), "more": {}})
    best = run.trace.best_validated
    assert best is not None and best.index < 3000
    assert found["index"] == list(range(3001)) and found["result"] == best.index
    losses = run.trace.validation_losses
    assert len(found["back"]) == 3001
    for step in (0, best.index, 3000):
        assert found["back"][step] == losses[step]


def test_steps_that_come_out_otherwise_leave_the_file_as_it_is(modules: Any) -> None:
    told = record(golden.run_of("squared", learning_rate=ZIGZAG, steps=3000))
    other = {"choices": told["run"]["choices"] | {"learning_rate": 0.999 * ZIGZAG}}
    found = modules.evaluate(WHOLE, {"record": told, "more": other})
    assert found["count"] == 3001 and len(found["index"]) <= 2003


@pytest.mark.parametrize("kind", golden.DATA)
def test_the_loss_at_a_point(kind: str, modules: Any) -> None:
    run = golden.run_of(kind, steps=0, l2=0.2, seed=4)
    at = run.params.tolist()
    found = ask(modules, kind, "lossAt", params=at, l2=0.2)["answer"]
    assert found == pytest.approx(run.loss, rel=1e-12)


def test_rows_that_the_reader_moved_are_what_is_fitted(modules: Any) -> None:
    rows = {"X": [1.0, 2.0, 4.0, 5.0], "y": [3.0, 2.0, 6.0, 5.0]}
    run = st.descend((np.array(rows["X"])[:, None], np.array(rows["y"])))
    assert lowest(modules, "squared", rows=rows) == pytest.approx(run.loss, rel=1e-9)


CHOICES = [
    ({"learning_rate": 0}, "the learning rate is 0, but it must be a number above 0"),
    ({"learning_rate": -0.5}, "the learning rate is -0.5, but it must be a number above 0"),
    ({"learning_rate": "quick"}, "the learning rate is 'quick', but it must be a number above 0"),
    ({"learning_rate": ""}, "the learning rate is '', but it must be a number above 0, auto"),
    ({"learning_rate": "time:x"}, "the learning rate is 'x', but it must be a number above 0"),
    ({"learning_rate": "time:0"}, "the learning rate is 0, but it must be a number above 0"),
    ({"learning_rate": "time:1:-1"}, "the decay of the learning rate is -1"),
    ({"learning_rate": "step:1:0"}, "the factor of the learning rate is 0"),
    ({"learning_rate": "step:1:1:0.5"}, "the steps between two learning rates is 0.5"),
    ({"learning_rate": "cosine:1:2.5"}, "the steps of the learning rate is 2.5, but it must be a"),
    ({"learning_rate": "cosine:1:2:3"}, "too many numbers in the learning rate; it is a number"),
    ({"rule": "quick"}, "there is no rule 'quick'; choose one of steepest, momentum"),
    ({"rule": "momentum:x"}, "the rule is 'momentum:x', but it must be momentum:BETA, with"),
    ({"rule": "rmsprop:"}, "the rule is 'rmsprop:', but it must be rmsprop:DECAY:EPSILON, with"),
    ({"rule": "steepest:1"}, "the rule is 'steepest:1', but it must be steepest, with"),
    ({"loss": "quick"}, "there is no loss 'quick'; choose one of squared, absolute"),
    ({"loss": "toString"}, "there is no loss 'toString'; choose one of squared, absolute"),
    ({"loss": "cross_entropy"}, "the loss cross_entropy does not fit waiting; choose one of"),
    ({"scale": "quick"}, "there is no scale 'quick'; choose one of none, standard, round"),
    ({"steps": -1}, "steps is -1, but it must be a whole number from 0 up"),
    ({"steps": 2.5}, "steps is 2.5, but it must be a whole number from 0 up"),
    ({"steps": 200_000}, "steps is 200,000, but a page takes 100,000 at most"),
    ({"seed": -3}, "seed is -3, but it must be a whole number from 0 up"),
    ({"rule": "plane"}, "the rule plane finds its own rate from all rows, but a learning rate was"),
    (
        {"rule": "plane", "learning_rate": "auto", "batch": 4},
        "the rule plane finds its own rate from all rows, but mini-batches were asked for; leave",
    ),
    ({"batch": 0}, "batch is 0, but it must be a whole number from 1 up"),
    ({"l2": -1}, "l2 is -1, but it must be a number from 0 up"),
    ({"loss": "huber", "delta": 0}, "delta is 0, but it must be a number above 0"),
    ({"start": [1.0]}, "start has 1 number, but there are 2 params: the weights row by row"),
    ({"start": [1.0, float("nan")]}, "start holds nan, but it must be finite"),
    ({"start": [float("inf"), 1.0]}, "start holds inf, but it must be finite"),
    ({"start": [1e200, 0.0]}, "the loss at the start is inf: start nearer to 0"),
]


@pytest.mark.parametrize("choices, message", CHOICES)
def test_choices_that_cannot_be(choices: Any, message: str, modules: Any) -> None:
    assert ask(modules, "squared", **choices)["error"].startswith(message)


IN_OTHER_WORDS = (
    {"learning_rate": "time:x"},
    {"loss": "quick"},
    {"loss": "toString"},
    {"loss": "cross_entropy"},
    {"rule": "quick"},
    {"rule": "momentum:x"},
    {"rule": "rmsprop:"},
    {"rule": "steepest:1"},
    {"scale": "quick"},
    {"steps": 200_000},
)
"""What Python knows more of: `auto`, targets it may read in two ways, any number of steps."""


@pytest.mark.parametrize("choices, message", [c for c in CHOICES if c[0] not in IN_OTHER_WORDS])
def test_python_refuses_the_same(choices: Any, message: str) -> None:
    with pytest.raises(st.ChoiceError) as error:
        golden.run_of("squared", **({"learning_rate": 1e-3} | choices))
    assert str(error.value).startswith(message)


NAN, INF = float("nan"), float("inf")

ROWS = [
    ("squared", [], [], "no row is left, but there must be some to learn from"),
    ("squared", [1.0, NAN], [1.0, 2.0], "a row has nan as its duration, but it must be a finite"),
    ("squared", [1.0, 2.0], [1.0, INF], "a row has inf as its waiting, but it must be a finite"),
    ("squared", [2.5, 2.5], [1.0, 2.0], "duration is 2.5 in every row, but it must differ"),
    ("squared", [2.5], [1.0], "duration is 2.5 in every row, but it must differ"),
    ("squared", [1.0, 2.0, 3.0], [7.0] * 3, "waiting is 7 in every row, so there is nothing to le"),
    ("squared", [1.0, 2.0, 3.0], [7.0, 8.0], "X has 3 numbers, but 2 are needed"),
    ("cross_entropy", [60.0, 70.0], [1.0, 1.0], "no row has damaged = no any more, but each"),
    ("softmax", [40.0, 50.0], [0.0, 1.0], "no row has species = Gentoo any more, but each class"),
    ("softmax", [40.0, 50.0], [0.5, 1.0], "a row has 0.5 as its species, but it must be a class"),
    ("cross_entropy", [40.0, 50.0], [2.0, 1.0], "a row has 2 as its damaged, but it must be a"),
]


@pytest.mark.parametrize("what", ["descend", "surface", "lossAt"])
@pytest.mark.parametrize("kind, X, y, message", ROWS)
def test_rows_that_cannot_be(
    kind: str, X: Any, y: Any, message: str, what: str, modules: Any
) -> None:
    found = ask(modules, kind, what, rows={"X": X, "y": y})
    assert found["error"].startswith(message)


@pytest.mark.parametrize("what", ["descend", "surface", "open", "offer", "page"])
def test_a_page_that_cannot_compute_says_what_can(what: str, modules: Any) -> None:
    found = ask(modules, "squared", what, scene={"engine": "record"})
    assert found["kind"] == "record"
    assert "live changes need `steepest play`" in found["error"]


def test_a_record_of_all_rows_still_knows_its_losses(modules: Any) -> None:
    """But not those of some of them, nor where the rows' loss is not the one that was recorded."""
    run = golden.run_of("squared", steps=0)
    params, choices = run.params.tolist(), golden.choices_of(run)
    told = {"choices": choices, "params": params, "size": 2, "fullLoss": [run.loss]}
    scene: dict[str, Any] = {"engine": "record", "run": told}
    found = ask(modules, "squared", "lossAt", scene=scene, params=params)
    assert found["answer"] == pytest.approx(run.loss, rel=1e-12)
    for other in ({"shown": run.data.y.size - 1}, {"run": told | {"fullLoss": [1.1 * run.loss]}}):
        assert "error" in ask(modules, "squared", "lossAt", scene=scene | other, params=params)


def test_a_surface_needs_two_params(modules: Any) -> None:
    run = golden.run_of("squared", steps=0)
    request = {"choices": golden.choices_of(run), "x": 1, "y": 1}
    told = {"scene": golden.scene_of(run), "request": request, "rows": None, "what": "surface"}
    assert modules.evaluate(ASK, told)["error"] == "a surface needs two different params"
