// A plane through the params, `origin + a u + b v`, what the rows are on it, and its lowest point.
// The twin of Python's `objective/plane.py` and of the bowl in `surface/window.py`.
import { Squared } from './losses.js';
import { solve } from './eigen.js';
import { dot, rowAt, total } from './vectors.js';

const NEWTON_STEPS = 40;

/** The share of the loss that one more Newton step may promise where it is as good as lowest. */
const CLOSE = 1e-12;

/** The slope no step takes away, against the root of loss times curvature, that is rounding. */
const LEFT_OVER = 1e-10;

/** The share of a way that is left without the other, below which it is rounding. */
const ALIKE = 1e-13;

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

/**
 * Returns the quadratic of six numbers at (s, t).
 * @param {number[]} numbers
 * @param {number} s
 * @param {number} t
 */
export function quadratic([c, cs, ct, css, cst, ctt], s, t) {
  return c + cs * s + ct * t + css * s * s + cst * s * t + ctt * t * t;
}

/**
 * Returns the rows by `s = a` and `r = b + tilt a`, whose ways are square, and the tilt.
 *
 * Of a feature far from 0 a weight and the bias move all margins almost alike: by (a, b) the bowl
 * is a ravine whose bottom drowns in rounding, by (s, r) it is as open as it can be.
 */
export function levelled(rows) {
  const { byA, byB, penalty } = rows;
  const share = dot(byA, byB) / dot(byB, byB);
  const tilt = Number.isFinite(share) ? share : 0;
  const across = byA.map((way, cell) => way - tilt * byB[cell]);
  const alike = largest(across) <= ALIKE * largest(byA);
  const [c, ca, cb, caa, cab, cbb] = penalty;
  const [css, csr] = [caa - tilt * cab + tilt * tilt * cbb, cab - 2 * tilt * cbb];
  const level = {
    ...rows,
    byA: alike ? across.fill(0) : across,
    penalty: [c, ca - tilt * cb, cb, css, csr, cbb],
  };
  return { level, tilt };
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/**
 * Returns the bowl on a plane: its lowest point `at`, the curvature along a and b there, and
 * whether it is the loss's own; null if it has no bottom. The absolute and the Huber loss may be
 * flat or kinked where they stand, so the squared loss takes their place.
 */
export function findBowl(objective, plane) {
  const { level, tilt } = levelled(rowsOnPlane(objective, plane));
  const standIn = ['absolute', 'huber'].includes(objective.loss.name);
  const loss = standIn ? new Squared() : objective.loss;
  const found = findLowest(roomOnPlane({ ...level, loss }));
  if (!found) return null;
  const [ss, sr, , rr] = found.bend;
  const curvature = [ss + 2 * tilt * sr + tilt * tilt * rr, rr];
  const at = Float64Array.of(found.at[0], found.at[1] - tilt * found.at[0]);
  const sound = at.every(Number.isFinite) && curvature.every((c) => c > 0);
  return sound ? { at, curvature, isLowest: !standIn && found.isLevel } : null;
}

/**
 * Returns where in a room the loss is lowest, found by Newton steps: `at`, the loss there
 * (`value`), its second derivatives (`bend`), and whether it is level there (`isLevel`): if not,
 * no step leads on and yet it is not the lowest place. Null if there is no such place.
 */
export function findLowest(room) {
  let at = new Float64Array(room.by.length);
  for (let i = 0; i < NEWTON_STEPS; i += 1) {
    const { value, slope, bend } = expand(room, at);
    const step = solve(bend, slope.map((s) => -s));
    if (!step.every(Number.isFinite)) return null;
    if (-dot(slope, step) <= CLOSE * Math.abs(value)) {
      return { at, value, bend, isLevel: isLevel(value, slope, bend, step) };
    }
    at = downhill(room, at, step, value);
  }
  return null;
}

/** Returns whether a step takes all of the slope away, but for rounding. */
function isLevel(value, slope, bend, step) {
  const n = step.length;
  return slope.every((s, k) => {
    const left = s + dot(rowAt(bend, n, k), step);
    return left * left <= LEFT_OVER * LEFT_OVER * value * bend[k * n + k];
  });
}

/** Returns the room of a plane: all that is needed to tell the loss at any place on it. */
function roomOnPlane({ base, byA, byB, y, loss, penalty: [c, ca, cb, caa, cab, cbb] }) {
  const bend = [
    [2 * caa, cab],
    [cab, 2 * cbb],
  ];
  return { base, by: [byA, byB], y, loss, penalty: { here: 2 * c, slope: [ca, cb], bend } };
}

/** Returns the same for the places `origin + sum of at[k] directions[k]`. */
export function roomOf(objective, origin, directions) {
  const base = objective.marginsAt(origin);
  const by = directions.map((direction) => objective.marginsAt(direction));
  const product = (p, q) => objective.l2 * objective.onWeights(p, q);
  const penalty = {
    here: product(origin, origin),
    slope: directions.map((d) => product(origin, d)),
    bend: directions.map((d) => directions.map((e) => product(d, e))),
  };
  return { base, by, penalty, loss: objective.loss, y: objective.y };
}

/** Returns the second derivatives of an objective at `params` along directions, row by row. */
export function bendAt(objective, params, directions) {
  return expand(roomOf(objective, params, directions), directions.map(() => 0)).bend;
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
