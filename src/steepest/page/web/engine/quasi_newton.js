// L-BFGS: the gradient turned by the curvature that the last steps met. The twin of Python's
// `descent/steps/quasi_newton.py`.
import { STILL } from './loop.js';
import { shortened } from './rates.js';
import { dot, length } from './vectors.js';

/** Steps whose curvature is kept. */
const PAIRS = 20;

/** The cosine of step and change of the gradient below which no curvature was met. */
const LEAST_COSINE = 1e-10;

/** Returns the search of one walk: it keeps the pairs of the last steps. */
export function quasiNewton() {
  let pairs = [];
  return (here) => {
    pairs = withLast(pairs, here);
    const found = lower(here, pairs);
    if (found !== STILL || !pairs.length) return found;
    pairs = [];
    return lower(here, pairs);
  };
}

/** Returns the pairs with that of the last step, if it met upward curvature. */
function withLast(pairs, { moved, turned }) {
  if (!moved || !turned) return [];
  const met = dot(moved, turned);
  if (!(met > LEAST_COSINE * length(moved) * length(turned))) return pairs;
  return [...pairs, { step: moved, change: turned, met }].slice(-PAIRS);
}

/** Returns the stride along the turned gradient that falls enough; STILL if there is none. */
function lower(here, pairs) {
  const along = turn(here.slope, pairs).map((d) => -d);
  const slope = dot(here.slope, along);
  if (!(slope < 0)) return STILL;
  const rate = pairs.length ? 1 : Math.min(1, Math.abs(here.loss) / -slope) || 1;
  return shortened(here, { rate, along }, rate * slope);
}

/** Returns `H gradient` by two loops over the pairs (Nocedal 1980). */
function turn(gradient, pairs) {
  if (!pairs.length) return gradient;
  let left = gradient;
  const shares = [];
  for (const { step, change, met } of pairs.toReversed()) {
    const share = dot(step, left) / met;
    left = left.map((x, i) => x - share * change[i]);
    shares.unshift(share);
  }
  const { change: newest, met: curved } = pairs.at(-1);
  left = left.map((x) => x * (curved / dot(newest, newest)));
  pairs.forEach(({ step, change, met }, k) => {
    const share = shares[k] - dot(change, left) / met;
    left = left.map((x, i) => x + share * step[i]);
  });
  return left;
}
