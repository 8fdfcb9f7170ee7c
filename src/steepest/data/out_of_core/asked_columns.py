"""What is asked of files beyond memory: which columns are read, which rows are kept back."""

from steepest.data.columns import need_column
from steepest.data.fill import FILLS
from steepest.data.from_table import Asked
from steepest.data.out_of_core.kept_back import KeptBack, share_kept_back
from steepest.data.out_of_core.sources import Source
from steepest.data.split import Split
from steepest.errors import ChoiceError

__all__ = ["asked_kept_back", "counting_columns", "used_columns", "weight_column"]


def used_columns(source: Source, asked: Asked, weight: str | None) -> list[str]:
    """Return the columns that are read: the features, the target and the weights."""
    names = source.schema.names
    _check_there(source, asked, weight)
    if asked.features is None:
        out = {asked.target, *counting_columns(asked, weight), *asked.drop}
        features = [one for one in names if one not in out and not one.startswith("__index_level")]
    else:
        features = list(asked.features)
    return [*features, asked.target, *counting_columns(asked, weight)]


def counting_columns(asked: Asked, weight: str | None) -> list[str]:
    """Return the columns by which rows count: weights, exposure."""
    over = asked.exposure
    return [name for name in (weight, None if over is None else over.name) if name is not None]


def _check_there(source: Source, asked: Asked, weight: str | None) -> None:
    import pyarrow as pa

    empty = source.empty_table()
    assert isinstance(empty.arrow, pa.Table)
    for role, given in (
        ("target", [asked.target]),
        ("sample weights", [] if weight is None else [weight]),
        ("exposure", [] if asked.exposure is None else [asked.exposure.name]),
        ("features", asked.features or []),
        ("columns to drop", asked.drop),
        ("categories", asked.category),
    ):
        for name in given:
            need_column(empty, name, role)


def asked_kept_back(asked: Asked, split: Split) -> KeptBack | None:
    """Return which rows are kept back; ChoiceError where fills would be of these too."""
    back = share_kept_back(split.said, split.seed)
    if isinstance(split.said, bool):
        raise ChoiceError(f"validation is {split.said}, but it must be a share, a file or a table")
    if back is not None and asked.missing in FILLS:
        raise ChoiceError(
            f"missing is {asked.missing}, and validation {split.said}, but of files that are read "
            "in passes what fills gaps is of all rows, of those kept back too; give a file or a "
            "table of other rows, or leave rows with gaps out with --missing drop"
        )
    return back


def weight_column(sample_weight: object, asked: Asked) -> str | None:
    """Return the column of the weights; ChoiceError for weights, or an exposure, as numbers."""
    if asked.exposure is not None:
        if asked.exposure.given is not None:
            raise ChoiceError(
                f"{asked.exposure.name} of files beyond memory is the name of the column that "
                "holds it"
            )
        asked.exposure.check_free(asked.target, asked.features, "the files")
    if sample_weight is None or isinstance(sample_weight, str):
        return sample_weight
    raise ChoiceError(
        "sample_weight of files beyond memory is the name of the column that holds the weights"
    )
