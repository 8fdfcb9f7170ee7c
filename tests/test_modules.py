"""The joiner: what it makes runs as the modules would, and what it does not know it refuses."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from steepest.page.joiner import join, style_text, web_text


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def ran(text: str) -> str:
    """Return what a module prints."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run a module with")
    words = [node, "--input-type=module", "-e", text]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_the_joined_text_runs_as_the_modules_would(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="import { two as zwei } from './deep/b.js';\n"
        "import {\n  one,\n  Box,\n} from './a.js';\n"
        "/** Says it. */\nexport function say() {\n  // Not kept.\n  return `${one} ${zwei()} ` +\n"
        "    new Box().name; // kept\n}\nexport async function* later() {}\n",
        a="import { two } from './deep/b.js'; // once more\nexport const one = two() - 1;\n"
        "export class Box {\n  name = 'box';\n}\n",
        deep__b="import { half } from '../c.js';\nexport function two() {\n  return 4 * half;\n}\n",
        c="/*\n import { not } from './read.js';\n*/\nexport const half = 0.5;\n",
    )
    text = join("main.js", ("say",), tmp_path)
    assert ran(text + "console.log(say())") == "1 2 box"
    assert text.count("half=0.5") == text.count("const two=") == 1
    assert "Not kept" not in text and "Says it" not in text


def test_functions_are_called_before_they_stand_there_and_keep_a_this(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="export const first = twice(given(1));\n"
        "export function twice(value, { by = (2) } = {}) {\n  return by * value;\n}\n"
        "function given() {\n  return arguments[0] + (this === undefined);\n}\n"
        "export async function later(\n  one,\n) {\n  return first + await one;\n}\n",
    )
    text = join("main.js", ("first", "later"), tmp_path)
    assert ran(text + "later(3).then((all) => console.log(first, all))") == "4 7"
    assert "function given" in text and "function twice" not in text


def test_modules_of_equal_names_in_several_folders_stay_apart(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="import { name } from './a/x.js';\nimport { name as other } from './b/x.js';\n"
        "export const both = name + other;\n",
        a__x="export const name = 'a';\n",
        b__x="export const name = 'b';\n",
    )
    assert ran(join("main.js", ("both",), tmp_path) + "console.log(both)") == "ab"


def test_a_module_that_is_left_out_takes_along_what_it_alone_needs(tmp_path: Path) -> None:
    write(
        tmp_path,
        main="import { draw } from './card.js';\nimport { half } from './half.js';\n"
        "export const said = `${typeof draw} ${half}`;\n",
        card="import { ink } from './ink.js';\nimport { half } from './half.js';\n"
        "export function draw() {\n  return ink * half;\n}\n",
        ink="export const ink = 7;\n",
        half="export const half = 0.5;\n",
    )
    whole = join("main.js", ("said",), tmp_path)
    less = join("main.js", ("said",), tmp_path, without={"card.js"})
    assert [ran(text + "console.log(said)") for text in (whole, less)] == [
        "function 0.5",
        "undefined 0.5",
    ]
    assert "ink" in whole and "ink" not in less
    with pytest.raises(ValueError, match=r"main.js, line 1: card.js does not export draw"):
        join("main.js", (), write(tmp_path, card="export const ink = 1;\n"), without={"card.js"})


def with_text(root: Path) -> Path:
    write(
        root,
        main="import SAY from './deep/en.json' with { type: 'json' };\n"
        "export const said = SAY.it;\n",
    )
    (root / "deep").mkdir()
    (root / "deep/en.json").write_text('{"it": "so { it } is"}')
    return root


def test_a_json_text_is_written_out_or_found_where_it_stands_apart(tmp_path: Path) -> None:
    root = with_text(tmp_path)
    assert ran(join("main.js", ("said",), root) + "console.log(said)") == "so { it } is"
    apart = join("main.js", ("said",), root, {"deep/en.json": "globalThis.words"})
    assert "so { it }" not in apart
    assert ran(f"globalThis.words = {{it: 'there'}};{apart}console.log(said)") == "there"


