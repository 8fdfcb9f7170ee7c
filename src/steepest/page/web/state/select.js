// What follows from the state: the numbers that cards and words are made of. Pure functions.
import { chooseObjective } from '../engine/choose_objective.js';
import { chooseLoss } from '../engine/losses.js';
import { dot, rowAt } from '../engine/vectors.js';

/**
 * Returns whether one of the keys of the state is new; all are where `changed` is null.
 * @param {Changed} changed
 * @param {...any} keys
 */
export function isNew(changed, ...keys) {
  return !changed || keys.some((key) => changed.has(key));
}

/**
 * Returns the run that is shown step by step.
 * @param {State} state
 */
export function activeRun(state) {
  return state.runs[state.active];
}

/**
 * Returns the kept step at which a run is shown: all runs walk together, as many rounds as the active one.
 * @param {State} state
 * @param {WalkedRun} run
 */
export function atOf(state, run) {
  const active = activeRun(state);
  if (run === active) return Math.min(state.at, run.index.length - 1);
  const step = active.index[state.at];
  return run.index.findLastIndex((one) => one <= step);
}

/**
 * Returns a state with the step whose loss is shown: that before, until Step 3 of a round is lit.
 * @param {State} state
 */
export function withShownLoss(state) {
  return state.lit === 2 ? { ...state, at: state.at - 1 } : state;
}

/**
 * Returns the params of a run at a kept step, (size,).
 * @param {State} state
 * @param {WalkedRun} [run]
 */
export function paramsAt(state, run = activeRun(state), at = atOf(state, run)) {
  const i = Math.min(at, run.index.length - 1);
  return rowAt(run.params, run.size, i);
}

/**
 * Returns the gradient of a run at a kept step, (size,).
 * @param {State} state
 * @param {WalkedRun} [run]
 */
export function gradientAt(state, run = activeRun(state), at = state.at) {
  const i = Math.min(at, run.index.length - 1);
  return rowAt(run.gradient, run.size, i);
}

/** The names of verdicts of a closer look, which Python alone takes, as in `verdicts.py`. */
const LATER = [
  'dead units', 'saturation', 'vanishing', 'exploding', 'oscillation', 'too small', 'ravine', 'saddle',
];

/**
 * Returns the verdicts that were found at once: that a run left its best point, or may not stay.
 * @param {WalkedRun} run
 */
export function foundAtOnce(run) {
  return run.verdicts.filter(({ name }) => !LATER.includes(name));
}

/** Those of them that say how a run ended. */
const OF_END = ['oscillation', 'too small', 'ravine', 'saddle'];

/**
 * Returns the verdicts of a closer look that say how a run ended.
 * @param {WalkedRun} run
 */
export function foundOfEnd(run) {
  return run.verdicts.filter(({ name }) => OF_END.includes(name));
}

/**
 * Returns the kept step that is the result: as told, the last, or the best where that was left.
 * @param {WalkedRun} run
 */
export function resultAt(run) {
  const left = foundAtOnce(run).length > 0 || run.stop.reason === 'risen' || run.curvature === null;
  return run.result ?? (left ? run.best : run.index.length - 1);
}

/**
 * Returns the params that are the result, (size,).
 * @param {WalkedRun} run
 */
export function resultOf(run) {
  return rowAt(run.params, run.size, resultAt(run));
}

/**
 * Whether the result is an earlier step, as the rows kept back were predicted best there.
 * @param {WalkedRun} run
 */
export function isEarlier(run) {
  const step = run.index[resultAt(run)];
  return step === run.heldOut?.best && step < run.index[run.index.length - 1];
}

/**
 * Returns the kept step of a run that is `step`, or the next one that is kept.
 * @param {WalkedRun} run
 */
export function placeOf(run, step) {
  const at = run.index.findIndex((index) => index >= step);
  return at < 0 ? run.index.length - 1 : at;
}

/**
 * Returns where params lie as seen on the surface: [x, y].
 * @param {Surface} surface
 */
export function onPlane(surface, params) {
  const [x0, y0] = zeroOf(surface);
  return [dot(surface.px, params) - x0, dot(surface.py, params) - y0];
}

/** Returns what is read of params where both axes are 0: of two directions, the point they go through. */
function zeroOf({ zero }) {
  return zero ?? [0, 0];
}

/** Whether the axes of a surface are params, or coordinates of the walk: else they are directions. */
export function isOverParams({ axes }) {
  return axes === 'units' || axes === 'walk';
}

