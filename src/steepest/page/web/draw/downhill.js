// Steepest descent as seen on the plane of the surface.
import { dot, rowAt } from '../engine/vectors.js';

/** Less steep than this share of the steepest step, no arrow is drawn: it is flat there. */
const FLAT = 1e-3;

/**
 * How fast the loss rises along x and along y of the surface, from the gradient by params.
 * @param {Surface} surface
 */
export function slopeOf(surface, gradient) {
  return [dot(surface.ux, gradient), dot(surface.uy, gradient)];
}

/**
 * How steep it is at a kept step against the steepest kept step, 0 to 1, for an arrow's length.
 * @param {Run} run
 */
export function steepnessOf(run, at) {
  const most = steepestOf(run);
  const share = most > 0 ? run.norm[at] / most : 0;
  return share > FLAT ? Math.sqrt(Math.min(1, share)) : 0;
}

/** Returns the length of a run's longest gradient, looked for once. */
function steepestOf({ norm }) {
  if (!steepest.has(norm)) {
    let most = 0;
    for (const one of norm) if (Number.isFinite(one) && one > most) most = one;
    steepest.set(norm, most);
  }
  return steepest.get(norm);
}

const steepest = new WeakMap();

/**
 * Where gradient descent's own move, rate times gradient downhill, leads from (x, y): the run's
 * next point where the walk is in other coordinates than the surface shows.
 * @param {State} state
 * @param {Run} run
 * @param {number} at
 * @param {number[]} point
 * @param {number[]} next
 */
export function scaledMove(state, run, at, [x, y], next) {
  const { surface } = state;
  const { rule, scale } = run.choices;
  // Coordinates that are made anew on the way are nowhere drawn.
  const anew = rule === 'plane' && scale === 'round';
  if (anew || (surface.axes !== 'walk' && scale !== 'none')) return next;
  const rate = run.rate[at];
  const gradient = rowAt(run.gradient, run.size, at);
  const [alongX, alongY] = slopeOf(surface, gradient);
  return Number.isFinite(rate) ? [x - rate * alongX, y - rate * alongY] : next;
}
