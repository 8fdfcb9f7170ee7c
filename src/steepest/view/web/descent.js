// The descent itself, as a textbook has it: what a row costs, how a gradient becomes a direction,
// and the one loop. The same numbers as Python's `descent/` and `objective/`, held to its golden
// runs by tests/web/test_golden.py. Nothing here knows of data sets, pictures or the page.
//
// A loss looks at margins, `X w + b`: one a row, or one a class and row, row by row. `fill` writes
// the value of each row and its slope by each margin. `guess` is the best margin if all rows get
// the same, `spread` the size of a usual margin, `most` the most that the loss curves, and `bent`
// the sum over the rows of the second derivative along two changes of the margins.
import { dot, equal, total } from './engine/vectors.js';

/** What all losses have: value by row, allocated. */
class Loss {
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

  bent(margins, y, u, v) {
    return 2 * dot(u, v);
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

  bent() {
    return 0;
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

  bent(margins, y, u, v) {
    let sum = 0;
    for (let i = 0; i < y.length; i += 1) {
      if (Math.abs(margins[i] - y[i]) <= this.delta) sum += u[i] * v[i];
    }
    return sum;
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

  bent(margins, y, u, v) {
    let sum = 0;
    for (let i = 0; i < y.length; i += 1) {
      const small = Math.exp(-Math.abs(margins[i]));
      sum += (u[i] * v[i] * small) / (1 + small) ** 2;
    }
    return sum;
  }

  guess(y) {
    const share = total(y) / y.length;
    return [Math.log(share / (1 - share))];
  }

  spread() {
    return 1;
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

  spread() {
    return 1;
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

/** The rules by their names. */
export const RULES = {
  steepest: {
    init: () => null,
    update: (gradient) => [gradient.map((g) => -g), null],
    limit: (curvature) => 2 / curvature,
  },
  momentum: {
    init: zeros,
    update: (gradient, before) => {
      const velocity = gradient.map((g, i) => BETA * before[i] + g);
      return [velocity.map((v) => -v), velocity];
    },
    limit: (curvature) => (2 * (1 + BETA)) / curvature,
  },
  nesterov: {
    init: zeros,
    update: (gradient, before) => {
      const velocity = gradient.map((g, i) => BETA * before[i] + g);
      return [gradient.map((g, i) => -(g + BETA * velocity[i])), velocity];
    },
    limit: (curvature) => (2 * (1 + BETA)) / ((1 + 2 * BETA) * curvature),
  },
  adagrad: {
    init: zeros,
    update: (gradient, before) => {
      const sum = gradient.map((g, i) => before[i] + g * g);
      return [gradient.map((g, i) => -g / (Math.sqrt(sum[i]) + 1e-10)), sum];
    },
    limit: noLimit,
  },
  rmsprop: {
    init: zeros,
    update: (gradient, before) => {
      const mean = gradient.map((g, i) => 0.9 * before[i] + (1 - 0.9) * (g * g));
      return [gradient.map((g, i) => -g / (Math.sqrt(mean[i]) + 1e-8)), mean];
    },
    limit: noLimit,
  },
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
};

/**
 * Takes the steps: look, choose a direction, choose how far, note it, move; until `why(trace)`
 * says why it is over. `objective` has value and valueAndGradient, `scale` leads from the params
 * to the coordinates of the walk and back, `rate(here)` says how far, `batches` (or null) gives
 * the mini-batch of each step.
 *
 * Returns the trace: lists with one entry a point, and the stop.
 */
export function descend({ objective, start, rule, rate, scale, batches = null, why }) {
  const trace = emptyTrace();
  const look = lookout(scale);
  let position = scale.position(start);
  let memory = rule.init(position.length);
  let last = null;
  for (let index = 0; !trace.stop; index += 1) {
    const rows = batches ? batches.next() : objective;
    const seen = look(rows, position);
    const [direction, next] = rule.update(seen.slope, memory);
    const tryRate = (far) => look(rows, moved(position, direction, far));
    const here = { index, ...seen, direction, tryRate, ...turn(seen, last, batches) };
    const far = rate(here);
    note(trace, scale.params(position), seen, far);
    if (!batches) trace.fullLoss.push(seen.loss);
    else trace.fullLoss.push(index % batches.inEpoch ? NaN : objective.value(trace.params[index]));
    trace.stop = why(trace);
    last = { slope: seen.slope, rate: far, moved: direction.map((d) => far * d) };
    position = moved(position, direction, far);
    memory = next;
  }
  return trace;
}

function emptyTrace() {
  const names = ['params', 'gradient', 'loss', 'fullLoss', 'norm', 'steepness', 'rate'];
  return { ...Object.fromEntries(names.map((name) => [name, []])), stop: null };
}

/** Returns the function that looks at a position: loss, gradient, and slope by the position. */
function lookout(scale) {
  let before = null;
  return (objective, position) => {
    // A search has often looked already where the next step stands.
    if (before && before.objective === objective && equal(before.position, position)) {
      return before.seen;
    }
    const { loss, gradient } = objective.valueAndGradient(scale.params(position));
    const seen = { loss, gradient, slope: scale.pull(gradient) };
    before = { objective, position, seen };
    return seen;
  };
}

/** Returns how the last step went, and how the gradient turned if its rows were the same. */
function turn(seen, last, batches) {
  if (!last) return { lastRate: null, moved: null, turned: null };
  const turned = batches ? null : seen.slope.map((s, i) => s - last.slope[i]);
  return { lastRate: last.rate, moved: last.moved, turned };
}

function note(trace, params, { loss, gradient, slope }, rate) {
  trace.params.push(params);
  trace.gradient.push(gradient);
  trace.loss.push(loss);
  trace.norm.push(Math.sqrt(dot(gradient, gradient)));
  trace.steepness.push(Math.sqrt(dot(slope, slope)));
  trace.rate.push(rate);
}

function moved(position, direction, rate) {
  return position.map((p, i) => p + rate * direction[i]);
}

function median(values) {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
