"""The results that statsmodels keeps of R, Stata and SAS, to the digits they are printed with."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import steepest as st

pytestmark = pytest.mark.prove

sm = pytest.importorskip("statsmodels.api")

Array = NDArray[np.float64]


def digits(found: Any, wanted: Any) -> float:
    """Return how many digits of all numbers are right (McCullough's log relative error)."""
    found, wanted = (np.asarray(one, dtype=float).ravel() for one in (found, wanted))
    with np.errstate(divide="ignore"):
        return float(-np.log10(np.abs(found - wanted) / np.abs(wanted)).min())


def rows(name: str) -> tuple[Array, Array]:
    """Return X and y of a data set that comes with statsmodels."""
    data = getattr(sm.datasets, name).load()
    return np.array(data.exog, dtype=float), np.array(data.endog, dtype=float)


def test_longley_by_r() -> None:
    from statsmodels.genmod.tests.results.results_glm import Longley

    assert digits(st.descend(rows("longley")).params, Longley().params) > 9


def test_star98_counts_by_r() -> None:
    """Binomial counts are rows of both classes, each weighted by its count."""
    from statsmodels.genmod.tests.results.results_glm import Star98

    X, counts = rows("star98")
    y = np.repeat([1, 0], len(X))
    run = st.descend((np.vstack([X, X]), y), sample_weight=np.concatenate(counts.T))
    assert digits(run.params, Star98().params) > 11


def test_low_birth_weight_by_stata() -> None:
    from statsmodels.genmod.tests.results.results_glm import Lbw

    kept = Lbw()
    run = st.descend((np.asarray(kept.exog)[:, :-1], np.asarray(kept.endog).astype(int)))
    assert digits(run.params, kept.params) > 9


def test_capital_punishment_by_r() -> None:
    from statsmodels.genmod.tests.results.results_glm import Cpunish

    X, y = rows("cpunish")
    X[:, 3] = np.log(X[:, 3])
    assert digits(st.descend((X, y), loss="poisson").params, Cpunish().params) > 7


def test_spector_by_stata() -> None:
    from statsmodels.discrete.tests.results.results_discrete import Spector

    X, y = rows("spector")
    assert digits(st.descend((X, y.astype(int))).params, Spector.logit.params) > 7


def test_rand_health_insurance_by_stata() -> None:
    from statsmodels.discrete.tests.results.results_discrete import RandHIE

    run = st.descend(rows("randhie"), loss="poisson")
    assert digits(run.params, RandHIE.poisson.params) > 9


def test_seven_classes_by_stata() -> None:
    """There the first class has no params, so its own are taken off those of the others."""
    from statsmodels.discrete.tests.results.results_discrete import Anes

    X, y = rows("anes96")
    run = st.descend((X, y.astype(int)), loss="cross_entropy")
    matrix = run.params.reshape(X.shape[1] + 1, -1)
    assert digits((matrix - matrix[:, :1])[:, 1:], Anes.mnlogit_basezero.params) > 9


@pytest.mark.parametrize(
    ("quantile", "kept"), [(0.75, "epanechnikov_hsheather_q75"), (0.5, "biweight_bofinger")]
)
def test_engels_quantiles_by_stata(quantile: float, kept: str) -> None:
    """It prints seven digits; its bias is off the linear program's from the sixth on."""
    from statsmodels.regression.tests.results import results_quantile_regression

    table = getattr(results_quantile_regression, kept).table
    data = sm.datasets.engel.load_pandas().data
    X, y = data[["income"]].to_numpy(), data["foodexp"].to_numpy()
    run = st.descend((X, y), loss="quantile", quantile=quantile)
    assert digits(run.params, table[:, 0]) > 5.5


def test_engels_first_decile_by_r() -> None:
    """All fitted values, with fifteen digits."""
    from statsmodels.regression.tests.results.results_quantile_regression import Rquantreg

    data = sm.datasets.engel.load_pandas().data
    X, y = data[["income"]].to_numpy(), data["foodexp"].to_numpy()
    run = st.descend((X, y), loss="quantile", quantile=0.1)
    assert digits(run.predict(X), Rquantreg.fittedvalues) > 7


def test_stackloss_by_least_absolute_deviations_in_r() -> None:
    """`rq(stack.loss ~ stack.x, .5)`, as the help of R's quantreg prints it."""
    run = st.descend(rows("stackloss"), loss="absolute")
    printed = [0.83188, 0.57391, -0.06087, -39.68986]
    assert run.params.round(5).tolist() == printed


@pytest.mark.parametrize(("kept", "scale"), [("Huber", "mad"), ("HuberHuber", "huber")])
def test_stackloss_by_hubers_estimate_in_mass_and_sas(kept: str, scale: str) -> None:
    from statsmodels.robust.tests.results import results_rlm

    X, y = rows("stackloss")
    norm, by = sm.robust.norms.HuberT(), sm.robust.scale.HuberScale() if scale == "huber" else scale
    model = sm.RLM(y, sm.add_constant(X, prepend=False), M=norm)
    their_scale = model.fit(scale_est=by, tol=1e-14, maxiter=500).scale
    run = st.descend((X, y), loss="huber", delta=1.345 * their_scale)
    assert digits(run.params, getattr(results_rlm, kept)().params) > 5.9


@pytest.mark.parametrize("bias", [True, False])
def test_counts_over_an_exposure(bias: bool) -> None:
    draw = np.random.default_rng(0)
    X, over = draw.normal(size=(200, 3)), draw.uniform(0.1, 5.0, 200)
    y = draw.poisson(over * np.exp(X @ [0.3, -0.2, 0.1] - 0.5)).astype(float)
    Z = sm.add_constant(X, prepend=False) if bias else X
    truth = sm.GLM(y, Z, sm.families.Poisson(), exposure=over).fit(tol=1e-15)
    run = st.descend((X, y), loss="poisson", exposure=over, bias=bias, tol=1e-13)
    assert digits(run.params, truth.params) > 10
    assert digits(run.predict(X) * over, truth.fittedvalues) > 10
    if bias:
        explained = 1 - truth.deviance / truth.null_deviance
        assert digits(run.metrics()["deviance_explained"], explained) > 10


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "poisson"])
def test_standard_errors_and_intervals(loss: str, bias: bool) -> None:
    draw = np.random.default_rng(0)
    X = draw.normal([0.0, 2000.0, 3.0], [1.0, 10.0, 0.1], (300, 3))
    score = (X - X.mean(axis=0)) / X.std(axis=0) @ [0.5, 0.3, -0.4]
    Z = sm.add_constant(X, prepend=False) if bias else X
    if loss == "squared":
        y = X @ [1.0, 0.1, 2.0] + draw.normal(size=300)
        truth = sm.OLS(y, Z).fit()
    elif loss == "poisson":
        y = draw.poisson(np.exp(score + 0.5)).astype(float)
        truth = sm.GLM(y, Z, sm.families.Poisson()).fit(tol=1e-15)
    else:
        y = (draw.random(300) < 1 / (1 + np.exp(-score))).astype(int)
        # Logit inverts the Hessian itself, and has digits less where features are far from 0.
        truth = sm.GLM(y, Z, sm.families.Binomial()).fit(tol=1e-15)
    run = st.descend((X, y), loss=loss, bias=bias, tol=1e-13)
    weights = run.summary().weights.to_dict()
    assert digits(weights["standard_error"], truth.bse) > 10
    ends = np.column_stack([weights["low_95%"], weights["high_95%"]])
    intervals = truth.conf_int()
    assert np.abs(ends - intervals).max() < 1e-10 * np.abs(intervals).max()


def test_standard_errors_of_logit() -> None:
    draw = np.random.default_rng(1)
    X = draw.normal(size=(300, 3))
    y = (draw.random(300) < 1 / (1 + np.exp(-X @ [0.5, 0.3, -0.4]))).astype(int)
    truth = sm.Logit(y, sm.add_constant(X, prepend=False)).fit(disp=0, tol=1e-14)
    weights = st.descend((X, y), tol=1e-13).summary().weights.to_dict()
    assert digits(weights["standard_error"], truth.bse) > 10
