// One row through a network, layer by layer, with its arithmetic: forward to its loss, and back by the
// chain rule.
import { activeRun, costsOf, paramsAt } from '../state/select.js';
import { productArithmetic, updateArithmetic } from './arithmetic.js';
import { deltaInWords } from './network.js';
import { counted, short } from '../numerals.js';

/** Units of a layer that are told, and terms of a sum, the largest: more cannot be followed. */
const [MOST_UNITS, MOST_TERMS] = [8, 3];

/**
 * Returns the stages of a row's `pass` (see network.js): { layer, heading, lines } each, `layer` being
 * that of the picture, the inputs 0.
 * @param {State} state
 */
export function stagesOf(state, pass, row) {
  const last = pass.network.layers.length;
  const layers = Array.from({ length: last }, (_, l) => l);
  return [
    { layer: 0, heading: 'the inputs', lines: inputLines(state, pass) },
    ...layers.map((l) => ({ layer: l + 1, heading: `forward, layer ${l + 1}`, lines: sumLines(state, pass, l) })),
    { layer: last, heading: 'the loss', lines: lossLines(state, row) },
    ...layers.toReversed().map((l) => (
      { layer: l + 1, heading: `backward, layer ${l + 1}`, lines: slopeLines(pass, l) }
    )),
  ];
}

function inputLines({ scene: { features } }, { activations: [inputs] }) {
  return told(features.map(({ name }, j) => `${name} is ${short(inputs[j])}`), 'input');
}

/** `bias + weight × input + ... = sum`, and what the unit answers to it. */
function sumLines({ scene }, { network, params, activations, sums }, l) {
  const { weights, bias, inputs, units } = network.layers[l];
  const isLast = l === network.layers.length - 1;
  const line = (unit) => {
    const terms = Array.from({ length: inputs }, (_, i) => [params[weights + unit * inputs + i], activations[l][i]]);
    const [shown, left] = largest(terms);
    const rest = left.reduce((sum, [w, a]) => sum + w * a, params[bias + unit]);
    const words = left.length ? ` (the first: bias and ${counted(left.length, 'smaller term')})` : '';
    const sum = `unit ${unit + 1}: ${updateArithmetic(rest, shown, sums[l][unit])}${words}`;
    return isLast ? sum : `${sum}; ${scene.network.activation} of that is ${short(activations[l + 1][unit])}`;
  };
  return told(Array.from({ length: Math.min(units, MOST_UNITS + 1) }, (_, unit) => line(unit)), 'unit', units);
}

/** @param {State} state */
function lossLines(state, row) {
  const { scene } = state;
  const { target } = scene;
  const actual = target.classes ? target.classes[scene.y[row]] : short(scene.y[row]);
  const cost = costsOf(scene, activeRun(state).choices, paramsAt(state))[row];
  return [`${target.name} is ${actual}: with these outputs the row's loss is ${short(cost)}`];
}

/** What comes back to each unit, and the row's gradient of its weight of the largest input. */
function slopeLines(pass, l) {
  const { network, gradient, activations } = pass;
  const { weights, bias, inputs, units } = network.layers[l];
  const line = (unit) => {
    const delta = gradient[bias + unit];
    const sizes = Array.from(activations[l], Math.abs);
    const input = sizes.indexOf(Math.max(...sizes));
    const i = weights + unit * inputs + input;
    const slope = productArithmetic(delta, activations[l][input], gradient[i]);
    return `unit ${unit + 1}: ${deltaInWords(pass, l, unit, delta)}; gradient of weight ${i + 1}: ${slope}`;
  };
  return told(Array.from({ length: Math.min(units, MOST_UNITS + 1) }, (_, unit) => line(unit)), 'unit', units);
}

/** Returns the terms that are the largest, in their order, and the others. */
function largest(terms) {
  const size = ([weight, input]) => Math.abs(weight * input);
  const order = terms.map((_, i) => i).sort((i, j) => size(terms[j]) - size(terms[i]));
  const chosen = new Set(order.slice(0, MOST_TERMS));
  return [true, false].map((is) => terms.filter((_, i) => chosen.has(i) === is));
}

function told(lines, thing, count = lines.length) {
  if (count <= MOST_UNITS) return lines;
  return [...lines.slice(0, MOST_UNITS), `and ${counted(count - MOST_UNITS, thing)} more`];
}
