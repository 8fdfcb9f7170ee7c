// What is proved of a network at its end: that its loss falls for ever, or that units stay alike. The
// twin of Python's `diagnosis/separation.py` and `diagnosis/symmetry.py`, word for word.
import { fixed } from '../numerals.js';
import { rowAt } from './vectors.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineNetworkVerdicts;

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
      filled(SAY.loss, [fixed(y.length, 0)]),
    numbers: { falling_rows: y.length, rows: y.length },
    remedy: SAY.add,
    source:
      SAY.albert,
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
      filled(SAY.all, [layers.length > 1 ? 's' : '', layers.join(', ')]),
    numbers: { layers: layers.length, first: layers[0] },
    remedy: SAY.start,
    source:
      SAY.rumelhart,
  };
}
