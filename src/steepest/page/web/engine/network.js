// A dense network: layers of units, each a weighted sum of the layer before and a bias.
//
// Forward `z_l = W_l a_(l-1) + b_l`, `a_l = s(z_l)`, and the outputs are the last z. Backward, from the
// derivative `delta` of the loss by these: by W_l it is `delta_l a_(l-1)'`, by b_l `delta_l`, and
// `delta_(l-1) = s'(z_(l-1)) W_l' delta_l` (Rumelhart, Hinton & Williams 1986). Inside, the numbers of
// a layer are unit by unit, (units * rows). Params are all weights, layer by layer, receiving unit by
// receiving unit, then all biases. The twin of Python's `objective/model/network.py`.
import { chooseActivation } from './activations.js';

/** Layers of `sizes` units, the inputs first and the outputs last. */
export class Network {
  constructor({ sizes, activation }) {
    this.sizes = sizes;
    this.activation = chooseActivation(activation);
    this.layers = layersOf(sizes);
    this.outputs = sizes.at(-1);
    this.weights = this.layers.reduce((sum, { units, inputs }) => sum + units * inputs, 0);
    this.size = this.weights + this.layers.reduce((sum, { units }) => sum + units, 0);
  }

  /** Returns the layers of a vector of params, as views of it: weights (units * inputs), bias. */
  matrices(params) {
    return this.layers.map(({ inputs, units, weights, bias }) => ({
      inputs,
      units,
      weights: params.subarray(weights, weights + units * inputs),
      bias: params.subarray(bias, bias + units),
    }));
  }

  /** Returns where param `i` is: its layer, from 0, its unit, and its input; of a bias none. */
  placeOf(i) {
    const last = (start) => this.layers.findLastIndex((one) => i >= one[start]);
    if (i >= this.weights) {
      const layer = last('bias');
      return { layer, unit: i - this.layers[layer].bias, input: null };
    }
    const layer = last('weights');
    const { weights, inputs } = this.layers[layer];
    return { layer, unit: Math.floor((i - weights) / inputs), input: (i - weights) % inputs };
  }

  /** Returns all sums z and activations a at params, for `first`, (inputs * rows). */
  forward(first, rows, params) {
    const matrices = this.matrices(params);
    const activations = [first];
    const sums = matrices.map((layer, l) => {
      const z = sumsOf(layer, activations[l], rows);
      if (l < matrices.length - 1) activations.push(this.activated(z));
      return z;
    });
    return { matrices, sums, activations, rows };
  }

  /** Returns what units answer to sums z, in `a`. */
  activated(z, a = new Float64Array(z.length)) {
    const { value } = this.activation;
    for (let i = 0; i < a.length; i += 1) a[i] = value(z[i]);
    return a;
  }

  /** Returns the first or second derivative of each hidden unit, layer by layer. */
  derived({ sums, activations }, order) {
    const derivative = this.activation[order];
    return activations.slice(1).map((a, l) => {
      const out = new Float64Array(a.length);
      for (let i = 0; i < a.length; i += 1) out[i] = derivative(sums[l][i], a[i]);
      return out;
    });
  }

  /** Returns the gradient by the params of a forward pass: `delta` is (outputs * rows). */
  pullback(forward, delta) {
    const { matrices, activations, rows } = forward;
    const gradient = new Float64Array(this.size);
    const slopes = this.derived(forward, 'slope');
    const by = this.matrices(gradient);
    let back = delta;
    for (let l = matrices.length - 1; l >= 0; l -= 1) {
      addProducts(by[l], back, activations[l], rows);
      if (l) back = passedBack(matrices[l], back, slopes[l - 1], rows);
    }
    return gradient;
  }

  /** Returns how all z and a move along a direction of the params. */
  moves({ activations, matrices, rows }, slopes, direction) {
    const along = this.matrices(direction);
    /** @type {{along: any[], sums: Float64Array[], activations: Float64Array[]}} */
    const moved = { along, sums: [], activations: [] };
    along.forEach((layer, l) => {
      const z = sumsOf(layer, activations[l], rows);
      if (l) addSums(matrices[l], moved.activations[l - 1], rows, z);
      moved.sums.push(z);
      if (l < slopes.length) moved.activations.push(z.map((v, i) => slopes[l][i] * v));
    });
    return moved;
  }

