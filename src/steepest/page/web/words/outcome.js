// What became of a run, why, and what to do: a word, a sentence, a remedy, each with its numbers.
//
// Only what the numbers prove is said. A limit that follows from a bound on the curvature is called
// a bound; how near a run came is told against the lowest loss that is known.
import { digitsApart } from '../engine/divergence.js';
import { foundAtOnce, foundOfEnd, isEarlier, resultAt, trueLoss } from '../state/select.js';
import { counted, fixed, short } from '../numerals.js';
import { shareOf } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsOutcome;

/** A run is near the lowest loss when this share of the way from its start to it is left. */
export const NEAR = 1e-3;

/** A rate below this share of its limit is called small. */
const SMALL = 0.25;

/** A rate above this share of its limit goes to and fro across the steepest slope for long. */
const NEARLY = 0.95;

/** A loss this many times the lowest is told so: a percentage of five digits is hard to read. */
const MANY = 10;

/** The reasons of a run that was cut short: all others say how it ended. */
const ASKED = ['steps', 'seconds', 'callback', 'interrupted'];

/** Half of -log NEAR, rounded up: the exponent at which so much of a squared error is left. */
const HALVED = 3.5;

/**
 * Returns `{word, sentence, remedy}` of a run; the remedy is empty where none is needed.
 * @param {WalkedRun} run
 */
export function outcomeOf(run) {
  const facts = factsOf(run);
  if (foundAtOnce(run).length) return judged(run, run.verdicts);
  if (run.stop.reason === 'diverged') return diverged(run);
  if (isEarlier(run)) return earlier(run);
  if (facts.steps === 0) return still(run, SAY.step, 'Take a step.');
  if (facts.lowest === null) return unmeasured(run, facts);
  if (facts.start - facts.lowest <= 1e-12 * Math.abs(facts.lowest)) return atOnce(run, facts);
  if (facts.left <= NEAR && stays(run)) return near(run, facts);
  if (facts.left >= 1 - NEAR && facts.left <= 1) return stuck(run, facts);
  if (wanders(run)) return wandering(run, facts);
  return onItsWay(run, facts);
}

/**
 * Returns after how many steps a run came near the lowest loss and stayed there, or null.
 * @param {WalkedRun} run
 */
export function arrivalOf(run) {
  const { start, lowest } = factsOf(run);
  if (lowest === null || !(start > lowest)) return null;
  const enough = lowest + NEAR * (start - lowest);
  let first = null;
  for (let i = run.index.length - 1; i >= 0 && !(trueLoss(run, i) > enough); i -= 1) first = i;
  return first === null || !Number.isFinite(trueLoss(run, first)) ? null : run.index[first];
}

/** Returns a rate and its limit with as many digits as it takes to see which is larger. */
function apart(rate, limit) {
  const digits = digitsApart(rate, limit);
  return [short(rate, digits), short(limit, digits)];
}

/** @param {WalkedRun} run */
function hasKinks(run) {
  return ['absolute', 'quantile'].includes(run.choices.loss);
}

/** @param {WalkedRun} run */
function factsOf(run) {
  const last = run.index.length - 1;
  const start = trueLoss(run, 0);
  const end = trueLoss(run, last);
  // At a kink nothing lower is known than what the run itself has found: no way to tell how near.
  const own = hasKinks(run) && run.lowest >= trueLoss(run, run.best);
  const lowest = run.lowest === null || own ? null : Math.min(run.lowest, trueLoss(run, run.best));
  const left = lowest === null ? null : (end - lowest) / (start - lowest);
  return { steps: run.count - 1, start, end, lowest, left };
}

/** @param {WalkedRun & {label?: string}} run */
function named(run) {
  return run.label ?? 'The run';
}

// --- the outcomes --------------------------------------------------------------------------------

/**
 * The outcome that verdicts tell in their own words, as every door does.
 * @param {WalkedRun} run
 */
function judged(run, verdicts) {
  const [{ name }] = verdicts;
  const told = verdicts.map(({ message }) => message).join('; ');
  const sayings = new Set(verdicts.map(({ remedy }) => remedy));
  const remedies = [...sayings].map((remedy) => `${remedy[0].toUpperCase()}${remedy.slice(1)}.`);
  const word = { divergence: 'diverged', unsettled: 'not settled' }[name] ?? name;
  return { word, sentence: `${named(run)}: ${told}.`, remedy: remedies.join(' ') };
}

/** @param {WalkedRun} run */
function diverged(run) {
  const remedy = SAY.try;
  return { word: 'diverged', sentence: `${named(run)} ${run.stop.message}.`, remedy };
}

/**
 * The outcome that is an earlier step, as the rows kept back say.
 * @param {WalkedRun} run
 */
function earlier(run) {
  const at = resultAt(run);
  const { loss, rows } = run.heldOut;
  const values = [named(run), fixed(run.index[at], 0), counted(rows, 'row'), short(loss[at])];
  const sentence = filled(SAY.stepResult, values);
  return { word: 'earlier step', sentence, remedy: '' };
}

