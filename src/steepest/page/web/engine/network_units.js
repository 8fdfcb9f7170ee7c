// Coordinates of a network: the reader's own, or standard units, as if features and target had mean 0
// and deviation 1. In layer 1 `s w deviation` and `s (b + mean . w)`, in other hidden layers `s w` and
// `s b`, with s the spread of the margins; the last layer's params are as they are. The twin of
// Python's `objective/coordinates/network_units.py`.

const same = (vector) => vector;

/** Returns the scale called `name` for the objective of a network, null if there is none. */
export function networkScale(name, objective) {
  if (name === 'standard') return standard(objective);
  if (name !== 'none') return null;
  return { name: 'none', params: same, position: same, pull: same, curvature: null };
}

function standard({ network, moments: { mean, deviation }, spread }) {
  const last = network.layers.at(-1);
  const isLast = (i) => (i >= last.weights && i < network.weights) || i >= last.bias;
  const hidden = (vector, change) => vector.map((v, i) => (isLast(i) ? v : change(v)));
  // Calls `change(weights, bias, unit)` with the first layer's weights into each unit.
  const first = (vector, change) => {
    const { inputs, units, weights, bias } = network.matrices(vector)[0];
    for (let unit = 0; unit < units; unit += 1) {
      change(weights.subarray(unit * inputs, (unit + 1) * inputs), bias, unit);
    }
    return vector;
  };
  const shift = (weights) => weights.reduce((sum, w, j) => sum + mean[j] * w, 0);
  return {
    name: 'standard',
    params: (position) => first(hidden(position, (v) => v / spread), (weights, bias, unit) => {
      weights.forEach((w, j) => (weights[j] = w / deviation[j]));
      bias[unit] -= shift(weights);
    }),
    position: (params) => first(hidden(params, (v) => v * spread), (weights, bias, unit) => {
      bias[unit] += shift(weights);
      weights.forEach((w, j) => (weights[j] = w * deviation[j]));
    }),
    pull: (gradient) => first(hidden(gradient, (v) => v / spread), (weights, bias, unit) => {
      weights.forEach((w, j) => (weights[j] = (w - mean[j] * bias[unit]) / deviation[j]));
    }),
    curvature: null,
  };
}
