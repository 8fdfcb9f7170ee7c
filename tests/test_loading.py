"""Modules load when they are asked for; Ctrl-C meanwhile is one line of the command line."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import steepest as st

INIT = Path(st.__file__)


def test_the_homes_are_those_that_type_checkers_see() -> None:
    tree = ast.parse(INIT.read_text())
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module != "steepest"  # a module is no name
        for alias in node.names
    }
    assert seen == st.HOME  # type: ignore[attr-defined]
    assert sorted(seen) == sorted(st.__all__)


def test_every_name_is_there_and_no_other() -> None:
    assert set(st.__all__) <= set(dir(st))
    assert st.Momentum is sys.modules["steepest.descent.rules"].Momentum
    assert st.errors.ChoiceError is st.ChoiceError  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="module 'steepest' has no attribute 'nothing'"):
        st.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_importing_it_loads_not_even_numpy() -> None:
    program = "import sys, steepest; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("module", ["numpy", "click", "threadpoolctl"])
def test_a_press_while_modules_load_is_one_line(module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv[1:] = ['fit'];"
        "from steepest.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "steepest: interrupted\n")
