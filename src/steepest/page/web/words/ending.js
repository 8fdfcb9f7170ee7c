// How a run ended, in sentences that every door says alike: end, lowest loss, limit, verdicts. The
// twin of Python's `view/ending.py` and of the verdicts in `view/words.py`, word for word.
import { COORDINATES } from '../engine/divergence.js';
import { limitInWords } from '../engine/rules.js';
import { short } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsEnding;

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
  if (verdicts.some(({ name }) => name === 'separation')) return SAY.lowest;
  return `lowest loss: ${lowest === null ? 'not known' : short(lowest)}`;
}

function limitLine({ choices, limit, exactLimit }) {
  if (!limit) return SAY.limit;
  const parts = [`${limitInWords(choices.rule)}${COORDINATES[choices.scale] ?? ''}`];
  if (!exactLimit) parts.push(SAY.bound);
  if (choices.batch) parts.push('of all rows');
  return filled(SAY.limitFixed, [short(limit, 3), parts.join(', ')]);
}
