"""A notebook with a cell that shows a run, as a kernel leaves it."""

import json
from pathlib import Path
from typing import Any

import pytest

import steepest as st
from steepest.run import display

__all__ = ["LIVE", "notebook_of"]


def notebook_of(run: st.Run, path: Path, monkeypatch: pytest.MonkeyPatch, with_state: bool) -> Path:
    """Write the notebook; its widget's state is saved, or is not."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(display, "_in_kernel", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: shown.append(data))
    run._ipython_display_()
    outputs = [{"output_type": "display_data", "metadata": {}, "data": one} for one in shown]
    cell = {"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "source": "run"}
    view = shown[0]["application/vnd.jupyter.widget-view+json"]
    state = {view["model_id"]: {"model_name": "AnyModel", "model_module": "anywidget", "state": {}}}
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}}
    made = {
        "cells": [{**cell, "outputs": outputs}],
        "metadata": {"widgets": widgets} if with_state else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


LIVE = """async ([script, record, mark]) => {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  const bytes = Uint8Array.from(atob(record), (letter) => letter.charCodeAt(0));
  const kept = { record: new DataView(bytes.buffer), mark };
  const model = { get: (name) => kept[name], on() {}, off() {}, send() {} };
  widget.render({ model, el: document.body.appendChild(document.createElement('div')) });
}"""
"""What a page does with the widget's script and record, as a notebook does."""
