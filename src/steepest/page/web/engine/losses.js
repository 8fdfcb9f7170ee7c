// The losses: what a row costs, its slope and its curvature. The same numbers as Python's
// `objective/loss/`, held to its golden runs by tests/web/test_golden.py.
//
// A loss looks at margins, `X w + b`: one a row, or one a class and row, row by row. `fill` writes
// the value of each row and its slope by each margin. `guess` is the best margin if all rows get
// the same, `spread` the size of a usual margin, `most` the most that the loss curves, `curvature`
// the second derivative of each row by each margin alone, `curved` how the slopes change with a change
// of the margins, and `bent` the sum over the rows of the second derivative along two of these.
import { checkNumber } from './checks.js';
import { dot, total } from './vectors.js';

/** What all losses have: value by row, allocated. */
class Loss {
  slopeIsBounded = true;
  smooth = true;

  spread() {
    return 1;
  }

  /** @this {Loss & LossOfRows} */
  bent(margins, y, u, v) {
    return dot(this.curved(margins, y, u), v);
  }

  /** @this {Loss & LossOfRows} */
  curved(margins, y, u) {
    return this.curvature(margins, y).map((bend, i) => bend * u[i]);
  }

  /** Returns what margins predict: numbers, if it is one of these. */
  prediction(margins) {
    return margins;
  }

  /**
   * Returns the loss of each row, (rows,).
   * @this {Loss & LossOfRows}
   */
  value(margins, y) {
    const value = new Float64Array(y.length);
    this.fill(margins, y, value, new Float64Array(margins.length));
    return value;
  }
}

/** What the losses of a number have in common: `slope` and `cost` of a row by its residual. */
class OfNumbers extends Loss {
  margins = 1;

  /** @this {OfNumbers & LossOfResidual} */
  fill(margins, y, value, slope) {
    for (let i = 0; i < y.length; i += 1) {
      const residual = margins[i] - y[i];
      slope[i] = this.slope(residual);
      value[i] = this.cost(residual, slope[i]);
    }
  }

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
  slopeIsBounded = false;

  slope(residual) {
    return 2 * residual;
  }

  cost(residual) {
    return residual * residual;
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
  smooth = false;

  slope(residual) {
    return Math.sign(residual);
  }

  cost(residual) {
    return Math.abs(residual);
  }

  curvature(margins) {
    return margins.map(() => 0);
  }
}

/** `share` of what the margin is too low by, `1 - share` of what it is too high by. */
export class Quantile extends OfNumbers {
  name = 'quantile';
  most = Infinity;
  smooth = false;

  constructor(share) {
    super();
    this.share = share;
  }

  slope(residual) {
    return residual < 0 ? -this.share : (1 - this.share) * Number(residual > 0);
  }

  cost(residual, slope) {
    return slope * residual;
  }

  curvature(margins) {
    return margins.map(() => 0);
  }

  guess(y) {
    return [quantileOf(y, this.share)];
  }
}

/** Half the Poisson deviance of a count y, `mu - y + y log(y / mu)` with `mu = exp(margin)`. */
export class Poisson extends OfNumbers {
  name = 'poisson';
  most = Infinity;
  slopeIsBounded = false;

  /** With t the margin less log y: `y (exp(t) - 1 - t)`, so that where mu is near y nothing cancels. */
  fill(margins, y, value, slope) {
    for (let i = 0; i < y.length; i += 1) {
      const off = margins[i] - Math.log(y[i]);
      const grown = Math.expm1(off);
      slope[i] = y[i] === 0 ? Math.exp(margins[i]) : y[i] * grown;
      value[i] = y[i] === 0 ? slope[i] : y[i] * (grown - off);
    }
  }

  curvature(margins) {
    return margins.map(Math.exp);
  }

  prediction(margins) {
    return margins.map(Math.exp);
  }

  guess(y) {
    return [Math.log(total(y) / y.length)];
  }

  spread(y) {
    return super.spread(y.map(Math.log1p));
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

  slope(residual) {
    return Math.max(-this.delta, Math.min(this.delta, residual));
  }

  cost(residual, slope) {
    return slope * (residual - 0.5 * slope);
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

  curved(margins, y, u) {
    const k = this.margins;
    const share = this.probabilities(margins);
    for (let first = 0; first < share.length; first += k) {
      let mean = 0;
      for (let j = first; j < first + k; j += 1) mean += share[j] * u[j];
      for (let j = first; j < first + k; j += 1) share[j] *= u[j] - mean;
    }
    return share;
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

function median(values) {
  return quantileOf(values, 0.5);
}

/** Returns below which number `share` of the values lies; halfway, where any between two does. */
function quantileOf(values, share) {
  const sorted = values.slice().sort();
  const whole = share * sorted.length;
  const last = sorted.length - 1;
  const [left, right] = [Math.ceil(whole) - 1, Math.floor(whole)];
  return (sorted[Math.max(0, Math.min(left, last))] + sorted[Math.min(right, last)]) / 2;
}

const LOSSES = {
  squared: () => new Squared(),
  absolute: () => new Absolute(),
  huber: (margins, { delta = 1 }) => new Huber(checkNumber('delta', delta, 0)),
  quantile: (margins, { quantile = 0.5 }) => new Quantile(quantile),
  poisson: () => new Poisson(),
  cross_entropy: (margins) => (margins === 1 ? new CrossEntropy() : new Softmax(margins)),
};

/** Returns the loss called `name`, of so many margins; `delta` is Huber's, `quantile` that one's. */
export function chooseLoss(name, margins, numbers = {}) {
  if (Object.hasOwn(LOSSES, name)) return LOSSES[name](margins, numbers);
  const known = Object.keys(LOSSES).join(', ');
  throw new Error(`there is no loss '${name}'; choose one of ${known}`);
}
