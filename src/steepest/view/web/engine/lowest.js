// The lowest loss there is for an objective, where that is known: the dashed line of the chart.
import { RULES, descend } from '../descent.js';
import { findLowest, roomOf } from './plane.js';
import { chooseRate } from './rates.js';
import { chooseScale } from './scales.js';
import { stopAfter } from './stops.js';

/** Steps of the descent that finds it where there is no shorter way. */
const STEPS = 400;

/** How close to 0 the gradient is where a descent has arrived, as Python has it. */
const TOLERANCE = 1e-10;

/** Losses in a row that may bring nothing lower before a descent has settled. */
const PATIENCE = 100;

/** The share of the loss by which it must fall to count as lower. */
const PROGRESS = 1e-12;

/** Parts into which the golden section has cut when it ends: 0.618^80 of the first span. */
const CUTS = 80;

/** Returns the lowest loss of an objective, null if none is known: it may have no minimum. */
export function lowestLoss(objective) {
  const { loss, features } = objective;
  if (loss.name === 'absolute') return features === 1 ? lowestOfOne(objective) : null;
  return loss.name === 'huber' ? arrived(objective) : newton(objective);
}

/** Newton steps over all params, in standard units. */
function newton(objective) {
  const { params } = chooseScale('standard', objective);
  const unit = (at) => Float64Array.from({ length: objective.size }, (_, i) => Number(i === at));
  const ways = Array.from({ length: objective.size }, (_, i) => params(unit(i)));
  const found = findLowest(roomOf(objective, new Float64Array(objective.size), ways));
  return found && found.isLevel ? found.value : null;
}

/** A descent where the bowl is round, with a searched rate: null if it does not arrive. */
function arrived(objective) {
  const scale = chooseScale('round', objective);
  const trace = descend({
    objective,
    start: scale.params(new Float64Array(objective.size)),
    rule: RULES.steepest,
    rate: chooseRate('auto', STEPS, scale.curvature),
    scale,
    why: whenThere(objective.nullLoss, scale.curvature),
  });
  return trace.stop.reason === 'arrived' ? Math.min(...trace.fullLoss) : null;
}

/** Returns why a descent is over: it has arrived, or it has had its steps, or it has diverged. */
function whenThere(nullLoss, curvature) {
  const over = stopAfter(STEPS - 1, nullLoss);
  const steep = Math.sqrt(2 * curvature * nullLoss);
  const settled = patience();
  return (trace) => {
    const last = trace.loss.length - 1;
    const there = settled(trace.loss[last]) || trace.steepness[last] <= TOLERANCE * steep;
    return there ? { reason: 'arrived', message: '' } : over(trace);
  };
}

/** Returns the function that hears loss by loss and tells whether they have settled. */
function patience() {
  let [lowest, since] = [Infinity, 0];
  return (loss) => {
    const lower = lowest - loss > PROGRESS * Math.abs(loss);
    since = lower ? 0 : since + 1;
    if (lower) lowest = loss;
    return since >= PATIENCE;
  };
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

function goldenSection(at, low, high) {
  const golden = (Math.sqrt(5) - 1) / 2;
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
