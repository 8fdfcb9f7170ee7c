"""The examples run as they stand, and say what they promise."""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="pip install 'steepest[torch]'")
EXAMPLES = Path(__file__).parents[1] / "examples"


def test_a_loop_is_watched(capsys: pytest.CaptureFixture[str]) -> None:
    run: Any = runpy.run_path(str(EXAMPLES / "torch_loop.py"))["run"]
    assert len(run.trace) == 41 and "Worth knowing" in capsys.readouterr().out


def test_why_a_training_fails_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    runs: Any = runpy.run_path(str(EXAMPLES / "torch_why.py"))["faults"]
    names = {fault: [verdict.name for verdict in run.verdicts] for fault, run in runs.items()}
    assert names == {
        "a rate above its limit": ["divergence"],
        "a rate far below it": ["too small"],
        "weights in bfloat16": ["unmoved"],
        "no zero_grad": ["uncleared"],
        "nothing": [],
    }
    assert "nothing: no verdict" in capsys.readouterr().out


def test_a_notebook_finds_why_a_training_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """Its cells print what is kept below them, but for digits, which may differ elsewhere."""
    cells = json.loads((EXAMPLES / "torch_why.ipynb").read_text(encoding="utf-8"))["cells"]
    space: dict[str, Any] = {}
    for cell in (one for one in cells if one["cell_type"] == "code"):
        exec("".join(cell["source"]), space)
        kept = "".join(line for out in cell["outputs"] for line in out["text"])
        number = re.compile(r"-?\d[\d.,]*(e[+-]?\d+)?")
        assert number.sub("#", capsys.readouterr().out) == number.sub("#", kept)
    names = [[one.name for one in space[run].verdicts] for run in ("run", "larger", "mended")]
    assert names == [["vanishing"], ["unsettled"], []]
    losses = [space[run].trace.full_losses[-1] for run in ("run", "larger", "mended")]
    assert abs(losses[0] - 0.692) < 0.01 and losses[1] > losses[0] and losses[2] < 0.1


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of Lightning itself
def test_lightning_is_watched() -> None:
    pytest.importorskip("lightning", reason="pip install lightning")
    watching: Any = runpy.run_path(str(EXAMPLES / "torch_lightning.py"))["watching"]
    assert len(watching.run.trace) == 21 and watching.run.plan.rule.word == "adam"


@pytest.mark.prove
def test_the_edge_of_stability_is_drawn_and_called_normal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made: Any = runpy.run_path(str(EXAMPLES / "torch_edge.py"))
    rising, hovering = made["sharpness"].largest[:7], made["sharpness"].largest[-12:]
    assert (np.diff(rising) > 0.0).all() and rising[0] < 10.0
    assert (abs(hovering - 20.0) < 2.0).all() and set(made["sharpness"].limits) == {20.0}
    said = capsys.readouterr().out
    assert not made["run"].verdicts and "that is normal, and nothing to change" in said
    assert (tmp_path / "edge.png").stat().st_size > 10_000
    assert "2/learning rate = 20" in (tmp_path / "edge.html").read_text()
