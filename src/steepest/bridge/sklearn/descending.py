"""What both estimators do: from rows and choices to a run, and from a run to what is fitted."""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from steepest.bridge.sklearn.callbacks import AllCallbacks, CallbackSupportMixin, Fitting
from steepest.bridge.sklearn.layers import fitted_layers, network_of, params_of
from steepest.bridge.sklearn.rows import SklearnRows
from steepest.checks import whole_number, whole_numbers
from steepest.data.prepared import Data
from steepest.data.split import Split
from steepest.descent.plan.keywords import OptionKeywords
from steepest.descent.plan.method import coordinates_of, objective_of
from steepest.descent.plan.named_rates import choose_step_size
from steepest.descent.plan.options import OPTIONS, VALIDATION, Options
from steepest.descent.plan.stopping import TOLERANCE
from steepest.descent.steps.safe import safe_rate
from steepest.descent.steps.step_size import Schedule, Scheduled
from steepest.errors import ChoiceError
from steepest.objective.model.linear import Linear
from steepest.objective.model.network import Network
from steepest.run.descend import descend_rows
from steepest.run.run import Run
from steepest.trace import Step

__all__ = ["Descending", "RandomState"]

Array = NDArray[np.float64]

RandomState = int | np.integer[Any] | np.random.RandomState | np.random.Generator | None
"""What scikit-learn takes as `random_state`, and a Generator."""

READ = {"accept_sparse": "csr", "dtype": [np.float64, np.float32], "order": "C"}

MOST_SEED = 2**31 - 1
"""Seeds are drawn from 0 up to here."""

FITTED = ("coef_", "intercept_", "coefs_", "intercepts_")
"""What is fitted: of one neuron the first two, of a network the others, by layer."""

NETWORK_TOLERANCE = 1e-5
"""How small the gradient of a network is to be, of the mean slope since the start.

What later steps change is no more than rounding does: weights in place of repeated rows would lead
to other predictions, which scikit-learn's `check_estimator` refuses.
"""

FINE = ("arrived", "settled", "gradient", "callback", "interrupted", VALIDATION)
"""The reasons to stop that need no warning: there is nothing lower, or it was asked for."""


