// The squared loss of a line, `mean (y - w x - b)^2`, from its sums: a quadratic that is exact anywhere on
// the map at the cost of a few products. Sums are of centred numbers, so none is a difference of large ones.

/** The width of a ravine, as a share of how far off the bias starts, below which it is drawn wider than it is. */
const THIN = 0.025;

/** Returns mean and standard deviation (of all rows, not of a sample) of numbers. */
export function momentsOf(values) {
  const mean = average(values);
  return { mean, deviation: Math.sqrt(average(values.map((value) => (value - mean) ** 2))) };
}

/** Returns the mean of numbers. */
export function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The loss of a line through rows (x, y), over its weight w and its bias b. */
export class Bowl {
  constructor(x, y) {
    const [ofX, ofY] = [momentsOf(x), momentsOf(y)];
    this.x = x;
    this.y = y;
    this.mean = ofX.mean;
    this.level = ofY.mean;
    this.xx = ofX.deviation ** 2;
    this.yy = ofY.deviation ** 2;
    this.xy = average(x.map((value, i) => (value - ofX.mean) * (y[i] - ofY.mean)));
    const weight = this.xy / this.xx;
    this.best = [weight, this.level - weight * this.mean];
    const squares = Array.from(x, (value, i) => (y[i] - ofY.mean - weight * (value - ofX.mean)) ** 2);
    const rounding = (8 * Number.EPSILON) ** 2 * (this.yy + ofY.mean ** 2);
    const lowest = average(squares);
    // On a line that meets every row the errors are those of rounding, and the loss is 0.
    this.lowest = lowest > rounding ? lowest : 0;
  }

  /** Returns the mean of the squared errors. */
  loss(w, b) {
    const off = b + w * this.mean - this.level;
    return Math.max(0, this.yy - 2 * w * this.xy + w * w * this.xx + off * off);
  }

  /** Returns the lowest loss at a weight within so far of a bias. */
  lossWithin(w, b, far) {
    const floor = this.level - w * this.mean;
    return this.loss(w, Math.min(b + far, Math.max(b - far, floor)));
  }

  /** Whether the loss of a start, off in the bias alone, would be so near the floor that no picture shows it. */
  isThin(start) {
    return Math.sqrt(this.loss(...start) - this.lowest) < THIN * Math.abs(start[1] - this.best[1]);
  }

  /** Returns its derivatives by weight and bias. */
  gradient(w, b) {
    const off = b + w * this.mean - this.level;
    return [2 * (w * this.xx - this.xy) + 2 * off * this.mean, 2 * off];
  }

  /** Returns the largest and the smallest second derivative, the curvatures across and along. */
  get curvatures() {
    const [a, c] = [this.xx + this.mean ** 2, this.mean];
    const half = (a + 1) / 2;
    const root = Math.hypot((a - 1) / 2, c);
    // Their product is the determinant, xx: the smaller one as a difference would lose its digits.
    return [2 * (half + root), (2 * this.xx) / (half + root)];
  }

  /** Returns the points of so many steps from a start, which goes on by `beta` of the step before. */
  walk(start, rate, rounds, beta = 0) {
    const points = [start];
    let step = [0, 0];
    for (let k = 0; k < rounds; k += 1) {
      const here = points[k];
      const slope = this.gradient(...here);
      step = step.map((last, i) => beta * last - rate * slope[i]);
      points.push([here[0] + step[0], here[1] + step[1]]);
    }
    return points;
  }
}

/** Returns the share of the way from a start to the lowest point that is left at a point. */
export function shareLeft([w, b], start, best) {
  return Math.hypot(w - best[0], b - best[1]) / Math.hypot(start[0] - best[0], start[1] - best[1]);
}
