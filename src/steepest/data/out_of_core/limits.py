"""How much memory a run beyond memory takes, and where its scratch files are."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from steepest.checks import whole_number
from steepest.data.blocks import PROOF_MATRICES, Blocks
from steepest.data.out_of_core.cluster import Cluster
from steepest.data.out_of_core.scratch import Scratch
from steepest.errors import ChoiceError

__all__ = ["DECODE", "MEMORY", "SAMPLED", "Limits", "limits_of"]

MEMORY = 512_000_000
"""The bytes that a run beyond memory takes, unless another number is given."""

SAMPLE_ROWS = 2**18
"""The rows of the sample: they tell the Hessian to 2 %, so two passes are enough (measured)."""

SAMPLED = 4
"""The sample has at most one row in this many."""

LEAST_SAMPLE = 1000
"""Rows that it has at least."""

SAMPLE_SHARE = 0.26
"""The share of the memory that the sample may take, as a table and as numbers."""

READ_SHARE = 0.06
"""The share of the memory for each of what is read ahead and what is decoded, of all threads."""

MATRICES = 24
"""Matrices over pairs of features that fit the memory: L1 holds 17 at once (measured), and the
sample and what is read are there beside."""

DECODE = "none"
"""The word for no cache: the files are decoded anew in each pass."""


@dataclass(frozen=True)
class Limits:
    """How much memory may be taken, in bytes, where the cache is, and on how many threads."""

    memory: int = MEMORY
    cache: str | None = None
    threads: int | None = None
    cluster: Cluster | None = None  # whose workers hold the rows; None: this process
    keep_cache: str | None = None  # by what name decoded rows are kept in the cache folder
    said: tuple[str, ...] = ()  # what of it was asked for: then a single file is read in passes too

    @property
    def asked(self) -> bool:
        """Whether rows are to be read in passes, though they might fit in memory."""
        return bool(self.said)

    @property
    def scratch(self) -> Scratch:
        """Where scratch files are made."""
        return Scratch(None if self.cache == DECODE else self.cache)

    @property
    def workers(self) -> int:
        """The threads."""
        return self.threads or os.cpu_count() or 1

    @property
    def buffered(self) -> int:
        """The bytes that a thread may read ahead."""
        return int(self.memory * READ_SHARE / self.workers)

    @property
    def most_matrix(self) -> int:
        """The numbers that a matrix over pairs of features may have."""
        return min(Blocks.most_matrix, int(self.memory / (8 * MATRICES)))

    @property
    def most_curvature(self) -> int:
        """The numbers that the curvature of all pairs of params may have to prove a gap."""
        return int(self.memory / (8 * PROOF_MATRICES))

    def buffered_for(self, columns: int, features: int) -> int:
        """Return the same where columns become more features: so many fewer rows at a time."""
        return self.buffered * columns // max(1, columns, features)

    def sample_rows(self, rows: int, columns: int) -> int:
        """Return how many rows the sample has, of so many rows and columns."""
        fit = int(self.memory * SAMPLE_SHARE / (16 * (columns + 2)))
        return max(LEAST_SAMPLE, min(SAMPLE_ROWS, fit, rows // SAMPLED))


UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20}
UNITS |= {"gib": 2**30, "k": 10**3, "m": 10**6, "g": 10**9}
"""What stands behind a number of bytes."""

LEAST_MEMORY = 64_000_000
"""The bytes that decoding and a sample take at least."""


def limits_of(
    memory: int | str | None,
    cache: str | None,
    threads: int | None,
    cluster: object = None,
    keep_cache: str | None = None,
) -> Limits:
    """Return the limits that are asked for; ChoiceError for what is no size, or too small.

    >>> limits_of("2GB", None, 1).memory
    2000000000
    """
    folder = None if cache is None else _folder(cache)
    threads = None if threads is None else whole_number("threads", threads, least=1)
    workers = None if cluster is None else Cluster.of(cluster)
    name = None if keep_cache is None else _name(keep_cache, folder)
    given = {"memory": memory, "cache": cache, "cluster": cluster, "keep_cache": keep_cache}
    said = tuple(name for name, one in given.items() if one is not None)
    size = MEMORY if memory is None else _bytes(memory)
    if size < LEAST_MEMORY:
        raise ChoiceError(
            f"memory is {memory}, but reading in passes takes {LEAST_MEMORY // 10**6} MB at least; "
            "say more, such as 512MB"
        )
    return Limits(size, folder, threads, workers, name, said)


def _folder(cache: object) -> str:
    if isinstance(cache, str | os.PathLike):
        return str(os.fspath(cache))
    raise ChoiceError(
        f"cache is {cache!r}, but it must be a folder for the scratch file of the rows, or none"
    )


def _name(name: object, folder: str | None) -> str:
    """Return by what name decoded rows are kept; ChoiceError if there is no folder to keep it in.

    >>> _name("flights", "/scratch")
    'flights'
    """
    if folder is None or folder == DECODE:
        raise ChoiceError(
            f"keep_cache is {name!r}, but no folder is named to keep it in; name one with "
            "--cache DIR (in Python: cache=)"
        )
    if not isinstance(name, str) or name in ("", ".", "..") or Path(name).name != name:
        raise ChoiceError(
            f"keep_cache is {name!r}, but it must be the name of a folder in {folder}, such as "
            "flights"
        )
    return name


def _bytes(memory: int | str) -> int:
    if not isinstance(memory, str):
        return whole_number("memory", memory, least=1)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", memory)
    unit = UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ChoiceError(f"memory is {memory!r}, but it must be a size such as 512MB or 2GB")
    return int(float(found[1]) * unit)
