// The linear objective: the margin of a row is `X w + b`. Params are the weights row by row, then the
// bias or biases, ((features + 1) * margins). The twin of Python's `objective/linear.py`.
import { lossOnGrid } from './grid.js';
import { bendAt, findBowl } from './plane.js';
import { Random } from './random.js';
import { Risk } from './risk.js';
import { linearScale } from './scales.js';
import { total } from './vectors.js';

/** The curvature of a row, against the mean of all, below which an average row stands in for it. */
const LIGHT = 0.5;

/** The objective: X and y under a loss. */
export class Objective extends Risk {
  constructor(X, y, loss, l2 = 0) {
    const weights = (X.length / y.length) * loss.margins;
    super({ X, y, loss, l2, weights, size: weights + loss.margins });
  }

  /** Whether every low point is the lowest. */
  get isConvex() {
    return true;
  }

  /** Returns the same objective on other rows. */
  on(X, y) {
    return new Objective(X, y, this.loss, this.l2);
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

  /** Returns the coordinates called `name`; null where there are none. */
  coordinates(name) {
    return linearScale(name, this);
  }

  /** Returns the second derivatives at `params` along directions, row by row. */
  bendAlong(params, directions) {
    return bendAt(this, params, directions);
  }

  /** Returns what takes a direction to the second derivatives at `params` times it. */
  hessianAt(params) {
    const { loss, rows, y, l2, weights } = this;
    const margins = this.marginsAt(params);
    return (direction) => (
      this.pulled(loss.curved(margins, y, this.marginsAt(direction)))
        .map((value, i) => value / rows + (i < weights ? l2 * direction[i] : 0))
    );
  }

  /** Returns for each param the length of its margin's weights; 0 of biases. */
  unitLengths(params) {
    const { margins, weights } = this;
    const squares = new Float64Array(margins);
    for (let i = 0; i < weights; i += 1) squares[i % margins] += params[i] ** 2;
    return params.map((_, i) => (i < weights ? Math.sqrt(squares[i % margins]) : 0));
  }

  /** Returns the loss on a plane: its `bowl`, and the loss on a `grid` of points. */
  onPlane(plane) {
    return {
      bowl: () => findBowl(this, plane),
      grid: (a, b) => lossOnGrid(this, plane, a, b),
    };
  }

  /** Returns the verdict that the loss falls for ever, if it is known to. */
  separation() {
    return this.known.separation ?? null;
  }

  /** `Z'Z / rows`, with Z the standardised features and a last column of ones. */
  get gram() {
    return (this.known.gram ??= this.findGram(() => 1));
  }

  /**
   * Returns `Z'CZ / rows` for each margin at `params`, with C what it alone bends each row's loss. Of
   * several margins most rows are sure of most: the light ones are told by their mean.
   */
  gramsAt(params) {
    const { loss, margins, rows, features } = this;
    const bend = loss.curvature(this.marginsAt(params), this.y);
    return Array.from({ length: margins }, (_, m) => {
      const own = bend.filter((_bend, cell) => cell % margins === m);
      if (margins === 1 || rows <= features) return this.findGram((i) => own[i]);
      const least = (LIGHT * total(own)) / rows;
      const heavy = own.map((value) => (value >= least ? value : 0));
      const left = (total(own) - total(heavy)) / rows;
      return this.findGram((i) => heavy[i] + left);
    });
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
