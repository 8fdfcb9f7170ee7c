// Trials of a task: runs with other choices, by the engine of the page, and how near they come.
import { activeRun, trueLoss } from '../state/select.js';
import { percent } from '../numerals.js';
import { NEAR } from './outcome.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsTrials;

/** Steps times rows that one trial may take, and the steps that it takes at least and at most. */
const WORK = 3e5;
export const FEWEST = 100;
const MOST = 2000;

/** A long trial takes this many times as many. */
export const LONG = 10;

export const ARRIVED = filled(SAY.within, [percent(NEAR)]);

/**
 * Walks with other choices, all rows a step.
 * @param {any} p0
 * @param {Engine} engine
 * @param {any} patch
 */
export function walk({ choices, rows }, engine, patch) {
  return engine.descend({ choices: { ...choices, batch: null, ...patch }, rows });
}

/**
 * Returns what tells an answer that holds for all rows a step, and says so of mini-batches.
 * @param {State} state
 * @param {Engine} engine
 */
export function ofAllRows(tell, state, engine) {
  const note = SAY.all;
  return async () => `${await tell(state, engine)}${activeRun(state).choices.batch ? note : ''}`;
}

export function stepsFor({ scene }) {
  return Math.round(Math.min(MOST, Math.max(FEWEST, WORK / scene.rows)));
}

/**
 * Returns which share of the way from start to lowest loss a run leaves.
 * @param {WalkedRun} run
 */
export function leftOf(run) {
  const [start, end] = [trueLoss(run, 0), trueLoss(run, run.index.length - 1)];
  const lowest = run.lowest ?? trueLoss(run, run.best);
  const left = (end - lowest) / (start - lowest);
  return Number.isFinite(left) ? left : Infinity;
}
