// The rounds as a table, for those who read numbers rather than pictures: the first ones, then ever
// fewer, the one that is shown, the last.
import { element } from '../draw/canvas.js';
import { activeRun, isNew, lossLabel, paramsAt } from '../state/select.js';
import { fixed, short } from '../numerals.js';
import { toldParams, wordOf } from '../words/told.js';
import { button } from './fields.js';

const MOST_PARAMS = 4;
const FIRST = 4;

/**
 * Adds the table, folded; a step in it can be gone to.
 * @param {Store} store
 */
export function makeStepsTable(parent, store) {
  const held = element(
    'details',
    { class: 'st-panel st-steps-table', attributes: { 'data-control': 'steps-table' } },
    parent,
  );
  element('summary', { text: 'The rounds as a table' }, held);
  const scroll = element('div', { class: 'st-table st-table-scroll' }, held);
  const table = element('table', {}, scroll);
  const show = (state, changed) => {
    const due = held.open && isNew(changed, 'scene', 'runs', 'active', 'at', 'plane');
    if (due) fillTable(table, state, store);
  };
  held.addEventListener('toggle', () => show(store.state, null));
  return { show };
}

/**
 * @param {State} state
 * @param {Store} store
 */
function fillTable(table, state, store) {
  const run = activeRun(state);
  const told = toldParams(state, MOST_PARAMS);
  const caption = element('caption', { text: `${run.label}: ${lossLabel(state.scene, run.choices)}` });
  const slope = run.choices.scale === 'none' ? 'gradient' : 'gradient, your units';
  const heads = ['round', ...told.map((i) => wordOf(state.scene, i)), 'loss', slope, 'rate'];
  const head = element('thead');
  const row = element('tr', {}, head);
  for (const text of heads) element('th', { text, attributes: { scope: 'col' } }, row);
  const body = element('tbody');
  for (const i of shownSteps(run.index.length, state.at)) addStep(body, state, store, told, i);
  table.replaceChildren(caption, head, body);
}

/**
 * @param {State} state
 * @param {Store} store
 */
function addStep(body, state, store, told, i) {
  const run = activeRun(state);
  const row = element('tr', { class: i === state.at ? 'st-lit' : '' }, body);
  const name = element('th', { attributes: { scope: 'row' } }, row);
  const number = fixed(run.index[i], 0);
  const go = button(name, number, () => store.seek(i), { title: `Go to round ${number}`, style: 'st-link' });
  if (i === state.at) go.setAttribute('aria-current', 'step');
  const params = paramsAt(state, run, i);
  const numbers = [...told.map((j) => params[j]), run.loss[i], run.norm[i], run.rate[i]];
  for (const value of numbers) element('td', { text: short(value, 6) }, row);
}

/** Returns which kept steps a person reads: the first, then powers of two, the shown, the last. */
function shownSteps(count, at) {
  const shown = new Set([at, count - 1]);
  for (let i = 0; i < Math.min(FIRST, count); i += 1) shown.add(i);
  for (let i = FIRST; i < count; i *= 2) shown.add(i);
  return [...shown].sort((a, b) => a - b);
}
