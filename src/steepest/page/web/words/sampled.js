// What a page that computes with a sample of the rows says of its losses: of how many rows they are, and within
// what of the loss of all.
import { activeRun, costsOf, paramsAt } from '../state/select.js';
import { fixed, short } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsSampled;

/**
 * Returns the standard error of a mean of values drawn from `all` without replacement:
 * `s / √n √(1 - n / all)`, with s² the variance over n - 1 (Cochran 1977, Sampling Techniques, 2.4).
 */
export function standardError(values, all) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt((squares / (n - 1) / n) * (1 - n / all));
}

/**
 * Returns within what of the loss of all rows that of the sample is, at a kept step of the run that is shown; null
 * where the run is of all rows.
 * @param {State} state
 */
export function withinOf(state, at = state.at) {
  const run = activeRun(state);
  if (!run.sampled) return null;
  return standardError(costsOf(state.scene, run.choices, paramsAt(state, run, at)), state.scene.rows);
}

/**
 * Returns of how many rows a run or a surface is, where that is a sample: `5,000 of 100,000 rows`, else ''.
 * @param {Scene} scene
 * @param {{ sampled?: boolean }} made
 */
export function rowsOf({ shown, rows }, { sampled }) {
  return sampled ? filled(SAY.rows, [fixed(shown, 0), fixed(rows, 0)]) : '';
}

/**
 * Returns what follows a loss at a kept step of the run that is shown: `± 0.004 (5,000 of 100,000 rows)`, or ''.
 * @param {State} state
 */
export function withinInWords(state, at = state.at) {
  const within = withinOf(state, at);
  return within === null ? '' : filled(SAY.within, [short(within, 2), rowsOf(state.scene, activeRun(state))]);
}

/**
 * Returns what a caption adds where what is drawn is of a sample.
 * @param {State} state
 * @param {{ sampled?: boolean }} made
 */
export function sampledCaption({ scene }, made) {
  return made.sampled ? filled(SAY.caption, [rowsOf(scene, made)]) : '';
}