  /**
   * Returns what each direction makes of the outputs, `J u`, and `sum delta f_uv` of two of them,
   * by forward passes alone: `bent(i, j)`.
   */
  secondDerivatives(forward, delta, directions) {
    const slopes = this.derived(forward, 'slope');
    const curvatures = this.derived(forward, 'curvature');
    const moves = directions.map((direction) => this.moves(forward, slopes, direction));
    const bent = (i, j) => {
      const z = secondMoves(forward, slopes, curvatures, moves[i], moves[j]);
      return z.reduce((sum, v, cell) => sum + delta[cell] * v, 0);
    };
    return { outputs: moves.map(({ sums }) => sums.at(-1)), bent };
  }
}

function layersOf(sizes) {
  const layers = sizes.slice(1).map((units, l) => ({ units, inputs: sizes[l] }));
  let at = 0;
  for (const layer of layers) {
    layer.weights = at;
    at += layer.units * layer.inputs;
  }
  for (const layer of layers) {
    layer.bias = at;
    at += layer.units;
  }
  return layers;
}

/** Returns `W a + b`, (units * rows). */
export function sumsOf(layer, a, rows) {
  const z = new Float64Array(layer.units * rows);
  for (let unit = 0; unit < layer.units; unit += 1) {
    z.fill(layer.bias[unit], unit * rows, (unit + 1) * rows);
  }
  addSums(layer, a, rows, z);
  return z;
}

/** Adds `W a` to z, two inputs at a time, in their order: so each sum is read and written half as often. */
function addSums({ units, inputs, weights }, a, rows, z) {
  const pairs = inputs - (inputs % 2);
  for (let unit = 0; unit < units; unit += 1) {
    const to = unit * rows;
    for (let input = 0; input < pairs; input += 2) {
      const [weight, next] = [weights[unit * inputs + input], weights[unit * inputs + input + 1]];
      const [from, beside] = [input * rows, (input + 1) * rows];
      for (let row = 0; row < rows; row += 1) {
        z[to + row] = z[to + row] + weight * a[from + row] + next * a[beside + row];
      }
    }
    if (pairs === inputs) continue;
    const weight = weights[unit * inputs + pairs];
    const from = pairs * rows;
    for (let row = 0; row < rows; row += 1) z[to + row] += weight * a[from + row];
  }
}

/** Adds `delta a'` and the sums of delta to the gradient of a layer, two inputs side by side. */
export function addProducts({ units, inputs, weights, bias }, delta, a, rows) {
  for (let unit = 0; unit < units; unit += 1) {
    const to = unit * rows;
    for (let input = 0; input < inputs; input += 2) {
      const from = input * rows;
      // The last of an odd number stands beside itself.
      const beside = Math.min(input + 1, inputs - 1) * rows;
      let [sum, next] = [0, 0];
      for (let row = 0; row < rows; row += 1) {
        const back = delta[to + row];
        sum += back * a[from + row];
        next += back * a[beside + row];
      }
      weights[unit * inputs + input] = sum;
      if (beside !== from) weights[unit * inputs + input + 1] = next;
    }
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += delta[to + row];
    bias[unit] += sum;
  }
}

/** Returns `W' delta`, (inputs * rows). */
export function turnedSums({ units, inputs, weights }, delta, rows) {
  const back = new Float64Array(inputs * rows);
  const turned = weights.map((_, i) => weights[(i % units) * inputs + Math.floor(i / units)]);
  addSums({ units: inputs, inputs: units, weights: turned }, delta, rows, back);
  return back;
}

/** Returns `s' W' delta`, (inputs * rows). */
function passedBack(layer, delta, slopes, rows) {
  const back = turnedSums(layer, delta, rows);
  for (let i = 0; i < back.length; i += 1) back[i] *= slopes[i];
  return back;
}

/** Returns `z_L''` along two directions: `a'' = s' z'' + s'' z_u' z_v'`, layer by layer. */
function secondMoves({ matrices, rows }, slopes, curvatures, u, v) {
  let z = new Float64Array(u.sums[0].length);
  slopes.forEach((slope, l) => {
    const curved = z.map((w, i) => slope[i] * w + curvatures[l][i] * u.sums[l][i] * v.sums[l][i]);
    z = new Float64Array(matrices[l + 1].units * rows);
    addSums(matrices[l + 1], curved, rows, z);
    addSums(u.along[l + 1], v.activations[l], rows, z);
    addSums(v.along[l + 1], u.activations[l], rows, z);
  });
  return z;
}
