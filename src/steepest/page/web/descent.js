// The descent itself, as a textbook has it: what a row costs, how a gradient becomes a direction,
// and the one loop. The same numbers as Python's `descent/` and `objective/`, held to its golden
// runs by tests/web/test_golden.py. Nothing here knows of data sets, pictures or the page.
//
// A loss looks at margins, `X w + b`: one a row, or one a class and row, row by row. `fill` writes
// the value of each row and its slope by each margin. `guess` is the best margin if all rows get
// the same, `spread` the size of a usual margin, `most` the most that the loss curves, `curvature`
// the second derivative of each row by each margin alone, and `bent` the sum over the rows of the
// second derivative along two changes of the margins.
import { dot, equal, plus, total } from './engine/vectors.js';

/** What all losses have: value by row, allocated. */
class Loss {
  spread() {
    return 1;
  }

  bent(margins, y, u, v) {
    return dot(this.curvature(margins, y).map((bend, i) => bend * u[i]), v);
  }

  /** Returns the loss of each row, (rows,). */
  value(margins, y) {
    const value = new Float64Array(y.length);
    this.fill(margins, y, value, new Float64Array(margins.length));
    return value;
  }
}

/** What the losses of a number have in common. */
class OfNumbers extends Loss {
  margins = 1;

  guess(y) {
    return [median(y)];
  }

  spread(y) {
    const mean = total(y) / y.length;
    return Math.sqrt(total(y.map((v) => (v - mean) ** 2)) / y.length);
  }
}

/** The squared error `(margin - y)²`. */
export class Squared extends OfNumbers {
  name = 'squared';
  most = 2;

  fill(margins, y, value, slope) {
    for (let i = 0; i < y.length; i += 1) {
      const residual = margins[i] - y[i];
      value[i] = residual * residual;
      slope[i] = 2 * residual;
    }
  }

  curvature(margins) {
    return margins.map(() => 2);
  }

  guess(y) {
    return [total(y) / y.length];
  }
}

/** The absolute error `|margin - y|`; at its kink the slope is 0. */
export class Absolute extends OfNumbers {
  name = 'absolute';
  most = Infinity;

  fill(margins, y, value, slope) {
    for (let i = 0; i < y.length; i += 1) {
      const residual = margins[i] - y[i];
      value[i] = Math.abs(residual);
      slope[i] = Math.sign(residual);
    }
  }

  curvature(margins) {
    return margins.map(() => 0);
  }
}

/** Half the square of a small residual, straight beyond `delta`. */
export class Huber extends OfNumbers {
  name = 'huber';
  most = 1;

  constructor(delta) {
    super();
    this.delta = delta;
  }

  fill(margins, y, value, slope) {
    const { delta } = this;
    for (let i = 0; i < y.length; i += 1) {
      const residual = margins[i] - y[i];
      const held = Math.max(-delta, Math.min(delta, residual));
      value[i] = held * (residual - 0.5 * held);
      slope[i] = held;
    }
  }

  curvature(margins, y) {
    return margins.map((margin, i) => Number(Math.abs(margin - y[i]) <= this.delta));
  }
}

/** Cross entropy of two classes, `-log` of the actual one's probability, from one margin. */
export class CrossEntropy extends Loss {
  name = 'cross_entropy';
  margins = 1;
  most = 0.25;

  /** `log(1 + exp(wrong))`, so written that it neither overflows nor cancels. */
  fill(margins, y, value, slope) {
    for (let i = 0; i < y.length; i += 1) {
      const side = 1 - 2 * y[i];
      const wrong = side * margins[i];
      value[i] = Math.log1p(Math.exp(-Math.abs(wrong))) + Math.max(wrong, 0);
      slope[i] = -side * Math.expm1(-value[i]);
    }
  }

  curvature(margins) {
    const small = margins.map((margin) => Math.exp(-Math.abs(margin)));
    return small.map((s) => s / (1 + s) ** 2);
  }

