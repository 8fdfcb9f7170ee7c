// The state of the page in the fragment of its address, which no server ever sees: to be read by a
// person, to be written by a teacher, and trusted by nobody. Every value is checked; one that is
// damaged is left out, and `faults` says which.
//
//   #v=1&data=geyser&target=waiting&features=duration&loss=squared&rule=steepest&rate=0.05&...
//
// The first run's choices have plain keys; of each other run what differs from the first is told:
// `run2.rate=0.09`. `at` is a step, `part` what of it is shown slowly, `row` one that is told, `plane`
// names the two params that the surface is over, `window` is what of it is seen and `view` from where:
// turned and tilted by so many degrees, and so near. `named` has number and colour of each run: `2:1,3:0`.
import { ACTIVATION_NAMES } from '../engine/activations.js';
import { MOST_STEPS } from '../engine/choices.js';
import { columnsOf, windowOf } from '../state/select.js';
import { MOST_RUNS, nameOf, settled } from '../state/state.js';
import {
  namedFrom,
  namesFrom,
  numberFrom,
  numbersFrom,
  oneOf,
  planeFrom,
  rateFrom,
  rowFrom,
  ruleFrom,
  startFrom,
  textFrom,
  trueFrom,
  viewFrom,
  wholeFrom,
  windowFrom,
} from './link_values.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.keepLink;

/** Letters that every mail and chat leaves whole. */
const MOST_LETTERS = 8000;

/** Letters that are read at all. */
const MOST_READ = 400000;

const VERSION = 1;
const MOST_POINTS = 5000;
const MOST_UNITS = 10000;

/** What stands for null. */
const NOTHING = { batch: 'all', start: 'random' };

/** Each choice under its key in the link: how it is written, and how it is read and checked. */
const CHOICES = {
  loss: { key: 'loss', read: (text, { losses }) => oneOf(losses, text) },
  rule: { key: 'rule', read: ruleFrom },
  learning_rate: { key: 'rate', read: rateFrom },
  scale: { key: 'scale', read: (text, { scales }) => oneOf(scales, text) },
  l2: { key: 'l2', read: (text) => numberFrom(text, (l2) => l2 >= 0) },
  delta: { key: 'delta', read: (text) => numberFrom(text, (delta) => delta > 0) },
  batch: { key: 'batch', read: (text) => (text === 'all' ? null : wholeFrom(text, 1)) },
  seed: { key: 'seed', read: (text) => wholeFrom(text, 0) },
  steps: { key: 'steps', read: (text) => wholeFrom(text, 0, MOST_STEPS) },
  start: { key: 'start', read: startFrom },
};

/** What the axes of a surface can be; two directions that were given are those of one page. */
const AXES = ['units', 'walk', 'path', 'random', 'sharpest'];

/** What of the state stands in the link as it is. */
const LOOKS = {
  at: { key: 'at', read: (text) => wholeFrom(text, 0) },
  phase: { key: 'part', read: (text) => wholeFrom(text, 1, 4) },
  slow: { key: 'slow', read: trueFrom },
  guessing: { key: 'guess', read: trueFrom },
  camera: { key: 'view', read: viewFrom },
  axes: { key: 'axes', read: (text, { surface }) => oneOf([...AXES, surface?.axes], text) },
  row: { key: 'row', read: rowFrom },
  theme: { key: 'theme', read: (text) => oneOf(['auto', 'light', 'dark', 'projector'], text) },
  pace: { key: 'pace', read: (text) => numberFrom(text, (pace) => pace > 0 && pace <= 1000) },
  hidden: { key: 'hide', read: namesFrom },
  lesson: { key: 'text', read: textFrom, raw: true },
  exam: { key: 'exam', read: trueFrom },
};

/** The key of an answer to a task, as Python's `page/link.py` reads it. */
const ANSWER = /^answer\.([a-z0-9_]{1,40})$/;

/** What of the surface and of the runs is not as it is at first. */
const SEEN = {
  plane: { key: 'plane', read: planeFrom, raw: true },
  window: { key: 'window', read: windowFrom },
  named: { key: 'named', read: namedFrom },
};

const USUAL = { at: 0, theme: 'auto', pace: 5 };

/**
 * Returns the state as a fragment, without its `#`.
 * @param {State} state
 */
export function toFragment(state) {
  const { scene } = state;
  const pairs = [
    ['v', VERSION],
    ['data', scene.source],
    ['target', scene.target.name],
    ['features', columnsOf(scene)],
    ...networkPairs(scene),
    // A page that only shows what was recorded could not take any other run up.
    ...(scene.engine === 'record' ? [] : madePairs(state)),
    ...lookPairs(state),
    ...Object.entries(state.answers ?? {}).map(([key, value]) => [`answer.${key}`, value]),
  ];
  return pairs.map(([key, value]) => `${key}=${written(value)}`).join('&');
}

/** What makes the network of a scene, if it has one. */
function networkPairs({ network }) {
  if (!network) return [];
  return [['hidden', network.sizes.slice(1, -1)], ['activation', network.activation]];
}

