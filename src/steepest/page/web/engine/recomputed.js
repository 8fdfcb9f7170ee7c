// The page's numbers against the same ones by another way: the gradient against central differences
// of the loss, the surface against the loss worked out at its points one by one, and what Python told
// of its run against what the page makes of the same params.
import { rowAt } from './vectors.js';

/** Rows times params, over all points of the differences: some 50 ms in Chromium. */
const MOST_WORK = 2e7;

/** A step of central differences in units of a param: `eps^(1/3)`, where both errors are small. */
const STEP = 6e-6;

/** Points a side of the surface, and steps of Python's run, that are looked at. */
const [SIDE, STEPS] = [5, 5];

/**
 * Returns `gradient g - (L(p + h) - L(p - h)) / 2h` of params, evenly spaced if there are many: how
 * many (`count`), and the largest as a `share` of the largest slope or of the loss, both for a change
 * of a param by its unit: 1 over the deviation of its feature, else 1.
 */
export function gradientCheck(objective, params) {
  const { loss, gradient } = objective.valueAndGradient(params);
  const every = Math.ceil((2 * objective.size * objective.rows * objective.size) / MOST_WORK);
  const units = unitsOf(objective);
  const found = [];
  for (let i = 0; i < objective.size; i += every) {
    const unit = Math.max(units(i), 1e-2 * Math.abs(params[i]));
    found.push({ unit, slope: gradient[i], found: differenceAt(objective, params, i, STEP * unit) });
  }
  const most = largest(found.map(({ unit, slope }) => unit * slope));
  const off = largest(found.map(({ unit, slope, found: other }) => unit * (slope - other)));
  return { count: found.length, share: off / Math.max(most, Math.abs(loss), Number.MIN_VALUE) };
}

function differenceAt(objective, params, i, step) {
  const [above, below] = [params[i] + step, params[i] - step];
  const at = (value) => objective.value(params.with(i, value));
  return (at(above) - at(below)) / (above - below);
}

/** Returns the unit of a param by its number. */
function unitsOf({ network, moments, weights, margins, features }) {
  const first = network ? network.layers[0].units * features : weights;
  const feature = (i) => (network ? i % features : Math.floor(i / margins));
  return (i) => (i < first ? 1 / moments.deviation[feature(i)] : 1);
}

/** Returns the largest difference of a surface from the loss at `count` of its points, as a share. */
export function surfaceCheck(objective, { held, ux, uy, x, y, nx, ny, loss }) {
  const pairs = spread(ny, SIDE).flatMap((j) => spread(nx, SIDE).map((i) => {
    const params = held.map((value, k) => value + x[i] * ux[k] + y[j] * uy[k]);
    return [loss[j * nx + i], objective.value(params)];
  }));
  return { count: pairs.length, share: shareOf(pairs) };
}

/** Returns the largest differences of losses and gradients that Python told, and of how many steps. */
export function pythonCheck(objective, { index, params, size, fullLoss, gradient, choices }) {
  const places = new Set(spread(index.length, STEPS));
  /** @type {number[][][]} */
  const [losses, slopes] = [[], []];
  for (const at of places) {
    const found = objective.valueAndGradient(rowAt(params, size, at));
    if (!Number.isNaN(fullLoss[at])) losses.push([fullLoss[at], found.loss]);
    // A gradient of a mini-batch is not that of all rows.
    const told = rowAt(gradient, size, at);
    if (!choices.batch) told.forEach((value, i) => slopes.push([value, found.gradient[i]]));
  }
  return { count: places.size, share: Math.max(shareOf(losses), shareOf(slopes)) };
}

/** Returns so many whole numbers from 0 to below `length`, evenly spaced, the ends among them. */
function spread(length, count) {
  return Array.from({ length: count }, (_, k) => Math.round((k * (length - 1)) / (count - 1)));
}

/** Returns the largest difference of pairs as a share of the largest of their numbers. */
function shareOf(pairs) {
  const both = pairs.filter(([a, b]) => Number.isFinite(a) || Number.isFinite(b));
  const most = largest(both.flat());
  return most ? largest(both.map(([a, b]) => a - b)) / most : 0;
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
