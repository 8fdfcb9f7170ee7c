// How a run ended, in sentences that every door says alike: end, lowest loss, limit, verdicts. The
// twin of Python's `view/ending.py` and of the verdicts in `view/words.py`, word for word.
import { COORDINATES } from '../engine/divergence.js';
import { limitInWords } from '../engine/rules.js';
import { short } from '../numerals.js';

/**
 * Returns why a run is over, the lowest loss that there is, and the limit of its rate.
 * @param {Run} run
 */
export function endLines(run) {
  return [run.stop.message, lowestLine(run), limitLine(run)];
}

/** Returns what is wrong with a run and how that is known, what to do, and the source. */
export function verdictLines({ verdicts }) {
  return verdicts.flatMap(({ level, message, remedy, source }) => [
    `Verdict (${level}): ${message}`, `what to do: ${remedy}`, `source: ${source}`,
  ]);
}

function lowestLine({ verdicts, lowest }) {
  if (verdicts.some(({ name }) => name === 'separation')) return 'lowest loss: there is none';
  return `lowest loss: ${lowest === null ? 'not known' : short(lowest)}`;
}

function limitLine({ choices, limit, exactLimit }) {
  if (!limit) return 'limit of a fixed learning rate: not known';
  const parts = [`${limitInWords(choices.rule)}${COORDINATES[choices.scale] ?? ''}`];
  if (!exactLimit) parts.push('by a bound on the curvature');
  if (choices.batch) parts.push('of all rows');
  return `limit of a fixed learning rate: ${short(limit, 3)} (${parts.join(', ')})`;
}
