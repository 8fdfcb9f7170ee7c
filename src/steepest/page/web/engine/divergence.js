// The verdict on divergence, or on a run that does not settle: it left its best point behind, and why.
// The twin of Python's
// `diagnosis/divergence.py`, word for word.
import { counted, fixed, general } from '../numerals.js';
import { faultOf, limitInWords, limitSource, ruleName } from './rules.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineDivergence;

/** The share of the loss by which it may lie above the lowest without having risen. */
const RISEN = 1e-9;

/** How many times the start's loss the end of mini-batches may be by chance: more is told. */
const WANDERED = 2;

/** The same where the last mini-batches are above the start too, by more than their noise. */
const ABOVE = 1.1;

/** Standard errors by which the mean of the last mini-batches' losses may be above by chance. */
const NOISE = 3;

/** Mini-batches whose losses are looked at together, at least. */
const FEW = 10;

export const COORDINATES = { none: '', standard: SAY.standard, round: SAY.whitened };

/**
 * Returns the verdicts on a run that left its best point for worse: one, or none if it did not.
 *
 * `trace` has loss (of all rows, NaN where unknown) and rate of each step; `rule` is a word and
 * `limit` the rate at and above which it diverges on a bowl of this `curvature`, null if there is
 * none; `proves` whether the objective curves just so everywhere.
 */
export function judgeDivergence(trace, { rule, curvature, limit, proves, scale }) {
  const { fullLoss } = trace;
  const at = lowestAt(fullLoss);
  const best = { step: at, loss: fullLoss[at] };
  const last = fullLoss.at(-1);
  if (last - best.loss <= RISEN * Math.abs(best.loss)) return [];
  const rate = trace.rate.slice(at, -1).reduce((most, r) => Math.max(most, r), -Infinity);
  if (limit !== null && rate > limit) {
    return [beyondLimit({ trace, rule, curvature, limit, proves, scale, rate, best })];
  }
  if (last <= fullLoss[0]) return [];
  if (faultOf(rule)) return [byRule({ trace, rule, best, first: fullLoss[0], last })];
  return [unexplained({ trace, rule, rate, best, first: fullLoss[0], last })];
}

/** Returns the verdict on mini-batches whose loss of all rows ends above the start's, if so. */
export function judgeBatches(trace, rule, inEpoch) {
  const { fullLoss } = trace;
  const [first, last] = [fullLoss[0], fullLoss.at(-1)];
  const from = Math.abs(first);
  if (!(last > WANDERED * from || (last > ABOVE * from && lateMean(trace.loss, inEpoch) > from))) return [];
  const at = lowestAt(fullLoss);
  const rate = trace.rate.slice(at, -1).reduce((most, r) => Math.max(most, r), -Infinity);
  return [unexplained({ trace, rule, rate, best: { step: at, loss: fullLoss[at] }, first, last })];
}

/** Returns the least that the mean loss of the last epoch's mini-batches may be; NaN of a few. */
function lateMean(losses, inEpoch) {
  const count = Math.min(Math.max(inEpoch, FEW), Math.floor(losses.length / 2));
  if (count < FEW) return NaN;
  const last = losses.slice(-count);
  const mean = last.reduce((sum, loss) => sum + loss, 0) / count;
  const square = last.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (count - 1);
  return mean - NOISE * Math.sqrt(square / count);
}

/** Returns where the lowest of the known losses is. */
export function lowestAt(losses) {
  let best = 0;
  losses.forEach((loss, i) => {
    if (loss < losses[best] || Number.isNaN(losses[best])) best = i;
  });
  return best;
}

/** Returns what is measured of a run that left its best point: growth, or that it goes on. */
function nameOf({ stop }) {
  return stop.reason === 'diverged' ? 'divergence' : 'unsettled';
}

/** Returns how often the loss rose, where it ended and where it was lowest. */
function risen({ fullLoss }, best) {
  const rises = fullLoss.reduce((count, loss, i) => count + (loss > fullLoss[i - 1]), 0);
  const [end, low] = [general(fullLoss.at(-1), 3), general(best.loss, 3)];
  const steps = counted(fullLoss.length - 1, 'step');
  const rose = filled(SAY.loss, [fixed(rises, 0), steps, end]);
  return `${rose}, lowest ${low} at step ${fixed(best.step, 0)}`;
}

/** Returns how many digits it takes to see which of two numbers is larger, 3 at least. */
export function digitsApart(a, b) {
  let digits = 3;
  while (digits < 17 && general(a, digits) === general(b, digits)) digits += 1;
  return digits;
}

/** Returns the verdict on a rate above the limit of its rule. */
function beyondLimit({ trace, rule, curvature, limit, proves, scale, rate, best }) {
  const digits = digitsApart(rate, limit);
  const name = proves ? 'divergence' : nameOf(trace);
  const [led, so] =
    name === 'divergence'
      ? ['diverged: ', SAY.steps]
      : [`has not settled: ${risen(trace, best)}; `, SAY.stepsCan];
  return {
    level: proves ? 'proved' : 'measured',
    name,
    message: filled(SAY.learning, [
      led, general(rate, digits), limitInWords(rule), general(limit, digits), proves ? '' : 'at most ',
      general(curvature, 3), COORDINATES[scale], so,
    ]),
    numbers: {
      learning_rate: rate,
      curvature,
      limit,
      suggested: 1 / curvature,
      best_step: best.step,
      best_loss: best.loss,
    },
    remedy: filled(SAY.use, [general(1 / curvature, 2)]),
    source: limitSource(rule),
  };
}

/** Returns the verdict on a rule that no learning rate could have saved. */
function byRule({ trace, rule, best, first, last }) {
  const name = ruleName(rule);
  return {
    level: 'measured',
    name: nameOf(trace),
    message:
      filled(SAY.ended, [general(last, 3), general(first, 3), name, faultOf(rule)]),
    numbers: { best_step: best.step, best_loss: best.loss },
    remedy: filled(SAY.useBeta, [name]),
    source: limitSource(rule),
  };
}

/** Returns the verdict where no limit is known: the numbers, and the plain remedy. */
function unexplained({ trace, rule, rate, best, first, last }) {
  return {
    level: 'rule of thumb',
    name: nameOf(trace),
    message:
      filled(SAY.endedHigher, [general(last, 3), general(first, 3), general(rate, 3), ruleName(rule)]),
    numbers: {
      learning_rate: rate,
      suggested: rate / 10,
      best_step: best.step,
      best_loss: best.loss,
    },
    remedy: filled(SAY.try, [general(rate / 10, 2)]),
    source: SAY.ours,
  };
}
