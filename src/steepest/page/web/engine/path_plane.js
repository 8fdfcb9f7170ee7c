// The plane of a path: the two principal directions of its points. With M the points less their mean,
// `M = U S V'`, these are the first two rows of V', and `s_k² / sum s²` is the share of the path's
// variance that direction k holds (Li et al. 2018, section 7). The twin of Python's
// `surface/path_plane.py`; the rows of V' are found by subspace iteration on `M'M` (Rutishauser 1969).
import { eigen } from './eigen.js';
import { dot, length } from './vectors.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };

const SAY = SENTENCES.enginePathPlane;

/** Directions that are sought at once, so that the first two are found fast; and tries at most. */
const [TOGETHER, MOST] = [8, 200];

/** Directions have settled once `M'M v - s² v` is so short beside the largest `s²`. */
const SETTLED = 1e-13;

/** The second direction's extent by the first's, below which it is rounding. */
const STRAIGHT = 1e-12;

/** Returns two directions of length 1 and the `share` of each, of points as rows of `size` numbers. */
export function pathDirections(points, size) {
  const moved = centred(points, size);
  const total = dot(moved, moved);
  let basis = orthonormal(firstGuess(Math.min(TOGETHER, size, points.length / size - 1), size));
  /** @type {any} */
  let found = null;
  for (let turn = 0; turn < MOST && total && !(found?.off <= SETTLED); turn += 1) {
    basis = orthonormal(basis.map((one) => turned(moved, size, one)));
    found = largestIn(moved, size, basis);
  }
  if (!found || found.extent.length < 2 || !(Math.sqrt(found.extent[1] / found.extent[0]) > STRAIGHT)) {
    throw new Error(SAY.path);
  }
  return { directions: found.directions, share: found.extent.map((one) => one / total) };
}

function centred(points, size) {
  const rows = points.length / size;
  const mean = Float64Array.from({ length: size }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i += 1) sum += points[i * size + j];
    return sum / rows;
  });
  return Float64Array.from(points, (value, k) => value - mean[k % size]);
}

/** Returns directions to begin with: any that are not orthogonal to all that are sought. */
function firstGuess(count, size) {
  const numbers = (k) => Float64Array.from({ length: size }, (_, i) => Math.cos((k + 1) * (i + 0.5)));
  return Array.from({ length: count }, (_, k) => numbers(k));
}

/** Returns `M' M v`. */
function turned(moved, size, v) {
  const out = new Float64Array(size);
  for (let from = 0; from < moved.length; from += size) {
    let along = 0;
    for (let j = 0; j < size; j += 1) along += moved[from + j] * v[j];
    for (let j = 0; j < size; j += 1) out[j] += along * moved[from + j];
  }
  return out;
}

/** Returns vectors of length 1 that span the same, each orthogonal to those before it. */
function orthonormal(vectors) {
  const made = [];
  for (const vector of vectors) {
    const one = vector.slice();
    // Twice: the first time leaves rounding of what was large.
    for (const other of [...made, ...made]) {
      const along = dot(one, other);
      for (let i = 0; i < one.length; i += 1) one[i] -= along * other[i];
    }
    const size = length(one);
    if (size > 1e-12 * length(vector)) made.push(one.map((value) => value / size));
  }
  return made;
}

/** Returns the two directions in the span of a basis along which M is largest, their `s²`, how far `off`. */
function largestIn(moved, size, basis) {
  const images = basis.map((one) => turned(moved, size, one));
  const count = basis.length;
  const cell = (k) => dot(basis[Math.floor(k / count)], images[k % count]);
  const inside = Float64Array.from({ length: count * count }, (_, k) => cell(k));
  const { values, vectors } = eigen(inside);
  const last = [count - 1, count - 2].filter((k) => k >= 0);
  const mixed = (some, k) => Float64Array.from({ length: size }, (_, i) => (
    some.reduce((sum, one, j) => sum + vectors[j * count + k] * one[i], 0)
  ));
  const [directions, turnedTo] = [basis, images].map((some) => last.map((k) => mixed(some, k)));
  const extent = last.map((k) => values[k]);
  const left = directions.map((one, n) => length(turnedTo[n].map((value, i) => value - extent[n] * one[i])));
  return { directions, extent, off: Math.max(...left) / extent[0] };
}
