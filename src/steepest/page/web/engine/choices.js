// Whether a run can be made as the reader chooses it: told before anything is walked, in the same
// words whoever computes.
import { checkNumber, checkWhole } from './checks.js';
import { chooseRate } from './rates.js';
import { checkRule } from './rules.js';

/** The choices that make the objective; all runs on one surface share them. */
export const OBJECTIVE = ['loss', 'l2', 'delta', 'quantile'];

/** Steps that a run takes at once when its reader goes on. */
export const HORIZON = 200;

/** Steps that a page walks at most. */
export const MOST_STEPS = 100000;

const CHECKS = {
  rule: checkRule,
  learning_rate: (rate) => chooseRate(rate, 1, 1),
  batch: (batch) => batch === null || checkWhole('the batch size', batch, 1),
  seed: (seed) => checkWhole('the seed', seed, 0),
  l2: (l2) => checkNumber('the penalty', l2),
  delta: (delta) => checkNumber('delta', delta, 0),
  steps: (steps) => checkWhole('the number of steps', steps, 0),
  start: (start) => start === null || start.forEach((value) => checkFinite(value)),
};

/** Throws Error with what is needed if one of these choices cannot be. */
export function checkChoices(choices) {
  for (const [name, value] of Object.entries(choices)) CHECKS[name]?.(value);
}

function checkFinite(value) {
  if (Number.isFinite(value)) return;
  throw new Error(`the start holds ${value}, but it must be finite numbers`);
}
