// The classes of the lesson: probabilities from one feature in standard units, the cross entropy of a row with
// all its terms, and a walk by the same four steps.
import { chooseLoss } from '../engine/losses.js';
import { Objective } from '../engine/objective.js';
import { momentsOf } from './bowl.js';

/** Steps of the walk, and their rate: the loss curves by 1/2 at most, so 4 is the bound. */
const [ROUNDS, RATE] = [40, 2];

/** Returns all that the builds draw and tell of classes. */
export function classesOf({ X, Y, start, ...named }) {
  const { mean, deviation } = momentsOf(X);
  const z = X.map((value) => (value - mean) / deviation);
  const margins = start.length / 2;
  const objective = new Objective(z, Y, chooseLoss('cross_entropy', margins));
  const path = [Float64Array.from(start)];
  const gradients = [];
  const losses = [];
  for (let k = 0; k <= ROUNDS; k += 1) {
    const { loss, gradient } = objective.valueAndGradient(path[k]);
    losses.push(loss);
    gradients.push(gradient);
    if (k < ROUNDS) path.push(path[k].map((value, i) => value - RATE * gradient[i]));
  }
  const found = { ...named, X, Y, z, mean, deviation, margins, path, losses };
  return { ...found, row: middling(found) };
}

/** Returns the probabilities of all classes at one place of the feature, in standard units. */
export function probabilitiesAt(params, margins, z) {
  const sums = Array.from({ length: margins }, (_, m) => params[m] * z + params[margins + m]);
  const all = margins === 1 ? [0, sums[0]] : sums;
  const top = Math.max(...all);
  const powers = all.map((sum) => Math.exp(sum - top));
  const total = powers.reduce((sum, one) => sum + one, 0);
  return powers.map((one) => one / total);
}

/** Returns the probability of the actual class of each row, at the params of a round. */
export function givenTo({ z, Y, margins, path }, round) {
  return Array.from(z, (value, i) => probabilitiesAt(path[round], margins, value)[Y[i]]);
}

/** Returns the row whose actual class has the probability nearest to a half: no term of it is extreme. */
function middling(found) {
  const off = givenTo(found, 0).map((p) => Math.abs(p - 0.5));
  return off.indexOf(Math.min(...off));
}

/** Returns the terms of the cross entropy of the row that is told: class, y, its probability, y log p. */
export function termsOf({ row, z, Y, margins, path, classes }) {
  return probabilitiesAt(path[0], margins, z[row]).map((p, code) => {
    const y = Number(Y[row] === code);
    return { name: classes[code], y, p, term: y * Math.log(p) };
  });
}

/** Returns the numbers of the classes by their names in the sentences. */
export function classNumbers(found, { short, divisor }) {
  const { losses, Y, classes, row } = found;
  const p = givenTo(found, 0)[row];
  return {
    c_x: found.x, c_y: found.y, c_n: short(Y.length, 9), k: short(classes.length), row_p: divisor(p),
    row_cost: short(-Math.log(p)), cost_sum: short(losses[0] * Y.length), c_loss0: short(losses[0]),
    c_loss_end: short(losses.at(-1)), c_rounds: short(ROUNDS),
  };
}
