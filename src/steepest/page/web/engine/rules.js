// The rules: how a gradient becomes a direction. The twin of Python's `descent/rules/`.
//
// A rule is chosen by its word: its name, and after colons its numbers, as far as they are not the
// default ones: `momentum`, `momentum:0.5`, `adam:0.9:0.99`. Python writes it, a link keeps it, and
// here alone it is taken to pieces.
//
// A rule makes a direction from a gradient and what it remembers. `init(size)` is its memory before
// the first step, `update` gives the direction and the new memory, `limit` is the fixed learning
// rate at and above which it leaves a bowl that curves so much, null where there is none.
import { general } from '../numerals.js';
import { told } from './checks.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineRules;

const zeros = (size) => new Float64Array(size);
const noLimit = () => null;

/** A rule without a memory, against the gradient. */
const against = (limit) => () => ({
  init: () => null,
  update: (gradient) => [gradient.map((g) => -g), null],
  limit,
});

/** A rule that adds up gradients: `v = beta v + gradient`; `lead` makes a direction of them. */
const rolling = (lead, limit) => ({ beta }) => ({
  init: zeros,
  update: (gradient, before) => {
    const velocity = gradient.map((g, i) => beta * before[i] + g);
    return [gradient.map((g, i) => lead(g, velocity[i], beta)), velocity];
  },
  // Of another beta it is not stable at any rate.
  limit: (curvature) => (beta >= 0 && beta < 1 ? limit(curvature, beta) : null),
});

/** A rule that divides each part by the root of what it has `gathered` of the squares. */
const divided = (gathered) => ({ decay, epsilon }) => ({
  init: zeros,
  update: (gradient, before) => {
    const squares = gradient.map((g, i) => gathered(before[i], g * g, decay));
    // A param that has never had a slope does not move.
    return [gradient.map((g, i) => -g / (Math.sqrt(squares[i]) + epsilon || 1)), squares];
  },
  limit: noLimit,
});

/** Means of gradients and of their squares, both corrected for their start at 0. */
const adam = ({ beta1, beta2, epsilon }) => ({
  init: (size) => ({ mean: zeros(size), square: zeros(size), count: 0 }),
  update: (gradient, before) => {
    const mean = gradient.map((g, i) => beta1 * before.mean[i] + (1 - beta1) * g);
    const square = gradient.map((g, i) => beta2 * before.square[i] + (1 - beta2) * (g * g));
    const count = before.count + 1;
    const [young, younger] = [1 - beta1 ** count, 1 - beta2 ** count];
    const size = (i) => Math.sqrt(square[i] / younger) + epsilon || 1;
    return [mean.map((m, i) => -(m / young) / size(i)), { mean, square, count }];
  },
  limit: noLimit,
});

/** The rules that find their own rate, from all rows. */
const SEARCHING = ['plane', 'lbfgs'];

/** By name what makes the rule of its numbers; of `SEARCHING` the search finds where it goes. */
const MAKERS = {
  steepest: against((curvature) => 2 / curvature),
  momentum: rolling(
    (gradient, velocity) => -velocity,
    (curvature, beta) => (2 * (1 + beta)) / curvature,
  ),
  nesterov: rolling(
    (gradient, velocity, beta) => -(gradient + beta * velocity),
    (curvature, beta) => (2 * (1 + beta)) / ((1 + 2 * beta) * curvature),
  ),
  adagrad: divided((sum, square) => sum + square),
  rmsprop: divided((mean, square, decay) => decay * mean + (1 - decay) * square),
  adam,
  plane: against(noLimit),
  lbfgs: against(noLimit),
};

/** By name the numbers of a rule, in the order of its word, where the word leaves them out. */
const DEFAULTS = {
  momentum: { beta: 0.9 },
  nesterov: { beta: 0.9 },
  adagrad: { epsilon: 1e-10 },
  rmsprop: { decay: 0.9, epsilon: 1e-8 },
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

const LIMITS = {
  steepest: '2/curvature',
  proximal: '2/curvature',
  momentum: '2 (1 + beta)/curvature',
  nesterov: '2 (1 + beta)/((1 + 2 beta) curvature)',
};

const SOURCES = {
  steepest: SAY.polyak,
  proximal: SAY.combettes,
  momentum: SAY.polyakSome,
  nesterov:
    SAY.lessard,
};

/** Returns the rule of a word. Throws Error if a page has none of that name or with such numbers. */
export function chooseRule(word) {
  const name = ruleName(word);
  if (!Object.hasOwn(MAKERS, name)) {
    throw new Error(filled(SAY.there, [word, Object.keys(MAKERS).join(', ')]));
  }
  const numbers = numbersOf(word);
  const given = word.split(':').slice(1);
  if (given.length <= Object.keys(numbers).length && given.every(isNumber)) {
    return MAKERS[name](numbers);
  }
  const form = [name, ...Object.keys(numbers).map((key) => key.toUpperCase())].join(':');
  throw new Error(filled(SAY.rule, [told(word), form]));
}

/** Returns a word if its numbers are such as converge at some rate. Throws Error if not. */
export function checkRule(word) {
  chooseRule(word);
  for (const [key, value] of Object.entries(numbersOf(word))) {
    const isShare = key !== 'epsilon';
    if (value >= 0 && !(isShare && value >= 1)) continue;
    const span = isShare ? '0 to below 1' : '0 up';
    throw new Error(filled(SAY.must, [key, told(value), span]));
  }
  return word;
}

/** Returns the name in a rule's word. */
export function ruleName(word) {
  return word.split(':')[0];
}

/** Returns whether the rule of a word finds its own rate, from all rows. */
export function findsRate(word) {
  return SEARCHING.includes(ruleName(word));
}

/** Returns the numbers in a rule's word by their names; none of a rule that pages do not know. */
export function numbersOf(word) {
  const [name, ...given] = word.split(':');
  const defaults = Object.entries(DEFAULTS[name] ?? {});
  return Object.fromEntries(defaults.map(([key, value], i) => [key, Number(given[i] ?? value)]));
}

/** Returns the word of a rule with these numbers, without those at its end that are the default. */
export function ruleWord(name, numbers) {
  const keys = Object.keys(DEFAULTS[name] ?? {});
  const last = keys.findLastIndex((key) => numbers[key] !== DEFAULTS[name][key]);
  return [name, ...keys.slice(0, last + 1).map((key) => numbers[key])].join(':');
}

/** Returns a rule for a reader: `momentum (beta 0.5)`. */
export function ruleInWords(word) {
  const [name, ...given] = word.split(':');
  const own = Object.entries(numbersOf(word)).slice(0, given.length);
  return own.length ? `${name} (${own.map(([key, n]) => `${key} ${n}`).join(', ')})` : word;
}

/** Returns the limit of a rule's fixed rate as a formula. */
export function limitInWords(word) {
  return LIMITS[ruleName(word)] ?? 'its limit';
}

/** Returns where the limit of a rule is from. */
export function limitSource(word) {
  return SOURCES[ruleName(word)] ?? '';
}

/** Returns why a rule may leave a bowl at any fixed rate; empty where some rate is safe. */
export function faultOf(word) {
  const { beta } = numbersOf(word);
  if (!(beta >= 1)) return '';
  const shown = general(beta, 6);
  return filled(SAY.beta, [shown]);
}

function isNumber(text) {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
