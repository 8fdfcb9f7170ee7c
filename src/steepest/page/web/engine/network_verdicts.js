// What is proved of a network at its end: that its loss falls for ever, or that units stay alike. The
// twin of Python's `diagnosis/separation.py` and `diagnosis/symmetry.py`, word for word.
import { fixed } from '../numerals.js';
import { rowAt } from './vectors.js';

/** Returns the verdict on margins of which every row's own is the largest; null if not all are. */
export function ownSideVerdict(margins, y, k) {
  const isOwn = (code, row) => {
    if (k === 1) return (code > 0.5 ? 1 : -1) * margins[row] > 0;
    const own = rowAt(margins, k, row);
    return own.every((margin, j) => j === code || margin < own[code]);
  };
  if (!y.every(isOwn)) return null;
  return {
    level: 'proved',
    name: 'separation',
    message:
      'the loss has no lowest point: no two classes overlap, so the loss of each of the ' +
      `${fixed(y.length, 0)} rows falls for ever along one direction (each row is on its own ` +
      "class's side, so all margins may grow by the same factor)",
    numbers: { falling_rows: y.length, rows: y.length },
    remedy: 'add a penalty, such as l2 = 0.001, and the weights have a best size',
    source:
      'Albert & Anderson 1984, On the existence of maximum likelihood estimates in logistic ' +
      'regression models',
  };
}

/** Returns the hidden layers, from 1, whose units all have the same weights in and out. */
export function alikeLayers(network, params) {
  const layers = network.matrices(params);
  const alike = layers.slice(0, -1).map((into, l) => areAlike(into, layers[l + 1]) && l + 1);
  return alike.filter(Boolean);
}

function areAlike({ units, inputs, weights, bias }, out) {
  const numbers = (unit) => [
    ...rowAt(weights, inputs, unit),
    bias[unit],
    ...Array.from({ length: out.units }, (_, to) => out.weights[to * units + unit]),
  ];
  const first = numbers(0);
  const same = (unit) => numbers(unit).every((value, i) => value === first[i]);
  return units > 1 && bias.every((_, unit) => same(unit));
}

/** Returns the verdict on hidden layers whose units stay alike; null if there are none. */
export function symmetryVerdict(layers) {
  if (!layers.length) return null;
  return {
    level: 'proved',
    name: 'symmetry',
    message:
      `all units of hidden layer${layers.length > 1 ? 's' : ''} ${layers.join(', ')} have the ` +
      'same weights in and out since the start, so their gradients are the same and they stay ' +
      'alike for ever: such a layer computes no more than one unit would, and where the gradient ' +
      'is 0 the loss need not be lowest',
    numbers: { layers: layers.length, first: layers[0] },
    remedy: 'start elsewhere: leave out init and start, or choose init = random',
    source:
      'Rumelhart, Hinton & Williams 1986, Learning internal representations by error ' +
      'propagation, section on symmetry breaking',
  };
}
