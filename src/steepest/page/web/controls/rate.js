// The learning rate: a logarithmic slider with its number beside it, marked with the limit of this
// very run: above 2/curvature the steps across the steepest slope grow.
import { element, part } from '../draw/canvas.js';
import { findsRate, limitInWords } from '../engine/rules.js';
import { activeRun } from '../state/select.js';
import { short } from '../numerals.js';
import { box, entry, fill, freshId, label, numberIn, tick } from './fields.js';

const STEPS = 1000;
const WITHOUT_LIMIT = [1e-4, 10];

/**
 * Adds the control of the learning rate.
 * @param {Store} store
 */
export function makeRate(parent, store) {
  const held = box(parent, 'rate', 'st-rate');
  const id = freshId('rate');
  const head = part(held, 'st-row');
  label(head, 'learning rate', id);
  const input = entry(head, '', (text) => enter(store, text), { name: 'learning rate as a number' });
  const attributes = { id, type: 'range', min: '0', max: String(STEPS), step: '1' };
  const slider = element('input', { attributes }, held);
  const marks = element('div', { class: 'st-marks', attributes: { 'aria-hidden': 'true' } }, held);
  const words = part(held, 'st-limit-words', 'p');
  const auto = tick(held, 'let it be searched (auto)', (on) => {
    store.choose({ learning_rate: on ? 'auto' : suggestion(store.state) });
  });
  let span = WITHOUT_LIMIT;
  slider.addEventListener('input', () => {
    store.choose({ learning_rate: Number(short(rateAt(span, Number(slider.value)), 3)) });
  });
  return {
    show(state) {
      span = spanOf(state);
      showRate(state, { input, slider, marks, words, auto, span });
    },
  };
}

/** @param {Store} store */
function enter(store, text) {
  const number = numberIn(text);
  return store.choose({ learning_rate: Number.isNaN(number) ? text : number });
}

/**
 * Returns a rate that is safe on this data, or a tenth.
 * @param {State} state
 */
function suggestion(state) {
  const { curvature } = activeRun(state);
  return curvature ? Number(short(1 / curvature, 2)) : 0.1;
}

/** @param {State} state */
function spanOf(state) {
  const { limit } = activeRun(state);
  const rate = Number(state.choices.learning_rate);
  const [low, high] = limit ? [limit / 1000, limit * 5] : WITHOUT_LIMIT;
  return rate > 0 ? [Math.min(low, rate), Math.max(high, rate)] : [low, high];
}

/**
 * @param {number[]} span
 * @param {number} place
 */
function rateAt([low, high], place) {
  return low * (high / low) ** (place / STEPS);
}

function placeOf([low, high], rate) {
  return (STEPS * Math.log(rate / low)) / Math.log(high / low);
}

/**
 * @param {State} state
 * @param {any} p1
 */
function showRate(state, { input, slider, marks, words, auto, span }) {
  const rate = state.choices.learning_rate;
  const chosen = typeof rate === 'number' ? rate : NaN;
  auto.checked = rate === 'auto';
  fill(input, typeof rate === 'number' ? short(rate) : rate);
  slider.disabled = Number.isNaN(chosen);
  input.disabled = auto.disabled = findsRate(state.choices.rule);
  slider.setAttribute('aria-valuetext', input.value);
  const busy = slider.getRootNode().activeElement === slider;
  if (!busy && !Number.isNaN(chosen)) slider.value = String(Math.round(placeOf(span, chosen)));
  showMarks(state, { marks, words }, span);
}

/**
 * Marks 1/curvature and the limit on the slider, and says what the limit is; not in an exam.
 * @param {State} state
 * @param {any} p1
 * @param {any} span
 */
function showMarks(state, { marks, words }, span) {
  const run = activeRun(state);
  const limit = state.exam ? null : run.limit;
  const rates = limit ? [1 / run.curvature, limit] : [];
  marks.replaceChildren(...rates.map((rate) => mark(placeOf(span, rate) / STEPS, rate === limit)));
  marks.hidden = !rates.length;
  const found = findsRate(run.choices.rule) ? 'found anew at every step' : '';
  words.textContent = limit ? limitOf(run) : found;
  const isOver = limit && Number(run.choices.learning_rate) > limit;
  words.className = isOver ? 'st-limit-words' : 'st-told';
  marks.classList.toggle('st-over-limit', isOver);
}

function mark(share, limit) {
  const made = element('span', { class: limit ? 'st-limit' : 'st-mark' });
  made.style.setProperty('--at', String(share));
  return made;
}

/** Returns what is known of the limit: a theorem of a bowl, of other losses only for steepest. */
function limitOf({ choices, exactLimit, limit }) {
  const told = `${limitInWords(choices.rule)} = ${short(limit, 3)}`;
  if (choices.batch) return `of a bowl, on all rows: ${told}`;
  if (exactLimit) return `diverges above ${told}`;
  return choices.rule === 'steepest' ? `safe below ${told}` : `of a bowl so steep: ${told}`;
}
