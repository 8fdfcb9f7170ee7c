// Learning rates: how far to go along a direction. Each is a function of where the descent stands,
// `here`: a number for every step, a schedule by the step's index, or a search that looks ahead. The
// answer is a stride: how far, and in `momentum` how much of the last step to take once more. The
// twin of Python's `descent/steps/step_size.py` and `descent/steps/plane_search.py`.
import { checkNumber, checkWhole, told } from './checks.js';
import { solve } from './eigen.js';
import { STILL, moveOf } from './loop.js';
import { dot } from './vectors.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineRates;

/** The share of the fall that the slope promises which a step must bring (Armijo 1966). */
const SUFFICIENT = 1e-4;

/** The share of the loss below which two losses cannot be told apart. */
const ROUNDING = 1e-15;

const HALVINGS = 60;

const HOW = SAY.number;

const SCHEDULES = { time: timeDecay, step: stepDecay, cosine };

/**
 * Returns the learning rate for a number or a word. `steps` is how long a cosine runs that does not
 * say it, `curvature` (or null) the most that the objective curves, for the first try of a search.
 */
export function chooseRate(rate, steps, curvature) {
  if (rate === 'auto') return search(curvature);
  const [kind, ...numbers] = String(rate).split(':');
  if (Object.hasOwn(SCHEDULES, kind) && numbers.length) {
    return scheduled(schedule(kind, numbers.map(numberIn), steps));
  }
  const chosen = checkNumber(SAY.learning, numberIn(rate), 0);
  return () => ({ rate: chosen });
}

/**
 * Returns the rate of mini-batches: safe at first, 1/2, 1/3, ... of that in later epochs. Where the
 * curvature has no bound it is shortened until the loss of the step's own rows falls enough.
 */
export function fading(objective, scale, inEpoch) {
  const rate = scheduled(timeDecay(safeRate(objective, scale), 1 / inEpoch));
  return scale.curvature || !objective.loss.smooth ? rate : armijo(rate);
}

/** Returns a rate that surely does not overshoot: without a bound, by how all params 0 curve. */
function safeRate(objective, scale) {
  if (scale.curvature) return 1 / scale.curvature;
  if (!objective.loss.smooth) return objective.nullLoss;
  const params = new Float64Array(objective.size);
  const slope = scale.pull(objective.valueAndGradient(params).gradient);
  const square = dot(slope, slope);
  if (!square) return 1;
  const along = objective.bendAlong(params, [scale.params(slope)])[0] / square;
  return Number.isFinite(along) ? 1 / Math.max(along, 0) : 1;
}

/** A rate, halved until the loss falls enough; a direction that leads uphill is taken as it is. */
function armijo(byIndex) {
  return (here) => {
    const slope = dot(here.slope, here.direction);
    const { rate } = byIndex(here);
    return slope < 0 ? shortened(here, { rate }, rate * slope) : { rate };
  };
}

function numberIn(given) {
  const number = typeof given === 'string' && !given.trim() ? NaN : Number(given);
  if (Number.isNaN(number) && given !== 'nan') {
    throw new Error(filled(SAY.learningRate, [told(given), HOW]));
  }
  return number;
}

function schedule(kind, numbers, steps) {
  const known = kind === 'cosine' && numbers.length < 2 ? [...numbers, steps] : numbers;
  if (known.length > { time: 2, step: 3, cosine: 2 }[kind]) {
    throw new Error(filled(SAY.too, [HOW]));
  }
  return SCHEDULES[kind](...known);
}

function scheduled(byIndex) {
  return ({ index }) => ({
    rate: checkNumber(filled(SAY.scheduled, [index]), byIndex(index)),
  });
}

/** `rate / (1 + decay k)` at step k (Robbins & Monro 1951). */
function timeDecay(rate, decay = 0.01) {
  checkNumber(SAY.learning, rate, 0);
  checkNumber(SAY.decay, decay);
  return (index) => rate / (1 + decay * index);
}

