// The kinds of axes: what is written on them, which numbers get a tick, and where a number lies.
// An axis is { label, ticks(count) -> {values, labels}, scale(from, to) -> function with .invert }.
import { label as tickLabel, linearTicks, logScale, logTicks, scale } from '../draw/ticks.js';

/** Return a linear axis over [low, high]. */
export function linearAxis(low, high, label) {
  return {
    label,
    ticks: (count) => linearTicks(low, high, count),
    scale: (from, to) => scale(low, high, from, to),
  };
}

/** Return a logarithmic axis over [low, high], both above 0. */
export function logAxis(low, high, label) {
  return {
    label,
    ticks: (count) => closeTicks(low, high, count),
    scale: (from, to) => logScale(low, high, from, to),
  };
}

/** Return a linear axis with ticks at these values only. */
export function fixedAxis(low, high, label, values, labels = values.map(String)) {
  return {
    label,
    ticks: () => ({ values, labels }),
    scale: (from, to) => scale(low, high, from, to),
  };
}

/** Steps beyond which the axis of steps is logarithmic. */
const LONG = 100;

/** Return the axis of steps 0 to `last`: linear; for long runs 0, 1, 10, 100, evenly spaced. */
export function stepAxis(last) {
  const end = Math.max(1, last);
  if (last > LONG) return longStepAxis(end);
  const axis = linearAxis(-0.03 * end, 1.04 * end, 'step');
  return { ...axis, ticks: (count) => wholeTicks(end, count) };
}

function longStepAxis(last) {
  const out = scale(-0.12, 1.04 * spread(last), 0, 1);
  return {
    label: 'step (0, 1, 10, 100, … evenly spaced)',
    ticks: () => powersTo(last),
    scale: (from, to) => {
      const place = scale(0, 1, from, to);
      const forward = (step) => place(out(spread(step)));
      forward.invert = (at) => gather(out.invert(place.invert(at)));
      return forward;
    },
  };
}

/** Linear up to step 1, then by powers of ten: 0, 1, 10, 100 come to 0, 1, 2, 3. */
const spread = (step) => (step <= 1 ? step : 1 + Math.log10(step));
const gather = (place) => (place <= 1 ? place : 10 ** (place - 1));

function powersTo(last) {
  const values = [0];
  for (let step = 1; step <= last; step *= 10) values.push(step);
  return { values, labels: values.map((step) => tickLabel(step, 1)) };
}

function wholeTicks(end, count) {
  const { values } = linearTicks(0, end, Math.min(count, end));
  return { values, labels: values.map((step) => tickLabel(step, 1)) };
}

/** Ticks at 1, 2 and 5 times powers of ten where powers alone would be too few to read by. */
function closeTicks(low, high, count) {
  const decades = Math.log10(high / low);
  if (decades < 1) return linearTicks(low, high, count);
  if (decades > 3.5) return logTicks(low, high, count);
  const values = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
    for (const times of decades < 2.2 ? [1, 2, 5] : [1, 3]) {
      const value = Number(`${times}e${power}`);
      if (value >= low && value <= high) values.push(value);
    }
  }
  return { values, labels: values.map((value) => tickLabel(value, value)) };
}
