// The lines of Python that do the run of the page again.
import { ruleName } from '../engine/rules.js';
import { activeRun, columnsOf } from '../state/select.js';

const WIDTH = 84;

/**
 * Returns Python that makes the run that is shown, from its file or from the rows as edited.
 * @param {State} state
 */
export function pythonLines(state) {
  const data = state.rows ? arrays(state) : table(state.scene);
  const before = [...data.before, ...namelessOf(state)];
  const given = [...data.given, ...optionsOf(state)];
  const lines = ['import steepest as st', '', ...before, ...call(given)];
  return [...lines, 'print(run.explain())', ''].join('\n');
}

/**
 * What of the choices is no name but a thing of Python's.
 * @param {State} state
 */
function namelessOf(state) {
  const { choices } = activeRun(state);
  const own = isNamed(state.scene, choices) ? [] : ['# rule: the rule of this run'];
  return isFunction(choices) ? [...own, '# schedule: the learning rate by the step'] : own;
}

/** Whether Python makes the rule of its word. */
function isNamed({ named }, { rule }) {
  return named.includes(ruleName(rule));
}

function isFunction({ learning_rate: rate }) {
  return rate === 'a function of the step';
}

function call(given) {
  return ['run = st.descend(', ...given.map((one) => `    ${one},`), ')'];
}

/**
 * The data as they came: a shipped data set or a file; what has no name is called `data`.
 * @param {Scene} scene
 */
function table(scene) {
  const also = scene.missing ? [`missing="${scene.missing}"`] : [];
  const { exposure } = scene;
  if (exposure) also.push(`${exposure.log ? 'offset' : 'exposure'}=${text(exposure.name)}`);
  const dates = Object.entries(scene.dates ?? {}).map((pair) => pair.map(text).join(': '));
  if (dates.length) also.push(`date={${dates.join(', ')}}`);
  if (scene.source === 'arrays') {
    return { before: ['# X, y: the arrays of this run', ''], given: ['(X, y)', ...also] };
  }
  const nameless = scene.source === 'data frame';
  const data = nameless ? 'data' : text(scene.source);
  const { terms } = scene;
  const names = terms ? `terms=${text(terms)}` : folded('features', columnsOf(scene).map(text));
  return {
    before: nameless ? ['# data: the data frame of this run', ''] : [],
    given: [data, `target=${text(scene.target.name)}`, names, ...also],
  };
}

/** Returns `name=[...]`, over several lines where one has no room for it. */
function folded(name, items) {
  const line = `${name}=${list(items)}`;
  if (line.length + 5 <= WIDTH) return line;
  return `${name}=${filled('', items).map((one, i) => (i ? `    ${one}` : '[')).join('\n')}`;
}

/** The data as the reader changed them: the numbers themselves; classes by their codes. */
function arrays({ scene, rows }) {
  const features = scene.features.length;
  const lines = Array.from({ length: rows.y.length }, (_, row) =>
    list(Array.from(rows.X.subarray(row * features, (row + 1) * features), number)),
  );
  const targets = Array.from(rows.y, number);
  const names = scene.target.classes?.map((name, code) => `${code}: ${text(name)}`);
  const classes = names ? [`classes = {${names.join(', ')}}`] : [];
  return {
    before: [...filled('X = ', lines), ...filled('y = ', targets), ...classes, ''],
    given: ['(X, y)'],
  };
}

/** @param {State} state */
function optionsOf(state) {
  const { scene } = state;
  const { choices } = activeRun(state);
  const options = {
    ...networkOptions(scene),
    loss: text(choices.loss),
    rule: isNamed(scene, choices) ? text(choices.rule) : 'rule',
    learning_rate: isFunction(choices) ? 'schedule' : value(choices.learning_rate),
    scale: text(choices.scale),
    steps: number(choices.steps),
    ...(choices.start ? { start: list(Array.from(choices.start, number)) } : {}),
    // The seed draws the mini-batches too.
    ...(choices.start && !choices.batch ? {} : { seed: number(choices.seed) }),
    ...(choices.l1 ? { l1: number(choices.l1) } : {}),
    ...(choices.l2 ? { l2: number(choices.l2) } : {}),
    ...(choices.loss === 'huber' ? { delta: number(choices.delta) } : {}),
    ...(choices.loss === 'quantile' ? { quantile: number(choices.quantile) } : {}),
    ...(choices.batch ? { batch: number(choices.batch) } : {}),
    ...(choices.clip ? { clip: number(choices.clip) } : {}),
    ...(choices.dropout ? { dropout: number(choices.dropout) } : {}),
  };
  return Object.entries(options).map(([name, told]) => `${name}=${told}`);
}

function networkOptions({ network }) {
  if (!network) return {};
  const { sizes, activation, initial, dtype } = network;
  const hidden = list(sizes.slice(1, -1).map(number));
  const single = dtype ? { dtype: text(dtype) } : {};
  return { hidden, activation: text(activation), init: text(initial), ...single };
}

/** Returns `[...]`, after `head`, in lines that are no longer than a line should be. */
function filled(head, items) {
  const lines = [`${head}[`];
  let line = '   ';
  for (const item of items) {
    if (line.length + item.length + 2 > WIDTH) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${item},`;
  }
  return [...lines, line, ']'];
}

function list(items) {
  return `[${items.join(', ')}]`;
}

function value(one) {
  return typeof one === 'number' ? number(one) : text(one);
}

/** Returns a number with all its digits, as Python writes it. */
function number(one) {
  if (!Number.isFinite(one)) return `float("${one}")`;
  return Object.is(one, -0) ? '-0.0' : String(one);
}

/** Returns a text in quotes; what JSON escapes, Python reads alike. */
function text(one) {
  return JSON.stringify(String(one));
}
