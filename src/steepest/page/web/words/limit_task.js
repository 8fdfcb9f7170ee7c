// The task to find the rate that just diverges, and its answer: a formula, and what trials find.
import { limitInWords, ruleInWords, ruleName } from '../engine/rules.js';
import { activeRun, foundAtOnce, trueLoss } from '../state/select.js';
import { quotientArithmetic } from './arithmetic.js';
import { counted, short } from '../numerals.js';
import { LONG, ofAllRows, stepsFor, walk } from './trials.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsLimitTask;

/** Losses that differ by this share of the whole way are the same. */
const SAME = 1e-6;

/**
 * Returns the task of a run that has a limit.
 * @param {State} state
 * @param {Engine} engine
 */
export function limitTask(state, engine) {
  const run = activeRun(state);
  return {
    question: SAY.find,
    paper: run.exactLimit && filled(SAY.paper, [SAY.find, ruleInWords(run.choices.rule), short(run.curvature)]),
    hint: SAY.raise,
    answer: ofAllRows(run.exactLimit ? tellLimit : tellBound, state, engine),
  };
}

/** @param {WalkedRun} run */
function formulaOf(run) {
  const { limit, curvature, choices } = run;
  const sum = quotientArithmetic(limit * curvature, curvature, limit);
  return `${limitInWords(choices.rule)} = ${sum}`;
}

/**
 * @param {State} state
 * @param {Engine} engine
 */
async function tellLimit(state, engine) {
  const run = activeRun(state);
  const law = filled(SAY.above, [formulaOf(run)]);
  if (!engine) return `${law}.`;
  const steps = LONG * stepsFor(state);
  const tried = [];
  for (const share of [0.99, 1.01]) {
    const seen = await walk(state, engine, { learning_rate: share * run.limit, steps });
    tried.push(`at ${short(share * run.limit)} ${endOf(seen)}`);
  }
  return `${law}. Tried: ${tried.join('; ')}.`;
}

/** @param {WalkedRun} run */
function endOf(run) {
  const last = run.index.length - 1;
  const after = `after ${counted(run.count - 1, 'round')}`;
  const end = `the loss is ${short(trueLoss(run, last))} ${after}`;
  return settles(run) ? end : `it diverges, ${end}`;
}

/**
 * Whether a run stays near its lowest loss in the end.
 * @param {WalkedRun} run
 */
function settles(run) {
  if (foundAtOnce(run).length || run.stop.reason === 'diverged') return false;
  const [start, end] = [trueLoss(run, 0), trueLoss(run, run.index.length - 1)];
  const best = trueLoss(run, run.best);
  return end - best <= SAME * (start - best);
}

/**
 * @param {State} state
 * @param {Engine} engine
 */
async function tellBound(state, engine) {
  const run = activeRun(state);
  const law = boundOf(run);
  if (!engine) return `${law}.`;
  const [low, high] = await bisected(state, engine);
  if (high === null) return filled(SAY.tried, [law, short(low)]);
  const why = low > 1.01 * run.limit ? SAY.where : '';
  return filled(SAY.triedSettles, [law, why, short(low, 3), short(high, 3)]);
}

/**
 * Returns what is known of a loss that is no bowl: that it falls is proved of steepest alone.
 * @param {WalkedRun} run
 */
function boundOf(run) {
  const { rule } = run.choices;
  if (rule === 'steepest') {
    return filled(SAY.below, [formulaOf(run)]);
  }
  return filled(SAY.bowl, [formulaOf(run), ruleName(rule)]);
}

/**
 * Returns a rate that settles and one a little larger that does not; null if all settle.
 * @param {State} state
 * @param {Engine} engine
 */
async function bisected(state, engine) {
  const settled = async (learning_rate) =>
    settles(await walk(state, engine, { learning_rate, steps: stepsFor(state) }));
  let low = activeRun(state).limit;
  let high = 2 * low;
  for (let i = 0; i < 10 && (await settled(high)); i += 1) [low, high] = [high, 2 * high];
  if (await settled(high)) return [high, null];
  while (high > 1.01 * low) {
    const middle = Math.sqrt(low * high);
    if (await settled(middle)) low = middle;
    else high = middle;
  }
  return [low, high];
}
