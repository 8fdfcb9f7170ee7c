// The lowest loss there is for an objective, where that is known: the dashed line of the chart.
import { Walk } from './loop.js';
import { findLowest, roomOf } from './plane.js';
import { planeSearch } from './rates.js';
import { roundingOf } from './rounding.js';
import { chooseRule } from './rules.js';
import { chooseScale, waysOf } from './scales.js';
import { stopAfter } from './stops.js';

/** Steps of the descent that finds it where there is no shorter way. */
const STEPS = 200;

/** How close to 0 the gradient is where a descent has arrived, as Python has it. */
const TOLERANCE = 1e-10;

/** Parts into which the golden section has cut when it ends: 0.618^80 of the first span. */
const CUTS = 80;

/** Returns the lowest loss of a convex objective, null if none is known: it may have no minimum. */
export function lowestLoss(objective) {
  const { loss, features } = objective;
  if (objective.separation()) return null;
  if (loss.name === 'absolute') return features === 1 ? lowestOfOne(objective) : null;
  return loss.name === 'huber' ? arrived(objective) : newton(objective);
}

/** Newton steps over all params, in standard units. */
function newton(objective) {
  const ways = waysOf(chooseScale('standard', objective), objective.size);
  const found = findLowest(roomOf(objective, new Float64Array(objective.size), ways));
  return found && found.isLevel ? found.value : null;
}

/** A plane search where the bowl is round: null if it does not arrive. */
function arrived(objective) {
  const start = new Float64Array(objective.size);
  const walk = new Walk({
    objective,
    start,
    rule: chooseRule('plane'),
    rate: planeSearch,
    ...roundingOf(objective, start),
  });
  const trace = walk.until(whenThere(objective.nullLoss));
  return trace.stop?.reason === 'arrived' ? Math.min(...trace.fullLoss) : null;
}

/** Returns why a descent is over: it has arrived, or it has had its steps, or it has diverged. */
function whenThere(nullLoss) {
  const over = stopAfter(STEPS, nullLoss);
  const steep = Math.sqrt(2 * nullLoss);
  return (trace) => (
    trace.steepness.at(-1) <= TOLERANCE * steep ? { reason: 'arrived', message: '' } : over(trace)
  );
}

/**
 * The absolute loss of one feature: for each weight the best bias is a median, so it is a convex
 * function of the weight alone, and its lowest is found by golden section.
 */
function lowestOfOne({ X, y, l2 }) {
  const at = (weight) => {
    const rest = y.map((value, i) => value - weight * X[i]);
    return meanDistance(rest) + 0.5 * l2 * weight * weight;
  };
  // No weight beyond this is better than none at all.
  const far = (2 * meanDistance(y)) / meanDistance(X);
  return goldenSection(at, -far, far);
}

/** Returns the mean distance of values from their median. */
function meanDistance(values) {
  const sorted = values.slice().sort();
  const middle = sorted[sorted.length >> 1];
  let sum = 0;
  for (const value of sorted) sum += Math.abs(value - middle);
  return sum / sorted.length;
}

function goldenSection(at, from, to) {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [leftValue, rightValue] = [at(left), at(right)];
  for (let i = 0; i < CUTS; i += 1) {
    if (leftValue <= rightValue) {
      [high, right, rightValue] = [right, left, leftValue];
      left = high - golden * (high - low);
      leftValue = at(left);
    } else {
      [low, left, leftValue] = [left, right, rightValue];
      right = low + golden * (high - low);
      rightValue = at(right);
    }
  }
  return Math.min(leftValue, rightValue);
}