/** @param {WalkedRun} run */
function still(run, why, remedy) {
  return { word: 'stands still', sentence: `${named(run)} stands still: ${why}.`, remedy };
}

/** @param {WalkedRun} run */
function stuck(run, facts) {
  const share = shareOf((facts.start - facts.end) / (facts.start - facts.lowest));
  const why = filled(SAY.made, [counted(facts.steps, 'round'), share]);
  const told = typeof run.choices.learning_rate === 'number';
  return still(run, why, told ? filled(SAY.tryLarger, [upTo(run)]) : 'Take more rounds.');
}

/**
 * @param {WalkedRun} run
 * @param {any} p1
 */
function atOnce(run, { start }) {
  const sentence = filled(SAY.starts, [named(run), short(start)]);
  return { word: 'arrived', sentence, remedy: '' };
}

/**
 * Returns whether it is proved that a run ended where the loss is lowest.
 * @param {WalkedRun} run
 */
function ended(run) {
  return ['arrived', 'settled'].includes(run.stop.reason);
}

/** @param {WalkedRun} run */
function near(run, facts) {
  const after = counted(arrivalOf(run), 'round');
  const word = ended(run) ? run.stop.reason : 'came near';
  const sentence = filled(SAY.after, [named(run), word, after, short(facts.lowest)]);
  return { word, sentence: sentence + overshoot(run), remedy: '' };
}

/** @param {WalkedRun} run */
function onItsWay(run, facts) {
  if (!ended(run) && !ASKED.includes(run.stop.reason)) return over(run, foundBy(run));
  const after = `after ${counted(facts.steps, 'round')}`;
  const sentence = filled(SAY.way, [named(run), after, farFrom(facts)]);
  return { word: 'on its way', sentence: sentence + overshoot(run), remedy: faster(run) };
}

/** @param {WalkedRun} run */
function wandering(run, facts) {
  const sentence = filled(SAY.wanders, [named(run), above(facts)]);
  return { word: 'wanders', sentence, remedy: SAY.let };
}

/**
 * The outcome where the lowest loss is not known: only how the run itself went on.
 * @param {WalkedRun} run
 */
function unmeasured(run, facts) {
  if (ended(run)) {
    return { word: run.stop.reason, sentence: `${named(run)} ${run.stop.message}.`, remedy: '' };
  }
  const ofEnd = foundOfEnd(run);
  if (ofEnd.length) return judged(run, ofEnd);
  const best = trueLoss(run, run.best);
  const found = foundBy(run);
  if (facts.start - best <= NEAR * Math.abs(facts.start)) {
    const larger = typeof run.choices.learning_rate === 'number';
    return still(run, found, larger ? SAY.tryLargerLearning : 'Start elsewhere.');
  }
  if (!ASKED.includes(run.stop.reason)) return over(run, found);
  if (progressOf(run) > NEAR && !leftBest(run, facts)) {
    const sentence = filled(SAY.wayStill, [named(run), found]);
    return { word: 'on its way', sentence, remedy: 'Take more rounds.' };
  }
  if (!hasKinks(run) && leftBest(run, facts)) return notSettled(run, facts, found);
  if (!hasKinks(run)) return unknown(run, found);
  const sentence = filled(SAY.wandersSteps, [named(run), found]);
  return { word: 'wanders', sentence, remedy: SAY.letRate };
}

/**
 * Returns the lowest loss of all rows that a run found; of mini-batches it is known at some steps.
 * @param {WalkedRun} run
 */
function foundBy(run) {
  const at = run.choices.batch ? resultAt(run) : run.best;
  const lowest = run.choices.batch ? SAY.loss : SAY.lowest;
  return `${lowest} is ${short(trueLoss(run, at))}, after ${counted(run.index[at], 'round')}`;
}

/**
 * The outcome of a run that was over by itself, in its own words.
 * @param {WalkedRun} run
 */
function over(run, found) {
  const sentence = `${named(run)} ${run.stop.message}; ${found}.`;
  return { word: run.stop.reason === 'risen' ? 'not settled' : run.stop.reason, sentence, remedy: '' };
}

/**
 * Returns whether a run ended above its lowest loss, which it found before its last quarter.
 * @param {WalkedRun} run
 */
function leftBest(run, { start, end }) {
  const best = trueLoss(run, run.best);
  return end - best > NEAR * (start - best) && run.best < 0.75 * (run.index.length - 1);
}

/**
 * The outcome of a run that ended above its lowest loss.
 * @param {WalkedRun} run
 */
function notSettled(run, { end }, found) {
  const sentence = filled(SAY.settled, [named(run), found, short(end)]);
  return { word: 'not settled', sentence, remedy: SAY.trySmaller };
}

/**
 * The outcome of a run that hardly falls any more, of a loss whose lowest is not known.
 * @param {WalkedRun} run
 */
