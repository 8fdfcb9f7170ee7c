// What is done with vectors everywhere: lists of numbers, typed or not.

/** Returns the inner product of two vectors. */
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** Returns the length of a vector. */
export function length(vector) {
  return Math.sqrt(dot(vector, vector));
}

/** Returns row `i` of a matrix whose rows of `size` numbers lie behind each other. */
export function rowAt(matrix, size, i) {
  return matrix.subarray(i * size, (i + 1) * size);
}

/** Returns the sum of two vectors. */
export function plus(a, b) {
  return a.map((value, i) => value + b[i]);
}

/** Returns the sum of all numbers. */
export function total(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum;
}

/** Returns the vector of so many numbers that is 1 at a place, and 0 elsewhere. */
export function unit(size, at) {
  return Float64Array.from({ length: size }, (_, i) => Number(i === at));
}

/** Returns whether two vectors are the same, number by number. */
export function equal(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
