// The numbers of the table: of each row its prediction and cost, their sum, mean and the penalty;
// which rows are shown, in which order; and the lecture's formula with the numbers of one row.
import { costsOf, lossOf, paramsAt, predictionsOf, probabilitiesOf } from '../state/select.js';
import { differenceTexts } from '../words/arithmetic.js';
import { short, signed } from '../numerals.js';
import { chance } from './fit_rows.js';

/** So many rows are all shown; of more, the `TOP` that cost most. */
export const FEW = 24;
export const TOP = 12;

/** The most rows that are shown at all. */
export const MOST = 300;

/**
 * Return what the model of the step that is shown says of the rows, and what each costs.
 * @param {State} state
 * @param {Run} run
 */
export function valuesOf(state, run) {
  const { scene } = state;
  const params = paramsAt(state, run);
  const costs = costsOf(scene, run.choices, params);
  const sum = costs.reduce((a, b) => a + b, 0);
  const penalty = penaltyOf(params, scene, run.choices);
  const mean = sum / scene.shown;
  const shares = costs.map((cost) => (sum > 0 ? cost / sum : 0));
  const worst = costs.indexOf(costs.reduce((a, b) => Math.max(a, b), 0));
  const more = scene.target.classes ? ofClasses(scene, params) : ofNumbers(scene, run.choices, params);
  const places = placesFor({ costs, ...more });
  return { scene, costs, sum, mean, penalty, loss: mean + penalty, shares, worst, places, ...more };
}

/** Return how many decimals each column takes: four digits for its largest number. */
function placesFor({ costs, predicted = [], errors = [] }) {
  const places = (values) => {
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const digits = most > 0 && Number.isFinite(most) ? Math.floor(Math.log10(most)) : 0;
    return Math.max(0, Math.min(4, 3 - digits));
  };
  return { costs: places(costs), predicted: places(predicted), errors: places(errors) };
}

function penaltyOf(params, { weights }, { l1 = 0, l2 }) {
  return params.slice(0, weights).reduce((sum, w) => sum + l1 * Math.abs(w) + 0.5 * l2 * w * w, 0);
}

/** @param {Scene} scene */
function ofClasses(scene, params) {
  const classes = scene.target.classes.length;
  const given = probabilitiesOf(scene, params);
  const guess = new Int32Array(scene.shown);
  for (let i = 0; i < given.length; i += 1) {
    const row = Math.floor(i / classes);
    if (given[i] > given[row * classes + guess[row]]) guess[row] = i % classes;
  }
  return { classes, given, guess };
}

/**
 * @param {Scene} scene
 * @param {Choices} choices
 */
function ofNumbers(scene, choices, params) {
  const predicted = predictionsOf(scene, choices, params);
  return { predicted, errors: predicted.map((value, i) => value - scene.y[i]) };
}

/** Return the rows to show, in order of `by`: 'row', or 'cost' with the highest first. */
export function chosenRows({ costs }, by, all) {
  const rows = Array.from(costs.keys());
  const byCost = rows.slice().sort((a, b) => costs[b] - costs[a] || a - b);
  const most = all ? MOST : costs.length <= FEW ? FEW : TOP;
  const chosen = byCost.slice(0, most);
  return by === 'cost' ? chosen : chosen.sort((a, b) => a - b);
}

/**
 * Return the numbers of row i put into the formula of its loss.
 * @param {any} values
 * @param {Choices} choices
 * @param {number} i
 */
export function worked({ scene, given, classes, predicted, costs }, choices, i) {
  const row = `row ${scene.rowNumbers[i]}: `;
  const cost = short(costs[i]);
  const { y, target } = scene;
  if (!target.classes) return `${row}${putIn(scene, choices, predicted[i], y[i])}${cost}`;
  const told = (code) => chance(given[i * classes + code]);
  if (classes > 4) return `${row}-log ${bracketed(told(y[i]))} = ${cost}`;
  const parts = Array.from({ length: classes }, (_, code) => {
    return `${code === y[i] ? 1 : 0} × log ${bracketed(told(code))}`;
  });
  return `${row}-(${parts.join(' + ')}) = ${cost}`;
}

/**
 * Return the formula of a loss with the numbers of a row in place of its words.
 * @param {Scene} scene
 * @param {Choices} choices
 */
function putIn(scene, choices, predicted, actual) {
  const formula = lossOf(scene, choices.loss)?.formula ?? '';
  if (!formula.includes('prediction')) return `error ${signed(predicted - actual)}, loss `;
  // As many digits as it takes to see the two apart: their difference is what counts.
  const [near, far] = differenceTexts(actual, predicted);
  const told = formula.replace(/prediction/g, far).replace(/actual/g, actual < 0 ? `(${near})` : near);
  return `${told} = `;
}

const bracketed = (text) => (text.includes(' ') ? `(${text})` : text);