function unknown(run, found) {
  const sentence = filled(SAY.wayLast, [named(run), found]);
  return { word: 'on its way', sentence, remedy: SAY.take };
}

// --- how far and how fast ------------------------------------------------------------------------

/** Returns how far from the lowest loss the run is: of much more than that, how many times it. */
function farFrom(facts) {
  const times = facts.end / facts.lowest;
  if (isTiny(facts) || !(times >= MANY)) return above(facts);
  return `${short(times)} times the lowest, ${short(facts.lowest)}`;
}

/** Whether the lowest loss is next to nothing against the start's: no share of it is of use. */
function isTiny({ lowest, start }) {
  return Math.abs(lowest) < 1e-6 * Math.abs(start);
}

/** Returns how far above the lowest loss the run is, in words. */
function above(facts) {
  const { end, lowest } = facts;
  const tiny = isTiny(facts);
  const far = tiny ? short(end - lowest) : shareOf((end - lowest) / Math.abs(lowest));
  return `${far} above the lowest${tiny ? '' : `, ${short(lowest)}`}`;
}

/**
 * Returns what brings a run on that is on its way.
 * @param {WalkedRun} run
 */
function faster(run) {
  const { rule, scale, learning_rate: rate, batch } = run.choices;
  if (run.limit === null || typeof rate !== 'number' || batch) return 'Take more rounds.';
  if (rate < SMALL * run.limit) return filled(SAY.takeMore, [upTo(run)]);
  if (rate > NEARLY * run.limit && run.exactLimit) {
    const [limit, half] = [short(run.limit, 3), short(run.limit / 2, 2)];
    return filled(SAY.rate, [limit, half]);
  }
  const rounder = { none: SAY.scaling, standard: 'scaling round' }[scale] ?? '';
  const tries = [rounder, rule === 'steepest' ? 'momentum' : ''].filter(Boolean).join(' or ');
  const more = tries ? filled(SAY.takeMoreSteps, [tries]) : 'Take more rounds.';
  return isRavine(run) ? filled(SAY.ravine, [more]) : more;
}

/**
 * Whether the bowl is proved to curve more than ten times as much one way as another. Steepest
 * descent leaves `(1 - rate curvature)^steps` of the error along each axis; that much is left after
 * so many steps only along one that is flat.
 */
function isRavine({ choices, curvature, exactLimit, count }) {
  const plain = choices.rule === 'steepest' && exactLimit;
  return plain && (count - 1) * choices.learning_rate * curvature > 10 * HALVED;
}

/** Returns up to where a fixed rate is safe, if that is known. */
function upTo({ limit, exactLimit, curvature }) {
  if (limit === null) return '';
  const bound = exactLimit ? '' : filled(SAY.curvature, [short(curvature, 3)]);
  return ` below ${short(limit, 3)}${bound}`;
}

/**
 * Returns a sentence on a rate between 1/curvature and 2/curvature that is seen to overshoot.
 * @param {WalkedRun} run
 */
function overshoot(run) {
  const { rule, scale, learning_rate: rate } = run.choices;
  const plain = rule === 'steepest' && scale === 'none' && !run.choices.batch;
  if (!plain || !run.exactLimit || typeof rate !== 'number' || !turnsBack(run)) return '';
  if (rate * run.curvature <= 1 || rate >= run.limit) return '';
  const [r, bottom] = apart(rate, 1 / run.curvature);
  return filled(SAY.first, [r, bottom]);
}

/** Whether the second gradient points against the first. */
function turnsBack({ index, gradient, size }) {
  if (index.length < 2) return false;
  const first = gradient.subarray(0, size);
  return first.reduce((sum, part, j) => sum + part * gradient[size + j], 0) < 0;
}

/**
 * Whether a run that is near the lowest loss is there to stay: mini-batches pass by it.
 * @param {WalkedRun} run
 */
function stays(run) {
  return !run.choices.batch || arrivalOf(run) <= 0.9 * (run.count - 1);
}

/**
 * Whether the loss of a run by mini-batches, at a rate that does not fade, falls no further.
 * @param {WalkedRun} run
 */
function wanders(run) {
  const { batch, learning_rate: rate } = run.choices;
  return Boolean(batch) && typeof rate === 'number' && progressOf(run) <= NEAR;
}

/**
 * Returns the share of the whole fall that the second half of the run's later half brought.
 * @param {WalkedRun} run
 */
function progressOf(run) {
  const losses = Array.from(run.index, (_, i) => trueLoss(run, i));
  const count = losses.length;
  if (count < 8) return 1;
  const mean = (from, to) => {
    const part = losses.slice(Math.floor(from * count), Math.floor(to * count));
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  };
  const fall = losses[0] - trueLoss(run, run.best);
  return fall > 0 ? (mean(0.5, 0.75) - mean(0.75, 1)) / fall : 0;
}