def test_a_json_text_that_is_none_is_named(tmp_path: Path) -> None:
    (with_text(tmp_path) / "deep/en.json").write_text('{\n"it": }')
    with pytest.raises(ValueError, match=r"deep/en.json, line 2: this is no JSON"):
        join("main.js", ("said",), tmp_path)


REFUSED = {
    "default export": ("export default 1;\n", "main.js, line 1: .* form: export default 1"),
    "list of exports": ("const a = 1;\nexport { a };\n", "line 2: .*export { a }"),
    "export of let": ("export let a = 1;\n", "line 1"),
    "export from": ("export { a } from './b.js';\n", "line 1"),
    "destructured export": ("export const { a } = window;\n", "line 1"),
    "import of all": ("\nimport * as b from './b.js';\n", "line 2: .*import [*]"),
    "default import": ("import b from './b.js';\n", "line 1"),
    "bare import": ("import './b.js';\n", "line 1"),
    "double quotes": ('import { b } from "./b.js";\n', "line 1"),
    "dynamic import": ("const b = () => import('./b.js');\n", "line 1"),
    "import.meta": ("const here = import.meta.url;\n", "line 1"),
    "top-level await": ("await 1;\n", "line 1"),
    "a package": ("import { b } from 'three';\n", "line 1: 'three' is not a module of the page"),
    "an address": ("import { b } from 'https://x.y/b.js';\n", "line 1: 'https://x.y/b.js' is not"),
    "outside": ("import { b } from '../b.js';\n", "line 1: '../b.js' is not a module"),
    "no ending": ("import { b } from './b';\n", "line 1: './b' is not a module"),
    "missing file": ("import { b } from './c.js';\n", "there is no c.js"),
    "missing name": ("// one\nimport { c } from './b.js';\n", "main.js, line 2: b.js does not exp"),
    "odd names": ("import { b as } from './b.js';\n", "line 1: .*names: b as"),
    "backticks": ("const a = 1;\nconst t = `\n// x\n`;\n", "line 2: .*form: const t = `"),
    "itself": ("import { b } from './main.js';\n", "circle: main.js > main.js"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_joiner_does_not_know_is_refused(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, main=text, b="export const b = 1;\n")
    with pytest.raises(ValueError, match=said):
        join("main.js", (), tmp_path)


def test_modules_may_not_need_each_other(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="import { b } from './b.js';\nexport const a = 1;\n",
        b="import { a } from './a.js';\nexport const b = 1;\n",
    )
    with pytest.raises(ValueError, match=r"in a circle: a.js > b.js > a.js"):
        join("a.js", ("a",), tmp_path)


def test_an_export_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.js does not export nothing"):
        join("a.js", ("nothing",), write(tmp_path, a="export const a = 1;\n"))


def test_files_whose_names_differ_in_signs_alone_stay_apart(tmp_path: Path) -> None:
    texts = {"a": "import { x } from './b-c.js';\nimport { y } from './b_c.js';\n"}
    write(tmp_path, **texts, **{"b-c": "export const x = 1;\n", "b_c": "export const y = 1;\n"})
    joined = join("a.js", (), tmp_path)
    assert "const [x] =" in joined and "const [y] =" in joined


def test_modules_are_joined_out_of_a_zip_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "web.zip", "w") as packed:
        packed.writestr("a.js", "import { b } from './deep/b.js';\nexport const a = b;\n")
        packed.writestr("deep/b.js", "export const b = 1;\n")
    root = zipfile.Path(tmp_path / "web.zip")
    joined = join("a.js", ("a",), root)
    assert joined.index("const [b] =") < joined.index("const [a] =")
    with pytest.raises(ValueError, match=r"there is no c.js"):
        web_text("c.js", root)


SHEET = """/* Not
   kept. */
.a :hover, .b > i {
  margin: 0 1px;
  font: 15px/1.4 "Two Words", serif;
}

@media (min-width: 9px) {
  .a::after { content: " · now"; width: calc(1px + 2%); }
}
"""


def test_a_style_is_written_without_comments_and_blanks(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text(SHEET)
    assert style_text("page.css", tmp_path) == (
        '.a :hover,.b > i{margin:0 1px;font:15px/1.4 "Two Words",serif}'
        '@media (min-width:9px){.a::after{content:" · now";width:calc(1px + 2%)}}'
    )
