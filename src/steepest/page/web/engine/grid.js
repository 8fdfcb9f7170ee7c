// The true loss on a grid of points of a plane, with as little work as the loss allows: the twin
// of Python's `surface/grid.py` and `surface/tables.py`.
//
// Squared loss: six numbers, whatever the number of rows. Cross entropy: a row's loss is
// `log(1 + sum exp(ahead))`, with `ahead` how far another class is ahead of the actual one, linear
// in a and b; so every exponential is a number from a table over a times one from a table over b,
// and the logarithm of a product stands for many logarithms. Others: row by row.
import { solve } from './eigen.js';
import { levelled, quadratic, rowsOnPlane } from './plane.js';
import { total } from './vectors.js';

/** The largest exponent that two tables may make together: its square is still a double. */
const LARGEST = 330;

/** A product of rows beyond which its logarithm is taken: one more factor is still a double. */
const FULL = 1e150;

/** A mean loss below which `1 + e` loses digits of e: such cells are worked out by themselves. */
const SMALL = 1e-3;

/** Returns the loss at every point, `[j * a.length + i]` at (a[i], b[j]); too large is Infinity. */
export function lossOnGrid(objective, plane, a, b) {
  const rows = rowsOnPlane(objective, plane);
  if (rows.loss.name === 'squared') return squaredOnGrid(rows, a, b);
  const grid = rows.loss.name === 'cross_entropy' ? entropyOnGrid(rows, a, b) : plain(rows, a, b);
  return eachCell(a, b, (s, t, cell) => grid[cell] / rows.y.length + quadratic(rows.penalty, s, t));
}

function eachCell(a, b, tell) {
  const out = new Float64Array(a.length * b.length);
  for (let j = 0, cell = 0; j < b.length; j += 1) {
    for (let i = 0; i < a.length; i += 1, cell += 1) out[cell] = tell(a[i], b[j], cell);
  }
  return out;
}

/** Returns the mean squared error: a quadratic, taken about its own minimum, so nothing cancels. */
function squaredOnGrid(rows, a, b) {
  const { level, tilt } = levelled(rows);
  const about0 = means(level, 0, 0).map((mean, i) => mean + level.penalty[i]);
  const [, cs, cr, css, csr, crr] = about0;
  const bent = Float64Array.of(2 * css, csr, csr, 2 * crr);
  const [s0, r0] = solve(bent, Float64Array.of(-cs, -cr));
  const penalty = shifted(level.penalty, s0, r0);
  const numbers = means(level, s0, r0).map((mean, i) => mean + penalty[i]);
  const b0 = r0 - tilt * s0;
  return eachCell(a, b, (s, t) => quadratic(numbers, s - s0, t - b0 + tilt * (s - s0)));
}

/** Returns the six means of products of the residual at (a, b), byA and byB. */
function means({ base, byA, byB, y }, a, b) {
  const sums = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < y.length; i += 1) {
    const [p, q] = [byA[i], byB[i]];
    const r = base[i] + a * p + b * q - y[i];
    sums[0] += r * r;
    sums[1] += 2 * r * p;
    sums[2] += 2 * r * q;
    sums[3] += p * p;
    sums[4] += 2 * p * q;
    sums[5] += q * q;
  }
  return sums.map((sum) => sum / y.length);
}

/** Returns the six numbers of the same quadratic about (a0, b0) instead of (0, 0). */
function shifted(numbers, a0, b0) {
  const [, ca, cb, caa, cab, cbb] = numbers;
  const value = quadratic(numbers, a0, b0);
  return [value, ca + 2 * caa * a0 + cab * b0, cb + cab * a0 + 2 * cbb * b0, caa, cab, cbb];
}

/** Returns the sum of the loss over the rows, worked out row by row. */
function plain(rows, a, b) {
  const work = workFor(rows);
  return eachCell(a, b, (s, t) => sumAt(rows, work, s, t));
}

function workFor({ base, y }) {
  const [margins, slope] = [new Float64Array(base.length), new Float64Array(base.length)];
  return { margins, slope, value: new Float64Array(y.length) };
}