/** `rate` times `factor` once more after every `every` steps. */
function stepDecay(rate, factor = 0.5, every = 100) {
  checkNumber(SAY.learning, rate, 0);
  checkNumber(SAY.factor, factor, 0);
  checkWhole(SAY.steps, every, 1);
  return (index) => rate * factor ** Math.floor(index / every);
}

/** From `rate` down to 0 along half a cosine over `steps` steps (Loshchilov & Hutter 2017). */
function cosine(rate, steps) {
  checkNumber(SAY.learning, rate, 0);
  checkWhole(SAY.stepsLearning, steps, 0);
  return (index) => {
    const done = Math.min(index / Math.max(steps, 1), 1);
    return 0.5 * rate * (1 + Math.cos(Math.PI * done));
  };
}

/**
 * The rate that the curvature of the last step proposes (Barzilai & Borwein 1988), halved until
 * the loss falls enough (Armijo 1966), or provably falls at all (Hager & Zhang 2005); 0 if it
 * never does. So the loss never rises, but by rounding.
 */
function search(curvature) {
  return (here) => {
    const slope = dot(here.slope, here.direction);
    if (!(slope < 0)) return STILL;
    const rate = proposal(here, slope, curvature);
    return shortened(here, { rate }, rate * slope);
  };
}

/**
 * The step to the lowest point of the plane of gradient and last step, as the rows' margins tell
 * how it bends (Shea & Schmidt 2024): on a quadratic, the steps of conjugate gradients. Where the
 * plane has no bottom that can be found the gradient alone is followed, first at rate 1, then twice
 * as far each time. Where the bowl was made round, rate 1 is tried before.
 */
export function planeSearch(here) {
  if (here.isRound && takesMost(here)) return { rate: 1 };
  for (const stride of [lowestOnPlane(here), { rate: 2 * (here.lastRate || 0.5) }]) {
    const slope = dot(here.slope, moveOf(here, stride));
    const found = Number.isFinite(slope) && slope < 0 ? shortened(here, stride, slope) : STILL;
    if (found !== STILL) return found;
  }
  return STILL;
}

/** Returns whether a step of rate 1 lowers the loss and leaves at most half of the slope. */
function takesMost(here) {
  const slope = dot(here.slope, here.direction);
  const left = Math.abs(dot(here.tryMove(here.direction).slope, here.direction));
  return left <= -slope / 2 && accepts(here, here.direction, slope);
}

function lowestOnPlane({ rows, params, scale, slope, direction, moved }) {
  const ways = moved ? [direction, moved] : [direction];
  const bend = rows.bendAlong(params, ways.map(scale.params));
  const [rate, momentum = 0] = solve(bend, ways.map((way) => -dot(slope, way)));
  return { rate, momentum };
}

/** Returns a stride, its half, its quarter, ...: the first at which the loss falls enough. */
export function shortened(here, { rate, momentum = 0, ...more }, slope) {
  for (let i = 0, part = 1; i < HALVINGS; i += 1, part /= 2) {
    const stride = { ...more, rate: part * rate, momentum: part * momentum };
    if (accepts(here, moveOf(here, stride), part * slope)) return stride;
  }
  return STILL;
}

/** Returns the first rate to try. */
function proposal({ rows, loss, direction, lastRate, moved, turned }, slope, curvature) {
  if (moved && turned) {
    const bent = dot(moved, turned);
    const step = dot(moved, moved);
    if (bent > 0 && step > 0) return (step / bent) * (-slope / dot(direction, direction));
  }
  if (lastRate) return 2 * lastRate;
  if (curvature) return -slope / (dot(direction, direction) * curvature);
  const toNothing = Math.abs(loss) / -slope;
  // A loss of straight pieces has no unit of its own: 1 may be far too short.
  return (rows.loss.smooth ? Math.min(1, toNothing) : toNothing) || 1;
}

function accepts(here, move, slope) {
  const there = here.tryMove(move);
  if (there.loss <= here.loss + SUFFICIENT * slope) return true;
  const close = there.loss <= here.loss + ROUNDING * Math.abs(here.loss);
  return close && dot(there.slope, move) <= (2 * SUFFICIENT - 1) * slope;
}
