// A plane through the params, `origin + a u + b v`, what the rows are on it, and its lowest point.
// The twin of Python's `surface/plane.py` and of the bowl in `surface/window.py`.
import { Squared } from '../descent.js';
import { solve } from './eigen.js';

const NEWTON_STEPS = 40;

/** How often a Newton step is halved until the loss is no higher. */
const HALVINGS = 30;

/**
 * Returns the rows of an objective on a plane: a row's margin is `base + a byA + b byB`. `penalty`
 * are the six numbers of the penalty: of 1, a, b, a², ab, b².
 */
export function rowsOnPlane(objective, { origin, u, v }) {
  const [base, byA, byB] = [origin, u, v].map((at) => objective.marginsAt(at));
  const product = (p, q) => 0.5 * objective.l2 * objective.onWeights(p, q);
  const penalty = [
    product(origin, origin),
    2 * product(origin, u),
    2 * product(origin, v),
    product(u, u),
    2 * product(u, v),
    product(v, v),
  ];
  return { base, byA, byB, y: objective.y, loss: objective.loss, penalty };
}

/** Returns the quadratic of six numbers at (s, t). */
export function quadratic([c, cs, ct, css, cst, ctt], s, t) {
  return c + cs * s + ct * t + css * s * s + cst * s * t + ctt * t * t;
}

/**
 * Returns the bowl on a plane: its lowest point `at`, the curvature along a and b there, and
 * whether it is the loss's own; null if it has no bottom. The absolute and the Huber loss may be
 * flat or kinked where they stand, so the squared loss takes their place.
 */
export function findBowl(objective, { origin, u, v }) {
  const standIn = ['absolute', 'huber'].includes(objective.loss.name);
  const loss = standIn ? new Squared() : objective.loss;
  const found = findLowest(objective, origin, [u, v], loss);
  if (!found) return null;
  const curvature = [found.bend[0], found.bend[3]];
  const sound = found.at.every(Number.isFinite) && curvature.every((c) => c > 0);
  return sound ? { at: found.at, curvature, isLowest: !standIn } : null;
}

/**
 * Returns where the loss is lowest among `origin + sum of at[k] directions[k]`, found by Newton
 * steps: `at`, the loss there (`value`) and its second derivatives (`bend`); null if there is no
 * such place.
 */
export function findLowest(objective, origin, directions, loss = objective.loss) {
  const room = roomOf(objective, origin, directions, loss);
  let at = new Float64Array(directions.length);
  for (let i = 0; i < NEWTON_STEPS; i += 1) {
    const { value, slope, bend } = expand(room, at);
    const step = solve(bend, slope.map((s) => -s), 1e-12);
    const fall = -dot(slope, step);
    if (!step.every(Number.isFinite) || fall <= 1e-12 * Math.abs(value)) return { at, value, bend };
    at = downhill(room, at, step, value);
  }
  return null;
}

/** Returns all that is needed to tell the loss at any place among the directions. */
function roomOf(objective, origin, directions, loss) {
  const base = objective.marginsAt(origin);
  const by = directions.map((direction) => objective.marginsAt(direction));
  const product = (p, q) => objective.l2 * objective.onWeights(p, q);
  const penalty = {
    here: product(origin, origin),
    slope: directions.map((d) => product(origin, d)),
    bend: directions.map((d) => directions.map((e) => product(d, e))),
  };
  return { base, by, penalty, loss, y: objective.y };
}

function marginsAt({ base, by }, at) {
  const out = base.slice();
  by.forEach((way, k) => way.forEach((change, cell) => (out[cell] += at[k] * change)));
  return out;
}

/** Returns half the penalty's quadratic form at a place, and its slope there. */
function penaltyAt({ penalty }, at) {
  const slope = penalty.slope.map((s, k) => s + dot(penalty.bend[k], at));
  const value = 0.5 * penalty.here + dot(penalty.slope, at);
  const square = penalty.bend.reduce((sum, row, k) => sum + 0.5 * at[k] * dot(row, at), 0);
  return { value: value + square, slope };
}

function expand(room, at) {
  const { by, loss, y, penalty } = room;
  const margins = marginsAt(room, at);
  const value = new Float64Array(y.length);
  const slopes = new Float64Array(margins.length);
  loss.fill(margins, y, value, slopes);
  const flat = penaltyAt(room, at);
  const bend = new Float64Array(by.length ** 2);
  by.forEach((u, k) =>
    by.forEach((v, l) => {
      const known = l < k ? bend[l * by.length + k] : loss.bent(margins, y, u, v) / y.length;
      bend[k * by.length + l] = l < k ? known : known + penalty.bend[k][l];
    }),
  );
  return {
    value: total(value) / y.length + flat.value,
    slope: Float64Array.from(by, (way, k) => dot(way, slopes) / y.length + flat.slope[k]),
    bend,
  };
}

/** Returns where the step leads, shortened until the loss is no higher. */
function downhill(room, at, step, value) {
  let length = 1;
  for (let i = 0; i < HALVINGS; i += 1) {
    const there = at.map((a, k) => a + length * step[k]);
    const loss = total(room.loss.value(marginsAt(room, there), room.y)) / room.y.length;
    if (loss + penaltyAt(room, there).value <= value) return there;
    length /= 2;
  }
  return at;
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

function total(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum;
}
