// Scales: the coordinates in which the steps are taken. `params(position)` and `position(params)`
// lead to and fro, `pull(gradient)` gives the gradient by the position, `curvature` is the most
// that the objective curves there, null where it has a kink. The twin of Python's
// `descent/coordinates/named.py`.
import { eigen } from './eigen.js';
import { unit } from './vectors.js';

/** The scale, against the full one, of what all classes have in common. */
const COMMON = 0.1;

/** The share of the largest eigenvalue that a direction without data is given. */
const FLATTEST = 1e-13;

const MAKERS = { none: unscaled, standard, round };

/** Returns the scale called `name` for an objective. Throws Error if it has none. */
export function chooseScale(name, objective) {
  const scale = objective.coordinates(name);
  if (scale) return scale;
  const known = Object.keys(MAKERS).filter((one) => objective.coordinates(one)).join(', ');
  throw new Error(`there is no scale '${name}'; choose one of ${known}`);
}

/** Returns the scale called `name` for a linear objective, null if there is none. */
export function linearScale(name, objective) {
  return Object.hasOwn(MAKERS, name) ? MAKERS[name](objective) : null;
}

/** Returns where a step of 1 along each coordinate of a scale leads, in the reader's units. */
export function waysOf({ params }, size) {
  return Array.from({ length: size }, (_, i) => params(unit(size, i)));
}

/** The reader's own units. */
function unscaled(objective) {
  const { mean, deviation } = objective.moments;
  const same = (vector) => vector;
  const curvature = largestCurvature(objective, mean, deviation, deviation.map(() => 1));
  return { name: 'none', params: same, position: same, pull: same, curvature };
}

/** Weights as if each feature had mean 0 and standard deviation 1. */
function standard(objective) {
  const { deviation } = objective.moments;
  const [at, spread] = [deviation.map(() => 0), deviation.map(() => 1)];
  const curvature = largestCurvature(objective, at, spread, deviation);
  return { name: 'standard', ...standardUnits(objective), curvature };
}

/** Returns the change to coordinates in which each feature has mean 0 and deviation 1. */
export function standardUnits({ moments: { mean, deviation }, margins, features }) {
  const isWeight = (i) => i < features * margins;
  const weight = (vector, change) =>
    vector.map((v, i) => (isWeight(i) ? change(v, deviation[Math.floor(i / margins)]) : v));
  const shift = (vector, weights, sign) => {
    const out = vector.slice();
    for (let i = 0; isWeight(i); i += 1) {
      out[features * margins + (i % margins)] += sign * mean[Math.floor(i / margins)] * weights[i];
    }
    return out;
  };
  return {
    params: (position) => {
      const params = weight(position, (v, s) => v / s);
      return shift(params, params, -1);
    },
    position: (params) => weight(shift(params, params, 1), (v, s) => v * s),
    pull: (gradient) => {
      const bias = (i) => gradient[features * margins + (i % margins)];
      const centred = gradient.map((g, i) =>
        isWeight(i) ? g - mean[Math.floor(i / margins)] * bias(i) : g,
      );
      return weight(centred, (v, s) => v / s);
    },
  };
}

/**
 * Coordinates in which the bound on the curvature is 1 in every direction: `whiten` W with
 * `W' B W = 1` for the bound B in standard units (Böhning & Lindsay 1988; Böhning 1992).
 *
 * Of all such W it is the symmetric one, which turns nothing that need not be turned: it changes
 * smoothly while a row is dragged, where the eigenvectors of a B that is round already spin.
 */
function round(objective) {
  const { deviation } = objective.moments;
  const { loss, l2, margins, gram } = objective;
  const bounded = Number.isFinite(loss.most);
  const bend = bounded ? loss.most : 1;
  const { values, vectors } = eigen(withPenalty(gram.map((g) => g * bend), l2, deviation));
  const least = FLATTEST * values[values.length - 1];
  const root = values.map((value) => Math.sqrt(Math.max(value, least)));
  const whiten = rebuilt(vectors, root.map((r) => 1 / r));
  const unwhiten = rebuilt(vectors, root);
  const common = margins > 1 ? commonScale(l2, deviation) : null;
  const uncommon = common && common.map((c) => 1 / c);
  const units = standardUnits(objective);
  return {
    name: 'round',
    params: (position) => units.params(turned([whiten], common, position, margins)),
    position: (params) => turned([unwhiten], uncommon, units.position(params), margins),
    pull: (gradient) => turned([whiten], common, units.pull(gradient), margins),
    curvature: bounded ? 1 : null,
  };
}

/** Returns the symmetric matrix with these eigenvalues. */
export function rebuilt(vectors, values) {
  const n = values.length;
  return vectors.map((_, cell) => {
    const [i, j] = [Math.floor(cell / n) * n, (cell % n) * n];
    return values.reduce((sum, value, k) => sum + value * vectors[i + k] * vectors[j + k], 0);
  });
}

/** Returns the scale of what all classes have in common; any will do where nothing bends. */
function commonScale(l2, deviation) {
  const weights = deviation.map((spread) => (l2 ? (COMMON * spread) / Math.sqrt(l2) : 1));
  return Float64Array.of(...weights, 1);
}

/**
 * Returns a matrix times the vector, row by row of params: one for all margins, or one for each.
 * What is common to them has its own scale, unless that is null.
 */
export function turned(matrices, common, vector, margins) {
  const n = vector.length / margins;
  const mean = new Float64Array(n);
  if (common) vector.forEach((v, i) => (mean[Math.floor(i / margins)] += v / margins));
  return vector.map((_, cell) => {
    const [row, m] = [Math.floor(cell / margins), cell % margins];
    const matrix = matrices[m % matrices.length];
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += matrix[row * n + j] * (vector[j * margins + m] - mean[j]);
    return common ? sum + common[row] * mean[row] : sum;
  });
}

/**
 * Returns the most that the objective can curve, null if it has a kink. The walk sees features of
 * this mean and spread, and its weights are `units` times the reader's.
 */
function largestCurvature({ loss, gram, l2 }, mean, spread, units) {
  if (!Number.isFinite(loss.most)) return null;
  const n = mean.length + 1;
  const seen = (i, j) => {
    // Feature i is spread times the standardised one, and its mean times the ones.
    const parts = (k) => (k < n - 1 ? [[k, spread[k]], [n - 1, mean[k]]] : [[n - 1, 1]]);
    let sum = 0;
    for (const [p, a] of parts(i)) for (const [q, b] of parts(j)) sum += a * b * gram[p * n + q];
    return loss.most * sum;
  };
  const bound = gram.map((_, cell) => seen(Math.floor(cell / n), cell % n));
  return eigen(withPenalty(bound, l2, units)).values[n - 1];
}

/** Adds the penalty's curvature to the diagonal, (features + 1) squared. */
export function withPenalty(bound, l2, units) {
  const n = units.length + 1;
  units.forEach((size, i) => (bound[i * n + i] += l2 / (size * size)));
  return bound;
}
