import pickle
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import HuberRegressor, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import steepest as st
from steepest.errors import ChoiceError, DataError
from steepest.sklearn import SteepestClassifier, SteepestRegressor

DIABETES = load_diabetes(return_X_y=True)
CANCER = load_breast_cancer(return_X_y=True)
IRIS = load_iris(return_X_y=True)

SETTINGS = [
    SteepestRegressor(),
    SteepestRegressor(l2=0.01, scale="standard"),
    SteepestRegressor("huber", l2=0.1),
    SteepestRegressor(l1=0.01),
    SteepestRegressor(rule="momentum", scale="round", l2=0.1),
    SteepestClassifier(),
    SteepestClassifier(l2=0.01, scale="standard"),
    SteepestClassifier(l1=0.01),
    SteepestClassifier(rule="nesterov", scale="round", l2=0.1),
    SteepestRegressor(hidden=(8,), max_iter=30),
    SteepestClassifier(hidden=(8,), max_iter=30),
]


@parametrize_with_checks(SETTINGS)
@pytest.mark.filterwarnings("default")
def test_what_scikit_learn_asks_of_an_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


def test_the_squared_loss_has_the_minimum_of_ridge() -> None:
    X, y = DIABETES
    theirs = Ridge(alpha=0.5).fit(X, y)
    ours = SteepestRegressor(l2=2 * 0.5 / len(y)).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, rtol=1e-7)
    assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-9)
    assert_allclose(ours.score(X, y), theirs.score(X, y), rtol=1e-9)


def test_huber_has_the_minimum_of_the_huber_regressor_at_its_scale() -> None:
    X, y = DIABETES
    X = StandardScaler().fit_transform(X)
    theirs = HuberRegressor(epsilon=1.35, alpha=2.0, tol=1e-10, max_iter=10000).fit(X, y)
    ours = SteepestRegressor(
        "huber", delta=1.35 * theirs.scale_, l2=2.0 * theirs.scale_ / len(y)
    ).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-2)
    reached = ours.run_.objective.value(np.append(theirs.coef_, theirs.intercept_))
    assert ours.run_.loss <= reached <= ours.run_.loss * (1 + 1e-8)


@pytest.mark.parametrize("X, y", [CANCER, IRIS], ids=["two", "three"])
def test_cross_entropy_has_the_minimum_of_logistic_regression(X: Any, y: Any) -> None:
    X = StandardScaler().fit_transform(X)
    theirs = LogisticRegression(C=10.0, solver="newton-cholesky", tol=1e-12).fit(X, y)
    ours = SteepestClassifier(l2=1 / (10.0 * len(y))).fit(X, y)
    assert ours.coef_.shape == theirs.coef_.shape
    assert ours.intercept_.shape == theirs.intercept_.shape
    assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5, atol=1e-6)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X), rtol=1e-4, atol=1e-7)
    assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("weights", [None, np.arange(150) % 3], ids=["alike", "weighed"])
def test_left_alone_it_is_logistic_regression_left_alone(weights: Any) -> None:
    X, y = IRIS
    theirs = LogisticRegression(solver="newton-cholesky", tol=1e-12).fit(X, y, weights)
    ours = SteepestClassifier().fit(X, y, weights)
    assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5, atol=1e-7)
    assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-5, atol=1e-7)


def test_a_fit_is_the_run_that_descend_gives() -> None:
    X, y = DIABETES
    model = SteepestRegressor(l2=0.1, random_state=3).fit(X, y)
    run = st.descend((X, y), l2=0.1, seed=3)
    assert_array_equal(np.append(model.coef_, model.intercept_), run.params)
    assert_array_equal(model.loss_curve_, run.trace.losses)
    assert model.n_iter_ == len(model.trace_) - 1 == len(run.trace) - 1


def test_a_fit_can_be_told_in_words() -> None:
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    assert "weight of bp" in SteepestRegressor().fit(X, y).run_.explain()


def test_classes_are_the_labels_whatever_their_type() -> None:
    X, y = IRIS
    names = np.array(["setosa", "versicolor", "virginica"], dtype=object)[y]
    by_name, by_code = SteepestClassifier().fit(X, names), SteepestClassifier().fit(X, y)
    assert_array_equal(by_name.classes_, ["setosa", "versicolor", "virginica"])
    assert_array_equal(by_name.predict(X) == "virginica", by_code.predict(X) == 2)
    assert by_name.score(X, names) == by_code.score(X, y) > 0.95


