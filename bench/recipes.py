"""The problems by name, each with its size, its field of peers and what steepest aims at."""

from functools import partial

from bench import problems
from bench.problems import Recipe

__all__ = ["RECIPES", "group"]

EXACT = 1e-12
"""The gap for least squares, where most peers are direct: equal accuracy, not equal looseness."""

BIG, QUICK = (1_000_000, 28), (10_000, 28)
WIDE, QUICK_WIDE = (200_000, 100), (5_000, 100)
TALL, QUICK_TALL = (1_000_000, 50), (10_000, 50)
SQUARE, QUICK_SQUARE = (5_000, 2_000), (500, 100)
MANY, QUICK_MANY = (1_000, 5_000), (200, 500)
FEW, QUICK_FEW = (100_000, 100), (5_000, 50)
FLAT, QUICK_FLAT = (1_000, 20_000), (100, 500)

QUANTILE_SHAPES = {
    "60": ((60, 5), (60, 5), 1.0),
    "300": ((300, 5), (300, 5), 1.0),
    "2k": ((2_000, 20), (300, 5), 1.0),
    "100k": ((100_000, 20), (2_000, 20), 10.0),
}
"""Rows and features of the quantiles, those of a trial, and what is aimed at."""

RAW = "correlated, shifted, scales 0.01 to 100"

nearly_even = partial(problems.well_scaled, strength=100.0, l2=1e-8)
nearly_raw = partial(problems.raw, strength=100.0, l2=1e-8)
ridge = partial(problems.values, l2=1e-3)
elastic = partial(problems.lasso, also_l2=True)
half_stay = partial(problems.lasso, share=1e-3, active=2_500)
"""Of 1,000 x 5,000: a lasso of so little L1 that as many weights stay as there may, about 1,000."""
half_of_all = partial(half_stay, share=3e-3, also_l2=True)
"""With L2 as strong more than the rows may stay: about half of the weights."""

_LOGISTIC = {
    "logistic-even": Recipe(
        "Two classes, well scaled",
        "logistic",
        problems.well_scaled,
        BIG,
        QUICK,
        wanted=5.0,
    ),
    "logistic-raw": Recipe(
        f"Two classes, {RAW}",
        "logistic",
        problems.raw,
        BIG,
        QUICK,
        wanted=5.0,
    ),
    "logistic-wide": Recipe(
        f"Two classes, {RAW}",
        "logistic",
        problems.raw,
        WIDE,
        QUICK_WIDE,
        wanted=5.0,
    ),
    "separable-even": Recipe(
        "Two classes nearly separable, l2 1e-8, well scaled",
        "logistic",
        nearly_even,
        BIG,
        QUICK,
        wanted=2.0,
    ),
    "separable-raw": Recipe(
        f"Two classes nearly separable, l2 1e-8, {RAW}",
        "logistic",
        nearly_raw,
        BIG,
        QUICK,
        wanted=2.0,
    ),
    "separable-wide": Recipe(
        f"Two classes nearly separable, l2 1e-8, {RAW}",
        "logistic",
        nearly_raw,
        WIDE,
        QUICK_WIDE,
        wanted=2.0,
    ),
    "small-one": Recipe(
        "Two classes, few rows",
        "logistic",
        problems.well_scaled,
        (300, 1),
        (300, 1),
        wanted=2.0,
    ),
    "small-cancer": Recipe(
        "Two classes, breast cancer as measured",
        "logistic",
        problems.cancer,
        (569, 30),
        (569, 30),
        wanted=2.0,
    ),
    "small-twenty": Recipe(
        "Two classes, few rows, well scaled",
        "logistic",
        problems.well_scaled,
        (2_000, 20),
        (2_000, 20),
        wanted=2.0,
    ),
}

