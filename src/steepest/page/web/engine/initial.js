// The random start of a network by name: the weights of one layer, unit by unit, (units * inputs), for
// inputs of mean square 1, and then the biases of its units. The twin of Python's
// `objective/model/initial.py`, where the sources are.
import { dot } from './vectors.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineInitial;

const normal = (variance) => (random, units, inputs) => {
  const size = Math.sqrt(variance(units, inputs));
  return drawn(random, units * inputs).map((v) => v * size);
};

const noBiases = (random, units) => new Float64Array(units);

const uniformBiases = (random, units, inputs) => {
  const bound = 1 / Math.sqrt(inputs);
  return Float64Array.from({ length: units }, () => 2 * bound * random.uniform() - bound);
};

const he = normal((units, inputs) => 2 / inputs);

const HE = SAY.normal;

const INITIALISATIONS = {
  random: [he, uniformBiases, HE],
  glorot: [
    normal((units, inputs) => 2 / (inputs + units)),
    noBiases,
    SAY.normalVariance,
  ],
  he: [he, noBiases, HE],
  lecun: [normal((units, inputs) => 1 / inputs), noBiases, SAY.normalVarianceInputs],
  orthogonal: [
    orthogonal,
    noBiases,
    SAY.random,
  ],
  zeros: [(random, units, inputs) => new Float64Array(units * inputs), noBiases, '0'],
};

/** How a start is drawn where nothing else is said. */
export const USUAL = 'random';

/** Returns how weights and biases are drawn, in Python's words. */
export function startInWords(name) {
  const [, biases, weights] = INITIALISATIONS[name];
  const bias = biases === noBiases ? '0' : SAY.uniform;
  return filled(SAY.weights, [weights, name, bias]);
}

/** Returns what draws the weights of a layer, and its biases: `(random, units, inputs, gain)`. */
export function chooseInitialisation(name) {
  if (Object.hasOwn(INITIALISATIONS, name)) return INITIALISATIONS[name];
  const known = Object.keys(INITIALISATIONS).join(', ');
  throw new Error(filled(SAY.there, [name, known]));
}

function drawn(random, count) {
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Orthonormal rows or columns times `gain`: the Q of normal numbers whose R has no minus. */
function orthogonal(random, units, inputs, gain) {
  const [long, short] = [Math.max(units, inputs), Math.min(units, inputs)];
  const numbers = drawn(random, long * short);
  const columns = Array.from({ length: short }, (_, j) =>
    Float64Array.from({ length: long }, (__, i) => numbers[i * short + j]),
  );
  columns.forEach((column, j) => makeNormal(column, columns.slice(0, j)));
  const cell = (unit, input) => (units >= inputs ? columns[input][unit] : columns[unit][input]);
  return Float64Array.from({ length: units * inputs }, (_, at) =>
    gain * cell(Math.floor(at / inputs), at % inputs),
  );
}

/** Takes off a column what it shares with others; twice, since the first time leaves rounding. */
function makeNormal(column, others) {
  for (let time = 0; time < 2; time += 1) {
    for (const other of others) {
      const share = dot(column, other);
      column.forEach((v, i) => (column[i] = v - share * other[i]));
    }
  }
  const length = Math.sqrt(dot(column, column));
  column.forEach((v, i) => (column[i] = v / length));
}
