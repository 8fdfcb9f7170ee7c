// What a screen reader says after each action: short, and with the numbers that changed.
import { activeRun, trueLoss } from '../state/select.js';
import { fixed, short } from '../numerals.js';
import { outcomeOf } from './outcome.js';
import { phaseWords } from './phases.js';
import { paramsInWords } from './told.js';

/** Params that are spoken; of more the loss must do. */
const MOST_SPOKEN = 3;

/**
 * Returns the sentence for the live region: the phase, or the step with its params and loss.
 * @param {State} state
 */
export function spoken(state) {
  const phase = phaseWords(state);
  if (phase) return `${phase.sentence} ${phase.arithmetic.replaceAll('\n', '; ')}`.trim();
  const run = activeRun(state);
  const last = run.index.length - 1;
  const loss = short(trueLoss(run, state.at));
  const numbers = [...paramsInWords(state, MOST_SPOKEN), `loss ${loss}`].join(', ');
  const told = `${placeOf(state, run)}: ${numbers}.`;
  return state.at === last && last > 0 && !state.exam ? `${told} ${outcomeOf(run).sentence}` : told;
}

/**
 * @param {any} p0
 * @param {Run} run
 */
function placeOf({ at, runs }, run) {
  const place = at ? `Round ${fixed(run.index[at], 0)}` : 'Start';
  return runs.length > 1 ? `${run.label}, ${place.toLowerCase()}` : place;
}
