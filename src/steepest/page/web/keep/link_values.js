// The values of a link, each read from its text and checked: undefined is one that is damaged.
import { checkRule, ruleName } from '../engine/rules.js';

/** Letters of a text. */
const MOST_TEXT = 4000;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const SCHEDULE = /^(time|step|cosine)((:[^:]+){1,3})$/;

export function oneOf(names, text) {
  return names.includes(text) ? text : undefined;
}

/** Returns the word of a rule, whose numbers must be such as converge. */
export function ruleFrom(text, { rules }) {
  return oneOf(rules, ruleName(text)) && checkRule(text);
}

/**
 * @param {string} text
 * @param {(value: number) => boolean} [fits]
 */
export function numberFrom(text, fits = () => true) {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) && fits(value) ? value : undefined;
}

export function wholeFrom(text, least, most = Number.MAX_SAFE_INTEGER) {
  return numberFrom(text, (value) => Number.isInteger(value) && value >= least && value <= most);
}

export function numbersFrom(text) {
  const values = text.split(',').map((part) => numberFrom(part));
  return values.includes(undefined) ? undefined : values;
}

/** Returns the places of two params that are told by their names, or by their places. */
export function planeFrom(text, { params = [] }) {
  const plane = text.split(',').map((part) => paramFrom(decodeURIComponent(part), params));
  return plane.length === 2 && plane[0] !== plane[1] ? plane : undefined;
}

function paramFrom(text, params) {
  const i = params.findIndex(({ name }) => name === text);
  return i < 0 ? wholeFrom(text, 0, params.length - 1) : i;
}

/** Returns the place, among the rows of the page, of one that is told by its place in the table. */
export function rowFrom(text, { rowNumbers }) {
  const row = rowNumbers.indexOf(Number(text));
  return row < 0 ? undefined : row;
}

/** Returns what of a plane is seen: [left, right, bottom, top]. */
export function windowFrom(text) {
  const [left, right, bottom, top, ...more] = numbersFrom(text);
  return left < right && bottom < top && !more.length ? [left, right, bottom, top] : undefined;
}

/** Returns turn and tilt in degrees, and how near. */
export function viewFrom(text) {
  const [turn, tilt, near, ...more] = numbersFrom(text);
  const fits = Math.abs(turn) <= 360 && tilt >= 0 && tilt <= 90 && near > 0 && !more.length;
  return fits ? [turn, tilt, near] : undefined;
}

/** Returns number and colour of each run, no two the same. */
export function namedFrom(text) {
  /** @type {(run: string) => any} */
  const parts = (run) => /^(\d{1,4}):([0-5])$/.exec(run);
  const named = text.split(',').map((run) => parts(run).slice(1).map(Number));
  const apart = [0, 1].every((i) => new Set(named.map((pair) => pair[i])).size === named.length);
  return apart ? named : undefined;
}

export function trueFrom(text) {
  return text === 'true' || undefined;
}

/**
 * @param {string} text
 * @param {{params?: {length: number} | null}} scene
 */
export function startFrom(text, { params = null }) {
  if (text === 'random') return null;
  const start = numbersFrom(text);
  return start && params && start.length !== params.length ? undefined : start;
}

/** Returns a rate: a number above 0, `auto`, or a schedule whose numbers are above 0. */
export function rateFrom(text) {
  if (text === 'auto') return text;
  const schedule = SCHEDULE.exec(text);
  if (!schedule) return numberFrom(text, (rate) => rate > 0);
  const numbers = schedule[2].slice(1).split(':');
  return numbers.every((part) => numberFrom(part, (value) => value > 0)) ? text : undefined;
}

export function namesFrom(text) {
  const names = text.split(',');
  return names.length <= 50 && names.every((name) => /^[a-z][a-z0-9-]{0,39}$/.test(name))
    ? names
    : undefined;
}

/** Returns plain text of a decent length, without control characters but line ends. */
export function textFrom(raw) {
  const text = decodeURIComponent(raw);
  const plain = text.replace(/\p{Cc}/gu, (code) => (code === '\n' ? code : ''));
  return plain.length > MOST_TEXT ? undefined : plain;
}
