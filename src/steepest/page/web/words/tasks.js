// Tasks for the reader, with answers that are worked out from the data of the page when asked for:
// by trying, with the engine of the page, what the reader is to try by hand.
import { eigen } from '../engine/eigen.js';
import { chooseLoss } from '../engine/losses.js';
import { Objective } from '../engine/objective.js';
import { bendAt } from '../engine/plane.js';
import { findsRate, limitInWords, ruleInWords, ruleName } from '../engine/rules.js';
import { chooseScale, waysOf } from '../engine/scales.js';
import { rowAt } from '../engine/vectors.js';
import { activeRun, foundAtOnce, trueLoss } from '../state/select.js';
import { quotientArithmetic } from './arithmetic.js';
import { counted, percent, short } from '../numerals.js';
import { NEAR, arrivalOf } from './outcome.js';
import { predictTask } from './predict.js';

/** Steps times rows that one trial may take, and the steps that it takes at least and at most. */
const WORK = 3e5;
const FEWEST = 100;
const MOST = 2000;

/** A long trial takes this many times as many. */
const LONG = 10;

/** Losses that differ by this share of the whole way are the same. */
const SAME = 1e-6;

const SHARES = [
  0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99, 0.999,
];
const BEYOND = [1.5, 2, 3, 4, 6, 8, 12, 16];
const DECADES = [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];

const ARRIVED = `within ${percent(NEAR)} of the way from the start to the lowest loss`;

/**
 * Returns the tasks that fit the state: question, hint, and `answer()`, which promises a text. One
 * with `predict` also has `check([x, y])`, which judges a guess on the surface: `{near, words}`.
 * @param {State} state
 * @param {Engine} engine
 */
export function tasksOf(state, engine) {
  const run = activeRun(state);
  const predict = predictTask(state);
  if (engine.kind === 'record') {
    return [recordedTask(run), limitTask(state, null), predict].filter(Boolean);
  }
  const known = run.limit !== null || run.curvature !== null;
  return [
    !findsRate(run.choices.rule) && run.lowest !== null
      && { ...FASTEST, answer: ofAllRows(tellFastest, state, engine) },
    limitTask(state, engine),
    known && { ...RAVINE, answer: ofAllRows(tellRavine, state, engine) },
    known && { ...MOMENTUM, answer: ofAllRows(tellMomentum, state, engine) },
    predict,
  ].filter(Boolean);
}

/**
 * Walks with other choices, all rows a step.
 * @param {any} p0
 * @param {Engine} engine
 * @param {any} patch
 */
function walk({ choices, rows }, engine, patch) {
  return engine.descend({ choices: { ...choices, batch: null, ...patch }, rows });
}

/**
 * Returns what tells an answer that holds for all rows a step, and says so of mini-batches.
 * @param {State} state
 * @param {Engine} engine
 */
function ofAllRows(tell, state, engine) {
  const note = ' With all rows a step; mini-batches wander, and may do otherwise.';
  return async () => `${await tell(state, engine)}${activeRun(state).choices.batch ? note : ''}`;
}

function stepsFor({ scene }) {
  return Math.round(Math.min(MOST, Math.max(FEWEST, WORK / scene.rows)));
}

// --- the rate that arrives in the fewest steps ---------------------------------------------------

const FASTEST = {
  question: `Find the learning rate that arrives in the fewest steps: ${ARRIVED}.`,
  hint: 'Halve and double, then go in between.',
};

/**
 * @param {State} state
 * @param {Engine} engine
 */
async function tellFastest(state, engine) {
  const most = stepsFor(state);
  const trials = await trialsOf(state, engine, most);
  const best = bestOf(trials);
  const { rule, scale } = state.choices;
  const how = `${ruleInWords(rule)}, scaling ${scale}`;
  if (best.steps === Infinity) {
    return `With ${how} no rate tried arrives within ${counted(most, 'step')}; nearest comes ` +
      `${short(best.rate, 3)}, with ${percent(best.left)} of the way left. This is a ravine: try ` +
      'another scaling or momentum.';
  }
  return `With ${how}: ${counted(best.steps, 'step')} at the rate ${short(best.rate, 3)}, the ` +
    `best of ${trials.length} that were tried${limitNote(activeRun(state))}.`;
}

