// When a run is over that was told its number of steps: then, or when it has diverged. The twin of
// Python's `descent/stopping.py`, word for word.
import { fixed, general } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineStops;

/** A loss this many times the start's (or a constant guess's) that still rises has diverged. */
const GROWTH = 1e3;

/**
 * Returns the function that tells why a trace is over at its last step, null if it is not.
 *
 * A loss of which the slope is bounded has not diverged by being high: see Python's `Stopping`.
 */
export function stopAfter(steps, nullLoss, slopeIsBounded = false) {
  const far = slopeIsBounded ? () => null : (trace) => grown(trace, nullLoss);
  return (trace) => lost(trace) ?? far(trace) ?? done(trace, steps);
}

function lost({ loss, steepness }) {
  const at = loss.length - 1;
  if (Number.isFinite(loss[at]) && Number.isFinite(steepness[at])) return null;
  const message = filled(SAY.diverged, [at]);
  return { reason: 'diverged', message };
}

function grown({ loss }, nullLoss) {
  const usual = Math.max(loss[0], nullLoss);
  const recent = loss.slice(-4);
  const last = recent.at(-1);
  if (last <= GROWTH * usual || recent.some((value, i) => i && value <= recent[i - 1])) return null;
  const times = last / usual;
  const often = times < 1e6 ? fixed(times, 0) : general(times, 3);
  const message = filled(SAY.divergedLoss, [often]);
  return { reason: 'diverged', message };
}

function done({ loss }, steps) {
  if (loss.length <= steps) return null;
  const message = filled(SAY.stopped, [fixed(steps, 0), steps === 1 ? '' : 's']);
  return { reason: 'steps', message };
}
