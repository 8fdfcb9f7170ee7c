"""The model elsewhere: as a module of PyTorch, and as ONNX that a runtime runs."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from scipy import sparse

import steepest as st
from steepest.objective.model.activation import ACTIVATIONS

RNG = np.random.default_rng(8)
X = RNG.normal([0.0, 300.0, -2.0], [1.0, 40.0, 0.1], size=(50, 3))
Z = (X - X.mean(axis=0)) / X.std(axis=0)
TARGETS: dict[str, Any] = {
    "squared": 5.0 * Z[:, 0] - Z[:, 1] ** 2,
    "poisson": RNG.poisson(np.exp(0.3 * Z[:, 0] + 0.5)),
    "words": np.where(Z[:, 0] * Z[:, 1] > 0, "up", "down"),
    "codes": (Z[:, 0] * Z[:, 1] > 0).astype(int),
    "three": np.array(["a", "b", "c"])[np.digitize(Z[:, 2], [-0.5, 0.5])],
}
MODELS: list[dict[str, Any]] = [
    {},
    {"bias": False, "scale": "none", "rule": "steepest", "learning_rate": 1e-6},
    *({"hidden": (5, 3), "activation": name} for name in ACTIVATIONS),
]


def fitted(target: str, **more: Any) -> st.Run:
    losses = {"squared": "squared", "poisson": "poisson", "codes": "cross_entropy"}
    return st.descend((X, TARGETS[target]), loss=losses.get(target, "auto"), **{"steps": 5, **more})


def near(theirs: Any, ours: np.ndarray) -> bool:
    return bool(np.abs(np.asarray(theirs) - ours).max() <= 1e-12 * max(1.0, np.abs(ours).max()))


@pytest.mark.parametrize("target", ["squared", "three"])
@pytest.mark.parametrize("more", MODELS)
def test_the_outputs_of_the_module_are_the_margins(target: str, more: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    run = fitted(target, **more)
    module = run.to_torch()
    margins = run.margins(run.data.X)
    with torch.no_grad():
        out = module(torch.tensor(run.data.X))
        beyond = module(torch.tensor(30.0 * run.data.X))
    assert out.dtype == torch.float64 and out.shape == (50, 3 if target == "three" else 1)
    assert near(out.reshape(margins.shape), margins)
    assert near(beyond.reshape(margins.shape), run.margins(30.0 * run.data.X))
    module[0].weight.data.zero_()
    assert np.array_equal(run.margins(run.data.X), margins)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("more", [MODELS[0], *MODELS[2:5]])
def test_a_runtime_gives_what_predict_gives(
    target: str, more: dict[str, Any], tmp_path: Path
) -> None:
    _same_in_a_runtime(fitted(target, **more), tmp_path)


@pytest.mark.parametrize("more", [MODELS[1], *MODELS[5:]])
def test_every_activation_is_in_double(more: dict[str, Any], tmp_path: Path) -> None:
    _same_in_a_runtime(fitted("words", **more), tmp_path)


def _same_in_a_runtime(run: st.Run, folder: Path) -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    path = folder / "model.onnx"
    run.to_onnx(path)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rows = np.concatenate([run.data.X, 3.0 * run.data.X])
    names = [one.name for one in session.get_outputs()]
    said = dict(zip(names, session.run(None, {"X": rows}), strict=True))
    margins = run.margins(rows)
    assert near(said["margin"].reshape(margins.shape), margins)
    if run.classes is None:
        assert near(said["prediction"], run.predict(rows))
    else:
        assert near(said["probabilities"], run.predict_proba(rows))
        assert said["label"].tolist() == run.predict(rows).tolist()
    about = session.get_modelmeta().custom_metadata_map
    assert about["features"] == '["x1", "x2", "x3"]' and about["target"] == "y"


def test_sparse_rows_and_a_loaded_run_go_out_as_well(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    run = st.descend((sparse.csr_array(np.round(Z)), TARGETS["words"]), hidden=(4,), steps=3)
    run.save(tmp_path / "run.steepest")
    module = st.load(tmp_path / "run.steepest").to_torch()
    with torch.no_grad():
        assert near(module(torch.tensor(np.round(Z)))[:, 0], run.margins(np.round(Z)))


def test_the_command_line_writes_it(ask: Ask, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    path = str(tmp_path / "g.onnx")
    answer = ask("fit", "xor", "--target", "class", "--hidden", "4", "--steps", "3", "--onnx", path)
    assert path in answer.out and Path(path).read_bytes()
    wrong = ask("fit", "xor", "--target", "class", "--onnx", "g.txt")
    assert "its name must end in .onnx" in wrong.err


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = fitted("squared")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(st.ChoiceError, match=r"pip install 'steepest\[onnx\]'"):
        run.to_onnx(tmp_path / "a.onnx")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(st.ChoiceError, match=r"pip install 'steepest\[torch\]'"):
        run.to_torch()
    given = st.descend(lambda p: (float(p @ p), 2 * p), start=[1.0])
    with pytest.raises(st.ChoiceError, match="needs a table"):
        given.to_torch()
