// The state of the page in the fragment of its address, which no server ever sees: to be read by a
// person, to be written by a teacher, and trusted by nobody. Every value is checked; one that is
// damaged is left out, and `faults` says which.
//
//   #v=1&data=geyser&target=waiting&features=duration&loss=squared&rule=steepest&rate=0.05&...
//
// The first run's choices have plain keys; of the others what differs is told: `run2.rate=0.09`.

/** Letters that every mail and chat leaves whole. */
const MOST_LETTERS = 8000;

/** Letters that are read at all. */
const MOST_READ = 400000;

const VERSION = 1;
const MOST_RUNS = 6;
const MOST_STEPS = 100000;
const MOST_TEXT = 4000;

const KNOWN = {
  losses: ['squared', 'absolute', 'huber', 'cross_entropy'],
  rules: ['steepest', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam'],
  scales: ['none', 'standard', 'round'],
};

/** What stands for null. */
const NOTHING = { batch: 'all', start: 'random' };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const SCHEDULE = /^(time|step|cosine)((:[^:]+){1,3})$/;

/** Each choice under its key in the link: how it is written, and how it is read and checked. */
const CHOICES = {
  loss: { key: 'loss', read: (text, { losses }) => oneOf(losses, text) },
  rule: { key: 'rule', read: (text, { rules }) => oneOf(rules, text) },
  learning_rate: { key: 'rate', read: rateFrom },
  scale: { key: 'scale', read: (text, { scales }) => oneOf(scales, text) },
  l2: { key: 'l2', read: (text) => numberFrom(text, (l2) => l2 >= 0) },
  delta: { key: 'delta', read: (text) => numberFrom(text, (delta) => delta > 0) },
  batch: { key: 'batch', read: (text) => (text === 'all' ? null : wholeFrom(text, 1)) },
  seed: { key: 'seed', read: (text) => wholeFrom(text, 0) },
  steps: { key: 'steps', read: (text) => wholeFrom(text, 0, MOST_STEPS) },
  start: { key: 'start', read: startFrom },
};

/** What of the state stands in the link as it is. */
const LOOKS = {
  at: { key: 'at', read: (text) => wholeFrom(text, 0) },
  axes: { key: 'axes', read: (text) => oneOf(['units', 'walk'], text) },
  theme: { key: 'theme', read: (text) => oneOf(['auto', 'light', 'dark', 'projector'], text) },
  pace: { key: 'pace', read: (text) => numberFrom(text, (pace) => pace > 0 && pace <= 1000) },
  hidden: { key: 'hide', read: namesFrom },
  lesson: { key: 'text', read: textFrom, raw: true },
  task: { key: 'task', read: textFrom, raw: true },
  view: { key: 'view', read: (text) => numbersFrom(text) },
};

const USUAL = { at: 0, axes: 'units', theme: 'auto', pace: 5, hidden: [], lesson: '' };

/** Returns the state as a fragment, without its `#`; `extra` adds to it: `{task, view}`. */
export function toFragment(state, extra = {}) {
  const { scene, runs, active, rows } = state;
  const pairs = [
    ['v', String(VERSION)],
    ['data', scene.source],
    ['target', scene.target.name],
    ['features', scene.features.map(({ name }) => name)],
    ...choicePairs(runs[0].choices, ''),
    ...runPairs(runs, active),
    ...lookPairs({ ...state, ...extra }),
    ...(rows ? [['x', Array.from(rows.X)], ['y', Array.from(rows.y)]] : []),
  ];
  return pairs.map(([key, value]) => `${key}=${written(value)}`).join('&');
}

/** Returns why a link is too long to be sent, and what to do; empty if it is not. */
export function faultOfLink(link) {
  if (link.length <= MOST_LETTERS) return '';
  const size = `The link has ${link.length} letters`;
  return `${size}, more than mail and chat leave whole: save the page instead.`;
}

/**
 * Returns what a fragment asks for, as the store takes it: `choices` of the first run, `runs` with
 * those of the others, `at`, `axes`, `theme`, `hidden`, `lesson`; and `data`, `target`, `features`,
 * `task`, `view`, `shownRun` (which run is shown), `points` ({X, y} as the reader changed them),
 * `faults`. What is not asked for is not there.
 */
export function fromFragment(text, scene = null) {
  const faults = [];
  const pairs = pairsOf(text.replace(/^#/, ''), faults);
  const version = pairs.get('v');
  if (version !== undefined && version !== String(VERSION)) {
    faults.push(`the link is of version ${clipped(version)}, this page reads ${VERSION}`);
  }
  const known = scene ? { ...scene, losses: scene.losses.map(({ name }) => name) } : KNOWN;
  return { ...reader(pairs, faults, known), faults };
}

// --- writing -------------------------------------------------------------------------------------

/** The choices that a link can tell: a rule that is a function of Python's has no name. */
function choicePairs(choices, prefix) {
  return Object.entries(CHOICES)
    .filter(([name]) => prefix || name !== 'start' || choices.start)
    .map(([name, { key, read }]) => [key, choices[name] ?? NOTHING[name], read])
    .filter(([, value, read]) => read(String(value), KNOWN) !== undefined)
    .map(([key, value]) => [prefix + key, value]);
}

/** The runs after the first: what differs from it. */
function runPairs(runs, active) {
  if (runs.length < 2) return [];
  const pairs = choicePairs(runs[0].choices, '.');
  const first = new Map(pairs.map(([key, value]) => [key, written(value)]));
  const others = runs.slice(1).flatMap(({ choices }, i) =>
    choicePairs(choices, '.')
      .filter(([key, value]) => written(value) !== first.get(key))
      .map(([key, value]) => [`run${i + 2}${key}`, value]),
  );
  return [['runs', String(runs.length)], ['run', String(active + 1)], ...others];
}

function lookPairs(state) {
  return Object.entries(LOOKS)
    .filter(([name]) => state[name] !== undefined && state[name] !== null)
    .filter(([name]) => String(state[name]) !== String(USUAL[name] ?? ''))
    .map(([name, { key }]) => [key, state[name]]);
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
    faults.push(`the link is longer than ${MOST_READ} letters`);
    return pairs;
  }
  for (const part of text.split('&')) {
    const end = part.indexOf('=');
    const key = part.slice(0, end);
    if (end > 0 && !pairs.has(key)) pairs.set(key, part.slice(end + 1));
  }
  return pairs;
}

function reader(pairs, faults, known) {
  const read = (table, prefix = '') => valuesOf(table, prefix, pairs, faults, known);
  const choices = read(CHOICES);
  const points = pointsFrom(pairs, faults);
  return {
    ...read(DATA),
    ...(Object.keys(choices).length ? { choices } : {}),
    ...runsFrom(pairs, choices, (prefix) => read(CHOICES, prefix), faults),
    ...read(LOOKS),
    ...(points ? { points } : {}),
  };
}

const DATA = {
  data: { key: 'data', read: textFrom, raw: true },
  target: { key: 'target', read: textFrom, raw: true },
  features: { key: 'features', read: (text) => text.split(',').map(textFrom), raw: true },
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
    faults.push(`runs=${clipped(raw)} is not understood`);
    return {};
  }
  const runs = Array.from({ length: count - 1 }, (_, i) => ({ ...first, ...read(`run${i + 2}.`) }));
  const shown = wholeFrom(pairs.get('run') ?? '1', 1, count);
  return { runs, shownRun: (shown ?? 1) - 1 };
}

function pointsFrom(pairs, faults) {
  const [x, y] = [pairs.get('x'), pairs.get('y')];
  if (x === undefined && y === undefined) return null;
  const numbers = (raw) => attempted(() => numbersFrom(decodeURIComponent(raw ?? '')));
  const [X, targets] = [numbers(x), numbers(y)];
  if (!X || !targets || X.length % targets.length) {
    faults.push('the points are not understood');
    return null;
  }
  return { X: Float64Array.from(X), y: Float64Array.from(targets) };
}

function oneOf(names, text) {
  return names.includes(text) ? text : undefined;
}

function numberFrom(text, fits = () => true) {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) && fits(value) ? value : undefined;
}

