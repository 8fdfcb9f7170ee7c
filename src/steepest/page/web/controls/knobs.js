// Two knobs: the values of the two params that the surface is over, or how far it is gone along its two
// directions, and the true loss there. They follow the step that is shown until one of them is turned.
import { element, part } from '../draw/canvas.js';
import { isOverParams, onPlane, paramsAt } from '../state/select.js';
import { throughInWords } from '../words/captions.js';
import { counted, short } from '../numerals.js';
import { button, entry, fill, freshId, label, numberIn, panel } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.controlsKnobs;

/** Places of a knob: a press of an arrow key moves it by one of them. */
const PLACES = 200;

/** The share of what is seen of an axis below which a value is 0 but for rounding. */
const ROUNDED = 1e-12;

/**
 * Adds the knobs; a surface over all the params there are has fields for them in the settings.
 * @param {Store} store
 */
export function makeKnobs(parent, store) {
  const held = panel(parent, 'knobs', SAY.two);
  const knobs = [0, 1].map((axis) => makeKnob(held, (value) => turn(store, axis, value)));
  const told = part(held, 'st-told', 'p');
  const row = part(held, 'st-row');
  const start = button(row, 'Start there', () => startThere(store));
  const back = button(row, 'Back to the round', () => store.lookAt(null));
  return {
    follows: true,
    show(state) {
      const { scene, surface, hover, hidden } = state;
      held.hidden = !scene.shown || !surface.slice || hidden.includes('knobs');
      if (held.hidden) return;
      const place = placeOf(state);
      const axes = [[surface.xLabel, surface.x], [surface.yLabel, surface.y]];
      knobs.forEach((knob, axis) => knob.show(...axes[axis], place[axis], hover.loss));
      told.textContent = lossThere(state);
      start.hidden = store.engine.kind === 'record';
      [start, back].forEach((one) => { one.disabled = !hover.point; });
    },
  };
}

function makeKnob(parent, act) {
  const id = freshId('knob');
  const row = part(parent, 'st-row');
  const name = label(row, '', id);
  const typed = entry(row, '', (text) => act(numberIn(text), text));
  const attributes = { id, type: 'range', min: '0', max: String(PLACES), step: '1' };
  const input = element('input', { class: 'st-knob', attributes }, parent);
  let side = [0, 1];
  input.addEventListener('input', () => {
    act(side[0] + ((side[1] - side[0]) * Number(input.value)) / PLACES);
  });
  return {
    show(word, axis, value, loss) {
      side = [axis[0], axis.at(-1)];
      name.textContent = word;
      typed.setAttribute('aria-label', `${word} as a number`);
      fill(typed, short(Math.abs(value) < ROUNDED * (side[1] - side[0]) ? 0 : value, 6));
      input.value = String(Math.round((PLACES * (value - side[0])) / (side[1] - side[0])));
      input.setAttribute('aria-valuetext', short(value) + (loss === null ? '' : `, loss there ${short(loss)}`));
    },
  };
}

/**
 * Returns where the knobs stand: at the point that is looked at, else at the step's.
 * @param {State} state
 */
function placeOf(state) {
  return state.hover.point ?? onPlane(state.surface, paramsAt(state));
}

/**
 * @param {Store} store
 * @param {number} axis
 * @param {number} value
 * @param {string} [text]
 */
function turn(store, axis, value, text) {
  if (!Number.isFinite(value)) {
    return store.set({ fault: filled(SAY.number, [text]) });
  }
  return store.lookAt(...placeOf(store.state).with(axis, value));
}

/**
 * Starts at the values of the knobs, the others as the surface holds them.
 * @param {Store} store
 */
function startThere(store) {
  const point = placeOf(store.state);
  store.lookAt(null);
  return store.startOn(...point);
}

/** @param {State} state */
function lossThere(state) {
  const { scene, hover, surface } = state;
  const over = isOverParams(surface);
  if (!hover.point) return filled(SAY.turn, [over ? SAY.other : '']);
  if (hover.loss === null) {
    return SAY.loss;
  }
  const others = counted(scene.params.length - 2, 'other param');
  const held = over ? `, the ${others} as at ${throughInWords(state)}` : '';
  return `Loss there: ${short(hover.loss, 6)}${held}.`;
}
