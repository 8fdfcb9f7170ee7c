import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference import problem
from scipy.special import expit, softmax
from sklearn.metrics import accuracy_score, r2_score

import steepest as st


@pytest.fixture(scope="module")
def line() -> st.Run:
    return st.descend("geyser", "waiting")


@pytest.fixture(scope="module")
def penguins() -> st.Run:
    return st.descend("penguins", "species", ["bill_length_mm", "bill_depth_mm"], l2=0.01)


@pytest.fixture(scope="module")
def orings() -> st.Run:
    return st.descend("orings", "damaged", ["temperature"], loss="cross_entropy")


def test_numbers_are_predicted_by_the_line(line: st.Run) -> None:
    X = np.array([[1.0], [4.5]])
    assert line.predict(X) == pytest.approx(X[:, 0] * line.weights[0] + line.bias, rel=1e-14)


def test_a_tables_predictions_are_those_of_its_matrix(line: st.Run) -> None:
    assert np.array_equal(line.predict(st.dataset("geyser")), line.predict(line.data.X))
    assert np.array_equal(line.predict("geyser"), line.predict(line.data.X))


def test_the_score_of_numbers_is_scikit_learns(line: st.Run) -> None:
    true = r2_score(line.data.y, line.predict(line.data.X))
    assert line.score("geyser") == pytest.approx(true, rel=1e-12)
    assert line.score((line.data.X, line.data.y)) == pytest.approx(true, rel=1e-12)


def test_probabilities_of_two_classes(orings: st.Run) -> None:
    X = orings.data.X
    one = expit(X @ orings.weights + orings.bias)
    assert np.allclose(orings.predict_proba(X), np.column_stack([1 - one, one]), rtol=1e-12)


def test_probabilities_of_several_classes(penguins: st.Run) -> None:
    X = penguins.data.X
    true = softmax(X @ penguins.weights + penguins.bias, axis=1)
    assert np.allclose(penguins.predict_proba(X), true, rtol=1e-12)


@pytest.mark.parametrize("name", ["penguins", "orings"])
def test_the_likeliest_class_is_predicted(name: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(name)
    probabilities = run.predict_proba(run.data.X)
    predicted = run.predict(run.data.X)
    assert predicted.tolist() == [run.classes[i] for i in probabilities.argmax(axis=1)]
    actual = np.array(run.classes)[run.data.y.astype(int)]
    assert run.score(name) == pytest.approx(accuracy_score(actual, predicted))


def test_numbers_have_no_probabilities(line: st.Run) -> None:
    with pytest.raises(st.ChoiceError, match="waiting is a number, so there are no classes to"):
        line.predict_proba("geyser")


def test_new_data_without_a_feature_are_refused(line: st.Run) -> None:
    with pytest.raises(st.DataError, match="duration"):
        line.predict({"waiting": [1.0, 2.0]})


def test_weights_and_bias_have_the_shapes_of_the_books(
    line: st.Run, penguins: st.Run, orings: st.Run
) -> None:
    assert line.weights.shape == orings.weights.shape == (1,)
    assert isinstance(line.bias, float) and isinstance(orings.bias, float)
    assert penguins.weights.shape == (2, 3)
    assert penguins.bias.shape == (3,)


def test_params_are_the_weights_row_by_row_then_the_biases(penguins: st.Run) -> None:
    assert penguins.params.tolist() == [*penguins.weights.ravel(), *penguins.bias]
    assert len(penguins.param_names) == len(penguins.params) == 9
    assert penguins.param_names[1] == f"bill_length_mm[{penguins.classes[1]}]"


def test_the_loss_is_that_of_the_params(penguins: st.Run) -> None:
    assert penguins.loss == penguins.objective.value(penguins.params)


def test_the_table_of_rows_averages_to_the_loss(line: st.Run) -> None:
    table = line.table()
    assert table.num_rows == 272
    assert np.mean(table["loss"].to_numpy()) == pytest.approx(line.loss, rel=1e-12)


def test_predictions_stand_beside_the_data(penguins: st.Run) -> None:
    table = penguins.prediction_table("penguins")
    assert table["predicted"].to_pylist() == penguins.predict("penguins").tolist()
    shares = sum(table[f"P({one})"].to_numpy() for one in penguins.classes)
    assert shares == pytest.approx(np.ones(333))


def test_the_trace_table_has_a_column_a_param(line: st.Run) -> None:
    table = line.trace_table()
    assert table["param duration"].to_pylist() == line.trace.params[:, 0].tolist()
    assert table["gradient bias"].to_pylist() == line.trace.gradients[:, 1].tolist()


@pytest.mark.parametrize("rule", ["steepest", "adam"])
def test_progress_changes_no_number(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    chosen: dict[str, Any] = {"rule": rule, "learning_rate": 0.01, "steps": 20}
    shown = st.descend(problem("squared", 0), progress=True, **chosen)
    quiet = st.descend(problem("squared", 0), **chosen)
    assert np.array_equal(shown.trace.params, quiet.trace.params)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax"])
def test_auto_chooses_the_loss_by_the_target(kind: str) -> None:
    X, y = problem(kind, 0)
    target = np.array(["no", "yes", "perhaps"])[y.astype(int)] if kind != "squared" else y
    run = st.descend((X, target), steps=1)
    assert run.plan.loss.name == ("squared" if kind == "squared" else "cross_entropy")
    assert run.objective.loss.margins == (3 if kind == "softmax" else 1)


def test_the_public_names_are_sorted_and_there() -> None:
    assert (
        sorted(st.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
        == st.__all__
    )
    assert all(hasattr(st, name) for name in st.__all__)


HEAVY = ["matplotlib", "pyarrow", "pandas", "polars", "sklearn", "scipy", "PIL", "rich", "click"]
HEAVY += [
    "starlette",
    "uvicorn",
    "websockets",
    "minify",
    "segno",
    "anywidget",
    "IPython",
    "asyncio",
    "torch",
]


def test_importing_steepest_loads_nothing_heavy() -> None:
    program = f"import sys, steepest; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_arrays_are_descended_without_anything_heavy() -> None:
    program = (
        "import sys, steepest, numpy as np; X = np.arange(6.0);"
        "r = steepest.descend((X, X**2)); r.surface(points=5); r.predict(X[:, None]);"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_fit_on_the_command_line_loads_no_other_models_or_seeds(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("a,y\n" + "".join(f"{n},{n * n}\n" for n in range(9)), encoding="utf-8")
    others = ["descent.plan.proximal", "objective.network", "objective.through_origin"]
    others += ["run.seeds", "run.watched", "view.scene", "view.seeds_story"]
    program = (
        f"import runpy, sys; sys.argv = ['steepest', 'fit', {str(rows)!r}, '--target', 'y']\n"
        "try: runpy.run_module('steepest', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        f"print([m for m in {others} if 'steepest.' + m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_the_score_of_equal_targets_is_one_if_all_are_hit_and_else_zero() -> None:
    run = st.descend((np.arange(5.0), 2 * np.arange(5.0)))
    assert run.score((np.array([[1.0]]), np.array([run.predict(np.array([[1.0]]))[0]]))) == 1.0
    assert run.score((np.array([[1.0]]), np.array([7.0]))) == 0.0
