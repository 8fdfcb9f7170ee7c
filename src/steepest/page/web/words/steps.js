// The four steps of the lecture with the numbers of the step that is shown, and the four phases of
// that step when it is shown slowly. The sentences are those of Python's view/words.py.
import { COORDINATES } from '../engine/divergence.js';
import { startInWords } from '../engine/initial.js';
import { Network } from '../engine/network.js';
import { ruleName } from '../engine/rules.js';
import { activeRun, gradientAt, lossLabel, paramsAt, statedLoss, trueLoss } from '../state/select.js';
import {
  lengthArithmetic, moveArithmetic, productArithmetic, differenceTexts, updateArithmetic,
} from './arithmetic.js';
import { counted, fixed, percent, short, signed } from '../numerals.js';
import { rowsOf, withinInWords } from './sampled.js';
import { MOST_PARAMS, briefValues, hardlyMoves, moveOf, namedOf, valueLines, wordOf } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsSteps;

const HEADINGS = [
  SAY.start,
  SAY.take,
  SAY.calculate,
  SAY.repeat,
];

const NONE = 'none was taken';

const UNKEPT = SAY.parts;

const ALONG = SAY.step;

const NAMES = { steepest: SAY.direction, plane: SAY.directionStep };

/**
 * Returns the four steps: number, heading, lines, the few of them for a narrow strip, lit, and for Step 2 its
 * phases. Of many params `most` are told.
 * @param {State} state
 */
export function fourSteps(state, most = MOST_PARAMS) {
  const move = moveOf(state, most);
  const lines = [
    startLines(state, most),
    move ? stepLines(state, move) : [NONE],
    move ? lossLines(state, move) : [NONE],
    repeatLines(state, most),
  ];
  const lit = litStep(state);
  const [round, ...rest] = lines[3];
  const brief = [
    [...briefValues(state, paramsAt(state, activeRun(state), 0), most), lines[0].at(-1)],
    move ? briefStep(state, move) : [NONE],
    lines[2],
    [round, ...rest.slice(valueLines(state, paramsAt(state), most).length)],
  ];
  return headings(state.scene, activeRun(state)).map((heading, i) => ({
    number: i + 1,
    heading,
    lines: lines[i],
    brief: brief[i],
    lit: lit === i + 1,
    ...(i === 1 && move ? { phases: phases(state, move) } : {}),
  }));
}

/**
 * Returns the sentence and the arithmetic of the phase that is shown, or null if none is.
 * @param {State} state
 */
export function phaseWords(state) {
  const move = state.phase ? moveOf(state) : null;
  if (!move) return null;
  const { sentence, arithmetic } = phases(state, move)[state.phase - 1];
  return { sentence, arithmetic };
}

/**
 * Returns the update of param i written out: `weight 0.200 - 0.1 × 3.412 = -0.141`.
 * @param {State} state
 */
export function updateLine(state, move, i) {
  const [old, after] = [move.old[i], move.after[i]];
  const name = namedOf(state.scene, i);
  const { gradient, rate, momentum, last } = move;
  if (after === old) return `${name} ${short(old)} stays`;
  if (hardlyMoves(old, after)) return `${name} ${short(after)} hardly moves`;
  if (!gradient || (momentum && !last)) return `${name} ${moveArithmetic(old, after)}`;
  const { rule, clip } = activeRun(state).choices;
  const straight = !clip && ['steepest', 'plane'].includes(rule);
  const products = [straight ? [-rate, gradient[i]] : [rate, (after - old) / rate]];
  if (momentum) products.push([momentum, last[i]]);
  return `${name} ${updateArithmetic(old, products, after)}`;
}

/**
 * Returns the loss after the step that is told and by how much it fell.
 * @param {State} state
 */
function fallLine(state, move) {
  const run = activeRun(state);
  const [before, after] = [move.from, move.from + 1].map((i) => statedLoss(run, i));
  const told = changeLine(before.loss, after.loss);
  if (before.isOfAll) return filled(SAY.bothOfAll, [told]);
  return run.choices.batch ? filled(SAY.own, [told, batchWord(state)]) : told;
}

/** Returns what the rows of one step are called: whether they are some of all may not be known. */
function batchWord({ scene }) {
  return scene.rows ? SAY.miniBatch : SAY.batch;
}