/** Returns why a link is too long to be sent, and what to do; empty if it is not. */
export function faultOfLink(link) {
  if (link.length <= MOST_LETTERS) return '';
  const size = `The link has ${link.length} letters`;
  return filled(SAY.more, [size]);
}

/**
 * Returns what a fragment asks for, as the store takes it: `choices` of the first run, `runs` with
 * those of the others, each whole but for what the first leaves open, `at` (a step), `axes`,
 * `plane` (two places among the params), `window`, `camera`, `phase`, `slow`, `guessing`, `theme`,
 * `hidden`, `lesson`, `exam`, `answers` (numbers by task); and `data`, `target`, `features` (names of
 * columns), `shownRun` (which run is shown), `named` ([id, colour] of each), `points` ({X, y} as the
 * reader changed them), `faults`.
 * What is not asked for is not there.
 * @param {Scene} scene
 */
export function fromFragment(text, scene) {
  const faults = [];
  const pairs = pairsOf(text, faults);
  const version = pairs.get('v');
  if (version !== undefined && version !== String(VERSION)) {
    faults.push(filled(SAY.link, [clipped(version), VERSION]));
  }
  return { ...reader(pairs, faults, knownOf(scene)), faults };
}

/** @param {Scene} scene */
function knownOf(scene) {
  return { ...scene, losses: scene.losses.map(({ name }) => name) };
}

/**
 * Returns the data that a fragment is for: `{data, target, features}`, as far as it names them.
 * @param {string} text
 * @returns {{data?: string, target?: string, features?: string[]} | null}
 */
export function dataOf(text) {
  const asked = valuesOf(DATA, '', pairsOf(text, []), []);
  return Object.keys(asked).length ? asked : null;
}

/**
 * Returns the network that a fragment is for: `{units, activation}`, as far as it names it.
 * @param {string} text
 * @returns {{units?: number[], activation?: string} | null}
 */
export function networkOf(text) {
  const asked = valuesOf(NETWORK, '', pairsOf(text, []), []);
  return Object.keys(asked).length ? asked : null;
}

// --- writing -------------------------------------------------------------------------------------

/**
 * Returns what the reader can have made: the runs, over which params they are seen, the rows.
 * @param {State} state
 */
function madePairs(state) {
  const { scene, active, plane, rows, surface } = state;
  const [first, ...others] = settled(state).map(({ choices }) => choicePairs(choices, scene));
  const known = new Map(first.map(([key, value]) => [key, written(value)]));
  const changed = others.flatMap((pairs, i) =>
    pairs
      .filter(([key, value]) => written(value) !== known.get(key))
      .map(([key, value]) => [`run${i + 2}.${key}`, value]),
  );
  return [
    ...first,
    ...(others.length || scene.others?.length ? [['runs', others.length + 1], ['run', active + 1], ...changed] : []),
    ...namedPairs(state),
    ...planePairs(scene, plane),
    ['window', windowOf(surface).map((edge) => Number(edge.toPrecision(7)))],
    ...(rows ? [['x', Array.from(rows.X)], ['y', Array.from(rows.y)]] : []),
  ];
}

/**
 * The choices that a link can tell: a rule that is a function of Python's has no name, and a beta of 1 no page.
 * @param {Choices} choices
 * @param {Scene} scene
 */
function choicePairs(choices, scene) {
  return Object.entries(CHOICES)
    .map(([name, { key, read }]) => [key, choices[name] ?? NOTHING[name], read])
    .filter(([, value, read]) => attempted(() => read(String(value), knownOf(scene))) !== undefined)
    .map(([key, value]) => [key, value]);
}

/** Numbers and colours of the runs, if they are not those of runs that were added one by one. */
function namedPairs({ runs }) {
  const usual = runs.every(({ label, colour }, i) => colour === i && label === nameOf(i + 1).label);
  return usual ? [] : [['named', runs.map(({ id, colour }) => `${id}:${colour}`)]];
}

/** The params that the surface is over, if they are not those it begins with. */
function planePairs({ surface, params }, plane) {
  const first = [surface.xIndex, surface.yIndex];
  if (!plane || String(plane) === String(first)) return [];
  return [['plane', plane.map((i) => params[i].name)]];
}

/** @param {State} state */
function lookPairs(state) {
  const { scene, runs, active, at } = state;
  const looks = { ...state, at: runs[active].index[at], row: scene.rowNumbers[state.row] };
  const usual = { ...USUAL, axes: scene.surface.axes };
  return Object.entries(LOOKS)
    .filter(([name]) => String(looks[name] || '') !== String(usual[name] || ''))
    .map(([name, { key }]) => [key, looks[name]]);
}

/** Returns a value, or a list of them, as it stands in a fragment: commas stand between items. */
function written(value) {
  return Array.isArray(value) ? value.map(one).join(',') : one(value);
}

