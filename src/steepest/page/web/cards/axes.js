// The kinds of axes: what is written on them, which numbers get a tick, and where a number lies.
// An axis is { label, ticks(count) -> {values, labels}, scale(from, to) -> function with .invert }.
import { label as tickLabel, linearTicks, logScale, logTicks, scale } from '../draw/ticks.js';

/** Return a linear axis over the values of a feature, whose name its label may have cut. */
export function featureAxis(range, { label, name }) {
  return { ...linearAxis(...range, label), name: label.includes('…') ? name : label };
}

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
    ticks: (count) => logTicks(low, high, count),
    scale: (from, to) => logScale(low, high, from, to),
  };
}

/** Return a linear axis with ticks at these values only. */
export function fixedAxis(low, high, label, values, labels = values.map(String)) {
  return { ...linearAxis(low, high, label), ticks: () => ({ values, labels }) };
}

/** Steps beyond which the axis of steps is logarithmic. */
const LONG = 100;

/** Return the axis of steps 0 to `last`: linear; for long runs 0, 1, 10, 100, evenly spaced. */
export function stepAxis(last) {
  const end = Math.max(1, last);
  if (last > LONG) return longStepAxis(end);
  const axis = linearAxis(-0.03 * end, 1.04 * end, 'round');
  const values = (count) => linearTicks(0, end, Math.min(count, end)).values;
  return { ...axis, ticks: (count) => wholeTicks(values(count)) };
}

function longStepAxis(last) {
  const out = scale(-0.12, 1.04 * spread(last), 0, 1);
  return {
    label: 'round (0, 1, 10, 100, … evenly spaced)',
    brief: 'round', // its ticks say the rest
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
  return wholeTicks(values);
}

function wholeTicks(values) {
  return { values, labels: values.map((step) => tickLabel(step, 1)) };
}