function changeLine(before, after) {
  const way = after < before ? 'fell' : 'rose';
  if (after === before) return `${short(after)}: it stayed`;
  if (hardlyMoves(before, after)) return filled(SAY.less, [short(after), way]);
  const [old, now, change] = differenceTexts(before, after);
  const share = before ? percent(Math.abs(after - before) / Math.abs(before)) : '-';
  return `${old} → ${now}: it ${way} by ${change} (${share})`;
}

/** Returns which of the steps is on. */
function litStep({ phase, at, playing, runs, active }) {
  if (phase) return 2;
  if (!at) return 1;
  return playing || at === runs[active].index.length - 1 ? 4 : 3;
}

function headings({ startWords }, { choices }) {
  const random = startWords.endsWith('s') ? 'random' : 'a random';
  const start = `${choices.start ? 'the given' : random} ${startWords}`;
  const rule = ruleName(choices.rule);
  const take = NAMES[rule] ? HEADINGS[1] : filled(SAY.takeRule, [rule]);
  return [HEADINGS[0].replace(SAY.random, start), take, ...HEADINGS.slice(2)];
}

/** @param {State} state */
function startLines(state, most) {
  const run = activeRun(state);
  const { batch, start, seed } = run.choices;
  const { network } = state.scene;
  const drawn = network ? `: ${startInWords(network.initial)}` : '';
  const label = lossLabel(state.scene, run.choices);
  const ofBatch = batch ? filled(SAY.first, [batchWord(state)]) : '';
  const { loss, isOfAll } = statedLoss(run, 0);
  return [
    ...(start ? [] : [`seed ${seed}${drawn}`]),
    ...valueLines(state, paramsAt(state, run, 0), most),
    `${label}: ${short(loss)}${isOfAll ? SAY.ofAll : ofBatch || withinInWords(state, 0)}`,
  ];
}

// --- Step 2 --------------------------------------------------------------------------------------

/** @param {State} state */
function stepLines(state, move) {
  // Who predicts where the step lands is told what it is made of, not what comes of it.
  if (state.guessing) return [fromTo(state, move), ...gradientLines(state, move)];
  const updates = move.told.map((i) => updateLine(state, move, i));
  const size = `size of the step: ${short(lengthOf(moved(move)))}`;
  const told = [...gradientLines(state, move), ...updates, ...moreLines(state, move), size];
  return [fromTo(state, move), ...told, ...unitLines(state, move)];
}

/**
 * Returns no more of a step than its arithmetic, and of one in standard units what it is in the reader's own; who
 * predicts is told what it is made of.
 * @param {State} state
 */
function briefStep(state, move) {
  if (state.guessing || !move.single) return stepLines(state, move).slice(0, 2);
  const [first, ...others] = move.told.map((i) => updateLine(state, move, i));
  const named = move.where && first ? filled(SAY.standard, [first]) : first;
  return [
    named, ...others, ...moreLines(state, move), ...madeLines(state, move), ...unitLines(state, move),
  ].filter(Boolean);
}

/**
 * Returns how the params changed in the reader's units, where the step is told in others.
 * @param {State} state
 */
function unitLines(state, move) {
  if (!move.where) return [];
  const [old, after] = [0, 1].map((step) => paramsAt(state, activeRun(state), move.from + step));
  return [`in your units: ${listed(state, move, (i) => `${short(old[i])} → ${short(after[i])}`)}`];
}

/** Returns how many params of a network are not told. */
function moreLines({ scene: { network, params } }, { told }) {
  const more = params.length - told.length;
  return network && more ? [filled(SAY.more, [fixed(more, 0)])] : [];
}

/**
 * @param {State} state
 * @param {any} p1
 */
function fromTo(state, { from, single, least, where }) {
  const { index } = activeRun(state);
  const told = `from round ${fixed(index[from], 0)} to round ${fixed(index[from + 1], 0)}`;
  if (least) return filled(SAY.stepRule, [told]);
  if (!single) return filled(SAY.those, [told]);
  return where ? `${told}, ${where}` : told;
}

