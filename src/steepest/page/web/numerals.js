// Numbers as a person reads them: what Python's numerals.py prints, letter for letter; and names in one direction.
//
// JavaScript's toPrecision and toFixed round the exact value of a double; a tie, which only a
// value such as 0.5 or 2.25 can be, they round up and Python rounds to the even digit. So ties
// are found by their exact decimals and set right here.

/** From here on toFixed gives powers of ten; each such double is a whole number. */
const HUGE = 1e21;

/** The decimals in which a tie shows itself: no double is so near to one and is none. */
const MOST_DECIMALS = 99;

/** Return `value` to `digits` significant digits, with commas from 1,000 to ten million. */
export function short(value, digits = 4) {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size >= 999.5 && size < 1e7) return withCommas(value, digits);
  const text = general(value, digits);
  return text === '-0' ? '0' : text;
}

/** Return `value` like `short`, with its sign. */
export function signed(value) {
  const text = short(value);
  return text.startsWith('-') ? text : `+${text}`;
}

/** Return a share of 1 as a percentage to 3 digits, never in powers of ten. */
export function percent(share) {
  const value = 100 * share;
  if (!Number.isFinite(value)) return `${notFinite(value)} %`;
  return `${trimmed(positional(significant(value, 3)))} %`;
}

/** Return how many there are of a thing: `1 step`, `1,200 steps`. */
export function counted(number, thing) {
  return `${fixed(number, 0)} ${thing}${number === 1 ? '' : 's'}`;
}

/** Return `value` with `decimals` decimals and commas, as Python's `{value:,.{decimals}f}`. */
export function fixed(value, decimals) {
  if (!Number.isFinite(value)) return notFinite(value);
  const [whole, fraction] = rounded(value, decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Return `value` to `digits` significant digits, as Python's `{value:.{digits}g}`. */
export function general(value, digits) {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const { sign, figures, power } = significant(value, digits);
  if (power >= -4 && power < digits) return trimmed(positional({ sign, figures, power }));
  const mantissa = trimmed(positional({ sign, figures, power: 0 }));
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${size}`;
}

/** Returns the word for what is no finite number, as Python has it. */
export function notFinite(value) {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function withCommas(value, digits) {
  const whole = String(Math.trunc(Math.abs(value))).length;
  const decimals = Math.max(0, digits - whole);
  const text = fixed(value, decimals);
  return decimals ? trimmed(text) : text;
}

function trimmed(text) {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

/** Return the figures of `value` rounded to `digits` of them, and its power of ten. */
function significant(value, digits) {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === 0) return { sign, figures: '0', power: 0 };
  const up = exponential(size, digits);
  const exact = exponential(size, MOST_DECIMALS).figures;
  const odd = isTie(exact.slice(digits)) && isOdd(up.figures);
  return { sign, ...(odd ? exponential(below(size), digits) : up) };
}

function exponential(size, digits) {
  const [mantissa, power] = size.toExponential(digits - 1).split('e');
  return { figures: mantissa.replace('.', ''), power: Number(power) };
}

/** Whether what a rounding leaves off, digit by digit, is exactly the middle. */
function isTie(rest) {
  return /^50*$/.test(rest);
}

function isOdd(figures) {
  return Number(figures.at(-1)) % 2 === 1;
}

/** Return a number a hair nearer to 0, which rounds down where `value` is a tie. */
function below(value) {
  return value * (1 - 2 ** -52);
}

/** Return figures and power of ten written out, without a power of ten. */
function positional({ sign, figures, power }) {
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${figures}`;
  const whole = figures.slice(0, power + 1).padEnd(power + 1, '0');
  const rest = figures.slice(power + 1);
  return rest ? `${sign}${whole}.${rest}` : `${sign}${whole}`;
}

/** Return `value` with `decimals` decimals; a tie goes to the even digit. */
function rounded(value, decimals) {
  if (Math.abs(value) >= HUGE) return BigInt(value) + (decimals ? `.${'0'.repeat(decimals)}` : '');
  const up = value.toFixed(decimals);
  const exact = value.toFixed(MOST_DECIMALS).split('.')[1];
  return isTie(exact.slice(decimals)) && isOdd(up) ? below(value).toFixed(decimals) : up;
}

/** The figures of a power. */
export const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Returns a text whose numbers with an exponent, `6.35e-08`, are products, `6.35 × 10⁻⁸`. */
export function withProducts(text) {
  return text.replace(/(\d)e([+-]\d+)/g, (_, figure, power) => `${figure}\u00a0×\u00a010${raised(Number(power))}`);
}

function raised(power) {
  return Array.from(String(power), (sign) => (sign === '-' ? '⁻' : RAISED[Number(sign)])).join('');
}

/** Returns `times` times a whole power of ten, to the bit, as `10 ** -4` is not in every engine. */
export const tenTo = (power, times = 1) => Number(`${times}e${power}`);

/** Characters that turn the direction of letters round: in a name of a column they turn a sentence round. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Return a name cut to `most` letters, with the class or unit in brackets that it ends with. */
export function shortened(name, most) {
  const letters = Array.from(name);
  if (letters.length <= most) return name;
  const end = /( ?[[(][^[\](]*[\])])?$/.exec(name)?.[0] ?? '';
  const tail = end.length < most / 2 ? end : '';
  return `${letters.slice(0, most - tail.length - 1).join('').replace(/ \S{0,3}$/, '')}…${tail}`;
}

/** Returns a text without what turns the direction of its letters round. */
export function straight(text) {
  return text.replace(TURNING, '');
}
