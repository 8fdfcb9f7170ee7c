// The bar with which a run is walked: restart, back, step, run, many steps, a scrubber over all.
import { element, part } from '../draw/canvas.js';
import { hasGaps } from '../draw/runs.js';
import { activeRun } from '../state/select.js';
import { fixed, short } from '../numerals.js';
import { box, button, freshId, label, tick } from './fields.js';

const PACES = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1200];

/**
 * Adds the bar; `show(state)` keeps it true.
 * @param {Store} store
 */
export function makeTransport(parent, store) {
  const bar = element(
    'section',
    { class: 'st-transport', attributes: { 'aria-label': 'Walk the run' } },
    parent,
  );
  const buttons = makeButtons(bar, store);
  const scrubber = makeScrubber(bar, store);
  const pace = makePace(buttons.row, store);
  return {
    bar,
    saysRound: true,
    show(state) {
      buttons.show(state);
      scrubber.show(state);
      pace.show(state);
    },
  };
}

/** @param {Store} store */
function makeButtons(bar, store) {
  const row = part(bar, 'st-row');
  const walk = part(row, 'st-group');
  const restart = button(walk, 'Restart', () => restartRun(store), { title: 'Back to the start' });
  const back = button(walk, 'Back', () => store.seek(store.state.at - 1), { title: 'Back one round' });
  const step = button(walk, 'Step', () => stepOnce(store), { style: 'st-main' });
  const run = button(walk, 'Run', () => playOrPause(store), { style: 'st-main st-run' });
  const many = part(row, 'st-group');
  for (const count of [1, 25, 100]) {
    button(many, `+${count}`, () => store.step(count), { name: `${count} rounds` });
  }
  const slow = tick(box(row, 'slow', 'st-inline'), 'slow motion', (on) => {
    store.set({ slow: on, phase: 0 });
  });
  return {
    row,
    show(state) {
      const end = isAtEnd(state);
      restart.disabled = state.at === 0 && !state.phase;
      back.disabled = state.at === 0;
      step.disabled = end && !store.canGoOn();
      run.textContent = state.playing ? 'Pause' : ['Run', 'Run on'][Number(end && store.canGoOn())];
      run.setAttribute('aria-pressed', String(state.playing));
      step.textContent = state.slow && state.phase ? `Part ${state.phase} of 4` : 'Step';
      slow.checked = state.slow;
    },
  };
}

/**
 * Takes a step, or in slow motion the next part of one.
 * @param {Store} store
 */
export function stepOnce(store) {
  store.set({ playing: false });
  return store.state.slow ? store.phase() : store.step(1);
}

/**
 * Starts or holds the film of the run; at its end the run goes on, or, if it is over, starts anew.
 * @param {Store} store
 */
export function playOrPause(store) {
  const { playing } = store.state;
  if (playing || !isAtEnd(store.state)) store.set({ playing: !playing });
  else if (store.canGoOn()) store.set({ playing: true, onward: true });
  else store.set({ playing: true, at: 0, phase: 0 });
}

/** @param {State} state */
function isAtEnd(state) {
  return state.at >= activeRun(state).index.length - 1;
}

/**
 * Goes back to the start of the run.
 * @param {Store} store
 */
export function restartRun(store) {
  store.set({ playing: false });
  store.seek(0);
}

/** @param {Store} store */
function makeScrubber(bar, store) {
  const row = part(bar, 'st-row st-scrub');
  const counter = part(row, 'st-counter', 'output');
  const input = element(
    'input',
    { attributes: { type: 'range', min: '0', step: '1', 'aria-label': 'Round of the run' } },
    row,
  );
  input.addEventListener('input', () => {
    store.set({ playing: false });
    store.seek(Number(input.value));
  });
  const note = part(bar, 'st-hint', 'p');
  return {
    show(state) {
      showScrubber(state, input, counter);
      note.textContent = keptInWords(state, activeRun(state));
      note.hidden = !note.textContent;
    },
  };
}

/**
 * Returns which steps of a run can be gone to; empty if all.
 * @param {State} state
 * @param {Run} run
 */
function keptInWords({ scene, surface }, run) {
  const { index, count } = run;
  if (index.length === count) return '';
  const kept = `${fixed(index.length - 1, 0)} of ${fixed(count - 1, 0)} rounds kept their weights`;
  if (hasGaps(scene, run) && surface.route) return `${kept}; the line on the map goes through all.`;
  if (hasGaps(scene, run)) return `${kept}; the path is dotted: what lies between is not known.`;
  const all = index.findIndex((step, i) => step !== i) - 1;
  const first = all > 0 ? `all of the first ${fixed(all, 0)}, then ` : '';
  const of = `Of ${fixed(count - 1, 0)} rounds ${fixed(index.length - 1, 0)} are kept`;
  return `${of}: ${first}ever fewer, and the best and the last.`;
}

/** @param {State} state */
function showScrubber(state, input, counter) {
  const run = activeRun(state);
  const index = run.index[state.at];
  const last = run.count - 1;
  input.max = String(run.index.length - 1);
  input.value = String(state.at);
  const loss = run.loss[state.at];
  input.setAttribute('aria-valuetext', `round ${index} of ${last}, loss ${short(loss)}`);
  const width = fixed(last, 0).length;
  counter.textContent = `round ${fixed(index, 0).padStart(width, '\u2007')} of ${fixed(last, 0)}`;
}

/** @param {Store} store */
function makePace(row, store) {
  const held = box(row, 'speed', 'st-inline');
  const id = freshId('pace');
  label(held, 'speed', id);
  const attributes = { id, type: 'range', min: '0', max: String(PACES.length - 1), step: '1' };
  const input = element('input', { class: 'st-pace', attributes }, held);
  input.addEventListener('input', () => store.set({ pace: PACES[Number(input.value)] }));
  return {
    show({ pace }) {
      const nearest = PACES.findIndex((one) => one >= pace);
      input.value = String(nearest < 0 ? PACES.length - 1 : nearest);
      input.setAttribute('aria-valuetext', `${pace} rounds a second`);
      input.title = `${pace} rounds a second`;
    },
  };
}