/** @param {State} state */
function gradientLines(state, move) {
  if (!move.single) return [];
  if (move.unkept) return [filled(SAY.gradient, [lengthOfGradient(state, move), UNKEPT])];
  if (!move.gradient) return [`taken${walkWords(state)}${withLast(move)}; in your units:`];
  const parts = listed(state, move, (i) => short(move.gradient[i]));
  const length = short(lengthOf(move.gradient));
  const whole = filled(SAY.gradientLength, [parts, length]);
  return [whole, ...layerLines(state.scene, move), directionLine(state, move), ...turnedLines(state)];
}

/**
 * Returns the length of a gradient of which no more was kept.
 * @param {State} state
 */
function lengthOfGradient(state, { from }) {
  return short(activeRun(state).norm[from]);
}

/** Returns how long the gradient of each layer of a network is. */
function layerLines({ network }, { gradient }) {
  if (!network) return [];
  const layers = new Network(network).matrices(gradient);
  const lengths = layers.map(({ weights, bias }) => short(Math.hypot(lengthOf(weights), lengthOf(bias))));
  return [`its length by layer: ${lengths.join(', ')}`];
}

/** Returns that the rule may turn the direction, where it is not steepest descent's. */
function turnedLines(state) {
  const rule = ruleName(activeRun(state).choices.rule);
  return NAMES[rule] ? [] : [filled(SAY.rule, [rule])];
}

/**
 * Returns of what a direction is made that the rule may have turned.
 * @param {State} state
 */
function madeLines(state, move) {
  const rule = ruleName(activeRun(state).choices.rule);
  if (NAMES[rule] || !move.gradient) return [];
  const before = ['momentum', 'nesterov'].includes(rule) ? SAY.before : '';
  return [filled(SAY.made, [rule, listed(state, move, (i) => short(move.gradient[i])), before])];
}

/**
 * Returns in which coordinates a step was taken.
 * @param {State} state
 */
function walkWords(state) {
  return COORDINATES[activeRun(state).choices.scale];
}

/**
 * Returns the direction of the step as a vector of length 1.
 * @param {State} state
 */
function directionLine(state, move) {
  const way = moved(move);
  const length = lengthOf(way);
  if (!length) return SAY.directionNone;
  const rule = ruleName(activeRun(state).choices.rule);
  const name = NAMES[rule] ?? `direction of ${rule}`;
  return `${name}: ${listed(state, move, (i) => signed(way[i] / length))}`;
}

/** Returns how much of the last step is in a step of the plane search. */
function withLast({ momentum }) {
  return momentum ? filled(SAY.last, [short(momentum)]) : '';
}

function moved({ old, after }) {
  return after.map((value, i) => value - old[i]);
}

function lengthOf(vector) {
  return Math.hypot(...vector);
}

/**
 * Returns something of each param that is told, with its name.
 * @param {State} state
 */
function listed(state, move, of) {
  return move.told.map((i) => `${namedOf(state.scene, i)} ${of(i)}`).join(', ');
}

// --- the phases of Step 2 ------------------------------------------------------------------------

/** @param {State} state */
function phases(state, move) {
  const told = [partsPhase, totalPhase, ratePhase, movePhase].map((phase) => phase(state, move));
  return told.map((words, i) => ({ number: i + 1, ...words, lit: state.phase === i + 1 }));
}

/** @param {State} state */
function partsPhase(state, move) {
  if (move.unkept) return { sentence: SAY.gradientPart, arithmetic: UNKEPT };
  const slopes = move.gradient ?? slopesAt(state, move);
  const where = move.where ? `, ${move.where}` : '';
  const lines = move.told.map((i) => {
    const way = slopes[i] < 0 ? 'falls' : 'rises';
    return filled(SAY.loss, [wordOf(state.scene, i), way, short(Math.abs(slopes[i]))]);
  });
  return {
    sentence: filled(SAY.gradientPartParam, [where]),
    arithmetic: lines.join('\n'),
  };
}

/**
 * Returns the gradient in the reader's units.
 * @param {State} state
 * @param {any} p1
 */
function slopesAt(state, { from }) {
  return gradientAt(state, activeRun(state), from);
}