class Descending(CallbackSupportMixin, BaseEstimator):
    """What the two estimators have in common: a fit is a descent.

    `run_` holds the rows, so it stays behind when the estimator is pickled or copied.
    """

    def _keep(self, arguments: Mapping[str, object]) -> None:
        """Set what the constructor was given, its `locals()`, unchanged, as scikit-learn asks."""
        for name, value in arguments.items():
            if name != "self":
                setattr(self, name, value)

    def _given_options(self) -> dict[str, Any]:
        """Return the options of `descend` that are parameters here, less those left out."""
        given = {name: vars(self)[name] for name in OPTIONS if name in vars(self)}
        given["bias"] = bool(self.fit_intercept)
        return {name: one for name, one in given.items() if one != OPTIONS[name].value}

    def __getstate__(self) -> dict[str, object]:
        """Return all but the run, whose rows may be many."""
        state: dict[str, object] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "run_"}

    def __sklearn_tags__(self) -> Tags:
        """Return what scikit-learn asks of an estimator: this one takes sparse X."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _rows(
        self,
        X: object,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        first: bool,
        y_numeric: bool = False,
    ) -> SklearnRows:
        """Return the rows, checked as scikit-learn checks them."""
        matrix, labels = validate_data(self, X, y, reset=first, y_numeric=y_numeric, **READ)
        return SklearnRows.of(matrix, labels, sample_weight)

    def _margins(self, X: object) -> Array:
        """Return the margins of new rows, (rows,), or (rows, k) for k > 2 classes, row by row."""
        check_is_fitted(self, FITTED, all_or_any=any)
        checked = validate_data(self, X, reset=False, **READ)
        if hasattr(self, "coefs_"):
            return self._network.at(self._params).output_by_row(checked)
        model = Linear(checked.shape[1], np.size(self.intercept_))
        return model.at(np.append(self.coef_.T, self.intercept_)).output_by_row(checked)

    @property
    def _names(self) -> Sequence[str] | None:
        """The names of the features, (features,), or None if they have none."""
        return getattr(self, "feature_names_in_", None)

    @property
    def _params(self) -> Array:
        """The params that are fitted, as a run has them."""
        if hasattr(self, "coefs_"):
            return params_of(self.coefs_, self.intercepts_)
        return np.append(self.coef_.T, self.intercept_ if self.fit_intercept else ())

    def _fit(self, data: Data, X: object, y: ArrayLike, sample_weight: ArrayLike | None) -> None:
        """Descend until the run has arrived or `max_iter` steps are taken.

        X, y and the weights are as they came: scikit-learn's callbacks may ask for them.
        """
        most = self._most_steps()
        data = self._kept_back(data)
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        arrays = {"X": X, "y": y, "metadata": metadata}
        fitting = Fitting(self, arrays, self._fitted_at, most)
        options = {
            "tol": NETWORK_TOLERANCE if self._hidden else TOLERANCE,
            **self._given_options(),
            "l2": self._penalty(_total(data)),
            "steps": most,
        }
        run = self._descend(
            data,
            fitting.step if fitting.watched else None,
            before=np.empty(0),
            start=self._warm_start(data),
            options=cast(OptionKeywords, options),
        )
        self._calls, self._total_weight = 0, _total(data)
        fitting.end()
        _warn(run)

    def _most_steps(self) -> int | None:
        """Return `max_iter`; ChoiceError if `epochs` are given too."""
        if self.max_iter is not None and self.epochs is not None:
            raise ChoiceError(
                f"max_iter is {self.max_iter} and epochs {self.epochs}; give one of the two"
            )
        return None if self.max_iter is None else whole_number("max_iter", self.max_iter, least=1)

    def _kept_back(self, data: Data) -> Data:
        """Return the data with the rows that `validation` keeps back split off, if any."""
        if self.validation is None:
            return data
        split = Split(self.validation, _seed(self.random_state))
        return split.of(data, split.kept_back(None, data.y, data.target, None, len(data.y)))

    def _warm_start(self, data: Data) -> Array | None:
        """Return the params of the last fit, if it is to go on from there."""
        if not self.warm_start or not self._is_fitted:
            return None
        known, needed = self._params, self._size(data)
        if len(known) != needed:
            raise ChoiceError(
                f"warm_start goes on from the last fit, which had {len(known)} params, but these "
                f"data need {needed}; give the same features and classes, or set warm_start=False"
            )
        return known

    @np.errstate(divide="ignore")  # rows of one class have no best constant guess
    def _partial_fit(self, data: Data, first: bool) -> None:
        """Go a step on these rows, or one for each mini-batch, from where the last call ended."""
        calls, weight = (0, 0.0) if first else (self._calls, self._total_weight)
        options = self._part_options(data, weight + _total(data))
        options["learning_rate"] = self._part_rate(data, options, first, calls)
        self._descend(
            data,
            None,
            before=np.empty(0) if first else self.loss_curve_,
            start=self._first_start(data, options) if first else self._params,
            options=options,
        )
        self._calls, self._total_weight = calls + 1, weight + _total(data)

    def _part_options(self, data: Data, weight: float) -> OptionKeywords:
        """Return the options of a call of `partial_fit`, `weight` that of all rows so far."""
        rows = len(data.y)
        size = None
        if self.batch is not None:
            size = min(whole_number("batch", self.batch, least=1), rows)
        options = {
            **self._given_options(),
            "l2": self._penalty(weight),
            "steps": 1 if size is None else -(-rows // size),
            "rule": "steepest" if self.rule == "auto" else self.rule,
            "scale": self._part_scale,
            "batch": size,
            "tol": None,
            **{name: OPTIONS[name].default for name in ("epochs", "stop", "patience")},
        }
        return cast(OptionKeywords, options)

    def _first_start(self, data: Data, options: OptionKeywords) -> Array:
        """Return the start of the first call: 0, of hidden layers random weights.

        A class that these rows do not have leaves no best guess: its bias begins at 0 too.
        """
        if not self._hidden:
            return np.zeros(self._size(data))
        plain = cast(OptionKeywords, {**options, "learning_rate": "auto"})
        objective = objective_of(data, Options(**plain))
        start = objective.random_start(np.random.default_rng(_seed(self.random_state)))
        assert start is not None
        return np.nan_to_num(start, posinf=0.0, neginf=0.0)

    @property
    def _part_scale(self) -> str:
        """The coordinates of a call of `partial_fit`; without a bias there are whitened ones."""
        if self.scale != "auto":
            return str(self.scale)
        return "standard" if self.fit_intercept else "round"

    def _part_rate(
        self, data: Data, options: OptionKeywords, first: bool, calls: int
    ) -> float | str | Schedule:
        """Return the learning rate of a call of `partial_fit`.

        A search would go as far as these rows allow, which may be no bound at all (rows of one
        class), so `auto` is the safe rate, fading with the root of the calls. A schedule goes on.
        """
        if self.learning_rate == "auto":
            objective = objective_of(data, Options(**options))
            params = self._first_start(data, options) if first else self._params
            safe = safe_rate(objective, coordinates_of(objective, options["scale"]), params)
            return float(safe / np.sqrt(calls + 1))
        rate = choose_step_size(self.learning_rate, self.max_iter)
        if isinstance(rate, Scheduled):
            taken = 0 if first else self.n_iter_
            return lambda index: rate.schedule(taken + index)
        return self.learning_rate

    def _descend(
        self,
        data: Data,
        watch: Callable[[Step], bool] | None,
        before: Array,
        start: Array | None,
        options: OptionKeywords,
    ) -> Run:
        """Return the run and keep what is fitted by it; Ctrl-C goes on up once that is kept."""
        callback = AllCallbacks(self.callback, watch)
        options["seed"] = _seed(self.random_state)
        run = descend_rows(
            data,
            start=start,
            threads=_threads(),
            progress=self.progress,
            callback=callback if callback.watching else None,
            **options,
        )
        self._take(run, before)
        if run.stop.reason == "interrupted" and not callback.over:
            raise KeyboardInterrupt
        return run

    def _take(self, run: Run, before: Array) -> None:
        """Take what is fitted from the run; `before` are the losses that the walk has had."""
        for name in filter(self.__dict__.__contains__, FITTED):
            delattr(self, name)
        for name, value in self._fitted(run.params).items():
            setattr(self, name, value)
        losses = run.trace.losses[: run.trace.walked]
        # The first loss is listed once: where the walk goes on, at the end of what came before.
        self.loss_curve_ = np.append(before, losses[1:]) if len(before) else losses.copy()
        self.n_iter_ = len(self.loss_curve_) - 1
        self.trace_, self.run_ = run.trace, run

    def _size(self, data: Data) -> int:
        """Return how many params a model of the data has."""
        if self._hidden:
            return self._new_network.layout.size
        return (data.X.shape[1] + bool(self.fit_intercept)) * self._outputs

    @property
    def _hidden(self) -> tuple[int, ...]:
        """The units of each hidden layer; of one neuron none."""
        return () if self.hidden is None else whole_numbers("hidden", self.hidden)

    @property
    def _is_fitted(self) -> bool:
        return any(hasattr(self, name) for name in FITTED)

    @property
    def _outputs(self) -> int:
        """The margins of a row: k of k > 2 classes, else 1."""
        classes = getattr(self, "classes_", ())
        return len(classes) if len(classes) > 2 else 1

    @property
    def _new_network(self) -> Network:
        """The network that is asked for."""
        return network_of(
            self.n_features_in_, self._hidden, self._outputs, self.activation, self.dtype
        )

    def _split(self, params: Array) -> tuple[Array, Array]:
        """Return params as weights, (features, margins), and biases, (margins,), 0 of none."""
        matrix = params.reshape(self.n_features_in_ + bool(self.fit_intercept), -1)
        if not self.fit_intercept:
            return matrix, np.zeros(matrix.shape[1])
        return matrix[:-1], matrix[-1]

    def _fitted_at(self, step: Step) -> dict[str, object]:
        """Return what would be fitted, were a step the last."""
        return {**self._fitted(step.params), "n_iter_": step.index}

    def _penalty(self, total: float) -> float:
        """Return `l2` for rows of this total weight."""
        return self.l2

    def _fitted(self, params: Array) -> dict[str, object]:
        """Return what is fitted by some params: `coef_` and `intercept_`, or those of layers."""
        if self._hidden:
            self._network = self._new_network
            return fitted_layers(self._network, params)
        return self._fitted_neuron(*self._split(params))

    def _fitted_neuron(self, weights: Array, bias: Array) -> dict[str, object]:
        """Return `coef_` and `intercept_` of weights, (features, margins), and bias, (margins,)."""
        raise NotImplementedError


def _total(data: Data) -> float:
    """Return what all rows weigh together."""
    return float(len(data.y) if data.sample_weight is None else data.sample_weight.sum())


def _warn(run: Run) -> None:
    """Warn of a run of which something is wrong, by scikit-learn's own warning."""
    said = [str(verdict) for verdict in run.verdicts]
    if run.stop.reason == "steps":
        said.append(
            f"{run.stop.message}, before it had arrived; give max_iter more steps, or a larger tol"
        )
    if not said and run.stop.reason not in FINE:
        said.append(run.stop.message)
    for message in said:
        warnings.warn(message, ConvergenceWarning, stacklevel=5)


def _seed(random_state: RandomState) -> int:
    """Return the seed of a descent; None, a RandomState or a Generator draws one.

    Raises ChoiceError for what is neither these nor a whole number.
    """
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(MOST_SEED))
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return int(check_random_state(random_state).randint(MOST_SEED))
    return whole_number("random_state", random_state, least=0)


def _threads() -> int | None:
    """Return the cores that are this process's share, where joblib has set it in its workers."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdecimal() and int(given) > 0 else None
