// The lines of a step: its update, its direction, its length, as Step 2 and its four phases have them.
import { COORDINATES } from '../engine/divergence.js';
import { ruleName } from '../engine/rules.js';
import { activeRun } from '../state/select.js';
import { moveArithmetic, updateArithmetic } from './arithmetic.js';
import { fixed, short, signed } from '../numerals.js';
import { hardlyMoves, namedOf } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsSteps;

export const UNKEPT = SAY.parts;

/** What the directions are called of rules that go down the gradient. */
export const NAMES = { steepest: SAY.direction, plane: SAY.directionStep };

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
 * @param {State} state
 * @param {any} p1
 */
export function fromTo(state, { from, single, least, where }) {
  const { index } = activeRun(state);
  const told = `from round ${fixed(index[from], 0)} to round ${fixed(index[from + 1], 0)}`;
  if (least) return filled(SAY.stepRule, [told]);
  if (!single) return filled(SAY.those, [told]);
  return where ? `${told}, ${where}` : told;
}

/**
 * Returns the length of a gradient of which no more was kept.
 * @param {State} state
 */
export function lengthOfGradient(state, { from }) {
  return short(activeRun(state).norm[from]);
}

/**
 * Returns in which coordinates a step was taken.
 * @param {State} state
 */
export function walkWords(state) {
  return COORDINATES[activeRun(state).choices.scale];
}

/**
 * Returns the direction of the step as a vector of length 1.
 * @param {State} state
 */
export function directionLine(state, move) {
  const way = moved(move);
  const length = lengthOf(way);
  if (!length) return SAY.directionNone;
  const rule = ruleName(activeRun(state).choices.rule);
  const name = NAMES[rule] ?? `direction of ${rule}`;
  return `${name}: ${listed(state, move, (i) => signed(way[i] / length))}`;
}

/** Returns how much of the last step is in a step of the plane search. */
export function withLast({ momentum }) {
  return momentum ? filled(SAY.last, [short(momentum)]) : '';
}

export function moved({ old, after }) {
  return after.map((value, i) => value - old[i]);
}

export function lengthOf(vector) {
  return Math.hypot(...vector);
}

/**
 * Returns something of each param that is told, with its name.
 * @param {State} state
 */
export function listed(state, move, of) {
  return move.told.map((i) => `${namedOf(state.scene, i)} ${of(i)}`).join(', ');
}
