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
 * where the run is of all rows. Of how the loss changed since `before` the same rows were taken: their differences.
 * @param {State} state
 */
export function withinOf(state, at = state.at, before = -1) {
  const run = activeRun(state);
  if (!run.sampled) return null;
  const costs = (i) => costsOf(state.scene, run.choices, paramsAt(state, run, i));
  const old = before < 0 ? null : costs(before);
  return standardError(costs(at).map((cost, i) => cost - (old?.[i] ?? 0)), state.scene.rows);
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
 * Returns of how many rows the losses of runs are, where that is a sample; which run's, where others are of all rows.
 * @param {Scene} scene
 * @param {Run[]} runs
 */
export function sampleOf(scene, runs) {
  const some = runs.find(({ sampled }) => sampled);
  const isMixed = runs.some(({ sampled }) => !sampled);
  return some ? `${isMixed ? `${some.label}: ` : ''}${rowsOf(scene, some)}` : '';
}

/**
 * Returns what follows a loss at a kept step of the run that is shown, or how it changed since the step `before`:
 * `± 0.004 (5,000 of 100,000 rows)`, or ''.
 * @param {State} state
 */
export function withinInWords(state, at = state.at, before = -1) {
  const within = withinOf(state, at, before);
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