function wholeFrom(text, least, most = Number.MAX_SAFE_INTEGER) {
  return numberFrom(text, (value) => Number.isInteger(value) && value >= least && value <= most);
}

function numbersFrom(text) {
  const values = text.split(',').map((part) => numberFrom(part));
  return values.includes(undefined) ? undefined : values;
}

function startFrom(text, { params = null }) {
  if (text === 'random') return null;
  const start = numbersFrom(text);
  return start && params && start.length !== params.length ? undefined : start;
}

/** Returns a rate: a number above 0, `auto`, or a schedule whose numbers are above 0. */
function rateFrom(text) {
  if (text === 'auto') return text;
  const schedule = SCHEDULE.exec(text);
  if (!schedule) return numberFrom(text, (rate) => rate > 0);
  const numbers = schedule[2].slice(1).split(':');
  return numbers.every((part) => numberFrom(part, (value) => value > 0)) ? text : undefined;
}

function namesFrom(text) {
  const names = text.split(',');
  return names.length <= 50 && names.every((name) => /^[a-z][a-z0-9-]{0,39}$/.test(name))
    ? names
    : undefined;
}

/** Returns plain text of a decent length, without control characters but line ends. */
function textFrom(raw) {
  const text = decodeURIComponent(raw);
  const plain = text.replace(/\p{Cc}/gu, (code) => (code === '\n' ? code : ''));
  return plain.length > MOST_TEXT ? undefined : plain;
}

function clipped(text) {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
