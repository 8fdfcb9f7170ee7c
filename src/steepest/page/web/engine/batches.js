// Mini-batches: which rows each step sees.
import { Random } from './random.js';

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
    this.order = new Int32Array(0);
  }

  /** Returns the next mini-batch. */
  next() {
    if (this.first === 0) this.order = this.random.permutation(this.objective.rows);
    const batch = this.order.subarray(this.first, this.first + this.size);
    this.first = this.first + this.size < this.order.length ? this.first + this.size : 0;
    return this.objective.sample(batch);
  }
}
