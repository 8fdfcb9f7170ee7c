// The task to predict where the next step lands: its answer, and how far off a guess is.
import { activeRun, onPlane, paramsAt } from '../state/select.js';
import { differenceTexts } from './arithmetic.js';
import { percent, short } from '../numerals.js';
import { fromTo, listed, updateLine } from './step_lines.js';
import { moveOf } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsPredict;

/** A guess is near if it misses by this share of the length of the step. */
const CLOSE = 0.1;

/**
 * Returns the task for a state, null where its step cannot be told in a few lines. `check([x, y])`
 * judges where the reader points on the surface: `{near, words}`.
 * @param {State} state
 */
export function predictTask(state) {
  const move = moveOf({ ...state, phase: 1 }) ?? moveOf({ ...state, at: 0 });
  const plain = move && move.gradient && move.single && move.rate;
  if (!plain || activeRun(state).choices.rule !== 'steepest' || move.told.length > 3) return null;
  return {
    question: SAY.predict,
    paper: filled(SAY.paper, [SAY.predict, ...givenOf(state, move)]),
    hint: SAY.new,
    answer: async () => tellNext(state, move),
    predict: true,
    check: (guess) => checkNext(state, move.from, guess),
  };
}

/**
 * Returns what it takes to work the step out on paper.
 * @param {State} state
 */
function givenOf(state, move) {
  const of = (values) => listed(state, move, (i) => short(values[i]));
  return [fromTo(state, move), of(move.old), short(move.rate), of(move.gradient)];
}

/** @param {State} state */
function tellNext(state, move) {
  const run = activeRun(state);
  const updates = move.told.map((i) => updateLine(state, move, i)).join('; ');
  const where = move.where ? ` ${move.where}` : '';
  const loss = short(run.loss[move.from + 1]);
  return filled(SAY.step, [run.index[move.from], where, updates, loss]);
}

/**
 * Returns whether a guess [x, y] on the surface is near where the step lands, and how far off it is.
 * The axes have units of their own, so lengths are those that are seen: shares of the picture.
 * @param {State} state
 */
function checkNext(state, from, guess) {
  const { surface } = state;
  const run = activeRun(state);
  const [old, landed] = [from, from + 1].map((at) => onPlane(surface, paramsAt(state, run, at)));
  const sides = [surface.x, surface.y].map((side) => side.at(-1) - side[0]);
  const seen = (a, b) => Math.hypot(...sides.map((side, i) => (a[i] - b[i]) / side));
  const [length, off] = [seen(old, landed), seen(guess, landed)];
  const near = off <= CLOSE * length;
  const axes = [surface.xLabel, surface.yLabel].map((label, i) => miss(label, landed[i], guess[i]));
  const where = `Round ${run.index[from + 1]} lands ${axes.join('; ')}.`;
  return { near, words: `${near ? 'Near' : 'Not there'}: ${shareOf(off, length)}. ${where}` };
}

function shareOf(off, length) {
  if (!length) return SAY.stepDoes;
  return filled(SAY.off, [percent(off / length)]);
}

function miss(label, landed, guess) {
  const [there, here, off] = differenceTexts(landed, guess);
  return filled(SAY.you, [there, label, here, off]);
}
