"""Modules load when they are asked for; Ctrl-C meanwhile is one line of the command line."""

import ast
import dis
import os
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
    homes = vars(st)["HOMES"]
    assert seen == {name: home for home, names in homes.items() for name in names.split()}
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


def test_python_hears_nothing_while_our_first_file_is_read() -> None:
    """It looks for Ctrl-C where it calls, and where it goes back to the start of a loop."""
    tree = ast.parse(INIT.read_text())
    tree.body = [one for one in tree.body if "TYPE_CHECKING" not in ast.dump(one)[:40]]
    done = [one.opname for one in dis.get_instructions(compile(tree, str(INIT), "exec"))]
    assert "STORE_NAME" in done
    assert not [one for one in done if one.startswith(("CALL", "FOR_", "IMPORT", "JUMP_BACK"))]


VISITED = r"""
import os, runpy, signal, sys
from pathlib import Path

out = Path(sys.argv.pop(1))
begin, pace = int(sys.argv.pop(1)), int(sys.argv.pop(1))

def press_at(wanted):
    count = [0]
    def trace(frame, event, arg):
        file = frame.f_code.co_filename
        if file.endswith("program.py"):  # Ctrl-C has been heard for long.
            os._exit(77)
        if count[0] or (file.endswith("__main__.py") and frame.f_code.co_name == "main"):
            count[0] += event == "line"
            if count[0] == wanted:
                sys.settrace(None)
                signal.raise_signal(signal.SIGINT)
        return trace
    return trace

def child(wanted):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["-m", "--version"]
    shown = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(shown, 1), os.dup2(shown, 2)
    sys.settrace(press_at(wanted))
    runpy._run_module_as_main("steepest")

for wanted in range(begin, 10**6, pace):
    pid = os.fork()
    if not pid:
        child(wanted)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status == 77:
        print(wanted)
        break
    assert (status, out.read_text()) == (130, "steepest: interrupted\n"), (wanted, out.read_text())
"""
"""Ctrl-C at the lines between our first one and where the commands load, each in a fork."""


def visit_lines(tmp_path: Path, begin: int, pace: int) -> int:
    """Press at every `pace`-th line; return at which there were no more."""
    words = [sys.executable, "-S", "-c", VISITED, str(tmp_path / "out"), str(begin), str(pace)]
    # Without what the packages of this machine load at the start, but where they are found.
    found = os.environ | {"PYTHONPATH": os.pathsep.join([str(INIT.parents[1]), *sys.path])}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=found)
    assert not done.stderr, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_press_at_some_lines_before_it_is_heard_is_one_line(tmp_path: Path) -> None:
    assert visit_lines(tmp_path, 2, 307) > 1000


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_press_at_any_line_before_it_is_heard_is_one_line(tmp_path: Path) -> None:
    visit_lines(tmp_path, 2, 1)
