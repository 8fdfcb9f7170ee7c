// The network of the lesson, 2-8-8-1: trained, then all of its params held but weight 15 and bias 14, and a walk
// of these two on their own surface.
import { chooseLoss } from '../engine/losses.js';
import { NetworkObjective } from '../engine/network_objective.js';
import { unit } from '../engine/vectors.js';

const SIZES = [2, 8, 8, 1];

/** Rounds of the training, and of the walk of two params; momentum speeds up the first. */
const [TRAINED, ROUNDS, BETA] = [150, 40, 0.9];

/** Points a side of the surface: so many are drawn in a tenth of a second or so. */
const POINTS = 41;

/** Weight 15 and bias 14, counted from 0. */
const [WEIGHT, BIAS] = [14, 13];

/** Returns what the builds draw and tell of the network; the surface is worked out when it is asked for. */
export function networkOf({ X, Y, rates, ...named }) {
  const made = { sizes: SIZES, activation: 'tanh', initial: 'random' };
  const objective = new NetworkObjective(made, X, Y, chooseLoss('cross_entropy', 1));
  const { network, weights, size } = objective;
  const found = { ...named, sizes: SIZES, weights, biases: size - weights, params: size };
  let plane = null;
  return {
    ...found,
    places: [network.placeOf(WEIGHT), network.placeOf(weights + BIAS)],
    get plane() {
      return (plane ??= planeOf(objective, rates));
    },
  };
}

/** Returns the trained params. */
function trained(objective, rate) {
  let params = objective.randomStart(0);
  let step = new Float64Array(params.length);
  for (let k = 0; k < TRAINED; k += 1) {
    const { gradient } = objective.valueAndGradient(params);
    step = step.map((last, i) => BETA * last - rate * gradient[i]);
    params = params.map((value, i) => value + step[i]);
  }
  return params;
}

/** Returns the plane of the two params: its window, the loss at any point, and a walk on it. */
function planeOf(objective, [training, rate]) {
  const end = trained(objective, training);
  const at = [WEIGHT, objective.weights + BIAS];
  const u = unit(end.length, at[0]);
  const v = unit(end.length, at[1]);
  /** @param {number[]} place */
  const move = ([a, b]) => end.map((value, i) => value + a * u[i] + b * v[i]);
  const half = 4;
  const path = [[-0.75 * half, 0.7 * half]];
  const losses = [];
  for (let k = 0; k <= ROUNDS; k += 1) {
    const { loss, gradient } = objective.valueAndGradient(move(path[k]));
    losses.push(loss);
    if (k < ROUNDS) path.push(path[k].map((value, i) => value - rate * gradient[at[i]]));
  }
  const center = at.map((i) => end[i]);
  const shown = path.map(([a, b]) => [a + center[0], b + center[1]]);
  const places = Float64Array.from({ length: POINTS }, (_, i) => half * ((2 * i) / (POINTS - 1) - 1));
  const plane = { center, half, path: shown, losses, points: POINTS, surface: null, ready: null };
  plane.ready = objective.onPlane({ origin: end, u, v }).grid(places, places).then((surface) => {
    plane.surface = surface;
  });
  return plane;
}

/** Returns the numbers of the network by their names in the sentences. */
export function networkNumbers({ weights, biases, params }, { short }) {
  return { weights: short(weights), biases: short(biases), params: short(params), n_rounds: short(ROUNDS) };
}

/** Returns those of the walk of two params, which take a training to be known. */
export function walkNumbers({ plane: { losses } }, { short }) {
  return { n_loss0: short(losses[0]), n_loss_end: short(losses.at(-1)) };
}
