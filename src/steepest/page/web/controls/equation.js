// The line in large type, and its weight and bias as knobs, each with the way in which the loss falls.
import { element, part, plainName } from '../draw/canvas.js';
import { gradientAt, paramsAt } from '../state/select.js';
import { short } from '../numerals.js';

/** Places of a knob from end to end. */
const PLACES = 400;

/**
 * Adds the equation of one feature and a number, and its knobs; of other models there is none.
 * @param {Store} store
 */
export function makeEquation(parent, store) {
  const held = part(parent, 'st-equation');
  const text = part(held, 'st-formula-line', 'p');
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
      const slope = gradientAt(state);
      knobs.forEach((knob, i) => knob.show([weight, bias][i], slope[i], sides(state, i), store.engine.kind));
    },
  };
}

function isLine({ features, target, network, params }) {
  return features.length === 1 && params.length === 2 && !target.classes && !network;
}

const signs = (text) => text.replace('-', '\u2212');

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
    show(value, slope, ends, kind) {
      span = ends;
      input.disabled = kind === 'record';
      input.value = String(Math.round((PLACES * (value - span[0])) / (span[1] - span[0])));
      input.setAttribute('aria-valuetext', short(value));
      const size = short(Math.abs(slope), 3);
      nudge.textContent = slope === 0 ? 'level' : `${slope < 0 ? '▲' : '▼'} ${size}`;
      const way = slope < 0 ? 'up' : 'down';
      nudge.title = slope === 0 ? '' : `turned ${way}, the loss falls by about ${size} for each 1`;
    },
  };
}
