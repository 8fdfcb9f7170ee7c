"""The same in PyTorch: the objective written out, and minimised by L-BFGS in float64.

The steps are taken in features of one size, as L-BFGS needs it; the penalty is on the weights of
the features as they are.
"""

from steepest.run.elsewhere.objective import Terms
from steepest.run.elsewhere.written_out import losses_of_rows, mean_loss

__all__ = ["lines"]

LOSSES = {
    "squared": "(margin - y) ** 2",
    "huber": "F.huber_loss(margin, y, reduction='none', delta={delta!r})",
    "poisson": "F.poisson_nll_loss(margin, y, reduction='none')",
    "cross_entropy": "F.binary_cross_entropy_with_logits(margin, y, reduction='none')",
}
"""The loss of each row; of counts less what no params change."""

SOFTMAX = "F.cross_entropy(margin, y.long(), reduction='none')"


def lines(terms: Terms) -> list[str]:
    """Return the lines; NoEqualError at kinks, and for a loss that it has not."""
    losses = losses_of_rows(terms, LOSSES, SOFTMAX)
    width = terms.classes if terms.several else 1
    margin = "X @ weights + bias" if terms.several else "(X @ weights + bias)[:, 0]"
    params = "scaled, middle" if terms.bias else "scaled"
    return [
        "import torch",
        *(["import torch.nn.functional as F"] if "F." in losses else []),
        "",
        *terms.data_lines(),
        "X, y = torch.tensor(X, dtype=torch.float64), torch.tensor(y)",
        *(["weight = torch.tensor(weight)"] if terms.weighted else []),
        *_units(terms),
        f"scaled = torch.zeros(X.shape[1], {width}, dtype=torch.float64, requires_grad=True)",
        *_middle(terms, width),
        "",
        "def unscaled():",
        "    weights = scaled / size[:, None]",
        f"    return weights, {'middle - mean @ weights' if terms.bias else 'torch.zeros(1)'}",
        "",
        "def objective():",
        "    optimizer.zero_grad()",
        "    weights, bias = unscaled()",
        f"    margin = {margin}",
        f"    losses = {losses}",
        f"    loss = {mean_loss(terms)}",
        "    loss.backward()",
        "    return loss",
        "",
        f"optimizer = torch.optim.LBFGS([{params}], max_iter=2_000, history_size=50,",
        "                              tolerance_grad=1e-12, tolerance_change=1e-14,",
        "                              line_search_fn='strong_wolfe')",
        "optimizer.step(objective)",
        "weights, bias = (one.detach().numpy() for one in unscaled())",
        *([] if terms.several else ["weights, bias = weights[:, 0], bias[0]"]),
    ]


def _units(terms: Terms) -> list[str]:
    if terms.bias:
        return ["mean, size = X.mean(0), X.std(0)"]
    return ["size = (X ** 2).mean(0).sqrt()"]


def _middle(terms: Terms, width: int | None) -> list[str]:
    if not terms.bias:
        return []
    return [f"middle = torch.zeros({width}, dtype=torch.float64, requires_grad=True)"]
