// The line in large type, and its weight and bias as knobs, each with what the next step changes of it.
import { element, part, plainName } from '../draw/canvas.js';
import { activeRun, paramsAt } from '../state/select.js';
import { short } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.controlsEquation;

/** Places of a knob from end to end. */
const PLACES = 400;

/**
 * Adds the equation of one feature and a number, and its knobs; of other models there is none.
 * @param {Store} store
 */
export function makeEquation(parent, store) {
  const held = part(parent, 'st-equation');
  const text = part(held, 'st-formula-line', 'p');
  const units = element('small', { class: 'st-hint', text: 'your units' }, held);
  const knobs = ['weight', 'bias'].map((name, i) => makeKnob(held, name, (value) => {
    const params = Array.from(paramsAt(store.state)).with(i, value);
    return store.drag(() => store.standAt(params));
  }, () => store.endDrag()));
  return {
    held,
    show(state) {
      held.hidden = !isLine(state.scene);
      if (held.hidden) return;
      const [weight, bias] = paramsAt(state);
      const { scene: { features: [x], target } } = state;
      const isCurve = state.choices.loss === 'poisson';
      text.replaceChildren(`${plainName(target.name)} = ${isCurve ? 'exp(' : ''}`);
      element('b', { class: 'st-of-weight', text: signs(short(weight)) }, text);
      text.append(` × ${plainName(x.name)} ${bias < 0 ? '\u2212' : '+'} `);
      element('b', { class: 'st-of-bias', text: short(Math.abs(bias)) }, text);
      if (isCurve) text.append(')');
      text.style.setProperty('--letters', String(text.textContent.length));
      // The surface beside it is in others.
      units.hidden = state.axes !== 'walk';
      const change = nextChange(state);
      knobs.forEach((knob, i) => knob.show([weight, bias][i], change?.[i], sides(state, i), store.engine.kind));
    },
  };
}

function isLine({ features, target, network, params }) {
  return features.length === 1 && params.length === 2 && !target.classes && !network;
}

const signs = (text) => text.replace('-', '\u2212');

/**
 * Returns what the next step adds to each param, in the reader's units: under another scale no
 * multiple of the gradient. Null where it is not known, or is what the reader is to predict.
 * @param {State} state
 */
function nextChange(state) {
  const { index } = activeRun(state);
  const { at, guessing } = state;
  if (guessing || index[at + 1] !== index[at] + 1) return null;
  const now = paramsAt(state);
  return paramsAt(state, activeRun(state), at + 1).map((value, i) => value - now[i]);
}

/** What the surface shows of a param: its ends, wide enough for where the run stands. */
function sides(state, i) {
  const { surface } = state;
  const corners = [surface.x[0], surface.x.at(-1)].flatMap((x) => [surface.y[0], surface.y.at(-1)].map((y) => (
    surface.held[i] + x * surface.ux[i] + y * surface.uy[i]
  )));
  return [Math.min(...corners), Math.max(...corners)];
}

function makeKnob(parent, name, act, end) {
  const row = part(parent, `st-turn-row st-of-${name}`);
  part(row, 'st-turn-name', 'span').textContent = name;
  const attributes = { type: 'range', min: '0', max: String(PLACES), step: '1', 'aria-label': `turn the ${name}` };
  const input = element('input', { attributes }, row);
  const nudge = part(row, 'st-nudge', 'span');
  let span = [0, 1];
  input.addEventListener('input', () => act(span[0] + ((span[1] - span[0]) * Number(input.value)) / PLACES));
  input.addEventListener('change', end);
  return {
    show(value, change, ends, kind) {
      span = ends;
      input.disabled = kind === 'record';
      input.value = String(Math.round((PLACES * (value - span[0])) / (span[1] - span[0])));
      input.setAttribute('aria-valuetext', short(value));
      const size = short(Math.abs(change), 3);
      nudge.textContent = change ? `${change > 0 ? '▲' : '▼'} ${size}` : '';
      nudge.title = change ? filled(SAY.next, [name, change > 0 ? 'up' : 'down', size]) : '';
    },
  };
}
