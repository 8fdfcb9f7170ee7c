// What is descended: `mean(loss(X w + b, y)) + l2 / 2 |w|²`, the bias free.
//
// X is row by row, (rows * features); params are the weights row by row, then the bias or biases,
// ((features + 1) * margins). The twin of Python's `objective/risk.py`.
import { Absolute, CrossEntropy, Huber, Softmax, Squared } from './losses.js';
import { checkNumber } from './checks.js';
import { Random } from './random.js';
import { total } from './vectors.js';

const LOSSES = {
  squared: () => new Squared(),
  absolute: () => new Absolute(),
  huber: (margins, delta) => new Huber(checkNumber('delta', delta, 0)),
  cross_entropy: (margins) => (margins === 1 ? new CrossEntropy() : new Softmax(margins)),
};

/** Returns the loss called `name`, of so many margins; `delta` is Huber's. */
export function chooseLoss(name, margins, delta = 1) {
  if (Object.hasOwn(LOSSES, name)) return LOSSES[name](margins, delta);
  const known = Object.keys(LOSSES).join(', ');
  throw new Error(`there is no loss '${name}'; choose one of ${known}`);
}

/** The objective: X and y under a loss. */
export class Objective {
  constructor(X, y, loss, l2 = 0) {
    this.X = X;
    this.y = y;
    this.loss = loss;
    this.l2 = l2;
    this.rows = y.length;
    this.margins = loss.margins;
    this.features = X.length / y.length;
    this.size = (this.features + 1) * this.margins;
    this.work = {
      margins: new Float64Array(this.rows * this.margins),
      value: new Float64Array(this.rows),
      slope: new Float64Array(this.rows * this.margins),
    };
    this.known = {};
  }

  /** Returns X w + b, (rows * margins), in `out`: linear in the params, so a direction's too. */
  marginsAt(params, out = new Float64Array(this.rows * this.margins)) {
    const { X, rows, features, margins } = this;
    for (let i = 0, cell = 0; i < rows; i += 1) {
      for (let m = 0; m < margins; m += 1, cell += 1) {
        let sum = 0;
        for (let j = 0; j < features; j += 1) sum += X[i * features + j] * params[j * margins + m];
        out[cell] = sum + params[features * margins + m];
      }
    }
    return out;
  }

  /** Returns the loss at `params`, penalty included. */
  value(params) {
    const { margins, value, slope } = this.work;
    this.loss.fill(this.marginsAt(params, margins), this.y, value, slope);
    return total(value) / this.rows + this.penalty(params);
  }

  /** Returns the loss at `params` and its gradient. */
  valueAndGradient(params) {
    const loss = this.value(params);
    const gradient = this.pulled(this.work.slope);
    const weights = this.features * this.margins;
    for (let i = 0; i < this.size; i += 1) {
      gradient[i] = gradient[i] / this.rows + (i < weights ? this.l2 * params[i] : 0);
    }
    return { loss, gradient };
  }

  /** Returns the sum over the rows of slope times feature, and of the slope. */
  pulled(slope) {
    const { X, rows, features, margins } = this;
    const out = new Float64Array(this.size);
    for (let i = 0, cell = 0; i < rows; i += 1) {
      for (let m = 0; m < margins; m += 1, cell += 1) {
        for (let j = 0; j < features; j += 1) {
          out[j * margins + m] += X[i * features + j] * slope[cell];
        }
        out[features * margins + m] += slope[cell];
      }
    }
    return out;
  }

  /** Returns the penalty at `params`. */
  penalty(params) {
    if (!this.l2) return 0;
    return 0.5 * this.l2 * this.onWeights(params, params);
  }

  /** Returns the product of the weights alone of two vectors of params. */
  onWeights(a, b) {
    let sum = 0;
    for (let i = 0; i < this.features * this.margins; i += 1) sum += a[i] * b[i];
    return sum;
  }

  /** Returns the same objective on some of the rows: a mini-batch. */
  sample(indices) {
    const { features } = this;
    const X = new Float64Array(indices.length * features);
    indices.forEach((row, i) => {
      for (let j = 0; j < features; j += 1) X[i * features + j] = this.X[row * features + j];
    });
    return new Objective(X, Float64Array.from(indices, (row) => this.y[row]), this.loss, this.l2);
  }

  /** The mean and the standard deviation of each feature; 1 for a constant one. */
  get moments() {
    return (this.known.moments ??= this.findMoments());
  }

