// Axes without drawing: scales from numbers to pixels and back, and the numbers worth a tick.
import { fixed, short, tenTo } from '../numerals.js';

/** A linear scale from [low, high] to [from, to], with `.invert` back. */
export function scale(low, high, from, to) {
  const slope = (to - from) / (high - low || 1);
  const forward = (value) => from + (value - low) * slope;
  forward.invert = (place) => low + (place - from) / (slope || 1);
  return forward;
}

/** A logarithmic scale from [low, high], both above 0, to [from, to], with `.invert` back. */
export function logScale(low, high, from, to) {
  const inner = scale(Math.log10(low), Math.log10(high), from, to);
  const forward = (value) => inner(Math.log10(value));
  forward.invert = (place) => 10 ** inner.invert(place);
  return forward;
}

/** Where no more numbers than these are asked for, there are no more. */
const FEW = 3;

/** Round numbers (1, 2, 5 times a power of ten) in [low, high]: about `count`, or at most that where it is few. */
export function linearTicks(low, high, count = 5) {
  if (!(high > low) || !Number.isFinite(high - low)) return alone(low);
  const step = niceStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const places = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const values = (count > FEW || places.length <= count ? places : halved(places)).map((place) => clean(place * step));
  return { values, labels: values.map((value) => label(value, step)) };
}

/** Every second of whole numbers: the even ones, with 0, if there is more than one of them. */
function halved(places) {
  const even = places.filter((place) => place % 2 === 0);
  return even.length > 1 ? even : places.filter((place) => place % 2);
}

/** Powers of ten in [low, high], every second or so where many; where few, multiples of them. */
export function logTicks(low, high, count = 5) {
  if (!(low > 0) || !(high > low) || !Number.isFinite(high)) return alone(low);
  const decades = Math.log10(high / low);
  const [few, most] = count > 3 ? [2.2, 3.5] : [1.3, 2];
  const times = decades < few ? [1, 2, 5] : [1, 3];
  const values = decades > most ? powers(low, high, count) : multiples(low, high, times);
  if (decades < 1 || values.length < 2) return linearTicks(low, high, count);
  return { values, labels: values.map((value) => label(value, value)) };
}

function powers(low, high, count) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / (count + 1)));
  const values = [];
  for (let power = Math.ceil(first / every) * every; power <= last; power += every) {
    values.push(tenTo(power));
  }
  return values;
}

function multiples(low, high, times) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); tenTo(power) <= high; power += 1) {
    for (const one of times) values.push(Number(`${one}e${power}`));
  }
  return values.filter((value) => value >= low && value <= high);
}

function niceStep(rough) {
  const power = Math.floor(Math.log10(rough) + 1e-12);
  const times = rough / tenTo(power);
  if (times < 1.5) return tenTo(power);
  if (times < 3.5) return tenTo(power, 2);
  return times < 7.5 ? tenTo(power, 5) : tenTo(power + 1);
}

function alone(value) {
  return Number.isFinite(value) ? { values: [value], labels: [label(value, value)] }
    : { values: [], labels: [] };
}

const clean = (value) => (value === 0 ? 0 : Number(value.toPrecision(12)));

/**
 * Round numbers for an axis that is not linear: `valueAt(share)` says the value at a share of its
 * length, 0 to 1, rising. About `count` of them, evenly apart as far as round numbers are.
 */
export function curvedTicks(valueAt, count = 5) {
  const values = [];
  const steps = [];
  for (let k = 0; k < count; k += 1) {
    const low = valueAt((k + 0.15) / count);
    const high = valueAt((k + 0.85) / count);
    const step = roundestStep(low, high);
    values.push(clean(Math.ceil(low / step - 1e-9) * step));
    steps.push(step);
  }
  return { values, labels: values.map((value, k) => label(value, Math.min(steps[k], value || 1))) };
}

/** The largest of 1, 2, 5 times a power of ten that has a multiple in [low, high]. */
function roundestStep(low, high) {
  let power = Math.ceil(Math.log10(Math.max(Math.abs(high), 1e-300)));
  for (let tries = 0; tries < 40; tries += 1, power -= 1) {
    for (const times of [5, 2, 1]) {
      const step = tenTo(power, times);
      if (Math.ceil(low / step - 1e-9) * step <= high) return step;
    }
  }
  return tenTo(power);
}

/** A tick's number with as many decimals as its step needs: '1,000', '-0.5', '2e+09'. */
export function label(value, step = value) {
  const size = Math.abs(value);
  if (value === 0 || size >= 1e7 || size < 1e-4) return short(value);
  return fixed(value, Math.max(0, -Math.floor(Math.log10(Math.abs(step) || 1) + 1e-9)));
}
