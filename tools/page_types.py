"""Write the types of the record for the page's modules: `python tools/page_types.py`.

The record is declared once, in `page/schema.py`; the lint of the page reads its types from
`page/web/record.d.ts`. A test fails where this file was forgotten.
"""

from inspect import getdoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NotRequired, get_args, get_origin, get_type_hints

from steepest.page import schema

TYPES = Path(schema.__file__).parent / "web/record.d.ts"

HEAD = "// What Python tells a page. Written by `tools/page_types.py` from `page/schema.py`.\n"

PLAIN = {str: "string", bool: "boolean", int: "number", float: "number", NoneType: "null"}

ARRAYS = {str(schema.Floats): "Float64Array", str(schema.Whole): "Int32Array"}


def rendered() -> str:
    """Return the module with the types of the record."""
    return "\n".join([HEAD, *(_interface(getattr(schema, name)) for name in schema.__all__)])


def _interface(record: Any) -> str:
    """Return a record as an interface."""
    lines = []
    for name, hint in get_type_hints(record, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        told = _type(get_args(hint)[0] if optional else hint)
        lines.append(f"  {name}{'?' * optional}: {told};")
    what = getdoc(record).split("\n")[0]
    return "\n".join([f"/** {what} */", f"interface {record.__name__} {{", *lines, "}\n"])


def _type(hint: Any) -> str:
    """Return a type of Python as TypeScript has it."""
    if str(hint) in ARRAYS:
        return ARRAYS[str(hint)]
    parts = [_type(one) for one in get_args(hint)]
    if get_origin(hint) is UnionType:
        return " | ".join(parts)
    if get_origin(hint) is list:
        return f"{parts[0]}[]"
    if get_origin(hint) is dict:
        return f"Record<{', '.join(parts)}>"
    return PLAIN.get(hint) or str(hint.__name__)


if __name__ == "__main__":
    TYPES.write_text(rendered())
