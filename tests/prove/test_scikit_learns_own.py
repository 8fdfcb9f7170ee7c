"""scikit-learn's own tests of its linear models, as they are installed, run on our estimators.

What they ask of a minimum must hold. What they ask of the way there (names of solvers, counts of
their steps, their warnings) is not ours; `NOT_OURS` says of each test why it may fail.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn", minversion="1.9")

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]

PACKAGE = "sklearn.linear_model"

PASSING = {
    "tests.test_base": 25,
    "tests.test_common": 52,
    "tests.test_coordinate_descent": 89,
    "tests.test_huber": 9,
    "tests.test_logistic": 99,
    "tests.test_quantile": 8,
    "tests.test_ridge": 355,
    "tests.test_sgd": 24,
    "tests.test_sparse_coordinate_descent": 58,
    "_glm.tests.test_glm": 34,
}
"""How many tests of a module use our fits and pass, at least."""

ARGUMENTS = "an argument, or a warning, of scikit-learn's own solvers"
WORDS = "it asks for scikit-learn's own words of an error or a warning: ours are others"
STEPS = "it asks for the steps of scikit-learn's own solvers, or where one has led"
FLOAT32 = "ours are float64 whatever X is"
PRIVATE = "it looks at what is private to scikit-learn's class"
LOOSE = "its truth is scikit-learn's own solver at a loose tolerance"

STRICTLY = "it counts rows strictly below: those that a vertex goes through are at rounding's mercy"

NOT_OURS: dict[str, tuple[str, ...]] = {
    ARGUMENTS: (
        "test_coordinate_descent::test_check_input_false",
        "test_coordinate_descent::test_elasticnet_precompute_incorrect_gram",
        "test_coordinate_descent::test_lasso_alpha_warning",
        "test_coordinate_descent::test_overridden_gram_matrix",
        "test_glm::test_linalg_warning_with_newton_solver",
        "test_logistic::test_check_solver_option",
        "test_logistic::test_elasticnet_l1_ratio_err_helpful",
        "test_logistic::test_l1_ratio_None_deprecated",
        "test_logistic::test_l1_ratio_non_elasticnet",
        "test_logistic::test_large_sparse_matrix",
        "test_logistic::test_liblinear_dual_random_state",
        "test_logistic::test_liblinear_multiclass_raises",
        "test_logistic::test_liblinear_with_large_values",
        "test_logistic::test_logisticregression_warns_with_n_jobs",
        "test_logistic::test_lr_penalty_l1ratio_incompatible",
        "test_logistic::test_penalty_deprecated",
        "test_logistic::test_penalty_none",
        "test_ridge::test_ridge_fit_intercept_sparse_error",
        "test_ridge::test_ridge_fit_intercept_sparse_sag",
        "test_sgd::test_adaptive_longer_than_constant",
        "test_sgd::test_learning_rate_PA_raises",
        "test_sgd::test_power_t_limits",
        "test_sgd::test_sgd_early_stopping_with_partial_fit",
        "test_sgd::test_sgd_random_state",
    ),
    WORDS: (
        "test_coordinate_descent::test_enet_nonfinite_params",
        "test_glm::test_glm_wrong_y_range",
        "test_logistic::test_max_iter",
        "test_logistic::test_newton_cholesky_fallback_to_lbfgs",
    ),
    STEPS: (
        "test_coordinate_descent::test_warm_start_convergence_with_regularizer_decrement",
        "test_logistic::test_warm_start_newton_solver",
        "test_logistic::test_zero_max_iter",
        "test_ridge::test_n_iter",
        "test_sgd::test_partial_fit_equal_fit",
    ),
    FLOAT32: (
        "test_coordinate_descent::test_enet_float_precision",
        "test_logistic::test_dtype_match",
        "test_ridge::test_dtype_match",
        "test_ridge::test_dtype_match_cholesky",
        "test_sgd::test_sgd_dtype_match",
    ),
    PRIVATE: (
        "test_base::test_inplace_data_preprocessing",
        "test_coordinate_descent::test_enet_copy_X_False_check_input_False",
        "test_glm::test_warm_start",
        "test_logistic::test_logistic_regression_callback_support",
    ),
    LOOSE: (
        "test_coordinate_descent::test_1d_multioutput_enet_and_multitask_enet_cv",
        "test_coordinate_descent::test_1d_multioutput_lasso_and_multitask_lasso_cv",
        "test_logistic::test_logistic_cv_multinomial_score",
    ),
    STRICTLY: ("test_quantile::test_quantile_estimates_calibration",),
}
"""The tests that fail, by the reason."""

MAY_FAIL = {name: reason for reason, names in NOT_OURS.items() for name in names}


def ended(module: str, folder: Path) -> list[dict[str, Any]]:
    """Return how each test of one of scikit-learn's modules ended."""
    here, report = Path(__file__).parent, folder / "report.jsonl"
    paths = [str(here / "sklearn_suite"), os.environ.get("PYTHONPATH", "")]
    words = [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider"]
    words += ["-p", "plugin", "-o", "addopts=", "--pyargs", f"{PACKAGE}.{module}"]
    variables = {"PYTHONPATH": os.pathsep.join(paths), "STEEPEST_REPORT": str(report)}
    done = subprocess.run(
        words, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return [json.loads(line) for line in report.read_text("utf-8").splitlines()]


def name_of(test: dict[str, Any]) -> str:
    """Return the name of a test without its parameters."""
    return str(test["test"].split("[")[0])


@pytest.mark.parametrize("module", PASSING)
def test_what_scikit_learn_asks_of_a_minimum_holds(module: str, tmp_path: Path) -> None:
    home = module.rpartition(".")[2]
    mine = [one for one in ended(module, tmp_path) if one["fits"]]
    failed = {f"{home}::{name_of(one)}": one for one in mine if one["outcome"] == "failed"}
    unexpected = [one for name, one in failed.items() if name not in MAY_FAIL]
    assert not unexpected, json.dumps(unexpected, indent=1)
    mended = {name for name in MAY_FAIL if name.startswith(f"{home}::")} - set(failed)
    assert not mended, f"listed as failing, but they do not: {mended}"
    passed = sum(one["outcome"] == "passed" for one in mine)
    assert passed >= PASSING[module], f"{passed} tests passed on our fits"
