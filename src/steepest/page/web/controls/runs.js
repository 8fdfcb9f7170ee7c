// Several runs on one surface: each with colour, dash and label, what became of it, and what to do.
import { DASHES } from '../draw/colours.js';
import { element, part, svg } from '../draw/canvas.js';
import { ruleInWords } from '../engine/rules.js';
import { isNew } from '../state/select.js';
import { endLines, verdictLines } from '../words/ending.js';
import { short } from '../numerals.js';
import { outcomeOf } from '../words/outcome.js';
import { rowsOf } from '../words/sampled.js';
import { button, panel } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };

const SAY = SENTENCES.controlsRuns;

/**
 * Adds the list of runs.
 * @param {Store} store
 */
export function makeRuns(parent, store) {
  const held = panel(parent, 'runs', 'Runs');
  const list = part(held, 'st-runs', 'ul');
  const note = element('p', {}, held);
  const keep = button(held, SAY.keep, () => store.keepRun(), {
    title: SAY.copy,
  });
  return {
    show(state, changed) {
      if (!isNew(changed, 'runs', 'active', 'scene', 'exam')) return;
      list.replaceChildren(...state.runs.map((run, i) => item(store, state, run, i)));
      note.textContent = state.scene.others ? state.scene.note : '';
      keep.hidden = state.scene.engine === 'record';
    },
  };
}

/**
 * @param {Store} store
 * @param {State} state
 * @param {Run} run
 */
function item(store, state, run, i) {
  const made = element('li', { class: i === state.active ? 'st-chosen' : '' });
  const head = part(made, 'st-row');
  head.append(sample(run.colour));
  const choose = button(head, run.label, () => store.chooseRun(i), { style: 'st-link' });
  choose.setAttribute('aria-pressed', String(i === state.active));
  element('span', { class: 'st-how', text: howOf(state, run) }, head);
  if (state.runs.length > 1) {
    button(head, '×', () => store.removeRun(i), { name: `Remove ${run.label}`, style: 'st-close' });
  }
  if (!state.exam) tellOutcome(made, run);
  return made;
}

/**
 * Adds what became of a run, what to do, and what was looked at.
 * @param {Run} run
 */
function tellOutcome(made, run) {
  const { word, sentence, remedy } = outcomeOf(run);
  const told = element('p', { attributes: { 'data-outcome': word } }, made);
  element('strong', { text: `${sentence} ` }, told);
  if (remedy) element('span', { text: remedy }, told);
  lookedAt(made, run);
}

/**
 * Adds how a run ended, what is worth knowing, and what was looked at and what was not.
 * @param {Run} run
 */
function lookedAt(parent, run) {
  const { notes = [], checks = [] } = run;
  const held = element('details', { class: 'st-checks' }, parent);
  element('summary', { text: SAY.how }, held);
  const list = element('ul', {}, held);
  const lines = [
    ...endLines(run),
    ...verdictLines(run),
    ...notes.map(({ message }) => `worth knowing: ${message}`),
    ...checks.map(({ name, state, message }) => `${name}: ${state}, ${message}`),
  ];
  for (const text of lines) element('li', { text }, list);
}

/** Returns a short line in the colour and dash of a run. */
function sample(colour) {
  const made = svg('svg', { width: 30, height: 10, class: 'st-sample', 'aria-hidden': 'true' });
  const look = { 'stroke-width': 3, 'stroke-dasharray': DASHES[colour].join(' ') };
  const line = svg('line', { x1: 1, y1: 5, x2: 29, y2: 5, ...look }, made);
  line.style.stroke = `var(--st-run-${colour})`;
  return made;
}

/**
 * Returns how a run was made.
 * @param {State} state
 * @param {Run} run
 */
function howOf({ scene, runs }, run) {
  const { rule, learning_rate: rate, scale, batch, seed, start } = run.choices;
  const told = [ruleInWords(rule), `rate ${typeof rate === 'number' ? short(rate) : rate}`];
  if (scale !== 'none') told.push(`scaling ${scale}`);
  if (batch) told.push(`batches of ${batch}`);
  const isOneSeed = runs.every(({ choices }) => choices.seed === seed);
  if (!start && !isOneSeed) told.push(`seed ${seed}`);
  if (run.sampled) told.push(rowsOf(scene, run));
  return told.join(', ');
}
