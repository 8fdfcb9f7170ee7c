// A network in words: what it is, where its params stand, and what a step makes of one of them.
import { chooseObjective } from '../engine/choose_objective.js';
import { chooseLoss } from '../engine/losses.js';
import { rowAt } from '../engine/vectors.js';
import { activeRun, gradientAt, offPlane, onPlane, paramsAt, trueLoss } from '../state/select.js';
import { productArithmetic } from './arithmetic.js';
import { counted, fixed, short } from '../numerals.js';
import { SATURATED } from './network_named.js';
import { updateLine } from './step_lines.js';
import { moveOf } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsNetwork;

/** Returns where param `i` stands: `layer 1, unit 8, from input 1: duration`. */
export function placeInWords(network, { features }, i) {
  const { layer, unit, input } = network.placeOf(i);
  const place = `layer ${layer + 1}, unit ${unit + 1}`;
  if (input === null) return place;
  if (layer) return `${place}, from unit ${input + 1}`;
  return `${place}, from input ${input + 1}: ${features[input].name}`;
}

/**
 * Returns what is told of param `i` at the step that is shown: its value, its slope, its step.
 * @param {State} state
 */
export function paramLines(state, network, i) {
  const slope = gradientAt(state)[i];
  const way = slope < 0 ? 'falls' : 'rises';
  const value = `${short(paramsAt(state)[i])} at round ${fixed(activeRun(state).index[state.at], 0)}`;
  const told = slope ? filled(SAY.loss, [way, short(Math.abs(slope))]) : 'level here';
  const lines = [value, `gradient ${short(slope)}: ${told}`, ...stepLines(state, i)];
  return {
    index: i,
    name: state.scene.params[i].name,
    place: placeInWords(network, state.scene, i),
    lines: [...lines, ...surfaceLines(state, i)],
  };
}

/** @param {State} state */
function stepLine(state, move, i) {
  const { index } = activeRun(state);
  const between = `round ${fixed(index[move.from], 0)} → ${fixed(index[move.from + 1], 0)}`;
  return `${between}${move.where && SAY.standard}: ${updateLine(state, move, i)}`;
}

/**
 * Returns how one row goes through the network: `answers[layer][unit]`, the inputs first, the slopes
 * of its hidden units, and for a param the lines of its part in that, forward and backward
 * (`lines(i)`), for this row and as the mean over all of them; and of what these are made: params,
 * `gradient`, activations and sums.
 * @param {State} state
 */
export function passOf(state, network, row) {
  const { scene } = state;
  const params = paramsAt(state);
  const X = rowAt(scene.X, network.sizes[0], row);
  const objective = objectiveOf(state, X, scene.y.subarray(row, row + 1));
  const { gradient } = objective.valueAndGradient(params);
  const { activations, sums } = objective.last;
  const pass = { network, params, gradient, activations, sums, whole: wholeOf(state) };
  return {
    ...pass,
    answers: [...activations, sums.at(-1)],
    slopes: meanSlopes(network, objective),
    lines: (i) => [...passLines(pass, i), ...stepLines(state, i), ...surfaceLines(state, i)],
  };
}

/**
 * Returns the mean size of each hidden unit's slope over the rows that are shown, layer by layer.
 * @param {State} state
 */
export function slopesOf(state, network) {
  const { X, y } = state.scene;
  const objective = objectiveOf(state, X, y);
  objective.marginsAt(paramsAt(state));
  return meanSlopes(network, objective);
}

/** @returns {any} */
function objectiveOf(state, X, y) {
  const { choices } = activeRun(state);
  return chooseObjective(state.scene, X, y, chooseLoss(choices.loss, state.scene.margins, choices));
}

function meanSlopes(network, { last, rows }) {
  return network.derived(last, 'slope').map((slopes) => (
    Array.from({ length: slopes.length / rows }, (_, unit) => (
      slopes.subarray(unit * rows, (unit + 1) * rows).reduce((sum, slope) => sum + Math.abs(slope), 0) / rows
    ))
  ));
}

/**
 * Returns what is said of the mean over all rows: of param i its gradient, and what a penalty adds.
 * @param {State} state
 */
function wholeOf(state) {
  const { scene } = state;
  const { l1, l2 } = activeRun(state).choices;
  if (scene.shown < scene.rows || scene.weighted || l1) {
    return () => filled(SAY.mean, [l1 || l2 ? SAY.what : '']);
  }
  const params = paramsAt(state);
  const { gradient } = objectiveOf(state, scene.X, scene.y).valueAndGradient(params);
  return (i) => {
    const mean = filled(SAY.meanOver, [counted(scene.rows, 'row')]);
    if (!l2 || i >= scene.weights) return `${mean} the gradient, ${short(gradient[i])}`;
    const penalty = l2 * params[i];
    const product = productArithmetic(l2, params[i], penalty);
    return filled(SAY.penalty, [mean, short(gradient[i]), product, short(gradient[i] + penalty)]);
  };
}

/** @param {State} state */
function stepLines(state, i) {
  const move = moveOf(state);
  return move ? [stepLine(state, move, i)] : [];
}

/**
 * Returns where a param that is an axis stands on the surface, and the loss of the surface there.
 * @param {State} state
 */
function surfaceLines(state, i) {
  const { scene, surface, at } = state;
  const axis = [surface.xIndex, surface.yIndex].indexOf(i);
  if (axis < 0 || surface.axes !== 'units') return [];
  const params = paramsAt(state);
  const place = onPlane(surface, params);
  const there = filled(SAY.surface, [['across', 'up'][axis], short(place[axis])]);
  if (scene.shown < scene.rows || scene.weighted || !surface.slice) return [there];
  const { choices } = activeRun(state);
  const loss = chooseLoss(choices.loss, scene.margins, choices);
  const objective = chooseObjective(scene, scene.X, scene.y, loss, choices.l2);
  const height = objective.value(offPlane(surface, place[0], place[1]));
  return [filled(SAY.where, [there, short(height), short(trueLoss(activeRun(state), at))])];
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
    filled(SAY.forward, [forward, short(sums[layer][unit])]),
    `backward, ${deltaInWords(pass, layer, unit, delta)}`,
    filled(SAY.row, [back, whole(i)]),
  ];
}

/** Returns what comes back to a unit, and its slope, whose product is its delta. */
export function deltaInWords({ network, params, gradient, sums, activations }, layer, unit, delta) {
  const next = network.layers[layer + 1];
  if (!next) return filled(SAY.delta, [short(delta)]);
  let back = 0;
  for (let to = 0; to < next.units; to += 1) {
    back += gradient[next.bias + to] * params[next.weights + to * next.inputs + unit];
  }
  const slope = network.activation.slope(sums[layer][unit], activations[layer + 1][unit]);
  const shut = Math.abs(slope) < SATURATED ? ', saturated,' : ',';
  return filled(SAY.error, [shut, productArithmetic(back, slope, delta)]);
}
