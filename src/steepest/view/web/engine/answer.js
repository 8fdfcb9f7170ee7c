// Answers a wish of the store: which runs and which surface are worked out anew, for what state.
import { onPlane } from '../select.js';

/** The choices that make the objective; all runs on one surface share them. */
export const OBJECTIVE = ['loss', 'l2', 'delta'];

const POINTS = 101;

/**
 * Returns runs, surface and step as a wish asks for. `now()` is the state: what costs work is asked
 * of the engine with the choices as they are at that moment.
 */
export async function answered(engine, now, wish) {
  const runs = wish.run ? await descents(engine, now(), wish.all) : now().runs;
  const surface = await surfaceFor(engine, now(), runs, wish.surface);
  const last = runs[now().active].index.length - 1;
  return { runs, surface, at: Math.min(wish.at ?? now().at, last) };
}

/** Returns two wishes as one: the later one's step, and as much as either asks for. */
export function joined(before, wish) {
  if (!before) return wish;
  return {
    run: before.run || wish.run,
    all: before.all || wish.all,
    surface: before.surface === 'anew' ? 'anew' : (wish.surface ?? before.surface),
    at: wish.at ?? before.at ?? null,
    undo: before.undo ?? wish.undo,
  };
}

/** Returns the runs, with the one that is shown, or all of them, walked anew. */
async function descents(engine, { runs, active, choices, rows }, all) {
  const common = Object.fromEntries(OBJECTIVE.map((key) => [key, choices[key]]));
  const walked = runs.map(async (old, i) => {
    if (!all && i !== active) return old;
    const own = i === active ? choices : { ...old.choices, ...common };
    const run = await engine.descend({ choices: own, rows });
    return { ...run, choices: own, label: old.label, colour: old.colour };
  });
  return Promise.all(walked);
}

/** Returns the surface that is due; a slice goes through the end of the run and changes with it. */
async function surfaceFor(engine, state, runs, why) {
  const { surface } = state;
  const run = runs[state.active];
  const hidden = !inside(surface, onPlane(surface, run.params.subarray(0, run.size)));
  const anew = why === 'anew' || (why === 'if out of sight' && hidden);
  const due = anew || surface.slice || (why && why !== 'if out of sight');
  return due ? look(engine, state, runs, anew ? null : windowOf(surface)) : surface;
}

function look(engine, { choices, rows, plane, axes, active }, runs, window) {
  const { params, size, best } = runs[active];
  return engine.surface({
    choices,
    rows,
    axes,
    window,
    x: plane[0],
    y: plane[1],
    points: POINTS,
    see: runs.map((run) => ({ params: run.params, loss: run.fullLoss })),
    base: params.subarray(best * size, (best + 1) * size),
  });
}

function windowOf({ x, y, nx, ny }) {
  return [x[0], x[nx - 1], y[0], y[ny - 1]];
}

function inside(surface, [x, y]) {
  const [left, right, bottom, top] = windowOf(surface);
  return x >= left && x <= right && y >= bottom && y <= top;
}
