// Whether what was asked for can be: in one place, with what is needed in the message.
import { general } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineChecks;

/**
 * Returns `value` if it is a finite number from 0 up, or above `above`. Throws Error if not.
 * @param {number | null} [above]
 */
export function checkNumber(name, value, above = null) {
  const fits = Number.isFinite(value) && (above === null ? value >= 0 : value > above);
  if (fits) return value;
  const span = above === null ? 'from 0 up' : `above ${general(above, 6)}`;
  throw new Error(filled(SAY.must, [name, told(value), span]));
}

/** Returns `value` if it is a whole number of at least `least`. Throws Error if not. */
export function checkWhole(name, value, least) {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(filled(SAY.mustWhole, [name, told(value), least]));
}

/** Returns what was given, as it is told in a message. */
export function told(value) {
  if (typeof value === 'number') return general(value, 6);
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** What becomes of a question that is given up for a newer one. */
export function supersededError() {
  return Object.assign(new Error(SAY.newer), { superseded: true });
}