  findMoments() {
    const { rows, features } = this;
    const column = (j) => Float64Array.from({ length: rows }, (_, i) => this.X[i * features + j]);
    const columns = Array.from({ length: features }, (_, j) => column(j));
    const mean = Float64Array.from(columns, (values) => total(values) / rows);
    const deviation = Float64Array.from(columns, (values, j) =>
      Math.sqrt(total(values.map((v) => (v - mean[j]) ** 2)) / rows),
    );
    const constant = (spread, j) => spread <= 1e-14 * Math.abs(mean[j]);
    return { mean, deviation: deviation.map((s, j) => (constant(s, j) ? 1 : s)) };
  }

  /** `Z'Z / rows`, with Z the standardised features and a last column of ones. */
  get gram() {
    return (this.known.gram ??= this.findGram(() => 1));
  }

  /** Returns `Z'CZ / rows` for each margin at `params`, with C what it alone bends each row's loss. */
  gramsAt(params) {
    const { loss, margins } = this;
    const bend = loss.curvature(this.marginsAt(params), this.y);
    return Array.from({ length: margins }, (_, m) => this.findGram((i) => bend[i * margins + m]));
  }

  findGram(weigh) {
    const { X, rows, features } = this;
    const { mean, deviation } = this.moments;
    const n = features + 1;
    const gram = new Float64Array(n * n);
    const z = new Float64Array(n).fill(1);
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < features; j += 1) {
        z[j] = (X[i * features + j] - mean[j]) / deviation[j];
      }
      const weight = weigh(i);
      for (let p = 0; p < n; p += 1) {
        for (let q = 0; q < n; q += 1) gram[p * n + q] += weight * z[p] * z[q];
      }
    }
    return gram.map((sum) => sum / rows);
  }

  /** Whether the gradient has a bound: that of the loss has one, and L2 has none. */
  get slopeIsBounded() {
    return this.loss.slopeIsBounded && !this.l2;
  }

  /** The loss when every row gets the same best margin. */
  get nullLoss() {
    return (this.known.nullLoss ??= this.valueOfGuess());
  }

  valueOfGuess() {
    const guess = this.loss.guess(this.y);
    const margins = Float64Array.from(this.work.slope, (_, cell) => guess[cell % this.margins]);
    return total(this.loss.value(margins, this.y)) / this.rows;
  }

  /** Returns random params of the size that these data call for, as Python draws them. */
  randomStart(seed) {
    const { features, margins } = this;
    const { mean, deviation } = this.moments;
    const random = new Random(seed);
    const drawn = Float64Array.from({ length: this.size }, () => random.normal());
    const spread = this.loss.spread(this.y);
    drawn.forEach((number, i) => (drawn[i] = number * spread));
    for (let i = 0; i < features * margins; i += 1) drawn[i] /= Math.sqrt(features);
    const guess = this.loss.guess(this.y);
    const params = drawn.map((number, i) => {
      const [j, m] = [Math.floor(i / margins), i % margins];
      if (j < features) return number / deviation[j];
      let shift = 0;
      for (let f = 0; f < features; f += 1) {
        shift += (mean[f] * drawn[f * margins + m]) / deviation[f];
      }
      return number + guess[m] - shift;
    });
    return margins > 1 ? withoutCommon(params, margins) : params;
  }
}

/** Takes off what all margins of a row of params, from one on, have in common: it changes nothing. */
export function withoutCommon(params, margins, from = 0) {
  for (let first = from; first < params.length; first += margins) {
    const own = params.subarray(first, first + margins);
    const mean = total(own) / margins;
    own.forEach((value, m) => (own[m] = value - mean));
  }
  return params;
}

/** The stream of the seed that draws the orders of rows: Python's `ROW_STREAM`. */
const ROW_STREAM = [0];

/** Mini-batches of `size` rows in a new order each epoch, the last one with what is left. */
export class Batches {
  constructor(objective, size, seed) {
    this.objective = objective;
    this.size = size;
    this.inEpoch = Math.ceil(objective.rows / size);
    this.random = new Random(seed, ROW_STREAM);
    this.first = 0;
  }

  /** Returns the next mini-batch. */
  next() {
    if (this.first === 0) this.order = this.random.permutation(this.objective.rows);
    const batch = this.order.subarray(this.first, this.first + this.size);
    this.first = this.first + this.size < this.order.length ? this.first + this.size : 0;
    return this.objective.sample(batch);
  }
}
