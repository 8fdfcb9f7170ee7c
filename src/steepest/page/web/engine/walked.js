// A run worked out in the page: how its choices are walked, and the record of what was.
import { fixed } from '../numerals.js';
import { Batches } from './batches.js';
import { checkWhole, told } from './checks.js';
import { MOST_STEPS } from './choices.js';
import { judgeBatches, judgeDivergence, lowestAt } from './divergence.js';
import { Walk } from './loop.js';
import { lowestLoss } from './lowest.js';
import { quasiNewton } from './quasi_newton.js';
import { chooseRate, fading, planeSearch } from './rates.js';
import { roundingOf } from './rounding.js';
import { chooseRule } from './rules.js';
import { chooseScale } from './scales.js';
import { stopAfter } from './stops.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineWalked;

/** Numbers of X that are read to fill in the losses that mini-batches left open. */
const MOST_WORK = 2e8;

/** What is looked at here of a run that the page has walked itself. */
const CHECKS = [
  { name: 'divergence', state: 'checked', message: SAY.losses },
  { name: 'all else', state: 'not looked at', message: SAY.steepest },
];

/**
 * Returns the run of choices on an objective, as a record. What is `kept` of the last one goes on,
 * where only more steps are asked for.
 * @param {any} objective
 * @param {Choices} choices
 * @param {any} [kept]
 */
export function runOf(objective, choices, kept = {}) {
  const steps = stepsOf(choices.steps);
  if (!goesOn(kept, objective, choices)) Object.assign(kept, begun(objective, choices));
  Object.assign(kept, { objective, choices });
  const { walk } = kept;
  const trace = toldOf(walk.until(stopAfter(steps, objective.nullLoss, objective.slopeIsBounded)), kept);
  const last = trace.loss.length - 1;
  const ends = [trace.params[0], trace.params[last]];
  return {
    choices,
    ...recordOf(trace, objective),
    ...limitsOf(kept),
    stop: trace.stop,
    verdicts: [
      ...judged(trace, kept),
      ...[objective.separation(ends[1]), objective.symmetry?.(...ends)].filter(Boolean),
    ],
    notes: [],
    checks: CHECKS,
  };
}

/**
 * Whether a kept walk is the first part of what is asked for: a schedule may depend on all steps.
 * @param {Kept} kept
 * @param {object} other
 * @param {Choices} choices
 */
function goesOn({ walk, objective, choices }, other, { steps, ...asked }) {
  if (walk?.trace.stop?.reason !== 'steps' || objective !== other || !choices) return false;
  const { steps: taken, ...own } = choices;
  const same = JSON.stringify(own) === JSON.stringify(asked);
  return same && walk.trace.loss.length <= steps && !String(asked.learning_rate).includes(':');
}

/** Returns a walk at its start, and how it goes. */
function begun(objective, choices) {
  const rule = chooseRule(choices.rule);
  const seed = checkWhole('seed', choices.seed, 0);
  const batch = choices.batch === null ? null : checkWhole('batch', choices.batch, 1);
  const batches = batch === null ? null : new Batches(objective, batch, seed);
  const plan = { plane: planOfPlane, lbfgs: planOfQuasiNewton }[choices.rule] ?? planOfRate;
  const start = startOf(objective, choices.start, seed);
  const how = plan(objective, { ...choices, start }, batches);
  return { walk: new Walk({ objective, start, rule, ...how, batches }), rule, scale: how.scale, batches };
}

/** Returns a trace with the loss of all rows at its end. */
function toldOf(trace, { objective, batches }) {
  checkFirst(trace);
  const last = trace.loss.length - 1;
  if (!batches) return trace;
  return { ...trace, fullLoss: trace.fullLoss.with(last, objective.value(trace.params[last])) };
}

/** Returns the most that the objective curves, the rate above which steps grow, and whether that is exact. */
function limitsOf({ objective, rule, scale: { curvature } }) {
  const limit = curvature ? rule.limit(curvature) : null;
  return { curvature, limit, exactLimit: objective.isConvex && objective.loss.name === 'squared' };
}

function judged(trace, kept) {
  const { choices, batches } = kept;
  const { curvature, limit, exactLimit } = limitsOf(kept);
  const searched = choices.learning_rate === 'auto';
  if (batches && trace.stop.reason !== 'diverged') return judgeBatches(trace, choices.rule, batches.inEpoch);
  if (searched && !batches) return [];
  const proves = exactLimit && !batches;
  return judgeDivergence(trace, { rule: choices.rule, curvature, limit, proves, scale: choices.scale });
}

