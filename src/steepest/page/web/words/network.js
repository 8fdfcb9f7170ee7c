// A network in words: what it is, where its params stand, and what a step makes of one of them.
import { chooseObjective } from '../engine/choose_objective.js';
import { chooseLoss } from '../engine/losses.js';
import { rowAt } from '../engine/vectors.js';
import { activeRun, gradientAt, paramsAt } from '../select.js';
import { productArithmetic } from './arithmetic.js';
import { fixed, short } from './numerals.js';
import { updateLine } from './steps.js';
import { moveOf } from './told.js';

/** Returns `network 2-8-8-1, tanh`, as Python says it. */
export function networkInWords({ sizes, activation }) {
  return `network ${sizes.join('-')}, ${activation}`;
}

/** Returns where param `i` stands: `layer 1, unit 8, from input 1: duration`. */
export function placeInWords(network, { features }, i) {
  const { layer, unit, input } = network.placeOf(i);
  const place = `layer ${layer + 1}, unit ${unit + 1}`;
  if (input === null) return place;
  if (layer) return `${place}, from unit ${input + 1}`;
  return `${place}, from input ${input + 1}: ${features[input].name}`;
}

/** Returns what is told of param `i` at the step that is shown: its value, its slope, its step. */
export function paramLines(state, network, i) {
  const slope = gradientAt(state)[i];
  const way = slope < 0 ? 'falls' : 'rises';
  const move = moveOf(state);
  const value = `${short(paramsAt(state)[i])} at step ${fixed(activeRun(state).index[state.at], 0)}`;
  const told = slope ? `the loss ${way} by ${short(Math.abs(slope))} per unit` : 'level here';
  return {
    index: i,
    name: state.scene.params[i].name,
    place: placeInWords(network, state.scene, i),
    lines: [value, `gradient ${short(slope)}: ${told}`, ...(move ? [stepLine(state, move, i)] : [])],
  };
}

function stepLine(state, move, i) {
  const { index } = activeRun(state);
  const between = `step ${fixed(index[move.from], 0)} → ${fixed(index[move.from + 1], 0)}`;
  return `${between}: ${updateLine(state, move, i)}`;
}

/**
 * Returns how one row goes through the network: `answers[layer][unit]`, the inputs first, and for a
 * param the lines of its part in that, forward and backward (`lines(i)`).
 */
export function passOf(state, network, row) {
  const { scene } = state;
  const { choices } = activeRun(state);
  const loss = chooseLoss(choices.loss, scene.margins, choices);
  const X = rowAt(scene.X, network.sizes[0], row);
  const objective = chooseObjective(scene, X, scene.y.subarray(row, row + 1), loss);
  const params = paramsAt(state);
  const { gradient } = objective.valueAndGradient(params);
  const { activations, sums } = objective.last;
  const whole = `the mean over all rows${choices.l2 ? ', and what the penalty adds,' : ''} is the gradient`;
  const pass = { network, params, gradient, activations, sums, whole };
  return { answers: [...activations, sums.at(-1)], lines: (i) => passLines(pass, i) };
}

function passLines(pass, i) {
  const { network, params, gradient, activations, sums, whole } = pass;
  const { layer, unit, input } = network.placeOf(i);
  const { bias } = network.layers[layer];
  const delta = gradient[bias + unit];
  const from = input === null ? 1 : activations[layer][input];
  const forward = input === null ? `${short(params[i])} itself` : productArithmetic(params[i], from, params[i] * from);
  const back = input === null ? short(delta) : `delta ${productArithmetic(delta, from, gradient[i])}`;
  return [
    `forward, ${forward} of the sum ${short(sums[layer][unit])} of its unit`,
    `backward, ${deltaInWords(pass, layer, unit, delta)}`,
    `this row's gradient is ${back}; ${whole}`,
  ];
}

/** Returns what comes back to a unit, and its slope, whose product is its delta. */
function deltaInWords({ network, params, gradient, sums, activations }, layer, unit, delta) {
  const next = network.layers[layer + 1];
  if (!next) return `delta ${short(delta)} is how the row's loss changes with this output`;
  let back = 0;
  for (let to = 0; to < next.units; to += 1) {
    back += gradient[next.bias + to] * params[next.weights + to * next.inputs + unit];
  }
  const slope = network.activation.slope(sums[layer][unit], activations[layer + 1][unit]);
  return `what comes back times the unit's slope, ${productArithmetic(back, slope, delta)}, is its delta`;
}