/**
 * Returns the params at the point (x, y) of the surface.
 * @param {Surface} surface
 */
export function offPlane(surface, x, y) {
  return surface.held.map((value, i) => value + x * surface.ux[i] + y * surface.uy[i]);
}

/**
 * Returns the path of a run as seen on the surface: x and y of each kept step in turn.
 * @param {WalkedRun} run
 * @param {Surface} surface
 */
export function pathOf(run, surface) {
  const count = run.index.length;
  const [x0, y0] = zeroOf(surface);
  const path = new Float64Array(2 * count);
  for (let i = 0; i < count; i += 1) {
    const params = rowAt(run.params, run.size, i);
    path[2 * i] = dot(surface.px, params) - x0;
    path[2 * i + 1] = dot(surface.py, params) - y0;
  }
  return path;
}

/**
 * Returns the loss of all rows at a kept step; the mini-batch's where that is all that is known.
 * @param {WalkedRun} run
 */
export function trueLoss(run, i) {
  return Number.isNaN(run.fullLoss[i]) ? run.loss[i] : run.fullLoss[i];
}

/**
 * Returns a kept step's own loss, or that of all rows where a loop that was watched did not give its own; and which.
 * @param {WalkedRun} run
 */
export function statedLoss(run, i) {
  const isOfAll = Number.isNaN(run.loss[i]) && !Number.isNaN(run.fullLoss[i]);
  return { loss: isOfAll ? run.fullLoss[i] : run.loss[i], isOfAll };
}

/**
 * Returns the true losses of all kept steps, (kept,).
 * @param {WalkedRun} run
 */
export function trueLosses(run) {
  return run.fullLoss.map((_, i) => trueLoss(run, i));
}

/**
 * Returns the margins of the rows that are shown, (shown * margins).
 * @param {Scene} scene
 */
export function marginsOf(scene, params) {
  const { X, network } = scene;
  // One neuron has nothing that is worth remembering.
  if (!network) return modelOf(scene).marginsAt(params);
  let known = modelled.get(X);
  if (known?.network !== network) modelled.set(X, (known = { network, objective: modelOf(scene) }));
  return known.objective.marginsAt(params);
}

/** The objective that was made of some rows last: a picture asks for the same ones at every step. */
const modelled = new WeakMap();

/**
 * Returns an objective for the sake of its model: what is actual plays no part, so it may be anything.
 * @param {Scene} scene
 */
function modelOf(scene) {
  const { X, shown, margins } = scene;
  return chooseObjective(scene, X, new Float64Array(shown), { margins });
}

/**
 * Returns the probability of each class for the rows that are shown, (shown * classes).
 * @param {Scene} scene
 */
export function probabilitiesOf(scene, params) {
  const loss = chooseLoss('cross_entropy', scene.margins);
  return loss.probabilities(marginsOf(scene, params));
}

/**
 * Returns the number predicted for each row that is shown, (shown,).
 * @param {Scene} scene
 * @param {Choices} choices
 */
export function predictionsOf(scene, choices, params) {
  return chooseLoss(choices.loss, scene.margins, choices).prediction(marginsOf(scene, params));
}

/**
 * Returns the loss of each row that is shown, (shown,).
 * @param {Scene} scene
 * @param {Choices} choices
 */
export function costsOf(scene, choices, params) {
  const loss = chooseLoss(choices.loss, scene.margins, choices);
  return loss.value(marginsOf(scene, params), scene.y);
}

/**
 * Returns name, label and formula of a loss.
 * @param {Scene} scene
 */
export function lossOf(scene, name) {
  return scene.losses.find((loss) => loss.name === name);
}

/**
 * Returns what the loss of a run is called, with its unit, and with its penalty if it has one.
 * @param {Scene} scene
 * @param {any} p1
 */
export function lossLabel(scene, { loss, l1, l2 }) {
  return `${lossOf(scene, loss)?.label ?? 'loss'}${l1 || l2 ? ' + penalty' : ''}`;
}

/** Returns the columns that the features come from: a category has a feature for each level. */
export function columnsOf({ columns, features }) {
  return columns ?? features.map(({ name }) => name);
}

/** Returns what of the plane is seen: [left, right, bottom, top]. */
export function windowOf({ x, y, nx, ny }) {
  return [x[0], x[nx - 1], y[0], y[ny - 1]];
}
