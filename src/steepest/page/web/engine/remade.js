// A scene whose network has other layers or another activation: sizes, and what its params are called.
import { checkWhole } from './checks.js';
import { USUAL } from './initial.js';
import { fixed } from '../numerals.js';
import { Network } from './network.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineRemade;

/**
 * Returns a scene with so many `units` in each hidden layer and this activation. Throws Error for
 * what cannot be, and for more than a page trains.
 */
export function remadeScene(scene, { units, activation }) {
  const { features, margins, shown, params } = scene;
  if (!units.length) throw new Error(SAY.network);
  units.forEach((count) => checkWhole(SAY.units, count, 1));
  const sizes = [features.length, ...units, margins];
  const initial = activation === scene.network.activation ? scene.network.initial : USUAL;
  const network = { ...scene.network, units, activation, sizes, initial };
  const size = sizes.slice(1).reduce((sum, count, l) => sum + count * (sizes[l] + 1), 0);
  checkSize(shown, size, network.most);
  return {
    ...scene,
    network,
    weights: size - sizes.slice(1).reduce((sum, count) => sum + count, 0),
    params: paramsOf(new Network(network), params.at(-1).unit),
  };
}

function checkSize(rows, size, most) {
  if (rows * size <= most) return;
  throw new Error(
    filled(SAY.rows, [fixed(rows, 0), fixed(size, 0), fixed(most, 0)]),
  );
}

/** Returns the params of a network by number, with the unit of the outputs' biases. */
function paramsOf({ size, weights, outputs }, unit) {
  return Array.from({ length: size }, (_, i) => {
    const name = i < weights ? `weight ${i + 1}` : `bias ${i - weights + 1}`;
    const own = i < size - outputs ? '' : unit;
    return { name, word: name, unit: own, label: own ? `${name} (${own})` : name };
  });
}
