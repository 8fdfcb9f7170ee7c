// The four phases of Step 2, when it is shown slowly: gradient, total, rate, move.
import { ruleName } from '../engine/rules.js';
import { activeRun, gradientAt } from '../state/select.js';
import { lengthArithmetic, productArithmetic } from './arithmetic.js';
import { short } from '../numerals.js';
import {
  UNKEPT, directionLine, fromTo, lengthOf, lengthOfGradient, moved, updateLine, walkWords, withLast,
} from './step_lines.js';
import { moveOf, wordOf } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsSteps;

const ALONG = SAY.step;

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

/** @param {State} state */
export function phases(state, move) {
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