function sumAt({ base, byA, byB, y, loss }, { margins, slope, value }, a, b) {
  for (let i = 0; i < base.length; i += 1) margins[i] = base[i] + a * byA[i] + b * byB[i];
  loss.fill(margins, y, value, slope);
  return total(value);
}

/** Returns the sum of the cross entropy over the rows: tables where they hold, else row by row. */
function entropyOnGrid(rows, a, b) {
  const { tame, wild } = sortedByReach(rows, a, b);
  const sums = byTables(tame, a, b);
  if (wild.y.length) plain(wild, a, b).forEach((sum, cell) => (sums[cell] += sum));
  const work = workFor(rows);
  const small = SMALL * rows.y.length;
  const again = (s, t, sum) => (sum < small ? sumAt(rows, work, s, t) : sum);
  return eachCell(a, b, (s, t, cell) => again(s, t, sums[cell]));
}

/** Returns the rows in two parts: those whose exponentials are doubles with room, and others. */
function sortedByReach(rows, a, b) {
  const { base, byA, byB, y } = rows;
  const k = base.length / y.length;
  const [farA, farB] = [a, b].map((values) => Math.max(...values.map(Math.abs)));
  const reach = (cell) =>
    Math.abs(base[cell]) + farA * Math.abs(byA[cell]) + farB * Math.abs(byB[cell]);
  const isTame = Array.from(y, (_, row) => {
    let far = 0;
    for (let cell = row * k; cell < (row + 1) * k; cell += 1) far = Math.max(far, reach(cell));
    return (k > 1 ? 2 : 1) * far <= LARGEST;
  });
  const part = (wanted) => {
    const pick = (values) => values.filter((_, cell) => isTame[Math.floor(cell / k)] === wanted);
    const own = y.filter((_, row) => isTame[row] === wanted);
    return { ...rows, base: pick(base), byA: pick(byA), byB: pick(byB), y: own };
  };
  return { tame: part(true), wild: part(false) };
}

/** Returns the sum over the rows of `log(1 + sum of exponentials)`. */
function byTables(rows, a, b) {
  const terms = rows.loss.margins === 1 ? 1 : rows.loss.margins - 1;
  const [base, byA, byB] = [rows.base, rows.byA, rows.byB].map((m) => aheadOf(m, rows.y));
  const overA = tableOf(null, byA, a);
  const overB = tableOf(base, byB, b);
  const out = new Float64Array(a.length * b.length);
  for (let j = 0, cell = 0; j < b.length; j += 1) {
    for (let i = 0; i < a.length; i += 1, cell += 1) {
      out[cell] = logOfProduct(overA[i], overB[j], terms);
    }
  }
  return out;
}

/** Returns how far each other class is ahead of the actual one, of linear margins. */
function aheadOf(margins, y) {
  const k = margins.length / y.length;
  if (k === 1) return margins.map((margin, row) => (1 - 2 * y[row]) * margin);
  const ahead = new Float64Array(y.length * (k - 1));
  for (let row = 0, to = 0; row < y.length; row += 1) {
    const own = margins[row * k + y[row]];
    for (let j = 0; j < k; j += 1) if (j !== y[row]) ahead[to++] = margins[row * k + j] - own;
  }
  return ahead;
}

/** Returns `exp(base + at by)` for each `at`. */
function tableOf(base, by, points) {
  return Array.from(points, (at) => by.map((way, i) => Math.exp((base ? base[i] : 0) + at * way)));
}

/** Returns the sum of `log(1 + sum of terms)` over the rows, each term a product of two. */
function logOfProduct(one, other, terms) {
  let product = 1;
  let sum = 0;
  for (let i = 0; i < one.length; ) {
    let factor = 1;
    for (const end = i + terms; i < end; i += 1) factor += one[i] * other[i];
    product *= factor;
    if (product > FULL) {
      sum += Math.log(product);
      product = 1;
    }
  }
  return sum + Math.log(product);
}
