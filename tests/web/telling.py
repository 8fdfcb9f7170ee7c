"""States of the page for the tests of its words: Python's own record of a run, with steps shown."""

import json
from typing import Any

import steepest as st
from steepest.page.wire import to_json

STATE = """
  const { fromBase64 } = await import('/engine/wire.js');
  const stateOf = ([record, more]) => {
    const scene = fromBase64(record);
    const run = { ...scene.run, label: 'Run 1', colour: 0 };
    return { scene, rows: null, surface: scene.surface, choices: run.choices, runs: [run],
      active: 0, at: 0, phase: 0, axes: 'units', plane: scene.plane, playing: false, pace: 5,
      theme: 'auto', hidden: [], lesson: '', ...more };
  };
"""


def record(run: st.Run) -> Any:
    """Return the record of a run as a page gets it."""
    return json.loads(to_json(run.record()))


def ask(modules: Any, module: str, code: str, states: Any, more: Any = None) -> Any:
    """Return what `code`, with all that `module` exports as `m`, makes of `states` and `more`.

    `states` are pairs of a record and what of the state is other than usual.
    """
    script = f"""async ([given, more]) => {{
      {STATE}
      const m = await import('{module}');
      const states = given.map(stateOf);
      return ({code})(states, more);
    }}"""
    return modules.evaluate(script, [states, more])
