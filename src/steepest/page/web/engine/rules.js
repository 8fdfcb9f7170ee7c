// The rules: how a gradient becomes a direction. The same numbers as Python's `descent/rules.py`.
//
// A rule makes a direction from a gradient and what it remembers. `init(size)` is its memory before
// the first step, `update` gives the direction and the new memory, `limit` is the fixed learning
// rate at and above which it leaves a bowl that curves so much, null where there is none.

const BETA = 0.9;
const zeros = (size) => new Float64Array(size);
const noLimit = () => null;

/** A rule that gathers speed, and makes a direction of it. */
const rolling = (lead) => ({
  init: zeros,
  update: (gradient, before) => {
    const velocity = gradient.map((g, i) => BETA * before[i] + g);
    return [lead(gradient, velocity), velocity];
  },
});

/** A rule that divides each part by the root of what it has `gathered` of the squares. */
const divided = (gathered, epsilon) => ({
  init: zeros,
  update: (gradient, before) => {
    const squares = gradient.map((g, i) => gathered(before[i], g * g));
    return [gradient.map((g, i) => -g / (Math.sqrt(squares[i]) + epsilon)), squares];
  },
  limit: noLimit,
});

/** The rules by their names; of `plane` the search finds how far, and how much momentum. */
export const RULES = {
  steepest: {
    init: () => null,
    update: (gradient) => [gradient.map((g) => -g), null],
    limit: (curvature) => 2 / curvature,
  },
  momentum: {
    ...rolling((gradient, velocity) => velocity.map((v) => -v)),
    limit: (curvature) => (2 * (1 + BETA)) / curvature,
  },
  nesterov: {
    ...rolling((gradient, velocity) => gradient.map((g, i) => -(g + BETA * velocity[i]))),
    limit: (curvature) => (2 * (1 + BETA)) / ((1 + 2 * BETA) * curvature),
  },
  adagrad: divided((sum, square) => sum + square, 1e-10),
  rmsprop: divided((mean, square) => 0.9 * mean + (1 - 0.9) * square, 1e-8),
  adam: {
    init: (size) => ({ mean: zeros(size), square: zeros(size), count: 0 }),
    update: (gradient, before) => {
      const mean = gradient.map((g, i) => 0.9 * before.mean[i] + (1 - 0.9) * g);
      const square = gradient.map((g, i) => 0.999 * before.square[i] + (1 - 0.999) * (g * g));
      const count = before.count + 1;
      const [young, younger] = [1 - 0.9 ** count, 1 - 0.999 ** count];
      const size = (i) => Math.sqrt(square[i] / younger) + 1e-8;
      return [mean.map((m, i) => -(m / young) / size(i)), { mean, square, count }];
    },
    limit: noLimit,
  },
  plane: { init: () => null, update: (gradient) => RULES.steepest.update(gradient), limit: noLimit },
};
