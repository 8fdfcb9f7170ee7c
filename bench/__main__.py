"""Print tables: `python -m bench`, or those that are named, `python -m bench logistic memory`.

`python -m bench checkouts OTHER_SRC` compares this checkout of steepest with another one,
`python -m bench pages OTHER_SRC` their pages.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial

from bench import checkouts, pages, scale
from bench.behind import behind
from bench.dense import NETS
from bench.kept_rows import kept_rows
from bench.memory import memory
from bench.network_auto import network_auto
from bench.network_hessian import network_hessian
from bench.network_surface import TWO_LOSSES, network_surface, two_weights_surface
from bench.networks import network_loss, network_steps
from bench.one_pass import one_pass
from bench.page import page
from bench.paths import path
from bench.rate import rate
from bench.reading import reading
from bench.recipes import RECIPES, group
from bench.surface import entropy_surface, squared_surface
from bench.timing import machine, progress
from bench.torch_hessian import torch_hessian
from bench.torch_surface import TORCH_SURFACES, torch_surface
from bench.torch_watch import torch_watch
from bench.training import FULL, QUICK, train
from bench.verdicts import verdicts

Part = Callable[[], str]

NETWORKS = ("network", "net")
"""The groups of tables that are of networks: all of them are asked for as `networks`."""


def parts(quick: bool) -> dict[str, Part]:
    """Return what makes each table, by the name under which it can be asked for."""
    return {
        "pass": one_pass,
        "surface-1k": partial(entropy_surface, 1_000),
        "surface-100k": partial(entropy_surface, 100_000),
        "surface-squared": partial(squared_surface, 1_000_000),
        **{f"net-surface-{name}": partial(network_surface, name) for name in NETS},
        **{f"net-two-{loss}": partial(two_weights_surface, loss) for loss in TWO_LOSSES},
        **{f"net-hessian-{name}": partial(network_hessian, name) for name in NETS},
        **{f"torch-surface-{name}": partial(torch_surface, name) for name in TORCH_SURFACES},
        "torch-hessian": torch_hessian,
        "torch-watch": partial(torch_watch, quick),
        "page": page,
        "network-steps": partial(network_steps, quick),
        "network-loss": partial(network_loss, quick),
        "network-auto": partial(network_auto, quick),
        **{name: partial(train, name, QUICK if quick else FULL) for name in RECIPES},
        "path": partial(path, quick),
        "behind": partial(behind, quick),
        "memory": partial(memory, quick),
        "reading": partial(reading, quick),
        "scale-fits": partial(scale.fits, quick),
        "scale-passes": partial(scale.passes, quick),
        "scale-csv": partial(scale.csv, quick),
        "scale-dask": scale.cluster,
        "rate": partial(rate, quick),
        "verdicts": partial(verdicts, quick),
    }


def chosen(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the tables that are wanted, by name, by group, as `training` or as `networks`.

    None means all, but for `behind`, whose problems are among them.
    """
    asked = set(wanted)
    every = set(known) - {"behind"}
    return [name for name in known if (asked & _called(name) if asked else name in every)]


def _called(name: str) -> set[str]:
    """Return the words that mean this table."""
    kind = group(name)
    wider = {"training"} if name in RECIPES else {"networks"} if kind in NETWORKS else set()
    return {name, kind} | wider


def main() -> None:
    """Compare two checkouts, if the first word says so, or print the tables."""
    compared = {"checkouts": checkouts.main, "pages": pages.main}
    if sys.argv[1:2] and sys.argv[1] in compared:
        compared[sys.argv[1]](sys.argv[2:])
    else:
        tables()


def tables() -> None:
    """Print the machine and the tables, saying on stderr what is being timed."""
    every = parts(quick=False)
    words = sorted(set().union(*map(_called, every)))
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(words))
    parser.add_argument("--quick", action="store_true", help="few rows: does it run at all?")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.tables) - set(words)):
        parser.error(f"no table is called {', '.join(unknown)}; there are {', '.join(words)}")
    with kept_rows():
        _print(chosen(asked.tables, every), parts(asked.quick))


def _print(names: list[str], every: dict[str, Part]) -> None:
    print(f"{machine()}\n\nMedians of runs taken in turn, after a warm-up.\n", flush=True)
    for number, name in enumerate(names, start=1):
        progress(f"[{number}/{len(names)}] {name} ...")
        print(every[name](), flush=True)


if __name__ == "__main__":
    main()
