// Nested grids: where a finer grid has all points of a coarser one, the loss there is known.
import { equal } from './vectors.js';

/** Returns the values of a finer axis with those of a coarser one in their places, if it has them. */
export function nested(fine, coarse) {
  const every = coarse ? (fine.length - 1) / (coarse.length - 1) : 0;
  if (every < 2 || !Number.isInteger(every)) return fine;
  coarse.forEach((value, i) => {
    fine[i * every] = value;
  });
  return fine;
}

/** Returns how many steps of a finer surface are one of the coarser, on one plane; 0 where it has not its points. */
export function nesting(coarser, { x, y, held, ux, uy }) {
  const same = coarser && [[held, coarser.held], [ux, coarser.ux], [uy, coarser.uy]].every((pair) => equal(...pair));
  const every = same ? (x.length - 1) / (coarser.nx - 1) : 0;
  const has = (fine, coarse) => coarse.every((value, i) => value === fine[i * every]);
  return every > 1 && Number.isInteger(every) && has(x, coarser.x) && has(y, coarser.y) ? every : 0;
}

/**
 * Promises the loss at `a` and `b`, row by row, of which each `every`-th is that of the coarser
 * surface; `grid(a, b)` promises it where it is not known.
 */
export async function filled({ loss: known, nx }, every, a, b, grid) {
  const isNew = (_, i) => i % every > 0;
  const [newA, newB] = [a.filter(isNew), b.filter(isNew)];
  const whole = await grid(a, newB);
  const between = await grid(newA, b.filter((_, j) => j % every === 0));
  const before = (i) => i - Math.floor(i / every) - 1;
  return Float64Array.from({ length: a.length * b.length }, (_, k) => {
    const [i, j] = [k % a.length, Math.floor(k / a.length)];
    if (j % every) return whole[before(j) * a.length + i];
    if (i % every) return between[(j / every) * newA.length + before(i)];
    return known[(j / every) * nx + i / every];
  });
}
