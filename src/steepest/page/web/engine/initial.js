// Random weights of a network by name: those of one layer, unit by unit, (units * inputs), for inputs
// of mean square 1. The twin of Python's `objective/model/initial.py`, where the sources are.
import { dot } from './vectors.js';

const normal = (variance) => (random, units, inputs) => {
  const size = Math.sqrt(variance(units, inputs));
  return drawn(random, units * inputs).map((v) => v * size);
};

const INITIALISATIONS = {
  glorot: normal((units, inputs) => 2 / (inputs + units)),
  he: normal((units, inputs) => 2 / inputs),
  lecun: normal((units, inputs) => 1 / inputs),
  orthogonal,
  zeros: (random, units, inputs) => new Float64Array(units * inputs),
};

/** Returns what draws the weights of a layer: `(random, units, inputs, gain)`. */
export function chooseInitialisation(name) {
  if (Object.hasOwn(INITIALISATIONS, name)) return INITIALISATIONS[name];
  const known = Object.keys(INITIALISATIONS).join(', ');
  throw new Error(`there is no initialisation '${name}'; choose one of ${known}`);
}

function drawn(random, count) {
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Orthonormal rows or columns times `gain`: the Q of normal numbers whose R has no minus. */
function orthogonal(random, units, inputs, gain) {
  const [long, short] = [Math.max(units, inputs), Math.min(units, inputs)];
  const numbers = drawn(random, long * short);
  const columns = Array.from({ length: short }, (_, j) =>
    Float64Array.from({ length: long }, (_, i) => numbers[i * short + j]),
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