function limitNote({ limit, exactLimit }) {
  if (limit === null) return '';
  const whose = exactLimit ? 'the limit' : 'the limit of a bowl that curves so much everywhere';
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

/**
 * Returns which share of the way from start to lowest loss a run leaves.
 * @param {WalkedRun} run
 */
function leftOf(run) {
  const [start, end] = [trueLoss(run, 0), trueLoss(run, run.index.length - 1)];
  const lowest = run.lowest ?? trueLoss(run, run.best);
  const left = (end - lowest) / (start - lowest);
  return Number.isFinite(left) ? left : Infinity;
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

// --- the rate that just diverges -----------------------------------------------------------------

/**
 * @param {State} state
 * @param {Engine} engine
 */
function limitTask(state, engine) {
  const run = activeRun(state);
  if (run.limit === null) return null;
  return {
    question: 'Find the learning rate that just diverges.',
    hint: 'Raise it until the loss grows.',
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
  const law = `${formulaOf(run)}: above it the run diverges, below it comes to the lowest loss`;
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
  const after = `after ${counted(run.count - 1, 'step')}`;
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
  if (high === null) return `${law}. Tried: even ${short(low)} settles.`;
  const why = low > 1.01 * run.limit ? ', and where the run ends it curves less' : '';
  return `${law}${why}. Tried: ${short(low, 3)} settles, ${short(high, 3)} does not.`;
}

/**
 * Returns what is known of a loss that is no bowl: that it falls is proved of steepest alone.
 * @param {WalkedRun} run
 */
function boundOf(run) {
  const { rule } = run.choices;
  if (rule === 'steepest') {
    return `Below ${formulaOf(run)} the loss surely falls. That is a bound: it takes the most ` +
      'that the loss curves anywhere';
  }
  return `A bowl that curves everywhere as much as this loss at most has the limit ` +
    `${formulaOf(run)}. This loss is no such bowl: of ${ruleName(rule)} on it nothing is proved`;
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

// --- the ravine, and momentum in it --------------------------------------------------------------

const RAVINE = {
  question: 'Make the ravine: compare scaling none with scaling standard.',
  hint: 'Count the steps of steepest at the rate 1/curvature of each.',
};

const MOMENTUM = {
  question: 'Why does momentum help? Compare it with steepest, at the same rate.',
  hint: 'Scaling none, rate 1/curvature: count the steps of both.',
};

/**
 * @param {State} state
 * @param {Engine} engine
 */
async function tellRavine(state, engine) {
  const told = [];
  for (const scale of ['none', 'standard']) {
    const { run, steps, rate } = await steadily(state, engine, { scale, rule: 'steepest' });
    const ratio = ratioOf(state, scale, run);
    const shape = ratio && `: ${bowlOf(run)} curves ${times(ratio)} as much one way as another`;
    told.push(`scaling ${scale}${shape ?? ''}; at the rate ${short(rate, 3)}: ${steps}`);
  }
  return `${sentence(told[0])} ${sentence(told[1])} (Counted ${ARRIVED}.)`;
}

/**
 * @param {State} state
 * @param {Engine} engine
 */
async function tellMomentum(state, engine) {
  const [steepest, momentum] = [
    await steadily(state, engine, { scale: 'none', rule: 'steepest' }),
    await steadily(state, engine, { scale: 'none', rule: 'momentum' }),
  ];
  const counts = `At the rate ${short(steepest.rate, 3)}, scaling none: steepest: ` +
    `${steepest.steps}; momentum: ${momentum.steps}.`;
  const ratio = ratioOf(state, 'none', momentum.run);
  const why = 'Along the floor of the ravine the gradients agree and add up to speed; across it ' +
    'they change sign and cancel.';
  if (ratio === null) return `${counts} ${why}`;
  const root = short(Math.sqrt(ratio), 3);
  const shape = `${capital(bowlOf(momentum.run))} curves ${times(ratio)} as much across as along`;
  const law = momentum.run.exactLimit ? '' : ' on a bowl of that shape';
  return `${counts} ${why} ${shape}:${law} the steps of steepest grow with that, those of ` +
    `momentum at its best with the root of it, ${root}.`;
}

/** Returns what has the shape that is told: a bowl has it everywhere, another loss in a place. */
function bowlOf({ exactLimit }) {
  return exactLimit ? 'the bowl' : 'the lowest place found';
}

/**
 * Walks at the safe rate 1/curvature until the lowest loss is near; tells the steps in words.
 * @param {State} state
 * @param {Engine} engine
 */
async function steadily(state, engine, patch) {
  const most = LONG * stepsFor(state);
  const asked = { ...patch, learning_rate: 1 };
  const { curvature } = await walk(state, engine, { ...asked, rule: 'steepest', steps: 0 });
  const rate = 1 / curvature;
  const run = await walk(state, engine, { ...patch, learning_rate: rate, steps: most });
  const arrival = arrivalOf(run);
  const left = `after ${counted(most, 'step')} ${percent(leftOf(run))} of the way is left`;
  const steps = arrival === null ? left : counted(arrival, 'step');
  return { run, rate, steps };
}

/**
 * Returns the largest curvature by the smallest at the best point of a run; null if not known.
 * @param {any} p0
 * @param {any} scale
 * @param {WalkedRun} run
 */
function ratioOf({ scene, choices }, scale, run) {
  if (scene.margins > 1 || !['squared', 'cross_entropy'].includes(choices.loss)) return null;
  if (scene.shown !== scene.rows) return null;
  const params = rowAt(run.params, run.size, run.best);
  const { values } = eigen(curvatures(scene, choices, scale, params));
  const [least, most] = [values[0], values.at(-1)];
  return least > 1e-13 * most ? most / least : null;
}

/** Returns the second derivatives of the objective at `params` in the coordinates of a scale. */
function curvatures({ X, y, margins }, { loss, delta, l2 }, scale, params) {
  const objective = new Objective(X, y, chooseLoss(loss, margins, { delta }), l2);
  return bendAt(objective, params, waysOf(chooseScale(scale, objective), objective.size));
}

function times(ratio) {
  return ratio < 1.005 ? 'just' : `${short(ratio, 3)} times`;
}

function sentence(text) {
  return `${capital(text)}.`;
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

// --- what was recorded ---------------------------------------------------------------------------

/**
 * Returns the task on a run that was recorded, if it has a lowest loss to come near to.
 * @param {WalkedRun} run
 */
function recordedTask(run) {
  return run.lowest !== null && {
    question: `After how many steps is this run ${ARRIVED}?`,
    hint: 'Move along the steps and watch the loss.',
    answer: async () => tellRecorded(run),
  };
}

/** @param {WalkedRun} run */
function tellRecorded(run) {
  const arrival = arrivalOf(run);
  if (arrival !== null) return `After ${counted(arrival, 'step')}.`;
  return `Not in its ${counted(run.count - 1, 'step')}.`;
}
