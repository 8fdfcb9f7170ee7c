"""Write the types of the options for type checkers and editors: `python tools/option_types.py`.

The options are declared once, as the fields of `Options`; no type checker can derive keywords of a
function from them, so this file writes them out. A test fails where it was forgotten.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

PLAN = Path(__file__).parent.parent / "src/steepest/descent/plan"

HEAD = '''"""The options as keywords, for type checkers. Written by `tools/option_types.py`."""

{imports}

__all__ = ["MethodKeywords", "OptionKeywords"]


class MethodKeywords(TypedDict, total=False):
    """The options of the steps alone; rule, learning rate and start have arguments of their own."""

{method}


class OptionKeywords(MethodKeywords, total=False):
    """All options but the start, which each function takes in its own form."""

{rest}
'''

BY_THEMSELVES = ("rule", "learning_rate", "start")


def rendered() -> str:
    """Return the module with the types of all options."""
    tree = ast.parse((PLAN / "options.py").read_text())
    record = next(one for one in tree.body if isinstance(one, ast.ClassDef))
    fields = [one for one in record.body if isinstance(one, ast.AnnAssign)]
    types = {ast.unparse(one.target): ast.unparse(one.annotation) for one in fields}
    parts = {ast.unparse(one.target): ast.unparse(one.value) for one in fields if one.value}
    method = [n for n in types if "Part.METHOD" in parts[n] and n not in BY_THEMSELVES]
    rest = [name for name in types if name not in (*method, "start")]
    return HEAD.format(
        imports="\n".join(_imports(tree, [types[name] for name in (*method, *rest)])),
        method="\n".join(f"    {name}: {types[name]}" for name in method),
        rest="\n".join(f"    {name}: {types[name]}" for name in rest),
    )


def _imports(tree: ast.Module, types: list[str]) -> list[str]:
    """Return the imports of `options.py` that the types need."""
    used = set(re.findall(r"\w+", " ".join(types)))
    found = []
    for one in tree.body:
        if isinstance(one, ast.ImportFrom):
            names = [alias.name for alias in one.names if alias.name in used]
            found += [f"from {one.module} import {', '.join(names)}"] * bool(names)
    ours = [line for line in found if line.startswith("from steepest")]
    others = sorted([*set(found).difference(ours), "from typing import TypedDict"])
    return [*others, "", *ours]


if __name__ == "__main__":
    path = PLAN / "keywords.py"
    path.write_text(rendered())
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
