"""Print all tables: `python -m bench`."""

from bench.one_pass import one_pass
from bench.page import page
from bench.surface import entropy_surface, squared_surface
from bench.timing import machine, progress


def main() -> None:
    """Print the machine and the tables, saying on stderr what is being timed."""
    parts = {
        "one value and gradient": one_pass,
        "cross entropy surface, 1,000 rows": lambda: entropy_surface(1_000),
        "cross entropy surface, 100,000 rows": lambda: entropy_surface(100_000),
        "squared surface, 1,000,000 rows": lambda: squared_surface(1_000_000),
        "the page": page,
    }
    print(f"{machine()}\n\nMedians of runs taken in turn, after a warm-up.\n")
    for number, (name, part) in enumerate(parts.items(), start=1):
        progress(f"[{number}/{len(parts)}] {name} ...")
        print(part(), flush=True)


if __name__ == "__main__":
    main()