function one(value) {
  if (Object.is(value, -0)) return '-0';
  // A half of a letter that is written with two codes cannot be encoded.
  const text = String(value).replace(/\p{Surrogate}/gu, '\ufffd');
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%3D', '=');
}

// --- reading -------------------------------------------------------------------------------------

/** Returns the raw values by their keys; of a key that comes twice the first counts. */
function pairsOf(text, faults) {
  const pairs = new Map();
  if (text.length > MOST_READ) {
    faults.push(filled(SAY.linkLonger, [MOST_READ]));
    return pairs;
  }
  for (const part of text.replace(/^#/, '').split('&')) {
    const end = part.indexOf('=');
    const key = part.slice(0, end);
    if (end > 0 && !pairs.has(key)) pairs.set(key, part.slice(end + 1));
  }
  return pairs;
}

function reader(pairs, faults, known) {
  const read = (table, prefix = '') => valuesOf(table, prefix, pairs, faults, known);
  const choices = read(CHOICES);
  const points = pointsFrom(pairs, faults, known);
  return {
    ...read(DATA),
    ...(Object.keys(choices).length ? { choices } : {}),
    ...runsFrom(pairs, choices, (prefix) => read(CHOICES, prefix), faults),
    ...read(SEEN),
    ...read(LOOKS),
    ...(points ? { points } : {}),
    ...answersFrom(pairs, faults),
  };
}

/** Returns the answers to tasks, by their keys: `{answers}`, if there are any. */
function answersFrom(pairs, faults) {
  const tasks = [...pairs.keys()].flatMap((key) => (ANSWER.exec(key) ?? []).slice(1));
  const read = (text) => numberFrom(text);
  const table = Object.fromEntries(tasks.map((task) => [task, { key: `answer.${task}`, read }]));
  const answers = valuesOf(table, '', pairs, faults, {});
  return Object.keys(answers).length ? { answers } : {};
}

const DATA = {
  data: { key: 'data', read: textFrom, raw: true },
  target: { key: 'target', read: textFrom, raw: true },
  features: { key: 'features', read: (text) => text.split(',').map(textFrom), raw: true },
};

const NETWORK = {
  units: { key: 'hidden', read: (text) => text.split(',').map((layer) => wholeFrom(layer, 1, MOST_UNITS)) },
  activation: { key: 'activation', read: (text) => oneOf(ACTIVATION_NAMES, text) },
};

/** Returns the values of a table's keys; `undefined` from a reader is a damaged value. */
function valuesOf(table, prefix, pairs, faults, known) {
  const values = {};
  for (const [name, { key, read, raw }] of Object.entries(table)) {
    const text = pairs.get(prefix + key);
    if (text === undefined) continue;
    const value = attempted(() => read(raw ? text : decodeURIComponent(text), known));
    if (value === undefined) faults.push(`${prefix}${key}=${clipped(text)} is not understood`);
    else values[name] = value;
  }
  return values;
}

/** Returns what is read, undefined where the text is no text: `%zz`. */
function attempted(read) {
  try {
    const value = read();
    return Array.isArray(value) && value.includes(undefined) ? undefined : value;
  } catch {
    return undefined;
  }
}

function runsFrom(pairs, first, read, faults) {
  const raw = pairs.get('runs');
  if (raw === undefined) return {};
  const count = wholeFrom(raw, 1, MOST_RUNS);
  if (count === undefined) {
    faults.push(filled(SAY.runs, [clipped(raw)]));
    return {};
  }
  const runs = Array.from({ length: count - 1 }, (_, i) => ({ ...first, ...read(`run${i + 2}.`) }));
  const shown = wholeFrom(pairs.get('run') ?? '1', 1, count);
  return { runs, shownRun: (shown ?? 1) - 1 };
}

/** Returns the rows as the reader changed them, null where there are none or they cannot be. */
function pointsFrom(pairs, faults, known) {
  const raw = [pairs.get('x'), pairs.get('y')];
  if (raw.every((text) => text === undefined)) return null;
  const numbers = (text) => attempted(() => numbersFrom(decodeURIComponent(text ?? '')));
  const [X, y] = raw.map(numbers);
  const fault = X && y ? faultOfPoints(X, y, known) : SAY.must;
  if (!fault) return { X: Float64Array.from(X), y: Float64Array.from(y) };
  faults.push(filled(SAY.points, [fault]));
  return null;
}

/** Returns why points cannot be the rows of a scene; empty if they can. */
function faultOfPoints(X, y, { editable, features, target }) {
  if (!editable) return SAY.rows;
  if (X.length !== y.length * features.length) {
    const sizes = filled(SAY.numbers, [X.length, y.length]);
    return filled(SAY.needs, [sizes, features.length]);
  }
  if (y.length > MOST_POINTS) return `${y.length} are more than ${MOST_POINTS}`;
  const { classes } = target;
  const fits = !classes || y.every((code) => code in classes);
  return fits ? '' : filled(SAY.mustClass, [classes.length - 1]);
}

function clipped(text) {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
