// Activations: what a unit of a network answers to its sum z, `a = value(z)`, with two derivatives,
// which are handed `a` beside z. `gain` is the factor of an orthogonal start. The twin of Python's
// `objective/model/activation.py`.

import { tanh } from './tanh.js';

const LEAK = 0.01;

const sigmoid = (z) => 0.5 * (1 + tanh(0.5 * z));
const zero = () => 0;

/** The unit of GELU's sum, and the factor of its cube. */
const [UNIT, CUBE] = [Math.sqrt(2 / Math.PI), 0.044715];

/** Returns `tanh u`, `u'` and `u''` of GELU's `u = sqrt(2 / pi) (z + 0.044715 z³)`. */
function geluParts(z) {
  const square = CUBE * z * z;
  return [tanh(UNIT * z * (1 + square)), UNIT * (1 + 3 * square), 6 * UNIT * CUBE * z];
}

function geluSlope(z) {
  const [t, first] = geluParts(z);
  return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * first;
}

function geluCurvature(z) {
  const [t, first, second] = geluParts(z);
  const flat = 1 - t * t;
  return flat * first + 0.5 * z * flat * (second - 2 * t * first * first);
}

const ACTIVATIONS = {
  tanh: {
    formula: 'tanh z',
    value: tanh,
    slope: (z, a) => 1 - a * a,
    curvature: (z, a) => -2 * a * (1 - a * a),
    gain: 1,
  },
  relu: {
    formula: 'max(z, 0)',
    value: (z) => Math.max(z, 0),
    slope: (z) => (z > 0 ? 1 : 0),
    curvature: zero,
    gain: Math.SQRT2,
  },
  sigmoid: {
    formula: '1/(1 + exp(-z))',
    value: sigmoid,
    slope: (z, a) => a * (1 - a),
    curvature: (z, a) => a * (1 - a) * (1 - 2 * a),
    gain: 1,
  },
  softplus: {
    formula: 'log(1 + exp z)',
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    slope: sigmoid,
    curvature: (z) => sigmoid(z) * (1 - sigmoid(z)),
    gain: 1,
  },
  gelu: {
    formula: 'z (1 + tanh(sqrt(2/pi) (z + 0.044715 z³)))/2',
    value: (z) => 0.5 * z * (1 + geluParts(z)[0]),
    slope: geluSlope,
    curvature: geluCurvature,
    gain: Math.SQRT2,
  },
  leaky: {
    formula: 'max(z, 0) + 0.01 min(z, 0)',
    value: (z) => Math.max(z, LEAK * z),
    slope: (z) => (z > 0 ? 1 : LEAK),
    curvature: zero,
    gain: Math.SQRT2,
  },
  identity: { formula: 'z', value: (z) => z, slope: () => 1, curvature: zero, gain: 1 },
};

/** The names of the activations. */
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS);

/** Returns the activation called `name`. Throws Error for a name that is none. */
export function chooseActivation(name) {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  const known = ACTIVATION_NAMES.join(', ');
  throw new Error(`there is no activation '${name}'; choose one of ${known}`);
}