/**
 * Returns coordinates and rate of a walk along the direction of its rule.
 * @param {any} objective
 * @param {Choices} choices
 * @param {any} batches
 */
function planOfRate(objective, { scale: name, learning_rate: asked, steps }, batches) {
  const scale = chooseScale(name, objective);
  const fades = batches && asked === 'auto';
  const rate = fades
    ? fading(objective, scale, batches.inEpoch)
    : chooseRate(asked, steps, scale.curvature);
  return { scale, rate };
}

/**
 * Returns coordinates and search of the plane; round ones are made anew on the way.
 * @param {any} objective
 * @param {Choices} choices
 * @param {any} batches
 */
function planOfPlane(objective, { scale, start, ...choices }, batches) {
  checkOwnRate(choices, batches);
  const round = scale === 'round' && objective.isConvex;
  const coordinates = round ? roundingOf(objective, start) : { scale: chooseScale(scale, objective) };
  return { ...coordinates, rate: planeSearch };
}

/**
 * Returns coordinates and search of L-BFGS.
 * @param {any} objective
 * @param {Choices} choices
 * @param {any} batches
 */
function planOfQuasiNewton(objective, { scale, ...choices }, batches) {
  checkOwnRate(choices, batches);
  if (!objective.loss.smooth) {
    throw new Error(
      SAY.rule,
    );
  }
  return { scale: chooseScale(scale, objective), rate: quasiNewton() };
}

function checkOwnRate({ rule, learning_rate: rate }, batches) {
  if (rate === 'auto' && !batches) return;
  throw new Error(
    filled(SAY.ruleFinds, [rule, batches ? SAY.mini : SAY.learning]),
  );
}

function stepsOf(steps) {
  if (checkWhole('steps', steps, 0) <= MOST_STEPS) return steps;
  throw new Error(filled(SAY.steps, [fixed(steps, 0), fixed(MOST_STEPS, 0)]));
}

/** Returns the params to start from: those given, or random ones drawn with the seed. */
function startOf(objective, start, seed) {
  if (start === null) return objective.randomStart(seed);
  if (start.length !== objective.size) {
    throw new Error(
      filled(SAY.start, [start.length, start.length === 1 ? '' : 's', objective.size]),
    );
  }
  const odd = start.find((value) => !Number.isFinite(value));
  if (odd === undefined) return Float64Array.from(start);
  throw new Error(filled(SAY.startHolds, [told(odd)]));
}

function checkFirst({ fullLoss }) {
  if (Number.isFinite(fullLoss[0])) return;
  throw new Error(
    filled(SAY.loss, [told(fullLoss[0])]),
  );
}

/** Returns the trace as a record: the points side by side. */
function recordOf(trace, objective) {
  const { size } = objective;
  const count = trace.loss.length;
  const join = (vectors) => {
    const out = new Float64Array(count * size);
    vectors.forEach((vector, i) => out.set(vector, i * size));
    return out;
  };
  const fullLoss = fullLosses(trace, objective);
  const best = lowestAt(fullLoss);
  return {
    size,
    count,
    index: Int32Array.from({ length: count }, (_, i) => i),
    params: join(trace.params),
    gradient: join(trace.gradient),
    loss: Float64Array.from(trace.loss),
    fullLoss,
    norm: Float64Array.from(trace.norm),
    rate: Float64Array.from(trace.rate),
    momentum: Float64Array.from(trace.momentum),
    best,
    lowest: knownLowest(objective, fullLoss[best]),
  };
}

/** Returns the losses of all rows; between epochs they were not needed, and are worked out now. */
function fullLosses({ fullLoss, params }, objective) {
  const much = params.length * objective.X.length > MOST_WORK;
  return Float64Array.from(fullLoss, (loss, i) => (
    much || !Number.isNaN(loss) ? loss : objective.value(params[i])
  ));
}

function knownLowest(objective, seen) {
  // A network, of which none is known, has no code that looks for it.
  objective.known.lowest ??= { loss: objective.isConvex ? lowestLoss(objective) : null };
  const { loss } = objective.known.lowest;
  return loss === null ? null : Math.min(loss, seen);
}

