// What is descended: `mean(loss(f(X), y)) + l2 / 2 |w|²` of a model f, the biases free.
//
// X is row by row, (rows * features); params are the weights, then the bias or biases. Who extends it
// says how the model's margins come from params, `marginsAt`, and how slopes by these go back,
// `pulled`; and what `coordinates` there are, how the loss bends (`bendAlong`) and what it is on a
// plane (`onPlane`). The twin of Python's `objective/risk.py`.
import { total } from './vectors.js';

export class Risk {
  /** `weights` are how many of the `size` params are weights, and stand first. */
  constructor({ X, y, loss, l2, size, weights }) {
    this.X = X;
    this.y = y;
    this.loss = loss;
    this.l2 = l2;
    this.size = size;
    this.weights = weights;
    this.rows = y.length;
    this.margins = loss.margins;
    this.features = X.length / y.length;
    this.work = {
      margins: new Float64Array(this.rows * this.margins),
      value: new Float64Array(this.rows),
      slope: new Float64Array(this.rows * this.margins),
    };
    this.known = {};
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
    for (let i = 0; i < this.size; i += 1) {
      gradient[i] = gradient[i] / this.rows + (i < this.weights ? this.l2 * params[i] : 0);
    }
    return { loss, gradient };
  }

  /** Returns the penalty at `params`. */
  penalty(params) {
    if (!this.l2) return 0;
    return 0.5 * this.l2 * this.onWeights(params, params);
  }

  /** Returns the product of the weights alone of two vectors of params. */
  onWeights(a, b) {
    let sum = 0;
    for (let i = 0; i < this.weights; i += 1) sum += a[i] * b[i];
    return sum;
  }

  /** Returns the same objective on some of the rows: a mini-batch. */
  sample(indices) {
    const { features } = this;
    const X = new Float64Array(indices.length * features);
    indices.forEach((row, i) => {
      for (let j = 0; j < features; j += 1) X[i * features + j] = this.X[row * features + j];
    });
    return this.on(X, Float64Array.from(indices, (row) => this.y[row]));
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

  /** The loss when every row gets the same best margin. */
  get nullLoss() {
    return (this.known.nullLoss ??= this.valueOfGuess());
  }

  valueOfGuess() {
    const guess = this.loss.guess(this.y);
    const margins = Float64Array.from(this.work.slope, (_, cell) => guess[cell % this.margins]);
    return total(this.loss.value(margins, this.y)) / this.rows;
  }
}
