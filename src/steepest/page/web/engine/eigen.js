// Small symmetric matrices, row by row in one array: eigenvalues and linear equations.

const SWEEPS = 60;

/** The share of the largest eigenvalue below which a direction is taken to be flat. */
const FLAT = 1e-12;

/**
 * Returns the eigenvalues, rising, and the eigenvectors as the columns of a matrix, by Jacobi's
 * rotations (1846): each makes one number off the diagonal 0, until all are as good as 0.
 */
export function eigen(matrix) {
  const n = Math.sqrt(matrix.length);
  const a = Float64Array.from(matrix);
  const v = identity(n);
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep += 1) {
    turned = false;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) turned = rotate(a, v, n, p, q) || turned;
    }
  }
  return sorted(a, v, n);
}

/** Makes a[p, q] 0 by a rotation and returns true, or false if it is as good as 0 already. */
function rotate(a, v, n, p, q) {
  const off = a[p * n + q];
  const size = Math.sqrt(Math.abs(a[p * n + p] * a[q * n + q]));
  if (!(Math.abs(off) > 1e-16 * size) || !Number.isFinite(off)) return false;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let i = 0; i < n; i += 1) turnPair(a, i * n + p, i * n + q, cosine, sine);
  for (let i = 0; i < n; i += 1) turnPair(a, p * n + i, q * n + i, cosine, sine);
  for (let i = 0; i < n; i += 1) turnPair(v, i * n + p, i * n + q, cosine, sine);
  a[p * n + q] = a[q * n + p] = 0;
  return true;
}

function turnPair(values, i, j, cosine, sine) {
  const [one, other] = [values[i], values[j]];
  values[i] = cosine * one - sine * other;
  values[j] = sine * one + cosine * other;
}

function sorted(a, v, n) {
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((i, j) => a[i * n + i] - a[j * n + j]);
  const values = Float64Array.from(order, (i) => a[i * n + i]);
  const vectors = new Float64Array(n * n);
  for (let row = 0; row < n; row += 1) {
    order.forEach((from, to) => (vectors[row * n + to] = v[row * n + from]));
  }
  return { values, vectors };
}

/**
 * Returns the shortest x that comes nearest to `matrix x = right`, each of its numbers told in the
 * unit in which the matrix's diagonal is 1: none is small for its unit alone.
 */
export function solve(matrix, right) {
  const n = right.length;
  const diagonal = Float64Array.from(right, (_, i) => matrix[i * n + i]);
  const unit = diagonal.map((d) => (d > 0 ? Math.sqrt(d) : 1));
  const even = matrix.map((v, cell) => v / (unit[Math.floor(cell / n)] * unit[cell % n]));
  return shortest(even, right.map((v, i) => v / unit[i])).map((v, i) => v / unit[i]);
}

function shortest(matrix, right) {
  const n = right.length;
  const { values, vectors } = eigen(matrix);
  const largest = Math.max(...values.map(Math.abs));
  const x = new Float64Array(n);
  values.forEach((value, k) => {
    if (Math.abs(value) <= FLAT * largest) return;
    let along = 0;
    for (let i = 0; i < n; i += 1) along += vectors[i * n + k] * right[i];
    for (let i = 0; i < n; i += 1) x[i] += (vectors[i * n + k] * along) / value;
  });
  return x;
}

/** Returns the matrix that changes nothing. */
function identity(n) {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) matrix[i * n + i] = 1;
  return matrix;
}