_SOFTMAX = {
    "softmax-digits": Recipe(
        "Ten classes, handwritten digits",
        "softmax",
        problems.digits,
        (1_797, 64),
        (300, 64),
        wanted=3.0,
    ),
    "softmax-mnist": Recipe(
        "Ten classes, MNIST",
        "softmax",
        problems.mnist,
        (5_000, 784),
        (100, 784),
        wanted=3.0,
    ),
    "softmax-many": Recipe(
        "Twenty classes",
        "softmax",
        problems.softmax,
        (100_000, 50, 20),
        (2_000, 10, 20),
        wanted=3.0,
    ),
}

_VALUES = {
    "squares-tall": Recipe(
        "Least squares",
        "squares",
        problems.values,
        TALL,
        QUICK_TALL,
        wanted=1.0,
        gap=EXACT,
    ),
    "squares-wide": Recipe(
        "Least squares",
        "squares",
        problems.values,
        SQUARE,
        QUICK_SQUARE,
        wanted=1.0,
        gap=EXACT,
    ),
    "ridge-tall": Recipe(
        "Ridge, l2 1e-3",
        "ridge",
        ridge,
        TALL,
        QUICK_TALL,
        wanted=1.0,
        gap=EXACT,
    ),
    "ridge-wide": Recipe(
        "Ridge, l2 1e-3",
        "ridge",
        ridge,
        SQUARE,
        QUICK_SQUARE,
        wanted=1.0,
        gap=EXACT,
    ),
    "lasso-wide": Recipe(
        "Lasso",
        "lasso",
        problems.lasso,
        MANY,
        QUICK_MANY,
        wanted=1.0,
    ),
    "lasso-tall": Recipe(
        "Lasso",
        "lasso",
        problems.lasso,
        FEW,
        QUICK_FEW,
        wanted=1.0,
    ),
    "elastic-wide": Recipe(
        "Elastic net",
        "lasso",
        elastic,
        MANY,
        QUICK_MANY,
        wanted=1.0,
    ),
    "elastic-tall": Recipe(
        "Elastic net",
        "lasso",
        elastic,
        FEW,
        QUICK_FEW,
        wanted=1.0,
    ),
}

_BEHIND = {
    "ridge-flat": Recipe(
        "Ridge, l2 1e-3, more features than rows",
        "ridge",
        ridge,
        FLAT,
        QUICK_FLAT,
        wanted=1.3,
        gap=EXACT,
    ),
    "lasso-half": Recipe(
        "Lasso, of which as many weights stay as rows",
        "lasso",
        half_stay,
        MANY,
        (200, 5_000),
        wanted=1.2,
    ),
    "elastic-half": Recipe(
        "Elastic net, of which half of the weights stay",
        "lasso",
        half_of_all,
        MANY,
        (200, 5_000),
        wanted=1.2,
    ),
    "poisson-tall": Recipe(
        "Counts",
        "poisson",
        problems.counts,
        BIG,
        QUICK,
        wanted=4.0,
    ),
    "huber-tall": Recipe(
        "Huber's loss",
        "huber",
        problems.heavy_tailed_values,
        BIG,
        QUICK,
        wanted=4.0,
    ),
}

_SPARSE = {
    "sparse-text": Recipe(
        "Two classes, sparse as texts are, some 0.1 % filled",
        "sparse",
        problems.text,
        (100_000, 50_000, 50),
        (2_000, 1_000, 20),
        wanted=1.5,
    ),
}

_QUANTILE = {
    f"quantile-{size}-{word}": Recipe(
        title,
        "quantile",
        partial(problems.heavy_tailed, quantile=quantile),
        shape,
        quick,
        wanted=wanted,
    )
    for size, (shape, quick, wanted) in QUANTILE_SHAPES.items()
    for word, title, quantile in (("half", "Median", 0.5), ("upper", "Quantile 0.9", 0.9))
}

RECIPES: dict[str, Recipe] = {
    **_LOGISTIC,
    **_SOFTMAX,
    **_VALUES,
    **_BEHIND,
    **_SPARSE,
    **_QUANTILE,
}


def group(name: str) -> str:
    """Return the word by which a problem is run together with its kind.

    >>> group("softmax-mnist")
    'softmax'
    """
    return name.split("-")[0]