def test_pipelines_searches_and_calibration() -> None:
    X, y = CANCER
    pipeline = make_pipeline(StandardScaler(), SteepestClassifier())
    search = GridSearchCV(pipeline, {"steepestclassifier__l2": [1e-3, 1e-1]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.95
    calibrated = CalibratedClassifierCV(search.best_estimator_, cv=3).fit(X, y)
    assert calibrated.score(X, y) > 0.95
    assert cross_val_predict(pipeline, X, y, cv=3).shape == y.shape


def test_a_pipeline_of_data_frames_knows_the_features_by_name() -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    pipeline = make_pipeline(StandardScaler(), SteepestClassifier()).set_output(transform="pandas")
    model = pipeline.fit(X, y)[-1]
    assert_array_equal(model.feature_names_in_, X.columns)
    assert model.run_.feature_names == tuple(X.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        pipeline.predict(X[X.columns[::-1]])


def test_names_that_would_mix_params_up_are_not_told() -> None:
    X = pd.DataFrame([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], columns=["bias", "x"])
    assert SteepestRegressor().fit(X, [0.0, 1.0, 5.0]).run_.feature_names == ("x1", "x2")


def test_a_clone_and_a_pickle_predict_the_same_without_the_rows() -> None:
    X, y = IRIS
    model = SteepestClassifier(l2=0.1).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert_array_equal(again.loss_curve_, model.loss_curve_)
    assert hasattr(model, "run_") and not hasattr(again, "run_")
    assert clone(model).get_params() == model.get_params()


@pytest.mark.parametrize("kind", [SteepestRegressor, SteepestClassifier])
def test_whole_weights_are_repeated_rows(kind: Any) -> None:
    X, y = IRIS
    weights = np.random.default_rng(0).integers(0, 4, len(y))
    weighted = kind(l2=0.01).fit(X, y, sample_weight=weights)
    repeated = kind(l2=0.01).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-6, atol=1e-9)
    assert_allclose(weighted.loss_curve_[-1], repeated.loss_curve_[-1], rtol=1e-10)


@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_sparse_rows_are_the_same_rows(form: Any) -> None:
    X, y = IRIS
    X = np.where(X > 3.0, X, 0.0)
    dense, thin = SteepestClassifier(l2=0.01).fit(X, y), SteepestClassifier(l2=0.01).fit(form(X), y)
    assert_allclose(thin.coef_, dense.coef_, rtol=1e-5, atol=1e-8)
    assert_allclose(thin.predict_proba(form(X)), dense.predict_proba(X), atol=1e-8)


def test_single_precision_is_read_as_it_is() -> None:
    X, y = DIABETES
    single = SteepestRegressor(l2=0.1).fit(X.astype(np.float32), y)
    assert single.run_.data.X.dtype == np.float32
    assert_allclose(single.coef_, SteepestRegressor(l2=0.1).fit(X, y).coef_, rtol=1e-4)


def test_a_warm_start_goes_on_where_the_last_fit_ended() -> None:
    X, y = CANCER
    X = StandardScaler().fit_transform(X)
    model = SteepestClassifier(l2=0.01, warm_start=True).fit(X, y)
    cold = model.n_iter_
    assert cold > 1
    assert model.set_params(l2=0.0101).fit(X, y).n_iter_ < cold
    first = clone(model).set_params(l2=0.01).fit(X, y)
    assert_array_equal(model.trace_[0].params[:-1], first.coef_[0])
    with pytest.raises(ChoiceError, match=r"had 31 params, but these data need 30; .*warm_start"):
        model.fit(X[:, 1:], y)
    with pytest.raises(ChoiceError, match=r"the classes are no, yes, but .* fitted to 0, 1"):
        model.fit(X, np.where(y, "yes", "no"))


def test_a_part_with_a_number_as_rate_is_one_textbook_step() -> None:
    X, y = DIABETES
    model = SteepestRegressor(rule="steepest", learning_rate=0.1, scale="none")
    weights, bias = np.zeros(X.shape[1]), 0.0
    for half in (slice(0, 200), slice(200, None)):
        model.partial_fit(X[half], y[half])
        miss = X[half] @ weights + bias - y[half]
        weights = weights - 0.1 * 2 * X[half].T @ miss / len(miss)
        bias = bias - 0.1 * 2 * miss.mean()
    assert_allclose(model.coef_, weights, rtol=1e-12)
    assert_allclose(model.intercept_, bias, rtol=1e-12)
    assert model.n_iter_ == 2 and len(model.loss_curve_) == 3 and len(model.trace_) == 2


def test_a_schedule_goes_on_from_part_to_part() -> None:
    X, y = DIABETES
    asked: list[int] = []

    def rate(index: int) -> float:
        asked.append(index)
        return 0.1

    model = SteepestRegressor(rule="steepest", learning_rate=rate, scale="none", batch=300)
    model.partial_fit(X, y).partial_fit(X, y)
    assert sorted(set(asked)) == [0, 1, 2, 3, 4]
    assert model.n_iter_ == 4


def test_parts_left_to_auto_come_near_the_minimum_of_all() -> None:
    X, y = CANCER
    X = StandardScaler().fit_transform(X)
    order = np.random.default_rng(0).permutation(len(y))
    model = SteepestClassifier()
    for _ in range(5):
        for part in np.array_split(order, 20):
            model.partial_fit(X[part], y[part], classes=[0, 1])
    assert model.score(X, y) > 0.96
    assert model.n_iter_ == 100 and len(model.loss_curve_) == 101


def test_a_part_may_lack_a_class_that_was_named_but_have_no_other() -> None:
    X, y = IRIS
    model = SteepestClassifier().partial_fit(X[:40], y[:40], classes=[0, 1, 2])
    assert model.predict_proba(X).shape == (150, 3)
    model.partial_fit(X, y)
    with pytest.raises(DataError, match="class 7 in row 1; known are: 0, 1, 2"):
        model.partial_fit(X[:5], [7, 0, 1, 2, 0])
    with pytest.raises(ChoiceError, match="the classes are 0, 1, but"):
        model.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ChoiceError, match="first call of partial_fit needs classes"):
        SteepestClassifier().partial_fit(X, y)


def test_parts_go_on_from_a_fit() -> None:
    X, y = DIABETES
    model = SteepestRegressor(l2=0.01).fit(X, y)
    steps, coef = model.n_iter_, model.coef_
    model.partial_fit(X, y)
    assert model.n_iter_ == steps + 1
    assert_allclose(model.coef_, coef, rtol=1e-6)


def test_a_callback_is_told_of_every_step_and_may_end_the_fit() -> None:
    X, y = StandardScaler().fit_transform(CANCER[0]), CANCER[1]
    seen: list[st.Step] = []
    model = SteepestClassifier(l2=0.1, scale="standard", callback=seen.append).fit(X, y)
    assert [step.index for step in seen] == list(range(model.n_iter_ + 1))
    assert_array_equal([step.loss for step in seen], model.loss_curve_)
    model.set_params(callback=lambda step: step.index == 3).fit(X, y)
    assert model.n_iter_ == 3
    assert_array_equal(model.coef_[0], seen[3].params[:-1])


class Told:
    """A callback of scikit-learn that writes down what it is told, and stops after a while."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at = stop_at
        self.words: list[str] = []
        self.scores: list[float] = []

    def setup(self, estimator: Any, context: Any) -> None:
        self.words.append("setup")

    def teardown(self, estimator: Any, context: Any) -> None:
        self.words.append("teardown")

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.words.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, X: Any, y: Any, fitted_estimator: Any
    ) -> bool:
        self.words.append(f"end {context.task_name} {context.task_id}")
        if fitted_estimator is not None:
            self.scores.append(fitted_estimator.score(X, y))
        return context.task_name == "step" and context.task_id + 1 == self.stop_at


def test_a_callback_of_scikit_learn_sees_a_task_for_each_step() -> None:
    pytest.importorskip("sklearn.callback")
    X, y = load_iris(return_X_y=True, as_frame=True)
    told = Told(stop_at=2)
    model = SteepestClassifier().set_callbacks(told).fit(X, y)
    steps = ["begin step 0", "end step 0", "begin step 1", "end step 1"]
    assert told.words == ["setup", "begin fit 0", *steps, "end fit 0", "teardown"]
    assert model.n_iter_ == 2
    assert told.scores[-1] == told.scores[-2] == model.score(X, y)
    told = Told()
    whole = SteepestClassifier().set_callbacks(told).fit(X, y)
    # The last task has begun before it is known that there is nothing left to do in it.
    assert told.words.count("setup") == told.words.count("teardown") == 1
    assert len(told.scores) == whole.n_iter_ + 1


def test_scikit_learns_own_callbacks() -> None:
    callback = pytest.importorskip("sklearn.callback")
    X, y = CANCER
    monitor = callback.ScoringMonitor(scoring="neg_log_loss")
    model = SteepestClassifier(l2=0.1, max_iter=5, tol=0.0)
    model.set_callbacks(monitor, callback.ProgressBar())
    with pytest.warns(ConvergenceWarning, match="after 5 steps"):
        model.fit(X, y)
    scores = monitor.get_logs().data_as_pandas
    steps = scores[scores.task_name == "step"].neg_log_loss
    assert len(steps) == 5 and steps.is_monotonic_increasing
    search = GridSearchCV(SteepestClassifier(), {"l2": [0.1, 0.2]}, cv=2)
    assert search.set_callbacks(callback.ProgressBar()).fit(X, y).best_score_ > 0.9


@pytest.mark.prove
def test_without_the_callbacks_of_scikit_learn_all_else_is_there() -> None:
    words = (
        "import sys; sys.modules['sklearn.callback'] = None; "
        "from steepest.sklearn import SteepestRegressor as R; "
        "model = R().fit([[0.0], [1.0], [3.0]], [1.0, 3.0, 7.0]); "
        "assert not hasattr(model, 'set_callbacks'); print(round(model.coef_[0], 6))"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)
    assert done.stdout.strip() == "2.0", done.stderr


def test_without_scikit_learn_it_is_said_how_to_get_it() -> None:
    words = (
        "import importlib.util as u; u.find_spec = lambda name: None; import steepest; "
        "import steepest.sklearn"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True)
    assert "ImportError: steepest.sklearn needs scikit-learn" in done.stderr
    assert 'pip install "steepest[sklearn]"' in done.stderr


def test_a_seed_may_be_drawn() -> None:
    X, y = DIABETES

    def start(random_state: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = SteepestRegressor(random_state=random_state, max_iter=1).fit(X, y)
        return model.trace_[0].params.tolist()

    assert start(1) == start(np.int64(1)) != start(2)
    assert start(np.random.RandomState(5)) == start(np.random.RandomState(5))
    assert start(np.random.default_rng(5)) == start(np.random.default_rng(5))
    shared = np.random.RandomState(5)
    assert start(shared) != start(shared)
    assert start(None) != start(None)
    with pytest.raises(ChoiceError, match="random_state is 'one'"):
        start("one")


def test_a_fit_that_ends_too_soon_or_diverges_says_so() -> None:
    X, y = CANCER
    with pytest.warns(ConvergenceWarning, match="after 2 steps.*give max_iter more steps"):
        SteepestClassifier(rule="steepest", max_iter=2).fit(X, y)
    wild = SteepestRegressor(rule="steepest", learning_rate=10.0, scale="none")
    with pytest.warns(ConvergenceWarning, match="2/curvature"):
        wild.fit(X, y)
    assert np.isfinite(wild.predict(X)).all()


def test_ctrl_c_keeps_what_is_fitted_and_goes_on_up() -> None:
    X, y = CANCER

    def press(step: st.Step) -> None:
        if step.index == 2:
            raise KeyboardInterrupt

    model = SteepestClassifier(rule="steepest", scale="standard", callback=press)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert model.n_iter_ == 2
    assert model.predict(X).shape == y.shape


@pytest.mark.parametrize(
    "choice, said",
    [
        ({"loss": "cross_entropy"}, "needs a target of classes"),
        ({"rule": "fastest"}, "there is no rule 'fastest'"),
        ({"l2": -1.0}, "l2 is -1"),
        ({"max_iter": 0}, "max_iter is 0, but it must be a whole number from 1 up"),
        ({"batch": 0}, "batch is 0"),
        ({"delta": 0.0, "loss": "huber"}, "delta is 0"),
    ],
)
def test_a_choice_that_cannot_be_is_told(choice: dict[str, Any], said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        SteepestRegressor(**choice).fit(*DIABETES)


@pytest.mark.parametrize(
    "weights, said",
    [
        ([1.0, -1.0, 1.0], "sample_weight is -1 on row 2"),
        ([0.0, 0.0, 0.0], "sample_weight is zero in every row"),
        ([1.0, np.nan, 1.0], "column 'sample_weight' has 1 missing value .first: row 2"),
        ([1.0, 1.0], "sample_weight has 2 values, but there are 3 rows"),
        (["a", "b", "c"], "sample_weight must hold numbers"),
    ],
)
def test_weights_that_cannot_be_are_told(weights: list[Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        SteepestRegressor().fit([[0.0], [1.0], [2.0]], [1.0, 2.0, 3.0], sample_weight=weights)


def test_one_class_is_told_and_so_is_what_is_not_fitted() -> None:
    with pytest.raises(DataError, match="y has one class, no, in the rows that count"):
        SteepestClassifier().fit([[0.0], [1.0]], ["no", "yes"], sample_weight=[1.0, 0.0])
    with pytest.raises(NotFittedError):
        SteepestClassifier().predict([[0.0]])


def test_a_worker_takes_the_cores_that_are_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert SteepestRegressor().fit(*DIABETES).run_.objective.blocks.threads == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "4,2")
    assert SteepestRegressor().fit(*DIABETES).run_.objective.blocks.threads >= 1


def test_few_rows_and_a_constant_target_are_no_trouble() -> None:
    assert SteepestRegressor().fit([[1.0, 2.0]], [3.0]).predict([[1.0, 2.0]]) == pytest.approx(3.0)
    X = DIABETES[0][:9, :1]
    assert_allclose(SteepestRegressor().fit(X, np.full(len(X), 7.0)).predict(X), 7.0)