  guess(y) {
    const share = total(y) / y.length;
    return [Math.log(share / (1 - share))];
  }

  /** Returns the probabilities of both classes, (rows * 2). */
  probabilities(margins) {
    const out = new Float64Array(2 * margins.length);
    for (let i = 0; i < margins.length; i += 1) {
      const small = Math.exp(-Math.abs(margins[i]));
      const winner = margins[i] >= 0 ? 1 : 0;
      out[2 * i + winner] = 1 / (1 + small);
      out[2 * i + 1 - winner] = small / (1 + small);
    }
    return out;
  }
}

/** Cross entropy of k classes, from k margins a row. */
export class Softmax extends Loss {
  name = 'cross_entropy';
  most = 0.5;

  constructor(classes) {
    super();
    this.margins = classes;
  }

  /** `log(sum exp(margin - actual margin))`, without the leader's own share, which is 1. */
  fill(margins, y, value, slope) {
    for (let i = 0; i < y.length; i += 1) value[i] = this.fillRow(margins, i, y[i], slope);
  }

  fillRow(margins, row, actual, slope) {
    const k = this.margins;
    const first = row * k;
    const own = margins[first + actual];
    let leader = actual;
    for (let j = 0; j < k; j += 1) if (margins[first + j] > margins[first + leader]) leader = j;
    const lead = margins[first + leader] - own;
    let sum = 0;
    let rest = 0;
    for (let j = 0; j < k; j += 1) {
      const share = Math.exp(margins[first + j] - own - lead);
      slope[first + j] = share;
      sum += share;
      if (j !== leader) rest += share;
    }
    let others = 0;
    for (let j = 0; j < k; j += 1) {
      slope[first + j] /= sum;
      if (j !== actual) others += slope[first + j];
    }
    slope[first + actual] = -others;
    return lead + Math.log1p(rest);
  }

  curvature(margins) {
    return this.probabilities(margins).map((share) => share * (1 - share));
  }

  bent(margins, y, u, v) {
    const k = this.margins;
    const share = this.probabilities(margins);
    let sum = 0;
    for (let i = 0; i < y.length; i += 1) {
      let [both, one, other] = [0, 0, 0];
      for (let j = i * k; j < (i + 1) * k; j += 1) {
        both += share[j] * u[j] * v[j];
        one += share[j] * u[j];
        other += share[j] * v[j];
      }
      sum += both - one * other;
    }
    return sum;
  }

  guess(y) {
    const counts = new Array(this.margins).fill(0);
    for (const code of y) counts[code] += 1;
    return counts.map((count) => Math.log(count / y.length));
  }

  /** Returns the probability of each class, (rows * k). */
  probabilities(margins) {
    const k = this.margins;
    const out = new Float64Array(margins.length);
    for (let first = 0; first < margins.length; first += k) {
      let most = margins[first];
      for (let j = 1; j < k; j += 1) most = Math.max(most, margins[first + j]);
      let sum = 0;
      for (let j = 0; j < k; j += 1) sum += out[first + j] = Math.exp(margins[first + j] - most);
      for (let j = 0; j < k; j += 1) out[first + j] /= sum;
    }
    return out;
  }
}

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

/** A gradient that shrinks to this share in a step needs no better coordinates. */
export const SWIFT = 0.1;

/**
 * Takes the steps: look, choose a direction, choose how far, note it, move; until `why(trace)`
 * says why it is over. `objective` has value and valueAndGradient, `scale` leads from the params
 * to the coordinates of the walk and back, and `anew` makes others on the way, if it is there;
 * `rate(here)` is a stride: how far, and how much of the last step once more; `batches` gives the
 * mini-batch of each step, or is null.
 *
 * Returns the trace: lists with one entry a point, and the stop.
 */
export function descend({ why, ...plan }) {
  const walk = new Walk(plan);
  const { trace } = walk;
  while (!trace.stop) {
    walk.step();
    trace.stop = why(trace);
  }
  return trace;
}

