"""What the docstrings promise: shapes where arrays go in or out, errors where they are raised.

Read from the source, so that no name that others use is left without them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "steepest"
MODULES = sorted(SOURCE.rglob("*.py"))
PACKAGES = sorted(path for path in MODULES if path.name == "__init__.py")

ARRAY = re.compile(r"\b(Vector|Array|AnyArray|NDArray|ArrayLike|Matrix)\b")
SIZE = r"(?:len\(\w\)|\w[\w +*-]*)(?: or \d)?"
SHAPE = re.compile(rf"(?<![\w)])\((?:{SIZE},(?: {SIZE}(?:, {SIZE})?)?)?\)|\bshapes?\b")
"""`(params,)`, `(rows, k)`, `(m, n, n)`, `()`, or the word; but not the arguments of a call."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Public(NamedTuple):
    """A class or function that others may use, with all docstrings that speak of it."""

    name: str
    node: Function | ast.ClassDef
    above: str

    @property
    def own(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def said(self) -> str:
        return f"{self.above} {self.own}"


def exported(tree: ast.Module) -> set[str]:
    """Return the names in `__all__`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def is_whole(node: Function) -> bool:
    """Return whether a function is no overload: the one that follows those says what it does."""
    return all(ast.unparse(one) != "overload" for one in node.decorator_list)


def public_of(path: Path) -> Iterator[Public]:
    """Yield the exported classes and functions of a module, and the classes' public methods."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where, head = path.relative_to(SOURCE), ast.get_docstring(tree) or ""
    names = exported(tree)
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name not in names:
            continue
        whole = Public(f"{where} {node.name}", node, head)
        yield whole
        for inner in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(inner, Function) and not inner.name.startswith("_") and is_whole(inner):
                yield Public(f"{whole.name}.{inner.name}", inner, whole.said)


PUBLIC = [one for path in MODULES for one in public_of(path)]
FUNCTIONS = [(one, one.node) for one in PUBLIC if isinstance(one.node, Function)]


def signature(node: Function) -> str:
    return f"{ast.unparse(node.args)} -> {ast.unparse(node.returns) if node.returns else ''}"


def errors_in(node: Function) -> set[str]:
    """Return the names of the errors that a function raises itself."""
    raised = (one.exc for one in ast.walk(node) if isinstance(one, ast.Raise) and one.exc)
    made = (one.func if isinstance(one, ast.Call) else one for one in raised)
    names = {ast.unparse(one) for one in made}
    return {name for name in names if re.fullmatch(r"\w+Error", name)} - {"NotImplementedError"}


def test_there_is_much_to_read() -> None:
    assert len(PUBLIC) > 500 and len(PACKAGES) > 15


def test_every_public_name_has_a_docstring() -> None:
    assert [one.name for one in PUBLIC if not one.own] == []


def test_where_arrays_go_in_or_out_their_shapes_are_said() -> None:
    """In the docstring of the function, of its class, or of its module, for all of it."""
    arrays = [one for one, node in FUNCTIONS if ARRAY.search(signature(node))]
    assert len(arrays) > 150
    assert [one.name for one in arrays if not SHAPE.search(one.said)] == []


def test_errors_that_are_raised_are_said() -> None:
    raising = [(one, error) for one, node in FUNCTIONS for error in errors_in(node)]
    assert len(raising) > 10
    assert [f"{one.name}: {error}" for one, error in raising if error not in one.said] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.parent.name)
def test_a_package_says_of_each_module_what_it_is_for(package: Path) -> None:
    doc = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    assert len(doc) > 60
    if package.parent in (SOURCE, SOURCE / "bridge"):
        return  # ARCHITECTURE.md says that, and a bridge is a folder for each package
    inner = [path.stem for path in package.parent.glob("*.py") if path != package]
    unsaid = [name for name in sorted(inner) if not re.search(rf"`[\w/]*{name}", doc)]
    assert unsaid == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(params,)", True),
        ("(rows, k)", True),
        ("a (features + 1, k) matrix", True),
        ("()", True),
        ("(margins or 1, n, n)", True),
        ("update(gradient, state)", False),
        ("of that shape", True),
    ],
)
def test_what_counts_as_a_shape(text: str, found: bool) -> None:
    assert bool(SHAPE.search(text)) is found
