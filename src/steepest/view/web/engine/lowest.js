// The lowest loss there is for an objective, where that is known: the dashed line of the chart.
import { RULES, descend } from '../descent.js';
import { findLowest } from './plane.js';
import { chooseRate } from './rates.js';
import { chooseScale } from './scales.js';
import { stopAfter } from './stops.js';

/** Steps of the descent that finds it where there is no shorter way. */
const STEPS = 400;

/** Parts into which the golden section has cut when it ends: 0.618^80 of the first span. */
const CUTS = 80;

/** Returns the lowest loss of an objective, null if none is known: it may have no minimum. */
export function lowestLoss(objective) {
  const { loss, features } = objective;
  if (loss.name === 'absolute' && features === 1) return lowestOfOne(objective);
  return loss.name === 'absolute' || loss.name === 'huber' ? walked(objective) : newton(objective);
}

/** Newton steps over all params, in standard units. */
function newton(objective) {
  const { params } = chooseScale('standard', objective);
  const unit = (at) => Float64Array.from({ length: objective.size }, (_, i) => Number(i === at));
  const ways = Array.from({ length: objective.size }, (_, i) => params(unit(i)));
  const found = findLowest(objective, new Float64Array(objective.size), ways);
  return found && found.value;
}

/** A descent where the bowl is round, with a searched rate. */
function walked(objective) {
  const scale = chooseScale('round', objective);
  const trace = descend({
    objective,
    start: scale.params(new Float64Array(objective.size)),
    rule: RULES.steepest,
    rate: chooseRate('auto', STEPS, scale.curvature),
    scale,
    why: stopAfter(STEPS, objective.nullLoss),
  });
  return Math.min(...trace.fullLoss);
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
