// Lines of arithmetic that a reader can check with a calculator.
//
// Numbers are rounded to be read, and rounded numbers do not always add up. So each line takes as
// many digits of what goes in as it needs for the printed sum to give the printed result.
import { fixed, general, short, tenTo } from '../numerals.js';

/** The digits of a result that is read. */
const DIGITS = 4;

/** The digits that a value is given at most to show a small change, or a result near 0. */
const MOST_DIGITS = 10;
const MOST_AT_ZERO = 14;

/** More digits than that what goes in is never given beyond its own. */
const MOST_EXTRA = 12;

/**
 * Returns `0.200 - 0.1 × 3.412 = -0.141`: an old value, what is added to it as pairs of numbers that
 * are multiplied, the new value.
 */
export function updateArithmetic(old, products, after) {
  const way = layoutOfMove(old, after);
  return agreeing((extra) => {
    const printed = way.text(after, 0);
    let text = way.text(old, extra);
    let computed = read(text);
    for (const pair of products) {
      const sign = pair[0] < 0 ? '-' : '+';
      const [a, b] = [Math.abs(pair[0]), pair[1]].map((one) => short(one, DIGITS + extra));
      text += ` ${sign} ${a} × ${b}`;
      computed += (sign === '-' ? -1 : 1) * read(a) * read(b);
    }
    return { text: `${text} = ${printed}`, computed, printed, unit: way.unit() };
  });
}

/** Returns `0.200 - 0.341 = -0.141`: an old value, how far it moved, the new value. */
export function moveArithmetic(old, after) {
  const way = layoutOfMove(old, after);
  const sign = after < old ? '-' : '+';
  return agreeing((extra) => {
    const [a, b] = [way.text(old, extra), way.text(after, 0)];
    const moved = way.text(Math.abs(after - old), extra);
    const computed = read(a) + (sign === '-' ? -1 : 1) * read(moved);
    return { text: `${a} ${sign} ${moved} = ${b}`, computed, printed: b, unit: way.unit() };
  });
}

/** Returns two values and their difference as texts that agree: [old, after, difference]. */
export function differenceTexts(old, after) {
  const way = layout([old, after], after - old, MOST_DIGITS);
  return agreeing((extra) => {
    const [a, b] = [way.text(old, extra), way.text(after, extra)];
    const change = way.text(Math.abs(after - old), extra);
    const computed = Math.abs(read(b) - read(a));
    return { text: [a, b, change], computed, printed: change, unit: way.unit(extra) };
  });
}

/**
 * Returns two values as texts: the `usual` ones, or, where those are too short to show how far the
 * values are apart, to a tenth of that, ones with the digits that it takes.
 */
export function apartTexts(old, after, usual) {
  const [told, change] = [read(usual[1]) - read(usual[0]), after - old];
  return Math.abs(told - change) > 0.1 * Math.abs(change) ? differenceTexts(old, after) : usual;
}

/** Returns `0.1 × 3.45 = 0.345`. */
export function productArithmetic(rate, length, product) {
  const printed = short(product);
  return agreeing((extra) => {
    const [r, l] = [short(rate, DIGITS + extra), short(length, DIGITS + extra)];
    const computed = read(r) * read(l);
    return { text: `${r} × ${l} = ${printed}`, computed, printed, unit: unitOf(product) };
  });
}

/** Returns `2/28.74 = 0.0696`. */
export function quotientArithmetic(top, bottom, quotient) {
  const printed = short(quotient);
  return agreeing((extra) => {
    const [t, b] = [short(top, DIGITS + extra), short(bottom, DIGITS + extra)];
    const unit = unitOf(quotient);
    return { text: `${t}/${b} = ${printed}`, computed: read(t) / read(b), printed, unit };
  });
}

/** Returns `√(3.412² + 0.51²) = 3.45`: the length of a vector with these parts. */
export function lengthArithmetic(parts) {
  const length = Math.hypot(...parts);
  const printed = short(length);
  return agreeing((extra) => {
    const texts = Array.from(parts, (part) => short(Math.abs(part), DIGITS + extra));
    const computed = Math.hypot(...texts.map(read));
    const text = `√(${texts.map((one) => `${one}²`).join(' + ')}) = ${printed}`;
    return { text, computed, printed, unit: unitOf(length) };
  });
}

/** Returns the number that a printed text says. */
export function read(text) {
  const plain = text.replaceAll(',', '');
  const named = { inf: Infinity, '-inf': -Infinity, nan: NaN };
  return plain in named ? named[plain] : Number(plain);
}

/** Returns the first line whose printed sum rounds to its printed result, else the nearest. */
function agreeing(line) {
  let best = null;
  for (let extra = 0; extra <= MOST_EXTRA; extra += 1) {
    const { text, computed, printed, unit } = line(extra);
    const error = Math.abs(computed - read(printed)) / unit;
    if (error < 0.49 || !Number.isFinite(error)) return text;
    if (!best || error < best.error) best = { text, error };
  }
  return best.text;
}

/** Returns how to print a move; where it ends near 0, so that the end is not printed as 0. */
function layoutOfMove(old, after) {
  const crosses = after && Math.abs(after) < Math.abs(after - old);
  return crosses
    ? layout([old, after], after, MOST_AT_ZERO)
    : layout([old, after], after - old, MOST_DIGITS);
}

/**
 * Returns how to print values of one line: with the same decimals, enough to see the least of
 * them, if `most` digits do; far from 1 with powers of ten.
 */
function layout(values, least, most) {
  const size = Math.max(...values.map(Math.abs));
  const power = powerOf(size);
  const visible = least ? power - powerOf(least) + 2 : DIGITS;
  const digits = Math.min(most, Math.max(power < 0 ? DIGITS - 1 : DIGITS, visible));
  const last = power - digits + 1;
  if (!Number.isFinite(size) || (size && (power >= 7 || power < -4))) return inPowers(last);
  const decimals = Math.max(0, -last);
  return {
    text: (value, extra) => notAsZero(value, withoutMinusZero(fixed(value, decimals + extra))),
    unit: (extra = 0) => tenTo(-(decimals + extra)),
  };
}

/** Prints with powers of ten, all to the same last digit, which counts 10 to the `last`. */
function inPowers(last) {
  return {
    text: (value, extra) => {
      const digits = powerOf(value) - last + extra + 1;
      return value === 0 ? '0' : general(value, digits > 0 ? digits : DIGITS);
    },
    unit: (extra = 0) => tenTo(last - extra),
  };
}

/** Returns the text of a value; where that says 0 and the value is another, the value in short. */
function notAsZero(value, text) {
  return value && read(text) === 0 ? general(value, DIGITS) : text;
}

function withoutMinusZero(text) {
  return /^-[0.]*$/.test(text) ? text.slice(1) : text;
}

/** Returns what the last digit of a value counts as `short` prints it. */
function unitOf(value) {
  const last = powerOf(value) - DIGITS + 1;
  return tenTo(Math.abs(value) >= 999.5 && Math.abs(value) < 1e7 ? Math.min(0, last) : last);
}

function powerOf(value) {
  const size = Math.abs(value);
  return size > 0 && Number.isFinite(size) ? Math.floor(Math.log10(size)) : 0;
}
