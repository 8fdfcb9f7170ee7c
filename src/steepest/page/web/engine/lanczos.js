// Both ends of a symmetric matrix's spectrum from its products with vectors: Lanczos's method (1950),
// each vector made orthogonal to all before, twice. The twin of Python's
// `objective/linear_algebra/lanczos.py`, from the same first vector.
import { eigen } from './eigen.js';
import { Random } from './random.js';
import { dot, length } from './vectors.js';

/** Products after which the ends are told as they are, with their residuals. */
const MOST_PRODUCTS = 300;

/** Products at least: a start that lies across an eigenvector hides it at first. */
const LEAST_PRODUCTS = 10;

/** An end is found once its residual is at most this share of its own size. */
const TOL = 1e-3;

/** The share of the larger end within which the smaller one is 0 but for rounding. */
const NEGLIGIBLE = 1e-8;

/** The share of the larger end that a residual has by rounding, however small it comes out. */
const ROUNDING = 1e-15;

/** The share of the matrix's size that the next vector has left where the space is closed. */
const EXHAUSTED = 1e-14;

/** Up to so many products the ends are looked at after each, then after every fourth. */
const OFTEN = 32;

/**
 * Returns { top, bottom }, each { value, vector, residual }, of a symmetric matrix, of size 2 or more:
 * `product` takes a vector to the matrix times it. Not finite where that is not.
 */
export function spectrumEnds(product, size) {
  const basis = new Basis(product, size);
  const [least, most] = [LEAST_PRODUCTS, MOST_PRODUCTS].map((count) => Math.min(size, count));
  for (;;) {
    basis.grow();
    const count = basis.diagonal.length;
    if (count < least || (count >= OFTEN && count % 4 && count < most)) continue;
    const ends = basis.ends();
    if (count >= most || !isOpen(ends)) return ends;
  }
}

/** Returns whether an end is not found yet; false of numbers that are not finite, too. */
function isOpen({ top, bottom }) {
  const largest = Math.max(Math.abs(top.value), Math.abs(bottom.value));
  return [top, bottom].some(({ value, residual }) => (
    residual > TOL * Math.max(Math.abs(value), NEGLIGIBLE * largest)
  ));
}

/** The orthonormal vectors so far, and the matrix in them: its diagonal, and what is beside. */
class Basis {
  constructor(product, size) {
    const random = new Random(0);
    const drawn = () => Float64Array.from({ length: size }, () => random.normal());
    this.product = product;
    this.drawn = drawn;
    this.vectors = [];
    this.diagonal = [];
    this.beside = [];
    this.next = normed(drawn());
  }

  /** Takes in one more vector: that of the last product, orthogonal to all before. */
  grow() {
    const vector = this.next;
    this.vectors.push(vector);
    const image = this.product(vector);
    this.diagonal.push(dot(image, vector));
    let left = this.orthogonal(image);
    let long = length(left);
    const size = Math.max(length(image), ...this.diagonal.map(Math.abs));
    if (long <= EXHAUSTED * size) {
      // The space is closed under the matrix: go on in any direction that is not in it.
      [left, long] = [this.orthogonal(this.drawn()), 0];
    }
    this.beside.push(long);
    this.next = normed(left);
  }

  /** Returns what is left of a vector beside all of the basis. */
  orthogonal(vector) {
    let left = vector;
    for (let turn = 0; turn < 2; turn += 1) {
      const parts = this.vectors.map((one) => dot(one, left));
      left = left.slice();
      this.vectors.forEach((one, k) => one.forEach((value, i) => (left[i] -= parts[k] * value)));
    }
    return left;
  }

  /** Returns both ends as they are known by now. */
  ends() {
    const { diagonal, beside, vectors } = this;
    const n = diagonal.length;
    const small = new Float64Array(n * n);
    diagonal.forEach((value, i) => (small[i * n + i] = value));
    for (let i = 1; i < n; i += 1) small[i * n + i - 1] = small[(i - 1) * n + i] = beside[i - 1];
    const { values, vectors: turns } = eigen(small);
    const rounding = ROUNDING * Math.max(...values.map(Math.abs));
    const [top, bottom] = [n - 1, 0].map((k) => {
      const vector = new Float64Array(vectors[0].length);
      vectors.forEach((one, i) => one.forEach((value, j) => (vector[j] += turns[i * n + k] * value)));
      const residual = Math.max(beside[n - 1] * Math.abs(turns[(n - 1) * n + k]), rounding);
      return { value: values[k], vector, residual };
    });
    return { top, bottom };
  }
}

function normed(vector) {
  const long = length(vector);
  return long ? vector.map((value) => value / long) : vector;
}
