// Answers a wish of the store: which runs and which surface are worked out anew, for what state.
//
// A wish has `runs`, 'all' or a set of ids; `surface`: 'anew', 'same window', 'if out of sight',
// 'fine' (the same window with more points), 'as it is' or null; `window`, the one that is wanted anew;
// `step`, to which the run goes that is shown; and `onward`, whether it goes on while it is shown.
import { differenceOf } from '../draw/heights.js';
import { isOverParams, onPlane, resultAt, resultOf, windowOf } from '../state/select.js';
import { OBJECTIVE } from '../engine/choices.js';
import { rowAt } from '../engine/vectors.js';

const POINTS = 101;

/** Those of a surface that the next move of the hand changes: a quarter of the work. */
const QUICK = 51;

/** Of longer runs some points say what must be in sight: each further one comes so much later. */
const MOST_SEEN = 1000;
const FURTHER = 1.003;

/**
 * Returns the runs that were walked, by id, and the surface, as a wish asks for in a state.
 * @param {Engine} engine
 * @param {State} state
 */
export async function answered(engine, state, wish) {
  const walked = await descents(engine, state, wish);
  const runs = state.runs.map((run) => taken(run, walked.get(run.id)));
  return { walked, surface: await surfaceFor(engine, state, runs, wish) };
}

/**
 * Returns a run with what was walked anew, if it was.
 * @param {Run} run
 */
export function taken(run, walked) {
  if (!walked) return run;
  const { id, label, colour } = run;
  // What was chosen while it was walked is still to be walked.
  const choices = run.choices === walked.from ? walked.choices : run.choices;
  return { ...walked.run, id, label, colour, choices, walked: walked.choices };
}

/** Returns two wishes as one: as much as either asks for, and the later one's step. */
export function joined(before, wish) {
  // More points are of no use to who wants something else.
  if (!before || before.surface === 'fine') return wish;
  const all = before.runs === 'all' || wish.runs === 'all';
  return {
    runs: all ? 'all' : new Set([...(before.runs ?? []), ...(wish.runs ?? [])]),
    surface: before.surface === 'anew' ? 'anew' : (wish.surface ?? before.surface),
    window: (wish.surface ? wish : before).window,
    step: wish.step ?? before.step ?? null,
    onward: Boolean(before.onward && wish.onward),
  };
}

/**
 * @param {Engine} engine
 * @param {State} state
 * @param {Wish} wish
 */
async function descents(engine, { runs, active, choices, rows }, { runs: which = new Set(), onward = false }) {
  const common = Object.fromEntries(OBJECTIVE.map((key) => [key, choices[key]]));
  const due = runs.filter(({ id }) => which === 'all' || which.has(id));
  /** @type {[number, object][]} */
  const walked = await Promise.all(due.map(async (old) => {
    const own = old === runs[active] ? choices : { ...old.choices, ...common };
    const run = await engine.descend({ choices: own, rows, onward });
    return [old.id, { run, choices: own, from: old.choices }];
  }));
  return new Map(walked);
}

/**
 * Returns the surface that is due; a slice goes through the end of the run and changes with it.
 * @param {Engine} engine
 * @param {State} state
 * @param {any} runs
 * @param {any} p3
 */
async function surfaceFor(engine, state, runs, { surface: why, window: asked }) {
  const { surface } = state;
  const run = runs[state.active];
  const anew = isAnew(state, run, why);
  if (why === 'as it is') return surface;
  const due = anew || surface.slice || (why && why !== 'if out of sight');
  if (!due) return surface;
  const window = anew || !sameAxes(state) ? (asked ?? null) : windowOf(surface);
  const coarser = why === 'fine' && !surface.quick ? surface : null;
  const quick = isQuick(state);
  const found = await look(engine, state, runs, { window, points: quick ? QUICK : POINTS, coarser });
  const told = { scale: state.choices.scale, through: run.index[resultAt(run)], quick };
  if (coarser) told.coarser = { points: surface.nx, off: differenceOf(surface, found) };
  return { ...found, ...told };
}

/**
 * Whether another window is due, or another plane: one by a word is another for each path.
 * @param {State} state
 * @param {Run} run
 */
function isAnew(state, run, why) {
  if (why === 'anew' || (!isOverParams(state) && why !== 'fine')) return true;
  const start = onPlane(state.surface, rowAt(run.params, run.size, 0));
  return why === 'if out of sight' && !inside(state.surface, start);
}

/** Whether the next move of the hand changes the surface; that of a network is coarse at first anyway. */
function isQuick({ dragging, scene }) {
  return dragging && !scene.network;
}

/** Whether a window of the surface that is shown says anything about the one that is asked for. */
function sameAxes({ surface, axes, plane, choices }) {
  const same = surface.axes === axes && (axes === 'units' || surface.scale === choices.scale);
  return same && surface.xIndex === plane[0] && surface.yIndex === plane[1];
}

/**
 * @param {Engine} engine
 * @param {any} p1
 * @param {any} runs
 * @param {{window: any, points: number, coarser: any}} drawn
 */
function look(engine, { choices, rows, plane, axes, active }, runs, { window, points, coarser }) {
  return engine.surface({
    choices,
    rows,
    axes,
    window,
    x: plane[0],
    y: plane[1],
    points,
    ...(coarser ? { drawn: coarser.nx, coarser } : {}),
    // Directions are turned by the run that is shown, the first one.
    see: [runs[active], ...runs.toSpliced(active, 1)].map((run) => {
      const { params, loss } = outlineOf(run);
      return { params, loss };
    }),
    ...(axes === 'path' ? pathOf(runs[active]) : {}),
    base: resultOf(runs[active]),
  });
}

/**
 * Returns the path that spans a plane, with the step of each of its points.
 * @param {Run} run
 */
function pathOf(run) {
  const { params, steps } = outlineOf(run);
  return { path: params, steps };
}

/** Returns enough of the points of a run to say what must be in sight: the first, then ever fewer. */
function outlineOf({ index, params, fullLoss, size, best }) {
  const last = index.length - 1;
  const near = Math.min(index.length, MOST_SEEN);
  const seen = new Set([...Array(near).keys(), best, last]);
  for (let i = near; i < last; i = Math.ceil(i * FURTHER)) seen.add(i);
  const places = Int32Array.from(seen).sort();
  const points = new Float64Array(places.length * size);
  places.forEach((i, k) => points.set(rowAt(params, size, i), k * size));
  return {
    params: points,
    loss: Float64Array.from(places, (i) => fullLoss[i]),
    steps: Array.from(places, (i) => index[i]),
  };
}

/**
 * @param {Surface} surface
 * @param {number[]} point
 */
function inside(surface, [x, y]) {
  const [left, right, bottom, top] = windowOf(surface);
  return x >= left && x <= right && y >= bottom && y <= top;
}
