// The four steps of the lecture with the numbers of the step that is shown. The sentences are those of Python's
// view/words.py.
import { startInWords } from '../engine/initial.js';
import { Network } from '../engine/network.js';
import { ruleName } from '../engine/rules.js';
import { activeRun, lossLabel, paramsAt, statedLoss, trueLoss } from '../state/select.js';
import { differenceTexts } from './arithmetic.js';
import { counted, fixed, percent, short } from '../numerals.js';
import { phases } from './phases.js';
import { rowsOf, withinInWords } from './sampled.js';
import {
  NAMES, UNKEPT, directionLine, fromTo, lengthOf, lengthOfGradient, listed, moved, updateLine, walkWords, withLast,
} from './step_lines.js';
import { MOST_PARAMS, briefValues, hardlyMoves, moveOf, valueLines } from './told.js';
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

/**
 * Returns the four steps: number, heading, lines, the few of them for a narrow strip, lit, and for Step 2 its
 * phases. Of many params `most` are told; on paper the strip has the loss by its name.
 * @param {State} state
 */
export function fourSteps(state, most = MOST_PARAMS, onPaper = false) {
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
    [
      ...briefValues(state, paramsAt(state, activeRun(state), 0), most),
      onPaper ? lines[0].at(-1) : startLoss(state, 'loss'),
    ],
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
  const { start, seed } = run.choices;
  const { network } = state.scene;
  const drawn = network ? `: ${startInWords(network.initial)}` : '';
  return [
    ...(start ? [] : [`seed ${seed}${drawn}`]),
    ...valueLines(state, paramsAt(state, run, 0), most),
    startLoss(state, lossLabel(state.scene, run.choices)),
  ];
}

/**
 * Returns the loss at the start, and of which rows it is; in few words, where its label stands at its axis.
 * @param {State} state
 */
function startLoss(state, label) {
  const run = activeRun(state);
  const ofBatch = run.choices.batch ? filled(SAY.first, [batchWord(state)]) : '';
  const { loss, isOfAll } = statedLoss(run, 0);
  return `${label}: ${short(loss)}${isOfAll ? SAY.ofAll : ofBatch || withinInWords(state, 0)}`;
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
  if (state.exam || state.at < run.index.length - 1) return lines;
  const best = run.index[run.best];
  if (best === last) return [...lines, run.stop.message];
  const lowest = `lowest after ${counted(best, 'round')}: ${short(trueLoss(run, run.best))}`;
  return [...lines, run.stop.message, lowest];
}
