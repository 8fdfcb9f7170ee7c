"""Numbers as people type them into the tasks, and as a runtime is told them: by Node."""

import json
import math
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src/steepest/lesson/web"

TYPED = {
    ("\N{MINUS SIGN}9.89", "en"): -9.89,
    ("-9,89", "de"): -9.89,
    ("1,5", "en"): 1.5,
    ("1.5", "de"): 1.5,
    ("1,080", "en"): 1080.0,
    ("1.080", "de"): 1080.0,
    ("1.863.900,5", "de"): 1863900.5,
    (" 34.84 % ", "en"): 34.84,
    (".25", "en"): 0.25,
    ("2.5e-1", "en"): 0.25,
    ("6.758 × 10¹⁰", "en"): 6.758e10,
    ("−6,758 × 10⁻⁵", "de"): -6.758e-5,
    ("2 x 10^-3", "en"): 2e-3,
    ("1.5*10**6", "en"): 1.5e6,
    ("2 x 10", "en"): math.nan,
    ("about 3", "en"): math.nan,
    ("", "en"): math.nan,
    ("1.2.3", "en"): math.nan,
}

PROGRAM = """
const typed = await import(process.argv[1] + '/typed.js');
const runtime = await import(process.argv[1] + '/runtime.js');
const asked = JSON.parse(process.argv[2]);
const moment = new Date(Date.UTC(2026, 10, 28, 9, 5, 7, 123));
console.log(JSON.stringify([
  asked.map(([text, language]) => typed.numberIn(text, language)),
  [0.00004, -0.00004, 1e-7, 12345, -0.5, 66.6667].map(runtime.fixed),
  runtime.stamp(moment),
  [3.123, 3661.5, 1e9].map((s) => [runtime.lasted(s, 1.2), runtime.lasted(s, 2004)]),
]));
"""


def test_numbers_are_read_as_typed_and_told_as_runtimes_take_them(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run a module with")
    for name in ("typed.js", "runtime.js"):
        (tmp_path / name).write_text((WEB / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    words = [node, "--input-type=module", "-e", PROGRAM, str(tmp_path), json.dumps([*TYPED])]
    made = subprocess.run(words, capture_output=True, text=True, check=True)
    read, told, stamp, lasted = json.loads(made.stdout)
    for (typed, should), number in zip(TYPED.items(), read, strict=True):
        assert number == should or (number is None and math.isnan(should)), typed
    assert told == ["0", "0", "0", "12345", "-0.5", "66.6667"]
    assert stamp == "2026-11-28T09:05:07.12Z"
    assert lasted[:2] == [["0000:00:03.12", "PT3.12S"], ["0001:01:01.50", "PT3661.50S"]]
    assert lasted[2][0].startswith("9999:")