/** @param {State} state */
function totalPhase(state, move) {
  const rule = ruleName(activeRun(state).choices.rule);
  if (move.unkept) {
    const arithmetic = `its length ${lengthOfGradient(state, move)}`;
    return { sentence: totalSentence(rule, { ...move, gradient: [] }), arithmetic };
  }
  const slopes = move.gradient ?? slopesAt(state, move);
  const few = slopes.length === move.told.length;
  const length = few ? lengthArithmetic(slopes) : short(lengthOf(slopes));
  if (!lengthOf(slopes)) return { sentence: SAY.slope, arithmetic: '' };
  const way = move.gradient ? `\n${directionLine(state, move)}` : '';
  return { sentence: totalSentence(rule, move), arithmetic: `its length ${length}${way}` };
}

function totalSentence(rule, move) {
  const uphill = SAY.together;
  if (!move.gradient) return `${uphill}, in your units.`;
  return {
    steepest: filled(SAY.stepGoes, [uphill]),
    plane: filled(SAY.stepGoesOpposite, [uphill, withLast(move)]),
    momentum: `${uphill}${ALONG}`,
    nesterov: `${uphill}${ALONG}`,
    adagrad: filled(SAY.part, [uphill]),
    rmsprop: filled(SAY.partDivided, [uphill]),
    adam: filled(SAY.mean, [uphill]),
  }[rule] ?? filled(SAY.ruleMakes, [uphill, rule]);
}

/** @param {State} state */
function ratePhase(state, move) {
  if (!move.single) return skipped(state, move);
  const size = lengthOf(moved(move));
  if (!move.rate && !move.momentum) return { sentence: SAY.learning, arithmetic: '' };
  const rate = short(move.rate);
  const isOwn = move.gradient || move.unkept;
  if (!move.gradient || move.momentum) {
    const found = move.momentum ? `, found together${withLast(move)},` : '';
    return {
      sentence: filled(SAY.learningRate, [rate, found, isOwn ? '' : `,${walkWords(state)}`]),
      arithmetic: `size of the step${isOwn ? '' : ', in your units'}: ${short(size)}`,
    };
  }
  return {
    sentence: filled(SAY.learningRateSays, [rate]),
    arithmetic: `size of the step: ${productArithmetic(move.rate, size / move.rate, size)}`,
  };
}

/** @param {State} state */
function skipped(state, move) {
  const sentence = move.least
    ? SAY.minimum
    : SAY.run;
  return { sentence, arithmetic: fromTo(state, move) };
}

/** @param {State} state */
function movePhase(state, move) {
  const lines = move.told.map((i) => updateLine(state, move, i));
  const names = move.old.length === 2 ? SAY.weight : SAY.every;
  const where = move.where ? SAY.told : '';
  return { sentence: `${names} to the new point${where}.`, arithmetic: lines.join('\n') };
}

// --- Steps 3 and 4 -------------------------------------------------------------------------------

/** @param {State} state */
function lossLines(state, move) {
  if (state.phase || !state.at) return [SAY.stepYet];
  const run = activeRun(state);
  const lines = [fallLine(state, move)];
  if (run.sampled && !run.choices.batch) lines[0] += withinInWords(state, move.from + 1, move.from);
  if (!run.choices.batch) return lines;
  const [before, after] = [run.fullLoss[move.from], run.fullLoss[move.from + 1]];
  const known = Number.isFinite(before) && Number.isFinite(after);
  const whole = run.sampled ? rowsOf(state.scene, run) : 'all rows';
  return known ? [...lines, `of ${whole}: ${changeLine(before, after)}`] : lines;
}

/** @param {State} state */
function repeatLines(state, most) {
  const run = activeRun(state);
  const last = run.count - 1;
  const now = paramsAt(state);
  const lines = [
    `round ${fixed(run.index[state.at], 0)} of ${fixed(last, 0)}`,
    ...valueLines(state, now, most),
    `loss ${short(trueLoss(run, state.at))}`,
  ];
  if (state.exam) return lines;
  if (state.at < run.index.length - 1) return [...lines, `in the end: ${run.stop.message}`];
  const best = run.index[run.best];
  if (best === last) return [...lines, run.stop.message];
  const lowest = `lowest after ${counted(best, 'round')}: ${short(trueLoss(run, run.best))}`;
  return [...lines, run.stop.message, lowest];
}
