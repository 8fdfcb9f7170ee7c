"""The same in JAX: the objective written out, and minimised by optax's L-BFGS in float64.

The steps are taken in features of one size, as L-BFGS needs it; the penalty is on the weights of
the features as they are.
"""

from steepest.run.elsewhere.objective import Terms
from steepest.run.elsewhere.written_out import losses_of_rows, mean_loss

__all__ = ["lines"]

LOSSES = {
    "squared": "(margin - y) ** 2",
    "huber": "optax.huber_loss(margin, y, delta={delta!r})",
    "poisson": "jnp.exp(margin) - y * margin",
    "cross_entropy": "optax.sigmoid_binary_cross_entropy(margin, y)",
}
"""The loss of each row; of counts less what no params change."""

SOFTMAX = "optax.softmax_cross_entropy_with_integer_labels(margin, y.astype(int))"


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError at kinks, and for a loss that optax has not."""
    losses = losses_of_rows(terms, LOSSES, SOFTMAX, "optax", "optax's")
    shape = f"(X.shape[1], {terms.classes})" if terms.several else "X.shape[1]"
    wide = "[:, None]" if terms.several else ""
    return [
        "import jax",
        "import jax.numpy as jnp",
        "import optax",
        "",
        "jax.config.update('jax_enable_x64', True)",
        *terms.data_lines(),
        *_units(terms),
        "",
        "def unscaled(params):",
        f"    weights = params['scaled'] / size{wide}",
        f"    return weights, {_bias(terms)}",
        "",
        "def objective(params):",
        "    weights, bias = unscaled(params)",
        "    margin = X @ weights + bias",
        f"    losses = {losses}",
        f"    return {mean_loss(terms)}",
        "",
        f"params = {{'scaled': jnp.zeros({shape}), 'middle': jnp.zeros({_middle(terms)})}}",
        "optimizer = optax.lbfgs(memory_size=50)",
        "state = optimizer.init(params)",
        "value_and_grad = optax.value_and_grad_from_state(objective)",
        "",
        "@jax.jit",
        "def step(params, state):",
        "    value, grad = value_and_grad(params, state=state)",
        "    more = {'value': value, 'grad': grad, 'value_fn': objective}",
        "    updates, state = optimizer.update(grad, state, params, **more)",
        "    return optax.apply_updates(params, updates), state, optax.tree.norm(grad)",
        "",
        "for _ in range(2_000):",
        "    params, state, length = step(params, state)",
        "    if length < 1e-10:",
        "        break",
        "weights, bias = unscaled(params)",
    ]


def _units(terms: Terms) -> list[str]:
    if terms.bias:
        return ["mean, size = X.mean(0), X.std(0)"]
    return ["size = (X ** 2).mean(0) ** 0.5"]


def _bias(terms: Terms) -> str:
    return "params['middle'] - mean @ weights" if terms.bias else "0.0"


def _middle(terms: Terms) -> str:
    return str(terms.classes) if terms.several else "()"
