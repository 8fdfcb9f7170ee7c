// A network in words: what it is, where its params stand, and what a step makes of one of them.
import { activeRun, gradientAt, paramsAt } from '../select.js';
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
