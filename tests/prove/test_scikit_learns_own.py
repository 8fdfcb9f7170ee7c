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
    "tests.test_base": 0,
    "tests.test_common": 0,
    "tests.test_coordinate_descent": 0,
    "tests.test_huber": 0,
    "tests.test_logistic": 0,
    "tests.test_quantile": 0,
    "tests.test_ridge": 0,
    "tests.test_sgd": 0,
    "tests.test_sparse_coordinate_descent": 0,
    "_glm.tests.test_glm": 0,
}
"""How many tests of a module use our fits and pass, at least."""

ARGUMENTS = "an argument, or a warning, of scikit-learn's own solvers"
STEPS = "it counts the steps of scikit-learn's own solvers"
FLOAT32 = "ours are float64 whatever X is"
PRIVATE = "it looks at what is private to scikit-learn's class"
LOOSE = "its truth is scikit-learn's own solver at a loose tolerance"
ADAPTER = "the adapter has no counterpart of it"

NOT_OURS: dict[str, tuple[str, ...]] = {
    ARGUMENTS: (
        "test_adaptive_longer_than_constant",
        "test_check_input_false",
        "test_check_solver_option",
        "test_elasticnet_l1_ratio_err_helpful",
        "test_elasticnet_precompute_incorrect_gram",
        "test_input_format",
        "test_l1_ratio_None_deprecated",
        "test_l1_ratio_non_elasticnet",
        "test_large_sparse_matrix",
        "test_lasso_alpha_warning",
        "test_learning_rate_PA_raises",
        "test_liblinear_dual_random_state",
        "test_liblinear_multiclass_raises",
        "test_liblinear_with_large_values",
        "test_linalg_warning_with_newton_solver",
        "test_logisticregression_warns_with_n_jobs",
        "test_lr_penalty_l1ratio_incompatible",
        "test_max_iter",
        "test_newton_cholesky_fallback_to_lbfgs",
        "test_overridden_gram_matrix",
        "test_penalty_deprecated",
        "test_penalty_none",
        "test_power_t_limits",
        "test_ridge_fit_intercept_sparse_error",
        "test_ridge_fit_intercept_sparse_sag",
        "test_sgd_early_stopping_with_partial_fit",
        "test_sgd_random_state",
    ),
    STEPS: (
        "test_huber_max_iter",
        "test_n_iter",
        "test_partial_fit_equal_fit",
        "test_warm_start_convergence_with_regularizer_decrement",
        "test_zero_max_iter",
    ),
    FLOAT32: (
        "test_dtype_match",
        "test_dtype_match_cholesky",
        "test_enet_float_precision",
        "test_sgd_dtype_match",
    ),
    PRIVATE: (
        "test_enet_copy_X_False_check_input_False",
        "test_inplace_data_preprocessing",
        "test_logistic_regression_callback_support",
        "test_warm_start",
    ),
    LOOSE: (
        "test_1d_multioutput_enet_and_multitask_enet_cv",
        "test_1d_multioutput_lasso_and_multitask_lasso_cv",
        "test_logistic_cv_multinomial_score",
        "test_warm_start_newton_solver",
    ),
    ADAPTER: (
        "test_linear_model_regressor_coef_shape",
        "test_logistic_cv_folds_with_classes_missing",
    ),
}
"""The tests that may fail, by the reason."""

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


@pytest.mark.parametrize("module", PASSING)
def test_what_scikit_learn_asks_of_a_minimum_holds(module: str, tmp_path: Path) -> None:
    tests = ended(module, tmp_path)
    mine = [one for one in tests if one["fits"]]
    failed = [one for one in mine if one["outcome"] == "failed"]
    unexpected = [one for one in failed if one["test"].split("[")[0] not in MAY_FAIL]
    assert not unexpected, json.dumps(unexpected, indent=1)
    passed = sum(one["outcome"] == "passed" for one in mine)
    assert passed >= PASSING[module], f"{passed} tests passed on our fits"
    print(f"{module}: {passed} passed, {len(failed)} are not ours")
