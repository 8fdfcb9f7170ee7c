// The task to find the rate that arrives in the fewest steps, and its answer: by trying.
import { ruleInWords } from '../engine/rules.js';
import { activeRun } from '../state/select.js';
import { counted, percent, short } from '../numerals.js';
import { arrivalOf } from './outcome.js';
import { ARRIVED, FEWEST, leftOf, stepsFor, walk } from './trials.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsFastestTask;

/** Shares of a limit, of a bound that may be passed, and powers of 10: the rates tried at first. */
const SHARES = [
  0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99, 0.999,
];
const BEYOND = [1.5, 2, 3, 4, 6, 8, 12, 16];
const DECADES = [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];

export const FASTEST = {
  question: filled(SAY.find, [ARRIVED]),
  hint: SAY.halve,
};

/**
 * @param {State} state
 * @param {Engine} engine
 */
export async function tellFastest(state, engine) {
  const most = stepsFor(state);
  const trials = await trialsOf(state, engine, most);
  const best = bestOf(trials);
  const { rule, scale } = state.choices;
  const how = `${ruleInWords(rule)}, scaling ${scale}`;
  if (best.steps === Infinity) {
    return filled(SAY.rate, [how, counted(most, 'round'), short(best.rate, 3), percent(best.left)]);
  }
  const [steps, note] = [counted(best.steps, 'round'), limitNote(activeRun(state))];
  return filled(SAY.rateBest, [how, steps, short(best.rate, 3), trials.length, note]);
}

function limitNote({ limit, exactLimit }) {
  if (limit === null) return '';
  const whose = exactLimit ? 'the limit' : SAY.limit;
  return ` (${whose} is ${short(limit, 3)})`;
}

/**
 * Tries rates over a wide range, then between the best one and its neighbours.
 * @param {State} state
 * @param {Engine} engine
 */
async function trialsOf(state, engine, most) {
  const { limit, exactLimit } = activeRun(state);
  const rates = limit === null ? DECADES.map((d) => 10 ** d) : SHARES.map((s) => s * limit);
  // A limit that follows from a bound may be passed.
  if (limit !== null && !exactLimit) rates.push(...BEYOND.map((s) => s * limit));
  const trials = [];
  let steps = most;
  const tryOut = async (rate) => {
    trials.push(await trial(state, engine, rate, steps));
    // A rate that takes twice the steps of another need not be followed to its end.
    steps = Math.min(steps, 2 * trials.at(-1).steps + FEWEST);
  };
  for (const rate of rates) await tryOut(rate);
  for (let round = 0; round < 3; round += 1) for (const rate of between(trials)) await tryOut(rate);
  return trials;
}

/**
 * Returns how many steps a rate takes to arrive, and how much of the way is left in the end.
 * @param {State} state
 * @param {Engine} engine
 */
async function trial(state, engine, rate, steps) {
  const run = await walk(state, engine, { learning_rate: rate, steps });
  return { rate, steps: arrivalOf(run) ?? Infinity, left: leftOf(run) };
}

function bestOf(trials) {
  const better = (a, b) => (a.steps === b.steps ? a.left < b.left : a.steps < b.steps);
  return trials.reduce((a, b) => (better(b, a) ? b : a));
}

/** Returns the rates half way between the best one and those next to it. */
function between(trials) {
  const sorted = [...trials].sort((a, b) => a.rate - b.rate);
  const best = sorted.indexOf(bestOf(trials));
  return [best - 1, best + 1]
    .filter((i) => i in sorted)
    .map((i) => Math.sqrt(sorted[i].rate * sorted[best].rate));
}