/** A descent on its way: where it stands, and what it carries from one step to the next. */
class Walk {
  constructor({ objective, start, rule, rate, scale, anew = null, batches = null }) {
    Object.assign(this, { objective, rule, rate, scale, anew, batches, params: start });
    Object.assign(this, { memory: rule.init(start.length), last: null, rounded: 0, isRound: false });
    this.trace = emptyTrace();
  }

  step() {
    const { batches, params, trace } = this;
    const index = trace.loss.length;
    const rows = batches ? batches.next() : this.objective;
    const seen = this.look(rows, params);
    if (this.anew && index) this.round(rows, seen.gradient, index);
    const here = this.here(rows, seen, index);
    const stride = this.rate(here);
    note(trace, here, seen.gradient, stride);
    if (!batches) trace.fullLoss.push(seen.loss);
    else trace.fullLoss.push(index % batches.inEpoch ? NaN : this.objective.value(params));
    const moved = moveOf(here, stride);
    this.last = { rate: stride.rate, moved, slope: here.slope, gradient: seen.gradient };
    this.params = plus(params, this.scale.params(moved));
  }

  /** Looks at params; a search has often looked already where the next step stands. */
  look(rows, params) {
    const { before } = this;
    if (!(before && before.rows === rows && equal(before.params, params))) {
      this.before = { rows, params, seen: rows.valueAndGradient(params) };
    }
    return this.before.seen;
  }

  /** Goes on in new coordinates, if it is time for them; notes whether the bowl is round here. */
  round(rows, gradient, index) {
    const { params, last, scale } = this;
    const shrunk = length(scale.pull(gradient)) / length(last.slope);
    const fresh = this.anew({ rows, params, shrunk, since: index - this.rounded });
    if (fresh) this.rounded = index;
    this.isRound = this.rounded > 0 && ((fresh && rows.margins === 1) || shrunk <= SWIFT);
    if (!fresh) return;
    const moved = fresh.position(scale.params(last.moved));
    this.last = { ...last, moved, slope: fresh.pull(last.gradient) };
    this.scale = fresh;
  }

  /** Returns where the walk stands, with how the gradient turned if its rows were the same. */
  here(rows, { loss, gradient }, index) {
    const { params, scale, last, batches, isRound } = this;
    const slope = scale.pull(gradient);
    const [direction, memory] = this.rule.update(slope, this.memory);
    this.memory = memory;
    const tryMove = (move) => {
      const there = this.look(rows, plus(params, scale.params(move)));
      return { loss: there.loss, slope: scale.pull(there.gradient) };
    };
    const turned = last && !batches ? slope.map((s, i) => s - last.slope[i]) : null;
    const before = { lastRate: last?.rate, moved: last?.moved, turned };
    return { index, rows, params, scale, loss, slope, direction, tryMove, isRound, ...before };
  }
}

/** Returns the step of a stride: so far along the direction, so much of the last step once more. */
export function moveOf({ direction, moved }, { rate, momentum = 0 }) {
  if (!moved || !momentum) return direction.map((d) => rate * d);
  return direction.map((d, i) => rate * d + momentum * moved[i]);
}

function emptyTrace() {
  const names = ['params', 'gradient', 'loss', 'fullLoss', 'norm', 'steepness', 'rate', 'momentum'];
  return { ...Object.fromEntries(names.map((name) => [name, []])), stop: null };
}

function note(trace, { params, loss, slope }, gradient, { rate, momentum = 0 }) {
  trace.params.push(params);
  trace.gradient.push(gradient);
  trace.loss.push(loss);
  trace.norm.push(length(gradient));
  trace.steepness.push(length(slope));
  trace.rate.push(rate);
  trace.momentum.push(momentum);
}

function length(vector) {
  return Math.sqrt(dot(vector, vector));
}

function median(values) {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
